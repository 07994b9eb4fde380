//! People over REST (`protocol/rest.md` §4).

use axum::http::StatusCode;
use serde_json::{Map, Value, json};
use sqlx::{QueryBuilder, Sqlite};

use crate::db::users::{self, COLUMNS, FieldValue, User};
use crate::password;
use crate::rest::answer::{Answer, Fault};
use crate::rest::filter::{self, Field, Kind, field};
use crate::rest::params;
use crate::rest::request::Call;
use crate::rest::shape;
use crate::site::Site;

/// So many people are listed at once.
const MOST: i64 = 100;
/// So many tags somebody may have.
const MOST_TAGS: usize = 5;

const FIELDS: [Field; 12] = [
    field("id", "id", Kind::Number),
    field("login", "login", Kind::Text),
    field("email", "email", Kind::Text),
    field("full_name", "full_name", Kind::Text),
    field("phone", "phone", Kind::Text),
    field("external_id", "external_id", Kind::Text),
    field("facebook_id", "facebook_id", Kind::Text),
    field("twitter_id", "twitter_id", Kind::Text),
    field("user_tags", "user_tags", Kind::Tags),
    field("last_request_at", "last_request_at", Kind::Time),
    field("created_at", "created_at", Kind::Time),
    field("updated_at", "updated_at", Kind::Time),
];

/// What people may say about themselves, and the columns for it.
const TEXTS: [(&str, &str); 12] = [
    ("login", "login"),
    ("email", "email"),
    ("full_name", "full_name"),
    ("phone", "phone"),
    ("website", "website"),
    ("custom_data", "custom_data"),
    ("avatar", "avatar"),
    ("external_id", "external_id"),
    ("external_user_id", "external_id"),
    ("facebook_id", "facebook_id"),
    ("twitter_id", "twitter_id"),
    ("user_tags", "user_tags"),
];

/// The fields of a body that are set, checked.
fn fields_of(body: &Map<String, Value>) -> Result<Vec<(&'static str, FieldValue)>, Fault> {
    let mut fields: Vec<(&'static str, FieldValue)> = Vec::new();
    for (key, column) in TEXTS {
        let Some(value) = body.get(key) else { continue };
        if fields.iter().any(|(known, _)| *known == column) {
            continue;
        }
        let text = params::text(value).map(|text| text.trim().to_owned());
        let text = text.filter(|text| !text.is_empty());
        if column == "login" {
            let length = text.as_deref().map_or(0, |text| text.chars().count());
            if text.is_some() && !(3..=70).contains(&length) {
                return Err(Fault::field(
                    "login",
                    "should be between 3 and 70 characters",
                ));
            }
        }
        if column == "email" && text.as_deref().is_some_and(|text| !text.contains('@')) {
            return Err(Fault::field("email", "should look like an email address."));
        }
        if column == "user_tags"
            && text
                .as_deref()
                .is_some_and(|tags| tags.split(',').count() > MOST_TAGS)
        {
            return Err(Fault::field("user_tags", "should have at most 5 tags"));
        }
        fields.push((column, FieldValue::Text(text)));
    }
    if let Some(tags) = body.get("tag_list") {
        let tags = params::texts(tags);
        if tags.len() > MOST_TAGS {
            return Err(Fault::field("tag_list", "should have at most 5 tags"));
        }
        let tags = (!tags.is_empty()).then(|| tags.join(","));
        fields.retain(|(column, _)| *column != "user_tags");
        fields.push(("user_tags", FieldValue::Text(tags)));
    }
    for (key, column) in [("timezone", "timezone"), ("blob_id", "blob_id")] {
        if let Some(value) = body.get(key) {
            fields.push((column, FieldValue::Number(params::number(value))));
        }
    }
    Ok(fields)
}

fn has_text(fields: &[(&'static str, FieldValue)], column: &str) -> bool {
    fields
        .iter()
        .any(|(known, value)| *known == column && matches!(value, FieldValue::Text(Some(_))))
}

async fn hash_of(secret: String) -> Result<String, Fault> {
    if !(8..=40).contains(&secret.chars().count()) {
        return Err(Fault::field(
            "password",
            "should be between 8 and 40 characters",
        ));
    }
    password::hash(secret)
        .await
        .map_err(|error| Fault::inside(&error))
}

/// Turns a broken uniqueness into words.
fn taken(error: sqlx::Error) -> Fault {
    if let sqlx::Error::Database(inner) = &error
        && inner.is_unique_violation()
    {
        if inner.message().contains("email") {
            return Fault::invalid("email must be unique");
        }
        return Fault::field("login", "has already been taken");
    }
    error.into()
}

fn body(call: &Call) -> &Map<String, Value> {
    match call.param("user") {
        Some(Value::Object(fields)) => fields,
        _ => &call.params,
    }
}

/// `POST /users`: sign-up, with a session or with the application's key alone.
pub(crate) async fn sign_up(site: &Site, call: &Call) -> Result<Answer, Fault> {
    let has_key = call.auth_key.as_deref() == Some(site.identity.auth_key.as_str());
    if !has_key {
        call.session()?;
    }
    let body = body(call);
    let fields = fields_of(body)?;
    if !has_text(&fields, "login") && !has_text(&fields, "email") {
        return Err(Fault::field("login", "login or email is required"));
    }
    let hash = hash_of(
        body.get("password")
            .and_then(params::text)
            .unwrap_or_default(),
    )
    .await?;
    let mut turn = site.db.turn().await?;
    let id = users::insert(turn.connection(), &fields, &hash, false, site.now())
        .await
        .map_err(taken)?;
    let user = users::by_id(turn.connection(), id)
        .await?
        .ok_or_else(Fault::not_found)?;
    Ok(Answer::Created(json!({ "user": shape::user(&user) })))
}

/// `PUT /users/<id>`: oneself only.
pub(crate) async fn update(site: &Site, call: &Call, id: Option<&str>) -> Result<Answer, Fault> {
    let me = call.user()?;
    check_is_me(me, id)?;
    let body = body(call);
    let fields = fields_of(body)?;
    let mut hash = None;
    if let Some(new) = body
        .get("password")
        .and_then(params::text)
        .filter(|new| !new.is_empty())
    {
        let old = body
            .get("old_password")
            .and_then(params::text)
            .unwrap_or_default();
        let stored = users::password(site.db.read(), me)
            .await?
            .unwrap_or_default();
        if !stored.is_empty() && !password::fits(old, stored).await {
            return Err(Fault::list(StatusCode::UNAUTHORIZED, "Invalid password"));
        }
        hash = Some(hash_of(new).await?);
    }
    let mut turn = site.db.turn().await?;
    users::update(turn.connection(), me, &fields, hash.as_deref(), site.now())
        .await
        .map_err(taken)?;
    let user = users::by_id(turn.connection(), me)
        .await?
        .ok_or_else(Fault::not_found)?;
    Ok(Answer::Json(json!({ "user": shape::user(&user) })))
}

fn check_is_me(me: i64, id: Option<&str>) -> Result<(), Fault> {
    match id {
        Some(id) if id.parse() != Ok(me) => Err(Fault::forbidden("Forbidden")),
        _ => Ok(()),
    }
}

/// `DELETE /users/<id>`: oneself only. The SDK leaves the id out where it does not know it.
pub(crate) async fn delete(site: &Site, call: &Call, id: Option<&str>) -> Result<Answer, Fault> {
    let me = call.user()?;
    check_is_me(me, id)?;
    let mut turn = site.db.turn().await?;
    let mut tx = turn.begin().await?;
    users::delete(&mut tx, me).await?;
    tx.commit().await?;
    drop(turn);
    site.hub.expel(me);
    Ok(Answer::Empty)
}

/// `GET /users/v2`: flat people. At least one field must be asked for in earnest.
pub(crate) async fn list(site: &Site, call: &Call) -> Result<Answer, Fault> {
    call.session()?;
    let mut limit = call.limit(MOST);
    let mut stands_alone = false;
    for field in &FIELDS[..9] {
        match call.param(field.name) {
            Some(Value::Object(operators)) => {
                for (operator, value) in operators {
                    if operator == "start_with" {
                        limit = limit.min(5);
                        if params::text(value).unwrap_or_default().chars().count() < 4 {
                            return Err(Fault::invalid("start_with needs at least 4 characters"));
                        }
                    }
                    stands_alone |= matches!(operator.as_str(), "in" | "start_with" | "eq");
                }
            }
            Some(_) => stands_alone = true,
            None => {}
        }
    }
    if !stands_alone {
        return Err(Fault::invalid("At least one field to look for is required"));
    }
    let (users, total) = select(site, &call.params, sort(call), limit, call.skip()).await?;
    Ok(Answer::Json(json!({
        "limit": limit,
        "skip": call.skip(),
        "total_entries": total,
        "items": users.iter().map(shape::user).collect::<Vec<_>>(),
    })))
}

/// The order that was asked for, in columns of ours.
fn sort(call: &Call) -> (&'static str, bool) {
    for (name, descending) in [("sort_desc", true), ("sort_asc", false)] {
        let asked = call.text(name);
        let known = FIELDS
            .iter()
            .find(|field| Some(field.name) == asked.as_deref());
        if let Some(field) = known {
            return (field.sql, descending);
        }
    }
    ("id", false)
}

async fn select(
    site: &Site,
    filters: &Map<String, Value>,
    (column, descending): (&'static str, bool),
    limit: i64,
    skip: i64,
) -> Result<(Vec<User>, i64), Fault> {
    let mut count = QueryBuilder::<Sqlite>::new("SELECT COUNT(*) FROM users WHERE 1 = 1");
    filter::push(&mut count, &FIELDS, filters);
    let total: i64 = count.build_query_scalar().fetch_one(site.db.read()).await?;
    let mut query = QueryBuilder::<Sqlite>::new("SELECT ");
    query.push(COLUMNS).push(" FROM users WHERE 1 = 1");
    filter::push(&mut query, &FIELDS, filters);
    query
        .push(" ORDER BY ")
        .push(column)
        .push(if descending { " DESC" } else { " ASC" });
    query
        .push(", id LIMIT ")
        .push_bind(limit)
        .push(" OFFSET ")
        .push_bind(skip);
    let users = query.build_query_as().fetch_all(site.db.read()).await?;
    Ok((users, total))
}

/// `GET /users`: the old list, paged, with `filter[]=number id in 22,33`.
pub(crate) async fn list_old(site: &Site, call: &Call) -> Result<Answer, Fault> {
    call.session()?;
    let mut filters = Map::new();
    let asked = match call.param("filter") {
        Some(Value::Array(list)) => list.iter().filter_map(params::text).collect(),
        Some(value) => params::text(value).into_iter().collect::<Vec<_>>(),
        None => Vec::new(),
    };
    for filter in asked {
        let mut words = filter.splitn(4, ' ');
        let (Some(_), Some(name), Some(operator), Some(value)) =
            (words.next(), words.next(), words.next(), words.next())
        else {
            return Err(Fault::invalid("filter cannot be read"));
        };
        let compared = match operator {
            "ge" => json!({ "gte": value }),
            "le" => json!({ "lte": value }),
            "between" => {
                let (low, high) = value.split_once(',').unwrap_or((value, value));
                json!({ "gte": low, "lte": high })
            }
            other => json!({ other: value }),
        };
        filters.insert(name.to_owned(), compared);
    }
    let order = call.text("order").unwrap_or_default();
    let mut words = order.split(' ');
    let descending = words.next() == Some("desc");
    let name = words.next_back().unwrap_or_default();
    let column = FIELDS
        .iter()
        .find(|field| field.name == name)
        .map_or("id", |field| field.sql);
    paged(site, call, &filters, (column, descending)).await
}

async fn paged(
    site: &Site,
    call: &Call,
    filters: &Map<String, Value>,
    order: (&'static str, bool),
) -> Result<Answer, Fault> {
    let page = call.number("page").unwrap_or(1).max(1);
    let per_page = call.number("per_page").unwrap_or(10).clamp(1, MOST);
    let skip = (page - 1).saturating_mul(per_page);
    let (users, total) = select(site, filters, order, per_page, skip).await?;
    let items: Vec<Value> = users
        .iter()
        .map(|user| json!({ "user": shape::user(user) }))
        .collect();
    Ok(Answer::Json(json!({
        "current_page": page,
        "per_page": per_page,
        "total_entries": total,
        "items": items,
    })))
}

/// `GET /users/<id>`.
pub(crate) async fn one(site: &Site, call: &Call, id: &str) -> Result<Answer, Fault> {
    call.session()?;
    let id = id.parse().map_err(|_| Fault::not_found())?;
    let user = users::by_id(site.db.read(), id)
        .await?
        .ok_or_else(Fault::not_found)?;
    Ok(Answer::Json(json!({ "user": shape::user(&user) })))
}

/// One person by a column.
pub(crate) async fn one_by(
    site: &Site,
    call: &Call,
    column: &'static str,
    value: &str,
) -> Result<Answer, Fault> {
    call.session()?;
    let user = users::by_text(site.db.read(), column, value)
        .await?
        .ok_or_else(Fault::not_found)?;
    Ok(Answer::Json(json!({ "user": shape::user(&user) })))
}

/// `GET /users/by_login` and its sisters.
pub(crate) async fn by(site: &Site, call: &Call, by: &str) -> Result<Answer, Fault> {
    let one_of = [
        ("by_login", "login", "login"),
        ("by_email", "email", "email"),
        ("by_phone", "phone", "phone"),
        // The SDK's own name for it.
        ("phone", "phone", "phone"),
        ("by_facebook_id", "facebook_id", "facebook_id"),
        ("by_twitter_id", "twitter_id", "twitter_id"),
        ("by_external_id", "external_id", "external_id"),
    ];
    if let Some((_, parameter, column)) = one_of.into_iter().find(|(path, ..)| *path == by) {
        let value = call.text(parameter).ok_or_else(Fault::not_found)?;
        return one_by(site, call, column, &value).await;
    }
    call.session()?;
    let mut filters = Map::new();
    match by {
        "by_full_name" => {
            let name = call.text("full_name").unwrap_or_default();
            filters.insert("full_name".to_owned(), json!({ "ctn": name }));
        }
        "by_tags" => {
            let tags = call.param("tags").map(params::texts).unwrap_or_default();
            filters.insert("user_tags".to_owned(), json!({ "in": tags }));
        }
        _ => return Err(Fault::not_found()),
    }
    paged(site, call, &filters, ("id", false)).await
}

/// `GET /users/online`.
pub(crate) async fn online(site: &Site, call: &Call) -> Result<Answer, Fault> {
    let mut online = site.hub.online();
    if let Some(me) = call.session()?.user_id {
        online.retain(|id| !site.hides(*id, me));
    }
    if call.says_yes("count") {
        return Ok(Answer::Json(json!({ "count": online.len() })));
    }
    let skip = usize::try_from(call.skip()).unwrap_or(usize::MAX);
    let limit = usize::try_from(call.limit(MOST)).unwrap_or(0);
    let ids: Vec<i64> = online.into_iter().skip(skip).take(limit).collect();
    let users = users::by_ids(site.db.read(), &ids).await?;
    Ok(Answer::Json(
        json!({ "users": users.iter().map(shape::user).collect::<Vec<_>>() }),
    ))
}

/// `POST` or `GET /users/password/reset`: answered the same for everybody, so that nobody
/// learns who is here. This server sends no mail; whoever runs it sees who waits for a new
/// password (`kith-server admin user list`) and gives one.
pub(crate) async fn ask_for_password(site: &Site, call: &Call) -> Result<Answer, Fault> {
    let email = call.text("email").unwrap_or_default();
    let email = email.trim();
    if !email.contains('@') {
        return Err(Fault::field("email", "should look like an email address."));
    }
    let mut turn = site.db.turn().await?;
    if users::asks_for_password(turn.connection(), email, site.now()).await? {
        tracing::warn!("somebody asks for a new password; see: kith-server admin user list");
    }
    Ok(Answer::Empty)
}
