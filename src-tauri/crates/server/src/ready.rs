//! What a client needs to know about a running server: the ready line, and the
//! join link that carries the same in one piece of text.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::{Deserialize, Serialize};
use url::form_urlencoded::Serializer;

/// The one line that `kith-server` prints on standard output. A running server also keeps
/// it in its folder as `ready.json`, for a second process that finds the folder in use.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ready {
    /// Always true.
    pub ready: bool,
    /// What people call this server.
    pub name: String,
    /// The REST base, without a slash at the end.
    pub api_url: String,
    /// XMPP over WebSocket.
    pub chat_url: String,
    /// XMPP over TCP, `host:port`; TLS from the first byte unless the server is plain.
    pub chat_addr: String,
    /// The domain in users' addresses.
    pub chat_domain: String,
    /// The domain in rooms' addresses.
    pub muc_domain: String,
    /// The file with the certificate authority to trust; none when the server is plain.
    pub ca_cert: Option<String>,
    /// The application.
    pub app_id: u64,
    /// The application's key, which every client holds.
    pub auth_key: String,
    /// The key of request signatures, which old clients send (`protocol/rest.md` §3.1).
    pub auth_secret: String,
    /// The key of the administrator's calls.
    pub admin_key: String,
    /// `kith://join?…`, everything a client needs, the certificate included.
    pub join_link: String,
}

/// What goes into a join link.
#[derive(Debug)]
pub(crate) struct JoinLink<'a> {
    pub(crate) name: &'a str,
    pub(crate) api_url: &'a str,
    pub(crate) chat_addr: &'a str,
    pub(crate) plain: bool,
    pub(crate) chat_domain: &'a str,
    pub(crate) muc_domain: &'a str,
    pub(crate) app_id: u64,
    pub(crate) auth_key: &'a str,
    /// The authority's certificate in PEM.
    pub(crate) ca_pem: Option<&'a str>,
}

impl JoinLink<'_> {
    /// The link. Its keys: `name`, `api`, `chat` (host:port), `security` (`direct`,
    /// `start_tls` or `plain`), `domain`, `muc`, `app`, `key`, and `ca`: the certificate's
    /// PEM text in base64url without padding.
    pub(crate) fn text(&self) -> String {
        let mut query = Serializer::new(String::new());
        query
            .append_pair("name", self.name)
            .append_pair("api", self.api_url)
            .append_pair("chat", self.chat_addr)
            .append_pair("security", if self.plain { "plain" } else { "direct" })
            .append_pair("domain", self.chat_domain)
            .append_pair("muc", self.muc_domain)
            .append_pair("app", &self.app_id.to_string())
            .append_pair("key", self.auth_key);
        if let Some(pem) = self.ca_pem {
            query.append_pair("ca", &URL_SAFE_NO_PAD.encode(pem));
        }
        format!("kith://join?{}", query.finish())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_join_link_carries_everything_and_reads_back() {
        let link = JoinLink {
            name: "Übung & Co",
            api_url: "https://127.0.0.1:4443",
            chat_addr: "127.0.0.1:5223",
            plain: false,
            chat_domain: "chat.kith.local",
            muc_domain: "muc.chat.kith.local",
            app_id: 1,
            auth_key: "k",
            ca_pem: Some("-----BEGIN"),
        }
        .text();
        let url = url::Url::parse(&link).expect("the link is a URL");
        assert_eq!((url.scheme(), url.host_str()), ("kith", Some("join")));
        let pairs: Vec<(String, String)> = url.query_pairs().into_owned().collect();
        assert_eq!(
            pairs[0],
            ("name".into(), "Übung & Co".into()),
            "names survive the encoding"
        );
        assert_eq!(pairs[3], ("security".into(), "direct".into()));
        assert_eq!(
            URL_SAFE_NO_PAD.decode(&pairs[8].1).expect("base64url"),
            b"-----BEGIN",
            "the certificate is PEM in base64url"
        );
    }
}
