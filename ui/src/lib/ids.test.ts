import { describe, expect, it } from 'vitest';
import { idMaker } from './ids';

const fixed = (now: () => number) =>
  idMaker({ now, random: (bytes) => bytes.fill(0xff, 5).fill(0xab, 0, 5) });

describe('message ids', () => {
  it('are 24 hexadecimal digits that begin with the seconds', () => {
    const id = fixed(() => 1_700_000_000_999)();
    expect(id).toMatch(/^[0-9a-f]{24}$/);
    expect(parseInt(id.slice(0, 8), 16)).toBe(1_700_000_000);
    expect(id.slice(8, 18)).toBe('ababababab');
  });

  it('rise within one second', () => {
    const make = fixed(() => 1_700_000_000_000);
    const made = Array.from({ length: 1000 }, make);
    expect([...made].sort()).toEqual(made);
    expect(new Set(made).size).toBe(1000);
  });

  it('never go back with the clock', () => {
    const times = [1_700_000_005_000, 1_700_000_001_000];
    const make = fixed(() => times.shift() ?? 0);
    const first = make();
    expect(make() > first).toBe(true);
  });

  it('differ between processes', () => {
    expect(idMaker()().slice(8, 18)).not.toBe(idMaker()().slice(8, 18));
  });
});
