/**
 * What is on the clipboard with its formatting, as the signs that mean it here.
 * The page it came from is read as data in a document that runs and loads nothing.
 */

const SIGNS: Record<string, string> = {
  B: '**',
  STRONG: '**',
  I: '_',
  EM: '_',
  S: '~~',
  DEL: '~~',
  STRIKE: '~~',
  CODE: '`',
  KBD: '`',
  TT: '`',
};
const NOTHING = new Set(['STYLE', 'SCRIPT', 'HEAD', 'TITLE', 'NOSCRIPT', 'TEMPLATE', 'META']);
const BLOCKS = new Set([
  'P',
  'DIV',
  'SECTION',
  'ARTICLE',
  'H1',
  'H2',
  'H3',
  'H4',
  'H5',
  'H6',
  'UL',
  'OL',
  'LI',
  'TR',
  'TABLE',
  'PRE',
  'BLOCKQUOTE',
  'HEADER',
  'FOOTER',
  'FIGURE',
  'DL',
  'DT',
  'DD',
]);
/** Deeper pages are made by machines. */
const DEEPEST = 60;

/** The text with signs, or null where there is nothing but text. */
export function formatted(html: string): string | null {
  if (!/<(b|strong|i|em|s|del|strike|code|pre|blockquote|li|a)[\s>]/i.test(html)) return null;
  const page = new DOMParser().parseFromString(html, 'text/html');
  const text = words(page.body, 0)
    .replace(/\u00a0/g, ' ')
    .replace(/[ \t]+\n/g, '\n')
    .replace(/\n{3,}/g, '\n\n')
    .trim();
  return text === '' ? null : text;
}

function words(node: Node, depth: number): string {
  if (depth > DEEPEST) return node.textContent ?? '';
  let all = '';
  for (const child of node.childNodes) {
    const piece = wordsOf(child, depth + 1);
    const isBlock = child.nodeType === Node.ELEMENT_NODE && BLOCKS.has(child.nodeName);
    if (isBlock && all !== '' && !all.endsWith('\n')) all += '\n';
    all += piece;
    if (isBlock && piece !== '' && !all.endsWith('\n')) all += '\n';
  }
  return all;
}

function wordsOf(node: Node, depth: number): string {
  if (node.nodeType === Node.TEXT_NODE) return (node.nodeValue ?? '').replace(/\s+/g, ' ');
  if (node.nodeType !== Node.ELEMENT_NODE || NOTHING.has(node.nodeName)) return '';
  const element = node as HTMLElement;
  switch (element.nodeName) {
    case 'BR':
      return '\n';
    case 'PRE':
      return `\`\`\`\n${(element.textContent ?? '').replace(/^\n+|\n+$/g, '')}\n\`\`\`\n`;
    case 'BLOCKQUOTE':
      return prefixed(words(element, depth).trim(), '> ', '> ');
    case 'UL':
    case 'OL': {
      const items = [...element.children].filter((child) => child.nodeName === 'LI');
      return items
        .map((item, index) => {
          const sign = element.nodeName === 'OL' ? `${index + 1}. ` : '- ';
          return prefixed(words(item, depth).trim(), sign, '  ');
        })
        .join('\n');
    }
    case 'A': {
      const inner = words(element, depth);
      const href = element.getAttribute('href') ?? '';
      if (!/^(https?|mailto):/i.test(href) || inner.trim() === '') return inner;
      return inner.trim() === href ? inner : `[${inner.trim()}](${href})`;
    }
    default: {
      const inner = words(element, depth);
      const sign = SIGNS[element.nodeName];
      if (sign === undefined || inner.trim() === '' || isPlain(element)) return inner;
      const [start = '', end = ''] = [/^\s*/.exec(inner)?.[0], /\s*$/.exec(inner)?.[0]];
      return start + sign + inner.trim() + sign + end;
    }
  }
}

/** Some pages wrap everything in a bold that is not bold. */
function isPlain(element: HTMLElement): boolean {
  const { fontWeight, fontStyle } = element.style;
  return fontWeight === 'normal' || fontWeight === '400' || fontStyle === 'normal';
}

const prefixed = (text: string, first: string, rest: string) =>
  text
    .split('\n')
    .map((line, index) => (index === 0 ? first : rest) + line)
    .join('\n');

/** Whether this is what a file manager says in words of files that were copied: where each is. */
export function areNamesOfFiles(text: string): boolean {
  const lines = text.trim().split(/\r?\n/);
  return lines.every((line) => /^(file:\/\/)?\//.test(line));
}
