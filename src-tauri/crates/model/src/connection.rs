//! Where a server is and which application is meant (`protocol/README.md` §2).

use serde::{Deserialize, Serialize};

use crate::{AppId, UserId};

/// How the chat's TCP connection is protected.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ChatSecurity {
    /// TLS from the first byte, port 5223 on the platform.
    Direct,
    /// TLS after asking, port 5222 on the platform.
    StartTls,
    /// None; allowed on loopback addresses only.
    Plain,
}

/// Where the chat listens.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct ChatAddress {
    /// A host name or an IP address.
    pub host: String,
    /// A TCP port.
    pub port: u16,
    /// How it is protected.
    pub security: ChatSecurity,
}

/// Everything that is needed to reach one application of one server. All three
/// ways into Kith end in one of these.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Connection {
    /// What people call it: a company's or a server's name.
    pub name: String,
    /// The REST base with scheme and without a slash at the end.
    pub api_url: String,
    /// Where the chat listens.
    pub chat: ChatAddress,
    /// The domain in users' addresses.
    pub chat_domain: String,
    /// The domain in rooms' addresses.
    pub muc_domain: String,
    /// Which application.
    pub app_id: AppId,
    /// The application's key. It identifies the application and is in every
    /// installed client, so it is no secret of the person's.
    pub auth_key: String,
    /// A certificate authority of the server's own, in PEM, to trust besides
    /// the system's.
    pub ca_cert: Option<String>,
}

impl Connection {
    /// A user's bare address: `<user>-<app>@<chat>` (`protocol/xmpp.md` §3).
    #[must_use]
    pub fn bare_jid(&self, user: UserId) -> String {
        format!("{user}-{}@{}", self.app_id, self.chat_domain)
    }
}
