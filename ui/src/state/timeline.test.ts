import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { TimelinePage, TimelinePatch, TimelineSnapshot } from '../backend/bindings';
import { CallError, type Backend } from '../backend/backend';
import { blankDialog, blankMessage, blankPatch, blankSnapshot } from '../backend/fake/blank';
import { People } from './people.svelte';
import { Places } from './places';
import { Timeline } from './timeline.svelte';
import type { MessageView } from './types';

const dialog = blankDialog('d', { name: 'Bea', opponent: 2 });

const message = (id: string, more: Partial<MessageView> = {}) =>
  blankMessage(id, { body: id, ...more });

const snapshot = (more: Partial<TimelineSnapshot> = {}) =>
  blankSnapshot(dialog, {
    rev: 10,
    occupants: [1, 2],
    messages: [message('c'), message('d'), message('e')],
    has_older: true,
    ...more,
  });

const patch = (rev: number, upserts: MessageView[], more: Partial<TimelinePatch> = {}) =>
  blankPatch(rev, { upserts, has_older: true, ...more });

describe('the conversation that is open', () => {
  let answers: Map<string, (args: never) => unknown>;
  let asked: { name: string; args: Record<string, unknown> }[];
  let timeline: Timeline;
  let places: Places;
  const failed = vi.fn();
  const missing = vi.fn();
  const gone = vi.fn();

  const text = () => timeline.messages.map((one) => one.id).join('');
  const names = () => asked.map((call) => call.name);

  beforeEach(() => {
    vi.useFakeTimers();
    asked = [];
    missing.mockClear();
    gone.mockClear();
    answers = new Map<string, (args: never) => unknown>([
      ['open_timeline', () => snapshot()],
      ['close_timeline', () => null],
    ]);
    const backend: Backend = {
      call: async (name, args) => {
        asked.push({ name, args });
        return (await answers.get(name)?.(args as never)) as never;
      },
      feed: () => () => undefined,
    };
    places = new Places(() => Promise.resolve());
    places.turnTo(1);
    timeline = new Timeline(backend, new People(), places, {
      opened: () => undefined,
      failed,
      missing,
      gone,
    });
  });
  afterEach(() => void vi.useRealTimers());

  it('opens, and takes patches by id, in order of key', async () => {
    await timeline.open('d', 0);
    timeline.take(patch(11, [message('f'), message('d', { body: 'edited' })]));
    expect(text()).toBe('cdef');
    expect(timeline.get('d')?.body).toBe('edited');
    timeline.take(patch(12, [], { removals: ['e'] }));
    expect(text()).toBe('cdf');
  });

  it('takes nothing twice, and nothing of another window', async () => {
    await timeline.open('d', 0);
    timeline.take(patch(11, [message('d', { body: 'new' })]));
    timeline.take(patch(11, [message('d', { body: 'old' })]));
    timeline.take(patch(10, [message('z')]));
    timeline.take({ ...patch(12, [message('z')]), window: 7 });
    expect(text()).toBe('cde');
    expect(timeline.get('d')?.body).toBe('new');
  });

  it('keeps patches that overtook the snapshot', async () => {
    let answer: (value: TimelineSnapshot) => void = () => undefined;
    answers.set('open_timeline', () => new Promise((resolve) => (answer = resolve)));
    const opening = timeline.open('d', 0);
    timeline.take(patch(12, [message('g')]));
    timeline.take(patch(11, [message('f')]));
    timeline.take(patch(10, [message('x')]));
    answer(snapshot());
    await opening;
    expect(text()).toBe('cdefg');
  });

  it('opens again after a gap, at the place where one reads', async () => {
    await timeline.open('d', 0);
    places.keep('d', { message: 'd', offset: 5 });
    answers.set('open_timeline', () =>
      snapshot({ window: 2, rev: 3, messages: [message('d'), message('h')] }),
    );
    timeline.take(patch(13, [message('z')]));
    expect(text()).toBe('cde');
    await vi.runAllTimersAsync();
    expect(asked.at(-1)).toEqual({ name: 'open_timeline', args: { dialog: 'd', at: 'd' } });
    expect(names()).toContain('close_timeline');
    expect(text()).toBe('dh');
    expect(timeline.landing).toEqual({ kind: 'place', place: { message: 'd', offset: 5 } });
    timeline.take({ ...patch(4, [message('i')]), window: 2 });
    expect(text()).toBe('dhi');
  });

  it('moves a waiting message to its place when it goes out', async () => {
    await timeline.open('d', 0);
    const waiting = message('q', { key: 'w1', delivery: 'queued', is_own: true });
    timeline.take(patch(11, [waiting]));
    timeline.take(patch(12, [message('f')]));
    expect(text()).toBe('cdefq');
    timeline.take(patch(13, [{ ...waiting, key: 'sd5', delivery: 'sent' }]));
    expect(text()).toBe('cdqef');
  });

  it('adds a page, and a page never overwrites what a patch brought', async () => {
    await timeline.open('d', 0);
    const page: TimelinePage = {
      rev: 10,
      messages: [message('a'), message('b'), message('c', { body: 'stale' })],
      people: [],
      has_older: false,
      has_newer: false,
    };
    answers.set('load_older', () => page);
    timeline.take(patch(11, [message('c', { body: 'fresh' })]));
    await timeline.loadOlder();
    expect(text()).toBe('abcde');
    expect(timeline.get('c')?.body).toBe('fresh');
    expect(timeline.hasOlder).toBe(false);
    await timeline.loadOlder();
    expect(names().filter((name) => name === 'load_older')).toHaveLength(1);
  });

  it('takes a page that counts as a revision of its own in its turn', async () => {
    await timeline.open('d', 0);
    answers.set('load_older', () => ({
      rev: 11,
      messages: [message('a')],
      people: [],
      has_older: true,
      has_newer: false,
    }));
    await timeline.loadOlder();
    timeline.take(patch(12, [message('f')]));
    expect(text()).toBe('acdef');
  });

  it('says when a page could not be loaded, and tries again when asked', async () => {
    await timeline.open('d', 0);
    answers.set('load_older', () => Promise.reject(new Error('no')));
    await timeline.loadOlder();
    expect(timeline.older).toBe('failed');
    answers.set('load_older', () => ({
      rev: 10,
      messages: [message('b')],
      people: [],
      has_older: false,
      has_newer: false,
    }));
    timeline.retryPaging();
    await vi.runAllTimersAsync();
    expect(timeline.older).toBe('idle');
    expect(text()).toBe('bcde');
  });

  it('closes the window of a conversation that was left before it came', async () => {
    let answer: (value: TimelineSnapshot) => void = () => undefined;
    answers.set('open_timeline', () => new Promise((resolve) => (answer = resolve)));
    const first = timeline.open('d', 0);
    answers.set('open_timeline', () => snapshot({ window: 2, messages: [message('x')] }));
    const second = timeline.open('e', 0);
    answer(snapshot());
    await Promise.all([first, second]);
    expect(text()).toBe('x');
    expect(asked).toContainEqual({ name: 'close_timeline', args: { window: 1 } });
  });

  it('lands at the first unread message, or where one was', async () => {
    await timeline.open('d', 3);
    expect(timeline.landing).toEqual({ kind: 'unread' });
    places.keep('e', { message: 'm', offset: 3 });
    await timeline.open('e', 0);
    expect(timeline.landing).toEqual({ kind: 'place', place: { message: 'm', offset: 3 } });
    await timeline.open('d', 0);
    await timeline.open('e', 1);
    expect(timeline.landing).toEqual({ kind: 'unread' });
  });

  it('goes to what came late when the open conversation is opened again', async () => {
    await timeline.open('d', 0);
    const windows = () => asked.filter(({ name }) => name === 'open_timeline').length;
    const before = windows();
    await timeline.open('d', 0);
    expect(windows()).toBe(before);
    const late = message('late');
    answers.set('open_timeline', () =>
      snapshot({ window: 7, messages: [late], first_unread: late.id }),
    );
    await timeline.open('d', 1);
    expect(windows()).toBe(before + 1);
    expect(timeline.landing).toEqual({ kind: 'unread' });
    expect(timeline.firstUnread).toBe(late.id);
  });

  describe('the line above what is new, when the message below it goes', () => {
    const own = { is_own: true, sender: 1 };
    const line = () => timeline.rows.findIndex(({ kind }) => kind === 'new');

    beforeEach(async () => {
      const messages = [message('c'), message('d'), message('e', own), message('f'), message('g')];
      answers.set('open_timeline', () => snapshot({ messages, first_unread: 'd' }));
      await timeline.open('d', 3);
      expect(timeline.rows[line() + 1]?.id).toBe('d');
    });

    it('stands above the next one of somebody else', () => {
      timeline.take(patch(11, [], { removals: ['d'] }));
      expect(timeline.rows[line() + 1]?.id).toBe('f');
      timeline.take(patch(12, [], { removals: ['c'] }));
      expect(timeline.firstUnread).toBe('f');
    });

    it('is gone with the last of them', () => {
      timeline.take(patch(11, [], { removals: ['d', 'f'] }));
      expect(timeline.rows[line() + 1]?.id).toBe('g');
      timeline.take(patch(12, [], { removals: ['g'] }));
      expect([timeline.firstUnread, line()]).toEqual([null, -1]);
      timeline.take(patch(13, [message('h')]));
      expect(line()).toBe(-1);
    });
  });

  it('says when it cannot be opened', async () => {
    answers.set('open_timeline', () => Promise.reject(new Error('no')));
    await timeline.open('d', 0);
    expect(timeline.phase).toBe('failed');
    answers.set('open_timeline', () => snapshot());
    await timeline.open('d', 0);
    expect(timeline.phase).toBe('open');
  });

  describe('jumps', () => {
    it('stay in the window where the message is there, and remember where they began', async () => {
      await timeline.open('d', 0);
      places.keep('d', { message: 'e', offset: 12 });
      await timeline.jumpTo('c');
      expect(timeline.target).toEqual({ id: 'c', turn: 1 });
      await timeline.jumpTo('c');
      expect(timeline.target).toEqual({ id: 'c', turn: 2 });
      expect(names().filter((name) => name === 'open_timeline')).toHaveLength(1);
      expect(timeline.canGoBack).toBe(true);
    });

    it('open another window elsewhere, and keep the old one until it has come', async () => {
      await timeline.open('d', 0);
      let answer: (value: TimelineSnapshot) => void = () => undefined;
      answers.set('open_timeline', () => new Promise((resolve) => (answer = resolve)));
      const jumping = timeline.jumpTo('a');
      await Promise.resolve();
      expect(text()).toBe('cde');
      timeline.take(patch(11, [message('f')]));
      expect(text()).toBe('cdef');
      // What the new window says before it is here is kept for it.
      timeline.take({ ...patch(11, [message('b')]), window: 2 });
      answer(snapshot({ window: 2, messages: [message('a')], has_newer: true }));
      await jumping;
      expect(text()).toBe('ab');
      expect(timeline.landing).toEqual({ kind: 'message', id: 'a' });
      expect(asked.at(-1)).toMatchObject({ name: 'close_timeline', args: { window: 1 } });
    });

    it('say that a message is gone, and leave everything as it was', async () => {
      await timeline.open('d', 0);
      answers.set('open_timeline', () => snapshot({ window: 2, messages: [message('x')] }));
      await timeline.jumpTo('a');
      expect(missing).toHaveBeenCalledTimes(1);
      expect(text()).toBe('cde');
      expect(timeline.canGoBack).toBe(false);
      timeline.take(patch(11, [message('f')]));
      expect(text()).toBe('cdef');
    });

    it('land where one lands anyway when the message of the place is gone', async () => {
      places.keep('d', { message: 'x', offset: 3 });
      answers.set('open_timeline', ({ at }: { at: string | null }) => {
        if (at === null) return snapshot();
        throw new CallError('open_timeline', { code: 'gone', message: 'Gone.', detail: null });
      });
      await timeline.open('d', 0);
      expect([timeline.phase, timeline.landing]).toEqual(['open', { kind: 'unread' }]);
      expect([places.of('d'), gone.mock.calls.length]).toEqual([null, 0]);
    });

    it('say that the conversation itself is gone', async () => {
      answers.set('open_timeline', () => {
        throw new CallError('open_timeline', { code: 'gone', message: 'Gone.', detail: null });
      });
      await timeline.open('d', 0);
      expect(gone).toHaveBeenCalledTimes(1);
      expect(failed).not.toHaveBeenCalled();
    });

    it('go back to where they began', async () => {
      await timeline.open('d', 0);
      places.keep('d', { message: 'd', offset: 40 });
      await timeline.jumpToTime(5);
      expect(asked.at(-2)).toMatchObject({ args: { at: null, at_time: 5 } });
      await timeline.goBack();
      expect(timeline.landing).toEqual({ kind: 'place', place: { message: 'd', offset: 40 } });
      expect(timeline.canGoBack).toBe(false);
    });

    it('leave one step back when two begin at one place, also when the second fails', async () => {
      await timeline.open('d', 0);
      places.keep('d', { message: 'd', offset: 40 });
      await timeline.jumpTo('c');
      places.keep('d', { message: 'd', offset: 40 });
      await timeline.jumpTo('e');
      answers.set('open_timeline', () => snapshot({ window: 2, messages: [message('x')] }));
      await timeline.jumpTo('a');
      expect(timeline.canGoBack).toBe(true);
      await timeline.goBack();
      expect(timeline.canGoBack).toBe(false);
    });

    it('to the newest message go past whatever is unread', async () => {
      await timeline.open('d', 90);
      await timeline.toNewest();
      expect(asked.at(-2)).toMatchObject({ args: { at: null, newest: true } });
      expect(timeline.landing).toEqual({ kind: 'newest' });
    });
  });
});
