// The other person: the official JavaScript SDK, unmodified, over TLS. It runs
// in a process of its own, because Node takes a certificate authority only at
// start, and because the SDK keeps one configuration a process.

import { fork } from 'node:child_process';
import path from 'node:path';

import { Heard } from './events.js';

/** One person at the SDK. */
export class SdkPerson {
  /** What the SDK's listeners were told. */
  heard = new Heard();
  #child;
  #calls = new Map();
  #next = 1;

  /** Signs a person in over REST and the chat. */
  static async connect(ready, login, password) {
    const person = new SdkPerson();
    person.#start(ready);
    person.me = (await person.call('connect', { ready, login, password })).me;
    return person;
  }

  #start(ready) {
    this.#child = fork(path.join(import.meta.dirname, 'sdk-main.js'), {
      env: { ...process.env, NODE_EXTRA_CA_CERTS: ready.ca_cert ?? '' },
      execArgv: [],
    });
    this.#child.on('message', ({ call, answer, error, event }) => {
      if (event) return this.heard.push(event);
      const { resolve, reject } = this.#calls.get(call);
      this.#calls.delete(call);
      if (error) reject(new Error(`the SDK says: ${error}`));
      else resolve(answer);
    });
    this.#child.on('exit', (code) => {
      for (const { reject } of this.#calls.values())
        reject(new Error(`the SDK's process ended with ${code}`));
      this.#calls.clear();
    });
  }

  /** Has the other process do something; see `sdk-main.js`. */
  call(name, args = {}) {
    const call = this.#next++;
    return new Promise((resolve, reject) => {
      this.#calls.set(call, { resolve, reject });
      this.#child.send({ call, name, args });
    });
  }

  /** Makes people with the SDK's own sign-up; answers them in order. */
  static async signUp(ready, people) {
    const person = new SdkPerson();
    person.#start(ready);
    try {
      return await person.call('signUp', { ready, people });
    } finally {
      person.#child.disconnect();
    }
  }

  /** Has two people talk inside one process and measures it; see `sdk-main.js`. */
  static async together(ready, logins, password, times) {
    const both = new SdkPerson();
    both.#start(ready);
    try {
      return await both.call('measure', { ready, logins, password, ...times });
    } finally {
      both.#child.disconnect();
    }
  }

  /** Leaves. */
  async stop() {
    if (!this.#child.connected) return;
    await this.call('disconnect');
    this.#child.disconnect();
  }
}
