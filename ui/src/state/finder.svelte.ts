/**
 * Looks for people while somebody types. Those who are known are found at
 * once, elsewhere; the server's directory wants a few letters.
 */

import type { People } from './people.svelte';
import type { Backend, PersonView } from './types';
import type { FindBy } from '../backend/bindings';

const PAUSE = 180;

/** What the directory wants at least for the beginning of a name. Logins, addresses and tags are looked up whole. */
export const LEAST_LETTERS = 4;

export class Finder {
  query = $state('');
  by = $state<FindBy>('name');
  found = $state.raw<PersonView[]>([]);
  /** `short`: the directory was not asked, for it wants more letters. */
  phase = $state<'idle' | 'short' | 'busy' | 'done' | 'failed'>('idle');

  #timer: ReturnType<typeof setTimeout> | undefined;
  #generation = 0;

  constructor(
    private readonly backend: Backend,
    private readonly people: People,
  ) {}

  typed(query: string): void {
    this.query = query;
    clearTimeout(this.#timer);
    const generation = ++this.#generation;
    const wanted = query.trim();
    if (wanted === '') {
      this.found = [];
      this.phase = 'idle';
      return;
    }
    if (this.by === 'name' && [...wanted].length < LEAST_LETTERS && isAlphabetic(wanted)) {
      this.found = [];
      this.phase = 'short';
      return;
    }
    this.phase = 'busy';
    this.#timer = setTimeout(() => void this.#find(wanted, generation), PAUSE);
  }

  lookBy(by: FindBy): void {
    this.by = by;
    this.typed(this.query);
  }

  clear(): void {
    this.typed('');
  }

  async #find(query: string, generation: number): Promise<void> {
    try {
      const found = await this.backend.call('find_people', { query, by: this.by });
      if (generation !== this.#generation) return;
      this.people.learn(found);
      this.found = found;
      this.phase = 'done';
    } catch {
      if (generation !== this.#generation) return;
      this.found = [];
      this.phase = 'failed';
    }
  }
}

/** One sign of these scripts says as much as several letters: a whole name may have two. */
function isAlphabetic(text: string): boolean {
  return !/\p{Script=Han}|\p{Script=Hangul}|\p{Script=Hiragana}|\p{Script=Katakana}/u.test(text);
}
