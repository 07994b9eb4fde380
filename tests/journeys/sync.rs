//! What happened while somebody was away, and what happens to time and
//! networks meanwhile.

use std::sync::Arc;

use anyhow::Result;
use kith_engine::LinkState;
use kith_model::{
    Clock as _, Delivery, DialogId, Mentions, Message, MessageId, SystemClock, Timestamp,
};
use kith_testkit::{ALEX, BEA, Road, ShiftedClock, TestPerson, Town, Turnstile};

/// Two people with a private dialog that both have; Bea over a road.
async fn pair(
    town: &Town,
    clock: Arc<ShiftedClock>,
) -> Result<(TestPerson, TestPerson, Road, DialogId)> {
    pair_by(town, &Arc::default(), clock).await
}

/// The same, with a clock for Alex.
async fn pair_by(
    town: &Town,
    alexs: &Arc<ShiftedClock>,
    clock: Arc<ShiftedClock>,
) -> Result<(TestPerson, TestPerson, Road, DialogId)> {
    let path = town.folder().join("alex-desk.db");
    let alexs = Arc::clone(alexs);
    let alex = TestPerson::start(ALEX, town.connection().clone(), path, alexs).await?;
    alex.online().await;
    let road = Road::to(town.connection()).await?;
    let bea = town.device_over(BEA, "desk", &road, clock).await?;
    bea.online().await;
    let dialog = alex.private(&bea).await?;
    let first = alex.say(&dialog, "first").await?;
    bea.hears(&first).await;
    bea.dialog(&dialog).await;
    Ok((alex, bea, road, dialog))
}

/// Says so much by a clock that lets no second be a page long.
async fn say_many(
    who: &TestPerson,
    clock: &ShiftedClock,
    dialog: &DialogId,
    n: usize,
) -> Result<Vec<MessageId>> {
    let mut ids = Vec::new();
    for number in 0..n {
        if number % 50 == 49 {
            clock.shift(1000);
        }
        ids.push(who.say(dialog, &format!("word {number}")).await?);
    }
    if let Some(last) = ids.last() {
        who.sees(last, Delivery::Sent).await;
    }
    Ok(ids)
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_edited_deleted_and_liked_while_away_is_so_here() -> Result<()> {
    let town = Town::open_plain().await?;
    let clock = Arc::default();
    let (alex, bea, _road, dialog) = pair_by(&town, &clock, Arc::default()).await?;
    let ids = say_many(&alex, &clock, &dialog, 230).await?;
    for id in &ids {
        bea.hears(id).await;
    }
    let bea = bea.stop().await;

    // Far above what the newest page of the history shows.
    alex.engine
        .edit_message(&ids[3], "another word".into(), &Mentions::default())
        .await?;
    alex.engine.react(&ids[4], "👍", true).await?;
    let deleted = alex
        .engine
        .delete_messages(&[ids[5].clone(), ids[200].clone()], true)
        .await?;
    assert_eq!(deleted.deleted.len(), 2);
    let after = alex.say(&dialog, "while you were away").await?;
    alex.sees(&after, Delivery::Sent).await;
    alex.deeds_are_done().await;

    let bea = bea.returns().await?;
    bea.hears(&after).await;
    bea.until("the edit", || async {
        let held = bea.message(&ids[3]).await?;
        (held.message.body == "another word").then_some(())
    })
    .await;
    bea.until("the reaction", || async {
        let held = bea.message(&ids[4]).await?;
        let reactions = held.message.reactions.unwrap_or_default();
        (reactions.len() == 1 && reactions[0].count == 1).then_some(())
    })
    .await;
    bea.until("the deletions", || async {
        let is_gone =
            bea.message(&ids[5]).await.is_none() && bea.message(&ids[200]).await.is_none();
        is_gone.then_some(())
    })
    .await;
    assert_eq!(
        bea.timeline(&dialog).await.len(),
        alex.timeline(&dialog).await.len(),
        "and nothing else is gone"
    );
    Ok(())
}

/// Of its newest message, taken away, a list of dialogs tells nothing: the one before
/// is here, so nothing seems to be new.
#[tokio::test(flavor = "multi_thread")]
async fn what_came_before_a_catch_up_and_was_deleted_since_goes() -> Result<()> {
    let town = Town::open_plain().await?;
    let alex = town.person(ALEX).await?;
    let bea = town.person(BEA).await?;
    let dialog = alex.private(&bea).await?;
    let stays = alex.say(&dialog, "stays").await?;
    bea.hears(&stays).await;
    bea.engine.seen(&dialog, &stays).await?;
    alex.sees(&stays, Delivery::Read).await;
    let bea = bea.stop().await.returns().await?;
    bea.online().await;
    // Written on another device, heard while nobody followed this dialog here, and
    // deleted there.
    let held = bea.message(&stays).await.expect("it was heard").message;
    let deleted = Message {
        id: bea.new_id(),
        sender: bea.id(),
        sent_at: Timestamp::from_seconds(held.sent_at.seconds() + 60),
        body: "deleted".into(),
        ..held
    };
    let mut write = bea.engine.store().write().await?;
    write.put(&deleted).await?;
    write.commit().await?;
    assert_eq!(bea.texts(&dialog).await, ["stays", "deleted"]);

    let bea = bea.stop().await.returns().await?;
    bea.sees_texts(&dialog, &["stays".to_owned()]).await;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_device_shows_the_newest_at_once_and_fills_the_rest_quietly() -> Result<()> {
    let town = Town::open_plain().await?;
    let clock = Arc::default();
    let (alex, bea, _road, dialog) = pair_by(&town, &clock, Arc::default()).await?;
    let ids = say_many(&alex, &clock, &dialog, 340).await?;
    bea.hears(ids.last().expect("many")).await;
    bea.engine.seen(&dialog, ids.last().expect("many")).await?;
    alex.sees(ids.last().expect("many"), Delivery::Read).await;

    let lap = town.device(BEA, "lap").await?;
    assert!(
        lap.message(ids.last().expect("many")).await.is_some(),
        "the newest are there when it says that it is online"
    );
    lap.until("all of it", || async {
        let completeness = lap.engine.completeness(&dialog).await.ok()?;
        completeness.is_complete.then_some(())
    })
    .await;
    assert_eq!(lap.timeline(&dialog).await.len(), ids.len() + 1);
    lap.sees_unread(&dialog, 0).await;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_message_for_a_dialog_that_is_still_to_be_fetched_waits_for_it() -> Result<()> {
    let town = Town::open_plain().await?;
    let (alex, bea, road, _) = pair(&town, Arc::default()).await?;
    road.change(|weather| weather.is_without_api = true);
    let group = alex.group("Quick", &[&bea]).await?;
    let first = alex.say(&group, "answer quickly").await?;
    bea.hears(&first).await;
    assert!(
        bea.entry(&group).await.is_none(),
        "of the dialog itself nothing is known yet"
    );
    let answer = bea.say(&group, "yes").await?;
    bea.until("that it waits", || async {
        let journal = bea.engine.journal(&answer).await.ok()?;
        journal
            .iter()
            .any(|entry| entry.reason == "dialog_unknown")
            .then_some(())
    })
    .await;
    road.clear();
    let held = bea.sees(&answer, Delivery::Sent).await;
    assert!(
        held.delivery >= Delivery::Sent,
        "and nobody had to do anything"
    );
    alex.hears(&answer).await;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn after_sleep_the_link_is_made_anew_once_and_loses_nothing() -> Result<()> {
    let town = Town::open_plain().await?;
    let clock = Arc::new(ShiftedClock::default());
    let (alex, bea, road, dialog) = pair(&town, Arc::clone(&clock)).await?;
    // The link is dead and nobody says so.
    road.change(|weather| weather.is_silent = true);
    let asleep = alex.say(&dialog, "are you asleep").await?;
    let mut link = bea.engine.link();
    link.mark_unchanged();
    clock.shift(3_600_000);
    road.change(|weather| weather.is_silent = false);
    bea.hears(&asleep).await;
    bea.online().await;
    // What was said in the second that the clock jumped over is stamped by the server's.
    let answer = bea.say(&dialog, "not any more").await?;
    let heard = alex.hears(&answer).await;
    let apart = heard.message.sent_at.seconds() - SystemClock.now().seconds();
    assert!(apart.abs() < 120, "{apart} s off");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_clock_that_is_wrong_puts_no_message_in_another_place() -> Result<()> {
    let town = Town::open_plain().await?;
    let hours = 3_600_000;
    for (hours_off, text) in [(-3 * hours, "late"), (5 * hours, "early")] {
        let clock = Arc::new(ShiftedClock::ahead_by(hours_off));
        let alex = town.person(ALEX).await?;
        let road = Road::to(town.connection()).await?;
        let bea = town.device_over(BEA, text, &road, clock).await?;
        bea.online().await;
        let dialog = alex.private(&bea).await?;
        let before = alex.say(&dialog, "before").await?;
        bea.hears(&before).await;
        bea.dialog(&dialog).await;
        let between = bea.say(&dialog, text).await?;
        alex.hears(&between).await;
        bea.sees(&between, Delivery::Sent).await;
        let after = alex.say(&dialog, "after").await?;
        bea.hears(&after).await;
        for person in [&alex, &bea] {
            let texts = person.texts(&dialog).await;
            assert_eq!(
                texts[texts.len() - 3..],
                ["before", text, "after"],
                "what {} sees",
                person.actor.login
            );
        }
        alex.stop().await;
        bea.stop().await;
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_that_ran_out_is_renewed_without_a_word() -> Result<()> {
    let town = Town::open_plain().await?;
    let (alex, bea, _road, dialog) = pair(&town, Arc::default()).await?;
    let link = bea.engine.link();
    town.faults().expire_tokens().await?;
    let group = bea.group("After two idle hours", &[&alex]).await?;
    assert_ne!(group, dialog);
    town.faults().expire_tokens().await?;
    let older = bea.engine.older(&group, None, 10).await?;
    assert!(!older.is_incomplete, "history comes, too");
    assert_eq!(*link.borrow(), LinkState::Online, "the link stayed up");
    assert!(!link.has_changed()?, "all the time");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_portal_in_between_is_waited_out() -> Result<()> {
    let town = Town::open_plain().await?;
    let (alex, bea, road, dialog) = pair(&town, Arc::default()).await?;
    road.change(|weather| weather.is_portal = true);
    bea.offline().await;
    let written = bea.say(&dialog, "from the hotel").await?;
    let missed = alex.say(&dialog, "are you there").await?;
    // Another attempt meets the portal, too.
    bea.engine.reconnect_now();
    bea.link("connecting once more", |state| {
        *state == LinkState::Connecting
    })
    .await;
    bea.offline().await;
    road.clear();
    bea.sees(&written, Delivery::Sent).await;
    bea.hears(&missed).await;
    bea.online().await;
    alex.hears(&written).await;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_disk_that_was_full_costs_nothing() -> Result<()> {
    let town = Town::open_plain().await?;
    let (alex, bea, _road, dialog) = pair(&town, Arc::default()).await?;
    let link = bea.engine.link();
    bea.engine.store().pretend_full(true).await?;
    // Long enough to need new pages.
    let long = "long ".repeat(2_000);
    let mut ids = Vec::new();
    for number in 0..20 {
        ids.push(alex.say(&dialog, &format!("{number} {long}")).await?);
    }
    alex.sees(ids.last().expect("twenty"), Delivery::Sent).await;
    bea.until("that there is no room", || async {
        bea.engine.needs_room().then_some(())
    })
    .await;
    let refused = bea.say(&dialog, &long).await;
    assert!(
        refused.is_err(),
        "nobody is told that it is kept when it is not"
    );
    assert!(
        bea.message(ids.last().expect("twenty")).await.is_none(),
        "there is no room for it"
    );
    bea.engine.store().pretend_full(false).await?;
    for id in &ids {
        bea.hears(id).await;
    }
    assert!(!link.has_changed()?, "over the same link");
    bea.until("that there is room", || async {
        (!bea.engine.needs_room()).then_some(())
    })
    .await;
    let written = bea.say(&dialog, &long).await?;
    alex.hears(&written).await;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn holes_are_told_and_filled_by_hand() -> Result<()> {
    let town = Town::open_plain().await?;
    let clock = Arc::default();
    let (alex, bea, _road, dialog) = pair_by(&town, &clock, Arc::default()).await?;
    let ids = say_many(&alex, &clock, &dialog, 340).await?;
    let last = ids.last().expect("many");
    bea.hears(last).await;
    // What was read elsewhere needs no more than a newest page.
    bea.engine.seen(&dialog, last).await?;
    alex.sees(last, Delivery::Read).await;

    // A device that gets the newest page, and whose quiet work comes no further.
    let is_older = |line: &str| line.contains("chat/Message?") && line.contains("lte");
    let turnstile = Turnstile::before(town.connection(), is_older).await?;
    turnstile.hold(is_older);
    let path = town.folder().join("bea-lap.db");
    let connection = turnstile.lead(town.connection());
    let lap = TestPerson::start(BEA, connection, path, Arc::new(SystemClock)).await?;
    lap.online().await;
    turnstile
        .until("the quiet work", |asked| asked.most == 1)
        .await;
    let oldest = lap.timeline(&dialog).await.remove(0).message;
    let told = lap.engine.completeness(&dialog).await?;
    assert!(!told.is_complete);
    let since = told.since.expect("something is held");
    assert!(since >= oldest.sent_at.seconds(), "no more than is held");
    assert_eq!(told.holes.len(), 1, "{told:?}");
    assert_eq!((told.holes[0].from, told.holes[0].to), (None, since - 1));

    // That request goes on waiting; what is asked from now on is answered.
    turnstile.hold_earlier(is_older);
    lap.engine.fill_hole(&dialog, None, i64::MAX).await?;
    let told = lap.engine.completeness(&dialog).await?;
    assert!(told.is_complete && told.holes.is_empty(), "{told:?}");
    assert_eq!(lap.timeline(&dialog).await.len(), ids.len() + 1);
    let asked = turnstile.asked();
    assert!(
        asked.waiting.iter().any(|line| is_older(line)),
        "the quiet work had no part in it"
    );
    // What it gets in the end changes nothing.
    turnstile.hold(|_| false);
    lap.online().await;
    assert_eq!(lap.timeline(&dialog).await.len(), ids.len() + 1);
    lap.sees_unread(&dialog, 0).await;
    Ok(())
}
