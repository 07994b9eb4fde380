//! `kith-bridge`: the application over HTTP and WebSocket, so that a browser
//! can drive the real thing. For tests, pictures and work on the look; it is
//! never shipped.
//!
//! ```text
//! GET  /…                the built UI
//! POST /api/call/NAME    a command: arguments as JSON in the body, the answer
//!                        as JSON; a failed one has status 400 and a UiError
//! GET  /api/feed         a WebSocket: one feed, each event a text frame
//! GET  /api/desktop      what notifications would be on the desktop; with ?after=N
//!                        when there was a change after that turn
//! POST /api/desktop      what the person does with one:
//!                        {"key":…,"act":"open|mark_read|dismiss"}, or "reply" with a text
//! ```
//!
//! It listens on loopback only and asks for a token, which is in the address
//! that it prints: `{"ready":true,"url":"http://127.0.0.1:PORT/?token=…"}`.
//! Commands carry it in the header `x-kith-token`, the feed in its query
//! (`/api/feed?token=…`). The feed's first frame is
//! `{"kind":"hello","feed":"ID"}`; commands then carry the header
//! `x-kith-feed: ID`, because open windows belong to one feed, that is, to one
//! page. When the socket closes its windows end.

mod feeds;
mod serve;
mod server;

use std::io::Write;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;

use anyhow::{Context, ensure};
use clap::Parser;
use kith_api::{App, AppConfig, LocalServer, MemoryVault, PaperShell, Shell};
use tokio::net::TcpListener;
use tracing_subscriber::EnvFilter;

/// Kith for a browser. For tests only.
#[derive(Debug, Parser)]
#[command(name = "kith-bridge", version)]
struct Arguments {
    /// The folder that holds all profiles.
    #[arg(long)]
    data_dir: PathBuf,
    /// Where to listen; loopback addresses only. Port 0 takes any free one.
    #[arg(long, default_value_t = SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 0))]
    listen: SocketAddr,
    /// The built UI.
    #[arg(long, default_value = "ui/dist")]
    ui: PathBuf,
    /// Which profile.
    #[arg(long, default_value = "default")]
    profile: String,
    /// The program `kith-server`, for "Try it here".
    #[arg(long)]
    server: Option<PathBuf>,
    /// A join link to open with.
    #[arg(long)]
    join: Option<String>,
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    // The XMPP libraries would write down whole stanzas, so they are only heard
    // when something is broken.
    let wish = std::env::var("KITH_LOG").unwrap_or_else(|_| "info".to_owned());
    let filter = EnvFilter::new(format!("{wish},tokio_xmpp=error,xso=error"));
    tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .init();
    match run(arguments) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            tracing::error!("{error:#}");
            ExitCode::FAILURE
        }
    }
}

#[tokio::main]
async fn run(arguments: Arguments) -> anyhow::Result<()> {
    ensure!(
        arguments.listen.ip().is_loopback(),
        "the bridge listens on loopback addresses only, and {} is none",
        arguments.listen.ip()
    );
    ensure!(
        arguments.ui.join("index.html").is_file(),
        "there is no built UI in {}: run `npm run build` in ui",
        arguments.ui.display()
    );
    let server = arguments.server.map(|program| {
        Arc::new(server::ServerProcess::new(
            program,
            arguments.data_dir.join("server"),
        ))
    });
    let desktop = Arc::new(PaperShell::default());
    let app = App::open(AppConfig {
        data_dir: arguments.data_dir,
        profile: arguments.profile,
        clock: Arc::new(kith_api::SystemClock),
        vault: Arc::new(MemoryVault::default()),
        local: server.clone().map(|server| server as Arc<dyn LocalServer>),
        shell: Arc::clone(&desktop) as Arc<dyn Shell>,
        join_link: arguments.join,
        random: rand::random(),
    })
    .await?;

    let token = hex::encode(rand::random::<[u8; 16]>());
    let listener = TcpListener::bind(arguments.listen)
        .await
        .context("the address cannot be listened on")?;
    let url = format!("http://{}/?token={token}", listener.local_addr()?);
    let service = serve::router(app.clone(), desktop, token, &arguments.ui);
    let ready = serde_json::json!({ "ready": true, "url": url });
    let mut out = std::io::stdout();
    writeln!(out, "{ready}")
        .and_then(|()| out.flush())
        .context("standard output is closed")?;

    let served = tokio::select! {
        served = async { axum::serve(listener, service).await } => served.context("serving"),
        ended = told_to_end() => ended,
    };
    app.close().await;
    if let Some(server) = server {
        server.stop().await;
    }
    served
}

/// Waits for SIGTERM or Ctrl-C.
async fn told_to_end() -> anyhow::Result<()> {
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        let mut term = signal(SignalKind::terminate()).context("SIGTERM")?;
        tokio::select! {
            _ = term.recv() => {}
            result = tokio::signal::ctrl_c() => result.context("Ctrl-C")?,
        }
    }
    #[cfg(not(unix))]
    tokio::signal::ctrl_c().await.context("Ctrl-C")?;
    Ok(())
}
