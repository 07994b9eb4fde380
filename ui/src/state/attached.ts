/** What hangs on a message, in a few words: for lists, quotes and the clipboard. */

import { t } from '../i18n';
import type { AttachedView, AttachmentView } from './types';

/** The same of what is shown. */
export function attachedOf(all: readonly AttachmentView[]): AttachedView | null {
  const [first] = all;
  return first === undefined ? null : { kind: first.kind, name: first.name, count: all.length };
}

/** "Photo", "3 photos", "Report.pdf", "Contact: Bea", "Report.pdf and 2 more"; nothing, when nothing hangs there. */
export function attachedWords(attached: AttachedView | null): string {
  if (attached === null) return '';
  const { kind, name, count } = attached;
  if (kind === 'photo') return count > 1 ? t.files.photos(count) : t.dialogs.attachment.photo;
  const one =
    name === ''
      ? t.dialogs.attachment[kind]
      : kind === 'contact' || kind === 'place'
        ? t.timeline.attachment(t.dialogs.attachment[kind], name)
        : name;
  return count > 1 ? t.files.andMore(one, count - 1) : one;
}

/** A picture that can be fetched and shown. */
export const isPhoto = ({ kind, uid }: AttachmentView): boolean => kind === 'photo' && uid !== null;

/** A picture that has a box in its message: also one that is still on its way out. */
export const hasPicture = (one: AttachmentView): boolean =>
  isPhoto(one) || (one.kind === 'photo' && one.upload !== null);
