//! What is passed on to those who are there and never stored: typing
//! (`protocol/xmpp.md` §9) and system messages (§11).

use std::sync::Arc;

use kith_wire::xml::Element;

use crate::chat::address::Target;
use crate::chat::fanout::{self, Delivery, Echo};
use crate::chat::{Author, Refusal, extra};
use crate::db::dialogs::{self, Dialog, PRIVATE};
use crate::site::Site;

/// Passes typing on, with the dialog it belongs to. Nobody is told when it goes nowhere.
pub(crate) async fn typing(
    site: &Arc<Site>,
    author: &Author,
    mut stanza: Element,
) -> Result<(), Refusal> {
    let read = site.db.read();
    let dialog: Option<Dialog> = match Target::read(stanza.attr("to")) {
        Target::User(other) => dialogs::by_pair(read, author.user_id, other).await?,
        Target::Room(dialog_id) => dialogs::by_id(read, &dialog_id).await?,
        Target::Server => None,
    };
    let Some(dialog) = dialog else { return Ok(()) };
    if dialogs::member(read, &dialog.id, author.user_id)
        .await?
        .is_none()
    {
        return Ok(());
    }
    extra::set(&mut stanza, &[("dialog_id", &dialog.id)]);
    if dialog.kind == PRIVATE {
        let Some(other) = dialog.other(author.user_id) else {
            return Ok(());
        };
        stanza.set("type", "chat");
        stanza.set("from", author.jid.clone());
        stanza.set("to", site.bare_jid(other));
        // No carbon: where somebody is typing is nothing to their own other devices.
        fanout::to_sessions(site, author, other, &stanza);
        return Ok(());
    }
    let members: Vec<i64> = dialogs::members(read, &dialog.id)
        .await?
        .iter()
        .map(|member| member.user_id)
        .collect();
    Delivery::new(site, author, &dialog, members, stanza, Echo::No).send(site);
    Ok(())
}

/// Passes a system message on to those who are online. Rooms take none.
pub(crate) fn headline(site: &Arc<Site>, author: &Author, stanza: Element) -> Result<(), Refusal> {
    match Target::read(stanza.attr("to")) {
        Target::User(recipient) if site.keeps_apart(author, recipient) => Err(Refusal::Blocked),
        Target::User(recipient) => {
            fanout::to_user(site, author, recipient, stanza);
            Ok(())
        }
        Target::Room(_) => Err(Refusal::NotImplemented(
            "System messages can be sent to people only.",
        )),
        Target::Server => Err(Refusal::Bad("The message is addressed to nobody.")),
    }
}
