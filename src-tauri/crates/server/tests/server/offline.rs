//! What waits for those who were not there.

use kith_wire::xml::Element;
use kith_wire::xmpp::ns;

use crate::town::{ANN, BOB, CEM, Live, Over, PASSWORD, Town, id};

fn bodies(messages: &[Element]) -> Vec<String> {
    messages
        .iter()
        .filter_map(|message| message.child_text("body"))
        .collect()
}

fn is_delayed(message: &Element) -> bool {
    message
        .child("delay", ns::DELAY)
        .is_some_and(|delay| delay.attr("stamp").is_some() && delay.text() == "Offline Storage")
}

#[tokio::test]
async fn who_comes_finds_once_and_in_order_what_was_written() {
    let town = Town::open().await;
    let group = town.group(&town.token("ann").await).await;
    let mut ann = town.live(ANN, Over::WebSocket).await;
    let mut cem = town.live(CEM, Over::Tcp).await;
    ann.say(&ann.user(BOB), "chat", &id(1), "one").await;
    ann.say(&ann.room(&group), "groupchat", &id(2), "two").await;
    cem.message(&id(2)).await;
    ann.say(&ann.user(BOB), "chat", &id(3), "gone").await;
    ann.send(&format!(
        "<message xmlns='jabber:client' type='chat' to='{}' id='{}'><remove xmlns='{}' id='{}'/></message>\
         <message xmlns='jabber:client' type='chat' to='{}' id='{}'><body>while it lasts</body>\
         <destroy xmlns='{}' after='5'/><extraParams><save_to_history>1</save_to_history></extraParams></message>\
         <message xmlns='jabber:client' type='chat' to='{}'><composing xmlns='{}'/></message>",
        ann.user(BOB), id(4), ns::DELETE, id(3),
        ann.user(BOB), id(5), ns::DESTROY,
        ann.user(BOB), ns::CHAT_STATES,
    ))
    .await;
    cem.settle().await;
    ann.settle().await;

    let mut bob = town.live(BOB, Over::Tcp).await;
    let found = bob.settle().await;
    assert_eq!(
        bodies(&found),
        ["one", "two"],
        "not typing, not what is gone"
    );
    assert!(found.iter().all(is_delayed), "{found:?}");
    assert_eq!(found[0].attr("to"), Some(bob.user(BOB).as_str()));
    assert_eq!(found[1].attr("type"), Some("groupchat"));
    let dialog = found[0]
        .child_named("extraParams")
        .and_then(|extra| extra.child_text("dialog_id"));
    assert!(dialog.is_some_and(|dialog| dialog.len() == 24));

    bob.send("<presence xmlns='jabber:client'/>").await;
    let mut desk = town.live(BOB, Over::WebSocket).await;
    assert!(bob.settle().await.is_empty() && desk.settle().await.is_empty());
    ann.say(&ann.user(BOB), "chat", &id(6), "live").await;
    for live in [&mut bob, &mut desk] {
        assert!(
            !is_delayed(&live.message(&id(6)).await),
            "who is there gets it as it comes"
        );
    }
}

#[tokio::test]
async fn an_author_who_was_away_learns_that_it_was_read() {
    let town = Town::open().await;
    let mut bob = town.live(BOB, Over::Tcp).await;
    let mut ann = town.live(ANN, Over::Tcp).await;
    ann.say(&ann.user(BOB), "chat", &id(1), "are you there")
        .await;
    bob.message(&id(1)).await;
    ann.send("</stream:stream>").await;
    while ann.next().await.is_some() {}
    for _ in 0..2 {
        bob.send(&format!(
            "<message xmlns='jabber:client' type='chat' to='{}' id='m'><displayed xmlns='{}' id='{}'/>\
             <extraParams><dialog_id/></extraParams></message>",
            bob.user(ANN),
            ns::MARKERS,
            id(1)
        ))
        .await;
    }
    bob.settle().await;
    let mut ann = Live::connect(town.server.ready(), Over::WebSocket).await;
    ann.log_in(ANN, PASSWORD).await;
    ann.bind().await;
    let found = ann.settle().await;
    assert_eq!(found.len(), 1, "of each state once: {found:?}");
    assert!(found[0].child("displayed", ns::MARKERS).is_some() && is_delayed(&found[0]));
}
