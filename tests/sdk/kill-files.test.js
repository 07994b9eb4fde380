// The process is killed again and again while it takes in files and sends them,
// among messages that are only text. The receiver is the official SDK, and must
// find each message once, in the order in which they were written, and each file
// byte for byte. Nothing is left on this computer.
//
// A kill comes at a place that chance names, not at a time: when the copy of a
// file or the database was written to so often, or when so many bytes have gone
// up. What was under way is read off the app that starts again, which first
// finds the road closed, so that what it shows is what the other one left.

import assert from 'node:assert/strict';
import { watch } from 'node:fs';
import { readFile, readdir } from 'node:fs/promises';
import path from 'node:path';
import { after, before, test } from 'node:test';

import { Chance } from '../support/chance.js';
import { Kith, connectionOf, messageId, reached } from '../support/kith.js';
import { Road } from '../support/road.js';
import { Sdk } from '../support/sdk-any.js';
import { SdkPerson } from '../support/sdk.js';
import { download } from '../support/download.js';
import { folder, startServer } from '../support/server.js';

const PASSWORD = 'correct horse battery';
const MESSAGES = 60;
/** Kills while files are taken in, while a message is sent, and at a byte on the road. */
const STAGING = 5;
const SENDING = 4;
const UPLOADING = 7;
/** As the interface brings them. */
const PORTION = 512 * 1024;

const chance = new Chance();
let files;
let server;
let bea;
let dialog;
let road;
let data;
let kith;
/** While it is being killed and started again. */
let reviving = null;
/** Copies that had to begin again, and kills on the road that hit a file on its way. */
const found = { staging: 0, uploading: 0 };

before(async () => {
  files = await folder('kill-files');
  data = path.join(files.path, 'kith');
  server = await startServer(path.join(files.path, 'server'));
  const made = await SdkPerson.signUp(server.ready, [
    { login: 'alex', password: PASSWORD, full_name: 'Alex Sander' },
    { login: 'bea', password: PASSWORD, full_name: 'Bea Berg' },
  ]);
  bea = await Sdk.connect(server.ready, 'bea', PASSWORD);
  kith = await Kith.start(data);
  const led = await Road.lead(await connectionOf(server.ready));
  road = led.road;
  await kith.signIn(led.over, 'alex', PASSWORD, 'file');
  const private_ = { kind: 'private', name: '', people: [made[1].id] };
  dialog = await kith.call('create_dialog', private_);
  await kith.dialog('the dialog', (entry) => entry.id === dialog);
});

after(async () => {
  await kith?.stop();
  road?.stop();
  await bea?.stop();
  await server?.stop();
  await files?.remove();
});

/** What is to be sent: mostly with a file, some with two, some only words. */
function plan() {
  let named = 0;
  const file = () => {
    const size = chance.between(0, 2) ? chance.between(1, 6_000) : chance.between(1e5, 9e5);
    return { name: `file ${named++}.bin`, bytes: chance.bytes(size) };
  };
  return Array.from({ length: MESSAGES }, (_, number) => {
    const count = number === 0 ? 1 : chance.of([0, 0, 1, 1, 1, 2]);
    const text = count > 0 && chance.between(0, 3) === 0 ? '' : `word ${number}`;
    return { id: messageId(), text, files: Array.from({ length: count }, file) };
  });
}

/** Where the account's copies lie, and its database. */
async function account() {
  const all = await readdir(data, { recursive: true });
  const copies = all.find((name) => /\.uploads$/.test(name));
  return { copies: path.join(data, copies), home: path.dirname(path.join(data, copies)) };
}

/** Kills it wherever it is, and starts it again; answers the last step of each message that waits. */
function die() {
  reviving ??= (async () => {
    road.close();
    await kith.kill();
    kith = await Kith.start(data);
    const waiting = await kith.call('waiting');
    const failed = waiting.filter(({ state }) => state === 'failed');
    assert.deepEqual(failed, [], 'a message waits for the person');
    road.open();
    reviving = null;
    return waiting.map(({ journal }) => journal.at(-1).reason);
  })();
  return reviving;
}

/** Does something, and once more whenever it was killed meanwhile. */
async function insist(doing) {
  for (;;) {
    const life = kith;
    try {
      return await doing(life);
    } catch (error) {
      await reviving;
      if (life === kith) throw error;
    }
  }
}

/** Kills at the given change of what fits in a folder, or when `doing` is over. */
async function killedAfter(changes, where, fits, doing) {
  let left = changes;
  const watcher = watch(where, (_, name) => {
    if (fits(name) && --left === 0) die();
  });
  const life = kith;
  try {
    const done = await doing();
    if (life === kith) await die();
    return done;
  } finally {
    watcher.close();
  }
}

/** Puts a file beside the draft, as the interface does; answers its number. */
function stage(file) {
  let isBegun = false;
  return insist(async (life) => {
    // What the window is told when it comes back.
    const staged = await life.call('staged', { dialog });
    const held = staged.find(({ name }) => name === file.name);
    if (held) return held.file;
    if (isBegun) found.staging++;
    isBegun = true;
    const { name, bytes } = file;
    const number = await life.call('stage_begin', { dialog, name, size: bytes.length });
    for (let at = 0; at < bytes.length; at += PORTION) {
      const portion = bytes.subarray(at, at + PORTION).toString('base64');
      await life.call('stage_portion', { number, bytes: portion });
    }
    return (await life.call('stage_end', { number })).file;
  });
}

/** What whoever got a file has of it. */
async function downloaded(uid) {
  const ca = await readFile(server.ready.ca_cert);
  return (await download(await bea.call('storage.privateUrl', uid), ca)).body;
}

/** Waits until nothing lies in a folder. */
async function emptied(where) {
  let look;
  const watcher = watch(where, () => look?.());
  try {
    for (;;) {
      const changed = new Promise((resolve) => (look = resolve));
      if ((await readdir(where)).length === 0) return;
      await changed;
    }
  } finally {
    watcher.close();
  }
}

/** The whole history as the SDK lists it, oldest first. */
async function history() {
  const all = [];
  for (;;) {
    const { items } = await bea.call('chat.message.list', {
      chat_dialog_id: dialog,
      sort_asc: 'date_sent',
      limit: 100,
      skip: all.length,
      mark_as_read: 0,
    });
    all.push(...items);
    if (items.length < 100) return all;
  }
}

test('files and a process that is killed again and again', { timeout: 120_000 }, async (t) => {
  t.diagnostic(`KITH_TEST_SEED=${chance.seed}`);
  const messages = plan();
  const withFiles = messages.flatMap(({ files }, number) =>
    files.length && number ? [number] : [],
  );
  const whileStaging = new Set(chance.some(STAGING, withFiles));
  const whileSending = new Set(chance.some(SENDING, [...messages.keys()].slice(1)));

  // Together fewer bytes than the files have, so that every kill comes.
  const bytes = messages.flatMap(({ files }) => files.map((file) => file.bytes.length));
  const apart = Math.floor(bytes.reduce((sum, one) => sum + one, 0) / (UPLOADING + 1));
  const onTheRoad = (async () => {
    for (let kills = 0; kills < UPLOADING; kills++) {
      await road.closesAfter(chance.between(apart / 4, apart));
      if ((await die()).includes('uploading')) found.uploading++;
    }
  })();

  for (const [number, message] of messages.entries()) {
    const { copies, home } = number > 0 ? await account() : {};
    const bring = async () => {
      const staged = [];
      for (const file of message.files) staged.push(await stage(file));
      return staged;
    };
    const staged = whileStaging.has(number)
      ? await killedAfter(chance.between(1, 5), copies, () => true, bring)
      : await bring();
    // The answer may or may not come; whoever got none asks again, with the same id.
    const { id, text } = message;
    const send = () => insist((life) => life.call('send', { dialog, id, text, files: staged }));
    const isWritten = (name) => /^\d.*-wal$/.test(name);
    if (whileSending.has(number)) {
      await killedAfter(chance.between(1, 5), home, isWritten, send);
    } else {
      await send();
    }
  }
  await onTheRoad;

  // Nobody presses anything: what is left goes out by itself.
  const last = messages.at(-1).id;
  const timeline = await kith.open(dialog);
  await timeline.message('the last', (one) => one.id === last && reached(one.delivery, 'sent'));
  assert.deepEqual(await kith.call('waiting'), []);
  assert.deepEqual(await kith.call('staged', { dialog }), []);
  await emptied((await account()).copies);

  const expected = messages.map(({ id, text, files }) => ({
    id,
    text,
    files: files.map(({ name, bytes }) => `${name}, ${bytes.length} bytes`),
  }));
  const listed = await history();
  const told = listed.map(({ _id, message, attachments }) => ({
    id: _id,
    text: message ?? '',
    files: attachments.map(({ name, size }) => `${name}, ${size} bytes`),
  }));
  assert.deepEqual(told, expected);
  for (const [number, { attachments }] of listed.entries()) {
    for (const [at, { uid }] of attachments.entries()) {
      const file = messages[number].files[at];
      assert.ok(file.bytes.equals(await downloaded(uid)), `${file.name} is another one`);
    }
  }
  // The stream told of each once, too.
  const heard = bea.heard.all.filter(({ name }) => name === 'onMessageListener');
  assert.deepEqual(
    heard.map(({ args }) => args[1].id),
    messages.map(({ id }) => id),
  );
  t.diagnostic(`hit by kills: ${JSON.stringify(found)}`);
  assert.ok(found.uploading > 2, 'hardly a kill hit a file on its way');
  assert.ok(found.staging > 0, 'no kill hit a file that was taken in');
});
