/** Where somebody was reading in each conversation, while Kith runs. */

import type { DialogId, MessageId } from './types';

/** A message, and how far its top edge stood below the top of the view. */
export type Place = { message: MessageId; offset: number };

export class Places {
  #byDialog = new Map<DialogId, Place>();

  /** Nothing means: at the newest message, where one lands anyway. */
  keep(dialog: DialogId, place: Place | null): void {
    if (place === null) this.#byDialog.delete(dialog);
    else this.#byDialog.set(dialog, place);
  }

  of(dialog: DialogId): Place | null {
    return this.#byDialog.get(dialog) ?? null;
  }

  forget(): void {
    this.#byDialog.clear();
  }
}
