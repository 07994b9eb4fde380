import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { PAUSE, REFRESH, TypingSignal } from './typing-signal';

describe('the typing signal', () => {
  let said: boolean[];
  let signal: TypingSignal;

  beforeEach(() => {
    vi.useFakeTimers();
    said = [];
    signal = new TypingSignal((isTyping) => said.push(isTyping));
  });
  afterEach(() => void vi.useRealTimers());

  it('is said at the start, now and then, and at the end', () => {
    for (let spent = 0; spent < REFRESH * 2; spent += 500) {
      signal.typed();
      vi.advanceTimersByTime(500);
    }
    expect(said).toEqual([true, true]);
    vi.advanceTimersByTime(PAUSE);
    expect(said).toEqual([true, true, false]);
  });

  it('ends once, and only if it began', () => {
    signal.stop();
    signal.typed();
    signal.stop();
    signal.stop();
    expect(said).toEqual([true, false]);
  });

  it('ends by itself when the message goes out', () => {
    signal.typed();
    signal.sent();
    vi.advanceTimersByTime(PAUSE * 2);
    expect(said).toEqual([true]);
    signal.typed();
    expect(said).toEqual([true, true]);
  });
});
