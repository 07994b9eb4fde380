/** Invented people. Their pictures are drawn here; nothing is fetched. */

import type { PersonView } from '../bindings';

function face(hue: number, tilt: number): string {
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 96 96">
<rect width="96" height="96" fill="hsl(${hue} 45% 72%)"/>
<circle cx="${48 + tilt}" cy="40" r="17" fill="hsl(${hue + 20} 50% 90%)"/>
<path d="M14 96c2-24 18-34 34-34s32 10 34 34z" fill="hsl(${hue - 30} 40% 42%)"/>
<path d="M${30 + tilt} 38c0-14 8-20 18-20s18 6 18 20c-4-9-10-12-18-12s-14 3-18 12z" fill="hsl(${hue - 40} 35% 26%)"/>
</svg>`;
  return `data:image/svg+xml,${encodeURIComponent(svg)}`;
}

/** A picture of a conversation: one sign on a colour. */
export function drawn(hue: number, sign: string): string {
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 96 96">
<rect width="96" height="96" fill="hsl(${hue} 42% 78%)"/>
<text x="48" y="50" font-size="48" text-anchor="middle" dominant-baseline="central">${sign}</text>
</svg>`;
  return `data:image/svg+xml,${encodeURIComponent(svg)}`;
}

/** A landscape: hills one behind the other, under a sun. Each name has one of its own. */
export function landscape(name: string, width: number, height: number): string {
  const seed = [...name].reduce(
    (sum, letter) => (sum * 31 + (letter.codePointAt(0) ?? 0)) % 997,
    7,
  );
  const hue = (seed * 47) % 360;
  const ridge = (nth: number) => {
    const base = height * (0.45 + nth * 0.17);
    const points = Array.from({ length: 9 }, (_, step) => {
      const wave = Math.sin(seed + nth * 2.1 + step * 1.7) + Math.sin(seed * nth + step * 0.9);
      return `${(width * step) / 8},${Math.round(base + wave * height * 0.06)}`;
    });
    const color = `hsl(${hue + nth * 14} ${34 + nth * 6}% ${62 - nth * 16}%)`;
    return `<polygon fill="${color}" points="0,${height} ${points.join(' ')} ${width},${height}"/>`;
  };
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}">
<rect width="${width}" height="${height}" fill="hsl(${(hue + 200) % 360} 55% 84%)"/>
<circle cx="${width * (0.2 + (seed % 60) / 100)}" cy="${height * 0.24}" r="${Math.min(width, height) * 0.08}" fill="hsl(44 90% 78%)"/>
${[0, 1, 2].map(ridge).join('')}
</svg>`;
  return `data:image/svg+xml,${encodeURIComponent(svg)}`;
}

const HOUR = 3_600_000;

export function cast(now: number): Record<string, PersonView> {
  const person = (
    id: number,
    name: string,
    login: string,
    avatar: string | null,
    seen: number | null,
  ): PersonView => ({ id, name, login, avatar, last_seen: seen === null ? null : now - seen });
  return {
    me: person(100, 'Ada Winter', 'ada', face(255, 2), 0),
    bea: person(101, 'Bea Sommer', 'bea', face(20, -2), 4 * 60_000),
    carl: person(102, 'Carl Nguyen', 'carl', null, 2 * HOUR),
    dina: person(103, 'Dina Okafor', 'dina', face(140, 1), 26 * HOUR),
    emil: person(104, 'Emil Jørgensen', 'emil', null, 9 * 24 * HOUR),
    fay: person(105, 'Fay Romero', 'fay', face(320, 0), null),
    gil: person(106, 'גיל לוי', 'gil', null, 30 * 60_000),
    hana: person(107, '佐藤 花', 'hana', null, 60_000),
    ines: person(108, 'Inês da Silva e Sousa', 'ines', null, 5 * HOUR),
    long: person(
      109,
      'Maximiliana Konstantinopolitanskaya-Featherstonehaugh von und zu Hohenstein',
      'max',
      null,
      null,
    ),
    markup: person(110, '<b>Robert</b>"; DROP TABLE', 'bobby', null, null),
    omar: person(111, 'عمر الحسن', 'omar', null, 3 * HOUR),
  };
}
