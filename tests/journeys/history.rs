//! Long histories, on devices that do not hold them yet: they are fetched as
//! they are needed, nothing is missing within what is shown, and fetching
//! reads nothing.

use anyhow::Result;
use kith_model::{Delivery, DialogId};
use kith_store::{Holes, StoredMessage};
use kith_testkit::{ALEX, BEA, TestPerson, Town};

/// More than two of the server's pages.
const LONG: usize = 230;

/// Alex writes a long history into a dialog with Bea, who is away.
async fn long_history(town: &Town) -> Result<(TestPerson, DialogId, Vec<String>)> {
    let alex = town.person(ALEX).await?;
    let bea = town.device(BEA, "first").await?;
    let dialog = alex.private(&bea).await?;
    bea.stop().await;
    let mut texts = Vec::new();
    let mut last = None;
    for number in 0..LONG {
        texts.push(format!("line {number}"));
        last = Some(alex.say(&dialog, &format!("line {number}")).await?);
    }
    alex.sees(&last.expect("something was written"), Delivery::Sent)
        .await;
    Ok((alex, dialog, texts))
}

fn texts(messages: &[StoredMessage]) -> Vec<String> {
    messages
        .iter()
        .map(|held| held.message.body.clone())
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn scrolling_up_on_a_new_device_shows_everything_once() -> Result<()> {
    let town = Town::open().await?;
    let (_alex, dialog, written) = long_history(&town).await?;
    let bea = town.device(BEA, "new").await?;
    let mut shown: Vec<StoredMessage> = Vec::new();
    loop {
        let before = shown.first().map(StoredMessage::spot);
        let older = bea.engine.older(&dialog, before.as_ref(), 50).await?;
        assert!(!older.is_incomplete, "the server could be asked");
        shown.splice(0..0, older.page.messages);
        if !older.page.has_older {
            break;
        }
    }
    assert_eq!(texts(&shown), written, "all of it, once, in order");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_long_absence_leaves_nothing_out_and_reads_nothing() -> Result<()> {
    let town = Town::open().await?;
    let (alex, dialog, written) = long_history(&town).await?;
    let bea = town.device(BEA, "first").await?;
    bea.sees_unread(&dialog, LONG as u32).await;
    // Their number is told at once, they themselves come a page at a time.
    bea.sees_texts(&dialog, &written).await;
    // They come live as well, perhaps sooner than the pages that say that nothing
    // is missing: those come quietly after, or for whoever looks.
    let looked = bea.engine.older(&dialog, None, 1000).await?;
    assert!(!looked.is_incomplete, "the server could be asked");
    let page = bea
        .engine
        .store()
        .page_before(&dialog, None, 1000, Holes::Stop)
        .await?;
    assert_eq!(
        texts(&page.messages),
        written,
        "the unread are held without a hole"
    );
    assert!(!page.has_older, "and so is everything before them");
    let first = bea.engine.store().first_unread(&dialog).await?;
    assert_eq!(
        first,
        page.messages.first().map(|held| held.message.id.clone())
    );

    let last = page.messages.last().expect("a page").message.id.clone();
    alex.sees(&last, Delivery::Delivered).await;
    let read = alex
        .timeline(&dialog)
        .await
        .into_iter()
        .filter(|held| held.delivery == Delivery::Read);
    assert_eq!(read.count(), 0, "fetching is not reading");

    bea.engine.seen(&dialog, &last).await?;
    for held in &page.messages {
        alex.sees(&held.message.id, Delivery::Read).await;
    }
    let elsewhere = town.device(BEA, "second").await?;
    elsewhere.dialog(&dialog).await;
    elsewhere.sees_unread(&dialog, 0).await;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn what_came_while_away_joins_what_was_held() -> Result<()> {
    let town = Town::open().await?;
    let (alex, dialog, mut written) = long_history(&town).await?;
    let bea = town.device(BEA, "first").await?;
    bea.sees_unread(&dialog, LONG as u32).await;
    let bea = bea.stop().await;
    for number in 0..5 {
        written.push(format!("later {number}"));
        alex.say(&dialog, &format!("later {number}")).await?;
    }
    let bea = bea.returns().await?;
    bea.online().await;
    alex.say(&dialog, "live").await?;
    written.push("live".into());
    bea.sees_texts(&dialog, &written).await;
    // The newest come first. What is between them and what was held is closed
    // quietly after, or by whoever looks.
    let seen = bea.engine.older(&dialog, None, 1000).await?;
    assert_eq!(
        texts(&seen.page.messages),
        written,
        "no hole between then and now"
    );
    assert!(!seen.is_incomplete && !seen.page.has_older);
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_link_that_breaks_leaves_no_hole() -> Result<()> {
    let town = Town::open().await?;
    let alex = town.person(ALEX).await?;
    let bea = town.person(BEA).await?;
    let dialog = alex.private(&bea).await?;
    let mut written = Vec::new();
    for round in 0..4 {
        for number in 0..3 {
            written.push(format!("{round} {number}"));
            let id = alex.say(&dialog, &format!("{round} {number}")).await?;
            if number == 1 {
                town.faults().cut_links(Some(bea.id().0));
                if round % 2 == 1 {
                    town.faults().forget_sessions();
                }
            }
            alex.sees(&id, Delivery::Sent).await;
        }
        bea.sees_texts(&dialog, &written).await;
    }
    bea.online().await;
    // A hole would be closed by the next catch-up at the latest, so this looks
    // at what stands when the link says that there is nothing left to do.
    let page = bea
        .engine
        .store()
        .page_before(&dialog, None, 1000, Holes::Stop)
        .await?;
    assert_eq!(texts(&page.messages), written);
    assert!(!page.has_older);
    Ok(())
}
