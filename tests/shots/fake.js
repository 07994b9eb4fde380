// Pictures of every scene that the interface can play with an invented
// backend: the odd states that are hard to bring about for real. Menus, dialogs
// and panes (`support/screens.js`) are opened in them.

import path from 'node:path';

import { openBrowser } from '../support/browser.js';
import { sceneNames, Scenes } from '../support/scenes.js';
import { screens } from '../support/screens.js';
import { shotsFolder } from '../support/window.js';

const filter = process.argv[2] ?? '';
const SIZE = { width: 1280, height: 800 };
/** Wide enough for all panes with text twice as large. */
const WIDE = { width: 2600, height: 800 };

/** How each scene is looked at. */
const looks = {
  light: { viewport: SIZE, theme: 'light' },
  dark: { viewport: SIZE, theme: 'dark' },
  rtl: { viewport: SIZE, theme: 'light', dir: 'rtl' },
  medium: { viewport: { width: 900, height: 640 }, theme: 'light' },
  small: { viewport: { width: 700, height: 600 }, theme: 'light' },
  narrow: { viewport: { width: 400, height: 760 }, theme: 'light' },
  large: { viewport: SIZE, theme: 'light', text: 200 },
  contrast: { viewport: SIZE, theme: 'dark', contrast: 'more' },
  forced: { viewport: SIZE, theme: 'light', forcedColors: 'active' },
  huge: { viewport: { width: 2000, height: 1200 }, theme: 'dark' },
};

/** How the screens are looked at that lie over a scene. */
const over = ['light', 'dark', 'rtl', 'medium'];

/** Every picture that is asked for. */
const scenes = sceneNames().map((scene) => ({ name: scene, scene }));
const wanted = Object.keys(looks)
  .flatMap((look) =>
    [...scenes, ...screens.filter(({ also = [] }) => [...over, ...also].includes(look))].map(
      (screen) => ({ ...screen, look, name: `${screen.name}-${look}` }),
    ),
  )
  .filter(({ name }) => name.includes(filter));

const browser = await openBrowser();
const played = await Scenes.build(browser);
const troubles = [];
let taken = 0;

/** Some frames later: what depends on sizes has been measured and drawn. */
const settled = (page) =>
  page.evaluate(async () => {
    for (let frame = 0; frame < 15; frame++) await new Promise(requestAnimationFrame);
  });

async function take({ name, scene, act, look }) {
  // A narrow window begins with the list, so the conversation is opened in a wide one.
  const { viewport, ...rest } = looks[look];
  const page = await played.open(scene, { ...rest, viewport: rest.text ? WIDE : SIZE });
  page.on('pageerror', (error) => troubles.push(`${name}: ${error}`));
  try {
    page.setDefaultTimeout(10_000);
    await page.setViewportSize(viewport);
    await act?.(page);
    await settled(page);
  } catch (error) {
    // The picture shows how far it came.
    troubles.push(`${name}: ${error.message.split('\n').slice(0, 3).join(' ')}`);
  }
  await page.screenshot({
    path: path.join(shotsFolder(), 'scenes', `${name}.png`),
    animations: 'disabled',
  });
  await page.close();
  taken++;
}

/** Each page waits more than it works, so some are taken side by side. */
async function takeFrom(list) {
  for (let next = list.pop(); next !== undefined; next = list.pop()) await take(next);
}

const left = wanted.reverse();
await Promise.all(Array.from({ length: 4 }, () => takeFrom(left)));
await played.close();
await browser.close();
console.log(`${taken} pictures of scenes`);
for (const trouble of troubles) console.error(trouble);
process.exitCode = troubles.length === 0 ? 0 : 1;
