/**
 * When a message counts as read. This is the only place that decides it.
 *
 * A message is read when it was on screen, with nothing lying over it, in a
 * visible window that has the focus, for a moment without a break. Opening a
 * conversation, catching up and scrolling past do not count. The view tells
 * which messages are on screen; this file knows the window and the time.
 *
 * Reading a message reads what stands above it, except what came late: with a
 * time that was read already. So while anything is unread, whatever is on screen
 * is told by name, further up than was read, too.
 */

import type { Covers } from './covers';
import type { DialogId, MessageId } from './types';

/** How long a message must be on screen. */
export const DWELL = 600;

export type OnScreen = { id: MessageId; key: string };

/** Whether somebody can be looking, and when that changes. */
export interface Attention {
  isLooking(): boolean;
  onChange(listener: () => void): () => void;
}

/** The attention of somebody in front of this document. */
export function documentAttention(page: Document = document): Attention {
  const view = page.defaultView ?? window;
  return {
    isLooking: () => page.visibilityState === 'visible' && page.hasFocus(),
    onChange(listener) {
      page.addEventListener('visibilitychange', listener);
      view.addEventListener('focus', listener);
      view.addEventListener('blur', listener);
      return () => {
        page.removeEventListener('visibilitychange', listener);
        view.removeEventListener('focus', listener);
        view.removeEventListener('blur', listener);
      };
    },
  };
}

/** The same, while nothing lies over the conversation. */
export function unlessCovered(attention: Attention, covers: Covers): Attention {
  return {
    isLooking: () => !covers.isAny && attention.isLooking(),
    onChange(listener) {
      const stops = [attention.onChange(listener), covers.onChange(listener)];
      return () => stops.forEach((stop) => stop());
    },
  };
}

export class Reading {
  /** When each message now on screen came on screen, under somebody's eyes. */
  #since = new Map<MessageId, { key: string; at: number; isTold: boolean }>();
  #dialog: DialogId | null = null;
  #shown: readonly OnScreen[] = [];
  #isAtEnd = false;
  #reported = new Map<DialogId, string>();
  #attended: DialogId | null = null;
  #timer: ReturnType<typeof setTimeout> | undefined;
  readonly #stopListening: () => void;

  constructor(
    /** Tells the newest that was read, and what else was on screen for that long. */
    private readonly seen: (dialog: DialogId, message: MessageId, others: MessageId[]) => void,
    private readonly attention: Attention,
    /** Whether anything in a conversation is unread. */
    private readonly hasUnread: (dialog: DialogId) => boolean,
    private readonly now: () => number = () => performance.now(),
    /** Tells the conversation that is attended to, or none. */
    private readonly attend: (dialog: DialogId | null) => void = () => undefined,
  ) {
    this.#stopListening = attention.onChange(() => this.#look());
  }

  /**
   * What is on screen now, the newest last, and whether the view stays at the end. Nothing
   * while the view is on its way somewhere.
   */
  show(dialog: DialogId | null, messages: readonly OnScreen[], isAtEnd = false): void {
    if (dialog !== this.#dialog) this.#since.clear();
    this.#dialog = dialog;
    this.#shown = messages;
    this.#isAtEnd = isAtEnd;
    this.#look();
  }

  /** The conversation at whose end somebody is looking: what comes there is seen at once. */
  get attended(): DialogId | null {
    return this.#isAtEnd && this.attention.isLooking() ? this.#dialog : null;
  }

  /** Something may be unread that was not before. */
  again(): void {
    this.#look();
  }

  /** It could not be said: it is said again with the next look. */
  retract(dialog: DialogId): void {
    this.#reported.delete(dialog);
    if (dialog === this.#dialog) for (const one of this.#since.values()) one.isTold = false;
  }

  /** Another account: nothing of what was reported holds. */
  forget(): void {
    this.#reported.clear();
    this.show(null, []);
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#stopListening();
  }

  #look(): void {
    clearTimeout(this.#timer);
    const attended = this.attended;
    if (attended !== this.#attended) {
      this.#attended = attended;
      this.attend(attended);
    }
    if (this.#dialog === null || !this.attention.isLooking()) {
      this.#since.clear();
      return;
    }
    const now = this.now();
    const shown = new Set(this.#shown.map((message) => message.id));
    for (const id of this.#since.keys()) if (!shown.has(id)) this.#since.delete(id);
    for (const { id, key } of this.#shown) {
      if (!this.#since.has(id)) this.#since.set(id, { key, at: now, isTold: false });
    }
    this.#report(this.#dialog, now);
  }

  #report(dialog: DialogId, now: number): void {
    let newest: { id: MessageId; key: string } | null = null;
    let next = Infinity;
    const read: MessageId[] = [];
    const reported = this.#reported.get(dialog) ?? '';
    const hasUnread = this.hasUnread(dialog);
    for (const [id, one] of this.#since) {
      if (one.isTold || (one.key <= reported && !hasUnread)) continue;
      if (now - one.at >= DWELL) {
        one.isTold = true;
        read.push(id);
        if (newest === null || one.key > newest.key) newest = { id, key: one.key };
      } else {
        next = Math.min(next, one.at + DWELL);
      }
    }
    if (newest !== null) {
      const { id, key } = newest;
      if (key > reported) this.#reported.set(dialog, key);
      this.seen(
        dialog,
        id,
        read.filter((other) => other !== id),
      );
    }
    if (next !== Infinity) this.#timer = setTimeout(() => this.#look(), next - now);
  }
}
