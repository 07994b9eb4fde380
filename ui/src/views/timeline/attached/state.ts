/** How it stands with a file that hangs on a message. */

import type { Kith } from '../../../state/kith.svelte';
import type { AttachmentView, MessageId } from '../../../state/types';

/**
 * On its way here, or did not get here; here and opened by the system, or only shown in its
 * folder; to be had; somewhere on the web; or nothing at all.
 */
export type FileState = 'coming' | 'failed' | 'opens' | 'shows' | 'there' | 'elsewhere' | 'nothing';

export function stateOf(
  { transfers }: Kith,
  message: MessageId,
  index: number,
  { saved, can_save, link }: AttachmentView,
): FileState {
  const transfer = transfers.of(message, index);
  if (transfer !== null) return transfer.problem === null ? 'coming' : 'failed';
  if (saved !== null) return saved.opens ? 'opens' : 'shows';
  if (can_save) return 'there';
  return link === null ? 'nothing' : 'elsewhere';
}
