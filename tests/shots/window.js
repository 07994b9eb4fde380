// Pictures of the main screens in the real window.

import path from 'node:path';

import { folder } from '../support/server.js';
import { Key, Window } from '../support/window.js';

const filter = process.argv[2] ?? '';
const at = (id) => `[data-testid="${id}"]`;
const files = await folder('shots');
const window = await Window.open(['--data-dir', path.join(files.path, 'data')]);
let taken = 0;

async function picture(name) {
  if (!name.includes(filter)) return;
  await window.picture(`window/${name}`);
  taken++;
}

await window.find(at('way-try'));
await picture('welcome');
await window.click(at('way-try'));
await window.find(at('dialog-row'));
await picture('home');
await window.click(at('dialog-row'));
await window.find(at('message'));
await picture('dialog');
await window.type(at('composer-input'), 'A message from the real window', Key.ENTER);
await window.find(
  `${at('message')}:not([data-delivery="queued"])`,
  'A message from the real window',
);
await picture('sent');
await window.close();
await files.remove();
console.log(`${taken} pictures of the window`);
