// Who reads further up reads on: a row above changes, goes or grows, a bar
// comes or goes, and what is on screen stays where it is. Everywhere else less
// motion is asked for, and it must be as still without.

import assert from 'node:assert/strict';
import { after, afterEach, before, describe, test } from 'node:test';

import { openBrowser } from '../support/browser.js';
import { Scenes } from '../support/scenes.js';
import { assertStill, atRest, placesDuring, wheelUp } from '../support/view.js';

const DIALOG = 'thousand';
const LINES = (count, from = 1) =>
  Array.from({ length: count }, (_, i) => `line ${i + from}`).join('\n');

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

afterEach(() => page?.close());

async function open(media = {}) {
  page = await scenes.open(DIALOG, media);
  await page.locator('[data-testid=timeline][data-landed=true]').waitFor();
  await atRest(page);
}

const change = (id, more) =>
  page.evaluate(([dialog, id, more]) => window.fake.change(dialog, id, more), [DIALOG, id, more]);

/** The message so many from the end. */
const fromEnd = (back) =>
  page.evaluate(
    ([dialog, back]) => window.fake.world.talks.get(dialog).messages.at(-back).id,
    [DIALOG, back],
  );

const byId = (id) => page.locator(`[data-message-id="${id}"]`);

/** Where a message stands in the view: its upper and its lower edge, and how high the view is. */
const placeOf = (id) =>
  page.evaluate((id) => {
    const view = document.querySelector('[data-testid=timeline]');
    const { top } = view.getBoundingClientRect();
    const box = view.querySelector(`[data-message-id="${id}"]`).getBoundingClientRect();
    return { top: box.top - top, bottom: box.bottom - top, view: view.clientHeight };
  }, id);

/** The last message that ends above the view. */
const justAbove = () =>
  page.evaluate(() => {
    const view = document.querySelector('[data-testid=timeline]');
    const { top } = view.getBoundingClientRect();
    return [...view.querySelectorAll('[data-message-id]')].findLast(
      (message) => message.getBoundingClientRect().bottom < top - 4,
    ).dataset.messageId;
  });

/** Scrolls until so many pixels of a message are left below the upper edge of the view. */
async function cut(id, left) {
  await page.evaluate(
    ([id, left]) => {
      const view = document.querySelector('[data-testid=timeline]');
      const message = view.querySelector(`[data-message-id="${id}"]`);
      const { bottom } = message.getBoundingClientRect();
      view.scrollTop += bottom - view.getBoundingClientRect().top - left;
    },
    [id, left],
  );
  await atRest(page);
}

const REACTION = { reactions: [{ emoji: '👍', count: 1, is_own: false }] };
const LONGER = { body: LINES(20), edited_at: 1 };

for (const reducedMotion of ['reduce', 'no-preference']) {
  describe(`motion: ${reducedMotion}`, () => {
    for (const [what, more] of [
      ['has a reaction', REACTION],
      ['is edited longer', LONGER],
      ['is deleted', null],
    ]) {
      test(`a message just above the view ${what}: nothing moves`, async () => {
        await open({ reducedMotion });
        await wheelUp(page, 4);
        const id = await justAbove();
        assertStill(await placesDuring(page, () => change(id, more)));
      });

      test(`a message at the upper edge ${what}: nothing moves`, async () => {
        await open({ reducedMotion });
        await wheelUp(page, 4);
        const id = await justAbove();
        await change(id, { body: LINES(9) });
        await atRest(page);
        await cut(id, 44);
        assertStill(await placesDuring(page, () => change(id, more)));
      });
    }
  });
}

test('a message that fills the view and is edited short is still what is read', async () => {
  await open();
  await wheelUp(page, 2);
  const id = await justAbove();
  await change(id, { body: LINES(200) });
  await atRest(page);
  await cut(id, 1800);
  await change(id, { body: 'short', edited_at: 1 });
  await atRest(page);
  const place = await placeOf(id);
  assert.ok(place.top >= -1 && place.bottom <= place.view, JSON.stringify(place));
});

test('a message that fills the view and is edited longer stands where it stood', async () => {
  await open();
  await wheelUp(page, 2);
  const id = await justAbove();
  await change(id, { body: LINES(120) });
  await atRest(page);
  await cut(id, 1800);
  const before = await placeOf(id);
  await change(id, { body: LINES(160), edited_at: 1 });
  await atRest(page);
  const after = await placeOf(id);
  assert.ok(Math.abs(after.top - before.top) <= 1, `${before.top}, then ${after.top}`);
});

for (const [where, back] of [
  ['in this window', 20],
  ['far away', 400],
])
  test(`a jump to a message taller than the view shows its beginning: ${where}`, async () => {
    await open();
    const id = await fromEnd(back);
    const talk = `window.fake.world.talks.get('${DIALOG}').messages`;
    if (back < 50) await change(id, { body: LINES(120) });
    else
      await page.evaluate(
        `${talk}.find((message) => message.id === '${id}').body = ${JSON.stringify(LINES(120))}`,
      );
    const reply = { message: id, sender: 102, sender_name: '', text: 'line 1', attachment: null };
    const last = await fromEnd(1);
    await change(last, { reply });
    await atRest(page);
    await byId(last).getByTestId('quote').click();
    await page.locator(`.message.meant [data-message-id="${id}"]`).waitFor();
    await atRest(page);
    const place = await placeOf(id);
    assert.ok(place.top >= 0 && place.top < 100, JSON.stringify(place));
  });

test('what is found in a message taller than the view is shown itself', async () => {
  await open();
  const id = await fromEnd(20);
  await change(id, { body: `${LINES(100)}\nneedle\n${LINES(20, 101)}` });
  await atRest(page);
  await page.keyboard.press('Control+f');
  await page.getByTestId('seek').fill('needle');
  await page.locator('[data-testid=seek-older]:not([disabled])').waitFor();
  await page.keyboard.press('Enter');
  await page.locator(`.message.meant [data-message-id="${id}"]`).waitFor();
  await atRest(page);
  const { top, view } = await page.evaluate(() => {
    const view = document.querySelector('[data-testid=timeline]');
    const [range] = CSS.highlights.get('sought');
    const top = range.getBoundingClientRect().top - view.getBoundingClientRect().top;
    return { top, view: view.clientHeight };
  });
  assert.ok(top > 0 && top < view - 20, `at ${top} of ${view}`);
});

describe('bars above the messages', () => {
  test('what is pinned comes and goes: what is read stays', async () => {
    await open();
    await wheelUp(page, 4);
    const id = await fromEnd(3);
    assertStill(await placesDuring(page, () => change(id, { is_pinned: true })));
    await page.getByTestId('pinned-bar').waitFor();
    assertStill(await placesDuring(page, () => change(id, { is_pinned: false })));
  });

  test('the search comes and goes: what is read stays', async () => {
    await open();
    await wheelUp(page, 4);
    const opened = async () => {
      await page.keyboard.press('Control+f');
      await page.getByTestId('seek-bar').waitFor();
    };
    assertStill(await placesDuring(page, opened));
    const closed = async () => {
      await page.keyboard.press('Escape');
      await page.getByTestId('seek-bar').waitFor({ state: 'detached' });
    };
    assertStill(await placesDuring(page, closed));
  });

  test('what is pinned begins with the newest in each conversation', async () => {
    await open();
    await page.evaluate(() => {
      for (const dialog of ['thousand', 'bea'])
        for (const { id } of window.fake.world.talks.get(dialog).messages.slice(-4, -1))
          window.fake.change(dialog, id, { is_pinned: true });
    });
    const bar = page.getByTestId('pinned-go');
    await bar.getByText('1 of 3').waitFor();
    await bar.click();
    await bar.getByText('2 of 3').waitFor();
    await page.locator('[data-testid=dialog-row][data-dialog-id=bea]').click();
    await page.locator('.conversation[data-dialog-id=bea] [data-landed=true]').waitFor();
    assert.match(await bar.textContent(), /1 of 3/);
  });
});
