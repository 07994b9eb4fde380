//! Who writes.

use std::sync::Arc;
use std::time::Duration;

use kith_client::ServerEvent;

use super::{BEA, Bench, ME, at, dialog_id, message};
use crate::presence::Typing;
use crate::{Change, News};

fn typing(d: Option<u32>, by: kith_model::UserId, is_typing: bool) -> ServerEvent {
    ServerEvent::Typing {
        dialog: d.map(dialog_id),
        by,
        is_typing,
    }
}

fn told(d: u32, people: &[kith_model::UserId]) -> Change {
    Change::Typing {
        dialog: dialog_id(d),
        people: people.to_vec(),
    }
}

#[tokio::test]
async fn writing_is_told_once_and_ends_with_the_message() {
    let mut bench = Bench::new().await;
    assert_eq!(
        bench.arrive(vec![typing(Some(1), BEA, true)]).await,
        [told(1, &[BEA])]
    );
    assert_eq!(
        bench.arrive(vec![typing(Some(1), BEA, true)]).await,
        [],
        "repeating is no news"
    );
    assert_eq!(bench.engine.typing(), [(dialog_id(1), vec![BEA])]);
    let news = bench
        .arrive(vec![ServerEvent::Message(message(1, 10))])
        .await;
    assert_eq!(
        news.last(),
        Some(&told(1, &[])),
        "who has sent does not write any more"
    );
    assert_eq!(bench.engine.typing(), []);
    assert_eq!(
        bench.arrive(vec![typing(Some(1), ME, true)]).await,
        [],
        "one's own other device"
    );
}

#[tokio::test]
async fn in_a_private_dialog_the_server_need_not_say_which() {
    let mut bench = Bench::new().await;
    assert_eq!(
        bench.arrive(vec![typing(None, BEA, true)]).await,
        [told(2, &[BEA])]
    );
    assert_eq!(
        bench.arrive(vec![typing(None, BEA, false)]).await,
        [told(2, &[])]
    );
    assert_eq!(
        bench
            .arrive(vec![typing(None, kith_model::UserId(99), true)])
            .await,
        []
    );
}

#[test]
fn who_does_not_repeat_it_has_stopped() {
    let mut typing = Typing::default();
    assert!(typing.hear(&dialog_id(1), BEA, true, at(10)));
    assert_eq!(typing.expire(at(11)), (vec![], Some(at(40))));
    assert!(!typing.hear(&dialog_id(1), BEA, true, at(15)));
    assert_eq!(typing.expire(at(40)), (vec![], Some(at(45))));
    assert_eq!(typing.expire(at(45)), (vec![dialog_id(1)], None));
}

#[tokio::test]
async fn after_half_a_minute_of_silence_nobody_writes_any_more() {
    let mut bench = Bench::new().await;
    bench.arrive(vec![typing(Some(1), BEA, true)]).await;
    let shared = Arc::clone(&bench.engine.shared);
    let watching = tokio::spawn(async move { shared.watch_typing().await });
    // From here on the time only goes where somebody waits for it.
    tokio::time::pause();
    let began = tokio::time::Instant::now();
    // It is looked at before the clock goes on, or there would be no waiting.
    tokio::task::yield_now().await;
    bench.clock.set(at(1030));
    let News::Batch { changes: news, .. } = bench.changes.next().await.expect("the engine runs")
    else {
        panic!("nothing may be lost here")
    };
    assert_eq!(news, [told(1, &[])]);
    let waited = began.elapsed();
    assert!(
        (Duration::from_secs(30)..Duration::from_secs(31)).contains(&waited),
        "{waited:?}"
    );
    assert_eq!(bench.engine.typing(), []);
    watching.abort();
}

#[test]
fn writing_is_told_to_others_as_often_as_needed() {
    let mut typing = Typing::default();
    let check = |typing: &mut Typing, is_typing: bool, second: i64, expected: bool, why: &str| {
        assert_eq!(
            typing.is_worth_telling(&dialog_id(1), is_typing, at(second)),
            expected,
            "{why}"
        );
    };
    check(&mut typing, false, 9, false, "nothing was told");
    check(&mut typing, true, 10, true, "the first key");
    check(&mut typing, true, 12, false, "they know");
    check(&mut typing, true, 14, true, "before they stop believing it");
    check(&mut typing, false, 15, true, "it ended");
    check(&mut typing, false, 16, false, "they know");
}
