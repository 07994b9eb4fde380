//! Dialogs of every kind, and who may do what with them.

use std::collections::BTreeMap;

use anyhow::{Context, Result};
use kith_client::{
    ClientError, DialogDeletion, DialogFilter, DialogSort, DialogUpdate, Link, NewDialog, Outgoing,
    OutgoingMessage, Recipient,
};
use kith_model::{DialogId, DialogKind, MessageId, Timestamp};

use crate::house::*;

#[tokio::test]
async fn a_group_is_made_changed_and_left() -> Result<()> {
    let house = House::open().await?;
    house.admin(&["fields", "allow", "location"]).await?;
    house.admin(&["fields", "allow", "n"]).await?;
    let carl = house.add(3001, "carl").await?;
    let (ada, bob) = (house.rest("ada").await?, house.rest("bob").await?);
    let extensions = |pairs: &[(&str, &str)]| -> BTreeMap<String, String> {
        let own = pairs.iter();
        own.map(|(k, v)| ((*k).to_owned(), (*v).to_owned()))
            .collect()
    };
    let made = ada
        .new_dialog(&NewDialog {
            description: "we paint".into(),
            photo: "0011223344556677889900aabbccddee00".into(),
            admins: vec![house.bob],
            extensions: extensions(&[("location", "Sun bar"), ("secret", "x")]),
            ..NewDialog::new(DialogKind::Group, "Painters & co", &[house.bob])
        })
        .await?
        .dialog;
    assert_eq!(made.name, "Painters & co");
    assert_eq!(made.description, "we paint");
    assert_eq!(
        made.photo.as_deref(),
        Some("0011223344556677889900aabbccddee00")
    );
    assert_eq!(made.admins, [house.bob]);
    assert_eq!(
        made.extensions,
        extensions(&[("location", "Sun bar")]),
        "only what the administrator allows"
    );
    assert_eq!(
        (made.owner, made.kind),
        (Some(house.ada), DialogKind::Group)
    );

    let update = DialogUpdate {
        name: Some("Painters".into()),
        description: Some(String::new()),
        photo: Some(String::new()),
        extensions: Some(extensions(&[("n", "5")])),
        allow_preview: Some(true),
    };
    let changed = bob.update_dialog(&made.id, &update).await?.dialog;
    assert_eq!(changed.name, "Painters");
    assert_eq!((changed.description.as_str(), &changed.photo), ("", &None));
    assert_eq!(changed.extensions.get("n").map(String::as_str), Some("5"));
    assert!(changed.allow_preview);
    let nothing = ada
        .update_dialog(&made.id, &DialogUpdate::default())
        .await?;
    assert_eq!(nothing.dialog.name, "Painters", "what is not named stays");

    let with_carl = ada.add_people(&made.id, &[carl]).await?.dialog;
    assert!(with_carl.occupants.contains(&carl));
    let without_bob = ada.set_admins(&made.id, &[house.bob], false).await?.dialog;
    assert!(without_bob.admins.is_empty());
    assert_eq!(
        bob.set_admins(&made.id, &[carl], true).await.err(),
        Some(ClientError::NotAllowed),
        "the owner alone"
    );
    assert_eq!(
        bob.remove_people(&made.id, &[carl]).await.err(),
        Some(ClientError::NotAllowed)
    );
    let without_carl = ada.remove_people(&made.id, &[carl]).await?.dialog;
    assert!(!without_carl.occupants.contains(&carl));
    bob.remove_people(&made.id, &[house.bob]).await.ok();
    assert_eq!(
        bob.dialog(&made.id).await?,
        None,
        "who takes out themselves has left"
    );
    house.server.stop().await;
    Ok(())
}

#[tokio::test]
async fn a_public_dialog_is_looked_at_joined_and_left() -> Result<()> {
    let house = House::open().await?;
    let (ada, bob) = (house.rest("ada").await?, house.rest("bob").await?);
    let open = ada
        .new_dialog(&NewDialog {
            allow_preview: true,
            ..NewDialog::new(DialogKind::Public, "Town square", &[])
        })
        .await?
        .dialog;
    let closed = ada
        .new_dialog(&NewDialog::new(DialogKind::Public, "Back room", &[]))
        .await?
        .dialog;
    let mut talk = house.chat(house.ada);
    talk.link(Link::Fresh).await?;
    let ids = ids();
    let sent: Vec<MessageId> = (0..25).map(|_| next(&ids)).collect();
    let to = Recipient::Room {
        dialog: open.id.clone(),
    };
    for id in &sent {
        talk.say(&to, id, "hear, hear").await?;
        talk.acknowledged(id).await?;
    }
    let seen = bob.preview(&open.id).await?;
    assert_eq!(seen.len(), 20);
    assert_eq!(Some(&seen[0].id), sent.last(), "the newest first");
    assert_eq!(
        bob.preview(&closed.id).await.err(),
        Some(ClientError::NotAllowed)
    );
    assert_eq!(bob.dialogs(None).await?.len(), 0);
    let joined = bob.subscribe(&open.id).await?.dialog;
    assert_eq!(
        (joined.id.clone(), joined.allow_preview),
        (open.id.clone(), true)
    );
    assert_eq!(bob.dialogs(None).await?.len(), 1);
    let people = ada.public_occupants(&open.id, 0, 100).await?;
    assert!(people.iter().any(|person| person.id == house.bob));
    assert_eq!(
        ada.public_occupants(&open.id, 1, 100).await?.len(),
        people.len() - 1
    );
    bob.unsubscribe(&open.id).await?;
    assert_eq!(bob.dialogs(None).await?.len(), 0);
    let group = ada
        .create_dialog(DialogKind::Group, "Closed", &[house.bob])
        .await?
        .dialog;
    assert_eq!(
        bob.subscribe(&group.id).await.err(),
        Some(ClientError::NotAllowed),
        "groups are not joined"
    );
    house.server.stop().await;
    Ok(())
}

#[tokio::test]
async fn the_directory_shows_public_dialogs_that_one_is_not_in() -> Result<()> {
    let house = House::open().await?;
    let (ada, bob) = (house.rest("ada").await?, house.rest("bob").await?);
    let mut made = Vec::new();
    for n in 0..3 {
        let new = NewDialog::new(DialogKind::Public, &format!("Square {n}"), &[]);
        made.push(ada.new_dialog(&new).await?.dialog.id);
    }
    ada.create_dialog(DialogKind::Group, "Square of friends", &[])
        .await
        .ok();
    let page = bob.directory("Square", 0).await?;
    let mut found: Vec<DialogId> = page.dialogs.into_iter().map(|d| d.dialog.id).collect();
    found.sort();
    made.sort();
    assert_eq!(found, made);
    assert!(!page.has_more);
    assert_eq!(bob.directory("Nothing like it", 0).await?.dialogs.len(), 0);
    let one = bob.public_dialog(&made[0]).await?.context("by its id")?;
    assert_eq!(one.dialog.id, made[0]);
    house.server.stop().await;
    Ok(())
}

#[tokio::test]
async fn dialogs_are_found_by_filter_sorted_and_paged() -> Result<()> {
    let house = House::open().await?;
    house.admin(&["fields", "allow", "location"]).await?;
    let rest = house.rest("ada").await?;
    let mut groups = Vec::new();
    for n in 0..5 {
        let new = NewDialog {
            extensions: [("location".to_owned(), format!("bar {}", n % 2))].into(),
            ..NewDialog::new(DialogKind::Group, &format!("Group {n}"), &[house.bob])
        };
        groups.push(rest.new_dialog(&new).await?.dialog.id);
    }
    let (private, _) = private_dialog(&rest, house.bob).await?;
    let names = |page: kith_client::DialogPage| -> Vec<String> {
        page.dialogs.into_iter().map(|d| d.dialog.name).collect()
    };
    let of_groups = DialogFilter {
        kinds: vec![DialogKind::Group],
        sort: DialogSort::Created,
        oldest_first: true,
        ..DialogFilter::default()
    };
    assert_eq!(
        names(rest.find_dialogs(&of_groups).await?),
        ["Group 0", "Group 1", "Group 2", "Group 3", "Group 4"]
    );
    let second = rest
        .find_dialogs(&DialogFilter {
            limit: 2,
            skip: 2,
            ..of_groups.clone()
        })
        .await?;
    assert_eq!(
        (second.total, second.n_records, second.has_more),
        (Some(5), 2, true)
    );
    assert_eq!(names(second), ["Group 2", "Group 3"]);
    let last = rest
        .find_dialogs(&DialogFilter {
            limit: 2,
            skip: 4,
            ..of_groups.clone()
        })
        .await?;
    assert!(!last.has_more);
    let by_name = DialogFilter {
        name_contains: "oup 3".into(),
        ..of_groups.clone()
    };
    assert_eq!(names(rest.find_dialogs(&by_name).await?), ["Group 3"]);
    let by_field = DialogFilter {
        extensions: [("location".to_owned(), "bar 1".to_owned())].into(),
        ..of_groups.clone()
    };
    assert_eq!(
        names(rest.find_dialogs(&by_field).await?),
        ["Group 1", "Group 3"]
    );
    let by_person = DialogFilter {
        with: vec![house.bob],
        kinds: vec![DialogKind::Private],
        ..DialogFilter::default()
    };
    let found = rest.find_dialogs(&by_person).await?.dialogs;
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].dialog.id, private);
    let by_id = DialogFilter {
        ids: vec![groups[4].clone(), private.clone()],
        ..DialogFilter::default()
    };
    assert_eq!(rest.find_dialogs(&by_id).await?.dialogs.len(), 2);

    // By what happens in them.
    let mut talk = house.chat(house.ada);
    talk.link(Link::Fresh).await?;
    let (ids, now) = (ids(), now_seconds());
    for (n, later) in [(3, 100), (1, 200)] {
        let id = next(&ids);
        let to = Recipient::Room {
            dialog: groups[n].clone(),
        };
        let sent_at = Timestamp::from_seconds(now + later);
        let message = OutgoingMessage::new(id.clone(), to, "news".into(), sent_at);
        talk.chat.send(Outgoing::Message(message)).await?;
        talk.acknowledged(&id).await?;
    }
    let newest = DialogFilter {
        kinds: vec![DialogKind::Group],
        limit: 2,
        ..DialogFilter::default()
    };
    assert_eq!(
        names(rest.find_dialogs(&newest).await?),
        ["Group 1", "Group 3"]
    );
    let last = DialogFilter {
        oldest_first: true,
        skip: 3,
        ..newest.clone()
    };
    assert_eq!(
        names(rest.find_dialogs(&last).await?),
        ["Group 3", "Group 1"]
    );
    let since = DialogFilter {
        last_message_after: Some(Timestamp::from_seconds(now + 150)),
        ..newest.clone()
    };
    assert_eq!(names(rest.find_dialogs(&since).await?), ["Group 1"]);
    let update = DialogUpdate {
        description: Some("changed".into()),
        ..DialogUpdate::default()
    };
    rest.update_dialog(&groups[2], &update).await?;
    let changed = DialogFilter {
        sort: DialogSort::Updated,
        limit: 1,
        ..newest.clone()
    };
    assert_eq!(names(rest.find_dialogs(&changed).await?), ["Group 2"]);
    let later = DialogFilter {
        updated_after: Some(Timestamp::from_seconds(now + 3600)),
        ..newest
    };
    assert_eq!(rest.find_dialogs(&later).await?.dialogs.len(), 0);
    house.server.stop().await;
    Ok(())
}

#[tokio::test]
async fn pins_and_notifications_are_kept_by_the_server() -> Result<()> {
    let house = House::open().await?;
    let (ada, bob) = (house.rest("ada").await?, house.rest("bob").await?);
    let group = ada
        .create_dialog(DialogKind::Group, "Painters", &[house.bob])
        .await?
        .dialog
        .id;
    let mut talk = house.chat(house.ada);
    talk.link(Link::Fresh).await?;
    let ids = ids();
    let id = next(&ids);
    talk.say(
        &Recipient::Room {
            dialog: group.clone(),
        },
        &id,
        "pin me",
    )
    .await?;
    talk.acknowledged(&id).await?;
    let pinned = ada
        .pin(&group, std::slice::from_ref(&id), true)
        .await?
        .dialog;
    assert_eq!(pinned.pinned, std::slice::from_ref(&id));
    assert_eq!(
        bob.pin(&group, std::slice::from_ref(&id), false)
            .await
            .err(),
        Some(ClientError::NotAllowed),
        "a member may not"
    );
    assert_eq!(
        bob.dialog(&group).await?.context("it")?.dialog.pinned,
        std::slice::from_ref(&id)
    );
    assert!(
        ada.pin(&group, &[id], false)
            .await?
            .dialog
            .pinned
            .is_empty()
    );

    assert!(bob.notifications(&group).await?);
    assert!(!bob.set_notifications(&group, false).await?);
    assert!(!bob.notifications(&group).await?);
    assert!(ada.notifications(&group).await?, "everybody has their own");
    assert!(bob.set_notifications(&group, true).await?);
    house.server.stop().await;
    Ok(())
}

#[tokio::test]
async fn dialogs_are_deleted_one_and_many_and_cleared() -> Result<()> {
    let house = House::open().await?;
    let (ada, bob) = (house.rest("ada").await?, house.rest("bob").await?);
    let mut groups = Vec::new();
    for n in 0..4 {
        let made = ada
            .create_dialog(DialogKind::Group, &format!("Group {n}"), &[house.bob])
            .await?;
        groups.push(made.dialog.id);
    }
    let nowhere: DialogId = "65a0000000000000000000ff".parse()?;
    let one = bob.delete_dialogs(&groups[..1], false).await?;
    assert_eq!(one.deleted, groups[..1]);
    assert_eq!(bob.dialog(&groups[0]).await?, None);
    assert!(ada.dialog(&groups[0]).await?.is_some(), "for bob alone");
    let refused = bob.delete_dialogs(&groups[1..2], true).await?;
    assert_eq!(
        refused,
        DialogDeletion {
            refused: groups[1..2].to_vec(),
            ..DialogDeletion::default()
        },
        "only the owner deletes for all"
    );
    let several = [groups[1].clone(), groups[2].clone(), nowhere.clone()];
    let result = ada.delete_dialogs(&several, true).await?;
    assert_eq!(result.deleted, groups[1..3]);
    assert_eq!(result.not_found, std::slice::from_ref(&nowhere));
    assert_eq!(bob.dialog(&groups[1]).await?, None);
    let none = ada
        .delete_dialogs(std::slice::from_ref(&nowhere), false)
        .await?;
    assert_eq!(none.not_found, [nowhere]);

    let mut talk = house.chat(house.ada);
    talk.link(Link::Fresh).await?;
    let ids = ids();
    let to = Recipient::Room {
        dialog: groups[3].clone(),
    };
    for _ in 0..3 {
        let id = next(&ids);
        talk.say(&to, &id, "soon gone").await?;
        talk.acknowledged(&id).await?;
    }
    let newest = kith_client::HistoryQuery::newest(groups[3].clone(), 10);
    bob.clear_history(&groups[3], false).await?;
    assert_eq!(bob.history(&newest).await?.len(), 0);
    assert_eq!(ada.history(&newest).await?.len(), 3);
    assert_eq!(
        bob.clear_history(&groups[3], true).await.err(),
        Some(ClientError::NotAllowed)
    );
    ada.clear_history(&groups[3], true).await?;
    assert_eq!(ada.history(&newest).await?.len(), 0);
    house.server.stop().await;
    Ok(())
}

#[tokio::test]
async fn a_broadcast_is_written_by_its_owner_and_read_by_all() -> Result<()> {
    let house = House::open().await?;
    let (ada, bob) = (house.rest("ada").await?, house.rest("bob").await?);
    let made = ada
        .new_dialog(&NewDialog::new(DialogKind::Broadcast, "News", &[]))
        .await?
        .dialog;
    assert!(bob.dialog(&made.id).await?.is_some(), "everybody has it");
    let (mut a, mut b) = (house.chat(house.ada), house.chat(house.bob));
    a.link(Link::Fresh).await?;
    b.link(Link::Fresh).await?;
    let ids = ids();
    let to = Recipient::Room {
        dialog: made.id.clone(),
    };
    let id = next(&ids);
    a.say(&to, &id, "It is done.").await?;
    assert_eq!(b.message().await?.id, id);
    let id = next(&ids);
    b.say(&to, &id, "Me too").await?;
    let code = b.refusal(&id).await?;
    assert_eq!(code, 403);
    house.server.stop().await;
    Ok(())
}
