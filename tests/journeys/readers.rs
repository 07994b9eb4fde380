//! What others have read: told by their markers, and of what they read in bulk
//! by the server alone.

use std::sync::Arc;

use anyhow::Result;
use kith_model::{Delivery, MessageId, SystemClock};
use kith_testkit::{ALEX, BEA, TestPerson, Town, Turnstile};

/// More than are marked one by one.
const MANY: usize = 25;

#[tokio::test(flavor = "multi_thread")]
async fn a_marker_reads_its_message_and_the_server_tells_of_those_above() -> Result<()> {
    let town = Town::open_plain().await?;
    let is_by_id = |line: &str| line.contains("chat/Message?") && line.contains("_id%5Bin%5D");
    let turnstile = Turnstile::before(town.connection(), is_by_id).await?;
    let path = town.folder().join("alex-desk.db");
    let connection = turnstile.lead(town.connection());
    let alex = TestPerson::start(ALEX, connection, path, Arc::new(SystemClock)).await?;
    alex.online().await;
    let bea = town.person(BEA).await?;
    let dialog = alex.private(&bea).await?;
    let mut ids: Vec<MessageId> = Vec::new();
    for number in 0..MANY {
        ids.push(alex.say(&dialog, &format!("word {number}")).await?);
    }
    let newest = ids.last().expect("many");
    bea.hears(newest).await;

    turnstile.hold(is_by_id);
    bea.engine.seen(&dialog, newest).await?;
    alex.sees(newest, Delivery::Read).await;
    turnstile
        .until("the question who has read the others", |asked| {
            asked.waiting.iter().any(|line| is_by_id(line))
        })
        .await;
    for id in &ids[..MANY - 1] {
        let held = alex.message(id).await.expect("an own one");
        assert!(held.delivery < Delivery::Read, "its marker was for another");
    }

    turnstile.hold(|_| false);
    for id in &ids {
        alex.sees(id, Delivery::Read).await;
    }
    let asked = turnstile.asked();
    let n_asked = asked.lines.iter().filter(|line| is_by_id(line)).count();
    assert!(n_asked < MANY / 2, "not one by one: {:?}", asked.lines);
    Ok(())
}
