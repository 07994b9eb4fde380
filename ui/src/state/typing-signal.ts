/**
 * Tells the other side that somebody writes: once at the start, again now and
 * then while it goes on, and once at the end.
 */

/** How often "is writing" is said again. */
export const REFRESH = 4_000;
/** After how long without a key somebody counts as no longer writing. */
export const PAUSE = 5_000;

export class TypingSignal {
  #said = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(
    private readonly send: (isTyping: boolean) => void,
    private readonly now: () => number = Date.now,
  ) {}

  /** A key was pressed, and there is text. */
  typed(): void {
    const now = this.now();
    if (this.#said === 0 || now - this.#said >= REFRESH) {
      this.#said = now;
      this.send(true);
    }
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.stop(), PAUSE);
  }

  /** The text was sent, emptied or left. */
  stop(): void {
    clearTimeout(this.#timer);
    if (this.#said === 0) return;
    this.#said = 0;
    this.send(false);
  }

  /** The message itself says that the writing is over: no signal is needed. */
  sent(): void {
    clearTimeout(this.#timer);
    this.#said = 0;
  }
}
