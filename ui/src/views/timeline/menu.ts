/** What can be done with a message. */

import { attachedWords } from '../../state/attached';
import type { Kith } from '../../state/kith.svelte';
import type { MessageView, Rights, Role } from '../../state/types';

type Message = Pick<
  MessageView,
  'body' | 'delivery' | 'is_own' | 'system' | 'deed' | 'attachments' | 'destroy_after'
>;

/** The first six that are offered; any other is one step further. */
export const QUICK = ['👍', '❤️', '😂', '😮', '😢', '🙏'] as const;

const isOut = ({ delivery }: Message) =>
  delivery === 'sent' || delivery === 'delivered' || delivery === 'read';

/** It has not gone out: it can be taken back. */
export function canTakeBack({ delivery }: Pick<Message, 'delivery'>): boolean {
  return delivery === 'failed' || delivery === 'queued' || delivery === 'uploading';
}

/** There is something to do with it at all. */
export function hasMenu(message: Message): boolean {
  return message.system === null;
}

/** Who only reads reacts as well; who is not in the conversation, or not any more, does not. */
export const canReact = (message: Message, role?: Role) =>
  message.system === null && isOut(message) && role !== 'none';
/** What one is in the conversation of a message. */
export const roleIn = (kith: Kith, { dialog_id }: Pick<MessageView, 'dialog_id'>) =>
  (kith.dialogs.get(dialog_id) ?? kith.timeline.dialog)?.role;
export const canReply = (message: Message) => message.system === null && isOut(message);
export const canForward = (message: Message) =>
  message.system === null &&
  isOut(message) &&
  message.destroy_after === null &&
  (message.body !== '' || message.attachments.length > 0);

/** What one wrote oneself, has words, and stands where one may still write. */
export function canEdit(message: Message, rights: Rights): boolean {
  return (
    rights.write &&
    message.is_own &&
    message.system === null &&
    message.body !== '' &&
    message.delivery !== 'failed' &&
    message.delivery !== 'uploading' &&
    message.deed !== 'deleting'
  );
}

export const canPin = (message: Message, rights: Rights) =>
  rights.pin && message.system === null && isOut(message);

/** One's own for everybody, where one may still write; others' where one has the right. */
export function canDeleteForAll(message: Message, rights: Rights): boolean {
  return (message.is_own && rights.write) || rights.delete_any_message;
}

/** A message for the clipboard: what hangs on it by its name, and the text. */
export function inWords({ body, attachments }: Pick<Message, 'body' | 'attachments'>): string {
  const names = attachments.map((one) => `[${attachedWords({ ...one, count: 1 })}]`);
  return [...names, body].filter((line) => line !== '').join('\n');
}

/** Begins an answer to a message. */
export function replyTo(kith: Kith, message: MessageView): void {
  kith.composer.answer(message, kith.people.name(message.sender));
}

/** Begins to change the newest message that one wrote oneself, if there is one. */
export function editLast(kith: Kith): boolean {
  const { messages, rights } = kith.timeline;
  const last = messages.findLast((message) => canEdit(message, rights));
  if (last === undefined) return false;
  kith.composer.edit(last);
  return true;
}
