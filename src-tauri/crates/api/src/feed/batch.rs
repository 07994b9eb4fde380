//! The changes of one frame, gathered by what they concern.

use std::collections::{BTreeMap, BTreeSet};

use kith_engine::{Change, LinkState, News};
use kith_model::{DialogId, FailureReason, MessageId, UserId};
use kith_store::StoredMessage;

use crate::refusals;
use crate::view::RefusalView;

#[derive(Debug, Default)]
pub(super) struct Batch {
    /// Some were missed.
    pub(super) is_lost: bool,
    pub(super) dialogs: BTreeSet<DialogId>,
    pub(super) messages: BTreeMap<DialogId, BTreeSet<MessageId>>,
    /// Rows of new messages among these that nothing was done to since, as far
    /// as this batch goes.
    pub(super) rows: BTreeMap<MessageId, StoredMessage>,
    pub(super) people: BTreeSet<UserId>,
    pub(super) typing: BTreeMap<DialogId, Vec<UserId>>,
    pub(super) link: Option<LinkState>,
    /// Whose coming and going is news.
    pub(super) presence: BTreeSet<UserId>,
    pub(super) refused: Vec<RefusalView>,
    /// Whether files are on their way, or have come.
    pub(super) transfers: bool,
}

impl Batch {
    pub(super) fn add(&mut self, news: News) {
        match news {
            News::Lost => self.is_lost = true,
            News::Batch { changes, rows } => {
                changes
                    .into_iter()
                    .for_each(|change| self.add_change(change));
                for row in rows.iter() {
                    self.rows.insert(row.message.id.clone(), row.clone());
                }
            }
        }
    }

    /// What a row is now is read later, if it is not told with the change, so
    /// "changed" and "gone" are one here.
    fn add_change(&mut self, change: Change) {
        match change {
            Change::Message { dialog, id } | Change::MessageRemoved { dialog, id } => {
                self.rows.remove(&id);
                self.messages.entry(dialog).or_default().insert(id);
            }
            Change::Dialog(dialog) | Change::DialogRemoved(dialog) => {
                self.dialogs.insert(dialog);
            }
            Change::Person(person) => {
                self.people.insert(person);
            }
            Change::Typing { dialog, people } => {
                self.typing.insert(dialog, people);
            }
            Change::Presence(people) => self.presence.extend(people),
            Change::Refused {
                dialog,
                message,
                kind,
                reason,
            } => self.refused.push(RefusalView {
                dialog,
                message,
                deed: kind.into(),
                is_gone: reason == FailureReason::DialogGone,
                sentence: refusals::undone(kind, reason),
            }),
            Change::Transfers => self.transfers = true,
            Change::Link(link) => self.link = Some(link),
        }
    }
}

#[cfg(test)]
mod tests {
    use kith_model::Timestamp;
    use kith_store::Store;

    use super::*;

    const DIALOG: &str = "65a000000000000000000001";
    const MESSAGE: &str = "000000000000000000000001";

    fn changed(rows: &[StoredMessage]) -> News {
        News::Batch {
            changes: vec![Change::Message {
                dialog: DIALOG.parse().unwrap(),
                id: MESSAGE.parse().unwrap(),
            }],
            rows: rows.into(),
        }
    }

    async fn row() -> StoredMessage {
        let dir = tempfile::tempdir().unwrap();
        let store = Store::open(&dir.path().join("a.db"), UserId(11))
            .await
            .unwrap();
        let message = kith_model::Message::new(
            MESSAGE.parse().unwrap(),
            DIALOG.parse().unwrap(),
            UserId(22),
            Timestamp::from_seconds(10),
        );
        let mut write = store.write().await.unwrap();
        write.put(&message).await.unwrap();
        let mut told = write.commit_and(|_, rows| rows).await.unwrap();
        store.close().await;
        told.pop().unwrap()
    }

    #[tokio::test]
    async fn a_row_that_came_with_the_news_is_read_once_it_has_changed_again() {
        let rows = [row().await];
        let mut batch = Batch::default();
        batch.add(changed(&rows));
        assert_eq!(Vec::from_iter(batch.rows.values().cloned()), rows);
        batch.add(changed(&[]));
        assert!(batch.rows.is_empty(), "it is another one now");
        assert_eq!(batch.messages.len(), 1, "and still news");
    }
}
