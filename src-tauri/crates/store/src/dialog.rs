//! Dialogs, and the list of them.

use std::collections::BTreeMap;

use kith_model::{Dialog, DialogId, DialogKind, Message, Timestamp, UserId};

use crate::message::{self, message_columns};
use crate::open::stored;
use crate::person::{number, user};
use crate::write::list;
use crate::{Change, Store, StoreError, StoredMessage, Write};

/// Counting stops here; more is shown as "999+".
const UNREAD_COUNTED: u32 = 1000;

/// A dialog as its line in the list shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DialogEntry {
    /// What the server says of it.
    pub dialog: Dialog,
    /// Its last message, by [`crate::Spot`].
    pub last: Option<StoredMessage>,
    /// What was typed there and not sent.
    pub draft: Option<String>,
    /// Messages of others above the read pointer; counting stops at 1000.
    pub unread: u32,
    /// The list's order: later is higher, equal ones by id.
    pub sort_at: Timestamp,
}

#[derive(sqlx::FromRow)]
struct Row {
    id: String,
    kind: i64,
    name: String,
    description: String,
    photo: Option<String>,
    owner_id: Option<i64>,
    created_at: i64,
    updated_at: i64,
    draft: Option<String>,
    unread: i64,
    last_id: Option<String>,
}

#[derive(sqlx::FromRow)]
struct Occupant {
    dialog_id: String,
    person_id: i64,
    is_member: i64,
    is_admin: i64,
}

/// One line of the list, for each dialog that `$which` names: two look-ups in
/// `message_by_place` and two in small tables, however many messages there are.
macro_rules! entries {
    ($which:literal) => {
        concat!(
            "SELECT d.id, d.kind, d.name, d.description, d.photo, d.owner_id, d.created_at, d.updated_at,
                    f.body AS draft,
                    (SELECT count(*)
                     FROM (SELECT 1
                           FROM message u
                           WHERE u.dialog_id = d.id
                             AND u.pending = 0
                             AND (u.sent_at, u.id) > (p.sent_at, p.message_id)
                             AND u.sender_id <> ?1
                           LIMIT ?2)) AS unread,
                    (SELECT l.id
                     FROM message l
                     WHERE l.dialog_id = d.id
                     ORDER BY l.pending DESC, l.sent_at DESC, l.id DESC
                     LIMIT 1) AS last_id
             FROM dialog d
             LEFT JOIN draft f ON f.dialog_id = d.id
             LEFT JOIN read_pointer p ON p.dialog_id = d.id
             WHERE d.is_known = 1 AND d.is_listed = 1",
            $which
        )
    };
}

/// The statement behind [`Store::dialogs`], for the test that pins its plan.
pub(crate) const ENTRIES: &str = entries!("");

impl Store {
    /// All dialogs, top of the list first.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn dialogs(&self) -> Result<Vec<DialogEntry>, StoreError> {
        let rows: Vec<Row> = sqlx::query_as(ENTRIES)
            .bind(number(self.me()))
            .bind(UNREAD_COUNTED)
            .fetch_all(self.readers())
            .await?;
        self.entries(rows).await
    }

    /// Those of these dialogs that are listed, in the list's order.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn dialogs_by_id(&self, ids: &[DialogId]) -> Result<Vec<DialogEntry>, StoreError> {
        let rows: Vec<Row> =
            sqlx::query_as(entries!(" AND d.id IN (SELECT value FROM json_each(?3))"))
                .bind(number(self.me()))
                .bind(UNREAD_COUNTED)
                .bind(list(ids))
                .fetch_all(self.readers())
                .await?;
        self.entries(rows).await
    }

    /// One dialog, if it is listed.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn dialog(&self, id: &DialogId) -> Result<Option<DialogEntry>, StoreError> {
        Ok(self.dialogs_by_id(std::slice::from_ref(id)).await?.pop())
    }

    /// The sum of the unread counts of all listed dialogs.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn unread_total(&self) -> Result<u32, StoreError> {
        let total: i64 = sqlx::query_scalar(
            "SELECT coalesce(sum((
                 SELECT count(*)
                 FROM (SELECT 1
                       FROM message u
                       WHERE u.dialog_id = d.id
                         AND u.pending = 0
                         AND (u.sent_at, u.id) > (p.sent_at, p.message_id)
                         AND u.sender_id <> ?1
                       LIMIT ?2))), 0)
             FROM dialog d
             JOIN read_pointer p ON p.dialog_id = d.id
             WHERE d.is_known = 1 AND d.is_listed = 1",
        )
        .bind(number(self.me()))
        .bind(UNREAD_COUNTED)
        .fetch_one(self.readers())
        .await?;
        Ok(u32::try_from(total).unwrap_or(u32::MAX))
    }

    /// Dialogs that messages name and the server was not asked about yet.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn unknown_dialogs(&self) -> Result<Vec<DialogId>, StoreError> {
        let ids: Vec<String> =
            sqlx::query_scalar("SELECT id FROM dialog WHERE is_known = 0 ORDER BY id")
                .fetch_all(self.readers())
                .await?;
        ids.iter().map(|id| Ok(stored(id)?)).collect()
    }

    /// What is needed to address something to a listed dialog: its kind, and
    /// the first of the others in it.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn addressee(
        &self,
        id: &DialogId,
    ) -> Result<Option<(DialogKind, Option<UserId>)>, StoreError> {
        let row: Option<(i64, Option<i64>)> = sqlx::query_as(
            "SELECT d.kind,
                    (SELECT o.person_id
                     FROM occupant o
                     WHERE o.dialog_id = d.id AND o.is_member = 1 AND o.person_id <> ?
                     ORDER BY o.position
                     LIMIT 1)
             FROM dialog d
             WHERE d.id = ? AND d.is_known = 1 AND d.is_listed = 1",
        )
        .bind(number(self.me()))
        .bind(id.as_str())
        .fetch_optional(self.readers())
        .await?;
        let Some((kind, other)) = row else {
            return Ok(None);
        };
        let kind = DialogKind::from_number(kind)
            .ok_or_else(|| sqlx::Error::Decode("a kind of dialog that does not exist".into()))?;
        Ok(Some((kind, other.map(user).transpose()?)))
    }

    /// The private dialog with somebody, if there is one here.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn private_dialog_with(
        &self,
        person: UserId,
    ) -> Result<Option<DialogId>, StoreError> {
        let id: Option<String> = sqlx::query_scalar(
            "SELECT d.id
             FROM occupant o
             JOIN dialog d ON d.id = o.dialog_id
             WHERE o.person_id = ? AND o.is_member = 1 AND d.kind = 3 AND d.is_known = 1
             ORDER BY d.is_listed DESC, d.id
             LIMIT 1",
        )
        .bind(number(person))
        .fetch_optional(self.readers())
        .await?;
        Ok(id.map(|id| stored(&id)).transpose()?)
    }

    async fn entries(&self, rows: Vec<Row>) -> Result<Vec<DialogEntry>, StoreError> {
        let ids: Vec<&str> = rows.iter().map(|row| row.id.as_str()).collect();
        let mut occupants: BTreeMap<String, Vec<Occupant>> = BTreeMap::new();
        let found: Vec<Occupant> = sqlx::query_as(
            "SELECT dialog_id, person_id, is_member, is_admin
             FROM occupant
             WHERE dialog_id IN (SELECT value FROM json_each(?))
             ORDER BY dialog_id, position",
        )
        .bind(list(&ids))
        .fetch_all(self.readers())
        .await?;
        for occupant in found {
            occupants
                .entry(occupant.dialog_id.clone())
                .or_default()
                .push(occupant);
        }
        let last_ids: Vec<&str> = rows
            .iter()
            .filter_map(|row| row.last_id.as_deref())
            .collect();
        let mut last: BTreeMap<DialogId, StoredMessage> = BTreeMap::new();
        let found: Vec<message::Row> = sqlx::query_as(concat!(
            "SELECT ",
            message_columns!(),
            "
             FROM message m
             WHERE m.id IN (SELECT value FROM json_each(?))",
        ))
        .bind(list(&last_ids))
        .fetch_all(self.readers())
        .await?;
        for row in found {
            let message = StoredMessage::try_from(row)?;
            last.insert(message.message.dialog_id.clone(), message);
        }

        let mut entries = Vec::with_capacity(rows.len());
        for row in rows {
            let people = occupants.remove(&row.id).unwrap_or_default();
            entries.push(entry(row, &people, &mut last)?);
        }
        entries.sort_by(|a, b| {
            b.sort_at
                .cmp(&a.sort_at)
                .then_with(|| a.dialog.id.cmp(&b.dialog.id))
        });
        Ok(entries)
    }
}

fn entry(
    row: Row,
    people: &[Occupant],
    last: &mut BTreeMap<DialogId, StoredMessage>,
) -> Result<DialogEntry, StoreError> {
    let id: DialogId = stored(&row.id)?;
    let last = last.remove(&id);
    let created_at = Timestamp::from_millis(row.created_at);
    let kind = DialogKind::from_number(row.kind)
        .ok_or_else(|| sqlx::Error::Decode("a kind of dialog that does not exist".into()))?;
    Ok(DialogEntry {
        sort_at: last
            .as_ref()
            .map_or(created_at, |last| last.message.sent_at),
        dialog: Dialog {
            name: row.name,
            description: row.description,
            photo: row.photo,
            owner: row.owner_id.map(user).transpose()?,
            occupants: ids(people, |o| o.is_member == 1)?,
            admins: ids(people, |o| o.is_admin == 1)?,
            updated_at: Timestamp::from_millis(row.updated_at),
            ..Dialog::new(id, kind, created_at)
        },
        last,
        draft: row.draft,
        unread: u32::try_from(row.unread).unwrap_or(u32::MAX),
    })
}

fn ids(people: &[Occupant], which: impl Fn(&Occupant) -> bool) -> Result<Vec<UserId>, StoreError> {
    people
        .iter()
        .filter(|o| which(o))
        .map(|o| user(o.person_id))
        .collect()
}

impl Write {
    /// Keeps what the server says of a dialog, and lists it.
    ///
    /// # Errors
    /// When the disk does not take it.
    pub async fn put_dialog(&mut self, dialog: &Dialog) -> Result<(), StoreError> {
        let done = sqlx::query(
            "INSERT INTO dialog (id, kind, name, description, photo, owner_id, created_at, updated_at,
                                 is_known, is_listed)
             VALUES (?, ?, ?, ?, ?, ?, ?, ?, 1, 1)
             ON CONFLICT (id) DO UPDATE SET
                 kind = excluded.kind,
                 name = excluded.name,
                 description = excluded.description,
                 photo = excluded.photo,
                 owner_id = excluded.owner_id,
                 created_at = excluded.created_at,
                 updated_at = excluded.updated_at,
                 is_known = 1,
                 is_listed = 1
             WHERE kind <> excluded.kind
                OR name <> excluded.name
                OR description <> excluded.description
                OR photo IS NOT excluded.photo
                OR owner_id IS NOT excluded.owner_id
                OR created_at <> excluded.created_at
                OR updated_at <> excluded.updated_at
                OR is_known = 0
                OR is_listed = 0",
        )
        .bind(dialog.id.as_str())
        .bind(dialog.kind.number())
        .bind(&dialog.name)
        .bind(&dialog.description)
        .bind(&dialog.photo)
        .bind(dialog.owner.map(number))
        .bind(dialog.created_at.millis())
        .bind(dialog.updated_at.millis())
        .execute(self.db())
        .await?;
        let is_new = self.put_occupants(dialog).await?;
        if done.rows_affected() > 0 || is_new {
            self.changes.add(Change::Dialog(dialog.id.clone()));
        }
        Ok(())
    }

    async fn put_occupants(&mut self, dialog: &Dialog) -> Result<bool, StoreError> {
        let mut wanted: Vec<(i64, bool, bool)> = Vec::new();
        for id in dialog.occupants.iter().chain(&dialog.admins) {
            let id = number(*id);
            if !wanted.iter().any(|(known, _, _)| *known == id) {
                let among = |who: &[UserId]| who.iter().any(|person| number(*person) == id);
                wanted.push((id, among(&dialog.occupants), among(&dialog.admins)));
            }
        }
        let held: Vec<(i64, bool, bool)> = sqlx::query_as(
            "SELECT person_id, is_member, is_admin FROM occupant WHERE dialog_id = ? ORDER BY position",
        )
        .bind(dialog.id.as_str())
        .fetch_all(self.db())
        .await?;
        if held == wanted {
            return Ok(false);
        }
        sqlx::query("DELETE FROM occupant WHERE dialog_id = ?")
            .bind(dialog.id.as_str())
            .execute(self.db())
            .await?;
        for (position, (person, is_member, is_admin)) in wanted.into_iter().enumerate() {
            sqlx::query(
                "INSERT INTO occupant (dialog_id, person_id, position, is_member, is_admin)
                 VALUES (?, ?, ?, ?, ?)",
            )
            .bind(dialog.id.as_str())
            .bind(person)
            .bind(i64::try_from(position).unwrap_or(i64::MAX))
            .bind(is_member)
            .bind(is_admin)
            .execute(self.db())
            .await?;
        }
        Ok(true)
    }

    /// The server listed exactly these: the others leave the list. Their
    /// messages stay.
    ///
    /// # Errors
    /// When the disk does not take it.
    pub async fn list_only(&mut self, ids: &[DialogId]) -> Result<(), StoreError> {
        let gone: Vec<String> = sqlx::query_scalar(
            "UPDATE dialog SET is_listed = 0
             WHERE is_known = 1
               AND is_listed = 1
               AND id NOT IN (SELECT value FROM json_each(?))
             RETURNING id",
        )
        .bind(list(ids))
        .fetch_all(self.db())
        .await?;
        for id in gone {
            self.changes.add(Change::DialogRemoved(stored(&id)?));
        }
        Ok(())
    }

    /// The server does not show this dialog to this person (any more).
    ///
    /// # Errors
    /// When the disk does not take it.
    pub async fn unlist(&mut self, id: &DialogId) -> Result<(), StoreError> {
        let done = sqlx::query(
            "UPDATE dialog SET is_listed = 0, is_known = 1 WHERE id = ? AND is_listed = 1",
        )
        .bind(id.as_str())
        .execute(self.db())
        .await?;
        if done.rows_affected() > 0 {
            self.changes.add(Change::DialogRemoved(id.clone()));
        }
        Ok(())
    }

    /// Makes a row for the dialog of a message that came before its dialog. A
    /// dialog that had left the list is to be asked for again.
    pub(crate) async fn ensure_dialog(&mut self, news: &Message) -> Result<(), StoreError> {
        sqlx::query("INSERT INTO dialog (id) VALUES (?) ON CONFLICT (id) DO NOTHING")
            .bind(news.dialog_id.as_str())
            .execute(self.db())
            .await?;
        Ok(())
    }

    /// Whether a dialog is known and in the list.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn is_listed(&mut self, id: &DialogId) -> Result<bool, StoreError> {
        let listed: Option<i64> = sqlx::query_scalar(
            "SELECT 1 FROM dialog WHERE id = ? AND is_known = 1 AND is_listed = 1",
        )
        .bind(id.as_str())
        .fetch_optional(self.db())
        .await?;
        Ok(listed.is_some())
    }

    pub(crate) async fn require_dialog(&mut self, id: &DialogId) -> Result<(), StoreError> {
        let known: Option<i64> = sqlx::query_scalar("SELECT 1 FROM dialog WHERE id = ?")
            .bind(id.as_str())
            .fetch_optional(self.db())
            .await?;
        known.map(|_| ()).ok_or(StoreError::Missing("dialog"))
    }

    /// Whether somebody can have a dialog's messages: is in it, or its members
    /// are not told.
    pub(crate) async fn may_know(
        &mut self,
        dialog: &DialogId,
        who: UserId,
    ) -> Result<bool, StoreError> {
        let (members, is_one): (i64, i64) = sqlx::query_as(
            "SELECT count(*), coalesce(sum(person_id = ?), 0)
             FROM occupant
             WHERE dialog_id = ? AND is_member = 1",
        )
        .bind(number(who))
        .bind(dialog.as_str())
        .fetch_one(self.db())
        .await?;
        Ok(members == 0 || is_one > 0)
    }
}
