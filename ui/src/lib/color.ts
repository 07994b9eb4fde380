/** The steady colour of a person or a conversation: a hue made from the id. */

const GOLDEN = 137.508;

/** A small hash with good spread for short inputs (FNV-1a). */
function hash(text: string): number {
  let value = 0x811c9dc5;
  for (let i = 0; i < text.length; i += 1) {
    value ^= text.charCodeAt(i);
    value = Math.imul(value, 0x01000193);
  }
  value ^= value >>> 15;
  value = Math.imul(value, 0x2c1b3c6d);
  return (value ^ (value >>> 13)) >>> 0;
}

/**
 * The hue, in degrees of OKLCH. The same id has the same hue everywhere and for
 * ever. People's ids are often neighbours, so these turn by the golden angle,
 * which keeps neighbours apart.
 */
export function hueOf(id: number | string): number {
  const turn = typeof id === 'number' ? id : hash(id) % 1_000;
  return Math.round((turn * GOLDEN) % 360);
}
