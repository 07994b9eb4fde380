// A way to the server that lies in this process: what goes up is counted, and
// nothing goes up while it is closed. It reads nothing, so TLS passes as it is.

import { once } from 'node:events';
import net from 'node:net';

/** The way of one device, to REST and to the chat. */
export class Road {
  #gates = [];
  #ends = new Set();
  #opening = null;
  #open = null;
  #left = Infinity;
  #reached = null;

  /** A road to where a connection leads, and that connection over it. */
  static async lead(connection) {
    const road = new Road();
    const api = new URL(connection.api_url);
    const there = { host: api.hostname, port: Number(api.port) };
    api.port = await road.#gate(there, true);
    const chat = { host: connection.chat_host, port: connection.chat_port };
    const chat_port = await road.#gate(chat, false);
    const over = { ...connection, api_url: api.href.replace(/\/$/, ''), chat_port };
    return { road, over };
  }

  async #gate(there, isCounted) {
    const gate = net.createServer((near) => this.#carry(near, there, isCounted));
    gate.listen(0, '127.0.0.1');
    await once(gate, 'listening');
    this.#gates.push(gate);
    return gate.address().port;
  }

  /** Lets nothing up from now on. Whoever comes is let in, and waits. */
  close() {
    this.#opening ??= new Promise((resolve) => (this.#open = resolve));
  }

  /** What waits goes on, unless who sent it has gone. */
  open() {
    this.#open?.();
    this.#opening = null;
  }

  /** Closes when so many bytes more have gone to REST; resolves then. */
  closesAfter(bytes) {
    this.#left = bytes;
    return new Promise((resolve) => (this.#reached = resolve));
  }

  stop() {
    for (const end of this.#ends) end.destroy();
    for (const gate of this.#gates) gate.close();
  }

  async #carry(near, there, isCounted) {
    const far = net.connect(there);
    for (const [end, other] of [
      [near, far],
      [far, near],
    ]) {
      this.#ends.add(end);
      end.setNoDelay(true);
      end.on('error', () => {});
      end.on('close', () => {
        this.#ends.delete(end);
        other.destroy();
      });
    }
    far.pipe(near);
    try {
      for await (const part of near) {
        if (isCounted) this.#count(part.length);
        await this.#opening;
        if (!far.destroyed && !far.write(part)) await once(far, 'drain');
      }
    } catch {
      // Whoever was killed says no goodbye.
    }
    far.end();
  }

  #count(bytes) {
    this.#left -= bytes;
    if (this.#left > 0) return;
    this.#left = Infinity;
    this.close();
    this.#reached();
  }
}
