/**
 * What comes while somebody looks at the end of its conversation is read in a
 * moment. Until then it is not counted on screen: a number that comes and goes
 * says nothing. What is not read after all is counted a little later.
 */

import type { DialogId, DialogView } from './types';

/** Longer than it takes to be read and for that to come back from the backend. */
export const HUSHED = 2_500;

type Counted = Pick<DialogView, 'unread' | 'mentions'>;

export class Hush {
  /** The conversation, with what was counted before the news came. */
  #held = $state.raw<{ id: DialogId; counted: Counted } | null>(null);
  #timer: ReturnType<typeof setTimeout> | undefined;

  /** `attended`: the conversation at whose end somebody is looking. */
  constructor(private readonly attended: () => DialogId | null) {}

  /** A conversation changes. */
  take(before: DialogView | undefined, after: DialogView): void {
    if (this.#held !== null && this.#held.id === after.id) {
      if (after.unread <= this.#held.counted.unread || this.attended() !== after.id) this.forget();
      else if (after.unread > (before?.unread ?? 0)) this.#wait();
      return;
    }
    if (before === undefined || after.unread <= before.unread || this.attended() !== after.id) {
      return;
    }
    this.#held = { id: after.id, counted: before };
    this.#wait();
  }

  /** What is counted on screen. */
  counted(dialog: DialogView): Counted {
    const held = this.#held;
    return held !== null && held.id === dialog.id ? held.counted : dialog;
  }

  /** Everything is counted. */
  forget(): void {
    clearTimeout(this.#timer);
    this.#held = null;
  }

  #wait(): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.forget(), HUSHED);
  }
}
