/**
 * Times as people say them: 14:05, yesterday, Tuesday, 3 March, 3 March 2024.
 * Days are calendar days of the given time zone, not stretches of 24 hours.
 */

import { lazy } from './lazy';
import { plainSpeaker } from './time-plain';

export type TimeSpeaker = {
  /** 14:05. */
  clock: (at: number) => string;
  /** To the second, for what follows closely on one another. */
  precise: (at: number) => string;
  /** For the list: 14:05, yesterday, Tuesday, 3 Mar, 03/03/2024. */
  brief: (at: number, now: number) => string;
  /** For a day divider: Today, Yesterday, Tuesday, 3 March, 3 March 2024. */
  day: (at: number, now: number) => string;
  /** The same within a sentence: today, yesterday, Tuesday. */
  dayWithin: (at: number, now: number) => string;
  /** Everything, for the pointer that rests on a time. */
  exact: (at: number) => string;
  /** A number that is the same for all times of one calendar day. */
  dayNumber: (at: number) => number;
  /** "5 minutes ago", "yesterday", for when somebody was last here. */
  ago: (at: number, now: number) => string;
  /** "30 seconds", "1 hour", "2 weeks": a stretch of time in its largest unit. */
  span: (seconds: number, style?: 'long' | 'narrow') => string;
};

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

/** English text with the clock habits of the person's region. */
export function speakerLocale(languages: readonly string[]): string {
  return languages.find((language) => language.toLowerCase().startsWith('en-')) ?? 'en-GB';
}

export function timeSpeaker(locale: string, timeZone?: string): TimeSpeaker {
  const format = (options: Intl.DateTimeFormatOptions) =>
    lazy(() => new Intl.DateTimeFormat(locale, { timeZone, ...options }));
  const clock = format({ timeStyle: 'short' });
  const weekday = format({ weekday: 'long' });
  const dayMonth = format({ day: 'numeric', month: 'long' });
  const dayMonthShort = format({ day: 'numeric', month: 'short' });
  const dayMonthYear = format({ day: 'numeric', month: 'long', year: 'numeric' });
  const numeric = format({ day: '2-digit', month: '2-digit', year: 'numeric' });
  const precise = format({ hour: '2-digit', minute: '2-digit', second: '2-digit' });
  const exact = format({ dateStyle: 'full', timeStyle: 'medium' });
  const parts = lazy(
    () =>
      new Intl.DateTimeFormat('en-US-u-ca-gregory', {
        timeZone,
        year: 'numeric',
        month: 'numeric',
        day: 'numeric',
      }),
  );
  const relative = lazy(() => new Intl.RelativeTimeFormat(locale, { numeric: 'auto' }));
  const plain = timeZone === undefined ? plainSpeaker(locale) : undefined;

  // Asked for every message on screen: remembered by the hour, which never spans two days.
  const numbers = new Map<number, number>();
  const numberOf = (at: number): { number: number; year: number } => {
    if (timeZone === undefined) {
      // The computer's own: asked without `Intl`, which takes its time at first.
      const here = new Date(at);
      const days = Date.UTC(here.getFullYear(), here.getMonth(), here.getDate()) / (24 * HOUR);
      return { number: Math.round(days), year: here.getFullYear() };
    }
    let year = 0;
    let month = 0;
    let day = 0;
    for (const part of parts().formatToParts(at)) {
      if (part.type === 'year') year = Number(part.value);
      else if (part.type === 'month') month = Number(part.value);
      else if (part.type === 'day') day = Number(part.value);
    }
    return { number: Math.round(Date.UTC(year, month - 1, day) / (24 * HOUR)), year };
  };
  const dayNumber = (at: number) => {
    // Zones differ from UTC by whole quarters of an hour.
    const quarter = Math.floor(at / (15 * MINUTE));
    let number = numbers.get(quarter);
    if (number === undefined) {
      number = numberOf(at).number;
      if (numbers.size > 20_000) numbers.clear();
      numbers.set(quarter, number);
    }
    return number;
  };
  const sameYear = (at: number, now: number) => numberOf(at).year === numberOf(now).year;
  const capital = (text: string) => text.charAt(0).toLocaleUpperCase(locale) + text.slice(1);

  const dayWithin = (at: number, now: number) => {
    const days = dayNumber(now) - dayNumber(at);
    if (days === 0 || days === 1) return relative().format(-days, 'day');
    if (days > 1 && days < 7) return weekday().format(at);
    return sameYear(at, now) ? dayMonth().format(at) : dayMonthYear().format(at);
  };

  const UNITS = [
    ['week', 7 * 24 * 3600],
    ['day', 24 * 3600],
    ['hour', 3600],
    ['minute', 60],
    ['second', 1],
  ] as const;

  return {
    clock: (at) => clock().format(at),
    precise: (at) => precise().format(at),
    span(seconds, style = 'long') {
      const whole = Math.max(0, Math.round(seconds));
      // The largest unit that does not round much away.
      const [unit, size] =
        UNITS.find(([, size]) => whole >= size && (whole % size === 0 || whole >= 2 * size)) ??
        UNITS[4];
      const count = Math.ceil(whole / size);
      return new Intl.NumberFormat(locale, { style: 'unit', unit, unitDisplay: style }).format(
        count,
      );
    },
    brief(at, now) {
      const days = dayNumber(now) - dayNumber(at);
      if (plain !== undefined) return plain.brief(at, days, sameYear(at, now));
      if (days === 0) return clock().format(at);
      if (days === 1) return relative().format(-1, 'day');
      if (days > 1 && days < 7) return weekday().format(at);
      return sameYear(at, now) ? dayMonthShort().format(at) : numeric().format(at);
    },
    day: (at, now) => capital(dayWithin(at, now)),
    dayWithin,
    exact: (at) => exact().format(at),
    dayNumber,
    ago(at, now) {
      const past = Math.max(0, now - at);
      if (past < MINUTE) return relative().format(0, 'minute');
      if (past < HOUR) return relative().format(-Math.floor(past / MINUTE), 'minute');
      const days = dayNumber(now) - dayNumber(at);
      if (days === 0) return relative().format(-Math.floor(past / HOUR), 'hour');
      if (days < 7) return relative().format(-days, 'day');
      return sameYear(at, now) ? dayMonth().format(at) : dayMonthYear().format(at);
    },
  };
}
