import { describe, expect, it } from 'vitest';
import { beginningOf } from './blocks';
import { parse, plain } from './parse';
import { lettersOf, type Block, type Inline } from './tree';

/** A tree in one line, for reading. */
function shown(nodes: readonly (Block | Inline)[]): string {
  return nodes
    .map((node): string => {
      switch (node.kind) {
        case 'text':
          return node.text;
        case 'mention':
          return `@{${node.user}}`;
        case 'code':
          return 'lang' in node ? `code(${node.lang}|${node.text})` : `c(${node.text})`;
        case 'list':
          return `list${node.start ?? ''}(${node.items.map(shown).join('|')})`;
        case 'link':
          return `a(${shown(node.children)}${node.host === null ? '' : `→${node.host}`})`;
        default: {
          const name = { bold: 'b', italic: 'i', strike: 's', lines: '', quote: 'quote' }[
            node.kind
          ];
          return name === '' ? shown(node.children) : `${name}(${shown(node.children)})`;
        }
      }
    })
    .join('');
}
const tree = (text: string) => shown(parse(text));

describe('formatting in a line', () => {
  it('is bold, italic, struck and code', () => {
    expect(tree('*bold* and **bold**')).toBe('b(bold) and b(bold)');
    expect(tree('_italic_, ~gone~ and ~~gone~~')).toBe('i(italic), s(gone) and s(gone)');
    expect(tree('`let *x*` here')).toBe('c(let *x*) here');
    expect(tree('*bold and _both_*')).toBe('b(bold and i(both))');
  });

  it('leaves sums, names and shrugs alone', () => {
    for (const text of [
      '2*3*4',
      '5 * 3 * 2',
      'snake_case_name',
      '~5 and ~6',
      '¯\\_(ツ)_/¯',
      '*',
      '__',
    ])
      expect(tree(text)).toBe(text);
    expect(tree('\\*not bold\\*')).toBe('*not bold*');
    expect(tree('C:\\temp')).toBe('C:\\temp');
  });

  it('ends at a blank line', () => {
    expect(tree('*open\n\nclosed*')).toBe('*open\n\nclosed*');
    expect(tree('*over\ntwo*')).toBe('b(over\ntwo)');
  });

  it('is never markup', () => {
    const text = '<b>no</b> <img src=x onerror=alert(1)> &amp; <!-- -->';
    expect(tree(text)).toBe(text);
    expect(tree(`*x* ${text}`)).toBe(`b(x) ${text}`);
    expect(tree('![picture](https://example.org/a.png)')).not.toContain('img');
  });
});

describe('links', () => {
  it('are found, whole', () => {
    expect(tree('see https://example.org/a_b_c*d*')).toBe('see a(https://example.org/a_b_c*d*)');
    expect(tree('*see example.org*')).toBe('b(see a(example.org))');
  });

  it('say where they lead when the words do not', () => {
    expect(tree('[the map](https://maps.example.org/x)')).toBe('a(the map→maps.example.org)');
    expect(tree('[https://bank.example](https://thief.example/bank.example)')).toBe(
      'a(https://bank.example→thief.example)',
    );
    expect(tree('[example.org/x](https://example.org/x)')).toBe('a(example.org/x)');
    expect(tree('https://аррle.com')).toMatch(/→xn--/);
  });

  it('lead nowhere dangerous', () => {
    for (const text of ['[x](javascript:alert(1))', '[x](data:text/html,x)', '[x](file:///etc)'])
      expect(tree(text)).toBe(text);
  });
});

describe('blocks', () => {
  it('are code, with its language', () => {
    expect(tree('look:\n```js\nlet *a* = 1;\n\nb\n```\nthere')).toBe(
      'look:code(js|let *a* = 1;\n\nb)there',
    );
    expect(tree('```\nnever closed')).toBe('```\nnever closed');
    expect(tree('```inline```')).toBe('c(inline)');
  });

  it('are quotes and lists', () => {
    expect(tree('> said *so*\n> twice\nI agree')).toBe('quote(said b(so)\ntwice)I agree');
    expect(tree('- one\n- two\n  more\n  - inner')).toBe('list(one|two\nmorelist(inner))');
    expect(tree('3. three\n4. four')).toBe('list3(three|four)');
    expect(tree('>:( no')).toBe('quote(:( no)');
    expect(tree('-5 degrees')).toBe('-5 degrees');
  });

  it('keep lines and blank lines as they were typed', () => {
    const text = 'One\n\n\n    indented\n\tand a tab_';
    expect(tree(text)).toBe(text);
  });
});

describe('mentions', () => {
  const people = [
    { user: 7, name: 'Bea' },
    { user: 8, name: 'Bea Sommer' },
  ];
  it('are drawn where a name stands behind an @', () => {
    expect(shown(parse('hi @Bea Sommer, @Bea and @Carl', people))).toBe('hi @{8}, @{7} and @Carl');
    expect(shown(parse('*@Bea*', people))).toBe('b(@{7})');
    expect(shown(parse('`@Bea` x@Bea.org', people))).toContain('c(@Bea)');
  });
});

describe('any text', () => {
  /** The same numbers every time (mulberry32). */
  function chance(seed: number) {
    let state = seed;
    return () => {
      state = (state + 0x6d2b79f5) | 0;
      let t = Math.imul(state ^ (state >>> 15), 1 | state);
      t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
      return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
    };
  }
  const bits = [
    ...'*_~`[]()<>\\!&#-+=|.:/@ \n\t',
    '**',
    '__',
    '~~',
    '```',
    '```js\n',
    '\n> ',
    '\n- ',
    '\n1. ',
    'word',
    'http://a.b',
    'https://example.org/_x_',
    '<script>',
    '</b>',
    '&lt;',
    '😀',
    '\u202E',
    'س',
    '\u0000',
    '\uD800',
    '[a](',
    'javascript:',
  ];

  it('never throws, and only ever becomes the tree that is known', () => {
    const kinds = new Set([
      'text',
      'bold',
      'italic',
      'strike',
      'code',
      'mention',
      'link',
      'lines',
      'quote',
      'list',
    ]);
    const look = (nodes: readonly (Block | Inline)[]) => {
      for (const node of nodes) {
        expect(kinds.has(node.kind)).toBe(true);
        if (node.kind === 'link') expect(node.href).toMatch(/^(https?|mailto):/);
        if (node.kind === 'list') node.items.forEach(look);
        else if ('children' in node) look(node.children);
      }
    };
    const next = chance(20261122);
    for (let round = 0; round < 800; round += 1) {
      const length = 1 + Math.floor(next() * 60);
      let text = '';
      for (let i = 0; i < length; i += 1) text += bits[Math.floor(next() * bits.length)] ?? '';
      const blocks = parse(text, [{ user: 1, name: 'word' }]);
      look(blocks);
      // No letter of a word is lost.
      const words = (of: string) => of.match(/word/g)?.length ?? 0;
      const elsewhere = words(
        (JSON.stringify(blocks).match(/"(?:lang|href)":"[^"]*"/g) ?? []).join(),
      );
      expect(words(lettersOf(blocks, '\n')) + elsewhere).toBeGreaterThanOrEqual(words(text));
      expect(plain(text)).toBeTypeOf('string');
    }
  });

  it('takes no longer than its length deserves', () => {
    for (const bit of ['*', '_', '*_', '[', '`', '~', '**a ', '> ', '\\', '[a](', '- ']) {
      const started = performance.now();
      parse(bit.repeat(4_000));
      expect(performance.now() - started, JSON.stringify(bit)).toBeLessThan(1_500);
    }
  });
});

describe('the beginning of a long text', () => {
  const FENCE = '```';
  const begun = (text: string, length: number) => shown(parse(beginningOf(text, length)));

  it('ends with a sign that more follows', () => {
    expect(beginningOf('one two three', 7)).toBe('one two…');
  });

  it('closes code that is cut', () => {
    const text = `So:\n${FENCE}js\nlet a = 1;\nlet b = 2;\n${FENCE}\nYes.`;
    const at = text.indexOf('let b');
    expect(begun(text, at + 5)).toBe('So:code(js|let a = 1;\nlet b…)');
    // The closing fence itself is cut.
    const end = text.lastIndexOf(FENCE);
    expect(begun(text, end + 2)).toBe('So:code(js|let a = 1;\nlet b = 2;\n…)');
    // Whole code, and what follows it.
    expect(begun(text, end + 6)).toBe('So:code(js|let a = 1;\nlet b = 2;)Ye…');
  });

  it('keeps for text what was never code', () => {
    const text = `${FENCE}js\nlet a = 1;\nand so on`;
    expect(beginningOf(text, 12)).toBe(`${text.slice(0, 12)}…`);
    expect(beginningOf(text.replaceAll('\n', '\r\n'), 12)).not.toMatch(/```$/);
  });
});
