// What would be on the desktop: of what comes while one looks elsewhere, until it
// was read here or on another device, and as much of it as one wants.

import assert from 'node:assert/strict';
import path from 'node:path';
import { after, before, test } from 'node:test';

import { Desk, openBrowser } from '../support/browser.js';
import { Sdk } from '../support/sdk-any.js';
import { SdkPerson } from '../support/sdk.js';
import { folder, startServer } from '../support/server.js';

const PASSWORD = 'correct horse battery';
const [GROUP, PRIVATE] = [2, 3];

let files;
let server;
let browser;
let desk;
let alex;
let phone;
let bea;
let group;
let talk;

before(async () => {
  files = await folder('notify');
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
  phone = await Sdk.connect(server.ready, 'alex', PASSWORD);
  const people = { occupants_ids: [alex] };
  group = await bea.call('chat.dialog.create', { type: GROUP, name: 'Walkers', ...people });
  talk = await bea.call('chat.dialog.create', { type: PRIVATE, ...people });
  for (const person of [bea, phone]) await person.call('chat.muc.join', group._id).catch(() => {});
  browser = await openBrowser();
  desk = await Desk.open(browser, { locale: 'en-GB' });
  await desk.signIn(server.ready.join_link, 'alex', PASSWORD);
  await desk.openDialog('Walkers');
});

after(async () => {
  await desk?.close();
  await browser?.close();
  await bea?.stop();
  await phone?.stop();
  await server?.stop();
  await files?.remove();
});

/** Bea writes; answers the message's id. */
const say = (to, body) => {
  const [address, type] = to === group ? [group._id, 'groupchat'] : [alex, 'chat'];
  const extension = { save_to_history: 1, dialog_id: to._id };
  return bea.call('chat.send', address, { type, body, extension });
};
const one = (body) => (standing) => standing.length === 1 && standing[0].body === body;
const none = (standing) => standing.length === 0;

/** Text that comes into the conversation in front of one, and has been read there. */
async function isAttended(body) {
  await say(group, body);
  await desk.message(body).waitFor();
  await desk.row('Walkers').and(desk.page.locator('[data-unread="0"]')).waitFor();
}

test('what one looks at stays off the desktop, and what one does not look at is there', async () => {
  await isAttended('first');
  await isAttended('You see this');
  const { calls } = await desk.desktop();
  await say(talk, 'Are **you** there?');
  const [shown] = await desk.desktopShows('the message', one('Are you there?'));
  assert.equal(shown.title, 'Bea Berg');
  assert.deepEqual([shown.is_call, shown.has_sound, shown.can_reply], [true, true, true]);
  assert.equal((await desk.desktop()).calls, calls + 1, 'and nothing else came up');
});

test('reading on another device withdraws it', async () => {
  const messageId = await say(talk, 'And now?');
  await desk.desktopShows('both', one('2 new messages\nAnd now?'));
  await phone.heard.find('the message', ({ args }) => JSON.stringify(args)?.includes(messageId));
  const status = { messageId, dialogId: talk._id, userId: bea.me };
  await phone.call('chat.sendReadStatus', status);
  await desk.desktopShows('the one that was not read', one('Are you there?'));
  const [left] = (await desk.desktop()).standing;
  await desk.act(left, 'mark_read');
  await desk.desktopShows('nothing', none);
});

test('a click opens the conversation there', async () => {
  await say(talk, 'Come and see');
  const [shown] = await desk.desktopShows('the message', one('Come and see'));
  await desk.act(shown, 'open');
  await desk.message('Come and see').waitFor();
  await desk.desktopShows('nothing', none);
  await desk.row('Bea Berg').and(desk.page.locator('[data-unread="0"]')).waitFor();
});

test('one sets by keyboard what is shown, and it counts at once', async () => {
  const { page } = desk;
  await say(group, 'On Sunday');
  await desk.desktopShows('the message', one('Bea Berg: On Sunday'));
  await desk.at('settings').focus();
  await page.keyboard.press('Enter');
  await desk.at('notifications-show-text').focus();
  await page.keyboard.press('ArrowRight');
  await desk.desktopShows('the name', one('New message'));
  assert.equal((await desk.desktop()).standing[0].title, 'Walkers');
  await page.keyboard.press('ArrowRight');
  await desk.desktopShows('nothing of it', ([it]) => it?.title === 'Kith');
  await page.keyboard.press('Tab');
  assert.equal(await desk.at('notifications-sound').evaluate((it) => it.matches(':focus')), true);
  await page.keyboard.press('Space');
  await desk.at('notifications').focus();
  await page.keyboard.press('Space');
  await desk.desktopShows('nothing', none);
  assert.equal(await desk.at('notifications-sound').count(), 0);
  await page.keyboard.press('Space');
  await desk.at('notifications-sound').waitFor();
  await page.keyboard.press('Escape');
  await desk.at('settings-dialog').waitFor({ state: 'detached' });
  assert.equal(await desk.at('settings').evaluate((it) => it.matches(':focus')), true);

  const { sounds } = await desk.desktop();
  await say(group, 'Or Monday');
  const [shown] = await desk.desktopShows('without a sound', ([it]) => it?.title === 'Kith');
  assert.equal(shown.has_sound, false);
  assert.equal((await desk.desktop()).sounds, sounds);
});

test('a new start announces nothing again', async () => {
  await desk.restart();
  await desk.at('password').fill(PASSWORD);
  await desk.at('sign-in').click();
  await desk.openDialog('Walkers');
  await say(talk, 'Good morning');
  const standing = await desk.desktopShows('what is new', (all) => all.length > 0);
  assert.deepEqual(
    standing.map(({ key }) => key.dialog),
    [talk._id],
  );
  assert.equal((await desk.desktop()).calls, 1);
  assert.deepEqual(desk.complaints, []);
});
