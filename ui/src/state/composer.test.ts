import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { CallError, type Backend } from '../backend/backend';
import { Composer, MOST_BYTES } from './composer.svelte';

type Call = { name: string; args: Record<string, unknown> };

describe('what is being written', () => {
  let calls: Call[];
  let broken: Set<string>;
  let composer: Composer;
  let next: number;
  const failed = vi.fn();

  const named = (name: string) =>
    calls.filter((call) => call.name === name).map(({ args }) => args);

  beforeEach(() => {
    vi.useFakeTimers();
    calls = [];
    broken = new Set();
    next = 0;
    failed.mockClear();
    const backend: Backend = {
      call: (name, args) => {
        calls.push({ name, args });
        if (!broken.has(name)) return Promise.resolve(null as never);
        return Promise.reject(new CallError(name, { code: 'disk', message: '', detail: null }));
      },
      feed: () => () => undefined,
    };
    composer = new Composer(backend, failed, () => `id${++next}`);
    composer.switchTo('d');
  });
  afterEach(() => void vi.useRealTimers());

  it('is saved after a pause, once', () => {
    composer.typed('h');
    vi.advanceTimersByTime(200);
    composer.typed('hi');
    vi.advanceTimersByTime(299);
    expect(named('save_draft')).toEqual([]);
    vi.advanceTimersByTime(1);
    expect(named('save_draft')).toEqual([{ dialog: 'd', text: 'hi' }]);
  });

  it('is saved at once when it is left, for the right conversation', () => {
    composer.typed('half a sent');
    composer.switchTo('e');
    expect(named('save_draft')).toEqual([{ dialog: 'd', text: 'half a sent' }]);
    expect(composer.text).toBe('');
    vi.advanceTimersByTime(1000);
    expect(named('save_draft')).toHaveLength(1);
  });

  it('takes the draft of the window, unless somebody was quicker', () => {
    composer.takeDraft('d', 'from before');
    expect(composer.text).toBe('from before');
    composer.switchTo('e');
    composer.typed('quick');
    composer.takeDraft('e', 'from before');
    expect(composer.text).toBe('quick');
    composer.takeDraft('d', 'of another');
    expect(composer.text).toBe('quick');
  });

  it('is sent trimmed, with an id made here, and no draft comes after it', async () => {
    composer.typed('  hello\n');
    const sent = composer.send();
    expect(composer.text).toBe('');
    await sent;
    expect(named('send')).toEqual([{ dialog: 'd', id: 'id1', text: 'hello' }]);
    vi.advanceTimersByTime(5000);
    expect(named('save_draft')).toEqual([]);
    expect(named('set_typing')).toEqual([{ dialog: 'd', is_typing: true }]);
  });

  it('goes out after the draft that is being saved', async () => {
    composer.typed('hello');
    composer.flush();
    await composer.send();
    expect(calls.map((call) => call.name)).toEqual(['set_typing', 'save_draft', 'send']);
  });

  it('comes back when it could not be kept, and says so', async () => {
    broken.add('send');
    composer.typed('precious');
    await composer.send();
    expect(composer.text).toBe('precious');
    expect(composer.problem).toContain('still here');
    broken.clear();
    await composer.send();
    expect(named('send').map(({ text }) => text)).toEqual(['precious', 'precious']);
  });

  it('comes back to the conversation it was written for', async () => {
    broken.add('send');
    composer.typed('precious');
    const sent = composer.send();
    composer.switchTo('e');
    await sent;
    expect(composer.text).toBe('');
    expect(failed).toHaveBeenCalled();
    composer.switchTo('d');
    expect(composer.text).toBe('precious');
  });

  it('stays here when the draft could not be saved', async () => {
    broken.add('save_draft');
    composer.typed('precious');
    composer.switchTo('e');
    await vi.advanceTimersByTimeAsync(1);
    composer.switchTo('d');
    expect(composer.text).toBe('precious');
  });

  it('is not sent when empty or too long', async () => {
    composer.typed('  \n ');
    expect(await composer.send()).toBe(false);
    composer.typed('é'.repeat(MOST_BYTES / 2));
    expect(composer.over).toBe(0);
    composer.typed('é'.repeat(MOST_BYTES / 2 + 3));
    expect(composer.over).toBe(6);
    expect(await composer.send()).toBe(false);
    expect(named('send')).toEqual([]);
  });

  it('goes before what is there when a message is taken back', () => {
    composer.typed('new');
    composer.putBack('d', 'old');
    expect(composer.text).toBe('old\nnew');
  });
});
