//! Dialogs as the server tells of them: kept, listed, cleared and forgotten.

use kith_model::{Dialog, DialogId, DialogKind, Timestamp, UserId};

use crate::message::{from_json, to_json};
use crate::notice::differences;
use crate::open::stored;
use crate::person::{number, user};
use crate::write::list;
use crate::{Change, StoreError, Write};

/// A dialog as it is held.
struct Held {
    dialog: Dialog,
    is_listed: bool,
    is_joined: bool,
}

impl Held {
    /// Whether nothing about it is news. Who leads is told in no fixed order.
    fn is_just(&self, told: &Dialog) -> bool {
        let sorted = |ids: &[UserId]| {
            let mut ids = ids.to_vec();
            ids.sort_unstable();
            ids
        };
        self.is_listed
            && self.is_joined
            && sorted(&self.dialog.admins) == sorted(&told.admins)
            && Dialog {
                admins: Vec::new(),
                ..self.dialog.clone()
            } == Dialog {
                admins: Vec::new(),
                ..told.clone()
            }
    }
}

#[derive(sqlx::FromRow)]
struct HeldRow {
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
    is_listed: bool,
    people: String,
    pinned: String,
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
        let held = self.held(&dialog.id).await?;
        if held.as_ref().is_some_and(|held| held.is_just(dialog)) {
            return Ok(());
        }
        let held = held.filter(|held| held.is_joined).map(|held| held.dialog);
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
        .fetch_optional(self.db().await?)
        .await?;
        if joined == Some(true) {
            return Ok(());
        }
        self.put_description(dialog, false).await?;
        self.changes.add(Change::Dialog(dialog.id.clone()));
        Ok(())
    }

    /// A dialog as it is held, if the server has told of it, and whether it is
    /// in the list and this person in it. One statement, because a catch-up
    /// asks it of every dialog.
    async fn held(&mut self, id: &DialogId) -> Result<Option<Held>, StoreError> {
        let row: Option<HeldRow> = sqlx::query_as(
            "SELECT kind, name, description, photo, owner_id, created_at, updated_at, extensions,
                    allow_preview, occupant_count, is_joined, is_listed,
                    (SELECT json_group_array(json_array(o.person_id, o.is_member, o.is_admin))
                     FROM (SELECT person_id, is_member, is_admin
                           FROM occupant
                           WHERE dialog_id = dialog.id
                           ORDER BY position) o) AS people,
                    (SELECT json_group_array(p.message_id)
                     FROM (SELECT message_id
                           FROM pin
                           WHERE dialog_id = dialog.id
                           ORDER BY position) p) AS pinned
             FROM dialog
             WHERE id = ? AND is_known = 1",
        )
        .bind(id.as_str())
        .fetch_optional(self.db().await?)
        .await?;
        let Some(row) = row else {
            return Ok(None);
        };
        let people: Vec<(i64, i64, i64)> = from_json(&row.people)?;
        let those = |which: fn(&(i64, i64, i64)) -> bool| -> Result<Vec<UserId>, StoreError> {
            let found = people.iter().filter(|person| which(person));
            found.map(|(id, _, _)| user(*id)).collect()
        };
        let kind = DialogKind::from_number(row.kind)
            .ok_or_else(|| sqlx::Error::Decode("a kind of dialog that does not exist".into()))?;
        Ok(Some(Held {
            is_listed: row.is_listed,
            is_joined: row.is_joined,
            dialog: Dialog {
                name: row.name,
                description: row.description,
                photo: row.photo,
                owner: row.owner_id.map(user).transpose()?,
                occupants: those(|(_, is_member, _)| *is_member == 1)?,
                occupant_count: row.occupant_count.and_then(|n| u32::try_from(n).ok()),
                admins: those(|(_, _, is_admin)| *is_admin == 1)?,
                pinned: from_json(&row.pinned)?,
                extensions: from_json(&row.extensions)?,
                allow_preview: row.allow_preview,
                updated_at: Timestamp::from_millis(row.updated_at),
                ..Dialog::new(id.clone(), kind, Timestamp::from_millis(row.created_at))
            },
        }))
    }

    /// A dialog that this person is in, as it is held.
    pub(crate) async fn held_dialog(
        &mut self,
        id: &DialogId,
    ) -> Result<Option<Dialog>, StoreError> {
        let held = self.held(id).await?;
        Ok(held.filter(|held| held.is_joined).map(|held| held.dialog))
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
        .execute(self.db().await?)
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
        .execute(self.db().await?)
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
        .execute(self.db().await?)
        .await?;
        for statement in [
            "DELETE FROM deed
             WHERE message_id IN (SELECT id FROM message WHERE dialog_id = ? AND pending = 0)",
            "DELETE FROM draft WHERE dialog_id = ? AND editing IS NOT NULL",
            "UPDATE draft SET reply_to = NULL WHERE dialog_id = ?",
        ] {
            sqlx::query(statement)
                .bind(id.as_str())
                .execute(self.db().await?)
                .await?;
        }
        let are_many = self.are_going(id).await?;
        let gone: Vec<String> = sqlx::query_scalar(
            "DELETE FROM message WHERE dialog_id = ? AND pending = 0 RETURNING id",
        )
        .bind(id.as_str())
        .fetch_all(self.db().await?)
        .await?;
        if are_many {
            self.are_gone();
        }
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
            "DELETE FROM reading_place WHERE dialog_id = ?",
            "DELETE FROM pin WHERE dialog_id = ?",
            "DELETE FROM coverage WHERE dialog_id = ?",
        ] {
            sqlx::query(statement)
                .bind(id.as_str())
                .execute(self.db().await?)
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
        .fetch_one(self.db().await?)
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
        .fetch_all(self.db().await?)
        .await?;
        if held == wanted {
            return Ok(false);
        }
        sqlx::query("DELETE FROM occupant WHERE dialog_id = ?")
            .bind(dialog.id.as_str())
            .execute(self.db().await?)
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
            .execute(self.db().await?)
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
        .fetch_all(self.db().await?)
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
        .execute(self.db().await?)
        .await?;
        if done.rows_affected() > 0 {
            self.changes.add(Change::DialogRemoved(id.clone()));
        }
        Ok(())
    }

    pub(crate) async fn require_dialog(&mut self, id: &DialogId) -> Result<(), StoreError> {
        let known: Option<i64> = sqlx::query_scalar("SELECT 1 FROM dialog WHERE id = ?")
            .bind(id.as_str())
            .fetch_optional(self.db().await?)
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
        .fetch_one(self.db().await?)
        .await?;
        Ok(members == 0 || is_one > 0)
    }
}
