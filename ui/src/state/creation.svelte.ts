/** A new conversation: one person to talk to, several for a group, or a public one for everybody. */

import { t } from '../i18n';
import { Choosing } from './choosing.svelte';
import { asExtensions, fieldsProblem, notKept, type Field } from './fields';
import { wordsFor, type Toasts } from './toasts.svelte';
import type { Dialogs } from './dialogs.svelte';
import type { People } from './people.svelte';
import type { Backend, DialogId, PersonView } from './types';

export class Creation {
  isOpen = $state(false);
  /** It ended with a conversation, where one goes on writing. */
  hasMade = $state(false);
  /** `private` becomes a group when several are chosen. */
  kind = $state<'private' | 'group' | 'public'>('private');
  step = $state<'people' | 'about'>('people');
  name = $state('');
  description = $state('');
  /** A `data:` address. */
  photo = $state<string | null>(null);
  fields = $state<Field[]>([]);
  allowPreview = $state(true);
  busy = $state(false);
  problem = $state<string | null>(null);
  readonly choosing: Choosing;

  constructor(
    private readonly backend: Backend,
    people: People,
    private readonly dialogs: Dialogs,
    private readonly toasts: Toasts,
    private readonly go: (dialog: DialogId) => void,
  ) {
    this.choosing = new Choosing(backend, people, dialogs);
  }

  open(): void {
    this.kind = 'private';
    this.step = 'people';
    this.name = '';
    this.description = '';
    this.photo = null;
    this.fields = [];
    this.allowPreview = true;
    this.problem = null;
    this.hasMade = false;
    this.choosing.begin();
    this.isOpen = true;
  }

  /** A group or a public one: people first for the one, what it is about for the other. */
  begin(kind: 'group' | 'public'): void {
    this.kind = kind;
    this.step = kind === 'public' ? 'about' : 'people';
    this.problem = null;
  }

  get finder() {
    return this.choosing.finder;
  }

  get chosen(): PersonView[] {
    return this.choosing.chosen;
  }

  toggle(person: PersonView): void {
    this.problem = null;
    this.choosing.toggle(person);
  }

  has(person: PersonView): boolean {
    return this.choosing.has(person);
  }

  get isGroup(): boolean {
    return this.kind === 'group' || (this.kind === 'private' && this.chosen.length > 1);
  }

  /** Whether there is something to say about it first: a conversation of two needs nothing. */
  get needsAbout(): boolean {
    return this.isGroup || this.kind === 'public';
  }

  get canGoOn(): boolean {
    return this.chosen.length > 0;
  }

  get canCreate(): boolean {
    if (this.busy) return false;
    if (this.needsAbout && this.name.trim() === '') return false;
    return this.kind === 'public' || this.chosen.length > 0;
  }

  /** One step further, which may be the last. */
  async goOn(): Promise<void> {
    if (this.step === 'people' && this.needsAbout) {
      if (this.canGoOn) this.step = 'about';
    } else {
      await this.create();
    }
  }

  /** One step back. */
  goBack(): void {
    this.problem = null;
    if (this.kind === 'public') {
      this.kind = 'private';
      this.step = 'people';
    } else if (this.step === 'about') {
      this.step = 'people';
    } else {
      this.kind = 'private';
    }
  }

  async create(): Promise<void> {
    if (!this.canCreate) return;
    const people = this.chosen.map((person) => person.id);
    const kind = this.kind === 'public' ? 'public' : this.isGroup ? 'group' : 'private';
    this.problem = kind === 'private' ? null : fieldsProblem(this.fields);
    if (this.problem !== null) return;
    if (!(await this.#create(kind, people))) return;
    this.hasMade = true;
    this.isOpen = false;
  }

  /** Talks to one person: in the conversation there is, or in a new one. */
  async talkTo(person: PersonView): Promise<void> {
    const known = this.dialogs.with(person.id);
    if (known !== undefined) this.go(known.id);
    else await this.#create('private', [person.id]);
  }

  async #create(kind: 'private' | 'group' | 'public', people: number[]): Promise<boolean> {
    this.busy = true;
    this.problem = null;
    try {
      const extensions = asExtensions(this.fields);
      const about =
        kind === 'private'
          ? { name: '' }
          : {
              name: this.name.trim(),
              description: this.description.trim(),
              photo: this.photo,
              extensions,
              ...(kind === 'public' ? { allow_preview: this.allowPreview } : {}),
            };
      const made = await this.backend.call('create_dialog', { kind, people, ...about });
      this.go(made);
      if (kind !== 'private' && Object.keys(extensions).length > 0) {
        void this.#compare(made, extensions);
      }
      return true;
    } catch (thrown) {
      this.problem = wordsFor(thrown);
      return false;
    } finally {
      this.busy = false;
    }
  }

  /** Says which fields the server did not keep. */
  async #compare(dialog: DialogId, sent: Record<string, string>): Promise<void> {
    const info = await this.backend.call('dialog_info', { dialog }).catch(() => null);
    const names = info === null ? [] : notKept(sent, info.extensions);
    if (names.length > 0) this.toasts.say(t.create.fieldsNotKept(names), 'error');
  }
}
