/**
 * All of it together: one object that the views hold. It takes the feed and
 * hands each event to the one that knows what to do with it.
 */

import { asCallError } from '../backend/backend';
import { t } from '../i18n';
import { Clock } from './clock.svelte';
import { Composer } from './composer.svelte';
import { Creation } from './creation.svelte';
import { Dialogs } from './dialogs.svelte';
import { Entrance } from './entrance.svelte';
import { Finder } from './finder.svelte';
import { Link } from './link.svelte';
import { People } from './people.svelte';
import { Places } from './places';
import { Reading, type Attention } from './reading';
import { Session } from './session.svelte';
import { Settings } from './settings.svelte';
import { Timeline } from './timeline.svelte';
import { Toasts } from './toasts.svelte';
import { Typing } from './typing.svelte';
import type { FeedEvent } from '../backend/bindings';
import type { AppView, Backend, DialogId, MessageId, MessageView } from './types';

export class Kith {
  readonly clock = new Clock();
  readonly toasts = new Toasts();
  readonly people = new People();
  readonly typing = new Typing();
  readonly places = new Places();
  readonly settings: Settings;
  readonly session: Session;
  readonly entrance: Entrance;
  readonly link: Link;
  readonly dialogs: Dialogs;
  readonly timeline: Timeline;
  readonly composer: Composer;
  readonly creation: Creation;
  readonly finder: Finder;
  readonly reading: Reading;

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
    this.link = new Link(backend, this.clock, failed, () => this.timeline.retryPaging());
    this.dialogs = new Dialogs(backend, this.people, this.typing, this.link);
    this.timeline = new Timeline(backend, this.people, this.places, {
      opened: ({ dialog, draft }) => this.composer.takeDraft(dialog.id, draft),
      failed,
    });
    this.composer = new Composer(backend, failed);
    this.creation = new Creation(backend, this.people, this.dialogs, (id) => this.go(id));
    this.finder = new Finder(backend, this.people);
    this.reading = new Reading((dialog, message) => this.#seen(dialog, message), attention);
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

  /** Shows a conversation. */
  go(dialog: DialogId): void {
    this.composer.switchTo(dialog);
    this.settings.rememberDialog(dialog);
    void this.timeline.open(dialog, this.dialogs.get(dialog)?.unread ?? 0);
  }

  /** Back to the list, where there is room for only one of the two. */
  leave(): void {
    this.composer.switchTo(null);
    this.timeline.close();
    this.reading.show(null, []);
  }

  /** The first pixel of the list is on screen. Only benchmarks listen. */
  painted(): void {
    if (this.#wasPainted) return;
    this.#wasPainted = true;
    this.backend.call('painted', {}).catch(() => undefined);
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
      const text = await this.backend.call('discard', { message: message.id });
      if (toEdit) this.composer.putBack(message.dialog_id, text);
    } catch (thrown) {
      if (asCallError('discard', thrown).code === 'gone') this.toasts.say(t.message.tooLate);
      else this.toasts.failed(thrown);
    }
  }

  #seen(dialog: DialogId, message: MessageId): void {
    this.backend.call('seen', { dialog, message }).catch(() => this.reading.retract(dialog));
  }

  #take(event: FeedEvent): void {
    switch (event.kind) {
      case 'app':
        this.session.take(event.app);
        break;
      case 'home':
        this.dialogs.take(event.patch);
        break;
      case 'timeline':
        this.timeline.take(event.patch);
        break;
      case 'typing':
        this.typing.take(event.typing);
        break;
      case 'reset':
        void this.#openAgain();
    }
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
      this.timeline.close();
      this.dialogs.close();
    }
    if (other) {
      this.people.forget();
      this.places.forget();
      this.typing.replace([]);
      this.reading.forget();
      this.finder.clear();
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
