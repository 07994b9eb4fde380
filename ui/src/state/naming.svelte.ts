/**
 * Who can be named where one writes. Those whom the conversation came with are
 * there at once; for the others the backend is asked, a moment after somebody
 * has stopped typing. An answer only ever adds people, and what is shown is
 * chosen among all who are known, so a late answer can spoil nothing. Whoever
 * was found stays, so that a chosen name is still known when the message goes out.
 */

import type { People } from './people.svelte';
import type { Backend, DialogId, UserId } from './types';

const PAUSE = 160;
/** So many names of a draft are looked up again. */
const MOST_RECALLED = 5;
const NAMED = /(?:^|[^\p{L}\p{N}])@([\p{L}\p{N}][\p{L}\p{N}._'-]*)/gu;

export class Naming {
  #found = $state.raw<ReadonlyMap<DialogId, readonly UserId[]>>(new Map());
  #asked = new Set<string>();
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(
    private readonly backend: Backend,
    private readonly people: People,
  ) {}

  /** Who was found in a conversation. */
  in(dialog: DialogId): readonly UserId[] {
    return this.#found.get(dialog) ?? [];
  }

  /** Somebody is sought in a conversation. */
  seek(dialog: DialogId, query: string): void {
    clearTimeout(this.#timer);
    const wanted = query.trim();
    if (this.#asked.has(`${dialog} ${wanted}`)) return;
    this.#timer = setTimeout(() => void this.#ask(dialog, wanted), PAUSE);
  }

  /** Nobody is sought any more. */
  stop(): void {
    clearTimeout(this.#timer);
  }

  /** A draft is shown again: whoever it names shall be known when it goes out. */
  recall(dialog: DialogId, text: string): void {
    if (!text.includes('@')) return;
    const names = new Set([...text.matchAll(NAMED)].map((match) => match[1] ?? ''));
    for (const name of [...names].slice(0, MOST_RECALLED)) void this.#ask(dialog, name);
  }

  forget(): void {
    this.stop();
    this.#asked.clear();
    this.#found = new Map();
  }

  async #ask(dialog: DialogId, query: string): Promise<void> {
    const key = `${dialog} ${query}`;
    if (this.#asked.has(key)) return;
    this.#asked.add(key);
    try {
      const { people } = await this.backend.call('members', { dialog, query, skip: 0 });
      this.people.learn(people);
      const before = this.in(dialog);
      const known = new Set(before);
      const news = people.filter(({ id }) => !known.has(id)).map(({ id }) => id);
      if (news.length > 0) this.#found = new Map(this.#found).set(dialog, [...before, ...news]);
    } catch {
      // Those who are known are offered all the same, and the next letter asks again.
      this.#asked.delete(key);
    }
  }
}
