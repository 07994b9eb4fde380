/** What happened in a conversation, in words: for its quiet line and for the list. */

import { t } from '../../i18n';
import type { SystemView, UserId } from '../../state/types';

export function happened(system: SystemView, nameOf: (id: UserId) => string): string {
  const { kind, by, text } = system;
  const who = by === null ? null : nameOf(by);
  const others = t.common.and(system.people.map(nameOf));
  const s = t.timeline.system;
  if (kind === 'left') return s.left(others === '' ? (who ?? t.common.somebody) : others);
  if (kind === 'joined') return s.joined(others === '' ? (who ?? t.common.somebody) : others);
  const said = others === '' ? t.common.somebody : others;
  if (who === null) {
    if (kind === 'added' || kind === 'removed') return s.nobody[kind](said);
    return kind === 'renamed' ? s.nobody.renamed(text) : s.nobody[kind];
  }
  if (kind === 'added' || kind === 'removed') return s[kind](who, said);
  return kind === 'renamed' ? s.renamed(who, text) : s[kind](who);
}
