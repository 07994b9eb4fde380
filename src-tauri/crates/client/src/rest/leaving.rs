//! Deleting dialogs and clearing their history (`protocol/rest.md` §5.7, §5.8).

use kith_model::DialogId;
use kith_wire::rest as wire;

use super::{IDS, Query, Rest, joined, pair};
use crate::ClientError;

/// What became of deleting dialogs.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct DialogDeletion {
    /// They are gone.
    pub deleted: Vec<DialogId>,
    /// They were not there.
    pub not_found: Vec<DialogId>,
    /// This account may not.
    pub refused: Vec<DialogId>,
}

pub(super) fn force(for_all: bool) -> Query {
    for_all.then(|| pair("force", 1)).into_iter().collect()
}

impl Rest {
    /// Deletes dialogs for this account or, where it may, for everybody.
    ///
    /// # Errors
    /// As every call; what may not be deleted is no error.
    pub async fn delete_dialogs(
        &self,
        dialogs: &[DialogId],
        for_all: bool,
    ) -> Result<DialogDeletion, ClientError> {
        let mut result = DialogDeletion::default();
        for ids in dialogs.chunks(IDS) {
            let path = format!("/chat/Dialog/{}", joined(ids));
            match self.delete(path, force(for_all)).await {
                // One id alone is answered with nothing.
                Ok(answer) if answer.is_empty() => result.deleted.extend_from_slice(ids),
                Ok(answer) => {
                    let body: wire::Deleted = answer.json()?;
                    result.deleted.extend(read(&body.successfully_deleted));
                    result.not_found.extend(read(&body.not_found));
                    result.refused.extend(read(&body.wrong_permissions));
                }
                Err(ClientError::Gone) => result.not_found.extend_from_slice(ids),
                Err(ClientError::NotAllowed) => result.refused.extend_from_slice(ids),
                Err(error) => return Err(error),
            }
        }
        Ok(result)
    }

    /// Deletes the messages of a dialog for this account or, where it may, for
    /// everybody. The dialog stays.
    ///
    /// # Errors
    /// [`ClientError::NotAllowed`] when this account may not.
    pub async fn clear_history(&self, dialog: &DialogId, for_all: bool) -> Result<(), ClientError> {
        let path = format!("/chat/Dialog/clearHistory/{dialog}");
        self.delete(path, force(for_all)).await.map(drop)
    }
}

fn read(ids: &wire::Ids) -> impl Iterator<Item = DialogId> {
    ids.ids.iter().filter_map(|id| id.parse().ok())
}
