/** The invented world behind a scene: people, conversations, messages. */

import type { Delivery, DialogView, FailureReason, MessageView, PersonView } from '../bindings';
import { allRights, blankAttachment, blankDialog, blankMessage, inShort } from './blank';
import { cast } from './cast';
import { fillList } from './crowd';
import { fillFiles } from './files';
import { fillKinds } from './kinds';
import { ARABIC, BEA, FILLER, HEBREW, HIKE } from './words';
import type { Scene } from './scenes';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

export type Talk = { dialog: DialogView; messages: MessageView[]; occupants: number[] };

/** What scenes are made with. */
export type Tools = {
  add: (
    id: string,
    kind: DialogView['kind'],
    name: string,
    members: string[],
    more?: Partial<DialogView>,
  ) => Talk;
  write: (
    talk: Talk,
    who: string,
    text: string,
    at: number,
    delivery?: Delivery,
    failure?: FailureReason | null,
  ) => MessageView;
};

export type World = {
  people: Record<string, PersonView>;
  me: PersonView;
  talks: Map<string, Talk>;
};

let made = 0;

export function makeMessage(
  dialog: string,
  sender: number,
  isOwn: boolean,
  body: string,
  at: number,
  delivery: Delivery = 'read',
  failure: FailureReason | null = null,
): MessageView {
  made += 1;
  const seconds = Math.floor(at / 1000);
  const id = seconds.toString(16).padStart(8, '0') + made.toString(16).padStart(16, '0');
  return blankMessage(id, {
    dialog_id: dialog,
    sender,
    is_own: isOwn,
    body,
    sent_at: seconds * 1000,
    key: `${String(seconds).padStart(12, '0')}:${id}`,
    delivery,
    failure,
  });
}

export function refresh(talk: Talk, world: World): void {
  const waiting = talk.messages.filter(({ delivery }) =>
    ['failed', 'queued', 'sending'].includes(delivery),
  ).length;
  talk.dialog = { ...talk.dialog, waiting };
  const last = talk.messages.at(-1);
  if (last === undefined) {
    talk.dialog = { ...talk.dialog, last: null };
    return;
  }
  const sender = Object.values(world.people).find((person) => person.id === last.sender);
  talk.dialog = {
    ...talk.dialog,
    sort_at: last.sent_at,
    last: {
      id: last.id,
      sender: last.sender,
      sender_name: sender?.name ?? '',
      is_own: last.is_own,
      text: last.body,
      at: last.sent_at,
      delivery: last.delivery,
      attachment: inShort(last.attachments),
      system: last.system,
    },
  };
}

export function makeWorld(scene: Scene, now: number): World {
  const people = cast(now);
  const get = (key: string): PersonView => {
    const person = people[key];
    if (person === undefined) throw new Error(`no ${key} in the cast`);
    return person;
  };
  const me = get('me');
  const world: World = { people, me, talks: new Map() };

  const add = (
    id: string,
    kind: DialogView['kind'],
    name: string,
    members: string[],
    more: Partial<DialogView> = {},
  ): Talk => {
    const other = members[0];
    const talk: Talk = {
      dialog: blankDialog(id, {
        kind,
        name,
        photo: kind === 'private' && other !== undefined ? get(other).avatar : null,
        opponent: kind === 'private' && other !== undefined ? get(other).id : null,
        occupant_count: members.length + 1,
        sort_at: now - 40 * DAY,
        role: kind === 'group' ? 'owner' : 'member',
        rights: kind === 'private' ? { ...allRights, leave: false } : allRights,
        ...more,
      }),
      messages: [],
      occupants: [me.id, ...members.map((key) => get(key).id)],
    };
    world.talks.set(id, talk);
    return talk;
  };
  const write = (
    talk: Talk,
    who: string,
    text: string,
    at: number,
    delivery: Delivery = 'read',
    failure: FailureReason | null = null,
  ) => {
    const person = get(who);
    const own = person.id === me.id;
    const message = makeMessage(talk.dialog.id, person.id, own, text, at, delivery, failure);
    talk.messages.push(message);
    return message;
  };

  if (scene.dialogs === 'none') return world;

  const hike = add('hike', 'group', 'Heather ridge on Saturday', ['bea', 'carl', 'dina']);
  for (const [who, minutes, text] of HIKE)
    write(hike, who, text, now - 70 * MINUTE + minutes * MINUTE);
  for (const [who, minutes, text] of HIKE.slice(0, 9)) {
    hike.messages.unshift();
    write(hike, who, text, now - 2 * DAY + minutes * MINUTE);
  }
  hike.messages.sort((a, b) => (a.key < b.key ? -1 : 1));

  const bea = add('bea', 'private', get('bea').name, ['bea']);
  for (const [who, minutes, text] of BEA)
    write(bea, who, text, now - DAY - 3 * HOUR + minutes * MINUTE);
  write(bea, 'bea', 'I am here already, by the maps. Take your time.', now - 34 * MINUTE);
  write(bea, 'me', 'On the tram.', now - 32 * MINUTE);
  write(bea, 'me', '🚋', now - 32 * MINUTE);
  const waits = scene.sending === 'waits';
  write(bea, 'me', 'Two more stops.', now - 20 * MINUTE, waits ? 'queued' : 'delivered');

  const work = add('work', 'group', 'Garden committee', ['emil', 'fay', 'ines', 'hana'], {
    unread: 7,
  });
  for (let i = 0; i < 60; i += 1) {
    const who = ['emil', 'fay', 'me', 'ines', 'hana'][(i * 7 + (i >> 2)) % 5] ?? 'emil';
    write(
      work,
      i >= 53 && who === 'me' ? 'fay' : who,
      FILLER[(i * 5) % FILLER.length] ?? '',
      now - 3 * DAY + i * 67 * MINUTE,
    );
  }

  const thousand = add('thousand', 'private', get('carl').name, ['carl']);
  for (let i = 0; i < 1000; i += 1) {
    const text = FILLER[(i * 7 + (i >> 3)) % FILLER.length] ?? '';
    write(
      thousand,
      (i >> 1) % 2 === 0 ? 'carl' : 'me',
      `${text} (${i + 1})`,
      now - 4 * HOUR - (1000 - i) * 43 * MINUTE,
    );
  }

  const states = add('states', 'private', get('dina').name, ['dina'], {
    draft: 'I meant to say that',
  });
  write(states, 'dina', 'How do the ticks look?', now - 3 * HOUR);
  write(states, 'me', 'This one was read.', now - 3 * HOUR + MINUTE, 'read');
  write(states, 'me', 'This one was delivered.', now - 3 * HOUR + 2 * MINUTE, 'delivered');
  write(states, 'me', 'This one was sent.', now - 3 * HOUR + 3 * MINUTE, 'sent');
  write(states, 'me', 'This one is on its way.', now - 3 * HOUR + 4 * MINUTE, 'sending');
  write(states, 'me', 'This one waits.', now - 3 * HOUR + 5 * MINUTE, 'queued');
  write(
    states,
    'me',
    'This one did not go out, and it is long enough to need a second line to stand on, so that one sees the time at the end.',
    now - 3 * HOUR + 6 * MINUTE,
    'failed',
    'not_allowed',
  );
  const edited = write(states, 'dina', 'I see. Edited, this one.', now - 170 * MINUTE);
  edited.edited_at = now - 160 * MINUTE;
  const photo = write(states, 'dina', '', now - 165 * MINUTE);
  photo.attachments = [
    blankAttachment('photo', {
      name: 'ridge.jpg',
      size: 2_400_000,
      content_type: 'image/jpeg',
      uid: 'missing',
      width: 1600,
      height: 1200,
    }),
  ];

  const omar = add('omar', 'private', get('omar').name, ['omar']);
  ARABIC.forEach((text, i) =>
    write(omar, i % 2 === 0 ? 'omar' : 'me', text, now - 5 * HOUR + i * 4 * MINUTE),
  );
  const gil = add('gil', 'private', get('gil').name, ['gil'], { unread: 1 });
  HEBREW.forEach((text, i) =>
    write(gil, i % 2 === 0 ? 'gil' : 'me', text, now - 8 * HOUR + i * 4 * MINUTE),
  );

  const hana = add('hana', 'private', get('hana').name, ['hana'], { unread: 132 });
  write(hana, 'hana', '明日の会議は午後三時からです。資料は私が用意します。', now - 6 * DAY);

  const emil = add('emil', 'private', get('emil').name, ['emil']);
  write(emil, 'me', 'Happy birthday, Emil. May the year be kind to you.', now - 9 * DAY, 'read');

  const fresh = add('fresh', 'private', get('fay').name, ['fay'], { sort_at: now - 12 * DAY });
  void fresh;

  if (scene.dialogs === 'long') {
    const long = add(
      'long',
      'group',
      'The unabridged and annotated reading circle for very long novels, second edition',
      ['long', 'markup', 'ines'],
      { unread: 12345 },
    );
    write(
      long,
      'long',
      'Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft'.repeat(3),
      now - 30 * MINUTE,
    );
    write(
      long,
      'markup',
      '<script>alert("hello")</script> <b>not bold</b> &amp; not an entity',
      now - 25 * MINUTE,
    );
    write(
      long,
      'me',
      'https://example.org/' + 'a-very-long-path-without-any-break/'.repeat(8),
      now - 22 * MINUTE,
    );
    write(
      long,
      'long',
      'One line\nand another\n\n    indented a little\nand the end',
      now - 20 * MINUTE,
    );
    write(long, 'ines', FILLER.join(' ').repeat(6), now - 10 * MINUTE);
    write(long, 'me', 'k', now - 5 * MINUTE, 'sent');
  }
  if (scene.dialogs === 'kinds') fillKinds({ add, write }, world, now);
  if (scene.dialogs === 'files') fillFiles({ add, write }, world, now);
  fillList({ add, write }, scene, now);
  for (const talk of world.talks.values()) refresh(talk, world);
  return world;
}
