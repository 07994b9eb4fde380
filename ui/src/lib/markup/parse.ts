/** From a text to its tree. */

import { pieces } from '../links';
import { blocksOf, type RawBlock } from './blocks';
import { inlineOf } from './inline';
import { lettersOf, type Block, type Inline } from './tree';

/** Whom a text names: ids and the names that stand in it behind an @. */
export type Mentioned = readonly { user: number; name: string }[];

/** Anything that could be formatting. */
const MAYBE = /[*_~`[\\]|^ {0,8}(?:>|[-*•][ \t]|\d{1,9}[.)][ \t])/m;
/** Blocks within blocks go no further than this. */
const DEEPEST = 4;

/** The tree of a text. */
export function parse(text: string, mentioned: Mentioned = []): Block[] {
  if (!MAYBE.test(text)) {
    return [{ kind: 'lines', children: finish([{ kind: 'text', text }], mentioned) }];
  }
  const blocks = tree(blocksOf(text), mentioned, 0);
  return blocks.length > 0 ? blocks : [{ kind: 'lines', children: [{ kind: 'text', text }] }];
}

/** The letters of a text, without its formatting: for previews and for ears. */
export function plain(text: string): string {
  if (!MAYBE.test(text)) return text;
  return lettersOf(parse(text), '\n');
}

function tree(blocks: readonly RawBlock[], mentioned: Mentioned, depth: number): Block[] {
  const inner = (text: string): Block[] =>
    depth >= DEEPEST
      ? [{ kind: 'lines', children: finish([{ kind: 'text', text }], mentioned) }]
      : tree(blocksOf(text), mentioned, depth + 1);
  return blocks.map((block) => {
    switch (block.kind) {
      case 'code':
        return block;
      case 'quote':
        return { kind: 'quote', children: inner(block.text) };
      case 'list':
        return { kind: 'list', start: block.start, items: block.items.map(inner) };
      case 'lines':
        return { kind: 'lines', children: finish(format(block.text), mentioned) };
    }
  });
}

function format(text: string): Inline[] {
  try {
    return inlineOf(text);
  } catch {
    // Too deep for the tokenizer: then it is just text.
    return [{ kind: 'text', text }];
  }
}

/** Mentions and addresses in what is left as text. */
function finish(nodes: readonly Inline[], mentioned: Mentioned, inLink = false): Inline[] {
  return nodes.flatMap((node): Inline[] => {
    switch (node.kind) {
      case 'text':
        return withMentions(node.text, mentioned).flatMap((piece) =>
          piece.kind === 'text' && !inLink ? withLinks(piece.text) : [piece],
        );
      case 'bold':
      case 'italic':
      case 'strike':
        return [{ kind: node.kind, children: finish(node.children, mentioned, inLink) }];
      case 'link': {
        const words = lettersOf(node.children);
        const host = hostOf(node.href);
        const says = host !== null && saysHost(words, host);
        return [{ ...node, host: says ? null : host, children: finish(node.children, [], true) }];
      }
      default:
        return [node];
    }
  });
}

function withLinks(text: string): Inline[] {
  return pieces(text).map(({ text: piece, href }): Inline => {
    if (href === null) return { kind: 'text', text: piece };
    const host = hostOf(href);
    // Letters of other scripts can look like those of a known name.
    const differs = host !== null && !piece.toLowerCase().includes(host);
    return {
      kind: 'link',
      href,
      host: differs ? host : null,
      children: [{ kind: 'text', text: piece }],
    };
  });
}

/** Where an address leads, without the www that says nothing. */
export function hostOf(href: string): string | null {
  const { protocol, host, pathname } = new URL(href);
  const name = protocol === 'mailto:' ? pathname.slice(pathname.lastIndexOf('@') + 1) : host;
  return name === '' ? null : name.replace(/^www\./, '');
}

/** The words are an address themselves, and lead to that host. */
function saysHost(words: string, host: string): boolean {
  return pieces(words.trim()).every(({ href }) => href !== null && hostOf(href) === host);
}

function withMentions(text: string, mentioned: Mentioned): Inline[] {
  if (mentioned.length === 0 || !text.includes('@')) return [{ kind: 'text', text }];
  const nodes: Inline[] = [];
  let from = 0;
  for (let at = text.indexOf('@'); at >= 0; at = text.indexOf('@', at + 1)) {
    const found = mentioned
      .filter(({ name }) => name !== '' && text.startsWith(name, at + 1))
      .sort((a, b) => b.name.length - a.name.length)[0];
    if (found === undefined) continue;
    if (at > from) nodes.push({ kind: 'text', text: text.slice(from, at) });
    nodes.push({ kind: 'mention', user: found.user, text: `@${found.name}` });
    from = at + 1 + found.name.length;
  }
  if (from < text.length) nodes.push({ kind: 'text', text: text.slice(from) });
  return nodes;
}
