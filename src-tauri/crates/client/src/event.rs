//! Everything that can come from a server, as one closed list, and everything
//! that can be handed to its stream. Above this line nobody knows whose wire
//! it was.

use kith_model::{Attachment, DialogId, Message, MessageId, Timestamp, UserId};

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
    /// The message's id.
    pub id: MessageId,
    /// Who wrote it.
    pub sender: UserId,
    /// The text.
    pub body: String,
    /// When it was sent.
    pub sent_at: Timestamp,
    /// What hangs on it.
    pub attachments: Vec<Attachment>,
}

impl Unplaced {
    /// The message, once its dialog is known.
    #[must_use]
    pub fn in_dialog(self, dialog_id: DialogId) -> Message {
        Message {
            id: self.id,
            dialog_id,
            sender: self.sender,
            body: self.body,
            sent_at: self.sent_at,
            edited_at: None,
            attachments: self.attachments,
            delivered_to: Vec::new(),
            read_by: Vec::new(),
        }
    }
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
    /// A dialog was made or changed, by the convention of system messages
    /// (`protocol/xmpp.md` §11): fetch it.
    DialogChanged(DialogId),
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

/// Everything that can be handed to the stream.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outgoing {
    /// A message to be stored.
    Message {
        /// The one identity; sending it twice is harmless.
        id: MessageId,
        /// To whom.
        to: Recipient,
        /// The text.
        body: String,
        /// `date_sent`.
        sent_at: Timestamp,
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
    /// Tells one person that a dialog was made or changed (`protocol/xmpp.md` §11).
    DialogChanged {
        /// Whom.
        to: UserId,
        /// Which.
        dialog: DialogId,
    },
}
