// Made from the Rust types in src-tauri/crates/api by `cargo xtask bindings`. Do not edit.

export type UserId = number;
export type DialogId = string;
export type MessageId = string;

/** Milliseconds since 1970 UTC. */
export type Millis = number;

export type Delivery = "failed" | "queued" | "uploading" | "sending" | "sent" | "delivered" | "read";
export type FailureReason = "not_allowed" | "dialog_gone" | "blocked" | "too_large" | "refused";
export type DialogKind = "broadcast" | "group" | "private" | "public";
export type AttachmentKind = "photo" | "video" | "audio" | "contact" | "place" | "file";

export type Code =
  | "wrong_password" | "unknown_host" | "unreachable" | "certificate" | "not_a_server" | "timed_out"
  | "server_failed" | "not_allowed" | "gone" | "offline" | "too_large" | "invalid_input" | "join_link"
  | "no_keychain" | "database_newer" | "database_corrupt" | "database_busy" | "disk" | "local_server"
  | "not_signed_in" | "internal";

/** What a failed command says. The UI branches on `code`, never on `message`. */
export type UiError = { code: Code; message: string; detail: string | null };

export type PersonView = {
  id: UserId;
  name: string;
  login: string | null;
  /** A `data:image/…` address, or nothing: then initials are drawn. */
  avatar: string | null;
  last_seen: Millis | null;
};

export type LinkState = "connecting" | "catching_up" | "online" | "offline" | "refused";
export type LinkReason = "unknown_host" | "unreachable" | "certificate" | "sign_in_refused" | "not_a_chat_server" | "broken";
export type LinkView = { state: LinkState; reason: LinkReason | null; retry_at: Millis | null };

export type LastMessageView = {
  id: MessageId; sender: UserId; sender_name: string; is_own: boolean; text: string;
  at: Millis; delivery: Delivery; attachment: AttachmentKind | null;
};

export type DialogView = {
  id: DialogId; kind: DialogKind; name: string; photo: string | null;
  /** The other person of a private dialog. */
  opponent: UserId | null;
  occupant_count: number;
  last: LastMessageView | null;
  draft: string | null;
  unread: number;
  /** The list's order: larger is higher; equal ones by id. */
  sort_at: Millis;
};

export type AttachmentView = { kind: AttachmentKind; name: string; size: number | null; content_type: string | null };

export type MessageView = {
  id: MessageId; dialog_id: DialogId; sender: UserId; is_own: boolean; body: string;
  sent_at: Millis; edited_at: Millis | null;
  /** The place in the timeline: compare as text. */
  key: string;
  delivery: Delivery; failure: FailureReason | null;
  attachments: AttachmentView[];
};

/** How a sign-in is kept: in the keychain, until Kith closes, or in a file that only this user can read. */
export type Remember = "keychain" | "session" | "file";

export type ConnectionView = {
  name: string; api_url: string; chat_host: string; chat_port: number; chat_security: "direct" | "start_tls" | "plain";
  chat_domain: string; muc_domain: string; app_id: number; auth_key: string; ca_cert: string | null;
};

export type AccountView = { id: number; person: PersonView; connection_name: string; is_local: boolean };
export type ProblemView = { code: Code; message: string; can_set_aside: boolean };

export type AppView = {
  /** `welcome`: nobody is signed in. `home`: somebody is. `locked`: this profile's data cannot be opened, see `problem`. `sign_in_again`: known account, its password is needed. */
  phase: "welcome" | "home" | "locked" | "sign_in_again";
  version: string; profile: string;
  account: AccountView | null;
  /** Filled in on `sign_in_again`, and when Kith was opened with a join link. */
  connection: ConnectionView | null;
  login: string | null;
  problem: ProblemView | null;
  has_keychain: boolean;
  can_try_here: boolean;
};

export type HomeSnapshot = { rev: number; me: PersonView; link: LinkView; dialogs: DialogView[]; people: PersonView[]; unread_total: number; typing: TypingView[] };
export type HomePatch = { rev: number; dialogs: DialogView[]; removed: DialogId[]; people: PersonView[]; link: LinkView | null; unread_total: number };
export type TypingView = { dialog: DialogId; people: UserId[] };

export type TimelineSnapshot = {
  window: number; rev: number; dialog: DialogView;
  /** Everybody who wrote here or is in here, as far as known. */
  people: PersonView[];
  occupants: UserId[];
  messages: MessageView[]; has_older: boolean; has_newer: boolean;
  /** The message above which the "new messages" line stands, fixed when the window was opened. */
  first_unread: MessageId | null;
  draft: string;
};
export type TimelinePage = { rev: number; messages: MessageView[]; people: PersonView[]; has_older: boolean; has_newer: boolean };
export type TimelinePatch = { window: number; rev: number; upserts: MessageView[]; removals: MessageId[]; people: PersonView[]; has_older: boolean; has_newer: boolean };

/** Everything that the backend says unasked. A jump in a `rev` means: open that window (or home) again. */
export type FeedEvent =
  | { kind: "app"; app: AppView }
  | { kind: "home"; patch: HomePatch }
  | { kind: "timeline"; patch: TimelinePatch }
  | { kind: "typing"; typing: TypingView }
  /** Something was lost on the way: open everything again. */
  | { kind: "reset" };

export type NoArgs = Record<string, never>;

/** Every command: its arguments and its answer. */
export type Commands = {
  app: { args: NoArgs; answer: AppView };
  /** Starts the server on this machine and signs in as a sample person (by login; the profile's own when left out). */
  try_here: { args: { login: string | null }; answer: AppView };
  /** Reads a join link, or the text of a join file. */
  read_join: { args: { text: string }; answer: ConnectionView };
  sign_in: { args: { connection: ConnectionView; login: string; password: string; remember: Remember }; answer: AppView };
  sign_out: { args: NoArgs; answer: AppView };
  /** Moves a database that cannot be opened out of the way, keeping it, and starts anew from the server. */
  set_aside: { args: NoArgs; answer: AppView };
  home: { args: NoArgs; answer: HomeSnapshot };
  open_timeline: { args: { dialog: DialogId; at: MessageId | null }; answer: TimelineSnapshot };
  load_older: { args: { window: number }; answer: TimelinePage };
  load_newer: { args: { window: number }; answer: TimelinePage };
  close_timeline: { args: { window: number }; answer: null };
  /** On disk when it answers. `id` is made by the caller, so that asking twice sends once. */
  send: { args: { dialog: DialogId; id: MessageId; text: string }; answer: null };
  save_draft: { args: { dialog: DialogId; text: string }; answer: null };
  set_typing: { args: { dialog: DialogId; is_typing: boolean }; answer: null };
  /** Everything up to this message was on screen, in a focused window, for a moment. */
  seen: { args: { dialog: DialogId; message: MessageId }; answer: null };
  retry: { args: { message: MessageId }; answer: null };
  /** Takes a message back that has not gone out; answers its text. */
  discard: { args: { message: MessageId }; answer: string };
  find_people: { args: { query: string }; answer: PersonView[] };
  create_dialog: { args: { kind: DialogKind; name: string; people: UserId[] }; answer: DialogId };
  /** Try to connect now. */
  reconnect: { args: NoArgs; answer: null };
  settings: { args: NoArgs; answer: Record<string, string> };
  set_setting: { args: { key: string; value: string }; answer: null };
  open_link: { args: { url: string }; answer: null };
  /** The home list was drawn for the first time: benchmarks measure the start up to here. */
  painted: { args: NoArgs; answer: null };
};
