//! `kith-server`: the server as a program of its own.

use std::io::{IsTerminal, Write};
use std::net::{IpAddr, Ipv4Addr};
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use anyhow::Context;
use clap::{Parser, ValueEnum};
use kith_server::{Answers, Config, Seed, Server};
use tracing_subscriber::EnvFilter;

/// A chat server for one machine: ConnectyCube's Chat API in one folder.
#[derive(Debug, Parser)]
#[command(
    name = "kith-server",
    version,
    after_help = "People, classes, reports, backups: kith-server admin --data DIR --help"
)]
struct Arguments {
    /// The folder that holds everything. It is made on the first start.
    #[arg(long)]
    data: PathBuf,
    /// The address to listen on.
    #[arg(long, default_value_t = IpAddr::V4(Ipv4Addr::LOCALHOST))]
    listen: IpAddr,
    /// The port of REST. 0 takes that of the last start, or any free one.
    #[arg(long, default_value_t = 0)]
    api_port: u16,
    /// The port of XMPP over TCP. 0 as for --api-port.
    #[arg(long, default_value_t = 0)]
    chat_port: u16,
    /// The port of XMPP over WebSocket. 0 as for --api-port.
    #[arg(long, default_value_t = 0)]
    ws_port: u16,
    /// Fill an empty folder with sample people and conversations.
    #[arg(long)]
    seed: Option<SeedName>,
    /// Work without TLS. Allowed on loopback addresses only.
    #[arg(long)]
    plain: bool,
    /// Whether sample people answer: off, believable, or milliseconds for every step.
    #[arg(long, default_value = "believable", value_parser = read_answers)]
    answers: Answers,
    /// Make a person of a name that nobody has when it logs in with a password.
    #[arg(long)]
    create_on_login: bool,
    /// One person's files may have so many megabytes together.
    #[arg(long, default_value_t = 10 * 1024)]
    account_megabytes: u64,
    /// What people call this server.
    #[arg(long)]
    name: Option<String>,
}

/// `off`, `believable`, or a number of milliseconds for every step.
fn read_answers(text: &str) -> Result<Answers, String> {
    match text {
        "off" => Ok(Answers::Off),
        "believable" => Ok(Answers::Believable),
        other => other
            .parse()
            .map(|millis| Answers::Every(Duration::from_millis(millis)))
            .map_err(|_| "off, believable, or milliseconds".to_owned()),
    }
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum SeedName {
    Demo,
}

fn main() -> ExitCode {
    if let Some(code) = kith_server::admin::asked(std::env::args_os()) {
        return code;
    }
    let arguments = Arguments::parse();
    let filter = EnvFilter::try_from_env("KITH_LOG").unwrap_or_else(|_| EnvFilter::new("info"));
    tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .with_ansi(std::io::stderr().is_terminal())
        .init();
    many_files();
    match run(arguments) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            tracing::error!("{error:#}");
            ExitCode::FAILURE
        }
    }
}

/// A connection is an open file, and the usual thousand is few: as many as the system allows.
fn many_files() {
    #[cfg(unix)]
    {
        use rustix::process::{Resource, getrlimit, setrlimit};
        let mut limit = getrlimit(Resource::Nofile);
        limit.current = limit.maximum;
        if let Err(error) = setrlimit(Resource::Nofile, limit) {
            tracing::warn!(%error, "few connections can be open at a time");
        }
    }
}

#[tokio::main]
async fn run(arguments: Arguments) -> anyhow::Result<()> {
    let mut config = Config::local(arguments.data);
    config.listen = arguments.listen;
    config.api_port = arguments.api_port;
    config.chat_port = arguments.chat_port;
    config.ws_port = arguments.ws_port;
    config.seed = arguments.seed.map(|SeedName::Demo| Seed::Demo);
    config.plain = arguments.plain;
    config.answers = arguments.answers;
    config.create_on_login = arguments.create_on_login;
    config.account_bytes = arguments.account_megabytes.saturating_mul(1 << 20);
    if let Some(name) = arguments.name {
        config.name = name;
    }
    let server = Server::start(config).await?;
    let line = serde_json::to_string(server.ready()).context("the ready line")?;
    let mut out = std::io::stdout();
    writeln!(out, "{line}")
        .and_then(|()| out.flush())
        .context("standard output is closed")?;
    told_to_end().await?;
    tracing::info!("ending");
    server.stop().await;
    Ok(())
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
