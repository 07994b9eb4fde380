//! A server with two people, and the plainest possible clients.

use std::collections::VecDeque;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use futures::{SinkExt, StreamExt};
use kith_server::{Answers, Clock, Config, Ready, Server};
use kith_wire::xml::{Element, StreamEvent, StreamReader, parse_all};
use kith_wire::xmpp::ns;
use rustls::{ClientConfig, RootCertStore};
use rustls_pki_types::pem::PemObject;
use rustls_pki_types::{CertificateDer, ServerName};
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;

/// Nothing that is waited for takes longer.
const PATIENCE: Duration = Duration::from_secs(20);

/// A clock that a test sets.
#[derive(Debug, Default)]
pub(crate) struct HandClock {
    ahead_millis: AtomicI64,
}

impl HandClock {
    pub(crate) fn pass(&self, millis: i64) {
        self.ahead_millis.fetch_add(millis, Ordering::SeqCst);
    }
}

impl Clock for HandClock {
    fn now_millis(&self) -> i64 {
        kith_server::SystemClock.now_millis() + self.ahead_millis.load(Ordering::SeqCst)
    }
}

/// A server with Ann (11) and Bob (22) and Cem (33).
pub(crate) struct Town {
    pub(crate) server: Server,
    pub(crate) clock: Arc<HandClock>,
    pub(crate) dir: TempDir,
    pub(crate) rest: Rest,
}

pub(crate) const ANN: u64 = 11;
pub(crate) const BOB: u64 = 22;
pub(crate) const CEM: u64 = 33;
pub(crate) const PASSWORD: &str = "correct horse";

pub(crate) fn config(dir: &TempDir) -> Config {
    Config {
        answers: Answers::Off,
        ..Config::local(dir.path())
    }
}

impl Town {
    pub(crate) async fn open() -> Self {
        let dir = tempfile::tempdir().expect("a temporary folder");
        let clock = Arc::new(HandClock::default());
        let server = Server::start(Config {
            clock: clock.clone(),
            ..config(&dir)
        })
        .await
        .expect("the server starts");
        for (id, login) in [(ANN, "ann"), (BOB, "bob"), (CEM, "cem")] {
            server
                .add_person(Some(id), login, PASSWORD, login)
                .await
                .expect("added");
        }
        let rest = Rest::new(server.ready());
        Self {
            server,
            clock,
            dir,
            rest,
        }
    }

    /// Logs somebody in over REST; the token is their password for the chat, too.
    pub(crate) async fn token(&self, login: &str) -> String {
        self.rest.log_in(login, PASSWORD).await
    }

    /// A chat session over WebSocket or TCP.
    pub(crate) async fn live(&self, id: u64, over: Over) -> Live {
        let mut live = Live::connect(self.server.ready(), over).await;
        live.log_in(id, PASSWORD).await;
        live.bind().await;
        live
    }

    /// The private dialog of two people, by a token of one.
    pub(crate) async fn private(&self, token: &str, other: u64) -> String {
        let body = json!({ "type": 3, "occupants_ids": other.to_string() });
        let (status, dialog) = self
            .rest
            .call("POST", "/chat/Dialog.json", token, body)
            .await;
        assert_eq!(status, 201, "{dialog}");
        dialog["_id"].as_str().expect("an id").to_owned()
    }

    /// A group of all three.
    pub(crate) async fn group(&self, token: &str) -> String {
        let body = json!({ "type": 2, "name": "All", "occupants_ids": "11, 22, 33" });
        let (status, dialog) = self.rest.call("POST", "/chat/Dialog", token, body).await;
        assert_eq!(status, 201, "{dialog}");
        dialog["_id"].as_str().expect("an id").to_owned()
    }

    /// One message as REST shows it, without reading it.
    pub(crate) async fn stored(&self, token: &str, id: &str) -> Value {
        let path = format!("/chat/Message?_id[in]={id}&mark_as_read=0");
        let (status, page) = self.rest.get(&path, token).await;
        assert_eq!(status, 200, "{page}");
        page["items"][0].clone()
    }
}

fn roots(ready: &Ready) -> RootCertStore {
    let pem = std::fs::read(ready.ca_cert.as_ref().expect("TLS is on")).expect("the authority");
    let mut roots = RootCertStore::empty();
    roots
        .add(CertificateDer::from_pem_slice(&pem).expect("a certificate"))
        .expect("taken");
    roots
}

pub(crate) fn tls(ready: &Ready) -> ClientConfig {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .expect("versions")
        .with_root_certificates(roots(ready))
        .with_no_client_auth()
}

/// REST as an SDK speaks it.
pub(crate) struct Rest {
    http: reqwest::Client,
    ready: Ready,
}

impl Rest {
    pub(crate) fn new(ready: &Ready) -> Self {
        let http = reqwest::Client::builder()
            .tls_backend_preconfigured(tls(ready))
            .timeout(PATIENCE)
            .build()
            .expect("a client");
        Self {
            http,
            ready: ready.clone(),
        }
    }

    pub(crate) async fn get(&self, path: &str, token: &str) -> (u16, Value) {
        self.send(self.request("GET", path, token)).await
    }

    pub(crate) async fn call(
        &self,
        method: &str,
        path: &str,
        token: &str,
        body: Value,
    ) -> (u16, Value) {
        self.send(self.request(method, path, token).json(&body))
            .await
    }

    pub(crate) fn request(&self, method: &str, path: &str, token: &str) -> reqwest::RequestBuilder {
        let url = format!("{}{path}", self.ready.api_url);
        let request = self.http.request(method.parse().expect("a method"), url);
        if token.is_empty() {
            request
        } else {
            request.header("CB-Token", token)
        }
    }

    pub(crate) async fn send(&self, request: reqwest::RequestBuilder) -> (u16, Value) {
        let response = request.send().await.expect("an answer");
        let status = response.status().as_u16();
        let text = response.text().await.expect("a body");
        (status, serde_json::from_str(&text).unwrap_or(Value::Null))
    }

    pub(crate) async fn session(&self, login: &str, password: &str) -> (u16, Value) {
        let body = json!({
            "application_id": self.ready.app_id,
            "auth_key": self.ready.auth_key,
            "user": { "login": login, "password": password },
        });
        self.call("POST", "/session.json", "", body).await
    }

    pub(crate) async fn log_in(&self, login: &str, password: &str) -> String {
        let (status, answer) = self.session(login, password).await;
        assert_eq!(status, 201, "{answer}");
        answer["session"]["token"]
            .as_str()
            .expect("a token")
            .to_owned()
    }
}

/// Which transport.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Over {
    Tcp,
    WebSocket,
}

enum Wire {
    Tcp(Box<TlsStream<TcpStream>>, Box<StreamReader>),
    WebSocket(Box<WebSocketStream<TlsStream<TcpStream>>>),
}

/// A chat client without any will of its own.
pub(crate) struct Live {
    wire: Wire,
    ready: Ready,
    seen: VecDeque<Element>,
    pub(crate) jid: String,
}

impl Live {
    pub(crate) async fn connect(ready: &Ready, over: Over) -> Self {
        let address = match over {
            Over::Tcp => ready.chat_addr.clone(),
            Over::WebSocket => ready
                .chat_url
                .trim_start_matches("wss://")
                .trim_end_matches('/')
                .to_owned(),
        };
        let tcp = TcpStream::connect(&address).await.expect("a connection");
        tcp.set_nodelay(true).expect("no delay");
        let name = ServerName::try_from("127.0.0.1").expect("a name");
        let stream = TlsConnector::from(Arc::new(tls(ready)))
            .connect(name, tcp)
            .await
            .expect("TLS");
        let wire = match over {
            Over::Tcp => Wire::Tcp(Box::new(stream), Box::new(StreamReader::new(8 << 20))),
            Over::WebSocket => {
                let mut request = ready
                    .chat_url
                    .as_str()
                    .into_client_request()
                    .expect("a request");
                let xmpp = "xmpp".parse().expect("a header");
                request.headers_mut().insert("Sec-WebSocket-Protocol", xmpp);
                let (socket, answer) = tokio_tungstenite::client_async(request, stream)
                    .await
                    .expect("an upgrade");
                assert_eq!(answer.headers()["sec-websocket-protocol"], "xmpp");
                Wire::WebSocket(Box::new(socket))
            }
        };
        Self {
            wire,
            ready: ready.clone(),
            seen: VecDeque::new(),
            jid: String::new(),
        }
    }

    /// A client on a TCP stream that somebody else opened.
    pub(crate) fn over(ready: &Ready, stream: TlsStream<TcpStream>) -> Self {
        Self {
            wire: Wire::Tcp(Box::new(stream), Box::new(StreamReader::new(8 << 20))),
            ready: ready.clone(),
            seen: VecDeque::new(),
            jid: String::new(),
        }
    }

    /// Sends text as it is.
    pub(crate) async fn send(&mut self, text: &str) {
        assert!(self.try_send(text).await, "written");
    }

    /// Sends text as it is; tells whether the connection took it.
    pub(crate) async fn try_send(&mut self, text: &str) -> bool {
        match &mut self.wire {
            Wire::Tcp(stream, _) => {
                stream.write_all(text.as_bytes()).await.is_ok() && stream.flush().await.is_ok()
            }
            Wire::WebSocket(socket) => socket.send(Message::Text(text.into())).await.is_ok(),
        }
    }

    /// The next element, or none when the connection has ended.
    pub(crate) async fn next(&mut self) -> Option<Element> {
        loop {
            if let Some(element) = self.seen.pop_front() {
                return Some(element);
            }
            let more = tokio::time::timeout(PATIENCE, self.read())
                .await
                .expect("something comes");
            if !more {
                return None;
            }
        }
    }

    async fn read(&mut self) -> bool {
        match &mut self.wire {
            Wire::Tcp(stream, reader) => {
                let mut buffer = [0u8; 16 * 1024];
                let count = stream.read(&mut buffer).await.unwrap_or(0);
                let mut events = Vec::new();
                reader
                    .push(&buffer[..count], &mut events)
                    .expect("a stream");
                for event in events {
                    match event {
                        StreamEvent::Open(element)
                        | StreamEvent::Element(element)
                        | StreamEvent::Oversized(element) => self.seen.push_back(element),
                        StreamEvent::Close => return false,
                    }
                }
                count > 0
            }
            Wire::WebSocket(socket) => match socket.next().await {
                Some(Ok(Message::Text(text))) => {
                    assert!(!text.contains('\n'), "what is forwarded is one line");
                    self.seen.extend(parse_all(&text).expect("XML"));
                    true
                }
                Some(Ok(Message::Close(_)) | Err(_)) | None => false,
                Some(Ok(_)) => true,
            },
        }
    }

    /// The next element that is looked for; what comes before it is dropped.
    pub(crate) async fn until(&mut self, what: &str, found: impl Fn(&Element) -> bool) -> Element {
        let waiting = async {
            loop {
                let element = self
                    .next()
                    .await
                    .unwrap_or_else(|| panic!("ended before {what}"));
                if found(&element) {
                    return element;
                }
            }
        };
        tokio::time::timeout(PATIENCE, waiting)
            .await
            .unwrap_or_else(|_| panic!("no {what}"))
    }

    /// Waits for a message with this id.
    pub(crate) async fn message(&mut self, id: &str) -> Element {
        self.until(id, |e| e.local() == "message" && e.attr("id") == Some(id))
            .await
    }

    async fn open(&mut self) -> Element {
        let open = match self.wire {
            Wire::Tcp(..) => format!(
                "<?xml version='1.0'?><stream:stream xmlns='{}' xmlns:stream='{}' to='x' version='1.0'>",
                ns::CLIENT,
                ns::STREAM
            ),
            Wire::WebSocket(_) => format!(
                "<open xmlns='{}' to='127.0.0.1' version='1.0'/>",
                ns::FRAMING
            ),
        };
        self.send(&open).await;
        self.until("features", |e| e.is("features", ns::STREAM))
            .await
    }

    /// Tries to log in and tells the answer.
    pub(crate) async fn try_log_in(&mut self, id: u64, password: &str) -> Element {
        let plain = STANDARD.encode(format!("\0{id}-{}\0{password}", self.ready.app_id));
        self.send(&format!(
            "<auth xmlns='{}' mechanism='PLAIN'>{plain}</auth>",
            ns::SASL
        ))
        .await;
        self.until("an answer", |e| e.ns == ns::SASL).await
    }

    pub(crate) async fn greet(&mut self) {
        let features = self.open().await;
        let mechanisms = features.child("mechanisms", ns::SASL).expect("mechanisms");
        assert_eq!(mechanisms.child_text("mechanism").as_deref(), Some("PLAIN"));
        assert_eq!(mechanisms.elements().count(), 1, "and nothing else");
    }

    /// Up to the point where a session is bound or resumed.
    pub(crate) async fn log_in(&mut self, id: u64, password: &str) {
        self.greet().await;
        let answer = self.try_log_in(id, password).await;
        assert_eq!(answer.local(), "success", "{answer:?}");
        let features = self.open().await;
        assert!(
            features.child("bind", ns::BIND).is_some() && features.child("sm", ns::SM).is_some()
        );
    }

    pub(crate) async fn bind(&mut self) {
        self.send(&format!(
            "<iq xmlns='jabber:client' type='set' id='b'><bind xmlns='{}'/></iq>",
            ns::BIND
        ))
        .await;
        let bound = self
            .until("a bound resource", |e| e.attr("id") == Some("b"))
            .await;
        self.jid = bound
            .child("bind", ns::BIND)
            .and_then(|bind| bind.child_text("jid"))
            .expect("an address");
        assert!(self.jid.split('/').nth(1).expect("a resource").len() >= 16);
        self.send("<presence xmlns='jabber:client'/>").await;
        let own = self.jid.clone();
        self.until("the echo", |e| {
            e.local() == "presence" && e.attr("from") == Some(&own)
        })
        .await;
    }

    /// Switches stream management on; tells the id to resume with.
    pub(crate) async fn manage(&mut self) -> String {
        self.send(&format!("<enable xmlns='{}' resume='true'/>", ns::SM))
            .await;
        let enabled = self.until("enabled", |e| e.is("enabled", ns::SM)).await;
        enabled.attr("id").expect("resumable").to_owned()
    }

    /// Asks how much the server has taken.
    pub(crate) async fn acked(&mut self) -> u32 {
        self.send(&format!("<r xmlns='{}'/>", ns::SM)).await;
        let a = self
            .until("an acknowledgement", |e| e.is("a", ns::SM))
            .await;
        a.attr("h").and_then(|h| h.parse().ok()).expect("a count")
    }

    /// A message to be stored.
    pub(crate) async fn say(&mut self, to: &str, kind: &str, id: &str, body: &str) {
        self.send(&format!(
            "<message xmlns='jabber:client' to='{to}' type='{kind}' id='{id}'><body>{body}</body>\
             <extraParams><save_to_history>1</save_to_history></extraParams></message>"
        ))
        .await;
    }

    pub(crate) fn user(&self, id: u64) -> String {
        format!("{id}-{}@{}", self.ready.app_id, self.ready.chat_domain)
    }

    pub(crate) fn room(&self, dialog_id: &str) -> String {
        format!(
            "{}_{dialog_id}@{}",
            self.ready.app_id, self.ready.muc_domain
        )
    }

    /// Waits until everything sent so far has been taken and everything it caused has
    /// arrived; tells the messages among that.
    pub(crate) async fn settle(&mut self) -> Vec<Element> {
        self.send(&format!(
            "<iq xmlns='jabber:client' type='get' id='settle'><ping xmlns='{}'/></iq>",
            ns::PING
        ))
        .await;
        let mut messages = Vec::new();
        loop {
            let element = self.next().await.expect("still connected");
            if element.attr("id") == Some("settle") {
                return messages;
            }
            if element.local() == "message" {
                messages.push(element);
            }
        }
    }
}

/// A message id nobody has used.
pub(crate) fn id(n: u32) -> String {
    format!("6b02a1ae00000000{n:08x}")
}
