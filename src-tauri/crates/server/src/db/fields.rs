//! The keys that a dialog's extensions may have, allowed by the administrator
//! (`protocol/rest.md` §5.2).

use sqlx::{SqliteConnection, SqliteExecutor};

/// All that are allowed.
pub(crate) async fn all(db: impl SqliteExecutor<'_>) -> Result<Vec<String>, sqlx::Error> {
    sqlx::query_scalar("SELECT name FROM dialog_fields ORDER BY name")
        .fetch_all(db)
        .await
}

/// Allows one; tells whether it is new.
pub(crate) async fn allow(
    db: &mut SqliteConnection,
    name: &str,
    now: i64,
) -> Result<bool, sqlx::Error> {
    let added = sqlx::query("INSERT OR IGNORE INTO dialog_fields (name, created_at) VALUES (?, ?)")
        .bind(name)
        .bind(now)
        .execute(db)
        .await?;
    Ok(added.rows_affected() > 0)
}

/// Allows one no more and takes it out of all dialogs; tells whether it was allowed.
pub(crate) async fn remove(
    db: &mut SqliteConnection,
    name: &str,
    now: i64,
) -> Result<bool, sqlx::Error> {
    let gone = sqlx::query("DELETE FROM dialog_fields WHERE name = ?")
        .bind(name)
        .execute(&mut *db)
        .await?;
    let path = format!("$.\"{name}\"");
    sqlx::query(
        "UPDATE dialogs
         SET extensions = NULLIF(json_remove(extensions, ?1), '{}'), updated_at = ?2
         WHERE json_type(extensions, ?1) IS NOT NULL",
    )
    .bind(path)
    .bind(now)
    .execute(db)
    .await?;
    Ok(gone.rows_affected() > 0)
}
