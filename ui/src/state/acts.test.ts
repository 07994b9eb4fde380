import { beforeEach, describe, expect, it } from 'vitest';
import { FakeBackend } from '../backend/fake/fake';
import { t } from '../i18n';
import { Acts } from './acts.svelte';
import { Toasts } from './toasts.svelte';
import type { MessageView } from './types';

describe('what is asked about messages that go meanwhile', () => {
  let acts: Acts;
  let toasts: Toasts;
  let one: MessageView;
  let other: MessageView;

  const said = () => toasts.list.map(({ text }) => text);

  beforeEach(async () => {
    const backend = new FakeBackend({ phase: 'home', dialogs: 'full' });
    toasts = new Toasts();
    acts = new Acts(backend, toasts);
    const { messages } = await backend.call('open_timeline', { dialog: 'bea', at: null });
    [one, other] = messages.slice(-2) as [MessageView, MessageView];
  });

  it('is put away with a word, and not passed on', () => {
    acts.ask({ kind: 'forward', messages: [one] });
    acts.gone([other.id]);
    expect(acts.question?.kind, 'another one is gone').toBe('forward');
    acts.gone([other.id, one.id]);
    expect(acts.question).toBe(null);
    expect(said()).toEqual([t.timeline.gone]);
  });

  it('goes on about those that are left', () => {
    acts.ask({ kind: 'forward', messages: [one, other] });
    acts.gone([one.id]);
    expect(acts.question).toEqual({ kind: 'forward', messages: [other] });
    expect(said()).toEqual([]);
    acts.gone([other.id]);
    expect(acts.question).toBe(null);
  });

  it('is put away whatever it is, and silently where the message was to go', () => {
    acts.ask({ kind: 'delete', messages: [one], canForAll: true, first: 'me' });
    acts.gone([one.id]);
    expect([acts.question, said()]).toEqual([null, []]);
    acts.ask({ kind: 'report', message: one });
    acts.gone([one.id]);
    expect([acts.question, said()]).toEqual([null, [t.timeline.gone]]);
    acts.ask({ kind: 'details', message: one, about: 'reactions' });
    acts.gone([one.id]);
    expect(acts.question).toBe(null);
  });
});
