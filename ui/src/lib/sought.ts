/**
 * Where what somebody looks for stands in a text, as the search finds it: words
 * by their beginnings, without case and accents; what stands in quotes whole.
 */

import { folded } from './text';

/** What is looked for: a word, folded, and whether it may go on. */
export type Sought = { text: string; isWhole: boolean; isPiece: boolean };

const WORD = /[\p{L}\p{N}\p{M}]+/gu;
/** Scripts that write no spaces between words, and signs that are no words. */
const UNSPACED =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}]/u;

/** What was typed, taken apart. */
export function soughtIn(typed: string): Sought[] {
  const parts = typed.split(/["“”„«»]/u);
  const sought = parts.flatMap((part, index) => {
    const isWhole = index % 2 === 1 && index < parts.length - 1;
    if (UNSPACED.test(part)) {
      return part
        .split(/\s+/u)
        .filter((piece) => piece !== '')
        .map((piece) => ({ text: piece.toLocaleLowerCase(), isWhole: false, isPiece: true }));
    }
    return (part.match(WORD) ?? []).map((word) => ({
      text: folded(word),
      isWhole,
      isPiece: false,
    }));
  });
  const signs = typed.trim();
  if (sought.length > 0 || signs === '') return sought;
  return signs.split(/\s+/u).map((text) => ({ text, isWhole: false, isPiece: true }));
}

/** Where that stands in a text: from, to. */
export function placesOf(text: string, sought: readonly Sought[]): [number, number][] {
  const places: [number, number][] = [];
  const pieces = sought.filter(({ isPiece }) => isPiece);
  if (pieces.length > 0) {
    const small = text.toLocaleLowerCase();
    for (const { text: piece } of pieces) {
      for (let at = small.indexOf(piece); at >= 0; at = small.indexOf(piece, at + piece.length)) {
        places.push([at, Math.min(text.length, at + piece.length)]);
      }
    }
    return places;
  }
  if (sought.length === 0) return places;
  for (const match of text.matchAll(WORD)) {
    const word = folded(match[0]);
    const isSought = sought.some((one) =>
      one.isWhole ? word === one.text : word.startsWith(one.text),
    );
    if (isSought) places.push([match.index, match.index + match[0].length]);
  }
  return places;
}
