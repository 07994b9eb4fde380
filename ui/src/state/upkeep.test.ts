import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { FakeBackend } from '../backend/fake/fake';
import { scenes, type Scene } from '../backend/fake/scenes';
import { FOR_EVER } from '../lib/mute';
import { Kith } from './kith.svelte';
import type { DialogView } from './types';

const attention = { isLooking: () => true, onChange: () => () => undefined };

describe('keeping the list in order', () => {
  let backend: FakeBackend;
  let kith: Kith;

  const start = async (more: Partial<Scene> = {}) => {
    backend = new FakeBackend({ ...(scenes['home'] as Scene), ...more });
    kith = new Kith(backend, attention);
    await settled(kith.start());
  };
  const settled = async <T>(doing: Promise<T>) => {
    const [answer] = await Promise.all([doing, vi.advanceTimersByTimeAsync(100)]);
    return answer;
  };
  const get = (id: string): DialogView => {
    const dialog = kith.dialogs.get(id);
    if (dialog === undefined) throw new Error(`no ${id}`);
    return dialog;
  };
  const shown = () => kith.dialogs.shown.map((dialog) => dialog.id);
  const last = (name: string) => backend.calls.findLast((call) => call.name === name)?.args;

  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => {
    kith.stop();
    vi.useRealTimers();
  });

  it('shows by filter, and archived ones in their own only', async () => {
    await start();
    expect(shown()).not.toContain('old');
    kith.dialogs.choose('archived');
    expect(shown()).toEqual(['old']);
    kith.dialogs.choose('public');
    expect(shown()).toEqual(['news', 'square']);
    kith.dialogs.choose('groups');
    expect(shown()).toEqual(['hike', 'work', 'quiet', 'stuck']);
    kith.dialogs.choose('unread');
    expect(shown()).toEqual(['news', 'square', 'work', 'gil', 'quiet', 'hana']);
    expect(kith.dialogs.counts).toMatchObject({ unread: 6, groups: 2, public: 2, archived: 0 });
  });

  it('keeps the open conversation among the unread while it is read', async () => {
    await start();
    kith.dialogs.choose('unread');
    kith.go('gil');
    await settled(backend.call('mark_read', { dialogs: ['gil'] }));
    expect(get('gil').unread).toBe(0);
    expect(shown()).toContain('gil');
    kith.go('work');
    expect(shown()).not.toContain('gil');
  });

  it('finds archived conversations too', async () => {
    await start();
    kith.dialogs.query = 'summer';
    expect(shown()).toEqual(['old']);
  });

  it('mutes for as long as it says, and takes it back', async () => {
    await start();
    await settled(kith.upkeep.mute([get('hike')], 'hour'));
    expect(get('hike').muted_until).toBe(Date.now() - 100 + 3_600_000);
    const [toast] = kith.toasts.list;
    expect(toast?.text).toBe('Muted for 1 hour.');
    toast?.action?.act();
    await vi.advanceTimersByTimeAsync(100);
    expect(get('hike').muted_until).toBe(null);
    await settled(kith.upkeep.mute([get('hike'), get('bea')], 'ever'));
    expect([get('hike').muted_until, get('bea').muted_until]).toEqual([FOR_EVER, FOR_EVER]);
    expect(kith.toasts.list.at(-1)?.text).toBe('2 conversations muted.');
  });

  it('pins, marks and archives', async () => {
    await start();
    await settled(kith.upkeep.pin([get('emil')], true));
    expect(shown().slice(0, 2)).toEqual(['news', 'emil']);
    await settled(kith.upkeep.markUnread([get('emil'), get('gil')]));
    expect(get('emil').is_marked_unread).toBe(true);
    expect(get('gil').is_marked_unread).toBe(false);
    await settled(kith.upkeep.markRead([get('emil'), get('gil'), get('bea')]));
    expect(last('mark_read')).toEqual({ dialogs: ['emil', 'gil'] });
    expect(get('emil').is_marked_unread).toBe(false);
    await settled(kith.upkeep.archive([get('emil'), get('bea')], true));
    expect(shown()).not.toContain('emil');
    kith.toasts.list.at(-1)?.action?.act();
    await vi.advanceTimersByTimeAsync(100);
    expect(shown()).toContain('emil');
    await settled(kith.upkeep.markAllRead());
    expect(kith.dialogs.unreadTotal).toBe(0);
    expect(kith.dialogs.counts.unread).toBe(0);
  });

  it('takes the mark of a conversation away when somebody goes to it, and reads nothing', async () => {
    await start();
    const isMarked = (id: string) => get(id).is_marked_unread;
    const mark = (id: string) => settled(backend.call('mark_unread', { dialog: id, on: true }));
    backend.arrive('emil', 104, 'hello');
    const { unread, last: arrived } = get('emil');
    const message = arrived?.id ?? '';
    await settled(kith.upkeep.markUnread([get('bea')]));
    kith.go('bea');
    await settled(Promise.resolve());
    expect(isMarked('bea'), 'a click or a key').toBe(false);
    await settled(kith.upkeep.markUnread([get('bea')]));
    expect(isMarked('bea'), 'marked while it is on screen').toBe(true);
    kith.go('bea');
    await settled(Promise.resolve());
    expect(isMarked('bea'), 'a click on the one that is open').toBe(false);
    await mark('emil');
    kith.goTo('emil', message);
    await settled(Promise.resolve());
    expect(isMarked('emil'), 'something found').toBe(false);
    await mark('emil');
    backend.emit({ kind: 'show', dialog: 'emil', message });
    await settled(Promise.resolve());
    expect(isMarked('emil'), 'a notification').toBe(false);
    expect([get('emil').unread, last('mark_read')]).toEqual([unread, undefined]);
    await mark('emil');
    kith.leave();
    kith.resume();
    await settled(Promise.resolve());
    expect(isMarked('emil'), 'where one was last time').toBe(true);
  });

  it('asks before it deletes, several at once, and leaves what is gone', async () => {
    await start();
    kith.go('hike');
    await vi.advanceTimersByTimeAsync(50);
    kith.upkeep.begin('hike');
    kith.upkeep.toggle('bea');
    kith.upkeep.ask('delete', kith.upkeep.chosenDialogs);
    expect(get('hike').id).toBe('hike');
    await settled(kith.upkeep.answer(false));
    expect(last('delete_dialogs')).toEqual({ dialogs: ['hike', 'bea'], for_all: false });
    expect(kith.upkeep.question).toBe(null);
    expect(kith.upkeep.isChoosing).toBe(false);
    expect(kith.timeline.dialogId).toBe(null);
    expect(shown()).not.toContain('hike');
  });

  it('says in a sentence what the server refused, and keeps that in the question', async () => {
    await start();
    kith.upkeep.ask('delete', [get('hike'), get('news')]);
    await settled(kith.upkeep.answer(true));
    expect(kith.upkeep.problem).toBe(
      'The server does not allow you to delete 1 of them. The others are gone.',
    );
    expect(kith.upkeep.question?.dialogs.map((dialog) => dialog.id)).toEqual(['news']);
    expect(kith.dialogs.get('hike')).toBeUndefined();
  });

  it('leaves and clears; a refusal stays in the question', async () => {
    await start({ refuses: true });
    kith.upkeep.ask('leave', [get('quiet')]);
    await settled(kith.upkeep.answer(false));
    expect(kith.upkeep.problem).toBe('The server does not allow this.');
    expect(kith.upkeep.question?.kind).toBe('leave');
    kith.upkeep.dismiss();
    expect(kith.upkeep.question).toBe(null);
    kith.upkeep.ask('clear', [get('quiet')]);
    await settled(kith.upkeep.answer(true));
    expect(last('clear_history')).toEqual({ dialog: 'quiet', for_all: true });
    expect(get('quiet').last).toBe(null);
  });
});
