//! Things break while people write: nothing is lost, nothing comes twice, and
//! everybody ends up with the same order.

use anyhow::Result;
use kith_model::{Delivery, DialogId, MessageId};
use kith_testkit::{ALEX, BEA, TestPerson, Town};

/// Two people with a private dialog that both already have.
async fn pair(town: &Town) -> Result<(TestPerson, TestPerson, DialogId)> {
    let alex = town.person(ALEX).await?;
    let bea = town.person(BEA).await?;
    let dialog = alex.private(&bea).await?;
    let first = alex.say(&dialog, "first").await?;
    bea.hears(&first).await;
    alex.sees(&first, Delivery::Delivered).await;
    Ok((alex, bea, dialog))
}

/// Waits until both have all of these, and checks that they show the same, each once.
async fn agree(dialog: &DialogId, ids: &[MessageId], people: [&TestPerson; 2]) {
    for id in ids {
        for person in people {
            person.sees(id, Delivery::Sent).await;
        }
    }
    let [one, other] = people;
    let held: Vec<_> = one
        .timeline(dialog)
        .await
        .into_iter()
        .map(|held| held.message.id)
        .collect();
    let theirs: Vec<_> = other
        .timeline(dialog)
        .await
        .into_iter()
        .map(|held| held.message.id)
        .collect();
    assert_eq!(held, theirs, "both see the same order");
    for id in ids {
        assert_eq!(
            held.iter().filter(|held| *held == id).count(),
            1,
            "every message is there exactly once"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_link_drops_while_both_write() -> Result<()> {
    let town = Town::open().await?;
    let (alex, bea, dialog) = pair(&town).await?;
    let mut ids = Vec::new();
    for round in 0..10 {
        ids.push(alex.say(&dialog, &format!("alex {round}")).await?);
        ids.push(bea.say(&dialog, &format!("bea {round}")).await?);
        if round % 3 == 1 {
            town.faults().cut_links(None);
        }
    }
    agree(&dialog, &ids, [&alex, &bea]).await;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_written_offline_goes_out_when_the_server_is_back() -> Result<()> {
    let mut town = Town::open().await?;
    let (alex, bea, dialog) = pair(&town).await?;
    town.stop().await;
    alex.offline().await;
    bea.offline().await;

    let mut ids = Vec::new();
    for round in 0..3 {
        ids.push(alex.say(&dialog, &format!("alex {round}")).await?);
        ids.push(bea.say(&dialog, &format!("bea {round}")).await?);
    }
    for id in &ids {
        let held = if let Some(held) = alex.message(id).await {
            Some(held)
        } else {
            bea.message(id).await
        };
        let held = held.expect("what was written is on disk at once");
        assert!(held.delivery < Delivery::Sent, "no server has it");
        assert_ne!(
            held.delivery,
            Delivery::Failed,
            "being offline is no failure"
        );
    }

    town.start().await?;
    alex.engine.reconnect_now();
    bea.engine.reconnect_now();
    agree(&dialog, &ids, [&alex, &bea]).await;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn the_server_forgets_the_sessions_that_could_be_resumed() -> Result<()> {
    let town = Town::open().await?;
    let (alex, bea, dialog) = pair(&town).await?;
    let mut ids = vec![alex.say(&dialog, "before").await?];
    town.faults().cut_links(None);
    town.faults().forget_sessions();
    ids.push(alex.say(&dialog, "between").await?);
    ids.push(bea.say(&dialog, "between, too").await?);
    agree(&dialog, &ids, [&alex, &bea]).await;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_message_whose_acknowledgement_is_lost_is_looked_up_and_not_doubled() -> Result<()> {
    let town = Town::open().await?;
    let (alex, bea, dialog) = pair(&town).await?;
    town.faults().swallow_acks(true);
    let id = alex.say(&dialog, "did it arrive?").await?;
    bea.hears(&id).await;
    // The server has it, and Kith does not know. Now nothing can tell it but a look.
    town.faults().forget_sessions();
    town.faults().cut_links(None);
    town.faults().forget_sessions();
    town.faults().swallow_acks(false);

    alex.sees(&id, Delivery::Sent).await;
    agree(&dialog, &[id], [&alex, &bea]).await;
    assert_eq!(bea.texts(&dialog).await, ["first", "did it arrive?"]);
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_only_in_the_history_is_found_after_a_fresh_link() -> Result<()> {
    let town = Town::open().await?;
    let (alex, bea, dialog) = pair(&town).await?;
    town.faults().hold_relays(true);
    let id = alex.say(&dialog, "kept back").await?;
    alex.sees(&id, Delivery::Sent).await;
    town.faults().hold_relays(false);

    // Nobody told Bea. Her quiet work may just be reading the history, though; whatever
    // that has missed is found now.
    town.faults().cut_links(Some(bea.id().0));
    town.faults().forget_sessions();
    bea.hears(&id).await;
    agree(&dialog, &[id], [&alex, &bea]).await;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn catching_up_never_reads() -> Result<()> {
    let town = Town::open().await?;
    let (alex, bea, dialog) = pair(&town).await?;
    let bea = bea.stop().await;
    let mut last = None;
    for round in 0..4 {
        last = Some(alex.say(&dialog, &format!("while away {round}")).await?);
    }
    let last = last.expect("four were written");
    alex.sees(&last, Delivery::Sent).await;

    let bea = bea.returns().await?;
    bea.hears(&last).await;
    bea.online().await;
    bea.sees_unread(&dialog, 5).await;
    // Being delivered comes after being fetched, so by then a false read would have come, too.
    let seen = alex.sees(&last, Delivery::Delivered).await;
    assert_eq!(
        seen.delivery,
        Delivery::Delivered,
        "fetching is not reading"
    );
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn everything_is_there_without_a_network() -> Result<()> {
    let mut town = Town::open().await?;
    let (alex, bea, dialog) = pair(&town).await?;
    let id = bea.say(&dialog, "second").await?;
    alex.hears(&id).await;
    let alex = alex.stop().await;
    town.stop().await;

    let alex = alex.returns().await?;
    alex.offline().await;
    assert_eq!(alex.texts(&dialog).await, ["first", "second"]);
    let written = alex.say(&dialog, "third, on the train").await?;
    let alex = alex.stop().await;

    town.start().await?;
    let alex = alex.returns().await?;
    alex.sees(&written, Delivery::Sent).await;
    bea.engine.reconnect_now();
    bea.hears(&written).await;
    assert_eq!(
        bea.texts(&dialog).await,
        ["first", "second", "third, on the train"]
    );
    Ok(())
}
