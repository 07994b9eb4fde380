// Notices: they cover neither what is written nor what was said last, take no
// clicks but their own, and are reached with keys.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { openBrowser } from '../support/browser.js';
import { Scenes } from '../support/scenes.js';
import { screens } from '../support/screens.js';

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

/** Brings the notice of this screen about. */
async function bring(page, name) {
  await screens.find((screen) => screen.name === name).act(page);
  return page.getByTestId('toast');
}

/** Mutes a conversation, which can be taken back, and waits for what says so. */
const mute = (page) => bring(page, 'notice');
const isMuted = (page) =>
  page.locator('[data-row="bea"]').getByRole('img', { name: 'Muted', exact: true });

/** Where something is once it moves no more. */
async function boxAtRest(locator) {
  const element = await locator.elementHandle();
  await element.waitForElementState('stable');
  return element.boundingBox();
}

const meets = (a, b) =>
  a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height;

/** The last message of the conversation that is open. */
const lastMessage = (page) => page.getByTestId('message').last();

for (const [how, options] of Object.entries({
  wide: {},
  'from right to left': { dir: 'rtl' },
  'of medium width': { viewport: { width: 900, height: 640 } },
  'with large text': { viewport: { width: 2600, height: 800 }, text: 200 },
})) {
  test(`stand at the foot of the list, in a window ${how}`, async () => {
    const page = await built.open('group', options);
    const notice = await boxAtRest(await mute(page));
    const list = await page.locator('.list').boundingBox();
    assert.ok(
      notice.x >= list.x - 1 && notice.x + notice.width <= list.x + list.width + 1,
      `from ${notice.x} on, ${notice.width} wide; the list from ${list.x} on, ${list.width} wide`,
    );
    assert.ok(notice.y + notice.height <= list.y + list.height, 'all of it is to be seen');
    for (const id of ['composer-input', 'timeline', 'settings']) {
      assert.ok(!meets(notice, await page.getByTestId(id).boundingBox()), `it lies over ${id}`);
    }
    await page.close();
  });
}

for (const viewport of [
  { width: 400, height: 760 },
  { width: 700, height: 600 },
]) {
  test(`stand under the head where a conversation has ${viewport.width} pixels to itself`, async () => {
    const page = await built.open('kinds');
    await page.setViewportSize(viewport);
    const notice = await boxAtRest(await bring(page, 'notice-talk'));
    assert.ok(notice.x >= 0 && notice.x + notice.width <= viewport.width, 'it is in the window');
    for (const locator of [page.getByTestId('composer-input'), page.getByTestId('talk-name')]) {
      assert.ok(!meets(notice, await locator.boundingBox()));
    }
    assert.ok(!meets(notice, await lastMessage(page).boundingBox()), 'what was said last is free');
    await page.close();
  });
}

test('take no clicks beside their own', async () => {
  const page = await built.open('group');
  await mute(page);
  const own = await page.evaluate(() => {
    const toaster = document.querySelector('[role="status"][data-place]');
    const { x, y, width, height } = toaster.getBoundingClientRect();
    const hit = (left, top) => toaster.contains(document.elementFromPoint(left, top));
    const notice = toaster.querySelector('[data-testid="toast"]').getBoundingClientRect();
    return {
      notice: hit(notice.x + 20, notice.y + notice.height / 2),
      beside: [hit(x + width + 4, y + height / 2), hit(x - 4, y + height / 2), hit(x + 9, y - 4)],
    };
  });
  assert.deepEqual(own, { notice: true, beside: [false, false, false] });
  await page.close();
});

test('are reached with F6 and do what they offer, and the focus goes back', async () => {
  const page = await built.open('group');
  await mute(page);
  await isMuted(page).waitFor();
  await page.getByTestId('composer-input').focus();
  await page.keyboard.press('F6');
  // Once somebody is there, it stays for as long as they are.
  await page.waitForFunction(() => document.activeElement?.dataset.testid === 'toast-action');
  const isSeen = await page.evaluate(
    () => getComputedStyle(document.activeElement).outlineStyle !== 'none',
  );
  assert.ok(isSeen, 'the focus shows');
  await page.keyboard.press('Tab');
  await page.waitForFunction(() => document.activeElement?.dataset.testid === 'toast-close');
  await page.keyboard.press('Shift+Tab');
  await page.keyboard.press('Enter');
  await isMuted(page).waitFor({ state: 'detached' });
  await page.getByTestId('toast').waitFor({ state: 'detached' });
  await page.waitForFunction(() => document.activeElement?.id === 'composer');
  await page.close();
});

test('go with Escape, and nothing else does', async () => {
  const page = await built.open('group', { viewport: { width: 900, height: 640 } });
  await mute(page);
  await page.getByTestId('composer-input').fill('Half a sentence');
  await page.keyboard.press('F6');
  await page.waitForFunction(() => document.activeElement?.dataset.testid === 'toast-action');
  await page.keyboard.press('Escape');
  await page.getByTestId('toast').waitFor({ state: 'detached' });
  await page.waitForFunction(() => document.activeElement?.id === 'composer');
  assert.equal(await page.getByTestId('composer-input').inputValue(), 'Half a sentence');
  await isMuted(page).waitFor();
  await page.close();
});

test('are announced politely, each for itself', async () => {
  const page = await built.open('group');
  const place = page.locator('[role="status"][data-place]');
  assert.equal(await place.getAttribute('aria-live'), 'polite');
  assert.equal(await place.getAttribute('aria-atomic'), 'false');
  await mute(page);
  await place.getByText('Muted for 8 hours.').waitFor();
  await page.close();
});
