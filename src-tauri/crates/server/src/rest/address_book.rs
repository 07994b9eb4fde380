//! A person's own address book (`protocol/rest.md` §10), and who of it is here.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use crate::db::devices::{self, Contact};
use crate::db::users;
use crate::rest::answer::{Answer, Fault};
use crate::rest::params;
use crate::rest::request::Call;
use crate::rest::shape;
use crate::site::Site;

/// An address book is uploaded in parts of at most so many entries, and has at most so many.
const MOST_AT_ONCE: usize = 10_000;

/// `POST /address_book`: adds, changes and removes entries; with `force` replaces them all.
pub(crate) async fn upload(site: &Site, call: &Call) -> Result<Answer, Fault> {
    let user_id = call.user()?;
    let udid = udid(call)?;
    let Some(Value::Array(given)) = call.param("contacts") else {
        return Err(Fault::field("contacts", "can't be blank"));
    };
    if given.len() > MOST_AT_ONCE {
        return Err(Fault::field("contacts", "are too many"));
    }
    let (mut created, mut updated, mut deleted) = (0u64, 0u64, 0u64);
    let mut rejected: BTreeMap<String, Vec<&str>> = BTreeMap::new();
    let mut turn = site.db.turn().await?;
    let mut tx = turn.begin().await?;
    if call.says_yes("force") {
        deleted += devices::clear_contacts(&mut tx, user_id, &udid).await?;
    }
    for (n, entry) in given.iter().enumerate() {
        let text = |key: &str| entry.get(key).and_then(params::text).unwrap_or_default();
        let phone = digits(&text("phone"));
        let name = text("name").trim().to_owned();
        if phone.is_empty() || phone.len() > 20 {
            rejected
                .entry(n.to_string())
                .or_default()
                .push("Invalid phone number");
            continue;
        }
        if entry.get("destroy").and_then(params::flag) == Some(true) {
            deleted += u64::from(devices::remove_contact(&mut tx, user_id, &udid, &phone).await?);
            continue;
        }
        if name.is_empty() || name.chars().count() > 255 {
            rejected
                .entry(n.to_string())
                .or_default()
                .push("Empty name");
            continue;
        }
        let contact = Contact { phone, name };
        match devices::put_contact(&mut tx, user_id, &udid, &contact).await? {
            true => created += 1,
            false => updated += 1,
        }
    }
    if devices::contacts(&mut *tx, user_id, &udid).await?.len() > MOST_AT_ONCE {
        return Err(Fault::field("contacts", "are too many"));
    }
    tx.commit().await?;
    Ok(Answer::Json(json!({
        "deleted": deleted, "rejected": rejected, "created": created, "updated": updated,
    })))
}

/// `GET /address_book`.
pub(crate) async fn get(site: &Site, call: &Call) -> Result<Answer, Fault> {
    let found = devices::contacts(site.db.read(), call.user()?, &udid(call)?).await?;
    let entries = found
        .iter()
        .map(|contact| json!({ "name": contact.name, "phone": contact.phone }))
        .collect();
    Ok(Answer::Json(Value::Array(entries)))
}

/// `GET /address_book/registered_users`; with `compact=1` ids and telephone numbers only.
pub(crate) async fn registered(site: &Site, call: &Call) -> Result<Answer, Fault> {
    let found = devices::registered(site.db.read(), call.user()?, &udid(call)?).await?;
    let mut items = Vec::new();
    for (id, phone, name) in found {
        let mut user = if call.says_yes("compact") {
            Map::from_iter([
                ("id".to_owned(), json!(id)),
                ("phone".to_owned(), json!(phone)),
            ])
        } else {
            let Some(user) = users::by_id(site.db.read(), id).await? else {
                continue;
            };
            shape::user(&user).as_object().cloned().unwrap_or_default()
        };
        user.insert("address_book_name".to_owned(), json!(name));
        items.push(json!({ "user": user }));
    }
    Ok(Answer::Json(json!({ "items": items })))
}

fn udid(call: &Call) -> Result<String, Fault> {
    let udid = call.text("udid").unwrap_or_default();
    if udid.len() > 256 {
        Err(Fault::field("udid", "is too long"))
    } else {
        Ok(udid)
    }
}

fn digits(phone: &str) -> String {
    phone.chars().filter(char::is_ascii_digit).collect()
}
