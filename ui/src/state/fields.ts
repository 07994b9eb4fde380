/**
 * Further fields of a conversation: a name and a value each, three at most
 * (`protocol/rest.md` §5.2). Whoever runs the server says which names there
 * are, and it drops others without a word.
 */

import { t } from '../i18n';

/** The platform takes no more. */
export const MOST_FIELDS = 3;

export type Field = { key: string; value: string };

/** What is wrong with what somebody wrote, as a sentence; nothing when it is right. */
export function fieldsProblem(fields: readonly Field[]): string | null {
  const said = trimmed(fields);
  if (said.some(({ key }) => key === '')) return t.create.fieldNameless;
  const names = new Set(said.map(({ key }) => key));
  if (names.size < said.length) return t.create.fieldTwice;
  return said.length > MOST_FIELDS ? t.create.fieldsMost : null;
}

/** As they are sent. Lines that were left empty are none. */
export function asExtensions(fields: readonly Field[]): Record<string, string> {
  return Object.fromEntries(trimmed(fields).map(({ key, value }) => [key, value]));
}

/** The names that were sent and that the server did not keep. */
export function notKept(sent: Record<string, string>, kept: readonly Field[]): string[] {
  return Object.keys(sent).filter((name) => !kept.some(({ key }) => key === name));
}

function trimmed(fields: readonly Field[]): Field[] {
  const all = fields.map(({ key, value }) => ({ key: key.trim(), value: value.trim() }));
  return all.filter(({ key, value }) => key !== '' || value !== '');
}
