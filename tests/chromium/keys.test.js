// A session with keys alone: everything is reached, the focus is always to be
// seen, and it goes back where it was when something closes.

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

/** Waits until the focus is on an element that fits, and sees that it shows. */
async function focused(page, selector) {
  await page.waitForFunction((selector) => document.activeElement?.matches(selector), selector);
  const isSeen = await page.evaluate(() => {
    const element = document.activeElement;
    const rings = [element, element.closest('.box, .search')].filter((one) => one !== null);
    return rings.some((one) => getComputedStyle(one).outlineStyle !== 'none');
  });
  assert.ok(isSeen, `the focus shows on ${selector}`);
}

/** Where something is once it moves no more: what opens is drawn on its way first. */
async function boxAtRest(locator) {
  const element = await locator.elementHandle();
  await element.waitForElementState('stable');
  return element.boundingBox();
}

const testId = (id) => `[data-testid="${id}"]`;

/** Walks with Tab until it is reached. */
async function tabTo(page, id) {
  for (let step = 0; step < 40; step++) {
    await page.keyboard.press('Tab');
    if (await page.evaluate((id) => document.activeElement?.dataset.testid === id, id)) return;
  }
  assert.fail(`Tab does not lead to ${id}`);
}

for (const [button, inside] of [
  ['settings', 'settings-dialog'],
  ['rail-directory', 'directory'],
  ['rail-waiting', 'waiting'],
  ['new-dialog', 'create'],
  ['list-more', null],
]) {
  test(`${button} is reached with Tab, opens with Enter, closes with Escape, and has the focus again`, async () => {
    const page = await built.open('home');
    await tabTo(page, button);
    await focused(page, testId(button));
    await page.keyboard.press('Enter');
    const opened = inside === null ? page.getByRole('menu') : page.getByTestId(inside);
    await opened.waitFor();
    await page.waitForFunction(() => document.activeElement?.closest('[role=dialog], [role=menu]'));
    await page.keyboard.press('Escape');
    await opened.waitFor({ state: 'detached' });
    await focused(page, testId(button));
    await page.close();
  });
}

test('the filters are one stop, and arrows choose', async () => {
  const page = await built.open('home');
  await tabTo(page, 'filter-all');
  await page.keyboard.press('ArrowRight');
  await focused(page, testId('filter-unread'));
  await page.keyboard.press('End');
  await focused(page, testId('filter-archived'));
  await page.locator('[data-row="old"]').waitFor();
  await page.close();
});

test('a menu of a row is opened with its key, and the row has the focus again', async () => {
  const page = await built.open('home');
  await page.keyboard.press('Control+k');
  await focused(page, '#search');
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('ArrowDown');
  await focused(page, '[data-row="hike"]');
  await page.keyboard.press('Shift+F10');
  await page.getByTestId('dialog-menu').waitFor();
  await page.keyboard.press('Escape');
  await page.getByTestId('dialog-menu').waitFor({ state: 'detached' });
  await focused(page, '[data-row="hike"]');
  await page.keyboard.press('Delete');
  await page.getByTestId('question').waitFor();
  await page.keyboard.press('Escape');
  await page.getByTestId('question').waitFor({ state: 'detached' });
  await focused(page, '[data-row="hike"]');
  await page.close();
});

test('a group is made from beginning to end', async () => {
  const page = await built.open('home');
  await tabTo(page, 'new-dialog');
  await page.keyboard.press('Enter');
  await focused(page, testId('create-search'));
  for (const name of ['Bea', 'Dina']) {
    await page.keyboard.type(name);
    await page.getByTestId('create-person').filter({ hasText: name }).waitFor();
    await page.keyboard.press('Enter');
  }
  await tabTo(page, 'create-next');
  await page.keyboard.press('Enter');
  await focused(page, testId('create-name'));
  await page.keyboard.type('Three of us');
  await page.keyboard.press('Enter');
  await page.getByTestId('talk-name').getByText('Three of us').waitFor();
  await page.waitForFunction(() => document.activeElement?.id === 'composer');
  await page.close();
});

test('a dialog begins at what one came for, and a question at what changes nothing', async () => {
  const page = await built.open('talk');
  await page.getByTestId('info-toggle').click();
  await page.getByTestId('info-report').click();
  await focused(page, testId('report-reason'));
  await page.keyboard.press('Escape');
  await page.locator('[data-row="bea"]').click({ button: 'right' });
  await page.getByTestId('dialog-delete').click();
  await page.getByTestId('question').waitFor();
  await page.waitForFunction(() => document.activeElement?.textContent.trim() === 'Cancel');
  await page.close();
});

for (const dir of ['ltr', 'rtl']) {
  test(`a menu in a menu lies beside it and inside of the window, ${dir}`, async () => {
    const page = await built.open('home', { dir });
    await page.locator('[data-row="bea"]').click({ button: 'right' });
    await page.getByTestId('dialog-mute').press(dir === 'ltr' ? 'ArrowRight' : 'ArrowLeft');
    await page.getByTestId('mute-hour').waitFor();
    const outer = await boxAtRest(page.getByTestId('dialog-menu'));
    const inner = await boxAtRest(
      page
        .getByRole('menu')
        .filter({ has: page.getByTestId('mute-hour') })
        .last(),
    );
    assert.ok(inner.x >= 0 && inner.x + inner.width <= 1280, `it begins at ${inner.x}`);
    const [left, right] = dir === 'ltr' ? [outer, inner] : [inner, outer];
    assert.ok(left.x + left.width <= right.x + 8, `${left.x + left.width} is before ${right.x}`);
    await page.close();
  });
}

test('the words of a button stay away from what it has opened', async () => {
  const page = await built.open('talk');
  const button = page.getByTestId('calendar-open');
  await button.hover();
  await page.locator('.tooltip').waitFor();
  await page.getByTestId('composer-input').hover();
  await page.locator('.tooltip').waitFor({ state: 'detached' });
  await button.click();
  await page.getByTestId('calendar').waitFor();
  await button.hover({ position: { x: 4, y: 4 } });
  await button.hover({ position: { x: 18, y: 18 } });
  // Longer than a pointer rests before words are shown.
  await page.waitForTimeout(700);
  assert.deepEqual(await page.locator('.tooltip').allTextContents(), []);
  await page.close();
});

test('the settings hold still while the size of text changes', async () => {
  const page = await built.open('home');
  await page.keyboard.press('Control+,');
  const larger = page.getByTestId('text-larger');
  const before = await boxAtRest(larger);
  await larger.focus();
  for (let step = 0; step < 5; step++) await page.keyboard.press('Enter');
  await page.waitForFunction(() => document.documentElement.style.fontSize === '200%');
  const now = await boxAtRest(larger);
  for (const side of ['x', 'y', 'width', 'height']) {
    assert.ok(Math.abs(now[side] - before[side]) < 1.5, `${side}: ${before[side]} → ${now[side]}`);
  }
  await page.close();
});

/** Marks the message that has the focus, with keys. */
async function markLast(page) {
  await page.locator('[data-message-id][tabindex="0"]').press('Enter');
  await page.getByTestId('menu-select').press('Enter');
  await page.getByTestId('select-bar').waitFor();
}

for (const kind of ['delete', 'forward']) {
  test(`a question about marked messages gives the focus back to what asked: ${kind}`, async () => {
    const page = await built.open('talk');
    await markLast(page);
    await page.getByTestId(`select-${kind}`).press('Enter');
    const question = page.getByTestId(`${kind}-question`);
    await question.locator(':focus').waitFor();
    await page.keyboard.press('Escape');
    await question.waitFor({ state: 'detached' });
    await focused(page, testId(`select-${kind}`));
    await page.getByTestId('select-end').press('Enter');
    await page.getByTestId('select-bar').waitFor({ state: 'detached' });
    await page.locator(`${testId('composer-input')}:focus`).waitFor();
    await page.close();
  });
}

test('the way down and the way back leave the focus where one writes', async () => {
  const page = await built.open('thousand');
  await page.getByTestId('timeline').hover();
  await page.mouse.wheel(0, -3000);
  await page.getByTestId('jump-bottom').press('Enter');
  await page.getByTestId('jump-bottom').waitFor({ state: 'detached' });
  await page.locator(`${testId('composer-input')}:focus`).waitFor();
  await page.close();
});

test('messages are passed on to any conversation, whatever the list shows', async () => {
  const page = await built.open('talk');
  await page.locator('[data-message-id][tabindex="0"]').press('Enter');
  await page.getByTestId('menu-forward').press('Enter');
  const offered = () =>
    page.getByTestId('forward-to').evaluateAll((boxes) => boxes.map((box) => box.dataset.dialogId));
  await page.getByTestId('forward-to').first().waitFor();
  const all = await offered();
  await page.keyboard.press('Escape');
  await page.getByTestId('forward-question').waitFor({ state: 'detached' });
  await page.getByTestId('filter-groups').click();
  await page.locator('[data-row="bea"]').waitFor({ state: 'detached' });
  await page.locator('[data-message-id][tabindex="0"]').press('Enter');
  await page.getByTestId('menu-forward').press('Enter');
  await page.getByTestId('forward-to').first().waitFor();
  assert.deepEqual(await offered(), all);
  assert.ok(all.includes('bea'));
  await page.close();
});
