/** Notices that have no place of their own. */

import { t } from '../i18n';
import { asCallError } from '../backend/backend';

/** Something that can be done about a notice, as taking back what it tells. */
export type ToastAction = { label: string; act: () => void };

export type Toast = {
  id: number;
  text: string;
  tone: 'plain' | 'error';
  action: ToastAction | null;
};

/** How long one stays that only tells something, one that tells of a failure, one with a button. */
const TELLS = 4_000;
const WARNS = 6_000;
const OFFERS = 8_000;
/** Who reads more needs longer: from so many characters on, so long each. */
const SHORT = 60;
const EACH = 45;

export class Toasts {
  list = $state<Toast[]>([]);
  /** Over the list, over a conversation that has the window to itself, or over neither. */
  place = $state<'list' | 'talk' | 'alone'>('alone');
  #next = 1;
  #timers = new Map<number, ReturnType<typeof setTimeout>>();
  #isHeld = false;

  say(text: string, tone: Toast['tone'] = 'plain', action: ToastAction | null = null): void {
    // The same sentence twice is once.
    for (const toast of this.list.filter((toast) => toast.text === text)) this.close(toast.id);
    const toast = { id: this.#next++, text, tone, action };
    this.list.push(toast);
    const [first] = this.list;
    if (this.list.length > 3 && first !== undefined) this.close(first.id);
    if (!this.#isHeld) this.#start(toast);
  }

  /** Says what a failed call means. */
  failed(thrown: unknown): void {
    this.say(wordsFor(thrown), 'error');
  }

  close(id: number): void {
    clearTimeout(this.#timers.get(id));
    this.#timers.delete(id);
    this.list = this.list.filter((toast) => toast.id !== id);
  }

  /** Somebody points at them, or has the focus in them: nothing goes meanwhile. */
  hold(on: boolean): void {
    if (on === this.#isHeld) return;
    this.#isHeld = on;
    for (const toast of this.list) {
      clearTimeout(this.#timers.get(toast.id));
      if (!on) this.#start(toast);
    }
  }

  #start({ id, text, tone, action }: Toast): void {
    const least = action !== null ? OFFERS : tone === 'error' ? WARNS : TELLS;
    const time = least + Math.max(0, text.length - SHORT) * EACH;
    this.#timers.set(
      id,
      setTimeout(() => this.close(id), time),
    );
  }
}

/** The sentence for a failed call. */
export function wordsFor(thrown: unknown): string {
  const { code, message } = asCallError('', thrown);
  // Of these the backend knows more: what it was that is not allowed, or not there.
  const isAboutThis = code === 'not_allowed' || code === 'gone' || code === 'invalid_input';
  if (isAboutThis && message.includes(' ')) return message;
  return (t.errors as Partial<Record<string, string>>)[code] ?? t.errors.internal;
}
