//! The application as a whole: who is signed in, and if nobody can be, why.

use kith_model::{AppId, ChatAddress, ChatSecurity, Connection};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::PersonView;
use crate::error::Code;

/// Which screen is the first one. `welcome`: nobody is signed in. `home`:
/// somebody is. `locked`: this profile's data cannot be opened, see `problem`.
/// `sign_in_again`: the account is known, its password is needed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Phase {
    /// Nobody is signed in.
    Welcome,
    /// Somebody is.
    Home,
    /// This profile's data cannot be opened.
    Locked,
    /// The account is known, its password is needed.
    SignInAgain,
}

/// How a sign-in is kept: in the keychain, until Kith closes, or in a file
/// that only this user can read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Remember {
    /// In the operating system's keychain.
    Keychain,
    /// Until Kith closes.
    Session,
    /// In a file that only this user can read.
    File,
}

/// How the chat's connection is protected.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Security {
    /// TLS from the first byte.
    Direct,
    /// TLS after asking.
    StartTls,
    /// None; loopback addresses only.
    Plain,
}

/// Where a server is and which application is meant.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct ConnectionView {
    /// What people call it.
    pub name: String,
    /// The REST base, with scheme and without a slash at the end.
    pub api_url: String,
    /// Where the chat listens.
    pub chat_host: String,
    /// Where the chat listens.
    pub chat_port: u16,
    /// How the chat's connection is protected.
    pub chat_security: Security,
    /// The domain in users' addresses.
    pub chat_domain: String,
    /// The domain in rooms' addresses.
    pub muc_domain: String,
    /// Which application.
    pub app_id: u64,
    /// The application's key.
    pub auth_key: String,
    /// A certificate authority of the server's own, in PEM.
    pub ca_cert: Option<String>,
}

/// An account that this profile knows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct AccountView {
    /// Its number in this profile.
    pub id: u64,
    /// Who it is.
    pub person: PersonView,
    /// Where.
    pub connection_name: String,
    /// Whether its server runs inside Kith on this machine.
    pub is_local: bool,
    /// How many messages wait to be read there, as far as known here.
    pub unread: u32,
    /// Whether it is the one on screen.
    pub is_current: bool,
    /// Whether it does not work until its person has signed in again.
    pub needs_sign_in: bool,
}

/// Why this profile's data cannot be opened.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct ProblemView {
    /// What kind of problem.
    pub code: Code,
    /// What happened, and what can be done.
    pub message: String,
    /// Whether the data can be moved out of the way, kept, and fetched anew.
    pub can_set_aside: bool,
}

/// A server, other than the one on this machine, that somebody has signed in to here.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct KnownView {
    /// The way there.
    pub connection: ConnectionView,
    /// Who was signed in there last; `null` when they still are.
    pub login: Option<String>,
}

/// The application as a whole.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct AppView {
    /// Which screen is the first one. `welcome`: nobody is signed in. `home`: somebody is.
    /// `locked`: this profile's data cannot be opened, see `problem`.
    /// `sign_in_again`: the account is known, its password is needed.
    #[ts(inline)]
    pub phase: Phase,
    /// Kith's version.
    pub version: String,
    /// Which profile this is.
    pub profile: String,
    /// Who is signed in, or is to sign in again.
    pub account: Option<AccountView>,
    /// Every account that is signed in here, that one included.
    pub accounts: Vec<AccountView>,
    /// Filled in on `sign_in_again`, and when Kith was opened with a join link.
    pub connection: Option<ConnectionView>,
    /// Filled in on `sign_in_again`.
    pub login: Option<String>,
    /// Filled in on `welcome`: servers that need no join link any more, the latest first.
    pub known: Vec<KnownView>,
    /// Filled in on `locked`.
    pub problem: Option<ProblemView>,
    /// Whether this machine has a keychain that works.
    pub has_keychain: bool,
    /// Whether Kith can start a server on this machine.
    pub can_try_here: bool,
}

impl From<&Connection> for ConnectionView {
    fn from(connection: &Connection) -> Self {
        Self {
            name: connection.name.clone(),
            api_url: connection.api_url.clone(),
            chat_host: connection.chat.host.clone(),
            chat_port: connection.chat.port,
            chat_security: match connection.chat.security {
                ChatSecurity::Direct => Security::Direct,
                ChatSecurity::StartTls => Security::StartTls,
                ChatSecurity::Plain => Security::Plain,
            },
            chat_domain: connection.chat_domain.clone(),
            muc_domain: connection.muc_domain.clone(),
            app_id: connection.app_id.0,
            auth_key: connection.auth_key.clone(),
            ca_cert: connection.ca_cert.clone(),
        }
    }
}

impl From<ConnectionView> for Connection {
    fn from(view: ConnectionView) -> Self {
        Self {
            name: view.name,
            api_url: view.api_url,
            chat: ChatAddress {
                host: view.chat_host,
                port: view.chat_port,
                security: match view.chat_security {
                    Security::Direct => ChatSecurity::Direct,
                    Security::StartTls => ChatSecurity::StartTls,
                    Security::Plain => ChatSecurity::Plain,
                },
            },
            chat_domain: view.chat_domain,
            muc_domain: view.muc_domain,
            app_id: AppId(view.app_id),
            auth_key: view.auth_key,
            ca_cert: view.ca_cert,
        }
    }
}
