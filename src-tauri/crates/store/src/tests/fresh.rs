//! New messages whose rows are told with the news, and need not be read.

use futures::FutureExt;
use kith_model::{Attachment, AttachmentKind, Delivery, Mentions, Message, MessageId};

use super::{BEA, Fixture, ME, at, dialog_id, id, message, own};
use crate::{Queued, StoredMessage, Write};

impl Fixture {
    /// The rows that a transaction tells.
    async fn told(&self, what: impl AsyncFnOnce(&mut Write)) -> Vec<StoredMessage> {
        let mut write = self.store.write().await.expect("the writer");
        what(&mut write).await;
        let told = write.commit_and(|_, rows| rows).await;
        told.expect("the commit")
    }
}

fn ids(told: &[StoredMessage]) -> Vec<MessageId> {
    told.iter().map(|row| row.message.id.clone()).collect()
}

/// With as much as a message over the stream can have.
fn full(n: u32) -> Message {
    let mut full = Message {
        attachments: vec![Attachment {
            name: "a.txt".into(),
            uid: Some("uid".into()),
            ..Attachment::new(AttachmentKind::File)
        }],
        edited_at: Some(at(12)),
        is_silent: true,
        is_markable: true,
        is_in_history: true,
        delivered_to: vec![BEA],
        ..message(n, 10)
    };
    full.properties.set_mentions(&Mentions {
        people: vec![ME],
        everybody: false,
    });
    full
}

#[tokio::test]
async fn the_row_that_is_told_is_the_row_that_is_kept() {
    let fixture = Fixture::new().await;
    let told = fixture
        .told(async |write| {
            write.put(&message(1, 10)).await.expect("kept");
            write.put(&full(2)).await.expect("kept");
            write.put(&own(3, 10)).await.expect("kept");
            let written = Queued {
                attachments: full(4).attachments,
                properties: full(4).properties,
                is_silent: true,
                ..Queued::text(id(4), "written")
            };
            write
                .queue_with(&dialog_id(1), &written, at(11))
                .await
                .expect("queued");
            let leaves = Queued::text(id(5), "leaves");
            let way = write.way_out(&dialog_id(1), &id(5), at(11)).await;
            write
                .queue_on(
                    &way.expect("a way"),
                    &dialog_id(1),
                    &leaves,
                    at(11),
                    Some(at(12)),
                )
                .await
                .expect("queued");
        })
        .await;
    let kept = fixture.store.messages(&ids(&told)).await.expect("a read");
    assert_eq!(told.len(), 5, "{told:?}");
    assert_eq!(told, kept);
}

#[tokio::test]
async fn what_happens_first_is_told_first() {
    let fixture = Fixture::new().await;
    let mut write = fixture.store.write().await.expect("the writer");
    write.put(&message(1, 10)).await.expect("kept");
    let is_free = || fixture.store.write().now_or_never().is_some();
    let was_free = write.commit_and(|_, _| is_free()).await;
    assert!(!was_free.expect("the commit"), "nobody else writes before");
    assert!(is_free());
}

#[tokio::test]
async fn a_message_that_met_something_is_told_without_its_row() {
    let fixture = Fixture::new().await;
    fixture
        .write(async |write| {
            let early = write.hear_marker(Delivery::Read, &id(1), BEA, at(9)).await;
            early.expect("it waits");
            let pinned = write.set_pin(&dialog_id(1), &id(2), true).await;
            assert!(pinned.expect("pinned"), "before it came");
        })
        .await;
    fixture.put(&message(3, 9)).await;
    let told = fixture
        .told(async |write| {
            write.put(&own(1, 10)).await.expect("kept");
            write.put(&message(2, 10)).await.expect("kept");
            write.put(&message(3, 10)).await.expect("known");
            let passing = Message {
                destroy_after: Some(5),
                ..message(4, 10)
            };
            write.put(&passing).await.expect("kept");
            write.put(&own(5, 10)).await.expect("kept");
            let seen = write.hear_marker(Delivery::Read, &id(5), BEA, at(11)).await;
            seen.expect("it rises");
            write.put(&message(6, 10)).await.expect("kept");
            let pinned = write.set_pin(&dialog_id(1), &id(6), true).await;
            assert!(pinned.expect("pinned"), "after it came");
            write.put(&message(8, 10)).await.expect("kept");
            let removed = write.hear_removal(&id(8), BEA).await;
            removed.expect("removed");
            write.put_as_of(at(12));
            write.put(&message(7, 10)).await.expect("an answer");
        })
        .await;
    assert_eq!(ids(&told), [], "these are read");
}
