import { expect, test } from 'vitest';

import { Heard } from './heard';

const said = (id: string, sent_at: number) => ({ id, sent_at });
const ids = (messages: { id: string }[]) => messages.map((message) => message.id);

test('what was there is not heard again, what comes is heard once', () => {
  const first = said('b', 5_000);
  const heard = new Heard([first]);
  expect(heard.hear([first])).toEqual([]);
  const next = said('c', 9_000);
  expect(ids(heard.hear([first, next]))).toEqual(['c']);
  expect(heard.hear([first, next])).toEqual([]);
});

test('what comes in the same second is heard, wherever it stands', () => {
  const heard = new Heard([said('m', 5_200)]);
  expect(ids(heard.hear([said('a', 5_100), said('m', 5_200)]))).toEqual(['a']);
  expect(heard.hear([said('a', 5_100), said('m', 5_200)])).toEqual([]);
});

test('an older page is not news', () => {
  const heard = new Heard([said('m', 5_000)]);
  expect(heard.hear([said('x', 1_000), said('y', 4_999), said('m', 5_000)])).toEqual([]);
});

test('several at once are heard in their order', () => {
  const heard = new Heard<{ id: string; sent_at: number }>([]);
  const all = [said('a', 1_000), said('b', 2_000), said('c', 2_100)];
  expect(ids(heard.hear(all))).toEqual(['a', 'b', 'c']);
  expect(heard.hear(all)).toEqual([]);
});
