//! An edit is told twice: to the server's history, and to the others over the
//! stream, which nothing acknowledges to its writer. Whatever breaks in between,
//! the others hear of it, over the links that they have all the time.

use std::sync::Arc;

use anyhow::Result;
use kith_client::{Rest, Secret};
use kith_model::{Delivery, DialogId, Mentions, MessageId, SystemClock};
use kith_testkit::{ALEX, BEA, PASSWORD, Road, TestPerson, Town};

/// Alex over a road, Bea, and a message of Alex's that both have.
async fn said(town: &Town, road: &Road) -> Result<(TestPerson, TestPerson, DialogId, MessageId)> {
    let alex = town
        .device_over(ALEX, "desk", road, Arc::new(SystemClock))
        .await?;
    alex.online().await;
    let bea = town.person(BEA).await?;
    let dialog = alex.private(&bea).await?;
    let id = alex.say(&dialog, "frist").await?;
    bea.hears(&id).await;
    alex.sees(&id, Delivery::Delivered).await;
    Ok((alex, bea, dialog, id))
}

async fn reads(person: &TestPerson, id: &MessageId, text: &str) {
    person
        .until(&format!("{text:?}"), || async {
            let held = person.message(id).await?;
            (held.message.body == text).then_some(())
        })
        .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_edit_that_was_lost_with_its_stream_is_announced_on_the_next() -> Result<()> {
    let town = Town::open_plain().await?;
    let road = Road::to(town.connection()).await?;
    let (alex, bea, _, id) = said(&town, &road).await?;
    // The server takes the announcement and tells nobody, as if it had died with
    // the stream that carried it.
    town.faults().hold_relays(true);
    alex.engine
        .edit_message(&id, "first".into(), &Mentions::default())
        .await?;
    alex.deeds_are_done().await;
    town.faults().hold_relays(false);
    let held = bea.message(&id).await.expect("held");
    assert_eq!(held.message.body, "frist", "nobody has told");

    road.close().await;
    alex.offline().await;
    town.faults().forget_sessions();
    road.clear();
    alex.engine.reconnect_now();
    reads(&bea, &id, "first").await;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn an_edit_whose_app_was_killed_before_it_could_tell_is_told_after_the_start() -> Result<()> {
    let town = Town::open_plain().await?;
    let road = Road::to(town.connection()).await?;
    let (alex, bea, dialog, id) = said(&town, &road).await?;
    road.close().await;
    alex.offline().await;
    alex.engine
        .edit_message(&id, "first".into(), &Mentions::default())
        .await?;
    // What the app does next, up to where it is killed: the server knows, it
    // notes that on disk, and tells nobody.
    let rest = Rest::new(town.connection().clone(), Arc::new(SystemClock))?;
    rest.sign_in(ALEX.login, &Secret::new(PASSWORD)).await?;
    rest.edit_message(&dialog, &id, "first").await?;
    let deed = alex.engine.store().deeds(1).await?.remove(0);
    let mut write = alex.engine.store().write().await?;
    write.deed_known(&deed).await?;
    write.commit().await?;
    let absent = alex.kill().await?;
    let held = bea.message(&id).await.expect("held");
    assert_eq!(held.message.body, "frist", "nobody has told");

    road.clear();
    let alex = absent.returns().await?;
    reads(&bea, &id, "first").await;
    alex.deeds_are_done().await;
    Ok(())
}
