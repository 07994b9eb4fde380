//! What is refused over XMPP, with the code and the words that are documented
//! (`protocol/xmpp.md` §16).

use kith_wire::xml::Element;
use kith_wire::xmpp::ns;
use serde_json::json;

use crate::town::{ANN, BOB, Live, Over, PASSWORD, Town, id};

fn refusal(answer: &Element) -> (Option<&str>, Option<&str>, bool) {
    let error = answer.child_named("error");
    let condition = error.and_then(|error| error.elements().next());
    let has_words = error
        .and_then(|error| error.child_text("text"))
        .is_some_and(|words| !words.is_empty());
    (
        error.and_then(|error| error.attr("code")),
        condition.map(Element::local),
        has_words,
    )
}

#[tokio::test]
async fn rooms_take_no_system_messages() {
    let town = Town::open().await;
    let token = town.token("ann").await;
    let body = json!({ "type": 2, "name": "Two", "occupants_ids": [BOB] });
    let (_, dialog) = town.rest.call("POST", "/chat/Dialog", &token, body).await;
    let dialog = dialog["_id"].as_str().expect("an id");
    for over in [Over::Tcp, Over::WebSocket] {
        let mut ann = town.live(ANN, over).await;
        let mut bob = town.live(BOB, over).await;
        let room = ann.room(dialog);
        ann.send(&format!(
            "<message xmlns='jabber:client' to='{room}' type='headline' id='{}'>\
             <body>dialog/UPDATE_DIALOG</body></message>",
            id(1)
        ))
        .await;
        let answer = ann.message(&id(1)).await;
        assert_eq!(answer.attr("type"), Some("error"));
        assert_eq!(
            refusal(&answer),
            (Some("501"), Some("feature-not-implemented"), true)
        );
        assert!(bob.settle().await.is_empty(), "and nobody hears of it");
    }
}

#[tokio::test]
async fn who_has_not_logged_in_says_nothing() {
    let town = Town::open().await;
    for over in [Over::Tcp, Over::WebSocket] {
        let mut nobody = Live::connect(town.server.ready(), over).await;
        nobody.greet().await;
        let to = nobody.user(BOB);
        nobody.say(&to, "chat", &id(1), "hello").await;
        let answer = nobody.message(&id(1)).await;
        assert_eq!(
            refusal(&answer),
            (Some("401"), Some("not-authorized"), true)
        );
        let answer = nobody.try_log_in(ANN, PASSWORD).await;
        assert_eq!(answer.local(), "success", "the stream lives");
    }
}

#[tokio::test]
async fn guessing_through_one_door_closes_the_other() {
    let town = Town::open().await;
    let token = town.token("ann").await;
    for _ in 0..10 {
        assert_eq!(town.rest.session("ann", "wrong horse").await.0, 401);
    }
    let mut ann = Live::connect(town.server.ready(), Over::WebSocket).await;
    ann.greet().await;
    let answer = ann.try_log_in(ANN, PASSWORD).await;
    assert!(
        answer.child("temporary-auth-failure", ns::SASL).is_some(),
        "{answer:?}"
    );
    let answer = ann.try_log_in(ANN, &token).await;
    assert_eq!(
        answer.local(),
        "success",
        "who is signed in elsewhere is not shut out by a stranger's guesses"
    );
    let mut bob = Live::connect(town.server.ready(), Over::Tcp).await;
    bob.greet().await;
    for _ in 0..5 {
        assert_eq!(bob.try_log_in(BOB, "wrong horse").await.local(), "failure");
    }
    for _ in 0..5 {
        assert_eq!(town.rest.session("bob", "wrong horse").await.0, 401);
    }
    assert_eq!(town.rest.session("bob", PASSWORD).await.0, 429);
    town.clock.pass(61_000);
    assert_eq!(bob.try_log_in(BOB, PASSWORD).await.local(), "success");
    assert_eq!(town.rest.session("bob", PASSWORD).await.0, 201);
}
