//! What a message carries, read in few statements however much there is.

use std::sync::atomic::Ordering;

use kith_model::{Attachment, AttachmentKind, Forward, Message, Reply, Timestamp};

use super::{BEA, CARL, Fixture, at, dialog_id, id, message};
use crate::Holes;

#[tokio::test]
async fn everything_that_a_message_carries_comes_out_as_it_went_in() {
    let fixture = Fixture::new().await;
    let mut full = message(1, 10);
    full.properties.set("color", "red");
    full.properties.set_reply(&Reply {
        message: id(7),
        sender: Some(CARL),
        text: "what was said".into(),
    });
    full.properties.set_forward(&Forward {
        sender: Some(BEA),
        name: "Bea".into(),
        sent_at: Some(at(5)),
    });
    full.attachments = vec![Attachment {
        uid: Some("ABC".into()),
        width: Some(640),
        ..Attachment::new(AttachmentKind::Photo)
    }];
    full.reactions = Some(vec![kith_model::ReactionCount {
        emoji: "👍".into(),
        count: 2,
        is_own: true,
    }]);
    full.stored_at = Some(Timestamp::from_millis(12_345));
    full.updated_at = Some(Timestamp::from_millis(23_456));
    full.edited_at = Some(Timestamp::from_millis(20_000));
    full.is_silent = true;
    full.views = Some(7);
    fixture.put(&full).await;
    let held = fixture.store.message(&id(1)).await.unwrap().unwrap();
    assert_eq!(held.message, full);
    let again = fixture.put(&full).await;
    assert_eq!(again, [], "the same again is no news");
}

#[tokio::test]
async fn what_one_half_does_not_tell_stays_as_the_other_told_it() {
    let fixture = Fixture::new().await;
    let mut live = message(1, 10);
    live.properties.set("color", "red");
    fixture.put(&live).await;
    let mut rest = live.clone();
    rest.stored_at = Some(at(11));
    rest.updated_at = Some(at(11));
    rest.reactions = Some(Vec::new());
    fixture.put(&rest).await;
    fixture.put(&live).await;
    let held = fixture.store.message(&id(1)).await.unwrap().unwrap();
    assert_eq!(held.message.stored_at, Some(at(11)));
    assert_eq!(held.message.properties.get("color"), Some("red"));
}

#[tokio::test]
async fn a_page_and_a_list_cost_two_statements_whatever_hangs_on_them() {
    let fixture = Fixture::new().await;
    fixture
        .write(async |write| {
            for n in 1..=60 {
                let full = Message {
                    body: format!("https://example.org/{n}"),
                    ..message(n, 10)
                };
                write.put(&full).await.unwrap();
                write.react(&id(n), "👍", true).await.unwrap();
                write.pin(&id(n), true).await.unwrap();
            }
        })
        .await;
    let database = &fixture.store.database;
    let count = |expected: usize, what: &str| {
        let counted = database.statements.swap(0, Ordering::Relaxed);
        assert_eq!(counted, expected, "{what}");
    };
    database.statements.store(0, Ordering::Relaxed);
    let page = fixture
        .store
        .page_before(&dialog_id(1), None, 50, Holes::Cross)
        .await
        .unwrap();
    assert_eq!(page.messages.len(), 50);
    assert!(page.messages.iter().all(|m| m.is_pinned));
    count(2, "a page: its rows and the coverage");
    fixture.store.dialogs().await.unwrap();
    count(2, "the list: lines with people and pins, last messages");
    fixture.store.pinned(&dialog_id(1)).await.unwrap();
    count(1, "the pinned messages");
}
