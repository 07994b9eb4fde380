//! People, as the directory showed them last.

use kith_model::{Person, Timestamp, UserId};

use crate::open::stored;
use crate::write::list;
use crate::{Change, Store, StoreError, Write};

#[derive(sqlx::FromRow)]
struct Row {
    id: i64,
    full_name: String,
    login: Option<String>,
    avatar: Option<String>,
    last_seen_at: Option<i64>,
}

impl TryFrom<Row> for Person {
    type Error = StoreError;

    fn try_from(row: Row) -> Result<Self, StoreError> {
        Ok(Self {
            full_name: row.full_name,
            login: row.login,
            avatar: row.avatar,
            last_seen: row.last_seen_at.map(Timestamp::from_millis),
            ..Self::new(user(row.id)?)
        })
    }
}

/// A stored number as a user id.
pub(crate) fn user(id: i64) -> Result<UserId, StoreError> {
    Ok(stored(&id.to_string())?)
}

/// A user id as it is stored.
pub(crate) fn number(id: UserId) -> i64 {
    i64::try_from(id.0).unwrap_or(i64::MAX)
}

impl Store {
    /// Those of these people who are known, by id.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn people(&self, ids: &[UserId]) -> Result<Vec<Person>, StoreError> {
        let rows: Vec<Row> = sqlx::query_as(
            "SELECT id, full_name, login, avatar, last_seen_at
             FROM person
             WHERE id IN (SELECT value FROM json_each(?))
             ORDER BY id",
        )
        .bind(list(ids))
        .fetch_all(self.readers())
        .await?;
        rows.into_iter().map(Person::try_from).collect()
    }

    /// One person, if known.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn person(&self, id: UserId) -> Result<Option<Person>, StoreError> {
        Ok(self.people(&[id]).await?.pop())
    }

    /// People whose name or login contains `text`, by name, at most `limit`.
    /// A short table, read whole.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn find_people(&self, text: &str, limit: u32) -> Result<Vec<Person>, StoreError> {
        let rows: Vec<Row> = sqlx::query_as(
            "SELECT id, full_name, login, avatar, last_seen_at
             FROM person
             WHERE instr(lower(full_name), lower(?1)) > 0 OR instr(lower(login), lower(?1)) > 0
             ORDER BY full_name, id
             LIMIT ?2",
        )
        .bind(text)
        .bind(limit)
        .fetch_all(self.readers())
        .await?;
        rows.into_iter().map(Person::try_from).collect()
    }

    /// Who is in the listed dialogs, at most `limit`.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn everybody(&self, limit: u32) -> Result<Vec<UserId>, StoreError> {
        let ids: Vec<i64> = sqlx::query_scalar(
            "SELECT DISTINCT o.person_id
             FROM dialog d
             JOIN occupant o ON o.dialog_id = d.id
             WHERE d.is_known = 1 AND d.is_listed = 1
             ORDER BY d.kind = 3 DESC, o.person_id
             LIMIT ?",
        )
        .bind(limit)
        .fetch_all(self.readers())
        .await?;
        ids.into_iter().map(user).collect()
    }

    /// Occupants of dialogs whose person row is still to be
    /// fetched, at most `limit`.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn unknown_people(&self, limit: u32) -> Result<Vec<UserId>, StoreError> {
        let ids: Vec<i64> = sqlx::query_scalar(
            "SELECT DISTINCT o.person_id
             FROM occupant o
             LEFT JOIN person p ON p.id = o.person_id
             WHERE p.id IS NULL
             LIMIT ?",
        )
        .bind(limit)
        .fetch_all(self.readers())
        .await?;
        ids.into_iter().map(user).collect()
    }
}

impl Write {
    /// Keeps what the directory says of a person. A login, once known, is not
    /// forgotten because an answer leaves it out.
    ///
    /// # Errors
    /// When the disk does not take it.
    pub async fn put_person(&mut self, person: &Person) -> Result<(), StoreError> {
        let done = sqlx::query(
            "INSERT INTO person (id, full_name, login, avatar, last_seen_at)
             VALUES (?, ?, ?, ?, ?)
             ON CONFLICT (id) DO UPDATE SET
                 full_name = excluded.full_name,
                 login = coalesce(excluded.login, login),
                 avatar = excluded.avatar,
                 last_seen_at = coalesce(excluded.last_seen_at, last_seen_at)
             WHERE full_name IS NOT excluded.full_name
                OR (excluded.login IS NOT NULL AND login IS NOT excluded.login)
                OR avatar IS NOT excluded.avatar
                OR (excluded.last_seen_at IS NOT NULL AND last_seen_at IS NOT excluded.last_seen_at)",
        )
        .bind(number(person.id))
        .bind(&person.full_name)
        .bind(&person.login)
        .bind(&person.avatar)
        .bind(person.last_seen.map(Timestamp::millis))
        .execute(self.db())
        .await?;
        if done.rows_affected() > 0 {
            self.changes.add(Change::Person(person.id));
        }
        Ok(())
    }
}
