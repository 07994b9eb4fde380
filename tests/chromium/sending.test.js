// Files that somebody sends with Kith: chosen, dropped or pasted, kept beside
// the draft, and there byte for byte at the official SDK. A photo tells nothing
// but the picture, as a reader of EXIF that is not ours sees it.

import assert from 'node:assert/strict';
import { readFile, readdir } from 'node:fs/promises';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import exifr from 'exifr';

import { Desk, openBrowser } from '../support/browser.js';
import { Sdk } from '../support/sdk-any.js';
import { SdkPerson } from '../support/sdk.js';
import { paint } from '../support/screens.js';
import { download } from '../support/download.js';
import { folder, startServer } from '../support/server.js';

const PASSWORD = 'correct horse battery';
const PRIVATE = 3;
const NAME = 'Minutes of the meeting.pdf';
const PDF = Buffer.from(Array.from({ length: 1_300_000 }, (_, n) => (n * 7) % 251));
/** More than the server has room for. */
const TOO_MUCH = Buffer.alloc(4_500_000, 7);

let files;
let server;
let ca;
let browser;
let desk;
let bea;
let picture;

before(async () => {
  files = await folder('sending');
  server = await startServer(path.join(files.path, 'server'), ['--account-megabytes', '4']);
  ca = await readFile(server.ready.ca_cert);
  const [alex] = await SdkPerson.signUp(
    server.ready,
    ['Alex Sander', 'Bea Berg', 'Carol Chen'].map((full_name) => ({
      login: full_name.split(' ')[0].toLowerCase(),
      password: PASSWORD,
      full_name,
    })),
  );
  bea = await Sdk.connect(server.ready, 'bea', PASSWORD);
  await bea.call('chat.dialog.create', { type: PRIVATE, occupants_ids: [alex.id] });
  const carol = await Sdk.connect(server.ready, 'carol', PASSWORD);
  await carol.call('chat.dialog.create', { type: PRIVATE, occupants_ids: [alex.id] });
  await carol.stop();
  browser = await openBrowser();
  desk = await Desk.open(browser, { locale: 'en-GB' });
  await desk.signIn(server.ready.join_link, 'alex', PASSWORD);
  await desk.openDialog('Bea Berg');
  picture = await paint(desk.page, 320, 200);
});

after(async () => {
  await desk?.close();
  await browser?.close();
  await bea?.stop();
  await server?.stop();
  await files?.remove();
});

const at = (id) => desk.at(id);
const pdf = { name: NAME, mimeType: 'application/pdf', buffer: PDF };
const png = () => ({ name: 'ridge.png', mimeType: 'image/png', buffer: picture });

/** Chooses files as the system's dialog hands them over. */
const choose = (...chosen) => at('attach-input').setInputFiles(chosen);

/** What stands beside the draft, by name. */
async function tray(...names) {
  await desk.page.waitForFunction((names) => {
    const shown = [...document.querySelectorAll('[data-testid="staged"] .name')];
    const coming = document.querySelectorAll('[data-testid="staging"]').length;
    const told = shown.map((name) => name.title);
    return coming === 0 && JSON.stringify(told) === JSON.stringify(names);
  }, names);
}

/** What Bea is told of a message: its attachments. */
async function heard(body, count) {
  const { args } = await bea.heard.find(
    `“${body}” at Bea's`,
    ({ name, args }) =>
      name === 'onMessageListener' &&
      (args[1].body ?? '') === body &&
      args[1].extension.attachments?.length === count,
  );
  return args[1].extension.attachments;
}

/** What whoever got a file has of it. */
async function downloaded({ uid }) {
  return (await download(await bea.call('storage.privateUrl', uid), ca)).body;
}

/** Copies that lie on this computer. */
async function copies() {
  const profile = path.dirname(desk.downloads);
  const all = await readdir(profile, { recursive: true });
  return all.filter((name) => /uploads[/\\]./.test(name));
}

/** Lets the page get files as if they were dragged over it, or pasted. */
function carried(...all) {
  const list = all.map(({ name, mimeType, buffer }) => [name, mimeType, buffer.toString('base64')]);
  return desk.page.evaluateHandle((list) => {
    const carried = new DataTransfer();
    for (const [name, type, text] of list) {
      const bytes = Uint8Array.from(atob(text), (one) => one.charCodeAt(0));
      carried.items.add(new File([bytes], name, { type }));
    }
    return carried;
  }, list);
}

/** A photo as a phone makes it: on its side, with where and when in it. */
async function phonePhoto() {
  const address = await desk.page.evaluate(() => {
    const canvas = Object.assign(document.createElement('canvas'), { width: 320, height: 200 });
    const context = canvas.getContext('2d');
    context.fillStyle = '#7a6bb5';
    context.fillRect(0, 0, 160, 200);
    return canvas.toDataURL('image/jpeg');
  });
  const jpeg = Buffer.from(address.split(',')[1], 'base64');
  const tiff = Buffer.concat([
    Buffer.from('4d4d002a00000008', 'hex'),
    Buffer.from('0003', 'hex'),
    Buffer.from('010f0002000000040000', 'hex').subarray(0, 8),
    Buffer.from('43616d00', 'hex'), // Make: "Cam"
    Buffer.from('011200030000000100060000', 'hex'), // on its side
    Buffer.from('882500040000000100000032', 'hex'), // where: a table at 50
    Buffer.from('00000000', 'hex'),
    Buffer.from('0004', 'hex'),
    Buffer.from('00010002000000024e000000', 'hex'), // north
    Buffer.from('000200050000000300000068', 'hex'), // degrees at 104
    Buffer.from('000300020000000245000000', 'hex'), // east
    Buffer.from('000400050000000300000068', 'hex'), // as many
    Buffer.from('00000000', 'hex'),
    Buffer.from('000000340000000100000000000000010000000000000001', 'hex'),
  ]);
  const exif = Buffer.concat([Buffer.from('Exif\0\0', 'latin1'), tiff]);
  const head = Buffer.from([0xff, 0xe1, 0, 0]);
  head.writeUInt16BE(exif.length + 2, 2);
  const buffer = Buffer.concat([jpeg.subarray(0, 2), head, exif, jpeg.subarray(2)]);
  return { name: 'phone.jpg', mimeType: 'image/jpeg', buffer };
}

describe('files beside what is written', () => {
  test('are chosen, shown with name and size, and sent byte for byte with the words', async () => {
    await choose(pdf, png());
    await tray(NAME, 'ridge.png');
    await at('staged').filter({ hasText: NAME }).getByText('1.3 MB').waitFor();
    await at('staged').locator('img').waitFor();
    await desk.write('Here are the minutes');
    await tray();
    await desk.delivered('Here are the minutes', 'sent', 'delivered', 'read');
    const [minutes, ridge] = await heard('Here are the minutes', 2);
    assert.equal(minutes.name, NAME);
    assert.equal(minutes.type, 'file');
    assert.equal(minutes['content-type'], 'application/pdf');
    assert.equal(Number(minutes.size), PDF.length);
    assert.ok(PDF.equals(await downloaded(minutes)));
    assert.equal(ridge.type, 'photo');
    assert.deepEqual([Number(ridge.width), Number(ridge.height)], [320, 200]);
    await desk.message('Here are the minutes').getByTestId('photo').locator('img').waitFor();
    await desk.message('Here are the minutes').getByTestId('file').waitFor();
  });

  test('need no words, and what is written after them stands below', async () => {
    await choose(png());
    await tray('ridge.png');
    await at('composer-input').press('Enter');
    await desk.write('After the picture');
    await desk.delivered('After the picture', 'sent', 'delivered', 'read');
    await heard('', 1);
    const bodies = bea.heard.all
      .filter(({ name }) => name === 'onMessageListener')
      .map(({ args }) => args[1].body ?? '');
    assert.deepEqual(bodies.slice(-2), ['', 'After the picture']);
  });

  test('stay with their conversation, also when Kith is started again', async () => {
    await choose(pdf);
    await tray(NAME);
    await desk.openDialog('Carol Chen');
    await tray();
    await desk.row('Bea Berg').getByText('Draft: 1 file').waitFor();
    await desk.openDialog('Bea Berg');
    await tray(NAME);
    await desk.restart();
    await at('password').fill(PASSWORD);
    await at('sign-in').click();
    await desk.openDialog('Bea Berg');
    await tray(NAME);
    assert.equal((await copies()).length, 1);
  });

  test('are taken away with keys, and the focus goes on', async () => {
    await choose(png());
    await tray(NAME, 'ridge.png');
    await at('composer-input').focus();
    // Back over the emoji and the button that attaches.
    const first = desk.page.getByRole('button', { name: `Remove ${NAME}` });
    for (let presses = 0; presses < 6; presses++) {
      await desk.page.keyboard.press('Shift+Tab');
      if (await first.evaluate((button) => button === document.activeElement)) break;
    }
    await desk.page.keyboard.press('Enter');
    await tray('ridge.png');
    const second = desk.page.getByRole('button', { name: 'Remove ridge.png' });
    assert.ok(await second.evaluate((button) => button === document.activeElement));
    await desk.page.keyboard.press('Enter');
    await tray();
    await desk.page.waitForFunction(() => document.activeElement?.id === 'composer');
    assert.deepEqual(await copies(), []);
  });

  test('that cannot be sent are told of, and the others stay', async () => {
    const empty = { name: 'empty.txt', mimeType: 'text/plain', buffer: Buffer.alloc(0) };
    await choose(empty, png());
    await at('composer-problem').getByText('empty.txt: Nothing is in this file').waitFor();
    await tray('ridge.png');
    await at('staged-remove').click();
    await tray();
  });

  test('are dropped onto the conversation, and nowhere else', async () => {
    const dataTransfer = await carried(png(), pdf);
    const list = '[data-testid="dialog-row"]';
    await desk.page.dispatchEvent(list, 'dragover', { dataTransfer });
    assert.equal(await at('drop-zone').count(), 0);
    await desk.page.dispatchEvent(list, 'drop', { dataTransfer });
    await desk.page.dispatchEvent('[data-testid="timeline"]', 'dragover', { dataTransfer });
    await at('drop-zone').waitFor();
    await desk.page.dispatchEvent('[data-testid="timeline"]', 'drop', { dataTransfer });
    await at('drop-zone').waitFor({ state: 'detached' });
    await tray('ridge.png', NAME);
    for (const left of [1, 0]) {
      await at('staged-remove').first().click();
      await desk.page.waitForFunction(
        (left) => document.querySelectorAll('[data-testid="staged"]').length === left,
        left,
      );
    }
  });

  test('are pasted when no words are meant', async () => {
    const paste = async (words) => {
      const clipboardData = await carried(png());
      if (words !== '') {
        await clipboardData.evaluate((data, words) => data.setData('text/plain', words), words);
      }
      await at('composer-input').evaluate((box, clipboardData) => {
        const paste = { clipboardData, bubbles: true, cancelable: true };
        box.dispatchEvent(new ClipboardEvent('paste', paste));
      }, clipboardData);
    };
    await paste('a table');
    await tray();
    await paste('');
    await tray('ridge.png');
    await at('staged-remove').click();
    await tray();
  });
});

describe('a photo of a phone', () => {
  test('arrives with its picture and how it is turned, and nothing else', async () => {
    const photo = await phonePhoto();
    const told = await exifr.parse(photo.buffer, { gps: true, translateValues: false });
    assert.equal(told.Make, 'Cam');
    assert.equal(told.Orientation, 6);
    assert.ok(Math.abs(told.latitude - 52) < 0.01, 'the reader finds where it was taken');
    await choose(photo);
    await tray('phone.jpg');
    await desk.write('From my phone');
    const [attachment] = await heard('From my phone', 1);
    const bytes = await downloaded(attachment);
    const after = await exifr.parse(bytes, {
      gps: true,
      xmp: true,
      iptc: true,
      translateValues: false,
    });
    assert.deepEqual(Object.keys(after ?? {}), ['Orientation']);
    assert.equal(after.Orientation, 6);
    assert.ok(!bytes.includes('Cam'));
    assert.deepEqual([Number(attachment.width), Number(attachment.height)], [200, 320]);
    // It still is a photo, standing upright.
    const size = await desk.page.evaluate(async (text) => {
      const image = new Image();
      image.src = `data:image/jpeg;base64,${text}`;
      await image.decode();
      return [image.naturalWidth, image.naturalHeight];
    }, bytes.toString('base64'));
    assert.deepEqual(size, [200, 320]);
  });
});

describe('what does not get there', () => {
  test('says why, and what is written after it goes out', async () => {
    await choose({ name: 'much.bin', mimeType: 'application/octet-stream', buffer: TOO_MUCH });
    await tray('much.bin');
    await desk.write('All of it');
    await desk.message('All of it').getByTestId('failed').getByText('no more room').waitFor();
    await desk.write('Less of it');
    await desk.delivered('Less of it', 'sent', 'delivered', 'read');
    await desk.message('All of it').and(desk.page.locator('[data-delivery="failed"]')).waitFor();
  });

  test('comes back beside the draft to be changed', async () => {
    await desk.message('All of it').click({ button: 'right', position: { x: 12, y: 6 } });
    await at('menu-take-back').click();
    await desk.holds('All of it');
    await tray('much.bin');
    await at('staged-remove').click();
    await tray();
    await desk.write('All of it without the file');
    await desk.delivered('All of it without the file', 'sent', 'delivered', 'read');
    assert.deepEqual(await copies(), []);
  });

  test('waits without a connection, and is taken back with a click', async () => {
    await server.stop();
    await choose(png());
    await tray('ridge.png');
    await desk.write('Into the void');
    const photo = desk.message('Into the void').getByTestId('photo');
    await photo.and(desk.page.locator('[data-state="leaves"]')).locator('img').waitFor();
    await photo.getByTestId('photo-stop').click();
    await tray('ridge.png');
    await desk.holds('Into the void');
    await desk.message('Into the void').waitFor({ state: 'detached' });
  });

  test('leaves no complaint', () => {
    assert.deepEqual(desk.complaints, []);
  });
});
