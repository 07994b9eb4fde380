/**
 * What somebody does with messages. Each is told to the backend, which shows it
 * at once and brings it to the server when it can; a refusal is a sentence. What
 * needs a question first is asked in one place, `question`.
 */

import { t } from '../i18n';
import { newMessageId } from '../lib/ids';
import type { Backend, DialogId, MessageId, MessageView } from './types';
import type { Toasts } from './toasts.svelte';

export type Question =
  | { kind: 'delete'; messages: MessageView[]; canForAll: boolean; first: 'me' | 'all' }
  | { kind: 'forward'; messages: MessageView[] }
  | { kind: 'report'; message: MessageView }
  | { kind: 'details'; message: MessageView; about: 'all' | 'reactions' | 'receipts' }
  | { kind: 'discard'; message: MessageView };

export class Acts {
  /** What is asked in front of everything else. */
  question = $state.raw<Question | null>(null);

  constructor(
    private readonly backend: Backend,
    private readonly toasts: Toasts,
  ) {}

  ask(question: Question): void {
    this.question = question;
  }

  /** These messages are no more: nothing is asked about them any longer. */
  gone(ids: readonly MessageId[]): void {
    const { question } = this;
    if (question === null) return;
    const about = 'messages' in question ? question.messages : [question.message];
    const left = about.filter(({ id }) => !ids.includes(id));
    if (left.length === about.length) return;
    if ('messages' in question && left.length > 0) {
      this.question = { ...question, messages: left };
      return;
    }
    this.question = null;
    // Who wanted to delete it need not be told.
    if (question.kind !== 'delete') this.toasts.say(t.timeline.gone);
  }

  /** Gives a reaction, or takes one's own back. */
  async react(message: MessageView, emoji: string): Promise<void> {
    const own = message.reactions.some((one) => one.emoji === emoji && one.is_own);
    await this.#do(() => this.backend.call('react', { message: message.id, emoji, on: !own }));
  }

  async pin(message: MessageView, on: boolean): Promise<void> {
    await this.#do(() => this.backend.call('pin_message', { message: message.id, on }));
  }

  /** Deletes; what the server refuses comes back as a row. */
  async remove(messages: readonly MessageView[], for_all: boolean): Promise<boolean> {
    const ids = messages.map((message) => message.id);
    try {
      const { refused } = await this.backend.call('delete_messages', { messages: ids, for_all });
      if (refused.length > 0) this.toasts.say(t.message.deleteRefused(refused.length), 'error');
      return true;
    } catch (thrown) {
      this.toasts.failed(thrown);
      return false;
    }
  }

  /** Sends messages once more, to others. */
  async forward(messages: readonly MessageView[], to: readonly DialogId[]): Promise<boolean> {
    const ids: MessageId[] = [];
    for (let n = messages.length * to.length; n > 0; n -= 1) ids.push(newMessageId());
    return this.#do(() =>
      this.backend.call('forward', {
        messages: messages.map((message) => message.id),
        to: [...to],
        ids,
      }),
    );
  }

  async report(message: MessageView, reason: string): Promise<boolean> {
    const done = await this.#do(() =>
      this.backend.call('report_message', { message: message.id, reason }),
    );
    if (done) this.toasts.say(t.report.done);
    return done;
  }

  details(message: MessageId) {
    return this.backend.call('message_details', { message });
  }

  async #do(ask: () => Promise<unknown>): Promise<boolean> {
    try {
      await ask();
      return true;
    } catch (thrown) {
      this.toasts.failed(thrown);
      return false;
    }
  }
}
