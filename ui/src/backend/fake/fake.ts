/**
 * An invented backend: the whole contract in memory, with the timing of a real
 * one. For work on the look, for pictures and for tests; it never ships.
 */

import { CallError, type Backend } from '../backend';
import type {
  DialogView,
  AccountView,
  AppView,
  Code,
  Commands,
  ConnectionView,
  FeedEvent,
  MessageView,
} from '../bindings';
import { blankDraft } from './blank';
import { fileCommands, leaving } from './files';
import { listCommands, type Hands, type Some } from './list';
import { scenes, type Scene } from './scenes';
import { searchCommands } from './search';
import { sentFiles, stagingCommands } from './staging';
import { draftsOf, replyTo, talkCommands } from './talk';
import { ANSWERS } from './words';
import { makeMessage, makeWorld, refresh, type Talk, type World } from './world';

const PAGE = 50;

const CONNECTION: ConnectionView = {
  name: 'Example team',
  api_url: 'https://kith.example.org:4443',
  chat_host: 'kith.example.org',
  chat_port: 5223,
  chat_security: 'direct',
  chat_domain: 'chat.kith.example.org',
  muc_domain: 'muc.chat.kith.example.org',
  app_id: 1,
  auth_key: 'invented',
  ca_cert: null,
};

type More = ReturnType<typeof listCommands> &
  ReturnType<typeof talkCommands> &
  ReturnType<typeof fileCommands> &
  ReturnType<typeof searchCommands> &
  ReturnType<typeof stagingCommands>;

type OpenWindow = { id: number; dialog: string; rev: number; from: number; to: number };

export class FakeBackend implements Backend {
  readonly calls: { name: string; args: unknown }[] = [];
  readonly world: World;
  #listeners = new Set<(event: FeedEvent) => void>();
  #app: AppView;
  #homeRev = 0;
  #windows = new Map<number, OpenWindow>();
  #nextWindow = 1;
  /** What came late and was not seen since, by conversation. */
  #late = new Map<string, string[]>();
  #settings: Record<string, string>;
  #answer = 0;
  #more: More;

  constructor(
    readonly scene: Scene,
    private readonly now: () => number = Date.now,
    /** What is set already. */
    settings: Record<string, string> = {},
  ) {
    this.world = makeWorld(scene, now());
    const hands: Hands = {
      world: this.world,
      scene,
      now,
      fail: (code) => this.#fail(code),
      talk: (id) => this.#talk(id),
      emit: (event) => this.emit(event),
      changed: (talk, upserts, removals) => this.#changed(talk, upserts, removals),
      homeChanged: (talks, removed) => this.#homeChanged(talks, removed),
      app: () => this.#app,
      setApp: (app) => (this.#app = app),
    };
    this.#more = {
      ...listCommands(hands),
      ...talkCommands(hands),
      ...fileCommands(hands),
      ...searchCommands(hands),
      ...stagingCommands(hands),
    };
    this.#settings = {
      ...settings,
      ...(scene.open === undefined ? {} : { 'last_dialog.1': scene.open }),
    };
    const home = scene.phase === 'home';
    const known = home || scene.phase === 'sign_in_again';
    this.#app = {
      phase: scene.phase,
      version: '0.1.0',
      profile: 'default',
      account: known ? this.#account(false) : null,
      connection: scene.joined === true || scene.phase === 'sign_in_again' ? CONNECTION : null,
      login: scene.phase === 'sign_in_again' ? 'ada' : null,
      known: [],
      problem:
        scene.locked === undefined
          ? null
          : {
              code: scene.locked,
              message: scene.locked,
              can_set_aside: scene.locked === 'database_corrupt',
            },
      has_keychain: scene.keychain ?? true,
      can_try_here: true,
      accounts: known ? [this.#account(false)] : [],
    };
    if (scene.accounts === true) this.#app.accounts.push(...this.#others());
  }

  #account(is_local: boolean): AccountView {
    return {
      id: 1,
      person: this.world.me,
      connection_name: CONNECTION.name,
      is_local,
      unread: this.#total(),
      is_current: true,
      needs_sign_in: false,
    };
  }

  #others(): AccountView[] {
    const one = this.world.people['ines'];
    if (one === undefined) return [];
    const other = { person: one, is_local: false, is_current: false, needs_sign_in: false };
    return [
      { ...other, id: 2, connection_name: 'Choir', unread: 4 },
      {
        ...other,
        id: 3,
        person: { ...one, id: 901, name: 'A. Winter' },
        connection_name: 'Work',
        unread: 0,
      },
    ];
  }

  feed(listener: (event: FeedEvent) => void): () => void {
    this.#listeners.add(listener);
    if (this.scene.typing === true) {
      setTimeout(() => this.type('hike', [102, 103]), 60);
    }
    return () => this.#listeners.delete(listener);
  }

  async call<K extends keyof Commands>(
    name: K,
    args: Commands[K]['args'],
  ): Promise<Commands[K]['answer']> {
    this.calls.push({ name, args });
    await new Promise((resolve) => setTimeout(resolve, this.scene.slow ?? 4));
    const handlers = { ...this.#commands, ...this.#more };
    const handler = handlers[name] as (args: Commands[K]['args']) => Commands[K]['answer'];
    return structuredClone(handler(args));
  }

  emit(event: FeedEvent): void {
    for (const listener of this.#listeners) listener(structuredClone(event));
  }

  type(dialog: string, people: number[]): void {
    this.emit({ kind: 'typing', typing: { dialog, people } });
  }

  /** Somebody writes. */
  arrive(dialog: string, sender: number, text: string): void {
    const talk = this.#talk(dialog);
    talk.messages.push(makeMessage(dialog, sender, false, text, this.now()));
    talk.dialog = { ...talk.dialog, unread: talk.dialog.unread + 1 };
    this.#changed(talk, talk.messages.slice(-1));
  }

  /** Somebody changes a message, or takes it back. */
  change(dialog: string, id: string, more: Partial<MessageView> | null): void {
    const talk = this.#talk(dialog);
    talk.messages = talk.messages.flatMap((message) => {
      if (message.id !== id) return [message];
      return more === null ? [] : [{ ...message, ...more }];
    });
    const changed = talk.messages.filter((message) => message.id === id);
    this.#changed(talk, changed, more === null ? [id] : []);
  }

  /** The list is now so: somebody took this person out of a conversation, or in again. */
  tellHome(dialogs: DialogView[], removed: string[], waiting_elsewhere: number | null): void {
    this.#homeRev += 1;
    this.emit({
      kind: 'home',
      patch: {
        rev: this.#homeRev,
        dialogs,
        removed,
        people: [],
        link: null,
        unread_total: this.#total(),
        waiting_elsewhere,
      },
    });
  }

  /** Somebody wrote before the message `next`, and it comes only now. */
  comeLate(dialog: string, next: string, sender: number, text: string): MessageView {
    const talk = this.#talk(dialog);
    const at = talk.messages.findIndex((message) => message.id === next);
    const after = talk.messages[at];
    if (after === undefined) return this.#fail('gone');
    const message = {
      ...makeMessage(dialog, sender, false, text, after.sent_at),
      key: `${after.key.slice(0, -1)} `,
    };
    talk.messages.splice(at, 0, message);
    this.#late.set(dialog, [...this.#lateIn(talk), message.id]);
    talk.dialog = { ...talk.dialog, unread: talk.dialog.unread + 1 };
    this.#changed(talk, [message]);
    return message;
  }

  /** A hole in the history is filled: messages come in somewhere in the middle. */
  fill(dialog: string, at: number, texts: string[]): void {
    const talk = this.#talk(dialog);
    const before = talk.messages[at];
    if (before === undefined) return;
    const found = texts.map((text, index) => ({
      ...makeMessage(dialog, before.sender, before.is_own, text, before.sent_at),
      key: `${before.key}:${index}`,
    }));
    talk.messages.splice(at + 1, 0, ...found);
    this.#changed(talk, found);
  }

  /** Where everything was marked as read, nothing is late either. */
  #lateIn(talk: Talk): string[] {
    return talk.dialog.unread > 0 ? (this.#late.get(talk.dialog.id) ?? []) : [];
  }

  /** A patch is lost on the way. */
  lose(): void {
    for (const window of this.#windows.values()) window.rev += 1;
  }

  #fail(code: Code): never {
    throw new CallError('fake', { code, message: code, detail: null });
  }

  #talk(id: string): Talk {
    return this.world.talks.get(id) ?? this.#fail('gone');
  }

  #total(): number {
    let total = 0;
    for (const talk of this.world.talks.values()) total += talk.dialog.unread;
    return total;
  }

  #changed(talk: Talk, upserts: MessageView[], removals: string[] = []): void {
    refresh(talk, this.world);
    for (const window of this.#windows.values()) {
      if (window.dialog !== talk.dialog.id) continue;
      window.to = talk.messages.length;
      window.rev += 1;
      this.emit({
        kind: 'timeline',
        patch: {
          window: window.id,
          rev: window.rev,
          upserts,
          removals,
          people: [],
          has_older: window.from > 0,
          has_newer: false,
          pinned: talk.messages.filter((message) => message.is_pinned),
        },
      });
    }
    this.#homeChanged([talk]);
  }

  #homeChanged(talks: Talk[], removed: string[] = []): void {
    this.tellHome(
      talks.map((talk) => talk.dialog),
      removed,
      null,
    );
  }

  #enter(): AppView {
    if (this.scene.signIn !== undefined) this.#fail(this.scene.signIn);
    this.#app = {
      ...this.#app,
      phase: 'home',
      account: this.#account(true),
      accounts: [this.#account(true)],
      problem: null,
    };
    return this.#app;
  }

  /** Carries a sent message through its states, then lets somebody answer. */
  #carry(talk: Talk, message: MessageView): void {
    const { sending = 'works' } = this.scene;
    if (sending === 'waits') return;
    const to = (delivery: MessageView['delivery'], failure: MessageView['failure'] = null) => {
      const index = talk.messages.findIndex((one) => one.id === message.id);
      const current = talk.messages[index];
      if (current === undefined) return;
      talk.messages[index] = { ...current, delivery, failure };
      this.#changed(talk, talk.messages.slice(index, index + 1));
    };
    setTimeout(() => to('sending'), 60);
    if (sending === 'fails') {
      setTimeout(() => to('failed', 'refused'), 500);
      return;
    }
    setTimeout(() => to('sent'), 240);
    setTimeout(() => to('delivered'), 700);
    setTimeout(() => to('read'), 1500);
    const other = talk.occupants.find((id) => id !== this.world.me.id);
    if (other === undefined) return;
    setTimeout(() => this.type(talk.dialog.id, [other]), 1800);
    setTimeout(() => {
      this.type(talk.dialog.id, []);
      this.arrive(talk.dialog.id, other, ANSWERS[this.#answer++ % ANSWERS.length] ?? '');
    }, 3600);
  }

  #page(window: OpenWindow, messages: MessageView[]) {
    window.rev += 1;
    const talk = this.#talk(window.dialog);
    return {
      rev: window.rev,
      messages,
      people: [],
      has_older: window.from > 0,
      has_newer: window.to < talk.messages.length,
    };
  }

  #window(id: number): OpenWindow {
    return this.#windows.get(id) ?? this.#fail('gone');
  }

  #commands: Some<Exclude<keyof Commands, keyof More>> = {
    app: () => this.#app,
    try_here: () => this.#enter(),
    read_join: ({ text }) =>
      text.startsWith('kith://join') ? CONNECTION : this.#fail('join_link'),
    sign_in: ({ remember }) =>
      remember === 'keychain' && !this.#app.has_keychain
        ? this.#fail('no_keychain')
        : this.#enter(),
    sign_out: () => {
      const known = [{ connection: CONNECTION, login: 'ada' }];
      this.#app = { ...this.#app, phase: 'welcome', account: null, known };
      return this.#app;
    },
    set_aside: () => this.#enter(),
    open_again: () => this.#enter(),
    home: () => ({
      rev: this.#homeRev,
      me: this.world.me,
      link: {
        state: this.scene.link ?? 'online',
        reason: this.scene.reason ?? null,
        retry_at: this.scene.link === 'offline' ? this.now() + 24_000 : null,
        needs_room: false,
      },
      dialogs: [...this.world.talks.values()].map((talk) => talk.dialog),
      people: Object.values(this.world.people),
      unread_total: this.#total(),
      waiting_elsewhere: 0,
      places: [],
      typing: [],
      transfers: leaving(this.world),
      presence: [
        { person: 101, is_online: true, last_seen: this.now() },
        { person: 102, is_online: false, last_seen: this.now() - 7_200_000 },
      ],
    }),
    open_timeline: ({ dialog, at, at_time, newest }) => {
      if (this.scene.openFails === true) this.#fail('disk');
      const talk = this.#talk(dialog);
      const all = talk.messages;
      const late = this.#lateIn(talk);
      const isNew = talk.dialog.unread > late.length;
      const firstLate = all.findIndex((message) => late.includes(message.id));
      const firstNew = isNew ? all.length - (talk.dialog.unread - late.length) : -1;
      const unreadAt = firstLate >= 0 ? firstLate : firstNew;
      const found = all.findIndex((message) =>
        at === null ? message.sent_at >= (at_time ?? Infinity) : message.id === at,
      );
      if (at !== null && found < 0) this.#fail('gone');
      const middle = found >= 0 || newest === true ? found : Math.max(unreadAt, -1);
      const from = Math.max(
        0,
        middle >= 0 ? Math.min(middle - PAGE / 2, all.length - PAGE) : all.length - PAGE,
      );
      const to = Math.min(all.length, from + PAGE * 2);
      const window: OpenWindow = { id: this.#nextWindow++, dialog, rev: 1, from, to };
      this.#windows.set(window.id, window);
      return {
        window: window.id,
        rev: window.rev,
        dialog: talk.dialog,
        people: Object.values(this.world.people).filter((person) =>
          talk.occupants.includes(person.id),
        ),
        occupants: talk.occupants,
        messages: all.slice(from, to),
        has_older: from > 0,
        has_newer: to < all.length,
        first_unread:
          all[Math.max(0, unreadAt)]?.id !== undefined && unreadAt >= 0
            ? (all[unreadAt]?.id ?? null)
            : null,
        draft: talk.dialog.draft ?? '',
        draft_state: draftsOf(this.world).get(dialog)?.now ?? {
          ...blankDraft,
          text: talk.dialog.draft ?? '',
        },
        pinned: all.filter((message) => message.is_pinned),
        rights: talk.dialog.rights,
      };
    },
    load_older: ({ window: id }) => {
      const window = this.#window(id);
      const from = Math.max(0, window.from - PAGE);
      const messages = this.#talk(window.dialog).messages.slice(from, window.from);
      window.from = from;
      return this.#page(window, messages);
    },
    load_newer: ({ window: id }) => {
      const window = this.#window(id);
      const talk = this.#talk(window.dialog);
      const to = Math.min(talk.messages.length, window.to + PAGE);
      const messages = talk.messages.slice(window.to, to);
      window.to = to;
      return this.#page(window, messages);
    },
    close_timeline: ({ window }) => {
      this.#windows.delete(window);
      return null;
    },
    send: ({ dialog, id, text, reply_to, mentions, destroy_after, is_silent, files }) => {
      if (this.scene.sending === 'disk') this.#fail('disk');
      const talk = this.#talk(dialog);
      if (talk.messages.some((message) => message.id === id)) return null;
      const seconds = Math.floor(this.now() / 1000);
      const message = {
        ...makeMessage(dialog, this.world.me.id, true, text, this.now(), 'queued'),
        id,
        key: `${String(seconds).padStart(12, '0')}:${id}`,
        reply: replyTo(talk, reply_to, Object.values(this.world.people)),
        mentions: mentions ?? [],
        attachments: sentFiles(draftsOf(this.world).get(dialog)?.now.files ?? [], files ?? []),
        destroy_after: destroy_after ?? null,
        is_silent: is_silent ?? false,
      };
      talk.messages.push(message);
      draftsOf(this.world).delete(dialog);
      talk.dialog = { ...talk.dialog, draft: null };
      this.#changed(talk, [message]);
      this.#carry(talk, message);
      return null;
    },
    keep_place: () => null,
    save_draft: ({ dialog, text, reply_to, editing, destroy_after, is_silent }) => {
      const talk = this.#talk(dialog);
      const kept = draftsOf(this.world).get(dialog) ?? { now: blankDraft, before: [] };
      const isGivenUp = text === '' && kept.now.text.trim() !== '';
      draftsOf(this.world).set(dialog, {
        now: {
          text,
          reply: replyTo(talk, reply_to, Object.values(this.world.people)),
          editing: talk.messages.find((message) => message.id === editing) ?? null,
          destroy_after: destroy_after ?? null,
          is_silent: is_silent ?? false,
          files: kept.now.files,
        },
        before: isGivenUp ? [kept.now.text, ...kept.before].slice(0, 10) : kept.before,
      });
      talk.dialog = { ...talk.dialog, draft: text.trim() === '' ? null : text };
      this.#homeChanged([talk]);
      return null;
    },
    set_typing: () => null,
    seen: ({ dialog, message, on_screen }) => {
      const talk = this.#talk(dialog);
      const index = talk.messages.findIndex((one) => one.id === message);
      const late = this.#lateIn(talk);
      const left = late.filter((id) => id !== message && on_screen?.includes(id) !== true);
      this.#late.set(dialog, left);
      const isNew = talk.dialog.unread - late.length;
      const unread = Math.min(isNew, talk.messages.length - 1 - index) + left.length;
      if (unread !== talk.dialog.unread) {
        talk.dialog = { ...talk.dialog, unread };
        this.#homeChanged([talk]);
      }
      return null;
    },
    retry: ({ message }) => {
      for (const talk of this.world.talks.values()) {
        const found = talk.messages.find((one) => one.id === message);
        if (found !== undefined) this.#carry(talk, found);
      }
      return null;
    },
    discard: ({ message }) => {
      for (const talk of this.world.talks.values()) {
        const found = talk.messages.find((one) => one.id === message);
        if (found === undefined) continue;
        if (found.delivery !== 'failed' && found.delivery !== 'queued') break;
        talk.messages = talk.messages.filter((one) => one !== found);
        this.#changed(talk, [], [message]);
        return found.body;
      }
      return this.#fail('gone');
    },
    reconnect: () => {
      const link = (state: 'connecting' | 'online') => {
        this.#homeRev += 1;
        this.emit({
          kind: 'home',
          patch: {
            rev: this.#homeRev,
            dialogs: [],
            removed: [],
            people: [],
            link: { state, reason: null, retry_at: null, needs_room: false },
            unread_total: this.#total(),
            waiting_elsewhere: null,
          },
        });
      };
      link('connecting');
      setTimeout(() => link('online'), 900);
      return null;
    },
    settings: () => this.#settings,
    set_setting: ({ key, value }) => {
      this.#settings[key] = value;
      return null;
    },
    open_link: () => null,
    may_close: () => null,
    painted: () => null,
    attend: () => null,
    can_notify: () => this.scene.bareDesktop !== true,
  };
}

export function fakeBackend(scene: string, settings: Record<string, string> = {}): FakeBackend {
  const played = scenes[scene] ?? scenes['home'] ?? { phase: 'welcome' };
  return new FakeBackend(played, Date.now, settings);
}
