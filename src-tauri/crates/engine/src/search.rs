//! Finding messages: the quiet work on the index of what is held here, and the
//! question to the server about what is not.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use kith_client::{SearchError, SearchQuery};
use kith_model::{DialogId, Message, MessageId};
use kith_store::StoreError;

use crate::changes::Change;
use crate::shared::Shared;
use crate::task::Backoff;
use crate::{Engine, EngineError};

/// Between two portions of the quiet work others may write.
const PAUSE: Duration = Duration::from_millis(20);
/// The longest wait after a portion that failed.
const LONGEST_WAIT: Duration = Duration::from_secs(120);
/// So many messages that go at once leave words in the index for the quiet work.
const MANY_GO: usize = 100;
/// The platform answers with so many at most.
const FROM_SERVER: u32 = 100;

impl Engine {
    /// Asks the server for messages in which the words are, and answers those
    /// that a search here does not find; the newest first. They are kept
    /// nowhere: [`Engine::bring`] brings one with what lies around it. The
    /// platform finds pieces of words, wants four characters at least, and tells
    /// a hundred at most.
    ///
    /// # Errors
    /// [`EngineError::InvalidInput`] for a text that is too short,
    /// [`EngineError::Offline`] and its relatives.
    pub async fn search_server(
        &self,
        text: &str,
        dialog: Option<&DialogId>,
    ) -> Result<Vec<Message>, EngineError> {
        let query = SearchQuery {
            text: text.to_owned(),
            dialogs: dialog.into_iter().cloned().collect(),
            limit: FROM_SERVER,
            ..SearchQuery::default()
        };
        query.check().map_err(|_| EngineError::InvalidInput)?;
        if !self.shared.link.wire().is_up {
            return Err(EngineError::Offline);
        }
        let answer = self.shared.rest().await?.search(&query).await;
        let found = answer.map_err(|error| match error {
            SearchError::Rule(_) => EngineError::InvalidInput,
            SearchError::Client(error) => error.into(),
        })?;
        self.shared.keep_people(&found.people).await?;
        let mut messages = found.messages;
        let ids: Vec<MessageId> = messages.iter().map(|message| message.id.clone()).collect();
        let found_here = self.store().found_among(text, &ids).await?;
        let found_here: BTreeSet<MessageId> = found_here.into_iter().collect();
        messages.retain(|message| !found_here.contains(&message.id));
        messages.sort_by_key(|message| std::cmp::Reverse(message.place()));
        messages.dedup_by(|one, other| one.id == other.id);
        Ok(messages)
    }
}

impl Shared {
    /// Does what is to be done on the index of words, for as long as the engine
    /// runs: once at the beginning, and whenever many messages have gone.
    pub(crate) async fn work_on_index(self: Arc<Self>) {
        let mut backoff = Backoff::new(LONGEST_WAIT, self.seed ^ 0x7769);
        loop {
            match self.finish_index().await {
                Ok(()) => {
                    backoff.reset();
                    self.index_wake.notified().await;
                }
                Err(error) => {
                    self.met(&error);
                    tracing::warn!(%error, "the work on the index of words pauses");
                    tokio::time::sleep(backoff.next()).await;
                }
            }
        }
    }

    async fn finish_index(&self) -> Result<(), StoreError> {
        let mut portions = 0_u32;
        loop {
            let mut write = self.store.write().await?;
            let has_more = write.work_on_index().await?;
            self.commit(write).await?;
            if !has_more {
                break;
            }
            portions += 1;
            tokio::time::sleep(PAUSE).await;
        }
        if portions > 0 {
            tracing::debug!(portions, "the index of words is up to date");
            // What was written over is not to be left in the log.
            self.has_traces.store(true, Ordering::SeqCst);
            self.leave_no_trace().await;
        }
        Ok(())
    }

    /// Messages are gone; where many went at once, words of theirs are to follow.
    pub(crate) fn let_go_of_words(&self, changes: &[Change]) {
        let gone = changes
            .iter()
            .filter(|change| matches!(change, Change::MessageRemoved { .. }));
        if gone.count() > MANY_GO {
            self.index_wake.notify_one();
        }
    }
}
