//! Messages and markers as they come in: for the first time, again, out of
//! order.

use kith_model::{Delivery, DialogKind, UserId};

use super::{BEA, CARL, Fixture, ME, at, dialog, dialog_id, id, message, own};
use crate::{Addressee, Change, Put};

#[tokio::test]
async fn a_message_that_comes_twice_is_there_once() {
    let fixture = Fixture::new().await;
    let changes = fixture.put(&message(1, 10)).await;
    assert_eq!(
        changes,
        [
            Change::Dialog(dialog_id(1)),
            Change::Message {
                dialog: dialog_id(1),
                id: id(1)
            }
        ]
    );
    let changes = fixture.put(&message(1, 10)).await;
    assert_eq!(changes, [], "nothing is new the second time");
    assert_eq!(fixture.shown().await, ["10 22 Sent text 1"]);
}

#[tokio::test]
async fn the_place_does_not_depend_on_the_order_of_arrival() {
    let one = Fixture::new().await;
    let other = Fixture::new().await;
    for n in [1, 2, 3, 4] {
        one.put(&message(n, 10 + i64::from(n / 2))).await;
    }
    for n in [3, 1, 4, 2] {
        other.put(&message(n, 10 + i64::from(n / 2))).await;
    }
    assert_eq!(one.shown().await, other.shown().await);
}

#[tokio::test]
async fn an_edit_is_not_undone_by_the_original_coming_late() {
    let fixture = Fixture::new().await;
    let original = message(1, 10);
    let mut edited = original.clone();
    edited.body = "corrected".into();
    edited.edited_at = Some(at(20));
    fixture.put(&edited).await;
    fixture.put(&original).await;
    assert_eq!(fixture.shown().await, ["10 22 Sent corrected"]);
}

#[tokio::test]
async fn a_foreign_message_cannot_take_the_id_of_another() {
    let fixture = Fixture::new().await;
    fixture.put(&own(1, 10)).await;
    let mut forged = message(1, 99);
    forged.body = "not what was written".into();
    let mut write = fixture.store.write().await.expect("the writer");
    assert_eq!(write.put(&forged).await.expect("a put"), Put::Foreign);
    write.commit().await.expect("the commit");
    assert_eq!(fixture.shown().await, ["10 11 Sent text 1"]);
}

#[tokio::test]
async fn a_marker_that_comes_before_its_message_waits_for_it() {
    let fixture = Fixture::new().await;
    fixture
        .write(async |write| {
            write
                .hear_marker(Delivery::Read, &id(1), BEA, at(9))
                .await
                .expect("it waits");
            write
                .hear_marker(Delivery::Delivered, &id(1), BEA, at(10))
                .await
                .expect("it waits");
        })
        .await;
    fixture.put(&own(1, 10)).await;
    assert_eq!(
        fixture.shown().await,
        ["10 11 Read text 1"],
        "the higher of the two counts"
    );
    assert_eq!(
        fixture.store.receipts(&id(1)).await.expect("a read"),
        [(BEA, Delivery::Read)]
    );
}

#[tokio::test]
async fn ticks_only_rise() {
    let fixture = Fixture::new().await;
    fixture.put(&own(1, 10)).await;
    let hear = async |state: Delivery, by: UserId| {
        fixture
            .write(async |write| {
                write
                    .hear_marker(state, &id(1), by, at(20))
                    .await
                    .expect("heard")
            })
            .await;
        fixture.shown().await.remove(0)
    };
    assert_eq!(
        hear(Delivery::Delivered, BEA).await,
        "10 11 Delivered text 1"
    );
    assert_eq!(hear(Delivery::Read, CARL).await, "10 11 Read text 1");
    assert_eq!(
        hear(Delivery::Delivered, CARL).await,
        "10 11 Read text 1",
        "late news take nothing back"
    );
    fixture.put(&own(1, 10)).await;
    assert_eq!(
        fixture.shown().await,
        ["10 11 Read text 1"],
        "nor does the message itself"
    );
}

#[tokio::test]
async fn a_marker_says_nothing_of_the_own_ones_above_its_message() {
    let fixture = Fixture::new().await;
    for n in 1..=3 {
        fixture.put(&own(n, 10)).await;
    }
    fixture.put(&message(4, 9)).await;
    let changes = fixture
        .write(async |write| {
            write
                .hear_marker(Delivery::Read, &id(2), BEA, at(20))
                .await
                .expect("heard");
        })
        .await;
    assert_eq!(
        fixture.shown().await,
        [
            "9 22 Sent text 4",
            "10 11 Sent text 1",
            "10 11 Read text 2",
            "10 11 Sent text 3"
        ]
    );
    assert_eq!(changes.len(), 2, "a message and its dialog: {changes:?}");
    let above = fixture.store.unread_by_others_above(&id(2), 10).await;
    assert_eq!(
        above.expect("a read"),
        [id(1)],
        "not what others wrote, nor what stands below"
    );
    let unfinished = fixture.store.unfinished(10).await.expect("a read");
    assert_eq!(
        unfinished,
        [(dialog_id(1), id(3)), (dialog_id(1), id(1))],
        "those of others are nobody's to finish"
    );
}

#[tokio::test]
async fn only_members_are_believed_about_an_own_message() {
    let fixture = Fixture::new().await;
    fixture.put(&own(1, 10)).await;
    fixture.put(&message(2, 11)).await;
    fixture
        .write(async |write| {
            write
                .hear_marker(Delivery::Read, &id(1), UserId(99), at(20))
                .await
                .expect("heard");
            write
                .hear_marker(Delivery::Read, &id(2), CARL, at(20))
                .await
                .expect("heard");
        })
        .await;
    assert_eq!(
        fixture.shown().await,
        ["10 11 Sent text 1", "11 22 Sent text 2"]
    );
}

#[tokio::test]
async fn history_tells_who_has_read_an_own_message() {
    let fixture = Fixture::new().await;
    let mut told = own(1, 10);
    told.delivered_to = vec![ME, BEA, CARL];
    told.read_by = vec![ME, CARL];
    fixture.put(&told).await;
    assert_eq!(fixture.shown().await, ["10 11 Read text 1"]);
    assert_eq!(
        fixture.store.receipts(&id(1)).await.expect("a read"),
        [(CARL, Delivery::Read), (BEA, Delivery::Delivered)]
    );
    let mut alone = own(2, 11);
    alone.delivered_to = vec![ME];
    alone.read_by = vec![ME];
    fixture.put(&alone).await;
    assert_eq!(
        fixture.shown().await[1],
        "11 11 Sent text 2",
        "the sender is always in both lists"
    );
}

#[tokio::test]
async fn a_message_of_an_unknown_dialog_is_kept_and_shown_once_the_dialog_is_known() {
    let fixture = Fixture::new().await;
    let mut early = message(1, 10);
    early.dialog_id = dialog_id(2);
    fixture.put(&early).await;
    assert_eq!(
        fixture.store.dialogs().await.expect("a read").len(),
        1,
        "its name is not known yet"
    );
    assert_eq!(
        fixture.store.unknown_dialogs().await.expect("a read"),
        [dialog_id(2)]
    );
    fixture
        .write(async |write| {
            write
                .put_dialog(&dialog(2, DialogKind::Private))
                .await
                .expect("kept")
        })
        .await;
    let entry = fixture
        .store
        .dialog(&dialog_id(2))
        .await
        .expect("a read")
        .expect("listed");
    assert_eq!(
        entry.last.map(|last| last.message.body).as_deref(),
        Some("text 1")
    );
}

#[tokio::test]
async fn a_dialog_that_is_not_listed_any_more_keeps_its_messages() {
    let fixture = Fixture::new().await;
    fixture.put(&message(1, 10)).await;
    let changes = fixture
        .write(async |write| write.list_only(&[], &[]).await.expect("listed"))
        .await;
    assert_eq!(changes, [], "what came after the question is not judged");
    let changes = fixture
        .write(async |write| write.list_only(&[dialog_id(1)], &[]).await.expect("listed"))
        .await;
    assert_eq!(changes, [Change::DialogRemoved(dialog_id(1))]);
    assert!(fixture.store.dialogs().await.expect("a read").is_empty());
    assert!(
        fixture
            .store
            .message(&id(1))
            .await
            .expect("a read")
            .is_some()
    );
    fixture
        .write(async |write| {
            write
                .put_dialog(&dialog(1, DialogKind::Group))
                .await
                .expect("kept")
        })
        .await;
    assert_eq!(
        fixture.store.dialogs().await.expect("a read").len(),
        1,
        "it can come back"
    );
}

#[tokio::test]
async fn the_list_has_what_was_written_last_on_top() {
    let fixture = Fixture::new().await;
    fixture
        .write(async |write| {
            write
                .put_dialog(&dialog(2, DialogKind::Group))
                .await
                .expect("kept");
            let mut elsewhere = message(2, 500);
            elsewhere.dialog_id = dialog_id(2);
            write.put(&elsewhere).await.expect("kept");
            write.put(&message(1, 400)).await.expect("kept");
        })
        .await;
    let order = async || {
        let dialogs = fixture.store.dialogs().await.expect("a read");
        dialogs
            .into_iter()
            .map(|entry| entry.dialog.name)
            .collect::<Vec<_>>()
    };
    assert_eq!(order().await, ["Dialog 2", "Dialog 1"]);
    fixture.put(&message(3, 600)).await;
    assert_eq!(order().await, ["Dialog 1", "Dialog 2"]);
}

#[tokio::test]
async fn the_same_dialog_again_is_no_change() {
    let fixture = Fixture::new().await;
    let changes = fixture
        .write(async |write| {
            write
                .put_dialog(&dialog(1, DialogKind::Group))
                .await
                .expect("kept")
        })
        .await;
    assert_eq!(changes, []);
    let mut renamed = dialog(1, DialogKind::Group);
    renamed.occupants.pop();
    let changes = fixture
        .write(async |write| write.put_dialog(&renamed).await.expect("kept"))
        .await;
    assert_eq!(
        changes[0],
        Change::Dialog(dialog_id(1)),
        "and a quiet line tells of it"
    );
    let entry = fixture
        .store
        .dialog(&dialog_id(1))
        .await
        .expect("a read")
        .expect("listed");
    assert_eq!(entry.dialog, renamed, "what went in comes out");
}

#[tokio::test]
async fn a_dialog_is_addressed_by_its_kind_and_its_other_person() {
    let fixture = Fixture::new().await;
    let mut private = dialog(2, DialogKind::Private);
    private.occupants = vec![ME, CARL];
    fixture
        .write(async |write| write.put_dialog(&private).await.expect("kept"))
        .await;
    let check = async |n: u32, expected: Addressee| {
        let found = fixture
            .store
            .addressee(&dialog_id(n))
            .await
            .expect("a read");
        assert_eq!(found, expected, "dialog {n}");
    };
    check(1, Addressee::Room).await;
    check(2, Addressee::Person(CARL)).await;
    check(3, Addressee::Gone).await;
    let mut early = message(9, 10);
    early.dialog_id = dialog_id(3);
    fixture.put(&early).await;
    check(3, Addressee::Unknown).await;
    fixture
        .write(async |write| write.unlist(&dialog_id(3)).await.expect("unlisted"))
        .await;
    check(3, Addressee::Gone).await;
    let found = fixture
        .store
        .private_dialog_with(CARL)
        .await
        .expect("a read");
    assert_eq!(found, Some(dialog_id(2)));
    let everybody = fixture.store.everybody(10).await.expect("a read");
    assert_eq!(everybody.len(), 3, "each once: {everybody:?}");
    assert_eq!(
        fixture
            .store
            .unknown_people(10)
            .await
            .expect("a read")
            .len(),
        3
    );
}
