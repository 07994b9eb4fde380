//! Finding messages: what is here is found as it is, what is not here the
//! server finds, and both are gone to.

use anyhow::Result;
use std::sync::Arc;

use kith_engine::EngineError;
use kith_model::{Delivery, DialogId, Mentions, SystemClock};
use kith_store::Search;
use kith_testkit::{ALEX, BEA, ShiftedClock, TestPerson, Town, Turnstile};

/// More than two of the server's pages, so that a new device has a hole.
const LONG: usize = 230;

async fn found(person: &TestPerson, text: &str, dialog: Option<&DialogId>) -> Vec<String> {
    let search = Search {
        text: text.into(),
        dialog: dialog.cloned(),
        limit: 100,
        ..Search::default()
    };
    let page = person.engine.search(&search).await;
    let found = page.expect("a search").found.into_iter();
    found.map(|found| found.message.message.body).collect()
}

/// Waits until a search finds this and nothing else.
async fn finds(person: &TestPerson, text: &str, wanted: &[&str]) {
    person
        .until(&format!("{text} is found so: {wanted:?}"), async || {
            (found(person, text, None).await == wanted).then_some(())
        })
        .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_came_is_found_as_it_was_edited_and_not_when_it_is_gone() -> Result<()> {
    let town = Town::open().await?;
    let alex = town.person(ALEX).await?;
    let bea = town.person(BEA).await?;
    let dialog = alex.private(&bea).await?;
    let id = alex.say(&dialog, "the parrot says hello").await?;
    // On disk here before it goes out, and there when it came.
    assert_eq!(found(&alex, "parr", None).await, ["the parrot says hello"]);
    finds(&bea, "HELLO parrot", &["the parrot says hello"]).await;
    alex.sees(&id, Delivery::Delivered).await;

    let edited = "the pelican says hello".to_owned();
    alex.engine
        .edit_message(&id, edited, &Mentions::default())
        .await?;
    finds(&alex, "parrot", &[]).await;
    finds(&bea, "pelican", &["the pelican says hello"]).await;
    finds(&bea, "parrot", &[]).await;

    let ids = std::slice::from_ref(&id);
    alex.engine.delete_messages(ids, true).await?;
    for person in [&alex, &bea] {
        finds(person, "pelican", &[]).await;
    }

    alex.say(&dialog, "one more pelican").await?;
    finds(&bea, "pelican", &["one more pelican"]).await;
    bea.engine.clear_history(&dialog, false).await?;
    finds(&bea, "pelican", &[]).await;
    assert_eq!(found(&alex, "pelican", None).await, ["one more pelican"]);
    Ok(())
}

/// A history of which a new device gets the newest page alone, because whatever
/// else it asks for of it is held back until it is let through.
#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_here_is_found_on_the_server_and_gone_to() -> Result<()> {
    let town = Town::open_plain().await?;
    let clock = Arc::new(ShiftedClock::default());
    let path = town.folder().join("alex-desk.db");
    let alex = TestPerson::start(
        ALEX,
        town.connection().clone(),
        path,
        Arc::clone(&clock) as _,
    )
    .await?;
    alex.online().await;
    // What comes live is hers on her first device, so that nothing waits for the next.
    let first = town.device(BEA, "first").await?;
    let dialog = alex.private(&first).await?;
    let mut far = None;
    for number in 0..LONG {
        // No second of it is a page long, or that would be fetched whole.
        if number % 50 == 0 {
            clock.shift(1000);
        }
        let text = match number {
            20 => "the lighthouse is closed".to_owned(),
            _ => format!("line {number}"),
        };
        let id = alex.say(&dialog, &text).await?;
        if number == 20 {
            far = Some(id.clone());
        }
        if number + 1 == LONG {
            first.hears(&id).await;
            // What was read elsewhere needs no more than a newest page.
            first.engine.seen(&dialog, &id).await?;
            alex.sees(&id, Delivery::Read).await;
        }
    }
    first.stop().await;
    let far = far.expect("it was written");

    let turnstile = Turnstile::before(town.connection(), |_| false).await?;
    turnstile.hold(|line| line.contains("chat/Message?") && line.contains("lte"));
    let path = town.folder().join("bea-new.db");
    let connection = turnstile.lead(town.connection());
    let bea = TestPerson::start(BEA, connection, path, Arc::new(SystemClock)).await?;
    bea.online().await;
    finds(&bea, "line 229", &["line 229"]).await;

    // What is held is found without the server, and it is told that it is not all.
    let store = bea.engine.store();
    assert_eq!(found(&bea, "lighthouse", Some(&dialog)).await, [""; 0]);
    assert_eq!(store.incomplete_dialogs(None).await?, 1);
    let short = bea.engine.search_server("lig", None).await;
    assert!(matches!(short, Err(EngineError::InvalidInput)), "{short:?}");

    for text in ["lighthouse", "ghthou"] {
        let answer = bea.engine.search_server(text, Some(&dialog)).await?;
        let ids: Vec<_> = answer.into_iter().map(|message| message.id).collect();
        assert_eq!(ids, std::slice::from_ref(&far), "{text}");
    }
    assert!(bea.message(&far).await.is_none(), "finding is not fetching");
    let answer = bea.engine.search_server("line", None).await?;
    for message in &answer {
        assert!(
            bea.message(&message.id).await.is_none(),
            "found here already"
        );
    }

    // Going there fetches what lies around it, with a hole between.
    turnstile.hold(|_| false);
    assert!(bea.engine.bring(&dialog, &far).await?);
    let around = bea.engine.around(&dialog, &far, 10).await?;
    assert!(around.messages.len() > 5, "{}", around.messages.len());
    finds(&bea, "lightho", &["the lighthouse is closed"]).await;
    let answer = bea.engine.search_server("lighthouse", None).await?;
    assert_eq!(answer, [], "now it is found here, and not twice");
    Ok(())
}
