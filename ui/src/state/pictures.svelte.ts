/** Pictures that the backend keeps: asked for once, remembered while there is room. */

import { SvelteMap } from 'svelte/reactivity';
import type { Backend } from './types';

const MOST = 400;
/** So many at once: a list that is scrolled fast asks for many. */
const AT_ONCE = 6;

export class Pictures {
  #known = new SvelteMap<string, string | null>();
  #asked = new Set<string>();
  #waiting: string[] = [];
  #running = 0;
  #generation = 0;

  constructor(private readonly backend: Backend) {}

  /** What an image can show: the address itself, what a `uid:` stands for once it is here, or nothing. */
  resolve(address: string | null): string | null {
    if (address === null || !address.startsWith('uid:')) return address;
    const uid = address.slice('uid:'.length);
    const known = this.#known.get(uid);
    if (known === undefined) this.#ask(uid);
    return known ?? null;
  }

  /** Whether it was asked for in vain. */
  isMissing(address: string): boolean {
    return this.#known.get(address.slice('uid:'.length)) === null;
  }

  /** Back online: what could not be had may be had now. */
  tryAgain(): void {
    for (const [uid, picture] of this.#known) {
      if (picture !== null) continue;
      this.#known.delete(uid);
      this.#asked.delete(uid);
    }
  }

  forget(): void {
    this.#generation += 1;
    this.#known.clear();
    this.#asked.clear();
    this.#waiting = [];
  }

  #ask(uid: string): void {
    if (this.#asked.has(uid)) return;
    this.#asked.add(uid);
    this.#waiting.push(uid);
    // Not while a view is being drawn.
    queueMicrotask(() => this.#next());
  }

  #next(): void {
    while (this.#running < AT_ONCE) {
      // The last asked for is what is on screen now.
      const uid = this.#waiting.pop();
      if (uid === undefined) return;
      this.#running += 1;
      void this.#fetch(uid, this.#generation);
    }
  }

  async #fetch(uid: string, generation: number): Promise<void> {
    const picture = await this.backend.call('picture', { uid }).catch(() => null);
    this.#running -= 1;
    if (generation === this.#generation) {
      this.#known.set(uid, picture);
      this.#trim();
    }
    this.#next();
  }

  #trim(): void {
    for (const uid of this.#known.keys()) {
      if (this.#known.size <= MOST) return;
      this.#known.delete(uid);
      this.#asked.delete(uid);
    }
  }
}
