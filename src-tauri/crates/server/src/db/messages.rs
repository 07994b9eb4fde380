//! Messages.

use sqlx::{FromRow, SqliteConnection, SqliteExecutor};

/// A message as stored.
#[derive(Debug, Clone, FromRow)]
pub(crate) struct Message {
    pub(crate) seq: i64,
    pub(crate) id: String,
    pub(crate) dialog_id: String,
    pub(crate) sender_id: i64,
    pub(crate) recipient_id: i64,
    pub(crate) body: String,
    pub(crate) date_sent: i64,
    /// JSON array.
    pub(crate) attachments: String,
    /// JSON object.
    pub(crate) params: String,
    pub(crate) views: i64,
    pub(crate) created_at: i64,
    pub(crate) updated_at: i64,
    pub(crate) edited_at: Option<i64>,
}

/// The columns of [`Message`], for a table called `g`.
pub(crate) const COLUMNS: &str = "g.seq, g.id, g.dialog_id, g.sender_id, g.recipient_id, g.body, \
     g.date_sent, g.attachments, g.params, g.views, g.created_at, g.updated_at, g.edited_at";

/// A message about to be stored.
#[derive(Debug, Clone)]
pub(crate) struct NewMessage<'a> {
    pub(crate) id: &'a str,
    pub(crate) stanza_id: &'a str,
    pub(crate) dialog_id: &'a str,
    pub(crate) sender_id: i64,
    pub(crate) recipient_id: i64,
    pub(crate) body: &'a str,
    pub(crate) date_sent: i64,
    pub(crate) attachments: &'a str,
    pub(crate) params: &'a str,
    pub(crate) now: i64,
}

/// Stores a message and tells its place.
pub(crate) async fn insert(
    db: &mut SqliteConnection,
    message: &NewMessage<'_>,
) -> Result<i64, sqlx::Error> {
    sqlx::query_scalar(
        "INSERT INTO messages (id, stanza_id, dialog_id, sender_id, recipient_id, body, date_sent,
                               attachments, params, created_at, updated_at)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
         RETURNING seq",
    )
    .bind(message.id)
    .bind(message.stanza_id)
    .bind(message.dialog_id)
    .bind(message.sender_id)
    .bind(message.recipient_id)
    .bind(message.body)
    .bind(message.date_sent)
    .bind(message.attachments)
    .bind(message.params)
    .bind(message.now)
    .bind(message.now)
    .fetch_one(db)
    .await
}

/// Stores a message unless its id is taken or used up, and tells its place.
pub(crate) async fn insert_new(
    db: &mut SqliteConnection,
    message: &NewMessage<'_>,
) -> Result<Option<i64>, sqlx::Error> {
    sqlx::query_scalar(
        "INSERT INTO messages (id, stanza_id, dialog_id, sender_id, recipient_id, body, date_sent,
                               attachments, params, created_at, updated_at)
         SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?10
         WHERE NOT EXISTS (SELECT 1 FROM removed_messages WHERE id = ?1)
         ON CONFLICT DO NOTHING
         RETURNING seq",
    )
    .bind(message.id)
    .bind(message.stanza_id)
    .bind(message.dialog_id)
    .bind(message.sender_id)
    .bind(message.recipient_id)
    .bind(message.body)
    .bind(message.date_sent)
    .bind(message.attachments)
    .bind(message.params)
    .bind(message.now)
    .fetch_optional(db)
    .await
}

/// What a new message changes around it: receipts for those it is for, the dialog's time, and
/// the dialog comes back for those who had deleted it. One trip to the database where there is
/// one addressee.
pub(crate) async fn settle(
    db: &mut SqliteConnection,
    seq: i64,
    dialog_id: &str,
    addressees: &[i64],
    now: i64,
) -> Result<(), sqlx::Error> {
    if let [only] = addressees {
        // Several statements take their values one after the other.
        sqlx::query(
            "INSERT INTO receipts (seq, user_id, dialog_id) VALUES (?, ?, ?);
             UPDATE dialogs SET updated_at = ? WHERE id = ?;
             UPDATE members SET hidden = 0 WHERE dialog_id = ? AND hidden = 1",
        )
        .bind(seq)
        .bind(*only)
        .bind(dialog_id)
        .bind(now)
        .bind(dialog_id)
        .bind(dialog_id)
        .execute(db)
        .await?;
        return Ok(());
    }
    super::receipts::expect(db, seq, dialog_id, addressees).await?;
    sqlx::query(
        "UPDATE dialogs SET updated_at = ? WHERE id = ?;
         UPDATE members SET hidden = 0 WHERE dialog_id = ? AND hidden = 1",
    )
    .bind(now)
    .bind(dialog_id)
    .bind(dialog_id)
    .execute(db)
    .await?;
    Ok(())
}

/// Who holds an id already: a stored message's sender, or that of a removed one.
#[derive(Debug, Clone, PartialEq, Eq, FromRow)]
pub(crate) struct Holder {
    pub(crate) sender_id: i64,
    /// Empty for a message that was removed.
    pub(crate) dialog_id: String,
}

/// Looks whether an id is taken, by a message's own id or by what its sender called it.
pub(crate) async fn holder(
    db: &mut SqliteConnection,
    id: &str,
    stanza_id: &str,
    sender_id: i64,
) -> Result<Option<Holder>, sqlx::Error> {
    sqlx::query_as(
        "SELECT sender_id, dialog_id FROM messages WHERE id = ?1
         UNION ALL
         SELECT sender_id, dialog_id FROM messages WHERE sender_id = ?3 AND stanza_id = ?2
         UNION ALL
         SELECT sender_id, '' FROM removed_messages WHERE id = ?1
         LIMIT 1",
    )
    .bind(id)
    .bind(stanza_id)
    .bind(sender_id)
    .fetch_optional(db)
    .await
}

/// The message with this id.
pub(crate) async fn by_id(
    db: impl SqliteExecutor<'_>,
    id: &str,
) -> Result<Option<Message>, sqlx::Error> {
    sqlx::query_as(
        "SELECT seq, id, dialog_id, sender_id, recipient_id, body, date_sent, attachments, params,
                views, created_at, updated_at, edited_at
         FROM messages WHERE id = ?",
    )
    .bind(id)
    .fetch_optional(db)
    .await
}

/// Changes text and custom parameters, because the author corrected the message.
pub(crate) async fn edit(
    db: &mut SqliteConnection,
    seq: i64,
    body: &str,
    params: &str,
    now: i64,
) -> Result<(), sqlx::Error> {
    sqlx::query(
        "UPDATE messages SET body = ?, params = ?, edited_at = ?, updated_at = ? WHERE seq = ?",
    )
    .bind(body)
    .bind(params)
    .bind(now)
    .bind(now)
    .bind(seq)
    .execute(db)
    .await?;
    Ok(())
}

/// Removes a message for everybody and remembers that its id is used up.
pub(crate) async fn remove(
    db: &mut SqliteConnection,
    message: &Message,
    now: i64,
) -> Result<(), sqlx::Error> {
    sqlx::query(
        "INSERT OR IGNORE INTO removed_messages (id, sender_id, removed_at) VALUES (?, ?, ?)",
    )
    .bind(&message.id)
    .bind(message.sender_id)
    .bind(now)
    .execute(&mut *db)
    .await?;
    sqlx::query("DELETE FROM pins WHERE dialog_id = ? AND message_id = ?")
        .bind(&message.dialog_id)
        .bind(&message.id)
        .execute(&mut *db)
        .await?;
    super::offline::forget(&mut *db, &message.id).await?;
    sqlx::query("DELETE FROM messages WHERE seq = ?")
        .bind(message.seq)
        .execute(db)
        .await?;
    Ok(())
}

/// Removes a message for one person only.
pub(crate) async fn hide(
    db: &mut SqliteConnection,
    user_id: i64,
    message: &Message,
) -> Result<(), sqlx::Error> {
    sqlx::query("INSERT OR IGNORE INTO hidden_messages (user_id, seq) VALUES (?, ?)")
        .bind(user_id)
        .bind(message.seq)
        .execute(&mut *db)
        .await?;
    sqlx::query("DELETE FROM receipts WHERE seq = ? AND user_id = ? AND read = 0")
        .bind(message.seq)
        .bind(user_id)
        .execute(db)
        .await?;
    Ok(())
}

/// Removes all messages of a dialog.
pub(crate) async fn remove_all(
    db: &mut SqliteConnection,
    dialog_id: &str,
) -> Result<(), sqlx::Error> {
    sqlx::query("DELETE FROM messages WHERE dialog_id = ?")
        .bind(dialog_id)
        .execute(&mut *db)
        .await?;
    sqlx::query("DELETE FROM pins WHERE dialog_id = ?")
        .bind(dialog_id)
        .execute(db)
        .await?;
    Ok(())
}

/// Notes that something about a message changed.
pub(crate) async fn touch(
    db: &mut SqliteConnection,
    seq: i64,
    now: i64,
) -> Result<(), sqlx::Error> {
    sqlx::query("UPDATE messages SET updated_at = ? WHERE seq = ?")
        .bind(now)
        .bind(seq)
        .execute(db)
        .await?;
    Ok(())
}
