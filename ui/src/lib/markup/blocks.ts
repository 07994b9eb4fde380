/**
 * Cuts a text into blocks, line by line: code between fences, quotes, lists, and
 * everything else. A chat is lines, not paragraphs: line ends and blank lines
 * stay as they were typed.
 */

export type RawBlock =
  | { kind: 'lines'; text: string }
  | { kind: 'code'; lang: string; text: string }
  | { kind: 'quote'; text: string }
  | { kind: 'list'; start: number | null; items: string[] };

const FENCE = /^ {0,3}```[ \t]*([\w+#.-]{0,24})[ \t]*$/;
const FENCE_END = /^(.*?)```[ \t]*$/;
const QUOTE = /^ {0,3}>(?!\w*<) ?(.*)$/;
const ITEM = /^( {0,8})(?:([-*•])|(\d{1,9})[.)])[ \t]+(\S.*)$/;

/** The blocks of a text, in order. */
export function blocksOf(text: string): RawBlock[] {
  const lines = text.replace(/\r\n?/g, '\n').split('\n');
  const blocks: RawBlock[] = [];
  let plain: string[] = [];

  const flush = () => {
    const whole = plain.join('\n');
    plain = [];
    // Blank lines next to a block are its margin.
    const kept = whole.replace(/^(?:[ \t]*\n)+|(?:\n[ \t]*)+$/g, '');
    if (kept.trim() !== '') blocks.push({ kind: 'lines', text: kept });
  };

  for (let at = 0; at < lines.length;) {
    const taken = code(lines, at) ?? quote(lines, at) ?? list(lines, at);
    if (taken === null) {
      plain.push(lines[at] ?? '');
      at += 1;
    } else {
      flush();
      blocks.push(taken.block);
      at = taken.next;
    }
  }
  flush();
  return blocks;
}

const LINE_END = /\r\n?|\n/;

/** So many letters of a longer text; code that goes on behind them is still code. */
export function beginningOf(text: string, length: number): string {
  const shown = text.slice(0, length);
  const lines = shown.split(LINE_END);
  /** The line that began the code which is cut. */
  let opened: number | null = null;
  for (const [at, line] of lines.entries()) {
    if (opened !== null) opened = FENCE_END.test(line) ? null : opened;
    else if (FENCE.test(line)) opened = at;
  }
  const last = lines.length - 1;
  if (opened === null || opened === last) return `${shown}…`;
  // Where nothing closes it, not even further down, it was text.
  const rest = text.slice(length - (lines[last] ?? '').length).split(LINE_END);
  const isClosed = rest.some((line) => FENCE_END.test(line));
  return isClosed ? `${shown.replace(/`+$/, '')}…\n\`\`\`` : `${shown}…`;
}

type Taken = { block: RawBlock; next: number };

function code(lines: readonly string[], at: number): Taken | null {
  const fence = FENCE.exec(lines[at] ?? '');
  if (fence === null) return null;
  const text: string[] = [];
  for (let next = at + 1; next < lines.length; next += 1) {
    const end = FENCE_END.exec(lines[next] ?? '');
    if (end === null) {
      text.push(lines[next] ?? '');
      continue;
    }
    if (end[1] !== undefined && end[1].trim() !== '') text.push(end[1]);
    return { block: { kind: 'code', lang: fence[1] ?? '', text: text.join('\n') }, next: next + 1 };
  }
  // Never closed: it is text.
  return null;
}

function quote(lines: readonly string[], at: number): Taken | null {
  const text: string[] = [];
  let next = at;
  for (; next < lines.length; next += 1) {
    const line = QUOTE.exec(lines[next] ?? '');
    if (line === null) break;
    text.push(line[1] ?? '');
  }
  if (next === at || text.every((line) => line.trim() === '')) return null;
  return { block: { kind: 'quote', text: text.join('\n') }, next };
}

function list(lines: readonly string[], at: number): Taken | null {
  const first = ITEM.exec(lines[at] ?? '');
  if (first === null || (first[1] ?? '').length > 3) return null;
  const isNumbered = first[3] !== undefined;
  const items: string[][] = [];
  let next = at;
  for (; next < lines.length; next += 1) {
    const line = lines[next] ?? '';
    const item = ITEM.exec(line);
    const last = items.at(-1);
    if (item !== null && (item[1] ?? '').length < 2) {
      if ((item[3] !== undefined) !== isNumbered) break;
      items.push([item[4] ?? '']);
    } else if (last !== undefined && /^ {2,}\S/.test(line)) {
      last.push(line.replace(/^ {2,4}/, ''));
    } else break;
  }
  if (items.length === 0) return null;
  const start = isNumbered ? Number(first[3]) : null;
  return { block: { kind: 'list', start, items: items.map((item) => item.join('\n')) }, next };
}
