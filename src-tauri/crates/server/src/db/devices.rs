//! Devices that asked for notifications, and people's own address books.

use sqlx::{FromRow, SqliteConnection, SqliteExecutor};

/// A device that asked for notifications.
#[derive(Debug, Clone, FromRow)]
pub(crate) struct Subscription {
    pub(crate) id: i64,
    pub(crate) channel: String,
    pub(crate) platform: String,
    pub(crate) udid: String,
}

/// An entry of an address book.
#[derive(Debug, Clone, PartialEq, Eq, FromRow)]
pub(crate) struct Contact {
    pub(crate) phone: String,
    pub(crate) name: String,
}

/// Remembers a device.
pub(crate) async fn subscribe(
    db: &mut SqliteConnection,
    user_id: i64,
    channel: &str,
    platform: &str,
    udid: &str,
    now: i64,
) -> Result<Subscription, sqlx::Error> {
    sqlx::query_as(
        "INSERT INTO subscriptions (user_id, channel, platform, udid, created_at)
         VALUES (?, ?, ?, ?, ?)
         ON CONFLICT (user_id, channel, udid) DO UPDATE SET platform = excluded.platform
         RETURNING id, channel, platform, udid",
    )
    .bind(user_id)
    .bind(channel)
    .bind(platform)
    .bind(udid)
    .bind(now)
    .fetch_one(db)
    .await
}

/// A person's devices.
pub(crate) async fn subscriptions(
    db: impl SqliteExecutor<'_>,
    user_id: i64,
) -> Result<Vec<Subscription>, sqlx::Error> {
    sqlx::query_as(
        "SELECT id, channel, platform, udid FROM subscriptions WHERE user_id = ? ORDER BY id",
    )
    .bind(user_id)
    .fetch_all(db)
    .await
}

/// Forgets a device of a person's; tells whether there was one.
pub(crate) async fn unsubscribe(
    db: &mut SqliteConnection,
    user_id: i64,
    id: i64,
) -> Result<bool, sqlx::Error> {
    let gone = sqlx::query("DELETE FROM subscriptions WHERE id = ? AND user_id = ?")
        .bind(id)
        .bind(user_id)
        .execute(db)
        .await?;
    Ok(gone.rows_affected() > 0)
}

/// A person's address book, of one device or of none in particular.
pub(crate) async fn contacts(
    db: impl SqliteExecutor<'_>,
    user_id: i64,
    udid: &str,
) -> Result<Vec<Contact>, sqlx::Error> {
    sqlx::query_as(
        "SELECT phone, name FROM contacts WHERE user_id = ? AND udid = ? ORDER BY name, phone",
    )
    .bind(user_id)
    .bind(udid)
    .fetch_all(db)
    .await
}

/// Writes an entry; tells whether it is new.
pub(crate) async fn put_contact(
    db: &mut SqliteConnection,
    user_id: i64,
    udid: &str,
    contact: &Contact,
) -> Result<bool, sqlx::Error> {
    let is_known: bool = sqlx::query_scalar(
        "SELECT EXISTS (SELECT 1 FROM contacts WHERE user_id = ? AND udid = ? AND phone = ?)",
    )
    .bind(user_id)
    .bind(udid)
    .bind(&contact.phone)
    .fetch_one(&mut *db)
    .await?;
    sqlx::query(
        "INSERT INTO contacts (user_id, udid, phone, name) VALUES (?, ?, ?, ?)
         ON CONFLICT (user_id, udid, phone) DO UPDATE SET name = excluded.name",
    )
    .bind(user_id)
    .bind(udid)
    .bind(&contact.phone)
    .bind(&contact.name)
    .execute(db)
    .await?;
    Ok(!is_known)
}

/// Removes an entry; tells whether there was one.
pub(crate) async fn remove_contact(
    db: &mut SqliteConnection,
    user_id: i64,
    udid: &str,
    phone: &str,
) -> Result<bool, sqlx::Error> {
    let gone = sqlx::query("DELETE FROM contacts WHERE user_id = ? AND udid = ? AND phone = ?")
        .bind(user_id)
        .bind(udid)
        .bind(phone)
        .execute(db)
        .await?;
    Ok(gone.rows_affected() > 0)
}

/// Empties an address book.
pub(crate) async fn clear_contacts(
    db: &mut SqliteConnection,
    user_id: i64,
    udid: &str,
) -> Result<u64, sqlx::Error> {
    let gone = sqlx::query("DELETE FROM contacts WHERE user_id = ? AND udid = ?")
        .bind(user_id)
        .bind(udid)
        .execute(db)
        .await?;
    Ok(gone.rows_affected())
}

/// The people of the application that are in an address book: their ids, phones, and what
/// the address book calls them. Telephone numbers are compared without signs and blanks.
pub(crate) async fn registered(
    db: impl SqliteExecutor<'_>,
    user_id: i64,
    udid: &str,
) -> Result<Vec<(i64, String, String)>, sqlx::Error> {
    sqlx::query_as(
        "SELECT u.id, c.phone, c.name
         FROM contacts c JOIN users u
              ON REPLACE(REPLACE(REPLACE(u.phone, '+', ''), ' ', ''), '-', '') = c.phone
         WHERE c.user_id = ? AND c.udid = ? AND u.id <> c.user_id
         ORDER BY u.id",
    )
    .bind(user_id)
    .bind(udid)
    .fetch_all(db)
    .await
}
