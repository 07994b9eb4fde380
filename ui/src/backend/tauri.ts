/** The backend of the app's own window. The only file that knows Tauri. */

import { Channel, invoke } from '@tauri-apps/api/core';
import { asCallError, type Backend } from './backend';
import type { FeedEvent } from './bindings';

export function isTauri(): boolean {
  return '__TAURI_INTERNALS__' in globalThis;
}

export function tauriBackend(): Backend {
  return {
    async call(name, args) {
      try {
        return await invoke('call', { name, args });
      } catch (thrown) {
        throw asCallError(name, thrown);
      }
    },
    feed(listener) {
      let listening = true;
      const channel = new Channel<FeedEvent>();
      channel.onmessage = (event) => {
        if (listening) listener(event);
      };
      invoke('feed', { channel }).catch(() => {
        // Without a feed nothing on screen can be trusted to be fresh.
        if (listening) listener({ kind: 'reset' });
      });
      return () => {
        listening = false;
      };
    },
  };
}
