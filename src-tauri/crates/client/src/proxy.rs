//! The way out: directly, or through a proxy, for REST and for the chat alike.
//!
//! The system's settings are environment variables (`HTTPS_PROXY`, `ALL_PROXY`,
//! `NO_PROXY`), and on macOS and Windows what is set there. reqwest reads them
//! for REST; the library that it uses for that is asked here for the chat, so
//! that both go the same way. Names are left to a SOCKS proxy to resolve: who
//! uses one may not want to ask for them in the open.
//!
//! A server on this very machine is never reached through a proxy.

use std::future::poll_fn;
use std::net::IpAddr;

use hyper::Uri;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::client::legacy::connect::proxy::{SocksV4, SocksV5, Tunnel};
use hyper_util::client::proxy::matcher::{Intercept, Matcher};
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;
use tower::Service;
use url::Url;

use crate::ClientError;

/// Which way out.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Proxy {
    /// What the system says.
    #[default]
    System,
    /// None, whatever the system says.
    Direct,
    /// This one.
    Given(ProxyAddress),
}

/// A proxy's address, with the name and password that it wants, if it wants any.
#[derive(Clone, PartialEq, Eq)]
pub struct ProxyAddress(Url);

impl std::fmt::Debug for ProxyAddress {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // Without the password.
        write!(f, "ProxyAddress({})", self.0.scheme())
    }
}

impl ProxyAddress {
    /// Reads `socks5://host:port` or `http://host:port`, with `name:password@`
    /// before the host if needed.
    ///
    /// # Errors
    /// [`ClientError::BadConnection`] when it is no such address.
    pub fn parse(text: &str) -> Result<Self, ClientError> {
        let mut url = Url::parse(text.trim()).map_err(|_| ClientError::BadConnection)?;
        let is_known = matches!(url.scheme(), "http" | "socks5" | "socks5h");
        let has_host = url.host_str().is_some_and(|host| !host.is_empty());
        if !is_known || !has_host || (url.scheme() != "http" && url.port().is_none()) {
            return Err(ClientError::BadConnection);
        }
        if url.scheme() == "socks5" {
            // Where names are resolved is not left to chance.
            url = Url::parse(&url.as_str().replacen("socks5", "socks5h", 1))
                .map_err(|_| ClientError::BadConnection)?;
        }
        Ok(Self(url))
    }
}

/// Whether a host is this machine.
pub(crate) fn is_here(host: &str) -> bool {
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    bare == "localhost" || bare.parse().is_ok_and(|ip: IpAddr| ip.is_loopback())
}

impl Proxy {
    /// The same for REST.
    pub(crate) fn apply(
        &self,
        builder: reqwest::ClientBuilder,
    ) -> Result<reqwest::ClientBuilder, ClientError> {
        Ok(match self {
            Self::System => builder,
            Self::Direct => builder.no_proxy(),
            Self::Given(ProxyAddress(url)) => builder
                .no_proxy()
                .proxy(reqwest::Proxy::all(url.as_str()).map_err(|_| ClientError::BadConnection)?),
        })
    }

    /// The proxy on the way to a host, if there is one.
    fn on_the_way(&self, to: &Uri) -> Option<Intercept> {
        match self {
            Self::Direct => None,
            Self::System => Matcher::from_system().intercept(to),
            Self::Given(ProxyAddress(url)) => {
                Matcher::builder().all(url.as_str()).build().intercept(to)
            }
        }
    }

    /// A connection to `host` through the proxy on the way, if there is one:
    /// `None` when the way is free, as it is to this machine.
    pub(crate) async fn connect(
        &self,
        host: &str,
        port: u16,
    ) -> Option<Result<TcpStream, ClientError>> {
        if is_here(host) {
            return None;
        }
        let host = if host.contains(':') && !host.starts_with('[') {
            format!("[{host}]")
        } else {
            host.to_owned()
        };
        // The settings know the web only; the chat is protected as `https` is.
        let to: Uri = format!("https://{host}:{port}").parse().ok()?;
        let proxy = self.on_the_way(&to)?;
        let connected = through(&proxy, to).await;
        Some(connected.map_err(|error| {
            tracing::info!(%error, "the proxy does not connect");
            ClientError::Unreachable
        }))
    }
}

type Broken = Box<dyn std::error::Error + Send + Sync>;

async fn through(proxy: &Intercept, to: Uri) -> Result<TcpStream, Broken> {
    let mut tcp = HttpConnector::new();
    tcp.enforce_http(false);
    tcp.set_nodelay(true);
    let address = proxy.uri().clone();
    let stream = match address.scheme_str() {
        Some("socks5" | "socks5h") => {
            let mut socks = SocksV5::new(address, tcp);
            if let Some((name, password)) = proxy.raw_auth() {
                socks = socks.with_auth(name.to_owned(), password.to_owned());
            }
            call(socks, to).await?
        }
        Some("socks4" | "socks4a") => call(SocksV4::new(address, tcp), to).await?,
        Some("http") => {
            let mut tunnel = Tunnel::new(address, tcp);
            if let Some(auth) = proxy.basic_auth() {
                tunnel = tunnel.with_auth(auth.clone());
            }
            call(tunnel, to).await?
        }
        other => return Err(format!("a proxy of the kind {other:?} is not spoken").into()),
    };
    Ok(stream.into_inner())
}

async fn call<S>(mut service: S, to: Uri) -> Result<TokioIo<TcpStream>, Broken>
where
    S: Service<Uri, Response = TokioIo<TcpStream>>,
    S::Error: Into<Broken>,
{
    poll_fn(|cx| service.poll_ready(cx))
        .await
        .map_err(Into::into)?;
    service.call(to).await.map_err(Into::into)
}

#[cfg(test)]
#[path = "proxy_tests.rs"]
mod tests;
