//! What the parts of one engine have in common.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use kith_client::{Chat, ClientError, Rest, Secret};
use kith_model::{Clock, DialogId, Timestamp, UserId};
use kith_store::{Store, StoreError, Write};
use tokio::sync::Notify;

use crate::changes::{Change, Hub};
use crate::followed::Followed;
use crate::link::{LinkBoard, LinkState};
use crate::presence::Typing;
use crate::task::Tasks;

/// One engine's insides. Each file of this room adds its own part.
#[derive(Debug)]
pub(crate) struct Shared {
    pub(crate) me: UserId,
    pub(crate) store: Store,
    pub(crate) login: String,
    pub(crate) secret: Secret,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) seed: u64,
    pub(crate) hub: Hub,
    pub(crate) link: LinkBoard,
    pub(crate) tasks: Tasks,
    pub(crate) outbox_wake: Notify,
    pub(crate) markers_wake: Notify,
    pub(crate) typing_wake: Notify,
    pub(crate) typing: Mutex<Typing>,
    pub(crate) followed: Mutex<Followed>,
    /// Dialogs that are being fetched, so that a burst asks once.
    pub(crate) being_fetched: Mutex<BTreeSet<DialogId>>,
    /// When names and pictures were asked for last.
    pub(crate) people_refreshed: Mutex<Option<Timestamp>>,
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

    /// Commits, and then tells what is different.
    pub(crate) async fn commit(&self, write: Write) -> Result<(), StoreError> {
        let changes = write.commit().await?;
        self.hub
            .tell(changes.into_iter().map(Change::from).collect());
        Ok(())
    }

    pub(crate) fn lock_typing(&self) -> MutexGuard<'_, Typing> {
        self.typing.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn lock_followed(&self) -> MutexGuard<'_, Followed> {
        self.followed.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn lock_being_fetched(&self) -> MutexGuard<'_, BTreeSet<DialogId>> {
        self.being_fetched
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }
}
