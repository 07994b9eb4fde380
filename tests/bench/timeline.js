// How a conversation with many messages feels, in the real window: from click to
// painted, from one conversation to the other, frames lost while scrolling fast,
// and how long a key takes while messages come in. Prints one line of JSON.

import { Window } from '../support/window.js';

const STARTS = 3;
const SWITCHES = 24;
const SCROLLING = 4_000;
const KEYS = 120;
const A_SECOND = 50;

const { KITH_BENCH_DATA: data, KITH_BENCH_KITH: program } = process.env;

/** Milliseconds from the click on a row until its conversation is painted. */
const opening = (window, row) =>
  window.run(async (row) => {
    const painted = () =>
      new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve)));
    const element = document.querySelectorAll('[data-testid="dialog-row"]')[row];
    const wanted = element.dataset.dialogId;
    const isThere = () =>
      document.querySelector(
        `.conversation[data-dialog-id="${wanted}"] [data-testid="timeline"][data-landed="true"] [data-testid="message"]`,
      ) !== null;
    const start = performance.now();
    element.click();
    while (!isThere()) await new Promise(requestAnimationFrame);
    await painted();
    return performance.now() - start;
  }, row);

/** The share of frames that were lost while the view went up and down fast. */
const scrolling = (window) =>
  window.run(async (milliseconds) => {
    const view = document.querySelector('[data-testid="timeline"]');
    let way = -1;
    let last = await new Promise(requestAnimationFrame);
    const start = last;
    let due = 0;
    let drawn = 0;
    while (last - start < milliseconds) {
      if (view.scrollTop < 50) way = 1;
      else if (view.scrollHeight - view.scrollTop - view.clientHeight < 50) way = -1;
      view.dispatchEvent(new WheelEvent('wheel', { deltaY: way * 240, bubbles: true }));
      view.scrollTop += way * 240;
      const now = await new Promise(requestAnimationFrame);
      due += Math.max(1, Math.round((now - last) / (1000 / 60)));
      drawn += 1;
      last = now;
    }
    return (100 * (due - drawn)) / due;
  }, SCROLLING);

/**
 * Milliseconds from a key to the painted letter, while so many messages a second
 * come into the conversation. They are this person's own, which go the same way
 * from the disk to the screen as anybody's.
 */
const typing = (window) =>
  window.run(
    async (keys, aSecond) => {
      const { dialogId } = document.querySelector('.conversation[data-dialog-id]').dataset;
      let number = 0;
      const id = () =>
        Math.floor(Date.now() / 1000)
          .toString(16)
          .padStart(8, '0') +
        Math.floor(Math.random() * 2 ** 40)
          .toString(16)
          .padStart(10, '0') +
        (number++).toString(16).padStart(6, '0');
      const coming = setInterval(() => {
        const args = { dialog: dialogId, id: id(), text: `and one more, number ${number}` };
        void globalThis.__TAURI_INTERNALS__.invoke('call', { name: 'send', args });
      }, 1000 / aSecond);
      const box = document.querySelector('#composer');
      box.focus();
      const times = [];
      for (let key = 0; key < keys; key++) {
        await new Promise((resolve) => setTimeout(resolve, 45));
        const start = performance.now();
        document.execCommand('insertText', false, key % 7 === 6 ? ' ' : 'a');
        await new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve)));
        times.push(performance.now() - start);
      }
      clearInterval(coming);
      return times;
    },
    KEYS,
    A_SECOND,
  );

const at = (values, share) =>
  [...values].sort((a, b) => a - b)[Math.min(values.length - 1, Math.floor(values.length * share))];

const open = (first) => Window.open(['--data-dir', data, '--profile', first], program);

const opens = [];
let window;
for (let start = 0; start < STARTS; start++) {
  await window?.close();
  window = await open('default');
  await window.find('[data-testid="dialog-row"]');
  // What loads after the first picture has loaded.
  await window.find('[data-testid="no-dialog"], .conversation');
  opens.push(await opening(window, start % 2));
}
const switches = [];
for (let turn = 0; turn < SWITCHES; turn++) {
  const time = await opening(window, turn % 2);
  if (turn > 3) switches.push(time);
}
const lost = await scrolling(window);
const keys = await typing(window);
await window.close();
console.log(
  JSON.stringify({
    open: at(opens, 0.5),
    switch: at(switches, 0.5),
    lost,
    typing: at(keys, 0.95),
  }),
);
