//! Stanzas and the stream's own elements, one file per extension
//! (`protocol/xmpp.md`). Each type has `read`, which takes what three
//! generations of SDKs write and answers `None` for something else, and
//! `write`, which gives what all of them read.
//!
//! A relay does not need these to pass something on: it changes the
//! [`Element`](crate::xml::Element) and writes that, so that what it does not
//! know survives, in order. [`Message`] keeps what it does not know as well.

mod bind;
mod carbons;
mod chat_state;
mod correction;
mod delay;
mod error;
mod extra;
mod features;
mod framing;
mod iq;
mod jid;
mod last;
mod marker;
mod message;
mod mobile;
pub mod ns;
mod online;
mod presence;
pub mod privacy;
mod reactions;
mod sasl;
mod sm;
mod stream_error;
pub mod system;

pub use bind::Bind;
pub use carbons::{Carbon, Direction};
pub use chat_state::ChatState;
pub use correction::{Removal, Replacement};
pub use delay::Delay;
pub use error::StanzaError;
pub use extra::{Extra, to_json};
pub use features::Features;
pub use framing::Frame;
pub use iq::{Iq, IqKind, ping};
pub use jid::{Jid, RoomJid, UserJid, bare, dialog_id, domain, resource, room_sender, user_id};
pub use last::{LastActivity, Subscription};
pub use marker::Marker;
pub use message::{Kind, Message};
pub use mobile::ClientState;
pub use online::Online;
pub use presence::Presence;
pub use reactions::ReactionChange;
pub use sasl::{Plain, Sasl};
pub use sm::Sm;
pub use stream_error::StreamFault;
