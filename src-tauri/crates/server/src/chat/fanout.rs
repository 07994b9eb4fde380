//! Getting a stanza to everybody it is for.

use std::sync::Arc;

use kith_wire::xml::Element;
use kith_wire::xmpp::ns;

use crate::chat::Author;
use crate::site::Site;

/// A stanza as text for any transport: one line, with its namespace declared.
pub(crate) fn text(stanza: &Element) -> Arc<str> {
    stanza.to_xml().into()
}

/// Delivers a 1-1 stanza: to all sessions of the recipient from the author's full address,
/// and as a `sent` carbon (XEP-0280) to the author's other sessions (`protocol/xmpp.md`
/// §7.2, §15). `received` carbons are never sent; the SDK takes them for markers.
pub(crate) fn to_user(site: &Site, author: &Author, recipient: i64, mut stanza: Element) {
    if site.switches.holds_relays() {
        return;
    }
    stanza.set("from", author.jid.clone());
    stanza.set("to", site.bare_jid(recipient));
    if recipient != author.user_id && !site.keeps_apart(author.user_id, recipient) {
        let copy = text(&stanza);
        for session in site.hub.of(recipient) {
            session.deliver(&copy);
        }
    }
    carbon(site, author, &stanza);
}

/// Sends copies of what the author sent to the author's other sessions.
pub(crate) fn carbon(site: &Site, author: &Author, stanza: &Element) {
    let others: Vec<_> = site
        .hub
        .of(author.user_id)
        .into_iter()
        .filter(|session| Some(&session.resource) != author.resource.as_ref())
        .collect();
    if others.is_empty() {
        return;
    }
    let bare = site.bare_jid(author.user_id);
    let kind = if stanza.attr("type") == Some("headline") {
        "headline"
    } else {
        "chat"
    };
    let forwarded = Element::new("forwarded", ns::FORWARD).with_child(stanza.clone());
    let sent = Element::new("sent", ns::CARBONS).with_child(forwarded);
    for session in others {
        let wrapper = Element::new("message", ns::CLIENT)
            .with("type", kind)
            .with("from", bare.clone())
            .with("to", session.jid.clone())
            .with_child(sent.clone());
        session.deliver(&text(&wrapper));
    }
}

/// Whether the author's own sessions get the room's copy.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Echo {
    /// They do, the sending one included: for the SDKs that is the confirmation.
    Yes,
    /// They do not: nobody needs to see their own typing.
    No,
}

/// Delivers a room's stanza to all sessions of all members, from `room/<author>`, joined or
/// not (`protocol/xmpp.md` §7.2).
pub(crate) fn to_room(
    site: &Site,
    author: &Author,
    dialog_id: &str,
    members: &[i64],
    mut stanza: Element,
    echo: Echo,
) {
    if site.switches.holds_relays() {
        return;
    }
    stanza.set(
        "from",
        format!("{}/{}", site.room_jid(dialog_id), author.user_id),
    );
    stanza.set("type", "groupchat");
    for member in members {
        if *member == author.user_id && echo == Echo::No {
            continue;
        }
        if site.silences(*member, author.user_id) {
            continue;
        }
        let sessions = site.hub.of(*member);
        if sessions.is_empty() {
            continue;
        }
        stanza.set("to", site.bare_jid(*member));
        let copy = text(&stanza);
        for session in sessions {
            session.deliver(&copy);
        }
    }
}
