import { describe, expect, it } from 'vitest';
import { attachedOf, attachedWords } from './attached';
import { blankAttachment } from '../backend/fake/blank';

describe('what hangs on a message', () => {
  it('is said in a few words', () => {
    expect(attachedWords(null)).toBe('');
    expect(attachedWords({ kind: 'photo', name: 'IMG_1.jpg', count: 1 })).toBe('Photo');
    expect(attachedWords({ kind: 'photo', name: '', count: 3 })).toBe('3 photos');
    expect(attachedWords({ kind: 'file', name: 'Report.pdf', count: 1 })).toBe('Report.pdf');
    expect(attachedWords({ kind: 'file', name: '', count: 1 })).toBe('File');
    expect(attachedWords({ kind: 'audio', name: '', count: 1 })).toBe('Voice message');
    expect(attachedWords({ kind: 'contact', name: 'Bea', count: 1 })).toBe('Contact: Bea');
    expect(attachedWords({ kind: 'file', name: 'a.pdf', count: 3 })).toBe('a.pdf and 2 more');
  });

  it('is what is shown', () => {
    expect(attachedOf([])).toBeNull();
    const two = [blankAttachment('file', { name: 'a.pdf' }), blankAttachment('photo')];
    expect(attachedOf(two)).toEqual({ kind: 'file', name: 'a.pdf', count: 2 });
  });
});
