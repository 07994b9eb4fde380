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
  /** It is taller than the view, and nothing else is on screen. */
  #fills = false;
  #turn = 0;
  #still = 0;
  #frames = 0;

  constructor(private readonly view: () => HTMLElement | undefined) {}

  /** The first message on screen, also when the upper edge cuts it. */
  edge(): string | null {
    const view = this.view();
    if (view === undefined) return null;
    const { top } = view.getBoundingClientRect();
    for (const element of messagesIn(view))
      if (element.getBoundingClientRect().bottom > top) return element.dataset['messageId'] ?? '';
    return null;
  }

  /**
   * What the view can be held by: the first message that begins on screen, since
   * one that is cut by the upper edge may grow there. Of those that stay; and
   * rather by one whose upper end stays as it is.
   */
  top(
    stays: (id: string) => boolean = () => true,
    isSteady: (id: string) => boolean = stays,
  ): Held | null {
    const view = this.view();
    if (view === undefined) return null;
    const { top, bottom } = view.getBoundingClientRect();
    let other: Held | null = null;
    for (const element of messagesIn(view)) {
      const box = element.getBoundingClientRect();
      const id = element.dataset['messageId'] ?? '';
      if (box.bottom <= top || !stays(id)) continue;
      const held = { id, offset: rowOf(element).getBoundingClientRect().top - top };
      // Nothing of what was on screen stays: what came after it is brought there.
      if (box.top >= bottom)
        return other ?? { id, offset: Math.min(held.offset, (bottom - top) / 2) };
      if (box.top >= top && isSteady(id)) return held;
      other ??= held;
    }
    return other;
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
    this.#fills = this.#isFilling(held);
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
    this.#fills = false;
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
    const row = rowOf(element).getBoundingClientRect();
    const offset = row.top - view.getBoundingClientRect().top;
    // What filled the view and is shorter now is not to leave it.
    const least = this.#fills ? Math.min(0, view.clientHeight - row.height) : this.#offset;
    const off = offset - Math.max(this.#offset, least);
    // Views scroll by whole pixels: nearer than half a one they cannot come.
    if (Math.abs(off) <= 0.5) return false;
    const before = view.scrollTop;
    view.scrollTop += off;
    return view.scrollTop !== before;
  }

  #isFilling({ id, offset }: Held): boolean {
    const view = this.view();
    const element = view?.querySelector(`[data-message-id="${CSS.escape(id)}"]`) ?? null;
    if (view === undefined || element === null || offset > 0) return false;
    return offset + rowOf(element).getBoundingClientRect().height >= view.clientHeight;
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

const messagesIn = (view: HTMLElement) => view.querySelectorAll<HTMLElement>('[data-message-id]');
const rowOf = (element: Element) => element.closest('.row') ?? element;
