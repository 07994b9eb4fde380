//! What a person does with the lines of their list. All of it stays on this
//! device and needs no network; only what was read is told to others.

use kith_model::{DialogId, Timestamp};

use crate::{Engine, EngineError};

impl Engine {
    /// Keeps a dialog quiet until a time; `None` lets it speak again.
    ///
    /// # Errors
    /// [`EngineError::NotFound`] for a dialog that is not here.
    pub async fn mute(
        &self,
        dialog: &DialogId,
        until: Option<Timestamp>,
    ) -> Result<(), EngineError> {
        let mut write = self.shared.store.write().await?;
        write.mute(dialog, until).await?;
        Ok(self.shared.commit(write).await?)
    }

    /// Puts dialogs into the archive, or takes them out. Something new in one
    /// takes it out by itself, unless it is muted.
    ///
    /// # Errors
    /// As [`Engine::mute`].
    pub async fn archive(&self, dialogs: &[DialogId], on: bool) -> Result<(), EngineError> {
        let mut write = self.shared.store.write().await?;
        for dialog in dialogs {
            write.archive(dialog, on).await?;
        }
        Ok(self.shared.commit(write).await?)
    }

    /// Puts a dialog at the top of the list, or lets it go from there.
    ///
    /// # Errors
    /// As [`Engine::mute`].
    pub async fn pin_dialog(&self, dialog: &DialogId, on: bool) -> Result<(), EngineError> {
        let mut write = self.shared.store.write().await?;
        write.pin_to_top(dialog, on).await?;
        Ok(self.shared.commit(write).await?)
    }

    /// Marks a dialog as unread, or takes the mark away, as opening it does.
    /// Nobody is told.
    ///
    /// # Errors
    /// As [`Engine::mute`].
    pub async fn mark_unread(&self, dialog: &DialogId, on: bool) -> Result<(), EngineError> {
        let mut write = self.shared.store.write().await?;
        write.mark_unread(dialog, on).await?;
        Ok(self.shared.commit(write).await?)
    }

    /// Marks everything in these dialogs as read, or in all of them when there
    /// are none. The authors are told as if it had been seen, because the
    /// person said so.
    ///
    /// # Errors
    /// When the disk does not take it.
    pub async fn mark_read(&self, dialogs: &[DialogId]) -> Result<(), EngineError> {
        let unread: Vec<DialogId> = if dialogs.is_empty() {
            let all = self.store().dialogs().await?;
            all.into_iter()
                .filter(|entry| entry.unread > 0 || entry.is_marked_unread)
                .map(|entry| entry.dialog.id)
                .collect()
        } else {
            dialogs.to_vec()
        };
        let mut write = self.shared.store.write().await?;
        for dialog in &unread {
            write.mark_unread(dialog, false).await?;
            write.read_all(dialog).await?;
        }
        self.shared.commit(write).await?;
        self.shared.markers_wake.notify_one();
        Ok(())
    }
}
