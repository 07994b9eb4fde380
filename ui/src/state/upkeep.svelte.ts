/**
 * Keeping the list in order: mute, archive, pin, mark, leave, delete; one
 * conversation or several that were chosen.
 */

import { SvelteSet } from 'svelte/reactivity';
import { t } from '../i18n';
import { muteUntil, type Mute } from '../lib/mute';
import { wordsFor, type Toasts } from './toasts.svelte';
import { isUnread, type Dialogs } from './dialogs.svelte';
import type { Backend, DialogId, DialogView } from './types';

/** A question before something that cannot be taken back. */
export type Question = { kind: 'delete' | 'leave' | 'clear'; dialogs: DialogView[] };

export class Upkeep {
  /** Chosen with the pointer or the keys; several are being chosen while it is open. */
  readonly chosen = new SvelteSet<DialogId>();
  isChoosing = $state(false);
  question = $state.raw<Question | null>(null);
  busy = $state(false);
  problem = $state<string | null>(null);

  constructor(
    private readonly backend: Backend,
    private readonly dialogs: Dialogs,
    private readonly toasts: Toasts,
    /** Told when conversations are gone. */
    private readonly gone: (dialogs: DialogId[]) => void,
    private readonly now: () => number = () => Date.now(),
  ) {}

  // Several at once.

  begin(dialog: DialogId): void {
    this.isChoosing = true;
    this.chosen.clear();
    this.chosen.add(dialog);
  }

  toggle(dialog: DialogId): void {
    if (!this.chosen.delete(dialog)) this.chosen.add(dialog);
  }

  end(): void {
    this.isChoosing = false;
    this.chosen.clear();
  }

  get chosenDialogs(): DialogView[] {
    return [...this.chosen].flatMap((id) => this.dialogs.get(id) ?? []);
  }

  // What can be taken back is done at once.

  async mute(dialogs: readonly DialogView[], mute: Mute): Promise<void> {
    const until = muteUntil(mute, this.now());
    const all = dialogs.map(({ id }) => this.backend.call('mute', { dialog: id, until }));
    const done = await this.#try(Promise.all(all));
    if (!done) return;
    const words = dialogs.length === 1 ? t.upkeep.muted[mute] : t.upkeep.mutedMany(dialogs.length);
    this.toasts.say(words, 'plain', {
      label: t.upkeep.undo,
      act: () => void this.unmute(dialogs),
    });
  }

  async unmute(dialogs: readonly DialogView[]): Promise<void> {
    const all = dialogs.map(({ id }) => this.backend.call('mute', { dialog: id, until: null }));
    await this.#try(Promise.all(all));
  }

  async archive(dialogs: readonly DialogView[], on: boolean): Promise<void> {
    const ids = dialogs.map((dialog) => dialog.id);
    if (!(await this.#try(this.backend.call('archive', { dialogs: ids, on })))) return;
    this.toasts.say(on ? t.upkeep.archived(ids.length) : t.upkeep.unarchived(ids.length), 'plain', {
      label: t.upkeep.undo,
      act: () => void this.#try(this.backend.call('archive', { dialogs: ids, on: !on })),
    });
  }

  async pin(dialogs: readonly DialogView[], on: boolean): Promise<void> {
    const all = dialogs.map(({ id }) => this.backend.call('pin_dialog', { dialog: id, on }));
    await this.#try(Promise.all(all));
  }

  async markUnread(dialogs: readonly DialogView[]): Promise<void> {
    const all = dialogs
      .filter((dialog) => !isUnread(dialog))
      .map(({ id }) => this.backend.call('mark_unread', { dialog: id, on: true }));
    await this.#try(Promise.all(all));
  }

  /** Somebody has gone to it, so the mark has done its work. What is unread in it stays unread. */
  async unmark(id: DialogId): Promise<void> {
    if (this.dialogs.get(id)?.is_marked_unread !== true) return;
    await this.#try(this.backend.call('mark_unread', { dialog: id, on: false }));
  }

  async markRead(dialogs: readonly DialogView[]): Promise<void> {
    const ids = dialogs.filter(isUnread).map((dialog) => dialog.id);
    if (ids.length > 0) await this.#try(this.backend.call('mark_read', { dialogs: ids }));
  }

  async markAllRead(): Promise<void> {
    await this.#try(this.backend.call('mark_read', { dialogs: [] }));
  }

  // What cannot be taken back is asked about.

  ask(kind: Question['kind'], dialogs: DialogView[]): void {
    this.problem = null;
    this.question = { kind, dialogs };
  }

  dismiss(): void {
    if (!this.busy) this.question = null;
  }

  /** Does what was asked about, for this person or for everybody. */
  async answer(forAll: boolean): Promise<void> {
    const { question } = this;
    if (question === null || this.busy) return;
    this.busy = true;
    this.problem = null;
    try {
      const ids = question.dialogs.map((dialog) => dialog.id);
      switch (question.kind) {
        case 'leave':
          for (const dialog of ids) await this.backend.call('leave', { dialog });
          this.gone(ids);
          break;
        case 'clear':
          for (const dialog of ids) {
            await this.backend.call('clear_history', { dialog, for_all: forAll });
          }
          break;
        case 'delete': {
          const args = { dialogs: ids, for_all: forAll };
          const { deleted, refused } = await this.backend.call('delete_dialogs', args);
          this.gone(deleted);
          if (refused.length > 0) {
            this.problem = t.upkeep.refused(refused.length, ids.length);
            const left = question.dialogs.filter((dialog) => refused.includes(dialog.id));
            this.question = { ...question, dialogs: left };
            return;
          }
        }
      }
      this.question = null;
      this.end();
    } catch (thrown) {
      this.problem = wordsFor(thrown);
    } finally {
      this.busy = false;
    }
  }

  forget(): void {
    this.end();
    this.question = null;
  }

  async #try(doing: Promise<unknown>): Promise<boolean> {
    try {
      await doing;
      return true;
    } catch (thrown) {
      this.toasts.failed(thrown);
      return false;
    }
  }
}
