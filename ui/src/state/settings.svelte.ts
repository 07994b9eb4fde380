/** What a person has set, kept by the backend as plain text by name. */

import type { Backend } from './types';

export type Theme = 'system' | 'light' | 'dark';

export const TEXT_SIZES = [80, 90, 100, 110, 125, 150, 175, 200] as const;
export const LIST_WIDTH = { least: 240, usual: 300, most: 420 } as const;

const clamp = (value: number, least: number, most: number) =>
  Math.min(most, Math.max(least, Number.isFinite(value) ? value : least));

export class Settings {
  theme = $state<Theme>('system');
  /** In percent. */
  textSize = $state(100);
  /** In pixels at 100 percent. */
  listWidth = $state<number>(LIST_WIDTH.usual);
  infoOpen = $state(false);
  lastDialog = $state<string | null>(null);

  constructor(
    private readonly backend: Backend,
    private readonly failed: (thrown: unknown) => void,
  ) {}

  async load(): Promise<void> {
    try {
      const kept = await this.backend.call('settings', {});
      const theme = kept['theme'];
      if (theme === 'light' || theme === 'dark' || theme === 'system') this.theme = theme;
      if (kept['text_size'] !== undefined)
        this.textSize = clamp(Number(kept['text_size']), 80, 200);
      if (kept['list_width'] !== undefined) this.resizeList(Number(kept['list_width']));
      this.infoOpen = kept['info_open'] === 'true';
      this.lastDialog = kept['last_dialog'] ?? null;
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

  rememberDialog(dialog: string): void {
    if (this.lastDialog === dialog) return;
    this.lastDialog = dialog;
    this.#keep('last_dialog', dialog);
  }

  #keep(key: string, value: string): void {
    this.backend.call('set_setting', { key, value }).catch(this.failed);
  }
}
