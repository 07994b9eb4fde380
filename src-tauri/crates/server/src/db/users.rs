//! People of the application.

use sqlx::sqlite::SqliteRow;
use sqlx::{FromRow, QueryBuilder, Row, Sqlite, SqliteConnection, SqliteExecutor};

/// A person as stored.
#[derive(Debug, Clone, FromRow)]
pub(crate) struct User {
    pub(crate) id: i64,
    pub(crate) login: Option<String>,
    pub(crate) email: Option<String>,
    pub(crate) full_name: Option<String>,
    pub(crate) phone: Option<String>,
    pub(crate) website: Option<String>,
    pub(crate) custom_data: Option<String>,
    pub(crate) avatar: Option<String>,
    pub(crate) external_id: Option<String>,
    pub(crate) facebook_id: Option<String>,
    pub(crate) twitter_id: Option<String>,
    pub(crate) blob_id: Option<i64>,
    pub(crate) user_tags: Option<String>,
    pub(crate) timezone: Option<i64>,
    pub(crate) is_guest: bool,
    pub(crate) created_at: i64,
    pub(crate) updated_at: i64,
    pub(crate) last_request_at: Option<i64>,
    pub(crate) last_seen_at: Option<i64>,
}

/// The columns of [`User`].
pub(crate) const COLUMNS: &str = "id, login, email, full_name, phone, website, custom_data, avatar, \
     external_id, facebook_id, twitter_id, blob_id, user_tags, timezone, is_guest, created_at, \
     updated_at, last_request_at, last_seen_at";

/// A value a person's field can be set to. The names are columns and come from our own tables only.
#[derive(Debug, Clone)]
pub(crate) enum FieldValue {
    Text(Option<String>),
    Number(Option<i64>),
}

/// Adds a person and tells the id.
pub(crate) async fn insert(
    db: &mut SqliteConnection,
    fields: &[(&'static str, FieldValue)],
    password: &str,
    is_guest: bool,
    now: i64,
) -> Result<i64, sqlx::Error> {
    let mut query = QueryBuilder::<Sqlite>::new("INSERT INTO users (");
    for (name, _) in fields {
        query.push(*name).push(", ");
    }
    query.push("password, is_guest, created_at, updated_at) VALUES (");
    for (_, value) in fields {
        bind(&mut query, value);
        query.push(", ");
    }
    query.push_bind(password.to_owned()).push(", ");
    query.push_bind(is_guest).push(", ");
    query
        .push_bind(now)
        .push(", ")
        .push_bind(now)
        .push(") RETURNING id");
    query.build().fetch_one(db).await?.try_get(0)
}

/// Changes fields of a person.
pub(crate) async fn update(
    db: &mut SqliteConnection,
    id: i64,
    fields: &[(&'static str, FieldValue)],
    password: Option<&str>,
    now: i64,
) -> Result<(), sqlx::Error> {
    let mut query = QueryBuilder::<Sqlite>::new("UPDATE users SET updated_at = ");
    query.push_bind(now);
    for (name, value) in fields {
        query.push(", ").push(*name).push(" = ");
        bind(&mut query, value);
    }
    if let Some(password) = password {
        query
            .push(", reset_asked_at = 0, password = ")
            .push_bind(password.to_owned());
    }
    query.push(" WHERE id = ").push_bind(id);
    query.build().execute(db).await?;
    Ok(())
}

fn bind(query: &mut QueryBuilder<Sqlite>, value: &FieldValue) {
    match value {
        FieldValue::Text(text) => query.push_bind(text.clone()),
        FieldValue::Number(number) => query.push_bind(*number),
    };
}

/// The person with this id.
pub(crate) async fn by_id(
    db: impl SqliteExecutor<'_>,
    id: i64,
) -> Result<Option<User>, sqlx::Error> {
    let mut query = QueryBuilder::<Sqlite>::new("SELECT ");
    query
        .push(COLUMNS)
        .push(" FROM users WHERE id = ")
        .push_bind(id);
    query.build_query_as().fetch_optional(db).await
}

/// The person with this value in a column of ours that is compared as text.
pub(crate) async fn by_text(
    db: impl SqliteExecutor<'_>,
    column: &'static str,
    value: &str,
) -> Result<Option<User>, sqlx::Error> {
    let mut query = QueryBuilder::<Sqlite>::new("SELECT ");
    query
        .push(COLUMNS)
        .push(" FROM users WHERE ")
        .push(column)
        .push(" = ");
    query.push_bind(value.to_owned()).push(" LIMIT 1");
    query.build_query_as().fetch_optional(db).await
}

/// All people among these ids.
pub(crate) async fn by_ids(
    db: impl SqliteExecutor<'_>,
    ids: &[i64],
) -> Result<Vec<User>, sqlx::Error> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let mut query = QueryBuilder::<Sqlite>::new("SELECT ");
    query.push(COLUMNS).push(" FROM users WHERE id IN (");
    let mut list = query.separated(", ");
    for id in ids {
        list.push_bind(*id);
    }
    query.push(") ORDER BY id");
    query.build_query_as().fetch_all(db).await
}

/// The stored password of a person.
pub(crate) async fn password(
    db: impl SqliteExecutor<'_>,
    id: i64,
) -> Result<Option<String>, sqlx::Error> {
    sqlx::query("SELECT password FROM users WHERE id = ?")
        .bind(id)
        .map(|row: SqliteRow| row.get(0))
        .fetch_optional(db)
        .await
}

/// Removes a person. Their messages stay, as on the platform.
pub(crate) async fn delete(db: &mut SqliteConnection, id: i64) -> Result<(), sqlx::Error> {
    sqlx::query("DELETE FROM members WHERE user_id = ?")
        .bind(id)
        .execute(&mut *db)
        .await?;
    sqlx::query("DELETE FROM users WHERE id = ?")
        .bind(id)
        .execute(&mut *db)
        .await?;
    Ok(())
}

/// Notes that the person with this address waits for a new password; tells whether that is news.
pub(crate) async fn asks_for_password(
    db: &mut SqliteConnection,
    email: &str,
    now: i64,
) -> Result<bool, sqlx::Error> {
    let noted =
        sqlx::query("UPDATE users SET reset_asked_at = ? WHERE email = ? AND reset_asked_at = 0")
            .bind(now)
            .bind(email)
            .execute(db)
            .await?;
    Ok(noted.rows_affected() > 0)
}

/// Who waits for a new password, and since when.
pub(crate) async fn waiting_for_password(
    db: impl SqliteExecutor<'_>,
) -> Result<Vec<(i64, i64)>, sqlx::Error> {
    sqlx::query_as("SELECT id, reset_asked_at FROM users WHERE reset_asked_at > 0 ORDER BY id")
        .fetch_all(db)
        .await
}

/// Forgets guests that came before a moment, and tells who they were.
pub(crate) async fn sweep_guests(
    db: &mut SqliteConnection,
    before: i64,
) -> Result<Vec<i64>, sqlx::Error> {
    let guests: Vec<i64> =
        sqlx::query_scalar("SELECT id FROM users WHERE is_guest = 1 AND created_at < ?")
            .bind(before)
            .fetch_all(&mut *db)
            .await?;
    for guest in &guests {
        delete(&mut *db, *guest).await?;
    }
    Ok(guests)
}

/// Remembers when a person was last seen in the chat.
pub(crate) async fn seen(db: &mut SqliteConnection, id: i64, now: i64) -> Result<(), sqlx::Error> {
    sqlx::query("UPDATE users SET last_seen_at = ? WHERE id = ?")
        .bind(now)
        .bind(id)
        .execute(db)
        .await?;
    Ok(())
}
