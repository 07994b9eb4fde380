// What a conversation says of itself: whether strangers may look into it, and
// its further fields; made and changed in Kith and by people at the official SDK.

import assert from 'node:assert/strict';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';

import { Desk, openBrowser } from '../support/browser.js';
import { Sdk, admin } from '../support/sdk-any.js';
import { SdkPerson } from '../support/sdk.js';
import { folder, startServer } from '../support/server.js';

const PASSWORD = 'correct horse battery';
const [BROADCAST, GROUP] = [1, 2];

let files;
let server;
let browser;
/** Alex and Carol have Kith. */
let desk;
let carol;
/** Bea and Dan have the SDK; Dan is in nothing. */
let bea;
let dan;
let alex;
/** Alex at another device. */
let other;

before(async () => {
  files = await folder('about');
  const data = path.join(files.path, 'server');
  server = await startServer(data);
  const made = await SdkPerson.signUp(
    server.ready,
    ['Alex Sander', 'Bea Berg', 'Carol Chen', 'Dan Dorn'].map((full_name) => ({
      login: full_name.split(' ')[0].toLowerCase(),
      password: PASSWORD,
      full_name,
    })),
  );
  alex = made[0].id;
  for (const field of ['pace', 'place', 'season', 'snacks']) {
    await admin(data, 'fields', 'allow', field);
  }
  bea = await Sdk.connect(server.ready, 'bea', PASSWORD);
  dan = await Sdk.connect(server.ready, 'dan', PASSWORD, { chat: false });
  other = await Sdk.connect(server.ready, 'alex', PASSWORD, { chat: false });
  browser = await openBrowser();
  desk = await Desk.open(browser, { locale: 'en-GB' });
  await desk.signIn(server.ready.join_link, 'alex', PASSWORD);
  await desk.at('new-dialog').waitFor();
});

after(async () => {
  await desk?.close();
  await carol?.close();
  await browser?.close();
  for (const one of [bea, dan, other]) await one?.stop();
  await server?.stop();
  await files?.remove();
});

const at = (id) => desk.at(id);
const gone = (locator) => locator.waitFor({ state: 'detached' });

/** A dialog as somebody at the SDK has it. */
async function held(person, id) {
  const { items } = await person.call('chat.dialog.list', { _id: id });
  return items[0];
}

async function openInfo(name) {
  await desk.row(name).click();
  if ((await at('info').count()) === 0) await at('info-toggle').click();
  const ready = at('info').and(desk.page.locator('[data-phase="open"]'));
  await ready.filter({ has: desk.page.getByRole('heading', { name, exact: true }) }).waitFor();
}

describe('a public group that Kith makes', () => {
  const ids = {};

  async function make(name, isOpen) {
    await at('new-dialog').click();
    await at('create-public').click();
    await at('create-name').fill(name);
    assert.ok(await at('create-preview').isChecked(), 'it is open unless one says otherwise');
    await at('create-preview').setChecked(isOpen);
    await at('create-go').click();
    await at('talk-name').getByText(name, { exact: true }).waitFor();
    ids[name] = await desk.row(name).getAttribute('data-dialog-id');
    await desk.write(`Welcome to the ${name}`);
    await desk.delivered(`Welcome to the ${name}`, 'sent', 'delivered', 'read');
  }

  const look = (name) => ({ chat_dialog_id: ids[name], preview: 1 });

  /** Carol looks for it in the directory and chooses it. */
  async function find(name) {
    await carol.at('directory-search').fill(name);
    await carol.at('directory-row').filter({ hasText: name }).click();
  }

  test('can be looked into from outside, when that is allowed', async () => {
    await make('Open square', true);
    assert.deepEqual((await held(other, ids['Open square'])).permissions, { allow_preview: true });
    const { items } = await dan.call('chat.message.list', look('Open square'));
    assert.deepEqual(
      items.map(({ message }) => message),
      ['Welcome to the Open square'],
    );
    carol = await Desk.open(browser, { locale: 'en-GB' });
    await carol.signIn(server.ready.join_link, 'carol', PASSWORD);
    await carol.at('rail-directory').click();
    await find('Open square');
    await carol
      .at('preview-message')
      .filter({ hasText: 'Welcome to the Open square' })
      .getByText('Alex Sander')
      .waitFor();
    await carol.at('preview').and(carol.page.locator('[data-state="shown"]')).waitFor();
  });

  test('cannot be, when it is not', async () => {
    await make('Closed yard', false);
    const { permissions } = await held(other, ids['Closed yard']);
    assert.equal(permissions?.allow_preview ?? false, false);
    const refusal = await dan.refused('chat.message.list', look('Closed yard'));
    assert.equal(refusal.code, 403);
    await find('Closed yard');
    const place = carol.at('preview').and(carol.page.locator('[data-state="forbidden"]'));
    await place.getByText('The messages are visible after joining.').waitFor();
    assert.equal(await carol.at('preview-message').count(), 0);
    // There is a way in all the same.
    await carol.at('directory-join').waitFor();
  });

  test('is opened to strangers, and closed, in its information', async () => {
    await openInfo('Closed yard');
    await at('info').getByText('Messages are visible after joining.').waitFor();
    await at('info-edit').click();
    await at('edit-preview').check();
    await at('edit-save').click();
    await gone(at('edit-dialog'));
    await at('info').getByText('Anybody may look at the last 20 messages').waitFor();
    assert.deepEqual((await held(other, ids['Closed yard'])).permissions, { allow_preview: true });
    assert.equal((await dan.call('chat.message.list', look('Closed yard'))).items.length, 1);
    // Carol looks for it anew.
    await find('Open square');
    await carol.at('preview-message').filter({ hasText: 'Open square' }).waitFor();
    await find('Closed yard');
    await carol.at('preview-message').filter({ hasText: 'Welcome to the Closed yard' }).waitFor();
    await openInfo('Open square');
    await at('info-edit').click();
    await at('edit-preview').uncheck();
    await at('edit-save').click();
    await gone(at('edit-dialog'));
    await dan.refused('chat.message.list', look('Open square'));
  });
});

describe('further fields', () => {
  let walks;

  before(async () => {
    walks = await bea.call('chat.dialog.create', {
      type: GROUP,
      name: 'Long walks',
      occupants_ids: [alex],
      extensions: { pace: 'slow' },
    });
    const extension = { dialogId: walks._id };
    await bea.call('chat.sendSystemMessage', alex, { body: 'dialog/NEW_DIALOG', extension });
    await desk.row('Long walks').waitFor();
  });

  const field = (name, value) =>
    at('info-field').filter({ hasText: name }).getByText(value, { exact: true });
  const editing = async () => {
    await openInfo('Long walks');
    await at('info-edit').click();
    await at('field-key').first().waitFor();
  };
  const kept = async () => (await held(bea, walks._id)).extensions;
  /** Bea changes them, and tells. */
  const changes = async (extensions) => {
    await bea.call('chat.dialog.update', walks._id, { extensions });
    const extension = { dialogId: walks._id };
    await bea.call('chat.sendSystemMessage', alex, { body: 'dialog/UPDATE_DIALOG', extension });
  };

  test('stand in the information, and are changed there', async () => {
    await openInfo('Long walks');
    await field('pace', 'slow').waitFor();
    await editing();
    await at('field-value').first().fill('quick');
    await at('field-add').click();
    await at('field-key').nth(1).fill('place');
    await at('field-value').nth(1).fill('The hill behind the mill');
    await at('edit-save').click();
    await gone(at('edit-dialog'));
    await field('pace', 'quick').waitFor();
    await field('place', 'The hill behind the mill').waitFor();
    assert.deepEqual(await kept(), { pace: 'quick', place: 'The hill behind the mill' });
  });

  test('are three at most, each with a name of its own', async () => {
    await editing();
    await at('field-add').click();
    await gone(at('field-add'));
    await at('field-key').nth(2).fill('pace');
    await at('field-value').nth(2).fill('slow');
    await at('edit-save').click();
    await at('edit-problem').getByText('Two fields have the same name.').waitFor();
    await at('field-key').nth(2).fill('');
    await at('edit-save').click();
    await at('edit-problem').getByText('A field needs a name.').waitFor();
    await at('field-key').nth(2).fill('season');
    await gone(at('edit-problem'));
    await at('edit-save').click();
    await gone(at('edit-dialog'));
    await field('season', 'slow').waitFor();
    assert.deepEqual(Object.keys(await kept()).sort(), ['pace', 'place', 'season']);
  });

  test('that the server does not know are named, and the others are kept', async () => {
    await editing();
    await at('field-remove').nth(2).click();
    await at('field-add').click();
    await at('field-key').nth(2).fill('mood');
    await at('field-value').nth(2).fill('good');
    await at('edit-save').click();
    await at('edit-problem').getByText('The server has no field called “mood”').waitFor();
    assert.deepEqual(Object.keys(await kept()).sort(), ['pace', 'place']);
    await at('field-remove').nth(2).click();
    await gone(at('edit-problem'));
    await at('edit-save').click();
    await gone(at('edit-dialog'));
  });

  test('that somebody else changes are shown at once', async () => {
    await openInfo('Long walks');
    await field('pace', 'quick').waitFor();
    await changes({ pace: 'a stroll', snacks: 'pears' });
    await field('pace', 'a stroll').waitFor();
    await field('snacks', 'pears').waitFor();
    await gone(at('info-field').filter({ hasText: 'place' }));
  });

  test('that somebody else changes meanwhile are not undone by who changes the name', async () => {
    await editing();
    await at('edit-description').fill('With a flask of tea.');
    await changes({ pace: 'a march' });
    await gone(at('info-field').filter({ hasText: 'snacks' }));
    await at('edit-save').click();
    await gone(at('edit-dialog'));
    await at('info-description').getByText('With a flask of tea.').waitFor();
    assert.deepEqual(await kept(), { pace: 'a march' });
  });

  test('are all taken away', async () => {
    await editing();
    await at('field-remove').click();
    await at('edit-save').click();
    await gone(at('edit-dialog'));
    await gone(at('info-field'));
    assert.deepEqual((await kept()) ?? {}, {});
  });

  test('of what one only reads are shown and not offered', async () => {
    const news = await bea.call('chat.dialog.create', {
      type: BROADCAST,
      name: 'House news',
      extensions: { season: 'spring' },
    });
    const extension = { dialogId: news._id };
    await bea.call('chat.sendSystemMessage', alex, { body: 'dialog/NEW_DIALOG', extension });
    await openInfo('House news');
    await field('season', 'spring').waitFor();
    assert.equal(await at('info-edit').count(), 0);
  });

  test('of a new group that the server does not know are told', async () => {
    await at('new-dialog').click();
    await at('create-group').click();
    await at('create-person').filter({ hasText: 'Bea Berg' }).click();
    await at('create-next').click();
    await at('create-name').fill('Short walks');
    await at('field-add').click();
    await at('field-key').fill('mood');
    await at('field-value').fill('good');
    await at('create-go').click();
    await at('toast').getByText('The server has no field called “mood”').waitFor();
    await at('talk-name').getByText('Short walks').waitFor();
  });
});

test('the pages had nothing to complain about', () => {
  assert.deepEqual([...desk.complaints, ...(carol?.complaints ?? [])], []);
});
