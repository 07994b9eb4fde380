//! Catching up after a fresh link.
//!
//! The server's list of dialogs says where something is new; there the newest
//! page is fetched (`newest.rs`), the dialog on screen first, three at a time.
//! When all of them are in, what is shown is what the server has, and the link
//! counts as caught up. What is older than the newest pages is a hole in the
//! coverage then, and filled quietly, without anybody waiting (`fill.rs`).
//! Nothing here marks anything as read.
//!
//! From the moment of the fresh link on, everything new comes over the stream
//! as well. So when a dialog's newest page is in, the dialog is *followed*:
//! all up to now is held, and live messages extend that. This ends with the
//! next fresh link, not with a resumed one.
//!
//! Edits, reactions and states that came about meanwhile are asked for by the
//! server's own times: the latest change that its list of dialogs tells is a
//! moment of its clock, and everything up to it is here once the question for
//! later changes than the last such moment was answered. Our clock has no part
//! in that, so it may be wrong.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use futures::StreamExt;
use kith_client::{ClientError, DialogState};
use kith_model::{Dialog, DialogId, MessageId, Timestamp};
use kith_store::StoreError;

use crate::changes::Change;
use crate::error::WorkError;
use crate::history::PAGE;
use crate::shared::Shared;
use crate::task::Backoff;

/// So many dialogs are caught up side by side.
const SIDE_BY_SIDE: usize = 3;
/// So many own messages are asked about, whether they have been read.
const UNFINISHED: u32 = 200;
/// Markers whose message has not come for so long are let go.
const MARKERS_WAIT: i64 = 30 * 24 * 3600 * 1000;
/// The way of a message is remembered for so long.
const JOURNAL_KEPT: i64 = 90 * 24 * 3600 * 1000;
/// The longest wait after failures.
const LONGEST_WAIT: Duration = Duration::from_secs(30);

impl Shared {
    /// Catches up after every fresh link, for as long as the engine runs.
    pub(crate) async fn work_sync(self: Arc<Self>) {
        let mut backoff = Backoff::new(LONGEST_WAIT, self.seed ^ 0x7379);
        let mut wire = self.link.wire.subscribe();
        loop {
            let Ok(now) = wire
                .wait_for(|wire| wire.is_up && !wire.is_caught_up)
                .await
                .map(|wire| *wire)
            else {
                return;
            };
            match self.catch_up(now.generation).await {
                Ok(()) => {
                    backoff.reset();
                    if let Some(state) = self.link.caught_up(now.generation) {
                        self.hub.tell(vec![Change::Link(state)]);
                    }
                    // Nobody waits for this, and nobody minds if it fails.
                    if let Err(error) = self.refresh_people().await {
                        tracing::debug!(%error, "names and pictures stay as they were");
                    }
                    if let Err(error) = self.fetch_missing_pins(None).await {
                        tracing::debug!(%error, "some pinned messages are not here yet");
                    }
                }
                Err(WorkError::Client(ClientError::SignInRefused | ClientError::Expired)) => {
                    // Trying again with the same password locks accounts.
                    let changed = wire
                        .wait_for(|wire| wire.generation != now.generation)
                        .await;
                    if changed.is_err() {
                        return;
                    }
                }
                Err(error) => {
                    self.met(&error);
                    tracing::warn!(%error, "catching up did not come to its end");
                    tokio::select! {
                        () = tokio::time::sleep(backoff.next()) => {}
                        _ = wire.wait_for(|wire| wire.generation != now.generation) => {}
                    }
                }
            }
        }
    }

    /// One catch-up, for one fresh link.
    pub(crate) async fn catch_up(self: &Arc<Self>, generation: u64) -> Result<(), WorkError> {
        let began = self.clock.now();
        let is_first = self.store.caught_up_at().await?.is_none();
        let before = self.store.listed().await?;
        let mut dialogs = self.rest().await?.dialogs(None).await?;
        self.same_link(generation)?;

        let mut write = self.store.write().await?;
        for state in &dialogs {
            write.put_dialog(&state.dialog).await?;
        }
        let listed: Vec<DialogId> = dialogs
            .iter()
            .map(|state| state.dialog.id.clone())
            .collect();
        write.list_only(&before, &listed).await?;
        self.commit(write).await?;
        // What waited for its dialog goes on.
        self.outbox_wake.notify_one();
        self.fetch_unknown_people().await?;

        let latest_change = dialogs.iter().map(|state| state.dialog.updated_at).max();
        self.lock_sync().latest_change = latest_change;
        let on_screen = self.on_screen();
        // Then what was written to last.
        dialogs.sort_by_key(|state| {
            let sent_at = state.last_message.as_ref().map(|last| last.sent_at);
            std::cmp::Reverse((Some(&state.dialog.id) == on_screen.as_ref(), sent_at))
        });
        let mut results = futures::stream::iter(dialogs.into_iter().map(|state| {
            let shared = Arc::clone(self);
            async move {
                shared
                    .catch_up_dialog(&state, generation, latest_change)
                    .await
            }
        }))
        .buffer_unordered(SIDE_BY_SIDE);
        let mut trouble = None;
        while let Some(result) = results.next().await {
            match result {
                Ok(()) => {}
                // One dialog that cannot be read does not keep the others.
                Err(WorkError::Client(ClientError::Gone | ClientError::NotAllowed)) => {}
                Err(error) => trouble = Some(error),
            }
        }
        drop(results);
        if let Some(error) = trouble {
            return Err(error);
        }

        self.look_at_unfinished().await?;
        for id in self.store.unknown_dialogs().await? {
            self.fetch_dialog(&id).await?;
        }
        self.fetch_unknown_people().await?;
        self.same_link(generation)?;

        let mut write = self.store.write().await?;
        let ago = |time: i64| Timestamp::from_millis(began.millis() - time);
        write.forget_waiting_markers(ago(MARKERS_WAIT)).await?;
        write.forget_what_waited(ago(MARKERS_WAIT)).await?;
        write.forget_journal(ago(JOURNAL_KEPT)).await?;
        if is_first {
            write.nothing_is_news().await?;
        }
        write.caught_up(began).await?;
        self.commit(write).await?;
        self.outbox_wake.notify_one();
        self.markers_wake.notify_one();
        Ok(())
    }

    pub(crate) fn same_link(&self, generation: u64) -> Result<(), WorkError> {
        if self.link.wire().generation == generation {
            Ok(())
        } else {
            Err(WorkError::LinkChanged)
        }
    }

    /// Asks whether own messages have been delivered or read meanwhile.
    async fn look_at_unfinished(&self) -> Result<(), WorkError> {
        let mut asked: BTreeMap<DialogId, Vec<MessageId>> = BTreeMap::new();
        for (dialog, id) in self.store.unfinished(UNFINISHED).await? {
            asked.entry(dialog).or_default().push(id);
        }
        for (dialog, ids) in asked {
            for ids in ids.chunks(PAGE as usize) {
                let asked_at = self.clock.now();
                let messages = match self.rest().await?.messages_by_id(&dialog, ids).await {
                    Ok(messages) => messages,
                    Err(ClientError::Gone | ClientError::NotAllowed) => continue,
                    Err(error) => return Err(error.into()),
                };
                let mut write = self.store.write().await?;
                write.put_answer(&dialog, &messages, asked_at).await?;
                self.commit(write).await?;
            }
        }
        Ok(())
    }

    /// Keeps a dialog that the server told of.
    pub(crate) async fn keep_dialog(&self, dialog: &Dialog) -> Result<(), StoreError> {
        let mut write = self.store.write().await?;
        write.put_dialog(dialog).await?;
        self.commit(write).await
    }

    /// Fetches a dialog on the side, once for a burst of reasons to.
    pub(crate) fn fetch_dialog_soon(self: &Arc<Self>, dialog: DialogId) {
        if let Some(again) = self.lock_being_fetched().get_mut(&dialog) {
            // The answer that is under way may be from before.
            *again = true;
            return;
        }
        self.lock_being_fetched().insert(dialog.clone(), false);
        let shared = Arc::clone(self);
        self.tasks.once("fetch a dialog", async move {
            let done = loop {
                let done = shared.fetch_dialog_patiently(&dialog).await;
                let mut being_fetched = shared.lock_being_fetched();
                match being_fetched.get_mut(&dialog) {
                    // Also when it failed: what was half-way fetched may be
                    // what this person was removed from meanwhile.
                    Some(again) if *again => *again = false,
                    _ => {
                        being_fetched.remove(&dialog);
                        break done;
                    }
                }
            };
            match done {
                // What waited for it goes on.
                Ok(()) => shared.outbox_wake.notify_one(),
                // The next catch-up lists it.
                Err(error) => {
                    shared.met(&error);
                    tracing::warn!(%error, "a dialog could not be fetched yet");
                }
            }
        });
    }

    /// Fetches a dialog. When that fails for a reason that may pass, it is tried
    /// until there is a fresh link, whose catch-up lists it: a link that is
    /// resumed has none, and until its newest page is here nobody can say what
    /// of it is unread.
    async fn fetch_dialog_patiently(&self, id: &DialogId) -> Result<(), WorkError> {
        let mut backoff = Backoff::new(LONGEST_WAIT, self.seed ^ 0x6469);
        let mut wire = self.link.wire.subscribe();
        let generation = wire.borrow().generation;
        loop {
            match self.fetch_dialog(id).await {
                Err(WorkError::Client(error)) if error.is_passing() => {
                    tracing::debug!(%error, "a dialog is fetched again");
                }
                done => return done,
            }
            if wire.borrow().is_up {
                tokio::time::sleep(backoff.next()).await;
            }
            let is_up_or_fresh = wire.wait_for(|wire| wire.is_up || wire.generation != generation);
            if is_up_or_fresh.await.is_err() {
                return Err(WorkError::LinkChanged);
            }
            self.same_link(generation)?;
        }
    }

    /// Fetches a dialog, its newest messages and its people.
    pub(crate) async fn fetch_dialog(&self, id: &DialogId) -> Result<(), WorkError> {
        let generation = self.link.wire().generation;
        let state: Option<DialogState> = self.rest().await?.dialog(id).await?;
        let Some(state) = state else {
            let mut write = self.store.write().await?;
            write.unlist(id).await?;
            self.commit(write).await?;
            return Ok(());
        };
        let changed = self.lock_changed_by().remove(id);
        let is_held = self.store.dialog(id).await?.is_some();
        // Who added this person to a dialog did not make it.
        let by = changed.filter(|changed| is_held || !changed.has_added_me);
        self.keep_dialog_by(&state.dialog, by.map(|changed| changed.by))
            .await?;
        self.fetch_unknown_people().await?;
        self.catch_up_dialog(&state, generation, None).await?;
        if let Some(changed) = changed.filter(|changed| changed.has_added_me) {
            let mut write = self.store.write().await?;
            write.draw_added(id, changed.by).await?;
            self.commit(write).await?;
        }
        if changed.is_some_and(|changed| changed.has_cleared) {
            self.compare(id).await?;
        }
        Ok(())
    }
}
