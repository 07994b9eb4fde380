/**
 * Who is there. Views say whom they show; the backend is told once things have
 * settled, and watches nobody else.
 */

import { SvelteMap } from 'svelte/reactivity';
import { say, t } from '../i18n';
import type { Backend, PersonView, UserId } from './types';
import type { PresenceView } from '../backend/bindings';

const SETTLES = 250;

export class Presence {
  #byPerson = new SvelteMap<UserId, PresenceView>();
  /** How many views show each. */
  #shown = new Map<UserId, number>();
  #told = '';
  #isSoon = false;

  constructor(
    private readonly backend: Backend,
    /** Without a connection nobody knows who is there. */
    private readonly isCut: () => boolean = () => false,
  ) {}

  take(all: readonly PresenceView[]): void {
    for (const one of all) this.#byPerson.set(one.person, one);
  }

  forget(): void {
    this.#byPerson.clear();
    this.#told = '';
  }

  /** The connection is back: it knows nothing of whom one looks at. */
  again(): void {
    this.#told = '';
    this.#soon();
  }

  isOnline(person: UserId | null | undefined): boolean {
    if (person === null || person === undefined) return false;
    return this.#byPerson.get(person)?.is_online === true && !this.isCut();
  }

  /** Online, or when they were last seen, in words; empty when nobody knows. */
  words(person: PersonView | undefined, now: number): string {
    if (person === undefined) return '';
    const known = this.#byPerson.get(person.id);
    if (this.isOnline(person.id)) return t.presence.online;
    const seen = Math.max(known?.last_seen ?? 0, person.last_seen ?? 0);
    return seen === 0 ? '' : t.timeline.lastSeen(say.ago(seen, now));
  }

  /** A view shows these people; answers what to do when it no longer does. */
  watch(people: readonly UserId[]): () => void {
    for (const id of people) this.#shown.set(id, (this.#shown.get(id) ?? 0) + 1);
    this.#soon();
    return () => {
      for (const id of people) {
        const left = (this.#shown.get(id) ?? 1) - 1;
        if (left === 0) this.#shown.delete(id);
        else this.#shown.set(id, left);
      }
      this.#soon();
    };
  }

  #soon(): void {
    if (this.#isSoon) return;
    this.#isSoon = true;
    setTimeout(() => {
      this.#isSoon = false;
      const people = [...this.#shown.keys()].sort((a, b) => a - b);
      const said = people.join();
      if (said === this.#told) return;
      this.#told = said;
      // Without it the dots are missing, and nothing else.
      this.backend.call('watch_presence', { people }).catch(() => (this.#told = ''));
    }, SETTLES);
  }
}
