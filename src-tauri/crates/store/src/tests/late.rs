//! Messages that came when the read pointer had passed their place already.

use kith_model::{Delivery, Message, MessageId, Place, Timestamp};

use super::{BEA, Fixture, ME, at, dialog_id, id, message, own};
use crate::Stretch;

impl Fixture {
    /// The list's count, which every other number of unread agrees with.
    async fn to_read(&self) -> u32 {
        let dialog = dialog_id(1);
        let entry = self.store.dialog(&dialog).await.expect("a read");
        let unread = entry.expect("listed").unread;
        let total = self.store.unread_total().await.expect("a read");
        assert_eq!(unread, total, "list and total are one number");
        let counts = self.store.unread_counts().await.expect("a read");
        let expected = (unread > 0).then_some((dialog.clone(), unread));
        assert_eq!(counts, Vec::from_iter(expected), "so is the rail's");
        let first = self.store.first_unread(&dialog).await.expect("a read");
        assert_eq!(first.is_some(), unread > 0, "and where one lands");
        unread
    }

    async fn first(&self) -> Option<MessageId> {
        let dialog = dialog_id(1);
        self.store.first_unread(&dialog).await.expect("a read")
    }

    async fn has_read_to(&self, second: i64, n: u32) {
        self.write(async |write| {
            let place = Place {
                sent_at: second,
                id: id(n),
            };
            write
                .advance_pointer(&dialog_id(1), &place)
                .await
                .expect("a write");
        })
        .await;
    }

    /// The server answers these to a question.
    async fn answered(&self, messages: &[Message]) {
        self.write(async |write| {
            write
                .put_answer(&dialog_id(1), messages, at(5000))
                .await
                .expect("kept");
        })
        .await;
    }

    async fn holds(&self, from: i64, to: i64) {
        self.write(async |write| {
            let stretch = Stretch { from, to };
            write.cover(&dialog_id(1), stretch).await.expect("kept");
        })
        .await;
    }

    async fn looked_at(&self, n: u32, others: &[u32]) -> bool {
        let others: Vec<MessageId> = others.iter().copied().map(id).collect();
        let mut is_news = false;
        self.write(async |write| {
            is_news = write
                .seen_on_screen(&dialog_id(1), &id(n), &others)
                .await
                .expect("seen");
        })
        .await;
        is_news
    }

    async fn read_on_the_phone(&self, n: u32) {
        self.write(async |write| {
            write
                .hear_marker(Delivery::Read, &id(n), ME, at(90))
                .await
                .expect("heard");
        })
        .await;
    }

    /// What is to be announced as read, newest first.
    async fn told_as_read(&self) -> Vec<MessageId> {
        let markers = self.store.markers_out(100).await.expect("a read");
        markers
            .into_iter()
            .filter(|marker| marker.is_read)
            .map(|marker| marker.message)
            .collect()
    }
}

/// A message as the server tells it: when it was stored, and who has read it.
fn told(n: u32, second: i64, stored_at: i64, is_read: bool) -> Message {
    Message {
        stored_at: Some(at(stored_at)),
        read_by: if is_read { vec![BEA, ME] } else { vec![BEA] },
        ..message(n, second)
    }
}

#[tokio::test]
async fn what_comes_live_below_the_pointer_is_unread() {
    let fixture = Fixture::new().await;
    fixture.put(&message(5, 10)).await;
    fixture.has_read_to(10, 5).await;
    let mut named = message(3, 10);
    named.properties.set_mentions(&kith_model::Mentions {
        people: vec![ME],
        everybody: false,
    });
    fixture.put(&named).await;
    assert_eq!(fixture.to_read().await, 1, "a lower id of the same second");
    fixture.put(&message(9, 2)).await;
    assert_eq!(fixture.to_read().await, 2, "a clock that is behind");
    fixture.put(&own(4, 10)).await;
    assert_eq!(fixture.to_read().await, 2, "one's own is never unread");
    fixture.put(&named).await;
    assert_eq!(fixture.to_read().await, 2, "it comes once");
    fixture.put(&message(6, 10)).await;
    assert_eq!(fixture.to_read().await, 3, "and one above the pointer");
    assert_eq!(fixture.first().await, Some(id(9)), "the oldest of all");
    let entry = fixture.store.dialog(&dialog_id(1)).await.expect("a read");
    assert_eq!(entry.expect("listed").mentions, 1, "its mention counts too");
}

#[tokio::test]
async fn a_late_message_is_read_when_it_was_on_screen_itself() {
    let fixture = Fixture::new().await;
    fixture.put(&message(5, 10)).await;
    fixture.has_read_to(10, 5).await;
    fixture.put(&message(3, 10)).await;
    fixture.put(&message(4, 10)).await;
    fixture.put(&message(7, 20)).await;
    assert!(fixture.looked_at(7, &[]).await);
    assert_eq!(fixture.to_read().await, 2, "what stands above was not seen");
    assert_eq!(fixture.told_as_read().await, [id(7)]);
    assert!(fixture.looked_at(3, &[]).await, "this one was");
    assert_eq!(fixture.to_read().await, 1);
    assert_eq!(fixture.told_as_read().await, [id(7), id(3)]);
    assert!(fixture.looked_at(7, &[5, 4]).await, "beside another");
    assert_eq!(fixture.to_read().await, 0);
    assert_eq!(fixture.told_as_read().await, [id(7), id(4), id(3)]);
    assert!(
        !fixture.looked_at(7, &[5, 4, 3]).await,
        "nothing is new in that"
    );
}

#[tokio::test]
async fn marking_all_as_read_takes_the_late_ones_with_it() {
    let fixture = Fixture::new().await;
    fixture.put(&message(5, 10)).await;
    fixture.has_read_to(10, 5).await;
    fixture.put(&message(3, 10)).await;
    fixture.put(&message(7, 20)).await;
    fixture
        .write(async |write| {
            assert!(write.read_all(&dialog_id(1)).await.expect("read"));
            assert!(!write.read_all(&dialog_id(1)).await.expect("read"), "once");
        })
        .await;
    assert_eq!(fixture.to_read().await, 0);
    assert_eq!(fixture.told_as_read().await, [id(7), id(3)]);
}

#[tokio::test]
async fn another_device_reads_a_late_message_by_its_own_marker() {
    let fixture = Fixture::new().await;
    fixture.put(&message(5, 10)).await;
    fixture.has_read_to(10, 5).await;
    fixture.put(&message(3, 10)).await;
    fixture.put(&message(7, 20)).await;
    fixture.read_on_the_phone(7).await;
    assert_eq!(
        fixture.to_read().await,
        1,
        "a marker further down says nothing of what came late"
    );
    fixture.read_on_the_phone(3).await;
    assert_eq!(fixture.to_read().await, 0);
    assert_eq!(fixture.told_as_read().await, [], "the phone has told it");
}

#[tokio::test]
async fn a_marker_that_came_before_its_late_message_counts() {
    let fixture = Fixture::new().await;
    fixture.put(&message(5, 10)).await;
    fixture.has_read_to(10, 5).await;
    fixture.read_on_the_phone(3).await;
    fixture.put(&message(3, 10)).await;
    assert_eq!(fixture.to_read().await, 0);
    fixture.read_on_the_phone(4).await;
    fixture.answered(&[told(4, 10, 10, false)]).await;
    assert_eq!(
        fixture.to_read().await,
        0,
        "an answer from before does not take it back"
    );
}

#[tokio::test]
async fn the_phone_has_not_read_what_it_says_nothing_of() {
    let fixture = Fixture::new().await;
    fixture.has_read_to(9, 0).await;
    for n in 3..=5 {
        fixture.put(&message(n, 10)).await;
    }
    fixture.put(&own(6, 10)).await;
    fixture.read_on_the_phone(5).await;
    assert_eq!(fixture.to_read().await, 2, "it may lack those above it");
    assert_eq!(fixture.first().await, Some(id(3)));
    fixture.read_on_the_phone(3).await;
    assert_eq!(fixture.first().await, Some(id(4)), "a word of its own");
    fixture.answered(&[told(4, 10, 10, true)]).await;
    assert_eq!(fixture.to_read().await, 0, "or the server's");
    assert_eq!(fixture.told_as_read().await, [], "the phone has told it");
}

#[tokio::test]
async fn the_servers_word_reads_a_late_message() {
    let fixture = Fixture::new().await;
    fixture.put(&message(5, 10)).await;
    fixture.has_read_to(10, 5).await;
    fixture.put(&message(3, 10)).await;
    fixture.answered(&[told(3, 10, 10, false)]).await;
    assert_eq!(fixture.to_read().await, 1);
    fixture.answered(&[told(3, 10, 10, true)]).await;
    assert_eq!(fixture.to_read().await, 0);
}

#[tokio::test]
async fn a_late_message_that_is_gone_is_not_unread() {
    let fixture = Fixture::new().await;
    fixture.put(&message(5, 10)).await;
    fixture.has_read_to(10, 5).await;
    fixture.put(&message(3, 10)).await;
    fixture
        .write(async |write| {
            write.hear_removal(&id(3), BEA).await.expect("heard");
        })
        .await;
    assert_eq!(fixture.to_read().await, 0);
}

#[tokio::test]
async fn old_history_stays_read() {
    let fixture = Fixture::new().await;
    // A first sign-in: the pages come before it is known what was read.
    fixture
        .answered(&[told(1, 10, 10, false), told(2, 11, 11, true)])
        .await;
    fixture.has_read_to(11, 2).await;
    fixture.holds(10, 20).await;
    fixture
        .write(async |write| {
            let known_to = at(100);
            write
                .know_changes_to(&dialog_id(1), known_to)
                .await
                .expect("kept");
        })
        .await;
    assert_eq!(fixture.to_read().await, 0);
    fixture
        .answered(&[told(3, 5, 5, false), told(4, 6, 6, false)])
        .await;
    assert_eq!(fixture.to_read().await, 0, "a hole that is filled");
    fixture.answered(&[told(1, 10, 10, false)]).await;
    assert_eq!(fixture.to_read().await, 0, "what is known is no news");
}

#[tokio::test]
async fn what_came_while_away_with_an_early_time_is_unread() {
    let fixture = Fixture::new().await;
    // By a clock that is ahead, and stored long before.
    fixture.answered(&[told(5, 900, 250, true)]).await;
    fixture.has_read_to(900, 5).await;
    fixture.holds(10, 18).await;
    fixture.answered(&[told(4, 900, 240, false)]).await;
    assert_eq!(fixture.to_read().await, 1, "in the pointer's own second");
    fixture.answered(&[told(6, 12, 240, false)]).await;
    assert_eq!(fixture.to_read().await, 2, "where everything was held");
    fixture.answered(&[told(7, 5, 240, false)]).await;
    assert_eq!(fixture.to_read().await, 2, "nothing tells that it is new");
    fixture.answered(&[told(8, 5, 251, false)]).await;
    assert_eq!(fixture.to_read().await, 3, "stored after what was read");
    fixture
        .write(async |write| {
            write
                .know_changes_to(&dialog_id(1), at(230))
                .await
                .expect("kept");
        })
        .await;
    fixture.answered(&[told(9, 5, 230, false)]).await;
    assert_eq!(
        fixture.to_read().await,
        4,
        "stored after all that was known"
    );
    fixture.answered(&[told(10, 13, 300, true)]).await;
    assert_eq!(fixture.to_read().await, 4, "read elsewhere meanwhile");
}

#[tokio::test]
async fn what_stands_above_what_was_read_before_anybody_asked_is_as_the_server_tells() {
    let fixture = Fixture::new().await;
    fixture.put(&message(9, 50)).await;
    fixture.looked_at(9, &[]).await;
    fixture
        .answered(&[
            told(1, 10, 10, false),
            told(2, 20, 20, true),
            told(3, 30, 30, false),
            told(9, 50, 50, false),
        ])
        .await;
    assert_eq!(fixture.to_read().await, 1, "the first was above a read one");
    assert_eq!(fixture.first().await, Some(id(3)));

    let silent = Fixture::new().await;
    silent.put(&message(9, 50)).await;
    silent.looked_at(9, &[]).await;
    silent.answered(&[message(3, 30), message(9, 50)]).await;
    assert_eq!(
        silent.to_read().await,
        0,
        "a server that tells no readers tells nothing"
    );
}

#[tokio::test]
async fn an_answer_that_moves_the_pointer_says_what_it_passed() {
    let fixture = Fixture::new().await;
    fixture.has_read_to(9, 0).await;
    fixture
        .answered(&[
            told(1, 10, 10, false),
            told(2, 11, 40, false),
            told(3, 12, 12, false),
            told(4, 12, 12, true),
        ])
        .await;
    assert_eq!(
        fixture.to_read().await,
        2,
        "the first was there; the second came after; within a second each is told"
    );
    assert_eq!(fixture.first().await, Some(id(2)));
}

#[tokio::test]
async fn reading_on_says_nothing_of_what_came_from_a_clock_that_is_behind() {
    let fixture = Fixture::new().await;
    fixture.put(&told(1, 10, 10, true)).await;
    fixture.has_read_to(10, 1).await;
    // The other device had the third before the second, which the server had first.
    let (behind, timely) = (told(2, 12, 20, false), told(4, 19, 19, false));
    fixture
        .answered(&[behind, timely, told(3, 21, 21, true)])
        .await;
    assert_eq!(
        (fixture.to_read().await, fixture.first().await),
        (1, Some(id(2)))
    );
}

#[tokio::test]
async fn another_time_makes_nothing_read() {
    let fixture = Fixture::new().await;
    fixture.put(&message(5, 20)).await;
    fixture.has_read_to(20, 5).await;
    fixture.put(&message(6, 21)).await;
    assert_eq!(fixture.to_read().await, 1);
    fixture.answered(&[told(6, 19, 21, false)]).await;
    assert_eq!(fixture.to_read().await, 1, "it sank below the pointer");
    fixture.answered(&[told(6, 22, 21, false)]).await;
    assert_eq!(
        fixture.to_read().await,
        1,
        "and rose again, and counts once"
    );
    assert!(fixture.looked_at(6, &[]).await);
    assert_eq!(fixture.to_read().await, 0);
}

#[tokio::test]
async fn the_timer_of_a_late_message_runs_when_it_was_seen() {
    let fixture = Fixture::new().await;
    fixture.put(&message(5, 20)).await;
    fixture.has_read_to(20, 5).await;
    let timed = Message {
        destroy_after: Some(30),
        is_in_history: false,
        ..message(3, 20)
    };
    fixture.put(&timed).await;
    let start = async || {
        fixture
            .write(async |write| write.start_timers().await.expect("started"))
            .await;
        let held = fixture.store.message(&id(3)).await.expect("a read");
        held.expect("held").expires_at
    };
    assert_eq!(start().await, None, "nobody has seen it");
    fixture.looked_at(3, &[]).await;
    assert!(start().await > Some(Timestamp::default()));
}

/// A message that goes away by itself: no history brings it to who missed it.
fn passing(message: Message) -> Message {
    Message {
        destroy_after: Some(60),
        is_in_history: false,
        ..message
    }
}

#[tokio::test]
async fn what_goes_away_by_itself_is_read_elsewhere_only_if_it_was_seen_there() {
    let fixture = Fixture::new().await;
    fixture.put(&message(1, 10)).await;
    fixture.has_read_to(10, 1).await;
    fixture.put(&passing(message(2, 11))).await;
    fixture.put(&message(3, 12)).await;
    fixture.read_on_the_phone(3).await;
    assert_eq!(fixture.first().await, Some(id(2)), "the phone may lack it");
    assert_eq!(fixture.to_read().await, 1);
    fixture.put(&message(4, 13)).await;
    let has_read = Message {
        read_by: vec![ME],
        ..message(4, 13)
    };
    fixture.put(&has_read).await;
    assert_eq!(fixture.to_read().await, 1, "nor do the server's books tell");
    fixture.read_on_the_phone(2).await;
    assert_eq!(fixture.to_read().await, 0, "the phone had it on screen");
    fixture.put(&passing(message(5, 14))).await;
    fixture.put(&message(6, 15)).await;
    fixture.looked_at(6, &[]).await;
    assert_eq!(
        fixture.to_read().await,
        0,
        "here it was above what was seen"
    );
    let told = fixture.store.markers_out(9).await.expect("a read");
    let told: Vec<_> = told
        .iter()
        .map(|marker| (marker.message.clone(), marker.is_in_books))
        .collect();
    assert_eq!(told, [(id(6), true), (id(5), false)]);
}

#[tokio::test]
async fn the_server_is_not_asked_who_read_what_goes_away_by_itself() {
    let fixture = Fixture::new().await;
    fixture.put(&own(1, 10)).await;
    fixture.put(&passing(own(2, 11))).await;
    fixture.put(&own(3, 12)).await;
    let above = fixture.store.unread_by_others_above(&id(3), 9).await;
    assert_eq!(above.expect("a read"), [id(1)]);
}
