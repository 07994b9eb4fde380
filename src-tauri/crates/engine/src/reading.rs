//! Reading, and telling others about it.
//!
//! A message is read when it was on screen, in a focused window, for a moment;
//! the screen decides that and calls [`Shared::seen`]. That moves the read
//! pointer and queues the markers in one transaction. This worker announces
//! them: to the author over the stream, one by one; or, when much was read at
//! once, to the server's books over REST, with one marker for the newest. What
//! goes away by itself is in no books and always has a marker of its own.
//!
//! Markers are not acknowledged one by one. Once written they are kept until
//! the link has held long enough for the server to have taken them; if it
//! breaks before, they are announced again.

use std::sync::Arc;
use std::time::Duration;

use kith_client::{ClientError, MarkerKind, Outgoing};
use kith_model::{DialogId, MessageId, Timestamp};
use kith_store::MarkerOut;

use crate::EngineError;
use crate::error::WorkError;
use crate::outbox::sleep_if;
use crate::shared::Shared;
use crate::task::Backoff;

/// More than so many of one dialog go over REST.
const ONE_BY_ONE: usize = 20;
/// Ids in one REST call.
const AT_ONCE: usize = 100;
/// So many are read from disk at a time.
const BATCH: u32 = 1000;
/// A dead link is noticed well within this time, so what was written before
/// has arrived.
const TAKEN_AFTER: i64 = 90_000;
/// The longest wait after failures.
const LONGEST_WAIT: Duration = Duration::from_secs(60);
/// How often written markers are looked through while there are some.
const LOOK_AGAIN: Duration = Duration::from_secs(60);

impl Shared {
    /// Everything up to this message was on screen, and of what came late (with
    /// a place that was read already), these others.
    pub(crate) async fn seen(
        &self,
        dialog: &DialogId,
        message: &MessageId,
        others: &[MessageId],
    ) -> Result<(), EngineError> {
        let mut write = self.store.write().await?;
        if write.seen_on_screen(dialog, message, others).await? {
            self.commit(write).await?;
            self.markers_wake.notify_one();
        }
        Ok(())
    }

    /// Announces what is to be announced, for as long as the engine runs.
    pub(crate) async fn work_markers(self: Arc<Self>) {
        let mut backoff = Backoff::new(LONGEST_WAIT, self.seed ^ 0x6d61);
        let mut wire = self.link.wire.subscribe();
        let mut has_written = true;
        loop {
            if wire.wait_for(|wire| wire.is_up).await.is_err() {
                return;
            }
            let wait = match self.announce().await {
                Ok(written) => {
                    backoff.reset();
                    has_written |= written;
                    has_written.then_some(LOOK_AGAIN)
                }
                Err(error) => {
                    self.met(&error);
                    tracing::warn!(%error, "markers wait");
                    Some(backoff.next())
                }
            };
            tokio::select! {
                () = self.markers_wake.notified() => {}
                () = sleep_if(wait) => match self.let_go_of_written().await {
                    Ok(is_done) => has_written = !is_done,
                    Err(error) => {
                        self.met(&error);
                        tracing::warn!(%error, "written markers stay");
                    }
                },
            }
        }
    }

    /// One round; says whether anything was written.
    pub(crate) async fn announce(&self) -> Result<bool, WorkError> {
        let mut has_written = false;
        loop {
            let markers = self.store.markers_out(BATCH).await?;
            if markers.is_empty() {
                return Ok(has_written);
            }
            let mut written = Vec::new();
            let mut done = Vec::new();
            let mut trouble: Option<WorkError> = None;
            for of_dialog in markers.chunk_by(|a, b| a.dialog == b.dialog) {
                let (read, mut one_by_one): (Vec<_>, Vec<_>) = of_dialog
                    .iter()
                    .partition::<Vec<&MarkerOut>, _>(|marker| marker.is_read && marker.is_in_books);
                if read.len() <= ONE_BY_ONE {
                    one_by_one.extend(read);
                } else {
                    if let Err(error) = self.tell_the_books(&read).await {
                        trouble = Some(error);
                        continue;
                    }
                    // The newest one tells its author; of the others the
                    // server knows.
                    one_by_one.extend(&read[..1]);
                    done.extend(read[1..].iter().map(|marker| (*marker).clone()));
                }
                for marker in one_by_one {
                    if self.chat.send(stanza(marker)).await.is_err() {
                        // The link's return wakes this worker.
                        trouble = Some(WorkError::LinkChanged);
                        break;
                    }
                    written.push((*marker).clone());
                }
            }
            let now = self.clock.now();
            let mut write = self.store.write().await?;
            for marker in &written {
                write.marker_written(marker, now);
            }
            for marker in &done {
                write.marker_done(marker).await?;
            }
            self.commit(write).await?;
            has_written |= !written.is_empty();
            if let Some(trouble) = trouble {
                return Err(trouble);
            }
        }
    }

    /// Says over REST that many messages have been read.
    async fn tell_the_books(&self, markers: &[&MarkerOut]) -> Result<(), WorkError> {
        let rest = self.rest().await?;
        let Some(dialog) = markers.first().map(|marker| &marker.dialog) else {
            return Ok(());
        };
        let ids: Vec<_> = markers
            .iter()
            .map(|marker| marker.message.clone())
            .collect();
        for ids in ids.chunks(AT_ONCE) {
            match rest.mark_read(dialog, ids).await {
                // Not there any more: nobody waits to hear of it.
                Ok(()) | Err(ClientError::Gone | ClientError::NotAllowed) => {}
                Err(error) => return Err(error.into()),
            }
        }
        Ok(())
    }

    /// Forgets markers that have certainly arrived; says whether none is
    /// left that may still be lost.
    async fn let_go_of_written(&self) -> Result<bool, WorkError> {
        let wire = self.link.wire();
        let since = Timestamp::from_millis(self.clock.now().millis() - TAKEN_AFTER);
        if !wire.is_up || wire.up_since > since {
            return Ok(false);
        }
        let mut write = self.store.write().await?;
        let is_done = write.markers_arrived(since).await?;
        self.commit(write).await?;
        Ok(is_done)
    }
}

fn stanza(marker: &MarkerOut) -> Outgoing {
    Outgoing::Marker {
        kind: if marker.is_read {
            MarkerKind::Read
        } else {
            MarkerKind::Delivered
        },
        message: marker.message.clone(),
        dialog: marker.dialog.clone(),
        to: marker.author,
    }
}
