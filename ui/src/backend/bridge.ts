/**
 * The backend of a browser: commands over HTTP, the feed over a WebSocket. Used
 * by tests and for work on the look; the app never uses it.
 */

import { asCallError, CallError, type Backend } from './backend';
import type { FeedEvent } from './bindings';

type Hello = { kind: 'hello'; feed: string };

const FIRST_PAUSE = 250;
const LONGEST_PAUSE = 5_000;

export function bridgeBackend(page: Location = location): Backend {
  const token = new URLSearchParams(page.search).get('token') ?? '';
  const base = new URL('.', page.href);
  let feedId = '';
  let sayConnected: () => void = () => undefined;
  let connected = new Promise<void>((resolve) => (sayConnected = resolve));
  let isListening = false;

  return {
    async call(name, args) {
      // Windows belong to a feed, so the feed comes first.
      if (isListening) await connected;
      let response: Response;
      try {
        response = await fetch(new URL(`api/call/${name}`, base), {
          method: 'POST',
          headers: {
            'content-type': 'application/json',
            'x-kith-token': token,
            'x-kith-feed': feedId,
          },
          body: JSON.stringify(args),
        });
      } catch {
        throw new CallError(name, {
          code: 'internal',
          message: 'The bridge does not answer.',
          detail: null,
        });
      }
      const answer: unknown = await response.json().catch(() => null);
      if (!response.ok) {
        throw asCallError(name, answer ?? new Error(`The bridge said ${response.status}.`));
      }
      return answer as never;
    },

    feed(listener) {
      let stopped = false;
      let socket: WebSocket | undefined;
      let pause = FIRST_PAUSE;
      let timer: ReturnType<typeof setTimeout> | undefined;
      let isFirst = true;
      isListening = true;

      const open = () => {
        const url = new URL('api/feed', base);
        url.protocol = url.protocol === 'https:' ? 'wss:' : 'ws:';
        url.searchParams.set('token', token);
        socket = new WebSocket(url);
        socket.onmessage = ({ data }) => {
          const event = JSON.parse(String(data)) as FeedEvent | Hello;
          if (event.kind !== 'hello') {
            listener(event);
            return;
          }
          feedId = event.feed;
          pause = FIRST_PAUSE;
          sayConnected();
          // A new feed knows nothing of the windows of the old one.
          if (!isFirst) listener({ kind: 'reset' });
          isFirst = false;
        };
        socket.onclose = () => {
          if (stopped) return;
          connected = new Promise<void>((resolve) => (sayConnected = resolve));
          timer = setTimeout(open, pause);
          pause = Math.min(pause * 2, LONGEST_PAUSE);
        };
      };

      open();
      return () => {
        stopped = true;
        clearTimeout(timer);
        socket?.close();
      };
    },
  };
}
