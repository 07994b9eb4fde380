/** Text can be read: 4.5 : 1 at least, on every ground it stands on, in light and dark. */
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { hueOf } from '../lib/color';

const here = dirname(fileURLToPath(import.meta.url));
const css = readFileSync(join(here, 'tokens.css'), 'utf8');

function tokensOf(selector: string): Map<string, string> {
  const start = css.indexOf(`${selector} {`);
  const block = css.slice(start, css.indexOf('\n}', start));
  return new Map(
    [...block.matchAll(/--([\w-]+):\s*([^;]+);/g)].map((match) => [match[1] ?? '', match[2] ?? '']),
  );
}

const light = tokensOf(':root');
const dark = new Map([...light, ...tokensOf(":root[data-theme='dark']")]);

/** OKLCH to linear sRGB, as CSS Color 4 has it. */
function linear(l: number, c: number, h: number): [number, number, number] {
  const a = c * Math.cos((h * Math.PI) / 180);
  const b = c * Math.sin((h * Math.PI) / 180);
  const long = (l + 0.3963377774 * a + 0.2158037573 * b) ** 3;
  const medium = (l - 0.1055613458 * a - 0.0638541728 * b) ** 3;
  const short = (l - 0.0894841775 * a - 1.291485548 * b) ** 3;
  const clip = (value: number) => Math.min(1, Math.max(0, value));
  return [
    clip(4.0767416621 * long - 3.3077115913 * medium + 0.2309699292 * short),
    clip(-1.2684380046 * long + 2.6097574011 * medium - 0.3413193965 * short),
    clip(-0.0041960863 * long - 0.7034186147 * medium + 1.707614701 * short),
  ];
}

const luminance = ([r, g, b]: [number, number, number]) => 0.2126 * r + 0.7152 * g + 0.0722 * b;

function contrast(one: [number, number, number], other: [number, number, number]): number {
  const [a, b] = [luminance(one), luminance(other)].sort((x, y) => y - x) as [number, number];
  return (a + 0.05) / (b + 0.05);
}

function colour(tokens: Map<string, string>, name: string): [number, number, number] {
  const value = (tokens.get(name) ?? '').replace(
    'var(--accent-hue)',
    tokens.get('accent-hue') ?? '',
  );
  const match = /oklch\(([\d.]+) ([\d.]+) ([\d.]+)\)/.exec(value);
  if (match === null) throw new Error(`${name} is not a colour: ${value}`);
  return linear(Number(match[1]), Number(match[2]), Number(match[3]));
}

const grounds = [
  'ground',
  'surface',
  'surface-raised',
  'surface-hover',
  'surface-active',
  'other',
  'own',
];
// What was looked for is text on a ground of its own.
const pairs: [string, string][] = [
  ['text', 'mark'],
  ...grounds.flatMap((ground): [string, string][] => [
    ['text', ground],
    ['text-quiet', ground],
    ['accent', ground],
    ['danger', ground],
    ['waiting-text', ground],
  ]),
  ['on-muted', 'muted'],
  ['on-accent', 'accent'],
  ['on-accent', 'accent-hover'],
  ['on-danger', 'danger'],
  ['accent', 'accent-soft'],
  ['text', 'accent-soft'],
  ['text', 'danger-soft'],
  ['danger', 'danger-soft'],
];

describe.each([
  ['light', light],
  ['dark', dark],
] as const)('contrast in %s', (_name, tokens) => {
  it.each(pairs)('of %s on %s', (text, ground) => {
    expect(contrast(colour(tokens, text), colour(tokens, ground))).toBeGreaterThanOrEqual(4.5);
  });

  it('of every name in its own colour', () => {
    const l = Number(tokens.get('person-l'));
    const c = Number(tokens.get('person-c'));
    for (let hue = 0; hue < 360; hue += 1) {
      const name = contrast(linear(l, c, hue), colour(tokens, 'other'));
      expect(name, `hue ${hue}`).toBeGreaterThanOrEqual(4.5);
    }
  });

  it('of every pair of initials on both tones', () => {
    const number = (name: string) => Number(tokens.get(name));
    for (let hue = 0; hue < 360; hue += 5) {
      const letters = linear(number('face-text-l'), 0.06, hue);
      for (const [l, c, turn] of [
        [number('face-l'), number('face-c'), 0],
        [number('face-deep-l'), number('face-deep-c'), 14],
      ] as const) {
        // Initials are large and bold, and the name stands beside them.
        expect(contrast(letters, linear(l, c, hue + turn)), `hue ${hue}`).toBeGreaterThanOrEqual(3);
      }
    }
  });

  it('of edges that say something', () => {
    for (const edge of ['line-strong', 'focus']) {
      for (const ground of ['ground', 'surface', 'surface-raised']) {
        expect(contrast(colour(tokens, edge), colour(tokens, ground))).toBeGreaterThanOrEqual(3);
      }
    }
  });
});

describe('colours of people', () => {
  it('are steady, and neighbours differ', () => {
    expect(hueOf(4711)).toBe(hueOf(4711));
    const apart = (a: number, b: number) => Math.min(Math.abs(a - b), 360 - Math.abs(a - b));
    for (let id = 1; id < 50; id += 1) expect(apart(hueOf(id), hueOf(id + 1))).toBeGreaterThan(60);
    expect(hueOf('abc')).toBeGreaterThanOrEqual(0);
  });
});
