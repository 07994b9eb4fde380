//! The registry of one profile: which accounts there are, and the profile's
//! settings. A small database of its own, because an account's file can be set
//! aside without losing who is signed in.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use kith_model::{Connection, UserId};
use sqlx::migrate::Migrator;

use crate::connections::Reader;
use crate::open::Database;
use crate::person::{number, user};
use crate::{OpenError, StoreError};

pub(crate) static MIGRATIONS: Migrator = sqlx::migrate!("migrations/profile");

/// "KitP" in ASCII, as the first migration writes it.
const APPLICATION_ID: i64 = 0x4b69_7450;

/// Where an account's secret is kept. It is never in a database.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum SecretPlace {
    /// In the operating system's keychain.
    Keychain,
    /// Nowhere: it is asked for at each start.
    Session,
    /// In a file that only this user can read.
    File,
}

impl SecretPlace {
    fn name(self) -> &'static str {
        match self {
            Self::Keychain => "keychain",
            Self::Session => "session",
            Self::File => "file",
        }
    }

    fn from_name(name: &str) -> Self {
        match name {
            "keychain" => Self::Keychain,
            "file" => Self::File,
            _ => Self::Session,
        }
    }
}

/// An account that is to be kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewAccount {
    /// Where its server is.
    pub connection: Connection,
    /// Who it is there.
    pub user_id: UserId,
    /// What the person types to sign in.
    pub login: String,
    /// Whether the server is this machine's own.
    pub is_local: bool,
    /// The name of its database file, beside the registry.
    pub database: String,
    /// Where its secret is kept.
    pub secret_place: SecretPlace,
}

/// An account that is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Account {
    /// Its number here; never given twice.
    pub id: i64,
    /// Where its server is.
    pub connection: Connection,
    /// Who it is there.
    pub user_id: UserId,
    /// What the person types to sign in.
    pub login: String,
    /// Whether the server is this machine's own.
    pub is_local: bool,
    /// The name of its database file, beside the registry.
    pub database: String,
    /// Where its secret is kept.
    pub secret_place: SecretPlace,
    /// Whether its person is signed in; when not, its data may still be here.
    pub is_signed_in: bool,
}

#[derive(sqlx::FromRow)]
struct Row {
    id: i64,
    connection: String,
    user_id: i64,
    login: String,
    is_local: bool,
    database: String,
    secret_place: String,
    is_signed_in: bool,
}

impl TryFrom<Row> for Account {
    type Error = StoreError;

    fn try_from(row: Row) -> Result<Self, StoreError> {
        Ok(Self {
            id: row.id,
            connection: serde_json::from_str(&row.connection)
                .map_err(|error| sqlx::Error::Decode(Box::new(error)))?,
            user_id: user(row.user_id)?,
            login: row.login,
            is_local: row.is_local,
            database: row.database,
            secret_place: SecretPlace::from_name(&row.secret_place),
            is_signed_in: row.is_signed_in,
        })
    }
}

/// An open registry. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Profile {
    database: Arc<Database>,
}

impl Profile {
    /// Opens the registry at `path`, and makes it when there is none.
    ///
    /// # Errors
    /// [`OpenError`] says why not; the file is then untouched. `Busy` means
    /// that this profile is open in another process.
    pub async fn open(path: &Path) -> Result<Self, OpenError> {
        let database = Database::open(path, &MIGRATIONS, APPLICATION_ID).await?;
        Ok(Self {
            database: Arc::new(database),
        })
    }

    /// Lets go of the file.
    pub async fn close(&self) {
        self.database.close().await;
    }

    pub(crate) async fn reader(&self) -> Result<Reader<'_>, sqlx::Error> {
        self.database.readers.reader().await
    }

    /// All accounts, oldest first.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn accounts(&self) -> Result<Vec<Account>, StoreError> {
        let rows: Vec<Row> = sqlx::query_as(
            "SELECT id, connection, user_id, login, is_local, database, secret_place, is_signed_in
             FROM account
             ORDER BY id",
        )
        .fetch_all(&mut *self.reader().await?)
        .await?;
        rows.into_iter().map(Account::try_from).collect()
    }

    /// Keeps a new account.
    ///
    /// # Errors
    /// When the disk does not take it.
    pub async fn add_account(&self, details: NewAccount) -> Result<Account, StoreError> {
        let id: i64 = sqlx::query_scalar(
            "INSERT INTO account (connection, user_id, login, is_local, database, secret_place, is_signed_in)
             VALUES (?, ?, ?, ?, ?, ?, 1)
             RETURNING id",
        )
        .bind(connection_json(&details.connection))
        .bind(number(details.user_id))
        .bind(&details.login)
        .bind(details.is_local)
        .bind(&details.database)
        .bind(details.secret_place.name())
        .fetch_one(&mut *self.database.writer.turn().await?)
        .await?;
        Ok(Account {
            id,
            connection: details.connection,
            user_id: details.user_id,
            login: details.login,
            is_local: details.is_local,
            database: details.database,
            secret_place: details.secret_place,
            is_signed_in: true,
        })
    }

    /// Keeps what is different about an account.
    ///
    /// # Errors
    /// When the disk does not take it.
    pub async fn update_account(&self, account: &Account) -> Result<(), StoreError> {
        sqlx::query(
            "UPDATE account SET
                 connection = ?, user_id = ?, login = ?, is_local = ?, database = ?,
                 secret_place = ?, is_signed_in = ?
             WHERE id = ?",
        )
        .bind(connection_json(&account.connection))
        .bind(number(account.user_id))
        .bind(&account.login)
        .bind(account.is_local)
        .bind(&account.database)
        .bind(account.secret_place.name())
        .bind(account.is_signed_in)
        .bind(account.id)
        .execute(&mut *self.database.writer.turn().await?)
        .await?;
        Ok(())
    }

    /// Forgets an account. Its database file stays where it is.
    ///
    /// # Errors
    /// When the disk does not take it.
    pub async fn remove_account(&self, id: i64) -> Result<(), StoreError> {
        sqlx::query("DELETE FROM account WHERE id = ?")
            .bind(id)
            .execute(&mut *self.database.writer.turn().await?)
            .await?;
        Ok(())
    }

    /// All settings of this profile.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn settings(&self) -> Result<BTreeMap<String, String>, StoreError> {
        let rows: Vec<(String, String)> =
            sqlx::query_as("SELECT key, value FROM setting ORDER BY key")
                .fetch_all(&mut *self.reader().await?)
                .await?;
        Ok(rows.into_iter().collect())
    }

    /// Keeps one setting.
    ///
    /// # Errors
    /// When the disk does not take it.
    pub async fn set_setting(&self, key: &str, value: &str) -> Result<(), StoreError> {
        sqlx::query(
            "INSERT INTO setting (key, value)
             VALUES (?, ?)
             ON CONFLICT (key) DO UPDATE SET value = excluded.value",
        )
        .bind(key)
        .bind(value)
        .execute(&mut *self.database.writer.turn().await?)
        .await?;
        Ok(())
    }
}

fn connection_json(connection: &Connection) -> String {
    serde_json::to_string(connection).unwrap_or_else(|_| "{}".into())
}
