//! Dialogs, and the list of them.

use std::collections::BTreeMap;

use kith_model::{Dialog, DialogId, DialogKind, MessageId, Rights, Role, Timestamp, UserId};

use crate::message::{self, from_json, message_columns};
use crate::open::stored;
use crate::person::{number, user};
use crate::pointer::{unread, unread_mentions};
use crate::write::list;
use crate::{Store, StoreError, StoredMessage};

/// Counting stops here; more is shown as "999+".
pub(crate) const UNREAD_COUNTED: u32 = 1000;

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
    /// How many files are beside the draft.
    pub staged: u32,
    /// Messages of others above the read pointer, where counting stops at 1000,
    /// and those below it that came late.
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
    /// The list's order: pinned first; later is higher.
    pub sort_at: Timestamp,
    /// Messages carry seconds: of equal ones, that one is higher whose last
    /// message came here later, which has the larger number.
    pub arrival: i64,
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
    staged: i64,
    muted_until: i64,
    is_archived: bool,
    is_pinned: bool,
    is_marked_unread: bool,
    unread: i64,
    mentions: i64,
    waiting: i64,
    last_seq: Option<i64>,
    people: Option<String>,
    pins: Option<String>,
}

/// Somebody in a dialog.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Occupant {
    person_id: i64,
    is_member: bool,
    is_admin: bool,
}

/// Reads `position:value` pairs, separated by commas, in the order of their
/// positions. They come with the row of their dialog, because each statement
/// more is a way to the database and back.
fn in_order(text: Option<&str>) -> impl Iterator<Item = &str> {
    let mut pairs: Vec<(i64, &str)> = text
        .unwrap_or_default()
        .split(',')
        .filter_map(|pair| pair.split_once(':'))
        .filter_map(|(position, value)| Some((position.parse().ok()?, value)))
        .collect();
    pairs.sort_by_key(|(position, _)| *position);
    pairs.into_iter().map(|(_, value)| value)
}

/// Reads the people of a row: `position:id`, and letters for what they are.
fn occupants(text: Option<&str>) -> Vec<Occupant> {
    in_order(text)
        .filter_map(|value| {
            let id = value.trim_end_matches(['m', 'a']);
            let letters = value.get(id.len()..).unwrap_or_default();
            Some(Occupant {
                person_id: id.parse().ok()?,
                is_member: letters.contains('m'),
                is_admin: letters.contains('a'),
            })
        })
        .collect()
}

/// One line of the list, for each dialog that `$which` names: look-ups in
/// `message_by_place` and in small tables, however many messages there are.
macro_rules! entries {
    ($which:literal) => {
        concat!(
            "SELECT d.id, d.kind, d.name, d.description, d.photo, d.owner_id, d.created_at, d.updated_at,
                    d.extensions, d.allow_preview, d.occupant_count, d.is_joined, d.notifications,
                    f.body AS draft, f.saved_at AS draft_at,
                    (SELECT count(*)
                     FROM upload u
                     WHERE u.dialog_id = d.id AND u.message_id IS NULL) AS staged,
                    coalesce(s.muted_until, 0) AS muted_until, s.archived_at IS NOT NULL AS is_archived,
                    coalesce(s.is_pinned, 0) AS is_pinned,
                    coalesce(s.is_marked_unread, 0) AS is_marked_unread,
                    ",
            unread!(),
            " AS unread,
                    ",
            unread_mentions!(),
            " AS mentions,
                    (SELECT count(*)
                     FROM message w
                     WHERE w.dialog_id = d.id AND w.pending = 1) AS waiting,
                    (SELECT l.seq
                     FROM message l
                     WHERE l.dialog_id = d.id
                     ORDER BY l.pending DESC, l.sent_at DESC, l.id DESC
                     LIMIT 1) AS last_seq,
                    (SELECT group_concat(o.position || ':' || o.person_id
                                         || CASE o.is_member WHEN 1 THEN 'm' ELSE '' END
                                         || CASE o.is_admin WHEN 1 THEN 'a' ELSE '' END)
                     FROM occupant o
                     WHERE o.dialog_id = d.id) AS people,
                    (SELECT group_concat(g.position || ':' || g.message_id)
                     FROM pin g
                     WHERE g.dialog_id = d.id) AS pins
             FROM dialog d
             LEFT JOIN draft f ON f.dialog_id = d.id
             LEFT JOIN list_state s ON s.dialog_id = d.id
             LEFT JOIN read_pointer p ON p.dialog_id = d.id
             WHERE d.is_known = 1",
            $which
        )
    };
}

/// The statement behind [`Store::dialogs`], for the test that pins its plan.
pub(crate) const ENTRIES: &str = entries!(" AND d.is_listed = 1");

impl Store {
    /// All dialogs, top of the list first.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn dialogs(&self) -> Result<Vec<DialogEntry>, StoreError> {
        let rows: Vec<Row> = sqlx::query_as(ENTRIES)
            .bind(number(self.me()))
            .bind(UNREAD_COUNTED)
            .fetch_all(&mut *self.reader().await?)
            .await?;
        self.entries(rows).await
    }

    /// Those of these dialogs that are listed, in the list's order.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn dialogs_by_id(&self, ids: &[DialogId]) -> Result<Vec<DialogEntry>, StoreError> {
        let listed = entries!(" AND d.is_listed = 1 AND d.id IN (SELECT value FROM json_each(?3))");
        self.entries_of(listed, ids).await
    }

    /// Those of these dialogs that have left the list, as they were last.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn unlisted_by_id(&self, ids: &[DialogId]) -> Result<Vec<DialogEntry>, StoreError> {
        let left = entries!(" AND d.is_listed = 0 AND d.id IN (SELECT value FROM json_each(?3))");
        self.entries_of(left, ids).await
    }

    async fn entries_of(
        &self,
        statement: &'static str,
        ids: &[DialogId],
    ) -> Result<Vec<DialogEntry>, StoreError> {
        let rows: Vec<Row> = sqlx::query_as(statement)
            .bind(number(self.me()))
            .bind(UNREAD_COUNTED)
            .bind(list(ids))
            .fetch_all(&mut *self.reader().await?)
            .await?;
        self.entries(rows).await
    }

    /// How many messages of this person have not gone out from dialogs that
    /// have left the list since.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn waiting_unlisted(&self) -> Result<u32, StoreError> {
        let count: i64 = sqlx::query_scalar(
            "SELECT count(*)
             FROM outbox b
             JOIN dialog d ON d.id = b.dialog_id AND d.is_listed = 0
             JOIN message m ON m.id = b.message_id AND m.pending = 1",
        )
        .fetch_one(&mut *self.reader().await?)
        .await?;
        Ok(u32::try_from(count).unwrap_or(u32::MAX))
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
        let total: i64 = sqlx::query_scalar(concat!(
            "SELECT coalesce(sum(",
            unread!(),
            "), 0)
             FROM dialog d
             JOIN read_pointer p ON p.dialog_id = d.id
             WHERE d.is_known = 1 AND d.is_listed = 1",
        ))
        .bind(number(self.me()))
        .bind(UNREAD_COUNTED)
        .fetch_one(&mut *self.reader().await?)
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
                .fetch_all(&mut *self.reader().await?)
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
        .fetch_all(&mut *self.reader().await?)
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
        .fetch_optional(&mut *self.reader().await?)
        .await?;
        row.map_or(Ok(Addressee::Gone), |(kind, is_known, is_listed, other)| {
            addressee(kind, is_known, is_listed, other)
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
        .fetch_optional(&mut *self.reader().await?)
        .await?;
        Ok(id.map(|id| stored(&id)).transpose()?)
    }

    async fn entries(&self, rows: Vec<Row>) -> Result<Vec<DialogEntry>, StoreError> {
        let last_seqs: Vec<i64> = rows.iter().filter_map(|row| row.last_seq).collect();
        let mut last: BTreeMap<DialogId, StoredMessage> = BTreeMap::new();
        let found: Vec<message::Row> = sqlx::query_as(concat!(
            "SELECT ",
            message_columns!(),
            "
             FROM message m
             WHERE m.seq IN (SELECT value FROM json_each(?))",
        ))
        .bind(list(&last_seqs))
        .fetch_all(&mut *self.reader().await?)
        .await?;
        for row in found {
            let message = StoredMessage::try_from(row)?;
            last.insert(message.message.dialog_id.clone(), message);
        }

        let mut entries = Vec::with_capacity(rows.len());
        for row in rows {
            entries.push(entry(row, &mut last)?);
        }
        entries.sort_by(|a, b| {
            b.is_pinned
                .cmp(&a.is_pinned)
                .then_with(|| b.sort_at.cmp(&a.sort_at))
                .then_with(|| b.arrival.cmp(&a.arrival))
                .then_with(|| a.dialog.id.cmp(&b.dialog.id))
        });
        Ok(entries)
    }
}

/// Where something for a dialog goes, by its row and the first other person in it.
pub(crate) fn addressee(
    kind: i64,
    is_known: bool,
    is_listed: bool,
    other: Option<i64>,
) -> Result<Addressee, StoreError> {
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

fn entry(
    row: Row,
    last: &mut BTreeMap<DialogId, StoredMessage>,
) -> Result<DialogEntry, StoreError> {
    let id: DialogId = stored(&row.id)?;
    let last = last.remove(&id);
    let people = occupants(row.people.as_deref());
    let pinned = in_order(row.pins.as_deref())
        .map(|id| Ok(stored(id)?))
        .collect::<Result<Vec<MessageId>, StoreError>>()?;
    let created_at = Timestamp::from_millis(row.created_at);
    let kind = DialogKind::from_number(row.kind)
        .ok_or_else(|| sqlx::Error::Decode("a kind of dialog that does not exist".into()))?;
    Ok(DialogEntry {
        sort_at: last
            .as_ref()
            .map_or(created_at, |last| last.message.sent_at),
        arrival: row.last_seq.unwrap_or_default(),
        dialog: Dialog {
            name: row.name,
            description: row.description,
            photo: row.photo,
            owner: row.owner_id.map(user).transpose()?,
            occupants: ids(&people, |o| o.is_member)?,
            admins: ids(&people, |o| o.is_admin)?,
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
        staged: u32::try_from(row.staged).unwrap_or(u32::MAX),
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

#[cfg(test)]
mod reading {
    use super::*;

    #[test]
    fn people_and_pins_are_read_in_their_order() {
        let people = occupants(Some("2:33,0:11ma,1:22a"));
        let told: Vec<(i64, bool, bool)> = people
            .iter()
            .map(|o| (o.person_id, o.is_member, o.is_admin))
            .collect();
        assert_eq!(
            told,
            [(11, true, true), (22, false, true), (33, false, false)]
        );
        assert!(occupants(None).is_empty() && occupants(Some("")).is_empty());
        let pins: Vec<&str> = in_order(Some("10:b,9:a")).collect();
        assert_eq!(pins, ["a", "b"], "by number, not by text");
    }
}
