/** Which emoji somebody uses, and in which tone; kept with the settings. */

import type { Backend } from './types';

const MOST = 32;
/** 0 is the yellow of all; 1 to 5 from light to dark. */
export type Tone = 0 | 1 | 2 | 3 | 4 | 5;

export class EmojiHabits {
  recent = $state.raw<string[]>([]);
  tone = $state<Tone>(0);
  #loading: Promise<void> | null = null;

  constructor(private readonly backend: Backend) {}

  /** Asked for when a picker opens, not before. */
  load(): Promise<void> {
    this.#loading ??= this.#load();
    return this.#loading;
  }

  use(emoji: string): void {
    this.recent = [emoji, ...this.recent.filter((one) => one !== emoji)].slice(0, MOST);
    void this.load().then(() => this.#keep('emoji_recent', this.recent.join(' ')));
  }

  setTone(tone: Tone): void {
    this.tone = tone;
    this.#keep('emoji_tone', String(tone));
  }

  async #load(): Promise<void> {
    try {
      const kept = await this.backend.call('settings', {});
      const known = (kept['emoji_recent'] ?? '').split(' ').filter((one) => one !== '');
      this.recent = [...new Set([...this.recent, ...known])].slice(0, MOST);
      const tone = Number(kept['emoji_tone'] ?? 0);
      if (tone >= 0 && tone <= 5) this.tone = Math.floor(tone) as Tone;
    } catch {
      // Then there are none yet.
    }
  }

  #keep(key: string, value: string): void {
    // Nobody misses a habit that was not kept.
    this.backend.call('set_setting', { key, value }).catch(() => undefined);
  }
}
