// Made from the Rust types in src-tauri/crates/api by `cargo xtask bindings`. Do not edit.

export type UserId = number;
export type DialogId = string;
export type MessageId = string;

/** Milliseconds since 1970 UTC. */
export type Millis = number;

/** How far an outgoing message has come; other people's are `sent`. */
export type Delivery = "failed" | "queued" | "uploading" | "sending" | "sent" | "delivered" | "read";

/** Why a message waits for its writer. */
export type FailureReason = "not_allowed" | "dialog_gone" | "blocked" | "too_large" | "refused";

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
  /** A `data:image/…` address, or nothing: then initials are drawn. */
  avatar: string | null;
  /** When they last used the application, if told. */
  last_seen: Millis | null;
};

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
  attachment: AttachmentKind | null;
};

/** A conversation. */
export type DialogView = {
  /** Which. */
  id: DialogId;
  /** Of what kind. */
  kind: DialogKind;
  /** The name to show. */
  name: string;
  /** A `data:image/…` address, or nothing. */
  photo: string | null;
  /** The other person of a private dialog. */
  opponent: UserId | null;
  /** How many people are in it, as far as known. */
  occupant_count: number;
  /** The newest message. */
  last: LastMessageView | null;
  /** What was being written. */
  draft: string | null;
  /** How many messages wait to be read. */
  unread: number;
  /** The list's order: larger is higher; equal ones by id. */
  sort_at: Millis;
};

/** What hangs on a message. */
export type AttachmentView = {
  /** What it is. */
  kind: AttachmentKind;
  /** Its name, or empty. */
  name: string;
  /** Bytes, when told. */
  size: number | null;
  /** Its media type, when told. */
  content_type: string | null;
};

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
  /** Filled in on `sign_in_again`, and when Kith was opened with a join link. */
  connection: ConnectionView | null;
  /** Filled in on `sign_in_again`. */
  login: string | null;
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
  /** Every dialog, in no order: sort by `sort_at`. */
  dialogs: DialogView[];
  /** Everybody who is known. */
  people: PersonView[];
  /** How many messages wait to be read in all dialogs together. */
  unread_total: number;
  /** Who writes where. */
  typing: TypingView[];
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
  /** What was being written. */
  draft: string;
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
};

/**
 * Everything that the backend says unasked. A jump in a `rev` means: open
 * that window (or home) again. `reset`: something was lost on the way, open
 * everything again.
 */
export type FeedEvent =
  | { kind: "app"; app: AppView } | { kind: "home"; patch: HomePatch }
  | { kind: "timeline"; patch: TimelinePatch } | { kind: "typing"; typing: TypingView }
  | { kind: "reset" };

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
  /** Moves a database that cannot be opened out of the way, keeping it, and starts anew from the server. */
  set_aside: { args: NoArgs; answer: AppView };
  /** The home screen; starts its patches. */
  home: { args: NoArgs; answer: HomeSnapshot };
  /** Opens a window on a dialog and starts its patches: at this message, else at the first unread one, else at the newest. */
  open_timeline: { args: { dialog: DialogId; at: MessageId | null }; answer: TimelineSnapshot };
  /** More at the upper end of a window; asks the server where this machine has not got it. */
  load_older: { args: { window: number }; answer: TimelinePage };
  /** More at the lower end of a window. */
  load_newer: { args: { window: number }; answer: TimelinePage };
  /** Ends a window's patches. */
  close_timeline: { args: { window: number }; answer: null };
  /** On disk when it answers. `id` is made by the caller, so that asking twice sends once. */
  send: { args: { dialog: DialogId; id: MessageId; text: string }; answer: null };
  /** Keeps what is being written; empty forgets it. */
  save_draft: { args: { dialog: DialogId; text: string }; answer: null };
  /** Tells the others that this person writes, or has stopped. */
  set_typing: { args: { dialog: DialogId; is_typing: boolean }; answer: null };
  /** Everything up to this message was on screen, in a focused window, for a moment. */
  seen: { args: { dialog: DialogId; message: MessageId }; answer: null };
  /** Sends a failed message again. */
  retry: { args: { message: MessageId }; answer: null };
  /** Takes a message back that has not gone out; answers its text. */
  discard: { args: { message: MessageId }; answer: string };
  /** Finds people by name or login, also in the server's directory. */
  find_people: { args: { query: string }; answer: PersonView[] };
  /** Makes a dialog, or finds the private one that is there; answers its id. */
  create_dialog: { args: { kind: DialogKind; name: string; people: UserId[] }; answer: DialogId };
  /** Try to connect now. */
  reconnect: { args: NoArgs; answer: null };
  /** What this profile has set. */
  settings: { args: NoArgs; answer: Record<string, string> };
  /** Sets one thing; it is on disk when it answers. */
  set_setting: { args: { key: string; value: string }; answer: null };
  /** Opens a web or mail address outside of Kith. */
  open_link: { args: { url: string }; answer: null };
  /** Says that the first screen has been painted; benchmarks listen. */
  painted: { args: NoArgs; answer: null };
};
