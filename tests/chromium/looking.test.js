// What somebody sees who only looks: nothing flickers, and nothing goes blank.

import assert from 'node:assert/strict';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';

import { Desk, openBrowser } from '../support/browser.js';
import { Scenes } from '../support/scenes.js';
import { Sdk } from '../support/sdk-any.js';
import { SdkPerson } from '../support/sdk.js';
import { folder, startServer } from '../support/server.js';

let browser;
let built;

before(async () => {
  browser = await openBrowser();
  built = await Scenes.build(browser);
});

after(async () => {
  await built?.close();
  await browser?.close();
});

const row = (page, id) => page.locator(`[data-row="${id}"]`);

/** Somebody writes in the invented world. */
const arrive = (page, dialog, text) =>
  page.evaluate(([dialog, text]) => globalThis.fake.arrive(dialog, 101, text), [dialog, text]);

/** Notes from now on everything that the row's badge and the window's title say. */
async function watch(page, id) {
  await page.evaluate((id) => {
    const noted = (globalThis.noted = []);
    const note = () => {
      const badge = document.querySelector(`[data-row="${id}"] [data-testid="unread"]`);
      if (badge !== null) noted.push(badge.textContent.trim());
      noted.push(document.title);
    };
    new MutationObserver(note).observe(document, {
      subtree: true,
      childList: true,
      characterData: true,
      attributes: true,
    });
  }, id);
}

test('what comes while one looks at it is not counted for a moment', async () => {
  const page = await built.open('talk');
  await row(page, 'bea').and(page.locator('[data-unread="0"]')).waitFor();
  const title = await page.title();
  await watch(page, 'bea');
  await arrive(page, 'bea', 'Are you looking?');
  await row(page, 'bea').and(page.locator('[data-unread="1"]')).waitFor();
  await row(page, 'bea').and(page.locator('[data-unread="0"]')).waitFor();
  const noted = await page.evaluate(() => [...new Set(globalThis.noted)]);
  assert.deepEqual(noted, [title]);
  await page.close();
});

test('what comes while one reads further up is counted at once', async () => {
  const page = await built.open('thousand');
  await page.getByTestId('timeline').hover();
  await page.mouse.wheel(0, -3000);
  await page.getByTestId('jump-bottom').waitFor();
  await arrive(page, 'thousand', 'Down here.');
  await row(page, 'thousand').getByTestId('unread').getByText('1').waitFor();
  await page.getByTestId('jump-count').waitFor();
  await page.close();
});

test('who has written in one conversation has not read what is new in another', async () => {
  const page = await built.open('talk');
  await page.locator('[data-testid=timeline][data-landed=true]').waitFor();
  for (let number = 0; number < 60; number++) await arrive(page, 'square', `Number ${number}`);
  await row(page, 'square').getByTestId('unread').waitFor();
  await page.getByTestId('composer-input').fill('Only here.');
  await page.getByTestId('composer-input').press('Enter');
  await page.getByTestId('message').getByText('Only here.').waitFor();
  await row(page, 'square').click();
  await page.locator('.conversation[data-dialog-id="square"]').waitFor();
  await page.getByTestId('new-divider').waitFor();
  // Below is more than fits, which nobody has looked at yet.
  await page.getByTestId('jump-bottom').waitFor();
  await row(page, 'square').getByTestId('unread').waitFor();
  await page.close();
});

test('the conversation is never blank while the window crosses the width where the list goes', async () => {
  const page = await built.open('thousand');
  await page.setViewportSize({ width: 780, height: 800 });
  await page.locator('[data-layout="medium"]').waitFor();
  const session = await page.context().newCDPSession(page);
  await session.send('Emulation.setCPUThrottlingRate', { rate: 6 });
  await page.evaluate(() => {
    const blank = (globalThis.blank = []);
    let frames = 0;
    const look = () => {
      frames += 1;
      const view = document.querySelector('[data-testid="timeline"]');
      const box = view?.getBoundingClientRect();
      const isShown = view !== null && getComputedStyle(view).visibility === 'visible';
      // Where messages are, all the way down the view.
      const missing = [0.3, 0.5, 0.7, 0.9].filter((share) => {
        if (!isShown) return true;
        const y = box.top + box.height * share;
        return ![...view.querySelectorAll('.row')].some((row) => {
          const { top, bottom } = row.getBoundingClientRect();
          return top - 4 <= y && bottom + 4 >= y;
        });
      });
      // It begins with a whole picture.
      if (missing.length === 0) globalThis.is_whole = true;
      else if (globalThis.is_whole === true)
        blank.push(`frame ${frames}: nothing at ${missing.join(', ')}`);
      globalThis.frames_seen = frames;
      next();
    };
    // A task after the frame sees what was painted.
    const next = () => requestAnimationFrame(() => setTimeout(look));
    next();
  });
  await page.waitForFunction(() => globalThis.is_whole === true);
  for (const [width, layout] of [
    [740, 'narrow'],
    [780, 'medium'],
    [700, 'narrow'],
    [1200, 'wide'],
    [759, 'narrow'],
    [760, 'medium'],
  ]) {
    await page.setViewportSize({ width, height: 800 });
    await page.locator(`[data-layout="${layout}"]`).waitFor();
    const since = await page.evaluate(() => globalThis.frames_seen);
    await page.waitForFunction((since) => globalThis.frames_seen > since + 10, since);
  }
  assert.deepEqual(await page.evaluate(() => globalThis.blank), []);
  await page.close();
});

test('messages that are chosen lie side by side, and not over each other', async () => {
  const page = await built.open('thousand');
  const last = page.getByTestId('message').last();
  await last.click({ button: 'right' });
  await page.getByTestId('menu-select').click();
  await page.getByTestId('message').nth(-2).click();
  await page.locator('.message.marked').nth(1).waitFor();
  const [first, second] = await page.locator('.message.marked').evaluateAll((messages) =>
    messages.map((message) => {
      const { top, bottom } = message.getBoundingClientRect();
      const lies = getComputedStyle(message, '::before');
      return { top: top + parseFloat(lies.top), bottom: bottom - parseFloat(lies.bottom) };
    }),
  );
  assert.ok(first.bottom <= second.top, `${first.bottom}, ${second.top}`);
  await page.close();
});

test('a high count leaves the face of another account to be seen', async () => {
  const page = await built.open('accounts');
  await page.evaluate(async () => {
    const { accounts } = await globalThis.fake.call('app', {});
    const many = accounts.map((account) => ({ ...account, unread: 1200 }));
    globalThis.fake.emit({ kind: 'accounts', accounts: many });
  });
  const other = page.getByTestId('other-account').first();
  await other.getByText('999+').waitFor();
  const [face, count] = await other
    .locator('.avatar, .count')
    .evaluateAll((all) => all.map((one) => one.getBoundingClientRect().toJSON()));
  const covered = Math.min(face.bottom, count.bottom) - Math.max(face.top, count.top);
  assert.ok(covered <= face.height / 3, `${covered} of ${face.height}`);
  await page.close();
});

test('who is not in a conversation any more is offered no reactions', async () => {
  const page = await built.open('group');
  await page.locator('[data-testid=timeline][data-landed=true]').waitFor();
  const last = page.getByTestId('message').last();
  await last.hover();
  await last.getByTestId('message-react').waitFor();
  await page.evaluate(() => {
    const { dialog } = globalThis.fake.world.talks.get('hike');
    const none = Object.keys(dialog.rights).map((name) => [name, false]);
    const rights = Object.fromEntries(none);
    globalThis.fake.tellHome([{ ...dialog, role: 'none', is_joined: false, rights }], [], 0);
  });
  // What stands where one wrote has another height, and the rows move from under the pointer.
  await page.getByTestId('read-only').waitFor();
  await last.hover();
  await last.getByTestId('message-more').waitFor();
  assert.equal(await last.getByTestId('message-react').count(), 0);
  await page.close();
});

for (const [what, id, open, width = 1280] of [
  ['settings', 'settings-dialog', (page) => page.getByTestId('settings').click()],
  ['a new conversation', 'create', (page) => page.getByTestId('new-dialog').click()],
  ['the keys', 'keys', (page) => page.keyboard.press('F1')],
  ['the information', 'info', (page) => page.getByTestId('info-toggle').click(), 600],
]) {
  test(`a notification that is clicked shows its conversation, and not behind ${what}`, async () => {
    const page = await built.open('talk', { viewport: { width, height: 800 } });
    if (width === 600) {
      // Where there is room for one of the two, nothing is open yet.
      await row(page, 'bea').click();
      await page.locator('[data-testid=timeline][data-landed=true]').waitFor();
    }
    await open(page);
    await page.getByTestId(id).waitFor();
    await page.evaluate(() =>
      globalThis.fake.emit({ kind: 'show', dialog: 'square', message: null }),
    );
    await page.locator('.conversation[data-dialog-id="square"]').waitFor();
    await page.getByTestId(id).waitFor({ state: 'detached' });
    await page.locator('[data-testid=composer-input]:focus').waitFor();
    await page.close();
  });
}

describe('what comes while something lies over the conversation', () => {
  const PASSWORD = 'correct horse battery';
  const PRIVATE = 3;

  let files;
  let server;
  let desk;
  let bea;
  let alex;
  let talk;
  /** How often the page said that something was read. */
  let told = 0;

  before(async () => {
    files = await folder('looking');
    server = await startServer(path.join(files.path, 'server'));
    [{ id: alex }] = await SdkPerson.signUp(
      server.ready,
      ['Alex Sander', 'Bea Berg'].map((full_name) => ({
        login: full_name.split(' ')[0].toLowerCase(),
        password: PASSWORD,
        full_name,
      })),
    );
    bea = await Sdk.connect(server.ready, 'bea', PASSWORD);
    talk = await bea.call('chat.dialog.create', { type: PRIVATE, occupants_ids: [alex] });
    desk = await Desk.open(browser, { locale: 'en-GB' });
    await desk.signIn(server.ready.join_link, 'alex', PASSWORD);
    await desk.row('Bea Berg').waitFor();
    // The page's time goes on by itself, and can be made to go on.
    await desk.page.clock.install();
    await desk.page.reload();
    await desk.openDialog('Bea Berg');
    desk.page.on('request', (request) => {
      if (request.url().endsWith('/api/call/seen')) told += 1;
    });
    const picture = await say('The picture', {
      attachments: [
        { type: 'photo', uid: 'none', name: 'a.jpg', width: 40, height: 30, size: 9_000_000 },
      ],
    });
    // What is looked at is not counted, so that the title says nothing about it.
    await bea.heard.find('that it was read', isRead(picture));
  });

  after(async () => {
    await desk?.close();
    await bea?.stop();
    await server?.stop();
    await files?.remove();
  });

  const say = (body, more = {}) =>
    bea.call('chat.send', alex, {
      type: 'chat',
      body,
      extension: { save_to_history: 1, dialog_id: talk._id, ...more },
    });

  /** The window's title says it at every width. */
  const isUnread = (isIt) =>
    desk.page.waitForFunction((isIt) => document.title.startsWith('(') === isIt, isIt);

  /** What Bea heard about the reading of her message. */
  const isRead =
    (id) =>
    ({ name, args }) =>
      name === 'onReadStatusListener' && args[0] === id;

  const close = (id) =>
    id === 'info'
      ? desk.at('info-close').click()
      : desk.at(id).getByLabel('Close', { exact: true }).click();
  const ways = [
    ['settings', 'settings-dialog', () => desk.at('settings').click()],
    ['a conversation that is begun', 'create', () => desk.at('new-dialog').click()],
    ['the list of keys', 'keys', () => desk.page.keyboard.press('F1')],
    ['public groups', 'directory', () => desk.at('rail-directory').click()],
    [
      'a question about a message',
      'delete-question',
      async () => {
        await desk.message('The picture').press('Enter');
        await desk.at('menu-delete').click();
      },
    ],
    ['a photo in large', 'viewer', () => desk.message('The picture').press(' ')],
    ['the information in a narrow window', 'info', () => desk.at('info-toggle').click(), 600],
    ['the information in a small one', 'info', () => desk.at('info-toggle').click(), 900],
  ];

  for (const [what, id, open, width = 1280] of ways) {
    test(`is announced and not read: ${what}`, async () => {
      const { page } = desk;
      await page.setViewportSize({ width, height: 800 });
      await page.locator('[data-testid=timeline][data-landed=true]').waitFor();
      await open();
      await desk.at(id).waitFor();
      const before = told;
      const message = await say(`Behind ${what}`);
      const behind = ([one]) => one?.body === `Behind ${what}`;
      await desk.desktopShows('the message', behind);
      await isUnread(true);
      await page.clock.runFor(5_000);
      assert.equal(told, before, 'nobody has looked at it');
      assert.equal(bea.heard.all.some(isRead(message)), false);
      assert.equal(behind((await desk.desktop()).standing), true);

      await close(id);
      await desk.at(id).waitFor({ state: 'detached' });
      await isUnread(false);
      await bea.heard.find('that it was read', isRead(message));
      await desk.desktopShows('nothing', (standing) => standing.length === 0);
      await page.setViewportSize({ width: 1280, height: 800 });
    });
  }

  test('a small menu hides nothing', async () => {
    await desk.at('list-more').click();
    await desk.at('open-directory').waitFor();
    const message = await say('Beside a menu');
    await bea.heard.find('that it was read', isRead(message));
    await desk.page.keyboard.press('Escape');
    assert.deepEqual(desk.complaints, []);
  });
});
