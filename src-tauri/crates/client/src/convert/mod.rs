//! Between the wire and the model: the only folder that knows both.
//!
//! What comes in is judged here: what it means, and whether it may be believed
//! (a carbon copy only from one's own account). What cannot be placed in the
//! model, such as a message without a usable id, is left out, and REST tells of
//! it again.

mod attachment;
mod outgoing;
mod records;

use kith_model::{Connection, DialogId, Message, MessageId, Properties, Timestamp, UserId};
use kith_wire::rest;
use kith_wire::xml::{Element, names};
use kith_wire::xmpp::{
    self, ChatState, Direction, Extra, Kind, LastActivity, Marker, RoomJid, bare, system,
};

pub(crate) use outgoing::system_fields;
pub(crate) use records::{attachments, custom, dialog, found_message, message, person, profile};

use crate::{
    Activity, Edit, MarkerKind, ReactionChange, Recipient, Removal, ServerEvent, SystemKind,
    SystemMessage, Unplaced,
};

/// Whose stream it is, as far as stanzas depend on it.
#[derive(Debug, Clone)]
pub(crate) struct Account {
    pub(crate) connection: Connection,
    pub(crate) me: UserId,
}

impl Account {
    pub(crate) fn room(&self, dialog: &DialogId) -> String {
        let Connection {
            app_id, muc_domain, ..
        } = &self.connection;
        RoomJid {
            app: app_id.0,
            dialog: dialog.to_string(),
            domain: muc_domain.clone(),
            nick: None,
        }
        .to_string()
    }

    fn address(&self, to: &Recipient) -> (Kind, String) {
        match to {
            Recipient::Private { user, .. } => (Kind::Chat, self.connection.bare_jid(*user)),
            Recipient::Room { dialog } => (Kind::Groupchat, self.room(dialog)),
        }
    }

    /// What an incoming message stanza means. `now` dates a message that is
    /// not dated at all.
    pub(crate) fn event(&self, stanza: &Element, now: Timestamp) -> Option<ServerEvent> {
        let message = xmpp::Message::read(stanza)?;
        let Some(carbon) = &message.carbon else {
            return self.plain_event(&message, None, now);
        };
        // Anybody can write the form of a copy; only one's own account makes them.
        let own = self.connection.bare_jid(self.me);
        if message
            .from
            .as_deref()
            .is_some_and(|from| bare(from) != own)
        {
            tracing::warn!("a carbon copy from somebody else is not believed");
            return None;
        }
        let copied = xmpp::Message::read(&carbon.message)?;
        let sender = match carbon.direction {
            Direction::Sent => Some(self.me),
            Direction::Received => None,
        };
        self.plain_event(&copied, sender, now)
    }

    /// `sender` is told for copies of what this account sent elsewhere.
    fn plain_event(
        &self,
        message: &xmpp::Message,
        sender: Option<UserId>,
        now: Timestamp,
    ) -> Option<ServerEvent> {
        match message.kind {
            Kind::Error => return refused(message),
            Kind::Other => return None,
            Kind::Headline | Kind::Chat | Kind::Groupchat => {}
        }
        let from = message.from.as_deref().unwrap_or_default();
        let by = sender.or_else(|| sender_of(from));
        if message.kind == Kind::Headline {
            return system_event(message, by?);
        }
        let extra = message.extra.as_ref();
        let room = [from, message.to.as_deref().unwrap_or_default()]
            .into_iter()
            .find_map(room_dialog);
        let told = extra.and_then(|extra| extra.dialog_id.as_ref()?.parse().ok());
        let dialog: Option<DialogId> = room.or(told);

        if let Some(change) = &message.reactions {
            // The server tells of reactions in the name of who reacted, or of
            // the room; somebody else's name in it is a forgery.
            let who = user(change.user_id).filter(|who| by.is_none_or(|by| by == *who))?;
            return Some(ServerEvent::Reacted(ReactionChange {
                message: change.message_id.parse().ok()?,
                dialog,
                by: who,
                added: change.added.clone(),
                removed: change.removed.clone(),
            }));
        }
        let by = by?;
        if let Some(state) = message.chat_state.filter(|_| !message.has_content()) {
            let is_typing = state == ChatState::Composing;
            // One that was kept for later is about the past.
            return (by != self.me && message.delay.is_none()).then_some(ServerEvent::Typing {
                dialog,
                by,
                is_typing,
            });
        }
        if let Some(replace) = &message.replace {
            return Some(ServerEvent::Edited(Edit {
                message: replace.id.parse().ok()?,
                dialog,
                by,
                body: message.body.clone().unwrap_or_default(),
                properties: extra.map(properties).unwrap_or_default(),
                at: delayed(message).unwrap_or(now),
                is_passing: message.destroy_after.is_some(),
            }));
        }
        if let Some(removal) = &message.remove {
            return Some(ServerEvent::Removed(Removal {
                message: removal.id.parse().ok()?,
                dialog,
                by,
            }));
        }
        if let Some(marker) = &message.marker {
            let kind = match marker {
                Marker::Received { .. } => MarkerKind::Delivered,
                Marker::Displayed { .. } => MarkerKind::Read,
            };
            return Some(ServerEvent::Marker {
                kind,
                message: marker.id().parse().ok()?,
                dialog,
                by,
            });
        }
        if !has_content(message) {
            return None;
        }
        let content = content(message, by, now)?;
        Some(match dialog {
            Some(dialog_id) => ServerEvent::Message(Message {
                dialog_id,
                ..content
            }),
            None => {
                let with = if by == self.me {
                    message.to.as_deref().and_then(sender_of).unwrap_or(by)
                } else {
                    by
                };
                ServerEvent::Unplaced(Unplaced::new(with, content))
            }
        })
    }

    /// Who came or went, if the stanza tells that of somebody who is watched
    /// (`protocol/xmpp.md` §13). `now` is when the seconds were counted.
    pub(crate) fn activity(&self, iq: &xmpp::Iq, now: Timestamp) -> Option<(UserId, Activity)> {
        let seconds = LastActivity::read(iq.payload.as_ref()?)?.seconds?;
        let who = sender_of(iq.from.as_deref()?)?;
        Some((who, activity(seconds, now)))
    }
}

/// What seconds since the last activity mean.
pub(crate) fn activity(seconds: u64, now: Timestamp) -> Activity {
    if seconds == 0 {
        return Activity::Online;
    }
    let millis = i64::try_from(seconds)
        .unwrap_or(i64::MAX)
        .saturating_mul(1000);
    Activity::LastSeen(Timestamp::from_millis(now.millis().saturating_sub(millis)))
}

fn refused(message: &xmpp::Message) -> Option<ServerEvent> {
    Some(ServerEvent::Refused {
        id: message.id.as_deref()?.parse().ok()?,
        code: message
            .error
            .as_ref()
            .map(|error| error.code)
            .unwrap_or_default(),
    })
}

/// A message from app to app. Those of calls are not Kith's business.
fn system_event(message: &xmpp::Message, by: UserId) -> Option<ServerEvent> {
    if !system::is_notification(message) {
        return None;
    }
    let extra = message.extra.as_ref()?;
    let mut properties = properties(extra);
    let mut take = |name: &str| properties.0.remove(name);
    let dialog = take(system::DIALOG_ID).or_else(|| extra.dialog_id.clone());
    // One that was sent over REST has its name among the parameters.
    let name = message.body.clone().or_else(|| take("body"));
    let mut people = |name: &str| {
        let ids = take(name).map(serde_json::Value::String);
        let ids = ids.map(|ids| rest::ids(&ids)).unwrap_or_default();
        ids.iter().filter_map(|id| id.parse().ok()).collect()
    };
    let kind = match name.as_deref().unwrap_or_default() {
        system::NEW_DIALOG => SystemKind::DialogMade,
        system::UPDATE_DIALOG => SystemKind::DialogChanged,
        system::ADDED_TO_DIALOG => SystemKind::Added,
        system::REMOVED_FROM_DIALOG => SystemKind::Removed,
        system::ADD_PARTICIPANTS => SystemKind::PeopleAdded(people(system::ADDED_IDS)),
        system::REMOVE_PARTICIPANTS => SystemKind::PeopleRemoved(people(system::REMOVED_IDS)),
        other => SystemKind::Other(other.to_owned()),
    };
    Some(ServerEvent::System {
        by,
        message: SystemMessage {
            kind,
            dialog: dialog.and_then(|id| id.parse().ok()),
            properties,
        },
    })
}

/// Whether there is something to keep: a text, an attachment, or what an app
/// sends for itself and wants in the history.
fn has_content(message: &xmpp::Message) -> bool {
    message.has_content()
        || message
            .extra
            .as_ref()
            .is_some_and(|extra| extra.save_to_history && !extra.custom.is_empty())
}

/// A message without its dialog.
fn content(message: &xmpp::Message, by: UserId, now: Timestamp) -> Option<Message> {
    let extra = message.extra.as_ref();
    let told_id = extra.and_then(|extra| extra.message_id.as_deref());
    let id = [message.id.as_deref(), told_id]
        .into_iter()
        .flatten()
        .find_map(|id| id.parse::<MessageId>().ok())?;
    let dated = extra
        .and_then(|extra| extra.date_sent)
        .map(Timestamp::from_seconds);
    let sent_at = whole_seconds(dated.or_else(|| delayed(message)).unwrap_or(now));
    let destroy_after = message
        .destroy_after
        .map(|seconds| u32::try_from(seconds).unwrap_or(u32::MAX));
    // A stand-in that no dialog has; whoever places the message replaces it.
    let nowhere = "000000000000000000000000".parse().ok()?;
    Some(Message {
        body: message.body.clone().unwrap_or_default(),
        attachments: extra
            .map(|extra| extra.attachments.iter().map(attachment::read).collect())
            .unwrap_or_default(),
        properties: extra.map(properties).unwrap_or_default(),
        destroy_after,
        is_silent: extra.is_some_and(|extra| extra.silent),
        is_markable: message.markable,
        is_in_history: destroy_after.is_none() && extra.is_some_and(|extra| extra.save_to_history),
        ..Message::new(id, nowhere, by, sent_at)
    })
}

/// An app's own parameters. What is nested becomes JSON text.
fn properties(extra: &Extra) -> Properties {
    let mut properties = Properties::new();
    for element in &extra.custom {
        let text = match xmpp::to_json(element) {
            serde_json::Value::String(text) => text,
            nested => nested.to_string(),
        };
        properties.set(&names::original(element.local()), text);
    }
    properties
}

/// When a message was kept for later, if it was.
fn delayed(message: &xmpp::Message) -> Option<Timestamp> {
    message.delay.as_ref()?.stamp.map(timestamp)
}

/// The dialog of a room's address.
fn room_dialog(jid: &str) -> Option<DialogId> {
    match xmpp::Jid::parse(jid)? {
        xmpp::Jid::Room(room) => room.dialog.parse().ok(),
        xmpp::Jid::User(_) | xmpp::Jid::Member { .. } | xmpp::Jid::Domain(_) => None,
    }
}

/// Who is behind an address: a user, or a member of a room.
fn sender_of(jid: &str) -> Option<UserId> {
    match xmpp::Jid::parse(jid)? {
        xmpp::Jid::User(user) => Some(UserId(user.user)),
        xmpp::Jid::Room(room) => room.nick.map(UserId),
        xmpp::Jid::Member { .. } | xmpp::Jid::Domain(_) => None,
    }
}

fn timestamp(date: rest::Date) -> Timestamp {
    Timestamp::from_millis(date.0)
}

fn whole_seconds(at: Timestamp) -> Timestamp {
    Timestamp::from_seconds(at.seconds())
}

fn user(id: u64) -> Option<UserId> {
    (id > 0).then_some(UserId(id))
}

#[cfg(test)]
mod tests;
