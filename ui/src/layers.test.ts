/**
 * The rooms of the UI and who may enter which: views → state → backend; parts
 * and lib know nobody. Words may be used by all but lib and parts. Tauri is known
 * in one file, the invented backend in one place.
 */
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const root = dirname(fileURLToPath(import.meta.url));

const allowed: Record<string, readonly string[]> = {
  lib: ['lib'],
  i18n: ['i18n', 'lib'],
  parts: ['parts', 'lib'],
  backend: ['backend'],
  state: ['state', 'backend', 'lib', 'i18n'],
  views: ['views', 'state', 'parts', 'lib', 'i18n'],
  style: ['style'],
  // The two files at the top put everything together.
  '': ['', 'backend', 'state', 'views', 'parts', 'lib', 'i18n', 'style'],
};

type Import = { file: string; from: string; room: string; to: string };

function files(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return files(path);
    return /\.(ts|svelte)$/.test(entry.name) && !/\.test\.ts$/.test(entry.name) ? [path] : [];
  });
}

/** What is imported for good: not a type, and not when somebody asks. */
const STATIC = /^\s*(?:import|export)\s(?!type)(?:[\w*{}$\s,]+from\s)?'([^']+)'/gm;

const roomOf = (path: string) => {
  const [first, ...rest] = relative(root, path).split(/[\\/]/);
  return rest.length === 0 && /\.\w+$/.test(path) ? '' : (first ?? '');
};

const imports: Import[] = files(root).flatMap((path) =>
  [...readFileSync(path, 'utf8').matchAll(/(?:from|import)\s*\(?\s*'([^']+)'/g)].map((match) => ({
    file: relative(root, path),
    from: match[1] ?? '',
    room: roomOf(path),
    to: (match[1] ?? '').startsWith('.')
      ? roomOf(resolve(dirname(path), match[1] ?? ''))
      : 'package',
  })),
);

describe('the rooms of the UI', () => {
  it('are all there to be looked at', () => {
    expect(imports.length).toBeGreaterThan(100);
    expect(Object.keys(allowed)).toEqual(
      expect.arrayContaining([...new Set(imports.map((one) => one.room))]),
    );
  });

  it('only know the rooms below them', () => {
    const wrong = imports
      .filter(({ room, to }) => to !== 'package' && allowed[room]?.includes(to) !== true)
      .map(({ file, from }) => `${file} must not import ${from}`);
    expect(wrong).toEqual([]);
  });

  it('know Tauri in one file only', () => {
    const knowing = imports
      .filter(({ from }) => from.startsWith('@tauri-apps'))
      .map(({ file }) => file);
    expect([...new Set(knowing)]).toEqual([join('backend', 'tauri.ts')]);
  });

  it('know the invented backend in one place only', () => {
    const knowing = imports
      .filter(
        ({ from, file }) => from.includes('fake/') && !file.startsWith(join('backend', 'fake')),
      )
      .map(({ file }) => file);
    expect([...new Set(knowing)]).toEqual([join('backend', 'choose.ts')]);
  });

  it('keep the state away from widgets and pages', () => {
    const wrong = imports.filter(
      ({ room, from }) => room === 'state' && /bits-ui|virtua|lucide/.test(from),
    );
    expect(wrong).toEqual([]);
  });

  it('bring little with the first picture', () => {
    // What main.ts imports for good, and what that imports, and so on.
    const first = new Set<string>();
    const packages = new Set<string>();
    const follow = (path: string) => {
      const found = [path, `${path}.ts`, `${path}/index.ts`].find(
        (candidate) => existsSync(candidate) && statSync(candidate).isFile(),
      );
      if (found === undefined || first.has(found)) return;
      first.add(found);
      const text = readFileSync(found, 'utf8');
      for (const [, from = ''] of text.matchAll(STATIC)) {
        if (from.startsWith('.')) follow(resolve(dirname(found), from));
        else packages.add(from.split('/')[0] ?? '');
      }
    };
    follow(join(root, 'main.ts'));
    expect(first).toContain(join(root, 'views', 'dialogs', 'DialogList.svelte'));
    expect([...packages].sort()).toEqual(['@lucide', '@tauri-apps', 'svelte']);
    const heavy = [...first].filter((path) =>
      /lib\/(markup|emoji)|views\/(timeline\/Conv|create)/.test(path),
    );
    expect(heavy.map((path) => relative(root, path))).toEqual([]);
  });

  it('never make markup of text', () => {
    const makes = files(root).filter((path) =>
      /\{@html|innerHTML/.test(readFileSync(path, 'utf8')),
    );
    expect(makes.map((path) => relative(root, path))).toEqual([]);
  });

  it('write places by start and end, so that right-to-left fits', () => {
    const physical =
      /^\s*(?:margin|padding|border)-(?:left|right)\b|^\s*(?:left|right)\s*:|text-align:\s*(?:left|right)/m;
    const wrong = files(root).filter((path) => {
      const style = /<style>([\s\S]*)<\/style>/.exec(readFileSync(path, 'utf8'))?.[1] ?? '';
      return physical.test(style);
    });
    expect(wrong.map((path) => relative(root, path))).toEqual([]);
  });
});
