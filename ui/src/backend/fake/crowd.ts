/** Conversations of every kind and state, so that the list has something to show; and very many. */

import { allRights, memberRights, readerRights } from './blank';
import { drawn } from './cast';
import { FILLER } from './words';
import type { Scene } from './scenes';
import type { Tools } from './world';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

export function fillList({ add, write }: Tools, scene: Scene, now: number): void {
  const news = add('news', 'broadcast', 'News of the house', ['emil'], {
    photo: drawn(80, '📣'),
    description: 'What everybody in the house should know. Only the caretakers write here.',
    rights: readerRights,
    is_pinned: true,
    occupant_count: 214,
    unread: 1,
  });
  write(
    news,
    'emil',
    'The lift is being mended on Thursday. Please take the stairs between nine and eleven.',
    now - 26 * HOUR,
  );

  const square = add(
    'square',
    'public',
    'Market square',
    ['carl', 'dina', 'fay', 'gil', 'hana', 'ines', 'omar'],
    {
      photo: drawn(150, '🥕'),
      description: 'Who grows what, who has too much of it, and who would like some.',
      rights: { ...memberRights, edit_info: false, add_people: false },
      occupant_count: 1_204,
      unread: 12,
      mentions: 2,
      muted_until: now + 5 * HOUR,
    },
  );
  for (let i = 0; i < 30; i += 1) {
    const who = ['carl', 'dina', 'fay', 'omar', 'ines'][i % 5] ?? 'carl';
    write(square, who, FILLER[(i * 3) % FILLER.length] ?? '', now - 2 * DAY + i * 70 * MINUTE);
  }
  const named = write(
    square,
    'ines',
    '@Ada Winter do you still have pumpkins? @Ada Winter?',
    now - 90 * MINUTE,
  );
  named.mentions = [100];
  named.mentions_me = true;

  const quiet = add('quiet', 'group', 'Neighbours on the third floor', ['hana', 'ines'], {
    is_marked_unread: true,
    muted_until: 253_402_300_799_000,
    role: 'member',
    rights: memberRights,
  });
  write(quiet, 'hana', 'The parcel is with us.', now - 11 * HOUR);

  const stuck = add('stuck', 'group', 'Chess on Tuesdays', ['gil', 'carl']);
  write(stuck, 'gil', 'Who brings the clock?', now - 13 * HOUR);
  write(stuck, 'me', 'I do.', now - 12 * HOUR, 'queued');
  write(stuck, 'me', 'And the board.', now - 12 * HOUR + MINUTE, 'failed', 'refused');

  const old = add('old', 'group', 'Summer of the year before', ['bea', 'emil'], {
    is_archived: true,
    rights: allRights,
  });
  write(old, 'bea', 'What a summer that was.', now - 300 * DAY);

  if (scene.dialogs !== 'many' && scene.dialogs !== 'tenthousand') return;
  const count = scene.dialogs === 'many' ? 400 : 10_000;
  for (let i = 0; i < count; i += 1) {
    const talk = add(`many${i}`, 'group', `Reading circle ${i + 1}`, ['emil', 'fay'], {
      unread: i % 37 === 0 ? 3 : 0,
    });
    write(
      talk,
      i % 2 ? 'fay' : 'emil',
      FILLER[i % FILLER.length] ?? '',
      now - 10 * DAY - i * 7 * MINUTE,
    );
  }
}
