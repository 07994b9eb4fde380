//! Sleep, portals, restarts and clocks that are set: each is recovered from by
//! itself, and with as few connections as it takes.

use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::Result;
use kith_engine::LinkState;
use kith_model::{Delivery, DialogId, SystemClock};
use kith_testkit::{ALEX, BEA, CAROL, Road, ShiftedClock, TestPerson, Town, Turnstile};

const HOUR: i64 = 3_600_000;

/// Alex, and Bea over a road by a clock that can be set, with a dialog.
async fn pair(
    town: &Town,
    road: &Road,
    clock: &Arc<ShiftedClock>,
) -> Result<(TestPerson, TestPerson, DialogId)> {
    let alex = town.person(ALEX).await?;
    let clock = Arc::clone(clock);
    let bea = town.device_over(BEA, "desk", road, clock).await?;
    bea.online().await;
    let dialog = alex.private(&bea).await?;
    let first = alex.say(&dialog, "first").await?;
    bea.hears(&first).await;
    bea.dialog(&dialog).await;
    Ok((alex, bea, dialog))
}

/// So many attempts fit into this time when each wait is twice the one before:
/// the first is a quarter of a second at least.
fn attempts_in(time: Duration) -> usize {
    usize::try_from((time.as_millis() / 250 + 1).ilog2()).unwrap_or(usize::MAX)
}

#[tokio::test(flavor = "multi_thread")]
async fn waking_takes_one_connection() -> Result<()> {
    let town = Town::open_plain().await?;
    let road = Road::to(town.connection()).await?;
    let clock = Arc::new(ShiftedClock::default());
    let (alex, bea, dialog) = pair(&town, &road, &clock).await?;
    let knocks = road.knocks();
    road.change(|weather| weather.is_silent = true);
    let asleep = alex.say(&dialog, "are you asleep").await?;
    clock.shift(HOUR);
    bea.link("the link being made anew", |state| {
        *state == LinkState::Connecting
    })
    .await;
    road.change(|weather| weather.is_silent = false);
    bea.hears(&asleep).await;
    bea.online().await;
    let answer = bea.say(&dialog, "not any more").await?;
    alex.hears(&answer).await;
    assert_eq!(road.knocks(), knocks + 1);
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_clock_that_is_set_breaks_no_link_and_holds_nothing_up() -> Result<()> {
    let town = Town::open_plain().await?;
    let road = Road::to(town.connection()).await?;
    let clock = Arc::new(ShiftedClock::default());
    let (alex, bea, _) = pair(&town, &road, &clock).await?;
    let knocks = road.knocks();
    // Something waits for a moment that will not come for three hours.
    road.change(|weather| weather.is_without_api = true);
    let group = alex.group("Quick", &[&bea]).await?;
    let first = alex.say(&group, "answer quickly").await?;
    bea.hears(&first).await;
    let answer = bea.say(&group, "yes").await?;
    bea.until("that it waits", || async {
        let journal = bea.engine.journal(&answer).await.ok()?;
        let mut steps = journal.iter();
        steps
            .any(|entry| entry.reason == "dialog_unknown")
            .then_some(())
    })
    .await;
    let link = bea.engine.link();
    clock.shift(-3 * HOUR);
    road.change(|weather| weather.is_without_api = false);
    bea.sees(&answer, Delivery::Sent).await;
    alex.hears(&answer).await;
    assert!(!link.has_changed()?, "the link stayed");
    assert_eq!(road.knocks(), knocks);
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_portal_is_asked_more_and_more_seldom() -> Result<()> {
    let town = Town::open_plain().await?;
    let road = Road::to(town.connection()).await?;
    let (alex, bea, dialog) = pair(&town, &road, &Arc::default()).await?;
    let (knocks, began) = (road.knocks(), Instant::now());
    road.change(|weather| weather.is_portal = true);
    // Each attempt is told when it begins and when it has failed.
    bea.until("three attempts", || async {
        (road.knocks() - knocks >= 3).then_some(())
    })
    .await;
    let missed = alex.say(&dialog, "are you there").await?;
    let written = bea.say(&dialog, "from the hotel").await?;
    let asked = road.knocks() - knocks;
    // The first attempt after a link that held comes without a wait.
    let most = attempts_in(began.elapsed()) + 1;
    assert!(asked <= most, "{asked} times, where {most} would do");
    // It is signed in to, and nobody presses anything in Kith.
    road.clear();
    bea.sees(&written, Delivery::Sent).await;
    bea.hears(&missed).await;
    alex.hears(&written).await;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_restarted_server_is_not_stormed() -> Result<()> {
    let mut town = Town::open_plain().await?;
    let mut people = Vec::new();
    for actor in [ALEX, BEA, CAROL] {
        let road = Road::to(town.connection()).await?;
        let clock = Arc::new(SystemClock);
        let person = town.device_over(actor, "desk", &road, clock).await?;
        person.online().await;
        people.push((person, road));
    }
    let others: Vec<&TestPerson> = people[1..].iter().map(|(person, _)| person).collect();
    let dialog = people[0].0.group("Everybody", &others).await?;
    for (person, _) in &people {
        person.dialog(&dialog).await;
    }
    let knocks: Vec<usize> = people.iter().map(|(_, road)| road.knocks()).collect();
    let began = Instant::now();
    town.stop().await;
    let mut written = Vec::new();
    for (person, _) in &people {
        person.offline().await;
        written.push(person.say(&dialog, person.actor.login).await?);
    }
    town.start().await?;
    for (person, _) in &people {
        for id in &written {
            person.sees(id, Delivery::Sent).await;
        }
    }
    for ((person, road), knocks) in people.iter().zip(knocks) {
        let asked = road.knocks() - knocks;
        let most = attempts_in(began.elapsed()) + 1;
        let who = person.actor.login;
        assert!(asked <= most, "{who}: {asked} times, where {most} would do");
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dialog_that_was_being_fetched_when_the_link_broke_is_fetched_over_the_resumed_one()
-> Result<()> {
    let town = Town::open_plain().await?;
    let is_history = |line: &str| line.contains("chat/Message?");
    let turnstile = Turnstile::before(town.connection(), is_history).await?;
    // The chat takes a road of its own, so that the two end one after the other.
    let road = Road::to(town.connection()).await?;
    let mut through = turnstile.lead(town.connection());
    through.chat = road.lead(town.connection()).chat;
    let path = town.folder().join("bea-desk.db");
    let bea = TestPerson::start(BEA, through, path, Arc::new(SystemClock)).await?;
    bea.online().await;
    let alex = town.person(ALEX).await?;
    turnstile.hold(is_history);
    let boats = alex.group("Boats", &[&bea]).await?;
    turnstile
        .until("the question for its newest page", |asked| {
            asked.waiting.iter().any(|line| is_history(line))
        })
        .await;
    road.change(|weather| weather.is_closed = true);
    bea.offline().await;
    turnstile.cut(is_history);
    turnstile
        .until("no answer to it", |asked| asked.waiting.is_empty())
        .await;
    turnstile.hold(|_| false);
    let unread = alex.say(&boats, "are you coming").await?;
    road.change(|weather| weather.is_closed = false);
    bea.engine.reconnect_now();
    bea.hears(&unread).await;
    // Only with its newest page it is known what of it was read.
    bea.until("what is unread", async || {
        let entry = bea.engine.store().dialog(&boats).await.ok()??;
        (entry.unread == 1).then_some(())
    })
    .await;
    Ok(())
}
