// Where the messages stand while more of them come: frame by frame, because a
// row that jumps and comes back has jumped.

import assert from 'node:assert/strict';
import { after, afterEach, before, beforeEach, test } from 'node:test';

import { openBrowser } from '../support/browser.js';
import { Scenes } from '../support/scenes.js';
import * as view from '../support/view.js';

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

/** On a slow machine the list and what holds the view in place take turns more often. */
async function slowly() {
  const session = await page.context().newCDPSession(page);
  await session.send('Emulation.setCPUThrottlingRate', { rate: 6 });
}

const atRest = () => view.atRest(page);
const wheelUp = (turns) => view.wheelUp(page, turns);
const placesDuring = (happening) => view.placesDuring(page, happening);

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
  view.assertStill([places[0], places.at(-1)]);
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
  view.assertStill(await placesDuring(() => arrive('Arrived while you were reading above')));
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
  view.assertStill(places);
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
  view.assertStill(places);
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
