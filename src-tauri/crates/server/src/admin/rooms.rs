//! Fields, classes, channels and reports.

use serde_json::{Value, json};

use super::office::Office;
use super::{AdminError, Broadcast, Class, Fields, Reports, words};
use crate::db::dialogs::{self, BROADCAST, Dialog};
use crate::db::{fields, records};
use crate::random::ObjectIds;

/// A name made of letters, digits and `_`, as those of fields and classes are.
fn plain_name(name: &str) -> Result<&str, AdminError> {
    let is_plain = name.len() <= 64
        && name
            .bytes()
            .next()
            .is_some_and(|first| first.is_ascii_alphabetic() || first == b'_')
        && name
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
    if is_plain {
        Ok(name)
    } else {
        Err(words(
            "A name has at most 64 letters, digits and underscores, a letter first.",
        ))
    }
}

pub(super) async fn fields(office: &Office, command: Fields) -> Result<Vec<Value>, AdminError> {
    match command {
        Fields::List => {
            let all = fields::all(office.db.read()).await?;
            Ok(all
                .into_iter()
                .map(|name| json!({ "field": name }))
                .collect())
        }
        Fields::Allow { name } => {
            let name = plain_name(&name)?;
            let mut turn = office.db.turn().await?;
            fields::allow(turn.connection(), name, office.now()).await?;
            Ok(vec![json!({ "field": name })])
        }
        Fields::Remove { name } => {
            let name = plain_name(&name)?;
            let mut turn = office.db.turn().await?;
            let mut tx = turn.begin().await?;
            if !fields::remove(&mut tx, name, office.now()).await? {
                return Err(words(format!("{name} is not allowed.")));
            }
            tx.commit().await?;
            Ok(vec![json!({ "field": name, "removed": true })])
        }
    }
}

pub(super) async fn classes(office: &Office, command: Class) -> Result<Vec<Value>, AdminError> {
    match command {
        Class::List => {
            let all = records::classes(office.db.read()).await?;
            let line =
                |class: records::Class| json!({ "class": class.name, "reports": class.is_reports });
            Ok(all.into_iter().map(line).collect())
        }
        Class::Create { name, reports } => {
            let name = plain_name(&name)?;
            let mut turn = office.db.turn().await?;
            if !records::add_class(turn.connection(), name, reports, office.now()).await? {
                return Err(words(format!("There is a class {name} already.")));
            }
            Ok(vec![json!({ "class": name, "reports": reports })])
        }
    }
}

pub(super) async fn broadcasts(
    office: &Office,
    command: Broadcast,
) -> Result<Vec<Value>, AdminError> {
    match command {
        Broadcast::List => {
            let all: Vec<(String, String, i64)> = sqlx::query_as(
                "SELECT id, name, owner_id FROM dialogs WHERE type = ? ORDER BY created_at, id",
            )
            .bind(BROADCAST)
            .fetch_all(office.db.read())
            .await?;
            let line = |(id, name, owner): (String, String, i64)| json!({ "_id": id, "name": name, "owner": owner });
            Ok(all.into_iter().map(line).collect())
        }
        Broadcast::Create { name, owner, admin } => create(office, &name, &owner, &admin).await,
    }
}

async fn create(
    office: &Office,
    name: &str,
    owner: &str,
    admins: &[String],
) -> Result<Vec<Value>, AdminError> {
    let name = name.trim();
    if name.is_empty() {
        return Err(words("A channel needs a name."));
    }
    if admins.len() > 5 {
        return Err(words("A channel can have at most five admins."));
    }
    let owner = office.person(owner).await?;
    let mut leading = Vec::new();
    for admin in admins {
        leading.push(office.person(admin).await?.id);
    }
    let now = office.now();
    let dialog = Dialog {
        id: ObjectIds::new().next(now / 1000),
        kind: BROADCAST,
        owner_id: owner.id,
        name: name.to_owned(),
        description: None,
        photo: None,
        extensions: None,
        permissions: None,
        pair_low: None,
        pair_high: None,
        created_at: now,
        updated_at: now,
    };
    let mut turn = office.db.turn().await?;
    let mut tx = turn.begin().await?;
    dialogs::insert(&mut tx, &dialog).await?;
    dialogs::add_member(&mut tx, &dialog.id, owner.id, false, now).await?;
    for admin in leading {
        dialogs::add_member(&mut tx, &dialog.id, admin, true, now).await?;
    }
    tx.commit().await?;
    Ok(vec![
        json!({ "_id": dialog.id, "name": dialog.name, "owner": owner.id }),
    ])
}

pub(super) async fn reports(office: &Office, command: Reports) -> Result<Vec<Value>, AdminError> {
    match command {
        Reports::List { all } => {
            let found = records::reports(office.db.read(), all).await?;
            let line = |record: records::Record| {
                json!({
                    "_id": record.id, "class": record.class, "by": record.user_id,
                    "created_at": record.created_at, "fields": record.fields(),
                    "resolved_at": record.resolved_at, "note": record.resolution,
                })
            };
            Ok(found.into_iter().map(line).collect())
        }
        Reports::Resolve { id, note } => {
            let mut turn = office.db.turn().await?;
            if !records::resolve(turn.connection(), &id, &note, office.now()).await? {
                return Err(words(format!("There is no report {id}.")));
            }
            Ok(vec![json!({ "_id": id, "resolved": true })])
        }
    }
}
