/**
 * What has come in since one last looked. Places in the timeline do not tell:
 * of two messages of one second, the one that comes later may stand above.
 */

interface Said {
  id: string;
  sent_at: number;
}

const second = (message: Said) => Math.floor(message.sent_at / 1000);

export class Heard<T extends Said> {
  #newest = -Infinity;
  #ids = new Set<string>();

  /** `messages` were there already. */
  constructor(messages: readonly T[]) {
    this.hear(messages);
  }

  /** Those that are new, in their order; what is older than the newest second heard is not. */
  hear(messages: readonly T[]): T[] {
    const fresh = messages.filter(
      (message) => second(message) >= this.#newest && !this.#ids.has(message.id),
    );
    const newest = fresh.reduce((most, message) => Math.max(most, second(message)), this.#newest);
    if (newest > this.#newest) this.#ids.clear();
    this.#newest = newest;
    for (const message of fresh) {
      if (second(message) === newest) this.#ids.add(message.id);
    }
    return fresh;
  }
}
