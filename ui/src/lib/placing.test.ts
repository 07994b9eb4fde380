import { describe, expect, it } from 'vitest';
import { replaced } from './placing';

type One = { id: string; at: number };
const compare = (a: One, b: One) => b.at - a.at || (a.id < b.id ? -1 : 1);
const one = (id: string, at: number): One => ({ id, at });
const ids = (list: One[]) => list.map((item) => item.id).join('');

describe('a list changed by id', () => {
  const list = [one('a', 5), one('b', 4), one('c', 3), one('d', 3)];

  it('moves what changed and leaves the rest', () => {
    expect(ids(replaced(list, [one('d', 9)], [], compare))).toBe('dabc');
    expect(ids(replaced(list, [one('a', 3)], [], compare))).toBe('bacd');
  });

  it('takes in and takes out, and doing it twice is doing it once', () => {
    const once = replaced(list, [one('e', 1), one('c', 8)], ['a', 'x'], compare);
    expect(ids(once)).toBe('cbde');
    expect(replaced(once, [one('e', 1), one('c', 8)], ['a', 'x'], compare)).toEqual(once);
  });

  it('removes what is both changed and gone', () => {
    expect(ids(replaced(list, [one('b', 9)], ['b'], compare))).toBe('acd');
  });

  it('says the same for many changes at once as one by one', () => {
    const many = Array.from({ length: 200 }, (_, i) => one(`m${i}`, (i * 7) % 50));
    let slowly: One[] = list;
    for (const item of many) slowly = replaced(slowly, [item], [], compare);
    expect(replaced(list, many, [], compare)).toEqual(slowly);
  });
});
