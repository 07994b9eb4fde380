//! Who is here, who is watched, who is blocked.

use anyhow::Result;
use kith_client::{
    Activity, AskError, Block, Chat, Link, NewDialog, Password, Secret, ServerEvent,
};
use kith_model::{DialogKind, SystemClock};
use std::sync::Arc;
use tokio::sync::mpsc;

use crate::house::*;

#[tokio::test]
async fn coming_and_going_is_told_of_who_is_watched() -> Result<()> {
    let house = House::open().await?;
    let mut ada = house.chat(house.ada);
    ada.link(Link::Fresh).await?;
    assert!(matches!(
        ada.chat.last_activity(house.bob).await?,
        Activity::LastSeen(_)
    ));
    ada.chat.watch(house.bob, true).await?;
    let mut bob = house.chat(house.bob);
    bob.link(Link::Fresh).await?;
    assert_eq!(ada.activity().await?, (house.bob, Activity::Online));
    assert_eq!(ada.chat.last_activity(house.bob).await?, Activity::Online);
    bob.chat.stop().await;
    let (who, activity) = ada.activity().await?;
    assert_eq!(who, house.bob);
    assert!(matches!(activity, Activity::LastSeen(_)), "{activity:?}");
    ada.chat.watch(house.bob, false).await?;
    let mut bob = house.chat(house.bob);
    bob.link(Link::Fresh).await?;
    ada.chat.ping().await?;
    let heard = std::iter::from_fn(|| ada.listener.try_recv().ok());
    assert!(
        !heard
            .into_iter()
            .any(|event| matches!(event, ServerEvent::Activity { .. })),
        "who is not watched any more comes and goes unheard"
    );
    bob.chat.set_active(false);
    bob.chat.set_active(true);
    bob.chat.ping().await?;
    house.server.stop().await;
    Ok(())
}

#[tokio::test]
async fn who_of_a_dialog_is_here_is_told_to_who_is_in_it() -> Result<()> {
    let house = House::open().await?;
    house.add(3001, "carl").await?;
    let rest = house.rest("ada").await?;
    let open = NewDialog::new(DialogKind::Public, "Open house", &[]);
    let dialog = rest.new_dialog(&open).await?.dialog.id;
    house.rest("bob").await?.subscribe(&dialog).await?;
    let mut ada = house.chat(house.ada);
    ada.link(Link::Fresh).await?;
    assert_eq!(ada.chat.online_in(&dialog).await?, [house.ada]);
    let mut bob = house.chat(house.bob);
    bob.link(Link::Fresh).await?;
    let mut online = ada.chat.online_in(&dialog).await?;
    online.sort_unstable();
    assert_eq!(online, [house.ada, house.bob], "and nobody who is not here");
    house.rest("bob").await?.unsubscribe(&dialog).await?;
    let refused = bob.chat.online_in(&dialog).await;
    assert!(matches!(refused, Err(AskError::Refused(_))), "{refused:?}");
    house.server.stop().await;
    Ok(())
}

#[tokio::test]
async fn blocks_hold_and_mutual_ones_stay_mutual() -> Result<()> {
    let house = House::open().await?;
    let carl = house.add(3001, "carl").await?;
    let rest = house.rest("ada").await?;
    let (_, to_bob) = private_dialog(&rest, house.bob).await?;
    let (_, to_ada) = private_dialog(&house.rest("bob").await?, house.ada).await?;
    let (mut ada, mut bob) = (house.chat(house.ada), house.chat(house.bob));
    ada.link(Link::Fresh).await?;
    bob.link(Link::Fresh).await?;
    let chat = &ada.chat;
    assert_eq!(chat.blocked().await?, []);
    assert_eq!(chat.block_lists().await?.names, Vec::<String>::new());
    let mutual = Block {
        who: carl,
        is_mutual: true,
    };
    let one_way = Block {
        who: house.bob,
        is_mutual: false,
    };
    chat.block(mutual).await?;
    chat.block(one_way).await?;
    assert_eq!(
        chat.blocked().await?,
        [one_way, mutual],
        "adding one keeps the other as it was"
    );

    let ids = ids();
    let id = next(&ids);
    bob.say(&to_ada, &id, "are you there?").await?;
    assert_eq!(bob.refusal(&id).await?, 503);
    let id = next(&ids);
    ada.say(&to_bob, &id, "I can write to you").await?;
    assert_eq!(bob.message().await?.id, id);
    let chat = &ada.chat;
    chat.block(Block {
        is_mutual: true,
        ..one_way
    })
    .await?;
    let id = next(&ids);
    ada.say(&to_bob, &id, "not any more").await?;
    assert_eq!(ada.refusal(&id).await?, 503);
    let chat = &ada.chat;
    chat.unblock(house.bob).await?;
    assert_eq!(chat.blocked().await?, [mutual]);
    let id = next(&ids);
    bob.say(&to_ada, &id, "back again").await?;
    assert_eq!(ada.message().await?.id, id);
    let chat = &ada.chat;
    chat.unblock(carl).await?;
    assert_eq!(chat.blocked().await?, []);

    chat.set_block_list("mine", &[mutual]).await?;
    assert_eq!(chat.block_list("mine").await?, [mutual]);
    assert_eq!(
        chat.blocked().await?,
        [],
        "a list that does not hold blocks nobody"
    );
    chat.set_default_block_list(Some("mine")).await?;
    assert_eq!(chat.block_lists().await?.default.as_deref(), Some("mine"));
    assert_eq!(chat.blocked().await?, [mutual]);
    assert_eq!(
        chat.set_default_block_list(Some("nothing")).await,
        Err(AskError::Refused(404))
    );
    chat.set_default_block_list(None).await?;
    chat.delete_block_list("mine").await?;
    assert_eq!(chat.block_list("mine").await?, []);
    house.server.stop().await;
    Ok(())
}

#[tokio::test]
async fn a_sessions_token_opens_the_chat_also_after_it_ran_out() -> Result<()> {
    let house = House::open().await?;
    let rest = house.rest("ada").await?;
    let start = |password: Password| {
        let (events, listener) = mpsc::channel(16);
        let clock = Arc::new(SystemClock);
        let chat = Chat::start(house.connection.clone(), house.ada, password, clock, events);
        Talk { chat, listener }
    };
    let mut by_token = start(rest.live_token().await?.into());
    by_token.link(Link::Fresh).await?;
    let mut by_session = start(rest.clone().into());
    by_session.link(Link::Fresh).await?;
    house.server.faults().expire_tokens().await?;
    house.server.faults().forget_sessions();
    house.server.faults().cut_links(None);
    by_session.link(Link::Fresh).await?;
    by_token
        .link(Link::Down {
            reason: kith_client::LinkLost::SignInRefused,
            retry_at: None,
        })
        .await?;
    by_token.chat.set_password(rest.live_token().await?);
    by_token.chat.reconnect_now();
    by_token.link(Link::Fresh).await?;
    by_token.chat.set_password(Secret::new(PASSWORD));
    house.server.stop().await;
    Ok(())
}
