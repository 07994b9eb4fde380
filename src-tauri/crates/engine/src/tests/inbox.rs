//! What arrives, and what becomes of it.

use kith_client::{Link, MarkerKind, ServerEvent, Unplaced};
use kith_model::{FailureReason, UserId};
use kith_store::{Fate, Stretch};

use super::{BEA, Bench, ME, at, dialog_id, down, id, message, own};
use crate::{Change, LinkState};

fn changed(n: u32) -> Vec<Change> {
    vec![
        Change::Dialog(dialog_id(1)),
        Change::Message {
            dialog: dialog_id(1),
            id: id(n),
        },
    ]
}

fn marker(kind: MarkerKind, n: u32, by: UserId) -> ServerEvent {
    ServerEvent::Marker {
        kind,
        message: id(n),
        dialog: Some(dialog_id(1)),
        by,
    }
}

#[tokio::test]
async fn a_message_is_kept_told_and_announced_once() {
    let mut bench = Bench::new().await;
    let told = bench
        .arrive(vec![ServerEvent::Message(message(1, 10))])
        .await;
    assert_eq!(told, changed(1));
    let told = bench
        .arrive(vec![ServerEvent::Message(message(1, 10))])
        .await;
    assert_eq!(told, [], "a duplicate is no news");
    assert_eq!(bench.shown(1).await, ["10 22 Sent text 1"]);
    let markers = bench.engine.store().markers_out(10).await.expect("a read");
    assert_eq!(markers.len(), 1, "its author is told that it has arrived");
    assert_eq!(
        (markers[0].author, markers[0].is_read),
        (BEA, false),
        "arrived is not read"
    );
}

#[tokio::test]
async fn what_an_answer_brought_first_is_announced_when_it_comes() {
    let mut bench = Bench::new().await;
    let markers = async |bench: &Bench| {
        let markers = bench.engine.store().markers_out(10).await.expect("a read");
        Vec::from_iter(markers.into_iter().map(|marker| marker.message))
    };
    let mut write = bench.engine.store().write().await.expect("the writer");
    let answer = [message(1, 10)];
    write
        .put_answer(&dialog_id(1), &answer, at(9))
        .await
        .expect("kept");
    write.commit().await.expect("the commit");
    assert_eq!(markers(&bench).await, [], "by whoever asked, if it is new");
    bench
        .arrive(vec![ServerEvent::Message(message(1, 10))])
        .await;
    assert_eq!(markers(&bench).await, [id(1)]);
}

#[tokio::test]
async fn a_burst_is_one_batch() {
    let mut bench = Bench::new().await;
    let events: Vec<_> = (1..=5)
        .map(|n| ServerEvent::Message(message(n, 10)))
        .collect();
    bench.engine.shared.apply_all(events).await.expect("kept");
    let mut listener = bench.engine.changes();
    assert!(
        listener.try_next().is_none(),
        "news from before a listener was made do not come"
    );
    assert_eq!(bench.told().len(), 6, "five messages and their dialog");
}

#[tokio::test]
async fn an_own_message_from_another_device_is_nothing_to_announce() {
    let mut bench = Bench::new().await;
    bench.arrive(vec![ServerEvent::Message(own(1, 10))]).await;
    assert_eq!(bench.shown(1).await, ["10 11 Sent text 1"]);
    assert!(
        bench
            .engine
            .store()
            .markers_out(10)
            .await
            .expect("a read")
            .is_empty()
    );
}

#[tokio::test]
async fn echo_and_acknowledgement_in_any_order_are_one_message() {
    for order in [[0, 1], [1, 0]] {
        let mut bench = Bench::new().await;
        bench
            .engine
            .send(&dialog_id(1), id(1), "text 1".into())
            .await
            .expect("queued");
        bench
            .engine
            .shared
            .send_what_can_be_sent()
            .await
            .expect("a round");
        let events = [
            ServerEvent::Message(own(1, 1000)),
            ServerEvent::Acknowledged(id(1)),
        ];
        for n in order {
            bench.arrive(vec![events[n].clone()]).await;
        }
        assert_eq!(bench.shown(1).await, ["1000 11 Sent text 1"]);
        assert!(
            bench
                .engine
                .store()
                .outbox(8, 8, at(1000))
                .await
                .expect("a read")
                .is_empty()
        );
    }
}

#[tokio::test]
async fn a_refusal_stands_until_the_message_itself_comes() {
    let mut bench = Bench::new().await;
    bench
        .engine
        .send(&dialog_id(1), id(1), "text 1".into())
        .await
        .expect("queued");
    bench
        .arrive(vec![ServerEvent::Refused {
            id: id(1),
            code: 503,
        }])
        .await;
    let failed = bench
        .engine
        .store()
        .message(&id(1))
        .await
        .expect("a read")
        .expect("kept");
    assert_eq!(failed.failure, Some(FailureReason::Blocked));
    assert_eq!(bench.shown(1).await, ["1000 11 Failed text 1"]);
    bench.arrive(vec![ServerEvent::Acknowledged(id(1))]).await;
    assert_eq!(
        bench.shown(1).await,
        ["1000 11 Failed text 1"],
        "what is refused is acknowledged, too"
    );
    bench.arrive(vec![ServerEvent::Message(own(1, 1000))]).await;
    assert_eq!(bench.shown(1).await, ["1000 11 Sent text 1"]);
}

#[tokio::test]
async fn each_refusal_has_its_reason_and_a_passing_one_is_none() {
    let check = async |code: u16, expected: Option<FailureReason>| {
        let mut bench = Bench::new().await;
        bench
            .engine
            .send(&dialog_id(1), id(1), "text 1".into())
            .await
            .expect("queued");
        bench
            .arrive(vec![ServerEvent::Refused { id: id(1), code }])
            .await;
        let message = bench
            .engine
            .store()
            .message(&id(1))
            .await
            .expect("a read")
            .expect("kept");
        assert_eq!(message.failure, expected, "{code}");
        let waiting = bench
            .engine
            .store()
            .outbox(8, 8, at(1000))
            .await
            .expect("a read");
        assert_eq!(waiting.len(), usize::from(expected.is_none()), "{code}");
    };
    check(403, Some(FailureReason::NotAllowed)).await;
    check(404, Some(FailureReason::DialogGone)).await;
    check(406, Some(FailureReason::TooLarge)).await;
    check(503, Some(FailureReason::Blocked)).await;
    check(400, Some(FailureReason::Refused)).await;
    check(500, None).await;
}

#[tokio::test]
async fn markers_before_and_after_their_message() {
    let mut bench = Bench::new().await;
    bench
        .arrive(vec![
            marker(MarkerKind::Read, 1, BEA),
            ServerEvent::Message(own(1, 10)),
            ServerEvent::Message(own(2, 11)),
            marker(MarkerKind::Delivered, 2, BEA),
            marker(MarkerKind::Delivered, 1, BEA),
        ])
        .await;
    assert_eq!(
        bench.shown(1).await,
        ["10 11 Read text 1", "11 11 Delivered text 2"]
    );
}

#[tokio::test]
async fn a_fresh_link_doubts_what_was_under_way_and_a_resumed_one_does_not() {
    let mut bench = Bench::new().await;
    let fate = async |bench: &Bench| {
        bench
            .engine
            .store()
            .outbox(8, 8, at(1000))
            .await
            .expect("a read")[0]
            .fate
    };
    bench
        .engine
        .send(&dialog_id(1), id(1), "text 1".into())
        .await
        .expect("queued");
    let mut write = bench.engine.store().write().await.expect("the writer");
    write
        .handing_over(&id(1), at(1000))
        .await
        .expect("handed over");
    write.commit().await.expect("the commit");

    bench
        .arrive(vec![
            down(),
            ServerEvent::Link(Link::Connecting),
            ServerEvent::Link(Link::Resumed),
        ])
        .await;
    assert_eq!(
        fate(&bench).await,
        Fate::InFlight,
        "the stream goes on and will tell"
    );
    bench
        .arrive(vec![down(), ServerEvent::Link(Link::Fresh)])
        .await;
    assert_eq!(
        fate(&bench).await,
        Fate::Unknown,
        "nobody will tell: look it up"
    );
    assert_eq!(
        bench.shown(1).await,
        ["1000 11 Sending text 1"],
        "a state does not fall for that"
    );
}

#[tokio::test]
async fn the_state_of_the_link_is_told() {
    let mut bench = Bench::new().await;
    let check = async |bench: &mut Bench, link: Link, expected: LinkState, why: &str| {
        let told = bench.arrive(vec![ServerEvent::Link(link)]).await;
        assert_eq!(told, [Change::Link(expected.clone())], "{why}");
        assert_eq!(*bench.engine.link().borrow(), expected, "{why}");
    };
    let lost = kith_client::LinkLost::Broken;
    let broken = || Link::Down {
        reason: lost,
        retry_at: Some(at(5)),
    };
    let offline = || LinkState::Offline {
        reason: lost,
        retry_at: Some(at(5)),
    };
    check(
        &mut bench,
        Link::Fresh,
        LinkState::CatchingUp,
        "what was missed is not here yet",
    )
    .await;
    check(&mut bench, broken(), offline(), "down").await;
    check(
        &mut bench,
        Link::Resumed,
        LinkState::CatchingUp,
        "catching up was not finished",
    )
    .await;
    bench.engine.shared.link.caught_up(1);
    check(&mut bench, broken(), offline(), "down again").await;
    check(
        &mut bench,
        Link::Resumed,
        LinkState::Online,
        "nothing was missed",
    )
    .await;
    let refused = Link::Down {
        reason: kith_client::LinkLost::SignInRefused,
        retry_at: None,
    };
    check(
        &mut bench,
        refused,
        LinkState::Refused,
        "the person is needed",
    )
    .await;
}

#[tokio::test]
async fn live_messages_extend_what_is_held_only_while_a_dialog_is_followed() {
    let mut bench = Bench::new().await;
    let cover = async |bench: &Bench, from: i64, to: i64| {
        let mut write = bench.engine.store().write().await.expect("the writer");
        write
            .cover(&dialog_id(1), Stretch { from, to })
            .await
            .expect("covered");
        write.commit().await.expect("the commit");
    };
    let covered = async |bench: &Bench| {
        bench
            .engine
            .store()
            .coverage(&dialog_id(1))
            .await
            .expect("a read")
    };
    cover(&bench, 5, 8).await;
    bench
        .arrive(vec![
            ServerEvent::Link(Link::Fresh),
            ServerEvent::Message(message(1, 10)),
        ])
        .await;
    assert_eq!(
        covered(&bench).await,
        [Stretch { from: 5, to: 8 }],
        "something may lie between"
    );
    bench.engine.shared.lock_followed().follow(&dialog_id(1));
    bench
        .arrive(vec![ServerEvent::Message(message(2, 12))])
        .await;
    assert_eq!(covered(&bench).await, [Stretch { from: 5, to: 12 }]);
    bench
        .arrive(vec![
            down(),
            ServerEvent::Link(Link::Resumed),
            ServerEvent::Message(message(3, 14)),
        ])
        .await;
    assert_eq!(
        covered(&bench).await,
        [Stretch { from: 5, to: 14 }],
        "a resumed link lost nothing"
    );
    bench
        .arrive(vec![
            down(),
            ServerEvent::Link(Link::Fresh),
            ServerEvent::Message(message(4, 16)),
        ])
        .await;
    assert_eq!(
        covered(&bench).await,
        [Stretch { from: 5, to: 14 }],
        "a fresh one may have"
    );
}

#[tokio::test]
async fn a_private_message_without_a_dialog_finds_it_by_its_person() {
    let mut bench = Bench::new().await;
    let unplaced = Unplaced::new(BEA, message(1, 10));
    bench.arrive(vec![ServerEvent::Unplaced(unplaced)]).await;
    assert_eq!(bench.shown(2).await, ["10 22 Sent text 1"]);
}

#[tokio::test]
async fn a_marker_of_this_person_from_another_device_moves_the_pointer() {
    let mut bench = Bench::new().await;
    bench
        .arrive(vec![
            ServerEvent::Message(message(1, 10)),
            marker(MarkerKind::Read, 1, ME),
        ])
        .await;
    let place = bench
        .engine
        .store()
        .read_up_to(&dialog_id(1))
        .await
        .expect("a read");
    assert_eq!(place, Some(message(1, 10).place()));
    let markers = bench.engine.store().markers_out(10).await.expect("a read");
    assert!(
        markers.is_empty(),
        "that device has told the author: {markers:?}"
    );
}

#[tokio::test]
async fn what_arrives_before_it_is_known_which_link_it_is_waits_for_that() {
    for (link, expected) in [(Link::Resumed, 12), (Link::Fresh, 8)] {
        let mut bench = Bench::new().await;
        let mut write = bench.engine.store().write().await.expect("the writer");
        write
            .cover(&dialog_id(1), Stretch { from: 5, to: 8 })
            .await
            .expect("covered");
        write.commit().await.expect("the commit");
        bench.engine.shared.lock_followed().follow(&dialog_id(1));
        bench
            .arrive(vec![
                down(),
                ServerEvent::Message(message(2, 12)),
                ServerEvent::Message(message(1, 10)),
                ServerEvent::Link(link.clone()),
            ])
            .await;
        let covered = bench
            .engine
            .store()
            .coverage(&dialog_id(1))
            .await
            .expect("a read");
        assert_eq!(
            covered,
            [Stretch {
                from: 5,
                to: expected
            }],
            "{link:?}"
        );
    }
}

#[tokio::test]
async fn a_new_message_is_told_with_its_row_and_a_changed_one_without() {
    let mut bench = Bench::new().await;
    let rows = async |bench: &mut Bench, event: ServerEvent| -> Vec<String> {
        let shared = std::sync::Arc::clone(&bench.engine.shared);
        shared.apply_all([event]).await.expect("kept");
        match bench.changes.next().await {
            Some(crate::News::Batch { rows, .. }) => {
                rows.iter().map(|row| row.message.body.clone()).collect()
            }
            other => panic!("{other:?}"),
        }
    };
    let came = rows(&mut bench, ServerEvent::Message(message(1, 10))).await;
    assert_eq!(came, ["text 1"]);
    let edit = kith_client::Edit {
        message: id(1),
        dialog: Some(dialog_id(1)),
        by: BEA,
        body: "other".into(),
        properties: kith_model::Properties::new(),
        at: at(11),
        is_passing: false,
    };
    let edited = rows(&mut bench, ServerEvent::Edited(edit)).await;
    assert_eq!(edited, [""; 0], "it is read when it is shown");
}
