//! The compatible one-machine server: ConnectyCube's Chat API for the people of
//! one house, in one process and one folder.
//!
//! Two doors lead in. [`rest`](rest) answers over HTTPS (`protocol/rest.md`),
//! [`xmpp`](xmpp) speaks over TCP and WebSocket (`protocol/xmpp.md`). Both hand
//! what they are asked to [`chat`](chat), which knows the rules of conversations
//! and nothing of transports: it writes to the database first, then tells the
//! sessions in the [`hub`](hub). A sender's acknowledgement leaves after the
//! commit, so what was acknowledged survives the end of the process.
//!
//! ```no_run
//! # async fn example() -> Result<(), kith_server::StartError> {
//! let server = kith_server::Server::start(kith_server::Config::local("folder")).await?;
//! println!("{}", server.ready().join_link);
//! server.stop().await;
//! # Ok(())
//! # }
//! ```

pub mod admin;
mod chat;
mod clock;
mod config;
mod db;
mod demo;
mod estate;
mod faults;
mod folder;
mod gate;
#[cfg(test)]
mod house;
mod hub;
mod limits;
mod listen;
mod password;
mod random;
mod ready;
mod rest;
mod server;
mod site;
mod storage;
mod text;
mod tls;
mod xmpp;

pub use clock::{Clock, SystemClock};
pub use config::{Answers, Config, Seed, StartError};
pub use demo::people::{SamplePerson, people};
pub use faults::Faults;
pub use ready::Ready;
pub use server::{AddPersonError, Server};
