// Made from the Rust types in src-tauri/crates/api by `cargo xtask bindings`. Do not edit.

export type UserId = number;
export type DialogId = string;
export type MessageId = string;
export type UploadId = number;

/** Milliseconds since 1970 UTC. */
export type Millis = number;

/** How far an outgoing message has come; other people's are `sent`. */
export type Delivery = "failed" | "queued" | "uploading" | "sending" | "sent" | "delivered" | "read";

/** Why a message waits for its writer. */
export type FailureReason =
  | "not_allowed" | "dialog_gone" | "blocked" | "too_large" | "file_too_large" | "file_refused"
  | "file_lost" | "refused";

/** The kinds of dialog. */
export type DialogKind = "broadcast" | "group" | "private" | "public";

/** What an attachment is. */
export type AttachmentKind = "photo" | "video" | "audio" | "contact" | "place" | "file";

/** The kinds of failure that the UI tells apart. */
export type Code =
  | "wrong_password" | "unknown_host" | "unreachable" | "certificate" | "not_a_server" | "timed_out"
  | "server_failed" | "not_allowed" | "gone" | "offline" | "too_large" | "invalid_input"
  | "join_link" | "no_keychain" | "database_newer" | "database_corrupt" | "database_busy" | "disk"
  | "local_server" | "not_signed_in" | "internal";

/** What a failed command says. The UI branches on `code`, never on `message`. */
export type UiError = {
  /** What kind of failure. */
  code: Code;
  /** What happened, what Kith does, what you can do. */
  message: string;
  /** What a person who knows computers may want to see. */
  detail: string | null;
};

/** A person. */
export type PersonView = {
  /** Who. */
  id: UserId;
  /** The name to show, which is never empty. */
  name: string;
  /** The login, when the directory tells it. */
  login: string | null;
  /** A `data:image/…` address, or `uid:…` for the command `picture`, or nothing: then initials are drawn. */
  avatar: string | null;
  /** When they last used the application, if told. */
  last_seen: Millis | null;
};

/** By what people are looked for. */
export type FindBy = "name" | "login" | "email" | "tag";

/** How the connection is. */
export type LinkState = "connecting" | "catching_up" | "online" | "offline" | "refused";

/** Why there is no connection. */
export type LinkReason =
  | "unknown_host" | "unreachable" | "certificate" | "sign_in_refused" | "not_a_chat_server"
  | "broken";

/** The connection. */
export type LinkView = {
  /** How it is. */
  state: LinkState;
  /** Why it is not there. */
  reason: LinkReason | null;
  /** When Kith tries again. */
  retry_at: Millis | null;
  /** Whether the disk is full, so that what arrives waits for room. */
  needs_room: boolean;
};

/** What hangs on a message, in short. */
export type AttachedView = {
  /** What the first one is. */
  kind: AttachmentKind;
  /** The first one's name, or empty. */
  name: string;
  /** How many there are. */
  count: number;
};

/** The newest message of a dialog. */
export type LastMessageView = {
  /** Which. */
  id: MessageId;
  /** By whom. */
  sender: UserId;
  /** By whom, in words. */
  sender_name: string;
  /** Whether this account wrote it. */
  is_own: boolean;
  /** The beginning of its text, on one line. */
  text: string;
  /** When. */
  at: Millis;
  /** How far it has come. */
  delivery: Delivery;
  /** What hangs on it, when there is something. */
  attachment: AttachedView | null;
  /** What it tells about the dialog: then it is a quiet line. */
  system: SystemView | null;
};

/** What somebody is in a dialog. */
export type Role = "owner" | "admin" | "member" | "none";

/** What this person may do here. What is false is not offered. */
export type Rights = {
  /** Send messages. */
  write: boolean;
  /** Change name, description and photo. */
  edit_info: boolean;
  /** Add people. */
  add_people: boolean;
  /** Remove other people. */
  remove_people: boolean;
  /** Make people admins and end it. */
  appoint_admins: boolean;
  /** Pin messages. */
  pin: boolean;
  /** Delete messages of other people, for everybody. */
  delete_any_message: boolean;
  /** Delete the dialog for everybody. */
  delete_for_all: boolean;
  /** Clear the history for everybody. */
  clear_for_all: boolean;
  /** Leave. */
  leave: boolean;
};

/** A conversation. */
export type DialogView = {
  /** Which. */
  id: DialogId;
  /** Of what kind. */
  kind: DialogKind;
  /** The name to show. */
  name: string;
  /** A `data:image/…` address, or `uid:…` for the command `picture`, or nothing. */
  photo: string | null;
  /** The other person of a private dialog. */
  opponent: UserId | null;
  /** How many people are in it, as far as known. */
  occupant_count: number;
  /** The newest message. */
  last: LastMessageView | null;
  /** What was being written. */
  draft: string | null;
  /** How many files are beside it. */
  draft_files: number;
  /** How many messages wait to be read. */
  unread: number;
  /** The line about it, or empty. */
  description: string;
  /** What this person is in it. */
  role: Role;
  /** What this person may do. */
  rights: Rights;
  /** Until when it is quiet; `null`: it is not. A very far time: for ever. */
  muted_until: Millis | null;
  /** Whether it stands on top. */
  is_pinned: boolean;
  /** Whether it is put away. */
  is_archived: boolean;
  /** Whether this person has marked it as unread by hand. */
  is_marked_unread: boolean;
  /** How many unread messages name this person. */
  mentions: number;
  /** How many messages have not gone out yet, or have failed. */
  waiting: number;
  /** Whether this person is in it. */
  is_joined: boolean;
  /** When the draft was written. */
  draft_at: Millis | null;
  /** The list's order: larger is higher. */
  sort_at: Millis;
  /**
   * The order of those that are equal, as messages carry seconds: larger is
   * higher, because its last message came here later.
   */
  arrival: number;
  /** Another number whenever something else is said of it: `dialog_info` is asked for again. */
  about: number;
};

/** A named text: an own field of a message or of a dialog. */
export type PropertyView = {
  /** Its name. */
  key: string;
  /** What it says. */
  value: string;
};

/** Where a file lies on this computer. */
export type SavedView = {
  /** What it is called there. */
  name: string;
  /** Whether Kith has it opened by the system; others are only shown in their folder. */
  opens: boolean;
};

/** A place on earth. */
export type PlaceView = {
  /** Degrees north, as they were written. */
  north: string;
  /** Degrees east, as they were written. */
  east: string;
};

/** How far a file has come on its way out. */
export type UploadState = "waiting" | "uploading" | "uploaded" | "failed";

/** How far a file has come on its way out. How many bytes is told as `transfers`. */
export type UploadView = {
  /** Which, to ask for its picture with. */
  file: UploadId;
  /** How far it has come. */
  state: UploadState;
  /** When it is tried again, where it broke off. */
  next_attempt_at: Millis | null;
};

/** What hangs on a message. */
export type AttachmentView = {
  /** What it is. */
  kind: AttachmentKind;
  /** Its name, or empty. A contact's is the person's. */
  name: string;
  /** Bytes, when told. */
  size: number | null;
  /** Its media type, when told. */
  content_type: string | null;
  /** The file's name on the server, to ask for it with. */
  uid: string | null;
  /** Pixels, when told. */
  width: number | null;
  /** Pixels, when told. */
  height: number | null;
  /** Seconds of sound or film, when told. */
  duration: number | null;
  /** Whether there is a file that can be saved. */
  can_save: boolean;
  /** Where it lies on this computer, once it was saved. */
  saved: SavedView | null;
  /** Of a contact: what is told of the person besides the name. */
  contact: PropertyView[];
  /** Of a place: where it is. */
  place: PlaceView | null;
  /** A web address, where there is one and no file on the server. */
  link: string | null;
  /** How far it has come to the server, while its message has not gone out. */
  upload: UploadView | null;
};

/** Why a file could not be saved. */
export type TransferProblem = "gone" | "not_allowed" | "too_large" | "connection" | "disk" | "server";

/** A file on its way here or to the server, or one that did not get here. */
export type TransferView = {
  /** On which message it hangs. */
  message: MessageId;
  /** Which of what hangs there, counted from nought. */
  index: number;
  /** Bytes that are there. */
  done: number;
  /** Bytes in all, when known. */
  total: number | null;
  /** Why it goes no further. */
  problem: TransferProblem | null;
  /** Whether it is on its way to the server, and not here. */
  is_upload: boolean;
};

/** The message that another one answers. */
export type ReplyView = {
  /** Which. */
  message: MessageId;
  /** By whom. */
  sender: UserId;
  /** By whom, in words. */
  sender_name: string;
  /** The beginning of its text, on one line. */
  text: string;
  /** What hangs on it, when there is something and it is held here. */
  attachment: AttachedView | null;
};

/** Where a message that was passed on came from. */
export type ForwardView = {
  /** Who wrote it first, when told. */
  sender: UserId | null;
  /** Who wrote it first, in words. */
  name: string;
  /** When it was written first, when told. */
  sent_at: Millis | null;
};

/** One emoji under a message. */
export type ReactionView = {
  /** Which. */
  emoji: string;
  /** How many people. */
  count: number;
  /** Whether this account is among them. */
  is_own: boolean;
};

/** What a quiet line in the timeline tells. */
export type SystemKind =
  | "created" | "added" | "removed" | "joined" | "left" | "renamed" | "photo" | "description"
  | "pinned" | "unpinned" | "admins" | "changed";

/** A quiet line in the timeline. */
export type SystemView = {
  /** What happened. */
  kind: SystemKind;
  /** Who did it, when known. */
  by: UserId | null;
  /** To whom. */
  people: UserId[];
  /** The new name and the like; may be empty. */
  text: string;
  /** The message that was pinned, or is not any more. */
  message: MessageId | null;
};

/** What is being done to a message by this person and not yet taken by the server. */
export type DeedView = "editing" | "deleting";

/** A message. */
export type MessageView = {
  /** Which. */
  id: MessageId;
  /** Where. */
  dialog_id: DialogId;
  /** By whom. */
  sender: UserId;
  /** Whether this account wrote it. */
  is_own: boolean;
  /** The text; never markup. */
  body: string;
  /** When. */
  sent_at: Millis;
  /** When it was last edited, if ever. */
  edited_at: Millis | null;
  /** The place in the timeline: compare as text. */
  key: string;
  /** How far it has come. */
  delivery: Delivery;
  /** Why it waits, when it has failed. */
  failure: FailureReason | null;
  /** What hangs on it. */
  attachments: AttachmentView[];
  /** What it answers. */
  reply: ReplyView | null;
  /** Where it was passed on from. */
  forward: ForwardView | null;
  /** What people think of it, the most frequent first. */
  reactions: ReactionView[];
  /** Who is named in it. */
  mentions: UserId[];
  /** Whether it names this person, or everybody. */
  mentions_me: boolean;
  /** Whether it is pinned. */
  is_pinned: boolean;
  /** Whether nobody was notified of it. */
  is_silent: boolean;
  /** How many seconds after it was read it vanishes. */
  destroy_after: number | null;
  /** When it vanishes, once that is known. */
  expires_at: Millis | null;
  /** When it was written by its sender's own clock, where that differs by more than a minute. */
  claimed_at: Millis | null;
  /** When the server took it, by the server's clock, once that is told. */
  stored_at: Millis | null;
  /** What it tells about the dialog: then it is a quiet line and no bubble. */
  system: SystemView | null;
  /** What this person does to it that the server has not taken yet. */
  deed: DeedView | null;
};

/** Who has a message. */
export type ReceiptView = {
  /** Who. */
  person: PersonView;
  /** Whether it reached one of their devices. */
  delivered: boolean;
  /** Whether they have read it. */
  read: boolean;
};

/** Who thinks what of a message. */
export type ReactionDetail = {
  /** The emoji. */
  emoji: string;
  /** Everybody who gave it, as far as told. */
  people: PersonView[];
};

/** One change of a message's state. */
export type JournalView = {
  /** When. */
  at: Millis;
  /** The state from then on. */
  state: Delivery;
  /** Why: a code such as `written`, `handed_over`, `link_broke`, `acknowledged` or a failure's name. */
  reason: string;
};

/** Everything about a message. */
export type MessageDetails = {
  /** The message. */
  message: MessageView;
  /** Its own fields, those of other applications among them. */
  properties: PropertyView[];
  /** Who has it; of own messages only. */
  receipts: ReceiptView[];
  /** Who thinks what of it. */
  reactions: ReactionDetail[];
  /** How it came to the state that it is in; of own messages that went out from here. */
  journal: JournalView[];
};

/** A message that has not gone out yet, or has failed. */
export type WaitingView = {
  /** The message. */
  message: MessageView;
  /** Where it goes. */
  dialog_name: string;
  /** Whether that dialog is in the list. From one that this person is not in any more nothing goes out; its words can be copied, and it can be discarded. */
  is_here: boolean;
  /** How far it has come. */
  state: Delivery;
  /** Why it waits for the person, when it has failed. */
  reason: FailureReason | null;
  /** How often it was tried. */
  attempts: number;
  /** When Kith tries again, when it knows. */
  next_attempt_at: Millis | null;
  /** How it came to this. */
  journal: JournalView[];
};

/** What became of messages that were to be deleted. A refusal that comes later brings the row back. */
export type DeletedMessages = {
  /** These are gone. */
  deleted: MessageId[];
  /** These stay. */
  refused: MessageId[];
};

/** A web address that somebody wrote. */
export type LinkShared = {
  /** The address. */
  url: string;
  /** In which message. */
  message: MessageId;
  /** By whom. */
  sender: UserId;
  /** When. */
  at: Millis;
};

/** A stretch of history that is not held here. */
export type HoleView = {
  /** Its older end. */
  from: Millis;
  /** Its newer end. */
  to: Millis;
};

/** Everything about a dialog. */
export type DialogInfo = {
  /** As its row shows it. */
  dialog: DialogView;
  /** Its own fields. */
  extensions: PropertyView[];
  /** Who made it. */
  owner: UserId | null;
  /** Who may do more than others. */
  admins: UserId[];
  /** The first of those who are in it; `members` finds the others. Of a channel, those who lead it. */
  members: PersonView[];
  /** How many are in it, as far as known. */
  member_count: number;
  /** Whether somebody who is not in it may look at the last messages. */
  allow_preview: boolean;
  /** Whether the server sends notifications of it to this person's phone; `null`: not known yet. */
  notifications: boolean | null;
  /** From when on everything is held here; `null`: from the beginning if `is_complete`, else nothing is. */
  complete_since: Millis | null;
  /** Whether everything from the beginning is held here. */
  is_complete: boolean;
  /** What is missing in between, the newest first. */
  holes: HoleView[];
  /** When it was made. */
  created_at: Millis | null;
  /** The newest addresses that were written here, of those messages that are held. */
  links: LinkShared[];
  /** What is pinned, the newest pin first. */
  pinned: MessageView[];
};

/** Some of those who are in a dialog. */
export type MembersView = {
  /** Who. */
  people: PersonView[];
  /** Whether there are more. */
  has_more: boolean;
};

/** A dialog that is open to all. */
export type DirectoryEntry = {
  /** The dialog. */
  dialog: DialogView;
  /** Whether its last messages may be looked at before joining. */
  allow_preview: boolean;
};

/** A page of the directory of dialogs that are open to all. */
export type DirectoryView = {
  /** Which. */
  items: DirectoryEntry[];
  /** Whether there are more. */
  has_more: boolean;
};

/** The last messages of a dialog that this person is not in. They are not kept. */
export type PreviewView = {
  /** The messages, the oldest first. */
  messages: MessageView[];
  /** Who wrote them. */
  people: PersonView[];
};

/** A piece of a line: plain text, whatever it contains. */
export type SnippetPart = {
  /** What it says. */
  text: string;
  /** Whether it is what was looked for. */
  is_match: boolean;
};

/** A message that was found. */
export type FoundView = {
  /** Which. */
  message: MessageId;
  /** Where. */
  dialog: DialogId;
  /** Of what kind that is. */
  dialog_kind: DialogKind;
  /** Its name. */
  dialog_name: string;
  /** A `data:image/…` address, or `uid:…` for the command `picture`, or nothing. */
  dialog_photo: string | null;
  /** The other person of a private dialog. */
  opponent: UserId | null;
  /** By whom. */
  sender: UserId;
  /** By whom, in words. */
  sender_name: string;
  /** Whether this account wrote it. */
  is_own: boolean;
  /** When. */
  at: Millis;
  /** A line of it, with what was looked for: of its text, or the names of what hangs on it. */
  snippet: SnippetPart[];
  /** What hangs on it, when there is something. */
  attachment: AttachedView | null;
};

/** Messages that were found, the newest first. */
export type FoundPage = {
  /** They. */
  found: FoundView[];
  /** To go on with, when there are more. */
  next: number | null;
  /** How many there are in all; told with the first page, else nought. */
  total: number;
  /** Counting ended: there are more than `total`. */
  is_more: boolean;
  /** In how many conversations something may be missing here, so that it cannot be found here; told with the first page. */
  incomplete: number;
};

/**
 * Why a dialog counts as unread. `new`: nobody has seen what came last.
 * `late`: the first unread message came when its place had been read already,
 * because it was under way for long, or its writer's clock is behind.
 * `marked`: this person marked it by hand. `nothing`: it does not any more.
 */
export type UnreadReason = "new" | "late" | "marked" | "nothing";

/** Why a dialog counts as unread, and where that begins. */
export type WhyUnread = {
  /** Why. */
  reason: UnreadReason;
  /** The oldest unread message, if one is. */
  message: MessageId | null;
};

/** What became of dialogs that were to be deleted. */
export type DeletedDialogs = {
  /** These are gone. */
  deleted: DialogId[];
  /** These stay. */
  refused: DialogId[];
};

/** A file beside what is being written. */
export type StagedView = {
  /** Which, for as long as it is on its way out. */
  file: UploadId;
  /** What it is. */
  kind: AttachmentKind;
  /** What it is called. */
  name: string;
  /** Bytes. */
  size: number;
  /** Its media type. */
  content_type: string;
  /** Pixels, when known. */
  width: number | null;
  /** Pixels, when known. */
  height: number | null;
};

/** What is being written in a dialog. */
export type DraftView = {
  /** The text. */
  text: string;
  /** What it answers. */
  reply: ReplyView | null;
  /** The message whose text it is to become. */
  editing: MessageView | null;
  /** After how many seconds it shall vanish. */
  destroy_after: number | null;
  /** Whether nobody shall be notified of it. */
  is_silent: boolean;
  /** The files that will hang on it. */
  files: StagedView[];
};

/**
 * How a sign-in is kept: in the keychain, until Kith closes, or in a file
 * that only this user can read.
 */
export type Remember = "keychain" | "session" | "file";

/** How the chat's connection is protected. */
export type Security = "direct" | "start_tls" | "plain";

/** Where a server is and which application is meant. */
export type ConnectionView = {
  /** What people call it. */
  name: string;
  /** The REST base, with scheme and without a slash at the end. */
  api_url: string;
  /** Where the chat listens. */
  chat_host: string;
  /** Where the chat listens. */
  chat_port: number;
  /** How the chat's connection is protected. */
  chat_security: Security;
  /** The domain in users' addresses. */
  chat_domain: string;
  /** The domain in rooms' addresses. */
  muc_domain: string;
  /** Which application. */
  app_id: number;
  /** The application's key. */
  auth_key: string;
  /** A certificate authority of the server's own, in PEM. */
  ca_cert: string | null;
};

/** A server, other than the one on this machine, that somebody has signed in to here. */
export type KnownView = {
  /** The way there. */
  connection: ConnectionView;
  /** Who was signed in there last; `null` when they still are. */
  login: string | null;
};

/** An account that this profile knows. */
export type AccountView = {
  /** Its number in this profile. */
  id: number;
  /** Who it is. */
  person: PersonView;
  /** Where. */
  connection_name: string;
  /** Whether its server runs inside Kith on this machine. */
  is_local: boolean;
  /** How many messages wait to be read there, as far as known here. */
  unread: number;
  /** Whether it is the one on screen. */
  is_current: boolean;
  /** Whether it does not work until its person has signed in again. */
  needs_sign_in: boolean;
};

/** Why this profile's data cannot be opened. */
export type ProblemView = {
  /** What kind of problem. */
  code: Code;
  /** What happened, and what can be done. */
  message: string;
  /** Whether the data can be moved out of the way, kept, and fetched anew. */
  can_set_aside: boolean;
};

/** The application as a whole. */
export type AppView = {
  /**
   * Which screen is the first one. `welcome`: nobody is signed in. `home`: somebody is.
   * `locked`: this profile's data cannot be opened, see `problem`.
   * `sign_in_again`: the account is known, its password is needed.
   */
  phase: "welcome" | "home" | "locked" | "sign_in_again";
  /** Kith's version. */
  version: string;
  /** Which profile this is. */
  profile: string;
  /** Who is signed in, or is to sign in again. */
  account: AccountView | null;
  /** Every account that is signed in here, that one included. */
  accounts: AccountView[];
  /** Filled in on `sign_in_again`, and when Kith was opened with a join link. */
  connection: ConnectionView | null;
  /** Filled in on `sign_in_again`. */
  login: string | null;
  /** Filled in on `welcome`: servers that need no join link any more, the latest first. */
  known: KnownView[];
  /** Filled in on `locked`. */
  problem: ProblemView | null;
  /** Whether this machine has a keychain that works. */
  has_keychain: boolean;
  /** Whether Kith can start a server on this machine. */
  can_try_here: boolean;
};

/** Who writes in a dialog just now; nobody when the list is empty. */
export type TypingView = {
  /** Where. */
  dialog: DialogId;
  /** Who. */
  people: UserId[];
};

/** Whether somebody is there. */
export type PresenceView = {
  /** Who. */
  person: UserId;
  /** Whether they are connected just now. */
  is_online: boolean;
  /** When they were there last, when told. */
  last_seen: Millis | null;
};

/** What was done to a message. */
export type DeedKind = "edit" | "delete" | "react" | "pin";

/**
 * What this person had done to a message, and the server did not take; the
 * message is as it was before, or not there any more.
 */
export type RefusalView = {
  /** Where. */
  dialog: DialogId;
  /** Which message. */
  message: MessageId;
  /** What was done. */
  deed: DeedKind;
  /** Whether the message, or all of its dialog, was deleted meanwhile. */
  is_gone: boolean;
  /** What happened, and what can be done. */
  sentence: string;
};

/** Where somebody was reading in a dialog, further up than its end. */
export type ReadingPlaceView = {
  /** Which dialog. */
  dialog: DialogId;
  /** The message at the upper edge of the view. */
  message: MessageId;
  /** How many pixels below that edge it began. */
  top: number;
};

/**
 * The home screen at one moment. It starts the stream of `HomePatch`es: the
 * next one's `rev` is this one's plus one.
 */
export type HomeSnapshot = {
  /** The number of this state. */
  rev: number;
  /** Who is signed in. */
  me: PersonView;
  /** The connection. */
  link: LinkView;
  /** The top of the list, in no order: sort by `sort_at`. The rest of a long one follows at once in patches. */
  dialogs: DialogView[];
  /** People whom the screen may name. */
  people: PersonView[];
  /** How many messages wait to be read in all dialogs together. */
  unread_total: number;
  /** How many own messages have not gone out from dialogs that have left the list. */
  waiting_elsewhere: number;
  /** Where somebody was reading, in each dialog where that was not the end. */
  places: ReadingPlaceView[];
  /** Who writes where. */
  typing: TypingView[];
  /** Who is there, of those about whom it is known. */
  presence: PresenceView[];
  /** Files that are being saved, or could not be. */
  transfers: TransferView[];
};

/** What changed on the home screen. Applying it twice is harmless. */
export type HomePatch = {
  /** The number of the state that this leads to. */
  rev: number;
  /** These dialogs are now so. */
  dialogs: DialogView[];
  /** These dialogs are gone. */
  removed: DialogId[];
  /** These people are now so. */
  people: PersonView[];
  /** The connection is now so; `null` when it did not change. */
  link: LinkView | null;
  /** How many messages wait to be read in all dialogs together. */
  unread_total: number;
  /** How many own messages have not gone out from dialogs that have left the list; `null` when that did not change. */
  waiting_elsewhere: number | null;
};

/**
 * A window on a conversation at one moment. It starts the stream of
 * `TimelinePatch`es with the same `window`: the next one's `rev` is this
 * one's plus one. A patch can overtake the answer that carries this.
 */
export type TimelineSnapshot = {
  /** The window's number, for the commands and patches that concern it. */
  window: number;
  /** The number of this state. */
  rev: number;
  /** The dialog. */
  dialog: DialogView;
  /** Everybody who wrote here or is in here, as far as known. */
  people: PersonView[];
  /** Who is in it, as far as known. */
  occupants: UserId[];
  /** The messages of the window. */
  messages: MessageView[];
  /** Whether there are older ones. */
  has_older: boolean;
  /** Whether there are newer ones. */
  has_newer: boolean;
  /** The message above which the "new messages" line stands, fixed when the window was opened. */
  first_unread: MessageId | null;
  /** The text that was being written: that of `draft_state`. */
  draft: string;
  /** What was being written. */
  draft_state: DraftView;
  /** What is pinned, the newest pin first. */
  pinned: MessageView[];
  /** What this person may do here. */
  rights: Rights;
};

/**
 * More of a conversation, at one end of the window. A page never overwrites a
 * message that the screen already has: a patch may have overtaken it.
 */
export type TimelinePage = {
  /** The number of the state that it was read from; it makes no new one. */
  rev: number;
  /** The messages that the window did not have. */
  messages: MessageView[];
  /** Everybody who wrote these. */
  people: PersonView[];
  /** Whether there are older ones. */
  has_older: boolean;
  /** Whether there are newer ones. */
  has_newer: boolean;
};

/** What changed in a window. Applying it twice is harmless. */
export type TimelinePatch = {
  /** Which window. */
  window: number;
  /** The number of the state that this leads to. */
  rev: number;
  /** These messages are now so. */
  upserts: MessageView[];
  /** These messages are gone. */
  removals: MessageId[];
  /** Everybody who wrote these, if new here. */
  people: PersonView[];
  /** Whether there are older ones. */
  has_older: boolean;
  /** Whether there are newer ones. */
  has_newer: boolean;
  /** What is pinned now, the newest pin first; `null` when that did not change. */
  pinned: Array<MessageView> | null;
};

/**
 * Everything that the backend says unasked. A jump in a `rev` means: open
 * that window (or home) again. `reset`: something was lost on the way, open
 * everything again.
 */
export type FeedEvent =
  | { kind: "app"; app: AppView } | { kind: "home"; patch: HomePatch }
  | { kind: "timeline"; patch: TimelinePatch } | { kind: "typing"; typing: TypingView }
  | { kind: "presence"; presence: Array<PresenceView> }
  | { kind: "show"; dialog: DialogId; message: MessageId | null }
  | { kind: "refused"; refusal: RefusalView }
  | { kind: "transfers"; transfers: Array<TransferView> }
  | { kind: "accounts"; accounts: Array<AccountView> } | { kind: "reset" };

export type NoArgs = Record<string, never>;

/** Every command: its arguments and its answer. */
export type Commands = {
  /** Who is signed in, and which screen comes first. */
  app: { args: NoArgs; answer: AppView };
  /** Starts the server on this machine and signs in as a sample person (by login; the profile's own when left out). */
  try_here: { args: { login: string | null }; answer: AppView };
  /** Reads a join link, or the text of a join file. */
  read_join: { args: { text: string }; answer: ConnectionView };
  /** Signs in with a password; waits for the server's answer. */
  sign_in: { args: { connection: ConnectionView; login: string; password: string; remember: Remember }; answer: AppView };
  /** Signs out and forgets the password. What is on disk stays, for the next time. */
  sign_out: { args: NoArgs; answer: AppView };
  /** Every account that is signed in here. */
  accounts: { args: NoArgs; answer: AccountView[] };
  /** Shows another account. All of them go on working. */
  switch_account: { args: { account: number }; answer: AppView };
  /** Shows the welcome screen, to sign in to one more account. The others go on working. */
  add_account: { args: NoArgs; answer: AppView };
  /** Moves a database that cannot be opened out of the way, keeping it, and starts anew from the server. */
  set_aside: { args: NoArgs; answer: AppView };
  /** Tries again to open data that could not be opened for a reason that may have passed. */
  open_again: { args: NoArgs; answer: AppView };
  /** The home screen; starts its patches. */
  home: { args: NoArgs; answer: HomeSnapshot };
  /** Makes a dialog quiet until then; `null` makes it loud again. */
  mute: { args: { dialog: DialogId; until: Millis | null }; answer: null };
  /** Puts dialogs away, or back. */
  archive: { args: { dialogs: DialogId[]; on: boolean }; answer: null };
  /** Keeps a dialog on top of the list, or lets it go. */
  pin_dialog: { args: { dialog: DialogId; on: boolean }; answer: null };
  /** Marks a dialog as unread by hand, here alone. */
  mark_unread: { args: { dialog: DialogId; on: boolean }; answer: null };
  /** Why a dialog counts as unread, and its first unread message. */
  why_unread: { args: { dialog: DialogId }; answer: WhyUnread };
  /** Marks everything in these dialogs as read; in all of them when none is named. */
  mark_read: { args: { dialogs: DialogId[] }; answer: null };
  /** Tells whose comings and goings the screen shows now; they come as `presence`. */
  watch_presence: { args: { people: UserId[] }; answer: null };
  /** A picture by the name that follows `uid:`, as a `data:` address; `null` when it cannot be had, or is larger than what comes unasked. */
  picture: { args: { uid: string; is_wanted?: boolean }; answer: string | null };
  /** Opens a window on a dialog and starts its patches: at this message or this time, which may be fetched first, else at the first unread message, else at the newest; with `newest` there in any case. */
  open_timeline: { args: { dialog: DialogId; at: MessageId | null; at_time?: Millis | null; newest?: boolean }; answer: TimelineSnapshot };
  /** More at the upper end of a window; asks the server where this machine has not got it. */
  load_older: { args: { window: number }; answer: TimelinePage };
  /** More at the lower end of a window. */
  load_newer: { args: { window: number }; answer: TimelinePage };
  /** Ends a window's patches. */
  close_timeline: { args: { window: number }; answer: null };
  /** On disk when it answers. `id` is made by the caller, so that asking twice sends once. The dialog's draft is gone with it, unless it `keeps_draft`. */
  send: { args: { dialog: DialogId; id: MessageId; text: string; reply_to?: MessageId | null; mentions?: UserId[]; destroy_after?: number | null; is_silent?: boolean; files?: UploadId[]; keeps_draft?: boolean }; answer: null };
  /** Begins to put a file beside what is being written; its bytes follow in portions. Answers the number under which they come. */
  stage_begin: { args: { dialog: DialogId; name: string; size: number }; answer: number };
  /** The next bytes of such a file, in base64. */
  stage_portion: { args: { number: number; bytes: string }; answer: null };
  /** All bytes of such a file are here: from now on it is kept beside the draft, and a photo without what it tells besides the picture. */
  stage_end: { args: { number: number }; answer: StagedView };
  /** Puts a file beside what is being written that was just dropped on the app's own window; others cannot be named. */
  stage_dropped: { args: { dialog: DialogId; path: string }; answer: StagedView };
  /** Puts beside what is being written what lies on the clipboard and is more than words, where the web view tells the page nothing of that; answers what it was, mostly nothing. */
  stage_pasted: { args: { dialog: DialogId }; answer: StagedView[] };
  /** Such a file is not wanted after all. */
  stage_cancel: { args: { number: number }; answer: null };
  /** Takes a file away from the draft. */
  unstage: { args: { file: UploadId }; answer: null };
  /** The files beside a draft. */
  staged: { args: { dialog: DialogId }; answer: StagedView[] };
  /** The picture of a photo that is on its way out, as a `data:` address; `null` when it is none. */
  picture_of_upload: { args: { file: UploadId }; answer: string | null };
  /** Keeps what is being written; empty forgets it. */
  save_draft: { args: { dialog: DialogId; text: string; reply_to?: MessageId | null; editing?: MessageId | null; destroy_after?: number | null; is_silent?: boolean }; answer: null };
  /** The last drafts of a dialog that were given up, the newest first. */
  draft_history: { args: { dialog: DialogId }; answer: string[] };
  /** Tells the others that this person writes, or has stopped. */
  set_typing: { args: { dialog: DialogId; is_typing: boolean }; answer: null };
  /**
   * Everything up to this message was on screen, in a focused window, for a moment. What came
   * late, with a place that was read already, was so only if it is this one or `on_screen`.
   */
  seen: { args: { dialog: DialogId; message: MessageId; on_screen?: MessageId[] }; answer: null };
  /** Somebody looks at the end of this dialog, in a window that has the focus, so that what comes there is not announced; or at none. */
  attend: { args: { dialog: DialogId | null }; answer: null };
  /** Sends a failed message again. */
  retry: { args: { message: MessageId }; answer: null };
  /** Sends all failed messages again. */
  retry_all: { args: NoArgs; answer: null };
  /** Keeps where somebody is reading in a dialog, so that it is shown there again: the message at the upper edge of the view, and how many pixels below that edge it begins; without a message, at the end. */
  keep_place: { args: { dialog: DialogId; top: number; message?: MessageId | null }; answer: null };
  /** Takes a message back that has not gone out; answers its text. With `keeps_files`, it is in the draft again, with what hung on it. */
  discard: { args: { message: MessageId; keeps_files?: boolean }; answer: string };
  /** Everything that has not gone out yet, or has failed, the oldest first. */
  waiting: { args: NoArgs; answer: WaitingView[] };
  /** Changes the text of an own message, also of one that has not gone out yet. */
  edit_message: { args: { message: MessageId; text: string; mentions: UserId[] }; answer: null };
  /** Deletes messages here, or for everybody. What the server refuses later comes back as a row. */
  delete_messages: { args: { messages: MessageId[]; for_all: boolean }; answer: DeletedMessages };
  /** Gives an emoji to a message, or takes it back. */
  react: { args: { message: MessageId; emoji: string; on: boolean }; answer: null };
  /** Pins a message for everybody, or takes the pin off. */
  pin_message: { args: { message: MessageId; on: boolean }; answer: null };
  /** What is pinned in a dialog, the newest pin first. */
  pinned: { args: { dialog: DialogId }; answer: MessageView[] };
  /** Passes messages on. `ids` are made by the caller: for each dialog in turn, one for each message. */
  forward: { args: { messages: MessageId[]; to: DialogId[]; ids: MessageId[] }; answer: null };
  /** Everything about a message; asks the server for what only that knows, where there is a connection. */
  message_details: { args: { message: MessageId }; answer: MessageDetails };
  /** Tells whoever runs the server about a message. */
  report_message: { args: { message: MessageId; reason: string }; answer: null };
  /** Tells whoever runs the server about a person. */
  report_person: { args: { person: UserId; reason: string }; answer: null };
  /** Begins to save what hangs on a message into the person's folder for downloads; how far it has come is told as `transfers`. `index` counts the message's attachments from nought. */
  save_attachment: { args: { message: MessageId; index: number }; answer: null };
  /** Ends a saving, or forgets that one failed. */
  cancel_transfer: { args: { message: MessageId; index: number }; answer: null };
  /** Opens what was saved, with the system's program for it, where it is of a kind that does nothing by itself. */
  open_attachment: { args: { message: MessageId; index: number }; answer: null };
  /** Shows what was saved in its folder. */
  show_attachment: { args: { message: MessageId; index: number }; answer: null };
  /** Finds people by name or login, also in the server's directory. */
  find_people: { args: { query: string; by?: FindBy | null }; answer: PersonView[] };
  /** Messages in which the words are, by their beginnings and all of them, the newest first; in quotes as it stands. Asks nobody. `below` is the `next` of the page before. */
  search: { args: { text: string; dialog?: DialogId | null; sender?: UserId | null; below?: number | null }; answer: FoundPage };
  /** Messages that the server finds and `search` does not, the newest first: a hundred at most, by four letters or more. Waits for the server. */
  search_server: { args: { text: string; dialog?: DialogId | null }; answer: FoundPage };
  /** Makes a dialog, or finds the private one that is there; answers its id. */
  create_dialog: { args: { kind: DialogKind; name: string; people: UserId[]; description?: string; photo?: string | null; extensions?: Record<string, string>; allow_preview?: boolean }; answer: DialogId };
  /** Dialogs that are open to all, by the beginning of a word of their names. */
  directory: { args: { query: string; skip: number }; answer: DirectoryView };
  /** The last messages of a dialog that this person is not in. */
  preview: { args: { dialog: DialogId }; answer: PreviewView };
  /** Makes a dialog that is open to all known here, without joining it; answers its id. */
  open_public: { args: { dialog: DialogId }; answer: DialogId };
  /** Joins a dialog that is open to all. */
  join: { args: { dialog: DialogId }; answer: DialogId };
  /** Leaves a dialog. */
  leave: { args: { dialog: DialogId }; answer: null };
  /** Everything about a dialog. */
  dialog_info: { args: { dialog: DialogId }; answer: DialogInfo };
  /** Who is in a dialog, by name. */
  members: { args: { dialog: DialogId; query: string; skip: number }; answer: MembersView };
  /** Changes what a dialog says of itself. An empty photo takes it away. */
  update_dialog: { args: { dialog: DialogId; name?: string | null; description?: string | null; photo?: string | null; extensions?: Record<string, string> | null; allow_preview?: boolean | null }; answer: null };
  /** Adds people. */
  add_people: { args: { dialog: DialogId; people: UserId[] }; answer: null };
  /** Removes people. */
  remove_people: { args: { dialog: DialogId; people: UserId[] }; answer: null };
  /** Makes somebody an admin, or ends that. Five at most. */
  set_admin: { args: { dialog: DialogId; person: UserId; on: boolean }; answer: null };
  /** Whether the server sends notifications of it to this person's phone. */
  set_notifications: { args: { dialog: DialogId; on: boolean }; answer: null };
  /** Clears the history, for this person or for everybody. */
  clear_history: { args: { dialog: DialogId; for_all: boolean }; answer: null };
  /** Deletes dialogs, for this person or for everybody. */
  delete_dialogs: { args: { dialogs: DialogId[]; for_all: boolean }; answer: DeletedDialogs };
  /** Fetches a stretch of history that is not held here. */
  fill_hole: { args: { dialog: DialogId; from: Millis; to: Millis }; answer: null };
  /** Try to connect now. */
  reconnect: { args: NoArgs; answer: null };
  /** What this profile has set. */
  settings: { args: NoArgs; answer: Record<string, string> };
  /** Sets one thing; it is on disk when it answers. */
  set_setting: { args: { key: string; value: string }; answer: null };
  /** Whether this system shows notifications. */
  can_notify: { args: NoArgs; answer: boolean };
  /** Opens a web or mail address outside of Kith. */
  open_link: { args: { url: string }; answer: null };
  /** Says that what was being written is kept, so that the window may close. */
  may_close: { args: NoArgs; answer: null };
  /** Says that the first screen has been painted; benchmarks listen. */
  painted: { args: NoArgs; answer: null };
};
