/** What the invented backend does about files beside a draft. */

import type { AttachmentView, StagedView } from '../bindings';
import { blankAttachment, blankDraft } from './blank';
import { landscape } from './cast';
import { FIRST_LEAVING } from './files';
import type { Hands, Some } from './list';
import { draftsOf } from './talk';

type Mine =
  | 'stage_begin'
  | 'stage_portion'
  | 'stage_end'
  | 'stage_dropped'
  | 'stage_pasted'
  | 'stage_cancel'
  | 'unstage'
  | 'staged'
  | 'picture_of_upload';

type Coming = { dialog: string; name: string; size: number; bytes: string };

const pictures = new Map<number, string>();
let next = 1;

export function stagingCommands({ world, fail }: Hands): Some<Mine> {
  const coming = new Map<number, Coming>();
  const kept = (dialog: string) => draftsOf(world).get(dialog) ?? { now: blankDraft, before: [] };
  const put = (dialog: string, files: StagedView[]): void => {
    const { now, before } = kept(dialog);
    draftsOf(world).set(dialog, { now: { ...now, files }, before });
  };
  return {
    stage_begin: ({ dialog, name, size }) => {
      if (size > 100 * 1024 * 1024) return fail('too_large');
      coming.set(next, { dialog, name, size, bytes: '' });
      return next++;
    },
    stage_portion: ({ number, bytes }) => {
      const one = coming.get(number) ?? fail('gone');
      one.bytes += bytes;
      return null;
    },
    stage_end: ({ number }) => {
      const { dialog, name, size, bytes } = coming.get(number) ?? fail('gone');
      coming.delete(number);
      const isPhoto = /\.(png|jpe?g|gif|webp)$/i.test(name);
      const staged: StagedView = {
        file: next++,
        kind: isPhoto ? 'photo' : 'file',
        name,
        size,
        content_type: isPhoto ? 'image/png' : 'application/octet-stream',
        width: null,
        height: null,
      };
      if (isPhoto) pictures.set(staged.file, `data:image/png;base64,${bytes}`);
      put(dialog, [...kept(dialog).now.files, staged]);
      return staged;
    },
    stage_dropped: () => fail('not_allowed'),
    stage_pasted: () => [],
    stage_cancel: ({ number }) => {
      coming.delete(number);
      return null;
    },
    unstage: ({ file }) => {
      for (const [dialog, { now }] of draftsOf(world)) {
        put(
          dialog,
          now.files.filter((one) => one.file !== file),
        );
      }
      return null;
    },
    staged: ({ dialog }) => kept(dialog).now.files,
    picture_of_upload: ({ file }) =>
      file >= FIRST_LEAVING
        ? landscape(`leaving${file}`, 1600, 1200)
        : (pictures.get(file) ?? null),
  };
}

/** Staged files as they hang on a message that has gone out. */
export function sentFiles(
  staged: readonly StagedView[],
  wanted: readonly number[],
): AttachmentView[] {
  return staged
    .filter(({ file }) => wanted.includes(file))
    .map(({ kind, name, size, content_type, width, height }) =>
      blankAttachment(kind, { name, size, content_type, width, height }),
    );
}
