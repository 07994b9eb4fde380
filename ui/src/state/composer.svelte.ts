/**
 * What is being written, for the conversation that is open, and about what: an
 * answer, a change to an earlier message, or something new. All of that is the
 * draft, which the backend keeps; here is only what is on screen and when to say
 * it.
 */

import { SvelteMap } from 'svelte/reactivity';
import { t } from '../i18n';
import { newMessageId } from '../lib/ids';
import { mentionsIn, type Namable } from '../lib/mentions';
import { byteLength, oneLine } from '../lib/text';
import { unmarked } from '../lib/unmarked';
import { attachedOf } from './attached';
import { Staging } from './staging.svelte';
import { TypingSignal } from './typing-signal';
import { wordsFor } from './toasts.svelte';
import type { Backend, DialogId, DraftView, MessageId, MessageView, ReplyView } from './types';

/** What a server takes in one message, as the engine has it too. */
export const MOST_BYTES = 64 * 1024;
const SAVE_AFTER = 300;

const EMPTY: DraftView = {
  text: '',
  reply: null,
  editing: null,
  destroy_after: null,
  is_silent: false,
  files: [],
};

/** What comes back to be written on. */
type Back = Pick<DraftView, 'text' | 'reply' | 'destroy_after' | 'is_silent'>;

/** What is to go out as soon as its files are there. */
type Wish = { draft: DraftView; mentions: number[] };

/** A message as its answers show it. */
const quoted = (message: MessageView, sender_name: string): ReplyView => ({
  message: message.id,
  sender: message.sender,
  sender_name,
  text: oneLine(unmarked(message.body)).slice(0, 160),
  attachment: attachedOf(message.attachments),
});

export class Composer {
  text = $state('');
  dialogId = $state<DialogId | null>(null);
  /** What is answered. */
  reply = $state.raw<ReplyView | null>(null);
  /** The message that is changed. */
  editing = $state.raw<MessageView | null>(null);
  /** Seconds until what is sent is gone. */
  destroyAfter = $state<number | null>(null);
  isSilent = $state(false);
  /** Drafts that were given up, the newest first. */
  history = $state.raw<string[]>([]);
  /** Said under the text. */
  problem = $state<string | null>(null);
  /** Files that go along. */
  readonly staging: Staging;

  /** Counts what was sent from here, for the view that goes along. */
  sent = $state(0);
  /** Counts when somebody should be able to write at once. */
  wanted = $state(0);

  #dirty = false;
  #timer: ReturnType<typeof setTimeout> | undefined;
  /**
   * The conversation's draft has not come yet. What is written meanwhile goes on
   * from it, so nothing may be saved in its place.
   */
  #isAwaited = false;
  /** What could not be kept by the backend, by conversation. */
  #unkept = new Map<DialogId, DraftView>();
  /** What was written in a conversation that was left before its draft had come. */
  #early = new Map<DialogId, DraftView>();
  /** What is put back when the draft has come, by conversation. */
  #returning = new Map<DialogId, Back[]>();
  /** Conversations whose message goes out as soon as its files have been read. */
  #wishes = new SvelteMap<DialogId, Wish>();
  #signal: TypingSignal;
  /** The last saving under way: a message goes out after it, so that no draft comes back. */
  #saving: Promise<unknown> = Promise.resolve();
  /** What was being written before a change began, by conversation: it comes back afterwards. */
  #asides = new Map<DialogId, DraftView>();

  constructor(
    private readonly backend: Backend,
    private readonly failed: (thrown: unknown) => void,
    private readonly newId: () => string = newMessageId,
    /** Who can be named here. */
    private readonly namable: () => readonly Namable[] = () => [],
  ) {
    this.#signal = new TypingSignal((is_typing) => this.#sayTyping(is_typing));
    this.staging = new Staging(
      backend,
      (dialog, problem) => {
        // Without one of its files it is not what was meant.
        this.#wishes.delete(dialog);
        if (dialog !== this.dialogId) return;
        this.problem = this.problem === null ? problem : `${this.problem}\n${problem}`;
      },
      (dialog) => void this.#grant(dialog),
    );
  }

  /** Another conversation is shown. Its draft comes with the window. */
  switchTo(dialog: DialogId | null): void {
    if (dialog === this.dialogId) return;
    this.leave();
    this.dialogId = dialog;
    const kept = dialog === null ? undefined : this.#unkept.get(dialog);
    const early = dialog === null ? undefined : this.#early.get(dialog);
    this.#show(kept ?? early ?? EMPTY);
    this.#dirty = kept !== undefined || early !== undefined;
    this.#isAwaited = dialog !== null;
    this.history = [];
    this.problem = null;
  }

  /** Another account: nothing of what was written concerns it. */
  forget(): void {
    this.switchTo(null);
    const kept = [this.#unkept, this.#early, this.#wishes, this.#asides, this.#returning];
    for (const each of kept) each.clear();
    this.staging.forget();
  }

  /**
   * The window's draft, the first time it comes: from then on it is kept here. What
   * was typed meanwhile goes on from it, and what could not be kept is later.
   */
  takeDraft(dialog: DialogId, draft: DraftView): void {
    if (dialog !== this.dialogId || !this.#isAwaited) return;
    this.#isAwaited = false;
    this.#early.delete(dialog);
    this.staging.take(dialog, draft.files);
    if (!this.#unkept.has(dialog)) {
      const typed = this.#dirty ? this.#state : EMPTY;
      this.#show({
        ...draft,
        text: typed.editing === null ? draft.text + typed.text : typed.text,
        reply: typed.reply ?? draft.reply,
        editing: typed.editing ?? draft.editing,
        destroy_after: typed.destroy_after ?? draft.destroy_after,
        is_silent: typed.is_silent || draft.is_silent,
      });
      if (typed.editing !== null) this.#asides.set(dialog, draft);
    }
    if (this.#dirty) this.#touch();
    for (const back of this.#returning.get(dialog) ?? []) {
      // The backend may have put it there already.
      if (!`${this.text}\n`.startsWith(`${back.text}\n`)) this.#putBack(dialog, back);
    }
    this.#returning.delete(dialog);
    if (this.isToBeSent) void this.#grantAgain(dialog);
    void this.#loadHistory(dialog);
  }

  /** Whether what is here goes out as soon as its files have been read. */
  get isToBeSent(): boolean {
    return this.dialogId !== null && this.#wishes.has(this.dialogId);
  }

  /** How many bytes there are too many. */
  get over(): number {
    // Nobody types this much: counting begins where it could matter.
    if (this.text.length * 4 <= MOST_BYTES) return 0;
    return Math.max(0, byteLength(this.text) - MOST_BYTES);
  }

  get canSend(): boolean {
    if (this.dialogId === null || this.over > 0) return false;
    if (this.editing !== null) {
      return this.text.trim() !== '' || this.editing.attachments.length > 0;
    }
    const { files, coming } = this.staging.of(this.dialogId);
    return this.text.trim() !== '' || files.length + coming.length > 0;
  }

  /** The text changed under somebody's hands. */
  typed(text: string): void {
    this.text = text;
    this.problem = null;
    // It is not finished after all.
    if (this.dialogId !== null) this.#wishes.delete(this.dialogId);
    this.#touch();
    if (text.trim() === '') this.#signal.stop();
    else if (this.editing === null) this.#signal.typed();
  }

  /** Answers a message. */
  answer(message: MessageView, senderName: string): void {
    if (message.dialog_id !== this.dialogId) return;
    if (this.editing !== null) this.stopEditing();
    this.reply = quoted(message, senderName);
    this.#touch();
    this.wanted += 1;
  }

  stopAnswering(): void {
    this.reply = null;
    this.#touch();
  }

  /** Changes an earlier message. What was being written is put aside. */
  edit(message: MessageView): void {
    if (message.dialog_id !== this.dialogId) return;
    // It is not finished after all: it comes back when the change is done.
    this.#wishes.delete(message.dialog_id);
    if (this.editing === null) {
      // Kept by the backend, too: the window may close, or another conversation be shown.
      this.flush();
      this.#asides.set(message.dialog_id, this.#state);
    }
    this.reply = null;
    this.editing = message;
    this.text = message.body;
    this.problem = null;
    this.#signal.stop();
    this.#touch();
    this.wanted += 1;
  }

  /** Leaves the earlier message as it is. */
  stopEditing(): void {
    if (this.editing === null) return;
    this.#show(this.#takeAside() ?? { ...this.#state, text: '', editing: null });
    this.problem = null;
    this.#touch();
  }

  /** What was put aside here, which is nowhere else then. */
  #takeAside(): DraftView | undefined {
    if (this.dialogId === null) return undefined;
    const aside = this.#asides.get(this.dialogId);
    this.#asides.delete(this.dialogId);
    return aside;
  }

  /** One step back: not answering, not changing. Says whether there was one. */
  stepBack(): boolean {
    if (this.editing !== null) this.stopEditing();
    else if (this.reply !== null) this.stopAnswering();
    else return false;
    return true;
  }

  setDestroyAfter(seconds: number | null): void {
    this.destroyAfter = seconds;
    this.#touch();
  }

  setSilent(isSilent: boolean): void {
    this.isSilent = isSilent;
    this.#touch();
  }

  /** Brings a draft back that was given up. */
  bringBack(text: string): void {
    if (this.text.trim() !== '') return;
    this.typed(text);
    // From now on it is the draft, and in no history.
    this.flush();
    this.wanted += 1;
  }

  /** Puts files beside what is being written here. */
  attach(files: readonly File[]): void {
    if (this.dialogId === null || files.length === 0) return;
    this.problem = null;
    this.staging.add(this.dialogId, files);
    this.wanted += 1;
  }

  /** Puts files beside what is being written here that were dropped on the app's own window. */
  attachDropped(paths: readonly string[]): void {
    if (this.dialogId === null || paths.length === 0) return;
    this.problem = null;
    this.staging.addDropped(this.dialogId, paths);
    this.wanted += 1;
  }

  /**
   * Puts beside what is being written here what lies on the clipboard, where the page is
   * told nothing of it. Says whether there was anything.
   */
  async attachPasted(): Promise<boolean> {
    const dialog = this.dialogId;
    if (dialog === null) return false;
    const isThere = await this.staging.addPasted(dialog);
    if (isThere && dialog === this.dialogId) this.wanted += 1;
    return isThere;
  }

  /** A message is here again, to be changed, with all that belongs to it. */
  takeBack({ dialog_id: dialog, reply, destroy_after, is_silent }: MessageView, text: string) {
    this.#putBack(dialog, { text, reply, destroy_after, is_silent });
    void this.staging.reload(dialog);
    if (dialog === this.dialogId) this.wanted += 1;
  }

  /**
   * Puts something in for editing, in front of what is there. While an earlier message is
   * changed, it waits aside. What would have gone away by itself still does.
   */
  #putBack(dialog: DialogId, back: Back): void {
    const before = (draft: DraftView): DraftView => ({
      ...draft,
      text: [back.text, draft.text].filter((part) => part.trim() !== '').join('\n'),
      reply: draft.reply ?? back.reply,
      destroy_after: draft.destroy_after ?? back.destroy_after,
      is_silent: draft.is_silent || back.is_silent,
    });
    if (dialog !== this.dialogId || (this.#isAwaited && !this.#unkept.has(dialog))) {
      this.#returning.set(dialog, [...(this.#returning.get(dialog) ?? []), back]);
    } else if (this.editing !== null) {
      this.#asides.set(dialog, before(this.#asides.get(dialog) ?? EMPTY));
    } else {
      const joined = before(this.#state);
      this.#show(joined);
      this.typed(joined.text);
    }
  }

  /** Messages of the conversation that is open are not what they were. */
  changed(messages: readonly MessageView[]): void {
    for (const message of messages) {
      const words = (reply: ReplyView | null) =>
        reply?.message === message.id ? quoted(message, reply.sender_name) : reply;
      this.reply = words(this.reply);
      const aside = this.#asides.get(message.dialog_id);
      if (aside !== undefined) {
        this.#asides.set(message.dialog_id, { ...aside, reply: words(aside.reply) });
      }
    }
  }

  /** Messages of the conversation that is open are not there any more. */
  gone(removals: readonly MessageId[]): void {
    const { dialogId, editing } = this;
    if (dialogId === null) return;
    const aside = this.#asides.get(dialogId);
    if (aside?.reply && removals.includes(aside.reply.message)) {
      this.#asides.set(dialogId, { ...aside, reply: null });
    }
    if (this.reply !== null && removals.includes(this.reply.message)) this.stopAnswering();
    if (editing === null || !removals.includes(editing.id)) return;
    const text = this.text.trim();
    this.stopEditing();
    // Who was changing it keeps their own words, but for what may leave no trace.
    if (text !== editing.body.trim() && editing.destroy_after === null) {
      this.#putBack(dialogId, { ...EMPTY, text });
    }
  }

  /** Saves now, if there is something to save. */
  flush(): void {
    this.#stopTimer();
    const dialog = this.dialogId;
    if (dialog === null || !this.#dirty) return;
    const draft = this.#state;
    if (this.#isAwaited && !this.#unkept.has(dialog)) {
      this.#early.set(dialog, draft);
      return;
    }
    this.#dirty = false;
    this.#saving = this.#save(dialog, draft).then(
      () => {
        this.#unkept.delete(dialog);
        if (draft.text === '' && dialog === this.dialogId) void this.#loadHistory(dialog);
      },
      () => {
        this.#unkept.set(dialog, draft);
        if (dialog === this.dialogId) this.problem = t.composer.draftNotKept;
      },
    );
  }

  /** The window is left or hidden: nobody is writing, and nothing may be lost. */
  leave(): void {
    this.flush();
    this.#signal.stop();
  }

  /** The same, and waits until it is kept. */
  async close(): Promise<void> {
    this.leave();
    await this.#saving;
  }

  /**
   * Sends what is there. The text is gone from here once it is on disk there. Where files
   * are still being read, it goes out with them when they have been.
   */
  async send(options: { silent?: boolean } = {}): Promise<boolean> {
    const dialog = this.dialogId;
    if (dialog === null || !this.canSend) return false;
    const draft = { ...this.#state, is_silent: options.silent ?? this.isSilent };
    if (draft.editing !== null) return this.#change(draft.editing, draft.text.trim());
    if (this.staging.of(dialog).coming.length > 0) {
      this.flush();
      this.#wishes.set(dialog, { draft, mentions: mentionsIn(draft.text, this.namable()) });
      return false;
    }
    this.#stopTimer();
    this.#dirty = false;
    this.#early.delete(dialog);
    // The time to live stays for the next one; silence is for one.
    this.#show({ ...EMPTY, destroy_after: draft.destroy_after });
    this.problem = null;
    this.#signal.sent();
    this.sent += 1;
    return this.#deliver(dialog, draft, mentionsIn(draft.text.trim(), this.namable()));
  }

  /** The files of a conversation have been read: what waits for them goes out. */
  async #grant(dialog: DialogId): Promise<void> {
    const wish = this.#wishes.get(dialog);
    const isHere = dialog === this.dialogId;
    // Somebody has come back to it, and its text is not here yet.
    if (wish === undefined || (isHere && this.#isAwaited)) return;
    this.#wishes.delete(dialog);
    const { draft, mentions } = wish;
    if (isHere) {
      await this.send({ silent: draft.is_silent });
      return;
    }
    await this.#deliver(dialog, { ...draft, files: [...this.staging.of(dialog).files] }, mentions);
  }

  /** The same once the text is here, with the files as the backend has them now. */
  async #grantAgain(dialog: DialogId): Promise<void> {
    await this.staging.reload(dialog);
    if (this.staging.of(dialog).coming.length === 0) await this.#grant(dialog);
  }

  async #deliver(dialog: DialogId, draft: DraftView, mentions: number[]): Promise<boolean> {
    // What is not known yet is another draft, and stays.
    const keeps_draft = dialog === this.dialogId && this.#isAwaited;
    this.staging.take(dialog, []);
    this.#unkept.delete(dialog);
    const id = this.newId();
    const text = draft.text.trim();
    await this.#saving;
    try {
      await this.backend.call('send', {
        dialog,
        id,
        text,
        reply_to: draft.reply?.message ?? null,
        mentions,
        destroy_after: draft.destroy_after,
        is_silent: draft.is_silent,
        files: draft.files.map(({ file }) => file),
        ...(keeps_draft ? { keeps_draft } : {}),
      });
      if (draft.destroy_after !== null && dialog === this.dialogId) this.#touch();
      return true;
    } catch (thrown) {
      this.#giveBack(dialog, draft);
      if (dialog === this.dialogId) this.problem = t.composer.notSent(wordsFor(thrown));
      else this.failed(thrown);
      return false;
    }
  }

  /** Tells what the message is now. */
  async #change(message: MessageView, text: string): Promise<boolean> {
    const dialog = this.dialogId;
    const edited = this.#state;
    this.#show(this.#takeAside() ?? { ...edited, text: '', editing: null });
    this.#touch();
    if (text === message.body.trim()) return true;
    try {
      const mentions = mentionsIn(text, this.namable());
      await this.backend.call('edit_message', { message: message.id, text, mentions });
      return true;
    } catch (thrown) {
      if (dialog !== null && dialog === this.dialogId && this.editing === null) {
        this.#asides.set(dialog, this.#state);
        this.#show(edited);
        this.problem = t.composer.notChanged(wordsFor(thrown));
      } else this.failed(thrown);
      return false;
    }
  }

  #giveBack(dialog: DialogId, draft: DraftView): void {
    this.#putBack(dialog, { ...draft, text: draft.text.trim() });
    void this.staging.reload(dialog);
  }

  get #state(): DraftView {
    return {
      text: this.text,
      reply: this.reply,
      editing: this.editing,
      destroy_after: this.destroyAfter,
      is_silent: this.isSilent,
      files: [...this.staging.of(this.dialogId).files],
    };
  }

  #show(draft: DraftView): void {
    this.text = draft.text;
    this.reply = draft.reply;
    this.editing = draft.editing;
    this.destroyAfter = draft.destroy_after;
    this.isSilent = draft.is_silent;
  }

  /** Who types on and on must not lose more than a moment of it. */
  #touch(): void {
    this.#dirty = true;
    this.#timer ??= setTimeout(() => this.flush(), SAVE_AFTER);
  }

  #stopTimer(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  #save(dialog: DialogId, draft: DraftView): Promise<null> {
    return this.backend.call('save_draft', {
      dialog,
      text: draft.text,
      reply_to: draft.reply?.message ?? null,
      editing: draft.editing?.id ?? null,
      destroy_after: draft.destroy_after,
      is_silent: draft.is_silent,
    });
  }

  async #loadHistory(dialog: DialogId): Promise<void> {
    try {
      const history = await this.backend.call('draft_history', { dialog });
      if (dialog === this.dialogId) this.history = history;
    } catch {
      // Nobody asked for it yet; there is just nothing to bring back.
    }
  }

  #sayTyping(is_typing: boolean): void {
    const dialog = this.dialogId;
    if (dialog === null) return;
    // Nobody misses a typing signal that was lost.
    this.backend.call('set_typing', { dialog, is_typing }).catch(() => undefined);
  }
}
