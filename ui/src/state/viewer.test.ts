import { beforeEach, describe, expect, it } from 'vitest';
import { blankAttachment, blankMessage } from '../backend/fake/blank';
import type { MessageView } from './types';
import { Viewer } from './viewer.svelte';

const photo = (uid: string) => blankAttachment('photo', { uid });
const file = blankAttachment('file', { uid: 'paper' });

const message = (id: string, ...attachments: MessageView['attachments']) =>
  blankMessage(id, { attachments });

describe('the photo that is looked at', () => {
  let messages: MessageView[];
  let viewer: Viewer;

  beforeEach(() => {
    messages = [
      message('a', photo('one')),
      message('b'),
      message('c', file, photo('two'), photo('three')),
      message('d', blankAttachment('photo', { link: 'https://example.org/a.jpg' })),
    ];
    viewer = new Viewer({
      get messages() {
        return messages;
      },
      get: (id) => messages.find((one) => one.id === id),
    });
  });

  const uid = () => viewer.photo?.attachment.uid ?? null;
  const found = (id: string) => messages.find((one) => one.id === id) ?? message(id);

  it('is the one that was meant, or the first of its message', () => {
    viewer.open(found('c'), 2);
    expect(uid()).toBe('three');
    viewer.open(found('c'));
    expect(uid()).toBe('two');
    viewer.open(found('b'));
    expect(uid()).toBe(null);
  });

  it('has neighbours, as far as messages are here', () => {
    viewer.open(found('c'), 1);
    expect([viewer.place, viewer.photos.length]).toEqual([1, 3]);
    viewer.step(1);
    expect(uid()).toBe('three');
    viewer.step(1);
    expect(uid()).toBe('three');
    viewer.step(-1);
    viewer.step(-1);
    expect(uid()).toBe('one');
    expect(viewer.neighbour(-1)).toBe(undefined);
  });

  it('follows its message, and stays when another window was opened without it', () => {
    viewer.open(found('a'));
    messages = [message('a', { ...photo('one'), saved: { name: 'one.jpg', opens: true } })];
    expect(viewer.photo?.attachment.saved?.name).toBe('one.jpg');
    messages = [message('z', photo('other'))];
    expect(uid()).toBe('one');
    expect(viewer.neighbour(1)).toBe(undefined);
  });

  it('goes with its message', () => {
    viewer.open(found('a'));
    viewer.gone(['b']);
    expect(uid()).toBe('one');
    viewer.gone(['a']);
    expect(uid()).toBe(null);
  });
});
