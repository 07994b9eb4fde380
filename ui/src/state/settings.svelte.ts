/** What a person has set, kept by the backend as plain text by name. */

import type { Backend, DialogId } from './types';

export const THEMES = ['system', 'light', 'dark'] as const;
export type Theme = (typeof THEMES)[number];

/** What a notification shows of a message. */
export const SHOWN = ['text', 'name', 'nothing'] as const;
export type Shown = (typeof SHOWN)[number];

export const TEXT_SIZES = [80, 90, 100, 110, 125, 150, 175, 200] as const;
export const LIST_WIDTH = { least: 240, usual: 300, most: 420 } as const;

/** Before the number of an account. */
const LAST_DIALOG = 'last_dialog.';

const clamp = (value: number, least: number, most: number) =>
  Math.min(most, Math.max(least, Number.isFinite(value) ? value : least));

export class Settings {
  theme = $state<Theme>('system');
  /** In percent. */
  textSize = $state(100);
  /** In pixels at 100 percent. */
  listWidth = $state<number>(LIST_WIDTH.usual);
  infoOpen = $state(false);
  notifications = $state(true);
  notificationsShow = $state<Shown>('text');
  notificationsSound = $state(true);
  /** Whether this desktop shows notifications; null until that is known. */
  canNotify = $state<boolean | null>(null);

  /** The conversation that each account had open last. */
  readonly #lastDialogs = new Map<number, DialogId>();

  constructor(
    private readonly backend: Backend,
    private readonly failed: (thrown: unknown) => void,
  ) {}

  async load(): Promise<void> {
    try {
      const kept = await this.backend.call('settings', {});
      const theme = kept['theme'];
      this.theme = THEMES.find((one) => one === theme) ?? this.theme;
      if (kept['text_size'] !== undefined)
        this.textSize = clamp(Number(kept['text_size']), 80, 200);
      if (kept['list_width'] !== undefined) this.resizeList(Number(kept['list_width']));
      this.infoOpen = kept['info_open'] === 'true';
      for (const [key, dialog] of Object.entries(kept)) {
        if (dialog === undefined || !key.startsWith(LAST_DIALOG)) continue;
        this.#lastDialogs.set(Number(key.slice(LAST_DIALOG.length)), dialog);
      }
      this.notifications = kept['notifications'] !== 'off';
      this.notificationsSound = kept['notifications_sound'] !== 'off';
      const shown = kept['notifications_show'];
      this.notificationsShow = SHOWN.find((one) => one === shown) ?? this.notificationsShow;
    } catch {
      // Defaults are fine; what is wrong shows elsewhere.
    }
  }

  setTheme(theme: Theme): void {
    this.theme = theme;
    this.#keep('theme', theme);
  }

  /** The next larger or smaller size. */
  stepText(by: 1 | -1): void {
    const larger = TEXT_SIZES.find((size) => size > this.textSize);
    const smaller = TEXT_SIZES.findLast((size) => size < this.textSize);
    this.textSize = (by === 1 ? larger : smaller) ?? this.textSize;
    this.#keep('text_size', String(this.textSize));
  }

  /** While the edge is dragged. */
  resizeList(width: number): void {
    this.listWidth = clamp(Math.round(width), LIST_WIDTH.least, LIST_WIDTH.most);
  }

  /** When the edge is let go. */
  keepListWidth(): void {
    this.#keep('list_width', String(this.listWidth));
  }

  setInfoOpen(open: boolean): void {
    this.infoOpen = open;
    this.#keep('info_open', String(open));
  }

  lastDialog(account: number): DialogId | null {
    return this.#lastDialogs.get(account) ?? null;
  }

  rememberDialog(account: number, dialog: DialogId): void {
    if (this.lastDialog(account) === dialog) return;
    this.#lastDialogs.set(account, dialog);
    this.#keep(`${LAST_DIALOG}${account}`, dialog);
  }

  setNotifications(on: boolean): void {
    this.notifications = on;
    this.#keep('notifications', on ? 'on' : 'off');
  }

  showInNotifications(what: Shown): void {
    this.notificationsShow = what;
    this.#keep('notifications_show', what);
  }

  setNotificationsSound(on: boolean): void {
    this.notificationsSound = on;
    this.#keep('notifications_sound', on ? 'on' : 'off');
  }

  /** Asks whether this desktop shows notifications. */
  async askDesktop(): Promise<void> {
    try {
      this.canNotify = await this.backend.call('can_notify', {});
    } catch {
      // It is not known, and nothing is said.
    }
  }

  #keep(key: string, value: string): void {
    this.backend.call('set_setting', { key, value }).catch(this.failed);
  }
}
