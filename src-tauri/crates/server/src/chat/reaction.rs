//! Reactions: changed over REST, announced over XMPP (`protocol/xmpp.md` §10).

use std::sync::Arc;

use kith_wire::xml::Element;
use kith_wire::xmpp::ns;

use crate::chat::fanout::Echo;
use crate::chat::message::announce;
use crate::chat::{Author, Refusal, dialog, extra};
use crate::db::{dialogs, messages, reactions};
use crate::site::Site;

const NO_MESSAGE: Refusal = Refusal::NotFound("The resource wasn't found");

/// Adds and takes back a reaction, and tells everybody in the dialog what changed.
pub(crate) async fn change(
    site: &Arc<Site>,
    author: &Author,
    message_id: &str,
    add: Option<&str>,
    remove: Option<&str>,
) -> Result<(), Refusal> {
    let now = site.now();
    let mut turn = site.db.turn().await?;
    let mut tx = turn.begin().await?;
    let message = messages::by_id(&mut *tx, &message_id.to_ascii_lowercase())
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
    for (emoji, how) in [(add, "add"), (remove, "remove")] {
        let Some(emoji) = emoji.filter(|emoji| !emoji.is_empty() && emoji.len() <= 64) else {
            continue;
        };
        let done = match how {
            "add" => reactions::add(&mut tx, message.seq, author.user_id, emoji, now).await?,
            _ => reactions::remove(&mut tx, message.seq, author.user_id, emoji).await?,
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
        return Ok(());
    }
    messages::touch(&mut tx, message.seq, now).await?;
    let members = dialog::audience(&mut tx, &dialog).await?;
    tx.commit().await?;
    let mut stanza = Element::new("message", ns::CLIENT)
        .with("type", "chat")
        .with("id", site.ids.next(now / 1000));
    extra::set(&mut stanza, &[("dialog_id", &dialog.id)]);
    stanza.push(changes);
    announce(site, author, &dialog, members, stanza, Echo::Yes);
    drop(turn);
    Ok(())
}
