//! Delivered and read (`protocol/xmpp.md` §9): recorded, then passed on to the
//! author of the message. Also for rooms a marker is a 1-1 stanza.

use std::sync::Arc;

use futures::FutureExt;
use kith_wire::xml::Element;
use kith_wire::xmpp::ns;
use sqlx::SqliteConnection;

use crate::chat::address::Target;
use crate::chat::{Author, Refusal, dialog, extra, fanout};
use crate::db::receipts::Mark;
use crate::db::{Done, Written, dialogs, messages, nothing, offline, receipts};
use crate::site::Site;

/// Takes a marker. One that makes no sense is dropped without a word: nobody waits for it.
pub(crate) fn take(site: &Arc<Site>, author: &Author, stanza: Element) -> Written<(), Refusal> {
    let (held, author) = (Arc::clone(site), author.clone());
    site.db
        .write(move |tx| async move { put(tx, &held, &author, stanza).await }.boxed())
}

async fn put(
    tx: &mut SqliteConnection,
    site: &Arc<Site>,
    author: &Author,
    mut stanza: Element,
) -> Result<Done<()>, Refusal> {
    let displayed = stanza.child("displayed", ns::MARKERS);
    let mark = if displayed.is_some() {
        Mark::Read
    } else {
        Mark::Delivered
    };
    let Some(id) = displayed
        .or_else(|| stanza.child("received", ns::MARKERS))
        .and_then(|marker| marker.attr("id"))
        .map(str::to_ascii_lowercase)
    else {
        return Ok(((), nothing()));
    };
    let Some(message) = messages::by_id(&mut *tx, &id).await? else {
        return unknown(tx, site, author, stanza).await;
    };
    let Some(dialog) = dialogs::by_id(&mut *tx, &message.dialog_id).await? else {
        return Ok(((), nothing()));
    };
    let standing = dialog::standing(&mut *tx, &dialog, author.user_id).await?;
    if !standing.sees(&dialog) || message.sender_id == author.user_id {
        return Ok(((), nothing()));
    }
    let now = site.now();
    let is_news = receipts::raise(tx, message.seq, &dialog.id, author.user_id, mark, now).await?;
    // The SDK leaves the dialog out when the app forgot it; the message knows.
    extra::set(&mut stanza, &[("dialog_id", &dialog.id)]);
    stanza.set("type", "chat");
    let to = message.sender_id;
    address(site, author, to, &mut stanza);
    // Whoever wrote it learns of it also when they are away; of each state once.
    let is_kept = is_news
        && !site.hub.is_online(to)
        && !site.keeps_apart(author, to)
        && !site.switches.holds_relays();
    if is_kept {
        offline::keep(tx, &[to], "", &stanza.to_xml(), now).await?;
    }
    Ok(((), pass_on(site, author, to, stanza, !is_kept)))
}

fn address(site: &Site, author: &Author, to: i64, stanza: &mut Element) {
    stanza.set("from", author.jid.clone());
    stanza.set("to", site.bare_jid(to));
}

fn pass_on(
    site: &Arc<Site>,
    author: &Author,
    to: i64,
    stanza: Element,
    is_live: bool,
) -> crate::db::After {
    let (site, author) = (Arc::clone(site), author.clone());
    Box::new(move || {
        if is_live {
            fanout::to_sessions(&site, &author, to, &stanza);
        }
        fanout::carbon(&site, &author, &stanza);
    })
}

/// A marker for a message that was never stored is passed on between people who share a
/// dialog, because its sender counts on it.
async fn unknown(
    tx: &mut SqliteConnection,
    site: &Arc<Site>,
    author: &Author,
    mut stanza: Element,
) -> Result<Done<()>, Refusal> {
    let Target::User(to) = Target::read(stanza.attr("to")) else {
        return Ok(((), nothing()));
    };
    let Some(dialog_id) = extra::get(&stanza, "dialog_id") else {
        return Ok(((), nothing()));
    };
    for user_id in [author.user_id, to] {
        if dialogs::member(&mut *tx, &dialog_id, user_id)
            .await?
            .is_none()
        {
            return Ok(((), nothing()));
        }
    }
    address(site, author, to, &mut stanza);
    Ok(((), pass_on(site, author, to, stanza, true)))
}
