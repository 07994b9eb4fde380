// Names of every kind in the sentences around them, and long messages.

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

/** Where these words of an element begin, from its left. */
const beginOf = (locator, words) =>
  locator.evaluate((element, words) => {
    const text = document.createTreeWalker(element, NodeFilter.SHOW_TEXT);
    while (text.nextNode()) {
      const at = text.currentNode.data.indexOf(words);
      if (at < 0) continue;
      const range = document.createRange();
      range.setStart(text.currentNode, at);
      range.setEnd(text.currentNode, at + words.length);
      return range.getBoundingClientRect().left - element.getBoundingClientRect().left;
    }
    throw new Error(`no ${words} in ${element.textContent}`);
  }, words);

test('who is typing is said from left to right, whatever the name', async () => {
  const page = await built.open('group');
  await page.evaluate(() => globalThis.fake.type('hike', [111]));
  const inRow = page.locator('[data-row="hike"] [data-testid="dialog-last"]');
  for (const line of [inRow, page.locator('.conversation').getByTestId('typing')]) {
    await line.filter({ hasText: 'عمر' }).filter({ hasText: 'is typing' }).waitFor();
    const [name, rest] = [await beginOf(line, 'عمر'), await beginOf(line, 'is typing')];
    assert.ok(name < rest, `the name is at ${name}, and what it does at ${rest}`);
  }
  await page.close();
});

test('a very long word in a title goes on in the next line', async () => {
  const page = await built.open('home');
  await page.locator('[data-row="bea"]').click({ button: 'right' });
  await page.getByTestId('dialog-delete').click();
  await page.locator('.modal-title').evaluate((element) => {
    element.textContent = `Delete ${'Donaudampfschifffahrtsgesellschaft'.repeat(6)}?`;
  });
  const dialog = await page.locator('.modal').boundingBox();
  const close = await page.locator('.modal-head button').boundingBox();
  assert.ok(close.x + close.width <= dialog.x + dialog.width, 'its button is where it was');
  await page.close();
});

test('a long message that is cut in code shows code, and stays whole once somebody wanted it so', async () => {
  const page = await built.open('thousand');
  const lines = Array.from({ length: 300 }, (_, nth) => `const number${nth} = ${nth};`);
  const body = ['Look:', '```js', ...lines, '```', 'Does that work?'].join('\n');
  await page.evaluate((body) => globalThis.fake.arrive('thousand', 101, body), body);
  const message = page.getByTestId('message').filter({ hasText: 'const number0' });
  await message.getByTestId('show-whole').waitFor();
  await message.locator('pre').waitFor();
  assert.ok(!(await message.textContent()).includes('```'), 'no fence is seen');
  await message.getByTestId('show-whole').click();
  await message.getByText('Does that work?').waitFor();
  // The row that Tab leads to is kept: that is to be another one.
  await page.evaluate(() => globalThis.fake.arrive('thousand', 101, 'Anybody?'));
  await page.getByTestId('message').filter({ hasText: 'Anybody?' }).focus();
  await page.getByTestId('timeline').hover();
  for (let turn = 0; (await message.count()) > 0; turn++) {
    assert.ok(turn < 60, 'it is scrolled away');
    await page.mouse.wheel(0, -1500);
    await page.evaluate(() => new Promise(requestAnimationFrame));
  }
  await page.getByTestId('jump-bottom').click();
  await message.getByText('Does that work?').waitFor();
  assert.equal(await message.getByTestId('show-whole').count(), 0);
  await page.close();
});
