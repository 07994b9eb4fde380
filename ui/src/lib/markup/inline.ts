/**
 * The formatting inside of a line, found by the tokenizer of `marked` and by
 * nothing else of it: what could become HTML there is text here.
 *
 * `*bold*`, `**bold**`, `_italic_`, `~strike~`, `~~strike~~`, `` `code` `` and
 * `[words](address)`. A star means bold, as people write it in chats and as
 * XEP-0393 has it.
 */

import { Lexer, Marked, type Token } from 'marked';
import { safeHref } from '../links';
import type { Inline } from './tree';

/** What a backslash takes the meaning of. */
const ESCAPE = /^\\([*_~`])/;
/** Somebody shrugs, and keeps the arm. */
const SHRUG = /^\\_\(ツ\)_\//;
const WORD = /[\p{L}\p{N}]/u;

/** What is formatting here, for whoever needs to know where it stands. */
export const tokenizer = new Marked({
  gfm: true,
  tokenizer: {
    escape(src) {
      const shrug = SHRUG.exec(src)?.[0];
      if (shrug !== undefined) return { type: 'escape', raw: shrug, text: shrug };
      const found = ESCAPE.exec(src);
      if (found === null) return undefined;
      return { type: 'escape', raw: found[0], text: found[1] ?? '' };
    },
    emStrong(src, _masked, before = '') {
      // 2*3*4 is a sum.
      return src.startsWith('*') && WORD.test(before) ? undefined : false;
    },
    del(_src, _masked, before = '') {
      return WORD.test(before) ? undefined : false;
    },
    tag: () => undefined,
    reflink: () => undefined,
    autolink: () => undefined,
    br: () => undefined,
    // Addresses are taken whole, so that nothing inside of them is formatting.
    url: () => false,
  },
});

/** Longer lines are not looked at: nobody formats these by hand. */
const LONGEST = 10_000;

/** The formatting of a text without blocks. Adjacent letters are one piece. */
export function inlineOf(text: string): Inline[] {
  const nodes: Inline[] = [];
  // Nothing goes over a blank line.
  for (const part of text.split(/(\n[ \t]*\n)/)) {
    if (part.length > LONGEST || !/[*_~`[\\]/.test(part)) add(nodes, part);
    else
      for (const node of nodesOf(new Lexer(tokenizer.defaults).inlineTokens(part)))
        push(nodes, node);
  }
  return nodes;
}

function nodesOf(tokens: readonly Token[] = []): Inline[] {
  const nodes: Inline[] = [];
  for (const token of tokens) {
    switch (token.type) {
      case 'em':
        push(nodes, {
          kind: token.raw.startsWith('*') ? 'bold' : 'italic',
          children: nodesOf(token.tokens),
        });
        break;
      case 'strong':
        push(nodes, { kind: 'bold', children: nodesOf(token.tokens) });
        break;
      case 'del':
        push(nodes, { kind: 'strike', children: nodesOf(token.tokens) });
        break;
      case 'codespan':
        push(nodes, { kind: 'code', text: String((token as { text: unknown }).text) });
        break;
      case 'escape':
        add(nodes, String((token as { text: unknown }).text));
        break;
      case 'link': {
        const { href, autolink } = token as { href: string; autolink?: boolean };
        const safe = autolink === true || !token.raw.startsWith('[') ? null : safeHref(href);
        const children = nodesOf(token.tokens);
        if (safe === null || children.length === 0) add(nodes, token.raw);
        else push(nodes, { kind: 'link', href: safe, host: null, children });
        break;
      }
      default:
        add(nodes, token.raw);
    }
  }
  return nodes;
}

function push(nodes: Inline[], node: Inline): void {
  if (node.kind === 'text') add(nodes, node.text);
  else nodes.push(node);
}

function add(nodes: Inline[], text: string): void {
  if (text === '') return;
  const last = nodes.at(-1);
  if (last?.kind === 'text') last.text += text;
  else nodes.push({ kind: 'text', text });
}
