//! Questions over the stream, orders to it, and mechanisms of signing in.

use std::time::Duration;

use kith_model::UserId;
use kith_wire::xmpp::{ClientState, Iq, LastActivity, StanzaError, ns};

use super::script::Script;
use super::tests::{a_message, start};
use super::*;
use crate::{Activity, Link, LinkLost};

async fn fresh(script: &mut Script) -> (Chat, super::tests::Listener, super::script::Peer) {
    let (chat, mut listener) = start(script.port);
    let peer = script.session("s1").await;
    while listener.next().await != ServerEvent::Link(Link::Fresh) {}
    (chat, listener, peer)
}

#[tokio::test]
async fn an_answer_is_believed_from_whom_was_asked_only() {
    let mut script = Script::new().await;
    let (chat, _listener, mut peer) = fresh(&mut script).await;
    let asking = {
        let chat = chat.clone();
        tokio::spawn(async move { chat.last_activity(UserId(22)).await })
    };
    let question = Iq::read(&peer.expect("iq").await).unwrap();
    assert_eq!(question.to.as_deref(), Some("22-100@c"));
    let answer = |from: &str, seconds: u64| {
        let last = LastActivity {
            seconds: Some(seconds),
        };
        let mut answer = question.result(Some(last.write()));
        answer.from = Some(from.to_owned());
        answer.write().to_xml()
    };
    peer.say(&answer("33-100@c/evil", 7)).await;
    peer.say(&answer("22-100@c", 0)).await;
    assert_eq!(asking.await.unwrap(), Ok(Activity::Online));

    let asking = {
        let chat = chat.clone();
        tokio::spawn(async move { chat.watch(UserId(22), true).await })
    };
    let question = Iq::read(&peer.expect("iq").await).unwrap();
    let refusal = question.failure(StanzaError::new(501, "no"));
    peer.say(&refusal.write().to_xml()).await;
    assert_eq!(asking.await.unwrap(), Err(AskError::Refused(501)));
}

#[tokio::test]
async fn a_question_ends_with_its_session() {
    let mut script = Script::new().await;
    let (chat, mut listener, mut peer) = fresh(&mut script).await;
    let asking = {
        let chat = chat.clone();
        tokio::spawn(async move { chat.ping().await })
    };
    peer.expect("iq").await;
    drop(peer);
    // The session is refused, and the one that comes instead knows no questions.
    let mut peer = script.login().await;
    peer.expect("resume").await;
    peer.say(&format!("<failed xmlns='{}' h='0'/>", ns::SM))
        .await;
    peer.bind("s2").await;
    while listener.next().await != ServerEvent::Link(Link::Fresh) {}
    assert_eq!(asking.await.unwrap(), Err(AskError::NotConnected));
    chat.stop().await;
    assert_eq!(chat.ping().await, Err(AskError::NotConnected));
}

#[tokio::test]
async fn nobody_looking_is_said_again_to_a_fresh_session() {
    let mut script = Script::new().await;
    let (chat, mut listener, mut peer) = fresh(&mut script).await;
    chat.set_active(false);
    let state = |iq: &kith_wire::xml::Element| ClientState::read(&Iq::read(iq)?.payload?);
    let inactive = Some(ClientState { is_active: false });
    assert_eq!(state(&peer.expect("iq").await), inactive);
    drop(peer);
    let mut peer = script.login().await;
    peer.expect("resume").await;
    peer.say(&format!("<failed xmlns='{}' h='0'/>", ns::SM))
        .await;
    peer.bind("s2").await;
    assert_eq!(state(&peer.expect("iq").await), inactive);
    while listener.next().await != ServerEvent::Link(Link::Fresh) {}
    chat.set_active(true);
    let active = Some(ClientState { is_active: true });
    assert_eq!(state(&peer.expect("iq").await), active);
}

#[tokio::test]
async fn reconnecting_can_be_switched_off_and_on_again() {
    let mut script = Script::new().await;
    let (chat, mut listener, peer) = fresh(&mut script).await;
    chat.set_reconnect(false);
    drop(peer);
    assert_eq!(listener.down().await, (LinkLost::Broken, None));
    assert!(script.is_quiet(700).await, "nobody comes back");
    assert_eq!(chat.send(a_message(1)).await, Err(NotConnected));
    chat.reconnect_now();
    let peer = script.accept().await;
    drop(peer);
    assert_eq!(listener.down().await.1, None, "once asked is once tried");
    chat.set_reconnect(true);
    let _peer = script.accept().await;
}

#[tokio::test]
async fn a_wait_is_given_up_when_reconnecting_is_switched_off() {
    let mut script = Script::new().await;
    let (chat, mut listener) = start(script.port);
    // Wait until the wait is a long one.
    for _ in 0..3 {
        drop(script.accept().await);
        listener.down().await;
    }
    chat.set_reconnect(false);
    assert_eq!(listener.down().await, (LinkLost::Stopped, None));
    tokio::time::timeout(Duration::from_secs(1), script.accept())
        .await
        .expect_err("nobody comes");
}

#[tokio::test]
async fn the_mechanism_is_plain_or_scram_and_never_nobodys() {
    for (offered, chosen) in [
        (&["SCRAM-SHA-1", "PLAIN", "ANONYMOUS"][..], Some("PLAIN")),
        (
            &["SCRAM-SHA-1-PLUS", "SCRAM-SHA-1", "ANONYMOUS"],
            Some("SCRAM-SHA-1"),
        ),
        (&["SCRAM-SHA-256", "SCRAM-SHA-1"], Some("SCRAM-SHA-256")),
        (&["ANONYMOUS", "X-OTHER"], None),
    ] {
        let mut script = Script::new().await;
        let (_chat, mut listener) = start(script.port);
        let mut peer = super::script::Peer::new(script.accept().await);
        let names: String = offered
            .iter()
            .map(|name| format!("<mechanism>{name}</mechanism>"))
            .collect();
        peer.open(&format!(
            "<mechanisms xmlns='{}'>{names}</mechanisms>",
            ns::SASL
        ))
        .await;
        match chosen {
            Some(chosen) => {
                let auth = peer.expect("auth").await;
                assert_eq!(auth.attr("mechanism"), Some(chosen), "{offered:?}");
            }
            None => {
                let (reason, _) = listener.down().await;
                assert_ne!(reason, LinkLost::Broken, "{offered:?}");
            }
        }
    }
}
