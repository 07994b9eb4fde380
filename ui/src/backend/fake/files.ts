/** A conversation in which everything hangs on messages, and what the invented backend does about files. */

import type {
  AttachmentView,
  MessageView,
  TransferProblem,
  TransferView,
  UploadState,
} from '../bindings';
import { blankAttachment } from './blank';
import type { Hands, Some } from './list';
import { replyTo } from './talk';
import type { Tools, World } from './world';

const MINUTE = 60_000;
const STEP = 150;
const STEPS = 20;
/** Files of invented messages that have not gone out are counted from here. */
export const FIRST_LEAVING = 90_000;

type Mine = 'save_attachment' | 'cancel_transfer' | 'open_attachment' | 'show_attachment';

export function fileCommands({ world, emit, changed, fail }: Hands): Some<Mine> {
  let going: TransferView[] = [];
  const tell = (next: TransferView[]): null => {
    going = next;
    emit({ kind: 'transfers', transfers: going });
    return null;
  };
  const is = (message: string, index: number) => (one: TransferView) =>
    one.message === message && one.index === index;
  const find = (id: string) => {
    for (const talk of world.talks.values()) {
      const message = talk.messages.find((message) => message.id === id);
      if (message !== undefined) return { talk, message };
    }
    return fail('gone');
  };
  const saved = (id: string, index: number): null => {
    const { talk, message } = find(id);
    const attachments = message.attachments.map((one, at) =>
      at === index ? { ...one, saved: savedAs(one) } : one,
    );
    const next = { ...message, attachments };
    talk.messages = talk.messages.map((other) => (other === message ? next : other));
    changed(talk, [next]);
    return null;
  };
  const step = (message: string, index: number) => {
    const one = going.find(is(message, index));
    if (one === undefined || one.problem !== null) return;
    const total = one.total ?? 1;
    const done = Math.min(total, one.done + total / STEPS);
    if (done < total) {
      tell(going.map((other) => (other === one ? { ...one, done } : other)));
      setTimeout(() => step(message, index), STEP);
      return;
    }
    saved(message, index);
    tell(going.filter((other) => other !== one));
  };
  const problemOf = (name: string): TransferProblem | null =>
    name.startsWith('gone') ? 'gone' : null;
  return {
    save_attachment: ({ message, index }) => {
      const attachment = find(message).message.attachments[index];
      if (attachment === undefined) return fail('gone');
      const { size, name } = attachment;
      const problem = problemOf(name);
      const one: TransferView = {
        message,
        index,
        done: 0,
        total: size ?? 500_000,
        problem,
        is_upload: false,
      };
      tell([...going.filter((other) => !is(message, index)(other)), one]);
      setTimeout(() => step(message, index), STEP);
      return null;
    },
    cancel_transfer: ({ message, index }) => tell(going.filter((one) => !is(message, index)(one))),
    open_attachment: () => null,
    show_attachment: () => null,
  };
}

const savedAs = ({ name }: AttachmentView) => ({
  name,
  opens: /\.(pdf|jpg|mp4|ogg|zip|m4a)$/.test(name),
});

export function fillFiles({ add, write }: Tools, world: World, now: number): void {
  const files = add('files', 'group', 'Papers and pictures', ['bea', 'carl', 'dina', 'omar']);
  let at = now - 190 * MINUTE;
  const say = (who: string, text: string, ...attachments: AttachmentView[]): MessageView => {
    at += 3 * MINUTE;
    return Object.assign(write(files, who, text, at), { attachments });
  };
  const photo = (uid: string, width = 1600, height = 1200) =>
    blankAttachment('photo', { uid, name: `${uid}.jpg`, width, height, size: 1_900_000 });

  say('bea', 'The pictures from Saturday.', photo('ridge'), photo('lake'), photo('hut'));
  say('me', '', photo('ridge', 900, 1600));
  say('me', '', photo('lake'), photo('hut'));
  const minutes = say(
    'carl',
    'Here are the minutes.',
    blankAttachment('file', {
      uid: 'minutes',
      name: 'Minutes of the meeting of the garden committee, third draft.pdf',
      size: 248_300,
      content_type: 'application/pdf',
    }),
  );
  const table = blankAttachment('file', { uid: 'table', name: 'Costs.xlsx', size: 18_200 });
  say('me', '', { ...table, saved: { name: 'Costs (2).xlsx', opens: true } });
  say(
    'me',
    '',
    blankAttachment('file', {
      uid: 'setup',
      name: 'setup.exe',
      size: 48_000_000,
      saved: { name: 'setup.exe', opens: false },
    }),
  );
  say('dina', '', blankAttachment('audio', { uid: 'voice', duration: 7.4, size: 48_300 }));
  say(
    'dina',
    'And the film of it',
    blankAttachment('video', { uid: 'film', name: 'lake.mp4', duration: 83, size: 31_400_000 }),
    blankAttachment('file', { uid: 'zip', name: 'all of them.zip', size: 1_240_000_000 }),
  );
  say('carl', '', blankAttachment('file', { uid: 'odd' }));
  say('carl', '', blankAttachment('file', { name: 'gone missing.txt', uid: 'gone', size: 812 }));
  say('carl', '', blankAttachment('file', { name: 'nothing behind it.bin' }));
  say(
    'carl',
    '',
    blankAttachment('file', { name: 'elsewhere.pdf', link: 'https://files.example.org/a.pdf' }),
  );
  say(
    'bea',
    '',
    blankAttachment('contact', {
      name: 'Hannelore Übelacker-Schmidt',
      contact: [
        { key: 'email', value: 'hannelore@example.org' },
        { key: 'phone', value: '+49 30 901820' },
      ],
    }),
    blankAttachment('contact', { name: 'Ed' }),
  );
  say(
    'bea',
    'Here we meet.',
    blankAttachment('place', { place: { north: '52.520008', east: '13.404954' } }),
  );
  say(
    'omar',
    '',
    blankAttachment('file', { uid: 'arab', name: 'محضر اجتماع لجنة الحديقة.pdf', size: 91_000 }),
  );
  const answer = say('me', 'I have read them.');
  answer.reply = replyTo(files, minutes.id, Object.values(world.people));
  const passed = say('me', '', ...minutes.attachments);
  passed.forward = { sender: minutes.sender, name: 'Carl Nguyen', sent_at: minutes.sent_at };
  minutes.is_pinned = true;

  fillOdd({ add, write }, now, photo);
  fillSending({ add, write }, world, now);

  const sent = (id: string, who: string, attachment: AttachmentView) => {
    const talk = add(id, 'private', world.people[who]?.name ?? '', [who]);
    Object.assign(write(talk, who, '', now - 9 * MINUTE), { attachments: [attachment] });
  };
  sent('sent-voice', 'ines', blankAttachment('audio', { uid: 'voice2', duration: 12 }));
  sent('sent-contact', 'emil', blankAttachment('contact', { name: 'Fay Oduya' }));
}

type TakePhoto = (uid: string, width?: number, height?: number) => AttachmentView;

/** Names, sizes and numbers that nobody reckons with. */
function fillOdd(
  { add, write }: Pick<Tools, 'add' | 'write'>,
  now: number,
  photo: TakePhoto,
): void {
  const odd = add('oddfiles', 'group', 'Odd sizes', ['bea', 'long', 'omar']);
  let at = now - 300 * MINUTE;
  const say = (who: string, text: string, ...attachments: AttachmentView[]) => {
    at += 7 * MINUTE;
    return Object.assign(write(odd, who, text, at), { attachments });
  };
  const endless = 'a_name_without_any_space_that_somebody_made_by_a_program_'.repeat(4);
  say('long', '', photo('wide', 4000, 500), photo('tall', 500, 4000));
  say('me', '', photo('tiny', 24, 24));
  say('bea', '', photo('missing'));
  say('bea', 'All of the valley.', { ...photo('valley', 8000, 3000), size: 12_400_000 });
  say('me', '', { ...photo('missing-valley', 6000, 4000), size: 8_100_000 });
  say('me', 'Seven of them.', ...['a', 'b', 'c', 'd', 'e', 'f', 'g'].map((name) => photo(name)));
  say('long', '', photo('strip', 4000, 500));
  say('me', '', photo('tower', 500, 4000));
  say(
    'long',
    '',
    blankAttachment('file', { uid: 'endless', name: `${endless}.tar.gz`, size: 999_999_999_999 }),
    blankAttachment('file', { uid: 'none', name: 'empty.txt', size: 0 }),
  );
  say('me', '', blankAttachment('audio', { uid: 'long', duration: 7_384, size: 812 }));
  say(
    'omar',
    '',
    blankAttachment('contact', {
      name: 'ماكسيميليانا قسطنطينوبوليتانسكايا فيذرستونهو',
      contact: [
        { key: 'email', value: `${'somebody.with.a.long.name.'.repeat(3)}@example.org` },
        { key: 'phone', value: '+49 30 901820' },
        { key: 'phone 2', value: '+49 171 5550100' },
      ],
    }),
    blankAttachment('place', {
      name: 'The bench behind the third oak on the left, where the path to the lake begins',
      place: { north: '-52.5', east: '-0.0001' },
    }),
  );
  say('long', 'Look at these.', blankAttachment('contact', { name: endless }));
}

/** Own messages with files that have not gone out, in every state. */
function fillSending({ add, write }: Pick<Tools, 'add' | 'write'>, world: World, now: number) {
  const talk = add('sending', 'private', world.people['carl']?.name ?? '', ['carl']);
  let at = now - 12 * MINUTE;
  let file = FIRST_LEAVING;
  const say = (
    text: string,
    delivery: MessageView['delivery'],
    state: UploadState,
    attachments: AttachmentView[],
    failure: MessageView['failure'] = null,
  ) => {
    at += MINUTE;
    const upload = () => ({ file: file++, state, next_attempt_at: null });
    Object.assign(write(talk, 'me', text, at, delivery, failure), {
      attachments: attachments.map((one) => ({ ...one, uid: null, upload: upload() })),
    });
  };
  const photo = blankAttachment('photo', {
    name: 'ridge.jpg',
    width: 1600,
    height: 1200,
    size: 1_900_000,
  });
  const tall = { ...photo, name: 'tower.jpg', width: 900, height: 1200 };
  const paper = blankAttachment('file', { name: 'Minutes of the meeting.pdf', size: 2_480_000 });
  write(talk, 'carl', 'Can you send me the pictures?', at);
  say(
    'This one is too large, I am afraid.',
    'failed',
    'failed',
    [{ ...paper, size: 96_000_000 }],
    'file_too_large',
  );
  say('', 'failed', 'failed', [photo], 'file_lost');
  say('From the ridge.', 'uploading', 'uploading', [photo]);
  say('', 'uploading', 'uploading', [paper]);
  say('And three more.', 'queued', 'waiting', [photo, tall, photo]);
  say('', 'queued', 'waiting', [{ ...paper, name: 'Costs.xlsx', size: 18_200 }]);
}

/** Half of each file of that conversation that is on its way has gone over. */
export function leaving(world: World): TransferView[] {
  const messages = world.talks.get('sending')?.messages ?? [];
  return messages.flatMap((message) =>
    message.attachments.flatMap(({ upload, size }, index) =>
      upload?.state === 'uploading'
        ? [
            {
              message: message.id,
              index,
              done: Math.round((size ?? 0) * 0.6),
              total: size,
              problem: null,
              is_upload: true,
            },
          ]
        : [],
    ),
  );
}
