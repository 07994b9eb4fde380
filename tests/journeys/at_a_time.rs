//! Catching up asks a few things at a time, what somebody looks at first, and
//! what is on screen never waits for it.

use std::sync::Arc;

use anyhow::Result;
use kith_model::{Delivery, DialogId, MessageId, SystemClock};
use kith_testkit::{ALEX, BEA, ShiftedClock, TestPerson, Town, Turnstile};

/// More dialogs than are asked about at a time.
const DIALOGS: usize = 6;
/// More than a page of the newest one's history.
const LONG: usize = 120;

fn is_history(line: &str) -> bool {
    line.contains("chat/Message?")
}

/// What is asked when everything new is there: nothing else asks for what was
/// sent before something.
fn is_quiet(line: &str) -> bool {
    is_history(line) && line.contains("lte")
}

/// Bea's device, in all dialogs of which something is new; the first of them is
/// on her screen, and the one that was written to least lately. Closed.
async fn behind(town: &Town, turnstile: &Turnstile) -> Result<Scene> {
    let clock = Arc::new(ShiftedClock::default());
    let path = town.folder().join("alex-desk.db");
    let alexs = Arc::clone(&clock);
    let alex = TestPerson::start(ALEX, town.connection().clone(), path, alexs).await?;
    alex.online().await;
    let path = town.folder().join("bea-desk.db");
    let connection = turnstile.lead(town.connection());
    let bea = TestPerson::start(BEA, connection, path, Arc::new(SystemClock)).await?;
    bea.online().await;
    let mut dialogs = Vec::new();
    for number in 0..DIALOGS {
        let dialog = alex.group(&format!("Group {number}"), &[&bea]).await?;
        bea.dialog(&dialog).await;
        dialogs.push(dialog);
    }
    let absent = bea.stop().await;
    let mut newest = Vec::new();
    for dialog in &dialogs {
        let mut last = alex.say(dialog, "while you were away").await?;
        for number in 1..LONG {
            // No second of it is a page long, or that would be fetched whole.
            if number % 50 == 0 {
                clock.shift(1000);
            }
            last = alex.say(dialog, &format!("word {number}")).await?;
        }
        alex.sees(&last, Delivery::Sent).await;
        newest.push(last);
    }
    // What was read elsewhere needs no more than a newest page.
    let lap = town.device(BEA, "lap").await?;
    for (dialog, last) in dialogs.iter().zip(&newest) {
        lap.hears(last).await;
        lap.engine.seen(dialog, last).await?;
        alex.sees(last, Delivery::Read).await;
    }
    lap.stop().await;
    Ok(Scene {
        alex,
        absent,
        dialogs,
        newest,
    })
}

struct Scene {
    alex: TestPerson,
    absent: kith_testkit::Absent,
    dialogs: Vec<DialogId>,
    newest: Vec<MessageId>,
}

/// Opens the app and looks at the first dialog, before the server has listed any.
async fn return_to(scene: Scene, turnstile: &Turnstile) -> Result<(TestPerson, Looking)> {
    let Scene {
        alex,
        absent,
        dialogs,
        newest,
    } = scene;
    turnstile.hold(|line| line.contains("chat/Dialog"));
    let bea = absent.returns().await?;
    bea.engine.look_at(Some(dialogs[0].clone()));
    turnstile
        .until("the question for dialogs", |asked| {
            asked
                .waiting
                .iter()
                .any(|line| line.contains("chat/Dialog"))
        })
        .await;
    let looking = Looking {
        alex,
        dialogs,
        newest,
    };
    Ok((bea, looking))
}

struct Looking {
    alex: TestPerson,
    dialogs: Vec<DialogId>,
    newest: Vec<MessageId>,
}

#[tokio::test(flavor = "multi_thread")]
async fn three_at_a_time_and_the_open_dialog_first() -> Result<()> {
    let town = Town::open_plain().await?;
    let turnstile = Turnstile::before(town.connection(), is_history).await?;
    let scene = behind(&town, &turnstile).await?;
    let (bea, looking) = return_to(scene, &turnstile).await?;

    // No history is answered: those that wait are all that is asked at a time.
    turnstile.hold(is_history);
    let waiting = turnstile
        .until("three questions", |asked| {
            asked.waiting.iter().filter(|line| is_history(line)).count() == 3
        })
        .await;
    assert!(
        waiting
            .waiting
            .iter()
            .any(|line| is_history(line) && line.contains(looking.dialogs[0].as_str())),
        "the open dialog is among the first, though others were written to later: {:?}",
        waiting.waiting
    );
    turnstile.hold(|_| false);
    bea.online().await;
    for last in &looking.newest {
        assert!(bea.message(last).await.is_some(), "the newest are here");
    }
    let caught_up = turnstile.asked();
    assert_eq!(caught_up.most, 3, "never more");

    // Then what is older, of every dialog, as quietly.
    let filled = turnstile
        .until("the quiet work", |asked| {
            let quiet = || asked.lines.iter().filter(|line| is_quiet(line));
            looking
                .dialogs
                .iter()
                .all(|dialog| quiet().any(|line| line.contains(dialog.as_str())))
                && !asked.waiting.iter().any(|line| is_history(line))
        })
        .await;
    assert_eq!(filled.most, 3, "no more here, either");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_on_screen_does_not_wait_for_the_rest() -> Result<()> {
    let town = Town::open_plain().await?;
    let turnstile = Turnstile::before(town.connection(), is_history).await?;
    let scene = behind(&town, &turnstile).await?;
    let (bea, looking) = return_to(scene, &turnstile).await?;

    let open = looking.dialogs[0].clone();
    let of_others = {
        let open = open.clone();
        move |line: &str| is_history(line) && !line.contains(open.as_str())
    };
    turnstile.hold(of_others.clone());
    bea.hears(&looking.newest[0]).await;
    turnstile
        .until("that everything else waits", |asked| {
            asked.waiting.iter().filter(|line| of_others(line)).count() == 3
        })
        .await;

    let answer = bea.say(&open, "here I am").await?;
    looking.alex.hears(&answer).await;
    let live = looking.alex.say(&open, "welcome back").await?;
    bea.hears(&live).await;
    let mut shown = 0;
    let mut before = None;
    while shown < LONG + 2 {
        let older = bea.engine.older(&open, before.as_ref(), 50).await?;
        assert!(!older.is_incomplete, "the server was asked, and answered");
        let first = older.page.messages.first().expect("there is more");
        before = Some(first.spot());
        shown += older
            .page
            .messages
            .iter()
            .filter(|held| held.notice.is_none())
            .count();
    }
    let asked = turnstile.asked();
    assert_eq!(
        asked.waiting.iter().filter(|line| of_others(line)).count(),
        3,
        "all the while"
    );
    turnstile.hold(|_| false);
    bea.online().await;
    Ok(())
}
