//! Through proxies that stand on this machine, to hosts that only they know.

use std::net::SocketAddr;
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use kith_model::{AppId, ChatAddress, ChatSecurity, Connection, SystemClock, UserId};
use tokio::io::{AsyncReadExt, AsyncWriteExt, copy_bidirectional};
use tokio::net::TcpListener;
use tokio::sync::mpsc;
use tokio_rustls::TlsAcceptor;

use super::*;
use crate::chat::script::{Peer, Script, certificate_for};
use crate::{Chat, Link, LinkLost, Rest, Secret, ServerEvent};

/// Nobody but the proxies of these tests knows this name.
const HOST: &str = "chat.example.invalid";

/// A proxy that leads everywhere to one address, and how often it was asked.
struct Way {
    url: String,
    n_asked: Arc<AtomicUsize>,
}

impl Way {
    fn asked(&self) -> usize {
        self.n_asked.load(Ordering::SeqCst)
    }
}

async fn proxy(kind: &'static str, auth: &str, to: SocketAddr) -> Way {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("{kind}://{auth}{}", listener.local_addr().unwrap());
    let n_asked = Arc::new(AtomicUsize::new(0));
    let counter = Arc::clone(&n_asked);
    let wants_auth = !auth.is_empty();
    tokio::spawn(async move {
        loop {
            let (mut near, _) = listener.accept().await.unwrap();
            let counter = Arc::clone(&counter);
            tokio::spawn(async move {
                let host = if kind == "http" {
                    http_connect(&mut near, wants_auth).await
                } else {
                    socks5(&mut near, wants_auth).await
                };
                assert_eq!(host, HOST, "the name itself, unresolved");
                counter.fetch_add(1, Ordering::SeqCst);
                let mut far = TcpStream::connect(to).await.unwrap();
                let _ = copy_bidirectional(&mut near, &mut far).await;
            });
        }
    });
    Way { url, n_asked }
}

/// RFC 1928, and RFC 1929 for name and password.
async fn socks5(near: &mut TcpStream, wants_auth: bool) -> String {
    let mut head = [0; 2];
    near.read_exact(&mut head).await.unwrap();
    assert_eq!(head[0], 5);
    let mut methods = vec![0; head[1].into()];
    near.read_exact(&mut methods).await.unwrap();
    let method = if wants_auth { 2 } else { 0 };
    assert!(methods.contains(&method));
    near.write_all(&[5, method]).await.unwrap();
    if wants_auth {
        let mut head = [0; 2];
        near.read_exact(&mut head).await.unwrap();
        let mut name = vec![0; head[1].into()];
        near.read_exact(&mut name).await.unwrap();
        let mut password = vec![0; near.read_u8().await.unwrap().into()];
        near.read_exact(&mut password).await.unwrap();
        assert_eq!((&name[..], &password[..]), (&b"me"[..], &b"pw"[..]));
        near.write_all(&[1, 0]).await.unwrap();
    }
    let mut request = [0; 5];
    near.read_exact(&mut request).await.unwrap();
    assert_eq!(request[..4], [5, 1, 0, 3], "a connection to a name");
    let mut host = vec![0; request[4].into()];
    near.read_exact(&mut host).await.unwrap();
    near.read_u16().await.unwrap();
    near.write_all(&[5, 0, 0, 1, 0, 0, 0, 0, 0, 0])
        .await
        .unwrap();
    String::from_utf8(host).unwrap()
}

/// RFC 9110 §9.3.6.
async fn http_connect(near: &mut TcpStream, wants_auth: bool) -> String {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.push(near.read_u8().await.unwrap());
    }
    let head = String::from_utf8(head).unwrap();
    let is_in = head
        .to_ascii_lowercase()
        .contains("proxy-authorization: basic bwu6chc=");
    assert_eq!(is_in, wants_auth, "{head}");
    near.write_all(b"HTTP/1.1 200 OK\r\n\r\n").await.unwrap();
    let target = head.strip_prefix("CONNECT ").unwrap();
    target.split(':').next().unwrap().to_owned()
}

fn connection(api_port: u16, chat_port: u16, ca: &str) -> Connection {
    Connection {
        name: "test".into(),
        api_url: format!("https://{HOST}:{api_port}"),
        chat: ChatAddress {
            host: HOST.into(),
            port: chat_port,
            security: ChatSecurity::Direct,
        },
        chat_domain: "c".into(),
        muc_domain: "muc.c".into(),
        app_id: AppId(100),
        auth_key: "k".into(),
        ca_cert: Some(ca.to_owned()),
    }
}

/// Answers one request of the API, whichever it is, with a session.
async fn answer(listener: TcpListener, acceptor: TlsAcceptor) {
    let (tcp, _) = listener.accept().await.unwrap();
    let mut web = acceptor.accept(tcp).await.unwrap();
    let _request = web.read(&mut [0; 4096]).await.unwrap();
    let body = r#"{"session":{"user_id":11,"token":"t","user":{"id":11}}}"#;
    let length = body.len();
    let head = format!("HTTP/1.1 201 Created\r\ncontent-length: {length}\r\n\r\n");
    web.write_all(format!("{head}{body}").as_bytes())
        .await
        .unwrap();
    web.shutdown().await.unwrap();
}

async fn signs_in(proxy: &Proxy, ca: &str, listener: TcpListener, acceptor: TlsAcceptor) {
    let port = listener.local_addr().unwrap().port();
    let clock = Arc::new(SystemClock);
    let rest = Rest::with_proxy(connection(port, 1, ca), clock, proxy).unwrap();
    let answering = tokio::spawn(answer(listener, acceptor));
    rest.sign_in("ada", &Secret::new("pw")).await.unwrap();
    answering.await.unwrap();
}

async fn talks(proxy: Proxy, ca: &str, script: &mut Script, acceptor: TlsAcceptor) {
    let (events, mut listener) = mpsc::channel(16);
    let chat = Chat::start_with(
        connection(1, script.port, ca),
        UserId(11),
        Secret::new("pw"),
        proxy,
        Arc::new(SystemClock),
        events,
    );
    let tls = acceptor.accept(script.accept().await).await.unwrap();
    let mut peer = Peer::new(tls);
    peer.authenticate().await;
    peer.bind("s1").await;
    loop {
        match listener.recv().await.unwrap() {
            ServerEvent::Link(Link::Fresh) => break,
            ServerEvent::Link(Link::Down { reason, .. }) => panic!("{reason:?}"),
            _ => {}
        }
    }
    chat.stop().await;
}

#[tokio::test]
async fn both_halves_go_through_a_proxy_that_was_given() {
    for (kind, auth) in [
        ("socks5", ""),
        ("socks5", "me:pw@"),
        ("http", ""),
        ("http", "me:pw@"),
    ] {
        let (ca, acceptor) = certificate_for(HOST);
        let web = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let way = proxy(kind, auth, web.local_addr().unwrap()).await;
        let given = Proxy::Given(ProxyAddress::parse(&way.url).unwrap());
        signs_in(&given, &ca, web, acceptor.clone()).await;
        assert_eq!(way.asked(), 1, "{kind} {auth}");

        let mut script = Script::new().await;
        let to = SocketAddr::from(([127, 0, 0, 1], script.port));
        let way = proxy(kind, auth, to).await;
        let given = Proxy::Given(ProxyAddress::parse(&way.url).unwrap());
        talks(given, &ca, &mut script, acceptor).await;
        assert_eq!(way.asked(), 1, "{kind} {auth}");
    }
}

/// The system's settings are those of a process, so this one is started again
/// with others.
#[test]
fn both_halves_go_through_the_systems_proxy() {
    const INSIDE: &str = "KITH_TEST_INSIDE_PROXY";
    const NAME: &str = "proxy::tests::both_halves_go_through_the_systems_proxy";
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .unwrap();
    if let Ok(inside) = std::env::var(INSIDE) {
        let mut ports = inside.split(',').map(|port| port.parse().unwrap());
        let (web, chat): (u16, u16) = (ports.next().unwrap(), ports.next().unwrap());
        return runtime.block_on(async {
            let clock = Arc::new(SystemClock);
            let rest = Rest::new(connection(web, chat, &ca_of_parent()), clock).unwrap();
            rest.sign_in("ada", &Secret::new("pw")).await.unwrap();
            let (events, mut listener) = mpsc::channel(16);
            let _chat = Chat::start(
                connection(web, chat, &ca_of_parent()),
                UserId(11),
                Secret::new("pw"),
                Arc::new(SystemClock),
                events,
            );
            while listener.recv().await.unwrap() != ServerEvent::Link(Link::Fresh) {}
        });
    }
    runtime.block_on(async {
        let (ca, acceptor) = certificate_for(HOST);
        let folder = tempfile::tempdir().unwrap();
        let ca_file = folder.path().join("ca.pem");
        std::fs::write(&ca_file, &ca).unwrap();
        let web = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let web_port = web.local_addr().unwrap().port();
        let mut script = Script::new().await;
        let chat_port = script.port;
        // One proxy for both: what it is asked for first is the web.
        let way = {
            let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
            let url = format!("socks5h://{}", listener.local_addr().unwrap());
            tokio::spawn(async move {
                for port in [web_port, chat_port] {
                    let (mut near, _) = listener.accept().await.unwrap();
                    tokio::spawn(async move {
                        assert_eq!(socks5(&mut near, false).await, HOST);
                        let mut far = TcpStream::connect(("127.0.0.1", port)).await.unwrap();
                        let _ = copy_bidirectional(&mut near, &mut far).await;
                    });
                }
            });
            url
        };
        let child = tokio::task::spawn_blocking(move || {
            Command::new(std::env::current_exe().unwrap())
                .args(["--exact", NAME, "--nocapture"])
                .env(INSIDE, format!("{web_port},{chat_port}"))
                .env("KITH_TEST_CA", ca_file)
                .env("ALL_PROXY", way)
                .env_remove("NO_PROXY")
                .env_remove("no_proxy")
                .env_remove("HTTPS_PROXY")
                .env_remove("https_proxy")
                .env_remove("all_proxy")
                .output()
                .unwrap()
        });
        answer(web, acceptor.clone()).await;
        let tls = acceptor.accept(script.accept().await).await.unwrap();
        let mut peer = Peer::new(tls);
        peer.authenticate().await;
        peer.bind("s1").await;
        let output = child.await.unwrap();
        let text = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(output.status.success(), "{text}");
    });
}

fn ca_of_parent() -> String {
    let path = std::env::var_os("KITH_TEST_CA").unwrap();
    std::fs::read_to_string(path).unwrap()
}

#[tokio::test]
async fn a_proxy_that_is_not_there_is_not_gone_around() {
    let closed = {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        listener.local_addr().unwrap()
    };
    let (ca, _) = certificate_for(HOST);
    let given = Proxy::Given(ProxyAddress::parse(&format!("socks5://{closed}")).unwrap());
    let clock = Arc::new(SystemClock);
    let rest = Rest::with_proxy(connection(1, 1, &ca), clock, &given).unwrap();
    assert_eq!(
        rest.sign_in("ada", &Secret::new("pw")).await,
        Err(ClientError::Unreachable)
    );
    let (events, mut listener) = mpsc::channel(16);
    let _chat = Chat::start_with(
        connection(1, 1, &ca),
        UserId(11),
        Secret::new("pw"),
        given,
        Arc::new(SystemClock),
        events,
    );
    assert_eq!(
        listener.recv().await,
        Some(ServerEvent::Link(Link::Connecting))
    );
    assert!(matches!(
        listener.recv().await,
        Some(ServerEvent::Link(Link::Down {
            reason: LinkLost::Unreachable,
            ..
        }))
    ));
}

#[tokio::test]
async fn what_is_on_this_machine_is_reached_directly() {
    let mut script = Script::new().await;
    let nowhere = Proxy::Given(ProxyAddress::parse("socks5://192.0.2.1:1080").unwrap());
    let (events, mut listener) = mpsc::channel(16);
    let here = Connection {
        api_url: "http://127.0.0.1:1".into(),
        chat: ChatAddress {
            host: "localhost".into(),
            port: script.port,
            security: ChatSecurity::Plain,
        },
        ca_cert: None,
        ..connection(1, 1, "")
    };
    let clock = Arc::new(SystemClock);
    let _chat = Chat::start_with(here, UserId(11), Secret::new("pw"), nowhere, clock, events);
    let _peer = script.session("s1").await;
    assert_eq!(
        listener.recv().await,
        Some(ServerEvent::Link(Link::Connecting))
    );
    assert_eq!(listener.recv().await, Some(ServerEvent::Link(Link::Fresh)));
}

#[test]
fn only_addresses_of_proxies_are_read() {
    for good in [
        "socks5://h:1",
        "socks5h://a:b@h:1",
        "http://h",
        "http://[::1]:3128",
    ] {
        let address = ProxyAddress::parse(good).unwrap();
        assert!(
            !format!("{address:?}").contains("a:b"),
            "no password is shown"
        );
    }
    for bad in [
        "",
        "h:1",
        "socks5://h",
        "ftp://h:1",
        "https://h:1",
        "socks5://:1",
    ] {
        assert_eq!(
            ProxyAddress::parse(bad),
            Err(ClientError::BadConnection),
            "{bad}"
        );
    }
}
