//! What a person does: on disk when the call answers.

use kith_store::Fate;

use super::{BEA, Bench, at, dialog_id, id, message};
use crate::{Change, EngineError, LONGEST_BODY};

#[tokio::test]
async fn a_sent_message_is_on_disk_and_the_draft_gone() {
    let mut bench = Bench::new().await;
    bench
        .engine
        .save_draft(&dialog_id(1), "hel")
        .await
        .expect("kept");
    assert_eq!(bench.told(), [Change::Dialog(dialog_id(1))]);
    bench
        .engine
        .send(&dialog_id(1), id(1), "hello\r\nyou\u{0}".into())
        .await
        .expect("queued");
    assert_eq!(
        bench.told(),
        [
            Change::Dialog(dialog_id(1)),
            Change::Message {
                dialog: dialog_id(1),
                id: id(1)
            }
        ]
    );
    assert_eq!(
        bench.shown(1).await,
        ["1000 11 Queued hello\nyou"],
        "as it can travel"
    );
    assert_eq!(
        bench
            .engine
            .store()
            .draft(&dialog_id(1))
            .await
            .expect("a read"),
        None
    );
    bench
        .engine
        .send(&dialog_id(1), id(1), "hello".into())
        .await
        .expect("harmless");
    assert_eq!(bench.told(), [], "the same id is the same message");
}

#[tokio::test]
async fn what_makes_no_sense_is_refused_before_anything_happens() {
    let mut bench = Bench::new().await;
    let check = async |bench: &Bench, d: u32, text: String| {
        bench
            .engine
            .send(&dialog_id(d), id(1), text)
            .await
            .expect_err("refused")
    };
    assert!(matches!(
        check(&bench, 1, " \n ".into()).await,
        EngineError::InvalidInput
    ));
    assert!(matches!(
        check(&bench, 1, "x".repeat(LONGEST_BODY + 1)).await,
        EngineError::TooLarge
    ));
    assert!(matches!(
        check(&bench, 9, "hello".into()).await,
        EngineError::NotFound
    ));
    assert_eq!(bench.told(), []);
    let made = bench
        .engine
        .create_dialog(kith_model::DialogKind::Group, " ", &[BEA])
        .await;
    assert!(matches!(made, Err(EngineError::InvalidInput)), "{made:?}");
}

#[tokio::test]
async fn without_a_link_nothing_leaves_and_nothing_is_lost() {
    let mut bench = Bench::new().await;
    for n in 1..=3 {
        bench
            .engine
            .send(&dialog_id(1), id(n), format!("text {n}"))
            .await
            .expect("queued");
    }
    bench
        .engine
        .shared
        .send_what_can_be_sent()
        .await
        .expect("a round");
    let rows = bench
        .engine
        .store()
        .outbox(8, 8, at(1000))
        .await
        .expect("a read");
    let fates: Vec<_> = rows
        .iter()
        .map(|row| (row.message.clone(), row.fate))
        .collect();
    let never_left = |n| (id(n), Fate::NeverLeft);
    assert_eq!(
        fates,
        [never_left(1), never_left(2), never_left(3)],
        "the stream did not take them"
    );
    bench.told();
    assert_eq!(
        bench.engine.discard(&id(2)).await.expect("taken back"),
        "text 2"
    );
    assert_eq!(
        bench.told(),
        [
            Change::Dialog(dialog_id(1)),
            Change::MessageRemoved {
                dialog: dialog_id(1),
                id: id(2)
            }
        ]
    );
    assert!(
        matches!(bench.engine.retry(&id(1)).await, Err(EngineError::NotFound)),
        "it did not fail"
    );
}

#[tokio::test]
async fn seeing_moves_the_pointer_and_tells() {
    let mut bench = Bench::new().await;
    let mut write = bench.engine.store().write().await.expect("the writer");
    write
        .advance_pointer(&dialog_id(1), &message(0, 1).place())
        .await
        .expect("placed");
    write.put(&message(1, 10)).await.expect("kept");
    write.put(&message(2, 11)).await.expect("kept");
    write.commit().await.expect("the commit");
    assert_eq!(
        bench.engine.store().unread_total().await.expect("a read"),
        2
    );
    bench
        .engine
        .seen(&dialog_id(1), &id(1))
        .await
        .expect("seen");
    assert_eq!(bench.told(), [Change::Dialog(dialog_id(1))]);
    assert_eq!(
        bench.engine.store().unread_total().await.expect("a read"),
        1
    );
    bench
        .engine
        .seen(&dialog_id(1), &id(1))
        .await
        .expect("seen");
    assert_eq!(bench.told(), [], "again is no news");
}

#[tokio::test]
async fn older_messages_come_from_disk_when_nobody_can_be_asked() {
    let bench = Bench::new().await;
    let mut write = bench.engine.store().write().await.expect("the writer");
    for n in 1..=3 {
        write
            .put(&message(n, i64::from(n) * 10))
            .await
            .expect("kept");
    }
    write.commit().await.expect("the commit");
    let older = bench
        .engine
        .older(&dialog_id(1), None, 10)
        .await
        .expect("a page");
    assert_eq!(older.page.messages.len(), 3, "across every hole");
    assert!(older.is_incomplete, "and it says so");
}

#[tokio::test]
async fn waits_of_a_message_that_may_be_taken_later_grow_to_five_minutes_and_differ() {
    let bench = Bench::new().await;
    let shared = &bench.engine.shared;
    let waits = |attempts| {
        let wait = move || shared.later(at(1000), attempts).millis() - at(1000).millis();
        std::iter::repeat_with(wait).take(20).collect::<Vec<i64>>()
    };
    for (attempts, whole) in [
        (0, 2_000),
        (1, 4_000),
        (5, 64_000),
        (9, 300_000),
        (60, 300_000),
    ] {
        let waits = waits(attempts);
        assert!(
            waits.iter().all(|wait| (whole / 2..=whole).contains(wait)),
            "{attempts}: {waits:?}"
        );
        let first = waits[0];
        assert!(
            waits.iter().any(|wait| *wait != first),
            "they have a random part"
        );
    }
}
