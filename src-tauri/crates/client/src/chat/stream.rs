//! The library's stream object, and how it is got rid of.

use tokio::sync::{mpsc, oneshot};
use tokio_xmpp::stanzastream::{Connection, StanzaStream};

use super::connector::dead_end;
use super::window::WINDOW;

/// Everything about one stream object of the library's.
pub(super) struct Stream {
    pub(super) stream: StanzaStream,
    /// Where the library's wishes for a connection arrive.
    pub(super) slots: mpsc::UnboundedReceiver<oneshot::Sender<Connection>>,
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

    /// Ends it without a word to the server. A worker that waits for a
    /// connection gets one that leads nowhere.
    pub(super) fn bury(mut self) {
        drop(self.stream);
        tokio::spawn(async move {
            let mut slot = self.slot.take();
            loop {
                if let Some(slot) = slot.take()
                    && let Some(connection) = dead_end().await
                {
                    let _ = slot.send(connection);
                }
                match self.slots.recv().await {
                    Some(next) => slot = Some(next),
                    None => break,
                }
            }
        });
    }
}
