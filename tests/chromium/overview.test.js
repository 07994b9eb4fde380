// The overview of what keys do, and the keys that it lists which no other test presses.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { openBrowser } from '../support/browser.js';
import { Scenes } from '../support/scenes.js';

let browser;
let built;

before(async () => {
  browser = await openBrowser();
  built = await Scenes.build(browser);
});

after(async () => {
  await built?.close();
  await browser?.close();
});

const focusIsIn = (page, selector) =>
  page.waitForFunction((selector) => document.activeElement?.closest(selector), selector);

for (const key of ['Control+/', 'F1']) {
  test(`${key} shows what keys do, and Escape goes back to where one wrote`, async () => {
    const page = await built.open('talk');
    await page.getByTestId('composer-input').focus();
    await page.keyboard.press(key);
    const keys = page.getByTestId('keys');
    await keys.waitFor();
    const said = await keys.locator('dt').allTextContents();
    for (const words of ['Search', 'Send', 'Bold', 'Larger or smaller']) {
      assert.ok(said.includes(words), `${words} is among them`);
    }
    assert.ok((await keys.locator('kbd').count()) > 40);
    await page.keyboard.press('Escape');
    await keys.waitFor({ state: 'detached' });
    await focusIsIn(page, '#composer');
    await page.close();
  });
}

test('the settings lead to it', async () => {
  const page = await built.open('home');
  await page.keyboard.press('Control+,');
  await page.getByTestId('show-keys').click();
  await page.getByTestId('keys').waitFor();
  await page.getByTestId('settings-dialog').waitFor({ state: 'detached' });
  await page.keyboard.press('Escape');
  await page.getByTestId('keys').waitFor({ state: 'detached' });
  await page.close();
});

test('F6 goes from one part of the window to the next, and back', async () => {
  const page = await built.open('talk');
  await page.getByTestId('composer-input').focus();
  await page.keyboard.press('F6');
  await focusIsIn(page, '[data-row]');
  await page.keyboard.press('F6');
  await focusIsIn(page, '[data-message-id]');
  await page.keyboard.press('F6');
  await focusIsIn(page, '#composer');
  await page.keyboard.press('Shift+F6');
  await focusIsIn(page, '[data-message-id]');
  await page.close();
});

test('Control+N begins a conversation', async () => {
  const page = await built.open('talk');
  await page.keyboard.press('Control+n');
  await page.getByTestId('create').waitFor();
  await page.close();
});
