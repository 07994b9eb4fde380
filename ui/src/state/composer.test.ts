import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { CallError, type Backend } from '../backend/backend';
import { blankAttachment, blankDraft, blankMessage } from '../backend/fake/blank';
import { Composer, MOST_BYTES } from './composer.svelte';

type Call = { name: string; args: Record<string, unknown> };

describe('what is being written', () => {
  let calls: Call[];
  let broken: Set<string>;
  let composer: Composer;
  let next: number;
  const failed = vi.fn();

  const draft = (text: string) => ({ ...blankDraft, text });
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
    expect(named('save_draft')).toMatchObject([{ dialog: 'd', text: 'hi' }]);
  });

  it('is saved at once when it is left, for the right conversation', () => {
    composer.typed('half a sent');
    composer.switchTo('e');
    expect(named('save_draft')).toMatchObject([{ dialog: 'd', text: 'half a sent' }]);
    expect(composer.text).toBe('');
    vi.advanceTimersByTime(1000);
    expect(named('save_draft')).toHaveLength(1);
  });

  it('goes with its files, also without words, and they come back when that fails', async () => {
    const one = {
      file: 7,
      kind: 'photo' as const,
      name: 'ridge.png',
      size: 4,
      content_type: 'image/png',
      width: 4,
      height: 3,
    };
    composer.takeDraft('d', { ...blankDraft, files: [one] });
    expect(composer.canSend).toBe(true);
    await composer.send();
    expect(named('send')).toMatchObject([{ text: '', files: [7] }]);
    expect(composer.staging.of('d').files).toEqual([]);
    expect(composer.canSend).toBe(false);
    composer.takeDraft('d', { ...blankDraft, files: [one] });
    broken.add('send');
    await composer.send();
    expect(named('staged')).toEqual([{ dialog: 'd' }]);
    expect(composer.problem).not.toBeNull();
  });

  it('leaves its files alone while an earlier message is changed', async () => {
    const one = { ...blankAttachment('file', { uid: 'a' }) };
    composer.edit(blankMessage('m', { dialog_id: 'd', body: 'old', attachments: [one] }));
    composer.typed('');
    expect(composer.canSend).toBe(true);
    await composer.send();
    expect(named('edit_message')).toMatchObject([{ message: 'm', text: '' }]);
    expect(named('send')).toEqual([]);
  });

  it('takes the draft of the window, unless somebody was quicker', () => {
    composer.takeDraft('d', draft('from before'));
    expect(composer.text).toBe('from before');
    composer.switchTo('e');
    composer.typed('quick');
    composer.takeDraft('e', draft('from before'));
    expect(composer.text).toBe('quick');
    composer.takeDraft('d', draft('of another'));
    expect(composer.text).toBe('quick');
  });

  it('is sent trimmed, with an id made here, and no draft comes after it', async () => {
    composer.typed('  hello\n');
    const sent = composer.send();
    expect(composer.text).toBe('');
    await sent;
    expect(named('send')).toMatchObject([
      { dialog: 'd', id: 'id1', text: 'hello', reply_to: null },
    ]);
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

  describe('about something', () => {
    const message = (id: string, body: string) =>
      blankMessage(id, { dialog_id: 'd', body, is_own: true });

    it('goes out with what it answers and whom it names, and only once', async () => {
      const people = [
        { user: 7, name: 'Bea' },
        { user: 0, name: 'all' },
      ];
      const calls: Call[] = [];
      const backend: Backend = {
        call: (name, args) => {
          calls.push({ name, args });
          return Promise.resolve(null as never);
        },
        feed: () => () => undefined,
      };
      composer = new Composer(
        backend,
        failed,
        () => 'id',
        () => people,
      );
      composer.switchTo('d');
      composer.answer(message('m1', 'hm'), 'Bea', 'hm');
      composer.setSilent(true);
      composer.setDestroyAfter(60);
      composer.typed('yes @Bea and @all, not a@Bea');
      await composer.send();
      expect(calls.find((call) => call.name === 'send')?.args).toMatchObject({
        reply_to: 'm1',
        mentions: [7, 0],
        is_silent: true,
        destroy_after: 60,
      });
      expect(composer.reply).toBe(null);
      expect(composer.isSilent).toBe(false);
      // The time to live is for the conversation, silence for one message.
      expect(composer.destroyAfter).toBe(60);
    });

    it('changes an earlier message, and gives back what was being written', async () => {
      composer.typed('half a thought');
      composer.edit(message('m1', 'old words'));
      expect(composer.text).toBe('old words');
      // The backend has it before anything takes its place.
      expect(named('save_draft')).toMatchObject([{ text: 'half a thought', editing: null }]);
      composer.typed('new words');
      vi.advanceTimersByTime(300);
      expect(named('save_draft').at(-1)).toMatchObject({ text: 'new words', editing: 'm1' });
      await composer.send();
      expect(named('edit_message')).toEqual([{ message: 'm1', text: 'new words', mentions: [] }]);
      expect(named('send')).toEqual([]);
      expect(composer.text).toBe('half a thought');
      vi.advanceTimersByTime(300);
      expect(named('save_draft').at(-1)).toMatchObject({ text: 'half a thought', editing: null });
    });

    it('keeps the change when it could not be told', async () => {
      broken.add('edit_message');
      composer.edit(message('m1', 'old'));
      composer.typed('new');
      await composer.send();
      expect(composer.text).toBe('new');
      expect(composer.editing?.id).toBe('m1');
      expect(composer.problem).toContain('Not changed');
    });

    it('steps back from a change, then from an answer', () => {
      composer.answer(message('m1', 'x'), 'Bea', 'x');
      composer.typed('mine');
      composer.edit(message('m2', 'old'));
      expect(composer.stepBack()).toBe(true);
      expect([composer.text, composer.reply?.message]).toEqual(['mine', 'm1']);
      expect(composer.stepBack()).toBe(true);
      expect([composer.text, composer.reply]).toEqual(['mine', null]);
      expect(composer.stepBack()).toBe(false);
    });

    it('comes back from the window with everything that was meant', () => {
      const reply = {
        message: 'm1',
        sender: 7,
        sender_name: 'Bea',
        text: 'hm',
        attachment: null,
      };
      composer.takeDraft('d', { ...blankDraft, text: 'so', reply, destroy_after: 5 });
      expect([composer.text, composer.reply?.message, composer.destroyAfter]).toEqual([
        'so',
        'm1',
        5,
      ]);
      composer.switchTo('e');
      expect([composer.text, composer.reply, composer.destroyAfter]).toEqual(['', null, null]);
    });
  });
});
