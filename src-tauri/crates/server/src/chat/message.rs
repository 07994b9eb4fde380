//! Taking a message: find its dialog, store it, pass it on.

use std::sync::Arc;

use futures::FutureExt;
use kith_wire::xml::Element;
use kith_wire::xmpp::ns;
use serde_json::Value;
use sqlx::SqliteConnection;

use crate::chat::address::Target;
use crate::chat::fanout::{Delivery, Echo};
use crate::chat::{Author, Refusal, dialog, extra};
use crate::db::dialogs::{self, BROADCAST, Dialog, PRIVATE};
use crate::db::messages::{self, NewMessage};
use crate::db::{Done, Written, nothing};
use crate::random::is_object_id;
use crate::site::Site;

/// So many bytes of text a message may have. A book's chapter fits; a paste of 200 kB is
/// better sent as a file, and its sender is told so.
pub(crate) const MOST_TEXT: usize = 64 * 1024;
/// A sender's clock may be ahead by so much before the server's time is taken instead.
const AHEAD_SECONDS: i64 = 300;

/// Whether a message is passed on at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Relay {
    /// As usual.
    Yes,
    /// Only stored: REST without `send_to_chat` (`protocol/rest.md` §6.3).
    No,
}

/// A message that was taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Taken {
    pub(crate) id: String,
    pub(crate) dialog_id: String,
}

/// Where a message goes.
#[derive(Debug)]
struct Route {
    dialog: Dialog,
    /// Everybody it is for, the author included when a member.
    members: Vec<i64>,
}

/// Takes a message, whether a chat or a room's: it is in the queue to be written when this
/// returns, and written and passed on when the answer comes.
pub(crate) fn take(
    site: &Arc<Site>,
    author: &Author,
    stanza: Element,
    relay: Relay,
) -> Written<Taken, Refusal> {
    let (held, author) = (Arc::clone(site), author.clone());
    site.db
        .write(move |tx| async move { put(tx, &held, &author, stanza, relay).await }.boxed())
}

async fn put(
    tx: &mut SqliteConnection,
    site: &Arc<Site>,
    author: &Author,
    mut stanza: Element,
    relay: Relay,
) -> Result<Done<Taken>, Refusal> {
    let body = stanza.child_text("body").unwrap_or_default();
    if body.len() > MOST_TEXT {
        return Err(Refusal::TooLarge(format!(
            "A message can have at most {MOST_TEXT} bytes of text. Send a longer text as a file."
        )));
    }
    let now = site.now();
    let target = Target::read(stanza.attr("to"));
    let route = route(tx, site, author, &target).await?;
    let stanza_id = stanza
        .attr("id")
        .filter(|id| !id.is_empty())
        .map(str::to_owned);
    let id = stanza_id
        .as_deref()
        .filter(|id| is_object_id(id))
        .map_or_else(|| site.ids.next(now / 1000), str::to_ascii_lowercase);
    let stanza_id = stanza_id.unwrap_or_else(|| id.clone());
    let date_sent = date_sent(&stanza, now / 1000);
    let dialog_id = route.dialog.id.clone();

    let is_stored = extra::get(&stanza, "save_to_history").as_deref() == Some("1")
        && stanza.child("destroy", ns::DESTROY).is_none();
    if is_stored {
        let new = NewMessage {
            id: &id,
            stanza_id: &stanza_id,
            dialog_id: &dialog_id,
            sender_id: author.user_id,
            recipient_id: route.dialog.other(author.user_id).unwrap_or(0),
            body: &body,
            date_sent,
            attachments: &Value::Array(extra::attachments(&stanza)).to_string(),
            params: &Value::Object(extra::custom(&stanza)).to_string(),
            now,
        };
        if !store(tx, &route, &new).await? {
            // The same message once more, after a broken link: it is stored, and everybody
            // has been told. The repetition is acknowledged like the first.
            return Ok((Taken { id, dialog_id }, nothing()));
        }
    }
    if relay == Relay::No {
        return Ok((Taken { id, dialog_id }, nothing()));
    }
    stanza.set("id", stanza_id);
    extra::set(
        &mut stanza,
        &[
            ("dialog_id", &dialog_id),
            ("date_sent", &date_sent.to_string()),
            ("message_id", &id),
        ],
    );
    let is_passing = stanza.child("destroy", ns::DESTROY).is_some();
    let mut delivery = Delivery::new(
        site,
        author,
        &route.dialog,
        route.members,
        stanza,
        Echo::Yes,
    );
    // What destroys itself is for those who are there.
    if !is_passing {
        delivery.keep(tx, site, &id, now).await?;
    }
    let site = Arc::clone(site);
    Ok((
        Taken { id, dialog_id },
        Box::new(move || delivery.send(&site)),
    ))
}

/// Finds the dialog, and whether the author may write in it. A private dialog is made on
/// first use, unless one of the two blocks the other.
async fn route(
    tx: &mut SqliteConnection,
    site: &Site,
    author: &Author,
    target: &Target,
) -> Result<Route, Refusal> {
    let me = author.user_id;
    let dialog = match target {
        Target::User(other) => {
            if site.keeps_apart(author, *other) {
                return Err(Refusal::Blocked);
            }
            dialog::private(tx, site, me, *other).await?
        }
        Target::Room(dialog_id) => dialogs::by_id(&mut *tx, dialog_id)
            .await?
            .ok_or(Refusal::NotFound("There is no such conversation."))?,
        Target::Server => return Err(Refusal::Bad("The message is addressed to nobody.")),
    };
    let members = match (dialog.kind, dialog.pair_low, dialog.pair_high) {
        (PRIVATE, Some(low), Some(high)) if low == high => vec![low],
        (PRIVATE, Some(low), Some(high)) => vec![low, high],
        _ => dialog::audience(tx, &dialog).await?,
    };
    if dialog.kind == BROADCAST {
        dialog::check_may_write(tx, &dialog, me).await?;
    } else if !members.contains(&me) {
        return Err(dialog::NOT_A_MEMBER);
    }
    if dialog.kind == PRIVATE
        && dialog
            .other(me)
            .is_some_and(|other| site.keeps_apart(author, other))
    {
        return Err(Refusal::Blocked);
    }
    Ok(Route { dialog, members })
}

/// When the sender says the message was written: seconds, though some SDKs send
/// milliseconds (`protocol/xmpp.md` §5).
fn date_sent(stanza: &Element, now: i64) -> i64 {
    let Some(claimed) = extra::get(stanza, "date_sent").and_then(|text| text.parse::<f64>().ok())
    else {
        return now;
    };
    #[expect(
        clippy::cast_possible_truncation,
        reason = "a cast of a float saturates"
    )]
    let claimed = claimed as i64;
    let claimed = if claimed > 100_000_000_000 {
        claimed / 1000
    } else {
        claimed
    };
    if claimed <= 0 || claimed > now + AHEAD_SECONDS {
        now
    } else {
        claimed
    }
}

/// Stores a message with a receipt for everybody it is for; tells whether it is new.
async fn store(
    tx: &mut SqliteConnection,
    route: &Route,
    new: &NewMessage<'_>,
) -> Result<bool, Refusal> {
    let dialog = &route.dialog;
    let Some(seq) = messages::insert_new(tx, new).await? else {
        let holder = messages::holder(tx, new.id, new.stanza_id, new.sender_id).await?;
        let is_the_same = holder.is_some_and(|holder| {
            holder.sender_id == new.sender_id
                && (holder.dialog_id.is_empty() || holder.dialog_id == dialog.id)
        });
        return if is_the_same {
            Ok(false)
        } else {
            Err(Refusal::Conflict("This id belongs to another message."))
        };
    };
    let addressees: Vec<i64> = route
        .members
        .iter()
        .copied()
        .filter(|id| *id != new.sender_id && dialog.kind != BROADCAST)
        .collect();
    messages::settle(tx, seq, &dialog.id, &addressees, new.now).await?;
    Ok(true)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_senders_clock_is_believed_within_reason() {
        let now = 1_790_000_000;
        for (claimed, taken) in [
            ("1789990000", 1_789_990_000),
            ("1789990000000", 1_789_990_000),
            ("1789990000.5", 1_789_990_000),
            ("1790000200", 1_790_000_200),
            ("1790000900", now),
            ("0", now),
            ("-5", now),
            ("yesterday", now),
        ] {
            let mut stanza = Element::new("message", ns::CLIENT);
            extra::set(&mut stanza, &[("date_sent", claimed)]);
            assert_eq!(date_sent(&stanza, now), taken, "{claimed}");
        }
        assert_eq!(date_sent(&Element::new("message", ns::CLIENT), now), now);
    }
}
