//! Everything that can come from a server, as one closed list, and everything
//! that can be handed to its stream. Above this line nobody knows whose wire
//! it was.

use kith_model::{Attachment, DialogId, Message, MessageId, Properties, Timestamp, UserId};

/// The state of the live link.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Link {
    /// Trying to connect.
    Connecting,
    /// A new session. What happened meanwhile is unknown: catch up.
    Fresh,
    /// The old session goes on; nothing was lost (XEP-0198 §5). Do not catch up.
    Resumed,
    /// No link. `retry_at` says when the next attempt comes, if one comes.
    Down {
        /// Why.
        reason: LinkLost,
        /// When Kith tries again; `None` when it will not by itself.
        retry_at: Option<Timestamp>,
    },
}

/// Why there is no link.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum LinkLost {
    /// The host's name is not known here.
    UnknownHost,
    /// Nothing listens there, or nothing answers.
    Unreachable,
    /// The certificate is not one that this computer trusts.
    Certificate,
    /// The server does not take the sign-in. Kith does not try again by itself.
    SignInRefused,
    /// The other end speaks something else.
    NotAChatServer,
    /// The connection broke.
    Broken,
    /// It was asked to end.
    Stopped,
}

/// What somebody did with a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum MarkerKind {
    /// It reached a device (`received`, XEP-0333).
    Delivered,
    /// It was read (`displayed`, XEP-0333).
    Read,
}

/// A private message without its dialog. Servers should tell the dialog with
/// the message (`protocol/xmpp.md` §7.1), and not all do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unplaced {
    /// The other person of the dialog: the sender, or whom this account wrote
    /// to from another device.
    pub with: UserId,
    /// The message; its dialog is a stand-in.
    message: Message,
}

impl Unplaced {
    /// `message`, whose dialog is not to be believed, exchanged with `with`.
    #[must_use]
    pub const fn new(with: UserId, message: Message) -> Self {
        Self { with, message }
    }

    /// The message, once its dialog is known.
    #[must_use]
    pub fn in_dialog(self, dialog_id: DialogId) -> Message {
        Message {
            dialog_id,
            ..self.message
        }
    }
}

/// A message was edited (XEP-0308, `protocol/xmpp.md` §10).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Edit {
    /// Which message.
    pub message: MessageId,
    /// In which dialog, when told.
    pub dialog: Option<DialogId>,
    /// Who edited it. Whoever applies it must see that the message is theirs:
    /// anybody can send the form of an edit.
    pub by: UserId,
    /// The new text.
    pub body: String,
    /// The new properties. None at all means that they stay as they were.
    pub properties: Properties,
    /// When.
    pub at: Timestamp,
    /// Whether the message goes away by itself: no history will bring it to
    /// whoever does not have it.
    pub is_passing: bool,
}

/// A message was taken away for everybody (`protocol/xmpp.md` §10).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Removal {
    /// Which message.
    pub message: MessageId,
    /// In which dialog, when told.
    pub dialog: Option<DialogId>,
    /// Who took it away: its author, or an admin or owner of the dialog.
    pub by: UserId,
}

/// Somebody reacted to a message, or took a reaction back (`protocol/xmpp.md`
/// §10). Only the server tells of this.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReactionChange {
    /// Which message.
    pub message: MessageId,
    /// In which dialog, when told.
    pub dialog: Option<DialogId>,
    /// Who.
    pub by: UserId,
    /// Emoji that were added.
    pub added: Vec<String>,
    /// Emoji that were taken back.
    pub removed: Vec<String>,
}

/// What a system message tells.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SystemKind {
    /// A dialog was made (`dialog/NEW_DIALOG`).
    DialogMade,
    /// A dialog's name, picture, admins or the like changed
    /// (`dialog/UPDATE_DIALOG`).
    DialogChanged,
    /// The recipient was added (`dialog/ADDED_TO_DIALOG`).
    Added,
    /// The recipient was removed (`dialog/REMOVED_FROM_DIALOG`).
    Removed,
    /// Others were added (`dialog/ADD_PARTICIPANTS`).
    PeopleAdded(Vec<UserId>),
    /// Others were removed, or left (`dialog/REMOVE_PARTICIPANTS`).
    PeopleRemoved(Vec<UserId>),
    /// Something by another name, which may be empty.
    Other(String),
}

/// A message from app to app (`protocol/xmpp.md` §11). It is stored nowhere and
/// reaches who is online. What it says of dialogs is a convention of the
/// platform's own helper: the server tells nobody when a dialog changes.
/// Anybody can send one, so it is a reason to ask the server, not a fact.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SystemMessage {
    /// What it tells.
    pub kind: SystemKind,
    /// About which dialog, if about one.
    pub dialog: Option<DialogId>,
    /// Everything else that came with it.
    pub properties: Properties,
}

impl SystemMessage {
    /// About a dialog.
    #[must_use]
    pub const fn new(kind: SystemKind, dialog: DialogId) -> Self {
        Self {
            kind,
            dialog: Some(dialog),
            properties: Properties::new(),
        }
    }
}

/// When somebody was last here (`protocol/xmpp.md` §13).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Activity {
    /// Now.
    Online,
    /// At this time.
    LastSeen(Timestamp),
}

/// Everything that can arrive.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ServerEvent {
    /// The link changed.
    Link(Link),
    /// A message: somebody's, or our own from another device or as a room's echo.
    Message(Message),
    /// A private message whose dialog the server did not tell. Find the dialog
    /// with that person (making a private one returns it if it exists) and
    /// place it there.
    Unplaced(Unplaced),
    /// The server has taken the message with this id (XEP-0198 §4).
    Acknowledged(MessageId),
    /// The link broke with this message on it and could not be resumed: it may
    /// or may not have arrived. Look it up before sending it again.
    Unknown(MessageId),
    /// The server has taken the [`Outgoing::Edit`] with this number, so whoever
    /// is there hears of it. Everything that it had told before is told before this.
    EditTaken(i64),
    /// The server refuses the message (`protocol/xmpp.md` §16).
    Refused {
        /// Which.
        id: MessageId,
        /// The legacy code: 403, 404, 406, 503…
        code: u16,
    },
    /// Somebody received or read a message.
    Marker {
        /// What happened.
        kind: MarkerKind,
        /// To which message.
        message: MessageId,
        /// In which dialog, when told.
        dialog: Option<DialogId>,
        /// Who did it; this account itself when another device of it did.
        by: UserId,
    },
    /// Somebody writes, or has stopped.
    Typing {
        /// Where: `None` in a private dialog whose id was not told.
        dialog: Option<DialogId>,
        /// Who.
        by: UserId,
        /// Whether they write.
        is_typing: bool,
    },
    /// A message was edited.
    Edited(Edit),
    /// A message was taken away for everybody.
    Removed(Removal),
    /// Somebody reacted to a message.
    Reacted(ReactionChange),
    /// A message from app to app; about a dialog: fetch that.
    System {
        /// From whom; this account itself when another device of it sent it.
        by: UserId,
        /// What it says.
        message: SystemMessage,
    },
    /// Somebody who is watched ([`crate::Chat::watch`]) came or went.
    Activity {
        /// Who.
        who: UserId,
        /// Whether they are here now, or when they were last.
        activity: Activity,
    },
}

/// Where something outgoing goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Recipient {
    /// To one person.
    Private {
        /// Whom.
        user: UserId,
        /// In which dialog.
        dialog: DialogId,
    },
    /// To everybody in a dialog.
    Room {
        /// Which.
        dialog: DialogId,
    },
}

impl Recipient {
    /// The dialog that it goes to.
    #[must_use]
    pub const fn dialog(&self) -> &DialogId {
        let (Self::Private { dialog, .. } | Self::Room { dialog }) = self;
        dialog
    }
}

/// A message on its way out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OutgoingMessage {
    /// The one identity; sending it twice is harmless.
    pub id: MessageId,
    /// To whom.
    pub to: Recipient,
    /// The text.
    pub body: String,
    /// `date_sent`.
    pub sent_at: Timestamp,
    /// What hangs on it.
    pub attachments: Vec<Attachment>,
    /// What Kith adds: replies, forwards, mentions.
    pub properties: Properties,
    /// Nobody is to be disturbed by it.
    pub is_silent: bool,
    /// The recipients' apps are asked to tell when they have it and when it is
    /// read. Kith always asks.
    pub is_markable: bool,
    /// The server is to keep it.
    pub is_in_history: bool,
    /// Seconds after which both sides take it away; the server then keeps it
    /// in no history, whatever `is_in_history` says.
    pub destroy_after: Option<u32>,
}

impl OutgoingMessage {
    /// A plain text, to be kept by the server.
    #[must_use]
    pub const fn new(id: MessageId, to: Recipient, body: String, sent_at: Timestamp) -> Self {
        Self {
            id,
            to,
            body,
            sent_at,
            attachments: Vec::new(),
            properties: Properties::new(),
            is_silent: false,
            is_markable: true,
            is_in_history: true,
            destroy_after: None,
        }
    }
}

/// Everything that can be handed to the stream.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outgoing {
    /// A message.
    Message(OutgoingMessage),
    /// An edit of an own message. What the server keeps is changed by
    /// [`crate::Rest::edit_message`], this tells the others.
    Edit {
        /// A number of the caller's, which [`ServerEvent::EditTaken`] tells when
        /// the server has it. When the link breaks for good before that, nothing
        /// is told.
        number: i64,
        /// Which message.
        message: MessageId,
        /// Where it was sent.
        to: Recipient,
        /// The new text.
        body: String,
        /// The new properties; none leave the old ones.
        properties: Properties,
        /// Whether it is the newest of its dialog.
        is_last: bool,
        /// After how many seconds the message goes away by itself, so that
        /// whoever does not have it does not keep the text for later.
        destroy_after: Option<u32>,
    },
    /// Takes a message away for everybody. No fate is told of it; what
    /// [`crate::Rest::delete_messages`] deletes for all, the server tells the
    /// others by itself, so this is for what is in no history.
    Remove {
        /// Which message.
        message: MessageId,
        /// Where it was sent.
        to: Recipient,
    },
    /// A marker, always to the author alone (`protocol/xmpp.md` §9).
    Marker {
        /// Which.
        kind: MarkerKind,
        /// About which message.
        message: MessageId,
        /// In which dialog.
        dialog: DialogId,
        /// The author of the message.
        to: UserId,
    },
    /// This person writes, or has stopped.
    Typing {
        /// To whom.
        to: Recipient,
        /// Whether they write.
        is_typing: bool,
    },
    /// A message from app to app, to one person (`protocol/xmpp.md` §11).
    System {
        /// To whom.
        to: UserId,
        /// What it says.
        message: SystemMessage,
    },
}
