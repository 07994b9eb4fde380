/** What the invented backend does about messages. */

import type { DraftView, MessageDetails, MessageView, PersonView, ReplyView } from '../bindings';
import { inShort } from './blank';
import { makeMessage, type Talk, type World } from './world';
import type { Hands, Some } from './list';

type Mine =
  | 'edit_message'
  | 'delete_messages'
  | 'react'
  | 'pin_message'
  | 'pinned'
  | 'forward'
  | 'message_details'
  | 'report_message'
  | 'draft_history';

/** The quote of a message. */
export function replyTo(talk: Talk, id: string | null | undefined, people: PersonView[]) {
  const found = talk.messages.find((message) => message.id === id);
  if (found === undefined) return null;
  const reply: ReplyView = {
    message: found.id,
    sender: found.sender,
    sender_name: people.find((person) => person.id === found.sender)?.name ?? '',
    text: found.body.slice(0, 160).replace(/\s+/g, ' '),
    attachment: inShort(found.attachments),
  };
  return reply;
}

type Drafts = Map<string, { now: DraftView; before: string[] }>;
const kept = new WeakMap<World, Drafts>();

/** What is being written in each conversation, and what was given up. */
export function draftsOf(world: World): Drafts {
  const drafts = kept.get(world) ?? new Map();
  kept.set(world, drafts);
  return drafts;
}

export function talkCommands(hands: Hands): Some<Mine> {
  const { world, now, fail, talk, changed } = hands;
  const everybody = () => Object.values(world.people);
  const find = (id: string): { one: Talk; message: MessageView } => {
    for (const one of world.talks.values()) {
      const message = one.messages.find((message) => message.id === id);
      if (message !== undefined) return { one, message };
    }
    return fail('gone');
  };
  const edit = (id: string, more: Partial<MessageView>): null => {
    const { one, message } = find(id);
    const next = { ...message, ...more };
    one.messages = one.messages.map((other) => (other === message ? next : other));
    changed(one, [next]);
    return null;
  };
  /** A change that the server takes a moment to take. */
  const tell = (id: string, more: Partial<MessageView>): null => {
    edit(id, { ...more, deed: 'editing' });
    if (hands.scene.sending !== 'waits') setTimeout(() => edit(id, { deed: null }), 300);
    return null;
  };
  return {
    edit_message: ({ message, text, mentions }) =>
      tell(message, { body: text, mentions, edited_at: now() }),
    delete_messages: ({ messages, for_all }) => {
      if (hands.scene.refuses === true) return { deleted: [], refused: messages };
      for (const id of messages) {
        const { one, message } = find(id);
        if (for_all && hands.scene.sending === 'waits') {
          edit(id, { deed: 'deleting' });
          continue;
        }
        one.messages = one.messages.filter((other) => other !== message);
        changed(one, [], [id]);
      }
      return { deleted: messages, refused: [] };
    },
    react: ({ message: id, emoji, on }) => {
      const { message } = find(id);
      const known = message.reactions.some((reaction) => reaction.emoji === emoji);
      const all = known
        ? message.reactions
        : [...message.reactions, { emoji, count: 0, is_own: false }];
      return edit(id, {
        reactions: all
          .map((one) =>
            one.emoji === emoji ? { ...one, count: one.count + (on ? 1 : -1), is_own: on } : one,
          )
          .filter(({ count }) => count > 0),
      });
    },
    pin_message: ({ message, on }) => edit(message, { is_pinned: on }),
    pinned: ({ dialog }) => talk(dialog).messages.filter((message) => message.is_pinned),
    forward: ({ messages, to, ids }) => {
      const left = [...ids];
      for (const dialog of to) {
        const one = talk(dialog);
        for (const id of messages) {
          const { message } = find(id);
          const copy = makeMessage(dialog, world.me.id, true, message.body, now(), 'sent');
          copy.id = left.shift() ?? copy.id;
          copy.attachments = message.attachments;
          copy.forward = {
            sender: message.sender,
            name: everybody().find((person) => person.id === message.sender)?.name ?? '',
            sent_at: message.sent_at,
          };
          one.messages.push(copy);
          changed(one, [copy]);
        }
      }
      return null;
    },
    message_details: ({ message: id }): MessageDetails => {
      const { one, message } = find(id);
      const others = everybody().filter(
        (person) => one.occupants.includes(person.id) && person.id !== message.sender,
      );
      return {
        message,
        properties: [
          ...(message.reply === null ? [] : [{ key: 'reply_to', value: message.reply.message }]),
          { key: 'client', value: 'Kith' },
        ],
        receipts: message.is_own
          ? others.map((person, index) => ({ person, delivered: index < 3, read: index < 2 }))
          : [],
        reactions: message.reactions.map(({ emoji, count }) => ({
          emoji,
          people: everybody().slice(0, count),
        })),
        journal: message.is_own
          ? [
              { at: message.sent_at, state: 'queued', reason: 'written' },
              { at: message.sent_at + 120, state: 'sending', reason: 'handed_over' },
              { at: message.sent_at + 450, state: 'sent', reason: 'acknowledged' },
              { at: message.sent_at + 2_400, state: 'read', reason: 'read' },
            ]
          : [],
      };
    },
    report_message: () => (hands.scene.refuses === true ? fail('not_allowed') : null),
    draft_history: ({ dialog }) => draftsOf(world).get(dialog)?.before ?? [],
  };
}
