/** The list of conversations. */

import { replaced } from '../lib/placing';
import { nameMatches } from '../lib/text';
import { Hush } from './hush.svelte';
import { Revision } from './revision';
import type { Link } from './link.svelte';
import type { People } from './people.svelte';
import type { Typing } from './typing.svelte';
import type { Backend, DialogId, DialogView, PersonView, Rights } from './types';
import type { HomePatch, HomeSnapshot } from '../backend/bindings';

export const FILTERS = ['all', 'unread', 'groups', 'public', 'archived'] as const;
export type Filter = (typeof FILTERS)[number];

const inOrder = (a: DialogView, b: DialogView) =>
  Number(b.is_pinned) - Number(a.is_pinned) ||
  b.sort_at - a.sort_at ||
  b.arrival - a.arrival ||
  (a.id < b.id ? -1 : a.id > b.id ? 1 : 0);

/** Of somebody who is not in a conversation. */
export const NO_RIGHTS: Rights = {
  write: false,
  edit_info: false,
  add_people: false,
  remove_people: false,
  appoint_admins: false,
  pin: false,
  delete_any_message: false,
  delete_for_all: false,
  clear_for_all: false,
  leave: false,
};

/** Something in it waits to be read, or somebody said so. */
export function isUnread(dialog: DialogView): boolean {
  return dialog.unread > 0 || dialog.is_marked_unread;
}

export class Dialogs {
  phase = $state<'closed' | 'opening' | 'open' | 'failed'>('closed');
  me = $state.raw<PersonView | null>(null);
  query = $state('');
  filter = $state<Filter>('all');
  /** The one on screen: reading it does not take it out of what is unread. */
  opened = $state<DialogId | null>(null);

  #total = $state(0);
  /** The one on screen, when it has left the list: what is there can be read on. */
  #left = $state.raw<DialogView | null>(null);
  /** What has not gone out from those that have left the list. */
  #elsewhere = $state(0);
  readonly #hush: Hush;
  #all = $state.raw<DialogView[]>([]);
  /** While the list is being used: the order that stays under the pointer. */
  #held = $state.raw<DialogId[] | null>(null);
  #byId = $derived(new Map(this.#all.map((dialog) => [dialog.id, dialog])));
  #shown = $derived.by(() => this.#choose());
  #revision: Revision<HomePatch>;
  #generation = 0;

  constructor(
    private readonly backend: Backend,
    private readonly people: People,
    private readonly typing: Typing,
    private readonly link: Link,
    /** The home screen tells more than the list. */
    private readonly told: (home: HomeSnapshot) => void,
    /** The conversation at whose end somebody is looking. */
    attended: () => DialogId | null = () => null,
  ) {
    this.#hush = new Hush(attended);
    this.#revision = new Revision(
      (patch) => this.#apply(patch),
      () => void this.open(),
    );
  }

  /** Opens the list, at first or again. */
  async open(): Promise<void> {
    const generation = ++this.#generation;
    this.#revision.opening();
    if (this.phase !== 'open') this.phase = 'opening';
    try {
      const home = await this.backend.call('home', {});
      if (generation !== this.#generation) return;
      this.people.learn(home.people);
      this.people.learn([home.me]);
      this.told(home);
      this.typing.replace(home.typing);
      this.link.take(home.link);
      this.me = home.me;
      this.#total = home.unread_total;
      this.#elsewhere = home.waiting_elsewhere;
      this.#hush.forget();
      // A long list comes in parts: the one on screen may be in a later one.
      this.#left = (this.opened === null ? undefined : this.get(this.opened)) ?? null;
      this.#all = [...home.dialogs].sort(inOrder);
      this.phase = 'open';
      this.#revision.opened(home.rev);
    } catch {
      if (generation === this.#generation && this.phase !== 'open') this.phase = 'failed';
    }
  }

  close(): void {
    this.#generation += 1;
    this.#revision.opening();
    this.phase = 'closed';
    this.#all = [];
    this.#left = null;
    this.#elsewhere = 0;
    this.#held = null;
    this.query = '';
    this.filter = 'all';
    this.opened = null;
    this.#total = 0;
    this.#hush.forget();
    this.me = null;
  }

  take(patch: HomePatch): void {
    if (this.phase !== 'closed') this.#revision.take(patch);
  }

  get(id: DialogId): DialogView | undefined {
    const left = this.opened === id && this.#left?.id === id ? this.#left : undefined;
    return this.#byId.get(id) ?? left;
  }

  get isEmpty(): boolean {
    return this.#all.length === 0;
  }

  /** Every one of them, the latest first. */
  get all(): readonly DialogView[] {
    return this.#all;
  }

  /** The conversation with one person, if there is one. */
  with(person: number): DialogView | undefined {
    return this.#all.find((dialog) => dialog.kind === 'private' && dialog.opponent === person);
  }

  /** What is shown: those of the filter, or those whose name fits what was typed. */
  get shown(): readonly DialogView[] {
    return this.#shown;
  }

  /** How much of a conversation is unread, as its row says. */
  counted(dialog: DialogView) {
    return this.#hush.counted(dialog);
  }

  /** How many messages wait to be read, as the window says. */
  get unreadTotal(): number {
    const open = this.opened === null ? undefined : this.get(this.opened);
    const hushed = open === undefined ? 0 : open.unread - this.counted(open).unread;
    return Math.max(0, this.#total - hushed);
  }

  /** How many conversations have something to read, by filter: what a tab says. */
  counts = $derived.by(() => {
    const counts = { all: 0, unread: 0, groups: 0, public: 0, archived: 0 };
    for (const dialog of this.#all) {
      if (this.counted(dialog).unread === 0 && !dialog.is_marked_unread) continue;
      for (const filter of FILTERS) if (belongs(dialog, filter)) counts[filter] += 1;
    }
    return counts;
  });

  /** Messages that have not gone out, in all of them and in those that are not here any more. */
  waiting = $derived(this.#all.reduce((sum, dialog) => sum + dialog.waiting, this.#elsewhere));

  choose(filter: Filter): void {
    this.release();
    this.filter = filter;
  }

  /** Those one talks to alone, the latest first, and then everybody else one has met, by name. */
  acquaintances(): PersonView[] {
    const talkedTo = this.#all.flatMap((dialog) =>
      dialog.kind === 'private' && dialog.opponent !== null
        ? (this.people.get(dialog.opponent) ?? [])
        : [],
    );
    const known = new Set(talkedTo.map((person) => person.id));
    const met = this.people.all
      .filter((person) => !known.has(person.id))
      .sort((a, b) => a.name.localeCompare(b.name));
    return [...talkedTo, ...met].filter((person) => person.id !== this.me?.id);
  }

  #choose(): readonly DialogView[] {
    const query = this.query.trim();
    if (query !== '') return this.#all.filter((dialog) => this.#fits(dialog, query));
    const chosen = this.#all.filter(
      (dialog) =>
        belongs(dialog, this.filter) ||
        (this.filter === 'unread' && dialog.id === this.opened && !dialog.is_archived),
    );
    if (this.#held === null) return chosen;
    const known = this.#byId;
    const held = this.#held.flatMap((id) => known.get(id) ?? []);
    const places = new Set(this.#held);
    // What is new waits at the end until the list is let go.
    return [...held, ...chosen.filter((dialog) => !places.has(dialog.id))];
  }

  /** By its name, or by the login of the other person: not every name is easy to type. */
  #fits(dialog: DialogView, query: string): boolean {
    if (nameMatches(dialog.name, query)) return true;
    const other = dialog.opponent === null ? undefined : this.people.get(dialog.opponent);
    return nameMatches(other?.login ?? '', query);
  }

  /** The list is being used: nothing moves. */
  hold(): void {
    this.#held ??= this.#shown.map((dialog) => dialog.id);
  }

  release(): void {
    this.#held = null;
  }

  #apply(patch: HomePatch): void {
    this.people.learn(patch.people);
    if (patch.link !== null) this.link.take(patch.link);
    this.#total = patch.unread_total;
    this.#elsewhere = patch.waiting_elsewhere ?? this.#elsewhere;
    if (patch.dialogs.length === 0 && patch.removed.length === 0) return;
    for (const dialog of patch.dialogs) this.#hush.take(this.get(dialog.id), dialog);
    const open = this.opened === null ? undefined : this.get(this.opened);
    if (open !== undefined && patch.removed.includes(open.id)) this.#left = fromOutside(open);
    this.#all = replaced(this.#all, patch.dialogs, patch.removed, inOrder);
  }
}

/** As it looks to somebody who is not in it any more. */
function fromOutside(dialog: DialogView): DialogView {
  return {
    ...dialog,
    is_joined: false,
    role: 'none',
    rights: NO_RIGHTS,
    unread: 0,
    mentions: 0,
    is_marked_unread: false,
  };
}

function belongs(dialog: DialogView, filter: Filter): boolean {
  if (filter === 'archived' || dialog.is_archived) {
    return filter === 'archived' && dialog.is_archived;
  }
  switch (filter) {
    case 'all':
      return true;
    case 'unread':
      return isUnread(dialog);
    case 'groups':
      return dialog.kind === 'group';
    case 'public':
      return dialog.kind === 'public' || dialog.kind === 'broadcast';
  }
}
