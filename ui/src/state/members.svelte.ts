/** Who is in a conversation: the first ones at once, the others as one scrolls or searches. */

import type { People } from './people.svelte';
import type { Backend, DialogId, PersonView } from './types';

const PAUSE = 180;

export class Members {
  query = $state('');
  list = $state.raw<PersonView[]>([]);
  /** The first page of everybody, whatever is searched. */
  first = $state.raw<PersonView[]>([]);
  hasMore = $state(false);
  phase = $state<'idle' | 'busy' | 'done' | 'failed'>('idle');

  #dialog: DialogId | null = null;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #generation = 0;

  constructor(
    private readonly backend: Backend,
    private readonly people: People,
  ) {}

  open(dialog: DialogId): void {
    if (this.#dialog !== dialog) {
      this.query = '';
      this.list = [];
      this.first = [];
    }
    this.#dialog = dialog;
    void this.#find(0);
  }

  close(): void {
    clearTimeout(this.#timer);
    this.#generation += 1;
    this.#dialog = null;
    this.list = [];
    this.first = [];
    this.query = '';
    this.phase = 'idle';
  }

  typed(query: string): void {
    this.query = query;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.#find(0), PAUSE);
  }

  async more(): Promise<void> {
    if (this.hasMore && this.phase === 'done') await this.#find(this.list.length);
  }

  retry(): void {
    void this.#find(this.list.length);
  }

  async #find(skip: number): Promise<void> {
    const dialog = this.#dialog;
    if (dialog === null) return;
    const generation = ++this.#generation;
    this.phase = 'busy';
    try {
      const query = this.query.trim();
      const page = await this.backend.call('members', { dialog, query, skip });
      if (generation !== this.#generation) return;
      this.people.learn(page.people);
      const before = skip === 0 ? [] : this.list;
      const known = new Set(before.map((person) => person.id));
      this.list = [...before, ...page.people.filter((person) => !known.has(person.id))];
      if (query === '' && skip === 0) this.first = this.list;
      // A page that brings nobody new is the last one, whatever it says.
      this.hasMore = page.has_more && this.list.length > before.length;
      this.phase = 'done';
    } catch {
      if (generation === this.#generation) this.phase = 'failed';
    }
  }
}
