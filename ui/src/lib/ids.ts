/**
 * Message ids: 24 hexadecimal digits, made here before anything else happens to
 * a message. Seconds first, then a number of this process, then a counter, so
 * that ids of one sender sort in the order of writing within a second too.
 */

export type IdSource = {
  /** Milliseconds since 1970. */
  now: () => number;
  /** Fills the array with random bytes. */
  random: (bytes: Uint8Array<ArrayBuffer>) => Uint8Array<ArrayBuffer>;
};

const systemSource: IdSource = {
  now: () => Date.now(),
  random: (bytes) => crypto.getRandomValues(bytes),
};

const hex = (value: number, digits: number) => value.toString(16).padStart(digits, '0');

/** Makes a function that makes ids. One per process. */
export function idMaker(source: IdSource = systemSource): () => string {
  const seed = source.random(new Uint8Array(8));
  const process = [...seed.subarray(0, 5)].map((byte) => hex(byte, 2)).join('');
  // Starts in the lower half, so that it does not wrap for eight million messages.
  let counter = ((seed[5] ?? 0) & 0x7f) * 0x1_00_00 + (seed[6] ?? 0) * 0x1_00 + (seed[7] ?? 0);
  let lastSecond = 0;
  return () => {
    // A clock set back does not put a new message before an old one.
    lastSecond = Math.max(lastSecond, Math.floor(source.now() / 1000));
    counter = (counter + 1) % 0x1_00_00_00;
    return hex(lastSecond, 8) + process + hex(counter, 6);
  };
}

/** The id maker of this process. */
export const newMessageId = idMaker();
