//! Messages that go away by themselves, and clocks that are wrong.

use std::time::Duration;

use kith_client::ServerEvent;
use kith_model::{Message, Timestamp};
use sqlx::Connection;
use tokio::time::Instant;

use super::{Bench, at, dialog_id, id, message, own};
use crate::self_destruct::Looked;

/// An engine that looks, by two clocks.
struct Watch {
    bench: Bench,
    looked: Option<Looked>,
    begun: Instant,
}

impl Watch {
    async fn new() -> Self {
        let mut bench = Bench::new().await;
        let timed = |message: Message, seconds: u32| {
            ServerEvent::Message(Message {
                destroy_after: Some(seconds),
                is_in_history: false,
                ..message
            })
        };
        bench
            .arrive(vec![timed(own(1, 10), 60), timed(message(2, 11), 60)])
            .await;
        Self {
            bench,
            looked: None,
            begun: Instant::now(),
        }
    }

    /// Looks when the clock says this and so many seconds have gone by;
    /// answers how many messages are left and when to look again.
    async fn look(&mut self, clock: i64, gone_by: u64) -> (usize, Option<Timestamp>) {
        self.bench.clock.set(at(clock));
        let instant = self.begun + Duration::from_secs(gone_by);
        let shared = &self.bench.engine.shared;
        let next = shared.look_at_timers(&mut self.looked, instant).await;
        (self.bench.shown(1).await.len(), next)
    }

    async fn see(&self) {
        let seen = self.bench.engine.seen(&dialog_id(1), &id(2)).await;
        seen.expect("seen");
    }
}

#[tokio::test]
async fn an_own_message_has_its_time_and_a_received_one_from_when_it_was_seen() {
    let mut watch = Watch::new().await;
    assert_eq!(watch.look(1000, 0).await, (2, Some(at(1060))));
    assert_eq!(watch.look(1030, 30).await, (2, Some(at(1060))));
    watch.see().await;
    assert_eq!(watch.look(1030, 30).await, (2, Some(at(1060))));
    assert_eq!(watch.look(1060, 60).await, (1, Some(at(1090))));
    assert_eq!(watch.look(1090, 90).await, (0, None));
}

#[tokio::test]
async fn a_computer_that_slept_takes_them_away_when_it_wakes() {
    let mut watch = Watch::new().await;
    watch.see().await;
    assert_eq!(watch.look(1000, 0).await, (2, Some(at(1060))));
    // Asleep, the one clock stands still and the other does not.
    assert_eq!(watch.look(9000, 1).await, (0, None));
}

#[tokio::test]
async fn a_clock_that_is_set_back_gives_no_more_time() {
    let mut watch = Watch::new().await;
    watch.see().await;
    assert_eq!(watch.look(100_000, 0).await, (2, Some(at(100_060))));
    assert_eq!(
        watch.look(520, 20).await,
        (2, Some(at(560))),
        "forty seconds were left"
    );
    assert_eq!(watch.look(560, 60).await, (0, None));
}

#[tokio::test]
async fn a_clock_that_runs_a_little_slow_is_not_set_back() {
    let mut watch = Watch::new().await;
    watch.see().await;
    assert_eq!(watch.look(1000, 0).await.1, Some(at(1060)));
    assert_eq!(watch.look(1029, 30).await.1, Some(at(1060)));
}

#[tokio::test]
async fn what_a_reader_kept_from_being_wiped_is_wiped_later() {
    let mut watch = Watch::new().await;
    watch.see().await;
    assert_eq!(watch.look(1000, 0).await, (2, Some(at(1060))));
    let reading = watch.bench.reading().await;
    assert_eq!(
        watch.look(1060, 60).await,
        (0, Some(at(1065))),
        "both are gone, but somebody reads the file as it was"
    );
    assert!(watch.bench.log_has("text 2"));
    reading.close().await.expect("the end");
    assert_eq!(watch.look(1065, 65).await, (0, None));
    assert!(!watch.bench.log_has("text 2"));
}
