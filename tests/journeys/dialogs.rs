//! Making, changing and leaving dialogs, and who is told of it.

use std::collections::BTreeMap;

use anyhow::Result;
use kith_engine::{DialogUpdate, NewDialog};
use kith_model::{Delivery, DialogId, DialogKind, Role};
use kith_store::{Notice, NoticeKind};
use kith_testkit::{ALEX, BEA, CAROL, TestPerson, Town};

/// A picture of one pixel.
const PIXEL: &str = "data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAQAAAC1HAwCAAAAC0lEQVR42mNkYAAAAAYAAjCB0C8AAAAASUVORK5CYII=";

fn told(lines: &[Notice]) -> Vec<String> {
    lines
        .iter()
        .map(|line| {
            let people: Vec<_> = line.people.iter().map(ToString::to_string).collect();
            let by = line.by.map_or(String::new(), |by| by.to_string());
            format!("{:?} by {by} {}{}", line.kind, people.join(","), line.text)
        })
        .collect()
}

async fn sees_lines(person: &TestPerson, dialog: &DialogId, wanted: &[&str]) {
    let what = format!("the lines {wanted:?}");
    person
        .until(&what, || async {
            let lines = told(&person.lines(dialog).await);
            (lines == wanted).then_some(())
        })
        .await;
}

fn public(name: &str) -> NewDialog {
    NewDialog {
        kind: DialogKind::Public,
        name: name.into(),
        people: Vec::new(),
        description: "Open to all".into(),
        photo: None,
        extensions: BTreeMap::new(),
        allow_preview: true,
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn each_change_is_one_quiet_line_for_everybody() -> Result<()> {
    let town = Town::open().await?;
    let alex = town.person(ALEX).await?;
    let bea = town.person(BEA).await?;
    let carol = town.person(CAROL).await?;
    let group = alex.group("Boat", &[&bea]).await?;
    let made = "Created by 1001 Boat";
    sees_lines(&alex, &group, &[made]).await;
    sees_lines(&bea, &group, &[made]).await;

    alex.engine.add_people(&group, &[carol.id()]).await?;
    let added = "Added by 1001 300003";
    sees_lines(&alex, &group, &[made, added]).await;
    sees_lines(&bea, &group, &[made, added]).await;
    carol.dialog(&group).await;

    bea.engine
        .update_dialog(
            &group,
            DialogUpdate {
                name: Some("Ship".into()),
                photo: Some(PIXEL.into()),
                ..DialogUpdate::default()
            },
        )
        .await?;
    let renamed = "Renamed by 20002 Ship";
    let photo = "Photo by 20002 ";
    for person in [&alex, &bea] {
        sees_lines(person, &group, &[made, added, renamed, photo]).await;
    }
    let uid = alex.dialog(&group).await.dialog.photo.expect("a picture");
    let picture = alex.engine.picture(&uid).await.expect("it can be had");
    assert_eq!(picture.data_address(), PIXEL, "what was put in comes out");

    let bea = bea.stop().await;
    let id = alex.say(&group, "Hello").await?;
    carol.hears(&id).await;
    alex.sees(&id, Delivery::Sent).await;
    alex.engine.set_admin(&group, carol.id(), true).await?;
    alex.engine.pin_message(&id, true).await?;
    let admins = "Admins by 1001 300003+";
    let pinned = "Pinned by 1001 ";
    sees_lines(
        &alex,
        &group,
        &[made, added, renamed, photo, admins, pinned],
    )
    .await;
    let bea = bea.returns().await?;
    bea.online().await;
    // Who did it was told to nobody who was not there.
    let later = ["Admins by  300003+", "Pinned by  "];
    sees_lines(
        &bea,
        &group,
        &[made, added, renamed, photo, later[0], later[1]],
    )
    .await;
    assert_eq!(carol.dialog(&group).await.role(carol.id()), Role::Admin);

    carol.engine.remove_people(&group, &[bea.id()]).await?;
    bea.until("the group gone", || async {
        bea.entry(&group).await.is_none().then_some(())
    })
    .await;
    carol.engine.leave(&group).await?;
    alex.until("Carol gone", || async {
        let lines = told(&alex.lines(&group).await);
        lines
            .ends_with(&[
                "Removed by 300003 20002".into(),
                "Left by 300003 300003".into(),
            ])
            .then_some(())
    })
    .await;
    assert!(carol.entry(&group).await.is_none());
    assert_eq!(
        alex.dialog(&group).await.unread,
        0,
        "lines are never unread"
    );
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_public_dialog_is_found_looked_at_joined_and_left() -> Result<()> {
    let town = Town::open().await?;
    let alex = town.person(ALEX).await?;
    let bea = town.person(BEA).await?;
    let dialog = alex
        .engine
        .create_dialog_with(public("Harbour talk"))
        .await?;
    for n in 0..3 {
        let id = alex.say(&dialog, &format!("message {n}")).await?;
        alex.sees(&id, Delivery::Sent).await;
    }
    let found = bea.engine.directory("Harbour", 0).await?;
    assert_eq!(found.items.len(), 1, "{found:?}");
    let (item, is_joined) = &found.items[0];
    assert_eq!((item.name.as_str(), *is_joined), ("Harbour talk", false));
    let preview = bea.engine.preview(&dialog).await?;
    let texts: Vec<_> = preview.messages.iter().map(|m| m.body.as_str()).collect();
    assert_eq!(texts, ["message 0", "message 1", "message 2"]);
    assert_eq!(preview.people[0].full_name, ALEX.full_name);
    bea.engine.open_public(&dialog).await?;
    let looked_at = bea.dialog(&dialog).await;
    assert!(!looked_at.is_joined);
    assert_eq!(looked_at.role(bea.id()), Role::None);
    assert!(!looked_at.rights(bea.id()).write);

    bea.engine.join(&dialog).await?;
    let joined = bea
        .until("having joined", || async {
            bea.entry(&dialog).await.filter(|entry| entry.is_joined)
        })
        .await;
    assert!(joined.rights(bea.id()).write && joined.rights(bea.id()).leave);
    let id = bea.say(&dialog, "Ahoy").await?;
    alex.hears(&id).await;
    let members = alex.engine.members(&dialog, "", 0).await?;
    assert_eq!(members.people.len(), 2);
    let members = alex.engine.members(&dialog, "berg", 0).await?;
    assert_eq!(members.people[0].id, bea.id());
    bea.engine.leave(&dialog).await?;
    assert!(bea.entry(&dialog).await.is_none());
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn histories_are_cleared_and_dialogs_deleted() -> Result<()> {
    let town = Town::open().await?;
    let alex = town.person(ALEX).await?;
    let bea = town.person(BEA).await?;
    let group = alex.group("Boat", &[&bea]).await?;
    let id = alex.say(&group, "Hello").await?;
    bea.hears(&id).await;
    alex.sees(&id, Delivery::Delivered).await;
    bea.engine.clear_history(&group, false).await?;
    assert!(bea.texts(&group).await.is_empty());
    assert_eq!(alex.texts(&group).await, ["Hello"], "for Bea alone");
    let bea = bea.stop().await.returns().await?;
    bea.online().await;
    assert!(bea.texts(&group).await.is_empty(), "it does not come back");
    let again = alex.say(&group, "Once more").await?;
    bea.hears(&again).await;
    alex.sees(&again, Delivery::Delivered).await;
    assert!(
        bea.engine.clear_history(&group, true).await.is_err(),
        "only its owner may"
    );
    alex.engine.clear_history(&group, true).await?;
    bea.sees_texts(&group, &[]).await;
    assert!(alex.texts(&group).await.is_empty());
    let refused = bea
        .engine
        .delete_dialogs(std::slice::from_ref(&group), true)
        .await?;
    assert_eq!(
        refused.refused,
        std::slice::from_ref(&group),
        "only its owner may"
    );
    let done = alex
        .engine
        .delete_dialogs(std::slice::from_ref(&group), true)
        .await?;
    assert_eq!(done.deleted, std::slice::from_ref(&group));
    assert!(alex.entry(&group).await.is_none());
    bea.until("the group gone", || async {
        bea.entry(&group).await.is_none().then_some(())
    })
    .await;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn what_changes_in_a_public_dialog_reaches_who_is_in_it_at_once() -> Result<()> {
    let town = Town::open_plain().await?;
    let alex = town.person(ALEX).await?;
    let bea = town.person(BEA).await?;
    let dialog = alex
        .engine
        .create_dialog_with(public("Harbour talk"))
        .await?;
    bea.engine.open_public(&dialog).await?;
    bea.engine.join(&dialog).await?;
    let id = alex.say(&dialog, "Read this first").await?;
    bea.hears(&id).await;
    let link = bea.engine.link();
    alex.engine
        .update_dialog(
            &dialog,
            DialogUpdate {
                name: Some("Quay talk".into()),
                ..DialogUpdate::default()
            },
        )
        .await?;
    bea.until("the new name", || async {
        (bea.entry(&dialog).await?.dialog.name == "Quay talk").then_some(())
    })
    .await;
    alex.engine.pin_message(&id, true).await?;
    bea.until("the pinned message", || async {
        let pinned = bea.engine.store().pinned(&dialog).await.ok()?;
        (pinned.len() == 1).then_some(())
    })
    .await;
    alex.engine.clear_history(&dialog, true).await?;
    bea.sees_texts(&dialog, &[]).await;
    alex.engine
        .delete_dialogs(std::slice::from_ref(&dialog), true)
        .await?;
    bea.until("the dialog gone", || async {
        bea.entry(&dialog).await.is_none().then_some(())
    })
    .await;
    assert!(!link.has_changed()?, "over the link that was there");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn the_servers_notification_setting_is_asked_and_set() -> Result<()> {
    let town = Town::open().await?;
    let alex = town.person(ALEX).await?;
    let bea = town.person(BEA).await?;
    let group = alex.group("Boat", &[&bea]).await?;
    bea.dialog(&group).await;
    assert!(bea.engine.notifications(&group).await?, "on by default");
    assert!(!bea.engine.set_notifications(&group, false).await?);
    assert_eq!(bea.dialog(&group).await.notifications, Some(false));
    assert!(!bea.engine.notifications(&group).await?);
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn who_is_watched_comes_and_goes() -> Result<()> {
    let town = Town::open().await?;
    let alex = town.person(ALEX).await?;
    let bea = town.person(BEA).await?;
    let is = async |online: bool| {
        alex.until(&format!("Bea online: {online}"), || async {
            let known = alex.engine.presence();
            let (_, presence) = known.iter().find(|(who, _)| *who == bea_id())?;
            (presence.is_online == online).then_some(*presence)
        })
        .await
    };
    alex.engine.watch_presence(&[bea.id()]).await;
    is(true).await;
    let bea = bea.stop().await;
    let left = is(false).await;
    assert!(left.last_seen.is_some());
    let bea = bea.returns().await?;
    bea.online().await;
    is(true).await;
    alex.engine.watch_presence(&[]).await;
    assert!(
        alex.engine.presence().is_empty(),
        "nobody is watched any more"
    );
    Ok(())
}

fn bea_id() -> kith_model::UserId {
    BEA.id
}

#[tokio::test(flavor = "multi_thread")]
async fn everything_marked_read_is_told_to_the_authors() -> Result<()> {
    let town = Town::open().await?;
    let alex = town.person(ALEX).await?;
    let bea = town.person(BEA).await?;
    let dialog = alex.private(&bea).await?;
    let id = alex.say(&dialog, "Hello").await?;
    bea.hears(&id).await;
    bea.sees_unread(&dialog, 1).await;
    bea.engine.mark_unread(&dialog, true).await?;
    bea.engine.mark_read(&[]).await?;
    bea.sees_unread(&dialog, 0).await;
    assert!(!bea.dialog(&dialog).await.is_marked_unread);
    alex.sees(&id, Delivery::Read).await;
    assert!(
        bea.lines(&dialog)
            .await
            .iter()
            .all(|line| line.kind != NoticeKind::Created),
        "a private dialog has no beginning to tell of"
    );
    Ok(())
}
