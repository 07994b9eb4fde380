/** Views with nothing special about them: what scenes and tests begin from. */

import type {
  AttachedView,
  AttachmentKind,
  AttachmentView,
  DialogView,
  DraftView,
  MessageView,
  Rights,
  TimelinePatch,
  TimelineSnapshot,
} from '../bindings';

export const allRights: Rights = {
  write: true,
  edit_info: true,
  add_people: true,
  remove_people: true,
  appoint_admins: true,
  pin: true,
  delete_any_message: true,
  delete_for_all: true,
  clear_for_all: true,
  leave: true,
};

export const memberRights: Rights = {
  ...allRights,
  remove_people: false,
  appoint_admins: false,
  pin: false,
  delete_any_message: false,
  delete_for_all: false,
  clear_for_all: false,
};

export const readerRights: Rights = {
  ...memberRights,
  write: false,
  edit_info: false,
  add_people: false,
  leave: false,
};

export function blankDialog(id: string, more: Partial<DialogView> = {}): DialogView {
  return {
    id,
    kind: 'private',
    name: '',
    photo: null,
    opponent: null,
    occupant_count: 2,
    last: null,
    draft: null,
    unread: 0,
    sort_at: 0,
    arrival: 0,
    description: '',
    role: 'member',
    rights: memberRights,
    muted_until: null,
    is_pinned: false,
    is_archived: false,
    is_marked_unread: false,
    mentions: 0,
    waiting: 0,
    is_joined: true,
    draft_at: null,
    draft_files: 0,
    about: 0,
    ...more,
  };
}

export function blankMessage(id: string, more: Partial<MessageView> = {}): MessageView {
  return {
    id,
    dialog_id: 'd',
    sender: 2,
    is_own: false,
    body: '',
    sent_at: 0,
    edited_at: null,
    key: `s${id}`,
    delivery: 'read',
    failure: null,
    attachments: [],
    reply: null,
    forward: null,
    reactions: [],
    mentions: [],
    mentions_me: false,
    is_pinned: false,
    is_silent: false,
    destroy_after: null,
    expires_at: null,
    claimed_at: null,
    stored_at: null,
    system: null,
    deed: null,
    ...more,
  };
}

export function blankAttachment(
  kind: AttachmentKind,
  more: Partial<AttachmentView> = {},
): AttachmentView {
  return {
    kind,
    name: '',
    size: null,
    content_type: null,
    uid: null,
    width: null,
    height: null,
    duration: null,
    can_save: (more.uid ?? null) !== null,
    saved: null,
    contact: [],
    place: null,
    link: null,
    upload: null,
    ...more,
  };
}

/** What hangs on a message, in short. */
export function inShort(all: readonly AttachmentView[]): AttachedView | null {
  const [first] = all;
  return first === undefined ? null : { kind: first.kind, name: first.name, count: all.length };
}

export const blankDraft: DraftView = {
  text: '',
  reply: null,
  editing: null,
  destroy_after: null,
  is_silent: false,
  files: [],
};

export function blankSnapshot(
  dialog: DialogView,
  more: Partial<TimelineSnapshot> = {},
): TimelineSnapshot {
  return {
    window: 1,
    rev: 1,
    dialog,
    people: [],
    occupants: [],
    messages: [],
    has_older: false,
    has_newer: false,
    first_unread: null,
    draft: '',
    draft_state: blankDraft,
    pinned: [],
    rights: dialog.rights,
    ...more,
  };
}

export function blankPatch(rev: number, more: Partial<TimelinePatch> = {}): TimelinePatch {
  return {
    window: 1,
    rev,
    upserts: [],
    removals: [],
    people: [],
    has_older: false,
    has_newer: false,
    pinned: null,
    ...more,
  };
}
