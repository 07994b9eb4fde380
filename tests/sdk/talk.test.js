// Kith on one side, the official SDK on the other, the real server between:
// what they hold in the end, and what is odd on the way. What is live between
// them is in both-ways.test.js.

import assert from 'node:assert/strict';
import path from 'node:path';
import { after, before, test } from 'node:test';

import { Kith, connectionOf, reached } from '../support/kith.js';
import { SdkPerson } from '../support/sdk.js';
import { folder, startServer } from '../support/server.js';

const PASSWORD = 'correct horse battery';
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

test('both hold the same history in the same order', async () => {
  const dialog = await kith.call('create_dialog', {
    kind: 'private',
    name: '',
    people: [people.bea],
  });
  const timeline = await kith.open(dialog);
  const written = [];
  for (let round = 0; round < 5; round++) {
    const ours = await kith.send(dialog, `ours ${round}`);
    await bea.heard.find(
      "Kith's text",
      (event) => event.kind === 'message' && event.message.id === ours,
    );
    const theirs = await bea.call('send', {
      dialog,
      to: people.alex,
      type: 'chat',
      body: `theirs ${round}`,
    });
    await timeline.message("the SDK's text", (message) => message.id === theirs);
    written.push(ours, theirs);
  }
  const { items } = await bea.call('history', { dialog });
  const opened = await kith.open(dialog);
  const byPlace = (a, b) => (a.key < b.key ? -1 : 1);
  assert.deepEqual(items.map((item) => item._id).sort(), [...written].sort(), 'all of it');
  const inOrder = (id) => items.find((item) => item._id === id);
  const places = written.map((id) => [inOrder(id).date_sent, id]);
  assert.deepEqual(
    opened.first.messages.toSorted(byPlace).map((message) => message.id),
    places.toSorted((a, b) => a[0] - b[0] || (a[1] < b[1] ? -1 : 1)).map(([, id]) => id),
    'by the second in which it was sent, then by the id',
  );
});

test("a group that the SDK made is in Kith's list, unread", async () => {
  const made = await bea.call('createDialog', {
    type: GROUP,
    name: 'Boat trip',
    people: [people.alex, people.carol],
  });
  await bea.call('send', {
    dialog: made._id,
    to: made.xmpp_room_jid,
    type: 'groupchat',
    body: 'Who is in?',
  });
  // What is unread is only known once the server was asked how far this person has read.
  const entry = await kith.dialog(
    'the unread group',
    (entry) => entry.id === made._id && entry.unread === 1,
  );
  assert.equal(entry.name, 'Boat trip');
  assert.equal(entry.kind, 'group');
  assert.equal(entry.occupant_count, 3);
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
