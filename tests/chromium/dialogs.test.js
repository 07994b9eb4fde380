// The list, new conversations, their information and accounts, in the browser
// over the bridge, with people at the official SDK on the other side.

import assert from 'node:assert/strict';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';

import { Desk, openBrowser } from '../support/browser.js';
import { Sdk, admin } from '../support/sdk-any.js';
import { SdkPerson } from '../support/sdk.js';
import { choosePhoto } from '../support/screens.js';
import { folder, startServer } from '../support/server.js';

const PASSWORD = 'correct horse battery';
// The numbers of the wire; the SDK's own names for two of them are wrong.
const [GROUP, PRIVATE, PUBLIC] = [2, 3, 4];

let files;
let data;
let server;
let browser;
let desk;
let alex;
let bea;
let carol;
/** Alex at another device. */
let other;
let walkers;
let talk;

before(async () => {
  files = await folder('dialogs');
  data = path.join(files.path, 'server');
  server = await startServer(data);
  const people = ['Alex Sander', 'Bea Berg', 'Carol Chen', 'Theodora Quill', 'Theodor Marsh'];
  const made = await SdkPerson.signUp(
    server.ready,
    people.map((full_name, index) => ({
      login: full_name.split(' ')[0].toLowerCase(),
      password: PASSWORD,
      full_name,
      email: `${full_name.split(' ')[1].toLowerCase()}@example.org`,
      tag_list: index === 3 ? ['botany'] : [],
    })),
  );
  alex = made[0].id;
  bea = await Sdk.connect(server.ready, 'bea', PASSWORD);
  carol = await Sdk.connect(server.ready, 'carol', PASSWORD, { chat: false });
  other = await Sdk.connect(server.ready, 'alex', PASSWORD, { chat: false });
  await admin(data, 'fields', 'allow', 'pace');
  await admin(data, 'class', 'create', 'UserReports', '--reports');
  await admin(data, 'broadcast', 'create', 'News of the house', '--owner', String(bea.me));
  walkers = await bea.call('chat.dialog.create', {
    type: GROUP,
    name: 'Walkers',
    occupants_ids: [alex, carol.me],
  });
  talk = await bea.call('chat.dialog.create', { type: PRIVATE, occupants_ids: [alex] });
  await bea.call('chat.muc.join', walkers._id).catch(() => {});
  browser = await openBrowser();
  desk = await Desk.open(browser, { locale: 'en-GB' });
  await desk.signIn(server.ready.join_link, 'alex', PASSWORD);
  await desk.row('Walkers').waitFor();
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
const row = (name) => desk.row(name);
const gone = (locator) => locator.waitFor({ state: 'detached' });

/** Bea writes into a room. */
function says(room, body, more = {}) {
  const extension = { save_to_history: 1, dialog_id: room, ...more };
  return bea.call('chat.send', room, { type: 'groupchat', body, extension });
}

/** Bea writes to Alex alone. */
function tells(body) {
  const extension = { save_to_history: 1, dialog_id: talk._id };
  return bea.call('chat.send', alex, { type: 'chat', body, extension });
}

/** A dialog as somebody at the SDK has it. */
async function held(person, id) {
  const { items } = await person.call('chat.dialog.list', { _id: id });
  return items[0];
}

/** Waits until a question to the server is answered as hoped, for what nobody is told. */
async function until(what, ask, fits) {
  const end = Date.now() + 15_000;
  for (;;) {
    const answer = await ask();
    if (fits(answer)) return answer;
    assert.ok(Date.now() < end, `waited for ${what}, and have ${JSON.stringify(answer)}`);
  }
}

async function menu(name, entry) {
  await row(name).click({ button: 'right' });
  await at(entry).click();
}

async function openInfo(name) {
  await desk.openDialog(name);
  if ((await at('info').count()) === 0) await at('info-toggle').click();
  const ready = at('info').and(desk.page.locator('[data-phase="open"]'));
  await ready.filter({ has: desk.page.getByRole('heading', { name, exact: true }) }).waitFor();
}

const member = (name) => at('member-row').filter({ hasText: name });

describe('the list', () => {
  test('tells every kind apart', async () => {
    const kinds = {
      Walkers: ['group', 'Group'],
      'Bea Berg': ['private', null],
      'News of the house': ['broadcast', 'Announcements'],
    };
    for (const [name, [kind, sign]] of Object.entries(kinds)) {
      await row(name).waitFor();
      assert.equal(await row(name).getAttribute('data-kind'), kind);
      if (sign) await row(name).getByRole('img', { name: sign }).waitFor();
    }
  });

  test('shows what comes, who writes, and who is meant', async () => {
    await tells('The kettle is on');
    await row('Bea Berg').filter({ hasText: 'The kettle is on' }).waitFor();
    await row('Bea Berg').getByTestId('unread').waitFor();
    await says(walkers._id, '@Alex Sander are you in?', { mentions: String(alex) });
    await row('Walkers').getByTestId('mentions').waitFor();
    await bea.call('chat.sendIsTypingStatus', alex);
    await row('Bea Berg').getByTestId('row-typing').waitFor();
    await bea.call('chat.sendIsStopTypingStatus', alex);
    await gone(row('Bea Berg').getByTestId('row-typing'));
  });

  test('has filters', async () => {
    await at('filter-groups').click();
    await gone(row('Bea Berg'));
    await row('Walkers').waitFor();
    await at('filter-public').click();
    await row('News of the house').waitFor();
    await at('filter-unread').click();
    await row('Bea Berg').waitFor();
    await gone(row('News of the house'));
    await at('filter-archived').click();
    await at('filter-empty').getByText('Nothing is archived.').waitFor();
    await at('filter-all').click();
    await row('News of the house').waitFor();
  });

  test('marks as read and as unread', async () => {
    await menu('Bea Berg', 'dialog-read');
    await gone(row('Bea Berg').getByTestId('unread'));
    await menu('Bea Berg', 'dialog-unread');
    await row('Bea Berg').getByTestId('marked-unread').waitFor();
    await at('list-more').click();
    await at('mark-all-read').click();
    await gone(row('Bea Berg').getByTestId('marked-unread'));
    await gone(row('Walkers').getByTestId('unread'));
    await until(
      'the count on the server',
      () => bea.call('chat.message.list', { chat_dialog_id: talk._id, mark_as_read: 0 }),
      ({ items }) => items.every((message) => message.read_ids.includes(alex)),
    );
  });

  test('pins to the top and lets go', async () => {
    await tells('Still warm');
    await row('Bea Berg').filter({ hasText: 'Still warm' }).waitFor();
    await menu('News of the house', 'dialog-pin');
    await row('News of the house').getByTestId('row-pinned').waitFor();
    const first = at('dialog-row').first().getByTestId('dialog-name');
    await first.and(desk.page.getByText('News of the house')).waitFor();
    await menu('News of the house', 'dialog-pin');
    await gone(row('News of the house').getByTestId('row-pinned'));
  });

  test('mutes for a while, and takes it back', async () => {
    await row('Walkers').click({ button: 'right' });
    await at('dialog-mute').hover();
    await at('mute-hours').click();
    await row('Walkers').getByRole('img', { name: 'Muted' }).waitFor();
    await at('toast').filter({ hasText: 'Muted for 8 hours.' }).getByTestId('toast-action').click();
    await gone(row('Walkers').getByRole('img', { name: 'Muted' }));
  });

  test('archives several at once, finds them again, and takes them out', async () => {
    await at('list-more').click();
    await at('choose-several').click();
    await row('Walkers').click();
    await row('News of the house').click();
    await at('choosing-count').getByText('2 selected').waitFor();
    await at('choosing-archive').click();
    await gone(row('Walkers'));
    await at('search').fill('walk');
    await row('Walkers').waitFor();
    await at('search').fill('');
    await at('filter-archived').click();
    await menu('Walkers', 'dialog-archive');
    await gone(row('Walkers'));
    await menu('News of the house', 'dialog-archive');
    await at('filter-all').click();
    await row('Walkers').waitFor();
  });

  test('is used with keys alone', async () => {
    const { keyboard } = desk.page;
    const focused = (test) =>
      desk.page.waitForFunction((test) => document.activeElement?.closest(test) !== null, test);
    await keyboard.press('Control+k');
    await focused('#search');
    await keyboard.press('ArrowDown');
    await focused('[data-testid="dialog-row"]');
    await keyboard.press('End');
    await keyboard.press('Home');
    const name = await desk.page.evaluate(
      () => document.activeElement.querySelector('[data-testid="dialog-name"]').textContent,
    );
    await keyboard.press('Shift+F10');
    await at('dialog-menu').waitFor();
    await keyboard.press('Escape');
    await focused('[data-testid="dialog-row"]');
    await keyboard.press('Enter');
    await at('talk-name').getByText(name).waitFor();
    await focused('#composer');
    await keyboard.press('Control+2');
    await desk.page.waitForFunction(
      (name) => document.querySelector('[data-testid="talk-name"]')?.textContent !== name,
      name,
    );
    await keyboard.press('Alt+ArrowUp');
    await at('talk-name').getByText(name).waitFor();
  });
});

describe('a new conversation', () => {
  test('says that the directory wants four letters, and then finds', async () => {
    await at('new-dialog').click();
    await at('create-search').fill('the');
    await at('create-note').getByText('Type 1 more letter').waitFor();
    await at('create-search').fill('theo');
    await at('create-person').filter({ hasText: 'Theodora Quill' }).waitFor();
    await at('create-person').filter({ hasText: 'Theodor Marsh' }).waitFor();
    await at('create-by').selectOption('email');
    await at('create-search').fill('marsh@example.org');
    await gone(at('create-person').filter({ hasText: 'Theodora' }));
    await at('create-person').filter({ hasText: 'Theodor Marsh' }).waitFor();
    await at('create-by').selectOption('tag');
    await at('create-search').fill('botany');
    await at('create-person').filter({ hasText: 'Theodora Quill' }).waitFor();
    await at('create-by').selectOption('login');
    await at('create-search').fill('theodor');
    await at('create-person').filter({ hasText: 'Theodor Marsh' }).click();
    await at('create-go').click();
    await at('talk-name').getByText('Theodor Marsh').waitFor();
  });

  test('can be a group with everything that belongs to it', async () => {
    await at('new-dialog').click();
    await at('create-group').click();
    await at('create-person').filter({ hasText: 'Bea Berg' }).click();
    await at('create-person').filter({ hasText: 'Carol Chen' }).click();
    await at('create-next').click();
    await at('create-name').fill('Ridge at dawn');
    await at('create-description').fill('Early, and quietly.');
    await choosePhoto(desk.page);
    await at('crop-frame').press('ArrowRight');
    await at('crop-frame').press('+');
    await at('crop-use').click();
    await gone(at('crop'));
    await at('field-add').click();
    await at('field-key').fill('pace');
    await at('field-value').fill('slow');
    await at('create-go').click();
    await at('talk-name').getByText('Ridge at dawn').waitFor();
    const id = await row('Ridge at dawn').getAttribute('data-dialog-id');
    const { name, description, photo, occupants_ids, extensions, user_id } = await held(bea, id);
    assert.deepEqual(
      { name, description, user_id, people: occupants_ids.sort() },
      {
        name: 'Ridge at dawn',
        description: 'Early, and quietly.',
        user_id: alex,
        people: [alex, bea.me, carol.me].sort(),
      },
    );
    assert.deepEqual(extensions, { pace: 'slow' });
    assert.ok(photo, 'the photo is on the server');
    // The face in the list is the photo, fetched by its name on the server.
    await row('Ridge at dawn').locator('img').waitFor();
  });

  test('can be a public group', async () => {
    await at('new-dialog').click();
    await at('create-public').click();
    await at('create-name').fill('Market square');
    await at('create-preview').uncheck();
    await at('create-go').click();
    await at('talk-name').getByText('Market square').waitFor();
    const id = await row('Market square').getAttribute('data-dialog-id');
    assert.equal(await row('Market square').getAttribute('data-kind'), 'public');
    const { type, permissions } = await bea.call('chat.dialog.subscribe', id);
    assert.equal(type, PUBLIC);
    assert.equal(permissions?.allow_preview ?? false, false);
  });
});

describe('public groups', () => {
  let sky;

  before(async () => {
    sky = await bea.call('chat.dialog.create', {
      type: PUBLIC,
      name: 'Night sky',
      description: 'Look up.',
      permissions: { allow_preview: true },
    });
    await bea.call('chat.muc.join', sky._id).catch(() => {});
    for (let i = 1; i <= 25; i += 1) await says(sky._id, `star ${i}`);
    await until(
      'the stars',
      () => bea.call('chat.message.list', { chat_dialog_id: sky._id, mark_as_read: 0 }),
      ({ items }) => items.length >= 25,
    );
  });

  test('are found, looked at before joining, joined and left', async () => {
    await at('rail-directory').click();
    await at('directory-search').fill('night');
    await at('directory-row').filter({ hasText: 'Night sky' }).click();
    await at('preview-message').filter({ hasText: 'star 25' }).waitFor();
    assert.equal(await at('preview-message').count(), 20);
    assert.equal(await row('Night sky').count(), 0, 'looking is not joining');
    await at('directory-join').click();
    await at('talk-name').getByText('Night sky').waitFor();
    // It opens where one has not read yet, which may be at the first star.
    await desk.message('star').waitFor();
    await desk.write('How bright it is');
    await desk.delivered('How bright it is', 'sent', 'delivered', 'read');
    await openInfo('Night sky');
    await at('info-leave').click();
    await at('question-leave').click();
    await gone(row('Night sky'));
  });

  test('that nobody may look into say so', async () => {
    await bea.call('chat.dialog.create', { type: PUBLIC, name: 'Closed garden' });
    await at('rail-directory').click();
    await at('directory-search').fill('closed');
    await at('directory-row').filter({ hasText: 'Closed garden' }).click();
    await at('preview').and(desk.page.locator('[data-state="forbidden"]')).waitFor();
    await desk.page.keyboard.press('Escape');
    await gone(at('directory'));
  });
});

describe('the information', () => {
  test('is edited, and the others have it', async () => {
    await openInfo('Ridge at dawn');
    await at('info-edit').click();
    await at('edit-name').fill('Ridge at noon');
    await at('edit-description').fill('Later, with lunch.');
    await at('photo-remove').click();
    await at('edit-save').click();
    await gone(at('edit-dialog'));
    await at('talk-name').getByText('Ridge at noon').waitFor();
    await at('info-description').getByText('Later, with lunch.').waitFor();
    const id = await row('Ridge at noon').getAttribute('data-dialog-id');
    const { name, description, photo } = await held(bea, id);
    assert.deepEqual(
      { name, description, photo: photo || null },
      { name: 'Ridge at noon', description: 'Later, with lunch.', photo: null },
    );
  });

  test('adds people, makes admins, takes that back, removes people', async () => {
    const id = await row('Ridge at noon').getAttribute('data-dialog-id');
    await at('add-people').click();
    await at('create-search').fill('theodora');
    await at('create-person').filter({ hasText: 'Theodora Quill' }).click();
    await at('add-go').click();
    await member('Theodora Quill').waitFor();
    await member('Bea Berg').getByTestId('member-menu').click();
    await at('member-admin').click();
    await member('Bea Berg').and(desk.page.locator('[data-role="admin"]')).waitFor();
    assert.deepEqual((await held(bea, id)).admins_ids, [bea.me]);
    await member('Bea Berg').getByTestId('member-menu').click();
    await at('member-unadmin').click();
    await member('Bea Berg').and(desk.page.locator('[data-role="member"]')).waitFor();
    await member('Theodora Quill').getByTestId('member-menu').click();
    await at('member-remove').click();
    await at('remove-confirm').click();
    await gone(member('Theodora Quill'));
    const { occupants_ids, admins_ids } = await held(bea, id);
    assert.deepEqual(occupants_ids.sort(), [alex, bea.me, carol.me].sort());
    assert.deepEqual(admins_ids ?? [], []);
  });

  test('sets notifications, here and on the server', async () => {
    await at('info-mute').click();
    await at('info-mute-ever').click();
    await at('info-muted').getByText('Muted until you unmute it').waitFor();
    await at('info-mute').click();
    await at('info-unmute').click();
    await at('info-muted').getByText('As usual').waitFor();
    await at('info-server').and(desk.page.locator('[aria-checked="true"]')).click();
    await at('info-server').and(desk.page.locator('[aria-checked="false"]')).waitFor();
    const id = await row('Ridge at noon').getAttribute('data-dialog-id');
    const set = await other.call('chat.dialog.getNotificationsSettings', id);
    assert.equal(set.notifications.enabled, 0);
  });

  test('tells what is complete, and lists links', async () => {
    await says(walkers._id, 'The map: https://maps.example.org/ridge');
    await row('Walkers').filter({ hasText: 'The map' }).waitFor();
    await openInfo('Walkers');
    await at('info-complete').waitFor();
    await at('info-link').filter({ hasText: 'maps.example.org' }).waitFor();
  });

  test('offers a member what a member may do, and no more', async () => {
    await openInfo('Walkers');
    await at('info-edit').waitFor();
    await at('add-people').waitFor();
    assert.equal(await at('member-menu').count(), 0);
    await at('info-delete').click();
    await at('question-me').waitFor();
    assert.equal(await at('question-all').count(), 0);
    await at('question-cancel').click();
    await gone(at('question'));
  });

  test('offers a reader of announcements nothing that is refused', async () => {
    await row('News of the house').click();
    await at('talk-name').getByText('News of the house').waitFor();
    await at('info').and(desk.page.locator('[data-phase="open"]')).waitFor();
    await at('info-name').getByText('News of the house').waitFor();
    for (const id of ['info-edit', 'add-people', 'member-menu', 'info-leave']) {
      assert.equal(await at(id).count(), 0, id);
    }
  });

  test('says in a sentence when a right is lost meanwhile', async () => {
    await openInfo('Walkers');
    await at('info-edit').click();
    await at('edit-name').fill('Runners');
    // Nobody tells Alex: the server changes its mind without a word.
    await bea.call('chat.dialog.update', walkers._id, { pull_all: { occupants_ids: [alex] } });
    await at('edit-save').click();
    // The conversation can only be read soon after, and the sentence stays.
    const problem = at('edit-problem').or(at('toast'));
    await problem.first().waitFor();
    assert.match(await problem.first().innerText(), /\.$/);
    await desk.page.keyboard.press('Escape');
    await gone(at('edit-dialog'));
    await bea.call('chat.dialog.update', walkers._id, { push_all: { occupants_ids: [alex] } });
  });

  test('reports a person to those who run the server', async () => {
    await openInfo('Bea Berg');
    await at('info-report').click();
    await at('report-reason').fill('Only a test');
    await at('report-send').click();
    await gone(at('report-person'));
    const reports = await admin(data, 'reports', 'list');
    assert.match(JSON.stringify(reports), /Only a test/);
  });
});

describe('ending things', () => {
  test('clears a history for me, and the other person keeps it', async () => {
    await openInfo('Bea Berg');
    await desk.message('Still warm').waitFor();
    await at('info-clear').click();
    await at('question-me').click();
    await gone(desk.message('Still warm'));
    const args = { chat_dialog_id: talk._id, mark_as_read: 0 };
    const { items } = await bea.call('chat.message.list', args);
    assert.ok(items.some((message) => message.message === 'Still warm'));
  });

  test('deletes for everybody what one owns', async () => {
    const id = await row('Ridge at noon').getAttribute('data-dialog-id');
    await menu('Ridge at noon', 'dialog-delete');
    await at('question-all').click();
    await gone(row('Ridge at noon'));
    assert.equal(await held(bea, id), undefined);
  });

  test('deletes several for me, with keys', async () => {
    await row('Theodor Marsh').click({ modifiers: ['Control'] });
    await row('Market square').click({ modifiers: ['Control'] });
    await at('choosing-delete').click();
    await at('question').getByText('Delete 2 conversations?').waitFor();
    await at('question-me').focus();
    await desk.page.keyboard.press('Enter');
    await gone(row('Theodor Marsh'));
    await gone(row('Market square'));
  });
});

describe('what waits', () => {
  test('is counted, explained, edited, discarded, and goes out when the server is back', async () => {
    await desk.openDialog('Bea Berg');
    await server.stop('SIGKILL');
    await desk.page
      .locator('[data-testid="link-state"]:not([data-state="online"])')
      .first()
      .waitFor();
    for (const text of ['first of three', 'second of three', 'third of three']) {
      await desk.write(text);
      await desk.delivered(text, 'queued', 'sending');
    }
    await row('Bea Berg').getByTestId('row-waiting').waitFor();
    await at('rail-waiting').click();
    await at('waiting-row').nth(2).waitFor();
    const of = (text) => at('waiting-row').filter({ hasText: text });
    await of('second').getByTestId('waiting-journal').click();
    await of('second').getByText('Written').waitFor();
    await of('second').getByTestId('waiting-discard').click();
    await at('waiting-discard-confirm').click();
    await gone(of('second'));
    await of('third').getByTestId('waiting-edit').click();
    await gone(at('waiting'));
    await desk.holds('third of three');
    await at('composer-input').fill('third of two');
    await at('composer-input').press('Enter');
    server = await startServer(data);
    await desk.delivered('first of three', 'sent', 'delivered', 'read');
    await desk.delivered('third of two', 'sent', 'delivered', 'read');
    await gone(at('rail-waiting'));
  });
});

describe('several accounts', () => {
  test('are added, switched, and there is a way back to where one was', async () => {
    await desk.openDialog('Bea Berg');
    await at('add-account').click();
    await at('back-to-account').click();
    await row('Bea Berg').waitFor();
    await at('add-account').click();
    await desk.signIn(server.ready.join_link, 'carol', PASSWORD);
    await row('Walkers').waitFor();
    await gone(row('Bea Berg'));
    await at('other-account').click();
    await row('Bea Berg').waitFor();
    await at('talk-name').getByText('Bea Berg').waitFor();
  });
});

test('the page had nothing to complain about', () => {
  assert.deepEqual(desk.complaints, []);
});
