// Notifications of the real window, on a desktop that tells what it shows.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { after, before, test } from 'node:test';

import { Desktop } from '../support/desktop.js';
import { Kith } from '../support/kith.js';
import { folder, program } from '../support/server.js';
import { Window } from '../support/window.js';

const at = (id) => `[data-testid="${id}"]`;

let files;
let desktop;
let window;
let bea;
let me;
let dialog;

before(async () => {
  files = await folder('notify');
  desktop = await Desktop.start();
  process.env.DBUS_SESSION_BUS_ADDRESS = desktop.address;
});

after(async () => {
  await bea?.stop();
  await window?.close();
  await desktop?.stop();
  await files?.remove();
});

test('what comes is on the desktop, and a click shows it in the window', async () => {
  const data = path.join(files.path, 'data');
  window = await Window.open(['--data-dir', data]);
  await window.click(at('way-try'));
  await window.find(at('dialog-row'));
  const label = await (await window.find(at('account'))).getAttribute('aria-label');
  me = label.replace('Signed in as ', '');
  bea = await Kith.start(data, ['--profile', 'bea', '--server', program('kith-server')]);
  await bea.call('try_here');
  const line = await bea.dialog('the conversation with the window', ({ kind, name }) => {
    return kind === 'private' && name === me;
  });
  dialog = line.id;
  const timeline = await bea.open(dialog);
  const asked = await bea.send(dialog, 'Can *you* hear <b>me</b>?');
  const shown = await desktop.shown('Can you hear &lt;b&gt;me&lt;/b&gt;?');
  assert.equal(shown.summary, (await bea.call('home')).me.name);
  assert.deepEqual(shown.actions, ['default', 'mark-read', 'inline-reply']);
  assert.equal(shown.has_sound, true);
  desktop.act('invoke', shown.id, 'default');
  await window.find(at('message'), 'hear <b>me</b>?');
  await desktop.closed(shown.id);
  await timeline.message(
    'it being read',
    ({ id, delivery }) => id === asked && delivery === 'read',
  );
});

test('what one looks at is not on the desktop', async () => {
  const seen = await bea.send(dialog, 'You see this');
  await window.find(at('message'), 'You see this');
  const timeline = await bea.open(dialog);
  await timeline.message('it being read', ({ id, delivery }) => id === seen && delivery === 'read');
  assert.ok(!desktop.all.some((body) => body.includes('You see this')), desktop.all.join('\n'));
});

test('an answer in the notification goes out, and reads what it answers', async () => {
  // Another conversation is in front of one.
  await window.click(`${at('dialog-row')}:not([aria-selected="true"])`);
  const asked = await bea.send(dialog, 'Are you coming?');
  const shown = await desktop.shown('Are you coming?');
  const timeline = await bea.open(dialog);
  desktop.act('reply', shown.id, 'In an hour');
  await timeline.message('the answer', ({ body }) => body === 'In an hour');
  await timeline.message(
    'it being read',
    ({ id, delivery }) => id === asked && delivery === 'read',
  );
});

test('what is marked as read there is read', async () => {
  const asked = await bea.send(dialog, 'Good.');
  const shown = await desktop.shown('Good.');
  const timeline = await bea.open(dialog);
  desktop.act('invoke', shown.id, 'mark-read');
  await timeline.message(
    'it being read',
    ({ id, delivery }) => id === asked && delivery === 'read',
  );
});

test('what stands goes with Kith, and comes back with nothing', async () => {
  await window.close();
  window = undefined;
  const before = desktop.all;
  await bea.send(dialog, 'Good night');
  // Without a driver, which ends it as a power cut would.
  const child = spawn(program('kith'), ['--data-dir', path.join(files.path, 'data')], {
    stdio: 'ignore',
  });
  const shown = await desktop.shown('Good night');
  child.kill();
  await once(child, 'exit');
  await desktop.closed(shown.id);
  assert.deepEqual(desktop.all, [...before, 'Good night']);
});
