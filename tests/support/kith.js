// A person who uses Kith: the real engine behind the bridge, spoken to as the
// user interface speaks to it.

import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import WebSocket from 'ws';

import { Heard } from './events.js';
import { startBridge } from './server.js';

/** The arguments of a sign-in to the server with this ready line. */
export async function connectionOf(ready) {
  const [, host, port] = /^(.*):(\d+)$/.exec(ready.chat_addr);
  return {
    name: 'Test server',
    api_url: ready.api_url,
    chat_host: host,
    chat_port: Number(port),
    chat_security: ready.ca_cert ? 'direct' : 'plain',
    chat_domain: ready.chat_domain,
    muc_domain: ready.muc_domain,
    app_id: ready.app_id,
    auth_key: ready.auth_key,
    ca_cert: ready.ca_cert ? await readFile(ready.ca_cert, 'utf8') : null,
  };
}

const ours = randomBytes(5).toString('hex');
let counted = randomBytes(3).readUIntBE(0, 3) >> 1;

/**
 * A message id as the window makes it: seconds, what is this process's own, and
 * a count, so that what was written later also stands lower.
 */
export function messageId() {
  const hex = (number, digits) => number.toString(16).padStart(digits, '0');
  return hex(Math.floor(Date.now() / 1000), 8) + ours + hex(++counted, 6);
}

/** A running bridge with one page attached. */
export class Kith {
  /** What the feed said. */
  feed = new Heard();
  #bridge;
  #socket;
  #url;
  #token;
  #id;

  /** Starts a bridge on a data folder and attaches to its feed; `limits.files` as `limitFiles`. */
  static async start(data, options = [], limits = {}) {
    const kith = new Kith();
    kith.#bridge = await startBridge(data, options, limits);
    const url = new URL(kith.#bridge.ready.url);
    kith.#token = url.searchParams.get('token');
    kith.#url = url.origin;
    await kith.#attach();
    return kith;
  }

  async #attach() {
    const address = `${this.#url.replace(/^http/, 'ws')}/api/feed?token=${this.#token}`;
    this.#socket = new WebSocket(address);
    this.#socket.on('message', (text) => {
      const event = JSON.parse(text.toString());
      if (event.kind === 'hello') this.#id = event.feed;
      this.feed.push(event);
    });
    const failed = new Promise((_, reject) => this.#socket.once('error', reject));
    await Promise.race([
      failed,
      this.feed.find("the feed's greeting", (event) => event.kind === 'hello'),
    ]);
  }

  /** The process. */
  get pid() {
    return this.#bridge.pid;
  }

  /** The address of the page. */
  get url() {
    return this.#bridge.ready.url;
  }

  /** Calls a command; throws its error with `code` and `message`. */
  async call(name, args = {}) {
    const answer = await fetch(`${this.#url}/api/call/${name}`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        'x-kith-token': this.#token,
        'x-kith-feed': this.#id,
      },
      body: JSON.stringify(args),
    });
    const text = await answer.text();
    if (answer.ok) return JSON.parse(text);
    const problem = answer.status === 400 ? JSON.parse(text) : { code: 'internal', message: text };
    throw Object.assign(new Error(`${name}: ${problem.message}`), { code: problem.code });
  }

  /** Signs in and waits until the link is up. */
  async signIn(connection, login, password, remember = 'session') {
    const app = await this.call('sign_in', { connection, login, password, remember });
    const home = await this.call('home');
    if (home.link.state !== 'online') {
      await this.feed.find(
        'the link',
        (event) => event.kind === 'home' && event.patch.link?.state === 'online',
      );
    }
    return { app, home: await this.call('home') };
  }

  /** Waits for a dialog that fits, in the list now or in a patch to come. */
  async dialog(what, fits) {
    const before = new Set(this.feed.all);
    const home = await this.call('home');
    const found = home.dialogs.find(fits);
    if (found) return found;
    // Each opening counts its patches anew: those of the one before are no news.
    let hasBegun = false;
    const event = await this.feed.find(what, (event) => {
      if (event.kind !== 'home' || before.has(event)) return false;
      hasBegun ||= event.patch.rev === home.rev + 1;
      return hasBegun && event.patch.dialogs.some(fits);
    });
    return event.patch.dialogs.find(fits);
  }

  /** Opens a dialog; the timeline keeps itself current from the feed. */
  async open(dialog) {
    const first = await this.call('open_timeline', { dialog, at: null });
    return new Timeline(this, first);
  }

  /** Writes a message; answers its id. */
  async send(dialog, text) {
    const id = messageId();
    await this.call('send', { dialog, id, text });
    return id;
  }

  /** Ends the process as a power cut would. */
  async kill() {
    this.#socket.on('error', () => {});
    await this.#bridge.stop('SIGKILL');
    this.#socket.terminate();
  }

  async stop() {
    this.#socket.close();
    await this.#bridge.stop();
  }
}

/** An open timeline. */
export class Timeline {
  #kith;
  #first;

  constructor(kith, first) {
    this.#kith = kith;
    this.#first = first;
  }

  /** What it held when it was opened. */
  get first() {
    return this.#first;
  }

  /** Waits for a message that fits, held at opening or patched in since. */
  async message(what, fits) {
    const held = this.#first.messages.find(fits);
    if (held) return held;
    const isIt = (event) =>
      event.kind === 'timeline' &&
      event.patch.window === this.#first.window &&
      event.patch.upserts.some(fits);
    const event = await this.#kith.feed.find(what, isIt);
    return event.patch.upserts.find(fits);
  }

  /** Every state that was shown for a message, in order. */
  states(id) {
    return this.#kith.feed.all
      .filter((event) => event.kind === 'timeline' && event.patch.window === this.#first.window)
      .flatMap((event) =>
        event.patch.upserts
          .filter((message) => message.id === id)
          .map((message) => message.delivery),
      );
  }
}

/** Whether a state is at least another one. */
export function reached(state, wanted) {
  const ladder = ['failed', 'queued', 'uploading', 'sending', 'sent', 'delivered', 'read'];
  return ladder.indexOf(state) >= ladder.indexOf(wanted);
}
