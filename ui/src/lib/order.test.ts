import { describe, expect, it } from 'vitest';
import { lowerBound, patched } from './order';

type Item = { id: string; key: string; text?: string };
const item = (id: string, key = id, text = ''): Item => ({ id, key, text });
const ids = (list: Item[]) => list.map((one) => one.id).join('');

describe('a list kept by key', () => {
  const start = [item('b'), item('d'), item('f')];

  it.each([
    ['in the middle', [item('c')], 'bcdf'],
    ['at the end', [item('h'), item('g')], 'bdfgh'],
    ['at the start', [item('a')], 'abdf'],
    ['everywhere', [item('z'), item('a'), item('e')], 'abdefz'],
  ])('puts what is new %s', (_where, upserts, said) => {
    expect(ids(patched(start, upserts))).toBe(said);
  });

  it('replaces by id, in place, and leaves the rest as it was', () => {
    const next = patched(start, [item('d', 'd', 'new')]);
    expect(next[1]?.text).toBe('new');
    expect(next[0]).toBe(start[0]);
    expect(ids(next)).toBe('bdf');
  });

  it('moves what got another key', () => {
    expect(ids(patched(start, [item('b', 'e')]))).toBe('dbf');
    expect(ids(patched(start, [item('f', 'a')]))).toBe('fbd');
  });

  it('takes out, and a removal wins over an upsert of the same id', () => {
    expect(ids(patched(start, [item('d', 'd', 'x')], ['d', 'nobody']))).toBe('bf');
  });

  it('is the same done twice', () => {
    const patch = [item('c'), item('d', 'g'), item('a')];
    const once = patched(start, patch, ['f']);
    expect(patched(once, patch, ['f'])).toEqual(once);
  });

  it('finds the place of a key', () => {
    expect(lowerBound(start, 'a', (one) => one.key)).toBe(0);
    expect(lowerBound(start, 'd', (one) => one.key)).toBe(1);
    expect(lowerBound(start, 'z', (one) => one.key)).toBe(3);
  });
});
