/** Files that are being saved on this computer, and what one can do with those that were. */

import type { TransferView } from '../backend/bindings';
import type { Backend, MessageId } from './types';

type Deed = 'save_attachment' | 'cancel_transfer' | 'open_attachment' | 'show_attachment';

const key = (message: MessageId, index: number) => `${message} ${index}`;

export class Transfers {
  #all = $state.raw<ReadonlyMap<string, TransferView>>(new Map());

  constructor(
    private readonly backend: Backend,
    private readonly failed: (thrown: unknown) => void,
  ) {}

  /** All that are on their way, or did not get here. */
  take(all: readonly TransferView[]): void {
    this.#all = new Map(all.map((one) => [key(one.message, one.index), one]));
  }

  forget(): void {
    this.#all = new Map();
  }

  of(message: MessageId, index: number): TransferView | null {
    return this.#all.get(key(message, index)) ?? null;
  }

  /** Begins to save; also after it has failed. */
  save = (message: MessageId, index: number) => this.#do('save_attachment', message, index);
  /** Ends a saving, or forgets that it failed. */
  cancel = (message: MessageId, index: number) => this.#do('cancel_transfer', message, index);
  open = (message: MessageId, index: number) => this.#do('open_attachment', message, index);
  show = (message: MessageId, index: number) => this.#do('show_attachment', message, index);

  async #do(deed: Deed, message: MessageId, index: number): Promise<void> {
    try {
      await this.backend.call(deed, { message, index });
    } catch (thrown) {
      this.failed(thrown);
    }
  }
}
