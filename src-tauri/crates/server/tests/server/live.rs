//! Messages between people who are there.

use kith_wire::xml::Element;
use kith_wire::xmpp::ns;
use serde_json::json;

use crate::town::{ANN, BOB, CEM, Live, Over, PASSWORD, Town, id};

fn extra(message: &Element, key: &str) -> Option<String> {
    message.child_named("extraParams")?.child_text(key)
}

#[tokio::test]
async fn two_people_write_over_either_transport() {
    let town = Town::open().await;
    let mut ann = town.live(ANN, Over::WebSocket).await;
    let mut bob = town.live(BOB, Over::Tcp).await;
    let dialog = town.private(&town.token("ann").await, BOB).await;

    ann.say(
        &ann.user(BOB),
        "chat",
        &id(1),
        "How are &lt;you&gt; &amp; yours?",
    )
    .await;
    let heard = bob.message(&id(1)).await;
    assert_eq!(
        heard.child_text("body").as_deref(),
        Some("How are <you> & yours?")
    );
    assert_eq!(
        heard.attr("from"),
        Some(ann.jid.as_str()),
        "from the full address"
    );
    assert_eq!(
        heard.attr("to"),
        Some(bob.user(BOB).as_str()),
        "to the bare one"
    );
    assert_eq!(
        extra(&heard, "dialog_id").as_deref(),
        Some(dialog.as_str()),
        "the SDK needs it"
    );
    assert_eq!(extra(&heard, "message_id").as_deref(), Some(id(1).as_str()));
    assert!(extra(&heard, "date_sent").is_some());

    bob.say(&bob.user(ANN), "chat", &id(2), "Well").await;
    assert_eq!(
        ann.message(&id(2)).await.child_text("body").as_deref(),
        Some("Well")
    );
}

#[tokio::test]
async fn a_room_reaches_everybody_the_sender_included() {
    let town = Town::open().await;
    let mut ann = town.live(ANN, Over::WebSocket).await;
    let mut desk = town.live(ANN, Over::Tcp).await;
    let mut bob = town.live(BOB, Over::Tcp).await;
    let group = town.group(&town.token("ann").await).await;

    ann.say(&ann.room(&group), "groupchat", &id(1), "Hello all")
        .await;
    let from = format!("{}/{ANN}", ann.room(&group));
    for live in [&mut ann, &mut desk, &mut bob] {
        let copy = live.message(&id(1)).await;
        assert_eq!(
            copy.attr("from"),
            Some(from.as_str()),
            "nobody joined, everybody gets it"
        );
        assert_eq!(copy.attr("type"), Some("groupchat"));
    }
}

#[tokio::test]
async fn own_devices_get_sent_carbons_and_never_received_ones() {
    let town = Town::open().await;
    let mut ann = town.live(ANN, Over::WebSocket).await;
    let mut desk = town.live(ANN, Over::Tcp).await;
    let mut bob = town.live(BOB, Over::Tcp).await;
    ann.say(&ann.user(BOB), "chat", &id(1), "x").await;
    let wrapper = desk
        .until("a carbon", |e| e.child("sent", ns::CARBONS).is_some())
        .await;
    let copy = wrapper
        .child("sent", ns::CARBONS)
        .and_then(|sent| sent.child("forwarded", ns::FORWARD))
        .and_then(|forwarded| forwarded.child_named("message"))
        .expect("the message inside");
    assert_eq!(copy.attr("id"), Some(id(1).as_str()));
    assert!(extra(copy, "dialog_id").is_some());

    bob.say(&bob.user(ANN), "chat", &id(2), "y").await;
    for live in [&mut ann, &mut desk] {
        let copy = live.message(&id(2)).await;
        assert_eq!(
            copy.child_text("body").as_deref(),
            Some("y"),
            "the message itself, no wrapper"
        );
    }
    assert!(
        ann.settle().await.is_empty(),
        "the sending device gets no copy of its own 1-1 message"
    );
}

#[tokio::test]
async fn the_same_id_twice_is_one_message() {
    let town = Town::open().await;
    let token = town.token("ann").await;
    let mut ann = town.live(ANN, Over::Tcp).await;
    let mut bob = town.live(BOB, Over::Tcp).await;
    ann.manage().await;
    let to = ann.user(BOB);
    ann.say(&to, "chat", &id(1), "once").await;
    ann.say(&to, "chat", &id(1), "twice").await;
    assert_eq!(
        ann.acked().await,
        2,
        "the repetition is acknowledged like the first"
    );
    ann.say(&to, "chat", &id(2), "next").await;
    assert_eq!(
        bob.message(&id(1)).await.child_text("body").as_deref(),
        Some("once")
    );
    let next = bob
        .until("the next message", |e| e.local() == "message")
        .await;
    assert_eq!(
        next.attr("id"),
        Some(id(2).as_str()),
        "the repetition is not passed on"
    );
    assert_eq!(
        town.stored(&token, &id(1)).await["message"],
        "once",
        "nor does it overwrite"
    );

    let back = bob.user(ANN);
    bob.say(&back, "chat", &id(1), "mine").await;
    let error = bob.message(&id(1)).await;
    assert_eq!(
        error.attr("type"),
        Some("error"),
        "somebody else's id is refused"
    );
    assert_eq!(
        error.child_named("error").and_then(|e| e.attr("code")),
        Some("409")
    );
    assert_eq!(town.stored(&token, &id(1)).await["message"], "once");
}

#[tokio::test]
async fn markers_are_recorded_and_reach_the_author() {
    let town = Town::open().await;
    let (ann_token, bob_token) = (town.token("ann").await, town.token("bob").await);
    let mut ann = town.live(ANN, Over::WebSocket).await;
    let mut bob = town.live(BOB, Over::Tcp).await;
    let group = town.group(&ann_token).await;
    for (n, dialog) in [(1, None), (2, Some(&group))] {
        let (to, kind) = match dialog {
            None => (ann.user(BOB), "chat"),
            Some(group) => (ann.room(group), "groupchat"),
        };
        ann.say(&to, kind, &id(n), "x").await;
        bob.message(&id(n)).await;
        let (_, unread) = town.rest.get("/chat/Message/unread", &bob_token).await;
        assert_eq!(
            unread["total"], 1,
            "a catch-up or a live message reads nothing by itself"
        );
        for (marker, key) in [("received", "delivered_ids"), ("displayed", "read_ids")] {
            // The SDK sends an empty dialog id when its app forgot it.
            bob.send(&format!(
                "<message xmlns='jabber:client' type='chat' id='m{n}{marker}' to='{}'>\
                 <{marker} xmlns='{}' id='{}'/><extraParams><dialog_id></dialog_id></extraParams></message>",
                bob.user(ANN),
                ns::MARKERS,
                id(n)
            ))
            .await;
            let heard = ann.message(&format!("m{n}{marker}")).await;
            assert_eq!(heard.attr("type"), Some("chat"), "for rooms, too");
            assert!(extra(&heard, "dialog_id").is_some_and(|dialog| dialog.len() == 24));
            let stored = town.stored(&ann_token, &id(n)).await;
            assert!(
                stored[key].as_array().expect("ids").contains(&json!(BOB)),
                "{marker}: {stored}"
            );
        }
        let (_, unread) = town.rest.get("/chat/Message/unread", &bob_token).await;
        assert_eq!(unread["total"], 0);
    }
    let (_, dialogs) = town.rest.get("/chat/Dialog", &ann_token).await;
    assert_eq!(dialogs["items"][0]["last_message_status"], "read");
}

#[tokio::test]
async fn typing_is_passed_on_with_its_dialog_and_kept_nowhere() {
    let town = Town::open().await;
    let token = town.token("ann").await;
    let dialog = town.private(&token, BOB).await;
    let mut ann = town.live(ANN, Over::Tcp).await;
    let mut bob = town.live(BOB, Over::WebSocket).await;
    ann.send(&format!(
        "<message xmlns='jabber:client' type='chat' to='{}'><composing xmlns='{}'/></message>",
        ann.user(BOB),
        ns::CHAT_STATES
    ))
    .await;
    let heard = bob
        .until("typing", |e| {
            e.child("composing", ns::CHAT_STATES).is_some()
        })
        .await;
    assert_eq!(extra(&heard, "dialog_id").as_deref(), Some(dialog.as_str()));
    let (_, page) = town
        .rest
        .get(&format!("/chat/Message?chat_dialog_id={dialog}"), &token)
        .await;
    assert_eq!(page["items"], json!([]));
}

#[tokio::test]
async fn corrections_and_removals_change_the_stored_message() {
    let town = Town::open().await;
    let token = town.token("ann").await;
    let mut ann = town.live(ANN, Over::Tcp).await;
    let mut bob = town.live(BOB, Over::Tcp).await;
    let to = ann.user(BOB);
    ann.say(&to, "chat", &id(1), "frist").await;
    bob.message(&id(1)).await;
    let back = bob.user(ANN);
    bob.send(&format!(
        "<message xmlns='jabber:client' type='chat' to='{back}' id='{}'><body>hacked</body>\
         <replace xmlns='{}' id='{}'/></message>",
        id(2),
        ns::CORRECT,
        id(1)
    ))
    .await;
    assert_eq!(
        bob.message(&id(2)).await.attr("type"),
        Some("error"),
        "only the author corrects"
    );
    ann.send(&format!(
        "<message xmlns='jabber:client' type='chat' to='{to}' id='{}'><body>first</body>\
         <replace xmlns='{}' id='{}' last='true'/></message>",
        id(3),
        ns::CORRECT,
        id(1)
    ))
    .await;
    bob.message(&id(3)).await;
    let stored = town.stored(&token, &id(1)).await;
    assert_eq!(
        (&stored["message"], stored["edited_at"].is_string()),
        (&json!("first"), true)
    );
    ann.send(&format!(
        "<message xmlns='jabber:client' type='chat' to='{to}' id='{}'><remove xmlns='{}' id='{}'/></message>",
        id(4),
        ns::DELETE,
        id(1)
    ))
    .await;
    bob.message(&id(4)).await;
    assert!(town.stored(&token, &id(1)).await.is_null());
    ann.say(&to, "chat", &id(1), "back from the dead").await;
    ann.settle().await;
    assert!(
        town.stored(&token, &id(1)).await.is_null(),
        "a late repetition brings nothing back"
    );
}

#[tokio::test]
async fn what_is_no_xml_ends_nobodys_connection() {
    let town = Town::open().await;
    let mut ann = town.live(ANN, Over::WebSocket).await;
    let mut bob = town.live(BOB, Over::Tcp).await;
    // What the SDK makes of an array is no XML. Its own reader wants it back as it was, only
    // not what breaks a tag; strict readers, over TCP, get names they can read.
    let mut other = town.live(BOB, Over::WebSocket).await;
    ann.send(&format!(
        "<message xmlns='jabber:client' type='chat' to='{}' id='{}'><body>x</body><extraParams>\
         <save_to_history>1</save_to_history><arr><0>1</0><1>2</1></arr><a b>c</a b></extraParams></message>",
        ann.user(BOB),
        id(1)
    ))
    .await;
    for (live, one, blank) in [
        (&mut bob, "_x0031_", "a_x0020_b"),
        (&mut other, "1", "a_x0020_b"),
    ] {
        let heard = live.message(&id(1)).await;
        let extra = heard.child_named("extraParams").expect("parameters");
        let arr = extra.child_named("arr").expect("the array");
        assert_eq!(arr.child_text(one).as_deref(), Some("2"));
        assert_eq!(extra.child_text(blank).as_deref(), Some("c"));
    }

    ann.send("<message id='q' type='chat' to='").await;
    let error = ann
        .until("an error", |e| e.attr("type") == Some("error"))
        .await;
    assert_eq!(
        error.child_named("error").and_then(|e| e.attr("code")),
        Some("400")
    );
    ann.say(&ann.user(BOB), "chat", &id(2), "still here").await;
    bob.message(&id(2)).await;

    // What even a lenient reader refuses ends that one stream.
    bob.send("<!DOCTYPE a [<!ENTITY b 'c'>]>").await;
    let mut cem = town.live(CEM, Over::Tcp).await;
    while bob.next().await.is_some() {}
    cem.say(&cem.user(ANN), "chat", &id(3), "and I").await;
    ann.message(&id(3)).await;
}

#[tokio::test]
async fn too_much_is_refused_and_the_connection_lives() {
    let town = Town::open().await;
    let mut ann = town.live(ANN, Over::WebSocket).await;
    let mut desk = town.live(ANN, Over::Tcp).await;
    for live in [&mut ann, &mut desk] {
        let to = live.user(BOB);
        for (n, size) in [(1, 200_000), (2, 400_000)] {
            live.say(&to, "chat", &id(n), &"x".repeat(size)).await;
            let error = live.message(&id(n)).await;
            let inside = error.child_named("error").expect("an error");
            assert_eq!(inside.attr("code"), Some("406"), "{size} bytes");
            assert!(
                inside
                    .child_text("text")
                    .is_some_and(|text| !text.is_empty())
            );
        }
        live.settle().await;
    }
}

#[tokio::test]
async fn a_wrong_password_leaves_the_stream_open() {
    let town = Town::open().await;
    for over in [Over::Tcp, Over::WebSocket] {
        let mut live = Live::connect(town.server.ready(), over).await;
        live.greet().await;
        let failure = live.try_log_in(ANN, "wrong horse").await;
        assert!(
            failure.child("not-authorized", ns::SASL).is_some(),
            "{failure:?}"
        );
        let answer = live.try_log_in(ANN, PASSWORD).await;
        assert_eq!(answer.local(), "success", "the same stream can try again");
    }
    let mut live = Live::connect(town.server.ready(), Over::Tcp).await;
    live.greet().await;
    let token = town.token("bob").await;
    assert_eq!(
        live.try_log_in(ANN, &token).await.local(),
        "failure",
        "nobody else's token"
    );
    assert_eq!(
        live.try_log_in(BOB, &token).await.local(),
        "success",
        "a token is a password"
    );
}

#[tokio::test]
async fn strangers_to_a_dialog_neither_write_nor_join() {
    let town = Town::open().await;
    let token = town.token("ann").await;
    let body = json!({ "type": 2, "name": "Two", "occupants_ids": [BOB] });
    let (_, dialog) = town.rest.call("POST", "/chat/Dialog", &token, body).await;
    let dialog = dialog["_id"].as_str().expect("an id");
    let mut cem = town.live(CEM, Over::WebSocket).await;
    let room = cem.room(dialog);
    cem.say(&room, "groupchat", &id(1), "let me in").await;
    let error = cem.message(&id(1)).await;
    assert_eq!(
        error.child_named("error").and_then(|e| e.attr("code")),
        Some("403")
    );
    cem.send(&format!(
        "<presence xmlns='jabber:client' id='j' to='{room}/{CEM}'><x xmlns='{}'/></presence>",
        ns::MUC
    ))
    .await;
    let error = cem.until("a refusal", |e| e.attr("id") == Some("j")).await;
    assert_eq!(error.attr("type"), Some("error"));

    let mut ann = town.live(ANN, Over::WebSocket).await;
    ann.send(&format!(
        "<presence xmlns='jabber:client' id='j' to='{room}/{ANN}'><x xmlns='{}'/></presence>",
        ns::MUC
    ))
    .await;
    let joined = ann.until("an answer", |e| e.attr("id") == Some("j")).await;
    let x = joined.child("x", ns::MUC_USER).expect("x");
    let first = x
        .elements()
        .find(|e| e.local() == "status")
        .and_then(|e| e.attr("code"));
    assert_eq!(
        first,
        Some("110"),
        "110 stands before 100, or the SDK waits for ever"
    );
    assert!(
        x.child_named("xmlns")
            .is_some_and(|e| e.child_text("code").as_deref() == Some("110"))
    );
}

#[tokio::test]
async fn what_was_only_passed_on_can_be_corrected_and_taken_back() {
    let town = Town::open().await;
    let group = town.group(&town.token("ann").await).await;
    let mut ann = town.live(ANN, Over::Tcp).await;
    let mut bob = town.live(BOB, Over::Tcp).await;
    for (n, to, kind) in [
        (10, ann.user(BOB), "chat"),
        (20, ann.room(&group), "groupchat"),
    ] {
        ann.send(&format!(
            "<message xmlns='jabber:client' to='{to}' type='{kind}' id='{}'><body>x</body>\
             <destroy xmlns='{}' after='60'/></message>",
            id(n),
            ns::DESTROY
        ))
        .await;
        bob.message(&id(n)).await;
        for (more, child) in [(1, "replace"), (2, "remove")] {
            let space = if more == 1 { ns::CORRECT } else { ns::DELETE };
            ann.send(&format!(
                "<message xmlns='jabber:client' to='{to}' type='{kind}' id='{}'><body>y</body>\
                 <{child} xmlns='{space}' id='{}'/></message>",
                id(n + more),
                id(n)
            ))
            .await;
            let heard = bob.message(&id(n + more)).await;
            assert!(heard.child(child, space).is_some(), "{heard:?}");
            assert!(extra(&heard, "dialog_id").is_some());
        }
    }
    let token = town.token("cem").await;
    let body = json!({ "pull_all": { "occupants_ids": [CEM] } });
    let path = format!("/chat/Dialog/{group}");
    town.rest.call("PUT", &path, &token, body).await;
    let mut cem = town.live(CEM, Over::Tcp).await;
    cem.send(&format!(
        "<message xmlns='jabber:client' to='{}' type='groupchat' id='{}'><remove xmlns='{}' id='{}'/></message>",
        cem.room(&group),
        id(30),
        ns::DELETE,
        id(20)
    ))
    .await;
    assert_eq!(cem.message(&id(30)).await.attr("type"), Some("error"));
    bob.settle().await;
}
