//! What REST's records mean.

use std::collections::BTreeMap;

use kith_model::{
    Attachment, Delivery, Dialog, DialogId, DialogKind, Message, MessageId, Person, Profile,
    Properties, ReactionCount, Timestamp, UserId,
};
use kith_wire::rest;
use serde_json::{Map, Value};

use super::{attachment, timestamp, user, whole_seconds};
use crate::rest::{DialogState, LastMessage};

/// A stored message. `dialog` is where it was asked for, if it does not say.
pub(crate) fn message(from: rest::Message, dialog: &DialogId) -> Option<Message> {
    let sent = from.date_sent.map(Timestamp::from_seconds);
    let created = from.created_at.map(timestamp);
    let sent_at = sent.or(created.map(whole_seconds)).unwrap_or_default();
    let dialog_id = from.chat_dialog_id.parse();
    let is_set = |name: &str| from.custom.get(name).is_some_and(rest::is_true);
    let reactions = from.reactions.unwrap_or_default();
    Some(Message {
        stored_at: created,
        edited_at: from.edited_at.map(timestamp),
        updated_at: from.updated_at.map(timestamp),
        attachments: from.attachments.0.iter().map(attachment::read).collect(),
        is_silent: is_set("silent"),
        is_markable: is_set("markable"),
        properties: properties(&from.custom),
        reactions: Some(counts(&reactions)),
        views: u32::try_from(from.views_count).ok().filter(|n| *n > 0),
        delivered_to: users(&from.delivered_ids),
        read_by: users(&from.read_ids),
        body: from.message.unwrap_or_default(),
        ..Message::new(
            from.id.parse().ok()?,
            dialog_id.unwrap_or_else(|_| dialog.clone()),
            user(from.sender_id)?,
            sent_at,
        )
    })
}

/// A message that was found somewhere; one that does not say where it is from
/// is left out.
pub(crate) fn found_message(from: rest::Message) -> Option<Message> {
    let dialog = from.chat_dialog_id.parse().ok()?;
    message(from, &dialog)
}

/// Attachments for a body of REST.
pub(crate) fn attachments(from: &[Attachment]) -> rest::List<kith_wire::Attachment> {
    from.iter()
        .map(attachment::write)
        .collect::<Vec<_>>()
        .into()
}

/// Custom parameters for a body of REST.
pub(crate) fn custom(from: &Properties) -> Map<String, Value> {
    let own = from.0.iter().filter(|(name, _)| !is_platforms(name));
    own.map(|(name, text)| (name.clone(), Value::from(text.as_str())))
        .collect()
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
            delivery: match from.last_message_status.as_deref() {
                Some("sent") => Some(Delivery::Sent),
                Some("delivered") => Some(Delivery::Delivered),
                Some("read") => Some(Delivery::Read),
                _ => None,
            },
        })
    })();
    Some(DialogState {
        unread: from
            .unread_messages_count
            .and_then(|n| u32::try_from(n).ok())
            .unwrap_or_default(),
        last_message,
        is_muted: from.is_muted,
        dialog: Dialog {
            name: from.name.unwrap_or_default(),
            description: from.description.unwrap_or_default(),
            photo: present(from.photo),
            owner: user(from.user_id),
            occupants: users(&from.occupants_ids),
            occupant_count: from.occupants_count.and_then(|n| u32::try_from(n).ok()),
            admins: users(&from.admins_ids),
            pinned: ids(&from.pinned_messages_ids),
            extensions: from.extensions.as_ref().map(texts).unwrap_or_default(),
            allow_preview: from
                .permissions
                .as_ref()
                .and_then(|permissions| permissions.get("allow_preview"))
                .is_some_and(rest::is_true),
            updated_at: from.updated_at.map_or(created_at, timestamp),
            ..Dialog::new(
                from.id.parse().ok()?,
                DialogKind::from_number(from.kind)?,
                created_at,
            )
        },
    })
}

/// A person of the directory.
pub(crate) fn person(from: rest::User) -> Option<Person> {
    let tags = from.user_tags.unwrap_or_default();
    let tags = tags.split(',').map(str::trim).filter(|tag| !tag.is_empty());
    Some(Person {
        full_name: from.full_name.unwrap_or_default(),
        login: present(from.login),
        email: present(from.email),
        avatar: present(from.avatar),
        tags: tags.map(str::to_owned).collect(),
        last_seen: from.last_request_at.map(timestamp),
        ..Person::new(user(from.id)?)
    })
}

/// A person of the directory, with everything that it tells.
pub(crate) fn profile(from: rest::User) -> Option<Profile> {
    Some(Profile {
        phone: present(from.phone.clone()),
        website: present(from.website.clone()),
        external_id: present(from.external_id.clone())
            .or_else(|| present(from.external_user_id.clone())),
        custom_data: present(from.custom_data.clone()),
        timezone: from.timezone.and_then(|zone| i32::try_from(zone).ok()),
        is_guest: from.is_guest.unwrap_or_default(),
        created_at: from.created_at.map(timestamp),
        person: person(from)?,
    })
}

fn counts(reactions: &rest::Reactions) -> Vec<ReactionCount> {
    let total = reactions.total.iter();
    total
        .map(|(emoji, count)| ReactionCount {
            emoji: emoji.clone(),
            count: u32::try_from(*count).unwrap_or_default(),
            is_own: reactions.own.contains(emoji),
        })
        .filter(|reaction| reaction.count > 0)
        .collect()
}

fn is_platforms(name: &str) -> bool {
    const PLATFORMS: [&str; 11] = [
        "_id",
        "chat_dialog_id",
        "save_to_history",
        "dialog_id",
        "message_id",
        "message",
        "silent",
        "markable",
        "send_to_chat",
        "moduleIdentifier",
        "destroy_after",
    ];
    PLATFORMS.contains(&name)
}

/// Custom parameters, which stand beside the platform's own in REST. Those that
/// the platform flattens along with them are not the app's.
fn properties(custom: &Map<String, Value>) -> Properties {
    let mut properties = Properties::new();
    for (name, value) in custom {
        if !is_platforms(name)
            && let Some(text) = text(value)
        {
            properties.set(name, text);
        }
    }
    properties
}

fn text(value: &Value) -> Option<String> {
    match value {
        Value::Null => None,
        Value::String(text) => Some(text.clone()),
        other => Some(other.to_string()),
    }
}

fn texts(object: &Value) -> BTreeMap<String, String> {
    let pairs = object.as_object().into_iter().flatten();
    pairs
        .filter_map(|(name, value)| Some((name.clone(), text(value)?)))
        .collect()
}

fn users(ids: &[u64]) -> Vec<UserId> {
    ids.iter().copied().filter_map(user).collect()
}

fn ids(texts: &[String]) -> Vec<MessageId> {
    texts.iter().filter_map(|id| id.parse().ok()).collect()
}

fn present(text: Option<String>) -> Option<String> {
    text.filter(|text| !text.trim().is_empty())
}
