//! Everything that arrives, in the order in which it arrived.
//!
//! What can be kept is kept in one write transaction, and only then told to
//! whoever shows it. A burst shares a transaction. What needs an answer from
//! the server (a dialog nobody here knows yet) is asked for on the side; the
//! message itself is on disk before.
//!
//! A disk that is full for a while costs nothing: what arrived is held, and the
//! stream is read no further, until there is room.

use std::sync::Arc;

use kith_client::{Link, MarkerKind, ServerEvent, Unplaced};
use kith_model::{Delivery, DialogId, DialogKind, FailureReason, Message, MessageId, Timestamp};
use kith_store::{Fate, HeardEdit, HeardReactions, Put, Step, StoreError, Taken, Write};
use tokio::sync::{Mutex, mpsc};

use crate::changes::Change;
use crate::shared::{Shared, insist};

/// At most so many events share a transaction.
const BURST: usize = 64;

/// What has to be done besides, once the transaction is through.
#[derive(Debug, Default)]
struct Afterwards {
    wake_outbox: bool,
    wake_deeds: bool,
    wake_markers: bool,
    stopped_typing: Vec<Message>,
    /// What others wrote, and whether it was not here before.
    arrived: Vec<(MessageId, DialogId, bool)>,
    fetch: Vec<DialogId>,
    read_elsewhere: Vec<MessageId>,
    read_by_others: Vec<MessageId>,
}

impl Shared {
    /// Reads events until there are none to come.
    pub(crate) async fn read_events(
        self: Arc<Self>,
        events: Arc<Mutex<mpsc::Receiver<ServerEvent>>>,
    ) {
        let mut events = events.lock().await;
        let mut burst = Vec::with_capacity(BURST);
        while events.recv_many(&mut burst, BURST).await > 0 {
            if let Err(error) = self.apply_all(burst.drain(..)).await {
                // What was in it comes again with the next catch-up.
                self.met(&error);
                tracing::error!(%error, "arrivals could not be kept");
            }
        }
    }

    /// Takes events in, in order.
    pub(crate) async fn apply_all(
        self: &Arc<Self>,
        events: impl IntoIterator<Item = ServerEvent>,
    ) -> Result<(), StoreError> {
        let mut kept: Vec<ServerEvent> = Vec::new();
        for event in events {
            if is_kept(&event) {
                kept.push(event);
            } else {
                self.keep(std::mem::take(&mut kept)).await?;
                self.handle(event).await?;
            }
        }
        self.keep(kept).await
    }

    /// Keeps events, if they can be kept at all.
    async fn keep(self: &Arc<Self>, events: Vec<ServerEvent>) -> Result<(), StoreError> {
        match insist!(self, self.keep_together(&events)) {
            // One that cannot be kept does not take the others with it.
            Err(StoreError::Database(error)) if events.len() > 1 => {
                tracing::error!(%error, "arrivals are kept one by one");
                for event in &events {
                    let one = std::slice::from_ref(event);
                    if let Err(error) = insist!(self, self.keep_together(one)) {
                        tracing::error!(%error, "an arrival could not be kept");
                    }
                }
                Ok(())
            }
            kept => kept,
        }
    }

    /// Keeps events in one transaction.
    async fn keep_together(self: &Arc<Self>, events: &[ServerEvent]) -> Result<(), StoreError> {
        if events.is_empty() {
            return Ok(());
        }
        let now = self.clock.now();
        let mut after = Afterwards::default();
        let mut write = self.store.write().await?;
        for event in events.iter().cloned() {
            match event {
                ServerEvent::Message(message) => {
                    self.keep_message(&mut write, message, &mut after).await?
                }
                ServerEvent::Acknowledged(id) => {
                    if let Some(taken) = write.acknowledged(&id).await? {
                        // Mostly nothing waits for its turn, and nobody is woken.
                        after.wake_outbox |= taken.others_wait;
                        after.wake_deeds |= taken.deeds_wait;
                        self.extend_if_followed(&mut write, &taken.dialog, taken.sent_at);
                    }
                }
                ServerEvent::Unknown(id) => {
                    after.wake_outbox = true;
                    write.fate_unknown(&id).await?;
                }
                ServerEvent::Refused { id, code } => {
                    after.wake_outbox = true;
                    self.keep_refusal(&mut write, &id, code, now).await?;
                    // Nobody may have told this person that they are not in the
                    // dialog any more, or may not write there.
                    if matches!(code, 401 | 403 | 404 | 410)
                        && let Some(message) = self.store.message(&id).await?
                    {
                        after.fetch.push(message.message.dialog_id);
                    }
                }
                ServerEvent::Marker {
                    kind,
                    message,
                    dialog: _,
                    by,
                } => {
                    let state = match kind {
                        MarkerKind::Delivered => Delivery::Delivered,
                        MarkerKind::Read => Delivery::Read,
                    };
                    write.hear_marker(state, &message, by, now).await?;
                    match kind {
                        MarkerKind::Read if by == self.me => after.read_elsewhere.push(message),
                        MarkerKind::Read => after.read_by_others.push(message),
                        MarkerKind::Delivered => {}
                    }
                }
                ServerEvent::Edited(edit) => {
                    let heard = HeardEdit {
                        message: edit.message,
                        by: edit.by,
                        body: edit.body,
                        properties: edit.properties,
                        at: edit.at,
                        is_passing: edit.is_passing,
                    };
                    write.hear_edit(&heard).await?;
                }
                ServerEvent::EditTaken(number) => {
                    after.wake_deeds = true;
                    write.edit_taken(number).await?;
                }
                ServerEvent::Removed(removal) => {
                    write.hear_removal(&removal.message, removal.by).await?;
                }
                ServerEvent::Reacted(change) => {
                    let heard = HeardReactions {
                        message: change.message,
                        by: change.by,
                        added: change.added,
                        removed: change.removed,
                    };
                    write.hear_reactions(&heard).await?;
                }
                ServerEvent::Link(_)
                | ServerEvent::Unplaced(_)
                | ServerEvent::Typing { .. }
                | ServerEvent::System { .. }
                | ServerEvent::Activity { .. } => {}
            }
        }
        self.commit(write).await?;
        if after.wake_outbox {
            self.outbox_wake.notify_one();
        }
        // An edit may have waited for its message to go out.
        if after.wake_outbox || after.wake_deeds {
            self.deeds_wake.notify_one();
        }
        self.note_arrivals(after.arrived);
        self.ask_about_late_soon(after.read_elsewhere);
        self.ask_who_read_soon(after.read_by_others);
        if after.wake_markers {
            self.markers_wake.notify_one();
        }
        for message in after.stopped_typing {
            self.note_typing(&message.dialog_id, message.sender, false);
        }
        for dialog in after.fetch {
            self.fetch_dialog_soon(dialog);
        }
        Ok(())
    }

    async fn keep_message(
        &self,
        write: &mut Write,
        message: Message,
        after: &mut Afterwards,
    ) -> Result<(), StoreError> {
        let Taken { put, is_listed } = write.take(&message).await?;
        if put == Put::Foreign {
            return Ok(());
        }
        self.extend_if_followed(write, &message.dialog_id, message.sent_at);
        if !is_listed && !after.fetch.contains(&message.dialog_id) {
            after.fetch.push(message.dialog_id.clone());
        }
        if message.sender == self.me {
            after.wake_outbox = true;
        } else {
            // Also when an answer brought it first: only what comes over the
            // stream, and a dialog's newest page, are announced.
            write.announce_delivered(&message);
            after.wake_markers = true;
            after.arrived.push((
                message.id.clone(),
                message.dialog_id.clone(),
                put == Put::New,
            ));
            if put == Put::New {
                after.stopped_typing.push(message);
            }
        }
        Ok(())
    }

    /// A message came while its dialog was being followed: what is held
    /// reaches up to it. Call with the transaction open.
    fn extend_if_followed(&self, write: &mut Write, dialog: &DialogId, sent_at: Timestamp) {
        let is_followed = self.lock_followed().arrived(dialog, sent_at.seconds());
        if is_followed {
            write.cover_live(dialog, sent_at.seconds());
        }
    }

    /// Handles what is not kept, or not at once.
    async fn handle(self: &Arc<Self>, event: ServerEvent) -> Result<(), StoreError> {
        match event {
            ServerEvent::Link(link) => insist!(self, self.hear_link(&link)),
            ServerEvent::Typing {
                dialog,
                by,
                is_typing,
            } => {
                self.hear_typing(dialog, by, is_typing).await;
                Ok(())
            }
            ServerEvent::System { by, message } => {
                if let Some(dialog) = message.dialog.clone() {
                    self.hear_of_dialog(dialog, by, &message);
                }
                Ok(())
            }
            ServerEvent::Activity { who, activity } => {
                self.hear_activity(who, activity).await;
                Ok(())
            }
            ServerEvent::Unplaced(message) => self.place(message).await,
            ServerEvent::Message(_)
            | ServerEvent::Acknowledged(_)
            | ServerEvent::Unknown(_)
            | ServerEvent::Refused { .. }
            | ServerEvent::Edited(_)
            | ServerEvent::EditTaken(_)
            | ServerEvent::Removed(_)
            | ServerEvent::Reacted(_)
            | ServerEvent::Marker { .. } => Ok(()),
        }
    }

    async fn hear_link(self: &Arc<Self>, link: &Link) -> Result<(), StoreError> {
        let mut write = self.store.write().await?;
        match link {
            Link::Connecting | Link::Down { .. } => self.lock_followed().suspend(),
            Link::Fresh => {
                // A new session: nothing that was under way on the old one is
                // known to have arrived.
                self.lock_followed().forget();
                self.nothing_is_announced();
                write.doubt_in_flight().await?;
                write.doubt_markers().await?;
                write.hasten_deeds().await?;
                write.hasten_uploads().await?;
            }
            Link::Resumed => {
                write.hasten_uploads().await?;
                let held = self.lock_followed().resume();
                for (dialog, second) in held {
                    write.cover_live(&dialog, second);
                }
            }
        }
        self.commit(write).await?;
        let state = self.link.hear(link, self.clock.now());
        self.hub.tell(vec![Change::Link(state)]);
        if matches!(link, Link::Fresh | Link::Resumed) {
            self.outbox_wake.notify_one();
            self.uploads_wake.notify_one();
            self.markers_wake.notify_one();
            self.deeds_wake.notify_one();
        }
        match link {
            Link::Fresh => self.watch_again(),
            Link::Down { .. } => self.nobody_is_known_to_be_here(),
            Link::Connecting | Link::Resumed => {}
        }
        Ok(())
    }

    /// Finds the dialog of a private message that came without one.
    async fn place(self: &Arc<Self>, message: Unplaced) -> Result<(), StoreError> {
        if let Some(dialog) = self.store.private_dialog_with(message.with).await? {
            return Box::pin(self.keep(vec![ServerEvent::Message(message.in_dialog(dialog))]))
                .await;
        }
        let shared = Arc::clone(self);
        self.tasks.once("find the dialog of a message", async move {
            let found = match shared.rest().await {
                Ok(rest) => {
                    rest.create_dialog(DialogKind::Private, "", &[message.with])
                        .await
                }
                Err(error) => Err(error),
            };
            let kept = match found {
                Ok(state) => {
                    let message = message.in_dialog(state.dialog.id.clone());
                    match shared.keep_dialog(&state.dialog).await {
                        Ok(()) => shared.keep(vec![ServerEvent::Message(message)]).await,
                        Err(error) => Err(error),
                    }
                }
                Err(error) => {
                    // The next catch-up brings the dialog with the message in it.
                    tracing::warn!(%error, "the dialog of a message could not be found yet");
                    return;
                }
            };
            if let Err(error) = kept {
                shared.met(&error);
                tracing::error!(%error, "a message could not be kept");
            }
        });
        Ok(())
    }

    /// A refusal that lasts parks the message; one that passes (a server in
    /// trouble) sends it again later, after a look whether it is there.
    async fn keep_refusal(
        &self,
        write: &mut Write,
        id: &MessageId,
        code: u16,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let reason = match code {
            401 | 403 => FailureReason::NotAllowed,
            404 | 410 => FailureReason::DialogGone,
            406 | 413 => FailureReason::TooLarge,
            503 => FailureReason::Blocked,
            408 | 429 | 500 | 502 | 504 => {
                let attempts = write.attempts(id).await?.unwrap_or(1);
                let later = self.later(now, attempts.saturating_sub(1));
                return write
                    .postpone(id, Fate::Unknown, later, Step::ServerTrouble)
                    .await;
            }
            _ => FailureReason::Refused,
        };
        write.refused(id, reason).await
    }
}

/// Whether an event is kept on disk, as opposed to handled.
fn is_kept(event: &ServerEvent) -> bool {
    match event {
        ServerEvent::Message(_)
        | ServerEvent::Acknowledged(_)
        | ServerEvent::Unknown(_)
        | ServerEvent::Refused { .. }
        | ServerEvent::Edited(_)
        | ServerEvent::EditTaken(_)
        | ServerEvent::Removed(_)
        | ServerEvent::Reacted(_)
        | ServerEvent::Marker { .. } => true,
        ServerEvent::Link(_)
        | ServerEvent::Unplaced(_)
        | ServerEvent::Typing { .. }
        | ServerEvent::System { .. }
        | ServerEvent::Activity { .. } => false,
    }
}
