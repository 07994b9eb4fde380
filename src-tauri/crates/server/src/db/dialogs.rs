//! Conversations and who is in them.

use sqlx::{FromRow, SqliteConnection, SqliteExecutor};

/// The platform's type numbers (`protocol/rest.md` §5.1; the SDK's own names for them are wrong).
pub(crate) const BROADCAST: i64 = 1;
/// A group.
pub(crate) const GROUP: i64 = 2;
/// Two people.
pub(crate) const PRIVATE: i64 = 3;
/// A public dialog, open to everybody who subscribes.
pub(crate) const PUBLIC: i64 = 4;

/// A dialog as stored.
#[derive(Debug, Clone, FromRow)]
pub(crate) struct Dialog {
    pub(crate) id: String,
    #[sqlx(rename = "type")]
    pub(crate) kind: i64,
    pub(crate) owner_id: i64,
    pub(crate) name: String,
    pub(crate) description: Option<String>,
    pub(crate) photo: Option<String>,
    pub(crate) extensions: Option<String>,
    pub(crate) permissions: Option<String>,
    pub(crate) pair_low: Option<i64>,
    pub(crate) pair_high: Option<i64>,
    pub(crate) created_at: i64,
    pub(crate) updated_at: i64,
}

impl Dialog {
    /// The other person of a private dialog. Somebody who writes to themselves is both.
    pub(crate) fn other(&self, user_id: i64) -> Option<i64> {
        let (low, high) = (self.pair_low?, self.pair_high?);
        Some(if low == user_id { high } else { low })
    }
}

/// A member as stored.
#[derive(Debug, Clone, Copy, FromRow)]
pub(crate) struct Member {
    pub(crate) user_id: i64,
    pub(crate) is_admin: bool,
    pub(crate) notifications: i64,
}

/// Adds a dialog without members.
pub(crate) async fn insert(db: &mut SqliteConnection, dialog: &Dialog) -> Result<(), sqlx::Error> {
    sqlx::query(
        "INSERT INTO dialogs (id, type, owner_id, name, description, photo, extensions, permissions,
                              pair_low, pair_high, created_at, updated_at)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
    )
    .bind(&dialog.id)
    .bind(dialog.kind)
    .bind(dialog.owner_id)
    .bind(&dialog.name)
    .bind(&dialog.description)
    .bind(&dialog.photo)
    .bind(&dialog.extensions)
    .bind(&dialog.permissions)
    .bind(dialog.pair_low)
    .bind(dialog.pair_high)
    .bind(dialog.created_at)
    .bind(dialog.updated_at)
    .execute(db)
    .await?;
    Ok(())
}

/// The dialog with this id.
pub(crate) async fn by_id(
    db: impl SqliteExecutor<'_>,
    id: &str,
) -> Result<Option<Dialog>, sqlx::Error> {
    sqlx::query_as(
        "SELECT id, type, owner_id, name, description, photo, extensions, permissions,
                pair_low, pair_high, created_at, updated_at
         FROM dialogs WHERE id = ?",
    )
    .bind(id)
    .fetch_optional(db)
    .await
}

/// The private dialog of two people.
pub(crate) async fn by_pair(
    db: impl SqliteExecutor<'_>,
    one: i64,
    two: i64,
) -> Result<Option<Dialog>, sqlx::Error> {
    sqlx::query_as(
        "SELECT id, type, owner_id, name, description, photo, extensions, permissions,
                pair_low, pair_high, created_at, updated_at
         FROM dialogs WHERE pair_low = ? AND pair_high = ?",
    )
    .bind(one.min(two))
    .bind(one.max(two))
    .fetch_optional(db)
    .await
}

/// Adds a member, or changes whether an existing one is an admin to yes.
pub(crate) async fn add_member(
    db: &mut SqliteConnection,
    dialog_id: &str,
    user_id: i64,
    is_admin: bool,
    now: i64,
) -> Result<(), sqlx::Error> {
    sqlx::query(
        "INSERT INTO members (dialog_id, user_id, is_admin, joined_at, updated_at)
         VALUES (?, ?, ?, ?, ?)
         ON CONFLICT (dialog_id, user_id)
         DO UPDATE SET is_admin = MAX(is_admin, excluded.is_admin), hidden = 0,
                       updated_at = excluded.updated_at",
    )
    .bind(dialog_id)
    .bind(user_id)
    .bind(is_admin)
    .bind(now)
    .bind(now)
    .execute(db)
    .await?;
    Ok(())
}

/// Takes a member out; what they had not read no longer counts.
pub(crate) async fn remove_member(
    db: &mut SqliteConnection,
    dialog_id: &str,
    user_id: i64,
) -> Result<(), sqlx::Error> {
    sqlx::query("DELETE FROM members WHERE dialog_id = ? AND user_id = ?")
        .bind(dialog_id)
        .bind(user_id)
        .execute(&mut *db)
        .await?;
    sqlx::query("DELETE FROM receipts WHERE user_id = ? AND dialog_id = ? AND read = 0")
        .bind(user_id)
        .bind(dialog_id)
        .execute(db)
        .await?;
    Ok(())
}

/// Makes a member an admin or takes it back.
pub(crate) async fn set_admin(
    db: &mut SqliteConnection,
    dialog_id: &str,
    user_id: i64,
    is_admin: bool,
) -> Result<(), sqlx::Error> {
    sqlx::query("UPDATE members SET is_admin = ? WHERE dialog_id = ? AND user_id = ?")
        .bind(is_admin)
        .bind(dialog_id)
        .bind(user_id)
        .execute(db)
        .await?;
    Ok(())
}

/// Everybody in a dialog, in the order of their ids.
pub(crate) async fn members(
    db: impl SqliteExecutor<'_>,
    dialog_id: &str,
) -> Result<Vec<Member>, sqlx::Error> {
    sqlx::query_as(
        "SELECT user_id, is_admin, notifications
         FROM members WHERE dialog_id = ? ORDER BY user_id",
    )
    .bind(dialog_id)
    .fetch_all(db)
    .await
}

/// One person's membership.
pub(crate) async fn member(
    db: impl SqliteExecutor<'_>,
    dialog_id: &str,
    user_id: i64,
) -> Result<Option<Member>, sqlx::Error> {
    sqlx::query_as(
        "SELECT user_id, is_admin, notifications
         FROM members WHERE dialog_id = ? AND user_id = ?",
    )
    .bind(dialog_id)
    .bind(user_id)
    .fetch_optional(db)
    .await
}

/// Notes that a dialog changed for everybody.
pub(crate) async fn touch(
    db: &mut SqliteConnection,
    dialog_id: &str,
    now: i64,
) -> Result<(), sqlx::Error> {
    sqlx::query("UPDATE dialogs SET updated_at = ? WHERE id = ?")
        .bind(now)
        .bind(dialog_id)
        .execute(db)
        .await?;
    Ok(())
}

/// Notes that a dialog changed for one person.
pub(crate) async fn touch_member(
    db: &mut SqliteConnection,
    dialog_id: &str,
    user_id: i64,
    now: i64,
) -> Result<(), sqlx::Error> {
    sqlx::query("UPDATE members SET updated_at = ? WHERE dialog_id = ? AND user_id = ?")
        .bind(now)
        .bind(dialog_id)
        .bind(user_id)
        .execute(db)
        .await?;
    Ok(())
}

/// Empties a dialog for one person, and hides it too if asked.
pub(crate) async fn clear_for(
    db: &mut SqliteConnection,
    dialog_id: &str,
    user_id: i64,
    hide: bool,
    now: i64,
) -> Result<(), sqlx::Error> {
    sqlx::query(
        "UPDATE members
         SET cleared_seq = (SELECT COALESCE(MAX(seq), 0) FROM messages WHERE dialog_id = ?1),
             hidden = MAX(hidden, ?3), updated_at = ?4
         WHERE dialog_id = ?1 AND user_id = ?2",
    )
    .bind(dialog_id)
    .bind(user_id)
    .bind(hide)
    .bind(now)
    .execute(&mut *db)
    .await?;
    sqlx::query("DELETE FROM receipts WHERE user_id = ? AND dialog_id = ? AND read = 0")
        .bind(user_id)
        .bind(dialog_id)
        .execute(db)
        .await?;
    Ok(())
}

/// Removes a dialog with everything in it.
pub(crate) async fn delete(db: &mut SqliteConnection, dialog_id: &str) -> Result<(), sqlx::Error> {
    sqlx::query("DELETE FROM dialogs WHERE id = ?")
        .bind(dialog_id)
        .execute(db)
        .await?;
    Ok(())
}

/// Pins a message.
pub(crate) async fn pin(
    db: &mut SqliteConnection,
    dialog_id: &str,
    message_id: &str,
    now: i64,
) -> Result<(), sqlx::Error> {
    sqlx::query("INSERT OR IGNORE INTO pins (dialog_id, message_id, pinned_at) VALUES (?, ?, ?)")
        .bind(dialog_id)
        .bind(message_id)
        .bind(now)
        .execute(db)
        .await?;
    Ok(())
}

/// Unpins a message.
pub(crate) async fn unpin(
    db: &mut SqliteConnection,
    dialog_id: &str,
    message_id: &str,
) -> Result<(), sqlx::Error> {
    sqlx::query("DELETE FROM pins WHERE dialog_id = ? AND message_id = ?")
        .bind(dialog_id)
        .bind(message_id)
        .execute(db)
        .await?;
    Ok(())
}
