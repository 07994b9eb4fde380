/**
 * The short times of the list without `Intl`, whose first answer takes longer than all
 * rows of the first picture together. Only for the two ways that most people see here;
 * a test keeps it the same as what `Intl` says.
 */

const DAYS = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday'];
const MONTHS = 'Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec'.split(' ');

export type PlainSpeaker = {
  /** `days` ago by the calendar; in this year or in another. */
  brief: (at: number, days: number, isThisYear: boolean) => string;
};

type Habit = {
  clock: (hour: number, minute: string) => string;
  dayMonth: (day: number, month: number) => string;
  date: (day: string, month: string, year: number) => string;
};

const two = (number: number) => String(number).padStart(2, '0');

const HABITS: Record<string, Habit> = {
  'en-GB': {
    clock: (hour, minute) => `${two(hour)}:${minute}`,
    dayMonth: (day, month) => `${day} ${month === 8 ? 'Sept' : MONTHS[month]}`,
    date: (day, month, year) => `${day}/${month}/${year}`,
  },
  'en-US': {
    clock: (hour, minute) => `${hour % 12 || 12}:${minute} ${hour < 12 ? 'AM' : 'PM'}`,
    dayMonth: (day, month) => `${MONTHS[month]} ${day}`,
    date: (day, month, year) => `${month}/${day}/${year}`,
  },
};

/** By this computer's own clock; nothing for the habits of other regions. */
export function plainSpeaker(locale: string): PlainSpeaker | undefined {
  const habit = HABITS[locale];
  if (habit === undefined) return undefined;
  return {
    brief(at, days, isThisYear) {
      const date = new Date(at);
      if (days === 0) return habit.clock(date.getHours(), two(date.getMinutes()));
      if (days === 1) return 'yesterday';
      if (days > 1 && days < 7) return DAYS[date.getDay()] ?? '';
      if (isThisYear) return habit.dayMonth(date.getDate(), date.getMonth());
      return habit.date(two(date.getDate()), two(date.getMonth() + 1), date.getFullYear());
    },
  };
}
