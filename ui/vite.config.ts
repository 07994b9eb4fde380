import { fileURLToPath } from 'node:url';
import { svelte } from '@sveltejs/vite-plugin-svelte';
import { svelteTesting } from '@testing-library/svelte/vite';
import { defineConfig } from 'vitest/config';
import { icons } from './icons';

type Modules = {
  getModuleInfo: (id: string) => { isEntry: boolean; importers: readonly string[] } | null;
};

/** The chunk of a module that the page's own script needs before it can run, or none of our choosing. */
function firstPicture(id: string, modules: Modules, seen = new Set<string>()): string | null {
  if (seen.has(id)) return null;
  seen.add(id);
  const info = modules.getModuleInfo(id);
  if (info === null) return null;
  const isNeeded =
    info.isEntry || info.importers.some((by) => firstPicture(by, modules, seen) !== null);
  return isNeeded ? 'start' : null;
}

/**
 * Three ways to build. The usual one is what ships. `--mode fake` makes the same
 * pages over an invented backend (`?fake=SCENE`), for pictures and for work on
 * the look; it goes to a folder of its own and never ships.
 */
export default defineConfig(({ mode, command }) => {
  const withFake = mode === 'fake' || mode === 'test' || command === 'serve';
  return {
    base: './',
    plugins: [icons(), svelte(), ...(mode === 'test' ? [svelteTesting()] : [])],
    define: { __FAKE__: JSON.stringify(withFake) },
    build: {
      target: 'es2022',
      outDir: mode === 'fake' ? 'dist-fake' : 'dist',
      emptyOutDir: true,
      sourcemap: false,
      chunkSizeWarningLimit: 800,
      modulePreload: { polyfill: false },
      // What the first picture needs is one file, for each file costs a round trip.
      rolldownOptions: { output: { codeSplitting: { groups: [{ name: firstPicture }] } } },
    },
    server: { host: '127.0.0.1', port: 5173, strictPort: true },
    preview: { host: '127.0.0.1', port: 4173, strictPort: true },
    test: {
      environment: 'happy-dom',
      include: ['src/**/*.test.ts'],
      env: { TZ: 'UTC' },
      // Nothing here takes long; a machine with much else to do must not fail for that.
      testTimeout: 60_000,
      hookTimeout: 60_000,
      root: fileURLToPath(new URL('.', import.meta.url)),
    },
  };
});
