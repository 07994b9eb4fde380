//! What waits to leave.

use kith_model::{Delivery, DialogKind, FailureReason};

use super::{BEA, Fixture, at, dialog, dialog_id, id, own};
use crate::Fate;

impl Fixture {
    pub(super) async fn queue(&self, d: u32, n: u32, second: i64) {
        self.write(async |write| {
            assert!(
                write
                    .queue(&dialog_id(d), &id(n), &format!("text {n}"), at(second))
                    .await
                    .expect("queued")
            );
        })
        .await;
    }

    pub(super) async fn hand_over(&self, n: u32, second: i64) {
        self.write(async |write| {
            assert!(
                write
                    .handing_over(&id(n), at(second))
                    .await
                    .expect("handed over")
                    .is_some()
            );
        })
        .await;
    }

    async fn waiting(&self) -> Vec<(kith_model::MessageId, Fate)> {
        let rows = self.store.outbox(8, 64, at(1000)).await.expect("a read");
        rows.into_iter()
            .map(|row| (row.message, row.fate))
            .collect()
    }
}

#[tokio::test]
async fn queueing_is_one_step_and_harmless_twice() {
    let fixture = Fixture::new().await;
    fixture
        .write(async |write| {
            write
                .save_draft(&dialog_id(1), "text 1", at(9))
                .await
                .expect("kept")
        })
        .await;
    fixture.queue(1, 1, 10).await;
    assert_eq!(
        fixture.store.draft(&dialog_id(1)).await.expect("a read"),
        None,
        "the draft went out"
    );
    fixture
        .write(async |write| {
            let again = write
                .queue(&dialog_id(1), &id(1), "text 1", at(99))
                .await
                .expect("known");
            assert!(!again, "the same id is the same message");
        })
        .await;
    assert_eq!(fixture.shown().await, ["10 11 Queued text 1"]);
    assert_eq!(fixture.waiting().await, [(id(1), Fate::NeverLeft)]);
}

#[tokio::test]
async fn what_is_pending_stands_last_and_takes_its_place_when_the_server_has_it() {
    let fixture = Fixture::new().await;
    fixture.queue(1, 1, 10).await;
    fixture.queue(1, 2, 11).await;
    fixture.put(&super::message(3, 500)).await;
    assert_eq!(
        fixture.shown().await,
        [
            "500 22 Sent text 3",
            "10 11 Queued text 1",
            "11 11 Queued text 2"
        ],
        "whatever the clocks say"
    );
    fixture.hand_over(1, 600).await;
    assert_eq!(
        fixture.shown().await[1],
        "10 11 Sending text 1",
        "it does not move while under way"
    );
    fixture
        .write(async |write| {
            write.acknowledged(&id(1)).await.expect("acknowledged");
        })
        .await;
    assert_eq!(
        fixture.shown().await,
        [
            "500 22 Sent text 3",
            "600 11 Sent text 1",
            "11 11 Queued text 2"
        ],
        "it stands where it stands for everybody"
    );
    assert_eq!(fixture.waiting().await, [(id(2), Fate::NeverLeft)]);
}

#[tokio::test]
async fn the_echo_of_an_own_message_is_as_good_as_an_acknowledgement() {
    let fixture = Fixture::new().await;
    fixture.queue(1, 1, 10).await;
    fixture.hand_over(1, 20).await;
    fixture.put(&own(1, 20)).await;
    assert_eq!(fixture.shown().await, ["20 11 Sent text 1"]);
    assert_eq!(fixture.waiting().await, []);
    fixture
        .write(async |write| {
            write
                .acknowledged(&id(1))
                .await
                .expect("late, and harmless");
            write
                .fate_unknown(&id(1))
                .await
                .expect("late, and harmless");
        })
        .await;
    assert_eq!(fixture.shown().await, ["20 11 Sent text 1"]);
}

#[tokio::test]
async fn a_read_marker_says_that_the_server_has_it() {
    let fixture = Fixture::new().await;
    fixture.queue(1, 1, 10).await;
    fixture.hand_over(1, 20).await;
    fixture
        .write(async |write| {
            write
                .hear_marker(Delivery::Read, &id(1), BEA, at(21))
                .await
                .expect("heard")
        })
        .await;
    assert_eq!(fixture.shown().await, ["20 11 Read text 1"]);
    assert_eq!(fixture.waiting().await, []);
}

#[tokio::test]
async fn a_refused_message_waits_with_its_reason_and_holds_nothing_up() {
    let fixture = Fixture::new().await;
    fixture.queue(1, 1, 10).await;
    fixture.queue(1, 2, 11).await;
    fixture.hand_over(1, 20).await;
    fixture
        .write(async |write| {
            write
                .refused(&id(1), FailureReason::Blocked)
                .await
                .expect("parked")
        })
        .await;
    let failed = fixture
        .store
        .message(&id(1))
        .await
        .expect("a read")
        .expect("never deleted");
    assert_eq!(
        (failed.delivery, failed.failure),
        (Delivery::Failed, Some(FailureReason::Blocked))
    );
    assert_eq!(fixture.waiting().await, [(id(2), Fate::NeverLeft)]);

    fixture
        .write(async |write| assert!(write.retry(&id(1)).await.expect("again")))
        .await;
    assert_eq!(
        fixture.waiting().await,
        [(id(1), Fate::NeverLeft), (id(2), Fate::NeverLeft)]
    );
    let again = fixture
        .store
        .message(&id(1))
        .await
        .expect("a read")
        .expect("there");
    assert_eq!((again.delivery, again.failure), (Delivery::Queued, None));
}

#[tokio::test]
async fn a_refusal_after_the_acknowledgement_counts_and_one_after_a_receipt_does_not() {
    let fixture = Fixture::new().await;
    fixture.queue(1, 1, 10).await;
    fixture.hand_over(1, 20).await;
    let refuse = async || {
        fixture
            .write(async |write| {
                write
                    .refused(&id(1), FailureReason::NotAllowed)
                    .await
                    .expect("heard")
            })
            .await;
    };
    fixture
        .write(async |write| {
            write
                .acknowledged(&id(1))
                .await
                .expect("the stanza was taken");
        })
        .await;
    refuse().await;
    assert_eq!(
        fixture.shown().await,
        ["20 11 Failed text 1"],
        "taken is not accepted"
    );
    fixture.put(&own(1, 20)).await;
    assert_eq!(
        fixture.shown().await,
        ["20 11 Sent text 1"],
        "a late echo leaves failed"
    );
    assert_eq!(fixture.waiting().await, []);
    fixture
        .write(async |write| {
            write
                .hear_marker(Delivery::Delivered, &id(1), BEA, at(9))
                .await
                .expect("heard")
        })
        .await;
    refuse().await;
    assert_eq!(fixture.shown().await, ["20 11 Delivered text 1"]);
}

#[tokio::test]
async fn taking_back_works_only_while_it_has_not_gone_out() {
    let fixture = Fixture::new().await;
    fixture.queue(1, 1, 10).await;
    fixture.queue(1, 2, 11).await;
    fixture.hand_over(2, 20).await;
    fixture
        .write(async |write| {
            assert_eq!(
                write.discard(&id(1)).await.expect("taken back").as_deref(),
                Some("text 1")
            );
            assert_eq!(write.discard(&id(2)).await.expect("too late"), None);
        })
        .await;
    assert_eq!(fixture.shown().await, ["11 11 Sending text 2"]);
    fixture
        .write(async |write| {
            assert!(
                write
                    .handing_over(&id(1), at(21))
                    .await
                    .expect("a write")
                    .is_none(),
                "it is gone"
            );
        })
        .await;
}

#[tokio::test]
async fn at_start_what_was_being_sent_is_queued_and_has_to_be_looked_up() {
    let fixture = Fixture::new().await;
    for n in 1..=3 {
        fixture.queue(1, n, 10).await;
    }
    fixture.hand_over(1, 20).await;
    fixture
        .write(async |write| {
            write
                .refused(&id(3), FailureReason::Refused)
                .await
                .expect("parked");
            write.requeue_sending().await.expect("requeued");
        })
        .await;
    assert_eq!(
        fixture.shown().await,
        [
            "10 11 Queued text 1",
            "10 11 Queued text 2",
            "10 11 Failed text 3"
        ]
    );
    assert_eq!(
        fixture.waiting().await,
        [(id(1), Fate::Unknown), (id(2), Fate::NeverLeft)]
    );
    fixture
        .write(async |write| write.not_on_server(&id(1)).await.expect("looked up"))
        .await;
    assert_eq!(fixture.waiting().await[0], (id(1), Fate::NeverLeft));
}

#[tokio::test]
async fn each_dialog_shows_its_first_rows_in_order() {
    let fixture = Fixture::new().await;
    fixture
        .write(async |write| {
            write
                .put_dialog(&dialog(2, DialogKind::Group))
                .await
                .expect("kept")
        })
        .await;
    for n in 1..=5 {
        fixture.queue(1, n, 10).await;
    }
    fixture.queue(2, 6, 10).await;
    let rows = fixture.store.outbox(2, 64, at(1000)).await.expect("a read");
    let ids: Vec<_> = rows.into_iter().map(|row| row.message).collect();
    assert_eq!(
        ids,
        [id(1), id(2), id(6)],
        "a long queue does not hide another dialog's"
    );
}

#[tokio::test]
async fn every_step_of_a_message_is_in_its_journal() {
    let fixture = Fixture::new().await;
    fixture.store.go_by(std::sync::Arc::new(Still(at(50))));
    fixture.queue(1, 1, 10).await;
    fixture.hand_over(1, 20).await;
    fixture
        .write(async |write| {
            write.fate_unknown(&id(1)).await.expect("kept");
            write.not_on_server(&id(1)).await.expect("kept");
        })
        .await;
    fixture.hand_over(1, 21).await;
    fixture
        .write(async |write| {
            write.acknowledged(&id(1)).await.expect("kept");
            write
                .hear_marker(Delivery::Read, &id(1), BEA, at(60))
                .await
                .expect("kept");
        })
        .await;
    let journal = fixture.store.journal(&id(1)).await.expect("a read");
    let steps: Vec<(Delivery, &str)> = journal
        .iter()
        .map(|entry| (entry.state, entry.reason.as_str()))
        .collect();
    assert_eq!(
        steps,
        [
            (Delivery::Queued, "written"),
            (Delivery::Sending, "handed_over"),
            (Delivery::Sending, "link_broke"),
            (Delivery::Sending, "not_on_server"),
            (Delivery::Sending, "handed_over"),
            (Delivery::Sent, "acknowledged"),
            (Delivery::Read, "read"),
        ]
    );
    assert!(
        journal.iter().all(|entry| entry.at == at(50)),
        "by the clock it was given"
    );
    fixture
        .write(async |write| write.forget_journal(at(51)).await.expect("forgotten"))
        .await;
    assert!(
        fixture
            .store
            .journal(&id(1))
            .await
            .expect("a read")
            .is_empty()
    );
}

#[derive(Debug)]
struct Still(kith_model::Timestamp);

impl kith_model::Clock for Still {
    fn now(&self) -> kith_model::Timestamp {
        self.0
    }
}

#[tokio::test]
async fn what_has_not_left_can_be_changed_and_what_may_have_left_cannot() {
    let fixture = Fixture::new().await;
    fixture.queue(1, 1, 10).await;
    fixture.queue(1, 2, 11).await;
    fixture.queue(1, 3, 12).await;
    fixture.hand_over(2, 20).await;
    fixture
        .write(async |write| {
            write
                .refused(&id(3), FailureReason::TooLarge)
                .await
                .expect("parked");
            for (n, may) in [(1, true), (2, false), (3, true)] {
                assert_eq!(
                    write.amend_queued(&id(n), "better").await.expect("a write"),
                    may,
                    "message {n}"
                );
            }
        })
        .await;
    assert_eq!(
        fixture.shown().await,
        [
            "10 11 Queued better",
            "11 11 Sending text 2",
            "12 11 Queued better"
        ],
        "one that failed is sent again, changed"
    );
    let leaving = fixture
        .write(async |write| {
            let (message, _) = write
                .handing_over(&id(1), at(21))
                .await
                .expect("a write")
                .expect("there");
            assert_eq!(
                message.message.body, "better",
                "what leaves is what was written last"
            );
        })
        .await;
    assert!(!leaving.is_empty());
}

#[tokio::test]
async fn what_waits_and_what_failed_is_told_with_its_reason() {
    let fixture = Fixture::new().await;
    for n in 1..=3 {
        fixture.queue(1, n, i64::from(n)).await;
    }
    fixture.hand_over(1, 20).await;
    fixture
        .write(async |write| {
            write.acknowledged(&id(1)).await.expect("kept");
            write
                .refused(&id(2), FailureReason::NotAllowed)
                .await
                .expect("parked");
            write
                .postpone(&id(3), Fate::NeverLeft, at(90), crate::Step::ServerTrouble)
                .await
                .expect("postponed");
        })
        .await;
    let waiting = fixture.store.waiting(10).await.expect("a read");
    let told: Vec<_> = waiting
        .iter()
        .map(|waiting| {
            (
                waiting.message.message.id.clone(),
                waiting.message.failure,
                waiting.next_attempt_at,
                waiting.journal.last().map(|entry| entry.reason.clone()),
            )
        })
        .collect();
    assert_eq!(
        told,
        [
            (
                id(2),
                Some(FailureReason::NotAllowed),
                None,
                Some("not_allowed".to_owned())
            ),
            (id(3), None, Some(at(90)), Some("server_trouble".to_owned())),
        ]
    );
    assert_eq!(fixture.store.failed().await.expect("a read"), [id(2)]);
}

#[tokio::test]
async fn a_problem_of_the_server_that_follows_the_acknowledgement_sends_again() {
    let fixture = Fixture::new().await;
    fixture.queue(1, 1, 10).await;
    fixture.hand_over(1, 20).await;
    fixture
        .write(async |write| {
            write.acknowledged(&id(1)).await.expect("kept");
            write
                .postpone(&id(1), Fate::Unknown, at(30), crate::Step::ServerTrouble)
                .await
                .expect("postponed");
        })
        .await;
    assert_eq!(fixture.shown().await, ["20 11 Queued text 1"]);
    assert_eq!(fixture.waiting().await, [(id(1), Fate::Unknown)]);
}

#[tokio::test]
async fn dialogs_that_wait_for_a_time_keep_no_others_from_going() {
    let fixture = Fixture::new().await;
    for d in 2..=6 {
        fixture
            .write(async |write| {
                write
                    .put_dialog(&dialog(d, DialogKind::Group))
                    .await
                    .expect("kept")
            })
            .await;
        for n in 0..3 {
            fixture.queue(d, d * 10 + n, 10).await;
        }
        if d < 6 {
            fixture
                .write(async |write| {
                    write
                        .postpone(
                            &id(d * 10),
                            Fate::NeverLeft,
                            at(5000),
                            crate::Step::ServerTrouble,
                        )
                        .await
                        .expect("postponed")
                })
                .await;
        }
    }
    let rows = fixture.store.outbox(2, 4, at(1000)).await.expect("a read");
    let ids: Vec<_> = rows.iter().map(|row| row.message.clone()).collect();
    assert_eq!(
        ids[..2],
        [id(60), id(61)],
        "the one that may go comes first"
    );
}
