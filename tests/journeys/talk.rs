//! Two and three people talk, and nothing breaks.

use anyhow::Result;
use kith_engine::{Change, News};
use kith_model::{Delivery, DialogKind};
use kith_testkit::{ALEX, BEA, CAROL, Town, within};

#[tokio::test(flavor = "multi_thread")]
async fn a_message_goes_there_and_its_states_come_back() -> Result<()> {
    let town = Town::open().await?;
    let alex = town.person(ALEX).await?;
    let bea = town.person(BEA).await?;
    let dialog = alex.private(&bea).await?;

    let id = alex.say(&dialog, "Hello Bea").await?;
    let held = bea.hears(&id).await;
    assert_eq!(held.message.body, "Hello Bea");
    assert_eq!(held.message.sender, alex.id());
    alex.sees(&id, Delivery::Delivered).await;
    assert_eq!(
        alex.message(&id).await.map(|held| held.delivery),
        Some(Delivery::Delivered),
        "nobody read it yet"
    );

    bea.sees_unread(&dialog, 1).await;
    bea.engine.seen(&dialog, &id).await?;
    bea.sees_unread(&dialog, 0).await;
    alex.sees(&id, Delivery::Read).await;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_private_dialog_has_the_other_persons_name_on_both_sides() -> Result<()> {
    let town = Town::open().await?;
    let alex = town.person(ALEX).await?;
    let bea = town.person(BEA).await?;
    let dialog = alex.private(&bea).await?;
    let id = alex.say(&dialog, "Hello").await?;
    bea.hears(&id).await;

    let (here, there) = (alex.dialog(&dialog).await, bea.dialog(&dialog).await);
    assert_eq!(
        (here.dialog.kind, here.dialog.name.as_str()),
        (DialogKind::Private, BEA.full_name)
    );
    assert_eq!(
        (there.dialog.kind, there.dialog.name.as_str()),
        (DialogKind::Private, ALEX.full_name)
    );
    assert_eq!(
        alex.private(&bea).await?,
        dialog,
        "there is one private dialog a pair"
    );
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_group_hears_everybody_once_and_in_one_order() -> Result<()> {
    let town = Town::open().await?;
    let alex = town.person(ALEX).await?;
    let bea = town.person(BEA).await?;
    let carol = town.person(CAROL).await?;
    let dialog = alex.group("Boat trip", &[&bea, &carol]).await?;
    for person in [&bea, &carol] {
        assert_eq!(person.dialog(&dialog).await.dialog.name, "Boat trip");
    }

    let mut ids = Vec::new();
    for round in 0..5 {
        for person in [&alex, &bea, &carol] {
            ids.push(
                person
                    .say(&dialog, &format!("{} {round}", person.actor.login))
                    .await?,
            );
        }
    }
    for id in &ids {
        for person in [&alex, &bea, &carol] {
            person.sees(id, Delivery::Sent).await;
        }
    }
    let order = alex.texts(&dialog).await;
    assert_eq!(
        order.len(),
        ids.len(),
        "nothing is missing and nothing twice"
    );
    for person in [&bea, &carol] {
        assert_eq!(
            person.texts(&dialog).await,
            order,
            "{} has the same order",
            person.actor.login
        );
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn typing_is_seen_and_ends() -> Result<()> {
    let town = Town::open().await?;
    let alex = town.person(ALEX).await?;
    let bea = town.person(BEA).await?;
    let dialog = alex.private(&bea).await?;
    bea.hears(&alex.say(&dialog, "Hello").await?).await;
    // Whom to tell is known once the dialog itself has been fetched.
    bea.until("the dialog's people", || async {
        let entry = bea.dialog(&dialog).await;
        (!entry.dialog.occupants.is_empty()).then_some(())
    })
    .await;

    let mut changes = alex.engine.changes();
    let mut typing = async |wanted: &[_]| {
        let what = format!("the news that {wanted:?} are typing");
        within(&what, async {
            loop {
                let Some(News::Batch { changes: news, .. }) = changes.next().await else { continue };
                if news.iter().any(|change| {
                    matches!(change, Change::Typing { dialog: here, people } if *here == dialog && people == wanted)
                }) {
                    break;
                }
            }
        })
        .await;
    };
    bea.engine.set_typing(&dialog, true).await;
    typing(&[bea.id()]).await;
    bea.engine.set_typing(&dialog, false).await;
    typing(&[]).await;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn two_devices_of_one_person_show_the_same() -> Result<()> {
    let town = Town::open().await?;
    let desk = town.device(ALEX, "desk").await?;
    let sofa = town.device(ALEX, "sofa").await?;
    let bea = town.person(BEA).await?;
    let dialog = desk.private(&bea).await?;

    let asked = desk.say(&dialog, "from the desk").await?;
    sofa.hears(&asked).await;
    bea.hears(&asked).await;
    let answered = bea.say(&dialog, "for both").await?;
    for device in [&desk, &sofa] {
        device.hears(&answered).await;
    }
    let more = sofa.say(&dialog, "from the sofa").await?;
    desk.hears(&more).await;
    bea.hears(&more).await;
    assert_eq!(desk.texts(&dialog).await, sofa.texts(&dialog).await);

    desk.engine.seen(&dialog, &answered).await?;
    sofa.sees_unread(&dialog, 0).await;
    Ok(())
}
