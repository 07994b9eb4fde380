// Pictures of the main screens in the real window.

import path from 'node:path';
import { fileURLToPath } from 'node:url';

import { folder } from '../support/server.js';
import { Key, Window } from '../support/window.js';

const filter = process.argv[2] ?? '';
const at = (id) => `[data-testid="${id}"]`;
const files = await folder('shots');
const window = await Window.open(['--data-dir', path.join(files.path, 'data')]);
const file = fileURLToPath(new URL('../../icons/screenshot.png', import.meta.url));
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

/** What is found over the list and in the conversation, and a file beside what is written. */
async function finding(look) {
  await window.type(at('search'), 'the');
  await window.find(at('found-row'));
  await picture(`search${look}`);
  await window.press(Key.ESCAPE);
  await window.click(at('seek-open'));
  await window.type(at('seek'), 'the');
  await window.find(at('seek-count'), ' found');
  await picture(`seek${look}`);
  await window.click(at('seek-close'));
  await window.choose(at('attach-input'), file);
  await window.find(at('staged'));
  await picture(`staged${look}`);
  await window.click(at('staged-remove'));
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
await window.click(at('calendar-open'));
await window.find(at('calendar'));
await picture('calendar');
await window.press(Key.ESCAPE);
await window.menu(at('message'), 'A message from the real window');
await window.find(at('message-menu'));
await picture('message-menu');
await window.press(Key.ESCAPE);
await window.menu(at('dialog-row'));
await window.find(at('dialog-menu'));
await picture('list-menu');
await window.press(Key.ESCAPE);
await finding('');
await window.click(at('info-toggle'));
await window.find(`${at('info')}[data-phase="open"]`);
await picture('info');
await window.click(at('settings'));
await window.find(at('text-larger'));
await picture('settings');
await window.click(`label:has(${at('theme-dark')})`);
await window.find('html[data-theme="dark"]');
await picture('settings-dark');
await window.press(Key.ESCAPE);
await picture('info-dark');
await window.click(at('info-toggle'));
await picture('dialog-dark');
await finding('-dark');
await window.resize(700, 600);
await window.find('[data-layout="narrow"]');
await picture('narrow-dark');
await window.press(Key.ESCAPE);
await window.find(at('dialog-row'));
await picture('narrow-list-dark');
await window.close();
await files.remove();
console.log(`${taken} pictures of the window`);
