//! What one message costs in ways to SQLite's threads, which is most of the
//! time that it takes. A number that creeps up is felt by everybody who writes.

use kith_client::{Link, ServerEvent};
use kith_store::Stretch;

use super::{Bench, at, dialog_id, id, message};

impl Bench {
    /// How often SQLite's threads were gone to, to write and to read.
    fn ways(&self) -> (usize, usize) {
        let store = self.engine.store();
        (store.ways(), store.statements())
    }

    /// The same for one thing that is done.
    async fn cost(&mut self, what: impl AsyncFnOnce(&mut Self)) -> (usize, usize) {
        let before = self.ways();
        what(self).await;
        let after = self.ways();
        (after.0 - before.0, after.1 - before.1)
    }

    /// The first dialog is followed, and there is a link.
    async fn with_a_link() -> Self {
        let bench = Self::new().await;
        let shared = &bench.engine.shared;
        let mut write = shared.store.write().await.expect("the writer");
        let held = Stretch { from: 5, to: 9 };
        write.cover(&dialog_id(1), held).await.expect("covered");
        shared.lock_followed().follow(&dialog_id(1));
        write.commit().await.expect("the commit");
        shared.link.hear(&Link::Fresh, at(1000));
        bench
    }
}

#[tokio::test]
async fn a_message_in_is_one_look_and_one_write() {
    let mut bench = Bench::with_a_link().await;
    let cost = bench
        .cost(async |bench| {
            let told = bench
                .arrive(vec![ServerEvent::Message(message(1, 10))])
                .await;
            assert!(!told.is_empty());
        })
        .await;
    assert_eq!(cost, (2, 0));
    let held = bench.engine.store().coverage(&dialog_id(1)).await;
    assert_eq!(
        held.expect("a read"),
        [Stretch { from: 5, to: 10 }],
        "with all that belongs to it"
    );
}

#[tokio::test]
async fn a_burst_is_a_look_a_message_and_one_write() {
    let mut bench = Bench::with_a_link().await;
    let burst: Vec<_> = (1..=20)
        .map(|n| ServerEvent::Message(message(n, 10)))
        .collect();
    let cost = bench
        .cost(async |bench| drop(bench.arrive(burst).await))
        .await;
    assert_eq!(cost, (21, 0));
}

#[tokio::test]
async fn a_message_out_is_one_look_and_one_write() {
    let mut bench = Bench::with_a_link().await;
    let cost = bench
        .cost(async |bench| {
            bench
                .engine
                .send(&dialog_id(1), id(1), "hello".into())
                .await
                .expect("on its way");
        })
        .await;
    assert_eq!(cost, (2, 0));
    let journal = bench.engine.store().journal(&id(1)).await;
    let steps: Vec<String> = journal
        .expect("a read")
        .into_iter()
        .map(|entry| entry.reason)
        .collect();
    assert_eq!(
        steps[..2],
        ["written", "handed_over"],
        "it left with the transaction that keeps it"
    );
}

#[tokio::test]
async fn an_acknowledgement_is_one_look_and_one_write() {
    let mut bench = Bench::with_a_link().await;
    let mut write = bench.engine.store().write().await.expect("the writer");
    write
        .queue(&dialog_id(1), &id(1), "hello", at(1000))
        .await
        .expect("queued");
    write
        .handing_over(&id(1), at(1002))
        .await
        .expect("handed over");
    write.commit().await.expect("the commit");
    let cost = bench
        .cost(async |bench| drop(bench.arrive(vec![ServerEvent::Acknowledged(id(1))]).await))
        .await;
    assert_eq!(cost, (2, 0));
    assert_eq!(
        bench.shown(1).await,
        ["1002 11 Sent hello"],
        "with the time that it left with"
    );
    let held = bench.engine.store().coverage(&dialog_id(1)).await;
    assert_eq!(held.expect("a read"), [Stretch { from: 5, to: 1002 }]);
}
