/** What the invented backend finds. */

import type { Commands, FoundPage, FoundView, MessageView, SnippetPart } from '../bindings';
import type { Hands, Some } from './list';
import type { Talk } from './world';

const PAGE = 30;
const BEFORE = 14;

export function searchCommands(hands: Hands): Some<'search' | 'search_server'> {
  const { world } = hands;
  const isOffline = hands.scene.link === 'offline';

  function find({ text, dialog = null }: Commands['search']['args']): FoundView[] {
    const words = text
      .toLowerCase()
      .split(/[\s"]+/)
      .filter((word) => word !== '');
    const found: FoundView[] = [];
    for (const talk of world.talks.values()) {
      if (dialog !== null && talk.dialog.id !== dialog) continue;
      for (const message of talk.messages) {
        const places = placesOf(message.body, words);
        const isAll = words.every((word) => placesOf(message.body, [word]).length > 0);
        if (words.length > 0 && isAll && message.system === null) {
          found.push(view(talk, message, places));
        }
      }
    }
    return found.sort((a, b) => b.at - a.at || (a.message < b.message ? 1 : -1));
  }

  function view(talk: Talk, message: MessageView, places: [number, number][]): FoundView {
    const sender = Object.values(world.people).find((person) => person.id === message.sender);
    return {
      message: message.id,
      dialog: talk.dialog.id,
      dialog_kind: talk.dialog.kind,
      dialog_name: talk.dialog.name,
      dialog_photo: talk.dialog.photo,
      opponent: talk.dialog.opponent,
      sender: message.sender,
      sender_name: sender?.name ?? '',
      is_own: message.is_own,
      at: message.sent_at,
      snippet: snippet(message.body, places),
      attachment: null,
    };
  }

  const page = (found: FoundView[], from: number): FoundPage => ({
    found: found.slice(from, from + PAGE),
    next: found.length > from + PAGE ? from + PAGE : null,
    total: from === 0 ? found.length : 0,
    is_more: false,
    incomplete: from === 0 ? 2 : 0,
  });

  return {
    search: (args) => page(find(args), args.below ?? 0),
    search_server: ({ text, dialog = null }) => {
      if (isOffline) hands.fail('offline');
      const known = new Set(find({ text, dialog }).map(({ message }) => message));
      const found = find({ text: text.slice(0, -1), dialog });
      return {
        ...page(
          found.filter(({ message }) => !known.has(message)),
          0,
        ),
        next: null,
      };
    },
  };
}

function snippet(body: string, places: [number, number][]): SnippetPart[] {
  const from = Math.max(0, (places[0]?.[0] ?? 0) - BEFORE);
  const parts: SnippetPart[] = [];
  let at = from;
  for (const [start, end] of places) {
    if (start > at) parts.push({ text: body.slice(at, start), is_match: false });
    parts.push({ text: body.slice(start, end), is_match: true });
    at = end;
  }
  parts.push({ text: body.slice(at, at + 120), is_match: false });
  if (from > 0) parts.unshift({ text: '…', is_match: false });
  return parts;
}

/** Words that begin so: from, to. */
function placesOf(text: string, beginnings: string[]): [number, number][] {
  return [...text.matchAll(/[\p{L}\p{N}\p{M}]+/gu)]
    .filter(({ 0: word }) => beginnings.some((one) => word.toLowerCase().startsWith(one)))
    .map(({ 0: word, index }) => [index, index + word.length]);
}
