//! The lines of the list: what this person sets for them, drafts, mentions.

use kith_model::{DialogKind, Mentions, Message, Timestamp};

use super::{BEA, CARL, Fixture, ME, at, dialog, dialog_id, id, message, own};
use crate::{DialogEntry, Draft};

impl Fixture {
    async fn line(&self, n: u32) -> DialogEntry {
        let entry = self.store.dialog(&dialog_id(n)).await.unwrap();
        entry.unwrap()
    }
}

#[tokio::test]
async fn what_is_set_for_a_line_is_kept_and_taken_back() {
    let fixture = Fixture::new().await;
    let until = Timestamp::from_millis(i64::MAX);
    let d = dialog_id(1);
    fixture
        .write(async |write| {
            write.mute(&d, Some(until)).await.unwrap();
            write.archive(&d, true).await.unwrap();
            write.pin_to_top(&d, true).await.unwrap();
            write.mark_unread(&d, true).await.unwrap();
            assert!(
                write.mute(&dialog_id(9), None).await.is_err(),
                "no such dialog"
            );
        })
        .await;
    let line = fixture.line(1).await;
    assert_eq!(line.muted_until, Some(until));
    assert!(line.is_archived && line.is_pinned && line.is_marked_unread);
    fixture
        .write(async |write| {
            write.mute(&d, None).await.unwrap();
            write.archive(&d, false).await.unwrap();
            write.pin_to_top(&d, false).await.unwrap();
            write.mark_unread(&d, false).await.unwrap();
        })
        .await;
    let line = fixture.line(1).await;
    assert_eq!(line.muted_until, None);
    assert!(!line.is_archived && !line.is_pinned && !line.is_marked_unread);
}

#[tokio::test]
async fn pinned_lines_stand_first() {
    let fixture = Fixture::new().await;
    fixture
        .write(async |write| {
            for n in 2..=3 {
                write
                    .put_dialog(&dialog(n, DialogKind::Group))
                    .await
                    .unwrap();
            }
            write.put(&message(1, 1000)).await.unwrap();
            write.pin_to_top(&dialog_id(3), true).await.unwrap();
        })
        .await;
    let all = fixture.store.dialogs().await.unwrap();
    let ids: Vec<_> = all.into_iter().map(|entry| entry.dialog.id).collect();
    assert_eq!(ids, [3, 1, 2].map(dialog_id));
}

#[tokio::test]
async fn within_a_second_the_line_of_what_came_later_is_higher() {
    let fixture = Fixture::new().await;
    let order = async || {
        let all = fixture.store.dialogs().await.unwrap();
        let shown: Vec<_> = all.into_iter().map(|entry| entry.dialog.id).collect();
        assert_eq!(fixture.store.list_order().await.unwrap(), shown);
        shown
    };
    fixture
        .write(async |write| {
            let other = dialog(2, DialogKind::Group);
            write.put_dialog(&other).await.unwrap();
            write.put(&message(7, 1000)).await.unwrap();
        })
        .await;
    assert_eq!(order().await, [1, 2].map(dialog_id));
    // The one with the small id is not the last of its own dialog either.
    for (n, dialog, top) in [(9, 2, [2, 1]), (5, 1, [2, 1]), (12, 1, [1, 2])] {
        let news = Message {
            dialog_id: dialog_id(dialog),
            ..message(n, 1000)
        };
        fixture.put(&news).await;
        assert_eq!(order().await, top.map(dialog_id), "after {n}");
    }
}

#[tokio::test]
async fn news_bring_a_line_back_from_the_archive_unless_it_is_muted() {
    let check = async |news: &Message, is_muted: bool, expected: bool, why: &str| {
        let fixture = Fixture::new().await;
        let far = Timestamp::from_millis(i64::MAX);
        fixture
            .write(async |write| {
                write.archive(&dialog_id(1), true).await.unwrap();
                if is_muted {
                    write.mute(&dialog_id(1), Some(far)).await.unwrap();
                }
            })
            .await;
        fixture.put(news).await;
        assert_eq!(fixture.line(1).await.is_archived, expected, "{why}");
    };
    let later = 100_000_000_000;
    check(&message(1, later), false, false, "something new").await;
    check(&message(1, later), true, true, "muted").await;
    check(&own(1, later), false, true, "one's own").await;
    check(&message(1, 10), false, true, "an old page").await;
}

#[tokio::test]
async fn mentions_are_counted_above_the_pointer() {
    let fixture = Fixture::new().await;
    let naming = |n: u32, mentions: Mentions| {
        let mut message = message(n, i64::from(n));
        message.properties.set_mentions(&mentions);
        message
    };
    let of = |people: &[kith_model::UserId], everybody| Mentions {
        people: people.to_vec(),
        everybody,
    };
    fixture
        .write(async |write| {
            write.put(&naming(1, of(&[ME], false))).await.unwrap();
            write.put(&naming(2, of(&[], true))).await.unwrap();
            write.put(&naming(3, of(&[CARL], false))).await.unwrap();
            write.put(&naming(4, of(&[ME, CARL], false))).await.unwrap();
            let mut mine = naming(5, of(&[ME], true));
            mine.sender = ME;
            write.put(&mine).await.unwrap();
            write
                .advance_pointer(&dialog_id(1), &message(1, 1).place())
                .await
                .unwrap();
        })
        .await;
    assert_eq!(fixture.line(1).await.mentions, 2);
    let held = fixture.store.message(&id(4)).await.unwrap().unwrap();
    assert!(held.mentions_me);
    let mut edited = naming(4, of(&[BEA], false));
    edited.edited_at = Some(at(50));
    fixture.put(&edited).await;
    assert_eq!(fixture.line(1).await.mentions, 1, "the name was edited out");
}

#[tokio::test]
async fn a_draft_keeps_what_it_answers_and_how_it_will_be_sent() {
    let fixture = Fixture::new().await;
    let draft = Draft {
        text: String::new(),
        reply_to: Some(id(1)),
        editing: None,
        destroy_after: Some(60),
        is_silent: true,
    };
    let d = dialog_id(1);
    fixture
        .write(async |write| write.save_draft_state(&d, &draft).await.unwrap())
        .await;
    assert_eq!(
        fixture.store.draft_state(&d).await.unwrap(),
        Some(draft.clone())
    );
    let line = fixture.line(1).await;
    assert_eq!(
        (line.draft, line.draft_at),
        (None, None),
        "nothing was typed"
    );
    fixture
        .write(async |write| {
            write.put(&message(1, 10)).await.unwrap();
            write.take_away(&id(1)).await.unwrap();
        })
        .await;
    let left = fixture.store.draft_state(&d).await.unwrap().unwrap();
    assert_eq!(left.reply_to, None, "there is nothing to answer any more");
    fixture
        .write(async |write| write.save_draft_state(&d, &Draft::default()).await.unwrap())
        .await;
    assert_eq!(fixture.store.draft_state(&d).await.unwrap(), None);
}

#[tokio::test]
async fn given_up_drafts_can_be_brought_back() {
    let fixture = Fixture::new().await;
    let d = dialog_id(1);
    let save = async |text: &str| {
        let draft = Draft {
            text: text.into(),
            ..Draft::default()
        };
        fixture
            .write(async |write| write.save_draft_state(&d, &draft).await.unwrap())
            .await;
    };
    for text in ["Hel", "Hello", "Hello B", "Hello", ""] {
        save(text).await;
    }
    let history = async || fixture.store.draft_history(&d).await.unwrap();
    assert_eq!(
        history().await,
        ["Hello"],
        "cleared, and what was typed on the way is not kept"
    );
    save("sent").await;
    fixture
        .write(async |write| {
            write.queue(&d, &id(1), "sent", at(1)).await.unwrap();
        })
        .await;
    assert_eq!(history().await, ["Hello"], "what was sent is not given up");
    for n in 0..12 {
        save(&format!("number {n}")).await;
        save("").await;
    }
    let all = history().await;
    assert_eq!(all.len(), 10, "a short history");
    assert_eq!(
        (all[0].as_str(), all[9].as_str()),
        ("number 11", "number 2")
    );
    let editing = Draft {
        text: "the text of a message".into(),
        editing: Some(id(1)),
        ..Draft::default()
    };
    fixture
        .write(async |write| write.save_draft_state(&d, &editing).await.unwrap())
        .await;
    save("").await;
    assert_eq!(
        history().await[0],
        "number 11",
        "a copy of a message is not kept"
    );
}

#[tokio::test]
async fn what_an_edit_puts_aside_can_be_brought_back() {
    let fixture = Fixture::new().await;
    let d = dialog_id(1);
    fixture.put(&message(1, 1)).await;
    let save = async |text: &str, editing: Option<u32>| {
        let draft = Draft {
            text: text.into(),
            editing: editing.map(id),
            ..Draft::default()
        };
        fixture
            .write(async |write| write.save_draft_state(&d, &draft).await.unwrap())
            .await;
    };
    let history = async || fixture.store.draft_history(&d).await.unwrap();
    save("half a thought", None).await;
    save("half a thoughtful message", Some(1)).await;
    assert_eq!(
        history().await,
        ["half a thought"],
        "however soon, and whatever the message begins with"
    );
    save("half a thoughtful change", Some(1)).await;
    assert_eq!(history().await, ["half a thought"]);
    save("half a thought", None).await;
    assert_eq!(
        history().await,
        [""; 0],
        "it is being written again, not given up"
    );
}

#[tokio::test]
async fn links_are_listed_newest_first_and_follow_edits() {
    let fixture = Fixture::new().await;
    let with = |n: u32, body: &str| Message {
        body: body.into(),
        ..message(n, i64::from(n))
    };
    fixture
        .put(&with(1, "https://one.test and https://two.test"))
        .await;
    fixture.put(&with(2, "http://three.test!")).await;
    fixture.put(&with(3, "nothing")).await;
    let urls = async || {
        let links = fixture.store.links(&dialog_id(1), 9).await.unwrap();
        links.into_iter().map(|link| link.url).collect::<Vec<_>>()
    };
    assert_eq!(
        urls().await,
        ["http://three.test", "https://two.test", "https://one.test"]
    );
    let mut edited = with(2, "gone, see https://four.test");
    edited.edited_at = Some(at(50));
    fixture.put(&edited).await;
    fixture
        .write(async |write| {
            write.take_away(&id(1)).await.unwrap();
        })
        .await;
    assert_eq!(urls().await, ["https://four.test"]);
}

#[tokio::test]
async fn members_are_found_by_name() {
    let fixture = Fixture::new().await;
    for (who, name) in [(BEA, "Bea Berg"), (CARL, "Carl Xavier")] {
        let person = kith_model::Person {
            full_name: name.into(),
            email: Some(format!("{who}@example.org")),
            tags: vec!["team".into()],
            ..kith_model::Person::new(who)
        };
        fixture
            .write(async |write| write.put_person(&person).await.unwrap())
            .await;
        assert_eq!(fixture.store.person(who).await.unwrap(), Some(person));
    }
    let found = async |text: &str, skip: u32| {
        let people = fixture
            .store
            .members(&dialog_id(1), text, skip, 2)
            .await
            .unwrap();
        people.into_iter().map(|p| p.id).collect::<Vec<_>>()
    };
    assert_eq!(found("", 0).await, [BEA, CARL], "named ones first");
    assert_eq!(found("", 2).await, [ME]);
    assert_eq!(found("xav", 0).await, [CARL]);
}
