//! What is announced, from the event to what stands.

use kith_client::{Link, ServerEvent};
use kith_model::{MessageId, Place};

use super::{Bench, at, dialog_id, id, message};

impl Bench {
    /// The first dialog was read and announced up to these seconds, and there
    /// is a fresh link.
    async fn announced_to(second: i64) -> Self {
        let bench = Self::new().await;
        let shared = &bench.engine.shared;
        let mut write = shared.store.write().await.expect("the writer");
        let place = |second, n| Place {
            sent_at: second,
            id: id(n),
        };
        let dialog = dialog_id(1);
        let read = write.advance_pointer(&dialog, &place(5, 1)).await;
        assert!(read.expect("placed"));
        write.announced(&dialog, &place(second, 1));
        write.commit().await.expect("the commit");
        shared.link.hear(&Link::Fresh, at(1000));
        bench
    }

    async fn comes(&mut self, n: u32, second: i64) {
        let event = ServerEvent::Message(message(n, second));
        self.arrive(vec![event]).await;
    }

    /// What stands after a decision.
    async fn stands(&self) -> Vec<MessageId> {
        self.engine.shared.judge(true).await.expect("decided");
        let standing = self.engine.notified();
        let standing = standing.borrow();
        standing
            .iter()
            .flat_map(|one| one.messages.clone())
            .collect()
    }
}

#[tokio::test]
async fn until_the_link_has_caught_up_the_mark_decides_and_then_what_comes() {
    let mut bench = Bench::announced_to(50).await;
    bench.comes(2, 10).await;
    bench.comes(3, 60).await;
    assert_eq!(bench.stands().await, [id(3)], "the other was announced");
    bench.engine.shared.link.caught_up(1);
    bench.comes(4, 11).await;
    assert_eq!(
        bench.stands().await,
        [id(4), id(3)],
        "it comes now, whatever its clock says"
    );
    bench.comes(4, 11).await;
    bench.engine.dismiss_notification(&dialog_id(1));
    assert_eq!(bench.stands().await, [], "and comes once");
}

#[tokio::test]
async fn announcing_is_one_look_and_one_write() {
    let mut bench = Bench::announced_to(5).await;
    bench.engine.shared.link.caught_up(1);
    bench.comes(2, 10).await;
    let ways = |bench: &Bench| {
        let store = bench.engine.store();
        (store.ways(), store.statements())
    };
    let before = ways(&bench);
    assert_eq!(bench.stands().await, [id(2)]);
    let after = ways(&bench);
    assert_eq!((after.0 - before.0, after.1 - before.1), (1, 1));
    assert_eq!(bench.stands().await, [id(2)]);
    assert_eq!(ways(&bench).0, after.0, "what stands is only looked at");
}
