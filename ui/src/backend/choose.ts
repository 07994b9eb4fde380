/** Which backend this page talks to. */

import type { Backend } from './backend';
// With the page itself: the window waits for nothing else.
import { isTauri, tauriBackend } from './tauri';

export async function chooseBackend(): Promise<Backend> {
  if (__FAKE__) {
    const asked = new URLSearchParams(location.search);
    const scene = asked.get('fake');
    if (scene !== null) {
      const { fakeBackend } = await import('./fake/fake');
      const backend = fakeBackend(scene, { text_size: asked.get('text') ?? '100' });
      // So that somebody at the console, or a test, can let things happen.
      Object.assign(globalThis, { fake: backend });
      return backend;
    }
  }
  if (isTauri()) return tauriBackend();
  const { bridgeBackend } = await import('./bridge');
  return bridgeBackend();
}
