/**
 * The one owner of the scroll position.
 *
 * Three rules. Who is at the bottom stays there, whatever grows. Who is not
 * keeps every pixel, whatever is put before, behind or between. And nothing is
 * read while the view is on its way.
 */

import { tick } from 'svelte';
import type { Kith } from '../../state/kith.svelte';
import type { DialogId, MessageId } from '../../state/types';
import type { TimelineRow } from '../../state/timeline.svelte';
import { Anchor } from './anchor.svelte';
import { markedIn } from './marks';

/** What the list of rows can be told. */
type List = {
  scrollToIndex: (
    index: number,
    options?: { align?: 'start' | 'center' | 'end' | 'nearest'; offset?: number },
  ) => void;
};

/** Nearer than this to the bottom is at the bottom. */
const AT_BOTTOM = 32;
/** Older messages are fetched when less than this is left above. */
const AHEAD = 1500;
/** How long a touch of the wheel explains a scroll. */
const HAND = 400;
/** How often it is looked what is on screen. */
const LOOK = 100;
/** So many frames after its last change the list moves nothing by itself any more. */
const STILL = 2;
/** So many frames at most until the first rows are there. */
const DRAWN = 120;
/** So much is left free above a message that is taller than the view: the day may stand there. */
const ABOVE = 40;
/** How long the message is shown that somebody was brought to. */
const MEANT = 1800;

const frame = () => new Promise((resolve) => requestAnimationFrame(resolve));

export class Position {
  /** Gone again once the view is: then there is nothing to scroll. */
  viewport = $state<HTMLElement | null>();
  list = $state<List | null>();
  body = $state<HTMLElement | null>();
  /** The view has come to where it begins. */
  landed = $state(false);
  /** At the bottom, and to stay there. */
  stuck = $state(true);
  farFromBottom = $state(false);
  /** The message that somebody was brought to. */
  meant = $state<MessageId | null>(null);
  /** The day at the top of the view, while it is scrolled. */
  dayAt = $state<number | null>(null);
  readonly anchor = new Anchor(() => this.viewport ?? undefined);

  #handAt = -Infinity;
  #handDown = false;
  #lastHeight = 0;
  #lastView = 0;
  #lastTop = 0;
  /** Where the view begins in the window. */
  #lastEdge = 0;
  #drawn: readonly TimelineRow[] = [];
  #lookTimer: ReturnType<typeof setTimeout> | undefined;
  #meantTimer: ReturnType<typeof setTimeout> | undefined;
  #dayTimer: ReturnType<typeof setTimeout> | undefined;
  #isGone = false;
  #stillAfter = 0;
  #isCounting = false;

  constructor(
    private readonly kith: Kith,
    private readonly dialog: DialogId,
    private readonly rows: () => readonly TimelineRow[],
  ) {}

  /** Begins once the view is there; answers how to end. */
  start(): () => void {
    const view = this.viewport;
    if (!view) return () => undefined;
    // The list looks at its parent one tick after it was made.
    void tick()
      .then(frame)
      .then(() => (this.#isGone ? undefined : this.#land()));
    const sizes = new ResizeObserver(() => {
      this.#stir();
      this.settle();
    });
    sizes.observe(view);
    // Rows that were measured are moved before the next frame, and sizes that
    // change with that are told one frame later: too late for a steady picture.
    const moves = new MutationObserver((changes) => {
      // What happens inside of a row, as a bar under the pointer, moves no rows.
      if (changes.some(({ target }) => (target as Element).closest('.row') === null)) this.#stir();
      this.#hug();
    });
    if (this.body) {
      sizes.observe(this.body);
      moves.observe(this.body, { subtree: true, childList: true, attributeFilter: ['style'] });
    }
    return () => {
      this.#isGone = true;
      this.landed = false;
      clearTimeout(this.#lookTimer);
      clearTimeout(this.#meantTimer);
      clearTimeout(this.#dayTimer);
      sizes.disconnect();
      moves.disconnect();
      this.kith.reading.show(null, []);
    };
  }

  /** Somebody turns the wheel. */
  hand(): void {
    this.#handAt = performance.now();
  }

  /** Somebody touches the view or presses a key in it: nothing is held against them. */
  grab(): void {
    this.hand();
    this.anchor.release();
  }

  handDown(isDown: boolean): void {
    this.#handDown = isDown;
  }

  /** Something above, below or around the rows has another size. */
  settle(): void {
    this.#hug();
    this.#look();
  }

  scrolled(): void {
    const view = this.viewport;
    if (!view || !this.landed) return;
    const { timeline } = this.kith;
    const left = below(view);
    const sameSize = view.scrollHeight === this.#lastHeight && view.clientHeight === this.#lastView;
    const isLeaving = this.#isLeaving(view);
    if (this.#isHand() && sameSize && view.scrollTop !== this.#lastTop) this.#showDay(view);
    this.#measure(view);
    // Nor is what is put right somebody who scrolls.
    if (this.anchor.id !== null) this.anchor.keep();
    else if (left <= AT_BOTTOM) this.stuck = !timeline.hasNewer;
    else if (isLeaving) this.stuck = false;
    // Who is at the bottom and did not leave it is brought back.
    else if (this.stuck && !timeline.hasNewer) this.#pin();
    this.farFromBottom = left > view.clientHeight * 0.6;
    if (view.scrollTop < AHEAD) void this.#older();
    if (left < AHEAD) void timeline.loadNewer();
    this.#look();
  }

  /**
   * Rows are about to come, go or change. Who reads further up is held to a row
   * they read. The list makes room for rows put before all others by itself, but
   * it scrolls before there is anywhere to scroll to; and a row that is cut by
   * the upper edge of the view grows downwards.
   */
  beforeRows(rows: readonly TimelineRow[]): void {
    this.#stir();
    // While a row is on its way back to its place, another one at the top means nothing.
    const isHeld = this.anchor.id !== null && place(rows, this.anchor.id) >= 0;
    if (isHeld) this.anchor.prolong();
    else if (this.landed && !this.stuck) this.#holdThrough(this.#drawn, rows);
    this.#drawn = rows;
  }

  #holdThrough(drawn: readonly TimelineRow[], rows: readonly TimelineRow[]): void {
    const edge = this.anchor.edge();
    const left = new Map(rows.map((row) => [row.id, row]));
    const begins = new Map(drawn.map((row) => [row.id, isBeginning(row)]));
    const top = this.anchor.top(
      (id) => left.has(id),
      // With a name above it, or without, the words in a bubble stand elsewhere.
      (id) => begins.get(id) === isBeginning(left.get(id)),
    );
    if (edge === null || top === null) return;
    const at = place(drawn, top.id);
    const isMoved = place(rows, top.id) !== at;
    const from = place(drawn, edge);
    const isChanged = () => drawn.slice(from, at + 1).some((row, i) => row !== rows[from + i]);
    if (isMoved || isChanged()) this.anchor.hold(top);
  }

  afterRows(): void {
    if (this.landed) this.settle();
  }

  toBottom(): void {
    const { timeline } = this.kith;
    if (timeline.hasNewer) {
      void timeline.toNewest();
      return;
    }
    timeline.forgetTrail();
    this.stuck = true;
    this.anchor.release();
    this.#pin();
    this.farFromBottom = false;
  }

  /** Brings a message of this window into view. */
  async goTo(id: MessageId): Promise<void> {
    this.stuck = false;
    this.anchor.release();
    this.hand();
    await this.#toMessage(id);
    // Near the end it cannot come to the middle: who is brought there is at the bottom.
    const view = this.viewport;
    this.stuck = !!view && below(view) <= AT_BOTTOM && !this.kith.timeline.hasNewer;
    if (!this.stuck) this.#holdWhere(id);
    this.#mean(id);
    this.scrolled();
  }

  /** Brings a message into view that is to have the focus, and answers it once it can take it. */
  async reveal(id: MessageId): Promise<HTMLElement | null> {
    const index = place(this.rows(), id);
    if (index < 0) return null;
    this.hand();
    // Nothing draws the view back to the bottom meanwhile.
    this.stuck = false;
    this.anchor.release();
    this.list?.scrollToIndex(index, { align: 'nearest' });
    await tick();
    const message = await this.#drawnRow(id);
    const view = this.viewport;
    if (view && below(view) <= AT_BOTTOM) this.stuck = !this.kith.timeline.hasNewer;
    return message;
  }

  /** A row that was far away is drawn, and then hidden until it has been measured. */
  async #drawnRow(id: MessageId): Promise<HTMLElement | null> {
    for (let turn = 0; turn < DRAWN && !this.#isGone; turn += 1) {
      const message = this.viewport?.querySelector<HTMLElement>(selectorOf(id)) ?? null;
      if (message !== null && getComputedStyle(message).visibility === 'visible') return message;
      await frame();
    }
    return null;
  }

  #pin(): void {
    if (this.viewport) this.viewport.scrollTop = this.viewport.scrollHeight;
  }

  #hug(): void {
    const view = this.viewport;
    if (!this.landed || !view) return;
    this.#follow(view);
    // Somebody has scrolled, and something changed before the event that says so.
    if (this.stuck && this.#isLeaving(view)) this.stuck = below(view) <= AT_BOTTOM;
    if (this.stuck && !this.kith.timeline.hasNewer) this.#pin();
    else this.anchor.keep();
  }

  /** A bar above the view came or went: what is read stays where it is on screen. */
  #follow(view: HTMLElement): void {
    const { top } = view.getBoundingClientRect();
    const moved = top - this.#lastEdge;
    this.#lastEdge = top;
    if (moved === 0 || this.stuck) return;
    if (this.anchor.id !== null) this.anchor.turn(moved);
    else view.scrollTop += moved;
  }

  #isHand(): boolean {
    return this.#handDown || performance.now() - this.#handAt < HAND;
  }

  /** Upwards by more than what vanished, or what the view gained, can explain. */
  #isUpwards(view: HTMLElement): boolean {
    const explained =
      Math.max(0, this.#lastHeight - view.scrollHeight) +
      Math.max(0, view.clientHeight - this.#lastView);
    return this.#lastTop - view.scrollTop > explained + 1;
  }

  /**
   * Somebody leaves the bottom. Rows that come and are measured make the list
   * scroll by itself, up as well as down: until it has been still for a while
   * only a hand is taken for somebody who scrolls.
   */
  #isLeaving(view: HTMLElement): boolean {
    return (this.#isHand() || this.#stillAfter === 0) && this.#isUpwards(view);
  }

  /** The list has changed, and may move what is on screen. */
  #stir(): void {
    this.#stillAfter = STILL;
    if (this.#isCounting) return;
    this.#isCounting = true;
    void this.#untilStill();
  }

  async #untilStill(): Promise<void> {
    for (; this.#stillAfter > 0 && !this.#isGone; this.#stillAfter -= 1) await frame();
    this.#isCounting = false;
  }

  #measure(view: HTMLElement): void {
    this.#lastHeight = view.scrollHeight;
    this.#lastView = view.clientHeight;
    this.#lastTop = view.scrollTop;
  }

  async #older(): Promise<void> {
    const { timeline } = this.kith;
    if (!timeline.hasOlder || timeline.older !== 'idle' || !this.viewport) return;
    // At the very top there would be nothing above to hold on to.
    if (this.viewport.scrollTop < 1) this.viewport.scrollTop = 1;
    await timeline.loadOlder();
  }

  // Which messages are on screen is asked of the screen, but not at every pixel.
  #look(): void {
    this.#lookTimer ??= setTimeout(() => {
      this.#lookTimer = undefined;
      this.#lookNow();
    }, LOOK);
  }

  #lookNow(): void {
    const element = this.viewport;
    if (!element || !this.landed) return;
    const { timeline, places, reading } = this.kith;
    const view = element.getBoundingClientRect();
    const on: { id: string; key: string }[] = [];
    for (const row of element.querySelectorAll<HTMLElement>('[data-message-id]')) {
      const box = row.getBoundingClientRect();
      // A message is on screen when its end is. One's own are not to be read.
      if (row.dataset['own'] === 'true') continue;
      if (box.height > 0 && box.bottom <= view.bottom + 2 && box.bottom > view.top) {
        on.push({ id: row.dataset['messageId'] ?? '', key: row.dataset['key'] ?? '' });
      }
    }
    const top = this.stuck ? null : this.anchor.top();
    places.keep(this.dialog, top === null ? null : { message: top.id, offset: top.offset });
    reading.show(this.dialog, on, this.stuck && !timeline.hasNewer);
    if (timeline.hasOlder && element.scrollTop < AHEAD) void this.#older();
  }

  /** The list draws once it knows its own size; before that there is nowhere to go. */
  async #untilDrawn(): Promise<void> {
    for (let turn = 0; turn < DRAWN && !this.#isGone; turn += 1) {
      if (this.rows().length === 0 || this.body?.querySelector('.row')) return;
      await frame();
    }
  }

  /** Goes to where this window is to be read from. */
  async #land(): Promise<void> {
    const { timeline } = this.kith;
    await this.#untilDrawn();
    const { landing, firstUnread } = timeline;
    if (landing.kind === 'unread' && firstUnread !== null) {
      await this.#toRow('new', { align: 'start', offset: -72 });
    } else if (landing.kind === 'place') {
      await this.#toRow(landing.place.message, { align: 'start', offset: -landing.place.offset });
    } else if (landing.kind === 'message') {
      await this.#toMessage(landing.id);
    } else if (landing.kind === 'time') {
      const first = timeline.messages.find((message) => message.sent_at >= landing.at);
      await this.#toRow(first === undefined ? '' : this.#dayOf(first.id), { align: 'start' });
    } else {
      this.#pin();
      await frame();
      this.#pin();
    }
    const view = this.viewport;
    if (!view || this.#isGone) return;
    this.stuck = below(view) <= AT_BOTTOM && !timeline.hasNewer;
    if (this.stuck) this.#pin();
    this.#measure(view);
    this.#lastEdge = view.getBoundingClientRect().top;
    this.landed = true;
    // The list goes to whole pixels, and measures its rows for a while yet.
    const top = this.stuck ? null : this.anchor.top();
    if (landing.kind === 'place' && top !== null) {
      this.anchor.hold({ id: landing.place.message, offset: landing.place.offset });
    } else if (top !== null) this.anchor.hold(top);
    if (landing.kind === 'message') {
      if (!this.stuck) this.#holdWhere(landing.id);
      this.#mean(landing.id);
    }
    await frame();
    this.scrolled();
  }

  /** The divider above a message, if it is the first of its day. */
  #dayOf(id: MessageId): string {
    return place(this.rows(), `day:${id}`) >= 0 ? `day:${id}` : id;
  }

  async #toRow(id: string, options: { align: 'start' | 'center'; offset?: number }): Promise<void> {
    const index = place(this.rows(), id);
    if (index < 0) {
      this.#pin();
      return;
    }
    // Again and again: the first time the rows around it have not been measured.
    for (let turn = 0; turn < 3; turn += 1) {
      this.list?.scrollToIndex(index, options);
      await frame();
    }
  }

  /**
   * Into the middle of the view. Of a message taller than the view that would be
   * its middle: it is shown from its beginning, or around what is marked in it.
   */
  async #toMessage(id: MessageId): Promise<void> {
    await this.#toRow(id, { align: 'center' });
    const view = this.viewport;
    const message = view?.querySelector<HTMLElement>(selectorOf(id)) ?? null;
    if (!view || message === null || message.offsetHeight <= view.clientHeight) return;
    const marked = markedIn(message)?.getBoundingClientRect().top;
    const down = marked === undefined ? 0 : marked - message.getBoundingClientRect().top;
    const offset = Math.max(-ABOVE, down - view.clientHeight / 3);
    await this.#toRow(id, { align: 'start', offset });
  }

  #holdWhere(id: MessageId): void {
    const where = this.anchor.where(id);
    if (where !== null) this.anchor.hold(where);
  }

  #mean(id: MessageId): void {
    clearTimeout(this.#meantTimer);
    this.meant = id;
    this.#meantTimer = setTimeout(() => (this.meant = null), MEANT);
  }

  #showDay(view: HTMLElement): void {
    clearTimeout(this.#dayTimer);
    this.#dayTimer = setTimeout(() => (this.dayAt = null), 1200);
    if (below(view) <= AT_BOTTOM) return;
    const edge = this.anchor.edge();
    const message = edge === null ? undefined : this.kith.timeline.get(edge);
    if (message !== undefined) this.dayAt = message.sent_at;
  }
}

const below = (view: HTMLElement) => view.scrollHeight - view.scrollTop - view.clientHeight;
const selectorOf = (id: MessageId) => `[data-message-id="${CSS.escape(id)}"]`;
const isBeginning = (row: TimelineRow | undefined) => row?.kind === 'message' && row.starts;
const place = (rows: readonly TimelineRow[], id: string) => rows.findIndex((row) => row.id === id);
