//! XMPP, over TCP and over WebSocket (`protocol/xmpp.md`).
//!
//! [`tcp`] and [`websocket`] turn bytes into elements and back; that is all that
//! differs. [`login`] brings a stream to a bound or resumed session, [`stream`]
//! then carries it, and [`iq`], [`presence`] answer what the server answers
//! itself. Messages go to [`crate::chat`].

pub(crate) mod errors;
mod flight;
mod iq;
mod login;
mod presence;
mod privacy;
#[cfg(test)]
mod privacy_tests;
mod sasl;
pub(crate) mod starttls;
mod stream;
pub(crate) mod tcp;
pub(crate) mod transport;
pub(crate) mod watch;
pub(crate) mod websocket;

/// A stanza may have so many bytes on either transport. A larger one is answered with
/// error 406 and the connection lives (`protocol/README.md` §10).
pub(crate) const MOST_STANZA: usize = 256 * 1024;
