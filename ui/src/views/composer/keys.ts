/** What keys mean where one writes. */

/** Some engines report the Enter that ends a composition as an ordinary one, just after it. */
const AFTER_COMPOSITION = 60;

type Key = Pick<KeyboardEvent, 'key' | 'isComposing' | 'keyCode' | 'shiftKey' | 'altKey'>;

/** True for the Enter that sends; false for one that belongs to an input method or begins a line. */
export function sendsMessage(event: Key, sinceComposition = Infinity): boolean {
  if (event.key !== 'Enter' || event.shiftKey || event.altKey) return false;
  // 229 is what a key is called while an input method has it.
  return !event.isComposing && event.keyCode !== 229 && sinceComposition > AFTER_COMPOSITION;
}

/** True for a key that writes a letter while nothing that takes letters has the focus. */
export function isPlainTyping(event: KeyboardEvent): boolean {
  if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return false;
  if (event.isComposing || [...event.key].length !== 1 || event.key === ' ') return false;
  const target = event.target;
  return !(
    target instanceof Element &&
    target.closest('input, textarea, select, [contenteditable], [role=dialog], [role=menu]') !==
      null
  );
}

/** To where one writes, if there is such a place. */
export function focusComposer(): void {
  document.querySelector<HTMLElement>('#composer')?.focus();
}

/**
 * As high as its text; the style says where that ends. Where the text only grew
 * and still has room, nothing is to be done: to find out how little height it
 * needs, the whole window is laid out twice.
 */
export function grow(box: HTMLTextAreaElement, onlyGrew = false): void {
  if (onlyGrew && box.scrollHeight <= box.clientHeight) return;
  box.style.blockSize = 'auto';
  box.style.blockSize = `${box.scrollHeight}px`;
}
