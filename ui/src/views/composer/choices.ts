/** What fits what is being typed. */

import { t } from '../../i18n';
import { EVERYBODY, type Namable } from '../../lib/mentions';
import { nameMatches } from '../../lib/text';
import type { Sought } from './complete';

export type Choice = { key: string; name: string; hint: string; insert: string; user?: number };

const MOST = 8;

/**
 * People whose names fit; those that begin so come first. Whoever was found late
 * stands behind the others, so that nothing moves under a finger.
 */
export function peopleFor(
  query: string,
  people: readonly (Namable & { login: string | null; isLate?: boolean })[],
): Choice[] {
  const wanted = query.toLocaleLowerCase();
  return people
    .filter(({ name, login }) => nameMatches(name, query) || nameMatches(login ?? '', query))
    .sort(
      (a, b) =>
        Number(a.isLate ?? false) - Number(b.isLate ?? false) ||
        begins(b.name, wanted) - begins(a.name, wanted),
    )
    .slice(0, MOST)
    .map(({ user, name, login }) => ({
      key: String(user),
      name,
      hint: user === EVERYBODY ? t.composer.everybodyHint : (login ?? ''),
      insert: `@${name} `,
      user,
    }));
}

const begins = (name: string, wanted: string) =>
  name.toLocaleLowerCase().startsWith(wanted) ? 1 : 0;

/** Emoji by name or shortcode, in somebody's tone. */
export async function emojiFor(query: string, tone: number): Promise<Choice[]> {
  const { emojiGroups, findEmoji, inTone } = await import('../../lib/emoji/emoji');
  return findEmoji(await emojiGroups(), query, MOST).map((emoji) => ({
    key: emoji.emoji,
    name: emoji.name,
    hint: emoji.shortcodes[0] === undefined ? '' : `:${emoji.shortcodes[0]}:`,
    insert: inTone(emoji, tone),
  }));
}

/** The emoji that is called exactly so. */
export async function emojiNamed(code: string, tone: number): Promise<string | null> {
  const { emojiGroups, inTone } = await import('../../lib/emoji/emoji');
  for (const { list } of await emojiGroups()) {
    const found = list.find(({ shortcodes }) => shortcodes.includes(code));
    if (found !== undefined) return inTone(found, tone);
  }
  return null;
}

/** Whether the choices are to be asked for again. */
export const isSame = (a: Sought | null, b: Sought | null) =>
  a?.kind === b?.kind && a?.query === b?.query && a?.from === b?.from;
