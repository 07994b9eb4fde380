//! The three listeners, and the tasks that serve them.

use std::io;
use std::net::{IpAddr, SocketAddr, TcpListener};
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum_server::Handle;
use axum_server::accept::Accept;
use axum_server::tls_rustls::{RustlsAcceptor, RustlsConfig};
use tokio::net::TcpStream;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::server::TlsStream;

use crate::config::{Config, StartError};
use crate::estate::Estate;
use crate::folder::Ports;
use crate::gate::{Gate, Gated};
use crate::site::Site;
use crate::tls::Tls;
use crate::{rest, xmpp};

/// A handshake takes no longer.
const HANDSHAKE: Duration = Duration::from_secs(15);
/// How long requests under way may take after a stop.
const LAST_REQUESTS: Duration = Duration::from_secs(2);

/// Three open ports.
#[derive(Debug)]
pub(crate) struct Listeners {
    api: TcpListener,
    chat: TcpListener,
    ws: TcpListener,
}

impl Listeners {
    /// Opens the ports that were asked for; for 0 the remembered one if it is free, else any.
    pub(crate) fn open(config: &Config, remembered: Ports) -> Result<Self, StartError> {
        Ok(Self {
            api: open(config.listen, config.api_port, remembered.api)?,
            chat: open(config.listen, config.chat_port, remembered.chat)?,
            ws: open(config.listen, config.ws_port, remembered.ws)?,
        })
    }

    /// The ports that are open.
    pub(crate) fn ports(&self) -> Ports {
        let port =
            |listener: &TcpListener| listener.local_addr().map_or(0, |address| address.port());
        Ports {
            api: port(&self.api),
            chat: port(&self.chat),
            ws: port(&self.ws),
        }
    }
}

fn open(listen: IpAddr, port: u16, remembered: u16) -> Result<TcpListener, StartError> {
    let bind = |port| -> io::Result<TcpListener> {
        let listener = TcpListener::bind(SocketAddr::new(listen, port))?;
        listener.set_nonblocking(true)?;
        Ok(listener)
    };
    if port == 0
        && remembered != 0
        && let Ok(listener) = bind(remembered)
    {
        return Ok(listener);
    }
    bind(port).map_err(|cause| StartError::Port {
        listen,
        port,
        cause,
    })
}

/// Serves all three until the server stops.
pub(crate) fn serve(
    estate: &Arc<Estate>,
    listeners: Listeners,
    tls: Option<&Tls>,
) -> Result<(), StartError> {
    let Listeners { api, chat, ws } = listeners;
    let site = estate.first();
    serve_http(site, api, rest::router(Arc::clone(estate)), tls)?;
    serve_http(site, ws, xmpp::websocket::router(Arc::clone(estate)), tls)?;
    serve_chat(estate, chat, tls)
}

fn serve_http(
    site: &Arc<Site>,
    listener: TcpListener,
    router: Router,
    tls: Option<&Tls>,
) -> Result<(), StartError> {
    let failed = |cause| StartError::Port {
        listen: IpAddr::from([0, 0, 0, 0]),
        port: 0,
        cause,
    };
    let handle = Handle::new();
    let server = axum_server::from_tcp(listener)
        .map_err(failed)?
        .handle(handle.clone());
    let service = router.into_make_service();
    let tls = tls.map(|tls| RustlsConfig::from_config(Arc::clone(&tls.http)));
    let gate = site.gate.clone();
    site.tasks.spawn(async move {
        let result = match tls {
            Some(tls) => {
                let acceptor = RustlsAcceptor::new(tls).acceptor(WithoutDelay(gate));
                server.acceptor(acceptor).serve(service).await
            }
            None => server.acceptor(WithoutDelay(gate)).serve(service).await,
        };
        if let Err(error) = result {
            tracing::error!(%error, "a listener ended");
        }
    });
    let stop = site.stop.clone();
    site.tasks.spawn(async move {
        stop.cancelled().await;
        handle.graceful_shutdown(Some(LAST_REQUESTS));
    });
    Ok(())
}

/// The gate, as an acceptor that also switches Nagle's algorithm off: answers are small and
/// wanted at once.
#[derive(Debug, Clone)]
struct WithoutDelay(Gate);

impl<S> Accept<TcpStream, S> for WithoutDelay {
    type Stream = Gated<TcpStream>;
    type Service = S;
    type Future = std::future::Ready<io::Result<(Self::Stream, S)>>;

    fn accept(&self, stream: TcpStream, service: S) -> Self::Future {
        let passed = stream
            .set_nodelay(true)
            .and_then(|()| self.0.pass(stream))
            .map(|stream| (stream, service));
        std::future::ready(passed)
    }
}

fn serve_chat(
    estate: &Arc<Estate>,
    listener: TcpListener,
    tls: Option<&Tls>,
) -> Result<(), StartError> {
    let failed = |cause| StartError::Port {
        listen: IpAddr::from([0, 0, 0, 0]),
        port: 0,
        cause,
    };
    let listener = tokio::net::TcpListener::from_std(listener).map_err(failed)?;
    let acceptor = tls.map(|tls| TlsAcceptor::from(Arc::clone(&tls.xmpp)));
    let estate = Arc::clone(estate);
    let site = Arc::clone(estate.first());
    site.clone().tasks.spawn(async move {
        loop {
            let stream = tokio::select! {
                () = site.stop.cancelled() => break,
                accepted = listener.accept() => match accepted {
                    Ok((stream, _)) => stream,
                    Err(error) => {
                        // Out of files, most likely: wait for some to be closed.
                        tracing::warn!(%error, "a connection could not be taken");
                        tokio::time::sleep(Duration::from_millis(100)).await;
                        continue;
                    }
                },
            };
            let (estate, acceptor) = (Arc::clone(&estate), acceptor.clone());
            site.tasks.spawn(async move {
                if let Err(error) = stream.set_nodelay(true) {
                    tracing::debug!(%error, "small answers may wait a little");
                }
                let Some(acceptor) = acceptor else {
                    if let Ok(stream) = estate.first().gate.pass(stream) {
                        xmpp::tcp::serve(estate, stream).await;
                    }
                    return;
                };
                match tokio::time::timeout(HANDSHAKE, secure(&estate, &acceptor, stream)).await {
                    Ok(Ok(Some(stream))) => xmpp::tcp::serve(estate, stream).await,
                    Ok(Ok(None)) => {}
                    Ok(Err(error)) => tracing::debug!(%error, "a TLS handshake failed"),
                    Err(_) => tracing::debug!("a TLS handshake took too long"),
                }
            });
        }
    });
    Ok(())
}

/// One port serves both kinds of clients: those that begin with TLS, and those that begin
/// with XML and are asked for STARTTLS. The first byte tells them apart.
async fn secure(
    estate: &Estate,
    acceptor: &TlsAcceptor,
    stream: TcpStream,
) -> io::Result<Option<TlsStream<Gated<TcpStream>>>> {
    let site = estate.first();
    let mut first = [0u8; 1];
    let begins_with_tls =
        stream.peek(&mut first).await? > 0 && first == [xmpp::starttls::HANDSHAKE_RECORD];
    let mut stream = site.gate.pass(stream)?;
    let is_agreed =
        begins_with_tls || xmpp::starttls::agree(&mut stream, &site.identity.chat_domain).await?;
    if !is_agreed {
        return Ok(None);
    }
    acceptor.accept(stream).await.map(Some)
}
