/** Where somebody was reading in each conversation, while Kith runs. */

import type { DialogId, MessageId } from './types';

/** A message, and how far its top edge stood below the top of the view. */
export type Place = { message: MessageId; offset: number };

export class Places {
  /** Two accounts may be in one conversation, each at a place of its own. */
  #byAccount = new Map<number, Map<DialogId, Place>>();
  #byDialog = new Map<DialogId, Place>();

  /** Nothing means: at the newest message, where one lands anyway. */
  keep(dialog: DialogId, place: Place | null): void {
    if (place === null) this.#byDialog.delete(dialog);
    else this.#byDialog.set(dialog, place);
  }

  of(dialog: DialogId): Place | null {
    return this.#byDialog.get(dialog) ?? null;
  }

  /** Another account is shown, or none is. */
  turnTo(account: number | null): void {
    this.#byDialog = (account === null ? undefined : this.#byAccount.get(account)) ?? new Map();
    if (account !== null) this.#byAccount.set(account, this.#byDialog);
  }
}
