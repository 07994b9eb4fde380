//! Between the wire and the model: the only file that knows both.
//!
//! What comes in is judged here: what it means, and whether it may be believed
//! (a carbon copy only from one's own account). What cannot be placed in the
//! model, such as a message without a usable id, is left out, and REST tells of
//! it again.

use kith_model::{
    Attachment, AttachmentKind, Connection, Dialog, DialogId, DialogKind, Message, MessageId,
    Person, Timestamp, UserId,
};
use kith_wire::rest;
use kith_wire::xml::Element;
use kith_wire::xmpp::{self, ChatState, Direction, Extra, Kind, Marker, RoomJid, bare, system};

use crate::rest::{DialogState, LastMessage};
use crate::{MarkerKind, Outgoing, Recipient, ServerEvent, Unplaced};

/// Whose stream it is, as far as stanzas depend on it.
#[derive(Debug, Clone)]
pub(crate) struct Account {
    pub(crate) connection: Connection,
    pub(crate) me: UserId,
}

impl Account {
    fn room(&self, dialog: &DialogId) -> String {
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

    /// The stanza for something outgoing. `id` names it when it has no id of
    /// its own; it is never that of a message, so that an error about it is not
    /// mistaken for one about a message.
    pub(crate) fn stanza(&self, outgoing: &Outgoing, id: &str) -> Element {
        match outgoing {
            Outgoing::Message {
                id,
                to,
                body,
                sent_at,
            } => {
                let (kind, address) = self.address(to);
                let (Recipient::Private { dialog, .. } | Recipient::Room { dialog }) = to;
                xmpp::Message {
                    id: Some(id.to_string()),
                    to: Some(address),
                    body: Some(body.clone()),
                    markable: true,
                    extra: Some(Extra {
                        save_to_history: true,
                        dialog_id: Some(dialog.to_string()),
                        date_sent: Some(sent_at.seconds()),
                        ..Extra::default()
                    }),
                    ..xmpp::Message::new(kind)
                }
            }
            Outgoing::Marker {
                kind,
                message,
                dialog,
                to,
            } => {
                let marked = message.to_string();
                xmpp::Message {
                    id: Some(id.to_owned()),
                    to: Some(self.connection.bare_jid(*to)),
                    marker: Some(match kind {
                        MarkerKind::Delivered => Marker::Received { id: marked },
                        MarkerKind::Read => Marker::Displayed { id: marked },
                    }),
                    extra: Some(Extra {
                        dialog_id: Some(dialog.to_string()),
                        ..Extra::default()
                    }),
                    ..xmpp::Message::new(Kind::Chat)
                }
            }
            Outgoing::Typing { to, is_typing } => {
                let (kind, address) = self.address(to);
                let state = if *is_typing {
                    ChatState::Composing
                } else {
                    ChatState::Paused
                };
                xmpp::Message {
                    to: Some(address),
                    chat_state: Some(state),
                    ..xmpp::Message::new(kind)
                }
            }
            Outgoing::DialogChanged { to, dialog } => {
                let address = self.connection.bare_jid(*to);
                system::dialog_changed(id, &address, system::UPDATE_DIALOG, dialog.as_str())
            }
        }
        .write()
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
        if message.kind == Kind::Error {
            let code = message
                .error
                .as_ref()
                .map(|error| error.code)
                .unwrap_or_default();
            return Some(ServerEvent::Refused {
                id: message.id.as_deref()?.parse().ok()?,
                code,
            });
        }
        if message.kind == Kind::Headline {
            return Some(ServerEvent::DialogChanged(
                system::changed_dialog(message)?.parse().ok()?,
            ));
        }
        if message.kind == Kind::Other {
            return None;
        }
        let from = message.from.as_deref().unwrap_or_default();
        let room = [from, message.to.as_deref().unwrap_or_default()]
            .into_iter()
            .find_map(room_dialog);
        let by = sender.or_else(|| sender_of(from))?;
        let told = message
            .extra
            .as_ref()
            .and_then(|extra| extra.dialog_id.as_ref()?.parse().ok());
        let dialog: Option<DialogId> = room.or(told);

        if let Some(state) = message.chat_state.filter(|_| !message.has_content()) {
            let is_typing = state == ChatState::Composing;
            return (by != self.me).then_some(ServerEvent::Typing {
                dialog,
                by,
                is_typing,
            });
        }
        if message.replace.is_some() || message.remove.is_some() || message.reactions.is_some() {
            // Changes of messages reach the store with the next catch-up.
            return None;
        }
        if let Some(marker) = &message.marker {
            let kind = match marker {
                Marker::Received { .. } => MarkerKind::Delivered,
                Marker::Displayed { .. } => MarkerKind::Read,
            };
            let marked = marker.id().parse().ok()?;
            return Some(ServerEvent::Marker {
                kind,
                message: marked,
                dialog,
                by,
            });
        }
        if !message.has_content() {
            return None;
        }
        let extra = message.extra.as_ref();
        let told_id = extra.and_then(|extra| extra.message_id.as_deref());
        let ids = [message.id.as_deref(), told_id];
        let id = ids
            .into_iter()
            .flatten()
            .find_map(|id| id.parse::<MessageId>().ok())?;
        let dated = extra
            .and_then(|extra| extra.date_sent)
            .map(Timestamp::from_seconds);
        let delayed = || message.delay.as_ref()?.stamp.map(timestamp);
        let content = Unplaced {
            with: if by == self.me {
                message.to.as_deref().and_then(sender_of).unwrap_or(by)
            } else {
                by
            },
            id,
            sender: by,
            body: message.body.clone().unwrap_or_default(),
            sent_at: whole_seconds(dated.or_else(delayed).unwrap_or(now)),
            attachments: extra
                .map(|extra| extra.attachments.iter().map(attachment).collect())
                .unwrap_or_default(),
        };
        Some(match dialog {
            Some(dialog) => ServerEvent::Message(content.in_dialog(dialog)),
            None => ServerEvent::Unplaced(content),
        })
    }
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

fn users(ids: &[u64]) -> Vec<UserId> {
    ids.iter().copied().filter_map(user).collect()
}

fn present(text: Option<String>) -> Option<String> {
    text.filter(|text| !text.trim().is_empty())
}

/// An attachment, from either half of the platform.
pub(crate) fn attachment(from: &kith_wire::Attachment) -> Attachment {
    let small = |field: &str| from.number(field).and_then(|n| u32::try_from(n).ok());
    Attachment {
        kind: match from.get("type").unwrap_or_default() {
            "photo" | "image" => AttachmentKind::Photo,
            "video" => AttachmentKind::Video,
            "audio" => AttachmentKind::Audio,
            "contact" => AttachmentKind::Contact,
            "place" | "location" => AttachmentKind::Place,
            _ => AttachmentKind::File,
        },
        uid: from.get("uid").map(str::to_owned),
        name: from.get("name").unwrap_or_default().to_owned(),
        content_type: from
            .get("content-type")
            .or_else(|| from.get("content_type"))
            .map(str::to_owned),
        size: from.number("size"),
        width: small("width"),
        height: small("height"),
    }
}

/// A stored message. `dialog` is where it was asked for, if it does not say.
pub(crate) fn message(from: rest::Message, dialog: &DialogId) -> Option<Message> {
    let sent = from.date_sent.map(Timestamp::from_seconds);
    let created = from.created_at.map(timestamp).map(whole_seconds);
    Some(Message {
        id: from.id.parse().ok()?,
        dialog_id: from
            .chat_dialog_id
            .parse()
            .unwrap_or_else(|_| dialog.clone()),
        sender: user(from.sender_id)?,
        body: from.message.unwrap_or_default(),
        sent_at: sent.or(created).unwrap_or_default(),
        edited_at: from.edited_at.map(timestamp),
        attachments: from.attachments.0.iter().map(attachment).collect(),
        delivered_to: users(&from.delivered_ids),
        read_by: users(&from.read_ids),
    })
}

/// A dialog and its present state. One of an unknown kind is left out.
pub(crate) fn dialog(from: rest::Dialog) -> Option<DialogState> {
    let created_at = from
        .created_at
        .or(from.updated_at)
        .map(timestamp)
        .unwrap_or_default();
    let last_message = (|| {
        Some(LastMessage {
            id: from.last_message_id.as_deref()?.parse().ok()?,
            sender: from
                .last_message_user_id
                .and_then(|id| user(u64::try_from(id).ok()?)),
            body: from.last_message.clone().unwrap_or_default(),
            sent_at: Timestamp::from_seconds(from.last_message_date_sent?),
        })
    })();
    Some(DialogState {
        unread: from
            .unread_messages_count
            .and_then(|n| u32::try_from(n).ok())
            .unwrap_or_default(),
        last_message,
        dialog: Dialog {
            id: from.id.parse().ok()?,
            kind: DialogKind::from_number(from.kind)?,
            name: from.name.unwrap_or_default(),
            description: from.description.unwrap_or_default(),
            photo: present(from.photo),
            owner: user(from.user_id),
            occupants: users(&from.occupants_ids),
            admins: users(&from.admins_ids),
            updated_at: from.updated_at.map_or(created_at, timestamp),
            created_at,
        },
    })
}

/// A person of the directory.
pub(crate) fn person(from: rest::User) -> Option<Person> {
    Some(Person {
        id: user(from.id)?,
        full_name: from.full_name.unwrap_or_default(),
        login: present(from.login),
        avatar: present(from.avatar),
        last_seen: from.last_request_at.map(timestamp),
    })
}

#[cfg(test)]
#[path = "convert_tests.rs"]
mod tests;
