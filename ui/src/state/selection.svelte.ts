/** Messages that are marked, to do something with all of them at once. */

import { SvelteMap } from 'svelte/reactivity';
import type { MessageId, MessageView } from './types';

/** More at once is a mistake of the hand. */
const MOST = 100;

export class Selection {
  #marked = new SvelteMap<MessageId, MessageView>();
  /** Where a row of marks began. */
  #anchor: MessageId | null = null;
  isOn = $state(false);

  begin(message: MessageView): void {
    this.isOn = true;
    this.#marked.set(message.id, message);
    this.#anchor = message.id;
  }

  end(): void {
    this.isOn = false;
    this.#marked.clear();
    this.#anchor = null;
  }

  has(id: MessageId): boolean {
    return this.#marked.has(id);
  }

  toggle(message: MessageView): void {
    this.#anchor = message.id;
    if (this.#marked.delete(message.id)) {
      if (this.#marked.size === 0) this.end();
    } else if (this.#marked.size < MOST) this.#marked.set(message.id, message);
  }

  /** Marks everything from the last mark to this one. */
  extend(to: MessageView, all: readonly MessageView[]): void {
    const from = all.findIndex((message) => message.id === this.#anchor);
    const end = all.findIndex((message) => message.id === to.id);
    if (from < 0 || end < 0) {
      this.toggle(to);
      return;
    }
    for (const message of all.slice(Math.min(from, end), Math.max(from, end) + 1)) {
      if (message.system === null && this.#marked.size < MOST) {
        this.#marked.set(message.id, message);
      }
    }
  }

  /** A message is gone, or looks different now. */
  follow(get: (id: MessageId) => MessageView | undefined, gone: readonly MessageId[]): void {
    for (const id of gone) this.#marked.delete(id);
    for (const id of this.#marked.keys()) {
      const now = get(id);
      if (now !== undefined) this.#marked.set(id, now);
    }
    if (this.isOn && this.#marked.size === 0) this.end();
  }

  /** In the order of the conversation. */
  get messages(): MessageView[] {
    return [...this.#marked.values()].sort((a, b) => (a.key < b.key ? -1 : 1));
  }

  get count(): number {
    return this.#marked.size;
  }
}
