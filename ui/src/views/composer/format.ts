/**
 * Formatting by hand: signs around what is marked, or before its lines. Pure:
 * from a text and a selection to what is to be put in.
 */

export type Format =
  'bold' | 'italic' | 'strike' | 'code' | 'block' | 'quote' | 'list' | 'numbers' | 'link';

/** Replace `from` to `to` by `insert`, then mark `start` to `end`. */
export type Edit = { from: number; to: number; insert: string; start: number; end: number };

/** Signs that mean the same in Markdown everywhere. */
const SIGNS = { bold: '**', italic: '_', strike: '~~', code: '`' } as const;

export const FORMATS: { format: Format; keys: string }[] = [
  { format: 'bold', keys: 'Ctrl+B' },
  { format: 'italic', keys: 'Ctrl+I' },
  { format: 'strike', keys: 'Ctrl+Shift+X' },
  { format: 'code', keys: 'Ctrl+E' },
  { format: 'block', keys: 'Ctrl+Shift+E' },
  { format: 'quote', keys: 'Ctrl+Shift+9' },
  { format: 'list', keys: 'Ctrl+Shift+8' },
  { format: 'numbers', keys: 'Ctrl+Shift+7' },
  { format: 'link', keys: 'Ctrl+Shift+U' },
];

type Key = Pick<KeyboardEvent, 'key' | 'code' | 'ctrlKey' | 'metaKey' | 'shiftKey' | 'altKey'>;

/** The format that a key stands for. */
export function formatOf(event: Key): Format | null {
  if ((!event.ctrlKey && !event.metaKey) || event.altKey) return null;
  const letter = event.key.toLowerCase();
  if (!event.shiftKey)
    return ({ b: 'bold', i: 'italic', e: 'code' }[letter] as Format | null) ?? null;
  const byLetter: Record<string, Format> = { x: 'strike', e: 'block', u: 'link' };
  const byDigit: Record<string, Format> = { Digit9: 'quote', Digit8: 'list', Digit7: 'numbers' };
  return byLetter[letter] ?? byDigit[event.code] ?? null;
}

/** What is to be done to a text for a format. */
export function edit(text: string, start: number, end: number, format: Format): Edit {
  switch (format) {
    case 'bold':
    case 'italic':
    case 'strike':
    case 'code':
      return around(text, start, end, SIGNS[format]);
    case 'link':
      return link(text, start, end);
    case 'block':
      return block(text, start, end);
    case 'quote':
      return lines(text, start, end, () => '> ', /^> ?/);
    case 'list':
      return lines(text, start, end, () => '- ', /^- /);
    case 'numbers':
      return lines(text, start, end, (number) => `${number}. `, /^\d+\. /);
  }
}

function around(text: string, first: number, last: number, sign: string): Edit {
  const marked = text.slice(first, last);
  // Blanks at the edge stay outside, where signs would mean nothing.
  const start = first + (marked.length - marked.trimStart().length);
  const end = Math.max(start, last - (marked.length - marked.trimEnd().length));
  const inner = text.slice(start, end);
  const width = sign.length;
  // It is so already: then no longer.
  if (text.slice(start - width, start) === sign && text.slice(end, end + width) === sign) {
    return {
      from: start - width,
      to: end + width,
      insert: inner,
      start: start - width,
      end: end - width,
    };
  }
  if (inner.length > 2 * width && inner.startsWith(sign) && inner.endsWith(sign)) {
    const bare = inner.slice(width, -width);
    return { from: start, to: end, insert: bare, start, end: start + bare.length };
  }
  return {
    from: start,
    to: end,
    insert: sign + inner + sign,
    start: start + width,
    end: end + width,
  };
}

function link(text: string, start: number, end: number): Edit {
  const inner = text.slice(start, end);
  if (/^(https?:\/\/|www\.)\S+$/.test(inner)) {
    return { from: start, to: end, insert: `[](${inner})`, start: start + 1, end: start + 1 };
  }
  const at = start + inner.length + 3;
  return { from: start, to: end, insert: `[${inner}](https://)`, start: at, end: at + 8 };
}

function block(text: string, start: number, end: number): Edit {
  const inner = text.slice(start, end).replace(/^\n+|\n+$/g, '');
  const before = start === 0 || text[start - 1] === '\n' ? '' : '\n';
  const after = end === text.length || text[end] === '\n' ? '' : '\n';
  const at = start + before.length + 4;
  return {
    from: start,
    to: end,
    insert: `${before}\`\`\`\n${inner}\n\`\`\`${after}`,
    start: at,
    end: at + inner.length,
  };
}

function lines(
  text: string,
  start: number,
  end: number,
  sign: (number: number) => string,
  has: RegExp,
): Edit {
  const from = text.lastIndexOf('\n', start - 1) + 1;
  const next = text.indexOf('\n', end);
  const to = next < 0 ? text.length : next;
  const all = text.slice(from, to).split('\n');
  const isSo = all.every((line) => has.test(line));
  const insert = all
    .map((line, index) => (isSo ? line.replace(has, '') : sign(index + 1) + line))
    .join('\n');
  const isCaret = start === end;
  return {
    from,
    to,
    insert,
    start: isCaret ? Math.max(from, end + insert.length - (to - from)) : from,
    end: isCaret ? Math.max(from, end + insert.length - (to - from)) : from + insert.length,
  };
}

/** A new line within a list or a quote goes on with it; an empty one ends it. */
export function newLine(text: string, caret: number): Edit | null {
  const from = text.lastIndexOf('\n', caret - 1) + 1;
  const line = text.slice(from, caret);
  const found = /^(\s*)(?:([-*•>])|(\d+)([.)])) (.*)$/.exec(line);
  if (found === null) return null;
  const [, indent = '', bullet, number, dot = '', rest = ''] = found;
  if (rest.trim() === '') return { from, to: caret, insert: '', start: from, end: from };
  const sign = bullet ?? `${Number(number) + 1}${dot}`;
  const insert = `\n${indent}${sign} `;
  const at = caret + insert.length;
  return { from: caret, to: caret, insert, start: at, end: at };
}
