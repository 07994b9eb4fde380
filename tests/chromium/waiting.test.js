// What waits, what failed, and why something counts as unread: told in words,
// with what one can do.

import assert from 'node:assert/strict';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';

import { Desk, openBrowser } from '../support/browser.js';
import { Sdk } from '../support/sdk-any.js';
import { SdkPerson } from '../support/sdk.js';
import { folder, startServer } from '../support/server.js';

const PASSWORD = 'correct horse battery';
const LIST = 'blocked';

let files;
let server;
let browser;
let desk;
let alex;
let bea;
/** Bea writes to Alex. */
let tells;

before(async () => {
  files = await folder('waiting');
  server = await startServer(path.join(files.path, 'server'));
  const made = await SdkPerson.signUp(
    server.ready,
    ['Alex Sander', 'Bea Berg'].map((full_name) => ({
      login: full_name.split(' ')[0].toLowerCase(),
      password: PASSWORD,
      full_name,
    })),
  );
  alex = made[0].id;
  bea = await Sdk.connect(server.ready, 'bea', PASSWORD);
  const talk = await bea.call('chat.dialog.create', { type: 3, occupants_ids: [alex] });
  tells = (body) =>
    bea.call('chat.send', alex, {
      type: 'chat',
      body,
      extension: { save_to_history: 1, dialog_id: talk._id },
    });
  await tells('Good morning');
  browser = await openBrowser();
  desk = await Desk.open(browser, {
    locale: 'en-GB',
    permissions: ['clipboard-read', 'clipboard-write'],
  });
  await desk.signIn(server.ready.join_link, 'alex', PASSWORD);
  await desk.row('Bea Berg').waitFor();
});

after(async () => {
  await desk?.close();
  await browser?.close();
  await bea?.stop();
  await server?.stop();
  await files?.remove();
});

const at = (id) => desk.at(id);
const toast = (text) => at('toast').filter({ hasText: text }).last();

async function why() {
  await desk.row('Bea Berg').click({ button: 'right' });
  await at('dialog-why').click();
}

test('why a conversation is unread is told, and where that begins is shown', async () => {
  await desk.row('Bea Berg').getByTestId('unread').waitFor();
  await why();
  await toast('the first message that you have not seen').waitFor();
  await desk.message('Good morning').waitFor();
  await desk.row('Bea Berg').getByTestId('unread').waitFor({ state: 'detached' });
  await desk.row('Bea Berg').click({ button: 'right' });
  await at('dialog-unread').click();
  await why();
  await toast('You marked this conversation as unread').waitFor();
});

/** Bea does not take what Alex writes, or does again. */
async function refuses(on) {
  if (on) {
    const items = [{ user_id: alex, action: 'deny' }];
    await bea.call('chat.privacylist.create', { name: LIST, items });
    await bea.call('chat.privacylist.setAsDefault', LIST);
  } else {
    await bea.call('chat.privacylist.setAsDefault', null);
    await bea.call('chat.privacylist.delete', LIST);
  }
}

test('what was refused says why, is copied, and goes out when it is tried again', async () => {
  await refuses(true);
  await desk.openDialog('Bea Berg');
  await desk.write('Are you there?');
  await desk.delivered('Are you there?', 'failed');
  await refuses(false);

  await at('rail-waiting').click();
  const failed = at('waiting-row').filter({ hasText: 'Are you there?' });
  assert.equal(await failed.getAttribute('data-state'), 'failed');
  await failed.getByTestId('waiting-copy').click();
  await at('toast').first().waitFor();
  const copied = await desk.page.evaluate(() => navigator.clipboard.readText());
  assert.equal(copied, 'Are you there?');
  await failed.getByTestId('waiting-retry').click();
  await failed.waitFor({ state: 'detached' });
  await desk.page.keyboard.press('Escape');
  await desk.delivered('Are you there?', 'sent', 'delivered', 'read');
});

/** Opens the list of what waits, with the keys: there the focus comes back to. */
async function openWaiting() {
  await at('rail-waiting').press('Enter');
  await at('waiting-row').first().waitFor();
}

for (const [name, size] of Object.entries({
  wide: { width: 1280, height: 800 },
  narrow: { width: 560, height: 800 },
})) {
  test(`what waits is shown, taken back, edited and sent with the next keys, in a ${name} window`, async () => {
    const words = `Not for everybody, ${name}`;
    await refuses(true);
    await desk.openDialog('Bea Berg');
    await desk.write(words);
    await desk.delivered(words, 'failed');
    await refuses(false);
    await desk.page.setViewportSize(size);
    if (name === 'narrow') await at('back-to-list').click();
    await openWaiting();
    await desk.page.keyboard.press('Escape');
    await at('waiting').waitFor({ state: 'detached' });
    await desk.page.waitForFunction(
      () => document.activeElement?.getAttribute('data-testid') === 'rail-waiting',
    );
    const press = async (button) => {
      await openWaiting();
      await at('waiting-row').filter({ hasText: words }).getByTestId(button).press('Enter');
      await at('waiting').waitFor({ state: 'detached' });
      await desk.page.waitForFunction(() => document.activeElement?.id === 'composer');
    };
    await press('waiting-show');
    await desk.message(words).waitFor();
    if (name === 'narrow') await at('back-to-list').click();
    await press('waiting-edit');
    await desk.holds(words);
    await desk.page.keyboard.press('End');
    await desk.page.keyboard.type(' else');
    await desk.page.keyboard.press('Enter');
    await desk.delivered(`${words} else`, 'sent', 'delivered', 'read');
    await desk.page.setViewportSize({ width: 1280, height: 800 });
  });
}

describe('who is removed from a conversation', () => {
  let walks;
  const change = (wanted) => bea.call('chat.dialog.update', walks._id, wanted);
  const tell = (body, more) =>
    bea.call('chat.sendSystemMessage', alex, {
      body,
      extension: { dialogId: walks._id, ...more },
    });
  const removed = () =>
    tell('dialog/REMOVE_PARTICIPANTS', { removedParticipantsIds: String(alex) });
  const outside = () => at('read-only').getByText('You are no longer in this conversation.');

  test('goes on reading, and keeps what was being written', async () => {
    walks = await bea.call('chat.dialog.create', {
      type: 2,
      name: 'Walks',
      occupants_ids: [alex],
    });
    await tell('dialog/NEW_DIALOG');
    await desk.openDialog('Walks');
    await desk.write('Who brings tea?');
    await desk.delivered('Who brings tea?', 'sent', 'delivered', 'read');
    await at('composer-input').fill('I would bring some of the ');
    await change({ pull_all: { occupants_ids: [alex] } });
    await removed();
    await outside().waitFor();
    await desk.row('Walks').waitFor({ state: 'detached' });
    await desk.message('Who brings tea?').waitFor();
    await at('copy-written').click();
    await toast('Copied').waitFor();
    const copied = await desk.page.evaluate(() => navigator.clipboard.readText());
    assert.equal(copied, 'I would bring some of the ');
    await desk.openDialog('Bea Berg');
    await outside().waitFor({ state: 'detached' });
  });

  test('goes on writing when they are taken in again', async () => {
    await change({ push_all: { occupants_ids: [alex] } });
    await tell('dialog/NEW_DIALOG');
    await desk.openDialog('Walks');
    await desk.holds('I would bring some of the ');
    await change({ pull_all: { occupants_ids: [alex] } });
    await removed();
    await outside().waitFor();
    await change({ push_all: { occupants_ids: [alex] } });
    await tell('dialog/NEW_DIALOG');
    await outside().waitFor({ state: 'detached' });
    await desk.holds('I would bring some of the ');
  });

  test('finds there what did not go out', async () => {
    await change({ pull_all: { occupants_ids: [alex] } });
    // Nobody has told Alex.
    await desk.write('I bring the tea');
    await outside().waitFor();
    await desk.delivered('I bring the tea', 'failed');
    await desk.openDialog('Bea Berg');
    await at('rail-waiting').click();
    const failed = at('waiting-row').filter({ hasText: 'I bring the tea' });
    await failed.getByText('Walks').waitFor();
    assert.equal(await failed.getByTestId('waiting-retry').count(), 0);
    assert.equal(await failed.getByTestId('waiting-edit').count(), 0);
    const foot = at('waiting').locator('.modal-foot');
    assert.equal(await foot.count(), 0, 'nothing can be done about all of them');
    await failed.getByTestId('waiting-copy').click();
    await desk.page.waitForFunction(
      async () => (await navigator.clipboard.readText()) === 'I bring the tea',
    );
    await failed.getByTestId('waiting-discard').click();
    await at('waiting-discard-confirm').click();
    await failed.waitFor({ state: 'detached' });
    await desk.page.keyboard.press('Escape');
    await at('rail-waiting').waitFor({ state: 'detached' });
  });
});

test('the page had nothing to complain about', () => {
  assert.deepEqual(desk.complaints, []);
});
