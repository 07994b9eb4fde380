//! Authentication (RFC 6120 §6, `protocol/xmpp.md` §2).

use std::fmt;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use super::ns;
use crate::xml::Element;

/// The elements of the exchange. `PLAIN` needs one each way.
#[derive(Clone, PartialEq, Eq)]
pub enum Sasl {
    /// The client begins.
    Auth {
        /// How.
        mechanism: String,
        /// With what, decoded; `None` when it is no base64.
        data: Option<Vec<u8>>,
    },
    /// It worked.
    Success,
    /// It did not. The stream stays open (`protocol/xmpp.md` §2).
    Failure {
        /// Such as `not-authorized`.
        condition: String,
        /// For people.
        text: Option<String>,
    },
    /// The client gives up.
    Abort,
}

impl fmt::Debug for Sasl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Auth { mechanism, .. } => write!(f, "Auth {mechanism}"),
            Self::Success => f.write_str("Success"),
            Self::Failure { condition, .. } => write!(f, "Failure {condition}"),
            Self::Abort => f.write_str("Abort"),
        }
    }
}

impl Sasl {
    /// Reads it.
    #[must_use]
    pub fn read(element: &Element) -> Option<Self> {
        if element.ns != ns::SASL {
            return None;
        }
        match element.local() {
            "auth" => Some(Self::Auth {
                mechanism: element.attr("mechanism").unwrap_or_default().to_owned(),
                data: decode(&element.text()),
            }),
            "success" => Some(Self::Success),
            "failure" => Some(Self::Failure {
                condition: element
                    .elements()
                    .find(|e| e.local() != "text")
                    .map_or_else(|| "not-authorized".to_owned(), |e| e.local().to_owned()),
                text: element.child_text("text"),
            }),
            "abort" => Some(Self::Abort),
            _ => None,
        }
    }

    /// Writes it.
    #[must_use]
    pub fn write(&self) -> Element {
        match self {
            Self::Auth { mechanism, data } => {
                let data = data.as_deref().map_or_else(String::new, |data| {
                    if data.is_empty() {
                        "=".to_owned()
                    } else {
                        STANDARD.encode(data)
                    }
                });
                Element::new("auth", ns::SASL)
                    .with("mechanism", mechanism)
                    .with_text(data)
            }
            Self::Success => Element::new("success", ns::SASL),
            Self::Failure { condition, text } => {
                let text = text.as_ref().map(|t| {
                    Element::new("text", ns::SASL)
                        .with("xml:lang", "en")
                        .with_text(t)
                });
                Element::new("failure", ns::SASL)
                    .with_child(Element::new(condition.as_str(), ns::SASL))
                    .with_children(text)
            }
            Self::Abort => Element::new("abort", ns::SASL),
        }
    }
}

fn decode(text: &str) -> Option<Vec<u8>> {
    match text.trim() {
        "=" | "" => Some(Vec::new()),
        text => STANDARD.decode(text).ok(),
    }
}

/// What `PLAIN` carries (RFC 4616).
#[derive(Clone, PartialEq, Eq)]
pub struct Plain {
    /// On whose behalf; a sample of the documentation fills it with the bare
    /// address, the SDK leaves it empty.
    pub authzid: String,
    /// `<user>-<app>`; a domain behind it is taken off.
    pub user: String,
    /// A password or a session token.
    pub password: String,
}

impl fmt::Debug for Plain {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Plain")
            .field("user", &self.user)
            .finish_non_exhaustive()
    }
}

impl Plain {
    /// Reads the three parts.
    #[must_use]
    pub fn read(data: &[u8]) -> Option<Self> {
        let text = std::str::from_utf8(data).ok()?;
        let mut parts = text.splitn(3, '\0').map(str::to_owned);
        let (authzid, user, password) = (parts.next()?, parts.next()?, parts.next()?);
        let user = user
            .split_once('@')
            .map_or(user.clone(), |(local, _)| local.to_owned());
        Some(Self {
            authzid,
            user,
            password,
        })
    }

    /// Writes the three parts.
    #[must_use]
    pub fn write(&self) -> Vec<u8> {
        format!("{}\0{}\0{}", self.authzid, self.user, self.password).into_bytes()
    }
}
