//! Stanzas for what goes out.

use kith_model::{Properties, UserId};
use kith_wire::xml::{Element, names};
use kith_wire::xmpp::{self, ChatState, Extra, Kind, Marker, Replacement, ns, system};
use serde_json::{Map, Value};

use super::{Account, attachment};
use crate::{MarkerKind, Outgoing, OutgoingMessage, Recipient, SystemKind, SystemMessage};

impl Account {
    /// The stanza for something outgoing. `id` names it when it has no id of
    /// its own; it is never that of a message, so that an error about it is not
    /// mistaken for one about a message.
    pub(crate) fn stanza(&self, outgoing: &Outgoing, id: &str) -> Element {
        match outgoing {
            Outgoing::Message(message) => self.message(message),
            Outgoing::Edit {
                message,
                to,
                body,
                properties,
                is_last,
                destroy_after,
                number: _,
            } => xmpp::Message {
                body: Some(body.clone()),
                destroy_after: destroy_after.map(u64::from),
                replace: Some(Replacement {
                    id: message.to_string(),
                    last: Some(*is_last),
                }),
                extra: Some(Extra {
                    custom: custom(properties),
                    ..in_dialog(to)
                }),
                ..self.addressed(to, id)
            },
            Outgoing::Remove { message, to } => xmpp::Message {
                remove: Some(xmpp::Removal {
                    id: message.to_string(),
                }),
                extra: Some(in_dialog(to)),
                ..self.addressed(to, id)
            },
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
                let state = if *is_typing {
                    ChatState::Composing
                } else {
                    ChatState::Paused
                };
                xmpp::Message {
                    id: None,
                    chat_state: Some(state),
                    ..self.addressed(to, id)
                }
            }
            Outgoing::System { to, message } => self.system(*to, message, id),
        }
        .write()
    }

    fn message(&self, message: &OutgoingMessage) -> xmpp::Message {
        xmpp::Message {
            body: Some(message.body.clone()),
            markable: message.is_markable,
            destroy_after: message.destroy_after.map(u64::from),
            extra: Some(Extra {
                save_to_history: message.is_in_history && message.destroy_after.is_none(),
                date_sent: Some(message.sent_at.seconds()),
                silent: message.is_silent,
                attachments: message.attachments.iter().map(attachment::write).collect(),
                custom: custom(&message.properties),
                ..in_dialog(&message.to)
            }),
            ..self.addressed(&message.to, message.id.as_str())
        }
    }

    fn system(&self, to: UserId, message: &SystemMessage, id: &str) -> xmpp::Message {
        let mut stanza = system::notification(
            id,
            &self.connection.bare_jid(to),
            system_name(&message.kind),
        );
        if let Some(extra) = &mut stanza.extra {
            let own = system_parameters(message).into_iter();
            extra.custom = own
                .map(|(name, text)| Element::new(name, ns::CLIENT).with_text(text))
                .chain(custom(&message.properties))
                .collect();
        }
        stanza
    }

    fn addressed(&self, to: &Recipient, id: &str) -> xmpp::Message {
        let (kind, address) = self.address(to);
        xmpp::Message {
            id: Some(id.to_owned()),
            to: Some(address),
            ..xmpp::Message::new(kind)
        }
    }
}

fn system_name(kind: &SystemKind) -> &str {
    match kind {
        SystemKind::DialogMade => system::NEW_DIALOG,
        SystemKind::DialogChanged => system::UPDATE_DIALOG,
        SystemKind::Added => system::ADDED_TO_DIALOG,
        SystemKind::Removed => system::REMOVED_FROM_DIALOG,
        SystemKind::PeopleAdded(_) => system::ADD_PARTICIPANTS,
        SystemKind::PeopleRemoved(_) => system::REMOVE_PARTICIPANTS,
        SystemKind::Other(name) => name,
    }
}

/// What the convention says besides the name.
fn system_parameters(message: &SystemMessage) -> Vec<(&'static str, String)> {
    let joined = |people: &[UserId]| {
        let ids: Vec<String> = people.iter().map(ToString::to_string).collect();
        ids.join(",")
    };
    let dialog = message.dialog.as_ref();
    let dialog = dialog.map(|dialog| (system::DIALOG_ID, dialog.to_string()));
    let people = match &message.kind {
        SystemKind::PeopleAdded(people) => Some((system::ADDED_IDS, joined(people))),
        SystemKind::PeopleRemoved(people) => Some((system::REMOVED_IDS, joined(people))),
        SystemKind::DialogMade
        | SystemKind::DialogChanged
        | SystemKind::Added
        | SystemKind::Removed
        | SystemKind::Other(_) => None,
    };
    dialog.into_iter().chain(people).collect()
}

/// A system message as the fields of REST's body. There the name travels as a
/// parameter like the others, since the call knows no text of its own.
pub(crate) fn system_fields(message: &SystemMessage) -> Map<String, Value> {
    let own = message.properties.0.iter();
    own.map(|(name, text)| (name.clone(), Value::from(text.as_str())))
        .chain(
            system_parameters(message)
                .into_iter()
                .map(|(name, text)| (name.to_owned(), Value::from(text))),
        )
        .chain([("body".to_owned(), Value::from(system_name(&message.kind)))])
        .collect()
}

fn in_dialog(to: &Recipient) -> Extra {
    Extra {
        dialog_id: Some(to.dialog().to_string()),
        ..Extra::default()
    }
}

/// Properties as elements. A name that cannot be one of an element is written
/// so that it can (`protocol/xmpp.md` §6); one of the platform's own would
/// change the meaning of the message and is left out.
fn custom(properties: &Properties) -> Vec<Element> {
    const PLATFORMS: [&str; 7] = [
        "save_to_history",
        "dialog_id",
        "date_sent",
        "message_id",
        "silent",
        "moduleIdentifier",
        "attachment",
    ];
    let own = properties.0.iter();
    own.filter(|(name, text)| !PLATFORMS.contains(&name.as_str()) && !text.is_empty())
        .map(|(name, text)| {
            Element::new(names::sanitise(name), ns::CLIENT).with_text(text.as_str())
        })
        .collect()
}
