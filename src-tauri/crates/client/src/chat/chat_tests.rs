//! The stream against a server that says only what a test makes it say: one
//! test for each trap.

use std::time::Duration;

use kith_model::{AppId, ChatAddress, ChatSecurity, DialogId, MessageId, SystemClock, Timestamp};
use kith_wire::xml::StreamEvent;
use kith_wire::xmpp::{Sm, ns};

use tokio::io::{AsyncReadExt, AsyncWriteExt};

use super::script::{Peer, Script, certificate};
use super::*;
use crate::{Link, LinkLost, OutgoingMessage, Recipient, Secret};

const ID: &str = "65b000000000000000000001";
const DIALOG: &str = "65a000000000000000000001";

pub(super) struct Listener(mpsc::Receiver<ServerEvent>);

impl Listener {
    pub(super) async fn next(&mut self) -> ServerEvent {
        tokio::time::timeout(Duration::from_secs(20), self.0.recv())
            .await
            .expect("an event")
            .expect("the stream lives")
    }

    /// The next event that is not about connecting.
    async fn news(&mut self) -> ServerEvent {
        loop {
            match self.next().await {
                ServerEvent::Link(
                    Link::Connecting
                    | Link::Down {
                        reason: LinkLost::Broken,
                        ..
                    },
                ) => {}
                event => return event,
            }
        }
    }

    /// Why the link is down, the next time that it is.
    pub(super) async fn down(&mut self) -> (LinkLost, Option<Timestamp>) {
        loop {
            if let ServerEvent::Link(Link::Down { reason, retry_at }) = self.next().await {
                return (reason, retry_at);
            }
        }
    }
}

fn start_with(port: u16, change: impl FnOnce(&mut Connection)) -> (Chat, Listener) {
    let mut connection = Connection {
        name: "test".into(),
        api_url: "http://127.0.0.1:1".into(),
        chat: ChatAddress {
            host: "127.0.0.1".into(),
            port,
            security: ChatSecurity::Plain,
        },
        chat_domain: "c".into(),
        muc_domain: "muc.c".into(),
        app_id: AppId(100),
        auth_key: "k".into(),
        ca_cert: None,
    };
    change(&mut connection);
    let (events, listener) = mpsc::channel(4);
    let chat = Chat::start(
        connection,
        UserId(11),
        Secret::new("secret"),
        Arc::new(SystemClock),
        events,
    );
    (chat, Listener(listener))
}

pub(super) fn start(port: u16) -> (Chat, Listener) {
    start_with(port, |_| {})
}

fn id(n: u32) -> MessageId {
    format!("65b0000000000000{n:08x}").parse().unwrap()
}

pub(super) fn a_message(n: u32) -> Outgoing {
    let dialog: DialogId = DIALOG.parse().unwrap();
    let to = Recipient::Private {
        user: UserId(22),
        dialog,
    };
    Outgoing::Message(OutgoingMessage::new(
        id(n),
        to,
        format!("text {n}"),
        Timestamp::from_seconds(1),
    ))
}

#[tokio::test]
async fn a_fresh_link_sends_receives_and_acknowledges() {
    let mut script = Script::new().await;
    let (chat, mut listener) = start(script.port);
    let mut peer = script.session("s1").await;
    assert_eq!(listener.next().await, ServerEvent::Link(Link::Connecting));
    assert_eq!(listener.next().await, ServerEvent::Link(Link::Fresh));

    chat.send(a_message(1)).await.unwrap();
    let sent = peer.expect("message").await;
    assert_eq!(
        (sent.attr("id"), sent.attr("to")),
        (Some(id(1).as_str()), Some("22-100@c"))
    );
    peer.acknowledge().await;
    assert_eq!(listener.next().await, ServerEvent::Acknowledged(id(1)));

    peer.say(&format!("<message type='chat' from='22-100@c/r' to='11-100@c' id='{ID}'><body xml:lang='de'>hallo</body><extraParams><dialog_id>{DIALOG}</dialog_id></extraParams></message>")).await;
    assert!(
        matches!(listener.next().await, ServerEvent::Message(m) if m.body == "hallo" && m.sender == UserId(22))
    );

    peer.say("<iq type='get' id='p1' from='c'><ping xmlns='urn:xmpp:ping'/></iq>")
        .await;
    let pong = peer.expect("iq").await;
    assert_eq!(
        (pong.attr("id"), pong.attr("type")),
        (Some("p1"), Some("result"))
    );

    let (_, ()) = tokio::join!(chat.stop(), async {
        while !matches!(peer.event().await, Some(StreamEvent::Close) | None) {}
        peer.say("</stream:stream>").await;
    });
    assert_eq!(listener.down().await, (LinkLost::Stopped, None));
    assert_eq!(chat.send(a_message(2)).await, Err(NotConnected));
}

#[tokio::test]
async fn names_that_are_not_xml_do_not_end_the_stream() {
    let mut script = Script::new().await;
    let (_chat, mut listener) = start(script.port);
    let mut peer = script.session("s1").await;
    assert_eq!(listener.news().await, ServerEvent::Link(Link::Fresh));
    peer.say(&format!("<message type='chat' from='22-100@c/r' id='{ID}'><body>a</body><extraParams><dialog_id>{DIALOG}</dialog_id><arr><0>1</0><1>2</1></arr><a b>1</a b><it's>2</it's></extraParams></message>")).await;
    assert!(matches!(listener.next().await, ServerEvent::Message(m) if m.body == "a"));
    peer.say("<message type='chat' from='22-100@c'><composing xmlns='http://jabber.org/protocol/chatstates'/></message>").await;
    assert!(matches!(
        listener.next().await,
        ServerEvent::Typing { by: UserId(22), .. }
    ));
}

#[tokio::test]
async fn a_cut_link_is_resumed_and_nothing_is_lost() {
    let mut script = Script::new().await;
    let (chat, mut listener) = start(script.port);
    let mut first = script.session("s1").await;
    assert_eq!(listener.news().await, ServerEvent::Link(Link::Fresh));
    chat.send(a_message(1)).await.unwrap();
    first.expect("message").await;
    let had = first.n_received - 1;
    // The message was lost on the way, for all the server knows.
    chat.cut();
    let mut second = script.login().await;
    let resume = Sm::read(&second.expect("resume").await);
    assert!(matches!(resume, Some(Sm::Resume { previd, .. }) if previd == "s1"));
    second
        .say(
            &Sm::Resumed {
                previd: "s1".into(),
                h: had,
            }
            .write()
            .to_xml(),
        )
        .await;
    assert_eq!(listener.news().await, ServerEvent::Link(Link::Resumed));
    assert_eq!(
        second.expect("message").await.attr("id"),
        Some(id(1).as_str())
    );
    second
        .say(&Sm::Answer { h: had + 1 }.write().to_xml())
        .await;
    assert_eq!(listener.news().await, ServerEvent::Acknowledged(id(1)));
}

#[tokio::test]
async fn what_a_lost_session_did_not_acknowledge_is_unknown_before_the_link_is_fresh() {
    let mut script = Script::new().await;
    let (chat, mut listener) = start(script.port);
    let mut first = script.session("s1").await;
    assert_eq!(listener.news().await, ServerEvent::Link(Link::Fresh));
    chat.send(a_message(1)).await.unwrap();
    chat.send(a_message(2)).await.unwrap();
    first.expect("message").await;
    let had = first.n_received;
    first.expect("message").await;
    drop(first);
    let mut second = script.login().await;
    second.expect("resume").await;
    // The session is gone, but the server remembers how far it came.
    second
        .say(
            &Sm::Failed {
                h: Some(had),
                condition: Some("item-not-found".into()),
            }
            .write()
            .to_xml(),
        )
        .await;
    second.bind("s2").await;
    assert_eq!(listener.news().await, ServerEvent::Acknowledged(id(1)));
    assert_eq!(listener.news().await, ServerEvent::Unknown(id(2)));
    assert_eq!(listener.news().await, ServerEvent::Link(Link::Fresh));
}

#[tokio::test]
async fn an_older_acknowledgement_after_a_newer_one_harms_nobody() {
    let mut script = Script::new().await;
    let (chat, mut listener) = start(script.port);
    let mut peer = script.session("s1").await;
    assert_eq!(listener.news().await, ServerEvent::Link(Link::Fresh));
    let had = peer.n_received;
    for n in 1..=3 {
        chat.send(a_message(n)).await.unwrap();
        peer.expect("message").await;
    }
    for h in [had + 3, had + 1, had + 2] {
        peer.say(&Sm::Answer { h }.write().to_xml()).await;
    }
    for n in 1..=3 {
        assert_eq!(listener.next().await, ServerEvent::Acknowledged(id(n)));
    }
    chat.send(a_message(4)).await.unwrap();
    assert_eq!(
        peer.expect("message").await.attr("id"),
        Some(id(4).as_str()),
        "on the same stream, and nothing of before once more"
    );
    peer.say(&Sm::Answer { h: had }.write().to_xml()).await;
    peer.acknowledge().await;
    assert_eq!(listener.next().await, ServerEvent::Acknowledged(id(4)));
    assert_eq!(script.n_accepted, 1);
}

#[tokio::test]
async fn a_refused_resumption_without_h_does_not_loop() {
    let mut script = Script::new().await;
    let (chat, mut listener) = start(script.port);
    let mut peer = script.session("s1").await;
    assert_eq!(listener.news().await, ServerEvent::Link(Link::Fresh));
    chat.send(a_message(1)).await.unwrap();
    peer.expect("message").await;
    drop(peer);
    let began = std::time::Instant::now();
    loop {
        let mut peer = script.login().await;
        match peer.event().await {
            Some(StreamEvent::Element(asked)) if asked.local() == "resume" => {
                peer.say(
                    &Sm::Failed {
                        h: None,
                        condition: Some("item-not-found".into()),
                    }
                    .write()
                    .to_xml(),
                )
                .await;
                // The client goes on if it understands that, and hangs up if not.
                match peer.event().await {
                    Some(StreamEvent::Element(iq)) if iq.local() == "iq" => {
                        panic!("the library has learnt it; simplify")
                    }
                    _ => continue,
                }
            }
            Some(StreamEvent::Element(asked)) if asked.local() == "iq" => {
                answer_bind(&mut peer, &asked).await;
                break;
            }
            other => panic!("unexpected {other:?}"),
        }
    }
    assert_eq!(listener.news().await, ServerEvent::Unknown(id(1)));
    assert_eq!(listener.news().await, ServerEvent::Link(Link::Fresh));
    assert!(
        script.n_accepted <= 4,
        "{} connections are a loop",
        script.n_accepted
    );
    assert!(
        began.elapsed() > Duration::from_millis(250),
        "it backs off in between"
    );
}

/// Goes on with a session after the wish to bind was read already.
async fn answer_bind(peer: &mut Peer, asked: &kith_wire::xml::Element) {
    let id = asked.attr("id").unwrap();
    peer.say(&format!(
        "<iq type='result' id='{id}'><bind xmlns='{}'><jid>11-100@c/r</jid></bind></iq>",
        ns::BIND
    ))
    .await;
    peer.expect("enable").await;
    peer.say(
        &Sm::Enabled {
            id: Some("s9".into()),
            resume: true,
            max: None,
        }
        .write()
        .to_xml(),
    )
    .await;
    let carbons = peer.expect("iq").await;
    peer.say(&format!(
        "<iq type='result' id='{}'/>",
        carbons.attr("id").unwrap()
    ))
    .await;
}

#[tokio::test]
async fn a_wrong_password_stops_until_somebody_asks_again() {
    let mut script = Script::new().await;
    let (chat, mut listener) = start(script.port);
    for _ in 0..2 {
        let mut peer = Peer::new(script.accept().await);
        peer.open(&format!(
            "<mechanisms xmlns='{}'><mechanism>PLAIN</mechanism></mechanisms>",
            ns::SASL
        ))
        .await;
        peer.expect("auth").await;
        peer.say(&format!(
            "<failure xmlns='{}'><not-authorized/></failure>",
            ns::SASL
        ))
        .await;
        assert_eq!(listener.down().await, (LinkLost::SignInRefused, None));
        assert_eq!(chat.send(a_message(1)).await, Err(NotConnected));
        assert!(
            script.is_quiet(1200).await,
            "it does not try again by itself"
        );
        chat.reconnect_now();
    }
}

#[tokio::test]
async fn certificates_decide() {
    let (pem, acceptor) = certificate();
    let mut script = Script::new().await;
    let (_refused, mut listener) =
        start_with(script.port, |c| c.chat.security = ChatSecurity::Direct);
    assert!(acceptor.accept(script.accept().await).await.is_err());
    let (reason, retry_at) = listener.down().await;
    assert_eq!(reason, LinkLost::Certificate);
    assert!(retry_at.is_some(), "somebody may repair the server");
    drop(listener);

    let mut script = Script::new().await;
    let (_trusted, mut listener) = start_with(script.port, |c| {
        c.chat.security = ChatSecurity::Direct;
        c.ca_cert = Some(pem.clone());
    });
    let mut peer = Peer::new(acceptor.accept(script.accept().await).await.unwrap());
    peer.authenticate().await;
    peer.bind("s1").await;
    assert_eq!(listener.news().await, ServerEvent::Link(Link::Fresh));
}

#[tokio::test]
async fn tls_can_begin_later() {
    let (pem, acceptor) = certificate();
    let mut script = Script::new().await;
    let (_chat, mut listener) = start_with(script.port, |c| {
        c.chat.security = ChatSecurity::StartTls;
        c.ca_cert = Some(pem);
    });
    let mut peer = Peer::new(script.accept().await);
    peer.open(&format!(
        "<starttls xmlns='{}'><required/></starttls>",
        ns::TLS
    ))
    .await;
    peer.expect("starttls").await;
    peer.say(&format!("<proceed xmlns='{}'/>", ns::TLS)).await;
    let mut peer = Peer::new(acceptor.accept(peer.into_wire()).await.unwrap());
    peer.authenticate().await;
    peer.bind("s1").await;
    assert_eq!(listener.news().await, ServerEvent::Link(Link::Fresh));
}

#[tokio::test]
async fn what_is_no_chat_server_is_told_from_none() {
    let mut script = Script::new().await;
    let (_web, mut listener) = start(script.port);
    let mut peer = Peer::new(script.accept().await);
    peer.say("HTTP/1.1 400 Bad Request\r\n\r\n").await;
    assert_eq!(listener.down().await.0, LinkLost::NotAChatServer);

    let mut script = Script::new().await;
    let (_plain, mut listener) =
        start_with(script.port, |c| c.chat.security = ChatSecurity::Direct);
    let mut web = script.accept().await;
    assert!(
        web.read(&mut [0; 512]).await.unwrap() > 0,
        "it says hello in TLS"
    );
    web.write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n")
        .await
        .unwrap();
    assert_eq!(listener.down().await.0, LinkLost::NotAChatServer);

    let port = Script::new().await.port;
    assert_eq!(
        start(port).1.down().await.0,
        LinkLost::Unreachable,
        "the listener is gone"
    );
    let (_unknown, mut listener) = start_with(1, |c| c.chat.host = "no-such-host.invalid".into());
    assert_eq!(listener.down().await.0, LinkLost::UnknownHost);
    let (_open, mut listener) = start_with(1, |c| c.chat.host = "192.0.2.1".into());
    assert_eq!(
        listener.down().await.0,
        LinkLost::NotAChatServer,
        "unprotected only on this machine"
    );
}

#[tokio::test]
async fn a_server_that_hangs_up_at_once_is_tried_again_more_and_more_slowly() {
    let mut script = Script::new().await;
    let (chat, mut listener) = start(script.port);
    drop(script.accept().await);
    let (reason, retry_at) = listener.down().await;
    assert_eq!(reason, LinkLost::Unreachable);
    assert!(retry_at.is_some());
    chat.reconnect_now();
    drop(script.accept().await);
    assert_eq!(listener.down().await.0, LinkLost::Unreachable);
    let mut peer = script.session("s1").await;
    assert_eq!(listener.news().await, ServerEvent::Link(Link::Fresh));
    chat.reconnect_now();
    chat.send(a_message(1)).await.unwrap();
    peer.expect("message").await;
    assert_eq!(
        script.n_accepted, 3,
        "a wish to reconnect does nothing to a link that is up"
    );
}

#[tokio::test]
async fn an_error_is_told_before_the_acknowledgement() {
    let mut script = Script::new().await;
    let (chat, mut listener) = start(script.port);
    let mut peer = script.session("s1").await;
    assert_eq!(listener.news().await, ServerEvent::Link(Link::Fresh));
    for n in 1..20 {
        chat.send(a_message(n)).await.unwrap();
        peer.expect("message").await;
        let h = peer.n_received;
        peer.say(&format!("<message type='error' from='22-100@c' id='{}'><error code='503' type='cancel'/></message><a xmlns='{}' h='{h}'/>", id(n), ns::SM)).await;
        assert_eq!(
            listener.next().await,
            ServerEvent::Refused {
                id: id(n),
                code: 503
            }
        );
        assert_eq!(listener.next().await, ServerEvent::Acknowledged(id(n)));
    }
}

#[tokio::test]
async fn a_frozen_server_is_noticed() {
    let mut script = Script::new().await;
    let (_chat, mut listener) = start(script.port);
    let mut peer = script.session("s1").await;
    assert_eq!(listener.news().await, ServerEvent::Link(Link::Fresh));
    peer.say("<message type='chat' from='22-100@c'><composing xmlns='http://jabber.org/protocol/chatstates'/></message>").await;
    assert!(matches!(listener.next().await, ServerEvent::Typing { .. }));
    // From here on nothing happens but the passing of time.
    tokio::time::pause();
    let began = tokio::time::Instant::now();
    let down = loop {
        if let ServerEvent::Link(Link::Down { reason, .. }) = listener.0.recv().await.unwrap() {
            break reason;
        }
    };
    assert_eq!(down, LinkLost::Broken);
    assert!(
        (55..70).contains(&began.elapsed().as_secs()),
        "after {:?}",
        began.elapsed()
    );
    drop(peer);
}

#[tokio::test]
async fn a_slow_listener_loses_nothing() {
    let mut script = Script::new().await;
    let (_chat, mut listener) = start(script.port);
    let mut peer = script.session("s1").await;
    for n in 0..500 {
        peer.say(&format!("<message type='chat' from='22-100@c/r' id='{}'><body>{n}</body><extraParams><dialog_id>{DIALOG}</dialog_id></extraParams></message>", id(n))).await;
    }
    assert_eq!(listener.news().await, ServerEvent::Link(Link::Fresh));
    for n in 0..500 {
        let ServerEvent::Message(message) = listener.news().await else {
            panic!("no message")
        };
        assert_eq!(message.body, n.to_string(), "in order");
    }
}

#[tokio::test]
async fn a_full_window_holds_sends_back_until_there_is_room() {
    let mut script = Script::new().await;
    let (chat, mut listener) = start(script.port);
    let mut peer = script.session("s1").await;
    assert_eq!(listener.news().await, ServerEvent::Link(Link::Fresh));
    let sending = tokio::spawn(async move {
        for n in 0..200 {
            chat.send(a_message(n)).await.unwrap();
        }
        chat
    });
    for _ in 0..window::WINDOW {
        peer.expect("message").await;
    }
    assert!(!sending.is_finished(), "the window is full");
    peer.acknowledge().await;
    for n in 0..200 {
        if n >= window::WINDOW {
            peer.expect("message").await;
            peer.acknowledge().await;
        }
    }
    for n in 0..200 {
        assert_eq!(listener.next().await, ServerEvent::Acknowledged(id(n)));
    }
    sending.await.unwrap().stop().await;
}

/// The library's worker panics when a wish of its is dropped, which it then
/// does in a task of its own, where nobody would notice.
#[tokio::test]
async fn a_stream_that_is_stopped_at_a_bad_moment_ends_without_a_panic() {
    static PANICS: std::sync::atomic::AtomicUsize = std::sync::atomic::AtomicUsize::new(0);
    std::panic::set_hook(Box::new(|panic| {
        eprintln!("{panic}");
        PANICS.fetch_add(1, std::sync::atomic::Ordering::SeqCst);
    }));
    let began = std::time::Instant::now();

    // The connection is gone, and the task does not know it yet, because its
    // listener keeps it from reading.
    let mut script = Script::new().await;
    let (chat, mut listener) = start(script.port);
    let mut peer = script.session("s1").await;
    assert_eq!(listener.news().await, ServerEvent::Link(Link::Fresh));
    for n in 0..100 {
        peer.say(&format!(
            "<message type='chat' from='22-100@c/r' id='{}'><body>{n}</body></message>",
            id(n)
        ))
        .await;
    }
    peer.say(&format!("<r xmlns='{}'/>", ns::SM)).await;
    peer.expect("a").await;
    chat.cut();
    while peer.event().await.is_some() {}
    chat.stop().await;

    // Nothing is connected at all, and the other time nobody listens any more.
    for is_stopped in [true, false] {
        let (chat, mut listener) = start(Script::new().await.port);
        assert_eq!(listener.down().await.0, LinkLost::Unreachable);
        if is_stopped {
            chat.stop().await;
        } else {
            drop(listener);
            assert_eq!(chat.send(a_message(1)).await, Err(NotConnected));
        }
    }
    for _ in 0..1000 {
        tokio::task::yield_now().await;
    }
    assert_eq!(PANICS.load(std::sync::atomic::Ordering::SeqCst), 0);
    assert!(
        began.elapsed() < Duration::from_secs(2),
        "nothing waits for a time-out"
    );
}

#[tokio::test]
async fn a_dead_end_can_be_made() {
    assert!(connector::dead_end().await.is_some());
}
