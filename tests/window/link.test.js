// A link is clicked while Kith runs: the system starts Kith once more, and
// that hands the link to the window that is there.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { after, before, test } from 'node:test';

import { folder, program, startBridge } from '../support/server.js';
import { Window } from '../support/window.js';

const at = (id) => `[data-testid="${id}"]`;
const LINK =
  'kith://join?name=Rowing%20club&api=https://chat.example.org&chat=chat.example.org:5223&domain=chat.example.org&app=7&key=k';

let files;
let data;
let window;

before(async () => {
  files = await folder('link');
  data = path.join(files.path, 'data');
});

after(async () => {
  await window?.close();
  await files?.remove();
});

/**
 * Starts Kith once more, as the system does; answers how it ended. It gets no
 * display, for it is to end before it asks for one: the threads that a window
 * system starts are not yet where a process can end in peace.
 */
async function again(...args) {
  const where = args.includes('--data-dir') ? [] : ['--data-dir', data];
  const { DISPLAY, WAYLAND_DISPLAY, ...env } = process.env;
  const child = spawn(program('kith'), [...where, ...args], {
    env,
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let said = '';
  child.stderr.setEncoding('utf8').on('data', (text) => (said += text));
  const [code] = await once(child, 'exit');
  return { code, said };
}

test('the window that is there shows it, on the first screen', async () => {
  window = await Window.open(['--data-dir', data]);
  await window.find(at('way-try'));
  assert.equal((await again(LINK)).code, 0);
  await window.find('main', 'Rowing club');
});

test('and over the conversations, with a way back', async () => {
  await window.click(at('back'));
  await window.click(at('way-try'));
  await window.find(at('dialog-row'));
  assert.equal((await again(LINK)).code, 0);
  await window.find('main', 'Rowing club');
  await window.click(at('back'));
  await window.click(at('back-to-account'));
  await window.find(at('dialog-row'));
});

test('a second start without a link only brings it to the front', async () => {
  assert.equal((await again()).code, 0);
  await window.find(at('dialog-row'));
});

test('where nobody answers, it says that the profile is open', async () => {
  // The bridge has the profile, and no window that could come.
  const other = path.join(files.path, 'other');
  const bridge = await startBridge(other);
  const { code, said } = await again('--data-dir', other, LINK);
  await bridge.stop();
  assert.equal(code, 1);
  assert.match(said, /Kith is already open with the profile "default"\. Use its window/);
});

test('where there is no display, it says so', async () => {
  const { code, said } = await again('--data-dir', path.join(files.path, 'third'));
  assert.equal(code, 1);
  assert.equal(
    said,
    'kith: no display can be used. Start Kith from the desktop, or set DISPLAY.\n',
  );
});
