//! What people do to messages: edits, removals, pins, and the journal of what
//! this person did.

use kith_model::{Clock as _, Mentions, Message, Properties, SystemClock, Timestamp};

use super::{BEA, CARL, Fixture, ME, at, dialog, dialog_id, id, message, own};
use crate::{Change, Deed, DeedKind, HeardEdit, Put};

fn edit(n: u32, by: kith_model::UserId, body: &str, second: i64) -> HeardEdit {
    HeardEdit {
        message: id(n),
        by,
        body: body.into(),
        properties: Properties::new(),
        at: at(second),
        is_passing: false,
    }
}

impl Fixture {
    async fn deeds(&self) -> Vec<Deed> {
        self.store.deeds(100).await.expect("a read")
    }

    async fn body(&self, n: u32) -> Option<String> {
        let held = self.store.message(&id(n)).await.expect("a read");
        held.map(|held| held.message.body)
    }
}

#[tokio::test]
async fn an_edit_is_applied_before_and_after_its_message_but_only_the_authors() {
    let fixture = Fixture::new().await;
    fixture
        .write(async |write| {
            write.hear_edit(&edit(1, BEA, "before", 11)).await.unwrap();
            write.hear_edit(&edit(2, CARL, "forged", 11)).await.unwrap();
            write.put(&message(1, 10)).await.unwrap();
            write.put(&message(2, 10)).await.unwrap();
        })
        .await;
    assert_eq!(fixture.body(1).await.as_deref(), Some("before"));
    assert_eq!(fixture.body(2).await.as_deref(), Some("text 2"));
    let changes = fixture
        .write(async |write| {
            write.hear_edit(&edit(1, BEA, "after", 12)).await.unwrap();
            write.hear_edit(&edit(2, ME, "forged", 12)).await.unwrap();
        })
        .await;
    assert_eq!(fixture.body(1).await.as_deref(), Some("after"));
    assert_eq!(fixture.body(2).await.as_deref(), Some("text 2"));
    assert_eq!(changes.len(), 2, "one message and its dialog");
    fixture.put(&message(1, 10)).await;
    assert_eq!(
        fixture.body(1).await.as_deref(),
        Some("after"),
        "the original once more does not bring the old text back"
    );
}

#[tokio::test]
async fn a_clock_that_is_ahead_does_not_hide_later_edits() {
    let fixture = Fixture::new().await;
    let told = |body: &str, updated: i64, edited: Option<i64>| Message {
        body: body.into(),
        updated_at: Some(at(updated)),
        edited_at: edited.map(at),
        ..message(1, 10)
    };
    fixture.put(&told("first", 10, None)).await;
    // Heard live with a time of our own clock, an hour ahead.
    fixture
        .write(async |write| write.hear_edit(&edit(1, BEA, "live", 3700)).await.unwrap())
        .await;
    fixture.put(&told("first", 10, None)).await;
    assert_eq!(
        fixture.body(1).await.as_deref(),
        Some("live"),
        "a page that was under way is from before"
    );
    fixture.put(&told("later", 200, Some(200))).await;
    assert_eq!(fixture.body(1).await.as_deref(), Some("later"));
}

#[tokio::test]
async fn a_removal_is_believed_of_the_author_and_of_who_leads() {
    let fixture = Fixture::new().await;
    for n in 1..=4 {
        fixture.put(&message(n, 10)).await;
    }
    let mut led = dialog(1, kith_model::DialogKind::Group);
    led.owner = Some(BEA);
    led.admins = vec![CARL];
    fixture
        .write(async |write| {
            write.put_dialog(&led).await.unwrap();
            write.hear_removal(&id(1), BEA).await.unwrap();
            write.hear_removal(&id(2), CARL).await.unwrap();
            write.hear_removal(&id(3), ME).await.unwrap();
            write.hear_removal(&id(5), BEA).await.unwrap();
            write.hear_removal(&id(6), ME).await.unwrap();
            write.put(&message(5, 10)).await.unwrap();
            write.put(&message(6, 10)).await.unwrap();
        })
        .await;
    let mut left = Vec::new();
    for n in 1..=6 {
        if fixture.body(n).await.is_some() {
            left.push(n);
        }
    }
    assert_eq!(
        left,
        [3, 4, 6],
        "whoever does not lead removes nothing of others"
    );
    let put = fixture
        .store
        .write()
        .await
        .unwrap()
        .put(&message(1, 10))
        .await;
    assert_eq!(
        put.unwrap(),
        Put::Known,
        "what was taken away does not come back"
    );
}

#[tokio::test]
async fn an_own_edit_is_shown_at_once_survives_the_servers_word_and_can_be_undone() {
    let fixture = Fixture::new().await;
    let told = Message {
        updated_at: Some(at(10)),
        ..own(1, 10)
    };
    fixture.put(&told).await;
    let mut named = Properties::new();
    named.set_mentions(&Mentions {
        people: vec![BEA],
        everybody: false,
    });
    fixture
        .write(async |write| {
            assert!(
                write
                    .edit(&id(1), "once", &Properties::new())
                    .await
                    .unwrap()
            );
            assert!(write.edit(&id(1), "twice", &named).await.unwrap());
            assert!(!write.edit(&id(9), "nothing", &named).await.unwrap());
        })
        .await;
    let held = fixture.store.message(&id(1)).await.unwrap().unwrap();
    assert!(held.is_editing);
    assert_eq!(held.message.body, "twice");
    fixture
        .put(&Message {
            updated_at: Some(at(500)),
            ..told.clone()
        })
        .await;
    assert_eq!(fixture.body(1).await.as_deref(), Some("twice"));
    let deeds = fixture.deeds().await;
    assert_eq!(deeds.len(), 1, "only the last text is told: {deeds:?}");
    assert_eq!(
        (deeds[0].kind, deeds[0].text.as_str()),
        (DeedKind::Edit, "twice")
    );
    let changes = fixture
        .write(async |write| assert!(write.undo(&deeds[0]).await.unwrap()))
        .await;
    assert!(changes.contains(&Change::Message {
        dialog: dialog_id(1),
        id: id(1)
    }));
    let held = fixture.store.message(&id(1)).await.unwrap().unwrap();
    assert_eq!(held.message.body, "text 1", "as it was before both edits");
    assert_eq!(held.message.edited_at, None);
    assert!(!held.is_editing && held.message.properties.is_empty());
    assert!(fixture.deeds().await.is_empty());
}

/// A message as the server has it, edited in that second.
fn edited(n: u32, body: &str, second: i64) -> Message {
    Message {
        body: body.into(),
        edited_at: Some(at(second)),
        updated_at: Some(at(second)),
        ..message(n, 10)
    }
}

impl Fixture {
    async fn answer(&self, message: Message, asked_at: Timestamp) {
        self.write(async |write| {
            write
                .put_answer(&dialog_id(1), &[message], asked_at)
                .await
                .unwrap();
        })
        .await;
    }

    async fn hear_edit(&self, edit: &HeardEdit) {
        self.write(async |write| write.hear_edit(edit).await.unwrap())
            .await;
    }
}

#[tokio::test]
async fn of_two_edits_of_one_second_the_answer_asked_for_later_tells() {
    let fixture = Fixture::new().await;
    fixture.answer(edited(1, "two", 20), at(100)).await;
    fixture.answer(edited(1, "one", 20), at(99)).await;
    assert_eq!(fixture.body(1).await.as_deref(), Some("two"), "it was late");
    fixture.answer(edited(1, "three", 20), at(101)).await;
    assert_eq!(fixture.body(1).await.as_deref(), Some("three"));
    fixture.answer(edited(1, "zero", 19), at(102)).await;
    assert_eq!(
        fixture.body(1).await.as_deref(),
        Some("three"),
        "the server's own count comes first"
    );
}

#[tokio::test]
async fn an_edit_that_was_heard_is_later_than_answers_to_questions_of_before_it() {
    let fixture = Fixture::new().await;
    let now = SystemClock.now();
    let by = |millis: i64| Timestamp::from_millis(now.millis() + millis);
    fixture.answer(edited(1, "one", 20), by(-60_000)).await;
    // By the clock of whoever kept it for us, which is not ours.
    for (body, second) in [("two", 5), ("three", 9_999_999_999)] {
        fixture.hear_edit(&edit(1, BEA, body, second)).await;
        fixture.answer(edited(1, "one", 20), by(-30_000)).await;
        assert_eq!(fixture.body(1).await.as_deref(), Some(body));
    }
    fixture.answer(edited(1, "four", 21), by(60_000)).await;
    assert_eq!(fixture.body(1).await.as_deref(), Some("four"));

    fixture.hear_edit(&edit(2, BEA, "heard first", 30)).await;
    fixture
        .answer(edited(2, "asked later", 31), by(60_000))
        .await;
    assert_eq!(fixture.body(2).await.as_deref(), Some("asked later"));
}

#[tokio::test]
async fn until_the_others_know_an_own_edit_those_of_other_devices_are_older() {
    let fixture = Fixture::new().await;
    fixture.put(&own(1, 10)).await;
    let here = async |write: &mut crate::Write| {
        assert!(
            write
                .edit(&id(1), "here", &Properties::new())
                .await
                .unwrap()
        );
    };
    fixture.write(here).await;
    let deed = fixture.deeds().await.remove(0);
    fixture
        .write(async |write| write.deed_known(&deed).await.unwrap())
        .await;
    fixture.hear_edit(&edit(1, ME, "there, before", 30)).await;
    assert_eq!(fixture.body(1).await.as_deref(), Some("here"));
    fixture
        .write(async |write| write.edit_taken(deed.position).await.unwrap())
        .await;
    let deed = fixture.deeds().await.remove(0);
    assert!(deed.is_taken && deed.is_known, "it is still to be settled");
    fixture.hear_edit(&edit(1, ME, "there, after", 30)).await;
    assert_eq!(fixture.body(1).await.as_deref(), Some("there, after"));

    fixture.write(here).await;
    let deed = fixture.deeds().await.remove(0);
    assert!(!deed.is_known, "a new one");
    fixture
        .write(async |write| assert!(write.undo(&deed).await.unwrap()))
        .await;
    assert_eq!(
        fixture.body(1).await.as_deref(),
        Some("there, after"),
        "what the server has known is not undone"
    );
}

#[tokio::test]
async fn somebody_elses_message_cannot_be_edited() {
    let fixture = Fixture::new().await;
    fixture.put(&message(1, 10)).await;
    fixture
        .write(async |write| {
            assert!(
                !write
                    .edit(&id(1), "mine", &Properties::new())
                    .await
                    .unwrap()
            );
        })
        .await;
    assert_eq!(fixture.body(1).await.as_deref(), Some("text 1"));
}

#[tokio::test]
async fn a_deleted_message_is_gone_stays_gone_and_comes_back_whole_when_refused() {
    let fixture = Fixture::new().await;
    let mut full = own(1, 10);
    full.properties.set("color", "red");
    full.body = "look at https://example.org".into();
    full.updated_at = Some(at(10));
    fixture.put(&full).await;
    let before = fixture.store.message(&id(1)).await.unwrap();
    let changes = fixture
        .write(async |write| assert!(write.delete(&id(1), true).await.unwrap()))
        .await;
    assert!(changes.contains(&Change::MessageRemoved {
        dialog: dialog_id(1),
        id: id(1)
    }));
    fixture.put(&full).await;
    assert_eq!(fixture.body(1).await, None, "a page that was under way");
    let deeds = fixture.deeds().await;
    assert_eq!(deeds[0].kind, DeedKind::DeleteForAll);
    fixture
        .write(async |write| assert!(write.undo(&deeds[0]).await.unwrap()))
        .await;
    assert_eq!(fixture.store.message(&id(1)).await.unwrap(), before);
    assert_eq!(
        fixture.store.links(&dialog_id(1), 9).await.unwrap().len(),
        1,
        "its links with it"
    );
    fixture.put(&full).await;
    assert!(
        fixture.body(1).await.is_some(),
        "it is not remembered as gone"
    );
}

#[tokio::test]
async fn what_goes_away_by_itself_is_deleted_for_oneself_without_the_server() {
    let fixture = Fixture::new().await;
    fixture
        .put(&Message {
            destroy_after: Some(60),
            is_in_history: false,
            ..message(1, 10)
        })
        .await;
    fixture
        .write(async |write| assert!(write.delete(&id(1), false).await.unwrap()))
        .await;
    assert!(fixture.deeds().await.is_empty(), "no history has it");
    assert_eq!(fixture.body(1).await, None);
}

#[tokio::test]
async fn pins_follow_the_server_except_for_what_it_does_not_know() {
    let fixture = Fixture::new().await;
    for n in 1..=3 {
        fixture.put(&message(n, 10)).await;
    }
    let pinned = async |fixture: &Fixture| {
        let pinned = fixture.store.pinned(&dialog_id(1)).await.unwrap();
        pinned.into_iter().map(|m| m.message.id).collect::<Vec<_>>()
    };
    let told = |pins: &[u32]| {
        let mut told = dialog(1, kith_model::DialogKind::Group);
        told.pinned = pins.iter().map(|n| id(*n)).collect();
        told
    };
    fixture
        .write(async |write| {
            write.put_dialog(&told(&[1])).await.unwrap();
            assert!(write.pin(&id(2), true).await.unwrap());
            write.put_dialog(&told(&[1, 3])).await.unwrap();
        })
        .await;
    assert_eq!(pinned(&fixture).await, [id(2), id(3), id(1)]);
    assert!(
        fixture
            .store
            .message(&id(2))
            .await
            .unwrap()
            .unwrap()
            .is_pinned
    );
    let deeds = fixture.deeds().await;
    assert_eq!(deeds[0].kind, DeedKind::Pin);
    fixture
        .write(async |write| {
            write.pin(&id(2), false).await.unwrap();
        })
        .await;
    assert!(
        fixture.deeds().await.is_empty(),
        "both ways and never told is nothing"
    );
    assert_eq!(pinned(&fixture).await, [id(3), id(1)]);
    fixture
        .write(async |write| {
            write.pin(&id(1), false).await.unwrap();
        })
        .await;
    let deeds = fixture.deeds().await;
    fixture
        .write(async |write| assert!(write.undo(&deeds[0]).await.unwrap()))
        .await;
    assert_eq!(
        pinned(&fixture).await.len(),
        2,
        "refused, so it is pinned again"
    );
    let mut beyond = told(&[1, 3]);
    beyond.pinned.push(id(77));
    fixture
        .write(async |write| write.put_dialog(&beyond).await.unwrap())
        .await;
    assert_eq!(
        fixture.store.missing_pins().await.unwrap(),
        [(dialog_id(1), id(77))],
        "its text is to be fetched"
    );
}

#[tokio::test]
async fn a_cleared_dialog_keeps_what_has_not_gone_out() {
    let fixture = Fixture::new().await;
    fixture.put(&message(1, 10)).await;
    fixture
        .write(async |write| {
            write
                .queue(&dialog_id(1), &id(2), "waits", at(11))
                .await
                .unwrap();
            write.clear(&dialog_id(1)).await.unwrap();
            write.put(&message(1, 10)).await.unwrap();
        })
        .await;
    assert_eq!(fixture.shown().await, ["11 11 Queued waits"]);
    fixture
        .write(async |write| write.forget_dialog(&dialog_id(1)).await.unwrap())
        .await;
    assert!(fixture.store.dialog(&dialog_id(1)).await.unwrap().is_none());
}

#[tokio::test]
async fn what_has_waited_too_long_is_let_go() {
    let fixture = Fixture::new().await;
    fixture
        .write(async |write| {
            write.hear_edit(&edit(1, BEA, "edited", 11)).await.unwrap();
            write.take_away(&id(2)).await.unwrap();
            let later = Timestamp::from_millis(write.now().millis() + 1);
            write.forget_what_waited(later).await.unwrap();
            write.put(&message(1, 10)).await.unwrap();
            write.put(&message(2, 10)).await.unwrap();
        })
        .await;
    assert_eq!(fixture.body(1).await.as_deref(), Some("text 1"));
    assert!(fixture.body(2).await.is_some());
}
