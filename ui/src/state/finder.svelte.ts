/** Looks for people by name while somebody types. */

import type { People } from './people.svelte';
import type { Backend, PersonView } from './types';

const PAUSE = 180;

export class Finder {
  query = $state('');
  found = $state.raw<PersonView[]>([]);
  phase = $state<'idle' | 'busy' | 'done' | 'failed'>('idle');

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
    this.phase = 'busy';
    this.#timer = setTimeout(() => void this.#find(wanted, generation), PAUSE);
  }

  clear(): void {
    this.typed('');
  }

  async #find(query: string, generation: number): Promise<void> {
    try {
      const found = await this.backend.call('find_people', { query });
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
