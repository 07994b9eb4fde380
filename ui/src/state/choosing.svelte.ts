/** Choosing people: those one knows at once, and whoever the server finds. */

import { nameMatches } from '../lib/text';
import { Finder } from './finder.svelte';
import type { Dialogs } from './dialogs.svelte';
import type { People } from './people.svelte';
import type { Backend, PersonView, UserId } from './types';

/** More than this nobody looks through. */
const MOST_OFFERED = 500;

export class Choosing {
  chosen = $state.raw<PersonView[]>([]);
  readonly finder: Finder;
  /** Those who are not offered, as they are in it already. */
  #without = $state.raw<ReadonlySet<UserId>>(new Set());

  constructor(
    backend: Backend,
    people: People,
    private readonly dialogs: Dialogs,
  ) {
    this.finder = new Finder(backend, people);
  }

  begin(without: Iterable<UserId> = []): void {
    this.chosen = [];
    this.#without = new Set(without);
    this.finder.by = 'name';
    this.finder.clear();
  }

  toggle(person: PersonView): void {
    this.chosen = this.has(person)
      ? this.chosen.filter((one) => one.id !== person.id)
      : [...this.chosen, person];
  }

  has(person: PersonView): boolean {
    return this.chosen.some((one) => one.id === person.id);
  }

  /** Whom to offer: those one knows, and whoever else the server finds for what is typed. */
  offered = $derived.by((): PersonView[] => {
    const { query, by, found } = this.finder;
    const wanted = query.trim();
    const known = this.dialogs.acquaintances().filter((person) => !this.#without.has(person.id));
    if (wanted === '') return known.slice(0, MOST_OFFERED);
    // What is not known of people here only the server can tell.
    const fitting = known.filter(
      (person) =>
        (by === 'name' && nameMatches(person.name, wanted)) ||
        ((by === 'name' || by === 'login') && nameMatches(person.login ?? '', wanted)),
    );
    const ids = new Set(fitting.map((person) => person.id));
    const others = found.filter(
      (person) =>
        !ids.has(person.id) && !this.#without.has(person.id) && person.id !== this.dialogs.me?.id,
    );
    return [...fitting, ...others].slice(0, MOST_OFFERED);
  });
}
