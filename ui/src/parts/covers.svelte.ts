/** What lies over the conversation says so: whoever puts the page together listens. */

import { getContext, hasContext, setContext, untrack } from 'svelte';

/** Takes how to put it away, and answers what to call when it is gone. */
export type Lay = (close: () => void) => () => void;

const KEY = Symbol('covers');

export const provideCovers = (lay: Lay) => setContext(KEY, lay);

/** For the life of a component: something of it lies there while `isOver`. */
export function coverWhile(isOver: () => boolean, close: () => void): void {
  if (!hasContext(KEY)) return;
  const lay = getContext<Lay>(KEY);
  $effect(() => {
    // What the listener looks at is not what lies there.
    if (isOver()) return untrack(() => lay(close));
  });
}
