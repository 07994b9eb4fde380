// The interface in Chromium, over the bridge.

import path from 'node:path';
import { chromium } from 'playwright-core';

import { folder, program, startBridge } from './server.js';
import { shotsFolder } from './window.js';

/** The browser of a run; the pages of different people share it. */
export function openBrowser() {
  return chromium.launch({
    executablePath: process.env.KITH_TEST_BROWSER ?? '/usr/bin/chromium',
    // Root may not sandbox, and these pages load nothing but what the bridge serves.
    args: ['--no-sandbox', '--disable-dev-shm-usage', '--disable-gpu'],
  });
}

/** One person's Kith: a bridge on a data folder of its own, and a page. */
export class Desk {
  #files;
  #bridge;
  #context;
  #isAway = false;
  /** Playwright's page. */
  page;
  /** What the page complained about; a test looks at it in the end. */
  complaints = [];

  /**
   * `options` are Playwright's for a context: size, colour scheme and the like.
   * The bridge can start the server of "Try it here".
   */
  static async open(browser, options = {}) {
    const desk = new Desk();
    desk.#files = await folder('desk');
    await desk.#start();
    desk.#context = await browser.newContext({
      viewport: { width: 1280, height: 800 },
      reducedMotion: 'reduce',
      ...options,
    });
    desk.page = await desk.#context.newPage();
    desk.page.setDefaultTimeout(20_000);
    desk.page.on('pageerror', (error) => desk.complaints.push(String(error)));
    desk.page.on('console', (message) => {
      // A command that fails answers 400, which the browser notes by itself.
      const isAnswer = message.text().includes('status of 400');
      // While there is no bridge, the page cannot reach it.
      const isAway = desk.#isAway && message.text().includes('ERR_CONNECTION_REFUSED');
      if (message.type() === 'error' && !isAnswer && !isAway) desk.complaints.push(message.text());
    });
    await desk.page.goto(desk.#bridge.ready.url);
    return desk;
  }

  async #start() {
    this.#bridge = await startBridge(path.join(this.#files.path, 'data'), [
      '--server',
      program('kith-server'),
    ]);
  }

  /** Where Kith saves files: the bridge has no folder of the system's. */
  get downloads() {
    return path.join(this.#files.path, 'data', 'profiles', 'default', 'downloads');
  }

  /** Closes Kith and opens it again on the same data. */
  async restart() {
    this.#isAway = true;
    await this.#bridge.stop();
    await this.#start();
    await this.page.goto(this.#bridge.ready.url);
    this.#isAway = false;
  }

  /** An element by its `data-testid`. */
  at(id) {
    return this.page.getByTestId(id);
  }

  /** Signs in through the screens, from the first one. */
  async signIn(joinLink, login, password) {
    await this.at('way-server').click();
    await this.at('join-link').fill(joinLink);
    await this.at('join-go').click();
    await this.enter(login, password);
  }

  /** Fills the sign-in screen in. */
  async enter(login, password) {
    await this.at('login').fill(login);
    await this.at('password').fill(password);
    await this.at('sign-in').click();
  }

  /** The row of a dialog in the list, by its name. */
  row(name) {
    const itsName = this.page.getByTestId('dialog-name').getByText(name, { exact: true });
    return this.at('dialog-row').filter({ has: itsName });
  }

  /** Opens a dialog. */
  async openDialog(name) {
    await this.row(name).click();
    await this.at('composer-input').waitFor();
  }

  /** Opens any other dialog than that one. */
  async openOther(name) {
    const itsName = this.page.getByTestId('dialog-name').getByText(name, { exact: true });
    await this.at('dialog-row').filter({ hasNot: itsName }).first().click();
  }

  /** Waits until the composer holds this text. */
  async holds(text) {
    await this.page.waitForFunction(
      (text) => document.querySelector('[data-testid="composer-input"]')?.value === text,
      text,
    );
  }

  /** The bubble with this text. */
  message(text) {
    return this.at('message').filter({ hasText: text }).last();
  }

  /** Writes and presses Enter. */
  async write(text) {
    await this.at('composer-input').fill(text);
    await this.at('composer-input').press('Enter');
  }

  /** Waits until the bubble with this text is in one of these states. */
  async delivered(text, ...states) {
    const inOne = states.map((state) => `[data-delivery="${state}"]`).join(', ');
    await this.message(text).and(this.page.locator(inOne)).waitFor();
  }

  /** Waits until somebody else's message stands below the one with this text. */
  async answered(text) {
    await this.page.waitForFunction((text) => {
      const shown = [...document.querySelectorAll('[data-testid="message"]')];
      const asked = shown.findIndex((message) => message.textContent.includes(text));
      return (
        asked >= 0 && shown.slice(asked + 1).some((message) => message.dataset.own === 'false')
      );
    }, text);
  }

  /** What notifications would be on the desktop, when there was a change after that turn. */
  async desktop(after = null) {
    const { origin, headers } = this.#door;
    const since = after === null ? '' : `?after=${after}`;
    const signal = AbortSignal.timeout(20_000);
    return (await fetch(`${origin}/api/desktop${since}`, { headers, signal })).json();
  }

  /** Waits until what would be on the desktop fits; answers it. */
  async desktopShows(what, fits) {
    let turn = 0;
    let now = await this.desktop();
    while (!fits(now.standing)) {
      now = await this.desktop(turn).catch(() => {
        const shown = now.standing.map(({ title, body }) => `${title}: ${body}`);
        throw new Error(`waited 20 s for ${what} on the desktop, where there is: ${shown}`);
      });
      turn = now.turn;
    }
    return now.standing;
  }

  /** Does something with a notification: `open`, `mark_read`, `reply`, `dismiss`. */
  async act({ key }, act, text = '') {
    const { origin, headers } = this.#door;
    const answer = await fetch(`${origin}/api/desktop`, {
      method: 'POST',
      headers: { ...headers, 'content-type': 'application/json' },
      body: JSON.stringify({ key, act, text }),
    });
    if (!answer.ok) throw new Error(`${act}: ${await answer.text()}`);
  }

  get #door() {
    const { origin, searchParams } = new URL(this.#bridge.ready.url);
    return { origin, headers: { 'x-kith-token': searchParams.get('token') } };
  }

  /** Takes a picture into `target/shots`. */
  async picture(name) {
    await this.page.screenshot({
      path: path.join(shotsFolder(), `${name}.png`),
      animations: 'disabled',
      caret: 'initial',
    });
  }

  async close() {
    await this.#context?.close();
    await this.#bridge?.stop();
    await this.#files?.remove();
  }
}
