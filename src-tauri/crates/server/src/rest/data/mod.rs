//! Custom objects (`protocol/rest.md` §9): records of classes that the
//! administrator made. Reports are two such classes.
//!
//! [`access`] says who may do what with a record, [`query`] turns parameters
//! into SQL, [`change`] applies what an update says. Here are the calls.

mod access;
mod change;
mod many;
mod query;
#[cfg(test)]
mod tests;

use axum::http::StatusCode;
use serde_json::{Map, Value, json};
use sqlx::SqliteConnection;

use crate::db::records::{self, Class, Record};
use crate::rest::answer::{Answer, Fault};
use crate::rest::params;
use crate::rest::request::Call;
use crate::site::Site;
use access::{Right, Visitor};

pub(crate) use many::{create_many, delete_by_criteria, update_by_criteria, update_many};

/// A list has at most so many records (`protocol/README.md` §10).
const MOST_LISTED: i64 = 100;
/// A record's fields have at most so many bytes as JSON.
const MOST_FIELDS: usize = 64 * 1024;
/// One person may have so many records.
const MOST_RECORDS: i64 = 100_000;
/// Keys of a record that are no fields.
const OWN: [&str; 7] = [
    "_id",
    "id",
    "_parent_id",
    "user_id",
    "created_at",
    "updated_at",
    "permissions",
];

/// `POST /data/<Class>`.
pub(crate) async fn create(site: &Site, call: &Call, class: &str) -> Result<Answer, Fault> {
    let (class, visitor) = enter(site, call, class).await?;
    let mut turn = site.db.turn().await?;
    let mut tx = turn.begin().await?;
    let record = add(site, &mut tx, &class, &visitor, &call.params).await?;
    tx.commit().await?;
    Ok(Answer::Created(shape(&record)))
}

/// `GET /data/<Class>`.
pub(crate) async fn list(site: &Site, call: &Call, class: &str) -> Result<Answer, Fault> {
    let (class, visitor) = enter(site, call, class).await?;
    if call.says_yes("count") {
        let mut query = query::start("COUNT(*)", &class, &visitor, Right::Read);
        query::filter(&mut query, &call.params)?;
        let count: i64 = query.build_query_scalar().fetch_one(site.db.read()).await?;
        return Ok(Answer::Json(json!({
            "class_name": class.name, "items": { "count": count },
        })));
    }
    let mut query = query::start(records::COLUMNS, &class, &visitor, Right::Read);
    query::filter(&mut query, &call.params)?;
    let (skip, limit) = (call.skip(), call.limit(MOST_LISTED));
    if call.number("limit") == Some(-1) {
        query.push(" ORDER BY r.seq DESC LIMIT 1");
    } else {
        query::sort(&mut query, &call.params)?;
        query
            .push(" LIMIT ")
            .push_bind(limit)
            .push(" OFFSET ")
            .push_bind(skip);
    }
    let found: Vec<Record> = query.build_query_as().fetch_all(site.db.read()).await?;
    let items: Vec<Value> = found
        .iter()
        .map(|record| query::output(shape(record), &call.params))
        .collect();
    Ok(Answer::Json(json!({
        "class_name": class.name, "skip": skip, "limit": limit, "items": items,
    })))
}

/// `GET /data/<Class>/<id>[,<id>…]`; with `permissions=1` those of one record.
pub(crate) async fn get(site: &Site, call: &Call, class: &str, ids: &str) -> Result<Answer, Fault> {
    let (class, visitor) = enter(site, call, class).await?;
    let ids = split(ids);
    let mut items = Vec::new();
    for id in &ids {
        if let Some(record) = records::by_id(site.db.read(), &class.name, id).await?
            && visitor.may(Right::Read, &class, &record)
        {
            if call.says_yes("permissions") {
                let permissions = access::shown(&record);
                return Ok(Answer::Json(
                    json!({ "record_id": record.id, "permissions": permissions }),
                ));
            }
            items.push(query::output(shape(&record), &call.params));
        }
    }
    if items.is_empty() && ids.len() < 2 {
        return Err(Fault::not_found());
    }
    Ok(Answer::Json(json!({
        "class_name": class.name, "skip": 0, "limit": MOST_LISTED, "items": items,
    })))
}

/// `PUT /data/<Class>/<id>`.
pub(crate) async fn update(
    site: &Site,
    call: &Call,
    class: &str,
    id: &str,
) -> Result<Answer, Fault> {
    let (class, visitor) = enter(site, call, class).await?;
    let mut turn = site.db.turn().await?;
    let mut tx = turn.begin().await?;
    let mut record = find(&mut tx, &class, &visitor, id)
        .await?
        .ok_or_else(Fault::not_found)?;
    if !visitor.may(Right::Update, &class, &record) {
        return Err(not_yours());
    }
    write(site, &mut tx, &mut record, &call.params).await?;
    tx.commit().await?;
    Ok(Answer::Json(shape(&record)))
}

/// `DELETE /data/<Class>/<id>[,<id>…]`: nothing for one, three lists for several.
pub(crate) async fn delete(
    site: &Site,
    call: &Call,
    class: &str,
    ids: &str,
) -> Result<Answer, Fault> {
    let (class, visitor) = enter(site, call, class).await?;
    let ids = split(ids);
    let mut turn = site.db.turn().await?;
    let mut tx = turn.begin().await?;
    let (mut done, mut missing, mut wrong) = (Vec::new(), Vec::new(), Vec::new());
    for id in &ids {
        match find(&mut tx, &class, &visitor, id).await? {
            Some(record) if visitor.may(Right::Delete, &class, &record) => {
                records::delete(&mut tx, &record.id).await?;
                done.push(id);
            }
            Some(_) => wrong.push(id),
            None => missing.push(id),
        }
    }
    tx.commit().await?;
    if let [_] = ids.as_slice() {
        return match (wrong.is_empty(), missing.is_empty()) {
            (false, _) => Err(not_yours()),
            (_, false) => Err(Fault::not_found()),
            _ => Ok(Answer::Empty),
        };
    }
    Ok(Answer::Json(json!({
        "SuccessfullyDeleted": { "ids": done },
        "NotFound": { "ids": missing },
        "WrongPermissions": { "ids": wrong },
    })))
}

/// The class, if there is one, and who asks.
async fn enter(site: &Site, call: &Call, class: &str) -> Result<(Class, Visitor), Fault> {
    let user_id = call.user()?;
    let class = records::class(site.db.read(), class)
        .await?
        .ok_or_else(Fault::not_found)?;
    Ok((class, Visitor::read(site.db.read(), user_id).await?))
}

/// A record, as far as the visitor may know that there is one.
async fn find(
    tx: &mut SqliteConnection,
    class: &Class,
    visitor: &Visitor,
    id: &str,
) -> Result<Option<Record>, Fault> {
    let found = records::by_id(&mut *tx, &class.name, id).await?;
    Ok(found.filter(|record| {
        [Right::Read, Right::Update, Right::Delete]
            .into_iter()
            .any(|right| visitor.may(right, class, record))
    }))
}

fn not_yours() -> Fault {
    Fault::forbidden("You have no right to change this record.")
}

fn split(ids: &str) -> Vec<String> {
    params::texts(&Value::String(ids.to_owned()))
        .into_iter()
        .take(usize::try_from(MOST_LISTED).unwrap_or(100))
        .collect()
}

async fn add(
    site: &Site,
    tx: &mut SqliteConnection,
    class: &Class,
    visitor: &Visitor,
    given: &Map<String, Value>,
) -> Result<Record, Fault> {
    if records::count_of(&mut *tx, visitor.user_id).await? >= MOST_RECORDS {
        return Err(Fault::base(
            StatusCode::UNPROCESSABLE_ENTITY,
            "You have too many records.",
        ));
    }
    let now = site.now() / 1000;
    let mut fields = Map::new();
    change::set(&mut fields, given)?;
    let record = Record {
        id: site.ids.next(now),
        class: class.name.clone(),
        user_id: visitor.user_id,
        parent_id: given.get("_parent_id").and_then(params::text),
        fields: checked(&fields)?,
        permissions: access::read(given.get("permissions"), None)?.to_string(),
        created_at: now,
        updated_at: now,
        resolved_at: None,
        resolution: None,
    };
    records::insert(tx, &record).await?;
    Ok(record)
}

async fn write(
    site: &Site,
    tx: &mut SqliteConnection,
    record: &mut Record,
    given: &Map<String, Value>,
) -> Result<(), Fault> {
    let mut fields = record.fields();
    change::apply(&mut fields, given)?;
    record.fields = checked(&fields)?;
    if let Some(parent) = given.get("_parent_id") {
        record.parent_id = params::text(parent);
    }
    if given.contains_key("permissions") {
        let permissions = access::read(given.get("permissions"), Some(record.permissions()))?;
        record.permissions = permissions.to_string();
    }
    record.updated_at = site.now() / 1000;
    records::update(tx, record).await?;
    Ok(())
}

fn checked(fields: &Map<String, Value>) -> Result<String, Fault> {
    let text = Value::Object(fields.clone()).to_string();
    if text.len() > MOST_FIELDS {
        return Err(Fault::invalid("A record can have at most 64 kB."));
    }
    Ok(text)
}

/// A record as REST shows it.
fn shape(record: &Record) -> Value {
    let mut map = Map::new();
    map.insert("_id".to_owned(), json!(record.id));
    map.extend(record.fields());
    map.insert("_parent_id".to_owned(), json!(record.parent_id));
    map.insert("user_id".to_owned(), json!(record.user_id));
    map.insert("created_at".to_owned(), json!(record.created_at));
    map.insert("updated_at".to_owned(), json!(record.updated_at));
    map.insert("permissions".to_owned(), access::shown(record));
    Value::Object(map)
}
