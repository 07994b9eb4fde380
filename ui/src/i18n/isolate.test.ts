import { describe, expect, it } from 'vitest';
import { isolated, isolating } from './isolate';
import { t } from '.';

const [OPENS, CLOSES, OVERRIDE] = ['\u2068', '\u2069', '\u202e'];
const DALIA = 'داليا';

describe('a name in a sentence', () => {
  it('is as it was where it turns nothing round', () => {
    for (const name of ['Bea', 'Inês', '李雷', '🌻']) expect(isolated(name)).toBe(name);
  });

  it('stays within itself where it reads from right to left', () => {
    expect(t.dialogs.typingName(DALIA)).toBe(`${OPENS}${DALIA}${CLOSES} is typing…`);
    expect(t.timeline.typing([DALIA, 'Bea'])).toBe(`${OPENS}${DALIA}${CLOSES} and Bea are typing…`);
  });

  it('turns nothing round that follows, whatever it closes or leaves open', () => {
    expect(isolated(`a${OVERRIDE}b`)).toBe(`${OPENS}a${OVERRIDE}b${CLOSES}`);
    expect(isolated(`${CLOSES}${OVERRIDE}b`)).toBe(`${OPENS}${OVERRIDE}b${CLOSES}`);
    expect(isolated(`a${OPENS}b`)).toBe(`${OPENS}a${OPENS}b${CLOSES}${CLOSES}`);
  });

  it('may be in a sentence within a sentence', () => {
    const names = t.common.and([DALIA, 'Bea']);
    expect(t.forward.done(names)).toBe(
      `Forwarded to ${OPENS}${OPENS}${DALIA}${CLOSES} and Bea${CLOSES}.`,
    );
  });

  it('is all that changes in a catalog', () => {
    const words = isolating({ a: 'x', b: ['y'], c: { d: (n: number, s: string) => s.repeat(n) } });
    expect([words.a, words.b, words.c.d(2, 'z')]).toEqual(['x', ['y'], 'zz']);
  });
});
