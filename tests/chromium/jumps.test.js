// Going far: to an answer's original, a pin, a link, a day that are not loaded,
// and back to where one was. The history is of three days, so that its
// messages stand on both sides of a midnight, far east of Greenwich.

import assert from 'node:assert/strict';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';

import { Desk, openBrowser } from '../support/browser.js';
import { Sdk } from '../support/sdk-any.js';
import { SdkPerson } from '../support/sdk.js';
import { folder, startServer } from '../support/server.js';

const PASSWORD = 'correct horse battery';
const GROUP = 2;
/** Fourteen hours before Greenwich: its midnight is at ten there. */
const ZONE = 'Pacific/Kiritimati';
const MIDNIGHT_THERE = 10;
const STEPS = 240;
const MINUTE = 60;
const DAY = 24 * 60 * MINUTE;
/** A jump may end on a fraction of a pixel beside where one was. */
const BESIDE = 1.25;

let files;
let server;
let browser;
let desk;
let alex;
let bea;
let group;
/** Alex at another device. */
let other;
/** In seconds, two days ago, there. */
let midnight;
/** The ids of what was written, by text. */
const ids = {};

before(async () => {
  files = await folder('jumps');
  server = await startServer(path.join(files.path, 'server'));
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
  other = await Sdk.connect(server.ready, 'alex', PASSWORD, { chat: false });
  group = await other.call('chat.dialog.create', {
    type: GROUP,
    name: 'Long walk',
    occupants_ids: [bea.me],
  });
  await bea.call('chat.muc.join', group._id).catch(() => {});
  const now = Math.floor(Date.now() / 1000);
  // A midnight there, two days ago; the steps are around it.
  midnight = Math.floor(now / DAY) * DAY - 2 * DAY + MIDNIGHT_THERE * 60 * MINUTE;
  const first = midnight - (STEPS / 2) * 10 * MINUTE;
  for (let step = 1; step <= STEPS; step += 1)
    await says(`step ${step}.`, { date_sent: first + step * 10 * MINUTE - 5 * MINUTE });
  await says('just before midnight', { date_sent: midnight - MINUTE });
  await says('just after midnight', { date_sent: midnight + MINUTE });
  await says('the map: https://maps.example.org/ridge', { date_sent: first + 12 * MINUTE });
  browser = await openBrowser();
  desk = await Desk.open(browser, { locale: 'en-GB', timezoneId: ZONE });
  await desk.signIn(server.ready.join_link, 'alex', PASSWORD);
  await desk.row('Long walk').waitFor();
});

after(async () => {
  await desk?.close();
  await browser?.close();
  await bea?.stop();
  await other?.stop();
  await server?.stop();
  await files?.remove();
});

const at = (id) => desk.at(id);

/** Bea writes into the group; remembers the id by the text. */
async function says(body, more = {}) {
  const extension = { save_to_history: 1, dialog_id: group._id, ...more };
  ids[body] = await bea.call('chat.send', group._id, { type: 'groupchat', body, extension });
  return ids[body];
}

/** Who changes a conversation tells the others so. */
const tell = () =>
  bea.call('chat.sendSystemMessage', alex, {
    body: 'dialog/UPDATE_DIALOG',
    extension: { dialogId: group._id },
  });

const byId = (id) => desk.page.locator(`[data-message-id="${id}"]`);
const meant = (text) => desk.page.locator('.message.meant').getByText(text, { exact: true });

/** Waits until the rows have been where they are for some frames, and says where the first one is. */
function place() {
  return desk.page.evaluate(async () => {
    const view = document.querySelector('[data-testid=timeline]');
    const first = () => {
      const { top } = view.getBoundingClientRect();
      const row = [...view.querySelectorAll('[data-message-id]')].find(
        (message) => message.getBoundingClientRect().bottom > top,
      );
      return row && { id: row.dataset.messageId, top: row.getBoundingClientRect().top };
    };
    const state = () => JSON.stringify([first(), view.scrollHeight]);
    let last = '';
    for (let same = 0; same < 20;) {
      await new Promise(requestAnimationFrame);
      same = view.isConnected && state() === last ? same + 1 : 0;
      last = state();
    }
    return first();
  });
}

async function back(from) {
  await at('go-back').click();
  await at('go-back').waitFor({ state: 'detached' });
  await byId(from.id).waitFor();
  const now = await place();
  assert.equal(now.id, from.id);
  assert.ok(Math.abs(now.top - from.top) <= BESIDE, `off by ${now.top - from.top}`);
}

/** Waits for a timeline whose rows stand where they are to stand. */
const landed = () => desk.page.locator('[data-testid=timeline][data-landed=true]').waitFor();

test('a conversation opens at what is new, and a button tells how much there is', async () => {
  // Kith has signed in just now: the history is being fetched.
  const all = `[data-unread="${Object.keys(ids).length}"]`;
  await desk.row('Long walk').and(desk.page.locator(all)).waitFor();
  await desk.openDialog('Long walk');
  await landed();
  await at('new-divider').waitFor();
  await byId(ids['step 1.']).waitFor();
  await at('jump-count').waitFor();
  assert.equal(await byId(ids[`step ${STEPS}.`]).count(), 0, 'the newest is far away');
  await at('jump-bottom').click();
  await byId(ids[`step ${STEPS}.`]).waitFor();
  await at('jump-bottom').waitFor({ state: 'detached' });
  assert.equal(await byId(ids['step 1.']).count(), 0, 'and now the oldest');
});

describe('what is not loaded is gone to, and one comes back:', () => {
  /** Scrolls up to where no row begins at the edge of the view, and says where that is. */
  async function someWayUp() {
    await at('timeline').hover();
    const down = () =>
      at('timeline').evaluate((view) => view.scrollHeight - view.scrollTop - view.clientHeight);
    await place();
    const before = await down();
    await desk.page.mouse.wheel(0, -133);
    await desk.page.waitForFunction((before) => {
      const view = document.querySelector('[data-testid=timeline]');
      return view.scrollHeight - view.scrollTop - view.clientHeight > before + 32;
    }, before);
    return place();
  }

  test("an answer's original", async () => {
    // Some seconds ago, so that what follows stands below it, and it stays in sight further up.
    await says('I mean this', {
      date_sent: Math.floor(Date.now() / 1000) - 10,
      reply_to: ids['step 7.'],
      reply_sender: String(bea.me),
      reply_text: 'step 7.',
    });
    for (const word of ['one', 'two', 'three']) await says(`${word} more`);
    for (const word of ['one', 'two', 'three']) await desk.message(`${word} more`).waitFor();
    const quote = desk.message('I mean this').getByTestId('quote');
    await quote.waitFor();
    const from = await someWayUp();
    assert.equal(await byId(ids['step 7.']).count(), 0);
    await quote.click();
    await meant('step 7.').waitFor();
    await back(from);
  });

  test('a pin', async () => {
    const change = { push_all: { pinned_messages_ids: [ids['step 9.']] } };
    await other.call('chat.dialog.update', group._id, change);
    await tell();
    await at('pinned-bar').getByText('step 9.').waitFor();
    const from = await someWayUp();
    await at('pinned-go').click();
    await meant('step 9.').waitFor();
    await back(from);
  });

  test('a link that was shared long ago', async () => {
    if ((await at('info').count()) === 0) await at('info-toggle').click();
    await at('info-link').filter({ hasText: 'maps.example.org' }).waitFor();
    const from = await someWayUp();
    await at('info-link')
      .filter({ hasText: 'maps.example.org' })
      .getByTestId('info-link-message')
      .click();
    await desk.page.locator('.message.meant').filter({ hasText: 'the map' }).waitFor();
    await back(from);
  });

  test('a pin, from the information', async () => {
    const from = await someWayUp();
    await at('info-pin').filter({ hasText: 'step 9.' }).click();
    await meant('step 9.').waitFor();
    await back(from);
  });

  test('a day, from the calendar', async () => {
    const from = await someWayUp();
    await at('calendar-open').click();
    await at('calendar').waitFor();
    const day = new Intl.DateTimeFormat('en-CA', { timeZone: ZONE }).format(midnight * 1000);
    const cell = desk.page.locator(`.calendar-day[data-value="${day}"]:not([data-outside-month])`);
    if ((await cell.count()) === 0)
      await at('calendar').getByRole('button', { name: 'Previous month' }).click();
    await cell.click();
    await byId(ids['just after midnight']).waitFor();
    await back(from);
  });

  test('the beginning, from the calendar', async () => {
    const from = await someWayUp();
    await at('calendar-open').click();
    await at('go-first').click();
    await at('beginning').waitFor();
    await back(from);
  });

  test('two places, one after the other', async () => {
    const from = await someWayUp();
    await at('pinned-go').click();
    await meant('step 9.').waitFor();
    const between = await place();
    await at('calendar-open').click();
    await at('go-first').click();
    await at('beginning').waitFor();
    await at('go-back').click();
    await byId(between.id).waitFor();
    await back(from);
  });

  test('what the server has no more is said to be gone, and one stays', async () => {
    const id = await says('soon gone');
    await desk.message('soon gone').waitFor({ state: 'attached' });
    await bea.call('chat.message.delete', id, { force: 1 });
    await desk.message('soon gone').waitFor({ state: 'detached' });
    await says('about nothing', {
      reply_to: id,
      reply_sender: String(bea.me),
      reply_text: 'soon gone',
    });
    const quote = desk.message('about nothing').getByTestId('quote');
    await quote.scrollIntoViewIfNeeded();
    await quote.click();
    await at('toast').first().waitFor();
    await desk.message('about nothing').waitFor();
    assert.equal(await at('go-back').count(), 0);
  });
});

describe('days and times', () => {
  test('are those of where one is', async () => {
    await says('that night', {
      reply_to: ids['just after midnight'],
      reply_sender: String(bea.me),
      reply_text: 'just after midnight',
    });
    const quote = desk.message('that night').getByTestId('quote');
    await quote.scrollIntoViewIfNeeded();
    await quote.click();
    await meant('just after midnight').waitFor();
    const [before, after] = ['just before midnight', 'just after midnight'].map((text) =>
      byId(ids[text]),
    );
    await before.waitFor();
    assert.match(await before.getByTestId('meta').innerText(), /23:59/);
    assert.match(await after.getByTestId('meta').innerText(), /00:01/);
    const between = await desk.page.evaluate(
      ([one, two]) => {
        const of = (id) => document.querySelector(`[data-message-id="${id}"]`);
        const follows = (a, b) => a.compareDocumentPosition(b) & Node.DOCUMENT_POSITION_FOLLOWING;
        return [...document.querySelectorAll('.day[role=separator]')]
          .filter((day) => follows(of(one), day) && follows(day, of(two)))
          .map((day) => day.textContent.trim());
      },
      [ids['just before midnight'], ids['just after midnight']],
    );
    assert.equal(between.length, 1, `${between}`);
  });

  test("of a sender whose clock is wrong are told beside the server's", async () => {
    const title = await byId(ids['just after midnight']).getByTestId('meta').getAttribute('title');
    assert.match(title, /By the server’s clock: /);
    assert.match(title, /By the sender’s clock: .*00:01/);
  });
});

test('a page that is loaded anew shows where one was reading', async () => {
  const { page } = desk;
  // What is kept is told to the page itself, which can compare it with where the rows are.
  await page.evaluate(() => {
    const ask = window.fetch;
    window.fetch = async (url, options) => {
      const answer = await ask(url, options);
      if (String(url).endsWith('/keep_place')) window.kept = JSON.parse(options.body);
      return answer;
    };
  });
  const view = page.locator('[data-testid=timeline]');
  // What is new would be shown first.
  await desk.row('Long walk').click({ button: 'right' });
  await at('dialog-menu').waitFor();
  if ((await at('dialog-read').count()) > 0) await at('dialog-read').click();
  else await page.keyboard.press('Escape');
  await desk.row('Long walk').getByTestId('unread').waitFor({ state: 'detached' });
  await view.evaluate((view) => view.scrollBy(0, -700));
  const before = await place();
  await page.waitForFunction((beside) => {
    const message = document.querySelector(`[data-message-id="${window.kept?.message}"]`);
    const row = message?.closest('.row') ?? null;
    const view = document.querySelector('[data-testid=timeline]').getBoundingClientRect();
    const top = row === null ? NaN : row.getBoundingClientRect().top - view.top;
    return Math.abs(top - window.kept?.top) <= beside;
  }, BESIDE);
  await page.reload();
  await landed();
  const now = await place();
  assert.equal(now.id, before.id);
  assert.ok(Math.abs(now.top - before.top) <= BESIDE, `off by ${now.top - before.top}`);
});

test('the page had nothing to complain about', () => {
  assert.deepEqual(desk.complaints, []);
});
