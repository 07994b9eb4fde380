/** What a file is, by what is told of it: for its picture, its size and its name. */

export type Family = 'sound' | 'film' | 'picture' | 'text' | 'archive' | 'table' | 'file';

const ENDINGS: Record<string, Family> = Object.fromEntries(
  (
    [
      ['sound', 'mp3 m4a aac ogg oga opus wav flac weba amr mid midi'],
      ['film', 'mp4 m4v mov webm mkv avi ogv 3gp mpg mpeg'],
      ['picture', 'jpg jpeg png gif webp heic avif bmp tif tiff svg'],
      ['text', 'pdf txt md doc docx odt rtf epub pages log'],
      ['archive', 'zip gz 7z rar tar xz bz2 zst'],
      ['table', 'xls xlsx ods csv numbers'],
    ] as const
  ).flatMap(([family, endings]) => endings.split(' ').map((ending) => [ending, family])),
);

/** The last letters of a name behind its dot; empty when there are none. */
export function endingOf(name: string): string {
  return /[^.]\.([a-z0-9]{1,8})$/i.exec(name)?.[1]?.toLowerCase() ?? '';
}

export function familyOf(kind: string, name: string, contentType: string | null): Family {
  if (kind === 'audio') return 'sound';
  if (kind === 'video') return 'film';
  if (kind === 'photo') return 'picture';
  const byName = ENDINGS[endingOf(name)];
  if (byName !== undefined) return byName;
  const [type, rest = ''] = (contentType ?? '').toLowerCase().split('/');
  if (type === 'audio') return 'sound';
  if (type === 'video') return 'film';
  if (type === 'image') return 'picture';
  if (type === 'text' || rest.startsWith('pdf')) return 'text';
  if (/zip|compressed|tar/.test(rest)) return 'archive';
  if (/sheet|excel/.test(rest)) return 'table';
  return 'file';
}

/**
 * A name in two parts, of which the first may be cut: the ending says what it is.
 * Letters that join, as in Arabic, are not torn apart.
 */
export function parted(name: string): [string, string] {
  const ending = endingOf(name);
  if (ending === '') return [name, ''];
  const whole = name.slice(-(ending.length + 5));
  const kept = /^[ -~]*$/.test(whole) ? whole.length : ending.length + 1;
  return name.length - kept < 8 ? [name, ''] : [name.slice(0, -kept), name.slice(-kept)];
}

const UNITS = ['byte', 'kilobyte', 'megabyte', 'gigabyte'] as const;

/** 812 bytes, 48 kB, 2.4 MB. */
export function sizeInWords(bytes: number, locale: string): string {
  let unit = 0;
  let value = Math.max(0, bytes);
  while (value >= 999.5 && unit < UNITS.length - 1) {
    value /= 1000;
    unit += 1;
  }
  return new Intl.NumberFormat(locale, {
    style: 'unit',
    unit: UNITS[unit] ?? 'byte',
    unitDisplay: unit === 0 ? 'long' : 'short',
    maximumFractionDigits: unit < 2 || value >= 100 ? 0 : 1,
  }).format(value);
}

/** 0:07, 12:30, 1:02:03. */
export function lengthInWords(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  const two = (n: number) => String(n).padStart(2, '0');
  const [hours, minutes] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60];
  const rest = two(whole % 60);
  return hours > 0 ? `${hours}:${two(minutes)}:${rest}` : `${minutes}:${rest}`;
}
