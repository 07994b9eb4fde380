//! Going to a message or a time that is not held here: the server is asked for
//! what lies around it, and the timeline opens there. What comes is kept with
//! the stretch that it covers, like every page.

use kith_model::{DialogId, MessageId, Timestamp};
use kith_store::{Holes, Spot, Stretch};

use crate::error::WorkError;
use crate::shared::Shared;
use crate::{Engine, EngineError};

/// Below every message of its second.
const LOWEST_ID: &str = "000000000000000000000000";

impl Engine {
    /// Makes a message of a dialog be here, with what lies around it; says
    /// whether it is. Asks the server only for one that is not.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn bring(&self, dialog: &DialogId, id: &MessageId) -> Result<bool, EngineError> {
        let is_here = |message: &kith_store::StoredMessage| message.message.dialog_id == *dialog;
        if let Some(held) = self.store().message(id).await? {
            return Ok(is_here(&held));
        }
        if let Err(error) = self.shared.fetch_message(dialog, id).await {
            tracing::debug!(%error, "a message could not be fetched");
        }
        let held = self.store().message(id).await?;
        Ok(held.as_ref().is_some_and(is_here))
    }

    /// The first message of a dialog from a time on, else the last one before
    /// it; `None` in an empty dialog. Asks the server where nothing of that
    /// time is held.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn message_at(
        &self,
        dialog: &DialogId,
        at: Timestamp,
    ) -> Result<Option<MessageId>, EngineError> {
        let second = at.seconds();
        let coverage = self.store().coverage(dialog).await?;
        if !coverage.iter().any(|stretch| stretch.holds(second))
            && let Err(error) = self.shared.fetch_around(dialog, second).await
        {
            tracing::debug!(%error, "what was said at a time could not be fetched");
        }
        let Ok(lowest) = LOWEST_ID.parse() else {
            return Ok(None);
        };
        let spot = Spot {
            pending: false,
            place: kith_model::Place {
                sent_at: second,
                id: lowest,
            },
        };
        let store = self.store();
        let mut page = store.page_after(dialog, &spot, 1, Holes::Cross).await?;
        if page.messages.is_empty() {
            page = store
                .page_before(dialog, Some(&spot), 1, Holes::Cross)
                .await?;
        }
        Ok(page.messages.pop().map(|message| message.message.id))
    }
}

impl Shared {
    async fn fetch_message(&self, dialog: &DialogId, id: &MessageId) -> Result<(), WorkError> {
        if !self.link.wire().is_up {
            return Err(WorkError::LinkChanged);
        }
        let ids = std::slice::from_ref(id);
        let found = self.rest().await?.messages_by_id(dialog, ids).await?;
        match found.iter().find(|message| message.id == *id) {
            Some(message) => self.fetch_around(dialog, message.sent_at.seconds()).await,
            None => Ok(()),
        }
    }

    /// A page before a second and one from it on.
    async fn fetch_around(&self, dialog: &DialogId, second: i64) -> Result<(), WorkError> {
        if !self.link.wire().is_up {
            return Err(WorkError::LinkChanged);
        }
        let (older, newer) = tokio::try_join!(
            self.fetch_back(dialog, Some(second)),
            self.fetch_forward(dialog, second)
        )?;
        let Some(newest) = newer.newest().or(older.newest()) else {
            return Ok(());
        };
        // The last second of a page that was full may have been cut, and of
        // the time after the last message nothing is known.
        let to = if newer.is_end { newest } else { newest - 1 };
        let stretch = Stretch {
            from: older.whole_from(),
            to,
        };
        let mut both = older;
        both.messages.extend(newer.messages);
        self.keep_page(dialog, &both, stretch).await?;
        Ok(())
    }
}
