// What waits, what failed, and why something counts as unread: told in words,
// with what one can do.

import assert from 'node:assert/strict';
import path from 'node:path';
import { after, before, test } from 'node:test';

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

test('what was refused says why, is copied, and goes out when it is tried again', async () => {
  await bea.call('chat.privacylist.create', {
    name: LIST,
    items: [{ user_id: alex, action: 'deny' }],
  });
  await bea.call('chat.privacylist.setAsDefault', LIST);
  await desk.openDialog('Bea Berg');
  await desk.write('Are you there?');
  await desk.delivered('Are you there?', 'failed');
  await bea.call('chat.privacylist.setAsDefault', null);
  await bea.call('chat.privacylist.delete', LIST);

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

test('the page had nothing to complain about', () => {
  assert.deepEqual(desk.complaints, []);
});
