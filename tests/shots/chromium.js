// Pictures of the main screens as they really are: the interface in Chromium
// over the bridge, with the local server and its sample people.

import { Desk, openBrowser } from '../support/browser.js';

const filter = process.argv[2] ?? '';
const browser = await openBrowser();
let taken = 0;

async function picture(desk, name) {
  if (!name.includes(filter)) return;
  await desk.picture(`bridge/${name}`);
  taken++;
}

for (const colorScheme of ['light', 'dark']) {
  const desk = await Desk.open(browser, { colorScheme });
  const shot = (name) => picture(desk, `${name}-${colorScheme}`);
  await desk.at('way-try').waitFor();
  await shot('welcome');
  await desk.at('way-server').click();
  await desk.at('join-link').waitFor();
  await shot('join');
  await desk.at('back').click();
  await desk.at('way-try').click();
  await desk.at('dialog-row').nth(7).waitFor();
  await shot('home');
  const rows = await desk.at('dialog-row').count();
  for (let row = 0; row < rows; row++) {
    await desk.at('dialog-row').nth(row).click();
    await desk.at('composer-input').waitFor();
    await desk.at('message').first().waitFor();
    await shot(`dialog-${row + 1}`);
  }
  await desk.write('A message for the picture, with an emoji 🌻');
  await desk.delivered('A message for the picture', 'sent', 'delivered', 'read');
  await shot('sent');
  await desk.page.setViewportSize({ width: 480, height: 760 });
  await shot('narrow-dialog');
  await desk.at('back-to-list').click();
  await shot('narrow-list');
  await desk.page.setViewportSize({ width: 1920, height: 1080 });
  await desk.at('dialog-row').first().click();
  await desk.at('message').first().waitFor();
  await shot('wide');
  await desk.close();
}
await browser.close();
console.log(`${taken} pictures over the bridge`);
