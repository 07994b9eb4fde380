import { describe, expect, it } from 'vitest';
import { sketch } from './sketch';

const shown = (text: string) =>
  sketch(text)?.map((one) => (one.looks.length === 0 ? one.text : `<${one.looks}:${one.text}>`));

describe('formatting that is being written', () => {
  it('is cut where its look changes, and is the text, letter for letter', () => {
    expect(shown('a **bold _both_** b')).toEqual([
      'a **',
      '<bold:bold _>',
      '<bold,italic:both>',
      '<bold:_>',
      '** b',
    ]);
    expect(shown('> said\nme')).toEqual(['<quote:> said\n>', 'me']);
    expect(shown('```js\na*b*\n```')).toEqual(['<code:```js\na*b*\n```>']);
    expect(sketch('plain')).toBe(null);
    for (const text of ['*a', '~~x', '`', '>', '*_~`', '**a*b_c_**', '\\*a\\*', '[a](b)*c*'])
      expect((sketch(text) ?? [{ text }]).map((one) => one.text).join('')).toBe(text);
  });
});
