/**
 * Emoji to choose from: their groups, names, tones and shortcodes. The data is a
 * file of its own, fetched when somebody wants an emoji, and not before.
 */

import { folded } from '../text';

export type Emoji = {
  emoji: string;
  name: string;
  /** What it is found by, without accents and case. */
  words: string[];
  shortcodes: string[];
  /** The same in five tones, from light to dark; none if it has no skin. */
  tones: string[];
};

export type EmojiGroup = { key: GroupKey; list: Emoji[] };
export type GroupKey = (typeof GROUPS)[number];

const GROUPS = [
  'smileys',
  'people',
  'component',
  'animals',
  'food',
  'travel',
  'activities',
  'objects',
  'symbols',
  'flags',
] as const;

type Raw = {
  emoji: string;
  label: string;
  hexcode: string;
  tags?: string[];
  group?: number;
  version: number;
  skins?: { emoji: string; tone: number | number[] }[];
};
type Codes = Record<string, string | string[]>;

let loading: Promise<EmojiGroup[]> | null = null;

/** All emoji that this machine can draw, by group. */
export function emojiGroups(): Promise<EmojiGroup[]> {
  loading ??= load().catch((thrown: unknown) => {
    loading = null;
    throw thrown;
  });
  return loading;
}

async function load(): Promise<EmojiGroup[]> {
  const [{ default: data }, { default: codes }] = await Promise.all([
    import('emojibase-data/en/data.json'),
    import('emojibase-data/en/shortcodes/github.json'),
  ]);
  return groupsOf(data as Raw[], codes as Codes, newestDrawn());
}

/** From the data to the groups. Newer emoji than can be drawn are left out. */
export function groupsOf(data: readonly Raw[], codes: Codes, newest: number): EmojiGroup[] {
  const groups = GROUPS.map((key): EmojiGroup => ({ key, list: [] }));
  for (const raw of data) {
    if (raw.group === undefined || raw.version > newest) continue;
    const shortcodes = [codes[raw.hexcode] ?? []].flat();
    const words = new Set(
      [raw.label, ...(raw.tags ?? []), ...shortcodes].flatMap((word) =>
        folded(word).split(/[\s_-]+/u),
      ),
    );
    groups[raw.group]?.list.push({
      emoji: bare(raw.emoji),
      name: raw.label,
      words: [...words],
      shortcodes,
      tones: (raw.skins ?? []).filter(({ tone }) => typeof tone === 'number').map((s) => s.emoji),
    });
  }
  return groups.filter(({ key, list }) => key !== 'component' && list.length > 0);
}

/** Without the sign that asks for a picture, where it is one anyway: as others send it. */
const bare = (emoji: string) => emoji.replace(/^(\p{Emoji_Presentation})\uFE0F$/u, '$1');

/** One emoji of each year since the fonts of old systems: what is drawn as one sign is known. */
const WITNESSES: [version: number, emoji: string][] = [
  [17, '🫪'],
  [16, '🫩'],
  [15.1, '🐦‍🔥'],
  [15, '🫨'],
  [14, '🫠'],
];

function newestDrawn(): number {
  try {
    const context = document.createElement('canvas').getContext('2d', { willReadFrequently: true });
    if (context === null) return 14;
    for (const [version, emoji] of WITNESSES) if (isDrawn(context, emoji)) return version;
    return 13;
  } catch {
    return 14;
  }
}

/** A sign that no font has is a box, as wide and as black as the next one that no font has. */
function isDrawn(context: CanvasRenderingContext2D, emoji: string): boolean {
  context.font = '24px "Noto Color Emoji", "Apple Color Emoji", "Segoe UI Emoji", sans-serif';
  const one = context.measureText('😀').width;
  // Joined ones fall apart into two.
  if (context.measureText(emoji).width > one * 1.5) return false;
  context.clearRect(0, 0, 40, 40);
  context.fillText(emoji, 0, 28);
  const { data } = context.getImageData(0, 0, 40, 40);
  for (let i = 0; i < data.length; i += 4) {
    const [r = 0, g = 0, b = 0, alpha = 0] = data.subarray(i, i + 4);
    if (alpha > 100 && Math.max(r, g, b) - Math.min(r, g, b) > 30) return true;
  }
  return false;
}

/** The best first: names that begin so, then words that do, then any that hold it. */
export function findEmoji(groups: readonly EmojiGroup[], query: string, most = 60): Emoji[] {
  const wanted = folded(query.trim().replace(/^:|:$/g, ''))
    .split(/[\s_-]+/u)
    .filter(Boolean);
  if (wanted.length === 0) return [];
  const scored: { emoji: Emoji; score: number }[] = [];
  for (const { list } of groups) {
    for (const emoji of list) {
      const score = scoreOf(emoji, wanted);
      if (score > 0) scored.push({ emoji, score });
    }
  }
  // Equal ones stay in the order of the groups.
  return scored
    .sort((a, b) => b.score - a.score)
    .slice(0, most)
    .map(({ emoji }) => emoji);
}

function scoreOf(emoji: Emoji, wanted: readonly string[]): number {
  const whole = wanted.join('_');
  let score = emoji.shortcodes.includes(whole) ? 8 : 0;
  // The shorter the rest, the more likely it is what is meant.
  const begun = emoji.shortcodes.filter((code) => code.startsWith(whole));
  score += Math.max(0, ...begun.map((code) => (8 * whole.length) / code.length));
  if (folded(emoji.name).startsWith(wanted.join(' '))) score += 2;
  for (const word of wanted) {
    if (emoji.words.includes(word)) score += 3;
    else if (emoji.words.some((one) => one.startsWith(word))) score += 2;
    else if (word.length > 2 && emoji.words.some((one) => one.includes(word))) score += 1;
    else return 0;
  }
  return score;
}

/** An emoji in somebody's tone; 0 is the yellow of all. */
export function inTone(emoji: Emoji, tone: number): string {
  return tone === 0 ? emoji.emoji : (emoji.tones[tone - 1] ?? emoji.emoji);
}
