//! The read pointer and what is derived from it.

use kith_model::{Delivery, Place};

use super::{BEA, Fixture, ME, at, dialog_id, id, message, own};

impl Fixture {
    async fn unread(&self) -> u32 {
        let entry = self
            .store
            .dialog(&dialog_id(1))
            .await
            .expect("a read")
            .expect("listed");
        assert_eq!(
            entry.unread,
            self.store.unread_total().await.expect("a read"),
            "list and total are one number"
        );
        entry.unread
    }

    async fn point_at(&self, second: i64, n: u32) -> bool {
        let mut moved = false;
        self.write(async |write| {
            let place = Place {
                sent_at: second,
                id: id(n),
            };
            moved = write
                .advance_pointer(&dialog_id(1), &place)
                .await
                .expect("a write");
        })
        .await;
        moved
    }

    async fn see(&self, n: u32) {
        self.write(async |write| {
            write.seen(&dialog_id(1), &id(n)).await.expect("seen");
        })
        .await;
    }

    async fn announced(&self) -> Vec<(kith_model::MessageId, bool)> {
        let markers = self.store.markers_out(100).await.expect("a read");
        markers
            .into_iter()
            .map(|marker| (marker.message, marker.is_read))
            .collect()
    }
}

#[tokio::test]
async fn unread_are_the_messages_of_others_above_the_pointer() {
    let fixture = Fixture::new().await;
    for n in 1..=4 {
        fixture.put(&message(n, 10)).await;
    }
    fixture.put(&own(5, 12)).await;
    assert_eq!(fixture.unread().await, 0, "unknown is not unread");
    assert!(fixture.point_at(10, 1).await);
    assert_eq!(
        fixture.unread().await,
        3,
        "one's own do not count, and ids decide within a second"
    );
    assert_eq!(
        fixture
            .store
            .first_unread(&dialog_id(1))
            .await
            .expect("a read"),
        Some(id(2))
    );
    fixture.put(&message(6, 13)).await;
    assert_eq!(fixture.unread().await, 4);
}

#[tokio::test]
async fn the_pointer_never_goes_back() {
    let fixture = Fixture::new().await;
    assert!(fixture.point_at(20, 5).await);
    assert!(!fixture.point_at(20, 5).await, "it is there already");
    assert!(
        !fixture.point_at(20, 4).await,
        "a lower id in the same second"
    );
    assert!(!fixture.point_at(19, 9).await, "an earlier second");
    assert!(fixture.point_at(20, 6).await);
    let place = fixture
        .store
        .read_up_to(&dialog_id(1))
        .await
        .expect("a read");
    assert_eq!(
        place,
        Some(Place {
            sent_at: 20,
            id: id(6)
        })
    );
}

#[tokio::test]
async fn seeing_a_message_announces_each_that_was_read_by_it_once() {
    let fixture = Fixture::new().await;
    fixture.point_at(9, 0).await;
    for n in 1..=3 {
        fixture.put(&message(n, 10 + i64::from(n))).await;
    }
    fixture.put(&own(4, 15)).await;
    fixture.see(2).await;
    assert_eq!(fixture.unread().await, 1);
    assert_eq!(fixture.announced().await, [(id(2), true), (id(1), true)]);
    fixture.see(2).await;
    fixture.see(1).await;
    assert_eq!(
        fixture.announced().await.len(),
        2,
        "seeing it again says nothing new"
    );
    fixture.see(4).await;
    assert_eq!(fixture.unread().await, 0);
    assert_eq!(
        fixture.announced().await.len(),
        3,
        "one's own message is nobody's to mark"
    );
}

#[tokio::test]
async fn catching_up_reads_nothing() {
    let fixture = Fixture::new().await;
    fixture.point_at(9, 0).await;
    for n in 1..=3 {
        let mut told = message(n, 10);
        told.read_by = vec![BEA];
        told.delivered_to = vec![BEA, ME];
        fixture.put(&told).await;
    }
    assert_eq!(fixture.unread().await, 3);
    assert_eq!(fixture.announced().await, []);
}

#[tokio::test]
async fn what_another_device_has_read_is_read_here() {
    let fixture = Fixture::new().await;
    fixture.point_at(9, 0).await;
    for n in 1..=3 {
        fixture.put(&message(n, 10)).await;
    }
    fixture
        .write(async |write| {
            write
                .hear_marker(Delivery::Read, &id(2), ME, at(20))
                .await
                .expect("heard")
        })
        .await;
    assert_eq!(fixture.unread().await, 2, "a carbon of its marker");
    let mut told = message(3, 10);
    told.read_by = vec![BEA, ME];
    fixture.put(&told).await;
    assert_eq!(fixture.unread().await, 1, "or the server's word");
    assert_eq!(
        fixture.announced().await,
        [],
        "that device has told the others"
    );
}

#[tokio::test]
async fn an_own_marker_that_comes_before_its_message_counts() {
    let fixture = Fixture::new().await;
    fixture.point_at(9, 0).await;
    fixture
        .write(async |write| {
            write
                .hear_marker(Delivery::Read, &id(1), ME, at(20))
                .await
                .expect("heard")
        })
        .await;
    fixture.put(&message(1, 10)).await;
    assert_eq!(fixture.unread().await, 0);
}

#[tokio::test]
async fn an_own_message_moves_no_pointer() {
    let fixture = Fixture::new().await;
    fixture.point_at(9, 0).await;
    fixture.put(&message(1, 10)).await;
    let mut elsewhere = own(2, 20);
    elsewhere.read_by = vec![ME];
    fixture.put(&elsewhere).await;
    assert_eq!(
        fixture.unread().await,
        1,
        "a device that was offline sends without having read"
    );
}

#[tokio::test]
async fn what_was_delivered_is_announced_and_reading_says_more() {
    let fixture = Fixture::new().await;
    fixture.point_at(9, 0).await;
    let news = message(1, 10);
    fixture.put(&news).await;
    fixture
        .write(async |write| write.announce_delivered(&news))
        .await;
    assert_eq!(fixture.announced().await, [(id(1), false)]);
    let marker = fixture
        .store
        .markers_out(1)
        .await
        .expect("a read")
        .remove(0);
    fixture.see(1).await;
    fixture
        .write(async |write| write.marker_written(&marker, at(30)))
        .await;
    assert_eq!(
        fixture.announced().await,
        [(id(1), true)],
        "that it was read is still to be told"
    );

    let marker = fixture
        .store
        .markers_out(1)
        .await
        .expect("a read")
        .remove(0);
    fixture
        .write(async |write| write.marker_written(&marker, at(31)))
        .await;
    assert_eq!(fixture.announced().await, []);
    fixture
        .write(async |write| write.doubt_markers().await.expect("doubted"))
        .await;
    assert_eq!(
        fixture.announced().await,
        [(id(1), true)],
        "a broken link may have lost it"
    );
    fixture
        .write(async |write| {
            write.marker_written(&marker, at(32));
            assert!(!write.markers_arrived(at(32)).await.expect("too early"));
            assert!(write.markers_arrived(at(33)).await.expect("long enough"));
            write.doubt_markers().await.expect("doubted");
        })
        .await;
    assert_eq!(fixture.announced().await, [], "it has arrived");
}

#[tokio::test]
async fn seeing_a_pending_message_reads_what_was_sent_before_it() {
    let fixture = Fixture::new().await;
    fixture.point_at(9, 0).await;
    fixture.put(&message(1, 10)).await;
    fixture
        .write(async |write| {
            write
                .queue(&dialog_id(1), &id(2), "mine", at(11))
                .await
                .expect("queued");
        })
        .await;
    fixture.put(&message(3, 12)).await;
    fixture.see(2).await;
    assert_eq!(
        fixture.unread().await,
        1,
        "what came after it was written is not read by it"
    );
}

#[tokio::test]
async fn counting_stops_at_a_thousand() {
    let fixture = Fixture::new().await;
    fixture.point_at(1, 0).await;
    fixture
        .write(async |write| {
            for n in 1..=1100 {
                write.put(&message(n, 10)).await.expect("kept");
            }
        })
        .await;
    assert_eq!(fixture.unread().await, 1000);
}
