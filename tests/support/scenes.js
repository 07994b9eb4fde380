// The interface with its invented backend, in a browser: for what is easier to
// bring about there than with a server, as a hole in a long history.

import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { mkdtemp, rm } from 'node:fs/promises';
import path from 'node:path';

const ui = path.resolve(import.meta.dirname, '../../ui');
const ORIGIN = 'http://kith.test';

/** The names of what the invented backend can play. */
export function sceneNames() {
  const source = readFileSync(path.join(ui, 'src/backend/fake/scenes.ts'), 'utf8');
  const names = [...source.matchAll(/^ {2}'?([\w-]+)'?: \{/gm)].map((match) => match[1]);
  if (names.length === 0) throw new Error("the interface's fake backend has no scenes any more");
  return names;
}

/** A build of the interface that plays scenes. */
export class Scenes {
  #built;
  #context;

  static async build(browser, options = {}) {
    const scenes = new Scenes();
    scenes.#built = await mkdtemp(path.join(tmpdir(), 'kith-scenes-'));
    const build = ['vite', 'build', '--mode', 'fake', '--outDir', scenes.#built, '--emptyOutDir'];
    execFileSync('npm', ['exec', '--', ...build], { cwd: ui, stdio: 'pipe' });
    scenes.#context = await browser.newContext({
      viewport: { width: 1280, height: 800 },
      locale: 'en-GB',
      reducedMotion: 'reduce',
      ...options,
    });
    // The pages come straight from the folder, without a server.
    await scenes.#context.route(`${ORIGIN}/**`, async (route) => {
      const name = new URL(route.request().url()).pathname;
      await route.fulfill({
        path: path.join(scenes.#built, name === '/' ? 'index.html' : name),
      });
    });
    return scenes;
  }

  /**
   * A page that plays this scene; `fake` in it lets things happen. `dir` turns it round,
   * `text` is the size of text in percent.
   */
  async open(scene, { theme = 'light', dir = 'ltr', text = 100, viewport, ...media } = {}) {
    const page = await this.#context.newPage();
    page.setDefaultTimeout(20_000);
    if (viewport) await page.setViewportSize(viewport);
    await page.emulateMedia({ colorScheme: theme, ...media });
    await page.goto(`${ORIGIN}/?fake=${scene}&dir=${dir}&text=${text}`);
    // The first screen is drawn once the first answers are there.
    await page.locator('main').first().waitFor();
    // A conversation comes a moment later, and its rows after that.
    await page.waitForLoadState('networkidle');
    await page.waitForFunction(() =>
      ['dialog-list', 'timeline'].every((id) => {
        const list = document.querySelector(`[data-testid="${id}"]`);
        const isLong = [list, list?.firstElementChild].some(
          (element) => element && element.scrollHeight > element.clientHeight,
        );
        return !isLong || list.querySelector('[tabindex="0"]') !== null;
      }),
    );
    // Before it has come to where it begins, a conversation takes no focus; where one can
    // write, the focus goes there, and is not to go there later.
    await page.waitForFunction(() => {
      if (document.querySelector('[data-row][aria-selected="true"]') === null) return true;
      const at = (id) => document.querySelector(`[data-testid="${id}"]`);
      const view = at('timeline');
      if (view === null && at('open-failed') === null) return false;
      if (view !== null && view.dataset.landed !== 'true') return false;
      return [null, document.activeElement].includes(document.querySelector('#composer'));
    });
    return page;
  }

  async close() {
    await this.#context?.close();
    if (this.#built !== undefined) await rm(this.#built, { recursive: true, force: true });
  }
}
