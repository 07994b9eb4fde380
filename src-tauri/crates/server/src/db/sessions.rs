//! REST sessions: a token, perhaps a person, two hours from the last request
//! (`protocol/rest.md` §3.2).

use sha2::{Digest, Sha256};
use sqlx::{FromRow, SqliteConnection, SqliteExecutor};

/// How long a token lives after the last request made with it.
pub(crate) const LIFE_MILLIS: i64 = 2 * 60 * 60 * 1000;

/// A session as stored.
#[derive(Debug, Clone, FromRow)]
pub(crate) struct Session {
    pub(crate) id: i64,
    pub(crate) user_id: Option<i64>,
    pub(crate) created_at: i64,
    pub(crate) updated_at: i64,
    pub(crate) expires_at: i64,
}

fn hash(token: &str) -> String {
    hex::encode(Sha256::digest(token.as_bytes()))
}

/// Adds a session.
pub(crate) async fn insert(
    db: &mut SqliteConnection,
    token: &str,
    user_id: Option<i64>,
    now: i64,
) -> Result<Session, sqlx::Error> {
    sqlx::query_as(
        "INSERT INTO sessions (token_hash, user_id, created_at, updated_at, expires_at)
         VALUES (?, ?, ?, ?, ?)
         RETURNING id, user_id, created_at, updated_at, expires_at",
    )
    .bind(hash(token))
    .bind(user_id)
    .bind(now)
    .bind(now)
    .bind(now + LIFE_MILLIS)
    .fetch_one(db)
    .await
}

/// The living session of a token.
pub(crate) async fn by_token(
    db: impl SqliteExecutor<'_>,
    token: &str,
    now: i64,
) -> Result<Option<Session>, sqlx::Error> {
    sqlx::query_as(
        "SELECT id, user_id, created_at, updated_at, expires_at
         FROM sessions
         WHERE token_hash = ? AND expires_at > ?",
    )
    .bind(hash(token))
    .bind(now)
    .fetch_optional(db)
    .await
}

/// Moves the end of a session, because a request was made with it.
pub(crate) async fn prolong(
    db: &mut SqliteConnection,
    id: i64,
    now: i64,
) -> Result<(), sqlx::Error> {
    sqlx::query("UPDATE sessions SET expires_at = ? WHERE id = ?")
        .bind(now + LIFE_MILLIS)
        .bind(id)
        .execute(&mut *db)
        .await?;
    sqlx::query(
        "UPDATE users SET last_request_at = ?
         WHERE id = (SELECT user_id FROM sessions WHERE id = ?)",
    )
    .bind(now)
    .bind(id)
    .execute(db)
    .await?;
    Ok(())
}

/// Gives a session a person, or takes the person away.
pub(crate) async fn set_user(
    db: &mut SqliteConnection,
    id: i64,
    user_id: Option<i64>,
    now: i64,
) -> Result<(), sqlx::Error> {
    sqlx::query("UPDATE sessions SET user_id = ?, updated_at = ? WHERE id = ?")
        .bind(user_id)
        .bind(now)
        .bind(id)
        .execute(db)
        .await?;
    Ok(())
}

/// Ends a session.
pub(crate) async fn delete(db: &mut SqliteConnection, id: i64) -> Result<(), sqlx::Error> {
    sqlx::query("DELETE FROM sessions WHERE id = ?")
        .bind(id)
        .execute(db)
        .await?;
    Ok(())
}

/// Ends the other sessions of a person.
pub(crate) async fn delete_others(
    db: &mut SqliteConnection,
    user_id: i64,
    but: i64,
) -> Result<(), sqlx::Error> {
    sqlx::query("DELETE FROM sessions WHERE user_id = ? AND id <> ?")
        .bind(user_id)
        .bind(but)
        .execute(db)
        .await?;
    Ok(())
}

/// Forgets sessions that ended.
pub(crate) async fn sweep(db: &mut SqliteConnection, now: i64) -> Result<(), sqlx::Error> {
    sqlx::query("DELETE FROM sessions WHERE expires_at <= ?")
        .bind(now)
        .execute(db)
        .await?;
    Ok(())
}
