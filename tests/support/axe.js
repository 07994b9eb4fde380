// axe-core looks at every screen and finds nothing: the tests of one theme. A
// file a theme, so that each file's tests end in the time that a file has.

import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { after, before, describe, test } from 'node:test';

import { openBrowser } from './browser.js';
import { Scenes, sceneNames } from './scenes.js';
import { screens } from './screens.js';

const axe = await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

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

/** Declares the tests of every screen in this theme. */
export function lookAtEverything(theme) {
  describe(`in ${theme}`, () => {
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
