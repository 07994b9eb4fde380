//! Files: what is known about them. The bytes are on disk (`crate::storage`).

use sha2::{Digest, Sha256};
use sqlx::{FromRow, SqliteConnection, SqliteExecutor};

/// A file as stored.
#[derive(Debug, Clone, FromRow)]
pub(crate) struct Blob {
    pub(crate) id: i64,
    pub(crate) uid: String,
    pub(crate) user_id: i64,
    pub(crate) name: String,
    pub(crate) content_type: String,
    pub(crate) is_public: bool,
    pub(crate) size: Option<i64>,
    pub(crate) etag: Option<String>,
    pub(crate) created_at: i64,
    pub(crate) updated_at: i64,
    pub(crate) completed_at: Option<i64>,
}

/// Adds a file that has no bytes yet.
pub(crate) async fn insert(db: &mut SqliteConnection, blob: &Blob) -> Result<(), sqlx::Error> {
    sqlx::query(
        "INSERT INTO blobs (id, uid, user_id, name, content_type, is_public, created_at, updated_at)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
    )
    .bind(blob.id)
    .bind(&blob.uid)
    .bind(blob.user_id)
    .bind(&blob.name)
    .bind(&blob.content_type)
    .bind(blob.is_public)
    .bind(blob.created_at)
    .bind(blob.updated_at)
    .execute(db)
    .await?;
    Ok(())
}

/// The file with this number.
pub(crate) async fn by_id(
    db: impl SqliteExecutor<'_>,
    id: i64,
) -> Result<Option<Blob>, sqlx::Error> {
    sqlx::query_as(
        "SELECT id, uid, user_id, name, content_type, is_public, size, etag, created_at,
                updated_at, completed_at
         FROM blobs WHERE id = ?",
    )
    .bind(id)
    .fetch_optional(db)
    .await
}

/// The file with this uid.
pub(crate) async fn by_uid(
    db: impl SqliteExecutor<'_>,
    uid: &str,
) -> Result<Option<Blob>, sqlx::Error> {
    sqlx::query_as(
        "SELECT id, uid, user_id, name, content_type, is_public, size, etag, created_at,
                updated_at, completed_at
         FROM blobs WHERE uid = ?",
    )
    .bind(uid)
    .fetch_optional(db)
    .await
}

/// How many files a person has.
pub(crate) async fn count_of(
    db: impl SqliteExecutor<'_>,
    user_id: i64,
) -> Result<i64, sqlx::Error> {
    sqlx::query_scalar("SELECT COUNT(*) FROM blobs WHERE user_id = ?")
        .bind(user_id)
        .fetch_one(db)
        .await
}

/// How many bytes a person's files have together.
pub(crate) async fn bytes_of(
    db: impl SqliteExecutor<'_>,
    user_id: i64,
) -> Result<u64, sqlx::Error> {
    let bytes: i64 =
        sqlx::query_scalar("SELECT COALESCE(SUM(size), 0) FROM blobs WHERE user_id = ?")
            .bind(user_id)
            .fetch_one(db)
            .await?;
    Ok(bytes.unsigned_abs())
}

/// A page of a person's files, the newest first.
pub(crate) async fn page_of(
    db: impl SqliteExecutor<'_>,
    user_id: i64,
    skip: i64,
    limit: i64,
) -> Result<Vec<Blob>, sqlx::Error> {
    sqlx::query_as(
        "SELECT id, uid, user_id, name, content_type, is_public, size, etag, created_at,
                updated_at, completed_at
         FROM blobs WHERE user_id = ? ORDER BY created_at DESC, id LIMIT ? OFFSET ?",
    )
    .bind(user_id)
    .bind(limit)
    .bind(skip)
    .fetch_all(db)
    .await
}

/// Notes that the bytes have arrived. A completed file takes no others.
pub(crate) async fn arrived(
    db: &mut SqliteConnection,
    id: i64,
    size: i64,
    etag: &str,
    now: i64,
) -> Result<bool, sqlx::Error> {
    let changed = sqlx::query(
        "UPDATE blobs SET size = ?, etag = ?, updated_at = ? WHERE id = ? AND completed_at IS NULL",
    )
    .bind(size)
    .bind(etag)
    .bind(now)
    .bind(id)
    .execute(db)
    .await?;
    Ok(changed.rows_affected() > 0)
}

/// Declares a file complete.
pub(crate) async fn complete(
    db: &mut SqliteConnection,
    id: i64,
    now: i64,
) -> Result<(), sqlx::Error> {
    sqlx::query("UPDATE blobs SET completed_at = ?, updated_at = ? WHERE id = ?")
        .bind(now)
        .bind(now)
        .bind(id)
        .execute(&mut *db)
        .await?;
    sqlx::query("DELETE FROM blob_tickets WHERE blob_id = ? AND is_write = 1")
        .bind(id)
        .execute(db)
        .await?;
    Ok(())
}

/// Gives a file another name.
pub(crate) async fn rename(
    db: &mut SqliteConnection,
    id: i64,
    name: &str,
    now: i64,
) -> Result<(), sqlx::Error> {
    sqlx::query("UPDATE blobs SET name = ?, updated_at = ? WHERE id = ?")
        .bind(name)
        .bind(now)
        .bind(id)
        .execute(db)
        .await?;
    Ok(())
}

/// Removes a file and every right to it.
pub(crate) async fn delete(db: &mut SqliteConnection, id: i64) -> Result<(), sqlx::Error> {
    sqlx::query("DELETE FROM blobs WHERE id = ?")
        .bind(id)
        .execute(db)
        .await?;
    Ok(())
}

fn hash(ticket: &str) -> String {
    hex::encode(Sha256::digest(ticket.as_bytes()))
}

/// Remembers the right to write or read a file.
pub(crate) async fn grant(
    db: &mut SqliteConnection,
    ticket: &str,
    blob_id: i64,
    is_write: bool,
    expires_at: i64,
) -> Result<(), sqlx::Error> {
    sqlx::query(
        "INSERT INTO blob_tickets (ticket_hash, blob_id, is_write, expires_at) VALUES (?, ?, ?, ?)",
    )
    .bind(hash(ticket))
    .bind(blob_id)
    .bind(is_write)
    .bind(expires_at)
    .execute(db)
    .await?;
    Ok(())
}

/// Whether a ticket gives the right now.
pub(crate) async fn is_granted(
    db: impl SqliteExecutor<'_>,
    ticket: &str,
    blob_id: i64,
    is_write: bool,
    now: i64,
) -> Result<bool, sqlx::Error> {
    sqlx::query_scalar(
        "SELECT EXISTS (SELECT 1 FROM blob_tickets
                        WHERE ticket_hash = ? AND blob_id = ? AND is_write = ? AND expires_at > ?)",
    )
    .bind(hash(ticket))
    .bind(blob_id)
    .bind(is_write)
    .bind(now)
    .fetch_one(db)
    .await
}

/// Forgets rights that ended and files that were never completed, and tells the uids of
/// those files.
pub(crate) async fn sweep(
    db: &mut SqliteConnection,
    never_completed_before: i64,
    now: i64,
) -> Result<Vec<String>, sqlx::Error> {
    sqlx::query("DELETE FROM blob_tickets WHERE expires_at <= ?")
        .bind(now)
        .execute(&mut *db)
        .await?;
    sqlx::query_scalar(
        "DELETE FROM blobs WHERE completed_at IS NULL AND created_at < ? RETURNING uid",
    )
    .bind(never_completed_before)
    .fetch_all(db)
    .await
}
