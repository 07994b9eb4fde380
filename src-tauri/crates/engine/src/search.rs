//! Finding messages: what is held here, the quiet work on its index of words, and
//! the question to the server about what is not.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use kith_client::{SearchError, SearchQuery};
use kith_model::{DialogId, Message, MessageId};
use kith_store::{FoundPage, IndexWork, Search, StoreError};

use crate::changes::Change;
use crate::shared::Shared;
use crate::task::Backoff;
use crate::{Engine, EngineError};

/// Words that came wait so long for more, and for whoever is being sent to or
/// received from, before they are taken into the index; a search does not wait.
const QUIET: Duration = Duration::from_secs(1);
/// Between two portions of the quiet work others may write.
const PAUSE: Duration = Duration::from_millis(20);
/// A search takes in so many portions of what waits, and no more: after a first
/// login that is much, and its newest are what is looked for.
const BEFORE_A_SEARCH: usize = 8;
/// The longest wait after a portion that failed.
const LONGEST_WAIT: Duration = Duration::from_secs(120);
/// The platform answers with so many at most.
const FROM_SERVER: u32 = 100;

impl Engine {
    /// Messages held here in which the words are, newest first. What came a
    /// moment ago is taken into the index before.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn search(&self, search: &Search) -> Result<FoundPage, StoreError> {
        self.shared.take_words_in().await?;
        self.store().search(search).await
    }

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
        self.shared.take_words_in().await?;
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
    /// runs: once at the beginning, and some time after messages came or went.
    pub(crate) async fn work_on_index(self: Arc<Self>) {
        let mut backoff = Backoff::new(LONGEST_WAIT, self.seed ^ 0x7769);
        loop {
            tokio::time::sleep(QUIET).await;
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
        let mut has_written_over = false;
        loop {
            let mut write = self.store.write().await?;
            let work = write.work_on_index().await?;
            self.commit(write).await?;
            match work {
                IndexWork::Done => break,
                IndexWork::TookIn => {}
                IndexWork::WroteAnew => has_written_over = true,
            }
            tokio::time::sleep(PAUSE).await;
        }
        if has_written_over {
            // What was written over is not to be left in the log.
            self.has_traces.store(true, Ordering::SeqCst);
            self.leave_no_trace().await;
        }
        Ok(())
    }

    /// Takes the newest of the words that wait into the index. A disk that does
    /// not take them is no reason not to look for the others.
    async fn take_words_in(&self) -> Result<(), StoreError> {
        for _ in 0..BEFORE_A_SEARCH {
            if !self.store.has_words_waiting().await? {
                break;
            }
            let mut write = self.store.write().await?;
            let taken = match write.take_into_index().await {
                Ok(_) => self.commit(write).await,
                Err(error) => Err(error),
            };
            if let Err(error) = taken {
                self.met(&error);
                tracing::warn!(%error, "a search goes without what came last");
                break;
            }
        }
        Ok(())
    }

    /// Messages have come, or have gone, where words of many are to follow.
    pub(crate) fn wake_index(&self, changes: &[Change]) {
        let is_message = |change: &Change| {
            matches!(
                change,
                Change::Message { .. } | Change::MessageRemoved { .. }
            )
        };
        if changes.iter().any(is_message) {
            self.index_wake.notify_one();
        }
    }
}
