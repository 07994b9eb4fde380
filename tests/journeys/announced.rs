//! An edit is told twice: to the server's history, and to the others over the
//! stream. Whatever breaks in between, the others hear of it, over the links that
//! they have all the time; and whoever else edits meanwhile, all end with one text.

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

/// The text that the server has.
async fn history(town: &Town, dialog: &DialogId, id: &MessageId) -> Result<String> {
    let rest = Rest::new(town.connection().clone(), Arc::new(SystemClock))?;
    rest.sign_in(ALEX.login, &Secret::new(PASSWORD)).await?;
    let mut held = rest
        .messages_by_id(dialog, std::slice::from_ref(id))
        .await?;
    Ok(held.remove(0).body)
}

/// What the app does with an edit up to where it is stopped: the server knows,
/// it notes that on disk, and tells nobody.
async fn known_and_not_announced(
    town: &Town,
    alex: &TestPerson,
    dialog: &DialogId,
    id: &MessageId,
) -> Result<()> {
    let rest = Rest::new(town.connection().clone(), Arc::new(SystemClock))?;
    rest.sign_in(ALEX.login, &Secret::new(PASSWORD)).await?;
    rest.edit_message(dialog, id, "first").await?;
    let deed = alex.engine.store().deeds(1).await?.remove(0);
    let mut write = alex.engine.store().write().await?;
    write.deed_known(&deed).await?;
    write.commit().await?;
    Ok(())
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
    let (alex, bea, dialog, id) = said(&town, &road).await?;
    // The server takes the announcement, acknowledges nothing and tells nobody,
    // as if it had died with the stream that carried it.
    town.faults().hold_relays(true);
    town.faults().swallow_acks(true);
    alex.engine
        .edit_message(&id, "first".into(), &Mentions::default())
        .await?;
    while history(&town, &dialog, &id).await? != "first" {}

    road.close().await;
    alex.offline().await;
    town.faults().forget_sessions();
    town.faults().hold_relays(false);
    town.faults().swallow_acks(false);
    road.clear();
    alex.engine.reconnect_now();
    reads(&bea, &id, "first").await;
    alex.deeds_are_done().await;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn an_edit_of_another_device_is_not_undone_by_one_that_is_told_again() -> Result<()> {
    let town = Town::open_plain().await?;
    let road = Road::to(town.connection()).await?;
    let (alex, bea, dialog, id) = said(&town, &road).await?;
    let lap = town.device(ALEX, "lap").await?;
    lap.hears(&id).await;
    road.close().await;
    alex.offline().await;
    alex.engine
        .edit_message(&id, "first".into(), &Mentions::default())
        .await?;
    known_and_not_announced(&town, &alex, &dialog, &id).await?;
    lap.online().await;
    lap.engine
        .edit_message(&id, "second".into(), &Mentions::default())
        .await?;
    lap.deeds_are_done().await;
    reads(&bea, &id, "second").await;

    road.clear();
    alex.engine.reconnect_now();
    alex.deeds_are_done().await;
    reads(&alex, &id, "second").await;
    reads(&bea, &id, "second").await;
    reads(&lap, &id, "second").await;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn two_devices_that_edit_at_once_and_everybody_else_end_with_one_text() -> Result<()> {
    let town = Town::open_plain().await?;
    let road = Road::to(town.connection()).await?;
    let (alex, bea, dialog, id) = said(&town, &road).await?;
    let lap = town.device(ALEX, "lap").await?;
    lap.hears(&id).await;
    lap.online().await;
    for round in 0..10 {
        let (here, there) = (format!("here {round}"), format!("there {round}"));
        let nobody = Mentions::default();
        let (a, b) = tokio::join!(
            alex.engine.edit_message(&id, here, &nobody),
            lap.engine.edit_message(&id, there, &nobody),
        );
        a?;
        b?;
        alex.deeds_are_done().await;
        lap.deeds_are_done().await;
        let text = &history(&town, &dialog, &id).await?;
        for device in [&alex, &lap, &bea] {
            reads(device, &id, text).await;
        }
    }
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
    known_and_not_announced(&town, &alex, &dialog, &id).await?;
    let absent = alex.kill().await?;

    road.clear();
    let alex = absent.returns().await?;
    reads(&bea, &id, "first").await;
    alex.deeds_are_done().await;
    Ok(())
}
