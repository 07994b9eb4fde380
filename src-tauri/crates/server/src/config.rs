//! What a server is started with, and why starting can fail.

use std::net::{IpAddr, Ipv4Addr};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use thiserror::Error;

use crate::clock::{Clock, SystemClock};

/// What a server is started with.
#[derive(Debug, Clone)]
pub struct Config {
    /// The folder that holds everything: database, keys, the server's identity.
    pub data: PathBuf,
    /// The address to listen on.
    pub listen: IpAddr,
    /// The REST port. 0 takes the port of the last start if it is free, else any free one.
    pub api_port: u16,
    /// The port of XMPP over TCP; 0 as for `api_port`.
    pub chat_port: u16,
    /// The port of XMPP over WebSocket; 0 as for `api_port`.
    pub ws_port: u16,
    /// What to fill an empty folder with.
    pub seed: Option<Seed>,
    /// No TLS. Refused for anything but loopback addresses.
    pub plain: bool,
    /// What people call this server.
    pub name: String,
    /// Where the time comes from.
    pub clock: Arc<dyn Clock>,
    /// Whether logging in with an unknown name makes a person of that name
    /// (`protocol/rest.md` §3.1). Off: a mistyped name should say so.
    pub create_on_login: bool,
    /// One person's files may have so many bytes together.
    pub account_bytes: u64,
    /// Whether and how quickly two of the sample people answer.
    pub answers: Answers,
}

impl Config {
    /// A server for this machine only, with TLS and any free ports.
    #[must_use]
    pub fn local(data: impl Into<PathBuf>) -> Self {
        Self {
            data: data.into(),
            listen: IpAddr::V4(Ipv4Addr::LOCALHOST),
            api_port: 0,
            chat_port: 0,
            ws_port: 0,
            seed: None,
            plain: false,
            name: "This computer".to_owned(),
            clock: Arc::new(SystemClock),
            create_on_login: false,
            account_bytes: 10 << 30,
            answers: Answers::Believable,
        }
    }
}

/// What an empty folder is filled with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Seed {
    /// Six people and two years of conversations, so that a newcomer meets a living messenger.
    Demo,
}

/// Whether the sample people answer what is written to them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Answers {
    /// Nobody answers.
    Off,
    /// Two of them do, at the speed of people.
    Believable,
    /// Two of them do, and every single step waits this long: for tests.
    Every(Duration),
}

/// Why a server did not start.
#[derive(Debug, Error)]
pub enum StartError {
    /// `plain` was asked for on an address that others can reach.
    #[error("without TLS the server listens on loopback addresses only, and {0} is none")]
    PlainOutside(IpAddr),
    /// Another server holds the folder.
    #[error("another server is using the folder {0}")]
    InUse(PathBuf),
    /// The folder cannot be read or written.
    #[error("the folder {folder} cannot be used: {cause}")]
    Folder {
        /// Which folder.
        folder: PathBuf,
        /// What the system said.
        cause: std::io::Error,
    },
    /// A file in the folder is not what this server wrote.
    #[error("the file {file} in the server's folder is damaged: {cause}")]
    Damaged {
        /// Which file.
        file: PathBuf,
        /// What is wrong with it.
        cause: String,
    },
    /// A port cannot be listened on.
    #[error("port {port} on {listen} cannot be opened: {cause}")]
    Port {
        /// The address.
        listen: IpAddr,
        /// The port, 0 for any.
        port: u16,
        /// What the system said.
        cause: std::io::Error,
    },
    /// Certificates could not be made or read.
    #[error("the server's certificate cannot be made: {0}")]
    Certificate(String),
    /// The database cannot be opened or brought up to date.
    #[error("the server's database cannot be opened: {0}")]
    Database(#[from] sqlx::Error),
    /// The database was written by a newer version, or a migration failed.
    #[error("the server's database cannot be brought up to date: {0}")]
    Migration(#[from] sqlx::migrate::MigrateError),
    /// Filling the folder with sample data failed.
    #[error("the sample people could not be created: {0}")]
    Seed(String),
}
