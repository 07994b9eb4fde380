//! Privacy lists: whom people block.

use sqlx::{FromRow, SqliteConnection, SqliteExecutor};

/// A list as stored.
#[derive(Debug, Clone, FromRow)]
pub(crate) struct Stored {
    pub(crate) user_id: i64,
    pub(crate) name: String,
    pub(crate) is_default: bool,
    /// JSON array with each rule as XML.
    pub(crate) items: String,
}

/// All lists of a person, by name.
pub(crate) async fn of(
    db: impl SqliteExecutor<'_>,
    user_id: i64,
) -> Result<Vec<Stored>, sqlx::Error> {
    sqlx::query_as(
        "SELECT user_id, name, is_default, items FROM privacy_lists WHERE user_id = ? ORDER BY name",
    )
    .bind(user_id)
    .fetch_all(db)
    .await
}

/// Everybody's list that is in force.
pub(crate) async fn defaults(db: impl SqliteExecutor<'_>) -> Result<Vec<Stored>, sqlx::Error> {
    sqlx::query_as(
        "SELECT user_id, name, is_default, items FROM privacy_lists WHERE is_default = 1",
    )
    .fetch_all(db)
    .await
}

/// Stores a list; whether it is the default stays as it is.
pub(crate) async fn put(
    db: &mut SqliteConnection,
    user_id: i64,
    name: &str,
    items: &str,
) -> Result<(), sqlx::Error> {
    sqlx::query(
        "INSERT INTO privacy_lists (user_id, name, items) VALUES (?, ?, ?)
         ON CONFLICT (user_id, name) DO UPDATE SET items = excluded.items",
    )
    .bind(user_id)
    .bind(name)
    .bind(items)
    .execute(db)
    .await?;
    Ok(())
}

/// Removes a list; tells whether there was one.
pub(crate) async fn delete(
    db: &mut SqliteConnection,
    user_id: i64,
    name: &str,
) -> Result<bool, sqlx::Error> {
    let gone = sqlx::query("DELETE FROM privacy_lists WHERE user_id = ? AND name = ?")
        .bind(user_id)
        .bind(name)
        .execute(db)
        .await?;
    Ok(gone.rows_affected() > 0)
}

/// Puts a list in force, or none; tells whether there is such a list.
pub(crate) async fn set_default(
    db: &mut SqliteConnection,
    user_id: i64,
    name: Option<&str>,
) -> Result<bool, sqlx::Error> {
    if let Some(name) = name {
        let is_there: bool = sqlx::query_scalar(
            "SELECT EXISTS (SELECT 1 FROM privacy_lists WHERE user_id = ? AND name = ?)",
        )
        .bind(user_id)
        .bind(name)
        .fetch_one(&mut *db)
        .await?;
        if !is_there {
            return Ok(false);
        }
    }
    sqlx::query("UPDATE privacy_lists SET is_default = 0 WHERE user_id = ? AND is_default = 1")
        .bind(user_id)
        .execute(&mut *db)
        .await?;
    if let Some(name) = name {
        sqlx::query("UPDATE privacy_lists SET is_default = 1 WHERE user_id = ? AND name = ?")
            .bind(user_id)
            .bind(name)
            .execute(db)
            .await?;
    }
    Ok(true)
}
