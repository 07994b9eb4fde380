// Where the messages stand while more of them come: frame by frame, because a
// row that jumps and comes back has jumped.

import assert from 'node:assert/strict';
import { after, afterEach, before, beforeEach, test } from 'node:test';

import { openBrowser } from '../support/browser.js';
import { Scenes } from '../support/scenes.js';

/** The conversation of the scene, somebody else in it, and how far is the same place. */
const DIALOG = 'thousand';
const FRIEND = 102;
const PIXEL = 1;
/** Views scroll by whole pixels and rows have heights with fractions, so who leaves and comes back is off by both. */
const AND_BACK = 1.25;

let browser;
let scenes;
let page;

before(async () => {
  browser = await openBrowser();
  scenes = await Scenes.build(browser);
});

after(async () => {
  await scenes?.close();
  await browser?.close();
});

beforeEach(async () => {
  page = await scenes.open('thousand');
  await page.locator('[data-testid=timeline][data-landed=true]').waitFor();
  await atRest();
});

afterEach(() => page.close());

/** Waits until the view has been the same for some frames. */
async function atRest() {
  await page.evaluate(async () => {
    const view = document.querySelector('[data-testid=timeline]');
    const state = () => `${view.scrollTop}/${view.scrollHeight}/${view.clientHeight}`;
    let last = '';
    for (let same = 0; same < 20;) {
      await new Promise(requestAnimationFrame);
      same = state() === last ? same + 1 : 0;
      last = state();
    }
  });
}

/** On a slow machine the list and what holds the view in place take turns more often. */
async function slowly() {
  const session = await page.context().newCDPSession(page);
  await session.send('Emulation.setCPUThrottlingRate', { rate: 6 });
}

/** Turns the wheel upwards, and waits until the view has come to rest. */
async function wheelUp(turns) {
  const box = await page.getByTestId('timeline').boundingBox();
  await page.mouse.move(box.x + box.width / 2, box.y + box.height / 2);
  for (let turn = 0; turn < turns; turn++) {
    const before = await page.getByTestId('timeline').evaluate((view) => view.scrollTop);
    await page.mouse.wheel(0, -900);
    await page.waitForFunction(
      (before) => document.querySelector('[data-testid=timeline]').scrollTop !== before,
      before,
    );
  }
  await atRest();
}

/**
 * Lets something happen and follows one message in the middle of the view,
 * after every frame, until the view is at rest: all places where it stood.
 */
async function placesDuring(happening) {
  await page.evaluate(() => {
    const view = document.querySelector('[data-testid=timeline]');
    const middle = view.getBoundingClientRect().top + 150;
    const followed = [...view.querySelectorAll('[data-message-id]')].find(
      (message) => message.getBoundingClientRect().top > middle,
    );
    const selector = `[data-message-id="${CSS.escape(followed.dataset.messageId)}"]`;
    const watch = { places: [], goes: true };
    window.watch = watch;
    // A task after the frame sees what was painted.
    const look = () => {
      const message = document.querySelector(selector);
      watch.places.push(message === null ? 'gone' : message.getBoundingClientRect().top);
      if (watch.goes) requestAnimationFrame(() => setTimeout(look));
    };
    look();
  });
  await happening();
  await atRest();
  return page.evaluate(() => {
    window.watch.goes = false;
    // Each place once, the last one at the end.
    return [...new Set(window.watch.places.reverse())].reverse();
  });
}

function assertStill(places) {
  const numbers = places.filter((place) => typeof place === 'number');
  assert.equal(numbers.length, places.length, `the message was gone: ${places}`);
  const moved = Math.max(...numbers) - Math.min(...numbers);
  assert.ok(moved <= PIXEL, `the message moved by ${moved} pixels: ${places}`);
}

const below = () =>
  page
    .getByTestId('timeline')
    .evaluate((view) => Math.round(view.scrollHeight - view.scrollTop - view.clientHeight));

const arrive = (text) =>
  page.evaluate(
    ([dialog, friend, text]) => window.fake.arrive(dialog, friend, text),
    [DIALOG, FRIEND, text],
  );

/** Waits until a page of older messages has come. */
const taller = (height) =>
  page.waitForFunction(
    (height) => document.querySelector('[data-testid=timeline]').scrollHeight > height + 500,
    height,
  );

test('older messages that are long in coming leave the reader where they are', async () => {
  await page.evaluate(() => {
    // So slow that the view is at rest before they come.
    window.fake.scene.slow = 1500;
  });
  await wheelUp(1);
  const height = await page.getByTestId('timeline').evaluate((view) => view.scrollHeight);
  const places = await placesDuring(() => taller(height));
  // On the way the list has a frame in which it has not caught up with itself.
  assertStill([places[0], places.at(-1)]);
});

test('at the very top, what is put above does not move what is read', async () => {
  const height = await page.getByTestId('timeline').evaluate((view) => {
    view.scrollTop = 0;
    return view.scrollHeight;
  });
  await taller(height);
  await atRest();
  const top = await page.getByTestId('timeline').evaluate((view) => view.scrollTop);
  assert.ok(top > 500, `the view stayed at the top of what came, at ${top}`);
});

test('what arrives while somebody reads further up moves nothing, and is counted', async () => {
  await wheelUp(4);
  assertStill(await placesDuring(() => arrive('Arrived while you were reading above')));
  assert.ok((await below()) > 200);
  await page.getByTestId('jump-count').waitFor();
  await page.getByTestId('jump-bottom').click();
  await page.getByText('Arrived while you were reading above').last().waitFor();
  await atRest();
  assert.ok((await below()) <= PIXEL);
});

test('a hole that is filled further up moves nothing', async () => {
  await wheelUp(4);
  const places = await placesDuring(() =>
    page.evaluate((dialog) => {
      const texts = Array.from({ length: 6 }, (_, i) => `filled ${i}, a somewhat longer text`);
      window.fake.fill(dialog, 902, texts);
    }, DIALOG),
  );
  assertStill(places);
});

test('a hole that is filled further down moves nothing', async () => {
  await wheelUp(4);
  const places = await placesDuring(() =>
    page.evaluate((dialog) => {
      const talk = window.fake.world.talks.get(dialog);
      const texts = Array.from({ length: 6 }, (_, i) => `filled below ${i}`);
      window.fake.fill(dialog, talk.messages.length - 2, texts);
    }, DIALOG),
  );
  assertStill(places);
});

test('who is at the bottom stays there, whatever arrives or grows', async () => {
  assert.ok((await below()) <= PIXEL, 'the conversation was opened');
  await arrive('One that goes over several lines, '.repeat(12));
  await page.getByText('One that goes over several lines').last().waitFor();
  await atRest();
  assert.equal(await below(), 0, 'a long message arrived');
  await page.getByTestId('composer-input').fill('a\nb\nc\nd\ne\nf');
  await atRest();
  assert.ok((await below()) <= PIXEL, 'the composer grew');
  await page.keyboard.press('Enter');
  await page.getByTestId('message').filter({ hasText: 'a\nb\nc' }).last().waitFor();
  await atRest();
  assert.ok((await below()) <= PIXEL, 'a message was sent');
  await page.setViewportSize({ width: 900, height: 600 });
  await atRest();
  assert.ok((await below()) <= PIXEL, 'the window shrank');
});

test('who is at the bottom stays there through a burst of messages', async () => {
  await slowly();
  await page.evaluate(
    ([dialog, friend]) => {
      for (let i = 0; i < 60; i++)
        window.fake.arrive(dialog, friend, `burst ${i} ${'and on '.repeat((i * 5) % 23)}`);
    },
    [DIALOG, FRIEND],
  );
  await page.getByText('burst 59').last().waitFor();
  await atRest();
  assert.ok((await below()) <= PIXEL);
});

test('another conversation and back: the same message at the same place', async () => {
  await slowly();
  await wheelUp(3);
  const place = () =>
    page.getByTestId('timeline').evaluate((view) => {
      const top = view.getBoundingClientRect().top;
      const first = [...view.querySelectorAll('[data-message-id]')].find(
        (message) => message.getBoundingClientRect().bottom > top,
      );
      return { id: first.dataset.messageId, top: first.getBoundingClientRect().top };
    });
  // Where one reads is noted when the view has been looked at.
  const before = await place();
  await page.locator('[data-testid=dialog-row][data-dialog-id=bea]').click();
  await page.locator('.conversation[data-dialog-id=bea] [data-landed=true]').waitFor();
  await page.locator(`[data-testid=dialog-row][data-dialog-id=${DIALOG}]`).click();
  await page.locator(`.conversation[data-dialog-id=${DIALOG}] [data-landed=true]`).waitFor();
  await atRest();
  const after = await place();
  assert.equal(after.id, before.id);
  assert.ok(Math.abs(after.top - before.top) <= AND_BACK, `moved by ${after.top - before.top}`);
});
