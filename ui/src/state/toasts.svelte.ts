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

const STAYS = 7_000;

export class Toasts {
  list = $state<Toast[]>([]);
  #next = 1;

  say(text: string, tone: Toast['tone'] = 'plain', action: ToastAction | null = null): void {
    // The same sentence twice is once.
    this.list = this.list.filter((toast) => toast.text !== text);
    const id = this.#next++;
    this.list.push({ id, text, tone, action });
    if (this.list.length > 3) this.list.shift();
    setTimeout(() => this.close(id), STAYS);
  }

  /** Says what a failed call means. */
  failed(thrown: unknown): void {
    this.say(wordsFor(thrown), 'error');
  }

  close(id: number): void {
    this.list = this.list.filter((toast) => toast.id !== id);
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
