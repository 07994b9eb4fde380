import { describe, expect, it } from 'vitest';
import { speakerLocale, timeSpeaker } from './time';

const say = timeSpeaker('en-GB', 'Europe/Berlin');
const at = (text: string) => Date.parse(text);
/** A Thursday. */
const now = at('2026-03-19T15:30:00+01:00');

describe('times as people say them', () => {
  it.each([
    ['2026-03-19T14:05:00+01:00', '14:05'],
    ['2026-03-19T00:01:00+01:00', '00:01'],
    ['2026-03-18T23:59:00+01:00', 'yesterday'],
    ['2026-03-17T09:00:00+01:00', 'Tuesday'],
    ['2026-03-13T09:00:00+01:00', 'Friday'],
    ['2026-03-12T09:00:00+01:00', '12 Mar'],
    ['2025-03-03T09:00:00+01:00', '03/03/2025'],
  ])('says %s in the list as %s', (text, said) => {
    expect(say.brief(at(text), now)).toBe(said);
  });

  it.each([
    ['2026-03-19T14:05:00+01:00', 'Today'],
    ['2026-03-18T14:05:00+01:00', 'Yesterday'],
    ['2026-03-17T14:05:00+01:00', 'Tuesday'],
    ['2026-03-03T14:05:00+01:00', '3 March'],
    ['2024-03-03T14:05:00+01:00', '3 March 2024'],
  ])('says the day of %s as %s', (text, said) => {
    expect(say.day(at(text), now)).toBe(said);
  });

  it('says a day within a sentence', () => {
    expect(say.dayWithin(at('2026-03-19T14:05:00+01:00'), now)).toBe('today');
    expect(say.dayWithin(at('2026-03-18T14:05:00+01:00'), now)).toBe('yesterday');
    expect(say.dayWithin(at('2026-03-17T14:05:00+01:00'), now)).toBe('Tuesday');
    expect(say.dayWithin(at('2026-03-03T14:05:00+01:00'), now)).toBe('3 March');
  });

  it('goes by calendar days of the zone, also when clocks change', () => {
    const afterChange = at('2026-03-29T12:00:00+02:00');
    expect(say.brief(at('2026-03-28T23:30:00+01:00'), afterChange)).toBe('yesterday');
    expect(say.dayNumber(at('2026-03-18T23:30:00Z'))).toBe(say.dayNumber(now));
  });

  it('says how long ago somebody was here', () => {
    expect(say.ago(now - 20_000, now)).toBe('this minute');
    expect(say.ago(now - 5 * 60_000, now)).toBe('5 minutes ago');
    expect(say.ago(now - 3 * 3_600_000, now)).toBe('3 hours ago');
    expect(say.ago(at('2026-03-18T10:00:00+01:00'), now)).toBe('yesterday');
  });

  it('tells the time as the region does', () => {
    const american = timeSpeaker('en-US', 'Europe/Berlin');
    expect(american.clock(at('2026-03-19T14:05:00+01:00')).replace(/\s/u, ' ')).toBe('2:05 PM');
    expect(say.clock(at('2026-03-19T04:05:00+01:00'))).toBe('04:05');
  });

  it('shows a time from the future as its clock or date, without failing', () => {
    expect(say.brief(now + 3 * 86_400_000, now)).toBe('22 Mar');
  });

  it('takes the region of the person, if they read English', () => {
    expect(speakerLocale(['de-DE', 'en-US'])).toBe('en-US');
    expect(speakerLocale(['de-DE'])).toBe('en-GB');
  });

  it('says stretches in their largest unit', () => {
    const speaker = timeSpeaker('en-GB', 'UTC');
    expect([5, 60, 90, 3600, 86_400, 604_800].map((seconds) => speaker.span(seconds))).toEqual([
      '5 seconds',
      '1 minute',
      '90 seconds',
      '1 hour',
      '1 day',
      '1 week',
    ]);
    expect(speaker.span(2520, 'narrow')).toBe('42m');
  });

  it('counts days by the computer as by the zone that it is in', () => {
    const [here, named] = [timeSpeaker('en-GB'), timeSpeaker('en-GB', 'UTC')];
    for (let at = Date.UTC(2023, 11, 30); at < Date.UTC(2024, 2, 3); at += 5 * 3_600_000) {
      expect(here.dayNumber(at)).toBe(named.dayNumber(at));
      expect(here.brief(at, Date.UTC(2024, 1, 2))).toBe(named.brief(at, Date.UTC(2024, 1, 2)));
    }
  });
});

describe('the short times without Intl', () => {
  const HOUR = 3_600_000;
  const now = new Date(2026, 8, 30, 13, 30).getTime();

  it.each(['en-GB', 'en-US'])('are what Intl says in %s', (locale) => {
    // The tests' own zone, once by its name and once as this computer's.
    const byIntl = timeSpeaker(locale, 'UTC');
    const plain = timeSpeaker(locale);
    for (let ago = -48; ago < 900 * 24; ago += ago < 300 ? 1 : 31) {
      const at = now - ago * HOUR - 25 * 60_000;
      expect(plain.brief(at, now)).toBe(byIntl.brief(at, now));
    }
  });
});
