// The disk is full while Kith runs: nobody is told that something is kept when
// it is not, and nothing is lost when there is room again.

import assert from 'node:assert/strict';
import path from 'node:path';
import { after, before, test } from 'node:test';

import { Kith, connectionOf } from '../support/kith.js';
import { SdkPerson } from '../support/sdk.js';
import { folder, limitFiles, startServer } from '../support/server.js';

const PASSWORD = 'correct horse battery';

let files;
let server;
let kith;
let bea;
let people;

before(async () => {
  files = await folder('disk');
  server = await startServer(path.join(files.path, 'server'));
  const made = await SdkPerson.signUp(server.ready, [
    { login: 'alex', password: PASSWORD, full_name: 'Alex Sander' },
    { login: 'bea', password: PASSWORD, full_name: 'Bea Berg' },
  ]);
  people = { alex: made[0].id, bea: made[1].id };
  bea = await SdkPerson.connect(server.ready, 'bea', PASSWORD);
  kith = await Kith.start(path.join(files.path, 'kith'));
});

after(async () => {
  await kith?.stop();
  await bea?.stop();
  await server?.stop();
  await files?.remove();
});

test(
  'a disk that is full is told, waited out, and costs nothing',
  { skip: process.platform !== 'linux' && 'prlimit is of Linux' },
  async () => {
    await kith.signIn(await connectionOf(server.ready), 'alex', PASSWORD);
    const dialog = await kith.call('create_dialog', {
      kind: 'private',
      name: '',
      people: [people.bea],
    });
    const timeline = await kith.open(dialog);
    const roomIs = (what, needed) =>
      kith.feed.next(
        what,
        (event) => event.kind === 'home' && event.patch.link?.needs_room === needed,
      );

    const full = roomIs('that there is no room', true);
    await limitFiles(kith.pid, 4096);
    const toAlex = { dialog, to: people.alex, type: 'chat' };
    const missed = await bea.call('send', { ...toAlex, body: 'while there was no room' });
    await full;
    const before = await kith.call('home');
    assert.equal(before.link.needs_room, true, 'also to whoever looks only now');
    assert.equal(before.link.state, 'online', 'it is not the connection');
    await assert.rejects(kith.send(dialog, 'nowhere to put this'), { code: 'disk' });
    await assert.rejects(kith.call('save_draft', { dialog, text: 'nor this' }), { code: 'disk' });

    const again = roomIs('that there is room', false);
    await limitFiles(kith.pid, null);
    await timeline.message('what came meanwhile', (message) => message.id === missed);
    await again;
    const id = await kith.send(dialog, 'it goes on');
    await bea.heard.find(
      'the message',
      (event) => event.kind === 'message' && event.message.id === id,
    );
    const texts = (await bea.call('all', { dialog })).map((message) => message.body);
    assert.deepEqual(texts, ['while there was no room', 'it goes on']);
  },
);

test(
  'Kith that is started on a full disk says so, and opens when there is room',
  { skip: process.platform !== 'linux' && 'prlimit is of Linux' },
  async () => {
    const data = path.join(files.path, 'again');
    const first = await Kith.start(data);
    await first.signIn(await connectionOf(server.ready), 'alex', PASSWORD, 'file');
    await first.stop();

    const again = await Kith.start(data, [], { files: 4096 });
    const shut = await again.call('app');
    assert.equal(shut.phase, 'locked');
    assert.equal(shut.problem.code, 'disk');
    assert.equal(shut.problem.can_set_aside, false);
    const opened = again.feed.next('that it opened', (event) => event.app?.phase === 'home');
    await limitFiles(again.pid, null);
    await opened;
    await again.dialog('what was there', (entry) => entry.last_message !== null);
    await again.stop();
  },
);
