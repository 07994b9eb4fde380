/** How it stands with a file that hangs on a message. */

import type { Kith } from '../../../state/kith.svelte';
import type { AttachmentView, MessageId, TransferView } from '../../../state/types';

/**
 * On its way here, or did not get here; here and opened by the system, or only shown in its
 * folder; to be had; somewhere on the web; or nothing at all. On an own message that has not
 * gone out: on its way to the server, or staying here because that failed.
 */
export type FileState =
  'coming' | 'failed' | 'opens' | 'shows' | 'there' | 'elsewhere' | 'nothing' | 'leaves' | 'stays';

export function stateOf(
  { transfers }: Kith,
  message: MessageId,
  index: number,
  { saved, can_save, link, upload }: AttachmentView,
): FileState {
  if (upload !== null) return upload.state === 'failed' ? 'stays' : 'leaves';
  const transfer = transfers.of(message, index);
  if (transfer !== null) return transfer.problem === null ? 'coming' : 'failed';
  if (saved !== null) return saved.opens ? 'opens' : 'shows';
  if (can_save) return 'there';
  return link === null ? 'nothing' : 'elsewhere';
}

/** How much of a file has gone over; nothing, when nobody knows. */
export function shareOf({ upload }: AttachmentView, transfer: TransferView | null): number | null {
  if (upload?.state === 'uploaded') return 1;
  if (upload?.state === 'waiting') return 0;
  const total = transfer?.total ?? null;
  return total === null || total <= 0 ? null : Math.min(1, (transfer?.done ?? 0) / total);
}
