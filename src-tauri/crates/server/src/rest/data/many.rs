//! Calls about many records at once.

use serde_json::{Map, Value, json};

use super::access::Right;
use super::{MOST_LISTED, add, enter, find, query, shape, write};
use crate::db::records::{self, Record};
use crate::rest::answer::{Answer, Fault};
use crate::rest::params;
use crate::rest::request::Call;
use crate::site::Site;

/// `POST /data/<Class>/multi`: all of them or none.
pub(crate) async fn create_many(site: &Site, call: &Call, class: &str) -> Result<Answer, Fault> {
    let (class, visitor) = enter(site, call, class).await?;
    let mut turn = site.db.turn().await?;
    let mut tx = turn.begin().await?;
    let mut items = Vec::new();
    for given in given(call)? {
        items.push(shape(&add(site, &mut tx, &class, &visitor, &given).await?));
    }
    tx.commit().await?;
    Ok(Answer::Created(
        json!({ "class_name": class.name, "items": items }),
    ))
}

/// `PUT /data/<Class>/multi`: those that can be, and a list of the others.
pub(crate) async fn update_many(site: &Site, call: &Call, class: &str) -> Result<Answer, Fault> {
    let (class, visitor) = enter(site, call, class).await?;
    let mut turn = site.db.turn().await?;
    let mut tx = turn.begin().await?;
    let (mut items, mut missing) = (Vec::new(), Vec::new());
    for given in given(call)? {
        let id = given
            .get("id")
            .or_else(|| given.get("_id"))
            .and_then(params::text);
        let id = id.ok_or_else(|| Fault::field("id", "can't be blank"))?;
        match find(&mut tx, &class, &visitor, &id).await? {
            Some(mut record) if visitor.may(Right::Update, &class, &record) => {
                write(site, &mut tx, &mut record, &given).await?;
                items.push(shape(&record));
            }
            Some(_) | None => missing.push(id),
        }
    }
    tx.commit().await?;
    Ok(Answer::Json(json!({
        "class_name": class.name, "items": items, "not_found": { "ids": missing },
    })))
}

/// `PUT /data/<Class>/by_criteria`.
pub(crate) async fn update_by_criteria(
    site: &Site,
    call: &Call,
    class: &str,
) -> Result<Answer, Fault> {
    let (class, visitor) = enter(site, call, class).await?;
    let criteria = call
        .param("search_criteria")
        .and_then(Value::as_object)
        .ok_or_else(|| Fault::field("search_criteria", "can't be blank"))?;
    let mut changes = call.params.clone();
    changes.shift_remove("search_criteria");
    let mut query = query::start(records::COLUMNS, &class, &visitor, Right::Update);
    named(query::filter(&mut query, criteria)?)?;
    query.push(" ORDER BY r.seq");
    let mut turn = site.db.turn().await?;
    let mut tx = turn.begin().await?;
    let mut found: Vec<Record> = query.build_query_as().fetch_all(&mut *tx).await?;
    for record in &mut found {
        write(site, &mut tx, record, &changes).await?;
    }
    tx.commit().await?;
    let most = usize::try_from(MOST_LISTED).unwrap_or(100);
    let items: Vec<Value> = found.iter().take(most).map(shape).collect();
    Ok(Answer::Json(json!({
        "class_name": class.name, "skip": 0, "limit": MOST_LISTED,
        "total_found": found.len(), "items": items,
    })))
}

/// `DELETE /data/<Class>/by_criteria`.
pub(crate) async fn delete_by_criteria(
    site: &Site,
    call: &Call,
    class: &str,
) -> Result<Answer, Fault> {
    let (class, visitor) = enter(site, call, class).await?;
    let mut query = query::start(records::COLUMNS, &class, &visitor, Right::Delete);
    named(query::filter(&mut query, &call.params)?)?;
    let mut turn = site.db.turn().await?;
    let mut tx = turn.begin().await?;
    let found: Vec<Record> = query.build_query_as().fetch_all(&mut *tx).await?;
    for record in &found {
        records::delete(&mut tx, &record.id).await?;
    }
    tx.commit().await?;
    Ok(Answer::Json(json!({ "total_deleted": found.len() })))
}

/// Criteria that say nothing would mean everything, which nobody means.
fn named(criteria: usize) -> Result<(), Fault> {
    if criteria == 0 {
        return Err(Fault::field("search_criteria", "can't be blank"));
    }
    Ok(())
}

/// The records of a request: under `record`, numbered from 0 or 1, or a list.
fn given(call: &Call) -> Result<Vec<Map<String, Value>>, Fault> {
    let values: Vec<Value> = match call.param("record") {
        Some(Value::Object(map)) => {
            let mut numbered: Vec<(u64, Value)> = map
                .iter()
                .map(|(key, value)| (key.parse().unwrap_or(u64::MAX), value.clone()))
                .collect();
            numbered.sort_by_key(|(n, _)| *n);
            numbered.into_iter().map(|(_, value)| value).collect()
        }
        Some(Value::Array(list)) => list.clone(),
        _ => return Err(Fault::field("record", "can't be blank")),
    };
    if values.len() > usize::try_from(MOST_LISTED).unwrap_or(100) {
        return Err(Fault::field("record", "has more than 100 records"));
    }
    values
        .into_iter()
        .map(|value| match value {
            Value::Object(map) => Ok(map),
            _ => Err(Fault::field("record", "is invalid")),
        })
        .collect()
}
