//! What happens to messages after they were sent, live and over REST.

use anyhow::{Context, Result};
use kith_client::{
    ClientError, Deletion, HistoryQuery, Link, MessageFilter, NewStoredMessage, Outgoing,
    OutgoingMessage, Recipient, SearchQuery, ServerEvent, SystemKind, SystemMessage,
};
use kith_model::{
    Attachment, AttachmentKind, DialogKind, Mentions, Properties, ReactionCount, Reply, Timestamp,
};

use crate::house::*;

fn photo() -> Attachment {
    Attachment {
        uid: Some("0011223344556677889900aabbccddee00".into()),
        blob: Some(777),
        name: "a b.png".into(),
        content_type: Some("image/png".into()),
        size: Some(5),
        width: Some(640),
        height: Some(480),
        other: [("blurhash".to_owned(), "L<\">&'".to_owned())].into(),
        ..Attachment::new(AttachmentKind::Photo)
    }
}

fn contact() -> Attachment {
    Attachment {
        contact: [
            ("name".to_owned(), "Bea <b>".to_owned()),
            ("phone".to_owned(), "+49 1".to_owned()),
        ]
        .into(),
        ..Attachment::new(AttachmentKind::Contact)
    }
}

#[tokio::test]
async fn everything_that_hangs_on_a_message_arrives_live_and_is_stored() -> Result<()> {
    let house = House::open().await?;
    let (ada_rest, bob_rest) = (house.rest("ada").await?, house.rest("bob").await?);
    let (dialog, to_bob) = private_dialog(&ada_rest, house.bob).await?;
    let group = ada_rest
        .create_dialog(DialogKind::Group, "Painters", &[house.bob])
        .await?
        .dialog
        .id;
    let (mut ada, mut bob) = (house.chat(house.ada), house.chat(house.bob));
    ada.link(Link::Fresh).await?;
    bob.link(Link::Fresh).await?;
    let ids = ids();
    let mut properties = Properties::new();
    properties.set_reply(&Reply {
        message: next(&ids),
        sender: Some(house.bob),
        text: "What do you say?".into(),
    });
    properties.set_mentions(&Mentions {
        people: vec![house.bob],
        everybody: false,
    });
    properties.set("odd name", "a < b & \"c\"");
    for (dialog, to) in [
        (dialog, to_bob),
        (group.clone(), Recipient::Room { dialog: group }),
    ] {
        let id = next(&ids);
        let message = OutgoingMessage {
            attachments: vec![photo(), contact()],
            properties: properties.clone(),
            is_silent: true,
            ..OutgoingMessage::new(
                id.clone(),
                to,
                String::new(),
                Timestamp::from_seconds(now_seconds()),
            )
        };
        ada.chat.send(Outgoing::Message(message)).await?;
        ada.acknowledged(&id).await?;
        let live = bob.message().await?;
        let stored = bob_rest
            .messages_by_id(&dialog, std::slice::from_ref(&id))
            .await?;
        let stored = stored.into_iter().next().context("stored")?;
        for message in [&live, &stored] {
            assert_eq!((&message.id, &message.dialog_id), (&id, &dialog));
            assert_eq!(message.body, "");
            assert_eq!(message.attachments, [photo(), contact()]);
            assert!(message.is_silent && message.is_in_history);
            assert_eq!(message.properties.reply(), properties.reply());
            assert_eq!(message.properties.mentions(), properties.mentions());
        }
        assert_eq!(
            live.properties, properties,
            "odd names come back as they were"
        );
        assert!(live.is_markable);
        assert!(stored.stored_at.is_some() && stored.updated_at.is_some());
    }
    house.server.stop().await;
    Ok(())
}

#[tokio::test]
async fn edits_and_deletions_are_told_live_and_kept() -> Result<()> {
    let house = House::open().await?;
    let (ada_rest, bob_rest) = (house.rest("ada").await?, house.rest("bob").await?);
    let (dialog, to_bob) = private_dialog(&ada_rest, house.bob).await?;
    let (mut ada, mut bob) = (house.chat(house.ada), house.chat(house.bob));
    ada.link(Link::Fresh).await?;
    bob.link(Link::Fresh).await?;
    let ids = ids();
    let id = next(&ids);
    ada.say(&to_bob, &id, "teh boat").await?;
    ada.acknowledged(&id).await?;

    let mut properties = Properties::new();
    properties.set("k", "v");
    let edit = Outgoing::Edit {
        number: 1,
        message: id.clone(),
        to: to_bob.clone(),
        body: "the boat".into(),
        properties: properties.clone(),
        is_last: true,
        destroy_after: None,
    };
    ada.chat.send(edit).await?;
    let heard = bob
        .wait("edit", |event| match event {
            ServerEvent::Edited(edit) => Some(edit),
            _ => None,
        })
        .await?;
    assert_eq!((&heard.message, heard.by), (&id, house.ada));
    assert_eq!(heard.dialog.as_ref(), Some(&dialog));
    assert_eq!(
        (heard.body.as_str(), &heard.properties),
        ("the boat", &properties)
    );
    let stored = bob_rest
        .messages_by_id(&dialog, std::slice::from_ref(&id))
        .await?;
    assert_eq!(stored[0].body, "the boat");
    assert!(stored[0].edited_at.is_some());

    ada_rest.edit_message(&dialog, &id, "The boat.").await?;
    let changed = HistoryQuery {
        updated_after: Some(Timestamp::from_seconds(now_seconds() - 60)),
        ..HistoryQuery::newest(dialog.clone(), 10)
    };
    assert_eq!(bob_rest.history(&changed).await?[0].body, "The boat.");
    assert_eq!(
        bob_rest.edit_message(&dialog, &id, "mine now").await,
        Err(ClientError::NotAllowed)
    );
    let nothing = next(&ids);
    assert_eq!(
        ada_rest.edit_message(&dialog, &nothing, "x").await,
        Err(ClientError::Gone)
    );

    // For oneself first: the other still has it.
    let own = ada_rest
        .delete_messages(std::slice::from_ref(&id), false)
        .await?;
    assert_eq!(own.deleted, std::slice::from_ref(&id));
    let newest = HistoryQuery::newest(dialog.clone(), 10);
    assert_eq!(ada_rest.history(&newest).await?.len(), 0);
    assert_eq!(bob_rest.history(&newest).await?.len(), 1);
    let refused = bob_rest
        .delete_messages(&[id.clone(), nothing.clone()], true)
        .await?;
    assert_eq!(
        refused,
        Deletion {
            refused: vec![id.clone()],
            not_found: vec![nothing],
            ..Deletion::default()
        }
    );
    let second = next(&ids);
    ada.say(&to_bob, &second, "and this").await?;
    ada.acknowledged(&second).await?;
    let gone = ada_rest
        .delete_messages(std::slice::from_ref(&second), true)
        .await?;
    assert_eq!(gone.deleted, std::slice::from_ref(&second));
    let heard = bob
        .wait("removal", |event| match event {
            ServerEvent::Removed(removal) => Some(removal),
            _ => None,
        })
        .await?;
    assert_eq!((&heard.message, heard.by), (&second, house.ada));
    assert_eq!(bob_rest.messages_by_id(&dialog, &[second]).await?.len(), 0);
    house.server.stop().await;
    Ok(())
}

#[tokio::test]
async fn what_destroys_itself_is_relayed_and_in_no_history() -> Result<()> {
    let house = House::open().await?;
    let rest = house.rest("ada").await?;
    let (dialog, to_bob) = private_dialog(&rest, house.bob).await?;
    let (mut ada, mut bob) = (house.chat(house.ada), house.chat(house.bob));
    ada.link(Link::Fresh).await?;
    bob.link(Link::Fresh).await?;
    let id = next(&ids());
    let message = OutgoingMessage {
        destroy_after: Some(5),
        ..OutgoingMessage::new(
            id.clone(),
            to_bob.clone(),
            "burn".into(),
            Timestamp::from_seconds(now_seconds()),
        )
    };
    ada.chat.send(Outgoing::Message(message)).await?;
    ada.acknowledged(&id).await?;
    let heard = bob.message().await?;
    assert_eq!((heard.destroy_after, heard.is_in_history), (Some(5), false));
    assert_eq!(
        rest.messages_by_id(&dialog, std::slice::from_ref(&id))
            .await?
            .len(),
        0
    );
    ada.chat
        .send(Outgoing::Remove {
            message: id.clone(),
            to: to_bob,
        })
        .await?;
    house.server.stop().await;
    Ok(())
}

#[tokio::test]
async fn reactions_are_counted_named_and_told_live() -> Result<()> {
    let house = House::open().await?;
    let (ada_rest, bob_rest) = (house.rest("ada").await?, house.rest("bob").await?);
    let group = ada_rest
        .create_dialog(DialogKind::Group, "Painters", &[house.bob])
        .await?
        .dialog
        .id;
    let (mut ada, mut bob) = (house.chat(house.ada), house.chat(house.bob));
    ada.link(Link::Fresh).await?;
    bob.link(Link::Fresh).await?;
    let id = next(&ids());
    ada.say(
        &Recipient::Room {
            dialog: group.clone(),
        },
        &id,
        "like it?",
    )
    .await?;
    ada.acknowledged(&id).await?;
    bob_rest.react(&id, Some("👍"), None).await?;
    let heard = ada
        .wait("reaction", |event| match event {
            ServerEvent::Reacted(change) => Some(change),
            _ => None,
        })
        .await?;
    assert_eq!((&heard.message, heard.by), (&id, house.bob));
    assert_eq!(
        (heard.added, heard.dialog),
        (vec!["👍".to_owned()], Some(group.clone()))
    );
    ada_rest.react(&id, Some("👍"), None).await?;
    bob_rest.react(&id, Some("🎉"), Some("👍")).await?;
    let who = ada_rest.reactions(&id).await?;
    assert_eq!(who.get("👍"), Some(&vec![house.ada]));
    assert_eq!(who.get("🎉"), Some(&vec![house.bob]));
    let stored = ada_rest
        .messages_by_id(&group, std::slice::from_ref(&id))
        .await?;
    let mut counts = stored[0].reactions.clone().context("told")?;
    counts.sort_by(|a, b| a.emoji.cmp(&b.emoji));
    let count = |emoji: &str, is_own| ReactionCount {
        emoji: emoji.into(),
        count: 1,
        is_own,
    };
    let mut wanted = [count("🎉", false), count("👍", true)];
    wanted.sort_by(|a, b| a.emoji.cmp(&b.emoji));
    assert_eq!(counts, wanted);
    assert_eq!(
        bob_rest.react(&next(&ids()), Some("👍"), None).await,
        Err(ClientError::Gone)
    );
    house.server.stop().await;
    Ok(())
}

#[tokio::test]
async fn messages_of_rest_are_stored_sent_counted_and_marked() -> Result<()> {
    let house = House::open().await?;
    let (ada, bob) = (house.rest("ada").await?, house.rest("bob").await?);
    let (dialog, _) = private_dialog(&ada, house.bob).await?;
    let mut talk = house.chat(house.bob);
    talk.link(Link::Fresh).await?;
    let ids = ids();
    let mut properties = Properties::new();
    properties.set("country", "USA");
    let new = NewStoredMessage {
        dialog: dialog.clone(),
        id: None,
        body: "over REST".into(),
        attachments: vec![photo()],
        properties,
        send_to_chat: true,
    };
    let made = ada.create_message(&new).await?;
    assert_eq!((made.body.as_str(), made.sender), ("over REST", house.ada));
    let live = talk.message().await?;
    assert_eq!(
        (live.id, live.body.as_str()),
        (made.id.clone(), "over REST")
    );
    assert_eq!(live.properties.get("country"), Some("USA"));
    for n in 0..4 {
        let quiet = NewStoredMessage {
            id: Some(next(&ids)),
            body: format!("quiet {n}"),
            attachments: Vec::new(),
            send_to_chat: false,
            ..new.clone()
        };
        ada.create_message(&quiet).await?;
    }
    let newest = HistoryQuery::newest(dialog.clone(), 10);
    assert_eq!(bob.count(&newest).await?, Some(5));
    let found = |filter: MessageFilter| {
        let (bob, newest) = (bob.clone(), newest.clone());
        async move {
            bob.find_messages(&newest, &filter)
                .await
                .map(|found| found.len())
        }
    };
    let any = MessageFilter::default();
    let quiet = MessageFilter {
        contains: "quiet".into(),
        ..any.clone()
    };
    assert_eq!(found(quiet).await?, 4);
    let photos = MessageFilter {
        attachment: Some(AttachmentKind::Photo),
        ..any.clone()
    };
    assert_eq!(found(photos).await?, 1);
    let bobs = MessageFilter {
        sender: Some(house.bob),
        ..any
    };
    assert_eq!(found(bobs).await?, 0);

    let unread = bob.unread(std::slice::from_ref(&dialog)).await?;
    assert_eq!((unread.total, unread.dialogs.get(&dialog)), (5, Some(&5)));
    assert_eq!(bob.unread(&[]).await?.total, 5);
    bob.mark_delivered(&dialog, std::slice::from_ref(&made.id))
        .await?;
    let stored = ada
        .messages_by_id(&dialog, std::slice::from_ref(&made.id))
        .await?;
    assert!(stored[0].delivered_to.contains(&house.bob));
    assert!(!stored[0].read_by.contains(&house.bob));
    bob.mark_all_read(&dialog).await?;
    assert_eq!(bob.unread(&[]).await?.total, 0);
    bob.mark_all_read(&dialog).await?;
    house.server.stop().await;
    Ok(())
}

#[tokio::test]
async fn system_messages_go_from_app_to_app() -> Result<()> {
    let house = House::open().await?;
    let rest = house.rest("ada").await?;
    let (dialog, _) = private_dialog(&rest, house.bob).await?;
    let (mut ada, mut bob) = (house.chat(house.ada), house.chat(house.bob));
    let mut phone = house.chat(house.ada);
    for talk in [&mut ada, &mut bob, &mut phone] {
        talk.link(Link::Fresh).await?;
    }
    let mut message = SystemMessage::new(SystemKind::PeopleAdded(vec![house.ada]), dialog);
    message.properties.set("k", "v <&>");
    ada.chat
        .send(Outgoing::System {
            to: house.bob,
            message: message.clone(),
        })
        .await?;
    for talk in [&mut bob, &mut phone] {
        let heard = talk.system().await?;
        assert_eq!(heard, (house.ada, message.clone()));
    }
    let own = SystemMessage {
        kind: SystemKind::Other("game/MOVE".into()),
        dialog: None,
        properties: message.properties.clone(),
    };
    rest.send_system(house.bob, &own).await?;
    assert_eq!(bob.system().await?, (house.ada, own));
    house.server.stop().await;
    Ok(())
}

#[tokio::test]
async fn words_are_found_on_the_server() -> Result<()> {
    let house = House::open().await?;
    let (ada, bob) = (house.rest("ada").await?, house.rest("bob").await?);
    let (dialog, _) = private_dialog(&ada, house.bob).await?;
    let group = ada
        .create_dialog(DialogKind::Group, "lorem society", &[house.bob])
        .await?
        .dialog
        .id;
    let new = |dialog: &kith_model::DialogId, body: &str| NewStoredMessage {
        dialog: dialog.clone(),
        id: None,
        body: body.into(),
        attachments: Vec::new(),
        properties: Properties::new(),
        send_to_chat: false,
    };
    let first = ada
        .create_message(&new(&dialog, "lorem ipsum dolor"))
        .await?;
    ada.create_message(&new(&group, "sit amet lorem")).await?;
    ada.create_message(&new(&group, "consectetur")).await?;
    let query = SearchQuery {
        text: "lorem".into(),
        ..SearchQuery::default()
    };
    let found = bob.search(&query).await?;
    assert_eq!((found.messages.len(), found.dialogs.len()), (2, 1));
    assert_eq!(found.dialogs[0].dialog.id, group);
    let here = SearchQuery {
        dialogs: vec![dialog],
        ..query.clone()
    };
    let found = bob.search(&here).await?;
    assert_eq!(
        found.messages.iter().map(|m| &m.id).collect::<Vec<_>>(),
        [&first.id]
    );
    let now = Timestamp::from_seconds(now_seconds());
    let hours = |n: i64| Some(Timestamp::from_seconds(now.seconds() + n * 3600));
    let lately = SearchQuery {
        from: hours(-1),
        to: hours(1),
        ..query.clone()
    };
    assert_eq!(bob.search(&lately).await?.messages.len(), 2);
    let before = SearchQuery {
        from: hours(-48),
        to: hours(-24),
        ..query.clone()
    };
    assert_eq!(bob.search(&before).await?.messages.len(), 0);
    let one = SearchQuery { limit: 1, ..query };
    assert_eq!(bob.search(&one).await?.messages.len(), 1);
    house.server.stop().await;
    Ok(())
}
