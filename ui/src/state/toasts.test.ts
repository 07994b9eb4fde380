import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { Toasts } from './toasts.svelte';

let toasts: Toasts;
const texts = () => toasts.list.map((toast) => toast.text);

beforeEach(() => {
  vi.useFakeTimers();
  toasts = new Toasts();
});
afterEach(() => void vi.useRealTimers());

it('stay as long as they are of use: longest where something can be undone', () => {
  toasts.say('Copied.');
  toasts.say('It failed.', 'error');
  toasts.say('Muted.', 'plain', { label: 'Undo', act: () => undefined });
  vi.advanceTimersByTime(4_000);
  expect(texts()).toEqual(['It failed.', 'Muted.']);
  vi.advanceTimersByTime(2_000);
  expect(texts()).toEqual(['Muted.']);
  vi.advanceTimersByTime(2_000);
  expect(texts()).toEqual([]);
  toasts.say('a long sentence '.repeat(10));
  vi.advanceTimersByTime(8_000);
  expect(texts()).toHaveLength(1);
});

it('do not go while somebody is at them', () => {
  toasts.say('Copied.');
  toasts.hold(true);
  toasts.say('Saved.');
  vi.advanceTimersByTime(60_000);
  expect(texts()).toEqual(['Copied.', 'Saved.']);
  toasts.hold(false);
  vi.advanceTimersByTime(4_000);
  expect(texts()).toEqual([]);
});

it('are three at most, and the same sentence is there once', () => {
  for (const text of ['a', 'b', 'c', 'b', 'd']) toasts.say(text);
  expect(texts()).toEqual(['c', 'b', 'd']);
});
