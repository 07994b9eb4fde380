/**
 * Marks words in the messages on screen, without touching what is drawn: the
 * browser paints ranges. Where it cannot, nothing is marked.
 */

import { placesOf, type Sought } from '../../lib/sought';

const NAME = 'sought';
/** What somebody wrote: not names, times and buttons. */
const WRITTEN = '[data-message-id] :is(.lines, blockquote, li, code, .file-name)';

/** Marks what is looked for below this element, also what is drawn later; answers how to end. */
export function mark(root: HTMLElement, sought: readonly Sought[]): () => void {
  const { highlights } = CSS as Partial<typeof CSS>;
  if (highlights === undefined || sought.length === 0) return () => undefined;
  let isDue = false;
  const draw = () => {
    isDue = false;
    const ranges = textsIn(root).flatMap((node) =>
      placesOf(node.data, sought).map(([from, to]) => {
        const range = document.createRange();
        range.setStart(node, from);
        range.setEnd(node, to);
        return range;
      }),
    );
    highlights.set(NAME, new Highlight(...ranges));
  };
  const changes = new MutationObserver(() => {
    if (!isDue) requestAnimationFrame(draw);
    isDue = true;
  });
  changes.observe(root, { subtree: true, childList: true, characterData: true });
  draw();
  return () => {
    changes.disconnect();
    isDue = true;
    highlights.delete(NAME);
  };
}

/** The first place that is marked below this element. */
export function markedIn(element: HTMLElement): Range | undefined {
  const { highlights } = CSS as Partial<typeof CSS>;
  const ranges = [...(highlights?.get(NAME) ?? [])] as Range[];
  return ranges.find(({ startContainer }) => element.contains(startContainer));
}

function textsIn(root: HTMLElement): Text[] {
  const texts = new Set<Text>();
  for (const element of root.querySelectorAll(WRITTEN)) {
    const walker = document.createTreeWalker(element, NodeFilter.SHOW_TEXT);
    for (let node = walker.nextNode(); node !== null; node = walker.nextNode()) {
      texts.add(node as Text);
    }
  }
  return [...texts];
}
