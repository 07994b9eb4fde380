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
