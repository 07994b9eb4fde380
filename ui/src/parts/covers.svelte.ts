/** What lies over the conversation says so: whoever puts the page together listens. */

import { getContext, hasContext, setContext, untrack } from 'svelte';

export type Covers = {
  /** Takes how to put it away, and answers what to call when it is gone. */
  lay: (close: () => void) => () => void;
  /** The focus goes there when it was put away for something else to be seen. */
  goOn: () => void;
};

const KEY = Symbol('covers');

export const provideCovers = (covers: Covers) => setContext(KEY, covers);

/**
 * For the life of a component: something of it lies there while `isOver`. Answers
 * where to go on once it was put away.
 */
export function coverWhile(isOver: () => boolean, close: () => void): () => void {
  if (!hasContext(KEY)) return () => undefined;
  const { lay, goOn } = getContext<Covers>(KEY);
  $effect(() => {
    // What the listener looks at is not what lies there.
    if (isOver()) return untrack(() => lay(close));
  });
  return goOn;
}
