// Custom objects, reports, notifications and address books with the official
// SDK against the real server.

import assert from 'node:assert/strict';
import path from 'node:path';
import { after, before, test } from 'node:test';

import { Sdk, admin, uncalled } from '../support/sdk-any.js';
import { SdkPerson } from '../support/sdk.js';
import { folder, startServer } from '../support/server.js';

const PASSWORD = 'correct horse battery';

let files;
let data;
let server;
let bea;
let carol;

before(async () => {
  files = await folder('data');
  data = path.join(files.path, 'server');
  server = await startServer(data);
  await SdkPerson.signUp(server.ready, [
    { login: 'bea', password: PASSWORD, full_name: 'Bea Berg', phone: '+49 30 1234' },
    { login: 'carol', password: PASSWORD, full_name: 'Carol Chen' },
  ]);
  bea = await Sdk.connect(server.ready, 'bea', PASSWORD, { chat: false });
  carol = await Sdk.connect(server.ready, 'carol', PASSWORD, { chat: false });
});

after(async () => {
  await bea?.stop();
  await carol?.stop();
  await server?.stop();
  await files?.remove();
});

test('a class that the administrator did not make is not there', async () => {
  assert.equal((await bea.refused('data.create', 'Nothing', { a: 1 })).code, 404);
});

test('data.create, list, update and delete in every form', async () => {
  await admin(data, 'class', 'create', 'Book');
  const one = await bea.call('data.create', 'Book', { name: 'one', pages: 10 });
  assert.match(one._id, /^[0-9a-f]{24}$/);
  assert.equal(one.user_id, bea.me);
  const many = await bea.call('data.create', 'Book', [
    { name: 'two', pages: 20 },
    { name: 'three', pages: 30 },
  ]);
  assert.deepEqual(
    many.items.map((item) => item.name),
    ['two', 'three'],
  );

  const list = await bea.call('data.list', 'Book', {
    pages: { gt: 5, lt: 25 },
    limit: 2,
    output: { include: ['name'] },
    sort_desc: '_id',
  });
  assert.deepEqual(
    list.items.map((item) => item.name),
    ['two', 'one'],
  );
  assert.deepEqual(Object.keys(list.items[0]), ['_id', 'name']);
  const { items } = await bea.call('data.list', 'Book', [one._id, many.items[0]._id]);
  assert.equal(items.length, 2);
  const { permissions } = await bea.call('data.readPermissions', 'Book', one._id);
  assert.equal(permissions.read.access, 'open');

  const changed = await bea.call('data.update', 'Book', {
    id: one._id,
    name: 'uno',
    inc: { pages: 1 },
    push: { tags: ['a', 'b'] },
  });
  assert.deepEqual([changed.name, changed.pages, changed.tags], ['uno', 11, ['a', 'b']]);
  const popped = await bea.call('data.update', 'Book', { id: one._id, pop: { tags: 1 } });
  assert.deepEqual(popped.tags, ['a']);
  const found = await bea.call('data.update', 'Book', {
    search_criteria: { pages: { gte: 20 } },
    thick: true,
  });
  assert.equal(found.total_found, 2);
  const several = await bea.call('data.update', 'Book', [
    { id: one._id, n: 1 },
    { id: '0'.repeat(24), n: 2 },
  ]);
  assert.deepEqual(several.not_found.ids, ['0'.repeat(24)]);

  assert.equal(
    (await carol.refused('data.update', 'Book', { id: one._id, name: 'hers' })).code,
    403,
  );
  assert.equal((await carol.refused('data.delete', 'Book', one._id)).code, 403);
  assert.deepEqual(await bea.call('data.delete', 'Book', { thick: true }), { total_deleted: 2 });
  const lists = await bea.call('data.delete', 'Book', [one._id, '0'.repeat(24)]);
  assert.deepEqual(
    [lists.SuccessfullyDeleted.ids, lists.NotFound.ids],
    [[one._id], ['0'.repeat(24)]],
  );
  const last = await bea.call('data.create', 'Book', { name: 'last' });
  await bea.call('data.delete', 'Book', last._id);
  assert.deepEqual((await bea.call('data.list', 'Book')).items, []);
});

test('reports: written by anybody, read by moderators', async () => {
  await admin(data, 'class', 'create', 'UserReports', '--reports');
  await admin(data, 'class', 'create', 'MessageReports', '--reports');
  const report = await bea.call('data.create', 'UserReports', {
    reportedUserId: carol.me,
    reason: 'spam',
  });
  await bea.call('data.create', 'MessageReports', {
    reportedMessageId: '65b000000000000000000001',
    reason: 'phishing',
  });
  assert.deepEqual((await carol.call('data.list', 'UserReports')).items, []);
  assert.equal((await bea.refused('data.delete', 'UserReports', report._id)).code, 403);
  await admin(data, 'user', 'moderator', 'carol');
  assert.equal((await carol.call('data.list', 'UserReports')).items[0].reason, 'spam');
  assert.equal((await admin(data, 'reports', 'list')).length, 2);
  await admin(data, 'reports', 'resolve', report._id, '--note', 'talked to them');
  assert.equal((await admin(data, 'reports', 'list')).length, 1);
});

test('pushnotifications: subscriptions are remembered, events are answered', async () => {
  const device = {
    notification_channel: 'gcm',
    device: { platform: 'android', udid: 'u' },
    push_token: { environment: 'development', client_identification_sequence: 't' },
  };
  const [made] = await bea.call('pushnotifications.subscriptions.create', device);
  const [listed] = await bea.call('pushnotifications.subscriptions.list');
  assert.deepEqual(listed, made);
  await bea.call('pushnotifications.subscriptions.delete', made.subscription.id);
  assert.deepEqual(await bea.call('pushnotifications.subscriptions.list'), []);
  const event = {
    notification_type: 'push',
    environment: 'development',
    user: { ids: [1, 2] },
    message: 'bXNn',
  };
  const [answer] = await bea.call('pushnotifications.events.create', event);
  assert.equal(answer.event.user_id, bea.me);
});

test('addressbook: uploaded, read, and who of it is here', async () => {
  const contacts = [
    { name: 'Bea B.', phone: '+49301234' },
    { name: 'Somebody', phone: '555' },
  ];
  const { created } = await carol.call('addressbook.uploadAddressBook', contacts);
  assert.equal(created, 2);
  assert.equal((await carol.call('addressbook.get')).length, 2);
  const { items } = await carol.call('addressbook.getRegisteredUsers', true);
  assert.deepEqual(
    items.map((item) => item.user.id),
    [bea.me],
  );
});

test('only extensions that the administrator allows are kept', async () => {
  await admin(data, 'fields', 'allow', 'location');
  const dialog = await bea.call('chat.dialog.create', {
    type: 2,
    name: 'Trip',
    occupants_ids: [carol.me],
    extensions: { location: 'Sun bar', secret: 'x' },
  });
  assert.deepEqual(dialog.extensions, { location: 'Sun bar' });
  const { items } = await bea.call('chat.dialog.list', { extensions: { location: 'Sun bar' } });
  assert.deepEqual(
    items.map((item) => item._id),
    [dialog._id],
  );
});

test('every call of this part was made', async () => {
  assert.deepEqual(
    await uncalled(bea, [
      'data',
      'pushnotifications.subscriptions',
      'pushnotifications.events',
      'addressbook',
    ]),
    [],
  );
});
