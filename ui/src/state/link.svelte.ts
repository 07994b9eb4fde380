/** What the connection is doing, and what is said about it. */

import { t } from '../i18n';
import type { Clock } from './clock.svelte';
import type { Backend, LinkView } from './types';

/** A connection that takes no longer than this is not worth a line. */
const WORTH_SAYING = 4_000;

export class Link {
  view = $state.raw<LinkView>({ state: 'connecting', reason: null, retry_at: null });
  /** True while messages cannot go out and this is worth a line. */
  #troubled = $state(false);
  /** Why, as last heard: kept while the next try is under way. */
  #reason = $state.raw<LinkView['reason']>(null);
  #timer: ReturnType<typeof setTimeout> | undefined;

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
    clearTimeout(this.#timer);
    switch (view.state) {
      case 'online':
      case 'catching_up':
        this.#troubled = false;
        this.#reason = null;
        break;
      case 'offline':
      case 'refused':
        this.#troubled = true;
        this.#reason = view.reason;
        break;
      case 'connecting':
        if (!this.#troubled) {
          this.#timer = setTimeout(() => (this.#troubled = true), WORTH_SAYING);
        }
    }
  }

  get words(): string {
    return t.link[this.view.state];
  }

  /** The line above the composer, when it matters. */
  get line(): string | null {
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
