import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { blankDialog } from '../backend/fake/blank';
import { Hush, HUSHED } from './hush.svelte';

const dialog = (unread: number, id = 'd') => blankDialog(id, { unread, mentions: unread });

describe('what comes while somebody looks', () => {
  let looking: string | null;
  let hush: Hush;

  beforeEach(() => {
    vi.useFakeTimers();
    looking = 'd';
    hush = new Hush(() => looking);
  });
  afterEach(() => {
    hush.forget();
    vi.useRealTimers();
  });

  it('is not counted until it is read', () => {
    hush.take(dialog(0), dialog(1));
    expect(hush.counted(dialog(1))).toMatchObject({ unread: 0, mentions: 0 });
    hush.take(dialog(1), dialog(0));
    expect(hush.counted(dialog(0)).unread).toBe(0);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('is counted when it is not read after all', () => {
    hush.take(dialog(0), dialog(1));
    vi.advanceTimersByTime(HUSHED - 1);
    expect(hush.counted(dialog(1)).unread).toBe(0);
    vi.advanceTimersByTime(1);
    expect(hush.counted(dialog(1)).unread).toBe(1);
  });

  it('has as long again with everything that comes', () => {
    hush.take(dialog(0), dialog(1));
    vi.advanceTimersByTime(HUSHED - 1);
    hush.take(dialog(1), dialog(2));
    vi.advanceTimersByTime(HUSHED - 1);
    expect(hush.counted(dialog(2)).unread).toBe(0);
    // Something else about it has changed: that is no news.
    hush.take(dialog(2), dialog(2));
    vi.advanceTimersByTime(1);
    expect(hush.counted(dialog(2)).unread).toBe(2);
  });

  it('leaves what was unread before as it was', () => {
    hush.take(dialog(3), dialog(4));
    expect(hush.counted(dialog(4)).unread).toBe(3);
  });

  it('is counted at once where nobody looks, and when they have gone', () => {
    hush.take(dialog(0, 'other'), dialog(1, 'other'));
    expect(hush.counted(dialog(1, 'other')).unread).toBe(1);
    hush.take(dialog(0), dialog(1));
    looking = null;
    hush.take(dialog(1), dialog(2));
    expect(hush.counted(dialog(2)).unread).toBe(2);
  });
});
