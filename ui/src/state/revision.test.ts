import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Revision } from './revision';

const recorder = () => {
  const applied: number[] = [];
  const lost = vi.fn();
  const revision = new Revision<{ rev: number }>((patch) => applied.push(patch.rev), lost);
  return { applied, lost, revision };
};

describe('revisions', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it('applies what follows, and nothing twice', () => {
    const { applied, lost, revision } = recorder();
    revision.opened(7);
    for (const rev of [8, 8, 7, 9, 8]) revision.take({ rev });
    expect(applied).toEqual([8, 9]);
    vi.runAllTimers();
    expect(lost).not.toHaveBeenCalled();
  });

  it('holds what came before the snapshot', () => {
    const { applied, revision } = recorder();
    revision.opening();
    revision.take({ rev: 5 });
    revision.take({ rev: 4 });
    revision.take({ rev: 3 });
    expect(applied).toEqual([]);
    revision.opened(3);
    expect(applied).toEqual([4, 5]);
  });

  it('waits a moment for one that was overtaken', () => {
    const { applied, lost, revision } = recorder();
    revision.opened(0);
    revision.take({ rev: 2 });
    expect(applied).toEqual([]);
    revision.take({ rev: 1 });
    expect(applied).toEqual([1, 2]);
    vi.runAllTimers();
    expect(lost).not.toHaveBeenCalled();
  });

  it('says that something was lost when it stays missing', () => {
    const { lost, revision } = recorder();
    revision.opened(0);
    revision.take({ rev: 3 });
    vi.runAllTimers();
    expect(lost).toHaveBeenCalledOnce();
  });
});
