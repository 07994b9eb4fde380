import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Backend, PersonView } from './types';
import { Naming } from './naming.svelte';
import { People } from './people.svelte';

const person = (id: number, name: string): PersonView => ({
  id,
  name,
  login: null,
  avatar: null,
  last_seen: null,
});

type Asked = { query: string; answer: (people: PersonView[]) => void; fail: () => void };

function stage() {
  const asked: Asked[] = [];
  const call = (_name: string, args: { query: string }) =>
    new Promise((resolve, reject) => {
      asked.push({
        query: args.query,
        answer: (people) => resolve({ people, has_more: false }),
        fail: () => reject(new Error('offline')),
      });
    });
  const people = new People();
  const naming = new Naming({ call, feed: () => () => undefined } as unknown as Backend, people);
  return { asked, people, naming };
}

describe('who can be named', () => {
  beforeEach(() => vi.useFakeTimers());
  afterEach(() => vi.useRealTimers());

  it('is asked for once somebody has stopped typing, and once only', async () => {
    const { asked, naming, people } = stage();
    for (const query of ['b', 'be', 'bea']) naming.seek('d', query);
    await vi.advanceTimersByTimeAsync(500);
    expect(asked.map(({ query }) => query)).toEqual(['bea']);
    asked[0]?.answer([person(7, 'Bea')]);
    await vi.advanceTimersByTimeAsync(0);
    expect(naming.in('d')).toEqual([7]);
    expect(people.name(7)).toBe('Bea');
    naming.seek('d', 'bea');
    await vi.advanceTimersByTimeAsync(500);
    expect(asked).toHaveLength(1);
  });

  it('only grows, whichever answer comes first', async () => {
    const { asked, naming } = stage();
    naming.seek('d', 'a');
    await vi.advanceTimersByTimeAsync(500);
    naming.seek('d', 'an');
    await vi.advanceTimersByTimeAsync(500);
    asked[1]?.answer([person(2, 'Anna')]);
    await vi.advanceTimersByTimeAsync(0);
    asked[0]?.answer([person(1, 'Ada'), person(2, 'Anna')]);
    await vi.advanceTimersByTimeAsync(0);
    expect(naming.in('d')).toEqual([2, 1]);
    expect(naming.in('other')).toEqual([]);
  });

  it('asks again where the answer did not come', async () => {
    const { asked, naming } = stage();
    naming.seek('d', 'a');
    await vi.advanceTimersByTimeAsync(500);
    asked[0]?.fail();
    await vi.advanceTimersByTimeAsync(0);
    naming.seek('d', 'a');
    await vi.advanceTimersByTimeAsync(500);
    expect(asked).toHaveLength(2);
  });

  it('looks up whom a draft names, and no address of mail', async () => {
    const { asked, naming } = stage();
    naming.recall('d', 'hello @Zoe and @Bob, mail me@example.org');
    await vi.advanceTimersByTimeAsync(0);
    expect(asked.map(({ query }) => query)).toEqual(['Zoe', 'Bob']);
    naming.recall('d', 'nobody');
    expect(asked).toHaveLength(2);
  });
});
