/** Who is signed in, and the ways in and out. */

import { asCallError, type CallError } from '../backend/backend';
import type { AccountView, AppView, Backend, ConnectionView, Remember } from './types';

export type Busy = 'try' | 'join' | 'sign_in' | 'set_aside' | 'sign_out' | 'switch' | 'open' | null;

export class Session {
  app = $state.raw<AppView | null>(null);
  busy = $state<Busy>(null);
  error = $state.raw<CallError | null>(null);

  constructor(
    private readonly backend: Backend,
    /** Told whenever the application's state is another. */
    private readonly changed: (app: AppView, before: AppView | null) => void,
  ) {}

  async load(): Promise<void> {
    try {
      this.take(await this.backend.call('app', {}));
    } catch (thrown) {
      this.error = asCallError('app', thrown);
    }
  }

  take(app: AppView): void {
    const before = this.app;
    this.app = app;
    this.changed(app, before);
  }

  /** What is unread elsewhere, for the rail. */
  takeAccounts(accounts: AccountView[]): void {
    if (this.app !== null) this.app = { ...this.app, accounts };
  }

  /** Every account that is signed in here. */
  get accounts(): AccountView[] {
    return this.app?.accounts ?? [];
  }

  switchTo(account: number): Promise<boolean> {
    return this.#enter('switch', () => this.backend.call('switch_account', { account }));
  }

  /** To the welcome screen, for one more. */
  addAccount(): Promise<boolean> {
    return this.#enter('switch', () => this.backend.call('add_account', {}));
  }

  clearError(): void {
    this.error = null;
  }

  tryHere(): Promise<boolean> {
    return this.#enter('try', () => this.backend.call('try_here', { login: null }));
  }

  signIn(
    connection: ConnectionView,
    login: string,
    password: string,
    remember: Remember,
  ): Promise<boolean> {
    const args = { connection, login: login.trim(), password, remember };
    return this.#enter('sign_in', () => this.backend.call('sign_in', args));
  }

  signOut(): Promise<boolean> {
    return this.#enter('sign_out', () => this.backend.call('sign_out', {}));
  }

  setAside(): Promise<boolean> {
    return this.#enter('set_aside', () => this.backend.call('set_aside', {}));
  }

  /** Once more, what could not be opened for a reason that may have passed. */
  openAgain(): Promise<boolean> {
    return this.#enter('open', () => this.backend.call('open_again', {}));
  }

  async readJoin(text: string): Promise<ConnectionView | null> {
    this.busy = 'join';
    this.error = null;
    try {
      return await this.backend.call('read_join', { text });
    } catch (thrown) {
      this.error = asCallError('read_join', thrown);
      return null;
    } finally {
      this.busy = null;
    }
  }

  async #enter(busy: Busy, ask: () => Promise<AppView>): Promise<boolean> {
    if (this.busy !== null) return false;
    this.busy = busy;
    this.error = null;
    try {
      this.take(await ask());
      return true;
    } catch (thrown) {
      this.error = asCallError(busy ?? '', thrown);
      return false;
    } finally {
      this.busy = null;
    }
  }
}
