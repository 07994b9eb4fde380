//! The rules of conversations, whichever door a request came in by.
//!
//! Everything that changes something follows one order: it waits in the queue
//! of the database's one writer, checks, writes, is committed, perhaps together
//! with others, and only then the sessions of those whom it concerns are told,
//! before the next transaction begins. So what people see live has the order of
//! the commits, and nothing is seen that could still be lost.

pub(crate) mod address;
pub(crate) mod dialog;
pub(crate) mod edit;
pub(crate) mod extra;
pub(crate) mod fanout;
pub(crate) mod marker;
pub(crate) mod message;
pub(crate) mod privacy;
pub(crate) mod reaction;
pub(crate) mod signal;

use std::sync::Arc;

use futures::FutureExt;
use futures::future::BoxFuture;
use kith_wire::xml::Element;
use kith_wire::xmpp::ns;
use thiserror::Error;

use crate::db::Failure;
use crate::site::Site;

/// Who is writing.
#[derive(Debug, Clone)]
pub(crate) struct Author {
    pub(crate) user_id: i64,
    /// The address others see: full for a chat session, bare for REST.
    pub(crate) jid: String,
    /// The session it came from, which gets no copy of its own 1-1 messages.
    pub(crate) resource: Option<String>,
}

impl Author {
    /// Somebody who writes over REST, so that every chat session of theirs gets a copy.
    pub(crate) fn over_rest(site: &Site, user_id: i64) -> Self {
        Self {
            user_id,
            jid: site.bare_jid(user_id),
            resource: None,
        }
    }
}

/// Why something is not done. Each has one code on either door.
#[derive(Debug, Error)]
pub(crate) enum Refusal {
    /// The request makes no sense.
    #[error("{0}")]
    Bad(&'static str),
    /// Not by this person.
    #[error("{0}")]
    Forbidden(&'static str),
    /// There is no such thing, or not for this person.
    #[error("{0}")]
    NotFound(&'static str),
    /// Kept back, because one of the two blocks the other. Nobody is told which.
    #[error("Service not available.")]
    Blocked,
    /// Too large.
    #[error("{0}")]
    TooLarge(String),
    /// The id belongs to somebody else's message.
    #[error("{0}")]
    Conflict(&'static str),
    /// Not here.
    #[error("{0}")]
    NotImplemented(&'static str),
    /// The database failed.
    #[error("the server could not store or read this: {0}")]
    Failed(#[from] sqlx::Error),
}

impl Failure for Refusal {
    fn is_of_the_database(&self) -> bool {
        matches!(self, Self::Failed(_))
    }
}

impl Refusal {
    /// The legacy code, which the SDK shows (`protocol/xmpp.md` §16), the type of the
    /// error, and its condition.
    pub(crate) fn condition(&self) -> (u16, &'static str, &'static str) {
        match self {
            Self::Bad(_) => (400, "modify", "bad-request"),
            Self::Forbidden(_) => (403, "auth", "forbidden"),
            Self::NotFound(_) => (404, "cancel", "item-not-found"),
            Self::TooLarge(_) => (406, "modify", "not-acceptable"),
            Self::Conflict(_) => (409, "cancel", "conflict"),
            Self::NotImplemented(_) => (501, "cancel", "feature-not-implemented"),
            Self::Blocked => (503, "cancel", "service-unavailable"),
            Self::Failed(_) => (500, "wait", "internal-server-error"),
        }
    }

    /// What the person is told; the database's own words are for the log.
    pub(crate) fn text(&self) -> String {
        match self {
            Self::Failed(error) => {
                tracing::error!(%error, "the database failed");
                "The server could not store or read this.".to_owned()
            }
            other => other.to_string(),
        }
    }
}

/// How far a stanza has come.
pub(crate) enum Taking {
    /// It is done, or refused.
    Over(Result<(), Refusal>),
    /// It is in the queue to be written, behind everything that came before it.
    Queued(BoxFuture<'static, Result<(), Refusal>>),
    /// It is only passed on, and not yet: what came before it must be done first.
    InPlace(BoxFuture<'static, Result<(), Refusal>>),
}

/// Takes a `<message>` that somebody sent and does what it says. First match wins, as in
/// the SDK (`protocol/xmpp.md` §7.3).
pub(crate) fn take(site: &Arc<Site>, author: &Author, stanza: Element) -> Taking {
    match stanza.attr("type") {
        Some("error") => return Taking::Over(Ok(())),
        Some("headline") => return Taking::Over(signal::headline(site, author, stanza)),
        _ => {}
    }
    let has = |name: &str, namespace: &str| stanza.child(name, namespace).is_some();
    if has("composing", ns::CHAT_STATES) || has("paused", ns::CHAT_STATES) {
        // A message with a body may say "active"; one that says "composing" is only that.
        if stanza.child_named("body").is_none() {
            let (site, author) = (Arc::clone(site), author.clone());
            return Taking::InPlace(
                async move { signal::typing(&site, &author, stanza).await }.boxed(),
            );
        }
    }
    if has("received", ns::MARKERS) || has("displayed", ns::MARKERS) {
        return Taking::Queued(marker::take(site, author, stanza).done().boxed());
    }
    if has("replace", ns::CORRECT) {
        return Taking::Queued(edit::replace(site, author, stanza).done().boxed());
    }
    if has("remove", ns::DELETE) {
        return Taking::Queued(edit::remove(site, author, stanza).done().boxed());
    }
    let taken = message::take(site, author, stanza, message::Relay::Yes).done();
    Taking::Queued(taken.map(|taken| taken.map(|_| ())).boxed())
}

/// The same, up to the end.
pub(crate) async fn take_now(
    site: &Arc<Site>,
    author: &Author,
    stanza: Element,
) -> Result<(), Refusal> {
    match take(site, author, stanza) {
        Taking::Over(result) => result,
        Taking::Queued(doing) | Taking::InPlace(doing) => doing.await,
    }
}
