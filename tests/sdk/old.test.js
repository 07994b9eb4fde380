// Apps that were built years ago: versions 4 and 5 of the official SDK against
// the real server, from signing in to read markers, and with version 6 as the
// other person.

import assert from 'node:assert/strict';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';

import { Sdk } from '../support/sdk-any.js';
import { SdkPerson } from '../support/sdk.js';
import { folder, startServer } from '../support/server.js';

const PASSWORD = 'correct horse battery';
const [GROUP, PRIVATE] = [2, 3];

let files;
let server;
let bea;

before(async () => {
  files = await folder('old');
  server = await startServer(path.join(files.path, 'server'));
  await SdkPerson.signUp(
    server.ready,
    ['bea', 'four', 'five'].map((login) => ({ login, password: PASSWORD, full_name: login })),
  );
  bea = await Sdk.connect(server.ready, 'bea', PASSWORD);
});

after(async () => {
  await bea?.stop();
  await server?.stop();
  await files?.remove();
});

function hears(person, id) {
  const fits = ({ name, args }) => name === 'onMessageListener' && args[1].id === id;
  return person.heard.find(`message ${id}`, fits);
}

function told(person, listener, id) {
  const fits = ({ name, args }) => name === listener && args[0] === id;
  return person.heard.find(`${listener} of ${id}`, fits);
}

for (const [version, login] of [
  ['4', 'four'],
  ['5', 'five'],
]) {
  describe(`version ${version}`, () => {
    let old;
    let dialog;

    before(async () => {
      old = await Sdk.connect(server.ready, login, PASSWORD, { version });
      const params = { type: PRIVATE, occupants_ids: [bea.me] };
      dialog = await old.call('chat.dialog.create', params);
    });

    after(() => old?.stop());

    test('writes, and hears that it was delivered and read', async () => {
      const extension = { save_to_history: 1, dialog_id: dialog._id };
      const message = { type: 'chat', body: 'from <old> & gold', extension, markable: 1 };
      const id = await old.call('chat.send', bea.me, message);
      assert.equal((await hears(bea, id)).args[1].body, 'from <old> & gold');
      await told(old, 'onDeliveredStatusListener', id);
      const read = { messageId: id, dialogId: dialog._id, userId: old.me };
      await bea.call('chat.sendReadStatus', read);
      await told(old, 'onReadStatusListener', id);
    });

    test('hears, and says that it was delivered and read', async () => {
      const extension = { save_to_history: 1, dialog_id: dialog._id };
      const message = { type: 'chat', body: 'from new', extension };
      const id = await bea.call('chat.send', old.me, message);
      const heard = await hears(old, id);
      assert.equal(heard.args[1].dialog_id, dialog._id);
      const status = { messageId: id, dialogId: dialog._id, userId: bea.me };
      // These versions say so for markable messages only, and version 6 marks none.
      await old.call('chat.sendDeliveredStatus', status);
      await told(bea, 'onDeliveredStatusListener', id);
      await old.call('chat.sendReadStatus', status);
      await told(bea, 'onReadStatusListener', id);
    });

    test('lists dialogs and history, and talks in groups', async () => {
      const params = { type: GROUP, name: 'Old and new', occupants_ids: [bea.me] };
      const group = await old.call('chat.dialog.create', params);
      const extension = { save_to_history: 1 };
      const message = { type: 'groupchat', body: 'all', extension };
      const id = await bea.call('chat.send', group._id, message);
      await hears(old, id);
      const { items } = await old.call('chat.message.list', { chat_dialog_id: group._id });
      assert.deepEqual(
        items.map((item) => item._id),
        [id],
      );
      const dialogs = await old.call('chat.dialog.list', { type: { in: [GROUP, PRIVATE] } });
      assert.equal(dialogs.items.length, 2);
    });

    test('uploads a file', async () => {
      const file = Buffer.from('old bytes');
      const params = { name: 'old.txt', type: 'text/plain', file, size: file.length };
      const blob = await old.call('storage.createAndUpload', params);
      const info = await bea.call('storage.getFile', blob.uid);
      assert.equal(info.blob.size, file.length);
    });
  });
}
