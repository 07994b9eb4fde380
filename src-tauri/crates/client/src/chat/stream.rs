//! The library's stream object, and how it is got rid of.

use std::time::Duration;

use tokio::sync::{mpsc, oneshot};
use tokio::time::timeout;
use tokio_xmpp::stanzastream::{Connection, StanzaStream};

use super::connector::dead_end;
use super::window::WINDOW;

/// The library wants its next connection in this time after it lost one.
const WISH_WITHIN: Duration = Duration::from_secs(2);

type Slots = mpsc::UnboundedReceiver<oneshot::Sender<Connection>>;

/// Everything about one stream object of the library's.
pub(super) struct Stream {
    pub(super) stream: StanzaStream,
    /// Where the library's wishes for a connection arrive.
    pub(super) slots: Slots,
    /// The wish that is open.
    pub(super) slot: Option<oneshot::Sender<Connection>>,
    /// How often a connection came to nothing.
    pub(super) n_barren: u32,
}

impl Stream {
    pub(super) fn new() -> Self {
        let (wishes, slots) = mpsc::unbounded_channel();
        let connector = Box::new(move |_location, slot| {
            // When this fails the stream has been thrown away and has been
            // given a dead end already, so it asks no more.
            let _ = wishes.send(slot);
        });
        Self {
            stream: StanzaStream::new(connector, 2 * WINDOW),
            slots,
            slot: None,
            n_barren: 0,
        }
    }

    /// The wish for a connection, when there is one or comes soon.
    pub(super) async fn wish(&mut self) -> Option<oneshot::Sender<Connection>> {
        match self.slot.take() {
            Some(slot) => Some(slot),
            // The library asks as soon as it has lost a connection.
            None => timeout(WISH_WITHIN, self.slots.recv()).await.ok()?,
        }
    }

    /// Ends it without a word to the server.
    pub(super) fn bury(self) {
        drop(self.stream);
        tokio::spawn(refuse(self.slots, self.slot));
    }

    /// Ends it properly, as far as that can be done in so much time.
    pub(super) async fn close(self, within: Duration) {
        // It may have lost its connection a moment ago.
        tokio::spawn(refuse(self.slots, self.slot));
        let _ = timeout(within, self.stream.close()).await;
    }
}

/// Answers every wish with a connection that leads nowhere, until the stream's
/// worker has ended. Dropping a wish would make it panic.
async fn refuse(mut slots: Slots, mut slot: Option<oneshot::Sender<Connection>>) {
    loop {
        if let Some(slot) = slot.take() {
            match dead_end().await {
                Some(connection) => drop(slot.send(connection)),
                None => std::future::pending().await,
            }
        }
        slot = slots.recv().await;
        if slot.is_none() {
            break;
        }
    }
}
