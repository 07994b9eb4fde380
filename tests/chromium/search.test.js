// Finding what somebody wrote: over the list and in a conversation, also where
// it is not loaded, with the keyboard alone; and on the server what is not here.

import assert from 'node:assert/strict';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';

import { Desk, openBrowser } from '../support/browser.js';
import { Sdk } from '../support/sdk-any.js';
import { SdkPerson } from '../support/sdk.js';
import { folder, startServer } from '../support/server.js';

const PASSWORD = 'correct horse battery';
const GROUP = 2;
const STEPS = 240;
const MINUTE = 60;

let files;
let server;
let browser;
let desk;
let bea;
let group;
/** The ids of what was written, by text. */
const ids = {};

before(async () => {
  files = await folder('search');
  server = await startServer(path.join(files.path, 'server'));
  await SdkPerson.signUp(
    server.ready,
    ['Alex Sander', 'Bea Berg'].map((full_name) => ({
      login: full_name.split(' ')[0].toLowerCase(),
      password: PASSWORD,
      full_name,
    })),
  );
  bea = await Sdk.connect(server.ready, 'bea', PASSWORD);
  const alex = await Sdk.connect(server.ready, 'alex', PASSWORD, { chat: false });
  group = await alex.call('chat.dialog.create', {
    type: GROUP,
    name: 'Long walk',
    occupants_ids: [bea.me],
  });
  await alex.call('chat.dialog.create', { type: GROUP, name: 'Harbour', occupants_ids: [bea.me] });
  await alex.stop();
  await bea.call('chat.muc.join', group._id).catch(() => {});
  const first = Math.floor(Date.now() / 1000) - (STEPS + 60) * MINUTE;
  for (let step = 1; step <= STEPS; step += 1)
    await says(`step ${step}.`, { date_sent: first + step * MINUTE });
  await says('The old Lighthouse is closed', { date_sent: first + 20 * MINUTE + 1 });
  await says('Grüße aus dem Café', { date_sent: first + 30 * MINUTE + 1 });
  browser = await openBrowser();
  desk = await Desk.open(browser, { locale: 'en-GB' });
  await desk.signIn(server.ready.join_link, 'alex', PASSWORD);
  await desk.row('Long walk').waitFor();
  // All of the history has come, quietly.
  const all = `[data-unread="${Object.keys(ids).length}"]`;
  await desk.row('Long walk').and(desk.page.locator(all)).waitFor();
});

after(async () => {
  await desk?.close();
  await browser?.close();
  await bea?.stop();
  await server?.stop();
  await files?.remove();
});

const at = (id) => desk.at(id);

async function says(body, more = {}) {
  const extension = { save_to_history: 1, dialog_id: group._id, ...more };
  ids[body] = await bea.call('chat.send', group._id, { type: 'groupchat', body, extension });
  return ids[body];
}

const byId = (id) => desk.page.locator(`[data-message-id="${id}"]`);
const meant = (text) => desk.page.locator('.message.meant').getByText(text, { exact: true });
const row = (id) => desk.page.locator(`[data-testid=found-row][data-found="${id}"]`);
const keys = (...names) =>
  names.reduce((done, name) => done.then(() => desk.page.keyboard.press(name)), Promise.resolve());
const marked = () => desk.page.evaluate(() => CSS.highlights.get('sought')?.size ?? 0);
/** The words that stand out in a row. */
const emphasised = (id) => row(id).locator('mark').allTextContents();

/** Types again until what was fetched meanwhile is found. */
async function look(words, id) {
  await at('search').fill('');
  await at('search').fill(words);
  await row(id).waitFor();
}

describe('over the list', () => {
  test('a message is found while one types, and gone to where nothing is loaded', async () => {
    await desk.openDialog('Harbour');
    // The first windows of the walk do not reach that far.
    await desk.page.waitForFunction(
      () => document.querySelector('[data-testid="link-state"]')?.dataset.state !== 'connecting',
    );
    await keys('Control+k');
    await look('light OLD', ids['The old Lighthouse is closed']);
    const found = ids['The old Lighthouse is closed'];
    assert.deepEqual(await emphasised(found), ['old', 'Lighthouse']);
    assert.equal(await at('found-row').count(), 1);
    assert.equal(await byId(found).count(), 0);
    await keys('ArrowDown', 'Enter');
    await meant('The old Lighthouse is closed').waitFor();
    assert.equal(await at('talk-name').textContent(), 'Long walk');
    await desk.page.waitForFunction(() => document.activeElement?.id === 'composer');
    assert.equal(await at('search').inputValue(), 'light OLD', 'the search stays');
    assert.equal(await row(found).getAttribute('aria-selected'), 'true');
  });

  test('and there is a way back to the newest', async () => {
    assert.equal(await byId(ids[`step ${STEPS}.`]).count(), 0);
    await at('go-back').click();
    await byId(ids[`step ${STEPS}.`]).waitFor();
    await at('go-back').waitFor({ state: 'detached' });
  });

  test('accents and case do not matter, and words come with a person of that name', async () => {
    await keys('Control+k');
    await look('cafe', ids['Grüße aus dem Café']);
    assert.deepEqual(await emphasised(ids['Grüße aus dem Café']), ['Café']);
    await at('search').fill('"aus dem"');
    await row(ids['Grüße aus dem Café']).waitFor();
    await at('search').fill('"dem aus"');
    await at('dialog-list').getByText('no message these words').waitFor();
    assert.equal(await at('found-row').count(), 0);
  });

  test('what comes, is edited and deleted is found as it is', async () => {
    const id = await says('A parrot on the quay');
    await at('search').fill('');
    await at('dialog-last').getByText('parrot').waitFor();
    await look('parrot', id);
    await bea.call('chat.message.update', id, {
      chat_dialog_id: group._id,
      message: 'A pelican on the quay',
    });
    await bea
      .call('chat.editMessage', {
        to: group._id,
        dialogId: group._id,
        body: 'A pelican on the quay',
        originMessageId: id,
        last: true,
      })
      .catch(() => {});
    await at('search').fill('');
    await at('dialog-last').getByText('pelican').waitFor();
    await look('pelican', id);
    await at('search').fill('parrot');
    await at('dialog-list').getByText('no message these words').waitFor();
    await bea.call('chat.message.delete', id, { force: 1 });
    await at('search').fill('');
    await at('dialog-last').getByText('pelican').waitFor({ state: 'detached' });
    await at('search').fill('pelican');
    await at('dialog-list').getByText('no message these words').waitFor();
  });

  test('more comes while one scrolls, the newest first', async () => {
    await at('search').fill('step');
    await at('found-row').nth(29).waitFor();
    await at('dialog-list').getByText(`Messages, ${STEPS}`).waitFor();
    const shown = () => at('found-row').evaluateAll((rows) => rows.map((row) => row.dataset.found));
    const newest = Array.from({ length: STEPS }, (_, n) => ids[`step ${STEPS - n}.`]);
    assert.deepEqual((await shown()).slice(0, 30), newest.slice(0, 30));
    await at('search').focus();
    await keys('ArrowDown');
    for (let turn = 0; (await at('found-row').count()) < STEPS; turn += 1) {
      assert.ok(turn < 40, 'it goes on');
      const before = await at('found-row').count();
      await keys('End');
      await desk.page.waitForFunction(
        (before) => document.querySelectorAll('[data-testid=found-row]').length > before,
        before,
      );
    }
    assert.deepEqual(await shown(), newest);
    await keys('Escape');
    assert.equal(await at('search').inputValue(), '');
  });

  test('the server is asked when one wants that, and adds what is not found here', async () => {
    await at('search').fill('ouse');
    await at('search-server').waitFor();
    assert.equal(await at('found-row').count(), 0, 'no word begins so');
    await at('search').focus();
    await keys('ArrowDown', 'Enter');
    const found = ids['The old Lighthouse is closed'];
    await row(found).waitFor();
    assert.deepEqual(await emphasised(found), ['ouse']);
    await row(found).click();
    await meant('The old Lighthouse is closed').waitFor();
    await at('search').fill('Lighth');
    await row(found).waitFor();
    await at('search-server').click();
    await at('dialog-list').getByText('The server found nothing else.').waitFor();
    assert.equal(await at('found-row').count(), 1, 'and nothing twice');
    await at('search').fill('old');
    await at('search-server').click();
    await at('dialog-list').getByText('four letters or more').waitFor();
    await at('search').fill('');
  });
});

describe('in a conversation', () => {
  const count = (words) => at('seek-count').getByText(words, { exact: true }).waitFor();

  test('with the keyboard from one to the next, round and back to writing', async () => {
    await desk.openDialog('Long walk');
    await keys('Control+f');
    await desk.page.waitForFunction(() => document.activeElement?.dataset.testid === 'seek');
    await desk.page.keyboard.type('STEP 23');
    // 23 and 230 to 239, the newest first.
    await count('11 found');
    await keys('Enter');
    await count('1 of 11');
    await meant('step 239.').waitFor();
    assert.ok((await marked()) >= 11, 'words are marked where they stand');
    await keys('Enter', 'F3');
    await count('3 of 11');
    await meant('step 237.').waitFor();
    await keys('Shift+F3', 'Shift+Enter', 'Shift+Enter');
    await count('11 of 11');
    await meant('step 23.').waitFor();
    await keys('Enter');
    await count('1 of 11');
    await meant('step 239.').waitFor();
    await keys('Escape');
    await at('seek-bar').waitFor({ state: 'detached' });
    await desk.page.waitForFunction(() => document.activeElement?.id === 'composer');
    assert.equal(await marked(), 0);
  });

  test('with the pointer, and only in this one', async () => {
    await at('seek-open').click();
    await at('seek').fill('lighthouse');
    await count('1 found');
    await at('seek-older').click();
    await meant('The old Lighthouse is closed').waitFor();
    await desk.row('Harbour').click();
    await at('seek-bar').waitFor({ state: 'detached' });
    await at('seek-open').click();
    await at('seek').fill('lighthouse');
    await count('Nothing found');
    await at('seek-server').click();
    await at('seek-server').waitFor({ state: 'detached' });
    await count('Nothing found');
    await desk.openDialog('Long walk');
    await at('seek-open').click();
    await at('seek').fill('ghthouse');
    await count('Nothing found');
    await keys('Tab', 'Enter');
    await count('1 found');
    await at('seek').press('Enter');
    await count('1 of 1');
    await meant('The old Lighthouse is closed').waitFor();
    await at('seek-close').click();
    await at('seek-bar').waitFor({ state: 'detached' });
  });
});

test('what was gone to at the end stays above a field that grows', async () => {
  const last = `step ${STEPS}.`;
  await at('seek-open').click();
  await at('seek').fill(`"${last}"`);
  await at('seek-count').getByText('1 found', { exact: true }).waitFor();
  await at('seek').press('Enter');
  await meant(last).waitFor();
  const field = desk.page.locator('#composer');
  await field.fill('one\ntwo\nthree\nfour\nfive\nsix');
  await desk.page.waitForFunction(
    (id) => {
      const box = (selector) => document.querySelector(selector).getBoundingClientRect();
      const view = box('[data-testid=timeline]');
      const isGrown = box('#composer').height > 80;
      return isGrown && box(`[data-message-id="${id}"]`).bottom <= view.bottom;
    },
    ids[last],
    { timeout: 10_000 },
  );
  await field.fill('');
  await at('seek-close').click();
});

test('the page has nothing to complain about', () => {
  assert.deepEqual(desk.complaints, []);
});
