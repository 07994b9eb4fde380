// Kith and the official SDK as two people, through every live feature of the
// platform, in both directions. Each row of the table is one feature: what
// Kith does is heard by the SDK, and what the SDK does is shown by Kith. Where
// the platform carries nothing in a direction, the row says so and by which
// source. The table is printed at the end.

import assert from 'node:assert/strict';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';

import { Kith, connectionOf, messageId, reached } from '../support/kith.js';
import { Sdk } from '../support/sdk-any.js';
import { SdkPerson } from '../support/sdk.js';
import { folder, startServer } from '../support/server.js';

const PASSWORD = 'correct horse battery';
const [BROADCAST, GROUP, PRIVATE, PUBLIC] = [1, 2, 3, 4];
const LIST = 'ConnectyCubeBlockList';
const LADDER = ['failed', 'queued', 'uploading', 'sending', 'sent', 'delivered', 'read'];

let files;
let server;
let kith;
let bea;
let carol;
let alex;
/** A private dialog with Bea, and a group of hers with all three. */
const places = {};

before(async () => {
  files = await folder('both-ways');
  server = await startServer(path.join(files.path, 'server'));
  const [person] = await SdkPerson.signUp(
    server.ready,
    [
      ['alex', 'Alex Sander'],
      ['bea', 'Bea Berg'],
      ['carol', 'Carol Chen'],
    ].map(([login, full_name]) => ({ login, password: PASSWORD, full_name })),
  );
  alex = person.id;
  bea = await Sdk.connect(server.ready, 'bea', PASSWORD);
  carol = await Sdk.connect(server.ready, 'carol', PASSWORD);
  await startKith();
  const dialog = await kith.call('create_dialog', { kind: 'private', name: '', people: [bea.me] });
  places.private = { dialog, writer: bea, to: alex, type: 'chat' };
  const group = await bea.call('chat.dialog.create', {
    type: GROUP,
    name: 'Boat trip',
    occupants_ids: [alex, carol.me],
  });
  places.group = { dialog: group._id, writer: carol, to: group._id, type: 'groupchat' };
  const first = await say(places.group, 'Who is in?');
  await kith.dialog('the group', (entry) => entry.id === group._id && entry.last?.id === first);
  await openTimelines();
});

after(async () => {
  await kith?.stop();
  await bea?.stop();
  await carol?.stop();
  await server?.stop();
  await files?.remove();
  const wide = Math.max(...rows.map((row) => row.feature.length));
  for (const { feature, outcome } of rows)
    console.log(`${feature.padEnd(wide)}  Kith → SDK: ${outcome.out}  SDK → Kith: ${outcome.back}`);
});

async function startKith() {
  kith = await Kith.start(path.join(files.path, 'kith'));
  await kith.signIn(await connectionOf(server.ready), 'alex', PASSWORD);
}

const isCarol = (is_online) => (event) =>
  event.kind === 'presence' &&
  event.presence.some((one) => one.person === carol.me && one.is_online === is_online);

/** Carol leaves, and Kith has seen it: what the SDK calls done may still be on its way. */
async function carolLeaves() {
  await kith.call('watch_presence', { people: [carol.me] });
  await kith.feed.find('carol being there', isCarol(true));
  const leaves = kith.feed.next('carol leaving', isCarol(false));
  await carol.stop();
  await leaves;
}

async function openTimelines() {
  for (const place of Object.values(places)) place.timeline = await kith.open(place.dialog);
}

/** Somebody at the SDK writes; answers the id. */
function say(place, body, more = {}, from = place.writer) {
  const { dialog, to, type } = place;
  const extension = { save_to_history: 1, dialog_id: dialog, ...more };
  return from.call('chat.send', to, { type, body, extension });
}

/** What a listener of the SDK was told. */
async function told(person, what, name, fits) {
  const event = await person.heard.find(what, (event) => event.name === name && fits(event.args));
  return event.args;
}

/** What a listener of the SDK will be told from now on. */
function willBeTold(person, what, name, fits) {
  return person.heard.next(what, (event) => event.name === name && fits(event.args));
}

async function hears(person, id) {
  const [from, message] = await told(
    person,
    'the message',
    'onMessageListener',
    ([, message]) => message.id === id,
  );
  return { ...message, from };
}

/** A system message about a dialog, as the SDK hears it. */
async function hearsSystem(person, body, dialog) {
  const [message] = await told(
    person,
    body,
    'onSystemMessageListener',
    ([message]) => message.body === body && message.extension.dialogId === dialog,
  );
  assert.equal(message.userId, alex);
  return message.extension;
}

/** The SDK tells Kith that a dialog is different, as its apps do (`protocol/xmpp.md` §11). */
function tellKith(from, body, dialog, more = {}) {
  return from.call('chat.sendSystemMessage', alex, {
    body,
    extension: { dialogId: dialog, ...more },
  });
}

/** The message as Kith shows it. */
function shows(place, id, what, fits = () => true) {
  return place.timeline.message(what, (message) => message.id === id && fits(message));
}

function loses(id) {
  return kith.feed.find(
    'that it is gone',
    (event) => event.kind === 'timeline' && event.patch.removals.includes(id),
  );
}

/** A quiet line in a timeline. */
function showsLine(place, kind, fits = () => true) {
  return place.timeline.message(
    `the line "${kind}"`,
    (message) => message.system?.kind === kind && fits(message.system),
  );
}

function isTypingIn(place, fits) {
  return (event) =>
    event.kind === 'typing' && event.typing.dialog === place.dialog && fits(event.typing.people);
}

/** A message of Kith's that the server has. */
async function sent(place, args = {}) {
  const id = messageId();
  await kith.call('send', { dialog: place.dialog, id, text: 'Whatever', ...args });
  await shows(place, id, 'that it is sent', (message) => reached(message.delivery, 'sent'));
  return id;
}

/** A message of the SDK's that Kith shows. */
async function arrived(place, body = 'Whatever', more = {}) {
  const id = await say(place, body, more);
  await shows(place, id, 'the message of the SDK');
  return id;
}

function history(person, dialog, id) {
  return person.call('chat.message.list', { chat_dialog_id: dialog, _id: id, mark_as_read: 0 });
}

/** Bodies that have been mistaken for something else. */
const BODIES = [
  'Grüße & <b>kisses</b> "quoted" \'too\'',
  ']]> <!-- no comment --> <![CDATA[no data]]> &amp; &#65;',
  'two\nlines\n\n\tand a tab',
  '👩‍👩‍👧‍👦 🏳️‍🌈 e\u0301 \u{1f468}\u{1f3fd}‍🚀',
  'שלום \u202eright to left\u202c مرحبا',
  '{"a":[1,2]} %20 \\n ${x} {{y}}',
  'long '.repeat(4_000).trim(),
];

/** What can be done with a message in each kind of place. */
function inPlace(name, where) {
  const place = () => places[where];
  return [
    {
      feature: `a text ${name}`,
      async out() {
        for (const body of BODIES) {
          const id = await kith.send(place().dialog, body);
          const message = await hears(place().writer, id);
          assert.equal(message.body, body);
          assert.equal(message.from, alex);
          assert.equal(message.dialog_id, place().dialog);
          assert.equal(message.type, place().type);
        }
      },
      async back() {
        for (const body of BODIES) {
          const id = await say(place(), body);
          const message = await shows(place(), id, 'the text');
          assert.equal(message.body, body);
          assert.equal(message.sender, place().writer.me);
        }
      },
    },
    {
      feature: `typing ${name}`,
      async out() {
        const isAlex =
          (isTyping) =>
          ([typing, from, dialog]) =>
            typing === isTyping && from === alex && dialog === place().dialog;
        for (const isTyping of [true, false]) {
          const is = willBeTold(
            place().writer,
            `typing: ${isTyping}`,
            'onMessageTypingListener',
            isAlex(isTyping),
          );
          await kith.call('set_typing', { dialog: place().dialog, is_typing: isTyping });
          await is;
        }
      },
      async back() {
        const { writer, to } = place();
        const on = kith.feed.next(
          'somebody writing',
          isTypingIn(place(), (people) => people.includes(writer.me)),
        );
        await writer.call('chat.sendIsTypingStatus', to);
        await on;
        const off = kith.feed.next(
          'nobody writing',
          isTypingIn(place(), (people) => people.length === 0),
        );
        await writer.call('chat.sendIsStopTypingStatus', to);
        await off;
      },
    },
    {
      feature: `delivered ${name}`,
      async out() {
        const id = await arrived(place());
        const [, dialog] = await told(
          place().writer,
          "Kith's marker",
          'onDeliveredStatusListener',
          ([message, , from]) => message === id && from === alex,
        );
        assert.equal(dialog, place().dialog);
      },
      async back() {
        // The SDK says by itself that it has a message.
        const id = await sent(place());
        await shows(place(), id, 'that it is delivered', (message) =>
          reached(message.delivery, 'delivered'),
        );
      },
    },
    {
      feature: `read ${name}`,
      async out() {
        const id = await arrived(place());
        await kith.call('seen', { dialog: place().dialog, message: id });
        const [, dialog] = await told(
          place().writer,
          "Kith's marker",
          'onReadStatusListener',
          ([message, , from]) => message === id && from === alex,
        );
        assert.equal(dialog, place().dialog);
        // What came late, above what was seen, was not on screen and is unread yet.
        await kith.call('mark_read', { dialogs: [place().dialog] });
        await kith.dialog(
          'nothing unread',
          (entry) => entry.id === place().dialog && entry.unread === 0,
        );
      },
      async back() {
        const id = await sent(place());
        const { writer, dialog, timeline } = place();
        await hears(writer, id);
        const status = { messageId: id, dialogId: dialog, userId: alex };
        await writer.call('chat.sendReadStatus', status);
        await shows(place(), id, 'that it is read', (message) => message.delivery === 'read');
        const ranks = timeline.states(id).map((state) => LADDER.indexOf(state));
        assert.deepEqual(
          ranks,
          [...ranks].sort((a, b) => a - b),
          "a message's state only rises",
        );
      },
    },
    {
      feature: `an edit ${name}`,
      async out() {
        const id = await sent(place(), { text: 'frist' });
        await hears(place().writer, id);
        await kith.call('edit_message', { message: id, text: 'first & <last>', mentions: [] });
        const [, isLast, body, dialog, from] = await told(
          place().writer,
          'the edit',
          'onMessageUpdateListener',
          ([message]) => message === id,
        );
        assert.deepEqual([body, dialog, from], ['first & <last>', place().dialog, alex]);
        assert.equal(String(isLast), 'true');
        const { items } = await history(place().writer, place().dialog, id);
        assert.equal(items[0].message, 'first & <last>', 'in the history, too');
      },
      async back() {
        const id = await arrived(place(), 'secnod');
        const { writer, dialog, to } = place();
        await writer.call('chat.editMessage', {
          to,
          dialogId: dialog,
          body: 'second & <last>',
          originMessageId: id,
          last: true,
        });
        const isEdited = (message) => message.body === 'second & <last>';
        const message = await shows(place(), id, 'the edit', isEdited);
        assert.ok(message.edited_at !== null, 'and that it is one');
      },
    },
    {
      feature: `a deletion for everybody ${name}`,
      async out() {
        const id = await sent(place());
        await hears(place().writer, id);
        const args = { messages: [id], for_all: true };
        assert.deepEqual((await kith.call('delete_messages', args)).refused, []);
        const [, dialog, from] = await told(
          place().writer,
          'the deletion',
          'onMessageDeleteListener',
          ([message]) => message === id,
        );
        assert.deepEqual([dialog, from], [place().dialog, alex]);
        const { items } = await history(place().writer, place().dialog, id);
        assert.deepEqual(items, []);
      },
      async back() {
        const { writer, dialog, to } = place();
        // Both of the SDK's ways: over the chat, and over REST.
        const first = await arrived(place());
        await writer.call('chat.deleteMessage', { to, dialogId: dialog, messageId: first });
        await loses(first);
        const second = await arrived(place());
        await writer.call('chat.message.delete', second, { force: 1 });
        await loses(second);
      },
    },
    {
      feature: `a reaction, and its removal, ${name}`,
      async out() {
        const id = await arrived(place());
        for (const on of [true, false]) {
          await kith.call('react', { message: id, emoji: '🎉', on });
          await told(
            place().writer,
            on ? 'the reaction' : 'its removal',
            'onMessageReactionsListener',
            ([message, from, dialog, added, removed]) =>
              message === id &&
              from === alex &&
              dialog === place().dialog &&
              (on ? added === '🎉' && removed === null : added === null && removed === '🎉'),
          );
        }
      },
      async back() {
        const id = await sent(place());
        const { writer } = place();
        await writer.call('chat.message.addReaction', id, '👍');
        await shows(place(), id, 'the reaction', ({ reactions }) =>
          reactions.some(({ emoji, count, is_own }) => emoji === '👍' && count === 1 && !is_own),
        );
        const removal = kith.feed.next(
          'its removal',
          ({ kind, patch }) =>
            kind === 'timeline' &&
            patch.upserts.some((message) => message.id === id && message.reactions.length === 0),
        );
        await writer.call('chat.message.removeReaction', id, '👍');
        await removal;
      },
    },
    {
      feature: `a reply ${name}`,
      async out() {
        const asked = await arrived(place(), 'Where <shall>\nwe meet?');
        const id = await sent(place(), { text: 'There', reply_to: asked });
        const { extension } = await hears(place().writer, id);
        assert.equal(extension.reply_to, asked);
        assert.equal(Number(extension.reply_sender), place().writer.me);
        assert.equal(extension.reply_text, 'Where <shall> we meet?');
      },
      async back() {
        const asked = await sent(place(), { text: 'And when?' });
        const id = await say(place(), 'Then', {
          reply_to: asked,
          reply_sender: alex,
          reply_text: 'And when?',
        });
        const { reply } = await shows(place(), id, 'the reply');
        assert.deepEqual([reply.message, reply.sender, reply.text], [asked, alex, 'And when?']);
      },
    },
    {
      feature: `a mention ${name}`,
      async out() {
        const { writer } = place();
        const id = await sent(place(), { text: 'Look, @Bea', mentions: [writer.me] });
        const { extension } = await hears(writer, id);
        assert.equal(extension.mentions, String(writer.me));
      },
      async back() {
        const id = await say(place(), 'Look, @Alex Sander', { mentions: `${alex},${bea.me}` });
        const message = await shows(place(), id, 'the mention');
        assert.deepEqual(message.mentions, [alex, bea.me]);
        assert.equal(message.mentions_me, true);
      },
    },
    {
      feature: `a silent message ${name}`,
      async out() {
        const id = await sent(place(), { is_silent: true });
        assert.equal((await hears(place().writer, id)).extension.silent, '1');
      },
      async back() {
        const quiet = await say(place(), 'Psst', { silent: 1 });
        assert.equal((await shows(place(), quiet, 'the message')).is_silent, true);
        const loud = await say(place(), 'Hey');
        assert.equal((await shows(place(), loud, 'the message')).is_silent, false);
      },
    },
    {
      feature: `a timed message ${name}`,
      async out() {
        const id = await sent(place(), { destroy_after: 3_600 });
        const { body } = await hears(place().writer, id);
        assert.equal(body, 'Whatever', 'the SDK shows it and knows of no timer');
        const { items } = await history(place().writer, place().dialog, id);
        assert.deepEqual(items, [], 'no history has it');
        const { timeline } = place();
        const held = await timeline.message('the timer', (message) => message.id === id);
        assert.equal(held.destroy_after, 3_600);
      },
      back: 'the SDK can neither send nor read a timer (protocol/xmpp.md §10)',
    },
    {
      feature: `a timed message, taken back, ${name}`,
      async out() {
        const id = await sent(place(), { destroy_after: 3_600 });
        await hears(place().writer, id);
        const args = { messages: [id], for_all: true };
        assert.deepEqual((await kith.call('delete_messages', args)).refused, []);
        await told(
          place().writer,
          'that it is taken back',
          'onMessageDeleteListener',
          ([message, dialog, from]) => message === id && dialog === place().dialog && from === alex,
        );
        // What is done later is told later, so a refusal would have come by now.
        await sent(place());
        assert.deepEqual(
          kith.feed.all.filter((event) => event.kind === 'refused'),
          [],
          'nobody is told of an error',
        );
      },
      async back() {
        // The same person at the SDK, who has a copy.
        const phone = await Sdk.connect(server.ready, 'alex', PASSWORD);
        const { dialog, writer, type } = place();
        const id = await sent(place(), { destroy_after: 3_600 });
        await hears(phone, id);
        await hears(writer, id);
        // REST knows of no such message, and says so without an error.
        const answer = JSON.parse(await phone.call('chat.message.delete', id, { force: 1 }));
        assert.deepEqual(answer.NotFound.ids, [id]);
        const to = type === 'chat' ? writer.me : dialog;
        await phone.call('chat.deleteMessage', { to, dialogId: dialog, messageId: id });
        await told(
          writer,
          'that it is taken back',
          'onMessageDeleteListener',
          ([message]) => message === id,
        );
        await loses(id);
        await phone.stop();
      },
    },
    {
      feature: `attachments ${name}`,
      async out() {
        // Passed on, they keep every attribute.
        const from = places[where === 'private' ? 'group' : 'private'];
        const original = await say(from, 'Two files', { attachments: ATTACHMENTS });
        await shows(from, original, 'the attachments', ({ attachments }) => attachments.length > 0);
        const id = messageId();
        await kith.call('forward', { messages: [original], to: [place().dialog], ids: [id] });
        const { extension } = await hears(place().writer, id);
        for (const [n, wanted] of ATTACHMENTS.entries()) {
          for (const [key, value] of Object.entries(wanted))
            assert.equal(String(extension.attachments[n][key]), String(value), key);
        }
        assert.equal(Number(extension.forward_sender), from.writer.me, 'and whom they are from');
      },
      async back() {
        const id = await say(place(), 'Two files', { attachments: ATTACHMENTS });
        const { attachments } = await shows(place(), id, 'the attachments');
        const [photo, contact] = attachments;
        assert.deepEqual(
          [photo.kind, photo.uid, photo.name, photo.size, photo.width, photo.height],
          ['photo', 'ABC123', 'a "b" & <c>.png', 5, 640, 480],
        );
        assert.equal(photo.content_type, 'image/png');
        assert.equal(contact.kind, 'contact');
      },
    },
    {
      feature: `a second device ${name}`,
      async out() {
        const phone = await Sdk.connect(server.ready, 'alex', PASSWORD);
        const id = await kith.send(place().dialog, 'from the desk');
        const copy = await hears(phone, id);
        assert.deepEqual(
          [copy.from, copy.body, copy.dialog_id],
          [alex, 'from the desk', place().dialog],
        );
        await phone.stop();
      },
      async back() {
        const phone = await Sdk.connect(server.ready, 'alex', PASSWORD);
        const { dialog, type, writer } = place();
        const to = type === 'chat' ? writer.me : dialog;
        const id = await say({ dialog, to, type }, 'from the phone', {}, phone);
        const message = await shows(place(), id, 'the own message');
        assert.deepEqual([message.is_own, message.body], [true, 'from the phone']);
        await phone.stop();
      },
    },
  ];
}

const ATTACHMENTS = [
  {
    type: 'photo',
    uid: 'ABC123',
    id: '777',
    size: 5,
    width: 640,
    height: 480,
    'content-type': 'image/png',
    name: 'a "b" & <c>.png',
  },
  { type: 'contact', data: '{"name":"Dora & Co","phone":"+1 <2>"}', name: 'Dora' },
];

const alone = [
  {
    feature: 'a forward',
    async out() {
      const original = await arrived(places.group, 'Bring bread');
      const id = messageId();
      await kith.call('forward', {
        messages: [original],
        to: [places.private.dialog],
        ids: [id],
      });
      const { body, extension } = await hears(bea, id);
      assert.equal(body, 'Bring bread');
      assert.equal(Number(extension.forward_sender), carol.me);
      assert.equal(extension.forward_name, 'Carol Chen');
      assert.ok(Number(extension.forward_sent_at) > 1_700_000_000);
    },
    async back() {
      const id = await say(places.private, 'Bring bread', {
        forward_sender: carol.me,
        forward_name: 'Carol Chen',
        forward_sent_at: 1_700_000_000,
      });
      const { forward } = await shows(places.private, id, 'the forward');
      assert.deepEqual(forward, {
        sender: carol.me,
        name: 'Carol Chen',
        sent_at: 1_700_000_000_000,
      });
    },
  },
  {
    feature: 'the first message of a private dialog',
    async out() {
      const dialog = await kith.call('create_dialog', {
        kind: 'private',
        name: '',
        people: [carol.me],
      });
      const id = await kith.send(dialog, 'Hello Carol');
      const message = await hears(carol, id);
      assert.equal(message.dialog_id, dialog);
      const { items } = await carol.call('chat.dialog.list', { _id: dialog });
      assert.equal(items[0].name, 'Alex Sander');
    },
    async back() {
      await SdkPerson.signUp(server.ready, [
        { login: 'dora', password: PASSWORD, full_name: 'Dora Dahl' },
      ]);
      const dora = await Sdk.connect(server.ready, 'dora', PASSWORD);
      const made = await dora.call('chat.dialog.create', { type: PRIVATE, occupants_ids: [alex] });
      const id = await say({ dialog: made._id, to: alex, type: 'chat' }, 'Hello', {}, dora);
      const entry = await kith.dialog(
        "dora's dialog, unread",
        (entry) => entry.id === made._id && entry.last?.id === id && entry.unread === 1,
      );
      assert.deepEqual([entry.kind, entry.name, entry.opponent], ['private', 'Dora Dahl', dora.me]);
      await dora.stop();
    },
  },
  {
    feature: 'a public dialog',
    async out() {
      const dialog = await kith.call('create_dialog', { kind: 'public', name: 'Tea', people: [] });
      await bea.call('chat.dialog.subscribe', dialog);
      const id = await kith.send(dialog, 'Come in');
      const message = await hears(bea, id);
      assert.deepEqual([message.body, message.dialog_id], ['Come in', dialog]);
    },
    async back() {
      const made = await bea.call('chat.dialog.create', { type: PUBLIC, name: 'Coffee' });
      await kith.call('join', { dialog: made._id });
      const timeline = await kith.open(made._id);
      const place = { dialog: made._id, to: made._id, type: 'groupchat', writer: bea, timeline };
      const id = await say(place, 'Come in');
      assert.equal((await shows(place, id, 'the text')).sender, bea.me);
    },
  },
  {
    feature: 'a broadcast, which only who leads it writes',
    async out() {
      const dialog = await kith.call('create_dialog', {
        kind: 'broadcast',
        name: "Alex's news",
        people: [],
      });
      const id = await kith.send(dialog, 'Hear, hear');
      assert.equal((await hears(bea, id)).dialog_id, dialog);
      const place = { dialog, to: dialog, type: 'groupchat' };
      const refused = await say(place, 'May I?', {}, bea);
      const [, error] = await told(
        bea,
        'the refusal',
        'onMessageErrorListener',
        ([message]) => message === refused,
      );
      assert.equal(error.code, 403);
    },
    async back() {
      const made = await bea.call('chat.dialog.create', { type: BROADCAST, name: "Bea's news" });
      const place = { dialog: made._id, to: made._id, type: 'groupchat', writer: bea };
      const first = await say(place, 'Hear, hear');
      await kith.dialog('the news', (entry) => entry.id === made._id && entry.last?.id === first);
      place.timeline = await kith.open(made._id);
      await shows(place, first, 'the news');
      assert.equal(place.timeline.first.rights.write, false, 'nothing is offered that is refused');
      const id = await kith.send(made._id, 'May I?');
      const failed = await shows(place, id, 'the refusal', ({ delivery }) => delivery === 'failed');
      assert.equal(failed.failure, 'not_allowed');
      await kith.call('discard', { message: id });
    },
  },
  {
    feature: 'a dialog is made',
    async out() {
      const dialog = await kith.call('create_dialog', {
        kind: 'group',
        name: 'Made in Kith',
        people: [bea.me, carol.me],
      });
      for (const person of [bea, carol]) await hearsSystem(person, 'dialog/NEW_DIALOG', dialog);
    },
    async back() {
      const made = await bea.call('chat.dialog.create', {
        type: GROUP,
        name: 'Made at the SDK',
        occupants_ids: [alex],
      });
      await tellKith(bea, 'dialog/NEW_DIALOG', made._id);
      const entry = await kith.dialog('the dialog', (entry) => entry.id === made._id);
      assert.deepEqual([entry.name, entry.occupant_count], ['Made at the SDK', 2]);
    },
  },
  {
    feature: 'a dialog gets another name',
    async out() {
      const dialog = await kith.call('create_dialog', {
        kind: 'group',
        name: 'Before',
        people: [bea.me],
      });
      await kith.call('update_dialog', { dialog, name: 'After & <more>' });
      await hearsSystem(bea, 'dialog/UPDATE_DIALOG', dialog);
      const { items } = await bea.call('chat.dialog.list', { _id: dialog });
      assert.equal(items[0].name, 'After & <more>');
    },
    async back() {
      await bea.call('chat.dialog.update', places.group.dialog, { name: 'Boat & <trip>' });
      await tellKith(bea, 'dialog/UPDATE_DIALOG', places.group.dialog);
      await kith.dialog(
        'the name',
        (entry) => entry.id === places.group.dialog && entry.name === 'Boat & <trip>',
      );
      await showsLine(places.group, 'renamed', ({ text }) => text === 'Boat & <trip>');
    },
  },
  {
    feature: 'people are added and removed',
    async out() {
      const dialog = await kith.call('create_dialog', {
        kind: 'group',
        name: 'In and out',
        people: [bea.me],
      });
      await kith.call('add_people', { dialog, people: [carol.me] });
      await hearsSystem(carol, 'dialog/ADDED_TO_DIALOG', dialog);
      const added = await hearsSystem(bea, 'dialog/ADD_PARTICIPANTS', dialog);
      assert.equal(added.addedParticipantsIds, String(carol.me));
      await kith.call('remove_people', { dialog, people: [carol.me] });
      await hearsSystem(carol, 'dialog/REMOVED_FROM_DIALOG', dialog);
      const removed = await hearsSystem(bea, 'dialog/REMOVE_PARTICIPANTS', dialog);
      assert.equal(removed.removedParticipantsIds, String(carol.me));
    },
    async back() {
      const made = await bea.call('chat.dialog.create', {
        type: GROUP,
        name: 'Out and in',
        occupants_ids: [alex],
      });
      await tellKith(bea, 'dialog/NEW_DIALOG', made._id);
      await kith.dialog('the dialog', (entry) => entry.id === made._id);
      const place = { timeline: await kith.open(made._id) };
      const add = { push_all: { occupants_ids: [carol.me] } };
      await bea.call('chat.dialog.update', made._id, add);
      const more = { addedParticipantsIds: String(carol.me) };
      await tellKith(bea, 'dialog/ADD_PARTICIPANTS', made._id, more);
      await showsLine(place, 'added', ({ people, by }) => people[0] === carol.me && by === bea.me);
      const remove = { pull_all: { occupants_ids: [carol.me] } };
      await bea.call('chat.dialog.update', made._id, remove);
      const less = { removedParticipantsIds: String(carol.me) };
      await tellKith(bea, 'dialog/REMOVE_PARTICIPANTS', made._id, less);
      await showsLine(place, 'removed', ({ people }) => people[0] === carol.me);

      await bea.call('chat.dialog.update', made._id, { pull_all: { occupants_ids: [alex] } });
      await tellKith(bea, 'dialog/REMOVED_FROM_DIALOG', made._id);
      await kith.feed.find(
        'that Alex is not in it any more',
        ({ kind, patch }) =>
          kind === 'home' &&
          (patch.removed.includes(made._id) ||
            patch.dialogs.some((entry) => entry.id === made._id && !entry.is_joined)),
      );
    },
  },
  {
    // The platform tells nobody of a pin; apps tell each other (protocol/xmpp.md §11).
    feature: 'a message is pinned, and not any more',
    async out() {
      const dialog = await kith.call('create_dialog', {
        kind: 'group',
        name: 'Pins',
        people: [bea.me],
      });
      const place = { dialog, timeline: await kith.open(dialog) };
      const id = await sent(place);
      for (const on of [true, false]) {
        const tells = willBeTold(
          bea,
          'that the dialog is different',
          'onSystemMessageListener',
          ([message]) =>
            message.body === 'dialog/UPDATE_DIALOG' && message.extension.dialogId === dialog,
        );
        await kith.call('pin_message', { message: id, on });
        await tells;
        const { items } = await bea.call('chat.dialog.list', { _id: dialog });
        assert.deepEqual(items[0].pinned_messages_ids ?? [], on ? [id] : []);
      }
    },
    async back() {
      const id = await arrived(places.group);
      const isPinned = (on) => (event) =>
        event.kind === 'timeline' &&
        event.patch.pinned !== null &&
        event.patch.pinned.some((message) => message.id === id) === on;
      for (const [on, how] of [
        [true, 'push_all'],
        [false, 'pull_all'],
      ]) {
        const shown = kith.feed.next(on ? 'the pin' : 'no pin', isPinned(on));
        const change = { [how]: { pinned_messages_ids: [id] } };
        await bea.call('chat.dialog.update', places.group.dialog, change);
        await tellKith(bea, 'dialog/UPDATE_DIALOG', places.group.dialog);
        await shown;
      }
    },
  },
  {
    feature: 'a block',
    out: "the SDK's list is its own person's; Kith has no screen for one yet, and its client is proven in client/tests/real/presence.rs",
    async back() {
      const items = [{ user_id: alex, action: 'deny' }];
      await bea.call('chat.privacylist.create', { name: LIST, items });
      await bea.call('chat.privacylist.setAsDefault', LIST);
      const id = await kith.send(places.private.dialog, 'Hello?');
      const failed = await shows(
        places.private,
        id,
        'the refusal',
        ({ delivery }) => delivery === 'failed',
      );
      assert.equal(failed.failure, 'blocked');
      await bea.call('chat.privacylist.setAsDefault', null);
      await bea.call('chat.privacylist.delete', LIST);
      await kith.call('retry', { message: id });
      assert.equal((await hears(bea, id)).body, 'Hello?', 'and after the block it goes out');
    },
  },
  {
    feature: 'presence',
    async out() {
      const isAlex =
        (fits) =>
        ([who, seconds]) =>
          who === alex && fits(seconds);
      assert.equal((await bea.call('chat.getLastUserActivity', alex)).seconds, 0);
      await bea.call('chat.subscribeToUserLastActivityStatus', alex);
      const name = 'onLastUserActivityListener';
      const leaves = willBeTold(
        bea,
        'Kith leaving',
        name,
        isAlex((seconds) => seconds > 0),
      );
      await kith.stop();
      await leaves;
      const comes = willBeTold(
        bea,
        'Kith coming',
        name,
        isAlex((seconds) => seconds === 0),
      );
      await startKith();
      await comes;
      await openTimelines();
    },
    async back() {
      await carolLeaves();
      const comes = kith.feed.next('carol coming', isCarol(true));
      carol = await Sdk.connect(server.ready, 'carol', PASSWORD);
      places.group.writer = carol;
      await comes;
    },
  },
  {
    feature: 'what came while somebody was away',
    async out() {
      await carolLeaves();
      const id = await sent(places.group, { text: 'You missed this' });
      carol = await Sdk.connect(server.ready, 'carol', PASSWORD);
      places.group.writer = carol;
      const message = await hears(carol, id);
      assert.equal(message.body, 'You missed this');
      assert.ok(message.delay, 'with the time at which it was kept');
    },
    async back() {
      await kith.stop();
      const id = await say(places.private, 'You missed this');
      await startKith();
      await openTimelines();
      assert.equal((await shows(places.private, id, 'it')).body, 'You missed this');
      await told(
        bea,
        'that it has arrived after all',
        'onDeliveredStatusListener',
        ([message, , from]) => message === id && from === alex,
      );
    },
  },
];

const rows = [
  ...inPlace('in a private dialog', 'private'),
  ...inPlace('in a group', 'group'),
  ...alone,
];

for (const row of rows) {
  row.outcome = { out: 'missing', back: 'missing' };
  describe(row.feature, () => {
    for (const [way, name] of [
      ['out', 'Kith → SDK'],
      ['back', 'SDK → Kith'],
    ]) {
      if (typeof row[way] === 'string') {
        row.outcome[way] = row[way];
        continue;
      }
      test(name, async () => {
        await row[way]();
        row.outcome[way] = 'good';
      });
    }
  });
}
