//! The upload worker: files go to the server before the message that needs them.
//!
//! It wakes when something was queued and when the link comes up. In each
//! dialog the first file of the first message is brought there, then the next;
//! several dialogs go on side by side. The message leaves when its last file
//! has a name on the server, which is on disk before anybody else is told
//! (`kith_store::Write::uploaded`): a process that is killed brings a file there
//! again at worst, and never sends its message twice.
//!
//! The platform takes no file in parts, so one that broke off begins again,
//! after growing waits that have a random part. What will not get there (too
//! large, refused, its copy gone) parks its message with the reason, and the
//! rest goes on. How far each has come is told like other transfers and is not
//! on disk.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, MutexGuard, PoisonError};

use kith_client::{ClientError, NewFile, Progress, StoredFile, TransferError};
use kith_model::{FailureReason, MessageId, Timestamp, UploadId};
use kith_store::{StoreError, Upload};

use crate::changes::Change;
use crate::files::{TELL, Transfer};
use crate::outbox::sleep_if;
use crate::shared::{Shared, insist};
use crate::task::{Backoff, until};

/// So many files are on their way at once.
const SIDE_BY_SIDE: usize = 3;
/// An object store refuses for reasons that pass as well, such as a right that
/// has run out; after so many tries it means it.
const REFUSALS: u32 = 3;
/// The longest wait after the disk failed.
const LONGEST_WAIT: std::time::Duration = std::time::Duration::from_secs(30);

/// Files on their way to the server.
#[derive(Debug, Default)]
pub(crate) struct Uploads {
    all: std::sync::Mutex<BTreeMap<UploadId, Going>>,
}

#[derive(Debug)]
struct Going {
    message: MessageId,
    position: u32,
    size: u64,
    progress: Progress,
}

impl Uploads {
    fn lock(&self) -> MutexGuard<'_, BTreeMap<UploadId, Going>> {
        self.all.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What is on its way, as it is told.
    pub(crate) fn transfers(&self) -> Vec<Transfer> {
        let all = self.lock();
        all.values()
            .map(|going| {
                let (done, total) = going.progress.bytes();
                Transfer {
                    message: going.message.clone(),
                    index: going.position,
                    done,
                    total: total.or(Some(going.size)),
                    problem: None,
                    is_upload: true,
                }
            })
            .collect()
    }
}

/// Takes a file off the list of those on their way, however that ended.
struct OnItsWay {
    shared: Arc<Shared>,
    id: UploadId,
}

impl Drop for OnItsWay {
    fn drop(&mut self) {
        self.shared.uploads.lock().remove(&self.id);
        self.shared.hub.tell(vec![Change::Transfers]);
        self.shared.uploads_wake.notify_one();
        self.shared.outbox_wake.notify_one();
    }
}

/// What is done about a file that did not get there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Verdict {
    /// It was called off.
    LetGo,
    /// It is tried again later.
    Waits,
    /// Its message waits for the person.
    Failed(FailureReason),
}

/// `attempts` is how often it broke off before.
fn verdict(error: TransferError, attempts: u32) -> Verdict {
    match error {
        TransferError::Cancelled => Verdict::LetGo,
        TransferError::Disk(_) | TransferError::Changed => Verdict::Failed(FailureReason::FileLost),
        TransferError::Client(error) => match error {
            ClientError::TooLarge => Verdict::Failed(FailureReason::FileTooLarge),
            ClientError::Rejected(_) => Verdict::Failed(FailureReason::FileRefused),
            ClientError::NotAllowed if attempts + 1 >= REFUSALS => {
                Verdict::Failed(FailureReason::FileRefused)
            }
            // A portal answers what it likes, a wrong clock makes certificates
            // invalid, and a password that is asked for is given.
            ClientError::NotAllowed
            | ClientError::Gone
            | ClientError::BadConnection
            | ClientError::UnknownHost
            | ClientError::Unreachable
            | ClientError::Certificate
            | ClientError::NotAServer
            | ClientError::TimedOut
            | ClientError::SignInRefused
            | ClientError::Expired
            | ClientError::Busy
            | ClientError::Server(_) => Verdict::Waits,
        },
    }
}

impl Shared {
    /// Brings files to the server, for as long as the engine runs.
    pub(crate) async fn work_uploads(self: Arc<Self>) {
        let mut backoff = Backoff::new(LONGEST_WAIT, self.seed ^ 0x7570);
        let mut wire = self.link.wire.subscribe();
        loop {
            if wire.wait_for(|wire| wire.is_up).await.is_err() {
                return;
            }
            let wait = match self.begin_uploads().await {
                Ok(next) => {
                    backoff.reset();
                    next.map(|next| until(self.clock.now(), next))
                }
                Err(error) => {
                    self.met(&error);
                    tracing::warn!(%error, "files wait");
                    Some(backoff.next())
                }
            };
            tokio::select! {
                () = self.uploads_wake.notified() => {}
                () = sleep_if(wait) => {}
            }
        }
    }

    /// Begins what can go on its way; answers when the next one is due, if one
    /// waits for its time.
    async fn begin_uploads(self: &Arc<Self>) -> Result<Option<Timestamp>, StoreError> {
        let now = self.clock.now();
        let mut due: Option<Timestamp> = None;
        let mut dialogs = BTreeSet::new();
        for upload in self.store.uploads_to_do().await? {
            // One after the other in a dialog, so that its first message is
            // not kept waiting by the second.
            let (Some(message), true) = (&upload.message, dialogs.insert(upload.dialog.clone()))
            else {
                continue;
            };
            if upload.next_attempt_at > now {
                let next = upload.next_attempt_at;
                due = Some(due.map_or(next, |due| due.min(next)));
                continue;
            }
            let progress = Progress::new();
            {
                let mut going = self.uploads.lock();
                if going.contains_key(&upload.id) {
                    continue;
                }
                if going.len() >= SIDE_BY_SIDE {
                    break;
                }
                let this = Going {
                    message: message.clone(),
                    position: upload.position,
                    size: upload.file.size,
                    progress: progress.clone(),
                };
                going.insert(upload.id, this);
            }
            let on_its_way = OnItsWay {
                shared: Arc::clone(self),
                id: upload.id,
            };
            self.tasks.once("an upload", async move {
                let shared = &on_its_way.shared;
                if let Err(error) = shared.upload(&upload, &progress).await {
                    shared.met(&error);
                    tracing::error!(%error, "how a file went is not known to be here");
                }
            });
        }
        Ok(due)
    }

    async fn upload(&self, upload: &Upload, progress: &Progress) -> Result<(), StoreError> {
        if !insist!(self, self.begins(upload))? {
            return Ok(());
        }
        let bringing = self.bring(upload, progress);
        tokio::pin!(bringing);
        let mut told = progress.bytes();
        let brought = loop {
            tokio::select! {
                done = &mut bringing => break done,
                () = tokio::time::sleep(TELL) => {
                    if told != progress.bytes() {
                        told = progress.bytes();
                        self.hub.tell(vec![Change::Transfers]);
                    }
                }
            }
        };
        match brought {
            Ok(stored) => self.brought(upload, &stored).await,
            Err(error) => {
                tracing::info!(%error, "a file did not get to the server");
                match verdict(error, upload.attempts) {
                    Verdict::LetGo => Ok(()),
                    Verdict::Waits => insist!(self, self.waits(upload)),
                    Verdict::Failed(reason) => insist!(self, self.failed(upload, reason)),
                }
            }
        }
    }

    async fn begins(&self, upload: &Upload) -> Result<bool, StoreError> {
        let mut write = self.store.write().await?;
        let begins = write.upload_begins(upload.id).await?;
        self.commit(write).await?;
        Ok(begins)
    }

    async fn bring(
        &self,
        upload: &Upload,
        progress: &Progress,
    ) -> Result<StoredFile, TransferError> {
        let file = tokio::fs::File::open(self.staging.path(&upload.file.copy)).await?;
        let new = NewFile {
            name: upload.file.name.clone(),
            content_type: upload.file.content_type.clone(),
            size: upload.file.size,
            is_public: false,
        };
        let rest = self.rest().await?;
        rest.upload(&new, file, progress).await
    }

    async fn brought(&self, upload: &Upload, stored: &StoredFile) -> Result<(), StoreError> {
        // Before the message says so, because whoever shows it asks then.
        let is_kept = match &upload.message {
            Some(message) => self.store.message(message).await?,
            None => None,
        };
        if is_kept.is_some_and(|held| held.message.destroy_after.is_none()) {
            self.keep_as_picture(upload, &stored.uid).await;
        }
        let is_needed = insist!(self, async {
            let mut write = self.store.write().await?;
            let is_needed = write.uploaded(upload.id, &stored.uid, stored.id).await?;
            self.commit(write).await?;
            Ok(is_needed)
        })?;
        if !is_needed {
            self.delete_from_server(vec![stored.id]).await;
        }
        Ok(())
    }

    async fn waits(&self, upload: &Upload) -> Result<(), StoreError> {
        let next = self.later(self.clock.now(), upload.attempts);
        let mut write = self.store.write().await?;
        write.upload_waits(upload.id, next).await?;
        self.commit(write).await
    }

    async fn failed(&self, upload: &Upload, reason: FailureReason) -> Result<(), StoreError> {
        let mut write = self.store.write().await?;
        write.upload_failed(upload.id, reason).await?;
        self.commit(write).await
    }

    /// Ends the way of what hangs on a message that is gone.
    pub(crate) fn give_up_uploads(&self, message: &MessageId) {
        let going = self.uploads.lock();
        for one in going.values().filter(|one| one.message == *message) {
            one.progress.cancel();
        }
    }

    /// Takes files back that nobody will see. What cannot be reached stays.
    pub(crate) async fn delete_from_server(&self, files: Vec<u64>) {
        for file in files {
            let deleted = match self.rest().await {
                Ok(rest) => rest.delete_file(file).await,
                Err(error) => Err(error),
            };
            if let Err(error) = deleted {
                tracing::debug!(%error, "a file that nobody needs stays on the server");
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io::ErrorKind;

    use super::*;

    #[test]
    fn what_may_pass_waits_and_what_will_not_is_told() {
        let after = |error: ClientError, attempts| verdict(error.into(), attempts);
        for passing in [
            ClientError::Unreachable,
            ClientError::TimedOut,
            ClientError::NotAServer,
            ClientError::Certificate,
            ClientError::Expired,
            ClientError::SignInRefused,
            ClientError::Busy,
            ClientError::Server(503),
        ] {
            assert_eq!(after(passing, 99), Verdict::Waits, "{passing}");
        }
        let failed = |reason| Verdict::Failed(reason);
        let large = failed(FailureReason::FileTooLarge);
        assert_eq!(after(ClientError::TooLarge, 0), large);
        let refused = failed(FailureReason::FileRefused);
        assert_eq!(after(ClientError::Rejected(415), 0), refused);
        assert_eq!(after(ClientError::NotAllowed, 0), Verdict::Waits);
        assert_eq!(after(ClientError::NotAllowed, REFUSALS - 1), refused);
        let lost = failed(FailureReason::FileLost);
        assert_eq!(verdict(TransferError::Disk(ErrorKind::NotFound), 0), lost);
        assert_eq!(verdict(TransferError::Changed, 0), lost);
        assert_eq!(verdict(TransferError::Cancelled, 0), Verdict::LetGo);
    }
}
