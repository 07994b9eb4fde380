// Small windows and large text: everything stays inside of the window, and
// what is longer than it scrolls.

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

const WIDE = { width: 2600, height: 800 };
const SMALL = { width: 760, height: 600 };
const LOWEST = { width: 760, height: 480 };

/** A scene in a small window. A narrow one begins with the list, so it is opened in a wide one. */
async function openIn(scene, viewport, text) {
  const page = await built.open(scene, { text, viewport: WIDE });
  await page.setViewportSize(viewport);
  return page;
}

/** Where something is once it moves no more. */
async function boxAtRest(locator) {
  const element = await locator.elementHandle();
  await element.waitForElementState('stable');
  return element.boundingBox();
}

/** Nothing of it is outside of the window. */
async function isInside(page, locator, what) {
  const box = await boxAtRest(locator);
  const { width, height } = page.viewportSize();
  const said = `${what} is at ${JSON.stringify(box)} of ${width} × ${height}`;
  assert.ok(box.x >= 0 && box.x + box.width <= width, said);
  assert.ok(box.y >= 0 && box.y + box.height <= height, said);
}

/** What has the focus is wholly within the element that scrolls it. */
const seesFocus = (within) =>
  within.evaluate((element) => {
    const outer = element.getBoundingClientRect();
    const inner = document.activeElement.getBoundingClientRect();
    return inner.top >= outer.top - 1 && inner.bottom <= outer.bottom + 1;
  });

/** Each: what opens, the scene, and the way to it; answers the menu. */
const menus = {
  'the menu of a message': [
    'group',
    async (page) => {
      await page.locator('[data-testid="message"][data-own="false"]').last().click({
        button: 'right',
      });
      return page.getByTestId('message-menu');
    },
  ],
  'the menu of a conversation': [
    'home',
    async (page) => {
      await page.locator('[data-row="bea"]').click({ button: 'right' });
      return page.getByTestId('dialog-menu');
    },
  ],
  'how a message is sent': [
    'kinds',
    async (page) => {
      await page.getByTestId('options').click();
      return page.getByTestId('options-menu');
    },
  ],
};

for (const [what, [scene, open]] of Object.entries(menus)) {
  for (const [viewport, text] of [
    [SMALL, 150],
    [LOWEST, 100],
    [LOWEST, 200],
  ]) {
    const { width, height } = viewport;
    test(`${what} is inside of ${width} × ${height} at ${text} %, and arrows come to its end`, async () => {
      const page = await openIn(scene, viewport, text);
      const menu = await open(page);
      await menu.waitFor();
      await isInside(page, menu, what);
      for (const key of ['End', 'ArrowDown', 'ArrowUp']) {
        await page.keyboard.press(key);
        assert.ok(await seesFocus(menu), `${key} shows where it goes`);
      }
      await isInside(page, menu, what);
      await page.close();
    });
  }
}

test('a menu in a menu is inside of a small window', async () => {
  const page = await openIn('home', LOWEST, 150);
  await page.locator('[data-row="bea"]').click({ button: 'right' });
  await page.getByTestId('dialog-mute').press('ArrowRight');
  await page.getByTestId('mute-hour').waitFor();
  const inner = page.getByRole('menu').filter({ has: page.getByTestId('mute-hour') });
  await isInside(page, inner.last(), 'how long');
  await page.close();
});

test('the calendar and the emoji are inside of a small window', async () => {
  const page = await openIn('kinds', LOWEST, 200);
  await page.getByTestId('calendar-open').click();
  await page.getByTestId('calendar').waitFor();
  await isInside(page, page.locator('.menu.calendar'), 'the calendar');
  await page.keyboard.press('Escape');
  await page.getByTestId('emoji-open').click();
  await page.getByTestId('emoji').first().waitFor();
  await isInside(page, page.locator('.menu.picking'), 'the emoji');
  await page.close();
});

for (const [viewport, text] of [
  [SMALL, 100],
  [SMALL, 150],
  [LOWEST, 200],
]) {
  const { width, height } = viewport;
  test(`keys come to the last of the keys in ${width} × ${height} at ${text} %`, async () => {
    const page = await openIn('home', viewport, text);
    await page.keyboard.press('F1');
    await isInside(page, page.getByTestId('keys'), 'the list');
    const list = page.getByTestId('keys-list');
    await list.and(page.locator(':focus')).waitFor();
    await page.keyboard.press('End');
    const last = list.locator('kbd').last();
    await page.waitForFunction(
      (key) => key.getBoundingClientRect().bottom <= window.innerHeight,
      await last.elementHandle(),
    );
    const sideways = await list.evaluate((element) => element.scrollWidth - element.clientWidth);
    assert.equal(sideways, 0, 'nothing of it is out of reach at the side');
    await page.close();
  });
}

/** They lie beside or below each other, and never over each other. */
async function areApart(page, selectors) {
  const boxes = await Promise.all(
    selectors.map(async (selector) => [selector, await page.locator(selector).boundingBox()]),
  );
  for (const [index, [one, a]] of boxes.entries()) {
    for (const [other, b] of boxes.slice(index + 1)) {
      const isApart =
        a.x + a.width <= b.x + 1 ||
        b.x + b.width <= a.x + 1 ||
        a.y + a.height <= b.y + 1 ||
        b.y + b.height <= a.y + 1;
      assert.ok(isApart, `${one} ${JSON.stringify(a)} lies over ${other} ${JSON.stringify(b)}`);
    }
  }
}

const testId = (id) => `[data-testid="${id}"]`;

for (const [width, text] of [
  [420, 150],
  [400, 200],
]) {
  const rem = (16 * text) / 100;

  test(`there is room to write in ${width} pixels at ${text} %`, async () => {
    const page = await openIn('talk', { width, height: 720 }, text);
    const input = page.getByTestId('composer-input');
    // As high as the one line that it is empty.
    await page.waitForFunction(
      ([field, most]) => field.clientHeight <= most,
      [await input.elementHandle(), 2.5 * rem],
    );
    const { width: room } = await input.boundingBox();
    assert.ok(room > 9 * rem, `${room / rem} rem to write in`);
    await input.fill('Some words');
    for (const id of ['composer-input', 'emoji-open', 'options', 'send']) {
      await isInside(page, page.getByTestId(id), id);
    }
    await areApart(page, ['composer-input', 'emoji-open', 'options', 'send'].map(testId));
    await page.close();
  });

  test(`the head keeps the name in ${width} pixels at ${text} %`, async () => {
    const page = await openIn('thousand', { width, height: 720 }, text);
    const { width: room } = await page.getByTestId('talk-name').boundingBox();
    assert.ok(room > 4 * rem, `${room / rem} rem for the name`);
    const parts = ['back-to-list', 'talk-name', 'seek-open', 'info-toggle'];
    for (const id of parts) await isInside(page, page.getByTestId(id), id);
    await areApart(page, ['.who', ...[parts[0], ...parts.slice(2)].map(testId)]);
    await page.close();
  });

  test(`there is room to look for words in ${width} pixels at ${text} %`, async () => {
    const page = await openIn('thousand', { width, height: 720 }, text);
    await page.keyboard.press('Control+f');
    await page.getByTestId('seek').fill('the');
    await page.getByTestId('seek-server').waitFor();
    const { width: room } = await page.getByTestId('seek').boundingBox();
    assert.ok(room > 6 * rem, `${room / rem} rem for the words`);
    const parts = ['seek', 'seek-count', 'seek-server', 'seek-older', 'seek-newer', 'seek-close'];
    for (const id of parts) await isInside(page, page.getByTestId(id), id);
    await areApart(page, parts.map(testId));
    await page.close();
  });
}
