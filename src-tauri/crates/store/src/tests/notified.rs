//! What may be announced, and the mark that says up to where it was.

use kith_model::{DialogId, DialogKind, Message, MessageId, Place};

use super::{Fixture, at, dialog, dialog_id, id, message, own};
use crate::Announceable;

impl Fixture {
    /// Read up to a place of the first dialog.
    async fn read_to(&self, second: i64, n: u32) {
        self.write(async |write| {
            let place = Place {
                sent_at: second,
                id: id(n),
            };
            write
                .advance_pointer(&dialog_id(1), &place)
                .await
                .expect("moved");
        })
        .await;
    }

    async fn announceable(&self, ids: &[u32]) -> Vec<Announceable> {
        let ids: Vec<MessageId> = ids.iter().map(|n| id(*n)).collect();
        self.store.announceable(&ids).await.expect("a read")
    }

    async fn unannounced(&self, of_each: u32) -> Vec<(MessageId, DialogId)> {
        let mut all = self.store.unannounced(of_each).await.expect("a read");
        all.sort();
        all
    }

    async fn announce(&self, news: &Message) {
        self.write(async |write| write.announced(&news.dialog_id, &news.place()))
            .await;
    }
}

#[tokio::test]
async fn news_are_above_the_pointer_and_the_mark_and_of_others() {
    let fixture = Fixture::new().await;
    fixture.read_to(10, 1).await;
    fixture.put(&message(1, 10)).await;
    fixture.put(&message(2, 10)).await;
    fixture.put(&own(3, 11)).await;
    fixture.put(&message(4, 12)).await;
    fixture.put(&message(5, 12)).await;
    let of = |n: u32| (id(n), dialog_id(1));
    assert_eq!(fixture.unannounced(9).await, [of(2), of(4), of(5)]);
    assert_eq!(fixture.unannounced(2).await, [of(4), of(5)], "the newest");
    fixture.announce(&message(4, 12)).await;
    assert_eq!(fixture.unannounced(9).await, [of(5)]);
    fixture.announce(&message(2, 10)).await;
    assert_eq!(
        fixture.unannounced(9).await,
        [of(5)],
        "the mark never goes back"
    );
    fixture.read_to(12, 5).await;
    assert_eq!(fixture.unannounced(9).await, [], "read is no news");
}

#[tokio::test]
async fn a_message_tells_all_that_speaks_for_and_against_announcing_it() {
    let fixture = Fixture::new().await;
    let mut silent = message(2, 12);
    silent.is_silent = true;
    fixture.put(&message(1, 11)).await;
    fixture.put(&silent).await;
    fixture.put(&own(3, 13)).await;
    let before = fixture.announceable(&[1, 2, 3, 9]).await;
    assert_eq!(before.len(), 2, "of others, and here: {before:?}");
    assert!(
        !before[0].is_settled && !before[0].is_unread,
        "nobody knows yet up to where it was read"
    );
    fixture.read_to(11, 1).await;
    fixture.announce(&message(1, 11)).await;
    fixture
        .write(async |write| {
            let until = Some(at(500));
            write.mute(&dialog_id(1), until).await.expect("muted");
        })
        .await;
    let [read, unread] = &fixture.announceable(&[2, 1]).await[..] else {
        panic!("two, by their places");
    };
    assert!(read.is_settled && !read.is_unread && read.is_passed && !read.is_silent);
    assert!(unread.is_unread && !unread.is_passed && unread.is_silent && unread.is_here);
    assert_eq!(unread.muted_until, at(500));

    // It comes with a time that was read already.
    fixture.put(&message(4, 5)).await;
    let late = fixture.announceable(&[4]).await;
    assert!(late[0].is_unread && late[0].is_passed, "{late:?}");
    fixture
        .write(async |write| write.unlist(&dialog_id(1)).await.expect("left"))
        .await;
    assert!(!fixture.announceable(&[2]).await[0].is_here);
    assert_eq!(fixture.unannounced(9).await, []);
}

#[tokio::test]
async fn what_was_there_before_this_device_is_no_news() {
    let fixture = Fixture::new().await;
    fixture
        .write(async |write| {
            let second = dialog(2, DialogKind::Group);
            write.put_dialog(&second).await.expect("a dialog");
        })
        .await;
    fixture.read_to(1, 0).await;
    fixture.put(&message(1, 10)).await;
    fixture
        .write(async |write| write.nothing_is_news().await.expect("kept"))
        .await;
    assert_eq!(fixture.unannounced(9).await, []);
    fixture.put(&message(2, 11)).await;
    assert_eq!(fixture.unannounced(9).await, [(id(2), dialog_id(1))]);
}
