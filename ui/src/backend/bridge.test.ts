import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { CallError } from './backend';
import { bridgeBackend } from './bridge';
import type { FeedEvent } from './bindings';

class Socket {
  static made: Socket[] = [];
  onmessage: ((event: { data: string }) => void) | null = null;
  onclose: (() => void) | null = null;
  constructor(readonly url: URL) {
    Socket.made.push(this);
  }
  say(event: unknown) {
    this.onmessage?.({ data: JSON.stringify(event) });
  }
  close() {
    this.onclose?.();
  }
}

const page = new URL('http://127.0.0.1:4000/?token=secret') as unknown as Location;

describe('the bridge', () => {
  const fetched = vi.fn<typeof fetch>();

  beforeEach(() => {
    vi.useFakeTimers();
    Socket.made = [];
    fetched.mockReset();
    vi.stubGlobal('WebSocket', Socket);
    vi.stubGlobal('fetch', fetched);
  });
  afterEach(() => {
    vi.unstubAllGlobals();
    vi.useRealTimers();
  });

  it('asks over HTTP, as its own feed, with the token', async () => {
    fetched.mockResolvedValue(new Response('{"theme":"dark"}'));
    const backend = bridgeBackend(page);
    backend.feed(() => undefined);
    const answer = backend.call('settings', {});
    Socket.made[0]?.say({ kind: 'hello', feed: 'f1' });
    expect(await answer).toEqual({ theme: 'dark' });
    const [url, options] = fetched.mock.calls[0] ?? [];
    expect(String(url)).toBe('http://127.0.0.1:4000/api/call/settings');
    expect(options?.headers).toMatchObject({ 'x-kith-token': 'secret', 'x-kith-feed': 'f1' });
    expect(String(Socket.made[0]?.url)).toBe('ws://127.0.0.1:4000/api/feed?token=secret');
  });

  it('makes an error of what failed', async () => {
    const backend = bridgeBackend(page);
    fetched.mockResolvedValue(
      new Response('{"code":"wrong_password","message":"m","detail":null}', { status: 400 }),
    );
    await expect(backend.call('home', {})).rejects.toMatchObject({ code: 'wrong_password' });
    fetched.mockResolvedValue(new Response('<html>', { status: 502 }));
    await expect(backend.call('home', {})).rejects.toMatchObject({ code: 'internal' });
    fetched.mockRejectedValue(new TypeError('no'));
    await expect(backend.call('home', {})).rejects.toBeInstanceOf(CallError);
  });

  it('passes the feed on, and takes a new one for a reset', () => {
    const events: FeedEvent[] = [];
    const stop = bridgeBackend(page).feed((event) => events.push(event));
    Socket.made[0]?.say({ kind: 'hello', feed: 'f1' });
    Socket.made[0]?.say({ kind: 'typing', typing: { dialog: 'd', people: [1] } });
    expect(events).toEqual([{ kind: 'typing', typing: { dialog: 'd', people: [1] } }]);
    Socket.made[0]?.close();
    vi.advanceTimersByTime(300);
    Socket.made[1]?.say({ kind: 'hello', feed: 'f2' });
    expect(events.at(-1)).toEqual({ kind: 'reset' });
    stop();
    vi.advanceTimersByTime(60_000);
    expect(Socket.made).toHaveLength(2);
  });
});
