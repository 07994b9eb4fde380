//! Making and changing dialogs (`protocol/rest.md` §5.2 and §5.4 to §5.8).

use axum::http::StatusCode;
use serde_json::{Map, Value, json};
use sqlx::SqliteConnection;

use crate::chat::dialog::{self, Standing};
use crate::db::dialogs::{self, BROADCAST, Dialog, GROUP, PRIVATE, PUBLIC};
use crate::db::{fields, messages, users};
use crate::rest::answer::{Answer, Fault};
use crate::rest::params;
use crate::rest::request::Call;
use crate::rest::{dialog_list, shape};
use crate::site::Site;

/// So many admins a dialog has at most.
const MOST_ADMINS: usize = 5;

/// `POST /chat/Dialog`. Nobody is told over XMPP; apps tell each other.
pub(crate) async fn create(site: &Site, call: &Call) -> Result<Answer, Fault> {
    let me = call.user()?;
    let kind = call.number("type").unwrap_or(0);
    let others: Vec<i64> = call
        .param("occupants_ids")
        .map(params::numbers)
        .unwrap_or_default()
        .into_iter()
        .filter(|id| *id != me)
        .collect();
    let mut turn = site.db.turn().await?;
    let mut tx = turn.begin().await?;
    let known = users::by_ids(&mut *tx, &others).await?;
    let id = match kind {
        PRIVATE => {
            let [other] = known.as_slice() else {
                return Err(Fault::invalid("Occupants_ids is missing opponent ID."));
            };
            let dialog = dialog::private(&mut tx, site, me, other.id).await?;
            // Whoever had deleted it for themselves has it again; the other does not.
            dialogs::add_member(&mut tx, &dialog.id, me, false, site.now()).await?;
            dialog.id
        }
        BROADCAST | GROUP | PUBLIC => {
            let name = call
                .text("name")
                .map(|name| name.trim().to_owned())
                .unwrap_or_default();
            if name.is_empty() {
                return Err(Fault::field("name", "is required"));
            }
            if kind == GROUP && known.is_empty() {
                return Err(Fault::invalid(
                    "occupants_ids field must contain an opponent user id",
                ));
            }
            let admins = call
                .param("admins_ids")
                .map(params::numbers)
                .unwrap_or_default();
            if admins.len() > MOST_ADMINS {
                return Err(Fault::invalid("A dialog can have at most 5 admins"));
            }
            let now = site.now();
            let dialog = Dialog {
                id: site.ids.next(now / 1000),
                kind,
                owner_id: me,
                name,
                description: call.text("description"),
                photo: call.text("photo"),
                extensions: extensions(call.param("extensions"), &fields::all(&mut *tx).await?),
                permissions: permissions(call.param("permissions")),
                pair_low: None,
                pair_high: None,
                created_at: now,
                updated_at: now,
            };
            dialogs::insert(&mut tx, &dialog).await?;
            dialogs::add_member(&mut tx, &dialog.id, me, false, now).await?;
            if kind != BROADCAST {
                for other in &known {
                    dialogs::add_member(&mut tx, &dialog.id, other.id, false, now).await?;
                }
            }
            for admin in admins {
                if kind == BROADCAST && users::by_id(&mut *tx, admin).await?.is_some() {
                    dialogs::add_member(&mut tx, &dialog.id, admin, true, now).await?;
                }
                if dialogs::member(&mut *tx, &dialog.id, admin)
                    .await?
                    .is_some()
                {
                    dialogs::set_admin(&mut tx, &dialog.id, admin, true).await?;
                }
            }
            dialog.id
        }
        _ => return Err(Fault::field("type", "should be 1, 2, 3 or 4")),
    };
    tx.commit().await?;
    drop(turn);
    Ok(Answer::Created(dialog_list::one(site, me, &id).await?))
}

/// At most three extension fields, as text, of those that the administrator allows.
fn extensions(value: Option<&Value>, allowed: &[String]) -> Option<String> {
    let Some(Value::Object(map)) = value else {
        return None;
    };
    let kept: Map<String, Value> = map
        .iter()
        .filter(|(key, _)| allowed.contains(key))
        .filter_map(|(key, value)| Some((key.clone(), Value::String(params::text(value)?))))
        .take(3)
        .collect();
    (!kept.is_empty()).then(|| Value::Object(kept).to_string())
}

/// Only `allow_preview`.
fn permissions(value: Option<&Value>) -> Option<String> {
    let allow = value?.get("allow_preview").and_then(params::flag)?;
    Some(json!({ "allow_preview": allow }).to_string())
}

/// The dialog and what the caller is in it; for those who are not in it, it does not exist.
async fn find(tx: &mut SqliteConnection, id: &str, me: i64) -> Result<(Dialog, Standing), Fault> {
    let dialog = dialogs::by_id(&mut *tx, id)
        .await?
        .ok_or_else(Fault::not_found)?;
    let standing = dialog::standing(&mut *tx, &dialog, me).await?;
    if !standing.sees(&dialog) {
        return Err(Fault::not_found());
    }
    Ok((dialog, standing))
}

fn ids_in(call: &Call, list: &str, name: &str) -> Vec<i64> {
    call.param(list)
        .and_then(|list| list.get(name))
        .map(params::numbers)
        .unwrap_or_default()
}

fn texts_in(call: &Call, list: &str, name: &str) -> Vec<String> {
    call.param(list)
        .and_then(|list| list.get(name))
        .map(params::texts)
        .unwrap_or_default()
}

/// `PUT /chat/Dialog/<id>`.
pub(crate) async fn update(site: &Site, call: &Call, id: &str) -> Result<Answer, Fault> {
    let me = call.user()?;
    let now = site.now();
    let mut turn = site.db.turn().await?;
    let mut tx = turn.begin().await?;
    let (dialog, standing) = find(&mut tx, id, me).await?;
    describe(&mut tx, call, &dialog, standing).await?;
    let is_open = matches!(dialog.kind, GROUP | PUBLIC);
    let joining = ids_in(call, "push_all", "occupants_ids");
    let leaving = ids_in(call, "pull_all", "occupants_ids");
    if !(is_open || (joining.is_empty() && leaving.is_empty())) {
        return Err(Fault::forbidden(
            "Updating occupants_ids is possible only for 'group' and 'public' chat dialogs",
        ));
    }
    if dialog.kind == PUBLIC && !joining.is_empty() && !standing.leads() {
        return Err(Fault::forbidden(
            "Only those who lead the conversation can add others",
        ));
    }
    for user in users::by_ids(&mut *tx, &joining).await? {
        dialogs::add_member(&mut tx, &dialog.id, user.id, false, now).await?;
    }
    for user_id in &leaving {
        let is_the_owner = *user_id == dialog.owner_id;
        if *user_id != me && (!standing.leads() || is_the_owner) {
            return Err(Fault::forbidden(
                "Only those who lead the conversation can remove others",
            ));
        }
        dialogs::remove_member(&mut tx, &dialog.id, *user_id).await?;
    }
    let (pins, unpins) = (
        texts_in(call, "push_all", "pinned_messages_ids"),
        texts_in(call, "pull_all", "pinned_messages_ids"),
    );
    let changes_pins = !pins.is_empty() || !unpins.is_empty();
    if changes_pins && !standing.leads() {
        return Err(Fault::forbidden(
            "Only those who lead the conversation can pin messages",
        ));
    }
    for message_id in pins {
        let message_id = message_id.to_ascii_lowercase();
        let message = messages::by_id(&mut *tx, &message_id).await?;
        if message.is_none_or(|message| message.dialog_id != dialog.id) {
            return Err(Fault::field(
                "pinned_messages_ids",
                "should be messages of this conversation",
            ));
        }
        dialogs::pin(&mut tx, &dialog.id, &message_id, now).await?;
    }
    for message_id in unpins {
        dialogs::unpin(&mut tx, &dialog.id, &message_id.to_ascii_lowercase()).await?;
    }
    change_admins(&mut tx, call, &dialog, standing, now).await?;
    dialogs::touch(&mut tx, &dialog.id, now).await?;
    tx.commit().await?;
    drop(turn);
    if leaving.contains(&me) {
        return Ok(Answer::Json(
            json!({ "_id": dialog.id, "type": dialog.kind }),
        ));
    }
    Ok(Answer::Json(dialog_list::one(site, me, &dialog.id).await?))
}

/// Name, picture and the like. In a group every member may change them.
async fn describe(
    tx: &mut SqliteConnection,
    call: &Call,
    dialog: &Dialog,
    standing: Standing,
) -> Result<(), Fault> {
    let asked = ["name", "description", "photo", "extensions", "permissions"]
        .iter()
        .any(|key| call.params.contains_key(*key));
    if !asked {
        return Ok(());
    }
    if dialog.kind == PRIVATE || (dialog.kind != GROUP && !standing.leads()) {
        return Err(Fault::forbidden("You may not change this conversation"));
    }
    let name = call.text("name").map(|name| name.trim().to_owned());
    let or = |key: &str, old: &Option<String>| match call.params.get(key) {
        None => old.clone(),
        Some(value) => params::text(value),
    };
    let extensions = match call.params.get("extensions") {
        None => dialog.extensions.clone(),
        Some(value) => extensions(Some(value), &fields::all(&mut *tx).await?),
    };
    let permissions = match call.params.get("permissions") {
        None => dialog.permissions.clone(),
        Some(value) => permissions(Some(value)),
    };
    sqlx::query(
        "UPDATE dialogs
         SET name = ?, description = ?, photo = ?, extensions = ?, permissions = ?
         WHERE id = ?",
    )
    .bind(
        name.filter(|name| !name.is_empty())
            .unwrap_or_else(|| dialog.name.clone()),
    )
    .bind(or("description", &dialog.description))
    .bind(or("photo", &dialog.photo))
    .bind(extensions)
    .bind(permissions)
    .bind(&dialog.id)
    .execute(tx)
    .await?;
    Ok(())
}

async fn change_admins(
    tx: &mut SqliteConnection,
    call: &Call,
    dialog: &Dialog,
    standing: Standing,
    now: i64,
) -> Result<(), Fault> {
    let (rising, falling) = (
        ids_in(call, "push_all", "admins_ids"),
        ids_in(call, "pull_all", "admins_ids"),
    );
    if rising.is_empty() && falling.is_empty() {
        return Ok(());
    }
    if dialog.kind == PRIVATE || !standing.is_owner {
        return Err(Fault::forbidden(
            "Only the owner can change who leads the conversation",
        ));
    }
    for user_id in falling {
        dialogs::set_admin(tx, &dialog.id, user_id, false).await?;
    }
    for user_id in rising {
        if dialogs::member(&mut *tx, &dialog.id, user_id)
            .await?
            .is_none()
        {
            if dialog.kind != BROADCAST || users::by_id(&mut *tx, user_id).await?.is_none() {
                return Err(Fault::invalid(
                    "An admin must be a member of the conversation",
                ));
            }
            // Everybody is in a channel; those who lead it are written down.
            dialogs::add_member(tx, &dialog.id, user_id, true, now).await?;
        }
        dialogs::set_admin(tx, &dialog.id, user_id, true).await?;
    }
    let members = dialogs::members(&mut *tx, &dialog.id).await?;
    if members.iter().filter(|member| member.is_admin).count() > MOST_ADMINS {
        return Err(Fault::invalid("A dialog can have at most 5 admins"));
    }
    Ok(())
}

/// `PUT /chat/Dialog/<id>/admins`.
pub(crate) async fn admins(site: &Site, call: &Call, id: &str) -> Result<Answer, Fault> {
    let me = call.user()?;
    let mut turn = site.db.turn().await?;
    let mut tx = turn.begin().await?;
    let (dialog, standing) = find(&mut tx, id, me).await?;
    change_admins(&mut tx, call, &dialog, standing, site.now()).await?;
    dialogs::touch(&mut tx, &dialog.id, site.now()).await?;
    tx.commit().await?;
    drop(turn);
    Ok(Answer::Json(dialog_list::one(site, me, &dialog.id).await?))
}

#[derive(Debug, PartialEq, Eq)]
enum Deleted {
    Done,
    NotFound,
    NotAllowed,
}

/// `DELETE /chat/Dialog/<id>[,<id>…]`: for oneself, or with `force` for everybody.
pub(crate) async fn delete(site: &Site, call: &Call, ids: &str) -> Result<Answer, Fault> {
    let me = call.user()?;
    let ids: Vec<&str> = ids
        .split(',')
        .map(str::trim)
        .filter(|id| !id.is_empty())
        .collect();
    let force = call.says_yes("force");
    let mut turn = site.db.turn().await?;
    let mut tx = turn.begin().await?;
    let mut outcome = Vec::new();
    for id in &ids {
        outcome.push((*id, delete_one(&mut tx, me, id, force, site.now()).await?));
    }
    tx.commit().await?;
    drop(turn);
    if let [(_, only)] = outcome.as_slice() {
        return match only {
            Deleted::Done => Ok(Answer::Empty),
            Deleted::NotFound => Err(Fault::not_found()),
            Deleted::NotAllowed => Err(Fault::forbidden(
                "Only the owner can delete the conversation for everybody",
            )),
        };
    }
    let of = |wanted: &Deleted| -> Vec<&str> {
        outcome
            .iter()
            .filter(|(_, is)| is == wanted)
            .map(|(id, _)| *id)
            .collect()
    };
    Ok(Answer::Json(json!({
        "SuccessfullyDeleted": { "ids": of(&Deleted::Done) },
        "NotFound": { "ids": of(&Deleted::NotFound) },
        "WrongPermissions": { "ids": of(&Deleted::NotAllowed) },
    })))
}

async fn delete_one(
    tx: &mut SqliteConnection,
    me: i64,
    id: &str,
    force: bool,
    now: i64,
) -> Result<Deleted, sqlx::Error> {
    let Some(dialog) = dialogs::by_id(&mut *tx, id).await? else {
        return Ok(Deleted::NotFound);
    };
    if dialog.kind == BROADCAST && !force {
        // Everybody is in a channel, so whoever hides it is written down first.
        dialogs::add_member(tx, id, me, false, now).await?;
    }
    let standing = dialog::standing(&mut *tx, &dialog, me).await?;
    if standing.member.is_none() {
        return Ok(Deleted::NotFound);
    }
    if force {
        if dialog.kind != PRIVATE && !standing.is_owner {
            return Ok(Deleted::NotAllowed);
        }
        dialogs::delete(tx, id).await?;
        return Ok(Deleted::Done);
    }
    if matches!(dialog.kind, PRIVATE | BROADCAST) {
        dialogs::clear_for(tx, id, me, true, now).await?;
        return Ok(Deleted::Done);
    }
    dialogs::remove_member(tx, id, me).await?;
    dialogs::touch(tx, id, now).await?;
    if dialog.kind == GROUP && dialogs::members(&mut *tx, id).await?.is_empty() {
        dialogs::delete(tx, id).await?;
    }
    Ok(Deleted::Done)
}

/// `DELETE /chat/Dialog/clearHistory/<id>`.
pub(crate) async fn clear(site: &Site, call: &Call, id: &str) -> Result<Answer, Fault> {
    let me = call.user()?;
    let mut turn = site.db.turn().await?;
    let mut tx = turn.begin().await?;
    let (dialog, standing) = find(&mut tx, id, me).await?;
    if call.says_yes("force") {
        if dialog.kind != PRIVATE && !standing.is_owner {
            return Err(Fault::forbidden(
                "Only the owner can clear the history for everybody",
            ));
        }
        messages::remove_all(&mut tx, &dialog.id).await?;
        dialogs::touch(&mut tx, &dialog.id, site.now()).await?;
    } else {
        dialogs::clear_for(&mut tx, &dialog.id, me, false, site.now()).await?;
    }
    tx.commit().await?;
    Ok(Answer::Empty)
}

/// `POST /chat/Dialog/<id>/subscribe`: public dialogs only.
pub(crate) async fn subscribe(site: &Site, call: &Call, id: &str) -> Result<Answer, Fault> {
    let me = call.user()?;
    let mut turn = site.db.turn().await?;
    let mut tx = turn.begin().await?;
    let dialog = dialogs::by_id(&mut *tx, id)
        .await?
        .ok_or_else(Fault::not_found)?;
    if dialog.kind != PUBLIC {
        return Err(Fault::forbidden(
            "Only public conversations can be subscribed to",
        ));
    }
    dialogs::add_member(&mut tx, id, me, false, site.now()).await?;
    tx.commit().await?;
    drop(turn);
    Ok(Answer::Json(dialog_list::one(site, me, id).await?))
}

/// `DELETE /chat/Dialog/<id>/subscribe`.
pub(crate) async fn unsubscribe(site: &Site, call: &Call, id: &str) -> Result<Answer, Fault> {
    let me = call.user()?;
    let mut turn = site.db.turn().await?;
    let mut tx = turn.begin().await?;
    let (dialog, standing) = find(&mut tx, id, me).await?;
    if !matches!(dialog.kind, PUBLIC | GROUP) || standing.member.is_none() {
        return Err(Fault::forbidden(
            "Only public conversations can be unsubscribed from",
        ));
    }
    dialogs::remove_member(&mut tx, id, me).await?;
    tx.commit().await?;
    Ok(Answer::Empty)
}

/// `GET /chat/Dialog/<id>/occupants`.
pub(crate) async fn occupants(site: &Site, call: &Call, id: &str) -> Result<Answer, Fault> {
    let me = call.user()?;
    let dialog = dialogs::by_id(site.db.read(), id)
        .await?
        .ok_or_else(Fault::not_found)?;
    if !dialog::standing(site.db.read(), &dialog, me)
        .await?
        .sees(&dialog)
        && dialog.kind != PUBLIC
    {
        return Err(Fault::not_found());
    }
    let skip = usize::try_from(call.skip()).unwrap_or(usize::MAX);
    let limit = usize::try_from(call.limit(100)).unwrap_or(0);
    let ids: Vec<i64> = dialogs::members(site.db.read(), id)
        .await?
        .iter()
        .map(|member| member.user_id)
        .skip(skip)
        .take(limit)
        .collect();
    let users = users::by_ids(site.db.read(), &ids).await?;
    Ok(Answer::Json(
        json!({ "items": users.iter().map(shape::user).collect::<Vec<_>>() }),
    ))
}

/// `GET` and `PUT /chat/Dialog/<id>/notifications`.
pub(crate) async fn notifications(site: &Site, call: &Call, id: &str) -> Result<Answer, Fault> {
    let me = call.user()?;
    let mut turn = site.db.turn().await?;
    let mut tx = turn.begin().await?;
    let (dialog, standing) = find(&mut tx, id, me).await?;
    let mut enabled = standing.member.map_or(1, |member| member.notifications);
    if call.method == "PUT" {
        let asked = call
            .param("enabled")
            .and_then(params::flag)
            .ok_or_else(|| {
                Fault::list(StatusCode::UNPROCESSABLE_ENTITY, "enabled should be 0 or 1")
            })?;
        enabled = i64::from(asked);
        sqlx::query(
            "UPDATE members SET notifications = ?, updated_at = ?
             WHERE dialog_id = ? AND user_id = ?",
        )
        .bind(enabled)
        .bind(site.now())
        .bind(&dialog.id)
        .bind(me)
        .execute(&mut *tx)
        .await?;
        tx.commit().await?;
    }
    Ok(Answer::Json(
        json!({ "notifications": { "enabled": enabled } }),
    ))
}
