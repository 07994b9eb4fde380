// For each kind of conversation and each role: what is offered on the screen
// equals what the server allows. Alex looks at the screen; the server is asked
// by Dora at the official SDK, who has the same role in a conversation of the
// same kind, one for each question, because some answers end it.

import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import https from 'node:https';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';

import { Desk, openBrowser } from '../support/browser.js';
import { Sdk, SdkRefusal } from '../support/sdk-any.js';
import { SdkPerson } from '../support/sdk.js';
import { folder, startServer } from '../support/server.js';

const PASSWORD = 'correct horse battery';
// The numbers of the wire; the SDK's own names for two of them are wrong.
const KINDS = { broadcast: 1, group: 2, private: 3, public: 4 };
const CASES = [
  ['private', 'member'],
  ...['group', 'public', 'broadcast'].flatMap((kind) =>
    ['owner', 'admin', 'member'].map((role) => [kind, role]),
  ),
];

let files;
let server;
let ca;
let browser;
let desk;
/** Alex at another device. */
let alex;
/** Who owns where nobody else does, who is in everything, and who is in nothing. */
let bea;
let carol;
let erin;
let dora;
/** Bea again, with the chat. */
let phone;
/** What Alex sees on the screen, by kind and role. */
const shown = {};

before(async () => {
  files = await folder('roles');
  server = await startServer(path.join(files.path, 'server'));
  ca = await readFile(server.ready.ca_cert);
  const people = ['Alex Sander', 'Bea Berg', 'Carol Chen', 'Dora Dahl', 'Erin Eck'];
  await SdkPerson.signUp(
    server.ready,
    people.map((full_name) => ({
      login: full_name.split(' ')[0].toLowerCase(),
      password: PASSWORD,
      full_name,
    })),
  );
  const enter = (login) => Sdk.connect(server.ready, login, PASSWORD, { chat: false });
  [alex, bea, carol, dora, erin] = await Promise.all(
    ['alex', 'bea', 'carol', 'dora', 'erin'].map(enter),
  );
  phone = await Sdk.connect(server.ready, 'bea', PASSWORD);
  for (const [kind, role] of CASES) shown[`${kind} ${role}`] = await make(kind, role, alex);
  browser = await openBrowser();
  desk = await Desk.open(browser, { locale: 'en-GB' });
  await desk.signIn(server.ready.join_link, 'alex', PASSWORD);
  await desk.row('broadcast member').waitFor();
});

after(async () => {
  await desk?.close();
  await browser?.close();
  for (const person of [alex, bea, carol, dora, erin, phone]) await person?.stop();
  await server?.stop();
  await files?.remove();
});

const at = (id) => desk.at(id);

const writes = async (person, dialog, message) =>
  (await person.call('chat.message.create', { chat_dialog_id: dialog, message }))._id;

/**
 * A conversation in which somebody has a role, with a message of theirs where
 * they may write, and one of somebody else's.
 */
async function make(kind, role, who) {
  const owner = role === 'owner' ? who : bea;
  const others = [who, carol];
  const people = {
    private: { occupants_ids: [who.me] },
    group: { occupants_ids: others.map((one) => one.me) },
  };
  const { _id } = await owner.call('chat.dialog.create', {
    type: KINDS[kind],
    ...(kind === 'private' ? {} : { name: `${kind} ${role}` }),
    ...people[kind],
  });
  if (kind === 'public')
    for (const one of others) if (one !== owner) await one.call('chat.dialog.subscribe', _id);
  if (role === 'admin') await owner.call('chat.dialog.addAdmins', _id, [who.me]);
  // In a channel only those who lead it write; there, that may have to be somebody else.
  let author = owner === who ? carol : owner;
  if (kind === 'broadcast' && author === carol) {
    author = bea;
    await owner.call('chat.dialog.addAdmins', _id, [bea.me]);
  }
  const theirs = await writes(author, _id, 'a word of another');
  const canWrite = kind !== 'broadcast' || role !== 'member';
  const own = canWrite ? await writes(who, _id, 'a word of my own') : null;
  return { _id, own, theirs };
}

/** Each thing that is offered to some and not to others, and how the server is asked for it. */
const ASKED = {
  write: ({ _id }) => writes(dora, _id, 'may I?'),
  'edit information': ({ _id }) => dora.call('chat.dialog.update', _id, { description: 'other' }),
  'add people': ({ _id }) =>
    dora.call('chat.dialog.update', _id, { push_all: { occupants_ids: [erin.me] } }),
  'remove a member': ({ _id }) =>
    dora.call('chat.dialog.update', _id, { pull_all: { occupants_ids: [carol.me] } }),
  'appoint an admin': ({ _id }) => dora.call('chat.dialog.addAdmins', _id, [carol.me]),
  pin: ({ _id, theirs }) =>
    dora.call('chat.dialog.update', _id, { push_all: { pinned_messages_ids: [theirs] } }),
  react: ({ theirs }) => dora.call('chat.message.addReaction', theirs, '👍'),
  'edit an own message': ({ _id, own }) =>
    own !== null && dora.call('chat.message.update', own, { chat_dialog_id: _id, message: 'x' }),
  'delete an own message for all': ({ own }) => own !== null && isDeleted(own),
  'delete a message of others for all': ({ theirs }) => isDeleted(theirs),
  'clear for all': ({ _id }) => isCleared(_id),
  'delete for all': ({ _id }) => dora.call('chat.dialog.delete', _id, { force: 1 }),
  leave: ({ _id }, kind) =>
    kind === 'public'
      ? dora.call('chat.dialog.unsubscribe', _id)
      : dora.call('chat.dialog.update', _id, { pull_all: { occupants_ids: [dora.me] } }),
};

async function isDeleted(id) {
  const answer = await dora.call('chat.message.delete', id, { force: 1 });
  return JSON.parse(answer).SuccessfullyDeleted.ids.includes(id);
}

/** The SDK clears for oneself only; the server's own call knows more. */
function isCleared(dialog) {
  const url = new URL(`/chat/Dialog/clearHistory/${dialog}?force=1`, server.ready.api_url);
  const headers = { 'CB-Token': dora.token };
  return new Promise((resolve, reject) => {
    https
      .request(url, { method: 'DELETE', ca, headers }, (response) => {
        response.resume();
        if ([200, 403].includes(response.statusCode)) resolve(response.statusCode === 200);
        else reject(new Error(`clearing was answered with ${response.statusCode}`));
      })
      .on('error', reject)
      .end();
  });
}

/** What the server allows. */
async function allowed(kind, role) {
  const answers = {};
  for (const [question, ask] of Object.entries(ASKED)) {
    // There is one private conversation of two; it is made again where it went.
    const made = await make(kind, role, dora);
    try {
      answers[question] = (await ask(made, kind)) !== false;
    } catch (error) {
      if (!(error instanceof SdkRefusal)) throw error;
      assert.ok([403, 404, 422].includes(error.code), `${question}: ${error}`);
      answers[question] = false;
    }
  }
  return answers;
}

/** Who makes or changes a conversation tells the others so. */
const tell = (body, dialogId) =>
  phone.call('chat.sendSystemMessage', alex.me, { body, extension: { dialogId } });

const isThere = async (id) => (await at(id).count()) > 0;

async function closed(id) {
  await desk.page.keyboard.press('Escape');
  await at(id).waitFor({ state: 'detached' });
}

/** What is offered for a message. */
async function offeredFor(text) {
  await desk.message(text).click({ button: 'right' });
  await at('menu-delete').waitFor();
  const found = {
    pin: await isThere('menu-pin'),
    react: await isThere('menu-reaction'),
    reply: await isThere('menu-reply'),
    edit: await isThere('menu-edit'),
  };
  await at('menu-delete').click();
  await at('delete-for-me').waitFor();
  found.deleteForAll = await isThere('delete-for-all');
  await closed('delete-question');
  return found;
}

async function isAskedForAll(entry) {
  await at(entry).click();
  await at('question-me').waitFor();
  const found = await isThere('question-all');
  await at('question-cancel').click();
  await at('question').waitFor({ state: 'detached' });
  return found;
}

/** What may be done with Carol, as her row says; in a channel, where she leads nothing, with anybody. */
async function offeredForCarol(kind) {
  const none = { remove: false, appoint: await isThere('appoint') };
  if (kind === 'private' || kind === 'broadcast') return none;
  const carolsRow = at('member-row').filter({ hasText: 'Carol Chen' });
  await carolsRow.waitFor();
  const button = carolsRow.getByTestId('member-menu');
  if ((await button.count()) === 0) return none;
  await button.click();
  await desk.page.getByRole('menu').waitFor();
  const found = {
    remove: await isThere('member-remove'),
    appoint: await isThere('member-admin'),
  };
  await desk.page.keyboard.press('Escape');
  await desk.page.getByRole('menu').waitFor({ state: 'detached' });
  return found;
}

/** What the screen offers. */
async function offered(kind, role) {
  const name = kind === 'private' ? 'Bea Berg' : `${kind} ${role}`;
  const { own } = shown[`${kind} ${role}`];
  await desk.row(name).click();
  await at('talk-name').getByText(name, { exact: true }).waitFor();
  await at('composer-input').or(at('read-only')).waitFor();
  if (!(await isThere('info'))) await at('info-toggle').click();
  const ready = at('info').and(desk.page.locator('[data-phase="open"]'));
  await ready.filter({ has: desk.page.getByRole('heading', { name, exact: true }) }).waitFor();
  const ofCarol = await offeredForCarol(kind);
  const ofTheirs = await offeredFor('a word of another');
  const ofOwn =
    own === null ? { edit: false, deleteForAll: false } : await offeredFor('a word of my own');
  const canWrite = await isThere('composer-input');
  assert.equal(ofTheirs.reply, canWrite, 'who may not write is offered no answer');
  assert.equal(ofTheirs.edit, false, 'nobody edits what others wrote');
  return {
    write: canWrite,
    'edit information': await isThere('info-edit'),
    'add people': await isThere('add-people'),
    'remove a member': ofCarol.remove,
    'appoint an admin': ofCarol.appoint,
    pin: ofTheirs.pin,
    react: ofTheirs.react,
    'edit an own message': ofOwn.edit,
    'delete an own message for all': ofOwn.deleteForAll,
    'delete a message of others for all': ofTheirs.deleteForAll,
    'clear for all': await isAskedForAll('info-clear'),
    'delete for all': await isAskedForAll('info-delete'),
    leave: await isThere('info-leave'),
  };
}

describe('what is offered is what the server allows', () => {
  for (const [kind, role] of CASES) {
    test(`in a ${kind} conversation, to its ${role}`, async () => {
      assert.deepEqual(await offered(kind, role), await allowed(kind, role));
    });
  }
});

describe('a right that comes or goes while one looks', () => {
  test('changes what is offered at once', async () => {
    const { _id } = shown['broadcast member'];
    await desk.row('broadcast member').click();
    await at('read-only').waitFor();
    await bea.call('chat.dialog.addAdmins', _id, [alex.me]);
    await tell('dialog/UPDATE_DIALOG', _id);
    await at('composer-input').waitFor();
    await at('info-edit').waitFor();
    await bea.call('chat.dialog.removeAdmins', _id, [alex.me]);
    await tell('dialog/UPDATE_DIALOG', _id);
    await at('read-only').waitFor();
    await at('info-edit').waitFor({ state: 'detached' });
  });
});

describe('admins', () => {
  test('are appointed in a channel by its owner, and let go again', async () => {
    const name = 'broadcast owner';
    const { _id } = shown[name];
    await desk.row(name).click();
    const members = at('info-members');
    await members.getByText('Who writes here').waitFor();
    await members.getByTestId('member-row').filter({ hasText: 'Bea Berg' }).waitFor();
    await at('appoint').click();
    await at('create-search').fill('carol');
    await at('create-person').filter({ hasText: 'Carol Chen' }).click();
    await at('add-go').click();
    await at('add-dialog').waitFor({ state: 'detached' });
    const row = members.getByTestId('member-row').filter({ hasText: 'Carol Chen' });
    await row.and(desk.page.locator('[data-role="admin"]')).waitFor();
    const admins = async () => {
      const { items } = await bea.call('chat.dialog.list', { _id });
      return items[0].admins_ids.sort();
    };
    assert.deepEqual(await admins(), [bea.me, carol.me].sort());
    await row.getByTestId('member-menu').click();
    await at('member-unadmin').click();
    await row.waitFor({ state: 'detached' });
    assert.deepEqual(await admins(), [bea.me]);
  });

  test('are five at most', async () => {
    const full_name = (n) => `Helper ${n}`;
    const made = await SdkPerson.signUp(
      server.ready,
      [1, 2, 3, 4, 5].map((n) => ({
        login: `helper${n}`,
        password: PASSWORD,
        full_name: full_name(n),
      })),
    );
    const { _id } = await alex.call('chat.dialog.create', {
      type: KINDS.group,
      name: 'Many hands',
      occupants_ids: [...made.map(({ id }) => id), carol.me],
    });
    const ids = made.map(({ id }) => id);
    await alex.call('chat.dialog.addAdmins', _id, ids.slice(0, 4));
    await tell('dialog/NEW_DIALOG', _id);
    await desk.row('Many hands').click();
    await at('info-name').getByText('Many hands').waitFor();
    // Those who lead stand first; all of them are one page further.
    await at('all-members').click();
    const row = (name) => at('member-row').filter({ hasText: name });
    await row('Helper 5').getByTestId('member-menu').click();
    await at('member-admin').click();
    await row('Helper 5').and(desk.page.locator('[data-role="admin"]')).waitFor();
    await row('Carol Chen').getByTestId('member-menu').click();
    const appoint = at('member-admin').and(desk.page.locator('[data-disabled]'));
    await appoint.getByText('There are five admins, and there can be no more.').waitFor();
    await desk.page.keyboard.press('Escape');
    const refusal = await alex.refused('chat.dialog.addAdmins', _id, [carol.me]);
    assert.equal(refusal.code, 422);
  });
});

test('the page had nothing to complain about', () => {
  assert.deepEqual(desk.complaints, []);
});
