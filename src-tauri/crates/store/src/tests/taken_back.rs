//! What is taken back to be written on, and that nothing is left of what goes
//! away by itself in what was once given up.

use kith_model::{Attachment, AttachmentKind, Properties, Reply};

use super::*;
use crate::{Draft, Queued};

/// A silent answer to message 1 that goes away by itself.
fn answer(n: u32) -> Queued {
    let mut properties = Properties::new();
    properties.set_reply(&Reply {
        message: id(1),
        sender: Some(BEA),
        text: "text 1".into(),
    });
    Queued {
        destroy_after: Some(30),
        is_silent: true,
        properties,
        ..Queued::text(id(n), "under the oak")
    }
}

impl Fixture {
    async fn drafts(&self, draft: &Draft) {
        self.write(async |write| {
            write
                .save_draft_state(&dialog_id(1), draft)
                .await
                .expect("kept");
        })
        .await;
    }

    async fn types(&self, text: &str) {
        let text = text.to_owned();
        self.drafts(&Draft {
            text,
            ..Draft::default()
        })
        .await;
    }

    async fn queues(&self, queued: &Queued) {
        self.write(async |write| {
            let is_new = write.queue_with(&dialog_id(1), queued, at(50)).await;
            assert!(is_new.expect("queued"));
        })
        .await;
    }

    async fn takes_back(&self, n: u32) {
        self.write(async |write| {
            let text = write.take_back(&id(n), true).await.expect("taken back");
            assert_eq!(text.as_deref(), Some("under the oak"));
        })
        .await;
    }

    async fn draft(&self) -> Draft {
        let draft = self.store.draft_state(&dialog_id(1)).await;
        draft.expect("a read").unwrap_or_default()
    }

    async fn given_up(&self) -> Vec<String> {
        let given_up = self.store.draft_history(&dialog_id(1)).await;
        given_up.expect("a read")
    }
}

#[tokio::test]
async fn a_message_is_the_draft_again_with_all_that_belongs_to_it() {
    let fixture = Fixture::new().await;
    fixture.put(&message(1, 1)).await;
    fixture.queues(&answer(2)).await;
    fixture.types("or not").await;
    fixture.takes_back(2).await;
    let whole = Draft {
        text: "under the oak\nor not".into(),
        reply_to: Some(id(1)),
        editing: None,
        destroy_after: Some(30),
        is_silent: true,
    };
    assert_eq!(fixture.draft().await, whole);
    assert_eq!(fixture.given_up().await, [""; 0]);
}

#[tokio::test]
async fn a_message_that_comes_back_during_an_edit_waits_unless_it_may_leave_no_trace() {
    let fixture = Fixture::new().await;
    fixture.put(&own(1, 1)).await;
    let edit = Draft {
        text: "text one".into(),
        editing: Some(id(1)),
        ..Draft::default()
    };
    fixture.queues(&answer(2)).await;
    let plain = Queued {
        destroy_after: None,
        ..answer(3)
    };
    fixture.queues(&plain).await;
    fixture.drafts(&edit).await;
    fixture.takes_back(2).await;
    assert_eq!(fixture.given_up().await, [""; 0]);
    fixture.takes_back(3).await;
    assert_eq!(fixture.given_up().await, ["under the oak"]);
    assert_eq!(fixture.draft().await, edit);
}

#[tokio::test]
async fn what_was_given_up_and_goes_away_by_itself_then_cannot_be_brought_back() {
    let fixture = Fixture::new().await;
    fixture.put(&message(1, 1)).await;
    for is_saved in [true, false] {
        fixture.types("under the oak").await;
        fixture.types("").await;
        assert_eq!(fixture.given_up().await, ["under the oak"]);
        if is_saved {
            let timed = Draft {
                text: "under the oak".into(),
                destroy_after: Some(30),
                ..Draft::default()
            };
            fixture.drafts(&timed).await;
            assert_eq!(fixture.given_up().await, [""; 0], "it is written again");
        }
        fixture.queues(&answer(2 + u32::from(is_saved))).await;
        assert_eq!(fixture.given_up().await, [""; 0]);
    }
}

#[tokio::test]
async fn the_words_of_a_message_that_is_gone_are_no_draft() {
    let fixture = Fixture::new().await;
    fixture.put(&own(1, 1)).await;
    fixture
        .write(async |write| assert!(write.take_away(&id(1)).await.expect("gone")))
        .await;
    let edit = Draft {
        text: "text one".into(),
        editing: Some(id(1)),
        ..Draft::default()
    };
    fixture.drafts(&edit).await;
    assert_eq!(fixture.draft().await, Draft::default());
}

#[tokio::test]
async fn it_is_known_which_files_go_away_with_their_message() {
    let fixture = Fixture::new().await;
    let with = |n: u32, uid: &str, destroy_after: Option<u32>| Message {
        attachments: vec![Attachment {
            uid: Some(uid.into()),
            ..Attachment::new(AttachmentKind::Photo)
        }],
        destroy_after,
        ..message(n, 10)
    };
    fixture.put(&with(1, "stays", None)).await;
    fixture.put(&with(2, "goes", Some(5))).await;
    for (uid, is_passing) in [("stays", false), ("goes", true), ("unknown", false)] {
        let asked = fixture.store.is_passing_file(uid).await.expect("a read");
        assert_eq!(asked, is_passing, "{uid}");
    }
}
