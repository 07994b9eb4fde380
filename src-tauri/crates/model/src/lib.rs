//! What a messenger talks about: ids, people, dialogs, messages, and the two
//! rules that everything else leans on, the order of messages and the ladder
//! of send states.
//!
//! This room does no I/O, knows no SQL, no XML and no JSON for the screen.
//! `wire` is a stranger to it: the folder `client/src/convert` alone knows both.

mod attachment;
mod connection;
mod delivery;
mod dialog;
mod ids;
mod message;
mod person;
mod properties;
mod rights;
mod time;

pub use attachment::{Attachment, AttachmentKind};
pub use connection::{ChatAddress, ChatSecurity, Connection};
pub use delivery::{Delivery, FailureReason};
pub use dialog::{Dialog, DialogKind};
pub use ids::{AppId, DialogId, IdError, MessageId, MessageIds, UploadId, UserId};
pub use message::{Message, Place, ReactionCount};
pub use person::{Person, Profile};
pub use properties::{Forward, Mentions, Properties, Reply};
pub use rights::{Rights, Role};
pub use time::{Clock, SystemClock, Timestamp};
