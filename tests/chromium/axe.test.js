// axe-core looks at every screen and finds nothing.

import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { after, before, describe, test } from 'node:test';

import { openBrowser } from '../support/browser.js';
import { Scenes, sceneNames } from '../support/scenes.js';
import { screens } from '../support/screens.js';

const axe = await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

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

/**
 * Menus and tooltips stand at the end of the page, as the practices for them
 * say. One comes to them from their button, never by walking the landmarks.
 */
const isFloating = ({ html }) => html.includes('data-bits-floating-c');

const EVERYTHING = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];

/** What axe finds, in a few words each. In the dark only colours are others. */
async function findings(page, theme) {
  // What just opened or was pointed at is still on its way to its colours.
  await page.mouse.move(0, 0);
  await page.evaluate(async () => {
    const moving = document.getAnimations().map((animation) => animation.finished.catch(() => {}));
    await Promise.all(moving);
  });
  await page.evaluate(axe);
  const { violations } = await page.evaluate(
    (runOnly) => globalThis.axe.run(document, { runOnly }),
    theme === 'dark' ? ['color-contrast'] : EVERYTHING,
  );
  return violations.flatMap(({ id, nodes }) =>
    nodes
      .filter((node) => id !== 'region' || !isFloating(node))
      .map(({ html, any, all, none }) => {
        const why = [...any, ...all, ...none].map((check) => check.message).join('; ');
        return `${id}: ${html.slice(0, 160)}: ${why}`;
      }),
  );
}

for (const theme of ['light', 'dark']) {
  describe(`in ${theme}`, () => {
    for (const scene of sceneNames()) {
      // What is many is the same as what is few.
      if (scene === 'tenthousand') continue;
      test(`the scene ${scene}`, async () => {
        const page = await built.open(scene, { theme });
        assert.deepEqual(await findings(page, theme), []);
        await page.close();
      });
    }
    for (const { name, scene, act } of screens) {
      test(`the screen ${name}`, async () => {
        const page = await built.open(scene, { theme });
        await act(page);
        assert.deepEqual(await findings(page, theme), []);
        await page.close();
      });
    }
  });
}
