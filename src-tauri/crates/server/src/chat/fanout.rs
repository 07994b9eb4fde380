//! Getting a stanza to everybody it is for: those who are there now, and, for
//! what is worth keeping, those who come later.

use std::sync::Arc;

use kith_wire::xml::Element;
use kith_wire::xmpp::ns;
use sqlx::SqliteConnection;

use crate::chat::Author;
use crate::db::dialogs::{Dialog, GROUP, PRIVATE};
use crate::db::offline;
use crate::hub::Session;
use crate::random;
use crate::site::Site;
use crate::text::Text;

/// A stanza as text for any transport.
pub(crate) fn text(stanza: &Element) -> Text {
    Text::of(stanza)
}

/// Whether the author's own sessions get the room's copy.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Echo {
    /// They do, the sending one included: for the SDKs that is the confirmation.
    Yes,
    /// They do not: nobody needs to see their own typing.
    No,
}

/// A stanza about a dialog, on its way to everybody in it.
#[derive(Debug)]
pub(crate) struct Delivery {
    author: Author,
    /// The other person of a private dialog.
    other: Option<i64>,
    members: Vec<i64>,
    /// For whom it is kept; whoever of them comes in the meantime finds it there.
    kept_for: Vec<i64>,
    is_keepable: bool,
    echo: Echo,
    stanza: Element,
}

impl Delivery {
    /// Addresses a stanza: in a private dialog it comes from the author's full address, in
    /// every other one from `room/<author>` (`protocol/xmpp.md` §7.2).
    pub(crate) fn new(
        site: &Site,
        author: &Author,
        dialog: &Dialog,
        members: Vec<i64>,
        mut stanza: Element,
        echo: Echo,
    ) -> Self {
        let other = dialog
            .other(author.user_id)
            .filter(|_| dialog.kind == PRIVATE);
        match other {
            Some(other) => {
                stanza.set("type", "chat");
                stanza.set("from", author.jid.clone());
                stanza.set("to", site.bare_jid(other));
            }
            None => {
                stanza.set("type", "groupchat");
                let room = site.room_jid(&dialog.id);
                stanza.set("from", format!("{room}/{}", author.user_id));
            }
        }
        Self {
            author: author.clone(),
            other,
            members,
            kept_for: Vec::new(),
            is_keepable: matches!(dialog.kind, PRIVATE | GROUP),
            echo,
            stanza,
        }
    }

    /// Keeps the stanza for those who are not there, in private dialogs and groups.
    pub(crate) async fn keep(
        &mut self,
        tx: &mut SqliteConnection,
        site: &Site,
        message_id: &str,
        now: i64,
    ) -> Result<(), sqlx::Error> {
        if !self.is_keepable || site.switches.holds_relays() {
            return Ok(());
        }
        let author = self.author.user_id;
        self.kept_for = match self.other {
            Some(other) => vec![other],
            None => self.members.clone(),
        };
        self.kept_for.retain(|member| {
            let is_unheard = match self.other {
                Some(other) => site.keeps_apart(&self.author, other),
                None => site.silences(*member, author),
            };
            *member != author && !is_unheard && !site.hub.is_online(*member)
        });
        if self.kept_for.is_empty() {
            return Ok(());
        }
        let xml = self.stanza.to_xml();
        offline::keep(tx, &self.kept_for, message_id, &xml, now).await
    }

    /// Delivers it to those who are there, joined or not, and in a private dialog also to
    /// the author's other sessions.
    pub(crate) fn send(self, site: &Site) {
        match self.other {
            Some(other) => {
                if !self.kept_for.contains(&other) {
                    to_sessions(site, &self.author, other, &self.stanza);
                }
                carbon(site, &self.author, &self.stanza);
            }
            None => self.send_to_room(site),
        }
    }

    fn send_to_room(mut self, site: &Site) {
        if site.switches.holds_relays() {
            return;
        }
        let author = self.author.user_id;
        // The copies differ in one attribute, so the text is made once.
        let mark = random::hex_token(16);
        self.stanza.set("to", mark.clone());
        let whole = text(&self.stanza);
        for member in self.members {
            if (member == author && self.echo == Echo::No) || self.kept_for.contains(&member) {
                continue;
            }
            let mut sessions = site.hub.of(member);
            sessions.retain(|session| site.hears_in_rooms(session, author));
            if sessions.is_empty() {
                continue;
            }
            let copy = whole.with(&mark, &site.bare_jid(member));
            for session in sessions {
                session.deliver(&copy);
            }
        }
    }
}

/// Delivers a 1-1 stanza that belongs to no dialog, or to none in particular: to all sessions
/// of the recipient from the author's full address, and as a `sent` carbon (XEP-0280) to the
/// author's other sessions (`protocol/xmpp.md` §7.2, §15). `received` carbons are never sent;
/// the SDK takes them for markers.
pub(crate) fn to_user(site: &Site, author: &Author, recipient: i64, mut stanza: Element) {
    stanza.set("from", author.jid.clone());
    stanza.set("to", site.bare_jid(recipient));
    to_sessions(site, author, recipient, &stanza);
    carbon(site, author, &stanza);
}

/// Delivers an addressed stanza to the sessions of one person.
pub(crate) fn to_sessions(site: &Site, author: &Author, recipient: i64, stanza: &Element) {
    if site.switches.holds_relays()
        || recipient == author.user_id
        || site.keeps_apart(author, recipient)
    {
        return;
    }
    let sessions: Vec<Arc<Session>> = site.hub.of(recipient);
    if sessions.is_empty() {
        return;
    }
    let copy = text(stanza);
    for session in sessions {
        if site.hears(&session, author.user_id) {
            session.deliver(&copy);
        }
    }
}

/// Sends copies of what the author sent to the author's other sessions.
pub(crate) fn carbon(site: &Site, author: &Author, stanza: &Element) {
    if site.switches.holds_relays() {
        return;
    }
    let mut others = site.hub.of(author.user_id);
    others.retain(|session| Some(&session.resource) != author.resource.as_ref());
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
