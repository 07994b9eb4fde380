/**
 * The conversation that is open: a window on its messages, kept in step by
 * patches. The window grows at both ends by pages; when a patch was lost, it is
 * opened again around the place where the person reads. A jump to what is not
 * held here opens another window there; the old one stays until it has come.
 */

import { SvelteSet } from 'svelte/reactivity';
import { asCallError } from '../backend/backend';
import { say } from '../i18n';
import { patched } from '../lib/order';
import { rowsOf, type Row } from '../lib/rows';
import { NO_RIGHTS } from './dialogs.svelte';
import { Revision } from './revision';
import type { Place, Places } from './places';
import type { People } from './people.svelte';
import type {
  Backend,
  DialogId,
  DialogView,
  MessageId,
  MessageView,
  PersonView,
  Rights,
  UserId,
} from './types';
import type { TimelinePage, TimelinePatch, TimelineSnapshot } from '../backend/bindings';

export type TimelineRow = Row<MessageView>;
export type Paging = 'idle' | 'busy' | 'failed' | 'offline';

/** Where the view lands when a window was opened. */
export type Landing =
  | { kind: 'newest' }
  | { kind: 'unread' }
  | { kind: 'place'; place: Place }
  | { kind: 'message'; id: MessageId }
  | { kind: 'time'; at: number };

/** A message to go to within the window; counted, so that the same one can be meant twice. */
export type Target = { id: MessageId; turn: number };

type Where = { at: MessageId | null; at_time?: number; newest?: boolean };

const LANDS_UNREAD: Landing = { kind: 'unread' };

/** Nobody remembers more places than this. */
const TRAIL = 20;

/** Until the window says more, nothing but writing is offered. */
const EARLY_RIGHTS: Rights = { ...NO_RIGHTS, write: true };

export class Timeline {
  dialogId = $state<DialogId | null>(null);
  phase = $state<'none' | 'opening' | 'open' | 'failed'>('none');
  messages = $state.raw<MessageView[]>([]);
  occupants = $state.raw<UserId[]>([]);
  hasOlder = $state(false);
  hasNewer = $state(false);
  firstUnread = $state<MessageId | null>(null);
  older = $state<Paging>('idle');
  newer = $state<Paging>('idle');
  /** What is pinned here, the newest last. */
  pinned = $state.raw<MessageView[]>([]);
  rights = $state.raw<Rights>(EARLY_RIGHTS);
  /** Where the view is to go, without another window. */
  target = $state.raw<Target | null>(null);
  /** A jump is on its way to the server. */
  isJumping = $state(false);
  /** Long messages that somebody wanted to see whole: a row forgets it when it is scrolled away. */
  readonly whole = new SvelteSet<MessageId>();
  /** Counts the windows that came: each is a view begun anew. */
  epoch = $state(0);
  /** Where such a view begins. */
  landing: Landing = { kind: 'newest' };

  rows = $derived.by(() => this.#rows(this.messages, this.firstUnread));

  /** Places that were left by a jump, the last one last; null is the newest message. */
  #trail = $state.raw<(Place | null)[]>([]);
  #known = new Map<string, TimelineRow>();
  #window: number | null = null;
  #generation = 0;
  #revision: Revision<TimelinePatch>;
  #snapshotDialog = $state.raw<DialogView | null>(null);
  /** Patches of a window whose snapshot has not come yet. */
  #strays: TimelinePatch[] = [];
  #isAsking = false;
  /** The last message that was asked for is not to be had. */
  #isMissing = false;

  constructor(
    private readonly backend: Backend,
    private readonly people: People,
    private readonly places: Places,
    /** The view tells where it stands, for opening again. */
    private readonly hooks: {
      opened: (snapshot: TimelineSnapshot) => void;
      failed: (thrown: unknown) => void;
      /** A message that was asked for is not to be had, here or there. */
      missing: (id: MessageId) => void;
      /** The conversation itself is not to be had. */
      gone: () => void;
    },
  ) {
    this.#revision = new Revision(
      (patch) => this.#apply(patch),
      () => void this.reopen(),
    );
  }

  /** Opens a conversation. `unread` says whether the newest read message is the place to land. */
  async open(dialog: DialogId, unread: number): Promise<void> {
    if (dialog === this.dialogId && this.phase !== 'failed') {
      // What came late may stand anywhere above: it is not found by scrolling on.
      if (unread > 0 && this.phase === 'open') await this.#ask(dialog, { at: null }, LANDS_UNREAD);
      return;
    }
    const place = unread > 0 ? null : this.places.of(dialog);
    this.#begin(dialog);
    const landing: Landing = place === null ? LANDS_UNREAD : { kind: 'place', place };
    await this.#ask(dialog, { at: place?.message ?? null }, landing);
  }

  /**
   * Opens a conversation at one of its messages; in the one that is open, goes
   * there. The way back leads to where one was in it last.
   */
  async openAt(dialog: DialogId, id: MessageId): Promise<void> {
    if (dialog === this.dialogId && this.phase === 'open') {
      await this.jumpTo(id);
      return;
    }
    const place = this.places.of(dialog);
    this.#begin(dialog);
    const generation = this.#generation;
    const isThere = await this.#ask(dialog, { at: id }, { kind: 'message', id });
    if (isThere) this.#trail = [place];
    // Somebody may have gone elsewhere meanwhile.
    else if (generation + 1 === this.#generation && this.#isMissing) {
      await this.#ask(dialog, { at: null }, LANDS_UNREAD);
    }
  }

  #begin(dialog: DialogId): void {
    this.#leave();
    this.dialogId = dialog;
    this.phase = 'opening';
    this.messages = [];
    this.occupants = [];
    this.firstUnread = null;
    this.hasOlder = false;
    this.hasNewer = false;
    this.older = 'idle';
    this.newer = 'idle';
    this.pinned = [];
    this.rights = EARLY_RIGHTS;
    this.target = null;
    this.whole.clear();
    this.#trail = [];
    this.#snapshotDialog = null;
  }

  /** Opens the same conversation again and keeps the place. */
  async reopen(): Promise<void> {
    const dialog = this.dialogId;
    if (dialog === null) return;
    const place = this.places.of(dialog);
    this.#leave();
    const landing: Landing = place === null ? { kind: 'newest' } : { kind: 'place', place };
    await this.#ask(dialog, { at: place?.message ?? null }, landing, this.firstUnread);
  }

  /** Goes to a message, in this window or in another one. Whoever goes from one to the next comes back to where the first began. */
  async jumpTo(id: MessageId, isNew = true): Promise<void> {
    const dialog = this.dialogId;
    if (dialog === null || this.phase !== 'open') return;
    const isStep = isNew && this.#remember(dialog);
    if (this.get(id) !== undefined) this.#aim(id);
    else await this.#jump(dialog, { at: id }, { kind: 'message', id }, isStep);
  }

  /** Goes to the first message of that time or after it. */
  async jumpToTime(at: number): Promise<void> {
    const dialog = this.dialogId;
    if (dialog === null || this.phase !== 'open') return;
    const isStep = this.#remember(dialog);
    const found = this.messages.find((message) => message.sent_at >= at);
    const isInside = found !== undefined && (found !== this.messages[0] || !this.hasOlder);
    if (isInside) this.#aim(found.id);
    else await this.#jump(dialog, { at: null, at_time: at }, { kind: 'time', at }, isStep);
  }

  /** Whether there is a place to go back to. */
  get canGoBack(): boolean {
    return this.#trail.length > 0;
  }

  /** Back to where the last jump began. */
  async goBack(): Promise<void> {
    const dialog = this.dialogId;
    const place = this.#trail.at(-1);
    if (dialog === null || place === undefined) return;
    this.#trail = this.#trail.slice(0, -1);
    if (place === null) await this.toNewest();
    else await this.#jump(dialog, { at: place.message }, { kind: 'place', place }, false);
  }

  forgetTrail(): void {
    this.#trail = [];
  }

  /** A step on the way back; who goes on before they have arrived stood at one place only. */
  #remember(dialog: DialogId): boolean {
    const place = this.places.of(dialog);
    const last = this.#trail.at(-1);
    if (last !== undefined && isSame(last, place)) return false;
    this.#trail = [...this.#trail, place].slice(-TRAIL);
    return true;
  }

  #aim(id: MessageId): void {
    this.target = { id, turn: (this.target?.turn ?? 0) + 1 };
  }

  async #jump(dialog: DialogId, where: Where, landing: Landing, isStep: boolean): Promise<void> {
    this.isJumping = true;
    const done = await this.#ask(dialog, where, landing, this.firstUnread);
    this.isJumping = false;
    // A jump that did not happen leaves nothing to go back to.
    if (!done && isStep) this.#trail = this.#trail.slice(0, -1);
  }

  /** Opens the same conversation at its newest message. */
  async toNewest(): Promise<void> {
    const dialog = this.dialogId;
    if (dialog === null) return;
    this.places.keep(dialog, null);
    this.#trail = [];
    await this.#ask(dialog, { at: null, newest: true }, { kind: 'newest' });
  }

  close(): void {
    this.#leave();
    this.dialogId = null;
    this.phase = 'none';
    this.messages = [];
    this.pinned = [];
    this.target = null;
    this.whole.clear();
    this.#trail = [];
    this.#snapshotDialog = null;
  }

  get dialog(): DialogView | null {
    return this.#snapshotDialog;
  }

  get(id: MessageId): MessageView | undefined {
    return this.messages.find((message) => message.id === id);
  }

  /** When somebody was here last, as far as the server said or their messages here show. */
  lastSeen(person: PersonView): number | null {
    const wrote = this.messages.findLast((message) => message.sender === person.id)?.sent_at;
    if (person.last_seen === null) return null;
    return Math.max(person.last_seen, wrote ?? 0);
  }

  /** Conversations have changed: what one may do in this one may have, too. */
  takeDialogs(dialogs: readonly DialogView[], removed: readonly DialogId[]): void {
    const id = this.dialogId;
    if (this.phase !== 'open' || id === null) return;
    const now = dialogs.find((dialog) => dialog.id === id);
    if (now !== undefined) this.rights = now.rights;
    else if (removed.includes(id)) this.rights = NO_RIGHTS;
  }

  /** The line above what was new has done its work. */
  forgetUnread(): void {
    this.firstUnread = null;
  }

  take(patch: TimelinePatch): void {
    if (patch.window === this.#window) this.#revision.take(patch);
    else if (this.#isAsking) this.#strays.push(patch);
  }

  async loadOlder(): Promise<void> {
    if (!this.hasOlder || this.older !== 'idle') return;
    this.older = 'busy';
    this.older = await this.#load('load_older');
  }

  async loadNewer(): Promise<void> {
    if (!this.hasNewer || this.newer !== 'idle') return;
    this.newer = 'busy';
    this.newer = await this.#load('load_newer');
  }

  async #load(name: 'load_older' | 'load_newer'): Promise<Paging> {
    const window = this.#window;
    if (window === null) return 'idle';
    try {
      const page = await this.backend.call(name, { window });
      if (window === this.#window) this.#takePage(page);
      return 'idle';
    } catch (thrown) {
      if (window !== this.#window) return 'idle';
      return asCallError(name, thrown).code === 'offline' ? 'offline' : 'failed';
    }
  }

  /** Somebody asks for it, or the connection is back. */
  retryPaging(): void {
    if (this.older === 'failed' || this.older === 'offline') {
      this.older = 'idle';
      void this.loadOlder();
    }
    if (this.newer === 'failed' || this.newer === 'offline') {
      this.newer = 'idle';
      void this.loadNewer();
    }
  }

  /** Opens a window; the one before is kept until this one has come. Says whether it has. */
  async #ask(
    dialog: DialogId,
    where: Where,
    landing: Landing,
    /** Where the line above what is new stands already: it stays there. */
    line: MessageId | null = null,
  ): Promise<boolean> {
    const generation = ++this.#generation;
    const before = this.#window;
    if (before === null) this.#revision.opening();
    this.#strays = [];
    this.#isAsking = true;
    this.#isMissing = false;
    try {
      const snapshot = await this.backend.call('open_timeline', { dialog, ...where });
      if (generation !== this.#generation) {
        this.#closeWindow(snapshot.window);
        return false;
      }
      if (landing.kind === 'message' && !snapshot.messages.some(({ id }) => id === landing.id)) {
        this.#closeWindow(snapshot.window);
        this.#isAsking = false;
        this.#isMissing = true;
        this.hooks.missing(landing.id);
        return false;
      }
      if (before !== null) this.#closeWindow(before);
      this.#isAsking = false;
      this.#revision.opening();
      this.#window = snapshot.window;
      this.people.learn(snapshot.people);
      this.#snapshotDialog = snapshot.dialog;
      this.occupants = snapshot.occupants;
      this.messages = patched([], snapshot.messages);
      this.pinned = snapshot.pinned;
      this.rights = snapshot.rights;
      this.hasOlder = snapshot.has_older;
      this.hasNewer = snapshot.has_newer;
      this.older = 'idle';
      this.newer = 'idle';
      this.firstUnread = line ?? snapshot.first_unread;
      this.landing = landing;
      this.target = null;
      this.phase = 'open';
      this.epoch += 1;
      this.hooks.opened(snapshot);
      this.#revision.opened(snapshot.rev);
      for (const patch of this.#strays.splice(0)) this.take(patch);
      return true;
    } catch (thrown) {
      if (generation !== this.#generation) return false;
      this.#isAsking = false;
      this.#strays = [];
      const isGone = asCallError('open_timeline', thrown).code === 'gone';
      if (isGone && landing.kind === 'place' && where.at !== null) {
        // Its message is not there any more; the conversation may be.
        this.places.keep(dialog, null);
        return this.#ask(dialog, { at: null }, LANDS_UNREAD, line);
      }
      this.#isMissing = landing.kind === 'message' && isGone;
      if (landing.kind === 'message' && isGone) this.hooks.missing(landing.id);
      else if (this.#window !== null) this.hooks.failed(thrown);
      else if (isGone) this.hooks.gone();
      else this.phase = 'failed';
      return false;
    }
  }

  #leave(): void {
    this.#generation += 1;
    this.#isAsking = false;
    if (this.#window !== null) this.#closeWindow(this.#window);
    this.#window = null;
  }

  #closeWindow(window: number): void {
    // A window that is gone already is closed all the same.
    this.backend.call('close_timeline', { window }).catch(() => undefined);
  }

  #apply(patch: TimelinePatch): void {
    this.people.learn(patch.people);
    this.#keepLine(patch.removals);
    this.messages = patched(this.messages, patch.upserts, patch.removals);
    this.hasOlder = patch.has_older;
    this.hasNewer = patch.has_newer;
    if (patch.pinned !== null) this.pinned = patch.pinned;
  }

  /** The line above what is new stands above the next message when the first of them goes. */
  #keepLine(removals: readonly MessageId[]): void {
    if (this.firstUnread === null || !removals.includes(this.firstUnread)) return;
    const gone = new Set(removals);
    const from = this.messages.findIndex(({ id }) => id === this.firstUnread);
    const next = this.messages.find(
      ({ id, is_own }, index) => index > from && !is_own && !gone.has(id),
    );
    this.firstUnread = from < 0 ? null : (next?.id ?? null);
  }

  /**
   * A page is an answer, and patches that came while it was on its way are
   * newer than it: it only brings what is not here yet. Where a page counts as
   * a revision of its own, it is applied in its turn.
   */
  #takePage(page: TimelinePage): void {
    const window = this.#window;
    const current = this.#revision.current;
    if (window === null || current === null) return;
    const known = new Set(this.messages.map((message) => message.id));
    const upserts = page.messages.filter((message) => !known.has(message.id));
    const patch: TimelinePatch = {
      window,
      rev: page.rev,
      upserts,
      removals: [],
      people: page.people,
      has_older: page.has_older,
      has_newer: page.has_newer,
      pinned: null,
    };
    if (page.rev > current) this.#revision.take(patch);
    else this.#apply(patch);
  }

  #rows(messages: MessageView[], firstUnread: MessageId | null): TimelineRow[] {
    const rows = rowsOf(messages, firstUnread, say.dayNumber, this.#known);
    this.#known = new Map(rows.map((row) => [row.id, row]));
    return rows;
  }
}

const isSame = (one: Place | null, other: Place | null) =>
  one?.message === other?.message && one?.offset === other?.offset;
