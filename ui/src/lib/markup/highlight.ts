/**
 * The colours of code. Only asked for when a block of a known language is on
 * screen; each language is a small file of its own.
 */

import type { ShjToken } from '@speed-highlight/core/tokenize';

/** A piece of code and what it is. */
export type Piece = { text: string; kind: Shade };
export type Shade = 'plain' | 'word' | 'name' | 'string' | 'number' | 'comment' | 'in' | 'out';

type Language = { default: unknown };

const LANGUAGES: Record<string, () => Promise<Language>> = {
  bash: () => import('@speed-highlight/core/languages/bash.js'),
  c: () => import('@speed-highlight/core/languages/c.js'),
  css: () => import('@speed-highlight/core/languages/css.js'),
  diff: () => import('@speed-highlight/core/languages/diff.js'),
  go: () => import('@speed-highlight/core/languages/go.js'),
  html: () => import('@speed-highlight/core/languages/html.js'),
  java: () => import('@speed-highlight/core/languages/java.js'),
  js: () => import('@speed-highlight/core/languages/js.js'),
  json: () => import('@speed-highlight/core/languages/json.js'),
  py: () => import('@speed-highlight/core/languages/py.js'),
  rs: () => import('@speed-highlight/core/languages/rs.js'),
  sql: () => import('@speed-highlight/core/languages/sql.js'),
  toml: () => import('@speed-highlight/core/languages/toml.js'),
  ts: () => import('@speed-highlight/core/languages/ts.js'),
  xml: () => import('@speed-highlight/core/languages/xml.js'),
  yaml: () => import('@speed-highlight/core/languages/yaml.js'),
};

const OTHER_NAMES: Record<string, string> = {
  sh: 'bash',
  shell: 'bash',
  zsh: 'bash',
  'c++': 'c',
  cpp: 'c',
  h: 'c',
  golang: 'go',
  javascript: 'js',
  jsx: 'js',
  mjs: 'js',
  python: 'py',
  rust: 'rs',
  typescript: 'ts',
  tsx: 'ts',
  svg: 'xml',
  yml: 'yaml',
};

const SHADES: Partial<Record<ShjToken, Shade>> = {
  kwd: 'word',
  bool: 'word',
  section: 'word',
  class: 'name',
  func: 'name',
  type: 'name',
  str: 'string',
  esc: 'string',
  num: 'number',
  cmnt: 'comment',
  insert: 'in',
  deleted: 'out',
  err: 'out',
};

/** Longer code is shown without colours. */
const LONGEST = 20_000;

/** The pieces of a code, together all of it; null when its language is not known here. */
export async function highlight(text: string, lang: string): Promise<Piece[] | null> {
  const name = lang.toLowerCase();
  const load = LANGUAGES[OTHER_NAMES[name] ?? name];
  if (load === undefined || text.length > LONGEST) return null;
  try {
    const [{ tokenizer }, { default: language }] = await Promise.all([
      import('@speed-highlight/core/tokenize'),
      load(),
    ]);
    const pieces: Piece[] = [];
    const take = (piece: string, token?: ShjToken) => {
      const kind = (token === undefined ? undefined : SHADES[token]) ?? 'plain';
      const last = pieces.at(-1);
      if (last?.kind === kind) last.text += piece;
      else if (piece !== '') pieces.push({ text: piece, kind });
    };
    // Languages within languages stay plain.
    const walk = tokenizer(text, language as never, take);
    while (walk.next(undefined as never).done !== true);
    return pieces.map((piece) => piece.text).join('') === text ? pieces : null;
  } catch {
    return null;
  }
}
