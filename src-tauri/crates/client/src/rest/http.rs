//! One request, one answer, and why there was none.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use kith_model::{Clock, Connection};
use kith_wire::rest::ErrorBody;
use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use reqwest::{Method, StatusCode, header};
use serde::de::DeserializeOwned;
use serde_json::Value;
use thiserror::Error;
use url::Url;

use crate::proxy::is_here;
use crate::tls::{self, causes};
use crate::{ClientError, Proxy};

const CONNECT_WITHIN: Duration = Duration::from_secs(10);
/// A transfer is ended when it stands still, not when it takes long.
const TRANSFER_WITHIN: Duration = Duration::from_secs(24 * 3600);
const MAX_REDIRECTS: usize = 5;
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

    pub(super) fn delete(path: impl Into<String>, query: Vec<(String, String)>) -> Self {
        Self {
            method: Method::DELETE,
            ..Self::get(path, query)
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

/// What a call shows to be let in (`protocol/rest.md` §1.2).
#[derive(Debug, Clone, Copy)]
pub(super) enum Pass<'a> {
    /// Nothing.
    None,
    /// A session's token.
    Token(&'a str),
    /// The application's key, for a sign-up.
    Key(&'a str),
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
        Err(match status.as_u16() {
            300..=399 => ClientError::NotAServer,
            // A web page is nobody's refusal: somebody stands in between, such
            // as a hotel's network that wants to be signed in to first.
            401 | 403 | 404 | 405 | 407 | 511 if self.is_page() => ClientError::NotAServer,
            401 => ClientError::Expired,
            403 => ClientError::NotAllowed,
            404 => ClientError::Gone,
            413 => ClientError::TooLarge,
            429 => ClientError::Busy,
            code @ 400..=499 => ClientError::Rejected(code),
            code => ClientError::Server(code),
        })
    }

    /// Whether there is nothing in it, as where a call answers with text
    /// (`protocol/rest.md` §1.4).
    pub(super) fn is_empty(&self) -> bool {
        self.body.trim_ascii().is_empty()
    }

    /// What it says about its failure.
    pub(super) fn error(&self) -> ErrorBody {
        ErrorBody::read(&self.body)
    }

    /// Whether the session is what is missing. The texts differ
    /// (`protocol/rest.md` §2), so every 401 counts, but for a web page's.
    pub(super) fn is_expired(&self) -> bool {
        self.status == StatusCode::UNAUTHORIZED && !self.is_page()
    }

    /// Whether it is a web page.
    fn is_page(&self) -> bool {
        self.body.trim_ascii_start().first() == Some(&b'<')
    }

    /// For the log: the texts of the error, which name no person.
    pub(super) fn note(&self, request: &Request) {
        let error = self.error();
        let n_texts = error.texts().count();
        tracing::debug!(status = self.status.as_u16(), method = %request.method, n_texts, "a call failed");
    }
}

/// The means to ask one server.
#[derive(Debug, Clone)]
pub(super) struct Http {
    client: reqwest::Client,
    base: Arc<str>,
    clock: Arc<dyn Clock>,
    /// Milliseconds by which the server's clock is ahead.
    ahead: Arc<AtomicI64>,
}

impl Http {
    pub(super) fn new(
        connection: &Connection,
        clock: Arc<dyn Clock>,
        proxy: &Proxy,
    ) -> Result<Self, ClientError> {
        let base = Url::parse(&connection.api_url).map_err(|_| ClientError::BadConnection)?;
        let is_local = base.host_str().is_some_and(is_here);
        match base.scheme() {
            "https" => {}
            // Unprotected only where nobody else can listen.
            "http" if is_local => {}
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
        builder = if is_local {
            builder.no_proxy()
        } else {
            proxy.apply(builder)?
        };
        let client = builder.build().map_err(|_| ClientError::BadConnection)?;
        Ok(Self {
            client,
            base: connection.api_url.trim_end_matches('/').into(),
            clock,
            ahead: Arc::default(),
        })
    }

    pub(super) async fn ask(
        &self,
        request: &Request,
        pass: Pass<'_>,
    ) -> Result<Answer, ClientError> {
        let mut builder = self
            .client
            .request(
                request.method.clone(),
                format!("{}{}", self.base, request.path),
            )
            .query(&request.query);
        builder = match pass {
            Pass::None => builder,
            Pass::Token(token) => builder.header("CB-Token", token),
            Pass::Key(key) => builder.header("CB-AuthKey", key),
        };
        if let Some(body) = &request.body {
            builder = builder.json(body);
        }
        let mut response = builder.send().await.map_err(|error| failure(&error))?;
        self.hear_time(response.headers());
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

impl Http {
    /// By so many milliseconds the server's clock is ahead of ours.
    pub(super) fn clock_offset(&self) -> i64 {
        self.ahead.load(Ordering::Relaxed)
    }

    /// Takes note of the server's time (RFC 9110 §6.6.1), which is told in
    /// whole seconds: within one nothing is known.
    fn hear_time(&self, headers: &header::HeaderMap) {
        let told = headers
            .get(header::DATE)
            .and_then(|date| date.to_str().ok())
            .and_then(|date| chrono::DateTime::parse_from_rfc2822(date).ok());
        if let Some(told) = told {
            let ahead = told.timestamp_millis() - self.clock.now().millis();
            let is_same_second = (-1_000..=0).contains(&ahead);
            self.ahead
                .store(if is_same_second { 0 } else { ahead }, Ordering::Relaxed);
        }
    }
}

/// A file on its way down.
#[derive(Debug)]
pub(super) struct Down {
    response: reqwest::Response,
    /// Where it begins.
    pub(super) from: u64,
    /// How many bytes are still to come, when told.
    pub(super) left: Option<u64>,
}

impl Down {
    /// The next bytes; `None` at the end.
    pub(super) async fn piece(&mut self) -> Result<Option<bytes::Bytes>, ClientError> {
        self.response.chunk().await.map_err(|error| failure(&error))
    }
}

impl Http {
    /// The address of the API, without a slash at the end.
    pub(super) fn base(&self) -> &str {
        &self.base
    }

    /// An address that somebody else told, if it may be asked: protected, or on
    /// this machine where the server is too.
    fn foreign(&self, address: &Url) -> Result<(), ClientError> {
        let is_local = |url: &Url| url.host_str().is_some_and(is_here);
        let may = address.scheme() == "https"
            || (address.scheme() == "http"
                && is_local(address)
                && Url::parse(&self.base).is_ok_and(|base| base.host_str().is_some_and(is_here)));
        if may {
            Ok(())
        } else {
            Err(ClientError::NotAServer)
        }
    }

    /// Sends a form with a file to where the server wants it, without a token.
    pub(super) async fn upload(
        &self,
        address: &str,
        form: reqwest::multipart::Form,
    ) -> Result<(), ClientError> {
        let address = Url::parse(address).map_err(|_| ClientError::NotAServer)?;
        self.foreign(&address)?;
        let request = self.client.post(address).timeout(TRANSFER_WITHIN);
        let sent = request.multipart(form).send().await;
        let response = sent.map_err(|error| failure(&error))?;
        Err(match response.status().as_u16() {
            200..=299 => return Ok(()),
            // The right to upload is in the form; the session is not asked.
            400 | 401 | 403 => ClientError::NotAllowed,
            404 => ClientError::Gone,
            413 => ClientError::TooLarge,
            429 => ClientError::Busy,
            300..=399 => ClientError::NotAServer,
            code @ 402..=499 => ClientError::Rejected(code),
            code => ClientError::Server(code),
        })
    }

    /// Asks for a file from byte `from` on. The server may answer with another
    /// address, which gets no token.
    pub(super) async fn download(
        &self,
        path: &str,
        token: &str,
        from: u64,
    ) -> Result<Down, ClientError> {
        let address = format!("{}{path}", self.base);
        let mut address = Url::parse(&address).map_err(|_| ClientError::BadConnection)?;
        let mut query = vec![("token", token)];
        for _ in 0..=MAX_REDIRECTS {
            let mut request = self.client.get(address.clone()).timeout(TRANSFER_WITHIN);
            if from > 0 {
                request = request.header(header::RANGE, format!("bytes={from}-"));
            }
            let sent = request.query(&query).send().await;
            let response = sent.map_err(|error| failure(&error))?;
            let status = response.status();
            if status.is_redirection() {
                let location = response.headers().get(header::LOCATION);
                let location = location
                    .and_then(|location| location.to_str().ok())
                    .ok_or(ClientError::NotAServer)?;
                address = address
                    .join(location)
                    .map_err(|_| ClientError::NotAServer)?;
                self.foreign(&address)?;
                query.clear();
                continue;
            }
            // An object store has no idea of our session.
            if status == StatusCode::UNAUTHORIZED && query.is_empty() {
                return Err(ClientError::NotAllowed);
            }
            if !status.is_success() {
                let answer = Answer {
                    status,
                    body: Vec::new(),
                };
                return Err(answer.check().err().unwrap_or(ClientError::NotAServer));
            }
            return Ok(Down {
                from: if status == StatusCode::PARTIAL_CONTENT {
                    from
                } else {
                    0
                },
                left: response.content_length(),
                response,
            });
        }
        Err(ClientError::NotAServer)
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
