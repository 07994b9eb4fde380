import { describe, expect, it } from 'vitest';
import { byteLength, firstName, initials, nameMatches, oneLine, onlyEmoji } from './text';

describe('texts and names', () => {
  it.each([
    ['🙂', 1],
    ['🙂🙂', 2],
    ['👨‍👩‍👧‍👦 👍🏽 🇩🇪', 3],
    ['❤️', 1],
    ['1️⃣', 1],
    ['🙂🙂🙂🙂', 0],
    ['🙂 ok', 0],
    ['1', 0],
    ['#', 0],
    ['©', 0],
    ['', 0],
    ['   ', 0],
  ])('counts the emoji of %j as %d', (text, count) => {
    expect(onlyEmoji(text)).toBe(count);
  });

  it.each([
    ['Ada Lovelace', 'AL'],
    ['bea', 'B'],
    ['Juan Carlos de la Vega', 'JV'],
    ['משה כהן', 'מכ'],
    ['李小龙', '李'],
    ['🦊 Fox', '🦊'],
    ['<b>x</b>', 'B'],
    ['  ', '?'],
    ['', '?'],
    ['ßeta', 'SS'],
  ])('makes %j into the initials %j', (name, said) => {
    expect(initials(name)).toBe(said);
  });

  it('finds names without case and accents', () => {
    expect(nameMatches('José Álvarez', 'jose al')).toBe(true);
    expect(nameMatches('Weekend hike', 'hik')).toBe(true);
    expect(nameMatches('Weekend hike', 'bike')).toBe(false);
    expect(nameMatches('anything', '')).toBe(true);
  });

  it('says the rest', () => {
    expect(firstName('Ada Lovelace')).toBe('Ada');
    expect(oneLine('a\n\n b\tc ')).toBe('a b c');
    expect(byteLength('é🙂')).toBe(6);
  });
});
