/**
 * All of it together: one object that the views hold. It takes the feed and
 * hands each event to the one that knows what to do with it.
 */

import { asCallError } from '../backend/backend';
import { t } from '../i18n';
import { newMessageId } from '../lib/ids';
import { EVERYBODY, type Namable } from '../lib/mentions';
import { Acts } from './acts.svelte';
import { Choosing } from './choosing.svelte';
import { Clock } from './clock.svelte';
import { Composer } from './composer.svelte';
import { Covers } from './covers';
import { Creation } from './creation.svelte';
import { Details } from './details.svelte';
import { Dialogs } from './dialogs.svelte';
import { Directory } from './directory.svelte';
import { EmojiHabits } from './emoji.svelte';
import { Entrance } from './entrance.svelte';
import { Finder } from './finder.svelte';
import { Found } from './found.svelte';
import { Link } from './link.svelte';
import { Naming } from './naming.svelte';
import { People } from './people.svelte';
import { Pictures } from './pictures.svelte';
import { Places } from './places';
import { Presence } from './presence.svelte';
import { Reading, unlessCovered, type Attention } from './reading';
import { Seeking } from './seeking.svelte';
import { Selection } from './selection.svelte';
import { Session } from './session.svelte';
import { Settings } from './settings.svelte';
import { Timeline } from './timeline.svelte';
import { Toasts } from './toasts.svelte';
import { Transfers } from './transfers.svelte';
import { Typing } from './typing.svelte';
import { Upkeep } from './upkeep.svelte';
import { Viewer } from './viewer.svelte';
import { Waiting } from './waiting.svelte';
import type { FeedEvent, RefusalView } from '../backend/bindings';
import type { AppView, Backend, DialogId, Drag, MessageId, MessageView } from './types';

export class Kith {
  readonly clock = new Clock();
  readonly toasts = new Toasts();
  readonly people = new People();
  readonly typing = new Typing();
  readonly places: Places;
  readonly selection = new Selection();
  readonly covers = new Covers();
  readonly settings: Settings;
  readonly session: Session;
  readonly entrance: Entrance;
  readonly link: Link;
  readonly dialogs: Dialogs;
  readonly timeline: Timeline;
  readonly composer: Composer;
  readonly acts: Acts;
  readonly emoji: EmojiHabits;
  readonly creation: Creation;
  readonly finder: Finder;
  /** Messages that the search over the list finds. */
  readonly found: Found;
  /** The search in the conversation that is open. */
  readonly seeking: Seeking;
  readonly reading: Reading;
  readonly presence: Presence;
  readonly pictures: Pictures;
  readonly naming: Naming;
  readonly transfers: Transfers;
  readonly upkeep: Upkeep;
  readonly directory: Directory;
  readonly details: Details;
  readonly waiting: Waiting;
  readonly viewer: Viewer;
  /** Who is to be added to a conversation. */
  readonly adding: Choosing;

  #stopFeed: () => void = () => undefined;
  #wasPainted = false;

  constructor(
    private readonly backend: Backend,
    attention: Attention,
  ) {
    const failed = (thrown: unknown) => this.toasts.failed(thrown);
    this.settings = new Settings(backend, failed);
    this.session = new Session(backend, (app, before) => this.#appChanged(app, before));
    this.entrance = new Entrance(this.session);
    this.presence = new Presence(backend, () => this.link.isCut);
    this.pictures = new Pictures(backend);
    this.naming = new Naming(backend, this.people);
    this.transfers = new Transfers(backend, failed);
    this.link = new Link(backend, this.clock, failed, () => {
      this.timeline.retryPaging();
      this.presence.again();
      this.pictures.tryAgain();
    });
    this.dialogs = new Dialogs(
      backend,
      this.people,
      this.typing,
      this.link,
      (home) => {
        this.presence.take(home.presence);
        this.transfers.take(home.transfers);
        this.places.take(home.places);
      },
      () => this.reading.attended,
    );
    this.places = new Places((dialog, place) =>
      backend.call('keep_place', {
        dialog,
        message: place?.message ?? null,
        top: Math.round(place?.offset ?? 0),
      }),
    );
    this.timeline = new Timeline(backend, this.people, this.places, {
      opened: ({ dialog, draft_state }) => {
        this.composer.takeDraft(dialog.id, draft_state);
        if (dialog.kind !== 'private') this.naming.recall(dialog.id, draft_state.text);
      },
      failed,
      missing: (id) => {
        this.found.gone([id]);
        this.toasts.say(t.timeline.gone);
      },
      gone: () => {
        this.leave();
        this.toasts.say(t.timeline.dialogGone);
      },
    });
    this.viewer = new Viewer(this.timeline);
    this.seeking = new Seeking(backend, this.timeline);
    this.composer = new Composer(backend, failed, newMessageId, () => this.namable);
    this.acts = new Acts(backend, this.toasts);
    this.emoji = new EmojiHabits(backend);
    this.creation = new Creation(backend, this.people, this.dialogs, this.toasts, (id) =>
      this.go(id),
    );
    this.finder = new Finder(backend, this.people);
    this.found = new Found(backend);
    this.upkeep = new Upkeep(backend, this.dialogs, this.toasts, (gone) => {
      if (gone.includes(this.timeline.dialogId ?? '')) this.leave();
    });
    this.directory = new Directory(backend, this.people, (id) => this.go(id));
    this.details = new Details(backend, this.people, this.toasts);
    this.adding = new Choosing(backend, this.people, this.dialogs);
    this.waiting = new Waiting(backend, this.toasts, (message, text) => {
      // The focus goes where one writes, and not back to where the list was opened.
      this.covers.clear();
      this.waiting.close();
      this.go(message.dialog_id);
      this.composer.takeBack(message, text);
    });
    this.reading = new Reading(
      (dialog, message, others) => this.#seen(dialog, message, others),
      unlessCovered(attention, this.covers),
      (dialog) => (this.dialogs.get(dialog)?.unread ?? 0) > 0,
      undefined,
      // So that the desktop does not announce what one sees here.
      (dialog) => void this.backend.call('attend', { dialog }).catch(() => undefined),
    );
  }

  async start(): Promise<void> {
    this.clock.start();
    this.#stopFeed = this.backend.feed((event) => this.#take(event));
    await Promise.all([this.settings.load(), this.session.load()]);
  }

  stop(): void {
    this.#stopFeed();
    this.clock.stop();
    this.reading.stop();
  }

  /** Who can be named in the conversation that is open. */
  get namable(): Namable[] {
    const { dialogId, occupants } = this.timeline;
    const dialog = dialogId === null ? undefined : this.dialogs.get(dialogId);
    if (dialog === undefined || dialog.kind === 'private') return [];
    const others = new Set([
      ...occupants,
      ...this.naming.in(dialog.id),
      ...(this.composer.editing?.mentions ?? []),
    ]);
    others.delete(this.dialogs.me?.id ?? EVERYBODY);
    others.delete(EVERYBODY);
    return [
      ...[...others].flatMap((id) => {
        const person = this.people.get(id);
        return person === undefined ? [] : [{ user: id, name: person.name }];
      }),
      { user: EVERYBODY, name: t.composer.everybody },
    ];
  }

  /** Shows a conversation. */
  go(dialog: DialogId): void {
    void this.#open(dialog);
  }

  /**
   * Shows the one that this account had open last, if it is there. Nobody has
   * gone to it yet: marked as unread, it stays so.
   */
  resume(): void {
    const account = this.session.app?.account?.id;
    const dialog = account === undefined ? null : this.settings.lastDialog(account);
    if (dialog === null || this.dialogs.get(dialog) === undefined) return;
    this.#turnTo(dialog);
    void this.timeline.open(dialog, this.dialogs.get(dialog)?.unread ?? 0);
  }

  /** Shows a message of a conversation, whichever is open now. */
  goTo(dialog: DialogId, message: MessageId): void {
    this.#turnTo(dialog);
    void this.upkeep.unmark(dialog);
    void this.timeline.openAt(dialog, message);
  }

  /** Shows a conversation at a message, because somebody wants to see it there. */
  async show(dialog: DialogId, message: MessageId | null): Promise<void> {
    const { timeline } = this;
    this.covers.clear();
    const wasOpen = timeline.dialogId === dialog;
    await this.#open(dialog);
    if (message === null || timeline.dialogId !== dialog) return;
    // Mostly it is the first unread one, and that is where the view has landed.
    if (timeline.firstUnread !== message) await timeline.jumpTo(message);
    // Nobody was anywhere else in it before.
    if (!wasOpen) timeline.forgetTrail();
  }

  async #open(dialog: DialogId): Promise<void> {
    this.#turnTo(dialog);
    void this.upkeep.unmark(dialog);
    await this.timeline.open(dialog, this.dialogs.get(dialog)?.unread ?? 0);
  }

  #turnTo(dialog: DialogId): void {
    if (dialog !== this.timeline.dialogId) {
      this.selection.end();
      this.viewer.close();
      this.seeking.close();
    }
    this.composer.switchTo(dialog);
    this.dialogs.opened = dialog;
    const account = this.session.app?.account ?? null;
    if (account !== null) this.settings.rememberDialog(account.id, dialog);
  }

  /** Says why a conversation counts as unread, and shows where that begins. */
  async whyUnread(dialog: DialogId): Promise<void> {
    try {
      const { reason, message } = await this.backend.call('why_unread', { dialog });
      if (message !== null) this.go(dialog);
      this.toasts.say(t.upkeep.whys[reason]);
    } catch (thrown) {
      this.toasts.failed(thrown);
    }
  }

  /** Back to the list, where there is room for only one of the two. */
  leave(): void {
    this.selection.end();
    this.viewer.close();
    this.seeking.close();
    this.composer.switchTo(null);
    this.dialogs.opened = null;
    this.timeline.close();
    this.reading.show(null, []);
  }

  /** The page is left, perhaps for good. */
  keep(): void {
    this.composer.leave();
    void this.places.flush();
  }

  /** The window is to close: nothing that was typed may be lost. */
  async close(): Promise<void> {
    await Promise.all([this.composer.close(), this.places.flush()]);
    // It closes soon in any case.
    await this.backend.call('may_close', {}).catch(() => undefined);
  }

  /** The first pixel of the list is on screen. Only benchmarks listen. */
  painted(): void {
    if (this.#wasPainted) return;
    this.#wasPainted = true;
    this.backend.call('painted', {}).catch(() => undefined);
  }

  /** Joins a public conversation that is looked at. */
  async join(dialog: DialogId): Promise<void> {
    try {
      this.go(await this.backend.call('join', { dialog }));
    } catch (thrown) {
      this.toasts.failed(thrown);
    }
  }

  /** Listens to what is dragged over the app's own window, where the page is not told. */
  drags(listener: (drag: Drag) => void): () => void {
    return this.backend.drags?.(listener) ?? (() => undefined);
  }

  openLink(url: string): void {
    this.backend.call('open_link', { url }).catch((thrown: unknown) => this.toasts.failed(thrown));
  }

  async retry(message: MessageId): Promise<void> {
    try {
      await this.backend.call('retry', { message });
    } catch (thrown) {
      this.toasts.failed(thrown);
    }
  }

  /** Takes a message back that has not gone out. */
  async discard(message: MessageView, toEdit: boolean): Promise<void> {
    try {
      const text = await this.backend.call('discard', {
        message: message.id,
        keeps_files: toEdit,
      });
      if (toEdit) this.composer.takeBack(message, text);
    } catch (thrown) {
      if (asCallError('discard', thrown).code === 'gone') this.toasts.say(t.message.tooLate);
      else this.toasts.failed(thrown);
    }
  }

  #seen(dialog: DialogId, message: MessageId, on_screen: MessageId[]): void {
    this.backend
      .call('seen', { dialog, message, on_screen })
      .catch(() => this.reading.retract(dialog));
  }

  #take(event: FeedEvent): void {
    switch (event.kind) {
      case 'app':
        this.session.take(event.app);
        break;
      case 'home':
        this.dialogs.take(event.patch);
        this.timeline.takeDialogs(event.patch.dialogs, event.patch.removed);
        this.reading.again();
        break;
      case 'timeline':
        this.timeline.take(event.patch);
        this.viewer.gone(event.patch.removals);
        this.composer.changed(event.patch.upserts);
        this.composer.gone(event.patch.removals);
        this.found.gone(event.patch.removals);
        this.seeking.found.gone(event.patch.removals);
        this.acts.gone(event.patch.removals);
        if (this.selection.isOn) {
          this.selection.follow((id) => this.timeline.get(id), event.patch.removals);
        }
        break;
      case 'typing':
        this.typing.take(event.typing);
        break;
      case 'presence':
        this.presence.take(event.presence);
        break;
      case 'show':
        void this.show(event.dialog, event.message);
        break;
      case 'accounts':
        this.session.takeAccounts(event.accounts);
        break;
      case 'transfers':
        this.transfers.take(event.transfers);
        break;
      case 'refused':
        this.#refused(event.refusal);
        break;
      case 'reset':
        void this.#openAgain();
    }
  }

  /** The row is back as it was, or gone; without a word nobody would know why. */
  #refused({ deed, is_gone }: RefusalView): void {
    const { refused, refusedGone } = t.message;
    this.toasts.say((is_gone ? refusedGone : refused)[deed], 'error');
  }

  async #openAgain(): Promise<void> {
    await this.session.load();
    if (this.session.app?.phase !== 'home') return;
    await Promise.all([this.dialogs.open(), this.timeline.reopen()]);
  }

  #appChanged(app: AppView, before: AppView | null): void {
    const isHome = app.phase === 'home';
    const other = before?.account?.id !== app.account?.id;
    if (!isHome || other) {
      this.composer.switchTo(null);
      this.viewer.close();
      this.seeking.close();
      this.timeline.close();
      this.dialogs.close();
      this.upkeep.forget();
      this.details.close();
      this.directory.close();
      this.waiting.close();
      this.creation.isOpen = false;
    }
    if (other) {
      this.people.forget();
      this.places.turnTo(app.account?.id ?? null);
      this.typing.replace([]);
      this.presence.forget();
      this.pictures.forget();
      this.transfers.forget();
      this.composer.forget();
      this.naming.forget();
      this.reading.forget();
      this.finder.clear();
      this.found.clear();
      this.link.forget();
    }
    if (isHome) {
      if (before?.phase !== 'home' || other) void this.dialogs.open();
      return;
    }
    // What is being entered stays, unless there is somewhere else to enter.
    const elsewhere = JSON.stringify(before?.connection) !== JSON.stringify(app.connection);
    if (before?.phase !== app.phase || elsewhere) {
      this.entrance.arrive(app.connection, app.login);
    }
  }
}
