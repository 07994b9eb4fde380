/**
 * Finds links in a text. The text stays text: what comes out are pieces to be
 * shown as they are, some of which can be clicked.
 */

import { tokenize } from 'linkifyjs';

export type Piece = { text: string; href: string | null };

const OPENABLE = new Set(['http:', 'https:', 'mailto:']);

/** An address that may be opened, written in full; null for any other. */
export function safeHref(href: string): string | null {
  try {
    const url = new URL(href);
    return OPENABLE.has(url.protocol) ? url.href : null;
  } catch {
    return null;
  }
}

/** Cuts a text into plain and clickable pieces. Together they are the text, letter for letter. */
export function pieces(text: string): Piece[] {
  if (!/[.:@]/.test(text)) return [{ text, href: null }];
  const found: Piece[] = [];
  for (const token of tokenize(text)) {
    const value = token.toString();
    const href = token.isLink ? safeHref(token.toHref('https')) : null;
    const last = found.at(-1);
    if (href === null && last?.href === null) last.text += value;
    else found.push({ text: value, href });
  }
  return found;
}
