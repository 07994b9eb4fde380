//! Join links and join files: how an application or a server hands its
//! connection to a person.
//!
//! A link is `kith://join?name=…&api=…&chat=host:port&security=…&domain=…&muc=…&app=…&key=…&ca=…`;
//! `ca` is a PEM text in base64url. A file is a JSON object with the same keys,
//! or with those of the line that `kith-server` prints when it is ready. What
//! is left out is that of ConnectyCube's own cloud (`protocol/README.md` §2),
//! so that an application id and a key are enough there.

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use kith_model::{AppId, ChatAddress, ChatSecurity, Connection};
use serde_json::Value;
use url::{Host, Url};

use crate::error::{Answer, Code, UiError};

const CLOUD_API: &str = "https://api.connectycube.com";
const CLOUD_DOMAIN: &str = "chat.connectycube.com";
/// The platform's port for TLS from the first byte.
const DIRECT_PORT: u16 = 5223;
/// No join link or file is longer.
const LARGEST: usize = 256 * 1024;

/// Reads a join link, or the text of a join file.
pub fn read_join(text: &str) -> Answer<Connection> {
    let text = text.trim().trim_start_matches('\u{feff}');
    if text.is_empty() {
        return Err(refuse(
            "There is nothing here yet. Paste the whole join link, or choose the join file.",
        ));
    }
    if text.len() > LARGEST {
        return Err(refuse("This is too long to be a join link or a join file."));
    }
    let fields = if text.starts_with('{') {
        read_file(text)?
    } else {
        read_link(text)?
    };
    connection(&fields)
}

/// Checks a connection that came from outside: a form, a link, a file.
pub(crate) fn check(connection: &Connection) -> Answer<()> {
    let api = Url::parse(&connection.api_url).map_err(|error| {
        invalid("The server's address is not a web address.").with_detail(error)
    })?;
    let is_loopback_api = api.host().is_some_and(|host| is_loopback(&host));
    match api.scheme() {
        "https" => {}
        "http" if is_loopback_api => {}
        "http" => {
            return Err(invalid(
                "The server's address begins with http, which anybody on the way can read. Kith allows that only for a server on this machine. Use https.",
            ));
        }
        _ => return Err(invalid("The server's address must begin with https.")),
    }
    if api.host().is_none() || api.query().is_some() || api.fragment().is_some() {
        return Err(invalid("The server's address is not complete."));
    }
    let chat_host = parse_host(&connection.chat.host)
        .ok_or_else(|| invalid("The chat's address is not a host name."))?;
    if connection.chat.security == ChatSecurity::Plain && !is_loopback(&chat_host) {
        return Err(invalid(
            "The chat would be unencrypted, which anybody on the way can read. Kith allows that only for a server on this machine.",
        ));
    }
    if connection.chat.port == 0 {
        return Err(invalid("The chat's address lacks a port."));
    }
    for domain in [&connection.chat_domain, &connection.muc_domain] {
        if domain.is_empty() || domain.contains(['/', '@', ' ', '<', '>', '"', '\'', '&']) {
            return Err(invalid("The chat's domain is not a domain."));
        }
    }
    if connection.app_id.0 == 0 {
        return Err(invalid("The application id is missing. It is a number."));
    }
    if connection.auth_key.trim().is_empty() {
        return Err(invalid("The application's authorization key is missing."));
    }
    if let Some(ca) = &connection.ca_cert
        && !is_pem(ca)
    {
        return Err(invalid("The server's certificate is not in PEM form."));
    }
    Ok(())
}

fn refuse(message: &str) -> UiError {
    UiError::new(Code::JoinLink, message)
}

fn invalid(message: &str) -> UiError {
    UiError::invalid(message)
}

fn is_pem(text: &str) -> bool {
    text.contains("-----BEGIN CERTIFICATE-----") && text.contains("-----END CERTIFICATE-----")
}

fn parse_host(text: &str) -> Option<Host> {
    let bare = text.trim_start_matches('[').trim_end_matches(']');
    if bare.contains(':') {
        return bare.parse().ok().map(Host::Ipv6);
    }
    Host::parse(bare).ok()
}

fn is_loopback<S: AsRef<str>>(host: &Host<S>) -> bool {
    match host {
        Host::Domain(name) => name.as_ref().eq_ignore_ascii_case("localhost"),
        Host::Ipv4(address) => address.is_loopback(),
        Host::Ipv6(address) => address.is_loopback(),
    }
}

type Fields = BTreeMap<String, String>;

fn read_link(text: &str) -> Answer<Fields> {
    let url = Url::parse(text).map_err(|error| {
        refuse("This is not a join link. A join link begins with kith://join.").with_detail(error)
    })?;
    if url.scheme() != "kith" || url.host_str() != Some("join") {
        return Err(refuse(
            "This is not a join link. A join link begins with kith://join.",
        ));
    }
    Ok(url
        .query_pairs()
        .map(|(key, value)| (key.into_owned(), value.trim().to_owned()))
        .collect())
}

fn read_file(text: &str) -> Answer<Fields> {
    let json: Value = serde_json::from_str(text)
        .map_err(|error| refuse("This join file is damaged: it is not JSON.").with_detail(error))?;
    let Value::Object(json) = json else {
        return Err(refuse("This is JSON, but not a join file."));
    };
    let text_of = |key: &str| match json.get(key) {
        Some(Value::String(text)) => Some(text.trim().to_owned()),
        Some(Value::Number(number)) => Some(number.to_string()),
        _ => None,
    };
    if let Some(link) = text_of("join_link") {
        return read_link(&link);
    }
    let mut fields = Fields::new();
    for (key, other) in [
        ("name", "name"),
        ("api", "api_url"),
        ("chat", "chat_addr"),
        ("security", "security"),
        ("domain", "chat_domain"),
        ("muc", "muc_domain"),
        ("app", "app_id"),
        ("key", "auth_key"),
        ("ca", "ca_cert"),
    ] {
        if let Some(value) = text_of(key).or_else(|| text_of(other)) {
            fields.insert(key.to_owned(), value);
        }
    }
    Ok(fields)
}

fn connection(fields: &Fields) -> Answer<Connection> {
    let get = |key: &str| {
        fields
            .get(key)
            .map(String::as_str)
            .filter(|value| !value.is_empty())
    };
    let app_id: AppId = get("app")
        .ok_or_else(|| refuse("The join link lacks the application id."))?
        .parse()
        .map_err(|_| refuse("The application id in the join link is not a number."))?;
    let auth_key = get("key")
        .ok_or_else(|| refuse("The join link lacks the application's authorization key."))?
        .to_owned();
    let api_url = get("api")
        .unwrap_or(CLOUD_API)
        .trim_end_matches('/')
        .to_owned();
    let chat_domain = match (get("domain"), get("api")) {
        (Some(domain), _) => domain.to_owned(),
        (None, None) => CLOUD_DOMAIN.to_owned(),
        (None, Some(_)) => return Err(refuse("The join link lacks the chat's domain.")),
    };
    let muc_domain = get("muc").map_or_else(|| format!("muc.{chat_domain}"), str::to_owned);
    let security = match get("security") {
        Some("direct") => ChatSecurity::Direct,
        Some("start_tls") => ChatSecurity::StartTls,
        Some("plain") => ChatSecurity::Plain,
        None if api_url.starts_with("http://") => ChatSecurity::Plain,
        None => ChatSecurity::Direct,
        Some(_) => {
            return Err(refuse(
                "The join link asks for a kind of encryption that Kith does not know.",
            ));
        }
    };
    let (host, port) = match get("chat") {
        Some(address) => split_address(address)?,
        None => (chat_domain.clone(), DIRECT_PORT),
    };
    let connection = Connection {
        name: get("name").map_or_else(|| host_of(&api_url), str::to_owned),
        api_url,
        chat: ChatAddress {
            host,
            port,
            security,
        },
        chat_domain,
        muc_domain,
        app_id,
        auth_key,
        ca_cert: get("ca").map(read_certificate).transpose()?,
    };
    check(&connection).map_err(|error| UiError {
        code: Code::JoinLink,
        ..error
    })?;
    Ok(connection)
}

fn host_of(api_url: &str) -> String {
    Url::parse(api_url)
        .ok()
        .and_then(|url| url.host_str().map(str::to_owned))
        .unwrap_or_default()
}

fn split_address(address: &str) -> Answer<(String, u16)> {
    let wrong = || {
        refuse(
            "The chat's address in the join link must be a host and a port, like chat.example.com:5223.",
        )
    };
    let (host, port) = address.rsplit_once(':').ok_or_else(wrong)?;
    let host = host.trim_start_matches('[').trim_end_matches(']');
    let port = port.parse().map_err(|_| wrong())?;
    if host.is_empty() {
        return Err(wrong());
    }
    Ok((host.to_owned(), port))
}

/// A PEM text, the same in base64url or base64, or, in a file that
/// `kith-server` printed on this machine, the path to it.
fn read_certificate(text: &str) -> Answer<String> {
    if is_pem(text) {
        return Ok(text.to_owned());
    }
    let bare = text.trim_end_matches('=');
    let decoded = URL_SAFE_NO_PAD
        .decode(bare)
        .or_else(|_| STANDARD.decode(text))
        .ok()
        .and_then(|bytes| String::from_utf8(bytes).ok())
        .filter(|pem| is_pem(pem));
    if let Some(pem) = decoded {
        return Ok(pem);
    }
    std::path::Path::new(text)
        .extension()
        .filter(|extension| *extension == "pem")
        .and_then(|_| std::fs::read_to_string(text).ok())
        .filter(|pem| is_pem(pem))
        .ok_or_else(|| refuse("The server's certificate in the join link is damaged."))
}

#[cfg(test)]
#[path = "join_tests.rs"]
mod tests;
