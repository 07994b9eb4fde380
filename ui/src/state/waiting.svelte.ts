/** Messages that have not gone out: why, since when, and what can be done. */

import { t } from '../i18n';
import { asCallError } from '../backend/backend';
import type { Toasts } from './toasts.svelte';
import type { Backend, MessageView } from './types';
import type { WaitingView } from '../backend/bindings';

export class Waiting {
  isOpen = $state(false);
  list = $state.raw<WaitingView[]>([]);
  phase = $state<'idle' | 'busy' | 'done' | 'failed'>('idle');

  #generation = 0;

  constructor(
    private readonly backend: Backend,
    private readonly toasts: Toasts,
    /** Where a text goes that is taken back. */
    private readonly putBack: (message: MessageView, text: string) => void,
  ) {}

  open(): void {
    this.isOpen = true;
    void this.load();
  }

  close(): void {
    this.isOpen = false;
    this.list = [];
    this.phase = 'idle';
  }

  /** Asks again; what is shown stays meanwhile. */
  async load(): Promise<void> {
    const generation = ++this.#generation;
    if (this.phase !== 'done') this.phase = 'busy';
    try {
      const list = await this.backend.call('waiting', {});
      if (generation !== this.#generation) return;
      this.list = list;
      this.phase = 'done';
    } catch {
      if (generation === this.#generation) this.phase = 'failed';
    }
  }

  get hasFailed(): boolean {
    return this.list.some((one) => one.state === 'failed' && one.is_here);
  }

  async retry({ message }: WaitingView): Promise<void> {
    await this.#try('retry', this.backend.call('retry', { message: message.id }));
  }

  async retryAll(): Promise<void> {
    await this.#try('retry_all', this.backend.call('retry_all', {}));
  }

  /** Takes a message back; its text goes on being written, or is gone. */
  async discard({ message }: WaitingView, toEdit: boolean): Promise<boolean> {
    const taken = this.backend.call('discard', {
      message: message.id,
      keeps_files: toEdit,
    });
    const text = await this.#try('discard', taken);
    if (text === null) return false;
    if (toEdit) this.putBack(message, text);
    return true;
  }

  async #try<T>(name: string, doing: Promise<T>): Promise<T | null> {
    try {
      return await doing;
    } catch (thrown) {
      if (asCallError(name, thrown).code === 'gone') this.toasts.say(t.message.tooLate);
      else this.toasts.failed(thrown);
      return null;
    } finally {
      void this.load();
    }
  }
}
