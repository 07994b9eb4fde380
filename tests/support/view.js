// The messages on screen: whether they are at rest, and where one of them stood
// meanwhile, frame by frame.

import assert from 'node:assert/strict';

const PIXEL = 1;

/** Waits until the view has been the same for some frames. */
export async function atRest(page) {
  await page.evaluate(async () => {
    const view = document.querySelector('[data-testid=timeline]');
    const state = () => `${view.scrollTop}/${view.scrollHeight}/${view.clientHeight}`;
    let last = '';
    for (let same = 0; same < 20;) {
      await new Promise(requestAnimationFrame);
      same = state() === last ? same + 1 : 0;
      last = state();
    }
  });
}

/** Turns the wheel upwards, and waits until the view has come to rest. */
export async function wheelUp(page, turns) {
  const box = await page.getByTestId('timeline').boundingBox();
  await page.mouse.move(box.x + box.width / 2, box.y + box.height / 2);
  for (let turn = 0; turn < turns; turn++) {
    const before = await page.getByTestId('timeline').evaluate((view) => view.scrollTop);
    await page.mouse.wheel(0, -900);
    await page.waitForFunction(
      (before) => document.querySelector('[data-testid=timeline]').scrollTop !== before,
      before,
    );
  }
  await atRest(page);
}

/**
 * Lets something happen and follows one message in the middle of the view,
 * after every frame, until the view is at rest: all places where it stood.
 */
export async function placesDuring(page, happening) {
  await page.evaluate(() => {
    const view = document.querySelector('[data-testid=timeline]');
    const middle = view.getBoundingClientRect().top + 150;
    const followed = [...view.querySelectorAll('[data-message-id]')].find(
      (message) => message.getBoundingClientRect().top > middle,
    );
    const selector = `[data-message-id="${CSS.escape(followed.dataset.messageId)}"]`;
    const watch = { places: [], goes: true };
    window.watch = watch;
    // A task after the frame sees what was painted.
    const look = () => {
      const message = document.querySelector(selector);
      watch.places.push(message === null ? 'gone' : message.getBoundingClientRect().top);
      if (watch.goes) requestAnimationFrame(() => setTimeout(look));
    };
    look();
  });
  await happening();
  await atRest(page);
  return page.evaluate(() => {
    window.watch.goes = false;
    // Each place once, the last one at the end.
    return [...new Set(window.watch.places.reverse())].reverse();
  });
}

export function assertStill(places) {
  const numbers = places.filter((place) => typeof place === 'number');
  assert.equal(numbers.length, places.length, `the message was gone: ${places}`);
  const moved = Math.max(...numbers) - Math.min(...numbers);
  assert.ok(moved <= PIXEL, `the message moved by ${moved} pixels: ${places}`);
}
