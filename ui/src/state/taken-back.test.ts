/** What comes back to be written on, and what of a message that is gone stays here. */

import { beforeEach, describe, expect, it } from 'vitest';
import type { Backend } from '../backend/backend';
import { blankDraft, blankMessage } from '../backend/fake/blank';
import { Composer } from './composer.svelte';
import type { MessageView } from './types';

describe('what comes back', () => {
  let sent: Record<string, unknown>[];
  let composer: Composer;

  const message = (id: string, body: string, more: Partial<MessageView> = {}) =>
    blankMessage(id, { dialog_id: 'd', body, is_own: true, ...more });
  const answer = (to: string) => ({
    message: to,
    sender: 7,
    sender_name: 'Bea',
    text: 'hm',
    attachment: null,
  });
  const open = (dialog: string, draft = blankDraft) => {
    composer.switchTo(dialog);
    composer.takeDraft(dialog, draft);
  };

  beforeEach(() => {
    sent = [];
    const backend: Backend = {
      call: (name, args) => {
        if (name === 'send') sent.push(args);
        return Promise.resolve(null as never);
      },
      feed: () => () => undefined,
    };
    composer = new Composer(backend, () => undefined);
    open('d');
  });

  it('goes away by itself as it would have, and disturbs nobody', async () => {
    const secret = message('m', 'secret', { destroy_after: 30, is_silent: true });
    composer.takeBack(secret, 'secret');
    expect([composer.text, composer.destroyAfter, composer.isSilent]).toEqual(['secret', 30, true]);
    await composer.send();
    expect(sent).toMatchObject([{ text: 'secret', destroy_after: 30, is_silent: true }]);
  });

  it('is there once, whether the draft of another conversation has it already or not', () => {
    for (const draft of ['back\nmine', 'mine']) {
      open('e');
      composer.takeBack(message('m', 'back'), 'back');
      expect(composer.text).toBe('');
      open('d', { ...blankDraft, text: draft });
      expect(composer.text).toBe('back\nmine');
    }
  });

  describe('of a message that is gone', () => {
    it('is no answer to it', () => {
      composer.answer(message('m', 'hm'), 'Bea');
      composer.typed('yes');
      composer.gone(['another']);
      expect(composer.reply?.message).toBe('m');
      composer.gone(['m']);
      expect([composer.reply, composer.text]).toEqual([null, 'yes']);
    });

    it('is no change of it, and what was being written returns', () => {
      open('e', { ...blankDraft, text: 'mine', reply: answer('n') });
      const old = message('m', 'old', { dialog_id: 'e' });
      composer.edit(old);
      composer.gone(['n', 'm']);
      expect([composer.editing, composer.text, composer.reply]).toEqual([null, 'mine', null]);
    });

    it('are one’s own new words, unless nothing of it may stay', () => {
      composer.edit(message('m', 'old'));
      composer.typed('old and new');
      composer.gone(['m']);
      expect([composer.editing, composer.text]).toEqual([null, 'old and new']);
      composer.typed('');
      composer.edit(message('s', 'secret', { destroy_after: 30 }));
      composer.typed('secret and more');
      composer.gone(['s']);
      expect([composer.editing, composer.text]).toEqual([null, '']);
    });
  });
});
