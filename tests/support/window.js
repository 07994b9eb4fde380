// The real window, driven through WebKitWebDriver.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { createInterface } from 'node:readline';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import selenium from 'selenium-webdriver';
import { Executor, HttpClient } from 'selenium-webdriver/http/index.js';

import { program } from './server.js';

const { By, Capabilities, Key, WebDriver } = selenium;

export { Key };

/** A port that was free a moment ago. */
async function freePort() {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address();
  server.close();
  await once(server, 'close');
  return port;
}

/** One window of the app, with a driver of its own. */
export class Window {
  #service;
  #driver;

  /** Opens Kith with these arguments. */
  static async open(args, binary = program('kith')) {
    const window = new Window();
    const port = await freePort();
    window.#service = spawn('WebKitWebDriver', [`--port=${port}`, '--host=127.0.0.1'], {
      env: { ...process.env, TAURI_AUTOMATION: 'true', TAURI_WEBVIEW_AUTOMATION: 'true' },
      stdio: ['ignore', 'ignore', process.env.KITH_TEST_LOG ? 'inherit' : 'ignore'],
    });
    await answering(port, window.#service);
    const capabilities = new Capabilities({ 'webkitgtk:browserOptions': { binary, args } });
    window.#driver = WebDriver.createSession(
      new Executor(new HttpClient(`http://127.0.0.1:${port}`)),
      capabilities,
    );
    await window.#driver.getSession();
    await window.#driver.manage().setTimeouts({ script: 60_000 });
    return window;
  }

  /**
   * Waits until an element fits, and answers it. The page itself watches for
   * changes, so nothing is asked again and again from here.
   */
  async find(selector, text = null, milliseconds = 30_000) {
    const element = await this.#driver.executeAsyncScript(
      (selector, text, milliseconds, done) => {
        const look = () =>
          [...document.querySelectorAll(selector)].find(
            (element) =>
              (text === null || element.textContent.includes(text)) &&
              element.getClientRects().length > 0,
          );
        const found = look();
        if (found) return done(found);
        const observer = new MutationObserver(() => {
          const found = look();
          if (!found) return;
          observer.disconnect();
          clearTimeout(timer);
          done(found);
        });
        const timer = setTimeout(() => {
          observer.disconnect();
          done(null);
        }, milliseconds);
        observer.observe(document, {
          subtree: true,
          childList: true,
          attributes: true,
          characterData: true,
        });
      },
      selector,
      text,
      milliseconds,
    );
    if (element) return element;
    const shown = await this.#driver.findElement(By.css('body')).getText();
    throw new Error(
      `waited ${milliseconds / 1000} s for ${selector}${text ? ` with "${text}"` : ''}; the window shows:\n${shown}`,
    );
  }

  async click(selector, text = null) {
    await (await this.find(selector, text)).click();
  }

  async type(selector, ...keys) {
    const element = await this.find(selector);
    await element.click();
    await element.sendKeys(...keys);
  }

  /** Chooses a file, as the system's dialog hands it over. */
  async choose(selector, file) {
    await this.#driver.findElement(By.css(selector)).sendKeys(file);
  }

  /** Presses keys where the focus is. */
  async press(...keys) {
    await this.#driver
      .actions()
      .sendKeys(...keys)
      .perform();
  }

  /** The other button of the mouse. */
  async menu(selector, text = null) {
    const element = await this.find(selector, text);
    await this.#driver.actions().contextClick(element).perform();
  }

  /** Runs a function in the page. */
  run(script, ...args) {
    return this.#driver.executeScript(script, ...args);
  }

  /** Makes the window this large. */
  async resize(width, height) {
    await this.#driver.manage().window().setRect({ width, height });
  }

  /** Takes a picture into `target/shots`, when everything has been painted. */
  async picture(name) {
    const file = path.join(shotsFolder(), `${name}.png`);
    await mkdir(path.dirname(file), { recursive: true });
    await writeFile(file, Buffer.from(await this.shot(), 'base64'));
  }

  /**
   * The picture as base64. WebKit takes it with the next frame, and a page at
   * rest draws none, so a hardly visible point keeps moving meanwhile.
   */
  async shot() {
    await this.#driver.executeAsyncScript((done) => {
      const point = document.createElement('i');
      point.id = 'kith-test-point';
      point.style.cssText =
        'position:fixed;inset-block-end:0;inset-inline-end:0;inline-size:1px;block-size:1px';
      document.body.append(point);
      let count = 0;
      const frame = () => {
        if (!point.isConnected) return;
        point.style.background = `rgb(0 0 0 / ${(count++ % 2) + 1}%)`;
        if (count === 3) done();
        requestAnimationFrame(frame);
      };
      frame();
    });
    try {
      return await this.#driver.takeScreenshot();
    } finally {
      await this.run(() => document.querySelector('#kith-test-point').remove());
    }
  }

  /** Ends the app as the system does at its own end, and waits until it is gone. */
  async end() {
    const { pid } = this.#service;
    const children = () => readFile(`/proc/${pid}/task/${pid}/children`, 'utf8');
    const [app] = (await children()).trim().split(' ');
    process.kill(Number(app), 'SIGTERM');
    while ((await children()).split(' ').includes(app))
      await new Promise((resolve) => setTimeout(resolve, 20));
    await this.close();
  }

  async close() {
    await this.#driver.quit().catch(() => {});
    this.#service.kill();
    if (this.#service.exitCode === null && this.#service.signalCode === null)
      await once(this.#service, 'exit');
  }
}

/** Where pictures go. */
export function shotsFolder() {
  const target = process.env.KITH_TEST_TARGET ?? path.resolve(import.meta.dirname, '../../target');
  return path.join(target, 'shots');
}

/** Waits until the driver takes connections; it says nothing when it does. */
async function answering(port, service) {
  for (;;) {
    if (service.exitCode !== null)
      throw new Error(`WebKitWebDriver ended with ${service.exitCode}`);
    try {
      const answer = await fetch(`http://127.0.0.1:${port}/status`);
      if (answer.ok) return;
    } catch {
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
}
