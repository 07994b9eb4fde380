//! The sample people, two years of their conversations, and the two of them who
//! answer, so that a newcomer meets a living messenger within a minute.
//!
//! Everything here is invented, drawn and written for Kith. The same clock and
//! the same texts give the same conversations; only the passwords differ from
//! folder to folder.

pub(crate) mod answering;
mod avatar;
mod history;
pub(crate) mod people;
mod replies;
mod script;

use std::collections::HashMap;
use std::sync::Arc;

use serde_json::json;
use sqlx::SqliteConnection;

use crate::config::StartError;
use crate::db::dialogs::{self, Dialog, GROUP};
use crate::db::messages::{self, NewMessage};
use crate::db::records;
use crate::db::users::{self, FieldValue};
use crate::demo::history::Said;
use crate::demo::people::{CAST, SamplePerson};
use crate::folder::Folder;
use crate::random::{self, ObjectIds};
use crate::site::Site;
use crate::{chat, password};

fn failed(error: impl std::fmt::Display) -> StartError {
    StartError::Seed(error.to_string())
}

/// Fills an empty folder, once. A folder that has people already is left as it is.
pub(crate) async fn seed(
    site: &Arc<Site>,
    folder: &Folder,
) -> Result<Vec<SamplePerson>, StartError> {
    let has_people: Option<i64> = sqlx::query_scalar("SELECT id FROM users LIMIT 1")
        .fetch_optional(site.db.read())
        .await?;
    if has_people.is_some() {
        return people::read(folder);
    }
    let mut secrets = Vec::new();
    for actor in CAST {
        let secret = random::hex_token(8);
        let hash = password::hash(secret.clone()).await.map_err(failed)?;
        secrets.push((actor, secret, hash));
    }
    let now = site.now();
    let history = history::write(now / 1000).map_err(failed)?;
    let mut turn = site.db.turn().await?;
    let mut tx = turn.begin().await?;
    let mut people = Vec::new();
    for (actor, secret, hash) in &secrets {
        let fields = [
            ("login", FieldValue::Text(Some(actor.login.to_owned()))),
            (
                "full_name",
                FieldValue::Text(Some(actor.full_name.to_owned())),
            ),
            (
                "avatar",
                FieldValue::Text(Some(avatar::data_url(&actor.face))),
            ),
            (
                "custom_data",
                FieldValue::Text(Some(json!({ "about": actor.about }).to_string())),
            ),
        ];
        let id = users::insert(&mut tx, &fields, hash, false, now).await?;
        people.push(SamplePerson {
            login: actor.login.to_owned(),
            password: secret.clone(),
            full_name: actor.full_name.to_owned(),
            user_id: u64::try_from(id).map_err(failed)?,
        });
    }
    let ids: HashMap<&str, i64> = secrets
        .iter()
        .zip(&people)
        .map(|((actor, ..), person)| Ok((actor.login, i64::try_from(person.user_id)?)))
        .collect::<Result<_, std::num::TryFromIntError>>()
        .map_err(failed)?;
    tell(&mut tx, site, &ids, &history).await?;
    for class in ["UserReports", "MessageReports"] {
        records::add_class(&mut tx, class, true, now).await?;
    }
    // Passwords first: without them nobody could be who the database says they are, and
    // people without a database are made again at the next start.
    people::write(folder, &people)?;
    tx.commit().await?;
    Ok(people)
}

/// Writes the conversations down, in the order in which they happened.
async fn tell(
    tx: &mut SqliteConnection,
    site: &Site,
    ids: &HashMap<&str, i64>,
    history: &history::History,
) -> Result<(), StartError> {
    let id_of = |login: &str| {
        ids.get(login)
            .copied()
            .ok_or_else(|| failed("an unknown person"))
    };
    let mut object_ids = HashMap::new();
    for (index, conversation) in history.conversations.iter().enumerate() {
        let members = conversation
            .members
            .iter()
            .map(|login| id_of(login))
            .collect::<Result<Vec<_>, _>>()?;
        let started = conversation.started_at * 1000;
        let dialog_id = match (conversation.title, members.as_slice()) {
            (None, [one, two]) => {
                chat::dialog::private(tx, site, *one, *two)
                    .await
                    .map_err(failed)?
                    .id
            }
            (title, _) => {
                let dialog = Dialog {
                    id: site.ids.next(conversation.started_at),
                    kind: GROUP,
                    owner_id: members.first().copied().unwrap_or_default(),
                    name: title.unwrap_or_default().to_owned(),
                    description: None,
                    photo: conversation.photo.as_ref().map(avatar::data_url),
                    extensions: None,
                    permissions: None,
                    pair_low: None,
                    pair_high: None,
                    created_at: started,
                    updated_at: started,
                };
                dialogs::insert(tx, &dialog).await?;
                for member in &members {
                    dialogs::add_member(tx, &dialog.id, *member, false, started).await?;
                }
                dialog.id
            }
        };
        sqlx::query("UPDATE dialogs SET created_at = ? WHERE id = ?")
            .bind(started)
            .bind(&dialog_id)
            .execute(&mut *tx)
            .await?;
        object_ids.insert(index, (dialog_id, members));
    }
    let message_ids = ObjectIds::with_middle(0x6b69_7468);
    for said in &history.said {
        let Some((dialog_id, members)) = object_ids.get(&said.conversation) else {
            continue;
        };
        let sender = id_of(said.by)?;
        say(tx, &message_ids, said, dialog_id, members, sender, ids).await?;
        dialogs::touch(tx, dialog_id, said.at * 1000).await?;
    }
    Ok(())
}

async fn say(
    tx: &mut SqliteConnection,
    message_ids: &ObjectIds,
    said: &Said,
    dialog_id: &str,
    members: &[i64],
    sender: i64,
    ids: &HashMap<&str, i64>,
) -> Result<(), StartError> {
    let id = message_ids.next(said.at);
    let others: Vec<i64> = members
        .iter()
        .copied()
        .filter(|member| *member != sender)
        .collect();
    let new = NewMessage {
        id: &id,
        stanza_id: &id,
        dialog_id,
        sender_id: sender,
        recipient_id: if let ([other], 2) = (others.as_slice(), members.len()) {
            *other
        } else {
            0
        },
        body: &said.text,
        date_sent: said.at,
        attachments: "[]",
        params: "{}",
        now: said.at * 1000,
    };
    let seq = messages::insert(tx, &new).await?;
    for other in others {
        let is = |list: &[&str]| list.iter().any(|login| ids.get(login) == Some(&other));
        let is_delivered = !is(&said.undelivered);
        let is_read = is_delivered && !is(&said.unread);
        sqlx::query(
            "INSERT INTO receipts (seq, user_id, dialog_id, delivered, read) VALUES (?, ?, ?, ?, ?)",
        )
        .bind(seq)
        .bind(other)
        .bind(dialog_id)
        .bind(is_delivered)
        .bind(is_read)
        .execute(&mut *tx)
        .await?;
    }
    Ok(())
}
