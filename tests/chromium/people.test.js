// People: who is there, who writes, what they are called, and what happened in
// a conversation. And the list, which follows all of that.

import assert from 'node:assert/strict';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';

import { Desk, openBrowser } from '../support/browser.js';
import { Sdk } from '../support/sdk-any.js';
import { SdkPerson } from '../support/sdk.js';
import { Scenes } from '../support/scenes.js';
import { paint } from '../support/screens.js';
import { folder, startServer } from '../support/server.js';

const PASSWORD = 'correct horse battery';
const [BROADCAST, GROUP, PRIVATE, PUBLIC] = [1, 2, 3, 4];

let files;
let server;
let browser;
let desk;
let alex;
let bea;
let carol;
/** Nobody whom Alex shares a group or a private conversation with. */
let zoe;
let group;
let talk;

before(async () => {
  files = await folder('people');
  server = await startServer(path.join(files.path, 'server'));
  const made = await SdkPerson.signUp(
    server.ready,
    ['Alex Sander', 'Bea Berg', 'Carol Chen', 'Zoe Zimmer'].map((full_name) => ({
      login: full_name.split(' ')[0].toLowerCase(),
      password: PASSWORD,
      full_name,
    })),
  );
  alex = made[0].id;
  bea = await Sdk.connect(server.ready, 'bea', PASSWORD);
  carol = await Sdk.connect(server.ready, 'carol', PASSWORD);
  zoe = await Sdk.connect(server.ready, 'zoe', PASSWORD);
  group = await bea.call('chat.dialog.create', {
    type: GROUP,
    name: 'Walkers',
    occupants_ids: [alex, carol.me],
  });
  talk = await bea.call('chat.dialog.create', { type: PRIVATE, occupants_ids: [alex] });
  for (const one of [bea, carol]) await one.call('chat.muc.join', group._id).catch(() => {});
  browser = await openBrowser();
  desk = await Desk.open(browser, { locale: 'en-GB' });
  await desk.signIn(server.ready.join_link, 'alex', PASSWORD);
  await desk.row('Walkers').waitFor();
});

after(async () => {
  await desk?.close();
  await browser?.close();
  for (const one of [bea, carol, zoe]) await one?.stop();
  await server?.stop();
  await files?.remove();
});

const at = (id) => desk.at(id);

function says(person, room, body, more = {}) {
  const extension = { save_to_history: 1, dialog_id: room, ...more };
  return person.call('chat.send', room, { type: 'groupchat', body, extension });
}

function tells(body) {
  const extension = { save_to_history: 1, dialog_id: talk._id };
  return bea.call('chat.send', alex, { type: 'chat', body, extension });
}

/** Who changes a conversation tells the others so. */
const tell = (body, dialogId, more = {}) =>
  bea.call('chat.sendSystemMessage', alex, { body, extension: { dialogId, ...more } });

const line = (text) => desk.page.locator('.conversation').getByText(text, { exact: true });

describe('who writes', () => {
  const typing = () => desk.page.locator('.conversation').getByTestId('typing');

  test('is said with names, and in the list', async () => {
    await desk.openDialog('Walkers');
    await bea.call('chat.sendIsTypingStatus', group._id);
    await typing().getByText('Bea is typing…').waitFor();
    await desk.row('Walkers').getByTestId('row-typing').getByText('Bea is typing…').waitFor();
    await carol.call('chat.sendIsTypingStatus', group._id);
    await typing().getByText('Bea and Carol are typing…').waitFor();
    await bea.call('chat.sendIsStopTypingStatus', group._id);
    await typing().getByText('Carol is typing…').waitFor();
    await says(carol, group._id, 'There');
    await typing().waitFor({ state: 'detached' });
  });

  test('is told to others: at the first letter, and when it is sent', async () => {
    const told = (isTyping) =>
      bea.heard.next(
        `typing: ${isTyping}`,
        ({ name, args }) =>
          name === 'onMessageTypingListener' && args[0] === isTyping && args[1] === alex,
      );
    const begins = told(true);
    await at('composer-input').pressSequentially('Wait');
    await begins;
    const ends = told(false);
    await at('composer-input').fill('');
    await ends;
  });
});

describe('who is there', () => {
  test('is online, and then was last seen just now', async () => {
    await desk.openDialog('Bea Berg');
    await at('presence').getByText('online', { exact: true }).waitFor();
    await bea.stop();
    await at('presence').getByText('last seen this minute').waitFor();
    bea = await Sdk.connect(server.ready, 'bea', PASSWORD);
    await bea.call('chat.muc.join', group._id).catch(() => {});
    await at('presence').getByText('online', { exact: true }).waitFor();
  });
});

describe('what happens in a conversation', () => {
  test('stands there as quiet lines', async () => {
    await desk.openDialog('Walkers');
    const change = (update) => bea.call('chat.dialog.update', group._id, update);
    const one = String(carol.me);
    await change({ pull_all: { occupants_ids: [carol.me] } });
    await tell('dialog/REMOVE_PARTICIPANTS', group._id, { removedParticipantsIds: one });
    await line('Bea Berg removed Carol Chen').waitFor();
    await change({ push_all: { occupants_ids: [carol.me] } });
    await tell('dialog/ADD_PARTICIPANTS', group._id, { addedParticipantsIds: one });
    await line('Bea Berg added Carol Chen').waitFor();
    await carol.call('chat.muc.join', group._id).catch(() => {});
    await change({ name: 'Runners' });
    await tell('dialog/UPDATE_DIALOG', group._id);
    await line('Bea Berg changed the name to “Runners”').waitFor();
    await at('talk-name').getByText('Runners').waitFor();
    await desk.row('Runners').waitFor();
    await change({ name: 'Walkers' });
    await tell('dialog/UPDATE_DIALOG', group._id);
    await desk.row('Walkers').waitFor();
  });

  test('can be a new face, for all of them at once', async () => {
    const bytes = await paint(desk.page, 64, 64);
    const file = { name: 'face.png', type: 'image/png', file: bytes, size: bytes.length };
    const { uid } = await bea.call('storage.createAndUpload', { ...file, public: false });
    assert.equal(await desk.row('Walkers').locator('img').count(), 0);
    await bea.call('chat.dialog.update', group._id, { photo: uid });
    await tell('dialog/UPDATE_DIALOG', group._id);
    await desk.row('Walkers').locator('img').waitFor();
  });
});

describe('the list', () => {
  const first = (name) =>
    at('dialog-row').first().getByTestId('dialog-name').and(desk.page.getByText(name)).waitFor();

  test('is in the order of what was said last', async () => {
    await tells('The latest');
    await first('Bea Berg');
    await says(carol, group._id, 'Later still');
    await first('Walkers');
    await desk.row('Walkers').filter({ hasText: 'Carol: Later still' }).waitFor();
  });

  test('shows how far the last message has come', async () => {
    await desk.openDialog('Bea Berg');
    await desk.write('On its way');
    await desk.row('Bea Berg').getByRole('img', { name: 'Delivered' }).waitFor();
    const { args } = await bea.heard.find(
      'it',
      ({ name, args }) => name === 'onMessageListener' && args[1].body === 'On its way',
    );
    const seen = { messageId: args[1].id, dialogId: talk._id, userId: alex };
    await bea.call('chat.sendReadStatus', seen);
    await desk.row('Bea Berg').getByRole('img', { name: 'Read' }).waitFor();
  });

  test('mutes for as long as one says', async () => {
    const menu = async (...entries) => {
      await desk.row('Walkers').click({ button: 'right' });
      for (const entry of entries) await at(entry).click();
    };
    for (const [entry, said] of [
      ['mute-hour', 'Muted for 1 hour.'],
      ['mute-hours', 'Muted for 8 hours.'],
      ['mute-tomorrow', 'Muted until tomorrow morning.'],
      ['mute-week', 'Muted for 1 week.'],
      ['mute-ever', 'Muted until you unmute it.'],
    ]) {
      await menu('dialog-mute', entry);
      await desk.row('Walkers').getByRole('img', { name: 'Muted' }).waitFor();
      await at('toast').filter({ hasText: said }).first().waitFor();
      await menu('dialog-unmute');
      await desk.row('Walkers').getByRole('img', { name: 'Muted' }).waitFor({ state: 'detached' });
    }
  });
});

describe('names', () => {
  test('of people whom one meets in a public group are looked up', async () => {
    const square = await zoe.call('chat.dialog.create', { type: PUBLIC, name: 'Town square' });
    await zoe.call('chat.muc.join', square._id).catch(() => {});
    await says(zoe, square._id, 'Who is coming?');
    await at('rail-directory').click();
    await at('directory-search').fill('town');
    await at('directory-row').filter({ hasText: 'Town square' }).click();
    await at('directory-join').click();
    await at('talk-name').getByText('Town square').waitFor();
    const bubble = desk.message('Who is coming?');
    await bubble.getByText('Zoe Zimmer', { exact: true }).waitFor();
    await desk.row('Town square').getByText('Zoe:').waitFor();
    // Somebody else comes by, and the window has never seen them.
    const [yan] = await SdkPerson.signUp(server.ready, [
      { login: 'yan', password: PASSWORD, full_name: 'Yan Yilmaz' },
    ]);
    const guest = await Sdk.connect(server.ready, 'yan', PASSWORD);
    await guest.call('chat.dialog.subscribe', square._id);
    await guest.call('chat.muc.join', square._id).catch(() => {});
    await says(guest, square._id, 'I am new here');
    await desk.message('I am new here').getByText('Yan Yilmaz', { exact: true }).waitFor();
    assert.equal(guest.me, yan.id);
    await guest.stop();
  });

  test('of all of them stand in its information', async () => {
    if ((await at('info').count()) === 0) await at('info-toggle').click();
    for (const name of ['Zoe Zimmer', 'Yan Yilmaz', 'Alex Sander'])
      await at('info-members').getByTestId('member-row').filter({ hasText: name }).waitFor();
    await at('info-members').getByText('3 members').waitFor();
    const owner = at('info-members').getByTestId('member-row').filter({ hasText: 'Zoe Zimmer' });
    assert.equal(await owner.getAttribute('data-role'), 'owner');
  });

  test('of whoever leads a channel stand in its information, also when they said nothing', async () => {
    const news = await zoe.call('chat.dialog.create', { type: BROADCAST, name: 'House news' });
    await zoe.call('chat.dialog.addAdmins', news._id, [carol.me]);
    await tell('dialog/NEW_DIALOG', news._id);
    await desk.row('House news').click();
    await at('read-only').waitFor();
    await at('info-name').getByText('House news').waitFor();
    for (const [name, role] of [
      ['Zoe Zimmer', 'owner'],
      ['Carol Chen', 'admin'],
    ]) {
      const row = at('info-members').getByTestId('member-row').filter({ hasText: name });
      await row.and(desk.page.locator(`[data-role="${role}"]`)).waitFor();
    }
  });
});

describe('who is in a group', () => {
  test('is searched, and one sees who is there', async () => {
    const made = await SdkPerson.signUp(
      server.ready,
      [1, 2, 3, 4, 5, 6, 7].map((n) => ({
        login: `walker${n}`,
        password: PASSWORD,
        full_name: `Walker ${n}`,
      })),
    );
    const occupants_ids = made.map(({ id }) => id);
    await bea.call('chat.dialog.update', group._id, { push_all: { occupants_ids } });
    await tell('dialog/UPDATE_DIALOG', group._id);
    await desk.row('Walkers').click();
    await at('info-members').getByText('10 members').waitFor();
    await at('all-members').click();
    const row = (name) => at('member-row').filter({ hasText: name });
    await at('members-search').fill('bea');
    await row('Walker').first().waitFor({ state: 'detached' });
    await row('Bea Berg').getByText('online', { exact: true }).waitFor();
    await at('members-search').fill('walker 7');
    await row('Walker 7').waitFor();
    await row('Bea Berg').waitFor({ state: 'detached' });
    await at('info-back').click();
  });

  test('leaves it, and the others hear of that', async () => {
    await at('info-leave').click();
    const told = bea.heard.next(
      'that Alex has left',
      ({ name, args }) =>
        name === 'onSystemMessageListener' && args[0].body === 'dialog/REMOVE_PARTICIPANTS',
    );
    await at('question-leave').click();
    await desk.row('Walkers').waitFor({ state: 'detached' });
    assert.equal((await told).args[0].extension.removedParticipantsIds, String(alex));
    const { items } = await bea.call('chat.dialog.list', { _id: group._id });
    assert.ok(!items[0].occupants_ids.includes(alex));
  });
});

test('a history that is cleared for all is empty for the other person, too', async () => {
  await desk.openDialog('Bea Berg');
  await desk.message('On its way').waitFor();
  await at('info-clear').click();
  await at('question-all').click();
  await desk.message('On its way').waitFor({ state: 'detached' });
  const { items } = await bea.call('chat.message.list', {
    chat_dialog_id: talk._id,
    mark_as_read: 0,
  });
  assert.deepEqual(items, []);
});

describe('ten thousand conversations', () => {
  /** What is there of a list does not depend on how much there is of it. */
  const MOST_ROWS = 40;

  test('are drawn where one looks, and nowhere else', async () => {
    const scenes = await Scenes.build(browser);
    const page = await scenes.open('tenthousand');
    const count = () => page.getByTestId('dialog-row').count();
    assert.ok((await count()) < MOST_ROWS);
    const nodes = () => page.evaluate(() => document.querySelectorAll('*').length);
    const before = await nodes();
    await page.getByTestId('dialog-row').first().focus();
    await page.keyboard.press('End');
    await page
      .getByText('Summer of the year before')
      .or(page.getByText('Reading circle 10000'))
      .first()
      .waitFor();
    assert.ok((await count()) < MOST_ROWS, `${await count()} rows`);
    assert.ok(Math.abs((await nodes()) - before) < 800, `${before} nodes, then ${await nodes()}`);
    const of = await page.getByTestId('dialog-row').first().getAttribute('aria-setsize');
    assert.ok(Number(of) > 10_000, 'who hears the list knows how long it is');
    await page.getByTestId('search').fill('circle 7777');
    await page.getByTestId('dialog-row').getByText('Reading circle 7777').waitFor();
    await scenes.close();
  });
});

test('the page had nothing to complain about', () => {
  assert.deepEqual(desk.complaints, []);
});
