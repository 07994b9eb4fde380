// Any call of the official JavaScript SDK, unmodified, over TLS: each person
// is a process of their own, as in `sdk.js`. What a call resolved or rejected
// with comes back as it was.

import { fork, spawn } from 'node:child_process';
import path from 'node:path';

import { Heard } from './events.js';
import { program } from './server.js';

/** What the SDK rejected a call with. */
export class SdkRefusal extends Error {
  constructor(call, { code, info, text }) {
    super(`${call} was refused: ${text}`);
    this.code = code;
    this.info = info;
  }
}

/** Every call of this process, by its path, and what came of it. */
const outcomes = new Map();

function note(method, outcome) {
  if (!outcomes.has(method)) outcomes.set(method, new Set());
  outcomes.get(method).add(outcome);
}

/**
 * Prints what came of every call of some parts of the SDK, and tells which of their methods
 * were never called. `explained` says of a method why it is not.
 */
export async function uncalled(person, parts, explained = {}) {
  const missing = [];
  for (const method of await person.methods(parts)) {
    const came = outcomes.get(method) ?? (explained[method] && [explained[method]]);
    if (!came) missing.push(method);
    console.log(`${method.padEnd(46)} ${came ? [...came].join('; ') : 'NOT CALLED'}`);
  }
  return missing;
}

/** One person at the SDK. */
export class Sdk {
  /** What the SDK's listeners were told. */
  heard = new Heard();
  #child;
  #calls = new Map();
  #next = 1;
  #isOld = false;

  /** Signs somebody in over REST and, unless told otherwise, the chat; `version` is 4 or 5. */
  static async connect(ready, login, password, { chat = true, version = '' } = {}) {
    const person = new Sdk();
    person.#isOld = version !== '';
    person.#child = fork(path.join(import.meta.dirname, 'sdk-any-main.js'), {
      env: { ...process.env, NODE_EXTRA_CA_CERTS: ready.ca_cert ?? '', KITH_TEST_SDK: version },
      execArgv: [],
      // Files are Buffers, which JSON would take apart.
      serialization: 'advanced',
    });
    person.#listen();
    try {
      ({ me: person.me, token: person.token } = await person.#ask('enter', [
        ready,
        login,
        password,
        chat,
      ]));
    } catch (error) {
      person.#child.disconnect();
      throw error;
    }
    return person;
  }

  #listen() {
    this.#child.on('message', ({ call, answer, error, event }) => {
      if (event) return this.heard.push(event);
      const { name, resolve, reject } = this.#calls.get(call);
      this.#calls.delete(call);
      if (error) reject(new SdkRefusal(name, error));
      else resolve(answer);
    });
    this.#child.on('exit', (code) => {
      for (const { name, reject } of this.#calls.values())
        reject(new Error(`${name}: the SDK's process ended with ${code}`));
      this.#calls.clear();
    });
  }

  #ask(name, args) {
    const call = this.#next++;
    return new Promise((resolve, reject) => {
      this.#calls.set(call, { name, resolve, reject });
      this.#child.send({ call, name, args });
    });
  }

  /** Calls a method by its path, such as `storage.getInfo`. */
  async call(method, ...args) {
    try {
      const answer = await this.#ask('method', [method, args]);
      if (!this.#isOld) note(method, 'good');
      return answer;
    } catch (error) {
      const isRefusal = error instanceof SdkRefusal && error.code !== null;
      if (isRefusal && !this.#isOld) note(method, `refused with ${error.code}`);
      throw error;
    }
  }

  /** The paths of all methods that some parts of the SDK have for apps. */
  methods(parts) {
    return this.#ask('methods', [parts]);
  }

  /** Calls a method that must be refused, and answers how. */
  async refused(method, ...args) {
    try {
      await this.call(method, ...args);
    } catch (error) {
      if (error instanceof SdkRefusal) return error;
      throw error;
    }
    throw new Error(`${method} should have been refused`);
  }

  /** Leaves. */
  async stop() {
    if (!this.#child.connected) return;
    await this.#ask('leave', []);
    this.#child.disconnect();
  }
}

/** Runs a command of the administrator's and answers its lines. */
export async function admin(data, ...words) {
  const child = spawn(program('kith-server'), ['admin', '--data', data, ...words], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let out = '';
  let errors = '';
  child.stdout.setEncoding('utf8').on('data', (text) => (out += text));
  child.stderr.setEncoding('utf8').on('data', (text) => (errors += text));
  const code = await new Promise((resolve) => child.once('close', resolve));
  if (code !== 0) throw new Error(errors.trim());
  return out
    .split('\n')
    .filter((line) => line)
    .map((line) => JSON.parse(line));
}
