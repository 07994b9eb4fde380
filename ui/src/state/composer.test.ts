import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { CallError, type Backend } from '../backend/backend';
import { blankAttachment, blankDraft, blankMessage } from '../backend/fake/blank';
import { Composer, MOST_BYTES } from './composer.svelte';

const blankStaged = {
  file: 1,
  kind: 'photo' as const,
  name: 'boat.jpg',
  size: 4,
  content_type: 'image/jpeg',
  width: 4,
  height: 3,
};

type Call = { name: string; args: Record<string, unknown> };

describe('what is being written', () => {
  let calls: Call[];
  let broken: Set<string>;
  let composer: Composer;
  let next: number;
  const failed = vi.fn();

  const draft = (text: string) => ({ ...blankDraft, text });
  /** A conversation is shown, and its draft has come. */
  const open = (dialog: string, kept = blankDraft) => {
    composer.switchTo(dialog);
    composer.takeDraft(dialog, kept);
  };
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
    open('d');
    calls = [];
  });
  afterEach(() => void vi.useRealTimers());

  it('is saved a moment after it was begun, also by somebody who types on and on', () => {
    composer.typed('h');
    vi.advanceTimersByTime(200);
    composer.typed('hi');
    vi.advanceTimersByTime(99);
    expect(named('save_draft')).toEqual([]);
    vi.advanceTimersByTime(1);
    expect(named('save_draft')).toMatchObject([{ dialog: 'd', text: 'hi' }]);
    for (const text of ['hi t', 'hi th', 'hi the', 'hi ther']) {
      composer.typed(text);
      vi.advanceTimersByTime(100);
    }
    expect(named('save_draft').map(({ text }) => text)).toEqual(['hi', 'hi the']);
    vi.advanceTimersByTime(1000);
    expect(named('save_draft').map(({ text }) => text)).toEqual(['hi', 'hi the', 'hi ther']);
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
    open('e', { ...blankDraft, files: [one] });
    expect(composer.canSend).toBe(true);
    await composer.send();
    expect(named('send')).toMatchObject([{ text: '', files: [7] }]);
    expect(composer.staging.of('e').files).toEqual([]);
    expect(composer.canSend).toBe(false);
    open('d', { ...blankDraft, files: [one] });
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

  it('goes on from the draft of the window, however quick somebody is', () => {
    const reply = { message: 'm1', sender: 7, sender_name: 'Bea', text: 'hm', attachment: null };
    composer.switchTo('e');
    composer.typed(' an');
    vi.advanceTimersByTime(1000);
    composer.flush();
    expect(named('save_draft')).toEqual([]);
    composer.takeDraft('d', draft('of another'));
    expect(composer.text).toBe(' an');
    composer.takeDraft('e', { ...draft('from before'), reply });
    expect([composer.text, composer.reply?.message]).toEqual(['from before an', 'm1']);
    composer.typed('from before and on');
    vi.advanceTimersByTime(300);
    expect(named('save_draft')).toMatchObject([{ text: 'from before and on', reply_to: 'm1' }]);
  });

  it('goes on from the draft also where it was left before that had come', () => {
    composer.switchTo('e');
    composer.typed(' quick');
    composer.switchTo('d');
    composer.switchTo('e');
    expect(composer.text).toBe(' quick');
    composer.takeDraft('e', draft('from before'));
    expect(composer.text).toBe('from before quick');
  });

  it('is sent before the draft has come, which stays', async () => {
    composer.switchTo('e');
    composer.typed('yes');
    await composer.send();
    expect(named('send')).toMatchObject([{ dialog: 'e', text: 'yes', keeps_draft: true }]);
    composer.takeDraft('e', draft('from before'));
    expect(composer.text).toBe('from before');
    await composer.send();
    expect(named('send')[1]).not.toHaveProperty('keeps_draft');
  });

  it('does not come back with another window of the conversation it was sent in', async () => {
    composer.typed('once');
    const sent = composer.send();
    // It was asked for before the sending had come to the backend.
    composer.takeDraft('d', draft('once'));
    await sent;
    expect(composer.text).toBe('');
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
    open('d', draft('begun'));
    expect(composer.text).toBe('precious\nbegun');
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

  it('goes before what is there when a message is taken back, with what it answers', () => {
    const reply = { message: 'm1', sender: 7, sender_name: 'Bea', text: 'hm', attachment: null };
    const wanted = composer.wanted;
    composer.typed('new');
    composer.takeBack(blankMessage('m2', { dialog_id: 'd', reply }), 'old');
    expect([composer.text, composer.reply?.message]).toEqual(['old\nnew', 'm1']);
    expect(composer.wanted).toBe(wanted + 1);
  });

  describe('with files that are still being read', () => {
    let read: (() => void)[];

    beforeEach(() => {
      read = [];
      let file = 0;
      const backend: Backend = {
        call: (name, args) => {
          calls.push({ name, args });
          if (name === 'staged') return Promise.resolve([{ ...blankStaged, file: 1 }] as never);
          if (name !== 'stage_dropped') return Promise.resolve(null as never);
          const staged = { ...blankStaged, file: (file += 1) };
          return new Promise((resolve) => read.push(() => resolve(staged as never)));
        },
        feed: () => () => undefined,
      };
      composer = new Composer(backend, failed, () => `id${++next}`);
      open('d');
      composer.attachDropped(['/home/ada/boat.jpg']);
      composer.typed('look');
    });

    /** The file has been read. */
    async function isRead() {
      await vi.waitUntil(() => read.length > 0);
      read.shift()?.();
      await vi.advanceTimersByTimeAsync(0);
    }

    it('goes out with them when they have been', async () => {
      expect(await composer.send()).toBe(false);
      expect([composer.isToBeSent, composer.text]).toEqual([true, 'look']);
      expect(named('send')).toEqual([]);
      await isRead();
      expect(named('send')).toMatchObject([{ dialog: 'd', text: 'look', files: [1] }]);
      expect([composer.isToBeSent, composer.text]).toEqual([false, '']);
    });

    it('goes out also when another conversation is open by then', async () => {
      await composer.send();
      open('e');
      composer.typed('something else');
      await isRead();
      expect(named('send')).toMatchObject([{ dialog: 'd', text: 'look', files: [1] }]);
      expect(composer.text).toBe('something else');
    });

    it('goes out once also when somebody is just coming back to it', async () => {
      await composer.send();
      open('e');
      composer.switchTo('d');
      await isRead();
      // Its text is not here, so nothing goes out without it.
      expect(named('send')).toEqual([]);
      composer.takeDraft('d', draft('look'));
      await vi.advanceTimersByTimeAsync(0);
      expect(named('send')).toMatchObject([{ dialog: 'd', text: 'look', files: [1] }]);
      expect(composer.text).toBe('');
    });

    it('comes back when an earlier message is changed first', async () => {
      await composer.send();
      composer.edit(blankMessage('m', { dialog_id: 'd', body: 'old', is_own: true }));
      await isRead();
      expect(named('send')).toEqual([]);
      composer.stopEditing();
      expect(composer.text).toBe('look');
    });

    it('stays when somebody writes on', async () => {
      await composer.send();
      composer.typed('look here');
      expect(composer.isToBeSent).toBe(false);
      await isRead();
      expect(named('send')).toEqual([]);
    });
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
      composer.answer(message('m1', 'hm'), 'Bea');
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
      composer.answer(message('m1', 'x'), 'Bea');
      composer.typed('mine');
      composer.edit(message('m2', 'old'));
      expect(composer.stepBack()).toBe(true);
      expect([composer.text, composer.reply?.message]).toEqual(['mine', 'm1']);
      expect(composer.stepBack()).toBe(true);
      expect([composer.text, composer.reply]).toEqual(['mine', null]);
      expect(composer.stepBack()).toBe(false);
    });

    it('shows what it answers as that was changed meanwhile, also beside a change', () => {
      composer.answer(message('m1', 'at five'), 'Bea');
      composer.changed([message('m2', 'no'), message('m1', 'at *six*')]);
      expect(composer.reply).toMatchObject({ message: 'm1', sender_name: 'Bea', text: 'at six' });
      composer.edit(message('m2', 'old'));
      composer.changed([message('m1', 'at seven')]);
      expect([composer.reply, composer.stepBack()]).toEqual([null, true]);
      expect(composer.reply?.text).toBe('at seven');
    });

    it('gives back what was being written also after another conversation', () => {
      composer.answer(message('m1', 'x'), 'Bea');
      composer.typed('mine');
      composer.edit(message('m2', 'old'));
      open('e');
      open('d', { ...blankDraft, text: 'old', editing: message('m2', 'old') });
      expect(composer.editing?.id).toBe('m2');
      composer.stopEditing();
      expect([composer.text, composer.reply?.message]).toEqual(['mine', 'm1']);
    });

    it('keeps what is taken back apart from the message that is changed', async () => {
      composer.edit(message('m1', 'q 1'));
      composer.takeBack(message('m2', 'plain'), 'plain');
      expect(composer.text).toBe('q 1');
      composer.typed('q 2');
      await composer.send();
      expect(named('edit_message')).toMatchObject([{ message: 'm1', text: 'q 2' }]);
      expect(composer.text).toBe('plain');
    });

    it('comes back from the window with everything that was meant', () => {
      const reply = {
        message: 'm1',
        sender: 7,
        sender_name: 'Bea',
        text: 'hm',
        attachment: null,
      };
      open('e', { ...blankDraft, text: 'so', reply, destroy_after: 5 });
      expect([composer.text, composer.reply?.message, composer.destroyAfter]).toEqual([
        'so',
        'm1',
        5,
      ]);
      composer.switchTo('d');
      expect([composer.text, composer.reply, composer.destroyAfter]).toEqual(['', null, null]);
    });
  });
});
