//! What the parts of one engine have in common.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::atomic::AtomicBool;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use kith_client::{Chat, ClientError, Rest, Secret};
use kith_model::{Clock, DialogId, Timestamp, UserId};
use kith_store::{Store, StoreError, Write};
use tokio::sync::{Notify, watch};

use crate::activity::Watched;
use crate::announce::Announced;
use crate::changes::{Change, Hub};
use crate::files::Transfers;
use crate::followed::Followed;
use crate::link::{LinkBoard, LinkState};
use crate::notify::{Board, Notification};
use crate::occupants::Occupants;
use crate::pictures::Pictures;
use crate::presence::Typing;
use crate::readers::Burst;
use crate::rooms::ChangedBy;
use crate::staging::Staging;
use crate::strangers::Strangers;
use crate::task::{Backoff, Tasks};
use crate::uploads::Uploads;

/// The longest wait for a disk that is full.
const LONGEST_WAIT_FOR_DISK: Duration = Duration::from_secs(10);

/// Does `$work` again until the disk takes it. For what must not be lost and
/// cannot be asked for again.
macro_rules! insist {
    ($shared:expr, $work:expr) => {{
        let mut backoff = $shared.disk_backoff();
        let mut has_waited = false;
        loop {
            match $work.await {
                Err(kith_store::StoreError::Disk(error)) => {
                    tracing::error!(%error, "the disk takes nothing; what arrived waits");
                    has_waited = true;
                    $shared.needs_room(true);
                    tokio::time::sleep(backoff.next()).await;
                }
                done => {
                    if has_waited {
                        $shared.needs_room(false);
                    }
                    break done;
                }
            }
        }
    }};
}
pub(crate) use insist;

/// What the parts of catching up tell each other.
#[derive(Debug, Default)]
pub(crate) struct SyncBoard {
    /// The dialog that somebody looks at now.
    pub(crate) on_screen: Option<DialogId>,
    /// The latest change that the server told of when it last listed all
    /// dialogs, by its own clock.
    pub(crate) latest_change: Option<Timestamp>,
}

/// One engine's insides. Each file of this room adds its own part.
#[derive(Debug)]
pub(crate) struct Shared {
    pub(crate) me: UserId,
    pub(crate) store: Store,
    pub(crate) login: String,
    pub(crate) secret: Secret,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) seed: u64,
    /// Where the way out is looked for, to notice another network.
    pub(crate) way_out: SocketAddr,
    pub(crate) hub: Hub,
    /// Whether damage was met in the database.
    pub(crate) damaged: watch::Sender<bool>,
    /// Whether what arrived waits for room on the disk.
    pub(crate) needs_room: watch::Sender<bool>,
    pub(crate) link: LinkBoard,
    pub(crate) tasks: Tasks,
    pub(crate) outbox_wake: Notify,
    /// Held by whoever hands messages to the stream, from the moment that says
    /// so on disk, so that they leave in their order.
    pub(crate) handing: Arc<tokio::sync::Mutex<()>>,
    pub(crate) markers_wake: Notify,
    pub(crate) deeds_wake: Notify,
    pub(crate) reactions_wake: Notify,
    /// There may be something to be done on the index of words.
    pub(crate) index_wake: Notify,
    /// Edits whose announcement is not acknowledged yet.
    pub(crate) announced: Mutex<Announced>,
    /// What waits to be announced, and what was.
    pub(crate) board: Mutex<Board>,
    /// What is to stand on the desktop.
    pub(crate) notifications: watch::Sender<Vec<Notification>>,
    pub(crate) notify_wake: Notify,
    pub(crate) typing_wake: Notify,
    pub(crate) typing: Mutex<Typing>,
    pub(crate) followed: Mutex<Followed>,
    /// What the parts of catching up tell each other.
    pub(crate) sync: Mutex<SyncBoard>,
    /// Dialogs that are being fetched, so that a burst asks once, and whether to
    /// ask once more.
    pub(crate) being_fetched: Mutex<BTreeMap<DialogId, bool>>,
    /// Who says that they changed a dialog that is being fetched.
    pub(crate) changed_by: Mutex<BTreeMap<DialogId, ChangedBy>>,
    /// Whose coming and going is watched.
    pub(crate) watched: Mutex<Watched>,
    pub(crate) pictures: Pictures,
    /// Files that are being saved, or could not be.
    pub(crate) transfers: Mutex<Transfers>,
    /// Copies of files that are to be sent.
    pub(crate) staging: Staging,
    /// Files on their way to the server.
    pub(crate) uploads: Uploads,
    pub(crate) uploads_wake: Notify,
    /// Who is in the public dialog that was asked for last.
    pub(crate) occupants: tokio::sync::Mutex<Occupants>,
    /// When names and pictures were asked for last.
    pub(crate) people_refreshed: Mutex<Option<Timestamp>>,
    /// People whom a screen names and nobody knows.
    pub(crate) strangers: Mutex<Strangers>,
    /// What was just read on another device.
    pub(crate) read_elsewhere: Burst,
    /// Own messages that others have just read.
    pub(crate) read_by_others: Burst,
    /// Whether something that was deleted may still be in a file.
    pub(crate) has_traces: AtomicBool,
    pub(crate) rest: Rest,
    pub(crate) is_signed_in: tokio::sync::Mutex<bool>,
    pub(crate) chat: Chat,
}

impl Shared {
    /// The REST half, signed in.
    pub(crate) async fn rest(&self) -> Result<&Rest, ClientError> {
        let mut is_signed_in = self.is_signed_in.lock().await;
        if !*is_signed_in {
            if let Err(error) = self.rest.sign_in(&self.login, &self.secret).await {
                if error == ClientError::SignInRefused {
                    self.set_link_state(LinkState::Refused);
                }
                return Err(error);
            }
            *is_signed_in = true;
        }
        Ok(&self.rest)
    }

    fn set_link_state(&self, state: LinkState) {
        self.link.state.send_replace(state.clone());
        self.hub.tell(vec![Change::Link(state)]);
    }

    /// Commits, and tells what is different before anybody else can write.
    pub(crate) async fn commit(&self, write: Write) -> Result<(), StoreError> {
        let is_unsure = write.is_unsure();
        write
            .commit_and(|changes, rows| {
                let changes: Vec<Change> = changes.into_iter().map(Change::from).collect();
                if is_unsure {
                    self.reactions_wake.notify_one();
                }
                self.let_go_of_files(&changes);
                self.wake_index(&changes);
                self.copies_may_go(&changes);
                self.hub.tell_with(changes, rows);
            })
            .await
    }

    /// What arrived waits for room on the disk, or does not any more. It is told
    /// with the link, because it says as much about what is shown.
    pub(crate) fn needs_room(&self, needs: bool) {
        if self.needs_room.send_replace(needs) != needs {
            let link = self.link.state.borrow().clone();
            self.hub.tell(vec![Change::Link(link)]);
        }
    }

    /// The waits of [`insist`].
    pub(crate) fn disk_backoff(&self) -> Backoff {
        Backoff::new(LONGEST_WAIT_FOR_DISK, self.seed ^ 0x6469)
    }

    pub(crate) fn lock_typing(&self) -> MutexGuard<'_, Typing> {
        self.typing.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn lock_followed(&self) -> MutexGuard<'_, Followed> {
        self.followed.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn lock_sync(&self) -> MutexGuard<'_, SyncBoard> {
        self.sync.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The dialog that somebody looks at now.
    pub(crate) fn on_screen(&self) -> Option<DialogId> {
        self.lock_sync().on_screen.clone()
    }

    pub(crate) fn latest_change(&self) -> Option<Timestamp> {
        self.lock_sync().latest_change
    }

    pub(crate) fn lock_changed_by(&self) -> MutexGuard<'_, BTreeMap<DialogId, ChangedBy>> {
        self.changed_by
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn lock_being_fetched(&self) -> MutexGuard<'_, BTreeMap<DialogId, bool>> {
        self.being_fetched
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }
}
