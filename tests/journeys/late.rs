//! Messages that come when their place has been read already: nobody saw them,
//! so they are unread, on every device, until somebody does.

use std::sync::Arc;

use anyhow::Result;
use kith_model::{Delivery, MessageId};
use kith_testkit::{ALEX, BEA, CAROL, Road, ShiftedClock, Town};

/// Bea's clock is behind, but not so much that Kith would not believe it.
const BEHIND: i64 = -20_000;

#[tokio::test(flavor = "multi_thread")]
async fn what_comes_with_an_early_time_is_unread_until_it_was_seen() -> Result<()> {
    let town = Town::open().await?;
    let desk = town.device(ALEX, "desk").await?;
    let lap = town.device(ALEX, "lap").await?;
    let carol = town.person(CAROL).await?;
    let road = Road::to(town.connection()).await?;
    let clock = Arc::new(ShiftedClock::ahead_by(BEHIND));
    let bea = town.device_over(BEA, "desk", &road, clock).await?;
    bea.online().await;
    let dialog = desk.group("Walks", &[&bea, &carol]).await?;
    for person in [&lap, &bea, &carol] {
        person.dialog(&dialog).await;
    }

    let first = carol.say(&dialog, "shall we?").await?;
    for device in [&desk, &lap] {
        device.hears(&first).await;
        device.sees_unread(&dialog, 1).await;
    }
    desk.engine.seen(&dialog, &first).await?;
    for device in [&desk, &lap] {
        device.sees_unread(&dialog, 0).await;
    }

    let late = bea.say(&dialog, "I am in").await?;
    for device in [&desk, &lap] {
        let held = device.hears(&late).await;
        let read = device.engine.store().read_up_to(&dialog).await?;
        assert!(
            read.is_some_and(|read| held.message.place() < read),
            "its place was read already"
        );
        device.sees_unread(&dialog, 1).await;
        let lands = device.engine.store().first_unread(&dialog).await?;
        assert_eq!(lands.as_ref(), Some(&late), "where one lands");
    }
    let second = carol.say(&dialog, "good").await?;
    desk.hears(&second).await;
    desk.engine.seen(&dialog, &second).await?;
    carol.sees(&second, Delivery::Read).await;
    for device in [&desk, &lap] {
        device.sees_unread(&dialog, 1).await;
    }
    let state = bea.sees(&late, Delivery::Delivered).await.delivery;
    assert_eq!(state, Delivery::Delivered, "nobody has seen it");

    lap.engine.seen(&dialog, &late).await?;
    for device in [&desk, &lap] {
        device.sees_unread(&dialog, 0).await;
    }
    bea.sees(&late, Delivery::Read).await;

    // The same while the desk is closed: it is told by the server's history.
    let desk = desk.stop().await;
    let missed = bea.say(&dialog, "and my dog, too").await?;
    lap.hears(&missed).await;
    lap.sees_unread(&dialog, 1).await;
    let desk = desk.returns().await?;
    desk.online().await;
    desk.hears(&missed).await;
    desk.sees_unread(&dialog, 1).await;
    desk.engine.mark_read(&[]).await?;
    for device in [&desk, &lap] {
        device.sees_unread(&dialog, 0).await;
    }
    bea.sees(&missed, Delivery::Read).await;
    Ok(())
}

/// More than are told one by one to who wrote them.
const MANY: usize = 25;

#[tokio::test(flavor = "multi_thread")]
async fn what_was_read_in_bulk_on_another_device_is_read_here_though_it_came_late() -> Result<()> {
    let town = Town::open_plain().await?;
    let desk = town.device(ALEX, "desk").await?;
    let lap = town.device(ALEX, "lap").await?;
    let carol = town.person(CAROL).await?;
    let road = Road::to(town.connection()).await?;
    let clock = Arc::new(ShiftedClock::ahead_by(BEHIND));
    let bea = town.device_over(BEA, "desk", &road, clock).await?;
    bea.online().await;
    let dialog = desk.group("Walks", &[&bea, &carol]).await?;
    for person in [&lap, &bea, &carol] {
        person.dialog(&dialog).await;
    }
    let first = carol.say(&dialog, "shall we?").await?;
    for device in [&desk, &lap] {
        device.hears(&first).await;
    }
    desk.engine.seen(&dialog, &first).await?;
    lap.sees_unread(&dialog, 0).await;

    let mut late: Vec<MessageId> = Vec::new();
    for number in 0..MANY {
        late.push(bea.say(&dialog, &format!("word {number}")).await?);
    }
    for device in [&desk, &lap] {
        device.sees_unread(&dialog, u32::try_from(MANY)?).await;
    }
    let link = lap.engine.link();
    desk.engine.seen_on_screen(&dialog, &first, &late).await?;
    for device in [&desk, &lap] {
        device.sees_unread(&dialog, 0).await;
    }
    assert!(!link.has_changed()?, "over the link that was there");
    for id in &late {
        bea.sees(id, Delivery::Read).await;
    }
    Ok(())
}
