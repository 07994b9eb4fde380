/** Everybody known so far, by id. */

import { SvelteMap } from 'svelte/reactivity';
import { t } from '../i18n';
import type { PersonView, UserId } from './types';

export class People {
  #byId = new SvelteMap<UserId, PersonView>();

  learn(people: readonly PersonView[]): void {
    for (const person of people) this.#byId.set(person.id, person);
  }

  get(id: UserId): PersonView | undefined {
    return this.#byId.get(id);
  }

  get all(): PersonView[] {
    return [...this.#byId.values()];
  }

  name(id: UserId): string {
    return this.#byId.get(id)?.name ?? t.common.somebody;
  }

  forget(): void {
    this.#byId.clear();
  }
}
