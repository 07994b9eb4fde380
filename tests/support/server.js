// A real kith-server in a folder of its own.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';

/** Where cargo put the programs. */
export function program(name) {
  const folder =
    process.env.KITH_TEST_PROGRAMS ?? path.resolve(import.meta.dirname, '../../target/debug');
  return path.join(folder, process.platform === 'win32' ? `${name}.exe` : name);
}

/** A folder that goes away with the test. */
export async function folder(name) {
  const made = await mkdtemp(path.join(tmpdir(), `kith-${name}-`));
  return { path: made, remove: () => rm(made, { recursive: true, force: true, maxRetries: 3 }) };
}

/**
 * Starts a program that prints one line of JSON when it is ready.
 * Its log is shown only when it ends before that.
 */
export async function startProgram(name, args, env = {}, limits = {}) {
  // A file that may not grow is an error then, and no signal: see `limitFiles`.
  const limit = limits.files === undefined ? '' : `ulimit -S -f ${limits.files / 1024};`;
  const line = `trap "" XFSZ; ${limit} exec "$0" "$@"`;
  const run =
    process.platform === 'linux'
      ? ['bash', ['-c', line, program(name), ...args]]
      : [program(name), args];
  const child = spawn(...run, {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let log = '';
  child.stderr.setEncoding('utf8');
  child.stderr.on('data', (text) => {
    log = (log + text).slice(-20_000);
    if (process.env.KITH_TEST_LOG) process.stderr.write(text);
  });
  const ended = new Promise((resolve) =>
    child.once('exit', (code, signal) => resolve({ code, signal })),
  );
  const ready = await new Promise((resolve, reject) => {
    child.once('error', reject);
    createInterface({ input: child.stdout }).once('line', (line) => {
      try {
        resolve(JSON.parse(line));
      } catch {
        reject(new Error(`${name} should print one line of JSON, and printed: ${line}`));
      }
    });
    ended.then(({ code, signal }) =>
      reject(new Error(`${name} ended (${code ?? signal}) before it was ready:\n${log}`)),
    );
  });
  return {
    ready,
    pid: child.pid,
    log: () => log,
    /** Ends it as an administrator would, or as a power cut would with "SIGKILL". */
    async stop(signal = 'SIGTERM') {
      if (child.exitCode === null && child.signalCode === null) child.kill(signal);
      return ended;
    },
  };
}

/**
 * No file of this process may grow beyond so many bytes, as on a disk that is
 * full; `null` gives it room again. Linux only.
 */
export async function limitFiles(pid, bytes) {
  const limit = spawn('prlimit', ['--pid', String(pid), `--fsize=${bytes ?? 'unlimited'}:`]);
  const [code] = await once(limit, 'exit');
  if (code !== 0) throw new Error(`prlimit ended with ${code}`);
}

/** A kith-server; `options` are more arguments of its command line. */
export async function startServer(data, options = []) {
  return startProgram('kith-server', ['--data', data, ...options]);
}

/** A kith-bridge on a data folder. */
export async function startBridge(data, options = [], limits = {}) {
  const ui = path.resolve(import.meta.dirname, '../../ui/dist');
  const args = ['--data-dir', data, '--listen', '127.0.0.1:0', '--ui', ui, ...options];
  return startProgram('kith-bridge', args, {}, limits);
}
