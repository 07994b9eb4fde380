//! What a person does to messages beside writing them: deleting, reacting,
//! pinning, and the telling of it.
//!
//! Each of these is done here at once, with a row that remembers it
//! (`kith_store::Deed`); this worker tells the server when it can. Doing one
//! twice is harmless, so after a broken link nothing is looked up: it is told
//! again. Deeds about one message are told in order; those about others go on
//! meanwhile. What the server refuses for good is undone, and whoever shows it
//! is told why.
//!
//! An edit is told twice: to the server's books over REST, which answers
//! whether it is allowed, and then over the stream (`announce.rs`), so that the
//! others see it at once. It alone is looked up before the others are told once
//! more, because another device may have overtaken it.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use kith_client::{ClientError, Outgoing, ReportError, SystemKind};
use kith_model::{DialogId, FailureReason, Message, MessageId, Rights, Timestamp, UserId};
use kith_store::{Deed, DeedKind, StoreError, StoredMessage, Write};

use crate::changes::Change;
use crate::error::WorkError;
use crate::outbox::sleep_if;
use crate::shared::Shared;
use crate::task::{Backoff, until};
use crate::{Engine, EngineError};

/// So many are looked at in one round.
const AT_ONCE: u32 = 200;
/// So many deletions go into one call.
const DELETED_TOGETHER: usize = 50;
/// A deletion that may have overtaken its message is repeated so often.
const OVERTAKEN: u32 = 3;
/// An emoji is no longer than this; some are several characters in one.
const LONGEST_EMOJI: usize = 64;
/// The longest wait after failures.
const LONGEST_WAIT: Duration = Duration::from_secs(60);

/// What became of deleting several messages.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Deleted {
    /// They are gone from this device.
    pub deleted: Vec<MessageId>,
    /// This person may not.
    pub refused: Vec<MessageId>,
}

impl Engine {
    /// Deletes messages, for this person or for everybody. Those that may be
    /// deleted are gone from this device when this answers; the server is told
    /// when it can be. What it refuses comes back.
    ///
    /// # Errors
    /// When the disk does not take it.
    pub async fn delete_messages(
        &self,
        ids: &[MessageId],
        for_all: bool,
    ) -> Result<Deleted, EngineError> {
        let held = self.store().messages(ids).await?;
        let mut result = Deleted::default();
        let mut allowed: Vec<&StoredMessage> = Vec::new();
        for message in &held {
            let may = !for_all
                || message.notice.is_some()
                || !message.delivery.is_on_server()
                || self.may_delete_for_all(message).await?;
            if may {
                allowed.push(message);
            } else {
                result.refused.push(message.message.id.clone());
            }
        }
        let mut write = self.shared.store.write().await?;
        for message in allowed {
            let id = &message.message.id;
            if write.discard(id).await?.is_some() || write.delete(id, for_all).await? {
                result.deleted.push(id.clone());
            }
        }
        self.shared.commit(write).await?;
        self.shared.deeds_wake.notify_one();
        Ok(result)
    }

    async fn may_delete_for_all(&self, message: &StoredMessage) -> Result<bool, EngineError> {
        let me = self.me();
        let Some(entry) = self.store().dialog(&message.message.dialog_id).await? else {
            return Ok(message.message.sender == me);
        };
        let rights = Rights::of(&entry.dialog, me, entry.is_joined);
        Ok(rights.delete_for_all(&entry.dialog, &message.message, me))
    }

    /// Reacts to a message with an emoji, or takes the reaction back.
    ///
    /// # Errors
    /// [`EngineError::InvalidInput`] for what is no emoji,
    /// [`EngineError::NotFound`] for a message that cannot be reacted to.
    pub async fn react(&self, id: &MessageId, emoji: &str, on: bool) -> Result<(), EngineError> {
        let emoji = emoji.trim();
        let is_plain = |c: char| c.is_control() || c.is_whitespace();
        if emoji.is_empty() || emoji.len() > LONGEST_EMOJI || emoji.contains(is_plain) {
            return Err(EngineError::InvalidInput);
        }
        let mut write = self.shared.store.write().await?;
        let is_done = write.react(id, emoji, on).await?;
        self.tell_a_deed(write, is_done).await
    }

    /// Pins a message, or unpins it.
    ///
    /// # Errors
    /// [`EngineError::NotAllowed`] where only those who lead the dialog may,
    /// [`EngineError::NotFound`] for a message that cannot be pinned.
    pub async fn pin_message(&self, id: &MessageId, on: bool) -> Result<(), EngineError> {
        let held = self
            .store()
            .message(id)
            .await?
            .ok_or(EngineError::NotFound)?;
        let entry = self
            .store()
            .dialog(&held.message.dialog_id)
            .await?
            .ok_or(EngineError::NotFound)?;
        if !entry.rights(self.me()).pin {
            return Err(EngineError::NotAllowed);
        }
        let mut write = self.shared.store.write().await?;
        let is_done = write.pin(id, on).await?;
        self.tell_a_deed(write, is_done).await
    }

    async fn tell_a_deed(&self, write: Write, is_done: bool) -> Result<(), EngineError> {
        if !is_done {
            return Err(EngineError::NotFound);
        }
        self.shared.commit(write).await?;
        self.shared.deeds_wake.notify_one();
        Ok(())
    }

    /// The pinned messages of a dialog, the one pinned last first. Those that
    /// are not here are asked for; without a link the answer is what is here.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn pinned(&self, dialog: &DialogId) -> Result<Vec<StoredMessage>, EngineError> {
        if let Err(error) = self.shared.fetch_missing_pins(Some(dialog)).await {
            tracing::debug!(%error, "some pinned messages are not here");
        }
        Ok(self.store().pinned(dialog).await?)
    }

    /// Reports a message to those who run the application.
    ///
    /// # Errors
    /// [`EngineError::Gone`] where they have not set up reports;
    /// [`EngineError::Offline`] and its relatives.
    pub async fn report_message(&self, id: &MessageId, reason: &str) -> Result<(), EngineError> {
        let done = self.shared.rest().await?.report_message(id, reason).await;
        done.map_err(not_reported)
    }

    /// Reports a person to those who run the application.
    ///
    /// # Errors
    /// As [`Engine::report_message`].
    pub async fn report_person(&self, who: UserId, reason: &str) -> Result<(), EngineError> {
        let done = self.shared.rest().await?.report_person(who, reason).await;
        done.map_err(not_reported)
    }
}

fn not_reported(error: ReportError) -> EngineError {
    match error {
        ReportError::NotEnabled => EngineError::Gone,
        ReportError::Client(error) => error.into(),
    }
}

/// What telling one deed led to.
#[derive(Debug)]
enum Told {
    /// The server knows, and the others too.
    Done,
    /// It was handed over, and what became of it will be told.
    UnderWay,
    /// The server refuses, and will.
    Refused(FailureReason),
    /// Not now.
    Later,
}

impl Shared {
    /// Tells the server what was done, for as long as the engine runs.
    pub(crate) async fn work_deeds(self: Arc<Self>) {
        let mut backoff = Backoff::new(LONGEST_WAIT, self.seed ^ 0x6465);
        let mut wire = self.link.wire.subscribe();
        loop {
            if wire.wait_for(|wire| wire.is_up).await.is_err() {
                return;
            }
            let wait = match self.tell_what_was_done().await {
                Ok(next) => {
                    backoff.reset();
                    next.map(|next| until(self.clock.now(), next))
                }
                Err(error) => {
                    self.met(&error);
                    tracing::warn!(%error, "what was done is told later");
                    Some(backoff.next())
                }
            };
            tokio::select! {
                () = self.deeds_wake.notified() => {}
                () = sleep_if(wait) => {}
            }
        }
    }

    /// One round; answers when the next deed is due, if one waits for its time.
    pub(crate) async fn tell_what_was_done(
        self: &Arc<Self>,
    ) -> Result<Option<Timestamp>, WorkError> {
        let now = self.clock.now();
        let deeds = self.store.deeds(AT_ONCE).await?;
        let mut due: Option<Timestamp> = None;
        let mut held_up: BTreeSet<MessageId> = BTreeSet::new();
        let mut deletions: [Vec<&Deed>; 2] = Default::default();
        for deed in &deeds {
            if held_up.contains(&deed.message) {
                continue;
            }
            if deed.next_attempt_at > now {
                held_up.insert(deed.message.clone());
                due = Some(due.map_or(deed.next_attempt_at, |due| due.min(deed.next_attempt_at)));
                continue;
            }
            match (deed.kind, deed.text.as_str()) {
                (DeedKind::DeleteHere, _) => deletions[0].push(deed),
                (DeedKind::DeleteForAll, text) if text != Deed::RELAYED => deletions[1].push(deed),
                _ => {
                    if !self.tell_deed(deed).await? {
                        held_up.insert(deed.message.clone());
                    }
                }
            }
        }
        for (deeds, for_all) in deletions.into_iter().zip([false, true]) {
            for deeds in deeds.chunks(DELETED_TOGETHER) {
                self.tell_deletions(deeds, for_all).await?;
            }
        }
        Ok(due)
    }

    /// Tells one; says whether it is out of the way.
    async fn tell_deed(self: &Arc<Self>, deed: &Deed) -> Result<bool, WorkError> {
        if self.is_announced(deed) {
            return Ok(false);
        }
        let mut write = self.store.write().await?;
        let is_there = write.telling(deed).await?;
        self.commit(write).await?;
        if !is_there {
            return Ok(true);
        }
        let told = match deed.kind {
            DeedKind::Edit => self.tell_edit(deed).await,
            DeedKind::React | DeedKind::TakeReactionBack => self.tell_reaction(deed).await,
            DeedKind::Pin | DeedKind::Unpin => self.tell_pin(deed).await,
            DeedKind::DeleteHere | DeedKind::DeleteForAll => self.tell_removal(deed).await,
        };
        let told = match told {
            Err(WorkError::Client(error)) => match refusal(&error) {
                Some(reason) => Told::Refused(reason),
                None if matches!(error, ClientError::Busy | ClientError::Server(_)) => Told::Later,
                None => return Err(error.into()),
            },
            told => told?,
        };
        match told {
            Told::Done => {
                let mut write = self.store.write().await?;
                write.deed_done(deed).await?;
                self.commit(write).await?;
                Ok(true)
            }
            Told::Refused(reason) => {
                self.undo(deed, reason).await?;
                Ok(true)
            }
            Told::UnderWay => Ok(false),
            Told::Later => {
                let again = self.later(self.clock.now(), deed.attempts);
                let mut write = self.store.write().await?;
                write.postpone_deed(deed, again).await?;
                self.commit(write).await?;
                self.deeds_wake.notify_one();
                Ok(false)
            }
        }
    }

    async fn tell_edit(&self, deed: &Deed) -> Result<Told, WorkError> {
        let Some(held) = self.store.message(&deed.message).await? else {
            return Ok(Told::Done);
        };
        if !held.delivery.is_on_server() {
            // It goes out first, perhaps with the new text.
            return Ok(Told::Later);
        }
        if deed.is_taken {
            self.settle_edit(deed).await?;
            return Ok(Told::Done);
        }
        let Some(to) = self.recipient(&deed.dialog).await? else {
            return Ok(Told::Done);
        };
        if held.message.is_in_history {
            if !deed.is_known {
                self.rest()
                    .await?
                    .edit_message(&deed.dialog, &deed.message, &deed.text)
                    .await?;
                let mut write = self.store.write().await?;
                write.deed_known(deed).await?;
                self.commit(write).await?;
            } else if self.settle_edit_of_another_device(deed).await? {
                return Ok(Told::Done);
            }
        }
        self.announce_edit(deed, held, to).await?;
        Ok(Told::UnderWay)
    }

    /// The server has the edit and the others know. Other devices of this
    /// person may have edited the same message meanwhile, so it becomes what
    /// the server has.
    async fn settle_edit(&self, deed: &Deed) -> Result<(), WorkError> {
        let asked_at = self.clock.now();
        let found = self.messages_as_they_are(deed).await?;
        self.is_as_found(deed, &found, asked_at).await
    }

    /// Some time has passed since the server took the edit. Says whether the
    /// message has another text by now; announcing would undo that.
    async fn settle_edit_of_another_device(&self, deed: &Deed) -> Result<bool, WorkError> {
        let asked_at = self.clock.now();
        let found = self.messages_as_they_are(deed).await?;
        if found.iter().any(|message| message.body == deed.text) {
            return Ok(false);
        }
        self.is_as_found(deed, &found, asked_at).await?;
        Ok(true)
    }

    async fn is_as_found(
        &self,
        deed: &Deed,
        found: &[Message],
        asked_at: Timestamp,
    ) -> Result<(), WorkError> {
        let mut write = self.store.write().await?;
        if write.deed_done(deed).await? {
            write.put_answer(&deed.dialog, found, asked_at).await?;
        }
        self.commit(write).await?;
        Ok(())
    }

    async fn messages_as_they_are(&self, deed: &Deed) -> Result<Vec<Message>, WorkError> {
        let ids = std::slice::from_ref(&deed.message);
        Ok(self.rest().await?.messages_by_id(&deed.dialog, ids).await?)
    }

    async fn tell_reaction(&self, deed: &Deed) -> Result<Told, WorkError> {
        let emoji = Some(deed.text.as_str());
        let (add, remove) = if deed.kind == DeedKind::React {
            (emoji, None)
        } else {
            (None, emoji)
        };
        self.rest().await?.react(&deed.message, add, remove).await?;
        Ok(Told::Done)
    }

    async fn tell_pin(self: &Arc<Self>, deed: &Deed) -> Result<Told, WorkError> {
        let on = deed.kind == DeedKind::Pin;
        let state = self
            .rest()
            .await?
            .pin(&deed.dialog, std::slice::from_ref(&deed.message), on)
            .await?;
        let mut write = self.store.write().await?;
        if write.deed_done(deed).await? {
            write.draw_pin(&deed.dialog, &deed.message, on).await?;
        }
        write.put_dialog_by(&state.dialog, Some(self.me)).await?;
        self.commit(write).await?;
        self.tell_others(&state.dialog, &SystemKind::DialogChanged)
            .await;
        Ok(Told::Done)
    }

    /// Takes back what is in no history: only the others can do it.
    async fn tell_removal(&self, deed: &Deed) -> Result<Told, WorkError> {
        let Some(to) = self.recipient(&deed.dialog).await? else {
            return Ok(Told::Done);
        };
        let remove = Outgoing::Remove {
            message: deed.message.clone(),
            to,
        };
        match self.chat.send(remove).await {
            Ok(()) => Ok(Told::Done),
            Err(_) => Err(WorkError::LinkChanged),
        }
    }

    async fn tell_deletions(
        self: &Arc<Self>,
        deeds: &[&Deed],
        for_all: bool,
    ) -> Result<(), WorkError> {
        let ids: Vec<MessageId> = deeds.iter().map(|deed| deed.message.clone()).collect();
        if ids.is_empty() {
            return Ok(());
        }
        let mut write = self.store.write().await?;
        for deed in deeds {
            write.telling(deed).await?;
        }
        self.commit(write).await?;
        let answer = self.rest().await?.delete_messages(&ids, for_all).await;
        let (refused, not_found, reason) = match answer {
            Ok(answer) => (answer.refused, answer.not_found, FailureReason::NotAllowed),
            Err(ClientError::Gone) => (Vec::new(), Vec::new(), FailureReason::DialogGone),
            Err(error) => match refusal(&error) {
                Some(reason) => (ids, Vec::new(), reason),
                None => return Err(error.into()),
            },
        };
        for deed in deeds {
            let may_be_under_way = deed.text == Deed::UNDER_WAY
                && not_found.contains(&deed.message)
                && deed.attempts < OVERTAKEN;
            if refused.contains(&deed.message) {
                self.undo(deed, reason).await?;
                continue;
            }
            let again = self.later(self.clock.now(), deed.attempts);
            let mut write = self.store.write().await?;
            if may_be_under_way {
                write.postpone_deed(deed, again).await?;
                self.deeds_wake.notify_one();
            } else {
                write.deed_done(deed).await?;
            }
            self.commit(write).await?;
        }
        Ok(())
    }

    /// Makes it as it was before, and says why.
    async fn undo(self: &Arc<Self>, deed: &Deed, reason: FailureReason) -> Result<(), StoreError> {
        let mut write = self.store.write().await?;
        let was_undone = write.undo(deed).await?;
        self.commit(write).await?;
        if !was_undone {
            return Ok(());
        }
        self.hub.tell(vec![Change::Refused {
            dialog: deed.dialog.clone(),
            message: deed.message.clone(),
            kind: deed.kind,
            reason,
        }]);
        if matches!(
            reason,
            FailureReason::NotAllowed | FailureReason::DialogGone
        ) {
            // A right that was lost meanwhile is not offered any more.
            self.fetch_dialog_soon(deed.dialog.clone());
        }
        // What else hangs on it comes with its next mention.
        let shared = Arc::clone(self);
        let (dialog, id) = (deed.dialog.clone(), deed.message.clone());
        self.tasks.once("look at a message again", async move {
            if let Err(error) = shared.fetch_messages(&dialog, &[id]).await {
                tracing::debug!(%error, "a message that came back is as it was here");
            }
        });
        Ok(())
    }

    /// Fetches messages by their ids and keeps what the server has of them.
    pub(crate) async fn fetch_messages(
        &self,
        dialog: &DialogId,
        ids: &[MessageId],
    ) -> Result<(), WorkError> {
        let asked_at = self.clock.now();
        let found = self.rest().await?.messages_by_id(dialog, ids).await?;
        let mut write = self.store.write().await?;
        write.put_answer(dialog, &found, asked_at).await?;
        self.commit(write).await?;
        Ok(())
    }

    /// Fetches pinned messages that are not here, of one dialog or of all, so
    /// that they can be read without a link.
    pub(crate) async fn fetch_missing_pins(
        &self,
        dialog: Option<&DialogId>,
    ) -> Result<(), WorkError> {
        let missing = self.store.missing_pins().await?;
        for of_dialog in missing.chunk_by(|a, b| a.0 == b.0) {
            let Some((id, _)) = of_dialog.first() else {
                continue;
            };
            if dialog.is_some_and(|wanted| wanted != id) {
                continue;
            }
            let ids: Vec<MessageId> = of_dialog.iter().map(|(_, id)| id.clone()).collect();
            match self.fetch_messages(id, &ids).await {
                Err(WorkError::Client(ClientError::Gone | ClientError::NotAllowed)) => {}
                done => done?,
            }
        }
        Ok(())
    }
}

/// Why the server will not do it, if it will not; else it may do it later.
fn refusal(error: &ClientError) -> Option<FailureReason> {
    match error {
        ClientError::NotAllowed => Some(FailureReason::NotAllowed),
        ClientError::Gone => Some(FailureReason::DialogGone),
        ClientError::TooLarge => Some(FailureReason::TooLarge),
        ClientError::Rejected(_) => Some(FailureReason::Refused),
        _ => None,
    }
}
