// The process is killed at random moments while it sends a thousand messages,
// and started again each time. The receiver is the official SDK, and must find
// exactly a thousand, in the order in which they were written.

import assert from 'node:assert/strict';
import { randomBytes, randomInt } from 'node:crypto';
import path from 'node:path';
import { after, before, test } from 'node:test';

import { Kith, connectionOf } from '../support/kith.js';
import { SdkPerson } from '../support/sdk.js';
import { folder, startServer } from '../support/server.js';

const PASSWORD = 'correct horse battery';
const MESSAGES = 1_000;
const KILLS = 8;

let files;
let server;
let bea;
let people;

before(async () => {
  files = await folder('kill');
  server = await startServer(path.join(files.path, 'server'));
  const made = await SdkPerson.signUp(server.ready, [
    { login: 'alex', password: PASSWORD, full_name: 'Alex Sander' },
    { login: 'bea', password: PASSWORD, full_name: 'Bea Berg' },
  ]);
  people = { alex: made[0].id, bea: made[1].id };
  bea = await SdkPerson.connect(server.ready, 'bea', PASSWORD);
});

after(async () => {
  await bea?.stop();
  await server?.stop();
  await files?.remove();
});

/** Ids as the interface makes them: within a second they sort as they were made. */
function ids() {
  const chance = randomBytes(5).toString('hex');
  let made = 0;
  return () => {
    const seconds = Math.floor(Date.now() / 1000)
      .toString(16)
      .padStart(8, '0');
    return seconds + chance + (made++).toString(16).padStart(6, '0');
  };
}

test(
  'a thousand messages and a process that is killed again and again',
  { timeout: 170_000 },
  async () => {
    const data = path.join(files.path, 'kith');
    let kith = await Kith.start(data);
    await kith.signIn(await connectionOf(server.ready), 'alex', PASSWORD, 'file');
    const dialog = await kith.call('create_dialog', {
      kind: 'private',
      name: '',
      people: [people.bea],
    });
    await kith.dialog('the dialog', (entry) => entry.id === dialog);

    const nextId = ids();
    const deaths = new Set();
    while (deaths.size < KILLS) deaths.add(randomInt(20, MESSAGES));
    for (let number = 0; number < MESSAGES; number++) {
      const id = nextId();
      const message = { dialog, id, text: `word ${number}` };
      if (!deaths.has(number)) {
        await kith.call('send', message);
        continue;
      }
      // The answer may or may not come; whoever got none asks again, with the same id.
      const sending = kith.call('send', message).catch(() => null);
      await new Promise((resolve) => setTimeout(resolve, randomInt(0, 8)));
      await kith.kill();
      await sending;
      kith = await Kith.start(data);
      await kith.call('send', message);
    }

    // Nobody presses anything: what is left goes out by itself.
    let waiting;
    do {
      waiting = (await kith.call('waiting')).length;
      if (waiting > 0) {
        await kith.feed
          .next('something to change', (event) => event.kind === 'home', 2_000)
          .catch(() => null);
      }
    } while (waiting > 0);

    const found = await bea.call('all', { dialog });
    assert.deepEqual(
      found.map((message) => message.body),
      Array.from({ length: MESSAGES }, (_, number) => `word ${number}`),
    );
    assert.equal(new Set(found.map((message) => message.id)).size, MESSAGES);
    await kith.stop();
  },
);
