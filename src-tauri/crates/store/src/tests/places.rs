//! Where somebody was reading.

use super::*;
use crate::ReadingPlace;

impl Fixture {
    async fn stops_at(&self, dialog: u32, place: Option<(u32, i32)>) {
        let place = place.map(|(message, top)| (id(message), top));
        let place = place.as_ref().map(|(message, top)| (message, *top));
        self.write(async |write| {
            let kept = write.keep_reading_place(&dialog_id(dialog), place).await;
            kept.expect("kept");
        })
        .await;
    }

    async fn places(&self) -> Vec<ReadingPlace> {
        self.store.reading_places().await.expect("a read")
    }
}

#[tokio::test]
async fn a_place_is_kept_until_one_is_at_the_end_or_its_message_is_gone() {
    let fixture = Fixture::new().await;
    for n in 1..=3 {
        fixture.put(&message(n, 10)).await;
    }
    let place = |message: u32, top: i32| ReadingPlace {
        dialog: dialog_id(1),
        message: id(message),
        top,
    };
    fixture.stops_at(1, Some((1, 5))).await;
    fixture.stops_at(1, Some((2, -40))).await;
    assert_eq!(fixture.places().await, [place(2, -40)]);
    fixture
        .write(async |write| assert!(write.take_away(&id(2)).await.expect("gone")))
        .await;
    assert_eq!(fixture.places().await, [], "there is no such message");
    fixture.stops_at(1, Some((3, 0))).await;
    assert_eq!(fixture.places().await, [place(3, 0)]);
    fixture.stops_at(1, None).await;
    assert_eq!(fixture.places().await, []);
    fixture.stops_at(1, Some((3, 0))).await;
    fixture
        .write(async |write| write.unlist(&dialog_id(1)).await.expect("unlisted"))
        .await;
    assert_eq!(fixture.places().await, [], "it is not in the list");
}
