//! Reactions: changed over REST, announced over XMPP (`protocol/xmpp.md` §10).

use std::sync::Arc;

use futures::FutureExt;
use kith_wire::xml::Element;
use kith_wire::xmpp::ns;
use sqlx::SqliteConnection;

use crate::chat::fanout::{Delivery, Echo};
use crate::chat::{Author, Refusal, dialog, extra};
use crate::db::{Done, dialogs, messages, nothing, reactions};
use crate::site::Site;

const NO_MESSAGE: Refusal = Refusal::NotFound("The resource wasn't found");

/// What somebody adds to a message and takes back from it.
#[derive(Debug)]
pub(crate) struct Change {
    pub(crate) message_id: String,
    pub(crate) add: Option<String>,
    pub(crate) remove: Option<String>,
}

/// Adds and takes back a reaction, and tells everybody in the dialog what changed.
pub(crate) async fn change(
    site: &Arc<Site>,
    author: &Author,
    change: Change,
) -> Result<(), Refusal> {
    let (held, author) = (Arc::clone(site), author.clone());
    site.db
        .write(move |tx| async move { put(tx, &held, &author, &change).await }.boxed())
        .done()
        .await
}

async fn put(
    tx: &mut SqliteConnection,
    site: &Arc<Site>,
    author: &Author,
    change: &Change,
) -> Result<Done<()>, Refusal> {
    let now = site.now();
    let message = messages::by_id(&mut *tx, &change.message_id.to_ascii_lowercase())
        .await?
        .ok_or(NO_MESSAGE)?;
    let dialog = dialogs::by_id(&mut *tx, &message.dialog_id)
        .await?
        .ok_or(NO_MESSAGE)?;
    if !dialog::standing(&mut *tx, &dialog, author.user_id)
        .await?
        .sees(&dialog)
    {
        return Err(NO_MESSAGE);
    }
    let mut changes = Element::new("reactions", ns::CLIENT)
        .with("user_id", author.user_id.to_string())
        .with("message_id", message.id.clone());
    let mut is_changed = false;
    for (emoji, how) in [(&change.add, "add"), (&change.remove, "remove")] {
        let Some(emoji) = emoji
            .as_deref()
            .filter(|emoji| !emoji.is_empty() && emoji.len() <= 64)
        else {
            continue;
        };
        let done = match how {
            "add" => reactions::add(tx, message.seq, author.user_id, emoji, now).await?,
            _ => reactions::remove(tx, message.seq, author.user_id, emoji).await?,
        };
        if done {
            is_changed = true;
            changes.push(
                Element::new("reaction", ns::CLIENT)
                    .with(how, "true")
                    .with("type", emoji),
            );
        }
    }
    if !is_changed {
        return Ok(((), nothing()));
    }
    messages::touch(tx, message.seq, now).await?;
    let members = dialog::audience(tx, &dialog).await?;
    let mut stanza = Element::new("message", ns::CLIENT)
        .with("type", "chat")
        .with("id", site.ids.next(now / 1000));
    extra::set(&mut stanza, &[("dialog_id", &dialog.id)]);
    stanza.push(changes);
    let delivery = Delivery::new(site, author, &dialog, members, stanza, Echo::Yes);
    let site = Arc::clone(site);
    Ok(((), Box::new(move || delivery.send(&site))))
}
