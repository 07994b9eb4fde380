/**
 * Everything about the conversation whose information is open: asked for when
 * it opens, and again when something that is shown there has changed.
 */

import { t } from '../i18n';
import { asExtensions, fieldsProblem, notKept, type Field } from './fields';
import { Members } from './members.svelte';
import { wordsFor, type Toasts } from './toasts.svelte';
import type { People } from './people.svelte';
import type { Backend, DialogId, DialogView, PersonView, UserId } from './types';
import type { DialogInfo } from '../backend/bindings';

const SETTLES = 400;

/** The platform appoints no more. */
export const MOST_ADMINS = 5;

/** What the person edits: only what changed is sent. */
export type Edits = {
  name: string;
  description: string;
  /** `undefined`: as it is; empty: none. */
  photo: string | undefined;
  extensions: Field[];
  allow_preview: boolean;
};

export class Details {
  dialogId = $state<DialogId | null>(null);
  info = $state.raw<DialogInfo | null>(null);
  phase = $state<'none' | 'busy' | 'open' | 'failed'>('none');
  /** What is being done just now, by name. */
  busy = $state<string | null>(null);
  /** Said where it was asked for. */
  problem = $state<string | null>(null);
  readonly members: Members;

  #generation = 0;
  #seen = '';
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(
    private readonly backend: Backend,
    private readonly people: People,
    private readonly toasts: Toasts,
  ) {
    this.members = new Members(backend, people);
  }

  /** The pane shows this conversation, as it is now: called again when that changed. */
  show(dialog: DialogView): void {
    const seen = fingerprint(dialog);
    if (dialog.id !== this.dialogId) {
      this.close();
      this.dialogId = dialog.id;
      this.#seen = seen;
      this.phase = 'busy';
      void this.#load();
      return;
    }
    if (seen === this.#seen) return;
    this.#seen = seen;
    // Changes come in flocks.
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.#load(), SETTLES);
  }

  close(): void {
    clearTimeout(this.#timer);
    this.#generation += 1;
    this.dialogId = null;
    this.info = null;
    this.phase = 'none';
    this.problem = null;
    this.members.close();
  }

  retry(): void {
    if (this.phase === 'failed') this.phase = 'busy';
    void this.#load();
  }

  roleOf(person: UserId): 'owner' | 'admin' | 'member' {
    if (this.info?.owner === person) return 'owner';
    return this.info?.admins.includes(person) === true ? 'admin' : 'member';
  }

  /** Saves what was changed, and says so in a sentence when not all of it was kept. */
  async save(edits: Partial<Edits>): Promise<boolean> {
    const { extensions, ...rest } = edits;
    this.problem = fieldsProblem(extensions ?? []);
    if (this.problem !== null) return false;
    const sent = extensions === undefined ? null : asExtensions(extensions);
    const done = await this.#do('save', (dialog) =>
      this.backend.call('update_dialog', {
        dialog,
        ...defined(rest),
        ...(sent === null ? {} : { extensions: sent }),
      }),
    );
    if (!done || sent === null || this.info === null) return done;
    const names = notKept(sent, this.info.extensions);
    if (names.length > 0) this.problem = t.create.fieldsNotKept(names);
    return names.length === 0;
  }

  async add(people: readonly PersonView[]): Promise<boolean> {
    const ids = people.map((person) => person.id);
    const done = await this.#do('add', (dialog) =>
      this.backend.call('add_people', { dialog, people: ids }),
    );
    if (done) this.toasts.say(t.info.added(people.map((person) => person.name)));
    return done;
  }

  async remove(person: PersonView): Promise<boolean> {
    const done = await this.#do('remove', (dialog) =>
      this.backend.call('remove_people', { dialog, people: [person.id] }),
    );
    if (done) this.toasts.say(t.info.removed(person.name));
    return done;
  }

  setAdmin(person: PersonView, on: boolean): Promise<boolean> {
    return this.#do('admin', (dialog) =>
      this.backend.call('set_admin', { dialog, person: person.id, on }),
    );
  }

  setNotifications(on: boolean): Promise<boolean> {
    return this.#do('notifications', (dialog) =>
      this.backend.call('set_notifications', { dialog, on }),
    );
  }

  fill(from: number, to: number): Promise<boolean> {
    return this.#do(`fill:${from}`, (dialog) =>
      this.backend.call('fill_hole', { dialog, from, to }),
    );
  }

  async report(person: PersonView, reason: string): Promise<boolean> {
    const done = await this.#do('report', () =>
      this.backend.call('report_person', { person: person.id, reason: reason.trim() }),
    );
    if (done) this.toasts.say(t.info.reported);
    return done;
  }

  async #do(name: string, act: (dialog: DialogId) => Promise<unknown>): Promise<boolean> {
    const dialog = this.dialogId;
    if (dialog === null || this.busy !== null) return false;
    this.busy = name;
    this.problem = null;
    try {
      await act(dialog);
      if (dialog === this.dialogId) await this.#load();
      return true;
    } catch (thrown) {
      this.problem = wordsFor(thrown);
      return false;
    } finally {
      this.busy = null;
    }
  }

  async #load(): Promise<void> {
    const dialog = this.dialogId;
    if (dialog === null) return;
    const generation = ++this.#generation;
    try {
      const info = await this.backend.call('dialog_info', { dialog });
      if (generation !== this.#generation) return;
      this.people.learn(info.members);
      this.info = info;
      this.phase = 'open';
      if (info.dialog.kind !== 'private') this.members.open(dialog);
    } catch {
      if (generation === this.#generation && this.info === null) this.phase = 'failed';
    }
  }
}

/** What would make the pane look different. New messages do not, but for the links in them. */
function fingerprint({
  name,
  photo,
  description,
  occupant_count,
  role,
  rights,
  is_joined,
  last,
  about,
}: DialogView) {
  return JSON.stringify([
    name,
    photo,
    description,
    occupant_count,
    role,
    rights,
    is_joined,
    about,
    /https?:/.test(last?.text ?? '') ? last?.id : null,
  ]);
}

function defined<T extends object>(object: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(object).filter(([, value]) => value !== undefined)) as {
    [K in keyof T]?: Exclude<T[K], undefined>;
  };
}
