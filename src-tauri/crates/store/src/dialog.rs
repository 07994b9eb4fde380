//! Dialogs, and the list of them.

use std::collections::BTreeMap;

use kith_model::{
    Dialog, DialogId, DialogKind, Message, MessageId, Rights, Role, Timestamp, UserId,
};

use crate::message::{self, from_json, message_columns, to_json};
use crate::notice::differences;
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
    /// When that was.
    pub draft_at: Option<Timestamp>,
    /// Messages of others above the read pointer; counting stops at 1000.
    pub unread: u32,
    /// Those of the unread that name this person.
    pub mentions: u32,
    /// Own messages that have not gone out, or failed.
    pub waiting: u32,
    /// Kept quiet until then; a time that has passed is none.
    pub muted_until: Option<Timestamp>,
    /// Whether it stands above all that are not.
    pub is_pinned: bool,
    /// Whether it was put into the archive.
    pub is_archived: bool,
    /// Whether this person marked it as unread.
    pub is_marked_unread: bool,
    /// Whether this person is in it; a public dialog can be looked at before.
    pub is_joined: bool,
    /// The server's setting, once it was asked.
    pub notifications: Option<bool>,
    /// The list's order: pinned first; later is higher, equal ones by id.
    pub sort_at: Timestamp,
}

impl DialogEntry {
    /// What this person may do in it.
    #[must_use]
    pub fn rights(&self, me: UserId) -> Rights {
        Rights::of(&self.dialog, me, self.is_joined)
    }

    /// What this person is in it.
    #[must_use]
    pub fn role(&self, me: UserId) -> Role {
        Role::of(&self.dialog, me, self.is_joined)
    }
}

/// Where something for a dialog goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Addressee {
    /// To the other person of a private dialog.
    Person(UserId),
    /// To everybody in it.
    Room,
    /// Only messages of it have come so far; the dialog itself is still to be
    /// fetched.
    Unknown,
    /// It does not exist any more, for this person.
    Gone,
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
    extensions: String,
    allow_preview: bool,
    occupant_count: Option<i64>,
    is_joined: bool,
    notifications: Option<bool>,
    draft: Option<String>,
    draft_at: Option<i64>,
    muted_until: i64,
    is_archived: bool,
    is_pinned: bool,
    is_marked_unread: bool,
    unread: i64,
    mentions: i64,
    waiting: i64,
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
                    d.extensions, d.allow_preview, d.occupant_count, d.is_joined, d.notifications,
                    f.body AS draft, f.saved_at AS draft_at,
                    coalesce(s.muted_until, 0) AS muted_until, s.archived_at IS NOT NULL AS is_archived,
                    coalesce(s.is_pinned, 0) AS is_pinned,
                    coalesce(s.is_marked_unread, 0) AS is_marked_unread,
                    (SELECT count(*)
                     FROM (SELECT 1
                           FROM message u
                           WHERE u.dialog_id = d.id
                             AND u.pending = 0
                             AND (u.sent_at, u.id) > (p.sent_at, p.message_id)
                             AND u.sender_id <> ?1
                           LIMIT ?2)) AS unread,
                    (SELECT count(*)
                     FROM message n
                     WHERE n.dialog_id = d.id
                       AND n.mentions_me = 1
                       AND (n.sent_at, n.id) > (p.sent_at, p.message_id)) AS mentions,
                    (SELECT count(*)
                     FROM message w
                     WHERE w.dialog_id = d.id AND w.pending = 1) AS waiting,
                    (SELECT l.id
                     FROM message l
                     WHERE l.dialog_id = d.id
                     ORDER BY l.pending DESC, l.sent_at DESC, l.id DESC
                     LIMIT 1) AS last_id
             FROM dialog d
             LEFT JOIN draft f ON f.dialog_id = d.id
             LEFT JOIN list_state s ON s.dialog_id = d.id
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

    /// The ids of all dialogs that are in the list.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn listed(&self) -> Result<Vec<DialogId>, StoreError> {
        let ids: Vec<String> = sqlx::query_scalar(
            "SELECT id FROM dialog WHERE is_known = 1 AND is_listed = 1 ORDER BY id",
        )
        .fetch_all(self.readers())
        .await?;
        ids.iter().map(|id| Ok(stored(id)?)).collect()
    }

    /// Where something for a dialog goes.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn addressee(&self, id: &DialogId) -> Result<Addressee, StoreError> {
        let row: Option<(i64, bool, bool, Option<i64>)> = sqlx::query_as(
            "SELECT d.kind, d.is_known, d.is_listed,
                    (SELECT o.person_id
                     FROM occupant o
                     WHERE o.dialog_id = d.id AND o.is_member = 1 AND o.person_id <> ?
                     ORDER BY o.position
                     LIMIT 1)
             FROM dialog d
             WHERE d.id = ?",
        )
        .bind(number(self.me()))
        .bind(id.as_str())
        .fetch_optional(self.readers())
        .await?;
        let Some((kind, is_known, is_listed, other)) = row else {
            return Ok(Addressee::Gone);
        };
        if !is_listed {
            return Ok(Addressee::Gone);
        }
        if !is_known {
            return Ok(Addressee::Unknown);
        }
        let kind = DialogKind::from_number(kind)
            .ok_or_else(|| sqlx::Error::Decode("a kind of dialog that does not exist".into()))?;
        Ok(match (kind, other) {
            (DialogKind::Private, Some(other)) => Addressee::Person(user(other)?),
            (DialogKind::Private, None) => Addressee::Gone,
            (DialogKind::Group | DialogKind::Public | DialogKind::Broadcast, _) => Addressee::Room,
        })
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
        let mut pins: BTreeMap<String, Vec<MessageId>> = BTreeMap::new();
        let found: Vec<(String, String)> = sqlx::query_as(
            "SELECT dialog_id, message_id
             FROM pin
             WHERE dialog_id IN (SELECT value FROM json_each(?))
             ORDER BY dialog_id, position",
        )
        .bind(list(&ids))
        .fetch_all(self.readers())
        .await?;
        for (dialog, message) in found {
            pins.entry(dialog).or_default().push(stored(&message)?);
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
            let pinned = pins.remove(&row.id).unwrap_or_default();
            entries.push(entry(row, &people, pinned, &mut last)?);
        }
        entries.sort_by(|a, b| {
            b.is_pinned
                .cmp(&a.is_pinned)
                .then_with(|| b.sort_at.cmp(&a.sort_at))
                .then_with(|| a.dialog.id.cmp(&b.dialog.id))
        });
        Ok(entries)
    }
}

fn entry(
    row: Row,
    people: &[Occupant],
    pinned: Vec<MessageId>,
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
            pinned,
            extensions: from_json(&row.extensions)?,
            allow_preview: row.allow_preview,
            occupant_count: row.occupant_count.and_then(|n| u32::try_from(n).ok()),
            ..Dialog::new(id, kind, created_at)
        },
        last,
        draft_at: row
            .draft_at
            .filter(|_| row.draft.as_deref().is_some_and(|text| !text.is_empty()))
            .map(Timestamp::from_millis),
        draft: row.draft.filter(|text| !text.is_empty()),
        unread: u32::try_from(row.unread).unwrap_or(u32::MAX),
        mentions: u32::try_from(row.mentions).unwrap_or(u32::MAX),
        waiting: u32::try_from(row.waiting).unwrap_or(u32::MAX),
        muted_until: (row.muted_until > 0).then(|| Timestamp::from_millis(row.muted_until)),
        is_pinned: row.is_pinned,
        is_archived: row.is_archived,
        is_marked_unread: row.is_marked_unread,
        is_joined: row.is_joined,
        notifications: row.notifications,
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
    /// Keeps what the server says of a dialog, and lists it. What is different
    /// about one that was held becomes quiet lines.
    ///
    /// # Errors
    /// When the disk does not take it.
    pub async fn put_dialog(&mut self, dialog: &Dialog) -> Result<(), StoreError> {
        self.put_dialog_by(dialog, None).await
    }

    /// The same where it is known who changed it, if anything changed.
    ///
    /// # Errors
    /// When the disk does not take it.
    pub async fn put_dialog_by(
        &mut self,
        dialog: &Dialog,
        by: Option<UserId>,
    ) -> Result<(), StoreError> {
        let held = self.held_dialog(&dialog.id).await?;
        let mut is_new = self.put_description(dialog, true).await?;
        is_new |= self.put_occupants(dialog).await?;
        let pinned = self.put_pins(&dialog.id, &dialog.pinned).await?;
        let now = Dialog {
            pinned,
            ..dialog.clone()
        };
        match held {
            Some(held) => {
                is_new |= held.pinned != now.pinned;
                // Anybody can say that they did something.
                let by = by.filter(|who| {
                    let is_in = |dialog: &Dialog| {
                        dialog.occupants.is_empty()
                            || dialog.owner == Some(*who)
                            || dialog.occupants.contains(who)
                    };
                    is_in(&held) || is_in(&now)
                });
                let lines = differences(&held, &now, by);
                self.draw_lines(&now, &lines).await?;
            }
            // One that somebody says they just made, not one of many that a
            // first catch-up brings.
            None if by.is_some() => self.draw_beginning(&now).await?,
            None => {}
        }
        if is_new {
            self.changes.add(Change::Dialog(dialog.id.clone()));
        }
        Ok(())
    }

    /// Keeps a public dialog that this person looks at without being in it.
    /// One that they are in stays as it is.
    ///
    /// # Errors
    /// When the disk does not take it.
    pub async fn put_preview(&mut self, dialog: &Dialog) -> Result<(), StoreError> {
        let joined: Option<bool> = sqlx::query_scalar(
            "SELECT is_joined FROM dialog WHERE id = ? AND is_known = 1 AND is_listed = 1",
        )
        .bind(dialog.id.as_str())
        .fetch_optional(self.db())
        .await?;
        if joined == Some(true) {
            return Ok(());
        }
        self.put_description(dialog, false).await?;
        self.changes.add(Change::Dialog(dialog.id.clone()));
        Ok(())
    }

    /// A dialog as it is held, if the server has told of it.
    pub(crate) async fn held_dialog(
        &mut self,
        id: &DialogId,
    ) -> Result<Option<Dialog>, StoreError> {
        type Row = (
            i64,
            String,
            String,
            Option<String>,
            Option<i64>,
            i64,
            String,
            bool,
        );
        let row: Option<Row> = sqlx::query_as(
            "SELECT kind, name, description, photo, owner_id, created_at, extensions, allow_preview
             FROM dialog
             WHERE id = ? AND is_known = 1 AND is_joined = 1",
        )
        .bind(id.as_str())
        .fetch_optional(self.db())
        .await?;
        let Some((kind, name, description, photo, owner, created_at, extensions, allow_preview)) =
            row
        else {
            return Ok(None);
        };
        let people: Vec<Occupant> = sqlx::query_as(
            "SELECT dialog_id, person_id, is_member, is_admin
             FROM occupant
             WHERE dialog_id = ?
             ORDER BY position",
        )
        .bind(id.as_str())
        .fetch_all(self.db())
        .await?;
        let kind = DialogKind::from_number(kind)
            .ok_or_else(|| sqlx::Error::Decode("a kind of dialog that does not exist".into()))?;
        Ok(Some(Dialog {
            name,
            description,
            photo,
            owner: owner.map(user).transpose()?,
            occupants: ids(&people, |o| o.is_member == 1)?,
            admins: ids(&people, |o| o.is_admin == 1)?,
            pinned: self.pins(id).await?,
            extensions: from_json(&extensions)?,
            allow_preview,
            ..Dialog::new(id.clone(), kind, Timestamp::from_millis(created_at))
        }))
    }

    async fn put_description(
        &mut self,
        dialog: &Dialog,
        is_joined: bool,
    ) -> Result<bool, StoreError> {
        let done = sqlx::query(
            "INSERT INTO dialog (id, kind, name, description, photo, owner_id, created_at, updated_at,
                                 extensions, allow_preview, occupant_count, is_joined, is_known, is_listed)
             VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 1, 1)
             ON CONFLICT (id) DO UPDATE SET
                 kind = excluded.kind,
                 name = excluded.name,
                 description = excluded.description,
                 photo = excluded.photo,
                 owner_id = excluded.owner_id,
                 created_at = excluded.created_at,
                 updated_at = excluded.updated_at,
                 extensions = excluded.extensions,
                 allow_preview = excluded.allow_preview,
                 occupant_count = excluded.occupant_count,
                 is_joined = excluded.is_joined,
                 is_known = 1,
                 is_listed = 1
             WHERE kind <> excluded.kind
                OR name <> excluded.name
                OR description <> excluded.description
                OR photo IS NOT excluded.photo
                OR owner_id IS NOT excluded.owner_id
                OR created_at <> excluded.created_at
                OR updated_at <> excluded.updated_at
                OR extensions <> excluded.extensions
                OR allow_preview <> excluded.allow_preview
                OR occupant_count IS NOT excluded.occupant_count
                OR is_joined <> excluded.is_joined
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
        .bind(to_json(&dialog.extensions))
        .bind(dialog.allow_preview)
        .bind(dialog.occupant_count)
        .bind(is_joined)
        .execute(self.db())
        .await?;
        Ok(done.rows_affected() > 0)
    }

    /// Keeps the server's setting, whether it notifies this person.
    ///
    /// # Errors
    /// When the disk does not take it.
    pub async fn put_notifications(&mut self, id: &DialogId, on: bool) -> Result<(), StoreError> {
        let done = sqlx::query(
            "UPDATE dialog SET notifications = ?2 WHERE id = ?1 AND notifications IS NOT ?2",
        )
        .bind(id.as_str())
        .bind(on)
        .execute(self.db())
        .await?;
        if done.rows_affected() > 0 {
            self.changes.add(Change::Dialog(id.clone()));
        }
        Ok(())
    }

    /// The history of a dialog was cleared, on the server, up to now: nothing
    /// that it held is left here, and none of it comes back. What has not gone
    /// out stays.
    ///
    /// # Errors
    /// When the disk does not take it.
    pub async fn clear(&mut self, id: &DialogId) -> Result<(), StoreError> {
        let now = self.now();
        sqlx::query(
            "INSERT INTO gone_message (message_id, gone_at)
             SELECT id, ? FROM message WHERE dialog_id = ? AND pending = 0
             ON CONFLICT (message_id) DO NOTHING",
        )
        .bind(now.millis())
        .bind(id.as_str())
        .execute(self.db())
        .await?;
        for statement in [
            "DELETE FROM deed
             WHERE message_id IN (SELECT id FROM message WHERE dialog_id = ? AND pending = 0)",
            "DELETE FROM draft WHERE dialog_id = ? AND editing IS NOT NULL",
            "UPDATE draft SET reply_to = NULL WHERE dialog_id = ?",
        ] {
            sqlx::query(statement)
                .bind(id.as_str())
                .execute(self.db())
                .await?;
        }
        let gone: Vec<String> = sqlx::query_scalar(
            "DELETE FROM message WHERE dialog_id = ? AND pending = 0 RETURNING id",
        )
        .bind(id.as_str())
        .fetch_all(self.db())
        .await?;
        for message in gone {
            self.changes.add(Change::MessageRemoved {
                dialog: id.clone(),
                id: stored(&message)?,
            });
        }
        self.changes.add(Change::Dialog(id.clone()));
        Ok(())
    }

    /// A dialog was deleted, for this person or for everybody: it leaves the
    /// list, and this device keeps nothing of it but what has not gone out.
    ///
    /// # Errors
    /// When the disk does not take it.
    pub async fn forget_dialog(&mut self, id: &DialogId) -> Result<(), StoreError> {
        self.clear(id).await?;
        for statement in [
            "DELETE FROM draft WHERE dialog_id = ?",
            "DELETE FROM draft_history WHERE dialog_id = ?",
            "DELETE FROM list_state WHERE dialog_id = ?",
            "DELETE FROM pin WHERE dialog_id = ?",
            "DELETE FROM coverage WHERE dialog_id = ?",
        ] {
            sqlx::query(statement)
                .bind(id.as_str())
                .execute(self.db())
                .await?;
        }
        self.unlist(id).await
    }

    /// Whether somebody leads a dialog: made it, or was appointed.
    pub(crate) async fn leads(
        &mut self,
        dialog: &DialogId,
        who: UserId,
    ) -> Result<bool, StoreError> {
        Ok(sqlx::query_scalar(
            "SELECT EXISTS (SELECT 1 FROM dialog WHERE id = ?1 AND owner_id = ?2 AND kind <> 3)
                 OR EXISTS (SELECT 1 FROM occupant
                            WHERE dialog_id = ?1 AND person_id = ?2 AND is_admin = 1)",
        )
        .bind(dialog.as_str())
        .bind(number(who))
        .fetch_one(self.db())
        .await?)
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

    /// Of the dialogs that were in the list `before` the server was asked, it
    /// listed only these: the others leave the list, and their messages stay.
    /// A dialog that came meanwhile is not judged by an older answer.
    ///
    /// # Errors
    /// When the disk does not take it.
    pub async fn list_only(
        &mut self,
        before: &[DialogId],
        ids: &[DialogId],
    ) -> Result<(), StoreError> {
        let gone: Vec<String> = sqlx::query_scalar(
            "UPDATE dialog SET is_listed = 0
             WHERE is_known = 1
               AND is_listed = 1
               AND id IN (SELECT value FROM json_each(?))
               AND id NOT IN (SELECT value FROM json_each(?))
             RETURNING id",
        )
        .bind(list(before))
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
