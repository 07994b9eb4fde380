import { describe, expect, it } from 'vitest';
import type { Backend } from './types';
import { CallError } from '../backend/backend';
import { Found } from './found.svelte';
import type { FoundPage, FoundView } from '../backend/bindings';

type Asked = {
  name: string;
  args: { text: string; below?: number };
  answer: (page: Partial<FoundPage>) => void;
  refuse: (thrown: unknown) => void;
};

const hit = (message: string) => ({ message }) as FoundView;
const none: FoundPage = { found: [], next: null, total: 0, is_more: false, incomplete: 0 };

/** A backend whose answers come when the test says so. */
function scene() {
  const asked: Asked[] = [];
  const call = (name: string, args: Asked['args']) =>
    new Promise<FoundPage>((resolve, reject) => {
      asked.push({
        name,
        args,
        answer: (page) => resolve({ ...none, ...page }),
        refuse: reject,
      });
    });
  const found = new Found({ call } as unknown as Backend);
  const settle = async () => {
    for (let turn = 0; turn < 8; turn += 1) await Promise.resolve();
  };
  const ids = () => found.messages.map(({ message }) => message);
  return { asked, found, settle, ids };
}

describe('what is found while somebody types', () => {
  it('does not show what is not there any more', async () => {
    const { asked, found, settle, ids } = scene();
    found.typed('boat');
    asked[0]?.answer({ found: [hit('a'), hit('b')], total: 5 });
    await settle();
    found.gone(['b', 'other']);
    expect([ids(), found.total]).toEqual([['a'], 4]);
  });

  it('asks one question at a time and shows the answer to the latest alone', async () => {
    const { asked, found, settle, ids } = scene();
    for (const text of ['b', 'bo', 'boa', 'boat']) found.typed(text);
    expect(asked.map(({ args }) => args.text)).toEqual(['b']);
    asked[0]?.answer({ found: [hit('old')], total: 1 });
    await settle();
    expect(ids(), 'an older answer is not shown').toEqual([]);
    expect(asked.map(({ args }) => args.text)).toEqual(['b', 'boat']);
    asked[1]?.answer({ found: [hit('new')], total: 1, incomplete: 2 });
    await settle();
    expect([ids(), found.phase, found.query, found.incomplete]).toEqual([
      ['new'],
      'done',
      'boat',
      2,
    ]);
    found.typed('boats');
    expect(ids(), 'what was found stays until more is known').toEqual(['new']);
    found.clear();
    asked[2]?.answer({ found: [hit('late')], total: 1 });
    await settle();
    expect([ids(), found.phase, asked.length]).toEqual([[], 'idle', 3]);
  });

  it('goes on below the last one, once', async () => {
    const { asked, found, settle, ids } = scene();
    found.typed('boat');
    asked[0]?.answer({ found: [hit('2')], total: 2, next: 7 });
    await settle();
    void found.more();
    void found.more();
    expect(asked.slice(1).map(({ args }) => args.below)).toEqual([7]);
    asked[1]?.answer({ found: [hit('1')] });
    await settle();
    expect([ids(), found.hasMore, found.total]).toEqual([['2', '1'], false, 2]);
  });

  it('asks the server when somebody wants it, and forgets that with the next letter', async () => {
    const { asked, found, settle } = scene();
    found.typed('boa');
    await found.askServer();
    expect(found.asking).toBe('short');
    found.typed('boat');
    void found.askServer();
    const server = () => asked.filter(({ name }) => name === 'search_server');
    expect(server()).toHaveLength(1);
    server()[0]?.answer({ found: [hit('far')] });
    await settle();
    expect([found.asking, found.elsewhere]).toEqual(['done', [hit('far')]]);
    found.typed('boats');
    expect([found.asking, found.elsewhere]).toEqual(['idle', []]);
    void found.askServer();
    server()[1]?.refuse(
      new CallError('search_server', { code: 'offline', message: 'x', detail: null }),
    );
    await settle();
    expect(found.asking).toBe('offline');
  });
});
