import data from 'emojibase-data/en/data.json';
import codes from 'emojibase-data/en/shortcodes/github.json';
import { describe, expect, it } from 'vitest';
import { findEmoji, groupsOf, inTone } from './emoji';

const groups = groupsOf(data as never, codes as never, 15);
const found = (query: string) => findEmoji(groups, query).map(({ emoji }) => emoji);

describe('emoji', () => {
  it('come in nine groups, without parts of others', () => {
    expect(groups.map(({ key }) => key)).toEqual([
      'smileys',
      'people',
      'animals',
      'food',
      'travel',
      'activities',
      'objects',
      'symbols',
      'flags',
    ]);
    const count = groups.reduce((sum, { list }) => sum + list.length, 0);
    expect(count).toBeGreaterThan(1_700);
  });

  it('leave out what cannot be drawn', () => {
    const old = groupsOf(data as never, codes as never, 13);
    expect(old.flatMap(({ list }) => list.map(({ emoji }) => emoji))).not.toContain('🫠');
  });

  it('are found by shortcode, name and word', () => {
    expect(found(':smile')[0]).toBe('😄');
    expect(found('smil')[0]).toMatch(/[😄😃]/u);
    expect(found('thumbs up')[0]).toMatch(/^👍/u);
    expect(found('+1')[0]).toMatch(/^👍/u);
    expect(found('heart').length).toBeGreaterThan(10);
    expect(found('qqqq')).toEqual([]);
    expect(found('  ')).toEqual([]);
  });

  it('have tones where they have skin', () => {
    const thumb = findEmoji(groups, '+1')[0];
    const smile = findEmoji(groups, 'smile')[0];
    if (thumb === undefined || smile === undefined) throw new Error('not found');
    expect(inTone(thumb, 0)).toBe('👍');
    expect(inTone(thumb, 5)).toBe('👍🏿');
    expect(inTone(smile, 5)).toBe('😄');
  });
});
