// Pictures of a photo and a file in the real window: as they come from somebody
// at the official SDK, in large, and saved.

import path from 'node:path';

import { Sdk } from '../support/sdk-any.js';
import { SdkPerson } from '../support/sdk.js';
import { folder, startServer } from '../support/server.js';
import { Key, Window } from '../support/window.js';

const filter = process.argv[2] ?? '';
const PASSWORD = 'correct horse battery';
const PRIVATE = 3;
const at = (id) => `[data-testid="${id}"]`;

const files = await folder('shots');
const server = await startServer(path.join(files.path, 'server'));
const people = ['Alex Sander', 'Bea Berg'].map((full_name) => ({
  login: full_name.split(' ')[0].toLowerCase(),
  password: PASSWORD,
  full_name,
}));
const [alex] = await SdkPerson.signUp(server.ready, people);
const bea = await Sdk.connect(server.ready, 'bea', PASSWORD);
const dialog = await bea.call('chat.dialog.create', {
  type: PRIVATE,
  occupants_ids: [alex.id],
});
const window = await Window.open(['--data-dir', path.join(files.path, 'data')]);
let taken = 0;

/** What is not asked for is waited for all the same: the next step needs it drawn. */
async function picture(name) {
  if (!name.includes(filter)) {
    await window.shot();
    return;
  }
  await window.picture(`window/${name}`);
  taken++;
}

/** Bea stores it, and writes with it. */
async function send(name, type, bytes, body, more) {
  const { uid } = await bea.call('storage.createAndUpload', {
    name,
    type,
    file: bytes,
    size: bytes.length,
    public: false,
  });
  const attachment = { uid, name, size: bytes.length, 'content-type': type, ...more };
  await bea.call('chat.send', alex.id, {
    type: 'chat',
    body,
    extension: { save_to_history: 1, dialog_id: dialog._id, attachments: [attachment] },
  });
}

/** A sky with a hill, painted by the window itself. */
async function paint(width, height) {
  const address = await window.run(
    (width, height) => {
      const canvas = document.createElement('canvas');
      Object.assign(canvas, { width, height });
      const context = canvas.getContext('2d');
      context.fillStyle = '#cfe0ee';
      context.fillRect(0, 0, width, height);
      context.fillStyle = '#5b7f63';
      context.beginPath();
      context.ellipse(width * 0.4, height, width * 0.6, height * 0.5, 0, 0, Math.PI * 2);
      context.fill();
      return canvas.toDataURL('image/png');
    },
    width,
    height,
  );
  return Buffer.from(address.split(',')[1], 'base64');
}

try {
  await window.click(at('way-server'));
  await window.type(at('join-link'), server.ready.join_link);
  await window.click(at('join-go'));
  await window.type(at('login'), 'alex');
  await window.type(at('password'), PASSWORD, Key.ENTER);
  await window.click(at('dialog-row'));
  await window.find(at('composer-input'));
  const photo = await paint(1200, 800);
  await send('hill.png', 'image/png', photo, 'The hill', {
    type: 'photo',
    width: 1200,
    height: 800,
  });
  const paper = Buffer.alloc(300_000, 7);
  await send('Minutes of the meeting.pdf', 'application/pdf', paper, '', { type: 'file' });
  await window.find(`${at('photo')} img`);
  await window.find(`${at('file')}[data-state="there"]`);
  await picture('files');
  await window.click(at('file-act'));
  await window.find(`${at('file')}[data-state="opens"]`);
  await picture('file-saved');
  await window.click(at('photo'));
  await window.find(`${at('viewer')} img`);
  await picture('photo');
  await window.press('+', '+');
  await window.find(`${at('viewer')}[data-zoom="225"]`);
  await picture('photo-close');
  await window.press(Key.ESCAPE);
  await window.find(at('message'));
  await picture('photo-closed');
} finally {
  // Whatever went wrong, nothing stays behind.
  await window.close();
  await bea.stop();
  await server.stop();
  await files.remove();
}
console.log(`${taken} pictures of files in the window`);
