//! One request, one answer, and why there was none.

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use kith_model::Connection;
use kith_wire::rest::ErrorBody;
use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use reqwest::{Method, StatusCode};
use serde::de::DeserializeOwned;
use serde_json::Value;
use thiserror::Error;
use url::{Host, Url};

use crate::ClientError;
use crate::tls::{self, causes};

const CONNECT_WITHIN: Duration = Duration::from_secs(10);
const ANSWER_WITHIN: Duration = Duration::from_secs(30);
/// No answer of this API comes near this; a page of history is some 100 kB.
const MAX_BODY: usize = 16 << 20;

/// What to ask.
#[derive(Debug, Clone)]
pub(super) struct Request {
    pub(super) method: Method,
    pub(super) path: String,
    pub(super) query: Vec<(String, String)>,
    pub(super) body: Option<Value>,
}

impl Request {
    pub(super) fn get(path: impl Into<String>, query: Vec<(String, String)>) -> Self {
        Self {
            method: Method::GET,
            path: path.into(),
            query,
            body: None,
        }
    }

    pub(super) fn with_body(method: Method, path: impl Into<String>, body: Value) -> Self {
        Self {
            method,
            path: path.into(),
            query: Vec::new(),
            body: Some(body),
        }
    }
}

/// What was answered.
#[derive(Debug)]
pub(super) struct Answer {
    pub(super) status: StatusCode,
    body: Vec<u8>,
}

impl Answer {
    /// The body as JSON of a known form. Something else that calls itself a
    /// success is no server of this kind.
    pub(super) fn json<T: DeserializeOwned>(&self) -> Result<T, ClientError> {
        serde_json::from_slice(&self.body).map_err(|error| {
            // Not the error itself, which may quote what it could not read.
            tracing::warn!(kind = ?error.classify(), column = error.column(), "an answer cannot be read");
            ClientError::NotAServer
        })
    }

    /// The kind of failure that the status stands for.
    pub(super) fn check(self) -> Result<Self, ClientError> {
        let status = self.status;
        if status.is_success() {
            return Ok(self);
        }
        let is_page = self.body.trim_ascii_start().first() == Some(&b'<');
        Err(match status.as_u16() {
            401 => ClientError::Expired,
            300..=399 => ClientError::NotAServer,
            404 | 405 if is_page => ClientError::NotAServer,
            403 => ClientError::NotAllowed,
            404 => ClientError::Gone,
            413 => ClientError::TooLarge,
            429 => ClientError::Busy,
            code @ 400..=499 => ClientError::Rejected(code),
            code => ClientError::Server(code),
        })
    }

    /// Whether the session is what is missing. The texts differ
    /// (`protocol/rest.md` §2), so every 401 counts.
    pub(super) fn is_expired(&self) -> bool {
        self.status == StatusCode::UNAUTHORIZED
    }

    /// For the log: the texts of the error, which name no person.
    pub(super) fn note(&self, request: &Request) {
        let error = ErrorBody::read(&self.body);
        let n_texts = error.texts().count();
        tracing::debug!(status = self.status.as_u16(), method = %request.method, n_texts, "a call failed");
    }
}

/// The means to ask one server.
#[derive(Debug, Clone)]
pub(super) struct Http {
    client: reqwest::Client,
    base: Arc<str>,
}

impl Http {
    pub(super) fn new(connection: &Connection) -> Result<Self, ClientError> {
        let base = Url::parse(&connection.api_url).map_err(|_| ClientError::BadConnection)?;
        let is_here = is_loopback(base.host());
        match base.scheme() {
            "https" => {}
            // Unprotected only where nobody else can listen.
            "http" if is_here => {}
            _ => return Err(ClientError::BadConnection),
        }
        let mut tls = tls::config(connection)?;
        tls.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
        let mut builder = reqwest::Client::builder()
            .tls_backend_preconfigured(tls)
            .connect_timeout(CONNECT_WITHIN)
            .timeout(ANSWER_WITHIN)
            .redirect(reqwest::redirect::Policy::none())
            .dns_resolver(Arc::new(SystemNames));
        if is_here {
            builder = builder.no_proxy();
        }
        let client = builder.build().map_err(|_| ClientError::BadConnection)?;
        Ok(Self {
            client,
            base: connection.api_url.trim_end_matches('/').into(),
        })
    }

    pub(super) async fn ask(
        &self,
        request: &Request,
        token: Option<&str>,
    ) -> Result<Answer, ClientError> {
        let mut builder = self
            .client
            .request(
                request.method.clone(),
                format!("{}{}", self.base, request.path),
            )
            .query(&request.query);
        if let Some(token) = token {
            builder = builder.header("CB-Token", token);
        }
        if let Some(body) = &request.body {
            builder = builder.json(body);
        }
        let mut response = builder.send().await.map_err(|error| failure(&error))?;
        let status = response.status();
        let mut body = Vec::new();
        while let Some(chunk) = response.chunk().await.map_err(|error| failure(&error))? {
            if body.len() + chunk.len() > MAX_BODY {
                return Err(ClientError::TooLarge);
            }
            body.extend_from_slice(&chunk);
        }
        Ok(Answer { status, body })
    }
}

/// Why there was no answer, by what the libraries say and not by their words.
fn failure(error: &reqwest::Error) -> ClientError {
    if causes(error).iter().any(|error| error.is::<UnknownHost>()) {
        return ClientError::UnknownHost;
    }
    match tls::distrusts(error) {
        Some(true) => return ClientError::Certificate,
        // TLS that is none: something else listens there.
        Some(false) => return ClientError::NotAServer,
        None => {}
    }
    if error.is_timeout() {
        return ClientError::TimedOut;
    }
    if error.is_builder() {
        return ClientError::BadConnection;
    }
    if error.is_connect() {
        return ClientError::Unreachable;
    }
    // Something listens, but what it says is not HTTP.
    let is_garbage = causes(error)
        .iter()
        .filter_map(|e| e.downcast_ref::<hyper::Error>())
        .any(hyper::Error::is_parse);
    if is_garbage {
        ClientError::NotAServer
    } else {
        ClientError::Unreachable
    }
}

fn is_loopback(host: Option<Host<&str>>) -> bool {
    match host {
        Some(Host::Ipv4(ip)) => ip.is_loopback(),
        Some(Host::Ipv6(ip)) => ip.is_loopback(),
        Some(Host::Domain(name)) => {
            name == "localhost" || name.parse().is_ok_and(|ip: IpAddr| ip.is_loopback())
        }
        None => false,
    }
}

/// The host's name leads nowhere.
#[derive(Debug, Error)]
#[error("the host's name is not known")]
struct UnknownHost;

/// The system's resolver, with an error that can be told from others.
#[derive(Debug)]
struct SystemNames;

impl Resolve for SystemNames {
    fn resolve(&self, name: Name) -> Resolving {
        Box::pin(async move {
            let found: Vec<SocketAddr> = tokio::net::lookup_host((name.as_str(), 0))
                .await
                .map_err(|_| UnknownHost)?
                .collect();
            if found.is_empty() {
                return Err(UnknownHost.into());
            }
            let addresses: Addrs = Box::new(found.into_iter());
            Ok(addresses)
        })
    }
}
