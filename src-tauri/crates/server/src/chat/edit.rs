//! Correcting and removing messages (`protocol/xmpp.md` §10). The stanza has an
//! id of its own and is no message; it changes the one it names.

use std::sync::Arc;

use futures::FutureExt;
use kith_wire::xml::Element;
use kith_wire::xmpp::ns;
use serde_json::Value;
use sqlx::SqliteConnection;

use crate::chat::address::Target;
use crate::chat::fanout::{Delivery, Echo};
use crate::chat::message::MOST_TEXT;
use crate::chat::{Author, Refusal, dialog, extra};
use crate::db::dialogs::{self, Dialog, PRIVATE};
use crate::db::messages::{self, Message};
use crate::db::{After, Done, Written};
use crate::site::Site;

const NO_MESSAGE: Refusal = Refusal::NotFound("There is no such message.");

async fn find(
    tx: &mut SqliteConnection,
    id: Option<&str>,
) -> Result<Option<(Message, Dialog)>, Refusal> {
    let id = id.ok_or(NO_MESSAGE)?.to_ascii_lowercase();
    let Some(message) = messages::by_id(&mut *tx, &id).await? else {
        return Ok(None);
    };
    let dialog = dialogs::by_id(&mut *tx, &message.dialog_id)
        .await?
        .ok_or(NO_MESSAGE)?;
    Ok(Some((message, dialog)))
}

/// About a message that no history has, because it was only passed on (one that destroys
/// itself, for example): passed on as well, among people who may write there. Whether it
/// comes from the author of that message only those can know who have it.
async fn in_passing(
    tx: &mut SqliteConnection,
    site: &Arc<Site>,
    author: &Author,
    mut stanza: Element,
) -> Result<Done<()>, Refusal> {
    let dialog = match Target::read(stanza.attr("to")) {
        Target::User(other) => dialogs::by_pair(&mut *tx, author.user_id, other).await?,
        Target::Room(dialog_id) => dialogs::by_id(&mut *tx, &dialog_id).await?,
        Target::Server => None,
    };
    let dialog = dialog.ok_or(NO_MESSAGE)?;
    dialog::check_may_write(tx, &dialog, author.user_id).await?;
    extra::set(&mut stanza, &[("dialog_id", &dialog.id)]);
    let delivery = announce(tx, site, author, &dialog, stanza).await?;
    Ok(((), sent(site, delivery)))
}

/// Corrects a message: its author only. Custom parameters are replaced when the
/// correction brings some, and kept when it brings none.
pub(crate) fn replace(site: &Arc<Site>, author: &Author, stanza: Element) -> Written<(), Refusal> {
    let (held, author) = (Arc::clone(site), author.clone());
    site.db
        .write(move |tx| async move { put_text(tx, &held, &author, stanza).await }.boxed())
}

async fn put_text(
    tx: &mut SqliteConnection,
    site: &Arc<Site>,
    author: &Author,
    mut stanza: Element,
) -> Result<Done<()>, Refusal> {
    let body = stanza.child_text("body").unwrap_or_default();
    if body.len() > MOST_TEXT {
        return Err(Refusal::TooLarge(format!(
            "A message can have at most {MOST_TEXT} bytes of text."
        )));
    }
    let named = stanza
        .child("replace", ns::CORRECT)
        .and_then(|replace| replace.attr("id"));
    let Some((message, dialog)) = find(tx, named).await? else {
        return in_passing(tx, site, author, stanza).await;
    };
    if message.sender_id != author.user_id {
        return Err(Refusal::Forbidden("Only its author can correct a message."));
    }
    dialog::check_may_write(tx, &dialog, author.user_id).await?;
    let custom = extra::custom(&stanza);
    let params = if custom.is_empty() {
        message.params.clone()
    } else {
        Value::Object(custom).to_string()
    };
    let now = site.now();
    messages::edit(tx, message.seq, &body, &params, now).await?;
    dialogs::touch(tx, &dialog.id, now).await?;
    extra::set(&mut stanza, &[("dialog_id", &dialog.id)]);
    let mut delivery = announce(tx, site, author, &dialog, stanza).await?;
    // Behind the message itself, if that still waits for somebody.
    delivery.keep(tx, site, &message.id, now).await?;
    Ok(((), sent(site, delivery)))
}

/// Removes a message for everybody, because somebody sent a `remove` stanza.
pub(crate) fn remove(site: &Arc<Site>, author: &Author, stanza: Element) -> Written<(), Refusal> {
    let named = stanza
        .child("remove", ns::DELETE)
        .and_then(|remove| remove.attr("id"))
        .map(str::to_owned);
    remove_named(site, author, named, stanza)
}

/// Removes a message for everybody and tells them with `stanza`: its author, and in
/// dialogs of more than two those who lead.
pub(crate) fn remove_named(
    site: &Arc<Site>,
    author: &Author,
    named: Option<String>,
    stanza: Element,
) -> Written<(), Refusal> {
    let (held, author) = (Arc::clone(site), author.clone());
    site.db
        .write(move |tx| async move { take_out(tx, &held, &author, named, stanza).await }.boxed())
}

async fn take_out(
    tx: &mut SqliteConnection,
    site: &Arc<Site>,
    author: &Author,
    named: Option<String>,
    mut stanza: Element,
) -> Result<Done<()>, Refusal> {
    let Some((message, dialog)) = find(tx, named.as_deref()).await? else {
        return in_passing(tx, site, author, stanza).await;
    };
    let standing = dialog::standing(&mut *tx, &dialog, author.user_id).await?;
    let is_mine = message.sender_id == author.user_id && standing.sees(&dialog);
    if !is_mine && (dialog.kind == PRIVATE || !standing.leads()) {
        return Err(Refusal::Forbidden(
            "Only its author, or somebody who leads the conversation, can remove a message.",
        ));
    }
    let now = site.now();
    messages::remove(tx, &message, now).await?;
    dialogs::touch(tx, &dialog.id, now).await?;
    extra::set(&mut stanza, &[("dialog_id", &dialog.id)]);
    let delivery = announce(tx, site, author, &dialog, stanza).await?;
    Ok(((), sent(site, delivery)))
}

async fn announce(
    tx: &mut SqliteConnection,
    site: &Site,
    author: &Author,
    dialog: &Dialog,
    stanza: Element,
) -> Result<Delivery, sqlx::Error> {
    let members = dialog::audience(tx, dialog).await?;
    Ok(Delivery::new(
        site,
        author,
        dialog,
        members,
        stanza,
        Echo::Yes,
    ))
}

fn sent(site: &Arc<Site>, delivery: Delivery) -> After {
    let site = Arc::clone(site);
    Box::new(move || delivery.send(&site))
}
