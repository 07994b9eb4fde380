// A photo in large: opened by click and by key, its neighbours one step away,
// zoomed and moved, saved and passed on from there, and the focus back where it
// was.

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

const viewer = (page) => page.getByTestId('viewer');

/** Waits until this photo is shown, at this size in percent. */
async function shows(page, uid, zoom = 100) {
  await page.locator(`[data-testid="viewer"][data-uid="${uid}"][data-zoom="${zoom}"]`).waitFor();
  await viewer(page).locator('img').waitFor();
}

/** Goes to the first message by its key, and answers it. `fits` tells it from the others. */
async function firstMessage(page, fits = { hasText: 'The pictures from Saturday' }) {
  const last = page.locator('[data-message-id][tabindex="0"]');
  // Hidden until it has been measured, it takes no focus.
  await last.waitFor();
  await last.press('Home');
  const message = page.getByTestId('message').filter(fits);
  await message.and(page.locator(':focus')).waitFor();
  return message;
}

/** Goes to the first message of the odd sizes by its key, and on from there to this one. */
async function goTo(page, words) {
  await firstMessage(page, { has: page.getByLabel(/wide/) });
  const message = page.getByTestId('message').filter({ hasText: words });
  while ((await message.and(page.locator(':focus')).count()) === 0) {
    const before = await page.evaluate(() => document.activeElement?.dataset.messageId);
    await page.keyboard.press('ArrowDown');
    await page.waitForFunction((id) => document.activeElement?.dataset.messageId !== id, before);
  }
}

const focusIsOn = (page, id) =>
  page.waitForFunction((id) => document.activeElement?.dataset.messageId === id, id);

async function openFirst(page) {
  const message = await firstMessage(page);
  const id = await message.getAttribute('data-message-id');
  await message.getByTestId('photo').first().click();
  await shows(page, 'ridge');
  return id;
}

test('a click shows a photo in large, arrows go to its neighbours, Escape goes back', async () => {
  const page = await built.open('files');
  const id = await openFirst(page);
  const place = page.getByTestId('viewer-place');
  assert.equal(await place.textContent(), '1 of 6');
  assert.equal(await page.getByTestId('viewer-earlier').count(), 0, 'nothing before the first');
  await page.keyboard.press('ArrowRight');
  await shows(page, 'lake');
  assert.equal(await place.textContent(), '2 of 6');
  await page.getByTestId('viewer-later').click();
  await shows(page, 'hut');
  await page.keyboard.press('End');
  await place.getByText('6 of 6').waitFor();
  assert.equal(await page.getByTestId('viewer-later').count(), 0, 'nothing after the last');
  await page.keyboard.press('ArrowRight');
  await page.keyboard.press('Home');
  await place.getByText('1 of 6').waitFor();
  await page.keyboard.press('Escape');
  await viewer(page).waitFor({ state: 'detached' });
  await focusIsOn(page, id);
  await page.close();
});

test('where one reads from right to left, the arrows do, too', async () => {
  const page = await built.open('files', { dir: 'rtl' });
  await openFirst(page);
  await page.keyboard.press('ArrowLeft');
  await shows(page, 'lake');
  const later = await page.getByTestId('viewer-later').boundingBox();
  assert.ok(later.x < 640, 'what comes later is at the left');
  await page.keyboard.press('ArrowRight');
  await shows(page, 'ridge');
  await page.close();
});

test('keys alone open it: with Space, and from the menu', async () => {
  const page = await built.open('files');
  const message = await firstMessage(page);
  const id = await message.getAttribute('data-message-id');
  await page.keyboard.press('Space');
  await shows(page, 'ridge');
  await page.waitForFunction(() => document.activeElement?.dataset.testid === 'viewer-stage');
  await page.keyboard.press('Escape');
  await viewer(page).waitFor({ state: 'detached' });
  await focusIsOn(page, id);
  await page.keyboard.press('Enter');
  await page.getByTestId('menu-look').waitFor();
  await page.getByTestId('menu-look').focus();
  await page.keyboard.press('Enter');
  await shows(page, 'ridge');
  await page.waitForFunction(() => document.activeElement?.dataset.testid === 'viewer-stage');
  // What is open has the keys: nothing behind it moves.
  await page.keyboard.press('Alt+ArrowDown');
  await page.keyboard.press('x');
  await shows(page, 'ridge');
  await page.getByTestId('viewer-close').click();
  await viewer(page).waitFor({ state: 'detached' });
  assert.equal(await page.getByTestId('composer-input').inputValue(), '');
  await page.close();
});

test('it is zoomed around the pointer, moved, and fits again', async () => {
  const page = await built.open('files');
  await openFirst(page);
  const image = viewer(page).locator('img');
  const stable = async () => {
    await (await image.elementHandle()).waitForElementState('stable');
    return image.boundingBox();
  };
  const fits = await stable();
  assert.ok(fits.x >= 0 && fits.x + fits.width <= 1280, 'all of it is to be seen');
  // A fifth of the way into the picture from its corner: this point stays.
  const at = { x: fits.x + fits.width / 5, y: fits.y + fits.height / 5 };
  await page.mouse.move(at.x, at.y);
  await page.mouse.wheel(0, -600);
  await page.waitForFunction(() => document.querySelector('[data-zoom]').dataset.zoom !== '100');
  const close = await stable();
  const zoom = close.width / fits.width;
  assert.ok(zoom > 2, `it is ${zoom} times as large`);
  const stayed = close.x + (at.x - fits.x) * zoom;
  assert.ok(Math.abs(stayed - at.x) < 2, `what was at ${at.x} is at ${stayed}`);
  await page.mouse.down();
  await page.mouse.move(at.x - 120, at.y - 60, { steps: 4 });
  await page.mouse.up();
  const moved = await stable();
  assert.ok(Math.abs(moved.x - (close.x - 120)) < 2, 'the hand moves it');
  await page.keyboard.press('Shift+ArrowLeft');
  assert.ok((await stable()).x > moved.x, 'and so do keys');
  await page.keyboard.press('0');
  await shows(page, 'ridge');
  const again = await stable();
  assert.ok(Math.abs(again.x - fits.x) < 1 && Math.abs(again.width - fits.width) < 1);
  await page.keyboard.press('+');
  await shows(page, 'ridge', 150);
  await page.keyboard.press('ArrowRight');
  await shows(page, 'lake', 100);
  await page.mouse.dblclick(640, 400);
  await shows(page, 'lake', 250);
  await page.close();
});

test('it is saved, and then shown in its folder', async () => {
  const page = await built.open('files');
  await openFirst(page);
  await page.keyboard.press('Control+s');
  await page.getByTestId('viewer-about').getByText('of 1.9 MB').waitFor();
  await page.getByTestId('viewer-about').getByText('Saved in your downloads.').waitFor();
  await page.getByTestId('viewer-save').click();
  await page.waitForFunction(() =>
    globalThis.fake.calls.some(({ name }) => name === 'show_attachment'),
  );
  await page.close();
});

test('it is passed on from there, and is still there afterwards', async () => {
  const page = await built.open('files');
  await openFirst(page);
  await page.getByTestId('viewer-forward').click();
  await page.getByTestId('forward-to').first().check();
  await page.getByTestId('forward-confirm').click();
  await page.getByTestId('forward-question').waitFor({ state: 'detached' });
  await page.getByTestId('toast').waitFor();
  await page.waitForFunction(() => document.activeElement?.dataset.testid === 'viewer-stage');
  // Escape belongs to the question while there is one, and then to the photo.
  await page.getByTestId('viewer-forward').click();
  await page.getByTestId('forward-question').waitFor();
  await page.keyboard.press('Escape');
  await page.getByTestId('forward-question').waitFor({ state: 'detached' });
  await shows(page, 'ridge');
  await page.waitForFunction(() => document.activeElement?.dataset.testid === 'viewer-stage');
  await page.keyboard.press('Escape');
  await viewer(page).waitFor({ state: 'detached' });
  await page.close();
});

test('a click beside it closes it, and a double click does not open and close it', async () => {
  const page = await built.open('files');
  const message = await firstMessage(page);
  await message.getByTestId('photo').first().dblclick();
  await shows(page, 'ridge');
  await page.keyboard.press('End');
  await page.keyboard.press('Home');
  await shows(page, 'ridge');
  const image = await viewer(page).locator('img').boundingBox();
  // Long enough after it was opened that it is no double click any more.
  await page.waitForFunction(
    (since) => performance.now() - since > 500,
    await page.evaluate(() => performance.now()),
  );
  await page.mouse.click(image.x + image.width / 2, image.y + image.height / 2);
  await shows(page, 'ridge');
  await page.mouse.click(image.x - 20, image.y + image.height / 2);
  await viewer(page).waitFor({ state: 'detached' });
  await page.close();
});

test('it goes when its message does, and leads to its message', async () => {
  const page = await built.open('files');
  const id = await openFirst(page);
  await page.keyboard.press('End');
  await page.getByTestId('viewer-place').getByText('6 of 6').waitFor();
  await page.getByTestId('viewer-message').click();
  await viewer(page).waitFor({ state: 'detached' });
  const message = await firstMessage(page);
  await message.getByTestId('photo').first().click();
  await shows(page, 'ridge');
  await page.evaluate(
    (id) => globalThis.fake.call('delete_messages', { messages: [id], for_all: true }),
    id,
  );
  await viewer(page).waitFor({ state: 'detached' });
  await page.close();
});

/** What has a ring round it: the picture, or all of the stage. */
const ringed = (page) =>
  page.evaluate(() =>
    ['[data-testid="viewer-stage"]', '[data-testid="viewer-stage"] img'].filter((selector) => {
      const { outlineStyle } = getComputedStyle(document.querySelector(selector));
      return outlineStyle !== 'none';
    }),
  );

test('with keys, the ring of the focus is the picture’s, and in large that of what shows of it', async () => {
  const page = await built.open('files');
  await firstMessage(page);
  await page.keyboard.press('Space');
  await shows(page, 'ridge');
  await page.waitForFunction(() => document.activeElement?.dataset.testid === 'viewer-stage');
  assert.deepEqual(await ringed(page), ['[data-testid="viewer-stage"] img']);
  const image = await viewer(page).locator('img').boundingBox();
  const stage = await page.getByTestId('viewer-stage').boundingBox();
  for (const [edge, room] of [
    ['top', image.y - stage.y],
    ['left', image.x - stage.x],
    ['bottom', stage.y + stage.height - image.y - image.height],
    ['right', stage.x + stage.width - image.x - image.width],
  ]) {
    assert.ok(room >= 4, `${edge}: ${room} pixels for the ring`);
  }
  await page.keyboard.press('+');
  await shows(page, 'ridge', 150);
  assert.deepEqual(await ringed(page), ['[data-testid="viewer-stage"]']);
  await page.close();
});

test('one that is opened with the mouse has no ring', async () => {
  const page = await built.open('files');
  await openFirst(page);
  assert.deepEqual(await ringed(page), []);
  await page.close();
});

const photoOf = (page, words) =>
  page.getByTestId('message').filter({ hasText: words }).getByTestId('photo');

test('one that is large comes when it is wanted, with keys', async () => {
  const page = await built.open('oddfiles');
  await goTo(page, 'All of the valley.');
  await photoOf(page, 'All of the valley.').getByText('12.4 MB').waitFor();
  await page.keyboard.press('Space');
  await page.getByTestId('viewer-large').getByText('12.4 MB').waitFor();
  await page.waitForFunction(() => document.activeElement?.dataset.testid === 'viewer-stage');
  const asked = () =>
    page.evaluate(() => globalThis.fake.calls.filter(({ args }) => args?.uid === 'valley').length);
  assert.equal(await asked(), 0, 'nothing large comes by itself');
  await page.keyboard.press('Tab');
  await page.waitForFunction(() => document.activeElement?.dataset.testid === 'viewer-fetch');
  await page.keyboard.press('Enter');
  await shows(page, 'valley');
  assert.equal(await asked(), 1);
  await page.waitForFunction(() => document.activeElement?.dataset.testid === 'viewer-stage');
  await page.keyboard.press('Escape');
  await viewer(page).waitFor({ state: 'detached' });
  await photoOf(page, 'All of the valley.').locator('img').waitFor();
  await page.close();
});

test('one that is large and cannot be had says so, and can be tried again', async () => {
  const page = await built.open('oddfiles');
  await goTo(page, 'All of the valley.');
  const photo = page.getByTestId('photo').and(page.getByLabel(/missing-valley/));
  await photo.and(page.locator('[data-state="large"]')).click();
  await photo.and(page.locator('[data-state="failed"]')).waitFor();
  await photo.click();
  await page.waitForFunction(
    () => globalThis.fake.calls.filter(({ args }) => args?.uid === 'missing-valley').length === 2,
  );
  await photo.and(page.locator('[data-state="failed"]')).waitFor();
  assert.equal(await viewer(page).count(), 0, 'a click fetches it and opens nothing');
  await page.close();
});

test('one that cannot be had says so', async () => {
  const page = await built.open('states');
  await page.getByTestId('photo').click();
  await page.getByTestId('viewer-missing').waitFor();
  assert.equal(await viewer(page).locator('img').count(), 0);
  await page.close();
});
