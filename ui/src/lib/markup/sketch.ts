/**
 * Where the formatting stands in a text that is still being written: the text
 * letter for letter, cut where its look changes.
 */

import { Lexer, type Token } from 'marked';
import { tokenizer } from './inline';

export type Look = 'bold' | 'italic' | 'strike' | 'code' | 'quote';
export type Stretch = { text: string; looks: Look[] };

/** Longer texts are written without. */
const LONGEST = 4_000;

/** The stretches of a text; together they are the text. Null where there is no formatting. */
export function sketch(text: string): Stretch[] | null {
  if (text.length > LONGEST || !/[*_~`>]/.test(text)) return null;
  const stretches: Stretch[] = [];
  const add = (piece: string, looks: Look[]) => {
    const last = stretches.at(-1);
    if (last?.looks.join() === looks.join()) last.text += piece;
    else if (piece !== '') stretches.push({ text: piece, looks });
  };
  // Code between fences is one stretch; the rest goes line by line.
  for (const part of text.split(/(^```[^\n`]*\n[\s\S]*?^```[ \t]*$)/m)) {
    if (part.startsWith('```') && part.includes('\n')) {
      add(part, ['code']);
      continue;
    }
    for (const line of part.split(/(?<=\n)/)) {
      const sign = /^ {0,3}> ?/.exec(line)?.[0] ?? '';
      const looks: Look[] = sign === '' ? [] : ['quote'];
      add(sign, looks);
      walk(new Lexer(tokenizer.defaults).inlineTokens(line.slice(sign.length)), looks, add);
    }
  }
  return stretches.map((one) => one.text).join('') === text ? stretches : null;
}

const LOOKS: Record<string, (raw: string) => Look> = {
  em: (raw) => (raw.startsWith('*') ? 'bold' : 'italic'),
  strong: () => 'bold',
  del: () => 'strike',
  codespan: () => 'code',
};

function walk(
  tokens: readonly Token[],
  looks: Look[],
  add: (text: string, looks: Look[]) => void,
): void {
  for (const token of tokens) {
    const look = LOOKS[token.type]?.(token.raw);
    if (look === undefined) {
      add(token.raw, looks);
      continue;
    }
    const within = [...looks, look];
    const children = 'tokens' in token ? (token.tokens ?? []) : [];
    const inner = children.map((child) => child.raw).join('');
    const at = inner === '' ? -1 : token.raw.indexOf(inner);
    if (at < 0) {
      add(token.raw, within);
      continue;
    }
    add(token.raw.slice(0, at), looks);
    walk(children, within, add);
    add(token.raw.slice(at + inner.length), looks);
  }
}
