//! Delivered and read (`protocol/xmpp.md` §9): recorded, then passed on to the
//! author of the message. Also for rooms a marker is a 1-1 stanza.

use std::sync::Arc;

use kith_wire::xml::Element;
use kith_wire::xmpp::ns;

use crate::chat::address::Target;
use crate::chat::{Author, Refusal, dialog, extra, fanout};
use crate::db::receipts::Mark;
use crate::db::{dialogs, messages, receipts};
use crate::site::Site;

/// Takes a marker. One that makes no sense is dropped without a word: nobody waits for it.
pub(crate) async fn take(
    site: &Arc<Site>,
    author: &Author,
    mut stanza: Element,
) -> Result<(), Refusal> {
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
        return Ok(());
    };
    let mut turn = site.db.turn().await?;
    let mut tx = turn.begin().await?;
    let Some(message) = messages::by_id(&mut *tx, &id).await? else {
        tx.rollback().await?;
        return unknown(site, author, stanza).await;
    };
    let Some(dialog) = dialogs::by_id(&mut *tx, &message.dialog_id).await? else {
        return Ok(());
    };
    let standing = dialog::standing(&mut *tx, &dialog, author.user_id).await?;
    if !standing.sees(&dialog) || message.sender_id == author.user_id {
        return Ok(());
    }
    receipts::raise(
        &mut tx,
        message.seq,
        &dialog.id,
        author.user_id,
        mark,
        site.now(),
    )
    .await?;
    tx.commit().await?;
    // The SDK leaves the dialog out when the app forgot it; the message knows.
    extra::set(&mut stanza, &[("dialog_id", &dialog.id)]);
    stanza.set("type", "chat");
    fanout::to_user(site, author, message.sender_id, stanza);
    drop(turn);
    Ok(())
}

/// A marker for a message that was never stored is passed on between people who share a
/// dialog, because its sender counts on it.
async fn unknown(site: &Arc<Site>, author: &Author, stanza: Element) -> Result<(), Refusal> {
    let Target::User(to) = Target::read(stanza.attr("to")) else {
        return Ok(());
    };
    let Some(dialog_id) = extra::get(&stanza, "dialog_id") else {
        return Ok(());
    };
    for user_id in [author.user_id, to] {
        if dialogs::member(site.db.read(), &dialog_id, user_id)
            .await?
            .is_none()
        {
            return Ok(());
        }
    }
    fanout::to_user(site, author, to, stanza);
    Ok(())
}
