/**
 * What comes after the first picture. The time until the list is on screen is
 * nearly all spent in the page's own code, so as little of it as possible comes
 * first; the rest follows at once and is there before a hand reaches the mouse.
 */

import type * as rest from './rest';

type Rest = typeof rest;

let parts = $state.raw<Rest | null>(null);

export const later = {
  /** Nothing until it is loaded. */
  get parts(): Rest | null {
    return parts;
  },
  /** Loads it, once. */
  async load(): Promise<void> {
    parts ??= await import('./rest');
  },
};
