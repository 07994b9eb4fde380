//! People, dialogs and messages as the JSON of REST (`protocol/rest.md` §4, §5.1, §6.1).

use std::collections::HashMap;

use serde_json::{Map, Value, json};
use sqlx::SqliteExecutor;

use crate::db::dialogs::{BROADCAST, PRIVATE, PUBLIC};
use crate::db::messages::Message;
use crate::db::reactions::{self, Reaction};
use crate::db::receipts::{self, Receipt};
use crate::db::users::User;
use crate::rest::answer::iso;
use crate::rest::dialog_list::Listed;
use crate::site::Site;

/// A person. All keys are always there.
pub(crate) fn user(user: &User) -> Value {
    let mut value = json!({
        "id": user.id,
        "full_name": user.full_name,
        "email": user.email,
        "login": user.login,
        "phone": user.phone,
        "website": user.website,
        "created_at": iso(user.created_at),
        "updated_at": iso(user.updated_at),
        "last_request_at": user.last_request_at.map(iso),
        "external_user_id": user.external_id,
        "external_id": user.external_id,
        "facebook_id": user.facebook_id,
        "twitter_id": user.twitter_id,
        "blob_id": user.blob_id,
        "custom_data": user.custom_data,
        "avatar": user.avatar,
        "user_tags": user.user_tags,
        "timezone": user.timezone,
    });
    if user.is_guest {
        value["is_guest"] = Value::Bool(true);
    }
    value
}

/// What is known about a dialog besides its row.
#[derive(Debug, Default)]
pub(crate) struct Around {
    pub(crate) members: Vec<(i64, bool)>,
    pub(crate) pins: Vec<String>,
    pub(crate) unread: i64,
    pub(crate) last_receipts: Vec<Receipt>,
}

/// A dialog as one of its members sees it.
pub(crate) fn dialog(site: &Site, viewer: i64, listed: &Listed, around: &Around) -> Value {
    let is_private = listed.kind == PRIVATE;
    let ids: Vec<i64> = around.members.iter().map(|(id, _)| *id).collect();
    // To strangers a public dialog shows what it is, not who leads it and what is in it.
    let is_strange = listed.kind == PUBLIC && !ids.contains(&viewer);
    let admins: Vec<i64> = around
        .members
        .iter()
        .filter(|(_, is_admin)| *is_admin && !is_strange)
        .map(|(id, _)| *id)
        .collect();
    let status = (listed.last_sender_id == Some(viewer)).then(|| {
        if around.last_receipts.iter().any(|receipt| receipt.read) {
            "read"
        } else if around.last_receipts.iter().any(|receipt| receipt.delivered) {
            "delivered"
        } else {
            "sent"
        }
    });
    let mut value = json!({
        "_id": listed.id,
        "user_id": listed.owner_id,
        "created_at": iso(listed.created_at),
        "updated_at": iso(listed.changed_at),
        "type": listed.kind,
        "name": listed.shown_name,
        "description": listed.description,
        "photo": if is_private { None } else { listed.photo.clone() },
        "occupants_ids": if matches!(listed.kind, PUBLIC | BROADCAST) { Vec::new() } else { ids },
        "admins_ids": admins,
        "last_message": listed.last_body,
        "last_message_id": listed.last_id,
        "last_message_user_id": listed.last_sender_id,
        "last_message_date_sent": listed.last_date_sent,
        "last_message_status": status,
        "unread_messages_count": around.unread,
        "pinned_messages_ids": if is_strange { &[][..] } else { &around.pins },
        "xmpp_room_jid": if is_private { None } else { Some(site.room_jid(&listed.id)) },
        "extensions": from_text(listed.extensions.as_deref()),
        "permissions": from_text(listed.permissions.as_deref()),
        "is_muted": listed.notifications == Some(0),
    });
    if listed.kind == PUBLIC {
        value["occupants_count"] = json!(around.members.len());
    }
    value
}

fn from_text(text: Option<&str>) -> Value {
    text.and_then(|text| serde_json::from_str(text).ok())
        .unwrap_or(Value::Null)
}

/// Messages as one person sees them.
pub(crate) async fn messages(
    db: impl SqliteExecutor<'_> + Copy,
    viewer: i64,
    messages: &[Message],
) -> Result<Vec<Value>, sqlx::Error> {
    let seqs: Vec<i64> = messages.iter().map(|message| message.seq).collect();
    let receipts = receipts::of(db, &seqs).await?;
    let reactions = reactions::of(db, &seqs).await?;
    Ok(messages
        .iter()
        .map(|message| {
            let receipts = receipts.get(&message.seq).map_or(&[][..], Vec::as_slice);
            let reactions = reactions.get(&message.seq).map_or(&[][..], Vec::as_slice);
            one_message(viewer, message, receipts, reactions)
        })
        .collect())
}

fn one_message(
    viewer: i64,
    message: &Message,
    receipts: &[Receipt],
    reactions: &[Reaction],
) -> Value {
    // The sender has it and has read it from the start.
    let ids = |has: fn(&Receipt) -> bool| -> Vec<i64> {
        std::iter::once(message.sender_id)
            .chain(
                receipts
                    .iter()
                    .filter(|receipt| has(receipt))
                    .map(|receipt| receipt.user_id),
            )
            .collect()
    };
    let read_ids = ids(|receipt| receipt.read);
    let is_read = read_ids.len() > 1;
    // Custom parameters stand beside the standard keys and never replace one.
    let mut value: Map<String, Value> = serde_json::from_str(&message.params).unwrap_or_default();
    let attachments: Value =
        serde_json::from_str(&message.attachments).unwrap_or_else(|_| json!([]));
    let standard = json!({
        "_id": message.id,
        "chat_dialog_id": message.dialog_id,
        "message": message.body,
        "date_sent": message.date_sent,
        "sender_id": message.sender_id,
        "recipient_id": message.recipient_id,
        "created_at": iso(message.created_at),
        "updated_at": iso(message.updated_at),
        "read_ids": read_ids,
        "delivered_ids": ids(|receipt| receipt.delivered),
        "attachments": attachments,
        "reactions": reactions_of(viewer, reactions),
        "views_count": message.views,
        "read": i32::from(is_read),
    });
    if let Value::Object(standard) = standard {
        value.extend(standard);
    }
    if let Some(edited) = message.edited_at {
        value.insert("edited_at".to_owned(), Value::String(iso(edited)));
    }
    Value::Object(value)
}

fn reactions_of(viewer: i64, reactions: &[Reaction]) -> Value {
    if reactions.is_empty() {
        return Value::Null;
    }
    let own: Vec<&str> = reactions
        .iter()
        .filter(|reaction| reaction.user_id == viewer)
        .map(|reaction| reaction.emoji.as_str())
        .collect();
    let mut total: Map<String, Value> = Map::new();
    let mut counts: HashMap<&str, i64> = HashMap::new();
    for reaction in reactions {
        let count = counts.entry(&reaction.emoji).or_default();
        *count += 1;
        total.insert(reaction.emoji.clone(), json!(*count));
    }
    json!({ "own": own, "total": total })
}
