//! A chat server for tests that says only what a test makes it say.

use std::sync::Arc;

use kith_wire::xml::{Element, StreamEvent, StreamReader};
use kith_wire::xmpp::{Bind, Iq, Sm, ns};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;

pub(crate) trait Wire: AsyncRead + AsyncWrite + Unpin + Send {}
impl<T: AsyncRead + AsyncWrite + Unpin + Send> Wire for T {}

/// The listening side.
pub(crate) struct Script {
    listener: TcpListener,
    pub(crate) port: u16,
    /// How many connections were accepted.
    pub(crate) n_accepted: usize,
}

/// One accepted connection.
pub(crate) struct Peer {
    wire: Box<dyn Wire>,
    reader: StreamReader,
    events: std::collections::VecDeque<StreamEvent>,
    /// Stanzas received since stream management was enabled.
    pub(crate) n_received: u32,
}

/// A certificate for `127.0.0.1` in PEM, and an acceptor that has it.
pub(crate) fn certificate() -> (String, TlsAcceptor) {
    certificate_for("127.0.0.1")
}

/// The same for any host.
pub(crate) fn certificate_for(host: &str) -> (String, TlsAcceptor) {
    let made = rcgen::generate_simple_self_signed(vec![host.to_owned()]).unwrap();
    let key = rustls_pki_types::PrivateKeyDer::try_from(made.signing_key.serialize_der()).unwrap();
    let config = rustls::ServerConfig::builder_with_provider(Arc::new(
        rustls::crypto::ring::default_provider(),
    ))
    .with_safe_default_protocol_versions()
    .unwrap()
    .with_no_client_auth()
    .with_single_cert(vec![made.cert.der().clone()], key)
    .unwrap();
    (made.cert.pem(), TlsAcceptor::from(Arc::new(config)))
}

impl Script {
    pub(crate) async fn new() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        Self {
            listener,
            port,
            n_accepted: 0,
        }
    }

    pub(crate) async fn accept(&mut self) -> TcpStream {
        self.n_accepted += 1;
        self.listener.accept().await.unwrap().0
    }

    /// Accepts somebody and logs them in, up to the features that offer binding.
    pub(crate) async fn login(&mut self) -> Peer {
        let mut peer = Peer::new(self.accept().await);
        peer.authenticate().await;
        peer
    }

    /// Accepts somebody and gives them a fresh session, named so for resuming.
    pub(crate) async fn session(&mut self, name: &str) -> Peer {
        let mut peer = self.login().await;
        peer.bind(name).await;
        peer
    }

    /// Whether nobody knocks for so long.
    pub(crate) async fn is_quiet(&mut self, millis: u64) -> bool {
        tokio::time::timeout(
            std::time::Duration::from_millis(millis),
            self.listener.accept(),
        )
        .await
        .is_err()
    }
}

impl Peer {
    pub(crate) fn new(wire: impl Wire + 'static) -> Self {
        Self {
            wire: Box::new(wire),
            reader: StreamReader::new(1 << 20),
            events: Default::default(),
            n_received: 0,
        }
    }

    pub(crate) fn into_wire(self) -> Box<dyn Wire> {
        self.wire
    }

    pub(crate) async fn say(&mut self, xml: &str) {
        self.wire.write_all(xml.as_bytes()).await.unwrap();
        self.wire.flush().await.unwrap();
    }

    /// What comes next; `None` at the end.
    pub(crate) async fn event(&mut self) -> Option<StreamEvent> {
        loop {
            if let Some(event) = self.events.pop_front() {
                if let StreamEvent::Element(element) = &event
                    && matches!(element.local(), "message" | "iq" | "presence")
                {
                    self.n_received += 1;
                }
                return Some(event);
            }
            let mut bytes = [0; 4096];
            let n = self.wire.read(&mut bytes).await.unwrap_or_default();
            if n == 0 {
                return None;
            }
            let mut events = Vec::new();
            self.reader.push(&bytes[..n], &mut events).unwrap();
            self.events.extend(events);
        }
    }

    /// The next element `name`; acknowledgement requests and others are skipped.
    pub(crate) async fn expect(&mut self, name: &str) -> Element {
        loop {
            match self.event().await {
                Some(StreamEvent::Element(element)) if element.local() == name => return element,
                Some(_) => {}
                None => panic!("the connection ended before <{name}/>"),
            }
        }
    }

    pub(crate) async fn open(&mut self, features: &str) {
        while !matches!(
            self.event().await.expect("a stream header"),
            StreamEvent::Open(_)
        ) {}
        self.say(&format!(
            "<?xml version='1.0'?><stream:stream from='c' id='1' version='1.0' xmlns='jabber:client' xmlns:stream='{}'><stream:features>{features}</stream:features>",
            ns::STREAM
        ))
        .await;
    }

    pub(crate) async fn authenticate(&mut self) {
        self.open(&format!(
            "<mechanisms xmlns='{}'><mechanism>PLAIN</mechanism></mechanisms>",
            ns::SASL
        ))
        .await;
        self.expect("auth").await;
        self.say(&format!("<success xmlns='{}'/>", ns::SASL)).await;
        self.open(&format!(
            "<bind xmlns='{}'/><sm xmlns='{}'/>",
            ns::BIND,
            ns::SM
        ))
        .await;
    }

    /// Answers binding, stream management and carbons.
    pub(crate) async fn bind(&mut self, name: &str) {
        let request = Iq::read(&self.expect("iq").await).unwrap();
        let resource = Bind::read(request.payload.as_ref().unwrap())
            .unwrap()
            .resource
            .unwrap();
        assert!(
            resource.len() >= 16,
            "a short resource hides messages from some SDKs"
        );
        let bound = Bind {
            resource: None,
            jid: Some(format!("11-100@c/{resource}")),
        };
        self.say(&request.result(Some(bound.write())).write().to_xml())
            .await;
        self.expect("enable").await;
        let enabled = Sm::Enabled {
            id: Some(name.to_owned()),
            resume: true,
            max: Some(60),
        };
        self.say(&enabled.write().to_xml()).await;
        self.n_received = 0;
        self.expect("presence").await;
        let carbons = Iq::read(&self.expect("iq").await).unwrap();
        assert!(carbons.payload.as_ref().unwrap().is("enable", ns::CARBONS));
        self.say(&carbons.result(None).write().to_xml()).await;
        self.acknowledge().await;
    }

    pub(crate) async fn acknowledge(&mut self) {
        let h = self.n_received;
        self.say(&Sm::Answer { h }.write().to_xml()).await;
    }
}
