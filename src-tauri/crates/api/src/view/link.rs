//! The state of the connection, in the words of the screen.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// How the connection is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum LinkState {
    /// Trying to connect.
    Connecting,
    /// Connected; fetching what happened meanwhile.
    CatchingUp,
    /// Connected, and everything is here.
    Online,
    /// No connection; Kith tries again.
    Offline,
    /// The server does not take the sign-in; Kith does not try again by itself.
    Refused,
}

/// Why there is no connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum LinkReason {
    /// The host's name is not known here.
    UnknownHost,
    /// Nothing listens there, or nothing answers.
    Unreachable,
    /// The certificate is not one that this computer trusts.
    Certificate,
    /// The server does not take the sign-in.
    SignInRefused,
    /// The other end speaks something else.
    NotAChatServer,
    /// The connection broke.
    Broken,
}

/// The connection.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct LinkView {
    /// How it is.
    pub state: LinkState,
    /// Why it is not there.
    pub reason: Option<LinkReason>,
    /// When Kith tries again.
    #[ts(type = "Millis | null")]
    pub retry_at: Option<i64>,
    /// Whether the disk is full, so that what arrives waits for room.
    pub needs_room: bool,
}
