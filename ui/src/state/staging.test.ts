import { beforeEach, describe, expect, it, vi } from 'vitest';
import { CallError, type Backend } from '../backend/backend';
import { MOST_FILES, PORTION, Staging } from './staging.svelte';
import type { StagedView } from './types';

type Call = { name: string; args: Record<string, unknown> };

const staged = (file: number, name = `${file}.txt`): StagedView => ({
  file,
  kind: 'file',
  name,
  size: 4,
  content_type: 'text/plain',
  width: null,
  height: null,
});
const file = (name: string, size = 4) => new File(['a'.repeat(size)], name);

describe('files beside what is written', () => {
  let calls: Call[];
  let broken: Map<string, CallError>;
  let held: Map<string, Promise<void>>;
  let next: number;
  let staging: Staging;
  const problem = vi.fn();
  const named = (name: string) =>
    calls.filter((call) => call.name === name).map(({ args }) => args);
  const names = (dialog = 'd') => staging.of(dialog).files.map(({ name }) => name);
  const rest = (dialog = 'd') =>
    vi.waitFor(() => expect(staging.of(dialog).coming).toHaveLength(0));

  beforeEach(() => {
    calls = [];
    broken = new Map();
    held = new Map();
    next = 0;
    problem.mockClear();
    const begun = new Map<number, string>();
    const backend: Backend = {
      call: async (name, args) => {
        calls.push({ name, args });
        await held.get(name);
        const failure = broken.get(name);
        if (failure) throw failure;
        if (name === 'stage_begin') {
          begun.set(++next, (args as { name: string }).name);
          return next as never;
        }
        if (name === 'stage_end') {
          const { number } = args as { number: number };
          return staged(number, begun.get(number)) as never;
        }
        if (name === 'stage_dropped') return staged(++next + 40) as never;
        return (name === 'staged' ? [staged(9)] : null) as never;
      },
      feed: () => () => undefined,
    };
    staging = new Staging(backend, problem);
  });

  it('go over in portions, one after the other, and stand in their order', async () => {
    staging.add('d', [file('a', 2 * PORTION + 3), file('b')]);
    expect(staging.of('d').coming.map(({ name }) => name)).toEqual(['a', 'b']);
    await rest();
    expect(names()).toEqual(['a', 'b']);
    const sizes = named('stage_portion').map(({ bytes }) => atob(bytes as string).length);
    expect(sizes).toEqual([PORTION, PORTION, 3, 4]);
    expect(named('stage_begin')).toMatchObject([
      { dialog: 'd', name: 'a', size: 2 * PORTION + 3 },
      { dialog: 'd', name: 'b', size: 4 },
    ]);
  });

  it('stay with their conversation', async () => {
    staging.add('d', [file('a')]);
    staging.add('e', [file('b')]);
    await rest();
    await rest('e');
    expect([names('d'), names('e'), names('f')]).toEqual([['a'], ['b'], []]);
    staging.take('d', [staged(7)]);
    expect(names('d')).toEqual(['7.txt']);
    staging.forget();
    expect(names('e')).toEqual([]);
  });

  it('that were dropped on the window are read there, by their place', async () => {
    staging.addDropped('d', ['/home/ada/a b.pdf', 'C:\\docs\\c.txt']);
    expect(staging.of('d').coming.map(({ name }) => name)).toEqual(['a b.pdf', 'c.txt']);
    await rest();
    expect(named('stage_dropped').map(({ path }) => path)).toEqual([
      '/home/ada/a b.pdf',
      'C:\\docs\\c.txt',
    ]);
    expect(names()).toEqual(['41.txt', '42.txt']);
  });

  it('are not kept when they are stopped while they come', async () => {
    let go: () => void = () => undefined;
    held.set('stage_portion', new Promise<void>((resolve) => (go = resolve)));
    staging.add('d', [file('a'), file('b')]);
    await vi.waitFor(() => expect(named('stage_portion')).toHaveLength(1));
    for (const { key } of staging.of('d').coming) staging.stop('d', key);
    go();
    await vi.waitFor(() => expect(named('stage_cancel')).toHaveLength(1));
    expect(named('stage_begin')).toHaveLength(1);
    expect([names(), problem.mock.calls]).toEqual([[], []]);
  });

  it('that cannot be kept are told of, and the others come', async () => {
    broken.set(
      'stage_begin',
      new CallError('stage_begin', { code: 'too_large', message: '', detail: null }),
    );
    staging.add('d', [file('film.mkv'), file('empty', 0)]);
    await rest();
    broken.clear();
    staging.add('d', [file('b')]);
    await rest();
    expect(names()).toEqual(['b']);
    const told = problem.mock.calls.map(([dialog, words]) => `${dialog} ${words}`);
    expect(told).toHaveLength(2);
    expect(told.join()).toContain('d empty: Nothing is in this file');
    expect(told.join()).toContain('d film.mkv: The server takes files of 100 MB at most');
  });

  it('are as many as go with a message', async () => {
    staging.take(
      'd',
      Array.from({ length: MOST_FILES - 1 }, (_, n) => staged(100 + n)),
    );
    staging.add('d', [file('a'), file('b')]);
    await rest();
    expect(staging.of('d').files).toHaveLength(MOST_FILES);
    expect(problem).toHaveBeenCalledWith('d', expect.stringContaining('20 files at most'));
  });

  it('come back when they could not be taken away', async () => {
    staging.take('d', [staged(9), staged(8)]);
    await staging.remove('d', 8);
    expect(names()).toEqual(['9.txt']);
    broken.set('unstage', new CallError('unstage', { code: 'disk', message: '', detail: null }));
    await staging.remove('d', 9);
    expect(names()).toEqual(['9.txt']);
    expect(problem).toHaveBeenCalledTimes(1);
  });
});
