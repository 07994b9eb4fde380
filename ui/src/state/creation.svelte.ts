/** A new conversation: one person to talk to, several for a group. */

import { nameMatches } from '../lib/text';
import { wordsFor } from './toasts.svelte';
import { Finder } from './finder.svelte';
import type { Dialogs } from './dialogs.svelte';
import type { People } from './people.svelte';
import type { Backend, DialogId, PersonView } from './types';

/** More than this nobody looks through. */
const MOST_OFFERED = 200;

export class Creation {
  isOpen = $state(false);
  chosen = $state.raw<PersonView[]>([]);
  name = $state('');
  busy = $state(false);
  problem = $state<string | null>(null);
  readonly finder: Finder;

  constructor(
    private readonly backend: Backend,
    people: People,
    private readonly dialogs: Dialogs,
    private readonly go: (dialog: DialogId) => void,
  ) {
    this.finder = new Finder(backend, people);
  }

  open(): void {
    this.chosen = [];
    this.name = '';
    this.problem = null;
    this.finder.clear();
    this.isOpen = true;
  }

  toggle(person: PersonView): void {
    this.problem = null;
    this.chosen = this.has(person)
      ? this.chosen.filter((one) => one.id !== person.id)
      : [...this.chosen, person];
  }

  has(person: PersonView): boolean {
    return this.chosen.some((one) => one.id === person.id);
  }

  /** Whom to offer: those one knows, and whoever else the server finds for what is typed. */
  get offered(): PersonView[] {
    const query = this.finder.query.trim();
    const known = this.dialogs.acquaintances();
    if (query === '') return known.slice(0, MOST_OFFERED);
    const fitting = known.filter(
      (person) => nameMatches(person.name, query) || nameMatches(person.login ?? '', query),
    );
    const ids = new Set(fitting.map((person) => person.id));
    const others = this.finder.found.filter(
      (person) => !ids.has(person.id) && person.id !== this.dialogs.me?.id,
    );
    return [...fitting, ...others].slice(0, MOST_OFFERED);
  }

  get isGroup(): boolean {
    return this.chosen.length > 1;
  }

  get canCreate(): boolean {
    return !this.busy && this.chosen.length > 0 && (!this.isGroup || this.name.trim() !== '');
  }

  async create(): Promise<void> {
    if (!this.canCreate) return;
    const people = this.chosen.map((person) => person.id);
    const done = await this.#create(this.isGroup ? this.name.trim() : '', people);
    if (done) this.isOpen = false;
  }

  /** Talks to one person: in the conversation there is, or in a new one. */
  async talkTo(person: PersonView): Promise<void> {
    const known = this.dialogs.with(person.id);
    if (known !== undefined) this.go(known.id);
    else await this.#create('', [person.id]);
  }

  async #create(name: string, people: number[]): Promise<boolean> {
    this.busy = true;
    this.problem = null;
    try {
      const kind = people.length > 1 ? 'group' : 'private';
      this.go(await this.backend.call('create_dialog', { kind, name, people }));
      return true;
    } catch (thrown) {
      this.problem = wordsFor(thrown);
      return false;
    } finally {
      this.busy = false;
    }
  }
}
