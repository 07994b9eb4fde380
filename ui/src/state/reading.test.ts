import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Covers } from './covers';
import { DWELL, Reading, unlessCovered, type Attention } from './reading';

class Eyes implements Attention {
  looking = true;
  #listeners = new Set<() => void>();

  isLooking = () => this.looking;

  onChange(listener: () => void) {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  turn(looking: boolean) {
    this.looking = looking;
    for (const listener of this.#listeners) listener();
  }
}

const on = (...ids: string[]) => ids.map((id) => ({ id, key: id }));

describe('when a message counts as read', () => {
  let eyes: Eyes;
  let seen: string[];
  let named: string[];
  let unread: boolean;
  let attended: (string | null)[];
  let reading: Reading;

  beforeEach(() => {
    vi.useFakeTimers();
    eyes = new Eyes();
    seen = [];
    named = [];
    unread = false;
    attended = [];
    reading = new Reading(
      (dialog, message, others) => {
        seen.push(`${dialog}:${message}`);
        named.push([...others, message].sort().join(' '));
      },
      eyes,
      () => unread,
      () => Date.now(),
      (dialog) => attended.push(dialog),
    );
  });
  afterEach(() => {
    reading.stop();
    vi.useRealTimers();
  });

  it('tells what somebody looks at the end of, and when that is over', () => {
    reading.show('d', on('a'), false);
    expect(attended).toEqual([]);
    reading.show('d', on('a'), true);
    reading.show('d', on('a', 'b'), true);
    expect(attended).toEqual(['d']);
    eyes.turn(false);
    eyes.turn(true);
    reading.show('e', on('c'), true);
    reading.forget();
    expect(attended).toEqual(['d', null, 'd', 'e', null]);
  });

  it('is after a moment on screen, and says the newest only, once', () => {
    reading.show('d', on('a', 'b', 'c'));
    vi.advanceTimersByTime(DWELL - 1);
    expect(seen).toEqual([]);
    vi.advanceTimersByTime(1);
    expect(seen).toEqual(['d:c']);
    reading.show('d', on('a', 'b', 'c'));
    vi.advanceTimersByTime(DWELL * 3);
    expect(seen).toEqual(['d:c']);
  });

  it('is not when it only went past', () => {
    reading.show('d', on('a'));
    vi.advanceTimersByTime(DWELL - 50);
    reading.show('d', on('b'));
    vi.advanceTimersByTime(DWELL - 50);
    reading.show('d', on('c'));
    vi.advanceTimersByTime(DWELL - 50);
    expect(seen).toEqual([]);
    vi.advanceTimersByTime(50);
    expect(seen).toEqual(['d:c']);
  });

  it('is not without the focus, and the moment begins when it comes', () => {
    eyes.looking = false;
    reading.show('d', on('a'));
    vi.advanceTimersByTime(DWELL * 5);
    expect(seen).toEqual([]);
    eyes.turn(true);
    vi.advanceTimersByTime(DWELL - 1);
    expect(seen).toEqual([]);
    vi.advanceTimersByTime(1);
    expect(seen).toEqual(['d:a']);
  });

  it('begins anew when the focus was lost in between', () => {
    reading.show('d', on('a'));
    vi.advanceTimersByTime(DWELL - 10);
    eyes.turn(false);
    vi.advanceTimersByTime(10_000);
    eyes.turn(true);
    vi.advanceTimersByTime(DWELL - 10);
    expect(seen).toEqual([]);
  });

  it('is not while nothing is shown: opening and catching up', () => {
    reading.show('d', on('a'));
    vi.advanceTimersByTime(DWELL / 2);
    reading.show(null, []);
    vi.advanceTimersByTime(DWELL * 5);
    expect(seen).toEqual([]);
  });

  it('does not wait for a stream of new ones to end', () => {
    for (let i = 0; i < 10; i += 1) {
      reading.show('d', on(...Array.from({ length: i + 1 }, (_, n) => `m${n}`)));
      vi.advanceTimersByTime(DWELL / 3);
    }
    expect(seen[0]).toBe('d:m0');
    expect(seen.length).toBeGreaterThan(5);
  });

  it('never goes back', () => {
    reading.show('d', on('m5'));
    vi.advanceTimersByTime(DWELL);
    reading.show('d', on('m2', 'm3'));
    vi.advanceTimersByTime(DWELL * 2);
    expect(seen).toEqual(['d:m5']);
  });

  it('knows each conversation by itself', () => {
    reading.show('d', on('m5'));
    vi.advanceTimersByTime(DWELL);
    reading.show('e', on('m1'));
    vi.advanceTimersByTime(DWELL);
    expect(seen).toEqual(['d:m5', 'e:m1']);
  });

  it('says it again when it could not be said', () => {
    reading.show('d', on('a'));
    vi.advanceTimersByTime(DWELL);
    reading.retract('d');
    reading.show('d', on('a'));
    vi.advanceTimersByTime(DWELL);
    expect(seen).toEqual(['d:a', 'd:a']);
  });

  it('names what came late above what was read, once it was on screen itself', () => {
    reading.show('d', on('m5', 'm6'));
    vi.advanceTimersByTime(DWELL);
    expect(named).toEqual(['m5 m6']);
    unread = true;
    reading.again();
    vi.advanceTimersByTime(DWELL * 2);
    expect(named).toEqual(['m5 m6']);
    reading.show('d', on('m4', 'm5', 'm6'));
    vi.advanceTimersByTime(DWELL - 1);
    expect(named).toEqual(['m5 m6']);
    vi.advanceTimersByTime(1);
    expect(named).toEqual(['m5 m6', 'm4']);
    vi.advanceTimersByTime(DWELL * 2);
    expect(named.length).toBe(2);
  });

  it('names it also when the number of unread comes after the message', () => {
    reading.show('d', on('m5'));
    vi.advanceTimersByTime(DWELL);
    reading.show('d', on('m4', 'm5'));
    vi.advanceTimersByTime(DWELL * 2);
    expect(named).toEqual(['m5']);
    unread = true;
    reading.again();
    expect(named).toEqual(['m5', 'm4']);
    reading.retract('d');
    reading.again();
    expect(named.at(-1)).toBe('m4 m5');
  });

  describe('while something lies over it', () => {
    let covers: Covers;

    beforeEach(() => {
      reading.stop();
      covers = new Covers();
      reading = new Reading(
        (dialog, message) => seen.push(`${dialog}:${message}`),
        unlessCovered(eyes, covers),
        () => unread,
        () => Date.now(),
        (dialog) => attended.push(dialog),
      );
    });

    it('is not, and the moment begins when the last of it is gone', () => {
      reading.show('d', on('a'), true);
      vi.advanceTimersByTime(DWELL - 10);
      const uncover = covers.lay(() => undefined);
      const another = covers.lay(() => undefined);
      reading.show('d', on('a', 'b'), true);
      vi.advanceTimersByTime(DWELL * 5);
      another();
      another();
      vi.advanceTimersByTime(DWELL * 5);
      expect(seen).toEqual([]);
      uncover();
      vi.advanceTimersByTime(DWELL - 1);
      expect(seen).toEqual([]);
      vi.advanceTimersByTime(1);
      expect(seen).toEqual(['d:b']);
    });

    it('is not attended to either, and the focus alone changes nothing', () => {
      reading.show('d', on('a'), true);
      const uncover = covers.lay(() => undefined);
      expect(reading.attended).toBe(null);
      eyes.turn(false);
      eyes.turn(true);
      vi.advanceTimersByTime(DWELL * 5);
      expect(attended).toEqual(['d', null]);
      uncover();
      expect(attended).toEqual(['d', null, 'd']);
      expect(seen).toEqual([]);
    });

    it('hears nothing any more once it has stopped', () => {
      reading.show('d', on('a'), true);
      const uncover = covers.lay(() => undefined);
      reading.stop();
      uncover();
      expect(attended).toEqual(['d', null]);
    });
  });
});
