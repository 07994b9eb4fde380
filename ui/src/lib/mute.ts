/** For how long a conversation can be muted. */

const HOUR = 3_600_000;

/** The end of the year 9999: nobody waits for it. */
export const FOR_EVER = 253_402_300_799_000;

export const MUTES = ['hour', 'hours', 'tomorrow', 'week', 'ever'] as const;
export type Mute = (typeof MUTES)[number];

/** When a muting that begins now ends. `tomorrow` is eight in the morning of the next day. */
export function muteUntil(mute: Mute, now: number): number {
  switch (mute) {
    case 'hour':
      return now + HOUR;
    case 'hours':
      return now + 8 * HOUR;
    case 'tomorrow': {
      const day = new Date(now);
      // The hours before eight still belong to the night.
      if (day.getHours() >= 4) day.setDate(day.getDate() + 1);
      day.setHours(8, 0, 0, 0);
      return day.getTime();
    }
    case 'week':
      return now + 7 * 24 * HOUR;
    case 'ever':
      return FOR_EVER;
  }
}

/** Whether it holds now. */
export function isMuted(until: number | null, now: number): boolean {
  return until !== null && until > now;
}

/** More than a hundred years ahead is for ever. */
export function isForEver(until: number, now: number): boolean {
  return until - now > 100 * 365 * 24 * HOUR;
}
