// One person on two devices: Kith is one, the official SDK the other. What is
// done on one shows on the other, and the other way round.

import assert from 'node:assert/strict';
import path from 'node:path';
import { after, before, test } from 'node:test';

import { Kith, connectionOf, messageId } from '../support/kith.js';
import { SdkPerson } from '../support/sdk.js';
import { folder, startServer } from '../support/server.js';

const PASSWORD = 'correct horse battery';

let files;
let server;
let kith;
let phone;
let bea;
let people;
let dialog;
let timeline;

before(async () => {
  files = await folder('devices');
  server = await startServer(path.join(files.path, 'server'));
  const made = await SdkPerson.signUp(server.ready, [
    { login: 'alex', password: PASSWORD, full_name: 'Alex Sander' },
    { login: 'bea', password: PASSWORD, full_name: 'Bea Berg' },
  ]);
  people = { alex: made[0].id, bea: made[1].id };
  bea = await SdkPerson.connect(server.ready, 'bea', PASSWORD);
  phone = await SdkPerson.connect(server.ready, 'alex', PASSWORD);
  kith = await Kith.start(path.join(files.path, 'kith'));
  await kith.signIn(await connectionOf(server.ready), 'alex', PASSWORD);
  dialog = await kith.call('create_dialog', { kind: 'private', name: '', people: [people.bea] });
  timeline = await kith.open(dialog);
});

after(async () => {
  await kith?.stop();
  await phone?.stop();
  await bea?.stop();
  await server?.stop();
  await files?.remove();
});

const removal = (id) =>
  kith.feed.find(
    'that it is gone',
    (event) => event.kind === 'timeline' && event.patch.removals.includes(id),
  );

test('what the SDK sends stands in Kith as an own message, and is not unread', async () => {
  const id = await phone.call('send', {
    dialog,
    to: people.bea,
    type: 'chat',
    body: 'from the phone',
  });
  const message = await timeline.message('the own message', (message) => message.id === id);
  assert.equal(message.sender, people.alex);
  assert.equal(message.body, 'from the phone');
  const home = await kith.call('home');
  assert.equal(home.dialogs.find((entry) => entry.id === dialog).unread, 0);
});

test('what Kith sends reaches the SDK of the same person', async () => {
  const id = await kith.send(dialog, 'from the desk');
  const heard = await phone.heard.find(
    'the copy',
    (event) => event.kind === 'message' && event.message.id === id,
  );
  assert.equal(heard.message.body, 'from the desk');
  assert.equal(heard.from, people.alex);
});

test('what is read at the SDK is read in Kith', async () => {
  const id = await bea.call('send', { dialog, to: people.alex, type: 'chat', body: 'read me' });
  await kith.dialog('it is unread', (entry) => entry.id === dialog && entry.unread === 1);
  await phone.call('read', { message: id, dialog, author: people.bea });
  await kith.dialog('it is read', (entry) => entry.id === dialog && entry.unread === 0);
});

test('what is read in Kith is read at the SDK', async () => {
  const id = await bea.call('send', { dialog, to: people.alex, type: 'chat', body: 'and me' });
  await kith.dialog('it is unread', (entry) => entry.id === dialog && entry.unread === 1);
  await kith.call('seen', { dialog, message: id });
  await bea.heard.find('the marker', (event) => event.kind === 'read' && event.id === id);
  assert.equal(await unreadAtTheSdk(), 0);
});

/** What bea writes, with an id and a time of her own. */
const fromBea = async (id, date_sent, body) => {
  const more = { date_sent };
  await bea.call('send', { id, dialog, to: people.alex, type: 'chat', body, more });
  await kith.dialog(`"${body}" is unread`, (entry) => entry.id === dialog && entry.unread === 1);
};

const unreadAtTheSdk = async () => {
  const { items } = await phone.call('dialogs');
  return items.find((item) => item._id === dialog).unread_messages_count;
};

test('what comes with a place that was read already is unread until it was on screen', async () => {
  const now = Math.floor(Date.now() / 1000);
  const isRead = (entry) => entry.id === dialog && entry.unread === 0;
  const marked = (id) => bea.heard.find('the marker', (e) => e.kind === 'read' && e.id === id);
  // The SDK's ids tell no order within a second.
  const [lower, higher] = [messageId(), messageId()].sort();
  await fromBea(higher, now, 'read at once');
  await kith.call('seen', { dialog, message: higher });
  await kith.dialog('it is read', isRead);
  await marked(higher);

  await fromBea(lower, now, 'with a lower id');
  await kith.call('seen', { dialog, message: higher });
  const { dialogs } = await kith.call('home');
  assert.equal(dialogs.find((entry) => entry.id === dialog).unread, 1, 'it was not on screen');
  assert.equal(await unreadAtTheSdk(), 1);
  await kith.call('seen', { dialog, message: higher, on_screen: [lower] });
  await kith.dialog('it is read', isRead);
  await marked(lower);

  const old = messageId();
  await fromBea(old, now - 3600, 'by a clock that is behind');
  const opened = await kith.call('open_timeline', { dialog, at: null });
  assert.equal(opened.first_unread, old);
  await kith.call('close_timeline', { window: opened.window });
  await kith.call('seen', { dialog, message: old });
  await kith.dialog('it is read', isRead);
  await marked(old);
  assert.equal(await unreadAtTheSdk(), 0);
});

test('what is deleted at the SDK goes in Kith, and the other way round', async () => {
  const first = await kith.send(dialog, 'a mistake');
  await timeline.message(
    'it is sent',
    (message) =>
      message.id === first && message.delivery !== 'queued' && message.delivery !== 'sending',
  );
  await phone.call('remove', { message: first });
  await removal(first);

  const second = await phone.call('send', {
    dialog,
    to: people.bea,
    type: 'chat',
    body: 'another one',
  });
  await timeline.message('the other one', (message) => message.id === second);
  const deleted = await kith.call('delete_messages', { messages: [second], for_all: true });
  assert.deepEqual(deleted.refused, []);
  await bea.heard.find(
    'that it was taken away',
    (event) => event.kind === 'removed' && event.id === second,
  );
  const { items } = await phone.call('history', { dialog });
  assert.ok(items.every((item) => item._id !== second && item._id !== first));
});

test('what is done at the SDK while Kith is closed shows when it is opened', async () => {
  // Within one second ids decide the order, so these are given in order.
  const [first, second, third] = [messageId(), messageId(), messageId()].sort();
  const toAlex = { dialog, to: people.alex, type: 'chat' };
  const kept = await bea.call('send', { ...toAlex, id: first, body: 'kept' });
  const gone = await phone.call('send', {
    id: second,
    dialog,
    to: people.bea,
    type: 'chat',
    body: 'gone soon',
  });
  await timeline.message('both', (message) => message.id === gone);
  await kith.stop();
  await phone.call('remove', { message: gone });
  await phone.call('read', { message: kept, dialog, author: people.bea });
  await bea.heard.find('that it was read', (event) => event.kind === 'read' && event.id === kept);
  const late = await bea.call('send', { ...toAlex, id: third, body: 'late' });

  kith = await Kith.start(path.join(files.path, 'kith'));
  await kith.signIn(await connectionOf(server.ready), 'alex', PASSWORD);
  await kith.dialog('one unread', (entry) => entry.id === dialog && entry.unread === 1);
  timeline = await kith.open(dialog);
  assert.equal(timeline.first.first_unread, late);
  const isThere = timeline.first.messages.some((message) => message.id === gone);
  if (isThere) await removal(gone);
});
