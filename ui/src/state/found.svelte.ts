/**
 * Messages that are found while somebody types. What is here is asked at once,
 * one question at a time: who types faster than the answers come gets the answer
 * to the latest, and never an older one after it. The server is asked when
 * somebody wants that.
 */

import { asCallError } from '../backend/backend';
import type { FoundView } from '../backend/bindings';
import type { Backend, DialogId, MessageId } from './types';

/** What the platform looks for at least. */
export const SERVER_LETTERS = 4;

/** How the question to the server stands; `short`: it wants more letters. */
export type Asking = 'idle' | 'short' | 'busy' | 'done' | 'offline' | 'failed';

export class Found {
  /** What was typed, as it was asked. */
  query = $state('');
  /** The newest first. */
  messages = $state.raw<FoundView[]>([]);
  total = $state(0);
  /** There are more than could be counted. */
  isMore = $state(false);
  /** In so many conversations something may be missing here. */
  incomplete = $state(0);
  /** `busy`: nothing is known of this question yet; what was found before is still there. */
  phase = $state<'idle' | 'busy' | 'done' | 'failed'>('idle');
  /** What only the server found. */
  elsewhere = $state.raw<FoundView[]>([]);
  asking = $state<Asking>('idle');

  #dialog: DialogId | null = null;
  #next = $state<number | null>(null);
  #wanted = '';
  #isAsking = false;
  #isPaging = false;
  /** Another question makes all that is under way old. */
  #generation = 0;

  constructor(private readonly backend: Backend) {}

  typed(text: string, dialog: DialogId | null = null): void {
    const wanted = text.trim();
    if (wanted === this.#wanted && dialog === this.#dialog) return;
    this.#wanted = wanted;
    this.#dialog = dialog;
    this.#generation += 1;
    this.asking = 'idle';
    this.elsewhere = [];
    if (wanted === '') {
      this.#show('', [], 0);
      this.phase = 'idle';
      return;
    }
    this.phase = 'busy';
    if (!this.#isAsking) void this.#ask();
  }

  clear(): void {
    this.typed('');
  }

  /** Messages are not there any more: their words are not, either. */
  gone(ids: readonly MessageId[]): void {
    const isLeft = ({ message }: FoundView) => !ids.includes(message);
    const left = this.messages.filter(isLeft);
    this.total -= this.messages.length - left.length;
    this.messages = left;
    this.elsewhere = this.elsewhere.filter(isLeft);
  }

  get hasMore(): boolean {
    return this.#next !== null;
  }

  /** More of what is here, below the last one. */
  async more(): Promise<void> {
    const below = this.#next;
    const generation = this.#generation;
    if (below === null || this.#isPaging || this.phase !== 'done') return;
    this.#isPaging = true;
    try {
      const page = await this.backend.call('search', { ...this.#question(), below });
      if (generation !== this.#generation) return;
      this.messages = [...this.messages, ...page.found];
      this.#next = page.next;
    } catch {
      // Who scrolls on asks again.
    } finally {
      this.#isPaging = false;
    }
  }

  /** Asks the server, too. */
  async askServer(): Promise<void> {
    const generation = this.#generation;
    if ([...this.#wanted].length < SERVER_LETTERS) {
      this.asking = 'short';
      return;
    }
    if (this.asking === 'busy') return;
    this.asking = 'busy';
    try {
      const { found } = await this.backend.call('search_server', this.#question());
      if (generation !== this.#generation) return;
      this.elsewhere = found;
      this.asking = 'done';
    } catch (thrown) {
      if (generation !== this.#generation) return;
      this.asking = asCallError('search_server', thrown).code === 'offline' ? 'offline' : 'failed';
    }
  }

  #question() {
    return { text: this.#wanted, dialog: this.#dialog };
  }

  async #ask(): Promise<void> {
    this.#isAsking = true;
    for (let asked = -1; asked !== this.#generation && this.#wanted !== '';) {
      asked = this.#generation;
      const { text } = this.#question();
      try {
        const page = await this.backend.call('search', this.#question());
        if (asked !== this.#generation) continue;
        this.#show(text, page.found, page.total);
        this.isMore = page.is_more;
        this.incomplete = page.incomplete;
        this.#next = page.next;
        this.phase = 'done';
      } catch {
        if (asked !== this.#generation) continue;
        this.#show(text, [], 0);
        this.phase = 'failed';
      }
    }
    this.#isAsking = false;
  }

  #show(query: string, messages: FoundView[], total: number): void {
    this.query = query;
    this.messages = messages;
    this.total = total;
    this.isMore = false;
    this.incomplete = 0;
    this.#next = null;
  }
}
