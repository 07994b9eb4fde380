//! From an address to an authenticated XML stream. Ours and not the library's:
//! that one takes no TLS configuration, so it cannot trust a server of one's
//! own; under TLS 1.3 it picks mechanisms by a channel binding that this
//! platform lacks; and it tries a wrong password for ever.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use futures::{FutureExt, SinkExt, StreamExt};
use kith_model::{ChatAddress, ChatSecurity};
use rustls_pki_types::ServerName;
use sasl::common::Credentials;
use tokio::io::{AsyncBufReadExt, AsyncRead, AsyncWrite, AsyncWriteExt, BufStream};
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_rustls::TlsConnector;
use tokio_xmpp::error::{AuthError, Error};
use tokio_xmpp::stanzastream::Connection;
use tokio_xmpp::xmlstream::{
    FallibleStreamElement, PendingFeaturesRecv, ReadError, StreamHeader, Timeouts, XmlStream,
    XmppStreamElement, initiate_stream,
};
use xmpp_parsers::jid::Jid;
use xmpp_parsers::sasl::DefinedCondition;
use xmpp_parsers::{ns, starttls};

use super::tap::{KillSwitch, Tap};
use crate::{LinkLost, Proxy, Secret, tls};

const CONNECT_WITHIN: Duration = Duration::from_secs(10);
const LOG_IN_WITHIN: Duration = Duration::from_secs(30);

/// Silence after which the server is asked whether it is there, and how long
/// it may take to answer. The library's 300 seconds are too long for people.
const TIMEOUTS: Timeouts = Timeouts {
    read_timeout: Duration::from_secs(45),
    response_timeout: Duration::from_secs(15),
};

/// Everything that is needed to log in.
#[derive(Debug, Clone)]
pub(super) struct Door {
    pub(super) address: ChatAddress,
    pub(super) domain: String,
    /// `<user>-<app>`.
    pub(super) user: String,
    pub(super) tls: Arc<rustls::ClientConfig>,
    pub(super) proxy: Proxy,
}

trait Wire: AsyncRead + AsyncWrite + Unpin + Send {}
impl<T: AsyncRead + AsyncWrite + Unpin + Send> Wire for T {}

type Io = BufStream<Tap<Box<dyn Wire>>>;

impl Door {
    /// Connects and authenticates; binding is left to the stream. `resource`
    /// is asked for then.
    pub(super) async fn open(
        &self,
        resource: &str,
        password: &Secret,
        switch: &KillSwitch,
    ) -> Result<Connection, LinkLost> {
        let identity = Jid::new(&format!("{}@{}/{resource}", self.user, self.domain))
            .map_err(|_| LinkLost::NotAChatServer)?;
        timeout(LOG_IN_WITHIN, self.log_in(identity, password, switch))
            .await
            .unwrap_or(Err(LinkLost::Unreachable))
    }

    async fn log_in(
        &self,
        identity: Jid,
        password: &Secret,
        switch: &KillSwitch,
    ) -> Result<Connection, LinkLost> {
        let tcp = self.tcp().await?;
        let pending = match self.address.security {
            ChatSecurity::Direct => self.begin(self.tls(tcp).await?, switch).await?,
            ChatSecurity::Plain => self.begin(Box::new(tcp), switch).await?,
            ChatSecurity::StartTls => {
                let plain = self.begin(Box::new(tcp), switch).await?;
                let bare = start_tls(plain, switch).await?;
                self.begin(self.tls(bare).await?, switch).await?
            }
        };
        let (features, stream) = pending
            .recv_features()
            .await
            .map_err(|error| lost(switch, &error.into()))?;
        let stream: XmlStream<Io, FallibleStreamElement> = stream;
        let offered = features.sasl_mechanisms;
        // The platform's passwords may be tokens, which only PLAIN can carry.
        // Other servers may offer something better only; never be anonymous.
        let wanted: BTreeSet<String> = if offered.contains("PLAIN") {
            BTreeSet::from(["PLAIN".to_owned()])
        } else {
            offered
                .into_iter()
                .filter(|name| name.starts_with("SCRAM-"))
                .collect()
        };
        let credentials = Credentials::default()
            .with_username(self.user.as_str())
            .with_password(password.expose());
        let stream = tokio_xmpp::client_login(stream, wanted, credentials)
            .await
            .map_err(|error| lost(switch, &error))?;
        let pending = stream
            .send_header(self.header())
            .await
            .map_err(|error| lost(switch, &error.into()))?;
        let (features, stream) = pending
            .recv_features()
            .await
            .map_err(|error| lost(switch, &error.into()))?;
        // The library panics over a stream that cannot be bound.
        if !features.can_bind() {
            return Err(LinkLost::NotAChatServer);
        }
        let stream: XmlStream<Io, _> = stream;
        Ok(Connection {
            stream: stream.box_stream(),
            features,
            identity,
        })
    }

    async fn tcp(&self) -> Result<TcpStream, LinkLost> {
        let ChatAddress {
            host,
            port,
            security,
        } = &self.address;
        let through = timeout(CONNECT_WITHIN, self.proxy.connect(host, *port)).await;
        match through.map_err(|_| LinkLost::Unreachable)? {
            // Whoever stands on the way must not read along.
            Some(Ok(_)) if *security == ChatSecurity::Plain => {
                tracing::warn!("an unprotected chat behind a proxy is refused");
                return Err(LinkLost::NotAChatServer);
            }
            Some(connected) => return connected.map_err(|_| LinkLost::Unreachable),
            None => {}
        }
        let found = tokio::net::lookup_host((host.as_str(), *port))
            .await
            .map_err(|_| LinkLost::UnknownHost)?;
        let found: Vec<SocketAddr> = found.collect();
        if *security == ChatSecurity::Plain
            && !found.iter().all(|address| address.ip().is_loopback())
        {
            tracing::warn!("an unprotected chat on another machine is refused");
            return Err(LinkLost::NotAChatServer);
        }
        if found.is_empty() {
            return Err(LinkLost::UnknownHost);
        }
        let connecting = timeout(CONNECT_WITHIN, TcpStream::connect(found.as_slice())).await;
        let tcp = connecting
            .map_err(|_| LinkLost::Unreachable)?
            .map_err(|_| LinkLost::Unreachable)?;
        // Stanzas are small and people wait for them.
        let _ = tcp.set_nodelay(true);
        Ok(tcp)
    }

    async fn tls(&self, bare: impl Wire + 'static) -> Result<Box<dyn Wire>, LinkLost> {
        let name =
            ServerName::try_from(self.address.host.clone()).map_err(|_| LinkLost::UnknownHost)?;
        match TlsConnector::from(Arc::clone(&self.tls))
            .connect(name, bare)
            .await
        {
            Ok(stream) => Ok(Box::new(stream)),
            Err(error) => Err(match tls::distrusts(&error) {
                Some(true) => LinkLost::Certificate,
                Some(false) => LinkLost::NotAChatServer,
                None => LinkLost::Unreachable,
            }),
        }
    }

    async fn begin(
        &self,
        wire: Box<dyn Wire>,
        switch: &KillSwitch,
    ) -> Result<PendingFeaturesRecv<Io>, LinkLost> {
        let io = BufStream::new(Tap::new(wire, switch.clone()));
        initiate_stream(io, ns::JABBER_CLIENT, self.header(), TIMEOUTS)
            .await
            .map_err(|error| lost(switch, &error.into()))
    }

    fn header(&self) -> StreamHeader<'_> {
        StreamHeader {
            to: Some(Cow::Borrowed(&self.domain)),
            from: None,
            id: None,
        }
    }
}

/// Asks for TLS and takes the connection back for it (RFC 6120 §5).
async fn start_tls(
    pending: PendingFeaturesRecv<Io>,
    switch: &KillSwitch,
) -> Result<Box<dyn Wire>, LinkLost> {
    let (features, stream) = pending
        .recv_features()
        .await
        .map_err(|error| lost(switch, &error.into()))?;
    let mut stream: XmlStream<Io, XmppStreamElement> = stream;
    if !features.can_starttls() {
        return Err(LinkLost::NotAChatServer);
    }
    let request = XmppStreamElement::Starttls(starttls::Nonza::Request(starttls::Request));
    stream
        .send(&request)
        .await
        .map_err(|error| lost(switch, &error.into()))?;
    loop {
        match stream.next().await {
            Some(Ok(XmppStreamElement::Starttls(starttls::Nonza::Proceed(_)))) => break,
            Some(Ok(_) | Err(ReadError::SoftTimeout)) => {}
            Some(Err(ReadError::HardError(error))) => return Err(lost(switch, &error.into())),
            Some(Err(ReadError::ParseError(_) | ReadError::StreamFooterReceived)) | None => {
                return Err(LinkLost::NotAChatServer);
            }
        }
    }
    let mut io = stream.into_inner();
    io.flush()
        .await
        .map_err(|error| lost(switch, &error.into()))?;
    // What follows `<proceed/>` without protection was put there by somebody.
    if io.fill_buf().now_or_never().is_some() {
        return Err(LinkLost::NotAChatServer);
    }
    io.into_inner().into_inner().ok_or(LinkLost::NotAChatServer)
}

/// Why a login failed.
fn lost(switch: &KillSwitch, error: &Error) -> LinkLost {
    match error {
        Error::Auth(AuthError::Fail(DefinedCondition::TemporaryAuthFailure)) => {
            LinkLost::Unreachable
        }
        Error::Auth(AuthError::Fail(_)) => LinkLost::SignInRefused,
        Error::Io(error) => match error.kind() {
            // One that hangs up without a word may be a chat server in trouble.
            io::ErrorKind::InvalidData | io::ErrorKind::FileTooLarge if switch.has_heard() => {
                LinkLost::NotAChatServer
            }
            _ => LinkLost::Unreachable,
        },
        Error::StreamError(_) | Error::Disconnected => LinkLost::Unreachable,
        _ => LinkLost::NotAChatServer,
    }
}

/// A connection to nobody, for a stream that nobody wants any more and that
/// waits for one: it finds it closed and ends. Dropping the slot instead would
/// make its worker panic, and keeping it would keep the worker for ever.
pub(super) async fn dead_end() -> Option<Connection> {
    const WELCOME: &[u8] = b"<stream:stream xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams' version='1.0' id='0'><stream:features><bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'/></stream:features>";
    let (mut far, near) = tokio::io::duplex(4096);
    far.write_all(WELCOME).await.ok()?;
    let header = StreamHeader {
        to: None,
        from: None,
        id: None,
    };
    let pending = initiate_stream(BufStream::new(near), ns::JABBER_CLIENT, header, TIMEOUTS)
        .await
        .ok()?;
    let (features, stream) = pending.recv_features().await.ok()?;
    let stream: XmlStream<_, _> = stream;
    drop(far);
    let identity = Jid::new("nobody@localhost").ok()?;
    Some(Connection {
        stream: stream.box_stream(),
        features,
        identity,
    })
}
