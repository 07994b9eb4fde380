// Everyday use in the browser, with a real server and a second person who is
// Kith's own engine behind a bridge without a page.

import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { after, before, test } from 'node:test';

import { Desk, openBrowser } from '../support/browser.js';
import { Kith, connectionOf } from '../support/kith.js';
import { folder, startServer } from '../support/server.js';

let files;
let server;
let browser;
let desk;
let friend;
let me;
let them;
let dialog;

before(async () => {
  files = await folder('talk');
  const data = path.join(files.path, 'server');
  server = await startServer(data, ['--seed', 'demo', '--answers', 'off']);
  [me, them] = JSON.parse(await readFile(path.join(data, 'people.json'), 'utf8'));
  friend = await Kith.start(path.join(files.path, 'friend'));
  const { home } = await friend.signIn(await connectionOf(server.ready), them.login, them.password);
  dialog =
    home.dialogs.find((entry) => entry.opponent === me.user_id)?.id ??
    (await friend.call('create_dialog', { kind: 'private', name: '', people: [me.user_id] }));
  await friend.send(dialog, 'Are you in yet?');
  browser = await openBrowser();
  desk = await Desk.open(browser);
});

after(async () => {
  await desk?.close();
  await browser?.close();
  await friend?.stop();
  await server?.stop();
  await files?.remove();
});

test('a wrong password is told in a sentence, and the fields stay', async () => {
  await desk.signIn(server.ready.join_link, me.login, 'wrong');
  const error = desk.at('sign-in-error');
  await error.waitFor();
  assert.equal(
    (await error.innerText()).trim(),
    'This login and password do not fit together. Check both and try again.',
  );
  assert.equal(await desk.at('login').inputValue(), me.login);
});

test('a join link and the right password lead to the conversations', async () => {
  await desk.enter(me.login, me.password);
  await desk.row(them.full_name).waitFor();
});

test('an unread message is counted in the list and stands below the line when the dialog is opened', async () => {
  await desk.row(them.full_name).getByTestId('unread').waitFor();
  await desk.openDialog(them.full_name);
  await desk.at('new-divider').waitFor();
  await desk.message('Are you in yet?').waitFor();
  await desk.row(them.full_name).getByTestId('unread').waitFor({ state: 'detached' });
});

test('Enter sends, Shift and Enter makes a line, and the state rises to read', async () => {
  const input = desk.at('composer-input');
  await input.fill('Two lines:');
  await input.press('Shift+Enter');
  await input.pressSequentially('here they are');
  await input.press('Enter');
  assert.equal(await input.inputValue(), '');
  await desk.delivered('here they are', 'delivered');
  const sent = await friend.dialog(
    'the two lines',
    (entry) => entry.id === dialog && entry.last?.text.includes('here they are'),
  );
  await friend.call('seen', { dialog, message: sent.last.id });
  await desk.delivered('here they are', 'read');
});

test('typing shows, and the answer arrives in place of it', async () => {
  await friend.call('set_typing', { dialog, is_typing: true });
  await desk.at('typing').first().waitFor();
  await friend.send(dialog, 'I see them both');
  await desk.message('I see them both').waitFor();
  await desk.at('typing').first().waitFor({ state: 'detached' });
});

test('what is written as markup is shown as text', async () => {
  const text = '<img src=x onerror="document.title=1"> & <b>bold</b>';
  await desk.write(text);
  await desk.delivered(text, 'delivered');
  assert.equal(await desk.page.locator('b', { hasText: 'bold' }).count(), 0);
});

test('a draft survives a reload and a restart of Kith', async () => {
  await desk.at('composer-input').fill('not finished y');
  // Another dialog and back: the draft is shown in the list meanwhile.
  await desk.openOther(them.full_name);
  await desk.row(them.full_name).filter({ hasText: 'not finished y' }).waitFor();
  await desk.page.reload();
  await desk.openDialog(them.full_name);
  await desk.holds('not finished y');
  // The bridge has no keychain that outlives it, so the password is asked for again.
  await desk.restart();
  await desk.at('password').fill(me.password);
  await desk.at('sign-in').click();
  await desk.openDialog(them.full_name);
  await desk.holds('not finished y');
  await desk.at('composer-input').fill('');
});

test('without the server messages wait, and go out when it is back', async () => {
  const data = path.join(files.path, 'server');
  await server.stop('SIGKILL');
  await desk.page
    .locator('[data-testid="link-state"]:not([data-state="online"])')
    .first()
    .waitFor();
  await desk.write('written on the train');
  await desk.delivered('written on the train', 'queued', 'sending');
  server = await startServer(data, ['--answers', 'off']);
  await desk.delivered('written on the train', 'sent', 'delivered');
  const entry = await friend.dialog(
    'the late message',
    (entry) => entry.id === dialog && entry.last?.text === 'written on the train',
  );
  assert.equal(entry.last.is_own, false);
});

test('in a narrow window the list and the conversation take turns', async () => {
  await desk.page.setViewportSize({ width: 480, height: 760 });
  await desk.at('composer-input').waitFor();
  await desk.at('dialog-row').first().waitFor({ state: 'hidden' });
  await desk.at('back-to-list').click();
  await desk.row(them.full_name).waitFor();
  await desk.at('composer-input').waitFor({ state: 'hidden' });
  await desk.page.setViewportSize({ width: 1280, height: 800 });
});

test('the page had nothing to complain about', () => {
  assert.deepEqual(desk.complaints, []);
});
