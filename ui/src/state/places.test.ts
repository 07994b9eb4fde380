import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Places, type Place } from './places';

describe('where somebody was reading', () => {
  let saved: [string, Place | null][];
  let places: Places;

  beforeEach(() => {
    vi.useFakeTimers();
    saved = [];
    places = new Places((dialog, place) => {
      saved.push([dialog, place]);
      return Promise.resolve();
    });
    places.turnTo(1);
  });
  afterEach(() => void vi.useRealTimers());

  it('is saved a moment after it was another one, and at once when the page is left', () => {
    places.keep('d', { message: 'a', offset: 1 });
    places.keep('d', { message: 'b', offset: 2 });
    expect(saved).toEqual([]);
    vi.advanceTimersByTime(1000);
    expect(saved).toEqual([['d', { message: 'b', offset: 2 }]]);
    places.keep('d', { message: 'b', offset: 2 });
    vi.advanceTimersByTime(1000);
    expect(saved).toHaveLength(1);
    places.keep('d', null);
    places.keep('e', null);
    void places.flush();
    vi.advanceTimersByTime(1000);
    expect(saved.slice(1)).toEqual([['d', null]]);
  });

  it('comes from the backend once, and is newer here from then on', () => {
    places.take([{ dialog: 'd', message: 'a', top: -3 }]);
    expect(places.of('d')).toEqual({ message: 'a', offset: -3 });
    places.keep('d', null);
    places.take([{ dialog: 'd', message: 'a', top: -3 }]);
    expect(places.of('d')).toBe(null);
  });

  it('is of one account, and never saved for another', () => {
    places.take([]);
    places.keep('d', { message: 'a', offset: 1 });
    places.turnTo(2);
    vi.advanceTimersByTime(1000);
    expect([places.of('d'), saved]).toEqual([null, []]);
    places.take([{ dialog: 'd', message: 'z', top: 0 }]);
    places.turnTo(1);
    places.take([{ dialog: 'd', message: 'old', top: 0 }]);
    expect(places.of('d')).toEqual({ message: 'a', offset: 1 });
  });
});
