//! What this person reads on another device.
//!
//! That device tells it with markers, of which copies come here: one for each
//! message when little was read, one for the newest when much was read at once;
//! of the others only the server's books know (`reading.rs`). A marker is about
//! its message alone: what stands above it is late until it is told of, and so
//! is what came late before (`kith_store`'s `late.rs`). So when a burst of them
//! is over and something late is still unread, the books are asked about that.

use std::collections::BTreeSet;
use std::sync::Arc;

use kith_client::ClientError;
use kith_model::{DialogId, MessageId};

use crate::error::WorkError;
use crate::history::PAGE;
use crate::shared::Shared;

impl Shared {
    /// These messages were read on another device: asks about what came late
    /// beside them, on the side, once for a burst of markers.
    pub(crate) fn ask_about_late_soon(self: &Arc<Self>, read: Vec<MessageId>) {
        if !self.read_elsewhere.add(read) {
            return;
        }
        let shared = Arc::clone(self);
        self.tasks.once("ask what was read elsewhere", async move {
            let read = shared.read_elsewhere.end().await;
            if let Err(error) = shared.ask_about_late(&read).await {
                shared.met(&error);
                // The next catch-up tells it, too.
                tracing::debug!(%error, "what was read elsewhere is not known yet");
            }
        });
    }

    async fn ask_about_late(&self, read: &[MessageId]) -> Result<(), WorkError> {
        let held = self.store.messages(read).await?;
        let dialogs: BTreeSet<DialogId> = held
            .into_iter()
            .map(|held| held.message.dialog_id)
            .collect();
        for dialog in dialogs {
            // The newest first: an id begins with when its message was written.
            let mut late = self.store.late(&dialog).await?;
            late.reverse();
            for ids in late.chunks(PAGE as usize) {
                match self.fetch_messages(&dialog, ids).await {
                    Ok(()) => {}
                    Err(WorkError::Client(ClientError::Gone | ClientError::NotAllowed)) => break,
                    Err(error) => return Err(error),
                }
                // Where nothing was read, nothing older was.
                let still = self.store.late(&dialog).await?;
                if ids.iter().all(|id| still.contains(id)) {
                    break;
                }
            }
        }
        Ok(())
    }
}
