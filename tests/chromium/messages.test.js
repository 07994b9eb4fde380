// Everything that can be done with a message, in the browser over the bridge,
// with people at the official SDK on the other side.

import assert from 'node:assert/strict';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';

import { Desk, openBrowser } from '../support/browser.js';
import { Sdk, admin } from '../support/sdk-any.js';
import { SdkPerson } from '../support/sdk.js';
import { folder, startServer } from '../support/server.js';

const PASSWORD = 'correct horse battery';
const [GROUP, PRIVATE] = [2, 3];

let files;
let server;
let browser;
let desk;
let bea;
let carol;
let other;
let alex;
let group;
let talk;

before(async () => {
  files = await folder('messages');
  const data = path.join(files.path, 'server');
  server = await startServer(data);
  const made = await SdkPerson.signUp(
    server.ready,
    ['Alex Sander', 'Bea Berg', 'Carol Chen'].map((full_name) => ({
      login: full_name.split(' ')[0].toLowerCase(),
      password: PASSWORD,
      full_name,
    })),
  );
  alex = made[0].id;
  bea = await Sdk.connect(server.ready, 'bea', PASSWORD);
  carol = await Sdk.connect(server.ready, 'carol', PASSWORD);
  // Alex's other device: the group is theirs.
  other = await Sdk.connect(server.ready, 'alex', PASSWORD, { chat: false });
  group = await other.call('chat.dialog.create', {
    type: GROUP,
    name: 'Walkers',
    occupants_ids: [bea.me, carol.me],
  });
  await admin(data, 'class', 'create', 'MessageReports', '--reports');
  await admin(data, 'broadcast', 'create', 'News of the house', '--owner', String(bea.me));
  talk = await bea.call('chat.dialog.create', { type: PRIVATE, occupants_ids: [alex] });
  await bea.call('chat.muc.join', group._id).catch(() => {});
  await carol.call('chat.muc.join', group._id).catch(() => {});
  browser = await openBrowser();
  desk = await Desk.open(browser, { locale: 'en-GB' });
  await desk.signIn(server.ready.join_link, 'alex', PASSWORD);
  await desk.openDialog('Walkers');
});

after(async () => {
  await desk?.close();
  await browser?.close();
  await bea?.stop();
  await carol?.stop();
  await other?.stop();
  await server?.stop();
  await files?.remove();
});

const at = (id) => desk.at(id);

/** Somebody at the SDK writes into the group; answers the id. */
function says(person, body, more = {}) {
  const extension = { save_to_history: 1, dialog_id: group._id, ...more };
  return person.call('chat.send', group._id, { type: 'groupchat', body, extension });
}

const hears = (person, what, name, fits) =>
  person.heard.find(what, (event) => event.name === name && fits(event.args));

/** The message with this text, as it came to somebody at the SDK. */
async function got(person, body) {
  const { args } = await hears(person, `“${body}”`, 'onMessageListener', (args) =>
    args[1].body?.includes(body),
  );
  return args[1];
}

async function menu(text, entry) {
  await desk.message(text).click({ button: 'right' });
  await at(entry).click();
}

/** Alex writes, and it has gone out. */
async function writes(text) {
  await desk.write(text);
  await desk.delivered(text, 'sent', 'delivered', 'read');
}

const focused = () => desk.page.waitForFunction(() => document.activeElement?.id === 'composer');

describe('an answer', () => {
  test('bears its quote, here and in what others receive', async () => {
    const id = await says(bea, 'Shall we meet at *seven*?');
    await desk.message('Shall we meet at seven?').hover();
    await desk.message('Shall we meet at seven?').getByTestId('message-reply').click();
    await at('replying').getByText('Bea Berg').waitFor();
    await focused();
    await desk.page.keyboard.type('Eight is better');
    await desk.page.keyboard.press('Enter');
    await desk.message('Eight is better').getByTestId('quote').getByText('Bea Berg').waitFor();
    await at('replying').waitFor({ state: 'detached' });
    const { extension } = await got(bea, 'Eight is better');
    assert.equal(extension.reply_to, id);
    assert.equal(Number(extension.reply_sender), bea.me);
    assert.match(extension.reply_text, /Shall we meet/);
  });

  test('of somebody else is drawn, and its quote leads to the original', async () => {
    const mine = await got(carol, 'Eight is better');
    await says(carol, 'Agreed', {
      reply_to: mine.id,
      reply_sender: String(alex),
      reply_text: 'Eight is better',
    });
    const quote = desk.message('Agreed').getByTestId('quote');
    await quote.getByText('You').waitFor();
    await quote.click();
    await desk.page.locator('.message.meant').getByText('Eight is better').waitFor();
    await at('go-back').click();
    await at('go-back').waitFor({ state: 'detached' });
  });

  test('is given up with Esc', async () => {
    await menu('Agreed', 'menu-reply');
    await at('replying').waitFor();
    await desk.page.keyboard.press('Escape');
    await at('replying').waitFor({ state: 'detached' });
    await focused();
  });
});

describe('reactions', () => {
  test('are given and taken, and the others hear of it', async () => {
    const id = await says(bea, 'I bring cheese');
    await desk.message('I bring cheese').hover();
    await desk.message('I bring cheese').getByTestId('message-react').click();
    await at('quick-reaction').first().click();
    const pill = desk.message('I bring cheese').locator('[data-emoji="👍"]');
    await pill.waitFor();
    const heard = await hears(
      bea,
      'the reaction',
      'onMessageReactionsListener',
      (args) => args[0] === id && args[3] === '👍',
    );
    assert.equal(heard.args[1], alex);
    await carol.call('chat.message.addReaction', id, '👍');
    await pill.filter({ hasText: '2' }).waitFor();
    await menu('I bring cheese', 'menu-reacted');
    await at('reacted').getByText('Carol Chen').waitFor();
    await at('reacted').getByText('You').waitFor();
    await desk.page.keyboard.press('Escape');
    await pill.click();
    await pill.filter({ hasText: '1' }).waitFor();
  });

  test('can be any emoji', async () => {
    await desk.message('I bring cheese').hover();
    await desk.message('I bring cheese').getByTestId('message-react').click();
    await at('more-reactions').click();
    await at('emoji-search').fill('cheese');
    await at('emoji').first().click();
    await desk.message('I bring cheese').locator('[data-emoji="🧀"]').waitFor();
  });
});

describe('changes', () => {
  test('begin with Up in an empty composer, and are marked', async () => {
    await writes('Meet at the clok');
    await at('composer-input').press('ArrowUp');
    await at('editing').waitFor();
    await desk.holds('Meet at the clok');
    await at('composer-input').fill('Meet at the **clock**');
    await at('composer-input').press('Enter');
    await at('editing').waitFor({ state: 'detached' });
    await desk.message('Meet at the clock').getByTestId('edited').waitFor();
    await hears(bea, 'the change', 'onMessageUpdateListener', (args) =>
      JSON.stringify(args).includes('clock'),
    );
    await desk.message('Meet at the clock').and(desk.page.locator(':not([data-deed])')).waitFor();
  });

  test('of others are shown', async () => {
    const id = await says(bea, 'At sevn');
    await desk.message('At sevn').waitFor();
    await bea.call('chat.message.update', id, { chat_dialog_id: group._id, message: 'At seven' });
    await bea
      .call('chat.editMessage', {
        to: group._id,
        dialogId: group._id,
        body: 'At seven',
        originMessageId: id,
        last: true,
      })
      .catch(() => {});
    await desk.message('At seven').getByTestId('edited').waitFor();
  });

  test('put aside what was being written, and give it back', async () => {
    await at('composer-input').fill('half a thought');
    await menu('Meet at the clock', 'menu-edit');
    await desk.holds('Meet at the **clock**');
    await at('step-back').click();
    await desk.holds('half a thought');
    await at('composer-input').fill('');
  });
});

describe('deleting', () => {
  test('for everybody takes it from everybody', async () => {
    await writes('Nobody should read this');
    const { id } = await got(bea, 'Nobody should read this');
    await menu('Nobody should read this', 'menu-delete');
    await at('delete-question').waitFor();
    await at('delete-for-all').click();
    await desk.message('Nobody should read this').waitFor({ state: 'detached' });
    await hears(bea, 'the deletion', 'onMessageDeleteListener', (args) => args[0] === id);
  });

  test('for oneself leaves it with the others', async () => {
    await says(carol, 'Something about mustard');
    await menu('Something about mustard', 'menu-delete');
    await at('delete-for-me').click();
    await desk.message('Something about mustard').waitFor({ state: 'detached' });
    const { items } = await carol.call('chat.message.list', {
      chat_dialog_id: group._id,
      mark_as_read: 0,
    });
    assert.ok(items.some(({ message }) => message === 'Something about mustard'));
  });

  test('by others shows', async () => {
    const id = await says(bea, 'Written too soon');
    await desk.message('Written too soon').waitFor();
    await bea.call('chat.message.delete', id, { force: 1 });
    await desk.message('Written too soon').waitFor({ state: 'detached' });
  });

  test('takes away what was opened at the message, and one goes on writing', async () => {
    const takesBack = async (body, opens) => {
      const id = await says(bea, body);
      await opens(desk.message(body));
      await bea.call('chat.message.delete', id, { force: 1 });
      await desk.message(body).waitFor({ state: 'detached' });
    };
    await takesBack('Copy me', async (message) => {
      await message.click({ button: 'right' });
      await at('menu-copy').waitFor();
    });
    await at('message-menu').waitFor({ state: 'detached' });
    await focused();
    await takesBack('Praise me', async (message) => {
      await message.hover();
      await message.getByTestId('message-react').click();
      await at('quick-reaction').first().waitFor();
    });
    await at('reacting').waitFor({ state: 'detached' });
    await focused();
    await takesBack('Pass me on', async (message) => {
      await message.click({ button: 'right' });
      await at('menu-forward').click();
      await at('forward-search').waitFor();
    });
    await at('forward-question').waitFor({ state: 'detached' });
    await at('toast').filter({ hasText: 'This message is no longer here.' }).waitFor();
    await focused();
  });
});

describe('pins', () => {
  test('are above the messages, and lead there', async () => {
    const id = await says(bea, 'The list of everything');
    await menu('The list of everything', 'menu-pin');
    await at('pinned-bar').getByText('The list of everything').waitFor();
    await at('pinned-go').click();
    await desk.page.locator('.message.meant').getByText('The list of everything').waitFor();
    await until(async () => {
      const { items } = await bea.call('chat.dialog.list', { _id: group._id });
      return items[0].pinned_messages_ids?.includes(id) === true;
    });
  });

  test('of somebody else come, and several are a list', async () => {
    const id = await says(carol, 'The second pin');
    await desk.message('The second pin').waitFor();
    await other.call('chat.dialog.update', group._id, { push_all: { pinned_messages_ids: [id] } });
    // Who changes a conversation tells the others so.
    await bea.call('chat.sendSystemMessage', alex, {
      body: 'dialog/UPDATE_DIALOG',
      extension: { dialogId: group._id },
    });
    await at('pinned-all').click();
    await at('pinned-entry').filter({ hasText: 'The second pin' }).waitFor();
    assert.equal(await at('pinned-entry').count(), 2);
    await at('unpin').first().click();
    await at('pinned-all').waitFor({ state: 'detached' });
    await desk.page.keyboard.press('Escape');
  });
});

/** Asks again until it is so: the SDK's requests tell nothing by themselves. */
async function until(isSo) {
  for (let turn = 0; turn < 40; turn++) {
    if (await isSo()) return;
    await new Promise((resolve) => setTimeout(resolve, 250));
  }
  assert.fail('waited 10 s');
}

describe('forwarding', () => {
  test('sends one or several on, with whose they were', async () => {
    await says(bea, 'Forward this one');
    await says(carol, 'and this one');
    await menu('Forward this one', 'menu-select');
    await at('select-count').getByText('1').waitFor();
    await desk.message('and this one').click();
    await at('select-count').getByText('2').waitFor();
    await at('select-forward').click();
    await at('forward-search').fill('Bea');
    await at('forward-to').first().check();
    await at('forward-confirm').click();
    await at('select-bar').waitFor({ state: 'detached' });
    const { args } = await hears(
      bea,
      'the forwarded message',
      'onMessageListener',
      ([, message]) => message.body === 'Forward this one' && message.dialog_id === talk._id,
    );
    assert.equal(Number(args[1].extension.forward_sender), bea.me);
    assert.equal(args[1].extension.forward_name, 'Bea Berg');
    await desk.openDialog('Bea Berg');
    await desk.message('and this one').getByTestId('forwarded').getByText('Carol Chen').waitFor();
    await desk.openDialog('Walkers');
  });
});

describe('names', () => {
  test('are completed, told to the server, and drawn', async () => {
    await desk.page.getByTestId('composer-input').pressSequentially('Ask @car');
    await at('choice').getByText('Carol Chen').waitFor();
    await desk.page.keyboard.press('Enter');
    await desk.holds('Ask @Carol Chen ');
    await desk.page.keyboard.type('about it');
    await desk.page.keyboard.press('Enter');
    await desk.message('Ask @Carol Chen').getByTestId('mention').waitFor();
    const { extension } = await got(carol, 'Ask @Carol Chen');
    assert.equal(extension.mentions, String(carol.me));
  });

  test('of whoever reads stand out', async () => {
    await says(bea, 'What about @Alex Sander?', { mentions: String(alex) });
    await desk.message('What about').locator('.mention.me').waitFor();
  });
});

describe('formatting', () => {
  test('goes around what is marked, and is drawn', async () => {
    const input = at('composer-input');
    await input.fill('all of it');
    await input.press('Control+a');
    await input.press('Control+b');
    await desk.holds('**all of it**');
    await input.press('Control+z');
    await desk.holds('all of it');
    await input.fill('');
    await desk.write('**bold** _italic_ ~~gone~~ `code` <b>not</b>\n- one\n- two\n> said');
    const shown = desk.message('bold italic gone');
    for (const [tag, text] of [
      ['strong', 'bold'],
      ['em', 'italic'],
      ['s', 'gone'],
      ['code', 'code'],
      ['li', 'one'],
      ['blockquote', 'said'],
    ])
      await shown.locator(tag, { hasText: text }).waitFor();
    assert.equal(await shown.locator('b').count(), 0);
  });

  test('of code keeps its language, and links say where they lead', async () => {
    await says(bea, '```rust\nfn main() {}\n```\n[the bank](https://thief.example/)');
    const shown = desk.message('fn main');
    await shown.getByTestId('code-block').getByText('rust').waitFor();
    await shown.getByTestId('link-host').getByText('thief.example').waitFor();
  });

  test('comes along with what is pasted, unless it is not wanted', async () => {
    const input = at('composer-input');
    const paste = (html, text) =>
      input.evaluate(
        (box, [html, text]) => {
          const data = new DataTransfer();
          data.setData('text/html', html);
          data.setData('text/plain', text);
          box.focus();
          box.dispatchEvent(
            new ClipboardEvent('paste', { clipboardData: data, bubbles: true, cancelable: true }),
          );
        },
        [html, text],
      );
    await paste('<p>a <b>word</b></p>', 'a word');
    await desk.holds('a **word**');
    await input.fill('');
  });
});

describe('emoji', () => {
  test('alone are large', async () => {
    await says(carol, '🎉🎉');
    await desk.message('🎉🎉').locator('.emoji.e2').waitFor();
  });

  test('come by shortcode and from the picker', async () => {
    const input = at('composer-input');
    await input.pressSequentially(':wave:');
    await desk.holds('👋');
    await input.fill('');
    await input.pressSequentially(':chees');
    // What fits the letters before is shown until what fits all of them is found.
    await at('choice').first().filter({ hasText: '🧀' }).waitFor();
    await input.press('Tab');
    await desk.holds('🧀');
    await at('emoji-open').click();
    await at('emoji-search').fill('hiking boot');
    await at('emoji').first().click();
    await desk.holds('🧀🥾');
    await focused();
    await input.fill('');
  });
});

describe('how a message is sent', () => {
  test('without a sound, and for a while only', async () => {
    await desk.openDialog('Bea Berg');
    await at('options').click();
    await at('option-silent').click();
    await at('options').click();
    await desk.page.locator('[data-testid="option-destroy"][data-seconds="5"]').click();
    await focused();
    await writes('Burn after reading');
    const heard = await got(bea, 'Burn after reading');
    assert.match(JSON.stringify(heard), /silent/);
    await desk.message('Burn after reading').getByTestId('countdown').waitFor();
    await desk.message('Burn after reading').waitFor({ state: 'detached' });
    await at('options').click();
    await desk.page.locator('[data-testid="option-destroy"][data-seconds="0"]').click();
    await desk.openDialog('Walkers');
  });
});

describe('what is being written', () => {
  test('keeps its answer over a switch and a reload', async () => {
    await menu('I bring cheese', 'menu-reply');
    await at('composer-input').fill('Which');
    await desk.openDialog('Bea Berg');
    await at('replying').waitFor({ state: 'detached' });
    await desk.openDialog('Walkers');
    await at('replying').getByText('I bring cheese').waitFor();
    await desk.page.reload();
    await desk.openDialog('Walkers');
    await desk.holds('Which');
    await at('replying').getByText('I bring cheese').waitFor();
  });

  test('comes back from its history', async () => {
    await at('composer-input').fill('');
    await at('step-back').click();
    await at('draft-history').click();
    await at('draft-before').filter({ hasText: 'Which' }).click();
    await desk.holds('Which');
    await at('composer-input').fill('');
  });

  test('keeps the focus, whatever arrives', async () => {
    const input = at('composer-input');
    await input.pressSequentially('I am wri');
    await says(carol, 'Something comes in between');
    await desk.message('Something comes in between').waitFor();
    await desk.page.keyboard.type('ting');
    await desk.holds('I am writing');
    await input.fill('');
  });
});

describe('who is there', () => {
  test('typing is said with names', async () => {
    await bea.call('chat.sendIsTypingStatus', group._id);
    await desk.page.locator('.conversation').getByTestId('typing').getByText('Bea').waitFor();
    await bea.call('chat.sendIsStopTypingStatus', group._id);
    await desk.page.locator('.conversation').getByTestId('typing').waitFor({ state: 'detached' });
  });

  test('what arrives is read out', async () => {
    await says(bea, 'For ears *too*');
    await at('announcer').getByText('Bea Berg: For ears too').waitFor({ state: 'attached' });
  });
});

describe('details', () => {
  test('tell who has a message, and its way', async () => {
    await writes('Who has this?');
    const { id } = await got(bea, 'Who has this?');
    await bea.call('chat.sendReadStatus', { messageId: id, dialogId: group._id, userId: alex });
    await desk.delivered('Who has this?', 'read');
    await menu('Who has this?', 'menu-receipts');
    await at('read-by').getByText('Bea Berg').waitFor();
    await desk.page.keyboard.press('Escape');
    await menu('Who has this?', 'menu-details');
    await at('details').getByText(id).waitFor();
    await at('journal').getByText('written here').waitFor();
    await desk.page.keyboard.press('Escape');
  });

  test('show properties that others have set', async () => {
    await says(bea, 'With more to it', { weather: 'rain' });
    await menu('With more to it', 'menu-details');
    await at('properties').getByText('weather').waitFor();
    await at('properties').getByText('rain').waitFor();
    await desk.page.keyboard.press('Escape');
  });
});

describe('places', () => {
  test('a date leads there, and one comes back', async () => {
    await desk.message('With more to it').waitFor();
    await at('calendar-open').click();
    await at('go-first').click();
    await desk.message('Shall we meet at seven?').waitFor();
    await at('go-back').click();
    await desk.message('With more to it').waitFor();
    await at('go-back').waitFor({ state: 'detached' });
  });
});

describe('reports', () => {
  test('go to whoever runs the server', async () => {
    await says(carol, 'Buy cheap watches');
    await menu('Buy cheap watches', 'menu-report');
    await at('report-question').waitFor();
    await at('report-words').fill('again');
    await at('report-confirm').click();
    await at('report-question').waitFor({ state: 'detached' });
  });
});

test('a channel where one may only read says so', async () => {
  await desk.row('News of the house').click();
  await at('read-only').getByText('Only the owner and the admins write here.').waitFor();
  assert.equal(await at('composer-input').count(), 0);
  await desk.openDialog('Walkers');
});

test('the page had nothing to complain about', () => {
  assert.deepEqual(desk.complaints, []);
});
