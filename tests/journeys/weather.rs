//! Bad roads: slow, narrow, lossy, and half open, where one end believes in a
//! connection that the other has given up. Whatever the weather, what is said
//! arrives, once and in one order, and nobody reads what was not shown.

use std::sync::Arc;
use std::time::Duration;

use anyhow::Result;
use kith_model::{Delivery, DialogId, Mentions, MessageId, SystemClock};
use kith_testkit::{ALEX, BEA, Road, TestPerson, Town, Weather};

/// A change of the weather, and its name.
type Change = (&'static str, fn(&mut Weather));

/// So much each of the two says.
const WORDS: usize = 12;

/// Alex, and Bea over a road, with a private dialog that both have.
async fn pair(town: &Town, road: &Road) -> Result<(TestPerson, TestPerson, DialogId)> {
    let alex = town.person(ALEX).await?;
    let bea = town
        .device_over(BEA, "desk", road, Arc::new(SystemClock))
        .await?;
    bea.online().await;
    let dialog = alex.private(&bea).await?;
    let first = alex.say(&dialog, "first").await?;
    bea.hears(&first).await;
    bea.sees_unread(&dialog, 1).await;
    Ok((alex, bea, dialog))
}

/// Both talk, edit and delete; both end up with the same, and it is unread.
async fn talk(alex: &TestPerson, bea: &TestPerson, dialog: &DialogId, why: &str) -> Result<()> {
    let unread = bea.entry(dialog).await.map_or(0, |entry| entry.unread);
    let mut all: Vec<MessageId> = Vec::new();
    for number in 0..WORDS {
        for person in [alex, bea] {
            let text = format!("{} {number}", person.actor.login);
            all.push(person.say(dialog, &text).await?);
        }
    }
    for id in &all {
        for person in [alex, bea] {
            person.sees(id, Delivery::Sent).await;
        }
    }
    let edited = &all[1];
    bea.engine
        .edit_message(edited, "better".into(), &Mentions::default())
        .await?;
    let deleted = bea.engine.delete_messages(&all[3..4], true).await?;
    assert_eq!(deleted.deleted, all[3..4], "{why}");
    alex.until("the edit and the deletion", || async {
        let held = alex.message(edited).await?;
        let is_gone = alex.message(&all[3]).await.is_none();
        (held.message.body == "better" && is_gone).then_some(())
    })
    .await;
    let ids = async |person: &TestPerson| -> Vec<MessageId> {
        let timeline = person.timeline(dialog).await;
        timeline.into_iter().map(|held| held.message.id).collect()
    };
    let (here, there) = (ids(bea).await, ids(alex).await);
    assert_eq!(here, there, "{why}: one order");
    for id in all.iter().filter(|id| **id != all[3]) {
        let n = here.iter().filter(|other| *other == id).count();
        assert_eq!(n, 1, "{why}: once");
    }
    bea.sees_unread(dialog, unread + u32::try_from(WORDS)?)
        .await;
    for id in all.iter().step_by(2) {
        let state = alex.sees(id, Delivery::Delivered).await.delivery;
        assert_eq!(state, Delivery::Delivered, "{why}: nobody has read it");
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn over_a_slow_a_narrow_and_a_lossy_road() -> Result<()> {
    let town = Town::open_plain().await?;
    let road = Road::to(town.connection()).await?;
    let (alex, bea, dialog) = pair(&town, &road).await?;
    let weathers: [Change; 4] = [
        ("slow", |weather| {
            weather.latency = Duration::from_millis(90)
        }),
        ("narrow", |weather| weather.bandwidth = Some(24_000)),
        ("lossy", |weather| weather.loss = 15),
        ("all at once", |weather| {
            weather.latency = Duration::from_millis(30);
            weather.bandwidth = Some(60_000);
            weather.loss = 5;
        }),
    ];
    for (why, weather) in weathers {
        road.change(weather);
        talk(&alex, &bea, &dialog, why).await?;
        road.clear();
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn over_a_road_on_which_the_server_has_given_up() -> Result<()> {
    let town = Town::open_plain().await?;
    let road = Road::to(town.connection()).await?;
    let (alex, bea, dialog) = pair(&town, &road).await?;
    // The server ends its end, and nothing says so at Bea's.
    road.change(|weather| weather.is_silent = true);
    town.faults().cut_links(Some(bea.id().0));
    town.faults().forget_sessions();
    let into_nothing = bea.say(&dialog, "can you hear me").await?;
    let missed = alex.say(&dialog, "hello?").await?;
    let held = bea.sees(&into_nothing, Delivery::Sending).await;
    assert_eq!(held.delivery, Delivery::Sending, "Bea believes in the link");

    // What the engine does itself when it notices: by the stream's own
    // questions within a minute, by the clocks or another network at once.
    road.break_now();
    road.clear();
    bea.engine.cut();
    for id in [&into_nothing, &missed] {
        for person in [&alex, &bea] {
            person.sees(id, Delivery::Sent).await;
        }
    }
    bea.sees_unread(&dialog, 2).await;
    talk(&alex, &bea, &dialog, "afterwards").await
}
