/**
 * Where what somebody looks for stands in a text, as the search finds it: words
 * by their beginnings, without case and accents; what stands in quotes whole.
 */

import { folded } from './text';

/** What is looked for: words that follow one another, folded, and whether the last may go on. */
export type Sought = { words: string[]; isWhole: boolean; isPiece: boolean };

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
        .map((piece) => pieceOf(piece.toLocaleLowerCase()));
    }
    const words = (part.match(WORD) ?? []).map(folded);
    const runs = isWhole ? [words] : words.map((word) => [word]);
    return runs
      .filter((run) => run.length > 0)
      .map((run) => ({ words: run, isWhole, isPiece: false }));
  });
  const signs = typed.trim();
  if (sought.length > 0 || signs === '') return sought;
  return signs.split(/\s+/u).map(pieceOf);
}

const pieceOf = (piece: string): Sought => ({ words: [piece], isWhole: false, isPiece: true });

/** Where that stands in a text: from, to. */
export function placesOf(text: string, sought: readonly Sought[]): [number, number][] {
  const places: [number, number][] = [];
  const pieces = sought.filter(({ isPiece }) => isPiece);
  if (pieces.length > 0) {
    const small = text.toLocaleLowerCase();
    for (const piece of pieces.flatMap(({ words }) => words)) {
      for (let at = small.indexOf(piece); at >= 0; at = small.indexOf(piece, at + piece.length)) {
        places.push([at, Math.min(text.length, at + piece.length)]);
      }
    }
    return places;
  }
  if (sought.length === 0) return places;
  const found = [...text.matchAll(WORD)].map((match) => ({
    word: folded(match[0]),
    from: match.index,
    to: match.index + match[0].length,
  }));
  for (const [at, { from }] of found.entries()) {
    for (const { words, isWhole } of sought) {
      const last = found[at + words.length - 1];
      const stands = words.every((word, index) => {
        const here = found[at + index]?.word;
        return isWhole ? here === word : here?.startsWith(word) === true;
      });
      if (last !== undefined && stands) places.push([from, last.to]);
    }
  }
  return places;
}
