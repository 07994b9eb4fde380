//! Presence: an echo for the client's own, and the rooms of old clients
//! (`protocol/xmpp.md` §12 and §13). There are no contact lists.

use std::sync::Arc;

use futures::FutureExt;
use kith_wire::rest::Date;
use kith_wire::xml::Element;
use kith_wire::xmpp::{Delay, ns};

use crate::chat::address::Target;
use crate::chat::fanout::text;
use crate::chat::{Refusal, dialog};
use crate::db::offline::{self, Waiting};
use crate::db::{After, dialogs};
use crate::hub::Session;
use crate::site::Site;
use crate::xmpp::errors;

/// Takes a `<presence>`.
pub(crate) async fn take(site: &Arc<Site>, session: &Arc<Session>, stanza: &Element) {
    if matches!(
        stanza.attr("type"),
        Some("error" | "subscribe" | "subscribed" | "unsubscribe" | "unsubscribed" | "probe")
    ) {
        return;
    }
    match Target::read(stanza.attr("to")) {
        Target::Room(dialog_id) => room(site, session, stanza, &dialog_id).await,
        Target::User(_) => {}
        Target::Server => {
            if stanza.attr("type").is_none() {
                let mut echo = stanza.clone();
                echo.set("from", session.jid.clone());
                echo.set("to", site.bare_jid(session.user_id));
                session.deliver(&text(&echo));
                missed(site, session).await;
            }
        }
    }
}

/// Gives somebody who came what was kept while they were away (`protocol/xmpp.md` §15).
async fn missed(site: &Arc<Site>, session: &Arc<Session>) {
    let user_id = session.user_id;
    let (held, to) = (Arc::clone(site), Arc::clone(session));
    let waited = site.db.write(move |tx| {
        async move {
            let found = offline::take(tx, user_id).await?;
            // In the order of the commits: what is written after this comes after it.
            let after: After = Box::new(move || {
                for waiting in found {
                    if let Some(stanza) = delayed(&held, user_id, &waiting) {
                        to.deliver(&text(&stanza));
                    }
                }
            });
            Ok::<_, Refusal>(((), after))
        }
        .boxed()
    });
    if let Err(error) = waited.done().await {
        tracing::error!(%error, "what waited for somebody could not be read");
    }
}

fn delayed(site: &Site, user_id: i64, waiting: &Waiting) -> Option<Element> {
    let mut stanza = Element::parse(&waiting.xml).ok()?;
    stanza.set("to", site.bare_jid(user_id));
    // A stanza that waits a second time keeps the time it has.
    if stanza.child("delay", ns::DELAY).is_none() {
        let delay = Delay {
            from: Some(site.identity.chat_domain.clone()),
            stamp: Some(Date(waiting.created_at)),
            reason: "Offline Storage".to_owned(),
        };
        stanza.push(delay.write());
    }
    Some(stanza)
}

/// Joining and leaving a room changes nothing: members get everything anyway. The answer
/// is what clients wait for, with one child more than the standard has, without which the
/// SDK waits for ever.
async fn room(site: &Arc<Site>, session: &Arc<Session>, stanza: &Element, dialog_id: &str) {
    let refuse = |code, condition, words| {
        let error = errors::answer(stanza, Some(&session.jid), code, "auth", condition, words);
        session.deliver(&text(&error));
    };
    let found = async {
        let Some(dialog) = dialogs::by_id(site.db.read(), dialog_id).await? else {
            return Ok::<_, sqlx::Error>(None);
        };
        let standing = dialog::standing(site.db.read(), &dialog, session.user_id).await?;
        Ok(Some((standing.sees(&dialog), standing.leads())))
    };
    let leads = match found.await {
        Ok(Some((true, leads))) => leads,
        Ok(Some((false, _))) => {
            return refuse(
                403,
                "forbidden",
                "You are not a member of this conversation.",
            );
        }
        Ok(None) => return refuse(404, "item-not-found", "There is no such conversation."),
        Err(error) => {
            tracing::error!(%error, "a room could not be looked up");
            return refuse(
                500,
                "internal-server-error",
                "The server could not look this up.",
            );
        }
    };
    let is_leaving = stanza.attr("type") == Some("unavailable");
    let status = |code: &str| Element::new("status", ns::MUC_USER).with("code", code);
    let item = Element::new("item", ns::MUC_USER)
        .with("affiliation", if leads { "admin" } else { "member" })
        .with("role", if is_leaving { "none" } else { "participant" })
        .with("jid", session.jid.clone())
        .with("nick", session.user_id.to_string());
    let mut x = Element::new("x", ns::MUC_USER)
        .with_child(item)
        .with_child(status("110"));
    if !is_leaving {
        x.push(status("100"));
    }
    let for_the_sdk = Element::new("xmlns", ns::MUC_USER)
        .with_child(Element::new("code", ns::MUC_USER).with_text("110"));
    x.push(for_the_sdk);
    let answer = Element::new("presence", ns::CLIENT)
        .with_some("id", stanza.attr("id"))
        .with(
            "from",
            format!("{}/{}", site.room_jid(dialog_id), session.user_id),
        )
        .with("to", session.jid.clone())
        .with_some("type", is_leaving.then_some("unavailable"))
        .with_child(x);
    session.deliver(&text(&answer));
}
