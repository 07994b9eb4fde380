/** Work that waits for its turn until what is to be seen has been seen. */

/** Does something once two frames have been drawn. Answers how to call it off. */
export function whenDrawn(work: () => void): () => void {
  let frame = requestAnimationFrame(() => {
    frame = requestAnimationFrame(work);
  });
  return () => cancelAnimationFrame(frame);
}

/** The same, and then when nothing else waits. */
export function whenIdle(work: () => unknown): () => void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const callOff = whenDrawn(() => (timer = setTimeout(work)));
  return () => {
    callOff();
    clearTimeout(timer);
  };
}
