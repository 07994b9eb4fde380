// The conversation in the real window: where messages stand while others come,
// who has the focus, keys, input methods, and how it is drawn.

import assert from 'node:assert/strict';
import path from 'node:path';
import { after, before, test } from 'node:test';

import { folder } from '../support/server.js';
import { Key, Window } from '../support/window.js';

const at = (id) => `[data-testid="${id}"]`;

let files;
let alex;
let bea;
let names;
let dialog;

before(async () => {
  files = await folder('window-timeline');
  const data = path.join(files.path, 'data');
  alex = await Window.open(['--data-dir', data]);
  await alex.click(at('way-try'));
  await alex.find(at('dialog-row'));
  bea = await Window.open(['--data-dir', data, '--profile', 'bea']);
  await bea.click(at('way-try'));
  await bea.find(at('dialog-row'));
  names = [await name(alex), await name(bea)];
  await alex.click(at('dialog-row'), names[1]);
  await bea.click(at('dialog-row'), names[0]);
  await alex.find(at('composer-input'));
  await alex.find(`${at('timeline')}[data-landed="true"]`);
  dialog = await alex.run(
    () => document.querySelector('.conversation[data-dialog-id]').dataset.dialogId,
  );
});

after(async () => {
  await bea?.close();
  await alex?.close();
  await files?.remove();
});

/** Who is signed in, by the words of the button at the rail. */
async function name(window) {
  const label = await (await window.find(at('account'))).getAttribute('aria-label');
  return label.replace('Signed in as ', '');
}

/** Has somebody write many messages, through the page's own door. */
const writes = (window, texts) =>
  window.run(
    async (dialog, texts) => {
      const seconds = Math.floor(Date.now() / 1000)
        .toString(16)
        .padStart(8, '0');
      const chance = Math.floor(Math.random() * 2 ** 40)
        .toString(16)
        .padStart(10, '0');
      const sends = texts.map((text, index) => {
        const id = seconds + chance + index.toString(16).padStart(6, '0');
        const args = { dialog, id, text };
        return globalThis.__TAURI_INTERNALS__.invoke('call', { name: 'send', args });
      });
      await Promise.all(sends);
    },
    dialog,
    texts,
  );

/** Where the message with this text stands, once two frames have gone by. */
const place = (window, text) =>
  window.run(async (text) => {
    for (let frame = 0; frame < 2; frame++) await new Promise(requestAnimationFrame);
    const message = [...document.querySelectorAll('[data-testid="message"]')].find((one) =>
      one.textContent.includes(text),
    );
    return message === undefined ? null : message.getBoundingClientRect().top;
  }, text);

const value = (window) => window.run(() => document.querySelector('#composer').value);
const focus = (window) => window.run(() => document.activeElement.id);

test('who is at the bottom stays there while messages come', async () => {
  const texts = Array.from({ length: 60 }, (_, i) => `line ${i} ${'and on '.repeat(i % 9)}`);
  await writes(bea, texts);
  await alex.find(at('message'), 'line 59');
  const below = await alex.run(async () => {
    for (let frame = 0; frame < 10; frame++) await new Promise(requestAnimationFrame);
    const view = document.querySelector('[data-testid="timeline"]');
    return view.scrollHeight - view.scrollTop - view.clientHeight;
  });
  assert.ok(below <= 1, `the view was ${below} pixels above the bottom`);
});

test('who reads further up keeps their row while messages come, and is told how many', async () => {
  await alex.run(async () => {
    const view = document.querySelector('[data-testid="timeline"]');
    for (let turn = 0; turn < 6; turn++) {
      view.dispatchEvent(new WheelEvent('wheel', { deltaY: -300, bubbles: true }));
      view.scrollTop -= 300;
      await new Promise(requestAnimationFrame);
    }
    for (let frame = 0; frame < 20; frame++) await new Promise(requestAnimationFrame);
  });
  const text = await alex.run(() => {
    const view = document.querySelector('[data-testid="timeline"]');
    const middle = view.getBoundingClientRect().top + 200;
    const message = [...view.querySelectorAll('[data-testid="message"]')].find(
      (one) => one.getBoundingClientRect().top > middle,
    );
    return message.querySelector('[data-testid="message-text"]').textContent.trim();
  });
  const stood = await place(alex, text);
  // Without a window manager the window never has the focus, and nothing counts as read.
  const unread = await alex.run(() =>
    parseInt(document.querySelector('[data-testid="jump-count"]')?.textContent ?? '0', 10),
  );
  await writes(bea, ['one more', 'and another, which is somewhat longer than the first']);
  await alex.find(at('jump-count'), `${unread + 2} new`);
  const stands = await place(alex, text);
  assert.ok(Math.abs(stands - stood) <= 1, `the row moved by ${stands - stood} pixels`);
  await alex.click(at('jump-bottom'));
  await alex.find(at('message'), 'and another');
});

test('the focus stays where one writes, whatever arrives', async () => {
  await alex.type(at('composer-input'), 'half a th');
  await writes(bea, ['something comes in between']);
  await alex.find(at('message'), 'something comes in between');
  assert.equal(await focus(alex), 'composer');
  await (await alex.find(at('composer-input'))).sendKeys('ought');
  assert.equal(await value(alex), 'half a thought');
});

test('the Enter of an input method sends nothing', async () => {
  await alex.run(() => {
    const box = document.querySelector('#composer');
    const press = (more) =>
      box.dispatchEvent(
        new KeyboardEvent('keydown', { key: 'Enter', bubbles: true, cancelable: true, ...more }),
      );
    press({ isComposing: true });
    press({ keyCode: 229 });
    box.dispatchEvent(new CompositionEvent('compositionend', { bubbles: true }));
    // WebKit sends this one after the composition has ended.
    press({});
  });
  assert.equal(await value(alex), 'half a thought');
  await (await alex.find(at('composer-input'))).sendKeys(Key.chord(Key.CONTROL, 'a'), Key.DELETE);
  assert.equal(await value(alex), '');
});

test('formatting by keys can be undone, and is drawn', async () => {
  const input = await alex.find(at('composer-input'));
  await input.sendKeys('loud');
  await input.sendKeys(Key.chord(Key.CONTROL, 'a'));
  await input.sendKeys(Key.chord(Key.CONTROL, 'b'));
  assert.equal(await value(alex), '**loud**');
  await alex.find(at('mirror'));
  await input.sendKeys(Key.chord(Key.CONTROL, 'z'));
  assert.equal(await value(alex), 'loud');
  await input.sendKeys(Key.chord(Key.CONTROL, 'a'));
  await input.sendKeys(Key.chord(Key.CONTROL, 'b'));
  await input.sendKeys(Key.END, ' and `code`', Key.ENTER);
  const bold = await alex.find(`${at('message')} strong`, 'loud');
  const weight = await alex.run((element) => getComputedStyle(element).fontWeight, bold);
  assert.equal(weight, '600');
  const code = await alex.find(`${at('message')} code`, 'code');
  const background = await alex.run((element) => getComputedStyle(element).backgroundColor, code);
  assert.notEqual(background, 'rgba(0, 0, 0, 0)');
  await alex.picture('window/formatting');
});

test('Up changes the last message, Esc does not', async () => {
  const input = await alex.find(at('composer-input'));
  await input.sendKeys(Key.ARROW_UP);
  await alex.find(at('editing'));
  assert.equal(await value(alex), '**loud** and `code`');
  await input.sendKeys(Key.ESCAPE);
  assert.equal(await value(alex), '');
  assert.equal(await focus(alex), 'composer');
});

test('messages and their menus are reached by keys alone', async () => {
  const input = await alex.find(at('composer-input'));
  await alex.run(() => document.querySelector('[data-testid="message"][tabindex="0"]').focus());
  const active = () =>
    alex.run(() => document.activeElement.dataset.messageId ?? document.activeElement.tagName);
  const first = await active();
  const driver = await alex.find(`${at('message')}[tabindex="0"]`);
  await driver.sendKeys(Key.ARROW_UP);
  assert.notEqual(await active(), first, 'an arrow goes to the message before');
  const second = await active();
  await (await alex.find(`[data-message-id="${second}"]`)).sendKeys(Key.ENTER);
  await alex.find(at('message-menu'));
  await alex.picture('window/message-menu');
  await alex.run(async () => {
    const escape = new KeyboardEvent('keydown', { key: 'Escape', bubbles: true, cancelable: true });
    document.activeElement.dispatchEvent(escape);
    for (let frame = 0; frame < 20; frame++) {
      if (document.querySelector('[data-testid="message-menu"]') === null) return;
      await new Promise(requestAnimationFrame);
    }
  });
  assert.equal(await active(), second, 'the focus is back where it was');
  await input.click();
});

test('an emoji comes from the picker', async () => {
  await alex.click(at('emoji-open'));
  const search = await alex.find(at('emoji-search'));
  await alex.find(at('emoji'));
  await alex.picture('window/emoji');
  await search.sendKeys('cheese');
  await alex.find(`${at('emoji')}[data-emoji="🧀"]`);
  await search.sendKeys(Key.ENTER);
  await alex.run(async () => {
    for (let frame = 0; frame < 60; frame++) {
      if (document.querySelector('#composer').value !== '') return;
      await new Promise(requestAnimationFrame);
    }
  });
  assert.equal(await value(alex), '🧀');
  await (await alex.find(at('composer-input'))).sendKeys(Key.ENTER);
  await alex.find(`${at('message')} .emoji`, '🧀');
  await bea.find(`${at('message')} .emoji`, '🧀');
});
