import { describe, expect, it } from 'vitest';
import { isPrepend, rowsOf, type Row, type Written } from './rows';

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;
const dayNumber = (at: number) => Math.floor(at / DAY);

const message = (id: string, sender: number, sent_at: number): Written => ({
  id,
  sender,
  sent_at,
  is_own: sender === 1,
});

/** Rows as text: `|` a day, `*` the new line, `<a-b>` a group. */
const picture = (rows: Row<Written>[]) =>
  rows
    .map((row) => {
      if (row.kind === 'day') return '|';
      if (row.kind === 'new') return '*';
      return `${row.starts ? '<' : '-'}${row.id}${row.ends ? '>' : ''}`;
    })
    .join('');

const show = (messages: Written[], firstUnread: string | null = null) =>
  picture(rowsOf(messages, firstUnread, dayNumber));

describe('rows of the timeline', () => {
  it('groups one person within five minutes', () => {
    expect(
      show([
        message('a', 2, 0),
        message('b', 2, 4 * MINUTE),
        message('c', 2, 9 * MINUTE),
        message('d', 3, 9 * MINUTE),
        message('e', 2, 10 * MINUTE),
      ]),
    ).toBe('|<a-b><c><d><e>');
  });

  it('begins a new group and a divider with each day', () => {
    expect(show([message('a', 2, DAY - MINUTE), message('b', 2, DAY + MINUTE)])).toBe('|<a>|<b>');
  });

  it('puts the new line once, and begins a group under it', () => {
    expect(show([message('a', 2, 0), message('b', 2, MINUTE), message('c', 2, MINUTE)], 'b')).toBe(
      '|<a>*<b-c>',
    );
    expect(show([message('a', 2, 0)], 'gone')).toBe('|<a>');
  });

  it('puts the new line under the day it belongs to', () => {
    expect(show([message('a', 2, 0), message('b', 2, DAY)], 'b')).toBe('|<a>|*<b>');
  });

  it('has no row for nothing', () => {
    expect(show([])).toBe('');
  });

  it('keeps the row objects that did not change', () => {
    const messages = [message('a', 2, 0), message('b', 2, MINUTE)];
    const first = rowsOf(messages, null, dayNumber);
    const known = new Map(first.map((row) => [row.id, row]));
    const second = rowsOf([...messages, message('c', 3, MINUTE)], null, dayNumber, known);
    expect(second.slice(0, 3)).toEqual(first);
    expect(second[1]).toBe(first[1]);
    expect(second[2]).toBe(first[2]);
  });
});

describe('what is put before', () => {
  const rows = (text: string) => [...text].map((id) => ({ id }));

  it.each([
    ['abc', 'xyabc', true],
    ['|bc', '!xybc', true],
    ['abc', 'abcd', false],
    ['abc', 'axbc', false],
    ['abc', 'xabcd', false],
    ['abc', 'abc', false],
    ['', 'abc', false],
  ])('%s then %s: %s', (before, after, said) => {
    expect(isPrepend(rows(before), rows(after))).toBe(said);
  });
});
