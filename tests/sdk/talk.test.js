// Kith on one side, the official SDK on the other, the real server between.

import assert from 'node:assert/strict';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';

import { Kith, connectionOf, reached } from '../support/kith.js';
import { SdkPerson } from '../support/sdk.js';
import { folder, startServer } from '../support/server.js';

const PASSWORD = 'correct horse battery';
const PRIVATE = 3;
const GROUP = 2;

let files;
let server;
let kith;
let bea;
let carol;
let people;

before(async () => {
  files = await folder('sdk');
  server = await startServer(path.join(files.path, 'server'));
  const made = await SdkPerson.signUp(server.ready, [
    { login: 'alex', password: PASSWORD, full_name: 'Alex Sander' },
    { login: 'bea', password: PASSWORD, full_name: 'Bea Berg' },
    { login: 'carol', password: PASSWORD, full_name: 'Carol Chen' },
  ]);
  people = { alex: made[0].id, bea: made[1].id, carol: made[2].id };
  bea = await SdkPerson.connect(server.ready, 'bea', PASSWORD);
  carol = await SdkPerson.connect(server.ready, 'carol', PASSWORD);
  kith = await Kith.start(path.join(files.path, 'kith'));
  await kith.signIn(await connectionOf(server.ready), 'alex', PASSWORD);
});

after(async () => {
  await kith?.stop();
  await bea?.stop();
  await carol?.stop();
  await server?.stop();
  await files?.remove();
});

describe('in a private dialog', () => {
  let dialog;
  let timeline;

  before(async () => {
    dialog = await kith.call('create_dialog', { kind: 'private', name: '', people: [people.bea] });
    timeline = await kith.open(dialog);
  });

  test("Kith's text reaches the SDK, and its delivered and read states come back", async () => {
    const id = await kith.send(dialog, 'Grüße & <b>kisses</b> 👋');
    const heard = await bea.heard.find(
      "Kith's text",
      (event) => event.kind === 'message' && event.message.id === id,
    );
    assert.equal(heard.message.body, 'Grüße & <b>kisses</b> 👋');
    assert.equal(heard.message.dialog_id, dialog);
    assert.equal(heard.from, people.alex);
    // The SDK says by itself that the message was delivered.
    await timeline.message(
      'the delivered state',
      (message) => message.id === id && reached(message.delivery, 'delivered'),
    );
    await bea.call('read', { message: id, dialog, author: people.alex });
    await timeline.message(
      'the read state',
      (message) => message.id === id && message.delivery === 'read',
    );
    const ladder = ['failed', 'queued', 'uploading', 'sending', 'sent', 'delivered', 'read'];
    const ranks = timeline.states(id).map((state) => ladder.indexOf(state));
    assert.deepEqual(
      ranks,
      [...ranks].sort((a, b) => a - b),
      "a message's state only rises",
    );
  });

  test("the SDK's text reaches Kith, and Kith's delivered and read states go back", async () => {
    const id = await bea.call('send', {
      dialog,
      to: people.alex,
      type: 'chat',
      body: 'Hello Alex, 5 < 6 & more',
    });
    const message = await timeline.message("the SDK's text", (message) => message.id === id);
    assert.equal(message.body, 'Hello Alex, 5 < 6 & more');
    assert.equal(message.sender, people.bea);
    const isOurs = (event) =>
      event.id === id && event.from === people.alex && event.dialog === dialog;
    await bea.heard.find(
      "Kith's delivered marker",
      (event) => event.kind === 'delivered' && isOurs(event),
    );
    await kith.call('seen', { dialog, message: id });
    await bea.heard.find("Kith's read marker", (event) => event.kind === 'read' && isOurs(event));
    await kith.dialog('no unread left', (entry) => entry.id === dialog && entry.unread === 0);
  });

  test('typing is seen on both sides', async () => {
    await kith.call('set_typing', { dialog, is_typing: true });
    await bea.heard.find(
      'Kith typing',
      (event) => event.kind === 'typing' && event.isTyping && event.from === people.alex,
    );
    await bea.call('typing', { to: people.alex, isTyping: true });
    const isHere = (event) => event.kind === 'typing' && event.typing.dialog === dialog;
    await kith.feed.find(
      'the SDK typing',
      (event) => isHere(event) && event.typing.people.includes(people.bea),
    );
    await bea.call('typing', { to: people.alex, isTyping: false });
    await kith.feed.find(
      'the end of it',
      (event) => isHere(event) && event.typing.people.length === 0,
    );
  });

  test('both hold the same history in the same order', async () => {
    const { items } = await bea.call('history', { dialog });
    const opened = await kith.open(dialog);
    assert.deepEqual(
      opened.first.messages.map((message) => message.id).sort(),
      items.map((item) => item._id).sort(),
    );
    assert.ok(
      items.every((item) => item.read_ids.length === 2),
      'everything here was read by both',
    );
  });
});

describe('in a group', () => {
  let dialog;
  let room;
  let timeline;

  before(async () => {
    const made = await bea.call('createDialog', {
      type: GROUP,
      name: 'Boat trip',
      people: [people.alex, people.carol],
    });
    dialog = made._id;
    room = made.xmpp_room_jid;
    const first = await bea.call('send', {
      dialog,
      to: room,
      type: 'groupchat',
      body: 'Who is in?',
    });
    await kith.dialog('the new group', (entry) => entry.id === dialog && entry.last?.id === first);
    timeline = await kith.open(dialog);
  });

  test("the dialog that the SDK made is in Kith's list, unread", async () => {
    // What is unread is only known once the server was asked how far this person has read.
    const entry = await kith.dialog(
      'the unread group',
      (entry) => entry.id === dialog && entry.unread === 1,
    );
    assert.equal(entry.name, 'Boat trip');
    assert.equal(entry.kind, 'group');
    assert.equal(entry.occupant_count, 3);
  });

  test("Kith's text reaches every member, and the first to read it makes it read", async () => {
    const id = await kith.send(dialog, 'I am');
    for (const person of [bea, carol]) {
      const heard = await person.heard.find(
        "Kith's text",
        (event) => event.kind === 'message' && event.message.id === id,
      );
      assert.equal(heard.message.type, 'groupchat');
      assert.equal(heard.message.dialog_id, dialog);
      assert.equal(heard.from, people.alex);
    }
    await timeline.message(
      'the delivered state',
      (message) => message.id === id && reached(message.delivery, 'delivered'),
    );
    await carol.call('read', { message: id, dialog, author: people.alex });
    await timeline.message(
      'the read state',
      (message) => message.id === id && message.delivery === 'read',
    );
  });

  test("a member's text reaches Kith once, and Kith's states reach the author", async () => {
    const id = await carol.call('send', { dialog, to: room, type: 'groupchat', body: 'Me too' });
    const message = await timeline.message("carol's text", (message) => message.id === id);
    assert.equal(message.sender, people.carol);
    const isOurs = (event) =>
      event.id === id && event.from === people.alex && event.dialog === dialog;
    await carol.heard.find(
      "Kith's delivered marker",
      (event) => event.kind === 'delivered' && isOurs(event),
    );
    await kith.call('seen', { dialog, message: id });
    await carol.heard.find("Kith's read marker", (event) => event.kind === 'read' && isOurs(event));
  });

  test('typing in the group is seen on both sides', async () => {
    await kith.call('set_typing', { dialog, is_typing: true });
    await carol.heard.find(
      'Kith typing',
      (event) => event.kind === 'typing' && event.from === people.alex && event.dialog === dialog,
    );
    await carol.call('typing', { to: room, isTyping: true });
    await kith.feed.find(
      'carol typing',
      (event) =>
        event.kind === 'typing' &&
        event.typing.dialog === dialog &&
        event.typing.people.includes(people.carol),
    );
  });
});

test('a stanza that is not well formed is shown, and costs nobody the link', async () => {
  // The SDK turns an array and a key with a blank into names that XML has not got.
  const made = await carol.call('createDialog', {
    type: GROUP,
    name: 'Ill-formed',
    people: [people.alex, people.bea],
  });
  const send = (body, more) =>
    carol.call('send', { dialog: made._id, to: made.xmpp_room_jid, type: 'groupchat', body, more });
  const before = kith.feed.all.length;
  const odd = await send('odd <fellow>', { list: [1, 2], 'a b': 'c', deep: { 0: 'x' } });
  const next = await send('and on');
  await kith.dialog('the group', (entry) => entry.id === made._id && entry.unread === 2);
  const timeline = await kith.open(made._id);
  const shown = await timeline.message('the odd message', (message) => message.id === odd);
  assert.equal(shown.body, 'odd <fellow>');
  await timeline.message('the one after it', (message) => message.id === next);
  await bea.heard.find(
    "the SDK's view of the one after it",
    (event) => event.kind === 'message' && event.message.id === next,
  );
  const answer = await kith.send(made._id, 'still here');
  await timeline.message(
    'an answer on the same link',
    (message) => message.id === answer && reached(message.delivery, 'sent'),
  );
  assert.deepEqual(
    kith.feed.all
      .slice(before)
      .filter((event) => event.kind === 'home' && event.patch.link)
      .map((event) => event.patch.link.state),
    [],
    'the link never changed',
  );
});

test('a private dialog that the SDK begins appears in Kith with its first message', async () => {
  const made = await carol.call('createDialog', { type: PRIVATE, people: [people.alex] });
  const id = await carol.call('send', {
    dialog: made._id,
    to: people.alex,
    type: 'chat',
    body: 'Psst',
  });
  const entry = await kith.dialog(
    "carol's dialog, unread",
    (entry) => entry.id === made._id && entry.last?.id === id && entry.unread === 1,
  );
  assert.equal(entry.kind, 'private');
  assert.equal(entry.name, 'Carol Chen');
  assert.equal(entry.opponent, people.carol);
});
