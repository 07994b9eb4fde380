//! What people may do beyond their own things, given by the administrator.

use sqlx::{SqliteConnection, SqliteExecutor};

/// Reads and deals with reports.
pub(crate) const MODERATOR: &str = "moderator";

/// Whether a person has a role.
pub(crate) async fn has(
    db: impl SqliteExecutor<'_>,
    user_id: i64,
    role: &str,
) -> Result<bool, sqlx::Error> {
    sqlx::query_scalar("SELECT EXISTS (SELECT 1 FROM roles WHERE user_id = ? AND role = ?)")
        .bind(user_id)
        .bind(role)
        .fetch_one(db)
        .await
}

/// Gives a person a role.
pub(crate) async fn grant(
    db: &mut SqliteConnection,
    user_id: i64,
    role: &str,
) -> Result<(), sqlx::Error> {
    sqlx::query("INSERT OR IGNORE INTO roles (user_id, role) VALUES (?, ?)")
        .bind(user_id)
        .bind(role)
        .execute(db)
        .await?;
    Ok(())
}

/// Takes a role back; tells whether the person had it.
pub(crate) async fn revoke(
    db: &mut SqliteConnection,
    user_id: i64,
    role: &str,
) -> Result<bool, sqlx::Error> {
    let gone = sqlx::query("DELETE FROM roles WHERE user_id = ? AND role = ?")
        .bind(user_id)
        .bind(role)
        .execute(db)
        .await?;
    Ok(gone.rows_affected() > 0)
}

/// Everybody with a role, and which.
pub(crate) async fn all(db: impl SqliteExecutor<'_>) -> Result<Vec<(i64, String)>, sqlx::Error> {
    sqlx::query_as("SELECT user_id, role FROM roles ORDER BY user_id, role")
        .fetch_all(db)
        .await
}
