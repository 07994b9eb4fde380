// The screens that stand over or beside the main one, and the way to each, in
// the interface with its invented backend. Pictures are taken of them, and
// axe-core looks at them.

const at = (page, id) => page.getByTestId(id);

async function openInfo(page) {
  await at(page, 'info-toggle').click();
  await page.locator('[data-testid="info"][data-phase="open"]').waitFor();
}

/**
 * Which way a message with these words lies: 0 when all of it is in sight, and null when it
 * is not drawn. Answers when the list has come to rest.
 */
const wayTo = (page, words) =>
  page.evaluate(async (words) => {
    const list = document.querySelector('[data-testid="timeline"]');
    for (let frame = 0, rests = 0, last = NaN; frame < 120 && rests < 4; frame++) {
      await new Promise(requestAnimationFrame);
      rests = list.scrollTop === last ? rests + 1 : 0;
      last = list.scrollTop;
    }
    const message = [...list.querySelectorAll('[data-testid="message"]')].find((message) =>
      message.textContent.includes(words),
    );
    if (!message) return null;
    const { top, bottom } = message.getBoundingClientRect();
    const view = list.getBoundingClientRect();
    if (top < view.top) return -1;
    return bottom > view.bottom ? 1 : 0;
  }, words);

/**
 * There by the wheel, as a person goes: rows that are far away are not drawn. It begins at
 * the end, so what is not drawn is further up.
 */
async function wheelTo(page, words) {
  await at(page, 'timeline').hover();
  for (let turns = 0; turns < 60; turns++) {
    const way = await wayTo(page, words);
    if (way === 0) return;
    await page.mouse.wheel(0, (way ?? -1) * 200);
  }
}

/** The menu of a message of somebody else's, and an entry of it. */
async function messageMenu(page, entry) {
  const words = 'can you ask';
  const message = page.getByTestId('message').filter({ hasText: words });
  await wheelTo(page, words);
  await message.click({ button: 'right' });
  await at(page, 'message-menu').waitFor();
  if (entry !== undefined) await at(page, entry).click();
}

/**
 * Each: what it is called, the scene it begins with, and what to do there; `also` names
 * further ways in which pictures of it are taken.
 */
export const screens = [
  {
    name: 'list-menu',
    scene: 'home',
    async act(page) {
      await page.locator('[data-row="bea"]').click({ button: 'right' });
      const isTurned = await page.evaluate(() => document.documentElement.dir === 'rtl');
      await at(page, 'dialog-mute').press(isTurned ? 'ArrowLeft' : 'ArrowRight');
      await at(page, 'mute-hour').waitFor();
    },
  },
  {
    name: 'list-several',
    scene: 'home',
    async act(page) {
      await at(page, 'list-more').click();
      await at(page, 'choose-several').click();
      await page.locator('[data-row="hike"]').click();
      await page.locator('[data-row="square"]').click();
    },
  },
  {
    name: 'list-search',
    scene: 'home',
    async act(page) {
      await at(page, 'search').fill('gar');
      await at(page, 'dialog-row').first().waitFor();
    },
  },
  {
    name: 'search-found',
    scene: 'group',
    also: ['forced', 'contrast'],
    async act(page) {
      await at(page, 'search').fill('the');
      await at(page, 'found-row').nth(5).waitFor();
      await at(page, 'found-row').nth(1).hover();
    },
  },
  {
    name: 'search-one',
    scene: 'home',
    also: ['narrow', 'small', 'large'],
    async act(page) {
      await at(page, 'search').fill('lentil');
      await at(page, 'search-server').waitFor();
    },
  },
  {
    name: 'search-none',
    scene: 'home',
    async act(page) {
      await at(page, 'search').fill('zzyzx');
      await at(page, 'search-server').click();
      await page.getByText('The server found nothing else.').waitFor();
    },
  },
  {
    name: 'search-rtl-words',
    scene: 'rtl',
    async act(page) {
      await at(page, 'search').fill('\u0645');
      await at(page, 'found-row').first().waitFor();
      await at(page, 'found-row').first().click();
    },
  },
  {
    name: 'seek',
    scene: 'thousand',
    also: ['narrow', 'small', 'forced'],
    async act(page) {
      await at(page, 'seek-open').click();
      await at(page, 'seek').fill('the');
      await at(page, 'seek-older').click();
      await page.locator('.message.meant').waitFor();
    },
  },
  {
    name: 'seek-none',
    scene: 'group',
    async act(page) {
      await at(page, 'seek-open').click();
      await at(page, 'seek').fill('zzyzx');
      await page.getByText('Nothing found').waitFor();
    },
  },
  {
    name: 'list-archived',
    scene: 'home',
    async act(page) {
      await at(page, 'filter-archived').click();
      await page.locator('[data-row="old"]').waitFor();
    },
  },
  {
    name: 'list-delete',
    scene: 'group',
    async act(page) {
      await page.locator('[data-row="hike"]').click({ button: 'right' });
      await at(page, 'dialog-delete').click();
      await at(page, 'question').waitFor();
    },
  },
  {
    name: 'create',
    scene: 'home',
    async act(page) {
      await at(page, 'new-dialog').click();
      await at(page, 'create-person').first().waitFor();
    },
  },
  {
    name: 'create-short',
    scene: 'home',
    async act(page) {
      await at(page, 'new-dialog').click();
      await at(page, 'create-search').fill('be');
      await at(page, 'create-note').getByText('2 more letters').waitFor();
    },
  },
  {
    name: 'create-group',
    scene: 'home',
    async act(page) {
      await at(page, 'new-dialog').click();
      await at(page, 'create-group').click();
      for (const nth of [0, 2, 4]) await at(page, 'create-person').nth(nth).click();
      await at(page, 'create-next').click();
      await at(page, 'create-name').fill('Walkers');
      await at(page, 'field-add').click();
      await at(page, 'field-key').fill('pace');
    },
  },
  {
    name: 'create-public',
    scene: 'home',
    async act(page) {
      await at(page, 'new-dialog').click();
      await at(page, 'create-public').click();
      await at(page, 'create-preview').waitFor();
    },
  },
  {
    name: 'crop',
    scene: 'home',
    async act(page) {
      await at(page, 'new-dialog').click();
      await at(page, 'create-public').click();
      await choosePhoto(page);
    },
  },
  {
    name: 'directory',
    scene: 'home',
    async act(page) {
      await at(page, 'rail-directory').click();
      await at(page, 'directory-row').nth(1).click();
      await at(page, 'preview-message').first().waitFor();
    },
  },
  {
    name: 'directory-offline',
    scene: 'offline',
    async act(page) {
      await at(page, 'rail-directory').click();
      await at(page, 'directory').getByRole('button', { name: 'Try again' }).waitFor();
    },
  },
  {
    name: 'waiting',
    scene: 'states',
    async act(page) {
      await at(page, 'rail-waiting').click();
      await at(page, 'waiting-journal').first().click();
    },
  },
  { name: 'info-person', scene: 'talk', act: openInfo },
  { name: 'info-group', scene: 'group', act: openInfo },
  {
    name: 'info-public',
    scene: 'home',
    async act(page) {
      await page.locator('[data-row="square"]').click();
      await openInfo(page);
    },
  },
  {
    name: 'info-members',
    scene: 'home',
    async act(page) {
      await page.locator('[data-row="square"]').click();
      await openInfo(page);
      await at(page, 'all-members').click();
      await at(page, 'member-row').nth(7).waitFor();
    },
  },
  {
    name: 'info-member-menu',
    scene: 'group',
    async act(page) {
      await openInfo(page);
      await at(page, 'member-menu').first().click();
      await at(page, 'member-remove').waitFor();
    },
  },
  {
    name: 'info-edit',
    scene: 'group',
    async act(page) {
      await openInfo(page);
      await at(page, 'info-edit').click();
      await at(page, 'edit-name').waitFor();
    },
  },
  {
    name: 'info-add',
    scene: 'group',
    async act(page) {
      await openInfo(page);
      await at(page, 'add-people').click();
      await at(page, 'create-person').first().waitFor();
    },
  },
  {
    name: 'info-report',
    scene: 'talk',
    async act(page) {
      await openInfo(page);
      await at(page, 'info-report').click();
      await at(page, 'report-reason').waitFor();
    },
  },
  {
    name: 'info-refused',
    scene: 'refuses',
    async act(page) {
      await openInfo(page);
      await at(page, 'info-server').click();
      await at(page, 'info-problem').waitFor();
    },
  },
  {
    name: 'info-missing',
    scene: 'unread',
    async act(page) {
      await openInfo(page);
      await at(page, 'info-hole').scrollIntoViewIfNeeded();
    },
  },
  {
    name: 'info-failed',
    scene: 'infofails',
    async act(page) {
      await at(page, 'info-toggle').click();
      await page.locator('[data-testid="info"][data-phase="failed"]').waitFor();
    },
  },
  {
    name: 'settings',
    scene: 'home',
    async act(page) {
      await at(page, 'settings').click();
      await at(page, 'text-larger').waitFor();
    },
  },
  {
    name: 'settings-bare-desktop',
    scene: 'baredesktop',
    async act(page) {
      await at(page, 'settings').click();
      await at(page, 'no-notifications').waitFor();
    },
  },
  {
    name: 'keys',
    scene: 'home',
    async act(page) {
      await page.keyboard.press('F1');
      await at(page, 'keys').waitFor();
    },
  },
  {
    name: 'settings-leave',
    scene: 'home',
    async act(page) {
      await at(page, 'settings').click();
      await at(page, 'sign-out').click();
      await at(page, 'sign-out-confirm').waitFor();
    },
  },
  {
    name: 'one-more-account',
    scene: 'accounts',
    async act(page) {
      await at(page, 'add-account').click();
      await at(page, 'back-to-account').waitFor();
    },
  },
  ...['wrong-password', 'unreachable', 'certificate'].map((scene) => ({
    name: `sign-in-${scene}`,
    scene,
    async act(page) {
      await at(page, 'login').fill('ada');
      await at(page, 'password').fill('not the one');
      await at(page, 'sign-in').click();
      await at(page, 'sign-in-error').waitFor();
    },
  })),
  {
    name: 'set-aside',
    scene: 'corrupt',
    async act(page) {
      await at(page, 'set-aside').click();
      await at(page, 'set-aside-confirm').waitFor();
    },
  },
  {
    name: 'join-details',
    scene: 'welcome',
    async act(page) {
      await at(page, 'way-cloud').click();
      await at(page, 'join-details').click();
      await at(page, 'app-id').waitFor();
    },
  },
  {
    name: 'join',
    scene: 'welcome',
    async act(page) {
      await at(page, 'way-server').click();
      await at(page, 'join-link').waitFor();
    },
  },
  {
    name: 'large-text',
    scene: 'group',
    act: largeText,
  },
  {
    name: 'large-text-list',
    scene: 'home',
    act: largeText,
  },
  {
    name: 'message-menu',
    scene: 'kinds',
    act: (page) => messageMenu(page),
  },
  {
    name: 'message-answer',
    scene: 'kinds',
    async act(page) {
      await messageMenu(page, 'menu-reply');
      await at(page, 'composer-input').fill('I **really** agree, `here` and @be');
      await at(page, 'composer-input').press('End');
      await at(page, 'composer-input').pressSequentially('a');
      await at(page, 'choice').first().waitFor();
    },
  },
  {
    name: 'message-react',
    scene: 'kinds',
    async act(page) {
      await messageMenu(page, 'menu-react-more');
      await at(page, 'more-reactions').click();
      await at(page, 'emoji').first().waitFor();
    },
  },
  {
    name: 'message-details',
    scene: 'kinds',
    async act(page) {
      await messageMenu(page, 'menu-details');
      await at(page, 'properties').waitFor();
    },
  },
  {
    name: 'message-report',
    scene: 'kinds',
    async act(page) {
      await messageMenu(page, 'menu-report');
      await at(page, 'report-question').waitFor();
    },
  },
  {
    name: 'message-delete',
    scene: 'kinds',
    async act(page) {
      await messageMenu(page, 'menu-delete');
      await at(page, 'delete-question').waitFor();
    },
  },
  {
    name: 'messages-forward',
    scene: 'kinds',
    async act(page) {
      await messageMenu(page, 'menu-select');
      await at(page, 'select-forward').click();
      await at(page, 'forward-to').first().check();
    },
  },
  {
    name: 'messages-selected',
    scene: 'kinds',
    async act(page) {
      await messageMenu(page, 'menu-select');
      await at(page, 'select-count').waitFor();
    },
  },
  {
    name: 'files-moving',
    scene: 'files',
    async act(page) {
      for (const [name, state] of [
        ['gone missing.txt', 'failed'],
        ['all of them.zip', 'coming'],
      ]) {
        const file = at(page, 'file').filter({ hasText: name });
        await wheelTo(page, name);
        await file.getByTestId('file-act').click();
        await file.and(page.locator(`[data-state="${state}"]`)).waitFor();
      }
    },
  },
  {
    name: 'files-menu',
    scene: 'files',
    async act(page) {
      await (await firstMessage(page)).click({ button: 'right' });
      await at(page, 'menu-look').waitFor();
    },
  },
  { name: 'photo', scene: 'files', act: (page) => openPhoto(page) },
  {
    name: 'photo-close',
    scene: 'files',
    async act(page) {
      await openPhoto(page);
      for (let step = 0; step < 3; step++) await page.keyboard.press('+');
      await at(page, 'viewer-save').click();
      await at(page, 'viewer-about').waitFor();
    },
  },
  {
    name: 'photo-forward',
    scene: 'files',
    async act(page) {
      await openPhoto(page);
      await at(page, 'viewer-forward').click();
      await at(page, 'forward-question').waitFor();
    },
  },
  {
    name: 'photo-missing',
    scene: 'states',
    async act(page) {
      await at(page, 'photo').click();
      await at(page, 'viewer-missing').waitFor();
    },
  },
  {
    name: 'photo-large-text',
    scene: 'files',
    async act(page) {
      await largeText(page);
      await openPhoto(page);
    },
  },
  {
    name: 'composer-options',
    scene: 'kinds',
    async act(page) {
      await at(page, 'options').click();
      await at(page, 'option-silent').waitFor();
    },
  },
  {
    name: 'pins',
    scene: 'kinds',
    async act(page) {
      await at(page, 'pinned-all').click();
      await at(page, 'pinned-entry').first().waitFor();
    },
  },
  {
    name: 'notice',
    scene: 'group',
    async act(page) {
      await page.locator('[data-row="bea"]').click({ button: 'right' });
      const isTurned = await page.evaluate(() => document.documentElement.dir === 'rtl');
      await at(page, 'dialog-mute').press(isTurned ? 'ArrowLeft' : 'ArrowRight');
      await at(page, 'mute-hours').click();
      // It stays while one points at it.
      await at(page, 'toast').hover();
    },
  },
  {
    name: 'notice-talk',
    scene: 'kinds',
    also: ['narrow', 'small'],
    async act(page) {
      await messageMenu(page, 'menu-forward');
      await at(page, 'forward-to').first().check();
      await at(page, 'forward-confirm').click();
      await at(page, 'toast').hover();
    },
  },
  {
    name: 'info-fields',
    scene: 'group',
    async act(page) {
      await openInfo(page);
      await at(page, 'info-edit').click();
      await at(page, 'field-add').click();
      await at(page, 'field-key').nth(1).fill('unknown-mood');
      await at(page, 'field-value').nth(1).fill('good');
      await at(page, 'edit-save').click();
      await at(page, 'edit-problem').waitFor();
      await at(page, 'edit-problem').scrollIntoViewIfNeeded();
    },
  },
  {
    name: 'photo-large',
    scene: 'oddfiles',
    act: (page) => wheelTo(page, 'All of the valley.'),
  },
  {
    name: 'photo-fetch',
    scene: 'oddfiles',
    async act(page) {
      await wheelTo(page, 'All of the valley.');
      const message = at(page, 'message').filter({ hasText: 'All of the valley.' });
      await message.click({ button: 'right' });
      await at(page, 'menu-look').click();
      await at(page, 'viewer-fetch').waitFor();
    },
  },
  {
    name: 'calendar',
    scene: 'kinds',
    async act(page) {
      await at(page, 'calendar-open').click();
      await at(page, 'calendar').waitFor();
    },
  },
  {
    name: 'staged',
    scene: 'talk',
    also: ['narrow', 'small'],
    async act(page) {
      await stage(page, 'ridge.png', 'lake.png');
      await at(page, 'attach-input').setInputFiles([
        plainFile('Minutes of the meeting of the garden committee, third draft.pdf', 248_300),
        plainFile('empty.txt', 0),
      ]);
      await at(page, 'staged').nth(2).waitFor();
      await at(page, 'composer-problem').waitFor();
      await at(page, 'composer-input').fill('These are from Saturday.');
      await at(page, 'composer-problem').waitFor({ state: 'detached' });
    },
  },
  {
    name: 'staging-problem',
    scene: 'talk',
    async act(page) {
      await at(page, 'attach-input').setInputFiles([plainFile('empty.txt', 0)]);
      await at(page, 'composer-problem').waitFor();
    },
  },
  {
    name: 'dropping',
    scene: 'talk',
    async act(page) {
      const dataTransfer = await page.evaluateHandle(() => {
        const carried = new DataTransfer();
        carried.items.add(new File(['a'], 'a.txt'));
        return carried;
      });
      await page.dispatchEvent('[data-testid="timeline"]', 'dragover', { dataTransfer });
      await at(page, 'drop-zone').waitFor();
    },
  },
];

/** A file of so many bytes, as the file dialog hands it over. */
function plainFile(name, size) {
  return { name, mimeType: 'application/octet-stream', buffer: Buffer.alloc(size, 7) };
}

/** Puts pictures beside what is written. */
async function stage(page, ...names) {
  const buffer = await paint(page, 320, 200);
  const files = names.map((name) => ({ name, mimeType: 'image/png', buffer }));
  await at(page, 'attach-input').setInputFiles(files);
  const shown = page.getByTestId('staged').locator('img');
  await shown.nth(names.length - 1).waitFor();
}

/** The first message of a conversation, reached by its key. */
async function firstMessage(page) {
  const last = page.locator('[data-message-id][tabindex="0"]');
  // Hidden until it has been measured, it takes no focus.
  await last.waitFor();
  await last.press('Home');
  const first = at(page, 'message').and(page.locator(':focus'));
  await first.filter({ has: at(page, 'photo') }).waitFor();
  return first;
}

/** Opens the first photo of a conversation that begins with one, in large. */
async function openPhoto(page) {
  await firstMessage(page);
  await page.keyboard.press('Space');
  await at(page, 'viewer').locator('img').waitFor();
}

/** Text at 200 percent, as somebody sets it. */
async function largeText(page) {
  await at(page, 'settings').click();
  const larger = at(page, 'text-larger');
  while (await larger.isEnabled()) await larger.click();
  await page.keyboard.press('Escape');
  await at(page, 'settings-dialog').waitFor({ state: 'detached' });
}

/** Hands a picture over, as the file dialog would, and waits for the frame. */
export async function choosePhoto(page, width = 320, height = 200) {
  await at(page, 'photo-file').setInputFiles({
    name: 'ridge.png',
    mimeType: 'image/png',
    buffer: await paint(page, width, height),
  });
  await at(page, 'crop-frame').locator('img').waitFor();
}

/** A picture with a colour for each half. */
export async function paint(page, width, height) {
  const address = await page.evaluate(
    ([width, height]) => {
      const canvas = document.createElement('canvas');
      canvas.width = width;
      canvas.height = height;
      const context = canvas.getContext('2d');
      context.fillStyle = '#7a6bb5';
      context.fillRect(0, 0, width / 2, height);
      context.fillStyle = '#d8a23c';
      context.fillRect(width / 2, 0, width / 2, height);
      return canvas.toDataURL('image/png');
    },
    [width, height],
  );
  return Buffer.from(address.split(',')[1], 'base64');
}
