//! The plainest possible chat client, so that what is measured is the server.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, RootCertStore};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

const HEADER: &str = "<?xml version='1.0'?><stream:stream xmlns='jabber:client' \
     xmlns:stream='http://etherx.jabber.org/streams' to='bench' version='1.0'>";

/// Nothing that is waited for takes longer.
const PATIENCE: Duration = Duration::from_secs(60);

/// A running server, by its ready line.
pub(crate) struct Target {
    ready: Value,
    connector: TlsConnector,
    http: reqwest::Client,
}

/// Somebody without a password: the server hashes none.
#[derive(Debug, Clone)]
pub(crate) struct Guest {
    pub(crate) id: u64,
    pub(crate) token: String,
}

impl Target {
    pub(crate) fn new(line: &str) -> Result<Self> {
        let ready: Value = serde_json::from_str(line)?;
        let tls = tls(Path::new(text(&ready, "ca_cert")?))?;
        let http = reqwest::Client::builder()
            .tls_backend_preconfigured(tls.clone())
            .build()?;
        Ok(Self {
            ready,
            connector: TlsConnector::from(Arc::new(tls)),
            http,
        })
    }

    pub(crate) fn user(&self, guest: &Guest) -> String {
        let (app, domain) = (&self.ready["app_id"], &self.ready["chat_domain"]);
        format!("{}-{app}@{}", guest.id, domain.as_str().unwrap_or_default())
    }

    pub(crate) fn room(&self, dialog: &str) -> String {
        let (app, domain) = (&self.ready["app_id"], &self.ready["muc_domain"]);
        format!("{app}_{dialog}@{}", domain.as_str().unwrap_or_default())
    }

    pub(crate) async fn call(
        &self,
        method: &str,
        path: &str,
        token: Option<&str>,
        body: Value,
    ) -> Result<Value> {
        let url = format!("{}{path}", text(&self.ready, "api_url")?);
        let mut request = self.http.request(method.parse()?, url);
        if let Some(token) = token {
            request = request.header("CB-Token", token);
        }
        if !body.is_null() {
            request = request.json(&body);
        }
        Ok(request.send().await?.error_for_status()?.json().await?)
    }

    pub(crate) async fn guests(&self, count: usize) -> Result<Vec<Guest>> {
        let body = json!({
            "application_id": self.ready["app_id"], "auth_key": self.ready["auth_key"],
            "user": { "guest": "1", "full_name": "Guest" },
        });
        let mut guests = Vec::new();
        for _ in 0..count {
            let answer = self.call("POST", "/session", None, body.clone()).await?;
            let session = &answer["session"];
            guests.push(Guest {
                id: session["user_id"].as_u64().context("no number")?,
                token: text(session, "token")?.to_owned(),
            });
        }
        Ok(guests)
    }

    /// Somebody's session in the chat, up to the first presence.
    pub(crate) async fn link(&self, guest: &Guest, is_managed: bool) -> Result<Link> {
        let stream = connect(&self.connector, text(&self.ready, "chat_addr")?).await?;
        let mut link = Link::from(stream);
        link.send(HEADER).await?;
        link.until("</stream:features>").await?;
        let app = &self.ready["app_id"];
        let plain = STANDARD.encode(format!("\0{}-{app}\0{}", guest.id, guest.token));
        link.send(&format!(
            "<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' mechanism='PLAIN'>{plain}</auth>"
        ))
        .await?;
        link.until("<success").await?;
        link.send(HEADER).await?;
        link.until("</stream:features>").await?;
        link.send("<iq type='set' id='b'><bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'/></iq>")
            .await?;
        link.until("</iq>").await?;
        if is_managed {
            link.send("<enable xmlns='urn:xmpp:sm:3'/>").await?;
            link.until("<enabled").await?;
        }
        link.send("<presence/>").await?;
        link.until("<presence").await?;
        Ok(link)
    }
}

pub(crate) fn text<'a>(value: &'a Value, name: &str) -> Result<&'a str> {
    value[name].as_str().with_context(|| format!("no {name}"))
}

/// Trusts the authority in this file and nobody else.
pub(crate) fn tls(authority: &Path) -> Result<ClientConfig> {
    let pem = std::fs::read(authority)?;
    let mut roots = RootCertStore::empty();
    roots.add(CertificateDer::from_pem_slice(&pem)?)?;
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    Ok(ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()?
        .with_root_certificates(roots)
        .with_no_client_auth())
}

pub(crate) async fn connect(
    connector: &TlsConnector,
    address: &str,
) -> Result<TlsStream<TcpStream>> {
    let tcp = TcpStream::connect(address).await?;
    tcp.set_nodelay(true)?;
    let name = ServerName::try_from("127.0.0.1")?;
    Ok(connector.connect(name, tcp).await?)
}

/// One connection.
pub(crate) struct Link {
    pub(crate) stream: TlsStream<TcpStream>,
    unread: String,
}

impl From<TlsStream<TcpStream>> for Link {
    fn from(stream: TlsStream<TcpStream>) -> Self {
        Self {
            stream,
            unread: String::new(),
        }
    }
}

impl Link {
    pub(crate) async fn send(&mut self, text: &str) -> Result<()> {
        self.stream.write_all(text.as_bytes()).await?;
        self.stream.flush().await?;
        Ok(())
    }

    /// Reads on; gives what came, up to the last complete tag.
    pub(crate) async fn more(&mut self) -> Result<String> {
        let mut buffer = [0u8; 16 * 1024];
        let count = self.stream.read(&mut buffer).await?;
        if count == 0 {
            bail!("the server ended a connection");
        }
        self.unread
            .push_str(std::str::from_utf8(&buffer[..count]).context("not ASCII")?);
        let end = self.unread.rfind('>').map_or(0, |at| at + 1);
        let rest = self.unread.split_off(end);
        Ok(std::mem::replace(&mut self.unread, rest))
    }

    /// Reads until something has come, and drops everything up to its end.
    pub(crate) async fn until(&mut self, what: &str) -> Result<()> {
        let waiting = async {
            let mut seen = String::new();
            loop {
                seen.push_str(&self.more().await?);
                if seen.contains(what) {
                    return Ok(());
                }
            }
        };
        tokio::time::timeout(PATIENCE, waiting)
            .await
            .with_context(|| format!("{what} did not come"))?
    }
}
