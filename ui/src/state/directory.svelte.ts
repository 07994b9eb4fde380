/** Public conversations of the server: found, looked at, joined. */

import { asCallError } from '../backend/backend';
import { wordsFor } from './toasts.svelte';
import type { People } from './people.svelte';
import type { Backend, DialogId, MessageView } from './types';
import type { DirectoryView } from '../backend/bindings';

export type Entry = DirectoryView['items'][number];

const PAUSE = 200;

export class Directory {
  isOpen = $state(false);
  /** It ended in a conversation, where one goes on. */
  hasEntered = $state(false);
  query = $state('');
  items = $state.raw<Entry[]>([]);
  hasMore = $state(false);
  phase = $state<'idle' | 'busy' | 'done' | 'failed'>('idle');
  problem = $state<string | null>(null);

  /** The one that is looked at. */
  chosenId = $state<DialogId | null>(null);
  messages = $state.raw<MessageView[]>([]);
  preview = $state<'none' | 'busy' | 'shown' | 'forbidden' | 'failed'>('none');
  joining = $state(false);
  joinProblem = $state<string | null>(null);

  #timer: ReturnType<typeof setTimeout> | undefined;
  #generation = 0;
  #previews = 0;

  constructor(
    private readonly backend: Backend,
    private readonly people: People,
    private readonly go: (dialog: DialogId) => void,
  ) {}

  open(): void {
    this.isOpen = true;
    this.hasEntered = false;
    this.query = '';
    this.items = [];
    this.chosenId = null;
    this.preview = 'none';
    void this.#find(0);
  }

  close(): void {
    this.isOpen = false;
    clearTimeout(this.#timer);
    this.#generation += 1;
  }

  typed(query: string): void {
    this.query = query;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.#find(0), PAUSE);
  }

  async more(): Promise<void> {
    if (this.hasMore && this.phase !== 'busy') await this.#find(this.items.length);
  }

  retry(): void {
    void this.#find(0);
  }

  get chosen(): Entry | null {
    return this.items.find((entry) => entry.dialog.id === this.chosenId) ?? null;
  }

  /** Looks at the last messages, where that is allowed. */
  async look(entry: Entry | null): Promise<void> {
    const generation = ++this.#previews;
    this.chosenId = entry?.dialog.id ?? null;
    this.messages = [];
    this.joinProblem = null;
    if (entry === null) {
      this.preview = 'none';
      return;
    }
    if (!entry.allow_preview && !entry.dialog.is_joined) {
      this.preview = 'forbidden';
      return;
    }
    this.preview = 'busy';
    try {
      const { messages, people } = await this.backend.call('preview', { dialog: entry.dialog.id });
      if (generation !== this.#previews) return;
      this.people.learn(people);
      this.messages = messages;
      this.preview = 'shown';
    } catch (thrown) {
      if (generation !== this.#previews) return;
      const isForbidden = asCallError('preview', thrown).code === 'not_allowed';
      this.preview = isForbidden ? 'forbidden' : 'failed';
    }
  }

  /** Joins, where one has not yet, and goes there. */
  async enter({ dialog }: Entry): Promise<void> {
    if (this.joining) return;
    this.joining = true;
    this.joinProblem = null;
    try {
      const id = dialog.is_joined
        ? dialog.id
        : await this.backend.call('join', { dialog: dialog.id });
      this.hasEntered = true;
      this.close();
      this.go(id);
    } catch (thrown) {
      this.joinProblem = wordsFor(thrown);
    } finally {
      this.joining = false;
    }
  }

  async #find(skip: number): Promise<void> {
    const generation = ++this.#generation;
    this.phase = 'busy';
    this.problem = null;
    try {
      const query = this.query.trim();
      const page = await this.backend.call('directory', { query, skip });
      if (generation !== this.#generation) return;
      const before = skip === 0 ? [] : this.items;
      const known = new Set(before.map((entry) => entry.dialog.id));
      this.items = [...before, ...page.items.filter((entry) => !known.has(entry.dialog.id))];
      this.hasMore = page.has_more;
      this.phase = 'done';
    } catch (thrown) {
      if (generation !== this.#generation) return;
      this.phase = 'failed';
      this.problem = wordsFor(thrown);
    }
  }
}
