import { describe, expect, it } from 'vitest';
import { unmarked } from './unmarked';

describe('a text without its signs', () => {
  it('loses pairs, and nothing else', () => {
    expect(unmarked('*bold* **bold** _it_ ~~gone~~ `code`')).toBe('bold bold it gone code');
    expect(unmarked('**a _b_**')).toBe('a b');
    expect(unmarked('[the map](https://example.org/x)')).toBe('the map');
    expect(unmarked('> said\nme')).toBe('said\nme');
    expect(unmarked('```js\nlet a\n```')).toBe('let a\n');
    expect(unmarked('مرحبا *بالجميع* هنا')).toBe('مرحبا بالجميع هنا');
    for (const text of ['2*3*4', 'snake_case_name', '5 * 3 * 2', 'a_b', '*', 'plain'])
      expect(unmarked(text)).toBe(text);
  });
});
