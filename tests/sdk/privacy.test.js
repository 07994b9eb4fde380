// Blocking with the official SDK against the real server: every call of its
// privacy list part, and what a block keeps out.

import assert from 'node:assert/strict';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';

import { Sdk, uncalled } from '../support/sdk-any.js';
import { SdkPerson } from '../support/sdk.js';
import { folder, startServer } from '../support/server.js';

const PASSWORD = 'correct horse battery';
const LIST = 'ConnectyCubeBlockList';

let files;
let server;
let bea;
let carol;
let dora;

before(async () => {
  files = await folder('privacy');
  server = await startServer(path.join(files.path, 'server'));
  await SdkPerson.signUp(
    server.ready,
    ['bea', 'carol', 'dora'].map((login) => ({ login, password: PASSWORD, full_name: login })),
  );
  [bea, carol, dora] = await Promise.all(
    ['bea', 'carol', 'dora'].map((login) => Sdk.connect(server.ready, login, PASSWORD)),
  );
});

after(async () => {
  await bea?.stop();
  await carol?.stop();
  await dora?.stop();
  await server?.stop();
  await files?.remove();
});

function say(from, to, body, type = 'chat') {
  return from.call('chat.send', to, { type, body, extension: { save_to_history: 1 } });
}

function hears(person, body) {
  return person.heard.find(
    `"${body}"`,
    ({ name, args }) => name === 'onMessageListener' && args[1].body === body,
  );
}

function isRefused(person, id) {
  return person.heard.find(
    `the refusal of ${id}`,
    ({ name, args }) => name === 'onMessageErrorListener' && args[0] === id,
  );
}

function hasHeard(person, body) {
  return person.heard.all.some(
    ({ name, args }) => name === 'onMessageListener' && args[1].body === body,
  );
}

async function block(person, items) {
  await person.call('chat.privacylist.create', { name: LIST, items });
  await person.call('chat.privacylist.setAsDefault', LIST);
}

async function unblock(person) {
  await person.call('chat.privacylist.setAsDefault', null);
  await person.call('chat.privacylist.delete', LIST);
}

test('privacylist: create, getList, getNames, update, setAsDefault, delete', async () => {
  assert.deepEqual(await bea.call('chat.privacylist.getNames'), {
    default: null,
    active: null,
    names: [],
  });
  const deny = (person) => ({ user_id: person.me, action: 'deny' });
  await bea.call('chat.privacylist.create', { name: LIST, items: [deny(dora), deny(carol)] });
  const list = await bea.call('chat.privacylist.getList', LIST);
  assert.deepEqual(
    list.items.map((item) => Number(item.user_id)),
    [carol.me, dora.me].sort((a, b) => a - b),
  );
  await bea.call('chat.privacylist.setAsDefault', LIST);
  const names = await bea.call('chat.privacylist.getNames');
  assert.equal(names.default, LIST);
  assert.deepEqual([...new Set(names.names)], [LIST], 'the SDK names the default twice');
  await bea.call('chat.privacylist.update', {
    name: LIST,
    items: [{ user_id: dora.me, action: 'allow' }],
  });
  const left = await bea.call('chat.privacylist.getList', LIST);
  assert.deepEqual(
    left.items.map((item) => Number(item.user_id)),
    [carol.me],
  );
  await unblock(bea);
  assert.deepEqual(
    (await bea.call('chat.privacylist.getList', LIST)).items,
    [],
    'an error is an empty list to the SDK',
  );
  assert.equal((await bea.refused('chat.privacylist.setAsDefault', 'no such list')).code, 404);
});

describe('a one-way block', () => {
  before(() => block(bea, [{ user_id: carol.me, action: 'deny' }]));
  after(() => unblock(bea));

  test('refuses what the blocked person writes and stores nothing of it', async () => {
    const id = await say(carol, bea.me, 'Hello?');
    const { args } = await isRefused(carol, id);
    assert.equal(args[1].code, 503);
    const dialog = await carol.call('chat.dialog.create', { type: 3, occupants_ids: [bea.me] });
    const history = await bea.call('chat.message.list', {
      chat_dialog_id: dialog._id,
      mark_as_read: 0,
    });
    assert.deepEqual(history.items, []);
  });

  test('lets the blocker write', async () => {
    await say(bea, carol.me, 'I still can');
    await hears(carol, 'I still can');
  });

  test('keeps others as they were', async () => {
    await say(dora, bea.me, 'From a friend');
    await hears(bea, 'From a friend');
    assert.ok(!hasHeard(bea, 'Hello?'), 'what came after it came, it did not');
  });

  test('hides the last activity from the blocked person', async () => {
    assert.equal((await dora.call('chat.getLastUserActivity', bea.me)).seconds, 0);
    await assert.rejects(carol.call('chat.getLastUserActivity', bea.me));
  });

  test('in a group, only the blocker does not hear', async () => {
    const group = await bea.call('chat.dialog.create', {
      type: 2,
      name: 'All three',
      occupants_ids: [carol.me, dora.me],
    });
    await say(carol, group._id, 'In the group', 'groupchat');
    await hears(dora, 'In the group');
    await say(dora, group._id, 'After it', 'groupchat');
    await hears(bea, 'After it');
    assert.ok(!hasHeard(bea, 'In the group'));
    await say(bea, group._id, 'I can write here', 'groupchat');
    await hears(carol, 'I can write here');
  });
});

test('a mutual block refuses both ways', async () => {
  await block(bea, [{ user_id: carol.me, action: 'deny', mutualBlock: true }]);
  for (const [from, to] of [
    [carol, bea],
    [bea, carol],
  ]) {
    const id = await say(from, to.me, 'Either way');
    assert.equal((await isRefused(from, id)).args[1].code, 503);
  }
  await unblock(bea);
  await say(carol, bea.me, 'Friends again');
  await hears(bea, 'Friends again');
});

test('status streaming tells who comes and goes', async () => {
  await dora.call('chat.subscribeToUserLastActivityStatus', carol.me);
  const isCarol = ({ name, args }) => name === 'onLastUserActivityListener' && args[0] === carol.me;
  await carol.stop();
  await dora.heard.find('carol leaving', (event) => isCarol(event) && event.args[1] > 0);
  carol = await Sdk.connect(server.ready, 'carol', PASSWORD);
  await dora.heard.find('carol coming back', (event) => isCarol(event) && event.args[1] === 0);
});

test('every call of this part was made', async () => {
  assert.deepEqual(await uncalled(bea, ['chat.privacylist']), []);
});
