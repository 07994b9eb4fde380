//! Edits that are announced on the stream.
//!
//! An edit is told to the server over REST, which keeps it, and to the others
//! over the stream (`protocol/rest.md` §6.4: the platform does not announce
//! edits by itself). It is under way until the server has acknowledged the
//! announcement; what comes from other devices of this person before that is
//! older than it, and what comes afterwards is later. A stream that broke for
//! good with an announcement on it leaves the edit to be told again, unless
//! another device has edited the message meanwhile.

use std::collections::BTreeSet;
use std::sync::PoisonError;

use kith_client::{Outgoing, Recipient};
use kith_store::{Deed, StoredMessage};

use crate::error::WorkError;
use crate::shared::Shared;

/// The edits that were handed to the stream that is there now, or that can be
/// resumed, and are not acknowledged.
#[derive(Debug, Default)]
pub(crate) struct Announced(BTreeSet<i64>);

impl Shared {
    fn announced<T>(&self, look: impl FnOnce(&mut BTreeSet<i64>) -> T) -> T {
        let mut announced = self
            .announced
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        look(&mut announced.0)
    }

    /// A new session: what was announced on the old one may have been lost.
    pub(crate) fn nothing_is_announced(&self) {
        self.announced(BTreeSet::clear);
    }

    /// Whether an edit is on its way to the others.
    pub(crate) fn is_announced(&self, deed: &Deed) -> bool {
        !deed.is_taken && self.announced(|announced| announced.contains(&deed.position))
    }

    /// Hands the text of an own message, as it is now, to the stream. What
    /// becomes of it [`kith_client::ServerEvent::EditTaken`] tells.
    pub(crate) async fn announce_edit(
        &self,
        deed: &Deed,
        held: StoredMessage,
        to: Recipient,
    ) -> Result<(), WorkError> {
        let mut write = self.store.write().await?;
        let newest = write.newest_place(&deed.dialog).await?;
        write.commit().await?;
        let edit = Outgoing::Edit {
            number: deed.position,
            message: deed.message.clone(),
            to,
            body: held.message.body,
            properties: held.message.properties,
            destroy_after: held.message.destroy_after,
            is_last: newest.is_some_and(|place| place.id == deed.message),
        };
        self.announced(|announced| announced.insert(deed.position));
        // A link that is not there is an error; its return wakes whoever asked.
        self.chat.send(edit).await.map_err(|_| {
            self.announced(|announced| announced.remove(&deed.position));
            WorkError::LinkChanged
        })
    }
}
