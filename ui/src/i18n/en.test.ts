import { describe, expect, it } from 'vitest';
import { errorKinds } from '../backend/errors';
import { en } from './en';
import { pluralizer } from './plural';

/** What is plausible where a number or a word will not do. */
const plausible: Record<string, unknown[]> = {
  '.rail.switchTo': ['Ada', 'Work', 2],
  '.dialogs.filterCount': ['Groups', 2],
  '.info.added': [['Ada', 'Bea']],
  '.create.fieldsNotKept': [['mood']],
  '.timeline.pinnedOf': [1, 2],
  '.viewer.of': [1, 2],
  '.seek.of': [1, 2, false],
  '.seek.found': [2, true],
  '.files.andMore': ['Report.pdf', 2],
  '.files.label': ['Open', 'Report.pdf', '2 MB'],
  '.timeline.reaction': ['👍', 2, true],
};

/** Every sentence of the catalog, with functions called on something plausible. */
function sentences(value: unknown, path = ''): [string, string][] {
  if (typeof value === 'string') return [[path, value]];
  if (typeof value === 'function') {
    const say = value as (...args: unknown[]) => unknown;
    const said: unknown = say(...(plausible[path] ?? [2, 'x']));
    return typeof said === 'string' ? [[path, said]] : [];
  }
  return Object.entries(value as object).flatMap(([key, inner]) => {
    if (key === 'lang' || key === 'dir') return [];
    if (['and', 'typing'].includes(key) && typeof inner === 'function') return [];
    return sentences(inner, `${path}.${key}`);
  });
}

describe('the catalog', () => {
  it('has words for every error code', () => {
    expect(Object.keys(en.errors).sort()).toEqual(Object.keys(errorKinds).sort());
  });

  it.each(sentences(en))('%s does not shout and does not say oops', (_path, said) => {
    expect(said).not.toMatch(/!|oops|please wait|undefined|NaN/i);
    expect(said.trim()).not.toBe('');
  });

  it('counts as the language does', () => {
    expect(en.dialogs.unread(1)).toBe('1 unread message');
    expect(en.dialogs.unread(1234)).toBe('1,234 unread messages');
    const polish = pluralizer('pl');
    const forms = { one: '# plik', few: '# pliki', many: '# plików', other: '# pliku' };
    expect([1, 3, 5].map((n) => polish(n, forms))).toEqual(['1 plik', '3 pliki', '5 plików']);
  });

  it('counts what is new below no further than the list does', () => {
    expect([1, 999, 1000, 1001].map((n) => en.timeline.newCount(n))).toEqual([
      '1 new',
      '999 new',
      '999+ new',
      '999+ new',
    ]);
    expect(en.timeline.jump(1001)).toBe('Jump to the newest message, 999+ unread');
  });

  it('names who is typing', () => {
    expect(en.timeline.typing(['Ada'])).toBe('Ada is typing…');
    expect(en.timeline.typing(['Ada', 'Bea'])).toBe('Ada and Bea are typing…');
    expect(en.timeline.typing(['A', 'B', 'C', 'D'])).toBe('Several people are typing…');
  });
});
