import { expect, it } from 'vitest';
import type { Kith } from '../../../state/kith.svelte';
import type { MessageView } from '../../../state/types';
import { fileDeeds } from './deeds';

/** A message with these files, and what has been asked to be saved of them. */
function withFiles(...files: { kind: string; name: string | null; saved?: { opens: boolean } }[]) {
  const saved: number[] = [];
  const transfers = {
    of: () => null,
    save: (_: string, index: number) => Promise.resolve(saved.push(index)),
  };
  const attachments = files.map((file) => ({ can_save: true, saved: null, ...file }));
  const deeds = fileDeeds(
    { transfers } as unknown as Kith,
    { id: 'm', attachments } as unknown as MessageView,
  );
  return { words: deeds.map(({ words }) => words), deeds, saved };
}

const file = (name: string) => ({ kind: 'file', name });
const photo = { kind: 'photo', name: null };

it('names each file that can be saved, while there are few', () => {
  expect(withFiles(file('a.pdf'), file('b.pdf')).words).toEqual(['Save a.pdf', 'Save b.pdf']);
});

it('saves all at once what cannot be told apart, or is too much to name', () => {
  const photos = withFiles(photo, photo, photo);
  expect(photos.words).toEqual(['Look at the photo', 'Save 3 files']);
  photos.deeds[1]?.act();
  expect(photos.saved).toEqual([0, 1, 2]);

  const many = withFiles(...['a', 'b', 'c', 'd', 'e'].map(file));
  expect(many.words).toEqual(['Save 5 files']);
});

it('still leads to what is saved already', () => {
  const saved = { ...file('a.pdf'), saved: { opens: false } };
  expect(withFiles(photo, photo, saved).words).toEqual([
    'Look at the photo',
    'Save 2 files',
    'Show a.pdf in its folder',
  ]);
});
