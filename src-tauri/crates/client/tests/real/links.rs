//! Every way in which a link ends, and what becomes of what was on it.

use anyhow::{Result, ensure};
use kith_client::{
    Chat, ClientError, HistoryQuery, Link, LinkLost, Outgoing, OutgoingMessage, Rest, Secret,
    ServerEvent,
};
use kith_model::{ChatSecurity, SystemClock, Timestamp};
use std::sync::Arc;
use tokio::sync::mpsc;

use crate::house::*;

#[tokio::test]
async fn a_cut_link_is_resumed_and_everything_arrives_once() -> Result<()> {
    let house = House::open().await?;
    let rest = house.rest("ada").await?;
    let (_, to_bob) = private_dialog(&rest, house.bob).await?;
    let (mut ada, mut bob) = (house.chat(house.ada), house.chat(house.bob));
    ada.link(Link::Fresh).await?;
    bob.link(Link::Fresh).await?;
    let ids = ids();
    for round in 0..3 {
        let id = next(&ids);
        ada.say(&to_bob, &id, "before").await?;
        ada.chat.cut();
        ada.link(Link::Resumed).await?;
        bob.chat.cut();
        // The message may come before the cut or after it.
        let (mut is_resumed, mut had) = (false, None);
        bob.wait("message and link", |event| {
            match event {
                ServerEvent::Message(message) => had = Some(message.id),
                ServerEvent::Link(Link::Resumed) => is_resumed = true,
                _ => {}
            }
            (is_resumed && had.is_some()).then_some(())
        })
        .await?;
        assert_eq!(had, Some(id), "in round {round}");
    }
    house.server.faults().cut_links(Some(house.ada.0));
    ada.link(Link::Resumed).await?;
    let id = next(&ids);
    ada.say(&to_bob, &id, "after").await?;
    ada.acknowledged(&id).await?;
    assert_eq!(bob.message().await?.id, id, "and nothing came twice");
    house.server.stop().await;
    Ok(())
}

/// A stanza that the old connection has not handled yet when the session is
/// resumed must not be counted twice.
#[tokio::test]
async fn a_link_that_breaks_right_after_sending_is_resumed_every_time() -> Result<()> {
    let house = House::open().await?;
    let rest = house.rest("ada").await?;
    let (dialog, to_bob) = private_dialog(&rest, house.bob).await?;
    let mut ada = house.chat(house.ada);
    ada.link(Link::Fresh).await?;
    let (ids, mut sent) = (ids(), Vec::new());
    for n in 0..60 {
        let id = next(&ids);
        ada.say(&to_bob, &id, &format!("{n}")).await?;
        ada.chat.cut();
        sent.push(id);
        ada.wait("resumption", |event| match event {
            ServerEvent::Link(Link::Resumed) => Some(Ok(())),
            ServerEvent::Link(Link::Fresh) | ServerEvent::Unknown(_) => {
                Some(Err(anyhow::anyhow!("not resumed in round {n}")))
            }
            _ => None,
        })
        .await??;
    }
    while rest.messages_by_id(&dialog, &sent).await?.len() < sent.len() {}
    assert_eq!(
        rest.history(&HistoryQuery::newest(dialog, 100))
            .await?
            .len(),
        60,
        "each once"
    );
    house.server.stop().await;
    Ok(())
}

#[tokio::test]
async fn a_swallowed_acknowledgement_is_made_up_for_by_resuming() -> Result<()> {
    let house = House::open().await?;
    let rest = house.rest("ada").await?;
    let (dialog, to_bob) = private_dialog(&rest, house.bob).await?;
    let mut ada = house.chat(house.ada);
    ada.link(Link::Fresh).await?;
    house.server.faults().swallow_acks(true);
    let id = next(&ids());
    ada.say(&to_bob, &id, "swallowed").await?;
    while rest
        .messages_by_id(&dialog, std::slice::from_ref(&id))
        .await?
        .is_empty()
    {}
    house.server.faults().swallow_acks(false);
    house.server.faults().forget_sessions();
    house.server.faults().cut_links(None);
    let fate = ada
        .wait("fate", |event| match event {
            ServerEvent::Unknown(lost) if lost == id => Some("unknown"),
            ServerEvent::Acknowledged(had) if had == id => Some("acknowledged"),
            ServerEvent::Link(Link::Fresh) => Some("fresh before its fate was told"),
            _ => None,
        })
        .await?;
    assert!(matches!(fate, "unknown" | "acknowledged"), "{fate}");
    ada.link(Link::Fresh).await?;
    house.server.stop().await;
    Ok(())
}

#[tokio::test]
async fn acknowledgements_in_the_wrong_order_break_nothing() -> Result<()> {
    let house = House::open().await?;
    let rest = house.rest("ada").await?;
    let (dialog, to_bob) = private_dialog(&rest, house.bob).await?;
    let (mut ada, mut bob) = (house.chat(house.ada), house.chat(house.bob));
    ada.link(Link::Fresh).await?;
    bob.link(Link::Fresh).await?;
    house.server.faults().reorder_acks(true);
    let (ids, mut sent) = (ids(), Vec::new());
    for n in 0..20 {
        let id = next(&ids);
        ada.say(&to_bob, &id, &format!("{n}")).await?;
        assert_eq!(bob.message().await?.id, id, "each once");
        sent.push(id);
    }
    house.server.faults().reorder_acks(false);
    let mut waiting = sent.clone();
    while !waiting.is_empty() {
        let id = ada
            .wait("acknowledgement", |event| match event {
                ServerEvent::Acknowledged(id) => Some(Ok(id)),
                ServerEvent::Link(link) => Some(Err(anyhow::anyhow!("{link:?}"))),
                ServerEvent::Unknown(_) => Some(Err(anyhow::anyhow!("one is unknown"))),
                _ => None,
            })
            .await??;
        waiting.retain(|held| *held != id);
    }
    assert_eq!(
        rest.history(&HistoryQuery::newest(dialog, 100))
            .await?
            .len(),
        20
    );
    house.server.stop().await;
    Ok(())
}

#[tokio::test]
async fn a_restarted_server_gives_a_fresh_link() -> Result<()> {
    let house = House::open().await?;
    let rest = house.rest("ada").await?;
    let (dialog, to_bob) = private_dialog(&rest, house.bob).await?;
    let mut ada = house.chat(house.ada);
    ada.link(Link::Fresh).await?;
    house.server.stop().await;
    ada.wait("a lost link", |event| match event {
        ServerEvent::Link(Link::Down { .. }) => Some(()),
        _ => None,
    })
    .await?;
    let id = next(&ids());
    ensure!(
        ada.say(&to_bob, &id, "to nobody").await.is_err(),
        "there is no link to send on"
    );
    let (server, connection) = start(house.folder.path()).await?;
    assert_eq!(connection, house.connection, "it listens where it did");
    ada.chat.reconnect_now();
    ada.link(Link::Fresh).await?;
    ada.say(&to_bob, &id, "to somebody").await?;
    ada.acknowledged(&id).await?;
    let page = rest.history(&HistoryQuery::newest(dialog, 10)).await?;
    assert_eq!(
        page.iter().map(|m| m.body.as_str()).collect::<Vec<_>>(),
        ["to somebody"]
    );
    server.stop().await;
    Ok(())
}

#[tokio::test]
async fn wrong_passwords_are_refused_in_both_halves() -> Result<()> {
    let house = House::open().await?;
    let wrong = Secret::new("wrong");
    let rest = Rest::new(house.connection.clone(), Arc::new(SystemClock))?;
    assert_eq!(
        rest.sign_in("ada", &wrong).await,
        Err(ClientError::SignInRefused)
    );
    assert_eq!(
        rest.dialogs(None).await,
        Err(ClientError::Expired),
        "nobody is signed in"
    );
    let (events, listener) = mpsc::channel(16);
    let chat = Chat::start(
        house.connection.clone(),
        house.ada,
        wrong,
        Arc::new(SystemClock),
        events,
    );
    let mut talk = Talk { chat, listener };
    talk.wait("refusal", |event| {
        (event
            == ServerEvent::Link(Link::Down {
                reason: LinkLost::SignInRefused,
                retry_at: None,
            }))
        .then_some(())
    })
    .await?;
    talk.chat.stop().await;
    house.server.stop().await;
    Ok(())
}

/// The platform has both ports; here one listens for both.
#[tokio::test]
async fn tls_that_begins_later_is_as_good() -> Result<()> {
    let mut house = House::open().await?;
    house.connection.chat.security = ChatSecurity::StartTls;
    let rest = house.rest("ada").await?;
    let (_, to_bob) = private_dialog(&rest, house.bob).await?;
    let (mut ada, mut bob) = (house.chat(house.ada), house.chat(house.bob));
    ada.link(Link::Fresh).await?;
    bob.link(Link::Fresh).await?;
    let id = next(&ids());
    ada.say(&to_bob, &id, "over a port for all").await?;
    assert_eq!(bob.message().await?.id, id);
    house.server.stop().await;
    Ok(())
}

/// What was written while nobody was there comes when somebody is.
#[tokio::test]
async fn what_came_meanwhile_comes_later_with_its_time() -> Result<()> {
    let house = House::open().await?;
    let rest = house.rest("ada").await?;
    let (_, to_bob) = private_dialog(&rest, house.bob).await?;
    let mut ada = house.chat(house.ada);
    ada.link(Link::Fresh).await?;
    let id = next(&ids());
    let sent_at = Timestamp::from_seconds(now_seconds() - 3600);
    let old = OutgoingMessage::new(id.clone(), to_bob, "an hour ago".into(), sent_at);
    ada.chat.send(Outgoing::Message(old)).await?;
    ada.acknowledged(&id).await?;
    let mut bob = house.chat(house.bob);
    let late = bob.message().await?;
    assert_eq!((late.id, late.sent_at), (id, sent_at));
    house.server.stop().await;
    Ok(())
}
