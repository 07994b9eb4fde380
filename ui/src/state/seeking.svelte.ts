/**
 * Looking for words in the conversation that is open: what is found, and which
 * of it one is at. The newest comes first; the first step leaves a way back to
 * where one was.
 */

import { Found } from './found.svelte';
import type { FoundView } from '../backend/bindings';
import type { Timeline } from './timeline.svelte';
import type { Backend, DialogId, MessageId } from './types';

export class Seeking {
  readonly found: Found;
  /** The conversation that is searched. */
  dialog = $state<DialogId | null>(null);
  query = $state('');
  /** Which one is gone to; the message, because what is found may change. */
  at = $state<MessageId | null>(null);
  /** Counts the wishes to search, so that the field gets the focus each time. */
  turn = $state(0);

  constructor(
    backend: Backend,
    private readonly timeline: Timeline,
  ) {
    this.found = new Found(backend);
  }

  get isOpen(): boolean {
    return this.dialog !== null && this.dialog === this.timeline.dialogId;
  }

  open(): void {
    const dialog = this.timeline.dialogId;
    if (dialog === null) return;
    if (dialog !== this.dialog) this.close();
    this.dialog = dialog;
    this.turn += 1;
  }

  close(): void {
    this.dialog = null;
    this.query = '';
    this.at = null;
    this.found.clear();
  }

  typed(query: string): void {
    this.query = query;
    this.at = null;
    this.found.typed(query, this.dialog);
  }

  /** All of them, the newest first; after them what only the server found. */
  get all(): readonly FoundView[] {
    const { messages, elsewhere, hasMore } = this.found;
    return hasMore ? messages : [...messages, ...elsewhere];
  }

  get total(): number {
    return this.found.total + this.found.elsewhere.length;
  }

  /** The server may know more: something is missing here, or nothing is found. */
  get canAsk(): boolean {
    const { phase, asking, incomplete, total } = this.found;
    return phase === 'done' && asking !== 'done' && (incomplete > 0 || total === 0);
  }

  /** Which of them one is at, counted from one; 0: none yet. */
  get place(): number {
    return this.at === null ? 0 : this.all.findIndex(({ message }) => message === this.at) + 1;
  }

  /** To an older one, or a newer one. */
  async step(isOlder: boolean): Promise<void> {
    const { found } = this;
    if (found.phase !== 'done' || this.all.length === 0) return;
    let next = isOlder ? this.place : this.place - 2;
    if (next >= this.all.length && found.hasMore) await found.more();
    // From the last one on to the first, and back.
    if (next >= this.all.length) next = 0;
    if (next < 0) next = this.all.length - 1;
    const to = this.all[next];
    if (to === undefined) return;
    const isFirst = this.at === null;
    this.at = to.message;
    await this.timeline.jumpTo(to.message, isFirst);
  }
}
