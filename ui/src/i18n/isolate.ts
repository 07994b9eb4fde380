/**
 * Names within sentences. One that reads from right to left, or that turns what
 * follows it round, would take the sentence with it: it stays within itself.
 */

/** Scripts that read from right to left, and signs that turn text round. */
const TURNS = /[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc\u200e\u200f\u202a-\u202e\u2066-\u2069]/u;
const [OPENS, CLOSES] = ['\u2068', '\u2069'];

/** The same text, and nothing of it reaches what stands around it. Most texts are as they were. */
export function isolated(text: string): string {
  if (!TURNS.test(text)) return text;
  let depth = 0;
  let kept = '';
  for (const sign of text) {
    if (/[\u2066-\u2068]/u.test(sign)) depth += 1;
    else if (sign === CLOSES && depth === 0) continue;
    else if (sign === CLOSES) depth -= 1;
    kept += sign;
  }
  return OPENS + kept + CLOSES.repeat(depth + 1);
}

const within = (given: unknown): unknown => {
  if (typeof given === 'string') return isolated(given);
  return Array.isArray(given) ? given.map(within) : given;
};

/** The catalog, with everything isolated that its sentences are given. */
export function isolating<T>(words: T): T {
  if (typeof words === 'function') {
    return ((...given: unknown[]): unknown =>
      (words as (...all: unknown[]) => unknown)(...given.map(within))) as T;
  }
  if (typeof words !== 'object' || words === null || Array.isArray(words)) return words;
  return Object.fromEntries(
    Object.entries(words).map(([key, inner]) => [key, isolating<unknown>(inner)]),
  ) as T;
}
