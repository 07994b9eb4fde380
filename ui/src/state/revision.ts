/**
 * Keeps patches in step with the snapshot they change. Patches come over the
 * feed, snapshots and pages as answers, and the two ways may overtake each
 * other: what comes early waits a moment for what is missing. If it stays
 * missing, something was lost, and the only cure is to open again.
 */

type Numbered = { rev: number };

/** How long a patch waits for the one before it. */
const PATIENCE = 300;

export class Revision<P extends Numbered> {
  #rev: number | null = null;
  #early: P[] = [];
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(
    private readonly apply: (patch: P) => void,
    private readonly lost: () => void,
  ) {}

  /** A snapshot has been asked for: what comes from now on waits for it. */
  opening(): void {
    this.#rev = null;
    this.#early = [];
    clearTimeout(this.#timer);
  }

  /** The snapshot is here and shown. */
  opened(rev: number): void {
    this.#rev = rev;
    this.#drain();
  }

  take(patch: P): void {
    this.#early.push(patch);
    this.#drain();
  }

  /** What is known so far, or nothing while a snapshot is awaited. */
  get current(): number | null {
    return this.#rev;
  }

  #drain(): void {
    if (this.#rev === null) return;
    this.#early.sort((a, b) => a.rev - b.rev);
    let next = this.#early[0];
    while (next !== undefined && next.rev <= this.#rev + 1) {
      this.#early.shift();
      // One that came twice is of no use the second time.
      if (next.rev === this.#rev + 1) {
        this.#rev = next.rev;
        this.apply(next);
      }
      next = this.#early[0];
    }
    clearTimeout(this.#timer);
    if (this.#early.length > 0) this.#timer = setTimeout(() => this.lost(), PATIENCE);
  }
}
