//! The live half: one stream, kept up by one authority (`protocol/xmpp.md`).
//!
//! [`Chat`] is a handle; behind it one task ([`task`]) owns everything: the
//! library's stream object, unsplit because its halves lose wake-ups; the slot
//! in which the library wants its next connection; the waits between attempts;
//! the tokens of what was sent and not acknowledged yet. The library would
//! reconnect by itself, for ever and without a word, so it is never let near a
//! socket: the task opens connections ([`connector`]) when it sees fit and puts
//! them into the slot.
//!
//! A link that comes up is either *resumed*, and then nothing was lost, or
//! *fresh*. A fresh one first says what became of the messages of the old one
//! ([`ServerEvent::Unknown`] where nobody can tell), then announces itself to
//! the server, asks for copies of what other devices send, and only then is
//! reported, so that whoever catches up after [`Link::Fresh`] misses nothing.
//!
//! [`Link::Fresh`]: crate::Link::Fresh

mod ask;
mod backoff;
mod blocking;
mod connector;
mod password;
#[cfg(test)]
pub(crate) mod script;
mod stanza;
mod stream;
mod talk;
mod tap;
mod task;
mod window;

use std::sync::Arc;
use std::time::Duration;

use kith_model::{Clock, Connection, UserId};
use thiserror::Error;
use tokio::sync::{mpsc, oneshot};
use tokio::time::timeout;

pub use self::ask::AskError;
pub use self::blocking::{Block, BlockLists};
pub use self::password::Password;

use self::task::{Order, Parcel, Task};
use crate::convert::Account;
use crate::{Outgoing, Proxy, ServerEvent};

/// What waits to be handed to the stream, at most.
const QUEUE: usize = 16;
/// How long an end may take.
const STOP_WITHIN: Duration = Duration::from_secs(4);

/// There is no stream to hand anything to; what was to be sent was not, and is
/// still the caller's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("there is no link")]
pub struct NotConnected;

/// A handle on the stream. Cheap to clone; the stream ends with [`Chat::stop`],
/// when the last handle is dropped, or when nobody listens to its events any
/// more.
#[derive(Debug, Clone)]
pub struct Chat {
    parcels: mpsc::Sender<Parcel>,
    orders: mpsc::UnboundedSender<Order>,
    account: Arc<Account>,
    clock: Arc<dyn Clock>,
}

impl Chat {
    /// Connects as `me` and stays connected. Everything that arrives, and every
    /// change of the link, comes through `events`, in order; a listener that
    /// falls behind slows the stream down instead of losing anything.
    ///
    /// Must be called inside a tokio runtime.
    #[must_use]
    pub fn start(
        connection: Connection,
        me: UserId,
        password: impl Into<Password>,
        clock: Arc<dyn Clock>,
        events: mpsc::Sender<ServerEvent>,
    ) -> Self {
        Self::start_with(connection, me, password, Proxy::System, clock, events)
    }

    /// The same, by another way out than the system's.
    #[must_use]
    pub fn start_with(
        connection: Connection,
        me: UserId,
        password: impl Into<Password>,
        proxy: Proxy,
        clock: Arc<dyn Clock>,
        events: mpsc::Sender<ServerEvent>,
    ) -> Self {
        let (parcels, parcels_rx) = mpsc::channel(QUEUE);
        let (orders, orders_rx) = mpsc::unbounded_channel();
        let account = Arc::new(Account { connection, me });
        let task = Task::new(
            Arc::clone(&account),
            password.into(),
            proxy,
            Arc::clone(&clock),
            events,
            parcels_rx,
            orders_rx,
        );
        tokio::spawn(task.run());
        Self {
            parcels,
            orders,
            account,
            clock,
        }
    }

    /// Hands something to the stream, in order. For a message `Ok` means that
    /// [`ServerEvent::Acknowledged`], [`ServerEvent::Unknown`] or
    /// [`ServerEvent::Refused`] will tell what became of it; markers and typing
    /// are not followed up. Waits while too much is under way.
    ///
    /// # Errors
    /// When there is no link; nothing was sent then.
    pub async fn send(&self, outgoing: Outgoing) -> Result<(), NotConnected> {
        let (done, answer) = oneshot::channel();
        self.parcels
            .send(Parcel::Outgoing(outgoing, done))
            .await
            .map_err(|_| NotConnected)?;
        answer.await.unwrap_or(Err(NotConnected))
    }

    /// Hands something to the stream without waiting for anything, if there is
    /// room. The answer that comes is that of [`Chat::send`].
    ///
    /// # Errors
    /// When there is no room, or no link for good; nothing was sent then.
    pub fn send_now(
        &self,
        outgoing: Outgoing,
    ) -> Result<oneshot::Receiver<Result<(), NotConnected>>, NotConnected> {
        let (done, answer) = oneshot::channel();
        self.parcels
            .try_send(Parcel::Outgoing(outgoing, done))
            .map_err(|_| NotConnected)?;
        Ok(answer)
    }

    /// Tries to connect now instead of waiting for the next attempt, also after
    /// a refused sign-in. It does nothing to a link that is up, and leaves the
    /// growth of the waits alone.
    pub fn reconnect_now(&self) {
        let _ = self.orders.send(Order::ReconnectNow);
    }

    /// Switches reconnecting off or on again. When it is off, a link that ends
    /// stays down until [`Chat::reconnect_now`]; an attempt that is under way is
    /// let end.
    pub fn set_reconnect(&self, on: bool) {
        let _ = self.orders.send(Order::Reconnect(on));
    }

    /// Uses another password from the next attempt on.
    pub fn set_password(&self, password: impl Into<Password>) {
        let _ = self.orders.send(Order::Password(password.into()));
    }

    /// Makes the connection break, as after sleep or a change of network, so
    /// that a dead one is not waited for. The session is then resumed if the
    /// server still has it.
    pub fn cut(&self) {
        let _ = self.orders.send(Order::Cut);
    }

    /// Ends the stream properly and waits for its end, for a few seconds at most.
    pub async fn stop(&self) {
        let (done, answer) = oneshot::channel();
        if self.orders.send(Order::Stop(done)).is_ok() {
            let _ = timeout(STOP_WITHIN, answer).await;
        }
    }
}

#[cfg(test)]
mod order_tests;
#[cfg(test)]
#[path = "chat_tests.rs"]
mod tests;
