//! Quiet lines: made once, in their place, and never in anybody's way.

use kith_model::{Dialog, DialogKind, UserId};

use super::{BEA, CARL, Fixture, ME, at, dialog, dialog_id, id, message, own};
use crate::{Holes, NoticeKind};

impl Fixture {
    /// The dialog's lines: texts, and what quiet lines tell.
    async fn lines(&self) -> Vec<String> {
        let page = self
            .store
            .page_before(&dialog_id(1), None, 100, Holes::Cross)
            .await
            .unwrap();
        let line = |m: &crate::StoredMessage| match &m.notice {
            None => m.message.body.clone(),
            Some(n) => {
                let people: Vec<_> = n.people.iter().map(ToString::to_string).collect();
                format!(
                    "{:?} by {:?} {}{}",
                    n.kind,
                    n.by.map(|b| b.0),
                    people.join(","),
                    n.text
                )
            }
        };
        page.messages.iter().map(line).collect()
    }

    async fn put_dialog(&self, dialog: &Dialog, by: Option<UserId>) {
        self.write(async |write| write.put_dialog_by(dialog, by).await.unwrap())
            .await;
    }
}

#[tokio::test]
async fn a_change_makes_one_line_whoever_brings_it() {
    let fixture = Fixture::new().await;
    fixture.put(&message(1, 10)).await;
    let mut changed = dialog(1, DialogKind::Group);
    changed.occupants = vec![ME, BEA];
    changed.name = "Ship".into();
    fixture.put_dialog(&changed, Some(BEA)).await;
    fixture.put_dialog(&changed, None).await;
    fixture.put_dialog(&changed, Some(ME)).await;
    fixture.put(&message(2, 10)).await;
    fixture.put(&message(3, 11)).await;
    assert_eq!(
        fixture.lines().await,
        [
            "text 1",
            "text 2",
            "Removed by Some(22) 33",
            "Renamed by Some(22) Ship",
            "text 3"
        ]
    );
}

#[tokio::test]
async fn who_is_not_in_the_dialog_did_not_change_it() {
    let fixture = Fixture::new().await;
    let mut changed = dialog(1, DialogKind::Group);
    changed.name = "Ship".into();
    fixture.put_dialog(&changed, Some(UserId(99))).await;
    assert_eq!(fixture.lines().await, ["Renamed by None Ship"]);
}

#[tokio::test]
async fn a_dialog_that_somebody_just_made_begins_with_a_line() {
    let fixture = Fixture::new().await;
    let mut made = dialog(2, DialogKind::Group);
    made.owner = Some(BEA);
    fixture.put_dialog(&made, Some(BEA)).await;
    let entry = fixture.store.dialog(&dialog_id(2)).await.unwrap().unwrap();
    let last = entry.last.unwrap();
    assert_eq!(last.notice.unwrap().kind, NoticeKind::Created);
    assert_eq!(last.message.sent_at, at(100), "when it was made");
    fixture
        .put_dialog(&dialog(3, DialogKind::Group), None)
        .await;
    let entry = fixture.store.dialog(&dialog_id(3)).await.unwrap().unwrap();
    assert!(
        entry.last.is_none(),
        "one of many that a first catch-up brings"
    );
    let mut private = dialog(4, DialogKind::Private);
    private.occupants = vec![ME, CARL];
    fixture.put_dialog(&private, Some(ME)).await;
    let entry = fixture.store.dialog(&dialog_id(4)).await.unwrap().unwrap();
    assert!(entry.last.is_none(), "nobody made it but both");
}

#[tokio::test]
async fn a_line_is_never_unread_and_never_makes_anything_read() {
    let fixture = Fixture::new().await;
    fixture.put(&message(1, 10)).await;
    let mut changed = dialog(1, DialogKind::Group);
    changed.name = "Ship".into();
    fixture
        .write(async |write| {
            write
                .advance_pointer(&dialog_id(1), &message(1, 10).place())
                .await
                .unwrap();
        })
        .await;
    fixture.put_dialog(&changed, Some(BEA)).await;
    let page = fixture
        .store
        .page_before(&dialog_id(1), None, 1, Holes::Cross)
        .await
        .unwrap();
    let line = page.messages[0].message.id.clone();
    assert!(page.messages[0].notice.is_some());
    let entry = fixture.store.dialog(&dialog_id(1)).await.unwrap().unwrap();
    assert_eq!(entry.unread, 0);
    fixture
        .write(async |write| {
            write.seen(&dialog_id(1), &line).await.unwrap();
            write.put(&message(9, 10)).await.unwrap();
        })
        .await;
    let entry = fixture.store.dialog(&dialog_id(1)).await.unwrap().unwrap();
    assert_eq!(
        entry.unread, 1,
        "a message of the same second that came after the line was not seen"
    );
    assert!(
        fixture.store.unfinished(9).await.unwrap().is_empty(),
        "nobody is asked whether a line was read"
    );
}

#[tokio::test]
async fn a_line_can_be_deleted_here_and_nothing_else_can_be_done_to_it() {
    let fixture = Fixture::new().await;
    fixture.put(&own(1, 10)).await;
    let mut changed = dialog(1, DialogKind::Group);
    changed.name = "Ship".into();
    fixture.put_dialog(&changed, None).await;
    let page = fixture
        .store
        .page_before(&dialog_id(1), None, 1, Holes::Cross)
        .await
        .unwrap();
    let line = page.messages[0].message.id.clone();
    assert!(line > id(u32::MAX), "its id is above all ids of messages");
    fixture
        .write(async |write| {
            assert!(!write.react(&line, "👍", true).await.unwrap());
            assert!(!write.pin(&line, true).await.unwrap());
            let none = kith_model::Properties::new();
            assert!(!write.edit(&line, "x", &none).await.unwrap());
            write.hear_removal(&line, ME).await.unwrap();
            assert!(write.delete(&line, true).await.unwrap());
        })
        .await;
    assert_eq!(fixture.lines().await, ["text 1"]);
    assert!(fixture.store.deeds(9).await.unwrap().is_empty());
}
