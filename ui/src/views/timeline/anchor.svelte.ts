/**
 * The message that somebody reads keeps its place on screen while rows come and
 * go above it. The list guesses the heights of rows it has not drawn and
 * corrects itself step by step; here is only looked where the message stands
 * now, and moved by what it is off, each time before it is painted.
 */

/** A row on screen, and how far its top is below the top of the view. */
export type Held = { id: string; offset: number };

/** So many frames without a move, and the list has measured everything. */
const STILL = 3;
/** After so many it is left as it is, at rest or not. A busy machine needs more than a few. */
const MOST = 120;

export class Anchor {
  /** Which row is held: the list keeps it drawn meanwhile. */
  id = $state<string | null>(null);
  #offset = 0;
  #turn = 0;
  #still = 0;
  #frames = 0;

  constructor(private readonly view: () => HTMLElement | undefined) {}

  /** The first message on screen. */
  top(): Held | null {
    const view = this.view();
    if (view === undefined) return null;
    const top = view.getBoundingClientRect().top;
    for (const element of view.querySelectorAll<HTMLElement>('[data-message-id]')) {
      if (element.getBoundingClientRect().bottom <= top) continue;
      return {
        id: element.dataset['messageId'] ?? '',
        offset: rowOf(element).getBoundingClientRect().top - top,
      };
    }
    return null;
  }

  /** Where a message stands now, if it is drawn. */
  where(id: string): Held | null {
    const view = this.view();
    const element = view?.querySelector(`[data-message-id="${CSS.escape(id)}"]`);
    if (view === undefined || element === null || element === undefined) return null;
    const top = view.getBoundingClientRect().top;
    return { id, offset: rowOf(element).getBoundingClientRect().top - top };
  }

  /** From now on this row stays where it is, until the list is at rest. */
  hold(held: Held): void {
    this.id = held.id;
    this.#offset = held.offset;
    this.prolong();
    void this.#untilStill(++this.#turn);
  }

  /** Something else has changed: the list comes to rest later. */
  prolong(): void {
    this.#still = 0;
    this.#frames = 0;
  }

  /** Somebody turned the wheel meanwhile, by so many pixels: they get their way. */
  turn(by: number): void {
    const view = this.view();
    if (this.id === null || view === undefined) return;
    const room = view.scrollHeight - view.clientHeight - view.scrollTop;
    this.#offset -= Math.min(Math.max(by, -view.scrollTop), Math.max(room, 0));
    this.keep();
  }

  release(): void {
    this.#turn += 1;
    this.id = null;
  }

  /** Puts the row back; true when it was not where it belongs. */
  keep(): boolean {
    const view = this.view();
    if (this.id === null || view === undefined) return false;
    const element = view.querySelector(`[data-message-id="${CSS.escape(this.id)}"]`);
    if (element === null) return false;
    const offset = rowOf(element).getBoundingClientRect().top - view.getBoundingClientRect().top;
    const off = offset - this.#offset;
    // Views scroll by whole pixels: nearer than half a one they cannot come.
    if (Math.abs(off) <= 0.5) return false;
    const before = view.scrollTop;
    view.scrollTop += off;
    return view.scrollTop !== before;
  }

  async #untilStill(turn: number): Promise<void> {
    while (this.#still < STILL && this.#frames < MOST) {
      await new Promise((resolve) => requestAnimationFrame(resolve));
      if (turn !== this.#turn) return;
      this.#still = this.keep() ? 0 : this.#still + 1;
      this.#frames += 1;
    }
    this.release();
  }
}

const rowOf = (element: Element) => element.closest('.row') ?? element;
