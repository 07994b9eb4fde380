/**
 * Where somebody was reading in each conversation. The backend keeps it, so that
 * another page and another start show it there again; here is what is newer.
 */

import type { DialogId, MessageId, ReadingPlaceView } from './types';

/** A message, and how far its top edge stood below the top of the view. */
export type Place = { message: MessageId; offset: number };

/** Who scrolls is not written down at every step, in milliseconds. */
const SAVE_AFTER = 1000;

export class Places {
  /** Two accounts may be in one conversation, each at a place of its own. */
  #byAccount = new Map<number, Map<DialogId, Place>>();
  #byDialog = new Map<DialogId, Place>();
  /** What the backend keeps of this account has not come yet. */
  #isAwaited = false;
  #unsaved = new Set<DialogId>();
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(private readonly save: (dialog: DialogId, place: Place | null) => Promise<unknown>) {}

  /** Nothing means: at the newest message, where one lands anyway. */
  keep(dialog: DialogId, place: Place | null): void {
    const before = this.#byDialog.get(dialog);
    if (before?.message === place?.message && before?.offset === place?.offset) return;
    if (place === null) this.#byDialog.delete(dialog);
    else this.#byDialog.set(dialog, place);
    this.#unsaved.add(dialog);
    this.#timer ??= setTimeout(() => void this.flush(), SAVE_AFTER);
  }

  of(dialog: DialogId): Place | null {
    return this.#byDialog.get(dialog) ?? null;
  }

  /** What the backend keeps. Later it has nothing that is not here. */
  take(kept: readonly ReadingPlaceView[]): void {
    if (!this.#isAwaited) return;
    this.#isAwaited = false;
    for (const { dialog, message, top } of kept) {
      this.#byDialog.set(dialog, { message, offset: top });
    }
  }

  /** Saves now what has not been saved. That it could not be is no harm. */
  async flush(): Promise<void> {
    this.#stopTimer();
    const unsaved = [...this.#unsaved];
    this.#unsaved.clear();
    await Promise.allSettled(unsaved.map((dialog) => this.save(dialog, this.of(dialog))));
  }

  /** Another account is shown, or none is. */
  turnTo(account: number | null): void {
    // It would be saved as the other one's.
    this.#stopTimer();
    this.#unsaved.clear();
    const known = account === null ? undefined : this.#byAccount.get(account);
    this.#isAwaited = account !== null && known === undefined;
    this.#byDialog = known ?? new Map();
    if (account !== null) this.#byAccount.set(account, this.#byDialog);
  }

  #stopTimer(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }
}
