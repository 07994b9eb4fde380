// The official SDK through the rest of its calls: sessions, people, dialogs,
// messages, and what is live between two people. A table of all calls and
// their outcomes is printed at the end.

import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import https from 'node:https';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';

import { Sdk, uncalled } from '../support/sdk-any.js';
import { SdkPerson } from '../support/sdk.js';
import { folder, startServer } from '../support/server.js';

const PASSWORD = 'correct horse battery';
const [BROADCAST, GROUP, PRIVATE, PUBLIC] = [1, 2, 3, 4];

let files;
let server;
let bea;
let carol;
let dora;

before(async () => {
  files = await folder('calls');
  server = await startServer(path.join(files.path, 'server'));
  await SdkPerson.signUp(
    server.ready,
    ['bea', 'carol', 'dora'].map((login) => ({
      login,
      password: PASSWORD,
      full_name: `${login[0].toUpperCase()}${login.slice(1)} Test`,
      email: `${login}@example.org`,
      tag_list: ['team', login],
    })),
  );
  const people = ['bea', 'carol', 'dora'].map((login) =>
    Sdk.connect(server.ready, login, PASSWORD),
  );
  [bea, carol, dora] = await Promise.all(people);
});

after(async () => {
  await bea?.stop();
  await carol?.stop();
  await dora?.stop();
  await server?.stop();
  await files?.remove();
});

/** A call that must succeed. */
function ok(person, method, ...args) {
  return person.call(method, ...args);
}

/** A call that must be refused with a status. */
async function refused(person, status, method, ...args) {
  const error = await person.refused(method, ...args);
  assert.equal(error.code, status, `${method}: ${error.message}`);
  return error;
}

function event(person, what, name, fits) {
  return person.heard.find(what, (event) => event.name === name && fits(event.args));
}

function ids(list) {
  return list.items.map((item) => item._id);
}

describe('people and sessions', () => {
  test('auth.getSession, users.getV2, listOnline, getOnlineCount, update', async () => {
    const session = await ok(bea, 'auth.getSession');
    assert.equal(session.user_id, bea.me);
    for (const [params, expected] of [
      [{ login: 'carol' }, [carol.me]],
      [{ id: { in: [bea.me, dora.me] } }, [bea.me, dora.me]],
      [{ full_name: { start_with: 'Carol' } }, [carol.me]],
      [{ email: 'dora@example.org' }, [dora.me]],
      [{ login: 'nobody' }, []],
    ]) {
      const { items } = await ok(bea, 'users.getV2', params);
      assert.deepEqual(
        items.map((user) => user.id).sort(),
        expected.sort(),
        JSON.stringify(params),
      );
    }
    const online = await ok(bea, 'users.listOnline', { limit: 10, offset: 0 });
    assert.equal(online.users.length, 3);
    const { count } = await ok(bea, 'users.getOnlineCount');
    assert.equal(count, 3);
    const { user } = await ok(bea, 'users.update', {
      full_name: 'Bea New',
      custom_data: '{"a":1}',
    });
    assert.equal(user.full_name, 'Bea New');
    await refused(bea, 422, 'users.update', { login: 'carol' });
  });

  test('the old reads of people', async () => {
    for (const params of [{ login: 'carol' }, { email: 'carol@example.org' }]) {
      const { user } = await ok(bea, 'users.get', params);
      assert.equal(user.id, carol.me);
    }
    const page = { filter: { field: 'id', param: 'in', value: [carol.me] }, page: 1, per_page: 5 };
    const list = await ok(bea, 'users.get', page);
    assert.equal(list.per_page, 5);
    const ids = (list) => list.items.map((item) => item.user.id).sort((a, b) => a - b);
    const everybody = [bea.me, carol.me, dora.me].sort((a, b) => a - b);
    const tagged = await ok(bea, 'users.get', { tags: ['dora'] });
    assert.deepEqual(ids(tagged), [dora.me]);
    assert.deepEqual(ids(await ok(bea, 'users.get', { tags: ['team', 'none'] })), everybody);
    const { items } = await ok(bea, 'users.getV2', { user_tags: { in: ['team'] } });
    assert.equal(items.length, 3, 'by one of several tags');
    const known = { external_id: 'x-1', phone: '+49 30 1', facebook_id: 'f-1', twitter_id: 't-1' };
    await ok(carol, 'users.update', known);
    for (const params of [
      { external: 'x-1' },
      { phone: '+49 30 1' },
      { facebook_id: 'f-1' },
      { twitter_id: 't-1' },
    ]) {
      const { user } = await ok(bea, 'users.get', params);
      assert.equal(user.id, carol.me, JSON.stringify(params));
    }
    const named = await ok(bea, 'users.get', { full_name: 'Carol' });
    assert.deepEqual(ids(named), [carol.me]);
    const since = { id: { in: everybody }, created_at: { gt: new Date(0) } };
    assert.equal((await ok(bea, 'users.getV2', since)).items.length, 3, "in JavaScript's dates");
  });
});

describe('dialogs', () => {
  let group;

  test('chat.dialog.create: all four kinds, a private one once', async () => {
    const one = await ok(bea, 'chat.dialog.create', { type: PRIVATE, occupants_ids: [carol.me] });
    const again = await ok(carol, 'chat.dialog.create', { type: PRIVATE, occupants_ids: [bea.me] });
    assert.equal(one._id, again._id);
    assert.equal(one.name, 'Carol Test', 'called what the other is called');
    assert.equal(one.xmpp_room_jid, null);
    group = await ok(bea, 'chat.dialog.create', {
      type: GROUP,
      name: 'Room & co',
      occupants_ids: [carol.me],
      permissions: { allow_preview: true },
    });
    assert.equal(group.user_id, bea.me);
    await ok(bea, 'chat.dialog.create', { type: PUBLIC, name: 'Public' });
    await ok(bea, 'chat.dialog.create', { type: BROADCAST, name: 'News' });
    await refused(bea, 422, 'chat.dialog.create', { type: GROUP, occupants_ids: [carol.me] });
  });

  test('chat.dialog.list: filters, sort, count', async () => {
    for (const [params, expected] of [
      [{ name: { ctn: 'om &' } }, 1],
      [{ type: { in: [GROUP, PRIVATE] } }, 2],
      [{ type: GROUP, limit: 1 }, 1],
      [{ _id: group._id }, 1],
      [{ type: { nin: [PRIVATE] }, sort_desc: 'last_message_date_sent', limit: 2 }, 2],
    ]) {
      const list = await ok(bea, 'chat.dialog.list', params);
      assert.equal(list.items.length, expected, JSON.stringify(params));
    }
    const theirs = await ok(dora, 'chat.dialog.list', { type: { in: [GROUP, PRIVATE, PUBLIC] } });
    assert.deepEqual(theirs.items, []);
  });

  test('chat.dialog.update, addAdmins, removeAdmins', async () => {
    const push = { push_all: { occupants_ids: [dora.me] }, description: 'd' };
    const grown = await ok(bea, 'chat.dialog.update', group._id, push);
    assert.equal(grown.occupants_ids.length, 3);
    await refused(carol, 403, 'chat.dialog.addAdmins', group._id, [carol.me]);
    const led = await ok(bea, 'chat.dialog.addAdmins', group._id, [carol.me]);
    assert.deepEqual(led.admins_ids, [carol.me]);
    const alone = await ok(bea, 'chat.dialog.removeAdmins', group._id, [carol.me]);
    assert.deepEqual(alone.admins_ids, []);
    const left = { pull_all: { occupants_ids: [dora.me] } };
    await ok(dora, 'chat.dialog.update', group._id, left);
    assert.deepEqual(ids(await ok(dora, 'chat.dialog.list', { _id: group._id })), []);
  });

  test('subscribe, getPublicOccupants, unsubscribe, notification settings', async () => {
    const open = await ok(bea, 'chat.dialog.create', { type: PUBLIC, name: 'Open' });
    const joined = await ok(dora, 'chat.dialog.subscribe', open._id);
    assert.equal(joined.occupants_count, 2);
    const { items } = await ok(dora, 'chat.dialog.getPublicOccupants', open._id, {
      limit: 10,
      skip: 0,
    });
    assert.deepEqual(
      items.map((user) => user.id),
      [bea.me, dora.me],
    );
    await ok(dora, 'chat.dialog.unsubscribe', open._id);
    await ok(dora, 'chat.dialog.subscribeToPublic', open._id);
    await ok(dora, 'chat.dialog.unsubscribeFromPublic', open._id);
    const { items: left } = await bea.call('chat.dialog.getPublicOccupants', open._id, {});
    assert.deepEqual(
      left.map((user) => user.id),
      [bea.me],
    );
    await refused(dora, 403, 'chat.dialog.subscribe', group._id);
    const set = await ok(bea, 'chat.dialog.updateNotificationsSettings', group._id, false);
    assert.equal(Number(set.notifications.enabled), 0);
    const got = await ok(bea, 'chat.dialog.getNotificationsSettings', group._id);
    assert.equal(Number(got.notifications.enabled), 0);
  });

  test('chat.dialog.delete: one, several, for all; clearHistory', async () => {
    const made = [];
    for (const name of ['a', 'b', 'c']) {
      const params = { type: GROUP, name, occupants_ids: [carol.me] };
      made.push((await bea.call('chat.dialog.create', params))._id);
    }
    await ok(bea, 'chat.dialog.clearHistory', made[0]);
    await refused(carol, 403, 'chat.dialog.delete', made[0], { force: 1 });
    await ok(bea, 'chat.dialog.delete', made[0], { force: 1 });
    const lists = await ok(bea, 'chat.dialog.delete', [made[0], made[1], made[2]]);
    assert.deepEqual(lists.SuccessfullyDeleted.ids, [made[1], made[2]]);
    assert.deepEqual(lists.NotFound.ids, [made[0]]);
  });
});

describe('messages', () => {
  let dialog;
  let room;

  before(async () => {
    dialog = (await bea.call('chat.dialog.create', { type: PRIVATE, occupants_ids: [carol.me] }))
      ._id;
    const params = { type: GROUP, name: 'Three', occupants_ids: [carol.me, dora.me] };
    room = await bea.call('chat.dialog.create', params);
  });

  test('chat.message.create, list, update, unreadCount, delete', async () => {
    const params = {
      chat_dialog_id: dialog,
      message: 'stored & told',
      send_to_chat: 1,
      country: 'USA',
    };
    const made = await ok(bea, 'chat.message.create', params);
    assert.equal(made.country, 'USA', 'custom parameters stand at the top');
    const heard = await event(
      carol,
      'the told message',
      'onMessageListener',
      (args) => args[1].id === made._id,
    );
    assert.equal(heard.args[1].body, 'stored & told');
    const unread = await ok(carol, 'chat.message.unreadCount', {
      chat_dialog_ids: [dialog, room._id],
    });
    assert.deepEqual([unread.total, unread[dialog], unread[room._id]], [1, 1, 0]);
    const look = { chat_dialog_id: dialog, mark_as_read: 0, sort_desc: 'date_sent', limit: 10 };
    assert.deepEqual(ids(await ok(carol, 'chat.message.list', look)), [made._id]);
    await ok(carol, 'chat.message.update', '', { chat_dialog_id: dialog, read: 1 });
    assert.equal((await carol.call('chat.message.unreadCount')).total, 0);
    await ok(bea, 'chat.message.update', made._id, { chat_dialog_id: dialog, message: 'changed' });
    await refused(carol, 403, 'chat.message.update', made._id, {
      chat_dialog_id: dialog,
      message: 'x',
    });
    const [kept] = (await bea.call('chat.message.list', look)).items;
    assert.deepEqual([kept.message, kept.read_ids.sort()], ['changed', [bea.me, carol.me].sort()]);
    const gone = JSON.parse(await ok(bea, 'chat.message.delete', made._id, { force: 1 }));
    assert.deepEqual(gone.SuccessfullyDeleted.ids, [made._id]);
    await event(carol, 'its removal', 'onMessageDeleteListener', (args) => args[0] === made._id);
  });

  test('reactions over REST are told over the chat', async () => {
    const made = await bea.call('chat.message.create', {
      chat_dialog_id: room._id,
      message: 'react',
    });
    await ok(carol, 'chat.message.addReaction', made._id, '👍');
    const heard = await event(
      bea,
      'the reaction',
      'onMessageReactionsListener',
      (args) => args[0] === made._id,
    );
    assert.deepEqual(heard.args.slice(1), [carol.me, room._id, '👍', null]);
    await ok(carol, 'chat.message.updateReaction', made._id, '🎉', '👍');
    assert.deepEqual(await ok(dora, 'chat.message.listReactions', made._id), { '🎉': [carol.me] });
    await ok(carol, 'chat.message.removeReaction', made._id, '🎉');
    assert.deepEqual(await dora.call('chat.message.listReactions', made._id), {});
  });

  test('chat.message.createSystem and chat.sendSystemMessage', async () => {
    const made = await ok(bea, 'chat.message.createSystem', { recipientId: carol.me, k: 'v' });
    assert.equal(made.recipientId, carol.me);
    const system = (fits) => event(carol, 'a system message', 'onSystemMessageListener', fits);
    await system(([message]) => message.extension?.k === 'v');
    await ok(bea, 'chat.sendSystemMessage', carol.me, {
      body: 'dialog/NEW_DIALOG',
      extension: { dialogId: dialog },
    });
    const heard = await system(([message]) => message.body === 'dialog/NEW_DIALOG');
    assert.equal(heard.args[0].userId, bea.me);
  });

  test('chat.search', async () => {
    await bea.call('chat.message.create', { chat_dialog_id: dialog, message: 'lorem ipsum dolor' });
    const found = await ok(bea, 'chat.search', { search_text: 'ipsum', chat_dialog_ids: [dialog] });
    assert.deepEqual(
      found.results.messages.map((message) => message.message),
      ['lorem ipsum dolor'],
    );
    await refused(bea, 422, 'chat.search', { search_text: 'abc' });
  });

  test('chat.send: text, custom parameters, attachments, sent and delivered', async () => {
    const extension = {
      save_to_history: 1,
      dialog_id: dialog,
      field: 'v',
      list: ['a', 'b'],
      attachments: [{ type: 'photo', uid: 'ABC', size: 5, name: 'a "b".png' }],
    };
    const id = await ok(bea, 'chat.send', carol.me, { type: 'chat', body: '<b> & "c"', extension });
    const heard = await event(
      carol,
      'the message',
      'onMessageListener',
      (args) => args[1].id === id,
    );
    const { body, extension: arrived } = heard.args[1];
    assert.equal(body, '<b> & "c"');
    assert.equal(arrived.field, 'v');
    assert.deepEqual(arrived.list, { 0: 'a', 1: 'b' }, 'the SDK makes an object of a list');
    assert.equal(arrived.attachments[0].name, 'a "b".png');
    await event(bea, 'that it was sent', 'onSentMessageCallback', (args) => args[1]?.id === id);
    await event(
      bea,
      'that it was delivered',
      'onDeliveredStatusListener',
      (args) => args[0] === id,
    );
    await ok(carol, 'chat.sendReadStatus', { messageId: id, dialogId: dialog, userId: bea.me });
    await event(bea, 'that it was read', 'onReadStatusListener', (args) => args[0] === id);
    await ok(carol, 'chat.sendDeliveredStatus', {
      messageId: id,
      dialogId: dialog,
      userId: bea.me,
    });
  });

  test('chat.editMessage and deleteMessage, in a group', async () => {
    const extension = { save_to_history: 1 };
    const id = await bea.call('chat.send', room._id, {
      type: 'groupchat',
      body: 'frist',
      extension,
    });
    await event(dora, 'the message', 'onMessageListener', (args) => args[1].id === id);
    const edit = {
      to: room._id,
      dialogId: room._id,
      body: 'first',
      originMessageId: id,
      last: true,
    };
    await ok(bea, 'chat.editMessage', edit);
    const heard = await event(
      dora,
      'the correction',
      'onMessageUpdateListener',
      (args) => args[0] === id,
    );
    assert.equal(heard.args[2], 'first');
    await ok(bea, 'chat.deleteMessage', { to: room._id, dialogId: room._id, messageId: id });
    await event(dora, 'the removal', 'onMessageDeleteListener', (args) => args[0] === id);
    const look = { chat_dialog_id: room._id, mark_as_read: 0, _id: id };
    assert.deepEqual((await dora.call('chat.message.list', look)).items, []);
  });

  test('typing, activity, client state, ping', async () => {
    await ok(bea, 'chat.sendIsTypingStatus', carol.me);
    await event(
      carol,
      'typing',
      'onMessageTypingListener',
      (args) => args[0] && args[1] === bea.me,
    );
    await ok(bea, 'chat.sendIsStopTypingStatus', carol.me);
    await event(
      carol,
      'no typing',
      'onMessageTypingListener',
      (args) => !args[0] && args[1] === bea.me,
    );
    const last = await ok(bea, 'chat.getLastUserActivity', carol.me);
    assert.deepEqual([last.userId, last.seconds], [carol.me, 0]);
    await ok(bea, 'chat.markInactive');
    await ok(bea, 'chat.markActive');
    await ok(bea, 'chat.ping');
    await ok(bea, 'chat.pingWithTimeout', 5000);
  });

  test('who is watched is told of, and not any more', async () => {
    await SdkPerson.signUp(server.ready, [{ login: 'flo', password: PASSWORD, full_name: 'Flo' }]);
    const flo = await Sdk.connect(server.ready, 'flo', PASSWORD);
    const heard = (seconds) =>
      bea.heard.all.filter(
        ({ name, args }) =>
          name === 'onLastUserActivityListener' && args[0] === flo.me && seconds(args[1]),
      ).length;
    await ok(bea, 'chat.subscribeToUserLastActivityStatus', flo.me);
    await bea.call('chat.pingWithTimeout', 5000);
    await ok(flo, 'chat.terminate');
    await event(
      bea,
      'that flo has gone',
      'onLastUserActivityListener',
      ([who, seconds]) => who === flo.me && seconds > 0,
    );
    await ok(bea, 'chat.unsubscribeFromUserLastActivityStatus', flo.me);
    await bea.call('chat.pingWithTimeout', 5000);
    const before = heard((seconds) => seconds === 0);
    const again = await Sdk.connect(server.ready, 'flo', PASSWORD);
    await bea.call('chat.pingWithTimeout', 5000);
    assert.equal(
      heard((seconds) => seconds === 0),
      before,
    );
    await again.stop();
    await flo.stop();
  });

  test('chat.muc.join, listOnlineUsers, leave', async () => {
    await ok(bea, 'chat.muc.join', room._id);
    const online = await ok(bea, 'chat.muc.listOnlineUsers', room._id);
    assert.deepEqual(online.sort(), [bea.me, carol.me, dora.me].sort());
    await ok(bea, 'chat.muc.leave', room._id);
    const open = await bea.call('chat.dialog.create', { type: PUBLIC, name: 'Not hers' });
    const error = await dora.refused('chat.muc.join', open._id);
    assert.equal(Number(error.code), 403);
  });

  test('errors: writing where one is not', async () => {
    const open = await bea.call('chat.dialog.create', { type: PUBLIC, name: 'Elsewhere' });
    const id = await dora.call('chat.send', open._id, { type: 'groupchat', body: 'hi' });
    const heard = await event(
      dora,
      'the refusal',
      'onMessageErrorListener',
      (args) => args[0] === id,
    );
    assert.equal(heard.args[1].code, 403);
    assert.ok(heard.args[1].info, 'in words');
  });
});

test('users.delete and auth.destroySession end what they end', async () => {
  await SdkPerson.signUp(server.ready, [{ login: 'eve', password: PASSWORD, full_name: 'Eve' }]);
  const eve = await Sdk.connect(server.ready, 'eve', PASSWORD, { chat: false });
  await ok(eve, 'users.delete');
  await eve.stop();
  await assert.rejects(Sdk.connect(server.ready, 'eve', PASSWORD, { chat: false }));
  const again = await Sdk.connect(server.ready, 'dora', PASSWORD, { chat: false });
  await ok(again, 'auth.logout');
  await ok(again, 'auth.login', { login: 'dora', password: PASSWORD });
  // A server without mail shows its administrator who asks, and tells nobody who is here.
  await ok(again, 'users.resetPassword', 'dora@example.org');
  await ok(again, 'users.resetPassword', 'nobody@example.org');
  await ok(again, 'auth.destroySession');
  await again.stop();
});

test('a session that has ended is renewed, and the call made again', async () => {
  const away = await Sdk.connect(server.ready, 'carol', PASSWORD, { chat: false });
  const ca = await readFile(server.ready.ca_cert);
  const headers = { 'CB-Token': away.token };
  // Somebody else ends it, so that the SDK does not know.
  const status = await new Promise((resolve, reject) => {
    https
      .request(`${server.ready.api_url}/session`, { ca, headers, method: 'DELETE' }, (answer) => {
        answer.resume();
        answer.on('end', () => resolve(answer.statusCode));
      })
      .on('error', reject)
      .end();
  });
  assert.equal(status, 200);
  const session = await ok(away, 'users.getV2', { login: 'carol' });
  assert.equal(session.items[0].id, carol.me);
  await event(away, 'that it had ended', 'sessionExpired', () => true);
  await away.stop();
});

test('every other call of these parts was made', async () => {
  const eve = { login: 'eve2', password: PASSWORD, full_name: 'Eve' };
  const { user } = await ok(bea, 'users.signup', eve);
  assert.equal(user.full_name, 'Eve');
  const session = await ok(bea, 'auth.createSession', { login: 'eve2', password: PASSWORD });
  assert.equal(session.user_id, user.id);
  const parts = ['auth', 'users', 'chat', 'chat.dialog', 'chat.message', 'chat.muc'];
  const local = 'says nothing to a server';
  const always = 'good: every person of these tests';
  const missing = await uncalled(bea, parts, {
    'auth.setSession': local,
    'chat.addListener': local,
    'chat.removeListener': local,
    'chat.removeAllListeners': local,
    'chat.connect': always,
    'chat.disconnect': always,
    'chat.sendWebRTCSignalingMessage': 'of calls with sound and picture, which are no part of this',
  });
  assert.deepEqual(missing, []);
});
