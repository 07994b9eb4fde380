/** What the invented backend does about the list, a conversation's details, new ones and accounts. */

import type {
  AccountView,
  AppView,
  Code,
  Commands,
  DialogInfo,
  DialogView,
  FeedEvent,
  MessageView,
  PersonView,
} from '../bindings';
import { allRights, blankDialog, memberRights } from './blank';
import { drawn, landscape } from './cast';
import { FILLER } from './words';
import { makeMessage, type Talk, type World } from './world';
import type { Scene } from './scenes';

/** What the commands may use. */
export type Hands = {
  world: World;
  scene: Scene;
  now: () => number;
  fail: (code: Code) => never;
  talk: (id: string) => Talk;
  emit: (event: FeedEvent) => void;
  /** Messages of a dialog changed. */
  changed: (talk: Talk, upserts: MessageView[], removals?: string[]) => void;
  /** The list changed. */
  homeChanged: (talks: Talk[], removed?: string[]) => void;
  app: () => AppView;
  setApp: (app: AppView) => AppView;
};

type Answer<K extends keyof Commands> = (args: Commands[K]['args']) => Commands[K]['answer'];
export type Some<K extends keyof Commands> = { [N in K]: Answer<N> };

type Mine =
  | 'mute'
  | 'archive'
  | 'pin_dialog'
  | 'mark_unread'
  | 'mark_read'
  | 'why_unread'
  | 'open_public'
  | 'directory'
  | 'preview'
  | 'join'
  | 'leave'
  | 'create_dialog'
  | 'find_people'
  | 'dialog_info'
  | 'members'
  | 'update_dialog'
  | 'add_people'
  | 'remove_people'
  | 'set_admin'
  | 'set_notifications'
  | 'clear_history'
  | 'delete_dialogs'
  | 'fill_hole'
  | 'watch_presence'
  | 'picture'
  | 'waiting'
  | 'retry_all'
  | 'report_person'
  | 'accounts'
  | 'switch_account'
  | 'add_account';

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;

type Extra = Pick<
  DialogInfo,
  'extensions' | 'owner' | 'admins' | 'allow_preview' | 'notifications' | 'holes'
>;

/** What the server keeps of them. */
const fieldsOf = (extensions: Record<string, string>) =>
  Object.entries(extensions)
    .filter(([key]) => !key.startsWith('unknown'))
    .map(([key, value]) => ({ key, value }));

export function listCommands(hands: Hands): Some<Mine> {
  const { world, now, fail, talk, homeChanged } = hands;
  const everybody = () => Object.values(world.people);
  const person = (id: number) => everybody().find((one) => one.id === id);
  const extras = new Map<string, Extra>();
  const extraOf = (one: Talk): Extra => {
    const known = extras.get(one.dialog.id);
    if (known !== undefined) return known;
    const owner = one.dialog.role === 'owner' ? world.me.id : (one.occupants[1] ?? null);
    const made: Extra = {
      extensions: one.dialog.kind === 'group' ? [{ key: 'season', value: 'autumn' }] : [],
      owner: one.dialog.kind === 'private' ? null : owner,
      admins: one.dialog.kind === 'private' ? [] : one.occupants.slice(2, 3),
      allow_preview: true,
      notifications: true,
      holes: one.dialog.id === 'work' ? [{ from: now() - 12 * DAY, to: now() - 9 * DAY }] : [],
    };
    extras.set(one.dialog.id, made);
    return made;
  };
  const edit = (id: string, more: Partial<DialogView>): null => {
    const found = talk(id);
    if (hands.scene.refuses === true) fail('not_allowed');
    found.dialog = { ...found.dialog, ...more };
    homeChanged([found]);
    return null;
  };

  /** Public ones that nobody here has joined. */
  const strange = new Map<string, { dialog: DialogView; allow_preview: boolean }>();
  for (let i = 0; i < 45; i += 1) {
    const name = i === 0 ? 'Night sky over the city' : i === 1 ? 'Bread' : `Open table ${i}`;
    strange.set(`open${i}`, {
      dialog: blankDialog(`open${i}`, {
        kind: 'public',
        name,
        photo: i < 2 ? drawn(200 + i * 60, i === 0 ? '🔭' : '🥖') : null,
        description: i % 3 === 0 ? 'Everybody is welcome. Say hello when you come in.' : '',
        occupant_count: 4 + ((i * 37) % 900),
        role: 'none',
        is_joined: false,
        rights: { ...memberRights, write: false, leave: false },
      }),
      allow_preview: i % 4 !== 3,
    });
  }

  return {
    mute: ({ dialog, until }) => edit(dialog, { muted_until: until }),
    archive: ({ dialogs, on }) => {
      for (const dialog of dialogs) edit(dialog, { is_archived: on });
      return null;
    },
    pin_dialog: ({ dialog, on }) => edit(dialog, { is_pinned: on }),
    mark_unread: ({ dialog, on }) => edit(dialog, { is_marked_unread: on }),
    why_unread: ({ dialog }) => {
      const { unread, is_marked_unread } = talk(dialog).dialog;
      const first = talk(dialog).messages.at(-unread)?.id ?? null;
      if (unread > 0) return { reason: 'new', message: first };
      return { reason: is_marked_unread ? 'marked' : 'nothing', message: null };
    },
    mark_read: ({ dialogs }) => {
      const ids = dialogs.length > 0 ? dialogs : [...world.talks.keys()];
      for (const id of ids) {
        const { unread, is_marked_unread } = talk(id).dialog;
        if (unread > 0 || is_marked_unread)
          edit(id, { unread: 0, mentions: 0, is_marked_unread: false });
      }
      return null;
    },
    open_public: ({ dialog }) => dialog,
    directory: ({ query, skip }) => {
      if (hands.scene.link === 'offline') fail('offline');
      const joined = [...world.talks.values()].flatMap((one) =>
        one.dialog.kind === 'public' ? [{ dialog: one.dialog, allow_preview: true }] : [],
      );
      const fitting = [...joined, ...strange.values()].filter(({ dialog }) =>
        dialog.name.toLowerCase().includes(query.toLowerCase()),
      );
      return { items: fitting.slice(skip, skip + 20), has_more: fitting.length > skip + 20 };
    },
    preview: ({ dialog }) => {
      if (strange.get(dialog)?.allow_preview === false) fail('not_allowed');
      const people = everybody().slice(1, 6);
      const messages = Array.from({ length: 20 }, (_, i) =>
        makeMessage(
          dialog,
          people[i % people.length]?.id ?? 101,
          false,
          FILLER[i % FILLER.length] ?? '',
          now() - (20 - i) * 7 * MINUTE,
        ),
      );
      return { messages, people };
    },
    join: ({ dialog }) => {
      const found = strange.get(dialog);
      if (found === undefined) return dialog;
      strange.delete(dialog);
      const made: Talk = {
        dialog: {
          ...found.dialog,
          is_joined: true,
          role: 'member',
          rights: { ...memberRights, edit_info: false, add_people: false },
          sort_at: now(),
        },
        messages: [],
        occupants: [world.me.id],
      };
      world.talks.set(dialog, made);
      homeChanged([made]);
      return dialog;
    },
    leave: ({ dialog }) => {
      if (hands.scene.refuses === true) fail('not_allowed');
      world.talks.delete(dialog);
      homeChanged([], [dialog]);
      return null;
    },
    create_dialog: ({ kind, name, people, description, photo, extensions, allow_preview }) => {
      const id = `made${world.talks.size}`;
      const other = people[0] === undefined ? undefined : person(people[0]);
      const made: Talk = {
        dialog: blankDialog(id, {
          kind,
          name: kind === 'private' ? (other?.name ?? '') : name,
          photo: photo ?? null,
          description: description ?? '',
          opponent: kind === 'private' ? (people[0] ?? null) : null,
          occupant_count: people.length + 1,
          sort_at: now(),
          role: kind === 'private' ? 'member' : 'owner',
          rights: allRights,
        }),
        messages: [],
        occupants: [world.me.id, ...people],
      };
      world.talks.set(id, made);
      extras.set(id, {
        ...extraOf(made),
        extensions: fieldsOf(extensions ?? {}),
        allow_preview: allow_preview ?? false,
      });
      homeChanged([made]);
      return id;
    },
    find_people: ({ query, by = 'name' }) => {
      const wanted = query.toLowerCase();
      return everybody().filter(
        (one) =>
          one.id !== world.me.id &&
          (by === 'login' ? (one.login ?? '') : one.name).toLowerCase().includes(wanted),
      );
    },
    dialog_info: ({ dialog }) => {
      const found = talk(dialog);
      if (hands.scene.infoFails === true) fail('disk');
      const extra = extraOf(found);
      return {
        dialog: found.dialog,
        ...extra,
        members: found.occupants.flatMap((id) => person(id) ?? []),
        member_count: Math.max(found.dialog.occupant_count, found.occupants.length),
        complete_since: extra.holes[0]?.to ?? (dialog === 'thousand' ? now() - 30 * DAY : null),
        is_complete: extra.holes.length === 0 && dialog !== 'thousand',
        created_at: now() - 400 * DAY,
        links: found.messages
          .flatMap(({ id, sender, sent_at, body }) =>
            [...body.matchAll(/https:\/\/\S+/g)].map(([url]) => ({
              url,
              message: id,
              sender,
              at: sent_at,
            })),
          )
          .reverse(),
        pinned: found.messages.filter((message) => message.is_pinned),
      };
    },
    members: ({ dialog, query, skip }) => {
      const found = talk(dialog);
      const all: PersonView[] = found.occupants.flatMap((id) => person(id) ?? []);
      // A crowd stands for those whom nobody here has met.
      const crowd = found.dialog.occupant_count > 500 ? 300 : 0;
      for (let i = 0; i < crowd; i += 1)
        all.push({
          id: 5_000 + i,
          name: `Neighbour ${i + 1}`,
          login: `n${i + 1}`,
          avatar: null,
          last_seen: null,
        });
      const fitting = all.filter((one) => one.name.toLowerCase().includes(query.toLowerCase()));
      return { people: fitting.slice(skip, skip + 100), has_more: fitting.length > skip + 100 };
    },
    update_dialog: ({ dialog, name, description, photo, extensions, allow_preview }) => {
      const extra = extraOf(talk(dialog));
      edit(dialog, {
        ...(name === undefined || name === null ? {} : { name }),
        ...(description === undefined || description === null ? {} : { description }),
        ...(photo === undefined || photo === null ? {} : { photo: photo === '' ? null : photo }),
      });
      extras.set(dialog, {
        ...extra,
        ...(extensions === undefined || extensions === null
          ? {}
          : { extensions: fieldsOf(extensions) }),
        ...(allow_preview === undefined || allow_preview === null ? {} : { allow_preview }),
      });
      return null;
    },
    add_people: ({ dialog, people }) => {
      const found = talk(dialog);
      if (hands.scene.refuses === true) fail('not_allowed');
      found.occupants = [...new Set([...found.occupants, ...people])];
      return edit(dialog, { occupant_count: found.occupants.length });
    },
    remove_people: ({ dialog, people }) => {
      const found = talk(dialog);
      if (hands.scene.refuses === true) fail('not_allowed');
      found.occupants = found.occupants.filter((id) => !people.includes(id));
      return edit(dialog, { occupant_count: found.occupants.length });
    },
    set_admin: ({ dialog, person: who, on }) => {
      const extra = extraOf(talk(dialog));
      const admins = extra.admins.filter((id) => id !== who);
      extras.set(dialog, { ...extra, admins: on ? [...admins, who] : admins });
      return edit(dialog, {});
    },
    set_notifications: ({ dialog, on }) => {
      extras.set(dialog, { ...extraOf(talk(dialog)), notifications: on });
      return edit(dialog, {});
    },
    clear_history: ({ dialog }) => {
      const found = talk(dialog);
      const gone = found.messages.map((message) => message.id);
      found.messages = [];
      hands.changed(found, [], gone);
      return null;
    },
    delete_dialogs: ({ dialogs, for_all }) => {
      const refused = dialogs.filter(
        (id) => hands.scene.refuses === true || (for_all && !talk(id).dialog.rights.delete_for_all),
      );
      const deleted = dialogs.filter((id) => !refused.includes(id));
      for (const id of deleted) world.talks.delete(id);
      homeChanged([], deleted);
      return { deleted, refused };
    },
    fill_hole: ({ dialog, from }) => {
      const extra = extraOf(talk(dialog));
      extras.set(dialog, { ...extra, holes: extra.holes.filter((hole) => hole.from !== from) });
      return edit(dialog, {});
    },
    watch_presence: ({ people }) => {
      const presence = people.flatMap((id) => {
        const one = person(id);
        if (one === undefined) return [];
        return [{ person: id, is_online: id % 3 === 2, last_seen: one.last_seen }];
      });
      if (presence.length > 0) setTimeout(() => hands.emit({ kind: 'presence', presence }), 10);
      return null;
    },
    picture: ({ uid, is_wanted }) => {
      if (uid.startsWith('missing')) return null;
      for (const { messages } of world.talks.values()) {
        const all = messages.flatMap((message) => message.attachments);
        const photo = all.find((one) => one.uid === uid && one.kind === 'photo');
        if (is_wanted !== true && (photo?.size ?? 0) > 5_000_000) return null;
        if (photo !== undefined) return landscape(uid, photo.width ?? 1600, photo.height ?? 1200);
      }
      return drawn(uid.length * 40, uid.slice(0, 2));
    },
    waiting: () =>
      [...world.talks.values()].flatMap((one) =>
        one.messages
          .filter(({ delivery }) => ['failed', 'queued', 'uploading', 'sending'].includes(delivery))
          .map((message) => ({
            message,
            dialog_name: one.dialog.name,
            is_here: true,
            state: message.delivery,
            reason: message.failure,
            attempts: message.delivery === 'failed' ? 3 : 1,
            next_attempt_at: message.delivery === 'queued' ? now() + 24_000 : null,
            journal: [
              { at: message.sent_at, state: 'queued' as const, reason: '' },
              { at: message.sent_at + 2_000, state: 'sending' as const, reason: '' },
              ...(message.delivery === 'failed'
                ? [{ at: message.sent_at + 4_000, state: 'failed' as const, reason: 'refused' }]
                : [
                    { at: message.sent_at + 9_000, state: 'queued' as const, reason: 'link_broke' },
                  ]),
            ],
          })),
      ),
    retry_all: () => {
      for (const one of world.talks.values()) {
        const again = one.messages.filter(({ delivery }) => delivery === 'failed');
        for (const message of again) message.delivery = 'queued';
        if (again.length > 0) hands.changed(one, again);
      }
      return null;
    },
    report_person: () => (hands.scene.refuses === true ? fail('not_allowed') : null),
    accounts: () => hands.app().accounts,
    switch_account: ({ account }) => {
      const accounts: AccountView[] = hands
        .app()
        .accounts.map((one) => ({ ...one, is_current: one.id === account }));
      const current = accounts.find((one) => one.is_current) ?? null;
      return hands.setApp({ ...hands.app(), phase: 'home', account: current, accounts });
    },
    add_account: () => hands.setApp({ ...hands.app(), phase: 'welcome', connection: null }),
  };
}
