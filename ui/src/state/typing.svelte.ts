/** Who is writing where. */

import { SvelteMap } from 'svelte/reactivity';
import type { DialogId, TypingView, UserId } from './types';

export class Typing {
  #byDialog = new SvelteMap<DialogId, UserId[]>();

  take({ dialog, people }: TypingView): void {
    if (people.length === 0) this.#byDialog.delete(dialog);
    else this.#byDialog.set(dialog, people);
  }

  replace(all: readonly TypingView[]): void {
    this.#byDialog.clear();
    for (const one of all) this.take(one);
  }

  in(dialog: DialogId): readonly UserId[] {
    return this.#byDialog.get(dialog) ?? [];
  }
}
