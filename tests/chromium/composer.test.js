// Where one writes: what is kept of it, how it is sent, and what it never does.

import assert from 'node:assert/strict';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';

import { Desk, openBrowser } from '../support/browser.js';
import { Sdk } from '../support/sdk-any.js';
import { SdkPerson } from '../support/sdk.js';
import { folder, startServer } from '../support/server.js';

const PASSWORD = 'correct horse battery';
const [GROUP, PRIVATE] = [2, 3];

let files;
let server;
let browser;
let desk;
let alex;
let bea;
let group;
let talk;

before(async () => {
  files = await folder('composer');
  server = await startServer(path.join(files.path, 'server'));
  const made = await SdkPerson.signUp(
    server.ready,
    ['Alex Sander', 'Bea Berg'].map((full_name) => ({
      login: full_name.split(' ')[0].toLowerCase(),
      password: PASSWORD,
      full_name,
    })),
  );
  alex = made[0].id;
  bea = await Sdk.connect(server.ready, 'bea', PASSWORD);
  group = await bea.call('chat.dialog.create', {
    type: GROUP,
    name: 'Walkers',
    occupants_ids: [alex],
  });
  talk = await bea.call('chat.dialog.create', { type: PRIVATE, occupants_ids: [alex] });
  await bea.call('chat.muc.join', group._id).catch(() => {});
  browser = await openBrowser();
  desk = await Desk.open(browser, {
    locale: 'en-GB',
    permissions: ['clipboard-read', 'clipboard-write'],
  });
  await desk.signIn(server.ready.join_link, 'alex', PASSWORD);
  await desk.openDialog('Walkers');
});

after(async () => {
  await desk?.close();
  await browser?.close();
  await bea?.stop();
  await server?.stop();
  await files?.remove();
});

const at = (id) => desk.at(id);
const input = () => at('composer-input');

function says(body, more = {}) {
  const extension = { save_to_history: 1, dialog_id: group._id, ...more };
  return bea.call('chat.send', group._id, { type: 'groupchat', body, extension });
}

/** The message with this text, as it came to Bea. */
async function got(body) {
  const { args } = await bea.heard.find(
    `“${body}”`,
    ({ name, args }) => name === 'onMessageListener' && args[1].body?.includes(body),
  );
  return args[1];
}

async function writes(text) {
  await desk.write(text);
  await desk.delivered(text, 'sent', 'delivered', 'read');
}

async function menu(text, entry) {
  await desk.message(text).click({ button: 'right' });
  await at(entry).click();
}

/** Does something, and waits until the draft that comes of it is on disk. */
async function saved(text, doing) {
  const done = desk.page.waitForResponse(
    (response) =>
      response.url().endsWith('/api/call/save_draft') &&
      JSON.parse(response.request().postData()).text === text,
  );
  await doing();
  assert.ok((await done).ok());
}

/** Kith is closed and opened again; the bridge has no keychain that outlives it. */
async function restart() {
  await desk.restart();
  await at('password').fill(PASSWORD);
  await at('sign-in').click();
  await desk.openDialog('Walkers');
}

describe('a draft', () => {
  test('is there after Kith was closed, with what it answers', async () => {
    const id = await says('Shall we go?');
    await menu('Shall we go?', 'menu-reply');
    await saved('Only if', () => input().fill('Only if'));
    await restart();
    await desk.holds('Only if');
    await at('replying').getByText('Shall we go?').waitFor();
    await input().press('End');
    await input().pressSequentially(' it is dry');
    await input().press('Enter');
    assert.equal((await got('Only if it is dry')).extension.reply_to, id);
    await at('replying').waitFor({ state: 'detached' });
  });

  test('is there after Kith was closed in the middle of a change', async () => {
    await writes('Meet at the clok');
    const { id } = await got('Meet at the clok');
    await menu('Meet at the clok', 'menu-edit');
    await saved('Meet at the clock', () => input().fill('Meet at the clock'));
    await restart();
    await at('editing').waitFor();
    await desk.holds('Meet at the clock');
    await input().press('Enter');
    await desk.message('Meet at the clock').getByTestId('edited').waitFor();
    await bea.heard.find(
      'the change',
      ({ name, args }) =>
        name === 'onMessageUpdateListener' && JSON.stringify(args).includes('at the clock'),
    );
    const { items } = await bea.call('chat.message.list', { _id: id, chat_dialog_id: group._id });
    assert.equal(items.find((message) => message._id === id).message, 'Meet at the clock');
  });

  test('that a change put aside is not lost when Kith is closed', async () => {
    await saved('half a thought', async () => {
      await input().fill('half a thought');
      await menu('Meet at the clock', 'menu-edit');
    });
    await saved('Meet at the clock now', () => input().fill('Meet at the clock now'));
    await restart();
    await at('editing').waitFor();
    await input().press('Escape');
    await at('editing').waitFor({ state: 'detached' });
    await desk.holds('');
    await at('draft-history').click();
    await at('draft-before').filter({ hasText: 'half a thought' }).click();
    await desk.holds('half a thought');
    await saved('', () => input().fill(''));
  });

  test('is shown in the list, and by each conversation its own', async () => {
    await saved('for all of you', () => input().fill('for all of you'));
    await desk.openDialog('Bea Berg');
    await desk.holds('');
    await desk.row('Walkers').getByTestId('row-draft').waitFor();
    await desk.row('Walkers').getByText('for all of you').waitFor();
    await saved('for you alone', () => input().fill('for you alone'));
    await desk.openDialog('Walkers');
    await desk.holds('for all of you');
    await desk.openDialog('Bea Berg');
    await desk.holds('for you alone');
    await saved('', () => input().fill(''));
    await desk.openDialog('Walkers');
    await desk.holds('for all of you');
    await saved('', () => input().fill(''));
  });
});

describe('pasting', () => {
  const copy = (html, text) =>
    desk.page.evaluate(
      ([html, text]) =>
        navigator.clipboard.write([
          new ClipboardItem({
            'text/html': new Blob([html], { type: 'text/html' }),
            'text/plain': new Blob([text], { type: 'text/plain' }),
          }),
        ]),
      [html, text],
    );

  test('keeps formatting, and with Shift it does not', async () => {
    await copy('<p>a <b>bold</b> <a href="https://example.org/">word</a></p>', 'a bold word');
    await input().press('Control+v');
    await desk.holds('a **bold** [word](https://example.org/)');
    await input().press('Control+z');
    await desk.holds('');
    await input().press('Control+Shift+v');
    await desk.holds('a bold word');
    await input().fill('');
  });

  test('of plain text changes nothing in it', async () => {
    await copy('', '<b>not</b> *that*\n  kept');
    await input().press('Control+v');
    await desk.holds('<b>not</b> *that*\n  kept');
    await input().fill('');
  });
});

describe('copying', () => {
  const clipboard = () => desk.page.evaluate(() => navigator.clipboard.readText());

  test('takes the text of a message as it was written', async () => {
    await says('It is *really* late');
    await menu('It is really late', 'menu-copy');
    await at('toast').first().waitFor();
    assert.equal(await clipboard(), 'It is *really* late');
  });

  test('takes several with who wrote them, in their order', async () => {
    // Of the same second they would stand as chance has it.
    const now = Math.floor(Date.now() / 1000);
    await says('First of two', { date_sent: now - 1 });
    await says('Second of two', { date_sent: now });
    await desk.message('Second of two').waitFor();
    await menu('Second of two', 'menu-select');
    await desk.message('First of two').click();
    await at('select-count').getByText('2').waitFor();
    await at('select-copy').click();
    await at('select-bar').waitFor({ state: 'detached' });
    assert.match(
      await clipboard(),
      /^Bea Berg, [^\n]+\nFirst of two\n\nBea Berg, [^\n]+\nSecond of two$/,
    );
  });

  test('is one of what is done with several; deleting is another', async () => {
    await menu('First of two', 'menu-select');
    await desk.message('Second of two').click();
    await at('select-delete').click();
    await at('delete-question').waitFor();
    assert.equal(await at('delete-for-all').count(), 0, 'they are not mine');
    await at('delete-for-me').click();
    for (const text of ['First of two', 'Second of two'])
      await desk.message(text).waitFor({ state: 'detached' });
  });
});

describe('sending', () => {
  test('without a sound is for one message', async () => {
    await at('options').click();
    await at('option-silent').click();
    await writes('In silence');
    assert.match(JSON.stringify(await got('In silence')), /silent/);
    await desk.message('In silence').getByRole('img', { name: 'Sent without a sound' }).waitFor();
    await writes('And aloud');
    assert.doesNotMatch(JSON.stringify(await got('And aloud')), /silent/);
  });

  test('for a while only has presets, and they are told to others', async () => {
    await at('options').click();
    const offered = await at('option-destroy').evaluateAll((all) =>
      all.map((one) => Number(one.dataset.seconds)),
    );
    assert.deepEqual(offered, [0, 5, 30, 60, 300, 3600, 86_400, 604_800]);
    await desk.page.keyboard.press('Escape');
    for (const seconds of offered.slice(1)) {
      await at('options').click();
      await desk.page.locator(`[data-testid="option-destroy"][data-seconds="${seconds}"]`).click();
      const text = `gone after ${seconds} s`;
      const sent = desk.page.waitForRequest(
        (request) =>
          request.url().endsWith('/api/call/send') && request.postDataJSON().text === text,
      );
      await desk.write(text);
      assert.equal((await sent).postDataJSON().destroy_after, seconds);
      // The SDK shows it and knows of no timer; the server keeps it in no history.
      const { id } = await got(text);
      const { items } = await bea.call('chat.message.list', {
        _id: id,
        chat_dialog_id: group._id,
        mark_as_read: 0,
      });
      assert.deepEqual(items, []);
      // The first of them may be gone already.
      if (seconds < 60) continue;
      const countdown = desk.message(text).getByTestId('countdown');
      await countdown.and(desk.page.locator('[title^="Disappears in "]')).waitFor();
    }
    await at('options').click();
    await desk.page.locator('[data-testid="option-destroy"][data-seconds="0"]').click();
    await writes('to stay');
    const { id } = await got('to stay');
    const { items } = await bea.call('chat.message.list', {
      _id: id,
      chat_dialog_id: group._id,
      mark_as_read: 0,
    });
    assert.equal(items.length, 1);
  });

  test('of nothing does nothing, and Up takes the newest of one’s own', async () => {
    const newest = await at('message').last().textContent();
    await input().fill('   ');
    await input().press('Enter');
    assert.equal(await at('send').isDisabled(), true);
    assert.equal(await at('message').last().textContent(), newest);
    await input().fill('');
    await says('somebody else is newer');
    await desk.message('somebody else is newer').waitFor();
    await input().press('ArrowUp');
    await desk.holds('to stay');
    await input().press('Escape');
    await desk.holds('');
  });
});

describe('the emoji picker', () => {
  test('has skin tones, and knows what was used lately, also after a reload', async () => {
    await at('emoji-open').click();
    await at('emoji-tone').click();
    await at('emoji-tone-choice').nth(3).click();
    await at('emoji-search').fill('waving hand');
    await at('emoji').first().click();
    await desk.holds('👋🏽');
    await input().fill('');
    await desk.page.reload();
    await desk.openDialog('Walkers');
    await at('emoji-open').click();
    // What was used lately stands before everything else.
    await at('emoji')
      .first()
      .and(desk.page.getByText('👋🏽', { exact: true }))
      .waitFor();
    await at('emoji-tone').click();
    await at('emoji-tone-choice').nth(0).click();
    await at('emoji-search').fill('waving hand');
    await at('emoji').first().click();
    await desk.holds('👋');
    await input().fill('');
  });
});

describe('the field', () => {
  test('grows with its text, and no further than it should', async () => {
    const height = async () => {
      const element = await input().elementHandle();
      await element.waitForElementState('stable');
      return (await element.boundingBox()).height;
    };
    const one = await height();
    await input().fill('a\nb\nc');
    const three = await height();
    assert.ok(three > one * 2, `${one} and ${three}`);
    await input().fill('line\n'.repeat(200));
    const many = await height();
    assert.ok(many > three && many < 500, `${many}`);
    await input().fill('');
    assert.equal(await height(), one);
  });

  test('is checked by the system, in the language of whoever writes', async () => {
    assert.equal(await input().getAttribute('spellcheck'), 'true');
    assert.equal(await input().getAttribute('lang'), 'en-GB');
  });

  test('keeps the Enter of an input method to itself', async () => {
    const session = await desk.page.context().newCDPSession(desk.page);
    await input().focus();
    await session.send('Input.imeSetComposition', {
      text: 'にほん',
      selectionStart: 3,
      selectionEnd: 3,
    });
    await desk.holds('にほん');
    // As browsers report the key while an input method has it.
    await input().evaluate((field) => {
      const init = { key: 'Enter', keyCode: 229, isComposing: true, bubbles: true };
      field.dispatchEvent(new KeyboardEvent('keydown', init));
    });
    await desk.holds('にほん');
    await session.send('Input.insertText', { text: '日本' });
    await desk.holds('日本');
    await session.detach();
    await input().fill('');
  });

  test('has the focus, whatever comes, is read, or is changed by others', async () => {
    await input().pressSequentially('I am wri');
    const id = await says('something comes');
    await desk.message('something comes').waitFor();
    await bea.call('chat.message.addReaction', id, '👍');
    await desk.message('something comes').locator('[data-emoji="👍"]').waitFor();
    await bea.call('chat.message.delete', id, { force: 1 });
    await desk.message('something comes').waitFor({ state: 'detached' });
    await bea.call('chat.send', alex, {
      type: 'chat',
      body: 'and elsewhere',
      extension: { save_to_history: 1, dialog_id: talk._id },
    });
    await desk.row('Bea Berg').getByTestId('unread').waitFor();
    await desk.page.keyboard.type('ting');
    await desk.holds('I am writing');
    await input().fill('');
  });
});

test('the page had nothing to complain about', () => {
  assert.deepEqual(desk.complaints, []);
});
