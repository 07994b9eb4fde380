//! The live half: one stream, kept up by one authority.

use std::sync::Arc;

use kith_model::{Clock, Connection, UserId};
use thiserror::Error;
use tokio::sync::mpsc;

use crate::{Outgoing, Secret, ServerEvent};

/// There is no stream to hand anything to; what was to be sent was not, and is
/// still the caller's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("there is no link")]
pub struct NotConnected;

/// A handle on the stream. Cheap to clone; the stream ends with [`Chat::stop`]
/// or when nobody listens to its events any more.
#[derive(Debug, Clone)]
pub struct Chat {}

impl Chat {
    /// Connects as `me` and stays connected. Everything that arrives, and every
    /// change of the link, comes through `events`, in order; a listener that
    /// falls behind slows the stream down instead of losing anything.
    #[must_use]
    pub fn start(
        connection: Connection,
        me: UserId,
        password: Secret,
        clock: Arc<dyn Clock>,
        events: mpsc::Sender<ServerEvent>,
    ) -> Self {
        let _ = (connection, me, password, clock, events);
        Self {}
    }

    /// Hands something to the stream, in order. For a message `Ok` means that
    /// [`ServerEvent::Acknowledged`], [`ServerEvent::Unknown`] or
    /// [`ServerEvent::Refused`] will tell what became of it; markers and typing
    /// are not followed up. Waits while too much is under way.
    ///
    /// # Errors
    /// When there is no link; nothing was sent then.
    pub async fn send(&self, outgoing: Outgoing) -> Result<(), NotConnected> {
        let _ = outgoing;
        Err(NotConnected)
    }

    /// Tries to connect now instead of waiting for the next attempt. It does
    /// nothing to a link that is up, and leaves the growth of the waits alone.
    pub fn reconnect_now(&self) {}

    /// Makes the connection break, as after sleep or a change of network, so
    /// that a dead one is not waited for. The session is then resumed if the
    /// server still has it.
    pub fn cut(&self) {}

    /// Ends the stream properly and waits for its end, for a few seconds at most.
    pub async fn stop(&self) {}
}
