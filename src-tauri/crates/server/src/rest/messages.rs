//! Messages over REST (`protocol/rest.md` §6).

use std::sync::Arc;

use kith_wire::xml::Element;
use kith_wire::xmpp::ns;
use serde_json::{Map, Value, json};
use sqlx::{QueryBuilder, Sqlite};

use crate::chat::message::{Relay, take};
use crate::chat::{Author, Refusal, dialog, edit, extra, reaction, signal};
use crate::db::dialogs;
use crate::db::messages::{self, COLUMNS, Message};
use crate::db::reactions as stored_reactions;
use crate::db::receipts::{self, Mark};
use crate::rest::answer::{Answer, Fault};
use crate::rest::filter::{self, Field, Kind, field};
use crate::rest::params;
use crate::rest::preview;
use crate::rest::request::Call;
use crate::rest::shape;
use crate::site::Site;

const DEFAULT_LIMIT: i64 = 100;
const MOST: i64 = 1000;

const FIELDS: [Field; 7] = [
    field("_id", "g.id", Kind::Text),
    field("message", "g.body", Kind::Text),
    field("date_sent", "g.date_sent", Kind::Seconds),
    field("sender_id", "g.sender_id", Kind::Number),
    field("recipient_id", "g.recipient_id", Kind::Number),
    field("updated_at", "g.updated_at", Kind::Time),
    field("created_at", "g.created_at", Kind::Time),
];

/// Messages that somebody may see: in their dialogs, not cleared, not deleted by them.
pub(crate) const SEEN: &str = " FROM messages g
     JOIN dialogs d ON d.id = g.dialog_id
     LEFT JOIN members m ON m.dialog_id = g.dialog_id AND m.user_id = ";
/// The conditions for [`SEEN`], up to the person once more.
pub(crate) const SEEN_WHERE: &str = "
     WHERE (m.user_id IS NOT NULL OR d.type = 1) AND g.seq > COALESCE(m.cleared_seq, 0)
       AND NOT EXISTS (SELECT 1 FROM hidden_messages h WHERE h.seq = g.seq AND h.user_id = ";

fn seen(select: &str, me: i64) -> QueryBuilder<Sqlite> {
    let mut query = QueryBuilder::new("SELECT ");
    query
        .push(select)
        .push(SEEN)
        .push_bind(me)
        .push(SEEN_WHERE)
        .push_bind(me)
        .push(")");
    query
}

/// What an attachment is, for the same operators as every other field.
const ATTACHMENT_TYPE: Field = field("type", "json_extract(a.value, '$.type')", Kind::Text);

fn push_filters(query: &mut QueryBuilder<Sqlite>, call: &Call, dialog_id: Option<&str>) {
    if let Some(dialog_id) = dialog_id {
        query
            .push(" AND g.dialog_id = ")
            .push_bind(dialog_id.to_owned());
    }
    filter::push(query, &FIELDS, &call.params);
    let kind = call.param("attachments.type").or_else(|| {
        call.param("attachments")
            .and_then(|value| value.get("type"))
    });
    if let Some(kind) = kind {
        query.push(" AND EXISTS (SELECT 1 FROM json_each(g.attachments) a WHERE 1 = 1");
        let kind = Map::from_iter([(ATTACHMENT_TYPE.name.to_owned(), kind.clone())]);
        filter::push(query, &[ATTACHMENT_TYPE], &kind);
        query.push(")");
    }
}

/// The order of a page: by time, and within a second by arrival.
fn order(call: &Call) -> &'static str {
    let descending = call.text("sort_desc");
    match (descending.as_deref(), call.text("sort_asc").as_deref()) {
        (Some("updated_at"), _) => " ORDER BY g.updated_at DESC, g.seq DESC",
        (Some(_), _) => " ORDER BY g.date_sent DESC, g.seq DESC",
        (None, Some("updated_at")) => " ORDER BY g.updated_at ASC, g.seq ASC",
        (None, _) => " ORDER BY g.date_sent ASC, g.seq ASC",
    }
}

/// `GET /chat/Message`. Without a dialog it looks in all of the caller's.
pub(crate) async fn list(site: &Site, call: &Call) -> Result<Answer, Fault> {
    let me = call.user()?;
    let dialog_id = call
        .text("chat_dialog_id")
        .map(|id| id.trim().to_lowercase());
    if let Some(dialog_id) = &dialog_id {
        let dialog = dialogs::by_id(site.db.read(), dialog_id)
            .await?
            .ok_or_else(Fault::not_found)?;
        if !dialog::standing(site.db.read(), &dialog, me)
            .await?
            .sees(&dialog)
        {
            if call.says_yes("preview") {
                return preview::answer(site, me, &dialog).await;
            }
            return Err(Fault::not_found());
        }
    }
    if call.says_yes("count") {
        let mut query = seen("COUNT(*)", me);
        push_filters(&mut query, call, dialog_id.as_deref());
        let count: i64 = query.build_query_scalar().fetch_one(site.db.read()).await?;
        return Ok(Answer::Json(json!({ "items": { "count": count } })));
    }
    let limit = call
        .number("limit")
        .filter(|limit| *limit >= 0)
        .unwrap_or(DEFAULT_LIMIT)
        .min(MOST);
    let skip = call.skip();
    let mut query = seen(COLUMNS, me);
    push_filters(&mut query, call, dialog_id.as_deref());
    query.push(order(call));
    query
        .push(" LIMIT ")
        .push_bind(limit)
        .push(" OFFSET ")
        .push_bind(skip);
    let found: Vec<Message> = query.build_query_as().fetch_all(site.db.read()).await?;
    // Reading marks as read, unless the caller says otherwise (`protocol/rest.md` §6.2).
    if call.param("mark_as_read").and_then(params::flag) != Some(false) {
        mark(site, me, &found, Mark::Read).await?;
    }
    let items = shape::messages(site.db.read(), me, &found).await?;
    Ok(Answer::Json(
        json!({ "skip": skip, "limit": limit, "items": items }),
    ))
}

async fn mark(site: &Site, me: i64, found: &[Message], mark: Mark) -> Result<(), Fault> {
    let mut turn = site.db.turn().await?;
    let mut tx = turn.begin().await?;
    for message in found.iter().filter(|message| message.sender_id != me) {
        receipts::raise(
            &mut tx,
            message.seq,
            &message.dialog_id,
            me,
            mark,
            site.now(),
        )
        .await?;
    }
    tx.commit().await?;
    Ok(())
}

/// `POST /chat/Message`: the same message a chat client would send, told or only stored.
pub(crate) async fn create(site: &Arc<Site>, call: &Call) -> Result<Answer, Fault> {
    const OWN: [&str; 8] = [
        "chat_dialog_id",
        "recipient_id",
        "message",
        "send_to_chat",
        "markable",
        "attachments",
        "_id",
        "date_sent",
    ];
    let me = call.user()?;
    let to = match (call.text("chat_dialog_id"), call.number("recipient_id")) {
        (Some(dialog_id), _) => site.room_jid(dialog_id.trim()),
        (None, Some(recipient)) => site.bare_jid(recipient),
        (None, None) => {
            return Err(Fault::invalid("chat_dialog_id or recipient_id is required"));
        }
    };
    let mut stanza = Element::new("message", ns::CLIENT)
        .with("type", "chat")
        .with("to", to)
        .with(
            "id",
            call.text("_id")
                .unwrap_or_else(|| site.ids.next(site.now() / 1000)),
        );
    if let Some(text) = call.text("message").filter(|text| !text.is_empty()) {
        stanza.push(Element::new("body", ns::CLIENT).with_text(text));
    }
    let mut inside = Element::new("extraParams", ns::CLIENT)
        .with_child(Element::new("save_to_history", ns::CLIENT).with_text("1"));
    for (key, value) in call
        .params
        .iter()
        .filter(|(key, _)| !OWN.contains(&key.as_str()))
    {
        inside.push(extra::from_json(key, value));
    }
    for key in ["date_sent"] {
        if let Some(text) = call.text(key) {
            inside.push(Element::new(key, ns::CLIENT).with_text(text));
        }
    }
    let attachments: Vec<&Value> = match call.param("attachments") {
        Some(Value::Array(list)) => list.iter().collect(),
        Some(Value::Object(map)) => map.values().collect(),
        _ => Vec::new(),
    };
    inside.children.extend(
        attachments
            .into_iter()
            .map(|value| kith_wire::xml::Node::Element(extra::attachment_from_json(value))),
    );
    stanza.push(inside);
    let relay = if call.says_yes("send_to_chat") {
        Relay::Yes
    } else {
        Relay::No
    };
    let taken = take(site, &Author::over_rest(site, me), stanza, relay)
        .done()
        .await?;
    let message = messages::by_id(site.db.read(), &taken.id)
        .await?
        .ok_or_else(Fault::not_found)?;
    let mut items = shape::messages(site.db.read(), me, &[message]).await?;
    Ok(Answer::Created(items.pop().unwrap_or_default()))
}

/// `PUT /chat/Message[/<id>,…]`: read, delivered, or the author's new text. Without ids it
/// is about the whole dialog.
pub(crate) async fn update(site: &Site, call: &Call, ids: &str) -> Result<Answer, Fault> {
    let me = call.user()?;
    let mark = if call.says_yes("read") {
        Some(Mark::Read)
    } else {
        call.says_yes("delivered").then_some(Mark::Delivered)
    };
    let ids: Vec<String> = ids
        .split(',')
        .map(|id| id.trim().to_lowercase())
        .filter(|id| !id.is_empty())
        .collect();
    let now = site.now();
    if ids.is_empty() {
        let dialog_id = call
            .text("chat_dialog_id")
            .unwrap_or_default()
            .to_lowercase();
        let mut turn = site.db.turn().await?;
        let mut tx = turn.begin().await?;
        let dialog = dialogs::by_id(&mut *tx, &dialog_id)
            .await?
            .ok_or_else(Fault::not_found)?;
        if !dialog::standing(&mut *tx, &dialog, me).await?.sees(&dialog) {
            return Err(Fault::not_found());
        }
        let any: Option<i64> =
            sqlx::query_scalar("SELECT seq FROM messages WHERE dialog_id = ? LIMIT 1")
                .bind(&dialog.id)
                .fetch_optional(&mut *tx)
                .await?;
        any.ok_or_else(Fault::not_found)?;
        if let Some(mark) = mark {
            receipts::raise_all(&mut tx, &dialog.id, me, mark, now).await?;
        }
        tx.commit().await?;
        return Ok(Answer::Empty);
    }
    let mut turn = site.db.turn().await?;
    let mut tx = turn.begin().await?;
    let mut found = false;
    for id in &ids {
        let Some(message) = messages::by_id(&mut *tx, id).await? else {
            continue;
        };
        let Some(dialog) = dialogs::by_id(&mut *tx, &message.dialog_id).await? else {
            continue;
        };
        if !dialog::standing(&mut *tx, &dialog, me).await?.sees(&dialog) {
            continue;
        }
        found = true;
        if let Some(mark) = mark
            && message.sender_id != me
        {
            receipts::raise(&mut tx, message.seq, &dialog.id, me, mark, now).await?;
        }
        if let Some(text) = call.text("message") {
            if message.sender_id != me {
                return Err(Fault::forbidden("Only its author can correct a message."));
            }
            if text.len() > crate::chat::message::MOST_TEXT {
                return Err(Fault::invalid("The message is too long."));
            }
            messages::edit(&mut tx, message.seq, &text, &message.params, now).await?;
            dialogs::touch(&mut tx, &dialog.id, now).await?;
        }
    }
    if !found {
        return Err(Fault::not_found());
    }
    tx.commit().await?;
    Ok(Answer::Empty)
}

/// `DELETE /chat/Message/<id>[,<id>…]`: for oneself, or with `force` for everybody, whom
/// the server then tells.
pub(crate) async fn delete(site: &Arc<Site>, call: &Call, ids: &str) -> Result<Answer, Fault> {
    let me = call.user()?;
    let force = call.says_yes("force");
    let (mut done, mut unknown, mut forbidden) = (Vec::new(), Vec::new(), Vec::new());
    for id in ids.split(',').map(str::trim).filter(|id| !id.is_empty()) {
        let result = if force {
            remove(site, me, id).await
        } else {
            hide(site, me, id).await
        };
        match result {
            Ok(()) => done.push(id),
            Err(Refusal::NotFound(_)) => unknown.push(id),
            Err(Refusal::Forbidden(_)) => forbidden.push(id),
            Err(other) => return Err(other.into()),
        }
    }
    Ok(Answer::Json(json!({
        "SuccessfullyDeleted": { "ids": done },
        "NotFound": { "ids": unknown },
        "WrongPermissions": { "ids": forbidden },
    })))
}

async fn remove(site: &Arc<Site>, me: i64, id: &str) -> Result<(), Refusal> {
    let stanza = Element::new("message", ns::CLIENT)
        .with("type", "chat")
        .with("id", site.ids.next(site.now() / 1000))
        .with_child(Element::new("remove", ns::DELETE).with("id", id));
    edit::remove_named(
        site,
        &Author::over_rest(site, me),
        Some(id.to_owned()),
        stanza,
    )
    .done()
    .await
}

async fn hide(site: &Site, me: i64, id: &str) -> Result<(), Refusal> {
    const UNKNOWN: Refusal = Refusal::NotFound("There is no such message.");
    let mut turn = site.db.turn().await?;
    let mut tx = turn.begin().await?;
    let message = messages::by_id(&mut *tx, &id.to_lowercase())
        .await?
        .ok_or(UNKNOWN)?;
    let dialog = dialogs::by_id(&mut *tx, &message.dialog_id)
        .await?
        .ok_or(UNKNOWN)?;
    if !dialog::standing(&mut *tx, &dialog, me).await?.sees(&dialog) {
        return Err(UNKNOWN);
    }
    messages::hide(&mut tx, me, &message).await?;
    dialogs::touch_member(&mut tx, &dialog.id, me, site.now()).await?;
    tx.commit().await?;
    Ok(())
}

/// `GET /chat/Message/unread`.
pub(crate) async fn unread(site: &Site, call: &Call) -> Result<Answer, Fault> {
    let me = call.user()?;
    let counts = receipts::unread(site.db.read(), me).await?;
    let mut answer = Map::new();
    let total: i64 = counts.values().sum();
    answer.insert("total".to_owned(), json!(total));
    // The SDK joins the ids with a comma and a blank.
    for id in call
        .param("chat_dialog_ids")
        .map(params::texts)
        .unwrap_or_default()
    {
        let count = counts.get(&id.to_lowercase()).copied().unwrap_or(0);
        answer.insert(id, json!(count));
    }
    Ok(Answer::Json(Value::Object(answer)))
}

/// `POST /chat/Message/system`.
pub(crate) async fn system(site: &Arc<Site>, call: &Call) -> Result<Answer, Fault> {
    let me = call.user()?;
    let recipient = call
        .number("recipientId")
        .ok_or_else(|| Fault::field("recipientId", "is required"))?;
    let id = site.ids.next(site.now() / 1000);
    let mut inside = Element::new("extraParams", ns::CLIENT)
        .with_child(Element::new("moduleIdentifier", ns::CLIENT).with_text("SystemNotifications"));
    let mut given = call.params.clone();
    given.remove("recipientId");
    for (key, value) in &given {
        inside.push(extra::from_json(key, value));
    }
    let stanza = Element::new("message", ns::CLIENT)
        .with("type", "headline")
        .with("id", id.clone())
        .with("to", site.bare_jid(recipient))
        .with_child(inside);
    signal::headline(site, &Author::over_rest(site, me), stanza)?;
    Ok(Answer::Json(json!({
        "messageId": id,
        "recipientId": recipient,
        "extensionParams": given,
    })))
}

/// `PUT /chat/Message/<id>/reactions`.
pub(crate) async fn react(site: &Arc<Site>, call: &Call, id: &str) -> Result<Answer, Fault> {
    let me = call.user()?;
    let (add, remove) = (call.text("add"), call.text("remove"));
    let author = Author::over_rest(site, me);
    let change = reaction::Change {
        message_id: id.to_owned(),
        add,
        remove,
    };
    reaction::change(site, &author, change).await?;
    Ok(Answer::Empty)
}

/// `GET /chat/Message/<id>/reactions`.
pub(crate) async fn reactions(site: &Site, call: &Call, id: &str) -> Result<Answer, Fault> {
    let me = call.user()?;
    let message = messages::by_id(site.db.read(), id)
        .await?
        .ok_or_else(Fault::not_found)?;
    let dialog = dialogs::by_id(site.db.read(), &message.dialog_id)
        .await?
        .ok_or_else(Fault::not_found)?;
    if !dialog::standing(site.db.read(), &dialog, me)
        .await?
        .sees(&dialog)
    {
        return Err(Fault::not_found());
    }
    let mut answer: Map<String, Value> = Map::new();
    for reaction in stored_reactions::of(site.db.read(), &[message.seq])
        .await?
        .remove(&message.seq)
        .unwrap_or_default()
    {
        let ids = answer.entry(reaction.emoji).or_insert_with(|| json!([]));
        if let Value::Array(ids) = ids {
            ids.push(json!(reaction.user_id));
        }
    }
    Ok(Answer::Json(Value::Object(answer)))
}
