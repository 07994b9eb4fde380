//! Custom objects: records of the classes that the administrator made.

use serde_json::{Map, Value};
use sqlx::{FromRow, SqliteConnection, SqliteExecutor};

/// A class as stored.
#[derive(Debug, Clone, FromRow)]
pub(crate) struct Class {
    pub(crate) name: String,
    /// Reports are read by whoever wrote them and by moderators only.
    pub(crate) is_reports: bool,
}

/// A record as stored.
#[derive(Debug, Clone, FromRow)]
pub(crate) struct Record {
    pub(crate) id: String,
    pub(crate) class: String,
    pub(crate) user_id: i64,
    pub(crate) parent_id: Option<String>,
    /// JSON object.
    pub(crate) fields: String,
    /// JSON object.
    pub(crate) permissions: String,
    /// Unix seconds.
    pub(crate) created_at: i64,
    pub(crate) updated_at: i64,
    /// Milliseconds.
    pub(crate) resolved_at: Option<i64>,
    pub(crate) resolution: Option<String>,
}

/// The columns of [`Record`], for a table called `r`.
pub(crate) const COLUMNS: &str = "r.id, r.class, r.user_id, r.parent_id, r.fields, r.permissions, \
     r.created_at, r.updated_at, r.resolved_at, r.resolution";

impl Record {
    /// The fields as a map.
    pub(crate) fn fields(&self) -> Map<String, Value> {
        map(&self.fields)
    }

    /// The permissions as a map.
    pub(crate) fn permissions(&self) -> Map<String, Value> {
        map(&self.permissions)
    }
}

fn map(text: &str) -> Map<String, Value> {
    serde_json::from_str(text).unwrap_or_default()
}

/// Adds a class; tells whether it is new.
pub(crate) async fn add_class(
    db: &mut SqliteConnection,
    name: &str,
    is_reports: bool,
    now: i64,
) -> Result<bool, sqlx::Error> {
    let added = sqlx::query(
        "INSERT INTO classes (name, is_reports, created_at) VALUES (?, ?, ?)
         ON CONFLICT (name) DO NOTHING",
    )
    .bind(name)
    .bind(is_reports)
    .bind(now)
    .execute(db)
    .await?;
    Ok(added.rows_affected() > 0)
}

/// The class of this name.
pub(crate) async fn class(
    db: impl SqliteExecutor<'_>,
    name: &str,
) -> Result<Option<Class>, sqlx::Error> {
    sqlx::query_as("SELECT name, is_reports FROM classes WHERE name = ?")
        .bind(name)
        .fetch_optional(db)
        .await
}

/// All classes.
pub(crate) async fn classes(db: impl SqliteExecutor<'_>) -> Result<Vec<Class>, sqlx::Error> {
    sqlx::query_as("SELECT name, is_reports FROM classes ORDER BY name")
        .fetch_all(db)
        .await
}

/// How many records a person has in all classes.
pub(crate) async fn count_of(
    db: impl SqliteExecutor<'_>,
    user_id: i64,
) -> Result<i64, sqlx::Error> {
    sqlx::query_scalar("SELECT COUNT(*) FROM records WHERE user_id = ?")
        .bind(user_id)
        .fetch_one(db)
        .await
}

/// Adds a record.
pub(crate) async fn insert(db: &mut SqliteConnection, record: &Record) -> Result<(), sqlx::Error> {
    sqlx::query(
        "INSERT INTO records (id, class, user_id, parent_id, fields, permissions, created_at, updated_at)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
    )
    .bind(&record.id)
    .bind(&record.class)
    .bind(record.user_id)
    .bind(&record.parent_id)
    .bind(&record.fields)
    .bind(&record.permissions)
    .bind(record.created_at)
    .bind(record.updated_at)
    .execute(db)
    .await?;
    Ok(())
}

/// The record of this class with this id.
pub(crate) async fn by_id(
    db: impl SqliteExecutor<'_>,
    class: &str,
    id: &str,
) -> Result<Option<Record>, sqlx::Error> {
    sqlx::query_as(
        "SELECT id, class, user_id, parent_id, fields, permissions, created_at, updated_at,
                resolved_at, resolution
         FROM records WHERE id = ? AND class = ?",
    )
    .bind(id)
    .bind(class)
    .fetch_optional(db)
    .await
}

/// Writes what of a record can change.
pub(crate) async fn update(db: &mut SqliteConnection, record: &Record) -> Result<(), sqlx::Error> {
    sqlx::query(
        "UPDATE records SET parent_id = ?, fields = ?, permissions = ?, updated_at = ? WHERE id = ?",
    )
    .bind(&record.parent_id)
    .bind(&record.fields)
    .bind(&record.permissions)
    .bind(record.updated_at)
    .bind(&record.id)
    .execute(db)
    .await?;
    Ok(())
}

/// Removes a record.
pub(crate) async fn delete(db: &mut SqliteConnection, id: &str) -> Result<(), sqlx::Error> {
    sqlx::query("DELETE FROM records WHERE id = ?")
        .bind(id)
        .execute(db)
        .await?;
    Ok(())
}

/// Notes that a report was dealt with; tells whether there is such a record.
pub(crate) async fn resolve(
    db: &mut SqliteConnection,
    id: &str,
    note: &str,
    now: i64,
) -> Result<bool, sqlx::Error> {
    let changed = sqlx::query("UPDATE records SET resolved_at = ?, resolution = ? WHERE id = ?")
        .bind(now)
        .bind(note)
        .bind(id)
        .execute(db)
        .await?;
    Ok(changed.rows_affected() > 0)
}

/// Reports of all report classes, the oldest first.
pub(crate) async fn reports(
    db: impl SqliteExecutor<'_>,
    resolved_too: bool,
) -> Result<Vec<Record>, sqlx::Error> {
    sqlx::query_as(
        "SELECT r.id, r.class, r.user_id, r.parent_id, r.fields, r.permissions, r.created_at,
                r.updated_at, r.resolved_at, r.resolution
         FROM records r JOIN classes c ON c.name = r.class
         WHERE c.is_reports = 1 AND (? OR r.resolved_at IS NULL)
         ORDER BY r.seq",
    )
    .bind(resolved_too)
    .fetch_all(db)
    .await
}
