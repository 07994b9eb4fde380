/**
 * Pictures that the backend keeps: asked for once, remembered while there is
 * room. What is on screen is never given up; of the rest, what was on screen
 * longest ago goes first.
 */

import { createSubscriber, SvelteMap, SvelteSet } from 'svelte/reactivity';
import type { AttachmentView, Backend } from './types';

/** So many are remembered, and so many characters of them. */
export const MOST = 400;
export const MOST_CHARACTERS = 64 * 1024 * 1024;
/** So many at once: a list that is scrolled fast asks for many. */
const AT_ONCE = 6;

/** A larger photo, in bytes, comes when it is wanted; a larger one still is not shown. */
export const UNASKED = 5 * 1024 * 1024;
export const LARGEST = 32 * 1024 * 1024;

/** Large ones wait until somebody wants them, and then come or fail; others come by themselves. */
export type PhotoState = 'there' | 'coming' | 'large' | 'failed' | 'missing';

type Sized = Pick<AttachmentView, 'uid' | 'size'> & Partial<Pick<AttachmentView, 'upload'>>;

/** What is on its way out has a picture before it has a name on the server. */
const LEAVING = 'upload:';

export class Pictures {
  #known = new SvelteMap<string, string | null>();
  /** Large ones that somebody wants. */
  #wanted = new SvelteSet<string>();
  #asked = new Set<string>();
  #waiting: string[] = [];
  #running = 0;
  #generation = 0;

  /** In the order in which they were on screen, the longest ago first. */
  #order = new Set<string>();
  #characters = 0;
  /** How many places show it now. */
  #held = new Map<string, number>();
  #watch = new Map<string, () => void>();

  constructor(private readonly backend: Backend) {}

  /** What an image can show: the address itself, what a `uid:` stands for once it is here, or nothing. */
  resolve(address: string | null): string | null {
    if (address === null || !address.startsWith('uid:')) return address;
    const uid = address.slice('uid:'.length);
    this.#watched(uid);
    const known = this.#known.get(uid);
    if (known === undefined) this.#ask(uid);
    return known ?? null;
  }

  /** Whether it only comes when somebody wants it. */
  isLarge = ({ uid, size }: Sized): boolean =>
    uid !== null && size !== null && size > UNASKED && size <= LARGEST;

  /** A photo that hangs on a message, and how it stands with it. */
  photo({ uid, size, upload }: Sized): { src: string | null; state: PhotoState } {
    if (upload) {
      const src = this.leaving(upload.file);
      if (src !== null && uid !== null) queueMicrotask(() => this.#adopt(uid, src));
      return { src, state: src === null ? 'coming' : 'there' };
    }
    if (uid === null || (size ?? 0) > LARGEST) return { src: null, state: 'missing' };
    if ((size ?? 0) <= UNASKED) {
      const src = this.resolve(`uid:${uid}`);
      if (src !== null) return { src, state: 'there' };
      return { src, state: this.#known.get(uid) === null ? 'missing' : 'coming' };
    }
    this.#watched(uid);
    const known = this.#known.get(uid);
    if (typeof known === 'string') return { src: known, state: 'there' };
    if (this.#wanted.has(uid)) return { src: null, state: 'coming' };
    return { src: null, state: known === null ? 'failed' : 'large' };
  }

  /** The picture of a photo that is beside a draft, or on its way out. */
  leaving(file: number): string | null {
    return this.resolve(`uid:${LEAVING}${file}`);
  }

  /** It has a name on the server now, and nothing blinks by that. */
  #adopt(uid: string, picture: string): void {
    if (typeof this.#known.get(uid) !== 'string') this.#keep(uid, picture);
  }

  /** Somebody wants a large one. */
  want(uid: string): void {
    if (this.#wanted.has(uid) || typeof this.#known.get(uid) === 'string') return;
    this.#wanted.add(uid);
    void this.#fetchWanted(uid, this.#generation);
  }

  /** Back online: what could not be had may be had now. */
  tryAgain(): void {
    for (const [uid, picture] of this.#known) if (picture === null) this.#drop(uid);
  }

  /** Somebody shows it, until they say that they do no more. */
  hold(uid: string): () => void {
    this.#held.set(uid, (this.#held.get(uid) ?? 0) + 1);
    if (this.#order.has(uid)) this.#recall(uid);
    return () => {
      const left = (this.#held.get(uid) ?? 1) - 1;
      if (left > 0) this.#held.set(uid, left);
      else {
        this.#held.delete(uid);
        this.#watch.delete(uid);
        this.#trim();
      }
    };
  }

  forget(): void {
    this.#generation += 1;
    this.#known.clear();
    this.#wanted.clear();
    this.#asked.clear();
    this.#order.clear();
    this.#characters = 0;
    this.#waiting = [];
  }

  /** Whoever draws it holds it. */
  #watched(uid: string): void {
    if (!$effect.tracking()) return;
    const watch = this.#watch.get(uid) ?? createSubscriber(() => this.hold(uid));
    this.#watch.set(uid, watch);
    watch();
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
    const asked = uid.startsWith(LEAVING)
      ? this.backend.call('picture_of_upload', { file: Number(uid.slice(LEAVING.length)) })
      : this.backend.call('picture', { uid });
    const picture = await asked.catch(() => null);
    this.#running -= 1;
    if (generation === this.#generation) this.#keep(uid, picture);
    this.#next();
  }

  async #fetchWanted(uid: string, generation: number): Promise<void> {
    const asked = this.backend.call('picture', { uid, is_wanted: true });
    const picture = await asked.catch(() => null);
    if (generation !== this.#generation) return;
    this.#wanted.delete(uid);
    this.#keep(uid, picture);
  }

  #keep(uid: string, picture: string | null): void {
    this.#characters += (picture?.length ?? 0) - (this.#known.get(uid)?.length ?? 0);
    this.#known.set(uid, picture);
    this.#recall(uid);
    this.#trim();
  }

  /** It is the last that was on screen. */
  #recall(uid: string): void {
    this.#order.delete(uid);
    this.#order.add(uid);
  }

  #trim(): void {
    for (const uid of this.#order) {
      if (this.#known.size <= MOST && this.#characters <= MOST_CHARACTERS) return;
      if (!this.#held.has(uid)) this.#drop(uid);
    }
  }

  #drop(uid: string): void {
    this.#characters -= this.#known.get(uid)?.length ?? 0;
    this.#known.delete(uid);
    this.#asked.delete(uid);
    this.#order.delete(uid);
  }
}
