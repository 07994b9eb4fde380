/**
 * What is being written, for the conversation that is open. The draft is kept
 * by the backend; here is only the text on screen and when to say it.
 */

import { t } from '../i18n';
import { newMessageId } from '../lib/ids';
import { byteLength } from '../lib/text';
import { TypingSignal } from './typing-signal';
import { wordsFor } from './toasts.svelte';
import type { Backend, DialogId } from './types';

/** What a server takes in one message, as the engine has it too. */
export const MOST_BYTES = 64 * 1024;
const SAVE_AFTER = 300;

export class Composer {
  text = $state('');
  dialogId = $state<DialogId | null>(null);
  /** Said under the text. */
  problem = $state<string | null>(null);

  /** Counts what was sent from here, for the view that goes along. */
  sent = $state(0);

  #dirty = false;
  #timer: ReturnType<typeof setTimeout> | undefined;
  /** Texts that could not be kept by the backend, by conversation. */
  #unkept = new Map<DialogId, string>();
  #signal: TypingSignal;
  /** The last saving under way: a message goes out after it, so that no draft comes back. */
  #saving: Promise<unknown> = Promise.resolve();

  constructor(
    private readonly backend: Backend,
    private readonly failed: (thrown: unknown) => void,
    private readonly newId: () => string = newMessageId,
  ) {
    this.#signal = new TypingSignal((is_typing) => this.#sayTyping(is_typing));
  }

  /** Another conversation is shown. Its draft comes with the window. */
  switchTo(dialog: DialogId | null): void {
    if (dialog === this.dialogId) return;
    this.leave();
    this.dialogId = dialog;
    this.text = dialog === null ? '' : (this.#unkept.get(dialog) ?? '');
    this.#dirty = this.text !== '';
    this.problem = null;
  }

  /** The window's draft. What was typed meanwhile wins. */
  takeDraft(dialog: DialogId, draft: string): void {
    if (dialog !== this.dialogId || this.#dirty || this.text !== '') return;
    this.text = draft;
  }

  /** How many bytes there are too many. */
  get over(): number {
    // Nobody types this much: counting begins where it could matter.
    if (this.text.length * 4 <= MOST_BYTES) return 0;
    return Math.max(0, byteLength(this.text) - MOST_BYTES);
  }

  get canSend(): boolean {
    return this.dialogId !== null && this.text.trim() !== '' && this.over === 0;
  }

  /** The text changed under somebody's hands. */
  typed(text: string): void {
    this.text = text;
    this.problem = null;
    this.#dirty = true;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.flush(), SAVE_AFTER);
    if (text.trim() === '') this.#signal.stop();
    else this.#signal.typed();
  }

  /** Puts a text in for editing, in front of what is there. */
  putBack(dialog: DialogId, text: string): void {
    if (dialog === this.dialogId) {
      this.typed(this.text.trim() === '' ? text : `${text}\n${this.text}`);
    } else {
      const kept = this.#unkept.get(dialog);
      this.#unkept.set(dialog, kept === undefined ? text : `${text}\n${kept}`);
    }
  }

  /** Saves now, if there is something to save. */
  flush(): void {
    clearTimeout(this.#timer);
    const dialog = this.dialogId;
    if (dialog === null || !this.#dirty) return;
    const text = this.text;
    this.#dirty = false;
    this.#saving = this.backend.call('save_draft', { dialog, text }).then(
      () => this.#unkept.delete(dialog),
      () => {
        this.#unkept.set(dialog, text);
        if (dialog === this.dialogId) this.problem = t.composer.draftNotKept;
      },
    );
  }

  /** The window is left or hidden: nobody is writing, and nothing may be lost. */
  leave(): void {
    this.flush();
    this.#signal.stop();
  }

  /** Sends what is there. The text is gone from here once it is on disk there. */
  async send(): Promise<boolean> {
    const dialog = this.dialogId;
    if (dialog === null || !this.canSend) return false;
    const text = this.text.trim();
    clearTimeout(this.#timer);
    this.#dirty = false;
    this.text = '';
    this.problem = null;
    this.#signal.sent();
    this.#unkept.delete(dialog);
    this.sent += 1;
    const id = this.newId();
    await this.#saving;
    try {
      await this.backend.call('send', { dialog, id, text });
      return true;
    } catch (thrown) {
      this.putBack(dialog, text);
      if (dialog === this.dialogId) this.problem = t.composer.notSent(wordsFor(thrown));
      else this.failed(thrown);
      return false;
    }
  }

  #sayTyping(is_typing: boolean): void {
    const dialog = this.dialogId;
    if (dialog === null) return;
    // Nobody misses a typing signal that was lost.
    this.backend.call('set_typing', { dialog, is_typing }).catch(() => undefined);
  }
}
