import { describe, expect, it } from 'vitest';
import { endingOf, familyOf, lengthInWords, parted, sizeInWords } from './files';

describe('a file', () => {
  it('is of a family, by its kind, its ending or its media type', () => {
    expect(familyOf('audio', '', null)).toBe('sound');
    expect(familyOf('file', 'Report.PDF', 'application/octet-stream')).toBe('text');
    expect(familyOf('file', 'a.tar.gz', null)).toBe('archive');
    expect(familyOf('file', '', 'image/png')).toBe('picture');
    expect(familyOf('file', 'constructor', null)).toBe('file');
    expect(familyOf('file', 'x.constructor', 'application/zip')).toBe('archive');
  });

  it('has an ending only where there is one', () => {
    expect(endingOf('a.b.PDF')).toBe('pdf');
    expect(endingOf('.profile')).toBe('');
    expect(endingOf('no ending')).toBe('');
    expect(endingOf('Version 1.2 of it')).toBe('');
  });

  it('keeps the end of its name', () => {
    expect(parted('short.pdf')).toEqual(['short.pdf', '']);
    const long = 'the minutes of the meeting of the committee.pdf';
    const [head, tail] = parted(long);
    expect(head + tail).toBe(long);
    expect(tail).toBe('ttee.pdf');
    expect(parted('a very long name without any ending')[1]).toBe('');
    expect(parted('محضر اجتماع لجنة الحديقة.pdf')[1]).toBe('.pdf');
  });

  it('has a size and a length in words', () => {
    expect(sizeInWords(812, 'en-GB')).toBe('812 bytes');
    expect(sizeInWords(48_300, 'en-GB')).toBe('48 kB');
    expect(sizeInWords(2_440_000, 'en-GB')).toBe('2.4 MB');
    expect(sizeInWords(999_999, 'en-GB')).toBe('1 MB');
    expect(sizeInWords(5e12, 'en-GB')).toMatch(/GB$/);
    expect(lengthInWords(7)).toBe('0:07');
    expect(lengthInWords(750.4)).toBe('12:30');
    expect(lengthInWords(3723)).toBe('1:02:03');
  });
});
