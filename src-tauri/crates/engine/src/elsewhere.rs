//! What this person reads on another device.
//!
//! That device tells it with markers, of which copies come here: one for each
//! message when little was read, one for the newest when much was read at once;
//! of the others only the server's books know (`reading.rs`). A marker says
//! nothing of what came late here (`kith_store`'s `late.rs`). So when one has
//! come and something late is still unread, the books are asked about that.

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
        if read.is_empty() {
            return;
        }
        let shared = Arc::clone(self);
        self.tasks.once("ask what was read elsewhere", async move {
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
            // One after the other, so that a burst asks about what is left.
            let _turn = self.asking_about_late.lock().await;
            let late = self.store.late(&dialog).await?;
            for ids in late.chunks(PAGE as usize) {
                match self.fetch_messages(&dialog, ids).await {
                    Ok(())
                    | Err(WorkError::Client(ClientError::Gone | ClientError::NotAllowed)) => {}
                    Err(error) => return Err(error),
                }
            }
        }
        Ok(())
    }
}
