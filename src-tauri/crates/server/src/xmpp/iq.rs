//! Questions the server answers itself (`protocol/xmpp.md` §13). It asks none:
//! the SDK takes every question with a `query` for a "last activity".

use std::sync::Arc;

use kith_wire::xml::Element;
use kith_wire::xmpp::ns;

use crate::chat::Refusal;
use crate::chat::address::Target;
use crate::chat::dialog;
use crate::chat::fanout::text;
use crate::db::{dialogs, users};
use crate::hub::Session;
use crate::site::Site;
use crate::xmpp::{errors, privacy, watch};

/// Takes an `<iq>`.
pub(crate) async fn take(site: &Arc<Site>, session: &Arc<Session>, stanza: &Element) {
    let is_set = match stanza.attr("type") {
        Some("get") => false,
        Some("set") => true,
        _ => return,
    };
    let reply = match stanza.elements().next() {
        Some(request) if request.is("query", ns::PRIVACY) => {
            privacy::take(site, session, request, is_set).await
        }
        Some(request) if is_set && request.is("subscribe", ns::STATUS_STREAMING) => {
            watch::subscribe(site, session, request)
        }
        Some(request) if is_set => set(request),
        Some(request) => get(site, session, stanza, request).await,
        None => Reply::Error(400, "modify", "bad-request", "The request is empty."),
    };
    let answer = match reply {
        Reply::Empty => result(session, stanza),
        Reply::With(child) => result(session, stanza).with_child(child),
        Reply::Refused(refusal) => errors::refusal(stanza, &session.jid, &refusal),
        Reply::Error(code, kind, condition, words) => {
            errors::answer(stanza, Some(&session.jid), code, kind, condition, words)
        }
    };
    session.deliver(&text(&answer));
}

#[derive(Debug)]
pub(super) enum Reply {
    Empty,
    With(Element),
    Refused(Refusal),
    Error(u16, &'static str, &'static str, &'static str),
}

const UNKNOWN: Reply = Reply::Error(
    503,
    "cancel",
    "service-unavailable",
    "The server does not know this request.",
);

fn result(session: &Session, stanza: &Element) -> Element {
    Element::new("iq", ns::CLIENT)
        .with("type", "result")
        .with_some("id", stanza.attr("id"))
        .with_some("from", stanza.attr("to"))
        .with("to", session.jid.clone())
}

fn set(request: &Element) -> Reply {
    match (request.local(), request.ns.as_str()) {
        // Carbons are always on: every session of a person sees the whole conversation.
        ("enable" | "disable", ns::CARBONS)
        | ("session", ns::SESSION)
        | ("mobile", ns::MOBILE)
        | ("query", ns::ROSTER) => Reply::Empty,
        _ => UNKNOWN,
    }
}

async fn get(
    site: &Arc<Site>,
    session: &Arc<Session>,
    stanza: &Element,
    request: &Element,
) -> Reply {
    let target = Target::read(stanza.attr("to"));
    match (request.local(), request.ns.as_str()) {
        ("ping", ns::PING) => Reply::Empty,
        ("query", ns::LAST) => match target {
            Target::User(user_id) => last_activity(site, session.user_id, user_id).await,
            Target::Room(_) | Target::Server => UNKNOWN,
        },
        ("query", ns::ROSTER) => Reply::With(Element::new("query", ns::ROSTER)),
        ("query", ns::DISCO_INFO) => Reply::With(about(&target)),
        ("query", ns::DISCO_ITEMS) => match target {
            Target::Room(dialog_id) => occupants(site, session, &dialog_id).await,
            Target::User(_) | Target::Server => Reply::With(Element::new("query", ns::DISCO_ITEMS)),
        },
        _ => UNKNOWN,
    }
}

/// Seconds since somebody was last there; 0 while they are (XEP-0012).
async fn last_activity(site: &Arc<Site>, asking: i64, user_id: i64) -> Reply {
    if site.hides(user_id, asking) {
        return Reply::Refused(Refusal::Blocked);
    }
    let last = |seconds: i64| {
        Reply::With(Element::new("query", ns::LAST).with("seconds", seconds.max(0).to_string()))
    };
    if site.hub.is_online(user_id) {
        return last(0);
    }
    match users::by_id(site.db.read(), user_id).await {
        Ok(Some(user)) => {
            let seen = user
                .last_seen_at
                .max(user.last_request_at)
                .unwrap_or(user.created_at);
            // 0 would say that they are here.
            last(((site.now() - seen) / 1000).max(1))
        }
        Ok(None) => Reply::Error(404, "cancel", "item-not-found", "There is no such person."),
        Err(error) => {
            tracing::error!(%error, "when somebody was last seen could not be read");
            Reply::Error(
                500,
                "wait",
                "internal-server-error",
                "The server could not look this up.",
            )
        }
    }
}

fn about(target: &Target) -> Element {
    let (category, kind) = match target {
        Target::Server => ("server", "im"),
        Target::User(_) => ("account", "registered"),
        Target::Room(_) => ("conference", "text"),
    };
    let identity = Element::new("identity", ns::DISCO_INFO)
        .with("category", category)
        .with("type", kind)
        .with("name", "Kith");
    let features = [
        ns::DISCO_INFO,
        ns::DISCO_ITEMS,
        ns::CARBONS,
        ns::PING,
        ns::LAST,
        ns::PRIVACY,
    ];
    Element::new("query", ns::DISCO_INFO)
        .with_child(identity)
        .with_children(
            features.map(|feature| Element::new("feature", ns::DISCO_INFO).with("var", feature)),
        )
}

/// Who of a room is online, told to its members.
async fn occupants(site: &Arc<Site>, session: &Arc<Session>, dialog_id: &str) -> Reply {
    let found = async {
        let Some(dialog) = dialogs::by_id(site.db.read(), dialog_id).await? else {
            return Ok::<_, sqlx::Error>(None);
        };
        let standing = dialog::standing(site.db.read(), &dialog, session.user_id).await?;
        if !standing.sees(&dialog) {
            return Ok(None);
        }
        Ok(Some(dialogs::members(site.db.read(), dialog_id).await?))
    };
    match found.await {
        Ok(Some(members)) => {
            let online = members
                .iter()
                .filter(|member| site.hub.is_online(member.user_id))
                .filter(|member| !site.hides(member.user_id, session.user_id));
            let room = site.room_jid(dialog_id);
            Reply::With(
                Element::new("query", ns::DISCO_ITEMS).with_children(online.map(|member| {
                    Element::new("item", ns::DISCO_ITEMS)
                        .with("jid", format!("{room}/{}", member.user_id))
                })),
            )
        }
        Ok(None) => Reply::Error(
            404,
            "cancel",
            "item-not-found",
            "There is no such conversation.",
        ),
        Err(error) => {
            tracing::error!(%error, "a room's occupants could not be read");
            Reply::Error(
                500,
                "wait",
                "internal-server-error",
                "The server could not look this up.",
            )
        }
    }
}
