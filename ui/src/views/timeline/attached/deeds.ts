/** What can be done with what hangs on a message, for its menu. */

import Download from '@lucide/svelte/icons/download';
import ExternalLink from '@lucide/svelte/icons/external-link';
import FolderOpen from '@lucide/svelte/icons/folder-open';
import Image from '@lucide/svelte/icons/image';
import X from '@lucide/svelte/icons/x';
import { t } from '../../../i18n';
import { attachedWords, isPhoto } from '../../../state/attached';
import type { Kith } from '../../../state/kith.svelte';
import type { MessageView } from '../../../state/types';

/** A menu has no more entries than this for files. */
const MOST = 4;

/** What takes the focus away from the message. */
export const LOOK = 'look';

type FileDeed = { key: string; words: string; act: () => void; Icon: typeof Download };

/** Its photo in large, and what can be done with its files. */
export function fileDeeds(kith: Kith, message: MessageView): FileDeed[] {
  const look: FileDeed = {
    key: LOOK,
    words: t.viewer.open,
    act: () => kith.viewer.open(message),
    Icon: Image,
  };
  const deeds = savingDeeds(kith, message);
  return message.attachments.some(isPhoto) ? [look, ...deeds] : deeds;
}

function savingDeeds({ transfers }: Kith, message: MessageView): FileDeed[] {
  const all = message.attachments.flatMap((attachment, index): FileDeed[] => {
    if (!attachment.can_save) return [];
    const name = attachedWords({ ...attachment, count: 1 });
    const deed = (key: string, words: string, act: () => Promise<void>, Icon: typeof Download) => ({
      key: index === 0 ? key : `${key}-${index}`,
      words,
      act: () => void act(),
      Icon,
    });
    const transfer = transfers.of(message.id, index);
    if (transfer !== null && transfer.problem === null) {
      return [deed('stop', t.files.stop(name), () => transfers.cancel(message.id, index), X)];
    }
    if (attachment.saved === null) {
      return [deed('save', t.files.save(name), () => transfers.save(message.id, index), Download)];
    }
    const show = deed(
      'show',
      t.files.showIn(name),
      () => transfers.show(message.id, index),
      FolderOpen,
    );
    if (!attachment.saved.opens) return [show];
    return [
      deed('open', t.files.open(name), () => transfers.open(message.id, index), ExternalLink),
      show,
    ];
  });
  const saves = all.filter(({ Icon }) => Icon === Download);
  const areAlike = new Set(saves.map(({ words }) => words)).size < saves.length;
  if (saves.length < 2 || (all.length <= MOST && !areAlike)) return all.slice(0, MOST);
  const others = all.filter(({ Icon }) => Icon !== Download);
  return [
    {
      key: 'save',
      words: t.files.saveAll(saves.length),
      act: () => saves.forEach(({ act }) => act()),
      Icon: Download,
    },
    ...others.slice(0, MOST - 1),
  ];
}
