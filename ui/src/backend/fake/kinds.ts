/** A conversation with one message of every kind, for looking at them all. */

import type { MessageView } from '../bindings';
import { blankAttachment, memberRights, readerRights } from './blank';
import { replyTo } from './talk';
import type { Tools, World } from './world';

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;

const CODE = `Here is how I count them:
\`\`\`js
// Everybody who said yes
const yes = answers.filter((answer) => answer.comes);
console.log(\`\${yes.length} people\`);
\`\`\`
Does that look right?`;

const LISTS = `*What we still need*
- bread, _fresh_
- cheese
  - one soft
  - one hard
- ~mustard~ (I have it)

1. Meet at 07:30
2. Walk
3. Eat

> The forecast says sun until four.
> Then wind.
I would go \`before\` that.`;

export function fillKinds({ add, write }: Tools, world: World, now: number): void {
  const kinds = add('kinds', 'group', 'Everything there is', ['bea', 'carl', 'dina', 'emil']);
  let at = now - DAY - 200 * MINUTE;
  const say = (who: string, text: string, more: Partial<MessageView> = {}): MessageView => {
    at += 2 * MINUTE;
    return Object.assign(write(kinds, who, text, at), more);
  };
  const quote = (message: MessageView) => replyTo(kinds, message.id, Object.values(world.people));
  const id = (who: string) => world.people[who]?.id ?? 0;

  say('me', '', { system: { kind: 'created', by: id('me'), people: [], text: '', message: null } });
  say('me', '', {
    system: {
      kind: 'added',
      by: id('me'),
      people: [id('bea'), id('carl')],
      text: '',
      message: null,
    },
  });
  const first = say('bea', 'Shall we write down *who brings what*? I lose track.');
  first.reactions = [
    { emoji: '👍', count: 3, is_own: true },
    { emoji: '❤️', count: 1, is_own: false },
  ];
  first.is_pinned = true;
  say('carl', LISTS);
  say('me', CODE);
  say('dina', 'Good idea.', { reply: quote(first) });
  say('me', 'I would have said the same, and at the same length, so that one sees two lines.', {
    reply: {
      message: 'gone',
      sender: id('carl'),
      sender_name: 'Carl Nguyen',
      text: 'A message that is not here any more, whose words go on for longer than there is room',
      attachment: null,
    },
  });
  say('me', '', {
    system: {
      kind: 'renamed',
      by: id('bea'),
      people: [],
      text: 'Saturday, all of it',
      message: null,
    },
  });
  say('dina', 'The path is closed from Monday on, says the forester.', {
    forward: { sender: id('emil'), name: 'Emil Jørgensen', sent_at: now - 9 * DAY },
  });
  say('bea', '@Ada Winter can you ask @Emil Jørgensen?', {
    mentions: [id('me'), id('emil')],
    mentions_me: true,
  });
  say('me', '🧀🍞🍎', { reactions: [{ emoji: '😂', count: 2, is_own: false }] });
  say(
    'emil',
    '[The map](https://maps.example.org/ridge) and https://example.org/a_b_c, and a trap: [https://bank.example](https://thief.example/)',
  );
  say('carl', 'My clock is wrong, they say.', { claimed_at: at - 3 * 60 * MINUTE });
  say('bea', 'This one goes by itself.', {
    destroy_after: 3600,
    expires_at: now + 42 * MINUTE,
  });
  say('me', 'So does this, and quietly.', { destroy_after: 60, is_silent: true });
  say('me', 'I have just changed this.', { edited_at: at, deed: 'editing' });
  say('me', 'And this one goes.', { deed: 'deleting' });
  say('dina', '', {
    attachments: [
      blankAttachment('photo', {
        name: 'ridge.jpg',
        size: 2_400_000,
        content_type: 'image/jpeg',
        uid: 'ridge',
        width: 1600,
        height: 1000,
      }),
    ],
    reactions: [
      ['😍', 4],
      ['🏔️', 2],
      ['👏', 1],
      ['🔥', 1],
      ['🎉', 1],
      ['😮', 1],
      ['🥾', 1],
    ].map(([emoji, count]) => ({ emoji: String(emoji), count: Number(count), is_own: false })),
  });
  say('me', 'ok', { is_pinned: true, reactions: [{ emoji: '👀', count: 12, is_own: true }] });
  say('me', '', {
    system: { kind: 'left', by: id('emil'), people: [id('emil')], text: '', message: null },
  });
  say('carl', 'مرحبا *بالجميع* في `الساعة` السابعة', {});

  const news = add('news', 'broadcast', 'News of the house', ['fay'], {
    role: 'none',
    rights: readerRights,
  });
  write(news, 'fay', 'The lift is repaired on Tuesday, from nine to eleven.', now - 3 * DAY);
  write(news, 'fay', 'It is repaired. *Thank you* for your patience.', now - DAY);

  const asked = add('asked', 'group', 'Neighbours', ['bea', 'ines'], {
    role: 'member',
    rights: memberRights,
  });
  write(asked, 'bea', 'Does anybody have a ladder?', now - 50 * MINUTE);
}
