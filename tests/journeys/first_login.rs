//! The first login of an account with a long past: the list is right and shows
//! the newest of every dialog before anything older is asked for, and then the
//! rest comes quietly, each page once.

use std::collections::BTreeSet;
use std::sync::Arc;

use anyhow::Result;
use kith_model::{DialogId, MessageId, SystemClock};
use kith_testkit::{ALEX, BEA, Books, Said, TestPerson, Town, Turnstile};

const DIALOGS: usize = 24;
/// What the server gives at once.
const PAGE: usize = 100;
/// The second of the newest message of the first dialog, the one that was
/// written to least lately.
const NEWEST: i64 = 1_760_000_000;

fn is_history(line: &str) -> bool {
    line.contains("chat/Message?")
}

/// Nothing else asks for what was sent before something.
fn is_older(line: &str) -> bool {
    is_history(line) && line.contains("lte")
}

fn is_list(line: &str) -> bool {
    line.contains("chat/Dialog")
}

/// A dialog as the server has it.
struct Past {
    dialog: DialogId,
    length: usize,
    unread: usize,
    newest: MessageId,
}

/// Bea's dialogs, some shorter than a page and some several pages long, less
/// than a page of each unread.
async fn long_past(town: &mut Town) -> Result<Vec<Past>> {
    let (alex, bea) = (town.person(ALEX).await?, town.person(BEA).await?);
    let mut dialogs = Vec::new();
    for number in 0..DIALOGS {
        let dialog = alex.group(&format!("Group {number}"), &[&bea]).await?;
        bea.dialog(&dialog).await;
        dialogs.push(dialog);
    }
    alex.stop().await;
    bea.stop().await;
    town.stop().await;
    let past = fill(town, dialogs).await?;
    town.start().await?;
    Ok(past)
}

/// Writes their messages down.
async fn fill(town: &Town, dialogs: Vec<DialogId>) -> Result<Vec<Past>> {
    let mut books = Books::open(town).await?;
    let mut all = Vec::new();
    for (number, dialog) in dialogs.into_iter().enumerate() {
        let (length, unread) = (20 + 17 * number, number % 4 * 13);
        let last = NEWEST + 1_000 * i64::try_from(number)?;
        let mut newest = None;
        for at in 0..length {
            let said = Said {
                dialog: &dialog,
                by: ALEX.id,
                to: BEA.id,
                body: &format!("word {at}"),
                second: last - 90 * i64::try_from(length - 1 - at)?,
                is_read: at + unread < length,
            };
            newest = Some(books.write(said).await?);
        }
        all.push(Past {
            dialog,
            length,
            unread,
            newest: newest.expect("each has messages"),
        });
    }
    books.close().await?;
    Ok(all)
}

/// Whether the list says of each dialog what the server has, those written to
/// last above.
async fn the_list_is_right(lap: &TestPerson, past: &[Past]) -> Result<()> {
    let list = lap.engine.store().dialogs().await?;
    let told: Vec<_> = list
        .into_iter()
        .map(|entry| (entry.dialog.id, entry.last.map(|last| last.message.id)))
        .zip(1..)
        .collect();
    let wanted: Vec<_> = past
        .iter()
        .rev()
        .map(|one| (one.dialog.clone(), Some(one.newest.clone())))
        .zip(1..)
        .collect();
    assert_eq!(told, wanted);
    for one in past {
        let unread = lap.dialog(&one.dialog).await.unread;
        assert_eq!(usize::try_from(unread)?, one.unread, "{}", one.length);
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn the_newest_of_every_dialog_comes_before_anything_older() -> Result<()> {
    let mut town = Town::open_plain().await?;
    let past = long_past(&mut town).await?;
    let turnstile = Turnstile::before(town.connection(), is_history).await?;

    // A device that has nothing looks at the dialog that was written to least lately.
    turnstile.hold(is_list);
    let path = town.folder().join("bea-lap.db");
    let connection = turnstile.lead(town.connection());
    let lap = TestPerson::start(BEA, connection, path, Arc::new(SystemClock)).await?;
    lap.engine.look_at(Some(past[0].dialog.clone()));
    turnstile
        .until("the question for dialogs", |asked| {
            asked.waiting.iter().any(|line| is_list(line))
        })
        .await;
    turnstile.hold(is_history);
    let first = turnstile
        .until("three questions", |asked| {
            asked.waiting.iter().filter(|line| is_history(line)).count() == 3
        })
        .await;
    let is_on_screen = |line: &String| is_history(line) && line.contains(past[0].dialog.as_str());
    assert!(first.waiting.iter().any(is_on_screen), "{first:?}");

    // Everything but what is older is answered: that is all a list needs.
    turnstile.hold(is_older);
    lap.online().await;
    the_list_is_right(&lap, &past).await?;
    for one in &past {
        let held = lap.timeline_length(&one.dialog).await;
        // The first second of a page that is not the last may go on above it.
        assert!(held + 1 >= one.length.min(PAGE), "{held} of {}", one.length);
    }
    turnstile
        .until("the quiet work", |asked| {
            asked.waiting.iter().filter(|line| is_older(line)).count() == 3
        })
        .await;
    let asked = turnstile.asked();
    let history: Vec<_> = asked.lines.iter().filter(|line| is_history(line)).collect();
    let n_newest = history.iter().position(|line| is_older(line));
    assert_eq!(n_newest, Some(DIALOGS), "one page of each: {history:?}");
    for one in &past {
        let mut newest = history[..DIALOGS].iter();
        assert!(newest.any(|line| line.contains(one.dialog.as_str())));
    }
    assert_eq!(asked.most, 3, "never more at a time");

    // Then the rest, down to the first message of each.
    turnstile.hold(|_| false);
    for one in &past {
        lap.until("all of it", || async {
            let completeness = lap.engine.completeness(&one.dialog).await.ok()?;
            completeness.is_complete.then_some(())
        })
        .await;
        assert_eq!(lap.timeline_length(&one.dialog).await, one.length);
    }
    the_list_is_right(&lap, &past).await?;
    let asked = turnstile.asked();
    assert_eq!(asked.most, 3, "no more here, either");
    let history: Vec<_> = asked.lines.iter().filter(|line| is_history(line)).collect();
    let different: BTreeSet<_> = history.iter().collect();
    assert_eq!(different.len(), history.len(), "no page is asked for twice");
    assert!(
        history.iter().all(|line| line.contains("mark_as_read=0")),
        "nothing of it counts as read"
    );
    Ok(())
}
