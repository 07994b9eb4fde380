//! What is announced on the desktop: each message once, on this device, until
//! it was read on any.

use std::sync::Arc;

use anyhow::Result;
use kith_api::{Notification, NotificationAct};
use kith_model::{Clock, Delivery, DialogId, Mentions, MessageId, SystemClock, Timestamp};
use kith_testkit::{ALEX, BEA, CAROL, PASSWORD, Road, TestDesk, TestPerson, Town, within};
use serde_json::json;

/// What stands: the messages of each dialog.
type Shown = Vec<(DialogId, Vec<MessageId>)>;

fn shown(person: &TestPerson) -> Shown {
    let standing = person.engine.notified();
    let standing = standing.borrow();
    let of = |one: &kith_engine::Notification| (one.dialog.clone(), one.messages.clone());
    standing.iter().map(of).collect()
}

/// Waits until exactly this stands, in any order of the dialogs.
async fn stands(person: &TestPerson, wanted: &[(&DialogId, &[&MessageId])]) {
    let mut wanted: Shown = wanted
        .iter()
        .map(|(dialog, ids)| ((*dialog).clone(), ids.iter().copied().cloned().collect()))
        .collect();
    wanted.sort();
    let mut standing = person.engine.notified();
    let what = format!("{} to be shown {wanted:?}", person.actor.login);
    within(&what, async {
        while shown(person) != wanted {
            standing.changed().await.expect("the engine runs");
        }
    })
    .await;
}

/// Nothing stands, and nothing was about to: everything up to this message has
/// been decided about, because what comes behind it is announced.
async fn nothing_stands_but(person: &TestPerson, by: &TestPerson, other: &DialogId) -> Result<()> {
    let sign = by.say(other, "a sign").await?;
    stands(person, &[(other, &[&sign])]).await;
    person.engine.seen(other, &sign).await?;
    stands(person, &[]).await;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn what_comes_is_announced_until_another_device_has_read_it() -> Result<()> {
    let town = Town::open_plain().await?;
    let desk = town.device(ALEX, "desk").await?;
    let lap = town.device(ALEX, "lap").await?;
    let bea = town.person(BEA).await?;
    // The first message of a dialog that nobody here knows.
    let private = bea.private(&desk).await?;
    let first = bea.say(&private, "Hello").await?;
    for device in [&desk, &lap] {
        stands(device, &[(&private, &[&first])]).await;
    }
    let second = bea.say(&private, "Are you there?").await?;
    for device in [&desk, &lap] {
        stands(device, &[(&private, &[&first, &second])]).await;
    }
    assert!(shown(&bea).is_empty(), "one's own is no news");

    lap.engine.seen(&private, &first).await?;
    stands(&desk, &[(&private, &[&second])]).await;
    let answer = lap.say(&private, "Yes").await?;
    desk.hears(&answer).await;
    stands(&desk, &[(&private, &[&second])]).await;
    lap.engine.read_notified(&private).await?;
    for device in [&desk, &lap] {
        stands(device, &[]).await;
    }
    bea.sees(&second, Delivery::Read).await;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_deleted_muted_left_or_taken_away_goes_from_the_desktop() -> Result<()> {
    let town = Town::open_plain().await?;
    let alex = town.person(ALEX).await?;
    let bea = town.person(BEA).await?;
    let walks = bea.group("Walks", &[&alex]).await?;
    let boats = bea.group("Boats", &[&alex]).await?;
    for dialog in [&walks, &boats] {
        alex.dialog(dialog).await;
    }
    let first = bea.say(&walks, "shall we?").await?;
    let second = bea.say(&walks, "or not").await?;
    stands(&alex, &[(&walks, &[&first, &second])]).await;
    bea.engine.delete_messages(&[second], true).await?;
    stands(&alex, &[(&walks, &[&first])]).await;
    let mentions = Mentions::default();
    bea.engine
        .edit_message(&first, "shall we go?".into(), &mentions)
        .await?;
    bea.deeds_are_done().await;
    alex.engine.react(&first, "👍", true).await?;
    bea.engine.react(&first, "🎉", true).await?;
    bea.deeds_are_done().await;
    nothing_but(&alex, &bea, &walks, &first, &boats).await?;

    // For an hour; what comes meanwhile is never announced.
    let hour = Timestamp::from_millis(SystemClock.now().millis() + 3_600_000);
    alex.engine.mute(&walks, Some(hour)).await?;
    stands(&alex, &[]).await;
    let quiet = bea.say(&walks, "psst").await?;
    alex.hears(&quiet).await;
    nothing_stands_but(&alex, &bea, &boats).await?;
    alex.engine.mute(&walks, None).await?;
    nothing_stands_but(&alex, &bea, &boats).await?;

    let third = bea.say(&walks, "now then").await?;
    stands(&alex, &[(&walks, &[&third])]).await;
    alex.engine.dismiss_notification(&walks);
    stands(&alex, &[]).await;
    alex.sees_unread(&walks, 3).await;
    let fourth = bea.say(&walks, "well").await?;
    stands(&alex, &[(&walks, &[&fourth])]).await;
    alex.engine.leave(&walks).await?;
    stands(&alex, &[]).await;
    Ok(())
}

/// Only this message of this dialog stands, once another one was announced
/// and read.
async fn nothing_but(
    person: &TestPerson,
    by: &TestPerson,
    dialog: &DialogId,
    message: &MessageId,
    other: &DialogId,
) -> Result<()> {
    let sign = by.say(other, "a sign").await?;
    stands(person, &[(dialog, &[message]), (other, &[&sign])]).await;
    person.engine.seen(other, &sign).await?;
    stands(person, &[(dialog, &[message])]).await;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn silent_messages_and_those_one_looks_at_are_not_announced() -> Result<()> {
    let town = Town::open_plain().await?;
    let alex = town.person(ALEX).await?;
    let bea = town.person(BEA).await?;
    let private = bea.private(&alex).await?;
    let boats = bea.group("Boats", &[&alex]).await?;
    alex.dialog(&boats).await;
    let silent = bea.new_id();
    let options = kith_engine::SendOptions {
        is_silent: true,
        ..Default::default()
    };
    bea.engine
        .send_with(&private, silent.clone(), "psst".into(), options)
        .await?;
    alex.hears(&silent).await;
    nothing_stands_but(&alex, &bea, &boats).await?;

    alex.engine.attend(Some(private.clone()));
    let looked_at = bea.say(&private, "you see this").await?;
    alex.hears(&looked_at).await;
    nothing_stands_but(&alex, &bea, &boats).await?;
    alex.engine.seen(&private, &looked_at).await?;
    alex.sees_unread(&private, 0).await;
    let missed = bea.say(&private, "and this?").await?;
    alex.hears(&missed).await;
    nothing_stands_but(&alex, &bea, &boats).await?;
    // Somebody looks away before it was read.
    alex.engine.attend(None);
    stands(&alex, &[(&private, &[&missed])]).await;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn an_absence_makes_one_of_each_dialog_and_none_of_what_was_read() -> Result<()> {
    let town = Town::open_plain().await?;
    let desk = town.device(ALEX, "desk").await?;
    let lap = town.device(ALEX, "lap").await?;
    let bea = town.person(BEA).await?;
    let carol = town.person(CAROL).await?;
    let walks = bea.group("Walks", &[&desk, &carol]).await?;
    let boats = bea.group("Boats", &[&desk]).await?;
    for dialog in [&walks, &boats] {
        desk.dialog(dialog).await;
        lap.dialog(dialog).await;
    }
    carol.dialog(&walks).await;
    let before = bea.say(&walks, "before").await?;
    stands(&desk, &[(&walks, &[&before])]).await;

    let desk = desk.stop().await;
    let mut missed = Vec::new();
    for text in ["one", "two"] {
        missed.push(bea.say(&walks, text).await?);
    }
    bea.sees(&missed[1], Delivery::Delivered).await;
    missed.push(carol.say(&walks, "three").await?);
    let read = bea.say(&boats, "read on the lap").await?;
    lap.hears(&missed[2]).await;
    lap.hears(&read).await;
    lap.engine.seen(&boats, &read).await?;
    bea.sees(&read, Delivery::Read).await;

    let desk = desk.returns().await?;
    desk.online().await;
    let ids: Vec<&MessageId> = missed.iter().collect();
    stands(&desk, &[(&walks, &ids)]).await;
    let calls = desk.engine.notified();
    assert_eq!(calls.borrow()[0].call, 1, "once, whatever came");

    // Neither the same start nor the next one says it again.
    let desk = desk.stop().await.returns().await?;
    desk.online().await;
    let next = bea.say(&boats, "next").await?;
    stands(&desk, &[(&boats, &[&next])]).await;
    desk.sees_unread(&walks, 4).await;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_device_announces_what_comes_and_not_what_was_there() -> Result<()> {
    let town = Town::open_plain().await?;
    let desk = town.device(ALEX, "desk").await?;
    let bea = town.person(BEA).await?;
    let walks = bea.group("Walks", &[&desk]).await?;
    let old = bea.say(&walks, "long ago").await?;
    stands(&desk, &[(&walks, &[&old])]).await;
    let lap = town.device(ALEX, "lap").await?;
    lap.sees_unread(&walks, 1).await;
    let new = bea.say(&walks, "now").await?;
    stands(&lap, &[(&walks, &[&new])]).await;
    stands(&desk, &[(&walks, &[&old, &new])]).await;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn after_a_broken_link_what_was_read_elsewhere_stays_quiet() -> Result<()> {
    let town = Town::open_plain().await?;
    let road = Road::to(town.connection()).await?;
    let desk = town
        .device_over(ALEX, "desk", &road, Arc::new(SystemClock))
        .await?;
    desk.online().await;
    let lap = town.device(ALEX, "lap").await?;
    let bea = town.person(BEA).await?;
    let walks = bea.group("Walks", &[&desk]).await?;
    let boats = bea.group("Boats", &[&desk]).await?;
    for device in [&desk, &lap] {
        device.dialog(&walks).await;
        device.dialog(&boats).await;
    }
    road.change(|weather| weather.is_closed = true);
    desk.offline().await;
    let read = bea.say(&walks, "read meanwhile").await?;
    lap.hears(&read).await;
    lap.engine.seen(&walks, &read).await?;
    bea.sees(&read, Delivery::Read).await;
    let unread = bea.say(&boats, "not read").await?;
    lap.hears(&unread).await;
    let mut standing = desk.engine.notified();
    standing.mark_unchanged();
    road.change(|weather| weather.is_closed = false);
    desk.engine.reconnect_now();
    standing.changed().await?;
    assert_eq!(
        shown(&desk),
        [(boats.clone(), vec![unread])],
        "and the other one never was there"
    );
    Ok(())
}

/// What a notification on the desktop says.
fn says(one: &Notification) -> (&str, &str) {
    (&one.title, &one.body)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_desktop_shows_as_much_as_one_wants_and_acts() -> Result<()> {
    let town = Town::open_plain().await?;
    let mut alex = TestDesk::open(town.folder(), "alex").await?;
    alex.sign_in(town.connection(), ALEX.login, PASSWORD)
        .await?;
    let bea = town.person(BEA).await?;
    let args = json!({ "kind": "group", "name": "Walks", "people": [BEA.id] });
    let walks = alex.call("create_dialog", args).await?;
    let walks: DialogId = serde_json::from_value(walks)?;
    bea.dialog(&walks).await;

    bea.say(&walks, "**shall** we go?").await?;
    let paper = Arc::clone(&alex.paper);
    let first = within("a notification", paper.until(|all| all.first().cloned())).await;
    assert_eq!(says(&first), ("Walks", "Bea Berg: shall we go?"));
    assert!(first.is_call && first.has_sound && first.can_reply);
    let second = bea.say(&walks, "or <b>not</b>").await?;
    let both = paper.until(|all| all.iter().find(|one| one.body.contains("not")).cloned());
    let both = within("the next one in its place", both).await;
    assert_eq!(
        says(&both),
        ("Walks", "2 new messages\nBea Berg: or <b>not</b>")
    );
    assert_eq!(both.message, first.message, "where they begin");
    assert_eq!(paper.calls(), (1, 1), "at once, but not twice at once");
    let mentions = Mentions::default();
    bea.engine
        .edit_message(&second, "or never".into(), &mentions)
        .await?;
    let edited = paper.until(|all| all.iter().find(|one| one.body.contains("never")).cloned());
    within("what it says after an edit", edited).await;

    let set = async |key: &str, value: &str| {
        let args = json!({ "key": key, "value": value });
        alex.call("set_setting", args).await
    };
    set("notifications_show", "name").await?;
    let name = paper.until(|all| (all.first()?.body == "2 new messages").then_some(()));
    within("only the name", name).await;
    set("notifications_show", "nothing").await?;
    let nothing = paper.until(|all| (all.first()?.title == "Kith").then_some(()));
    within("nothing of it", nothing).await;
    set("notifications", "off").await?;
    within("none", paper.until(|all| all.is_empty().then_some(()))).await;
    set("notifications", "on").await?;
    set("notifications_show", "text").await?;
    assert_eq!(paper.calls(), (1, 1), "what stood does not come up again");

    // Somebody answers on the desktop, and has read it by that.
    let third = bea.say(&walks, "third").await?;
    bea.sees(&third, Delivery::Delivered).await;
    alex.until("the third message", |event| {
        let dialogs = event["patch"]["dialogs"].as_array()?;
        dialogs.iter().find(|line| line["unread"] == 3).map(|_| ())
    })
    .await;
    let reply = NotificationAct::Reply("I come".to_owned());
    alex.app.act_on_notification(&first.key, reply).await?;
    bea.until("the answer", || async {
        let texts = bea.texts(&walks).await;
        (texts.last().map(String::as_str) == Some("I come")).then_some(())
    })
    .await;
    bea.sees(&third, Delivery::Read).await;
    within("none", paper.until(|all| all.is_empty().then_some(()))).await;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_click_shows_its_account_and_waits_for_a_screen() -> Result<()> {
    let town = Town::open_plain().await?;
    let mut desk = TestDesk::open(town.folder(), "two").await?;
    desk.sign_in(town.connection(), ALEX.login, PASSWORD)
        .await?;
    desk.sign_in(town.connection(), CAROL.login, PASSWORD)
        .await?;
    let bea = town.person(BEA).await?;
    let dialog = bea.private_with(ALEX.id).await?;
    let hello = bea.say(&dialog, "Hello, Alex").await?;
    let paper = Arc::clone(&desk.paper);
    let shown = within("a notification", paper.until(|all| all.first().cloned())).await;
    assert_eq!(says(&shown), ("Bea Berg · alex", "Hello, Alex"));
    desk.app
        .act_on_notification(&shown.key, NotificationAct::Open)
        .await?;
    desk.until("the other account", |event| {
        (event["app"]["account"]["person"]["id"] == json!(ALEX.id)).then_some(())
    })
    .await;
    // Nothing more comes until there is a home screen.
    desk.call("home", json!({})).await?;
    let place = desk
        .until("the conversation", |event| {
            (event["kind"] == "show").then(|| event.clone())
        })
        .await;
    assert_eq!(place["dialog"], json!(dialog));
    assert_eq!(place["message"], json!(hello));
    within("none", paper.until(|all| all.is_empty().then_some(()))).await;

    // Somebody looks at that conversation now, and the page goes away.
    desk.call("attend", json!({ "dialog": dialog })).await?;
    let seen = bea.say(&dialog, "you see this").await?;
    bea.sees(&seen, Delivery::Delivered).await;
    desk.look_anew().await;
    let shown = within("what nobody sees", paper.until(|all| all.first().cloned())).await;
    assert_eq!(shown.message, seen);
    desk.call("sign_out", json!({})).await?;
    within("none", paper.until(|all| all.is_empty().then_some(()))).await;
    Ok(())
}
