// Pictures of every scene that the interface can play with an invented
// backend: the odd states that are hard to bring about for real. Menus, dialogs
// and panes (`support/screens.js`) are opened in them.

import { execFileSync } from 'node:child_process';
import path from 'node:path';

import { openBrowser } from '../support/browser.js';
import { sceneNames } from '../support/scenes.js';
import { screens } from '../support/screens.js';
import { shotsFolder } from '../support/window.js';

const filter = process.argv[2] ?? '';
const ui = path.resolve(import.meta.dirname, '../../ui');
const ORIGIN = 'http://kith.test';

/** How each scene is looked at. */
const looks = {
  light: { viewport: { width: 1280, height: 800 }, colorScheme: 'light' },
  dark: { viewport: { width: 1280, height: 800 }, colorScheme: 'dark' },
  wide: { viewport: { width: 1920, height: 1080 }, colorScheme: 'light' },
  small: { viewport: { width: 700, height: 600 }, colorScheme: 'light' },
  narrow: { viewport: { width: 400, height: 760 }, colorScheme: 'light' },
  huge: { viewport: { width: 2000, height: 1200 }, colorScheme: 'dark' },
};

/** How the screens are looked at that lie over a scene. */
const over = {
  light: looks.light,
  dark: looks.dark,
  rtl: { ...looks.light, dir: 'rtl' },
};

const scenes = sceneNames().map((scene) => ({ name: scene, scene }));

const built = path.join(shotsFolder(), '../ui-fake');
const build = ['vite', 'build', '--mode', 'fake', '--outDir', built, '--emptyOutDir'];
execFileSync('npm', ['exec', '--', ...build], { cwd: ui, stdio: 'inherit' });

const browser = await openBrowser();
let taken = 0;

async function look(kind, { dir = 'ltr', ...options }, list) {
  const context = await browser.newContext({
    ...options,
    locale: 'en-GB',
    reducedMotion: 'reduce',
  });
  // The pages come straight from the folder, without a server.
  await context.route(`${ORIGIN}/**`, async (route) => {
    const name = new URL(route.request().url()).pathname;
    await route.fulfill({ path: path.join(built, name === '/' ? 'index.html' : name) });
  });
  for (const { name: what, scene, act } of list) {
    const name = `${what}-${kind}`;
    if (!name.includes(filter)) continue;
    const page = await context.newPage();
    page.on('pageerror', (error) => console.error(`${name}: ${error}`));
    await page.goto(`${ORIGIN}/?fake=${scene}&dir=${dir}`, { waitUntil: 'networkidle' });
    await act?.(page);
    await page.evaluate(
      () => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve))),
    );
    await page.screenshot({
      path: path.join(shotsFolder(), 'scenes', `${name}.png`),
      animations: 'disabled',
    });
    await page.close();
    taken++;
  }
  await context.close();
}

for (const [kind, options] of Object.entries(looks)) await look(kind, options, scenes);
for (const [kind, options] of Object.entries(over)) await look(kind, options, screens);
await browser.close();
console.log(`${taken} pictures of scenes`);
