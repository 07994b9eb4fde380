/**
 * The one table of what an error code means for a person: how loud it is, and
 * what may help. The words are in the catalog, under the same code.
 */

import type { Code } from './bindings';

export type Offer = 'retry' | 'sign_in' | 'set_aside' | 'wait' | 'correct' | 'none';

export type Severity =
  /** Said where it happened; nothing is lost. */
  | 'notice'
  /** Something was not done. */
  | 'error'
  /** Kith cannot go on here. */
  | 'fatal';

export type ErrorKind = { severity: Severity; offer: Offer };

export const errorKinds: Record<Code, ErrorKind> = {
  wrong_password: { severity: 'notice', offer: 'correct' },
  unknown_host: { severity: 'error', offer: 'correct' },
  unreachable: { severity: 'error', offer: 'retry' },
  certificate: { severity: 'error', offer: 'none' },
  not_a_server: { severity: 'error', offer: 'correct' },
  timed_out: { severity: 'error', offer: 'retry' },
  server_failed: { severity: 'error', offer: 'retry' },
  not_allowed: { severity: 'error', offer: 'none' },
  gone: { severity: 'notice', offer: 'none' },
  offline: { severity: 'notice', offer: 'wait' },
  too_large: { severity: 'notice', offer: 'correct' },
  invalid_input: { severity: 'notice', offer: 'correct' },
  join_link: { severity: 'notice', offer: 'correct' },
  no_keychain: { severity: 'notice', offer: 'correct' },
  database_newer: { severity: 'fatal', offer: 'none' },
  database_corrupt: { severity: 'fatal', offer: 'set_aside' },
  database_busy: { severity: 'fatal', offer: 'retry' },
  disk: { severity: 'error', offer: 'retry' },
  local_server: { severity: 'error', offer: 'retry' },
  not_signed_in: { severity: 'error', offer: 'sign_in' },
  internal: { severity: 'error', offer: 'retry' },
};

export function kindOf(code: Code): ErrorKind {
  // A newer backend may know codes that this table does not.
  return (errorKinds as Partial<Record<Code, ErrorKind>>)[code] ?? errorKinds.internal;
}
