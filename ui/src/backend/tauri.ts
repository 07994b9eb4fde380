/** The backend of the app's own window. The only file that knows Tauri. */

import { Channel, invoke } from '@tauri-apps/api/core';
import { asCallError, type Backend, type CommandName, type Drag } from './backend';
import type { Commands, FeedEvent } from './bindings';

type Answers = Partial<{ [K in CommandName]: Commands[K]['answer'] }>;

export function isTauri(): boolean {
  return '__TAURI_INTERNALS__' in globalThis;
}

/**
 * The page comes with the answers to its first questions (`src-tauri/src/first.rs`).
 * Each is good for the first asking: what changes afterwards comes over the feed.
 */
function broughtAlong(): Answers {
  const element = document.getElementById('first');
  element?.remove();
  try {
    return JSON.parse(element?.textContent ?? '{}') as Answers;
  } catch {
    return {};
  }
}

export function tauriBackend(): Backend {
  const first = broughtAlong();

  return {
    async call(name, args) {
      const known = first[name];
      if (known !== undefined) {
        Reflect.deleteProperty(first, name);
        return known;
      }
      try {
        return await invoke('call', { name, args });
      } catch (thrown) {
        throw asCallError(name, thrown);
      }
    },
    drags(listener) {
      // `src-tauri/src/drops.rs` tells the page.
      const heard = (event: Event) => listener((event as CustomEvent<Drag>).detail);
      addEventListener('kith:drag', heard);
      return () => removeEventListener('kith:drag', heard);
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
