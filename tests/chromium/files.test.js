// Files, photos, contacts and places that somebody at the official SDK sends:
// shown, saved byte for byte, and passed on to a third person.

import assert from 'node:assert/strict';
import { readFile, readdir, rm } from 'node:fs/promises';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';

import { Desk, openBrowser } from '../support/browser.js';
import { Sdk } from '../support/sdk-any.js';
import { SdkPerson } from '../support/sdk.js';
import { paint } from '../support/screens.js';
import { download } from '../support/download.js';
import { folder, startServer } from '../support/server.js';

const PASSWORD = 'correct horse battery';
const [GROUP, PRIVATE] = [2, 3];
const NAME = 'Minutes of the meeting.pdf';
const PDF = Buffer.from(Array.from({ length: 300_000 }, (_, n) => (n * 7) % 251));

let files;
let server;
let ca;
let browser;
let desk;
let alex;
let bea;
let carol;
let group;
let picture;

before(async () => {
  files = await folder('files');
  server = await startServer(path.join(files.path, 'server'));
  ca = await readFile(server.ready.ca_cert);
  const made = await SdkPerson.signUp(
    server.ready,
    ['Alex Sander', 'Bea Berg', 'Carol Chen'].map((full_name) => ({
      login: full_name.split(' ')[0].toLowerCase(),
      password: PASSWORD,
      full_name,
    })),
  );
  alex = made[0].id;
  bea = await Sdk.connect(server.ready, 'bea', PASSWORD);
  carol = await Sdk.connect(server.ready, 'carol', PASSWORD);
  group = await bea.call('chat.dialog.create', {
    type: GROUP,
    name: 'Committee',
    occupants_ids: [alex],
  });
  // Carol is in none of the conversations from which things are passed on.
  await carol.call('chat.dialog.create', { type: PRIVATE, occupants_ids: [alex] });
  const archive = await carol.call('chat.dialog.create', {
    type: GROUP,
    name: 'Archive',
    occupants_ids: [alex],
  });
  await carol.call('chat.muc.join', archive._id).catch(() => {});
  await bea.call('chat.muc.join', group._id).catch(() => {});
  browser = await openBrowser();
  desk = await Desk.open(browser, { locale: 'en-GB' });
  await desk.signIn(server.ready.join_link, 'alex', PASSWORD);
  await desk.row('Carol Chen').waitFor();
  await desk.openDialog('Committee');
  picture = await paint(desk.page, 320, 200);
});

after(async () => {
  await desk?.close();
  await browser?.close();
  await bea?.stop();
  await carol?.stop();
  await server?.stop();
  await files?.remove();
});

const at = (id) => desk.at(id);

/** Bea stores a file with the SDK; answers it as an attachment. */
async function stored(name, bytes, type, more = {}) {
  const file = { name, type, file: bytes, size: bytes.length, public: false };
  const { uid, id } = await bea.call('storage.createAndUpload', file);
  return {
    blob: id,
    attachment: { type: 'file', uid, name, size: bytes.length, 'content-type': type, ...more },
  };
}

/** Bea writes into the group, with something that hangs on it. */
function says(body, ...attachments) {
  const extension = { save_to_history: 1, dialog_id: group._id, attachments };
  return bea.call('chat.send', group._id, { type: 'groupchat', body, extension });
}

/** The row of the only file of a message, in this state. */
const row = (text, state) =>
  desk
    .message(text)
    .getByTestId('file')
    .and(desk.page.locator(`[data-state="${state}"]`));

async function menu(text, entry) {
  await desk.message(text).click({ button: 'right', position: { x: 12, y: 6 } });
  await at(entry).click();
  await at('message-menu').waitFor({ state: 'detached' });
}

/**
 * Waits until a file lies where Kith saves them; a photo shows nothing of it. It looks
 * again and again, because what `watch` tells while one looks is lost.
 */
async function saved(name) {
  let names = [];
  for (let turn = 0; turn < 400; turn++) {
    names = await readdir(desk.downloads);
    // The name is taken a moment before the bytes are there: the hidden one goes last.
    if (names.includes(name) && !names.some((one) => one.startsWith('.'))) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  assert.fail(`waited 20 s for ${name}; there are ${names.join(', ')}`);
}

/** What Carol is told of: the attachments of a message that Alex has passed on. */
async function passedOn(body, fits = () => true) {
  const { args } = await carol.heard.find(
    `“${body}” at Carol's`,
    ({ name, args }) =>
      name === 'onMessageListener' &&
      args[1].body?.includes(body) &&
      Number(args[1].extension.forward_sender) === bea.me &&
      fits(args[1]),
  );
  return args[1];
}

describe('a file', () => {
  test('is shown with what is told of it', async () => {
    const { attachment } = await stored(NAME, PDF, 'application/pdf');
    await says('Here are the minutes', attachment);
    const file = row('Here are the minutes', 'there');
    await file.waitFor();
    assert.ok((await file.textContent()).includes(NAME));
    await file.getByTestId('file-about').getByText('300 kB', { exact: true }).waitFor();
    await desk.row('Committee').filter({ hasText: 'Here are the minutes' }).waitFor();
  });

  test('is saved with a click, byte for byte, and stays so', async () => {
    await row('Here are the minutes', 'there').getByTestId('file-act').click();
    await row('Here are the minutes', 'opens').waitFor();
    assert.deepEqual(await readdir(desk.downloads), [NAME]);
    assert.ok(PDF.equals(await readFile(path.join(desk.downloads, NAME))));
    await desk.page.reload();
    await desk.openDialog('Committee');
    await row('Here are the minutes', 'opens').waitFor();
  });

  test('of the same name stands beside the first, from the menu', async () => {
    const bytes = Buffer.from('quite another file');
    const { attachment } = await stored(NAME, bytes, 'application/pdf');
    await says('And those of last year', attachment);
    await row('And those of last year', 'there').waitFor();
    await menu('And those of last year', 'menu-save');
    await row('And those of last year', 'opens').waitFor();
    const other = path.join(desk.downloads, 'Minutes of the meeting (2).pdf');
    assert.ok(bytes.equals(await readFile(other)));
    assert.ok(PDF.equals(await readFile(path.join(desk.downloads, NAME))));
  });

  test('that could do something by itself is only shown in its folder', async () => {
    const { attachment } = await stored('setup.exe', Buffer.from('MZ'), 'application/x-msdownload');
    await says('Run this', attachment);
    await row('Run this', 'there').getByTestId('file-act').click();
    await row('Run this', 'shows').waitFor();
    assert.equal(await desk.message('Run this').getByTestId('file-show').count(), 0);
  });

  test('that was moved away meanwhile is said to be gone, and can be saved again', async () => {
    await rm(path.join(desk.downloads, 'Minutes of the meeting (2).pdf'));
    await row('And those of last year', 'opens').getByTestId('file-act').click();
    await at('toast').filter({ hasText: '.' }).first().waitFor();
    await row('And those of last year', 'there').getByTestId('file-act').click();
    await row('And those of last year', 'opens').waitFor();
  });

  test('of which only a number is told is found by it', async () => {
    const bytes = Buffer.from('from an older app');
    const { blob } = await stored('old.txt', bytes, 'text/plain');
    await says('By its number', { type: 'file', id: String(blob) });
    await row('By its number', 'there').getByTestId('file-act').click();
    await row('By its number', 'opens').waitFor();
    assert.ok(bytes.equals(await readFile(path.join(desk.downloads, 'old.txt'))));
  });

  test('that the server has no more is told in a sentence', async () => {
    const { blob, attachment } = await stored('brief.txt', Buffer.from('brief'), 'text/plain');
    await says('Be quick', attachment);
    await row('Be quick', 'there').waitFor();
    await bea.call('storage.delete', blob);
    await row('Be quick', 'there').getByTestId('file-act').click();
    const failed = row('Be quick', 'failed').getByTestId('file-about');
    await failed.getByText('The server no longer has this file.').waitFor();
    assert.ok(!(await readdir(desk.downloads)).includes('brief.txt'));
  });

  test('without anything behind it offers nothing', async () => {
    await says('Nothing here', { type: 'file', name: 'nothing.bin' });
    await row('Nothing here', 'nothing').waitFor();
    assert.equal(await desk.message('Nothing here').getByTestId('file-act').count(), 0);
  });
});

describe('a photo', () => {
  const photo = () => desk.message('Seen from the ridge').getByTestId('photo');

  test('has its place before it is there', async () => {
    let arrive;
    const held = new Promise((resolve) => (arrive = resolve));
    await desk.page.route('**/api/call/picture', async (route) => {
      await held;
      await route.continue();
    });
    const told = { type: 'photo', width: 320, height: 200 };
    const { attachment } = await stored('ridge.png', picture, 'image/png', told);
    await says('Seen from the ridge', attachment);
    await photo().waitFor();
    const box = async () => {
      const element = await photo().elementHandle();
      await element.waitForElementState('stable');
      const { width, height } = await element.boundingBox();
      return [Math.round(width), Math.round(height)];
    };
    assert.equal(await photo().locator('img').count(), 0);
    const empty = await box();
    arrive();
    await photo().locator('img').waitFor();
    assert.deepEqual(await box(), empty);
    assert.ok(Math.abs(empty[0] / empty[1] - 320 / 200) < 0.02, `${empty}`);
    const size = await photo()
      .locator('img')
      .evaluate((image) => [image.naturalWidth, image.naturalHeight]);
    assert.deepEqual(size, [320, 200]);
    await desk.page.unroute('**/api/call/picture');
  });

  test('is saved as it was sent', async () => {
    const comes = saved('ridge.png');
    await menu('Seen from the ridge', 'menu-save');
    await comes;
    await desk.message('Seen from the ridge').click({ button: 'right', position: { x: 12, y: 6 } });
    await at('menu-show').waitFor();
    await desk.page.keyboard.press('Escape');
    await at('message-menu').waitFor({ state: 'detached' });
    assert.ok(picture.equals(await readFile(path.join(desk.downloads, 'ridge.png'))));
  });
});

describe('passing on', () => {
  test('brings a file to somebody who was not there', async () => {
    await menu('Here are the minutes', 'menu-forward');
    await at('forward-search').fill('Carol');
    await at('forward-to').first().check();
    await at('forward-confirm').click();
    await at('forward-question').waitFor({ state: 'detached' });
    const { extension } = await passedOn('Here are the minutes');
    const [attachment] = extension.attachments;
    assert.equal(attachment.name, NAME);
    assert.equal(Number(attachment.size), PDF.length);
    assert.equal(extension.forward_name, 'Bea Berg');
    const url = await carol.call('storage.privateUrl', attachment.uid);
    assert.ok(PDF.equals((await download(url, ca)).body));
  });

  test('brings several to several', async () => {
    await menu('And those of last year', 'menu-select');
    await desk.message('Seen from the ridge').click({ position: { x: 12, y: 6 } });
    await at('select-count').getByText('2').waitFor();
    await at('select-forward').click();
    for (const name of ['Carol Chen', 'Archive']) {
      await at('forward-search').fill(name);
      await at('forward-to').first().check();
    }
    await at('forward-confirm').click();
    await at('select-bar').waitFor({ state: 'detached' });
    const places = new Set();
    for (const body of ['And those of last year', 'Seen from the ridge']) {
      const one = await passedOn(body);
      const two = await passedOn(body, (message) => message.dialog_id !== one.dialog_id);
      for (const { extension, dialog_id } of [one, two]) {
        assert.equal(extension.attachments.length, 1, body);
        places.add(dialog_id);
      }
    }
    assert.equal(places.size, 2);
    await desk.openDialog('Archive');
    await desk.message('Seen from the ridge').getByTestId('photo').locator('img').waitFor();
    await desk.message('Seen from the ridge').getByText('Bea Berg').waitFor();
    await desk.openDialog('Committee');
  });

  test('says what it is about where there are no words', async () => {
    const { attachment } = await stored('plan.txt', Buffer.from('plan'), 'text/plain');
    await says('', attachment);
    const bubble = desk.page.getByTestId('message').filter({ hasText: 'plan.txt' });
    await bubble.click({ button: 'right', position: { x: 12, y: 6 } });
    await at('menu-forward').click();
    await at('forward-preview').getByText('plan.txt').waitFor();
    await desk.page.keyboard.press('Escape');
    await at('forward-question').waitFor({ state: 'detached' });
  });
});

describe('what is no file', () => {
  test('is a contact or a place', async () => {
    await says('Ask her', {
      type: 'contact',
      name: 'Hana',
      data: '{"name":"Hana","phone":"+49 30 1"}',
    });
    const card = desk.message('Ask her').getByTestId('contact');
    await card.getByText('Hana').waitFor();
    await card.getByText('+49 30 1').waitFor();
    await says('Meet here', { type: 'place', data: '{"lat":"52.52","lng":"13.405"}' });
    const place = desk.message('Meet here').getByTestId('place');
    await place.getByText('52.52000, 13.40500').waitFor();
    assert.equal(await desk.message('Meet here').getByTestId('file').count(), 0);
  });
});

test('the page had nothing to complain about', () => {
  assert.deepEqual(desk.complaints, []);
});
