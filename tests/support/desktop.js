// A desktop of a test's own: a message bus, and on it a notification server that
// shows nothing and tells what it was asked.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import path from 'node:path';

import { Heard } from './events.js';
import { program } from './server.js';

/** Starts no services of this machine. */
const BUS = path.join(import.meta.dirname, 'session-bus.conf');

/** A bus with a notification server on it. */
export class Desktop {
  /** What the server was asked. */
  told = new Heard();
  #bus;
  #server;

  static async start() {
    const desktop = new Desktop();
    desktop.#bus = spawn(
      'dbus-daemon',
      ['--config-file', BUS, '--nofork', '--nopidfile', '--print-address'],
      { stdio: ['ignore', 'pipe', 'inherit'] },
    );
    const [address] = await once(createInterface({ input: desktop.#bus.stdout }), 'line');
    desktop.address = address.trim();
    desktop.#server = spawn(program(path.join('examples', 'desktop')), [desktop.address], {
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    createInterface({ input: desktop.#server.stdout }).on('line', (line) =>
      desktop.told.push(JSON.parse(line)),
    );
    await desktop.told.find('the notification server', ({ kind }) => kind === 'ready');
    return desktop;
  }

  /** Waits for a notification that says this. */
  shown(body) {
    return this.told.find(`a notification that says "${body}"`, (told) => told.body === body);
  }

  /** Waits until a notification is taken away. */
  closed(id) {
    return this.told.find(`${id} to go`, (told) => told.kind === 'closed' && told.id === id);
  }

  /** All that was shown so far. */
  get all() {
    return this.told.all.filter(({ kind }) => kind === 'shown').map(({ body }) => body);
  }

  /** What a person does: `invoke 1 default`, `reply 1 a text`, `close 1 2`. */
  act(deed, id, what) {
    this.#server.stdin.write(`${deed} ${id} ${what}\n`);
  }

  async stop() {
    for (const child of [this.#server, this.#bus]) {
      if (child === undefined || child.exitCode !== null) continue;
      child.kill();
      await once(child, 'exit');
    }
  }
}
