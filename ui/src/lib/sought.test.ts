import { describe, expect, it } from 'vitest';
import { placesOf, soughtIn } from './sought';

const shown = (text: string, typed: string) =>
  placesOf(text, soughtIn(typed)).map(([from, to]) => text.slice(from, to));

describe('where what is looked for stands', () => {
  it.each([
    ['The OLD boathouse', 'old boat', ['OLD', 'boathouse']],
    ['Über die Brücke, café', 'uber CAFÉ', ['Über', 'café']],
    ['a boat, boats', '"boat"', ['boat']],
    ['a boat, boats', '"boat', ['boat', 'boats']],
    ['a line, line 3 and line 31; Line, 3', '"line 3"', ['line 3', 'Line, 3']],
    ['the lake, a line 3', '"line 3" lak', ['lake', 'line 3']],
    ['a goat', 'oat', []],
    ['שלום לכולם', 'לכו', ['לכולם']],
    ['今天天气很好', '天气', ['天气']],
    ['done 🎉 at last', '🎉', ['🎉']],
    ['anything', '  ', []],
  ])('%s, %s', (text, typed, expected) => {
    expect(shown(text, typed)).toEqual(expected);
  });
});
