// Chance that can be repeated: the same seed makes the same choices.

/** What a test draws from when nobody names another seed. */
const SEED = 71_524;

/** A row of choices. */
export class Chance {
  #state;

  /** `KITH_TEST_SEED` draws another row. Otherwise it is the same each time, so that what fails fails again. */
  constructor(seed = Number(process.env.KITH_TEST_SEED ?? SEED)) {
    this.seed = seed;
    this.#state = seed >>> 0;
  }

  /** 32 bits of it (splitmix32). */
  #next() {
    this.#state = (this.#state + 0x9e3779b9) >>> 0;
    let mixed = this.#state;
    mixed = Math.imul(mixed ^ (mixed >>> 16), 0x21f0aaad);
    mixed = Math.imul(mixed ^ (mixed >>> 15), 0x735a2d97);
    return (mixed ^ (mixed >>> 15)) >>> 0;
  }

  /** A whole number from `from` up to `to`, and never `to` itself. */
  between(from, to) {
    return from + (this.#next() % (to - from));
  }

  /** One of these. */
  of(these) {
    return these[this.between(0, these.length)];
  }

  /** So many different ones of these. */
  some(count, these) {
    const left = [...these];
    return Array.from({ length: count }, () => left.splice(this.between(0, left.length), 1)[0]);
  }

  /** So many bytes. */
  bytes(count) {
    const bytes = Buffer.alloc(Math.ceil(count / 4) * 4);
    for (let at = 0; at < bytes.length; at += 4) bytes.writeUInt32LE(this.#next(), at);
    return bytes.subarray(0, count);
  }
}
