//! PLAIN, the only mechanism offered: the password may be the person's or one
//! of their session tokens, and both must be tried (`protocol/xmpp.md` §2).

use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use kith_wire::xml::Element;
use kith_wire::xmpp::ns;

use crate::db::{sessions, users};
use crate::estate::Estate;
use crate::limits::LoginLimits;
use crate::password;
use crate::site::Site;

/// Why somebody is not let in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Denied {
    /// Name or password are wrong.
    NotAuthorized,
    /// Too many wrong attempts; later.
    TooOften,
    /// Not PLAIN.
    InvalidMechanism,
    /// Not base64 of two zeros and what stands around them.
    IncorrectEncoding,
    /// The server cannot tell.
    Temporary,
}

impl Denied {
    /// The answer.
    pub(crate) fn answer(self) -> Element {
        let (condition, text) = match self {
            Self::NotAuthorized => ("not-authorized", "Password not verified"),
            Self::TooOften => (
                "temporary-auth-failure",
                "Too many wrong passwords. Try again in a minute.",
            ),
            Self::InvalidMechanism => ("invalid-mechanism", "The mechanism is PLAIN."),
            Self::IncorrectEncoding => ("incorrect-encoding", "The credentials cannot be read."),
            Self::Temporary => (
                "temporary-auth-failure",
                "The server cannot check this now.",
            ),
        };
        Element::new("failure", ns::SASL)
            .with_child(Element::new(condition, ns::SASL))
            .with_child(
                Element::new("text", ns::SASL)
                    .with("xml:lang", "en")
                    .with_text(text),
            )
    }
}

/// Who is asking to come in, and to which application.
pub(crate) async fn check(estate: &Estate, auth: &Element) -> Result<(Arc<Site>, i64), Denied> {
    if auth.attr("mechanism") != Some("PLAIN") {
        return Err(Denied::InvalidMechanism);
    }
    let decoded = STANDARD
        .decode(auth.text().trim())
        .ok()
        .and_then(|bytes| String::from_utf8(bytes).ok())
        .ok_or(Denied::IncorrectEncoding)?;
    let mut parts = decoded.splitn(3, '\0');
    // The authorization id may be empty or the bare address; both mean oneself.
    let (Some(_), Some(name), Some(secret)) = (parts.next(), parts.next(), parts.next()) else {
        return Err(Denied::IncorrectEncoding);
    };
    let (user_id, app_id) = account(name).ok_or(Denied::NotAuthorized)?;
    let site = estate.site(app_id).await.ok_or(Denied::NotAuthorized)?;
    check_secret(&site, user_id, secret).await?;
    Ok((site, user_id))
}

async fn check_secret(site: &Site, user_id: i64, secret: &str) -> Result<(), Denied> {
    let account = LoginLimits::account(user_id);
    let now = site.now();
    let failed = |error: sqlx::Error| {
        tracing::error!(%error, "a login could not be checked");
        Denied::Temporary
    };
    let session = sessions::by_token(site.db.read(), secret, now)
        .await
        .map_err(failed)?;
    if session.is_some_and(|session| session.user_id == Some(user_id)) {
        return Ok(());
    }
    if !site.logins.allows(&account, now) {
        return Err(Denied::TooOften);
    }
    let stored = users::password(site.db.read(), user_id)
        .await
        .map_err(failed)?;
    let fits = match stored.filter(|hash| !hash.is_empty()) {
        Some(hash) => password::fits(secret.to_owned(), hash).await,
        None => false,
    };
    if fits {
        site.logins.succeeded(&account);
        return Ok(());
    }
    site.logins.failed(&account, now);
    Err(Denied::NotAuthorized)
}

/// `<userId>-<appId>`, with a domain or without.
fn account(name: &str) -> Option<(i64, u64)> {
    let local = name.split('@').next()?;
    let (user_id, app_id) = local.split_once('-')?;
    let user_id = user_id.parse().ok().filter(|id| *id > 0)?;
    Some((user_id, app_id.parse().ok()?))
}
