import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { FakeBackend } from '../backend/fake/fake';
import { scenes, type Scene } from '../backend/fake/scenes';
import { Kith } from './kith.svelte';

const attention = { isLooking: () => true, onChange: () => () => undefined };

const scene = (name: string): Scene => {
  const found = scenes[name];
  if (found === undefined) throw new Error(`no scene ${name}`);
  return found;
};

describe('all of it together, over the invented backend', () => {
  let backend: FakeBackend;
  let kith: Kith;

  const start = async (name: string) => {
    backend = new FakeBackend(scene(name));
    kith = new Kith(backend, attention);
    const started = kith.start();
    await vi.advanceTimersByTimeAsync(100);
    await started;
  };
  const called = (name: string) => backend.calls.filter((call) => call.name === name).length;

  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => {
    kith.stop();
    vi.useRealTimers();
  });

  it('opens the list when somebody is signed in', async () => {
    await start('home');
    expect(kith.dialogs.phase).toBe('open');
    const [first, ...rest] = kith.dialogs.shown;
    expect(first).toMatchObject({ id: 'news', is_pinned: true });
    expect(rest.map((dialog) => dialog.sort_at)).toEqual(
      rest.map((dialog) => dialog.sort_at).sort((a, b) => b - a),
    );
    expect(kith.dialogs.me?.name).toBe('Ada Winter');
  });

  it('shows a conversation that somebody has clicked on outside, at its message', async () => {
    await start('home');
    const dialog = kith.dialogs.shown.find((one) => one.unread > 0 && one.kind === 'private');
    if (dialog === undefined) throw new Error('something is unread');
    const shown = kith.show(dialog.id, null);
    await vi.advanceTimersByTimeAsync(100);
    await shown;
    const { timeline } = kith;
    expect(timeline.dialogId).toBe(dialog.id);
    const { firstUnread } = timeline;
    const again = kith.show(dialog.id, firstUnread);
    await vi.advanceTimersByTimeAsync(100);
    await again;
    expect(timeline.target, 'the view has landed there').toBe(null);
    const old = timeline.messages[0]?.id ?? '';
    const jumped = kith.show(dialog.id, old);
    await vi.advanceTimersByTimeAsync(100);
    await jumped;
    expect(timeline.target?.id).toBe(old);
  });

  it('keeps how it tells of news', async () => {
    await start('home');
    expect([kith.settings.notifications, kith.settings.notificationsSound]).toEqual([true, true]);
    kith.settings.setNotifications(false);
    kith.settings.showInNotifications('name');
    kith.settings.setNotificationsSound(false);
    void kith.settings.askDesktop();
    await vi.advanceTimersByTimeAsync(100);
    expect(kith.settings.canNotify).toBe(true);
    const other = new Kith(backend, attention);
    const started = other.start();
    await vi.advanceTimersByTimeAsync(100);
    await started;
    const { notifications, notificationsShow, notificationsSound } = other.settings;
    other.stop();
    expect([notifications, notificationsShow, notificationsSound]).toEqual([false, 'name', false]);
  });

  it('goes from the welcome to the list', async () => {
    await start('welcome');
    expect(kith.session.app?.phase).toBe('welcome');
    void kith.session.tryHere();
    expect(kith.session.busy).toBe('try');
    await vi.advanceTimersByTimeAsync(100);
    expect(kith.session.busy).toBe(null);
    expect(kith.dialogs.phase).toBe('open');
  });

  it('keeps what was entered when signing in fails', async () => {
    await start('wrong-password');
    const { connection } = kith.entrance;
    if (connection === null) throw new Error('joined');
    const done = kith.session.signIn(connection, 'ada', 'wrong', 'keychain');
    await vi.advanceTimersByTimeAsync(100);
    expect(await done).toBe(false);
    expect(kith.session.error?.code).toBe('wrong_password');
    expect(kith.entrance.step).toBe('login');
  });

  it('sends, shows the states, and moves the conversation up', async () => {
    await start('talk');
    kith.go('thousand');
    await vi.advanceTimersByTimeAsync(50);
    kith.composer.typed('hello');
    void kith.composer.send();
    await vi.advanceTimersByTimeAsync(20);
    expect(kith.timeline.messages.at(-1)).toMatchObject({ body: 'hello', delivery: 'queued' });
    expect(kith.dialogs.shown[1]?.id).toBe('thousand');
    await vi.advanceTimersByTimeAsync(1600);
    expect(kith.timeline.messages.at(-1)?.delivery).toBe('read');
    await vi.advanceTimersByTimeAsync(300);
    expect(kith.typing.in('thousand')).toEqual([102]);
    await vi.advanceTimersByTimeAsync(2000);
    expect(kith.typing.in('thousand')).toEqual([]);
    expect(kith.timeline.messages.at(-1)?.is_own).toBe(false);
  });

  it('reads what came late only when it was on screen itself, and lands at it', async () => {
    await start('talk');
    kith.go('bea');
    await vi.advanceTimersByTimeAsync(50);
    const unread = () => kith.dialogs.get('bea')?.unread;
    const { id, key } = kith.timeline.messages.at(-1) ?? { id: '', key: '' };
    kith.reading.show('bea', [{ id, key }]);
    await vi.advanceTimersByTimeAsync(1000);
    expect(unread()).toBe(0);
    const late = backend.comeLate('bea', id, 102, 'written before');
    expect(kith.timeline.messages.at(-2)?.id).toBe(late.id);
    expect(unread()).toBe(1);
    kith.reading.show('bea', [{ id, key }]);
    await vi.advanceTimersByTimeAsync(1000);
    expect(unread()).toBe(1);
    kith.go('bea');
    await vi.advanceTimersByTimeAsync(50);
    expect(kith.timeline.firstUnread).toBe(late.id);
    kith.reading.show('bea', [{ id: late.id, key: late.key }]);
    await vi.advanceTimersByTimeAsync(1000);
    expect(unread()).toBe(0);
  });

  it('holds the list still while it is being used', async () => {
    await start('home');
    const before = kith.dialogs.shown.map((dialog) => dialog.id);
    kith.dialogs.hold();
    backend.arrive('emil', 104, 'I am at the end of the list');
    expect(kith.dialogs.shown.map((dialog) => dialog.id)).toEqual(before);
    expect(kith.dialogs.get('emil')?.unread).toBe(1);
    kith.dialogs.release();
    expect(kith.dialogs.shown[1]?.id).toBe('emil');
  });

  it('puts higher, of two that are of the same second, what came later', async () => {
    await start('home');
    const shown = () => kith.dialogs.shown.map((dialog) => dialog.id);
    const two = ['bea', 'emil'].map((id) => {
      const dialog = kith.dialogs.get(id);
      if (dialog === undefined) throw new Error(`no ${id}`);
      return { ...dialog, sort_at: Date.now() };
    });
    for (const [first, second] of [
      [7, 8],
      [10, 9],
    ] as const) {
      const [bea, emil] = two as [(typeof two)[0], (typeof two)[0]];
      backend.tellHome(
        [
          { ...bea, arrival: first },
          { ...emil, arrival: second },
        ],
        [],
        null,
      );
      expect(shown().slice(1, 3)).toEqual(first > second ? ['bea', 'emil'] : ['emil', 'bea']);
    }
  });

  it('knows of each account which conversation was open last', async () => {
    await start('accounts');
    const turn = async (account: number) => {
      const turned = kith.session.switchTo(account);
      await vi.advanceTimersByTimeAsync(100);
      await turned;
      kith.resume();
      await vi.advanceTimersByTimeAsync(100);
      return kith.timeline.dialogId;
    };
    kith.go('bea');
    await vi.advanceTimersByTimeAsync(100);
    expect(await turn(2)).toBe(null);
    kith.go('emil');
    await vi.advanceTimersByTimeAsync(100);
    expect(await turn(1)).toBe('bea');
    expect(await turn(2)).toBe('emil');
    // The next start has it, too.
    const kept = backend.calls.filter(({ name }) => name === 'set_setting');
    expect(kept.map(({ args }) => args)).toEqual([
      { key: 'last_dialog.1', value: 'bea' },
      { key: 'last_dialog.2', value: 'emil' },
    ]);
  });

  it('opens everything again after a lost home patch and after a reset', async () => {
    await start('talk');
    kith.go('bea');
    await vi.advanceTimersByTimeAsync(50);
    expect(called('home')).toBe(1);
    backend.emit({
      kind: 'home',
      patch: {
        rev: 99,
        dialogs: [],
        removed: [],
        people: [],
        link: null,
        unread_total: 0,
        waiting_elsewhere: null,
      },
    });
    await vi.advanceTimersByTimeAsync(500);
    expect(called('home')).toBe(2);
    const opened = called('open_timeline');
    backend.emit({ kind: 'reset' });
    await vi.advanceTimersByTimeAsync(100);
    expect(called('home')).toBe(3);
    expect(called('open_timeline')).toBe(opened + 1);
    expect(kith.timeline.messages.length).toBeGreaterThan(5);
  });

  it('shows the conversation on that one was removed from, until one goes elsewhere', async () => {
    await start('talk');
    kith.go('bea');
    await vi.advanceTimersByTimeAsync(50);
    const was = kith.dialogs.get('bea');
    if (was === undefined) throw new Error('it is there');
    const { waiting } = kith.dialogs;
    backend.tellHome([], ['bea'], 2);
    expect(kith.dialogs.all.map(({ id }) => id)).not.toContain('bea');
    expect(kith.dialogs.get('bea')).toMatchObject({ role: 'none', is_joined: false, unread: 0 });
    expect(kith.timeline.rights.write).toBe(false);
    expect(kith.timeline.messages.length).toBeGreaterThan(5);
    expect(kith.dialogs.waiting).toBe(waiting - was.waiting + 2);
    backend.tellHome([was], [], 0);
    expect(kith.dialogs.get('bea')).toEqual(was);
    expect(kith.timeline.rights.write).toBe(true);
    expect(kith.dialogs.waiting).toBe(waiting);
    backend.tellHome([], ['bea'], null);
    kith.go('work');
    expect(kith.dialogs.get('bea')).toBe(undefined);
  });

  it('finds conversations by name, and people for new ones', async () => {
    await start('home');
    kith.dialogs.query = 'garden';
    expect(kith.dialogs.shown.map((dialog) => dialog.id)).toEqual(['work']);
    kith.finder.typed('ines');
    expect(kith.finder.phase).toBe('busy');
    kith.finder.typed('Inês');
    await vi.advanceTimersByTimeAsync(400);
    expect(kith.finder.found.map((person) => person.name)).toContain('Inês da Silva e Sousa');
    expect(called('find_people')).toBe(1);
  });

  it('says that the directory wants four letters, and asks at once for two signs of Han', async () => {
    await start('home');
    kith.finder.typed('inê');
    await vi.advanceTimersByTimeAsync(400);
    expect(kith.finder.phase).toBe('short');
    expect(called('find_people')).toBe(0);
    kith.finder.typed('佐藤');
    await vi.advanceTimersByTimeAsync(400);
    expect(kith.finder.found.map((person) => person.id)).toEqual([107]);
    kith.finder.lookBy('login');
    kith.finder.typed('bea');
    await vi.advanceTimersByTimeAsync(400);
    expect(backend.calls.at(-1)?.args).toEqual({ query: 'bea', by: 'login' });
  });

  it('creates a conversation with one, and a group with several', async () => {
    await start('home');
    const ines = kith.people.get(108);
    const bea = kith.people.get(101);
    if (ines === undefined || bea === undefined) throw new Error('cast');
    await Promise.all([kith.creation.talkTo(bea), vi.advanceTimersByTimeAsync(50)]);
    expect(kith.timeline.dialogId).toBe('bea');
    kith.creation.open();
    kith.creation.toggle(ines);
    kith.creation.toggle(bea);
    expect(kith.creation.canCreate).toBe(false);
    await kith.creation.goOn();
    expect(kith.creation.step).toBe('about');
    kith.creation.name = ' Three ';
    kith.creation.fields = [
      { key: 'place', value: ' hall ' },
      { key: ' ', value: '' },
    ];
    await Promise.all([kith.creation.create(), vi.advanceTimersByTimeAsync(50)]);
    expect(kith.creation.isOpen).toBe(false);
    expect(backend.calls.find((call) => call.name === 'create_dialog')?.args).toEqual({
      kind: 'group',
      name: 'Three',
      people: [108, 101],
      description: '',
      photo: null,
      extensions: { place: 'hall' },
    });
  });

  it('takes a message back into the composer', async () => {
    await start('states');
    kith.go('states');
    await vi.advanceTimersByTimeAsync(50);
    const failed = kith.timeline.messages.find((message) => message.delivery === 'failed');
    if (failed === undefined) throw new Error('scene');
    await Promise.all([kith.discard(failed, true), vi.advanceTimersByTimeAsync(50)]);
    expect(kith.timeline.get(failed.id)).toBeUndefined();
    expect(kith.composer.text.startsWith('This one did not go out')).toBe(true);
  });

  it('asks nothing more about a message that is gone', async () => {
    await start('talk');
    kith.go('bea');
    await vi.advanceTimersByTimeAsync(50);
    const message = kith.timeline.messages.at(-1);
    if (message === undefined) throw new Error('scene');
    kith.acts.ask({ kind: 'forward', messages: [message] });
    void backend.call('delete_messages', { messages: [message.id], for_all: true });
    await vi.advanceTimersByTimeAsync(100);
    expect(kith.timeline.get(message.id)).toBeUndefined();
    expect(kith.acts.question).toBe(null);
  });

  it('says what the connection does when it matters', async () => {
    await start('offline');
    expect(kith.link.line).toContain('You are offline');
    expect(kith.link.retryIn).toBeGreaterThan(20);
    void kith.link.tryNow();
    await vi.advanceTimersByTimeAsync(100);
    expect(kith.link.view.state).toBe('connecting');
    expect(kith.link.line).not.toBe(null);
    await vi.advanceTimersByTimeAsync(2000);
    expect(kith.link.line).toBe(null);
  });

  it('says nothing of a connection that takes a moment', async () => {
    await start('connecting');
    expect(kith.link.line).toBe(null);
    await vi.advanceTimersByTimeAsync(5000);
    expect(kith.link.line).toContain('Connecting');
  });

  it('says why a conversation is unread, and goes where that begins', async () => {
    await start('talk');
    const unread = kith.dialogs.all.find((dialog) => dialog.unread > 0);
    if (unread === undefined) throw new Error('scene');
    await Promise.all([kith.whyUnread(unread.id), vi.advanceTimersByTimeAsync(100)]);
    expect(kith.timeline.dialogId).toBe(unread.id);
    expect(kith.toasts.list.at(-1)?.text).toContain('first message that you have not seen');
  });

  it('says that there is no room, whatever the connection does', async () => {
    await start('talk');
    expect(kith.link.line).toBe(null);
    const link = { state: 'online', reason: null, retry_at: null, needs_room: true } as const;
    kith.link.take(link);
    expect(kith.link.line).toContain('Your disk is full');
    kith.link.take({ ...link, state: 'offline', reason: 'broken' });
    expect(kith.link.line).toContain('Your disk is full');
    kith.link.take({ ...link, needs_room: false });
    expect(kith.link.line).toBe(null);
  });

  it('forgets everything when somebody signs out', async () => {
    await start('talk');
    kith.go('bea');
    await vi.advanceTimersByTimeAsync(50);
    void kith.session.signOut();
    await vi.advanceTimersByTimeAsync(50);
    expect(kith.dialogs.phase).toBe('closed');
    expect(kith.timeline.dialogId).toBe(null);
    expect(kith.people.get(101)).toBeUndefined();
    expect(kith.entrance.step).toBe('ways');
  });
});
