/**
 * Files beside what is being written, by conversation. The backend keeps them;
 * here is what it told, and what is on its way to it. A file goes there in
 * portions, so that neither side holds it whole, and is sent from its copy.
 */

import { asCallError } from '../backend/backend';
import { t } from '../i18n';
import { wordsFor } from './toasts.svelte';
import type { Backend, DialogId, StagedView } from './types';

/** Bytes that go at once. */
export const PORTION = 512 * 1024;
/** So many go with one message, as the engine has it too. */
export const MOST_FILES = 20;

/** A file that is being read. */
export type Coming = { key: number; name: string; size: number; done: number };

type Tray = { files: readonly StagedView[]; coming: readonly Coming[] };
type Told = (dialog: DialogId, problem: string) => void;

const EMPTY: Tray = { files: [], coming: [] };

export class Staging {
  #trays = $state.raw<ReadonlyMap<DialogId, Tray>>(new Map());
  /** One after the other, in the order in which they were chosen. */
  #queue: Promise<unknown> = Promise.resolve();
  #next = 0;
  #generation = 0;

  constructor(
    private readonly backend: Backend,
    private readonly problem: Told,
    /** Nothing of a conversation is being read any more. */
    private readonly settled: (dialog: DialogId) => void = () => undefined,
  ) {}

  of(dialog: DialogId | null): Tray {
    return (dialog === null ? undefined : this.#trays.get(dialog)) ?? EMPTY;
  }

  /** What the backend has beside this draft. */
  take(dialog: DialogId, files: readonly StagedView[]): void {
    this.#change(dialog, (tray) => ({ ...tray, files }));
  }

  /** Asks again, because something came back that was on a message. */
  async reload(dialog: DialogId): Promise<void> {
    try {
      this.take(dialog, await this.backend.call('staged', { dialog }));
    } catch {
      // They are there when the conversation is opened again.
    }
  }

  forget(): void {
    this.#generation += 1;
    this.#trays = new Map();
  }

  /** Puts files beside the draft. */
  add(dialog: DialogId, chosen: readonly File[]): void {
    const { files, coming } = this.of(dialog);
    const room = Math.max(0, MOST_FILES - files.length - coming.length);
    if (chosen.length > room) this.problem(dialog, t.staging.tooMany(MOST_FILES));
    for (const file of chosen.slice(0, room)) {
      if (file.size === 0) {
        this.problem(dialog, t.staging.empty(file.name));
        continue;
      }
      const one = { key: (this.#next += 1), name: file.name, size: file.size, done: 0 };
      this.#change(dialog, (tray) => ({ ...tray, coming: [...tray.coming, one] }));
      const generation = this.#generation;
      this.#queue = this.#queue.then(() => this.#bring(dialog, one, file, generation));
    }
  }

  /** Puts files beside the draft that the app's own window was told of: they are read there. */
  addDropped(dialog: DialogId, paths: readonly string[]): void {
    const { files, coming } = this.of(dialog);
    const room = Math.max(0, MOST_FILES - files.length - coming.length);
    if (paths.length > room) this.problem(dialog, t.staging.tooMany(MOST_FILES));
    for (const path of paths.slice(0, room)) {
      const name = path.split(/[/\\]/).at(-1) ?? path;
      const one = { key: (this.#next += 1), name, size: 0, done: 0 };
      this.#change(dialog, (tray) => ({ ...tray, coming: [...tray.coming, one] }));
      const generation = this.#generation;
      this.#queue = this.#queue.then(() => this.#copy(dialog, one, path, generation));
    }
  }

  /** Puts beside the draft what lies on the clipboard; says whether anything does. */
  async addPasted(dialog: DialogId): Promise<boolean> {
    try {
      const staged = await this.backend.call('stage_pasted', { dialog });
      const { files } = this.of(dialog);
      if (staged.length > 0) this.take(dialog, [...files, ...staged]);
      return staged.length > 0;
    } catch (thrown) {
      this.problem(dialog, t.staging.problem(t.staging.pasted, why(thrown)));
      return true;
    }
  }

  /** Takes one away again. */
  async remove(dialog: DialogId, file: number): Promise<void> {
    const before = this.of(dialog).files;
    this.take(
      dialog,
      before.filter((one) => one.file !== file),
    );
    try {
      await this.backend.call('unstage', { file });
    } catch (thrown) {
      this.problem(dialog, wordsFor(thrown));
      await this.reload(dialog);
    }
  }

  /** One that is being read is not wanted after all. */
  stop(dialog: DialogId, key: number): void {
    this.#change(dialog, (tray) => ({
      ...tray,
      coming: tray.coming.filter((one) => one.key !== key),
    }));
  }

  async #copy(dialog: DialogId, one: Coming, path: string, generation: number): Promise<void> {
    if (!this.#isWanted(dialog, one, generation)) return;
    try {
      const staged = await this.backend.call('stage_dropped', { dialog, path });
      await this.#keep(dialog, one, staged, generation);
    } catch (thrown) {
      if (this.#isWanted(dialog, one, generation)) {
        this.problem(dialog, t.staging.problem(one.name, why(thrown)));
      }
      this.stop(dialog, one.key);
    }
  }

  #isWanted(dialog: DialogId, one: Coming, generation: number): boolean {
    return (
      generation === this.#generation && this.of(dialog).coming.some(({ key }) => key === one.key)
    );
  }

  /** The backend has it. */
  async #keep(
    dialog: DialogId,
    one: Coming,
    staged: StagedView,
    generation: number,
  ): Promise<void> {
    if (!this.#isWanted(dialog, one, generation)) {
      await this.backend.call('unstage', { file: staged.file });
      return;
    }
    this.#change(dialog, (tray) => ({
      files: [...tray.files.filter(({ file }) => file !== staged.file), staged],
      coming: tray.coming.filter(({ key }) => key !== one.key),
    }));
  }

  async #bring(dialog: DialogId, one: Coming, file: File, generation: number): Promise<void> {
    const isWanted = () => this.#isWanted(dialog, one, generation);
    if (!isWanted()) return;
    let number: number | null = null;
    try {
      number = await this.backend.call('stage_begin', {
        dialog,
        name: file.name,
        size: file.size,
      });
      for (let at = 0; at < file.size; at += PORTION) {
        const bytes = await inBase64(file.slice(at, at + PORTION));
        if (!isWanted()) break;
        await this.backend.call('stage_portion', { number, bytes });
        this.#advance(dialog, one.key, Math.min(file.size, at + PORTION));
      }
      if (!isWanted()) {
        await this.backend.call('stage_cancel', { number });
        return;
      }
      const staged = await this.backend.call('stage_end', { number });
      await this.#keep(dialog, one, staged, generation);
    } catch (thrown) {
      if (number !== null) {
        this.backend.call('stage_cancel', { number }).catch(() => undefined);
      }
      if (isWanted()) this.problem(dialog, t.staging.problem(file.name, why(thrown)));
      this.stop(dialog, one.key);
    }
  }

  #advance(dialog: DialogId, key: number, done: number): void {
    this.#change(dialog, (tray) => ({
      ...tray,
      coming: tray.coming.map((one) => (one.key === key ? { ...one, done } : one)),
    }));
  }

  #change(dialog: DialogId, change: (tray: Tray) => Tray): void {
    const next = new Map(this.#trays);
    const before = this.of(dialog);
    const tray = change(before);
    if (tray.files.length === 0 && tray.coming.length === 0) next.delete(dialog);
    else next.set(dialog, tray);
    this.#trays = next;
    if (before.coming.length > 0 && tray.coming.length === 0) this.settled(dialog);
  }
}

/** What the browser says when a file cannot be read has no code of ours. */
class Unreadable extends Error {}

function why(thrown: unknown): string {
  if (thrown instanceof Unreadable) return t.staging.unreadable;
  const { code } = asCallError('', thrown);
  return (t.staging.problems as Partial<Record<string, string>>)[code] ?? wordsFor(thrown);
}

/** The engine of the browser does the work, and not the thread that draws. */
function inBase64(part: Blob): Promise<string> {
  return new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.onload = () => {
      const address = reader.result as string;
      resolve(address.slice(address.indexOf(',') + 1));
    };
    reader.onerror = () => reject(new Unreadable());
    reader.readAsDataURL(part);
  });
}

/** The files of a drop or a paste, without folders, which look like files and cannot be read. */
export function filesIn(from: DataTransfer | null): { files: File[]; hasFolder: boolean } {
  if (from === null) return { files: [], hasFolder: false };
  const items = [...from.items].filter(({ kind }) => kind === 'file');
  if (items.length === 0) return { files: [...from.files], hasFolder: false };
  const plain = items.filter((item) => item.webkitGetAsEntry()?.isDirectory !== true);
  return {
    files: plain.flatMap((item) => item.getAsFile() ?? []),
    hasFolder: plain.length < items.length,
  };
}
