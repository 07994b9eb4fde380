//! Clearing, deleting and leaving dialogs. The server decides, so all of it
//! waits for the network; what is gone there leaves no trace here.

use kith_client::{ClientError, SystemKind, SystemMessage};
use kith_model::{DialogId, DialogKind};

use crate::{Engine, EngineError};

/// What became of deleting several dialogs.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct DeletedDialogs {
    /// They are gone.
    pub deleted: Vec<DialogId>,
    /// This person may not.
    pub refused: Vec<DialogId>,
}

impl Engine {
    /// Clears the history of a dialog, for this person or for everybody.
    ///
    /// # Errors
    /// [`EngineError::NotAllowed`]; [`EngineError::Offline`] and its relatives.
    pub async fn clear_history(&self, dialog: &DialogId, for_all: bool) -> Result<(), EngineError> {
        self.shared
            .rest()
            .await?
            .clear_history(dialog, for_all)
            .await?;
        let mut write = self.shared.store.write().await?;
        write.clear(dialog).await?;
        self.shared.commit(write).await?;
        self.shared.leave_no_trace().await;
        if for_all && let Some(entry) = self.store().dialog(dialog).await? {
            self.shared.tell_cleared(&entry.dialog).await;
        }
        Ok(())
    }

    /// Deletes dialogs, for this person or for everybody. This device keeps
    /// nothing of them.
    ///
    /// # Errors
    /// [`EngineError::Offline`] and its relatives; what may not be deleted is
    /// no error.
    pub async fn delete_dialogs(
        &self,
        dialogs: &[DialogId],
        for_all: bool,
    ) -> Result<DeletedDialogs, EngineError> {
        let before = self.store().dialogs_by_id(dialogs).await?;
        // Of what is gone nobody can ask any more who was there.
        let mut audiences = Vec::with_capacity(before.len());
        for entry in &before {
            audiences.push(match (for_all, entry.dialog.kind) {
                (true, DialogKind::Public) => self.shared.audience(&entry.dialog).await,
                _ => entry.dialog.occupants.clone(),
            });
        }
        let answer = self
            .shared
            .rest()
            .await?
            .delete_dialogs(dialogs, for_all)
            .await?;
        // What is not there any more is as good as deleted.
        let deleted: Vec<DialogId> = answer.deleted.into_iter().chain(answer.not_found).collect();
        let mut write = self.shared.store.write().await?;
        for id in &deleted {
            write.forget_dialog(id).await?;
        }
        self.shared.commit(write).await?;
        self.shared.leave_no_trace().await;
        for (entry, audience) in before.iter().zip(&audiences) {
            if !deleted.contains(&entry.dialog.id) {
                continue;
            }
            let is_told = match entry.dialog.kind {
                // Who deletes a group for themselves leaves it.
                DialogKind::Group => true,
                DialogKind::Private | DialogKind::Public | DialogKind::Broadcast => for_all,
            };
            if is_told {
                let kind = if for_all {
                    SystemKind::Removed
                } else {
                    SystemKind::PeopleRemoved(vec![self.me()])
                };
                let message = SystemMessage::new(kind, entry.dialog.id.clone());
                self.shared.tell_these(audience, &message).await;
            }
        }
        Ok(DeletedDialogs {
            deleted,
            refused: answer.refused,
        })
    }

    /// Leaves a group or a public dialog. What was said there stays on this
    /// device only until the dialog is deleted.
    ///
    /// # Errors
    /// [`EngineError::NotFound`] for a dialog that is not here,
    /// [`EngineError::NotAllowed`] for one that cannot be left;
    /// [`EngineError::Offline`] and its relatives.
    pub async fn leave(&self, dialog: &DialogId) -> Result<(), EngineError> {
        let entry = self
            .store()
            .dialog(dialog)
            .await?
            .ok_or(EngineError::NotFound)?;
        let me = self.me();
        let rest = self.shared.rest().await?;
        let left = match entry.dialog.kind {
            DialogKind::Public => rest.unsubscribe(dialog).await,
            // The answer need not describe a dialog that one is not in.
            DialogKind::Group => match rest.remove_people(dialog, &[me]).await {
                Ok(_) | Err(ClientError::NotAServer) => Ok(()),
                Err(error) => Err(error),
            },
            DialogKind::Private | DialogKind::Broadcast => return Err(EngineError::NotAllowed),
        };
        match left {
            Ok(()) | Err(ClientError::Gone) => {}
            Err(error) => return Err(error.into()),
        }
        let mut write = self.shared.store.write().await?;
        write.unlist(dialog).await?;
        self.shared.commit(write).await?;
        let kind = SystemKind::PeopleRemoved(vec![me]);
        self.shared.tell_others(&entry.dialog, &kind).await;
        Ok(())
    }
}
