// Pictures of every scene that the interface can play with an invented
// backend: the odd states that are hard to bring about for real.

import { execFileSync } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import path from 'node:path';

import { openBrowser } from '../support/browser.js';
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

const source = await readFile(path.join(ui, 'src/backend/fake/scenes.ts'), 'utf8');
const scenes = [...source.matchAll(/^ {2}'?([\w-]+)'?: \{ phase/gm)].map((match) => match[1]);
if (scenes.length === 0) throw new Error("the interface's fake backend has no scenes any more");

const built = path.join(shotsFolder(), '../ui-fake');
const build = ['vite', 'build', '--mode', 'fake', '--outDir', built, '--emptyOutDir'];
execFileSync('npm', ['exec', '--', ...build], { cwd: ui, stdio: 'inherit' });

const browser = await openBrowser();
let taken = 0;
for (const [look, options] of Object.entries(looks)) {
  const context = await browser.newContext({ ...options, reducedMotion: 'reduce' });
  // The pages come straight from the folder, without a server.
  await context.route(`${ORIGIN}/**`, async (route) => {
    const name = new URL(route.request().url()).pathname;
    await route.fulfill({ path: path.join(built, name === '/' ? 'index.html' : name) });
  });
  for (const scene of scenes) {
    const name = `${scene}-${look}`;
    if (!name.includes(filter)) continue;
    const page = await context.newPage();
    page.on('pageerror', (error) => console.error(`${name}: ${error}`));
    await page.goto(`${ORIGIN}/?fake=${scene}`, { waitUntil: 'networkidle' });
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
await browser.close();
console.log(`${taken} pictures of scenes`);
