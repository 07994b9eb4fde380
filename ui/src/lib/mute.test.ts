import { describe, expect, it } from 'vitest';
import { FOR_EVER, isForEver, isMuted, muteUntil } from './mute';

const at = (text: string) => new Date(text).getTime();

describe('muting', () => {
  it('lasts as long as its name says', () => {
    const now = at('2026-03-03T14:30:00');
    expect(muteUntil('hour', now)).toBe(at('2026-03-03T15:30:00'));
    expect(muteUntil('hours', now)).toBe(at('2026-03-03T22:30:00'));
    expect(muteUntil('tomorrow', now)).toBe(at('2026-03-04T08:00:00'));
    expect(muteUntil('week', now)).toBe(at('2026-03-10T14:30:00'));
    expect(muteUntil('ever', now)).toBe(FOR_EVER);
  });

  it('ends in the morning for those who are up late', () => {
    expect(muteUntil('tomorrow', at('2026-03-04T01:10:00'))).toBe(at('2026-03-04T08:00:00'));
    expect(muteUntil('tomorrow', at('2026-12-31T23:00:00'))).toBe(at('2027-01-01T08:00:00'));
  });

  it('holds until it ends', () => {
    expect(isMuted(null, 5)).toBe(false);
    expect(isMuted(5, 5)).toBe(false);
    expect(isMuted(6, 5)).toBe(true);
    expect(isForEver(FOR_EVER, Date.now())).toBe(true);
    expect(isForEver(Date.now() + 3_600_000, Date.now())).toBe(false);
  });
});
