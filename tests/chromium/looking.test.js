// What somebody sees who only looks: nothing flickers, and nothing goes blank.

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

const row = (page, id) => page.locator(`[data-row="${id}"]`);

/** Somebody writes in the invented world. */
const arrive = (page, dialog, text) =>
  page.evaluate(([dialog, text]) => globalThis.fake.arrive(dialog, 101, text), [dialog, text]);

/** Notes from now on everything that the row's badge and the window's title say. */
async function watch(page, id) {
  await page.evaluate((id) => {
    const noted = (globalThis.noted = []);
    const note = () => {
      const badge = document.querySelector(`[data-row="${id}"] [data-testid="unread"]`);
      if (badge !== null) noted.push(badge.textContent.trim());
      noted.push(document.title);
    };
    new MutationObserver(note).observe(document, {
      subtree: true,
      childList: true,
      characterData: true,
      attributes: true,
    });
  }, id);
}

test('what comes while one looks at it is not counted for a moment', async () => {
  const page = await built.open('talk');
  await row(page, 'bea').and(page.locator('[data-unread="0"]')).waitFor();
  const title = await page.title();
  await watch(page, 'bea');
  await arrive(page, 'bea', 'Are you looking?');
  await row(page, 'bea').and(page.locator('[data-unread="1"]')).waitFor();
  await row(page, 'bea').and(page.locator('[data-unread="0"]')).waitFor();
  const noted = await page.evaluate(() => [...new Set(globalThis.noted)]);
  assert.deepEqual(noted, [title]);
  await page.close();
});

test('what comes while one reads further up is counted at once', async () => {
  const page = await built.open('thousand');
  await page.getByTestId('timeline').hover();
  await page.mouse.wheel(0, -3000);
  await page.getByTestId('jump-bottom').waitFor();
  await arrive(page, 'thousand', 'Down here.');
  await row(page, 'thousand').getByTestId('unread').getByText('1').waitFor();
  await page.getByTestId('jump-count').waitFor();
  await page.close();
});

test('who has written in one conversation has not read what is new in another', async () => {
  const page = await built.open('talk');
  await page.locator('[data-testid=timeline][data-landed=true]').waitFor();
  for (let number = 0; number < 60; number++) await arrive(page, 'square', `Number ${number}`);
  await row(page, 'square').getByTestId('unread').waitFor();
  await page.getByTestId('composer-input').fill('Only here.');
  await page.getByTestId('composer-input').press('Enter');
  await page.getByTestId('message').getByText('Only here.').waitFor();
  await row(page, 'square').click();
  await page.locator('.conversation[data-dialog-id="square"]').waitFor();
  await page.getByTestId('new-divider').waitFor();
  // Below is more than fits, which nobody has looked at yet.
  await page.getByTestId('jump-bottom').waitFor();
  await row(page, 'square').getByTestId('unread').waitFor();
  await page.close();
});

test('the conversation is never blank while the window crosses the width where the list goes', async () => {
  const page = await built.open('thousand');
  await page.setViewportSize({ width: 780, height: 800 });
  await page.locator('[data-layout="medium"]').waitFor();
  const session = await page.context().newCDPSession(page);
  await session.send('Emulation.setCPUThrottlingRate', { rate: 6 });
  await page.evaluate(() => {
    const blank = (globalThis.blank = []);
    let frames = 0;
    const look = () => {
      frames += 1;
      const view = document.querySelector('[data-testid="timeline"]');
      const box = view?.getBoundingClientRect();
      const isShown = view !== null && getComputedStyle(view).visibility === 'visible';
      // Where messages are, all the way down the view.
      const missing = [0.3, 0.5, 0.7, 0.9].filter((share) => {
        if (!isShown) return true;
        const y = box.top + box.height * share;
        return ![...view.querySelectorAll('.row')].some((row) => {
          const { top, bottom } = row.getBoundingClientRect();
          return top - 4 <= y && bottom + 4 >= y;
        });
      });
      if (missing.length > 0) blank.push(`frame ${frames}: nothing at ${missing.join(', ')}`);
      globalThis.frames_seen = frames;
      next();
    };
    // A task after the frame sees what was painted.
    const next = () => requestAnimationFrame(() => setTimeout(look));
    next();
  });
  for (const [width, layout] of [
    [740, 'narrow'],
    [780, 'medium'],
    [700, 'narrow'],
    [1200, 'wide'],
    [759, 'narrow'],
    [760, 'medium'],
  ]) {
    await page.setViewportSize({ width, height: 800 });
    await page.locator(`[data-layout="${layout}"]`).waitFor();
    const since = await page.evaluate(() => globalThis.frames_seen);
    await page.waitForFunction((since) => globalThis.frames_seen > since + 10, since);
  }
  assert.deepEqual(await page.evaluate(() => globalThis.blank), []);
  await page.close();
});
