//! The list of dialogs as one person sees it (`protocol/rest.md` §5.3).

use std::collections::HashMap;

use serde_json::{Map, Value, json};
use sqlx::{FromRow, QueryBuilder, Sqlite};

use crate::db::receipts;
use crate::rest::answer::{Answer, Fault};
use crate::rest::filter::{self, Field, Kind, field};
use crate::rest::params;
use crate::rest::request::Call;
use crate::rest::shape::{self, Around};
use crate::site::Site;

/// So many dialogs are listed at once.
const MOST: i64 = 100;

/// A dialog with what a list shows of it.
#[derive(Debug, Clone, FromRow)]
pub(crate) struct Listed {
    pub(crate) id: String,
    #[sqlx(rename = "type")]
    pub(crate) kind: i64,
    pub(crate) owner_id: i64,
    pub(crate) shown_name: String,
    pub(crate) description: Option<String>,
    pub(crate) photo: Option<String>,
    pub(crate) extensions: Option<String>,
    pub(crate) permissions: Option<String>,
    pub(crate) created_at: i64,
    pub(crate) changed_at: i64,
    pub(crate) notifications: Option<i64>,
    pub(crate) last_seq: Option<i64>,
    pub(crate) last_id: Option<String>,
    pub(crate) last_body: Option<String>,
    pub(crate) last_sender_id: Option<i64>,
    pub(crate) last_date_sent: Option<i64>,
}

const FIELDS: [Field; 6] = [
    field("_id", "id", Kind::Text),
    field("type", "type", Kind::Number),
    field("name", "shown_name", Kind::Text),
    field("last_message_date_sent", "last_date_sent", Kind::Seconds),
    field("created_at", "created_at", Kind::Time),
    field("updated_at", "changed_at", Kind::Time),
];

/// Everything one person sees, with the last message they see of it. A private dialog is
/// called what the other person is called.
const VISIBLE: &str = "
    WITH mine AS (
        SELECT d.id, d.type, d.owner_id, d.description, d.photo, d.extensions, d.permissions,
               d.created_at, m.notifications,
               MAX(d.updated_at, COALESCE(m.updated_at, 0)) AS changed_at,
               CASE WHEN d.type = 3 THEN COALESCE(
                   (SELECT COALESCE(NULLIF(u.full_name, ''), u.login, u.email)
                    FROM users u
                    WHERE u.id = CASE WHEN d.pair_low = m.user_id THEN d.pair_high ELSE d.pair_low END),
                   '') ELSE d.name END AS shown_name,
               CASE WHEN m.user_id IS NULL AND d.type = 4 THEN NULL ELSE (
                   SELECT g.seq FROM messages g
                   WHERE g.dialog_id = d.id AND g.seq > COALESCE(m.cleared_seq, 0)
                     AND NOT EXISTS (SELECT 1 FROM hidden_messages h
                                     WHERE h.user_id = m.user_id AND h.seq = g.seq)
                   ORDER BY g.date_sent DESC, g.seq DESC LIMIT 1) END AS last_seq
        FROM dialogs d
        LEFT JOIN members m ON m.dialog_id = d.id AND m.user_id = ";

/// Which of them: one's own, every channel, and in the directory every public dialog.
const VISIBLE_WHERE: &str = "
        WHERE (m.user_id IS NOT NULL AND m.hidden = 0)
           OR (m.user_id IS NULL AND (d.type = 1 OR (d.type = 4 AND ";

const VISIBLE_END: &str = ")))
    ), listed AS (
        SELECT mine.*, l.id AS last_id, l.body AS last_body, l.sender_id AS last_sender_id,
               l.date_sent AS last_date_sent
        FROM mine LEFT JOIN messages l ON l.seq = mine.last_seq
    ) ";

/// Which public dialogs are listed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Public {
    /// Those that the viewer has joined.
    Joined,
    /// All of them, as they show themselves to strangers.
    All,
}

fn visible(viewer: i64, public: Public) -> QueryBuilder<Sqlite> {
    let mut query = QueryBuilder::new(VISIBLE);
    query
        .push_bind(viewer)
        .push(VISIBLE_WHERE)
        .push_bind(public == Public::All)
        .push(VISIBLE_END);
    query
}

fn push_filters(query: &mut QueryBuilder<Sqlite>, params: &Map<String, Value>) {
    filter::push(query, &FIELDS, params);
    if let Some(Value::Object(extensions)) = params.get("extensions") {
        for (key, value) in extensions {
            let Some(value) = params::text(value) else {
                continue;
            };
            query.push(" AND json_extract(extensions, ");
            query.push_bind(format!("$.\"{}\"", key.replace('"', "")));
            query.push(") = ").push_bind(value);
        }
    }
    match params.get("occupants_ids") {
        Some(Value::Object(operators)) => {
            for (operator, value) in operators {
                push_occupants(query, operator, &params::numbers(value));
            }
        }
        Some(value) => push_occupants(query, "all", &params::numbers(value)),
        None => {}
    }
}

/// Who is in a dialog: all of some, one of some (`in`, `or`), none of some (`nin`, `ne`).
fn push_occupants(query: &mut QueryBuilder<Sqlite>, operator: &str, ids: &[i64]) {
    let ids = &ids[..ids.len().min(1000)];
    match operator {
        "in" | "or" | "nin" | "ne" => {
            let not = if operator.starts_with('n') {
                "NOT "
            } else {
                ""
            };
            query.push(format!(
                " AND {not}EXISTS (SELECT 1 FROM members o WHERE o.dialog_id = listed.id
                                   AND o.user_id IN ("
            ));
            let mut list = query.separated(", ");
            for id in ids {
                list.push_bind(*id);
            }
            query.push("))");
        }
        _ => {
            for id in ids {
                query.push(
                    " AND EXISTS (SELECT 1 FROM members o WHERE o.dialog_id = listed.id
                                  AND o.user_id = ",
                );
                query.push_bind(*id).push(")");
            }
        }
    }
}

/// The order that was asked for. A field nobody knows is ignored, and the newest message
/// comes first.
fn order(call: &Call) -> &'static str {
    let column = |name: &str| match name {
        "last_message_date_sent" | "date_sent" => Some(0),
        "created_at" => Some(1),
        "updated_at" => Some(2),
        _ => None,
    };
    let ascending = call.text("sort_asc").as_deref().and_then(column);
    let descending = call.text("sort_desc").as_deref().and_then(column);
    match (ascending, descending) {
        (Some(0), _) => " ORDER BY COALESCE(last_date_sent, created_at / 1000) ASC, id ASC",
        (Some(1), _) => " ORDER BY created_at ASC, id ASC",
        (Some(_), _) => " ORDER BY changed_at ASC, id ASC",
        (None, Some(1)) => " ORDER BY created_at DESC, id DESC",
        (None, Some(2)) => " ORDER BY changed_at DESC, id DESC",
        (None, _) => " ORDER BY COALESCE(last_date_sent, created_at / 1000) DESC, id DESC",
    }
}

/// `GET /chat/Dialog`.
pub(crate) async fn list(site: &Site, call: &Call) -> Result<Answer, Fault> {
    let viewer = call.user()?;
    // A parameter of our own: the platform lists joined ones only, and ignores it.
    let public = if call.says_yes("directory") {
        Public::All
    } else {
        Public::Joined
    };
    let mut count = visible(viewer, public);
    count.push("SELECT COUNT(*) FROM listed WHERE 1 = 1");
    push_filters(&mut count, &call.params);
    let total: i64 = count.build_query_scalar().fetch_one(site.db.read()).await?;
    if call.says_yes("count") {
        return Ok(Answer::Json(json!({ "items": { "count": total } })));
    }
    let (limit, skip) = (call.limit(MOST), call.skip());
    let mut query = visible(viewer, public);
    query.push("SELECT * FROM listed WHERE 1 = 1");
    push_filters(&mut query, &call.params);
    query.push(order(call));
    query
        .push(" LIMIT ")
        .push_bind(limit)
        .push(" OFFSET ")
        .push_bind(skip);
    let listed: Vec<Listed> = query.build_query_as().fetch_all(site.db.read()).await?;
    Ok(Answer::Json(json!({
        "total_entries": total,
        "skip": skip,
        "limit": limit,
        "items": shapes(site, viewer, &listed).await?,
    })))
}

/// One dialog, as one person sees it.
pub(crate) async fn one(site: &Site, viewer: i64, id: &str) -> Result<Value, Fault> {
    let mut query = visible(viewer, Public::Joined);
    query
        .push("SELECT * FROM listed WHERE id = ")
        .push_bind(id.to_owned());
    let listed: Vec<Listed> = query.build_query_as().fetch_all(site.db.read()).await?;
    shapes(site, viewer, &listed)
        .await?
        .pop()
        .ok_or_else(Fault::not_found)
}

/// Dialogs whose name contains a text: for search.
pub(crate) async fn named(site: &Site, viewer: i64, text: &str) -> Result<Vec<Value>, Fault> {
    let mut query = visible(viewer, Public::Joined);
    query
        .push("SELECT * FROM listed WHERE INSTR(shown_name, ")
        .push_bind(text.to_owned());
    query.push(") > 0 ORDER BY COALESCE(last_date_sent, 0) DESC LIMIT 100");
    let listed: Vec<Listed> = query.build_query_as().fetch_all(site.db.read()).await?;
    shapes(site, viewer, &listed).await
}

async fn shapes(site: &Site, viewer: i64, listed: &[Listed]) -> Result<Vec<Value>, Fault> {
    let ids: Vec<String> = listed.iter().map(|dialog| dialog.id.clone()).collect();
    let seqs: Vec<i64> = listed.iter().filter_map(|dialog| dialog.last_seq).collect();
    let mut around: HashMap<String, Around> = HashMap::new();
    for (dialog_id, user_id, is_admin) in members_of(site, &ids).await? {
        around
            .entry(dialog_id)
            .or_default()
            .members
            .push((user_id, is_admin));
    }
    for (dialog_id, message_id) in pins_of(site, &ids).await? {
        around.entry(dialog_id).or_default().pins.push(message_id);
    }
    let unread = receipts::unread(site.db.read(), viewer).await?;
    let mut receipts = receipts::of(site.db.read(), &seqs).await?;
    Ok(listed
        .iter()
        .map(|dialog| {
            let mut around = around.remove(&dialog.id).unwrap_or_default();
            around.unread = unread.get(&dialog.id).copied().unwrap_or(0);
            around.last_receipts = dialog
                .last_seq
                .and_then(|seq| receipts.remove(&seq))
                .unwrap_or_default();
            shape::dialog(site, viewer, dialog, &around)
        })
        .collect())
}

async fn members_of(site: &Site, ids: &[String]) -> Result<Vec<(String, i64, bool)>, sqlx::Error> {
    let mut query = QueryBuilder::<Sqlite>::new(
        "SELECT dialog_id, user_id, is_admin FROM members WHERE dialog_id IN (",
    );
    let mut list = query.separated(", ");
    for id in ids {
        list.push_bind(id.clone());
    }
    query.push(") ORDER BY dialog_id, user_id");
    query.build_query_as().fetch_all(site.db.read()).await
}

async fn pins_of(site: &Site, ids: &[String]) -> Result<Vec<(String, String)>, sqlx::Error> {
    let mut query =
        QueryBuilder::<Sqlite>::new("SELECT dialog_id, message_id FROM pins WHERE dialog_id IN (");
    let mut list = query.separated(", ");
    for id in ids {
        list.push_bind(id.clone());
    }
    query.push(") ORDER BY dialog_id, pinned_at");
    query.build_query_as().fetch_all(site.db.read()).await
}
