// A file out of the real window: read by WebKit, kept by the backend, and there
// byte for byte at the official SDK.

import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import https from 'node:https';
import path from 'node:path';
import { after, before, test } from 'node:test';

import { Sdk } from '../support/sdk-any.js';
import { SdkPerson } from '../support/sdk.js';
import { folder, startServer } from '../support/server.js';
import { Key, Window } from '../support/window.js';

const PASSWORD = 'correct horse battery';
const PRIVATE = 3;
const at = (id) => `[data-testid="${id}"]`;
/** Several portions, and none of them the same. */
const BYTES = Buffer.from(Array.from({ length: 1_700_000 }, (_, n) => (n * 7) % 251));

let files;
let server;
let bea;
let window;

async function open() {
  window = await Window.open(['--data-dir', path.join(files.path, 'data')]);
}

before(async () => {
  files = await folder('window-sending');
  server = await startServer(path.join(files.path, 'server'));
  const people = ['Alex Sander', 'Bea Berg'].map((full_name) => ({
    login: full_name.split(' ')[0].toLowerCase(),
    password: PASSWORD,
    full_name,
  }));
  const [alex] = await SdkPerson.signUp(server.ready, people);
  bea = await Sdk.connect(server.ready, 'bea', PASSWORD);
  await bea.call('chat.dialog.create', { type: PRIVATE, occupants_ids: [alex.id] });
  await open();
  await window.click(at('way-server'));
  await window.type(at('join-link'), server.ready.join_link);
  await window.click(at('join-go'));
  await window.type(at('login'), 'alex');
  await window.type(at('password'), PASSWORD, Key.ENTER);
  await window.click(at('dialog-row'));
  await window.find(at('composer-input'));
});

after(async () => {
  await window?.close();
  await bea?.stop();
  await server?.stop();
  await files?.remove();
});

test('a file that is chosen arrives byte for byte', async () => {
  const chosen = path.join(files.path, 'Minutes, äöü.pdf');
  await writeFile(chosen, BYTES);
  await window.find(at('attach'));
  await window.choose(at('attach-input'), chosen);
  await window.find(at('staged'), 'Minutes, äöü.pdf');
  await window.type(at('composer-input'), 'Here they are', Key.ENTER);
  const { args } = await bea.heard.find(
    "the file at Bea's",
    ({ name, args }) => name === 'onMessageListener' && args[1].body === 'Here they are',
  );
  const [{ uid, name }] = args[1].extension.attachments;
  assert.equal(name, 'Minutes, äöü.pdf');
  const url = await bea.call('storage.privateUrl', uid);
  const ca = await readFile(server.ready.ca_cert);
  const bytes = await new Promise((resolve, reject) => {
    https
      .get(url, { ca }, (response) => {
        const parts = [];
        response.on('data', (part) => parts.push(part));
        response.on('end', () => resolve(Buffer.concat(parts)));
      })
      .on('error', reject);
  });
  assert.ok(BYTES.equals(bytes));
  await window.find(`${at('message')} ${at('file')}`);
});

test('what was typed a moment before the end is gone on from at the next start', async () => {
  await window.type(at('composer-input'), 'half a thought');
  await window.end();
  await open();
  await window.type(at('password'), PASSWORD, Key.ENTER);
  await window.find(at('dialog-row'));
  await window.type(at('composer-input'), ' is a whole one', Key.ENTER);
  const { args } = await bea.heard.find(
    "the whole thought at Bea's",
    ({ name, args }) => name === 'onMessageListener' && args[1].body.endsWith('whole one'),
  );
  assert.equal(args[1].body, 'half a thought is a whole one');
});
