/** What stands around the list: presence, pictures, the directory, details, what waits, accounts. */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { FakeBackend } from '../backend/fake/fake';
import { scenes, type Scene } from '../backend/fake/scenes';
import { Kith } from './kith.svelte';
import { MOST, MOST_CHARACTERS } from './pictures.svelte';

const attention = { isLooking: () => true, onChange: () => () => undefined };

let backend: FakeBackend;
let kith: Kith;

const start = async (name = 'home', more: Partial<Scene> = {}) => {
  backend = new FakeBackend({ ...(scenes[name] as Scene), ...more });
  kith = new Kith(backend, attention);
  await settled(kith.start());
};
const settled = async <T>(doing: Promise<T>, time = 100) => {
  const [answer] = await Promise.all([doing, vi.advanceTimersByTimeAsync(time)]);
  return answer;
};
const asked = (name: string) => backend.calls.filter((call) => call.name === name);
const dialog = (id: string) => {
  const found = kith.dialogs.get(id);
  if (found === undefined) throw new Error(`no ${id}`);
  return found;
};

beforeEach(() => void vi.useFakeTimers());
afterEach(() => {
  kith.stop();
  vi.useRealTimers();
});

describe('presence', () => {
  it('is asked for those on screen, once things have settled', async () => {
    await start();
    const stops = [101, 102, 101].map((id) => kith.presence.watch([id]));
    await vi.advanceTimersByTimeAsync(300);
    expect(asked('watch_presence').map((call) => call.args)).toEqual([{ people: [101, 102] }]);
    stops[0]?.();
    await vi.advanceTimersByTimeAsync(300);
    expect(asked('watch_presence')).toHaveLength(1);
    stops[2]?.();
    await vi.advanceTimersByTimeAsync(300);
    expect(asked('watch_presence').at(-1)?.args).toEqual({ people: [102] });
  });

  it('is said in words, and nothing is said where nobody knows', async () => {
    // Two hours ago is still today.
    vi.setSystemTime(new Date(2026, 5, 3, 15));
    await start();
    const now = Date.now();
    expect(kith.presence.words(kith.people.get(101), now)).toBe('online');
    expect(kith.presence.words(kith.people.get(102), now)).toBe('last seen 2 hours ago');
    expect(kith.presence.words(kith.people.get(105), now)).toBe('');
    backend.emit({
      kind: 'presence',
      presence: [{ person: 101, is_online: false, last_seen: now - 120_000 }],
    });
    expect(kith.presence.isOnline(101)).toBe(false);
    expect(kith.presence.words(kith.people.get(101), now)).toBe('last seen 2 minutes ago');
  });

  it('is not claimed of anybody while there is no connection', async () => {
    await start('offline');
    expect(kith.presence.isOnline(101)).toBe(false);
    expect(kith.presence.words(kith.people.get(101), Date.now())).toMatch(/^last seen/);
    void kith.link.tryNow();
    await vi.advanceTimersByTimeAsync(2_000);
    expect(kith.presence.isOnline(101)).toBe(true);
  });
});

describe('pictures', () => {
  it('are asked for once and remembered', async () => {
    await start();
    expect(kith.pictures.resolve('data:image/png;base64,x')).toBe('data:image/png;base64,x');
    expect(kith.pictures.resolve('uid:abc')).toBe(null);
    expect(kith.pictures.resolve('uid:abc')).toBe(null);
    await vi.advanceTimersByTimeAsync(50);
    expect(kith.pictures.resolve('uid:abc')).toMatch(/^data:image\/svg/);
    expect(asked('picture')).toHaveLength(1);
  });

  it('that could not be had are asked for again when the connection is back', async () => {
    await start();
    kith.pictures.resolve('uid:missing');
    await vi.advanceTimersByTimeAsync(50);
    expect(kith.pictures.resolve('uid:missing')).toBe(null);
    expect(asked('picture')).toHaveLength(1);
    kith.pictures.tryAgain();
    kith.pictures.resolve('uid:missing');
    await vi.advanceTimersByTimeAsync(50);
    expect(asked('picture')).toHaveLength(2);
  });

  it('come a few at a time, the last asked for first', async () => {
    await start();
    for (let i = 0; i < 20; i += 1) kith.pictures.resolve(`uid:${i}`);
    await vi.advanceTimersByTimeAsync(1);
    expect(asked('picture').map((call) => call.args)).toEqual(
      [19, 18, 17, 16, 15, 14].map((i) => ({ uid: String(i) })),
    );
    await vi.advanceTimersByTimeAsync(100);
    expect(asked('picture')).toHaveLength(20);
  });
});

describe('pictures in large numbers', () => {
  const landed = async (...uids: string[]) => {
    for (const uid of uids) {
      kith.pictures.resolve(`uid:${uid}`);
      await vi.advanceTimersByTimeAsync(20);
    }
  };
  const timesAsked = (uid: string) =>
    asked('picture').filter((call) => (call.args as { uid: string }).uid === uid).length;

  it('are given up by their size, what was on screen longest ago first, and never what is', async () => {
    await start();
    const call = backend.call.bind(backend);
    const heavy = 'x'.repeat(MOST_CHARACTERS / 4);
    vi.spyOn(backend, 'call').mockImplementation(async (name, args) => {
      const answer = await call(name, args);
      return name === 'picture' ? (heavy as never) : answer;
    });
    await landed('a', 'b', 'c', 'd');
    const release = kith.pictures.hold('a');
    await landed('e');
    expect(kith.pictures.resolve('uid:a')).toBe(heavy);
    await landed('b');
    expect(timesAsked('b')).toBe(2);
    // Where all of it is on screen there is more than would be kept.
    const others = ['b', 'd', 'e', 'f'].map((uid) => kith.pictures.hold(uid));
    await landed('f', 'a', 'b', 'd', 'e', 'f');
    expect(['a', 'b', 'd', 'e', 'f'].map(timesAsked)).toEqual([1, 2, 1, 1, 1]);
    release();
    for (const one of others) one();
    await landed('a');
    expect(timesAsked('a')).toBe(2);
  });

  it('are given up by their number', async () => {
    await start();
    await landed(...Array.from({ length: MOST + 1 }, (_, i) => `n${i}`));
    await landed(`n${MOST}`);
    expect(timesAsked(`n${MOST}`)).toBe(1);
    await landed('n0');
    expect(timesAsked('n0')).toBe(2);
  });

  it('come when they are wanted, where one alone is large', async () => {
    await start();
    const valley = { uid: 'valley', size: 9_000_000 };
    expect(kith.pictures.photo(valley)).toEqual({ src: null, state: 'large' });
    await vi.advanceTimersByTimeAsync(100);
    expect(asked('picture')).toEqual([]);
    kith.pictures.want('valley');
    kith.pictures.want('valley');
    expect(kith.pictures.photo(valley).state).toBe('coming');
    await vi.advanceTimersByTimeAsync(100);
    expect(asked('picture').map((call) => call.args)).toEqual([{ uid: 'valley', is_wanted: true }]);
    expect(kith.pictures.photo(valley).state).toBe('there');
    const gone = { uid: 'missing', size: 9_000_000 };
    kith.pictures.want('missing');
    await vi.advanceTimersByTimeAsync(100);
    expect(kith.pictures.photo(gone).state).toBe('failed');
    expect(kith.pictures.photo({ uid: 'film', size: 90_000_000 }).state).toBe('missing');
  });
});

describe('the directory', () => {
  it('pages, looks and joins', async () => {
    await start();
    kith.directory.open();
    await vi.advanceTimersByTimeAsync(50);
    expect(kith.directory.items).toHaveLength(20);
    await settled(kith.directory.more());
    expect(kith.directory.items).toHaveLength(40);
    kith.directory.typed('night');
    await vi.advanceTimersByTimeAsync(300);
    const [night] = kith.directory.items;
    if (night === undefined) throw new Error('night');
    await settled(kith.directory.look(night));
    expect(kith.directory.preview).toBe('shown');
    expect(kith.directory.messages).toHaveLength(20);
    await settled(kith.directory.enter(night));
    expect(kith.directory.isOpen).toBe(false);
    expect(kith.timeline.dialogId).toBe(night.dialog.id);
    expect(dialog(night.dialog.id).is_joined).toBe(true);
  });

  it('does not look where that is not allowed', async () => {
    await start();
    kith.directory.open();
    await vi.advanceTimersByTimeAsync(50);
    const closed = kith.directory.items.find((entry) => !entry.allow_preview);
    if (closed === undefined) throw new Error('closed');
    await settled(kith.directory.look(closed));
    expect(kith.directory.preview).toBe('forbidden');
    expect(asked('preview')).toHaveLength(0);
  });

  it('says that it needs a connection', async () => {
    await start('offline');
    kith.directory.open();
    await vi.advanceTimersByTimeAsync(50);
    expect(kith.directory.phase).toBe('failed');
    expect(kith.directory.problem).toContain('You are offline');
  });
});

describe('details of a conversation', () => {
  it('are read when they are shown, and again when something there changed', async () => {
    await start();
    kith.details.show(dialog('hike'));
    await vi.advanceTimersByTimeAsync(50);
    expect(kith.details.info?.members).toHaveLength(4);
    expect(kith.details.roleOf(100)).toBe('owner');
    backend.arrive('hike', 101, 'A message alone changes nothing here');
    kith.details.show(dialog('hike'));
    await vi.advanceTimersByTimeAsync(600);
    expect(asked('dialog_info')).toHaveLength(1);
    await settled(backend.call('update_dialog', { dialog: 'hike', name: 'Ridge' }));
    kith.details.show(dialog('hike'));
    await vi.advanceTimersByTimeAsync(600);
    expect(asked('dialog_info')).toHaveLength(2);
    expect(kith.details.info?.dialog.name).toBe('Ridge');
  });

  it('send only what was changed', async () => {
    await start();
    kith.details.show(dialog('hike'));
    await vi.advanceTimersByTimeAsync(50);
    const fields = [
      { key: ' pace ', value: 'slow ' },
      { key: '', value: ' ' },
    ];
    expect(await settled(kith.details.save({ photo: '', extensions: fields }))).toBe(true);
    expect(asked('update_dialog').at(-1)?.args).toEqual({
      dialog: 'hike',
      photo: '',
      extensions: { pace: 'slow' },
    });
    expect(kith.details.info?.extensions).toEqual([{ key: 'pace', value: 'slow' }]);
  });

  it('say what is wrong with fields before they are sent, and what the server did not keep', async () => {
    await start();
    kith.details.show(dialog('hike'));
    await vi.advanceTimersByTimeAsync(50);
    const save = (...extensions: { key: string; value: string }[]) =>
      settled(kith.details.save({ extensions }));
    const pace = { key: 'pace', value: 'slow' };
    expect(await save(pace, { key: '', value: 'lost' })).toBe(false);
    expect(kith.details.problem).toBe('A field needs a name. Name it, or take it away.');
    expect(await save(pace, { key: ' pace', value: 'quick' })).toBe(false);
    expect(kith.details.problem).toContain('Two fields have the same name.');
    expect(await save(...['a', 'b', 'c', 'd'].map((key) => ({ key, value: '' })))).toBe(false);
    expect(kith.details.problem).toBe('There can be no more than three fields.');
    expect(asked('update_dialog')).toHaveLength(0);
    expect(await save(pace, { key: 'unknown-mood', value: 'good' })).toBe(false);
    expect(kith.details.problem).toContain('no field called “unknown-mood”');
    expect(kith.details.info?.extensions).toEqual([pace]);
  });

  it('are read again when something changed that no row shows', async () => {
    await start();
    kith.details.show(dialog('hike'));
    await vi.advanceTimersByTimeAsync(50);
    kith.details.show({ ...dialog('hike'), about: 7 });
    await vi.advanceTimersByTimeAsync(600);
    expect(asked('dialog_info')).toHaveLength(2);
  });

  it('make a refusal a sentence', async () => {
    await start('refuses');
    kith.details.show(dialog('hike'));
    await vi.advanceTimersByTimeAsync(50);
    expect(await settled(kith.details.save({ name: 'Mine' }))).toBe(false);
    expect(kith.details.problem).toBe('The server does not allow this.');
    const bea = kith.people.get(101);
    if (bea === undefined) throw new Error('bea');
    expect(await settled(kith.details.remove(bea))).toBe(false);
    expect(kith.details.info?.members).toHaveLength(4);
  });

  it('say of what was refused whether the message is still there', async () => {
    await start('home');
    const refusal = { dialog: 'bea', message: 'm', sentence: '', deed: 'edit' as const };
    for (const is_gone of [false, true]) {
      backend.emit({ kind: 'refused', refusal: { ...refusal, is_gone } });
    }
    expect(kith.toasts.list.map(({ text }) => text)).toEqual([
      'The server did not take your change. The message is as it was.',
      'Your change came too late: the message was deleted.',
    ]);
  });

  it('appoint, add, remove, and fill what is missing', async () => {
    await start();
    kith.details.show(dialog('work'));
    await vi.advanceTimersByTimeAsync(50);
    const [hole] = kith.details.info?.holes ?? [];
    if (hole === undefined) throw new Error('hole');
    await settled(kith.details.fill(hole.from, hole.to));
    expect(kith.details.info?.holes).toEqual([]);
    const bea = kith.people.get(101);
    const fay = kith.people.get(105);
    if (bea === undefined || fay === undefined) throw new Error('cast');
    await settled(kith.details.add([bea]));
    expect(kith.details.info?.members.map((person) => person.id)).toContain(101);
    await settled(kith.details.setAdmin(bea, true));
    expect(kith.details.roleOf(101)).toBe('admin');
    await settled(kith.details.remove(fay));
    expect(kith.details.info?.members.map((person) => person.id)).not.toContain(105);
  });

  it('page through many members and find some', async () => {
    await start();
    kith.details.show(dialog('square'));
    await vi.advanceTimersByTimeAsync(50);
    const { members } = kith.details;
    expect(members.list).toHaveLength(100);
    await settled(members.more());
    expect(members.list).toHaveLength(200);
    members.typed('neighbour 29');
    await vi.advanceTimersByTimeAsync(300);
    expect(members.list.map((person) => person.name)).toContain('Neighbour 299');
  });
});

describe('what waits', () => {
  it('is counted, shown, retried and taken back', async () => {
    await start('states', { sending: 'waits' });
    expect(kith.dialogs.waiting).toBeGreaterThan(4);
    kith.waiting.open();
    await vi.advanceTimersByTimeAsync(50);
    const before = kith.waiting.list.length;
    expect(before).toBe(kith.dialogs.waiting);
    const failed = kith.waiting.list.find((one) => one.state === 'failed');
    if (failed === undefined) throw new Error('failed');
    expect(failed.journal.length).toBeGreaterThan(1);
    await settled(kith.waiting.retry(failed));
    expect(asked('retry')).toHaveLength(1);
    expect(await settled(kith.waiting.discard(failed, true))).toBe(true);
    expect(kith.waiting.isOpen).toBe(false);
    expect(kith.timeline.dialogId).toBe(failed.message.dialog_id);
    expect(kith.composer.text).toBe(`${failed.message.body}\nI meant to say that`);
  });
});

describe('several accounts', () => {
  it('are switched, and nothing of the one stays for the other', async () => {
    await start('accounts');
    kith.go('bea');
    await vi.advanceTimersByTimeAsync(50);
    expect(kith.session.accounts.map((account) => account.unread)).toEqual([153, 4, 0]);
    await settled(kith.session.switchTo(2));
    expect(kith.session.app?.account?.id).toBe(2);
    expect(kith.timeline.dialogId).toBe(null);
    expect(asked('home')).toHaveLength(2);
    const accounts = kith.session.accounts.map((one) => ({ ...one, unread: 9 }));
    backend.emit({ kind: 'accounts', accounts });
    expect(kith.session.accounts.map((account) => account.unread)).toEqual([9, 9, 9]);
  });

  it('have places of their own in what they read', async () => {
    await start('accounts');
    kith.places.keep('bea', { message: 'm', offset: 4 });
    await settled(kith.session.switchTo(2));
    expect(kith.places.of('bea')).toBe(null);
    kith.places.keep('bea', { message: 'n', offset: 5 });
    await settled(kith.session.switchTo(1));
    expect(kith.places.of('bea')).toEqual({ message: 'm', offset: 4 });
  });

  it('can be one more, and back', async () => {
    await start('accounts');
    await settled(kith.session.addAccount());
    expect(kith.session.app?.phase).toBe('welcome');
    expect(kith.dialogs.phase).toBe('closed');
    await settled(kith.session.switchTo(1));
    expect(kith.dialogs.phase).toBe('open');
  });
});
