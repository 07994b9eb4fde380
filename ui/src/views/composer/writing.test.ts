import { describe, expect, it } from 'vitest';
import { closedShortcode, sought } from './complete';
import { edit, formatOf, newLine, type Format } from './format';
import { formatted } from './paste';

/** Applies a format to what stands between brackets, and shows the selection the same way. */
function apply(marked: string, format: Format): string {
  const start = marked.indexOf('[');
  const end = marked.indexOf(']') - 1;
  const text = marked.replace('[', '').replace(']', '');
  const done = edit(text, start, end, format);
  const next = text.slice(0, done.from) + done.insert + text.slice(done.to);
  return `${next.slice(0, done.start)}[${next.slice(done.start, done.end)}]${next.slice(done.end)}`;
}

describe('formatting by hand', () => {
  it('goes around what is marked, and off again', () => {
    expect(apply('a [word] here', 'bold')).toBe('a **[word]** here');
    expect(apply('a **[word]** here', 'bold')).toBe('a [word] here');
    expect(apply('a [**word**] here', 'bold')).toBe('a [word] here');
    expect(apply('[]', 'italic')).toBe('_[]_');
    expect(apply('a[ word ]b', 'code')).toBe('a `[word]` b');
  });

  it('goes before lines, and off again', () => {
    expect(apply('one\n[two\nthree]\nfour', 'list')).toBe('one\n[- two\n- three]\nfour');
    expect(apply('one\n[- two\n- three]\nfour', 'list')).toBe('one\n[two\nthree]\nfour');
    expect(apply('[a\nb]', 'numbers')).toBe('[1. a\n2. b]');
    expect(apply('hel[]lo', 'quote')).toBe('> hel[]lo');
  });

  it('makes blocks and links', () => {
    expect(apply('see [let a]', 'block')).toBe('see \n```\n[let a]\n```');
    expect(apply('[map]', 'link')).toBe('[map](' + '[https://])'.replace('[map]', ''));
  });

  it('has keys', () => {
    const press = (key: string, shiftKey = false, code = '') =>
      formatOf({ key, code, shiftKey, ctrlKey: true, metaKey: false, altKey: false });
    expect([press('b'), press('i'), press('e'), press('X', true)]).toEqual([
      'bold',
      'italic',
      'code',
      'strike',
    ]);
    expect(press('(', true, 'Digit9')).toBe('quote');
    expect(press('k')).toBe(null);
  });

  it('goes on with a list on a new line, and ends it on an empty one', () => {
    expect(newLine('- one', 5)?.insert).toBe('\n- ');
    expect(newLine('9. nine', 7)?.insert).toBe('\n10. ');
    expect(newLine('- one\n- ', 8)).toMatchObject({ from: 6, to: 8, insert: '' });
    expect(newLine('plain', 5)).toBe(null);
  });
});

describe('completion', () => {
  it('knows what is sought', () => {
    expect(sought('hi @be', 6, true)).toEqual({ kind: 'mention', query: 'be', from: 3, to: 6 });
    expect(sought('hi @Bea So', 10, true)?.query).toBe('Bea So');
    expect(sought('hi @be', 6, false)).toBe(null);
    expect(sought('mail@example', 12, true)).toBe(null);
    expect(sought('so :smi', 7, true)).toEqual({ kind: 'emoji', query: 'smi', from: 3, to: 7 });
    expect(sought('at 12:30', 8, true)).toBe(null);
    expect(sought(':s', 2, true)).toBe(null);
    expect(closedShortcode('a :smile:', 9)).toMatchObject({ query: 'smile', from: 2, to: 9 });
  });
});

describe('what is pasted', () => {
  it('keeps its formatting as signs', () => {
    expect(formatted('<p>a <b>bold</b> and <i>italic </i>word</p>')).toBe(
      'a **bold** and _italic_ word',
    );
    expect(formatted('<ul><li>one</li><li>two <s>x</s></li></ul><p>after</p>')).toBe(
      '- one\n- two ~~x~~\nafter',
    );
    expect(formatted('<pre>let a;\nb</pre>')).toBe('```\nlet a;\nb\n```');
    expect(formatted('<blockquote><p>a</p><p>b</p></blockquote>')).toBe('> a\n> b');
    expect(formatted('<a href="https://example.org/">the map</a>')).toBe(
      '[the map](https://example.org/)',
    );
  });

  it('is only text where there is only text', () => {
    expect(formatted('<div>one</div><div>two</div>')).toBe(null);
    expect(formatted('<b style="font-weight:normal"><span>not bold</span></b>')).toBe('not bold');
    expect(formatted('<script>alert(1)</script><b>x</b><a href="javascript:1">y</a>')).toBe(
      '**x**y',
    );
  });
});
