/** What the connection is doing, and what is said about it. */

import { t } from '../i18n';
import type { Clock } from './clock.svelte';
import type { Backend, LinkView } from './types';

/** A break that takes no longer than this is not worth a line. */
const WORTH_SAYING = 3_000;

const UNKNOWN: LinkView = {
  state: 'connecting',
  reason: null,
  retry_at: null,
  needs_room: false,
};

export class Link {
  view = $state.raw<LinkView>(UNKNOWN);
  /** True while messages cannot go out and this is worth a line. */
  #troubled = $state(false);
  /** Why, as last heard: kept while the next try is under way. */
  #reason = $state.raw<LinkView['reason']>(null);
  #timer: ReturnType<typeof setTimeout> | undefined;
  /** Whether it was there before: then a short break is nothing to speak of. */
  #wasThere = false;

  constructor(
    private readonly backend: Backend,
    private readonly clock: Clock,
    private readonly failed: (thrown: unknown) => void,
    /** Told when messages can go out and history can be asked for again. */
    private readonly back: () => void,
  ) {}

  take(view: LinkView): void {
    const wasOnline = this.view.state === 'online';
    this.view = view;
    if (view.state === 'online' && !wasOnline) this.back();
    switch (view.state) {
      case 'online':
      case 'catching_up':
        this.#wasThere = true;
        this.#trouble(false);
        this.#reason = null;
        break;
      case 'refused':
        this.#reason = view.reason;
        this.#trouble(true);
        break;
      case 'offline':
        this.#reason = view.reason;
        if (this.#wasThere) this.#troubleSoon();
        else this.#trouble(true);
        break;
      case 'connecting':
        this.#troubleSoon();
    }
  }

  /** Another account: what was known of the connection does not hold. */
  forget(): void {
    this.#wasThere = false;
    this.#trouble(false);
    this.#reason = null;
    this.view = UNKNOWN;
  }

  /** Under way to the server, for the first time or again. */
  get isOnItsWay(): boolean {
    return this.view.state === 'connecting' || this.view.state === 'catching_up';
  }

  /** Gone for long enough that nothing is known of the others. */
  get isCut(): boolean {
    return this.#troubled;
  }

  #trouble(troubled: boolean): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#troubled = troubled;
  }

  /** The time runs from when it broke, however often it is tried meanwhile. */
  #troubleSoon(): void {
    if (this.#troubled) return;
    this.#timer ??= setTimeout(() => this.#trouble(true), WORTH_SAYING);
  }

  get words(): string {
    return t.link[this.view.state];
  }

  /** The line above the composer, when it matters. */
  get line(): string | null {
    // Nothing that arrives can be kept, whatever the connection does.
    if (this.view.needs_room) return t.link.line.disk;
    if (!this.#troubled) return null;
    if (this.view.state === 'refused') return t.link.line.refused;
    switch (this.#reason) {
      case 'unknown_host':
      case 'unreachable':
      case 'certificate':
      case 'not_a_chat_server':
        return t.link.line[this.#reason];
      case 'sign_in_refused':
        return t.link.line.refused;
      case 'broken':
      case null:
        return this.view.state === 'connecting' ? t.link.line.connecting : t.link.line.offline;
    }
  }

  /** Seconds until the next try, if one is planned. */
  get retryIn(): number | null {
    const { state, retry_at } = this.view;
    if (state !== 'offline' || retry_at === null) return null;
    const seconds = Math.ceil((retry_at - this.clock.second) / 1000);
    return seconds > 0 ? seconds : null;
  }

  async tryNow(): Promise<void> {
    try {
      await this.backend.call('reconnect', {});
    } catch (thrown) {
      this.failed(thrown);
    }
  }
}
