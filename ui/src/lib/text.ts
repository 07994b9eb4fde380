/** Small questions about texts and names. */

import { lazy } from './lazy';

const segmenter = lazy(() => new Intl.Segmenter(undefined, { granularity: 'grapheme' }));
/** Here every character is a letter as people count them; most names are such. */
const PLAIN = /^[ -~]*$/;
const EMOJI = /^(?:\p{Extended_Pictographic}|\p{Regional_Indicator}{2}|[0-9#*]\u{FE0F}?\u{20E3})/u;
const SHOWN_AS_TEXT = /^[©®™\p{L}\p{N}]$/u;

/** Letters as people count them. */
export function graphemes(text: string): string[] {
  if (PLAIN.test(text)) return [...text];
  return [...segmenter().segment(text)].map((part) => part.segment);
}

/** How many emoji a text consists of, if it consists of nothing else, up to three; otherwise 0. */
export function onlyEmoji(text: string): 0 | 1 | 2 | 3 {
  const trimmed = text.trim();
  // Families joined from seven people are long, but not this long.
  if (trimmed === '' || trimmed.length > 120) return 0;
  let count = 0;
  for (const part of graphemes(trimmed)) {
    if (/^\s+$/u.test(part)) continue;
    if (!EMOJI.test(part) || SHOWN_AS_TEXT.test(part)) return 0;
    count += 1;
    if (count > 3) return 0;
  }
  return count as 0 | 1 | 2 | 3;
}

/** One or two letters to stand for a name. */
export function initials(name: string): string {
  if (PLAIN.test(name)) return plainInitials(name);
  const words = name
    .trim()
    .split(/[\s._-]+/u)
    .filter((word) => /[\p{L}\p{N}\p{Extended_Pictographic}]/u.test(word));
  const letter = (word: string | undefined) =>
    graphemes(word ?? '').find((part) => /[\p{L}\p{N}\p{Extended_Pictographic}]/u.test(part)) ?? '';
  const first = letter(words[0]);
  if (first === '') return '?';
  if (/\p{Extended_Pictographic}/u.test(first) && !/\p{N}/u.test(first)) return first;
  // One character of these scripts says as much as two letters.
  if (/\p{Script=Han}|\p{Script=Hangul}|\p{Script=Hiragana}|\p{Script=Katakana}/u.test(first))
    return first;
  return (first + (words.length > 1 ? letter(words.at(-1)) : '')).toLocaleUpperCase();
}

/** The same where every letter is one of A to Z. */
function plainInitials(name: string): string {
  const letters = name.split(/[\s._-]+/).flatMap((word) => /[a-z0-9]/i.exec(word)?.[0] ?? []);
  if (letters.length === 0) return '?';
  return (letters.length > 1 ? `${letters[0]}${letters.at(-1)}` : `${letters[0]}`).toUpperCase();
}

/** The first name, for a line where the whole name would not fit. */
export function firstName(name: string): string {
  return name.trim().split(/\s+/u)[0] ?? name;
}

/** For comparing what somebody types with names: without case and accents. */
export function folded(text: string): string {
  return text
    .normalize('NFD')
    .replace(/\p{Diacritic}/gu, '')
    .toLocaleLowerCase();
}

/** True when every word of the query begins a word of the name. */
export function nameMatches(name: string, query: string): boolean {
  const words = folded(name).split(/[\s._-]+/u);
  const whole = folded(name);
  return folded(query)
    .split(/\s+/u)
    .filter((part) => part !== '')
    .every((part) => words.some((word) => word.startsWith(part)) || whole.includes(part));
}

/** Many lines as one, for a preview. */
export function oneLine(text: string): string {
  return text.slice(0, 400).replace(/\s+/gu, ' ').trim();
}

/** The size of a text on the wire. */
export function byteLength(text: string): number {
  return new TextEncoder().encode(text).length;
}
