// The real window, twice: two people on one desktop, over one local server.

import assert from 'node:assert/strict';
import path from 'node:path';
import { after, before, test } from 'node:test';

import { folder } from '../support/server.js';
import { Key, Window } from '../support/window.js';

const at = (id) => `[data-testid="${id}"]`;

/** Who is signed in, by the words of the button at the rail. */
async function name(window) {
  const label = await (await window.find(at('account'))).getAttribute('aria-label');
  return label.replace('Signed in as ', '');
}

let files;
let alex;
let bea;

before(async () => {
  files = await folder('window');
});

after(async () => {
  await bea?.close();
  await alex?.close();
  await files?.remove();
});

test('the window opens on the three ways in', async () => {
  alex = await Window.open(['--data-dir', path.join(files.path, 'data')]);
  for (const way of ['way-try', 'way-cloud', 'way-server']) await alex.find(at(way));
  await alex.picture('window/welcome');
});

test('trying it here shows the conversations', async () => {
  await alex.click(at('way-try'));
  await alex.find(`${at('dialog-row')}:nth-of-type(1)`);
  await alex.picture('window/home');
});

test('a second profile is somebody else on the same server', async () => {
  bea = await Window.open(['--data-dir', path.join(files.path, 'data'), '--profile', 'bea']);
  await bea.click(at('way-try'));
  await bea.find(at('dialog-row'));
});

test('what one writes, the other reads, and answers', async () => {
  const [alexName, beaName] = [await name(alex), await name(bea)];
  assert.notEqual(alexName, beaName, 'the two profiles are two people');
  await alex.click(at('dialog-row'), beaName);
  await alex.type(at('composer-input'), 'Hello from the window', Key.ENTER);
  await alex.find(
    `${at('message')}[data-delivery="delivered"], ${at('message')}[data-delivery="read"]`,
    'Hello from the window',
  );
  await bea.click(at('dialog-row'), alexName);
  await bea.find(at('message'), 'Hello from the window');
  await alex.find(`${at('message')}[data-delivery="read"]`, 'Hello from the window');
  await bea.type(at('composer-input'), 'I can see you', Key.ENTER);
  await alex.find(at('message'), 'I can see you');
  await alex.picture('window/talk');
  await bea.picture('window/talk-bea');
});

test('the window loads nothing from anywhere else', async () => {
  const loaded = await alex.run(() =>
    performance.getEntriesByType('resource').map((entry) => entry.name),
  );
  const strange = loaded.filter(
    (name) => !/^(tauri|ipc|data|blob|http:\/\/(tauri|ipc)\.localhost)/.test(name),
  );
  assert.deepEqual(strange, []);
});
