//! People, as the directory showed them last.

use kith_model::{DialogId, Person, Timestamp, UserId};

use crate::message::{from_json, to_json};
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
    email: Option<String>,
    tags: String,
}

impl TryFrom<Row> for Person {
    type Error = StoreError;

    fn try_from(row: Row) -> Result<Self, StoreError> {
        Ok(Self {
            full_name: row.full_name,
            login: row.login,
            avatar: row.avatar,
            last_seen: row.last_seen_at.map(Timestamp::from_millis),
            email: row.email,
            tags: from_json(&row.tags)?,
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
            "SELECT id, full_name, login, avatar, last_seen_at, email, tags
             FROM person
             WHERE id IN (SELECT value FROM json_each(?))
             ORDER BY id",
        )
        .bind(list(ids))
        .fetch_all(&mut *self.reader().await?)
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
            "SELECT id, full_name, login, avatar, last_seen_at, email, tags
             FROM person
             WHERE instr(lower(full_name), lower(?1)) > 0 OR instr(lower(login), lower(?1)) > 0
             ORDER BY full_name, id
             LIMIT ?2",
        )
        .bind(text)
        .bind(limit)
        .fetch_all(&mut *self.reader().await?)
        .await?;
        rows.into_iter().map(Person::try_from).collect()
    }

    /// Members of a dialog whose name or login contains `text`, by name, those
    /// without a name last.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn members(
        &self,
        dialog: &DialogId,
        text: &str,
        skip: u32,
        limit: u32,
    ) -> Result<Vec<Person>, StoreError> {
        let rows: Vec<Row> = sqlx::query_as(
            "SELECT o.person_id AS id, coalesce(p.full_name, '') AS full_name, p.login, p.avatar,
                    p.last_seen_at, p.email, coalesce(p.tags, '[]') AS tags
             FROM occupant o
             LEFT JOIN person p ON p.id = o.person_id
             WHERE o.dialog_id = ?1
               AND o.is_member = 1
               AND (?2 = ''
                    OR instr(lower(p.full_name), lower(?2)) > 0
                    OR instr(lower(p.login), lower(?2)) > 0)
             ORDER BY coalesce(p.full_name, '') = '', lower(p.full_name), o.person_id
             LIMIT ?3 OFFSET ?4",
        )
        .bind(dialog.as_str())
        .bind(text.trim())
        .bind(limit)
        .bind(skip)
        .fetch_all(&mut *self.reader().await?)
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
        .fetch_all(&mut *self.reader().await?)
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
        .fetch_all(&mut *self.reader().await?)
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
            "INSERT INTO person (id, full_name, login, avatar, last_seen_at, email, tags)
             VALUES (?, ?, ?, ?, ?, ?, ?)
             ON CONFLICT (id) DO UPDATE SET
                 full_name = excluded.full_name,
                 login = coalesce(excluded.login, login),
                 avatar = excluded.avatar,
                 last_seen_at = coalesce(excluded.last_seen_at, last_seen_at),
                 email = coalesce(excluded.email, email),
                 tags = excluded.tags
             WHERE full_name IS NOT excluded.full_name
                OR (excluded.login IS NOT NULL AND login IS NOT excluded.login)
                OR avatar IS NOT excluded.avatar
                OR (excluded.last_seen_at IS NOT NULL AND last_seen_at IS NOT excluded.last_seen_at)
                OR (excluded.email IS NOT NULL AND email IS NOT excluded.email)
                OR tags <> excluded.tags",
        )
        .bind(number(person.id))
        .bind(&person.full_name)
        .bind(&person.login)
        .bind(&person.avatar)
        .bind(person.last_seen.map(Timestamp::millis))
        .bind(&person.email)
        .bind(to_json(&person.tags))
        .execute(self.db().await?)
        .await?;
        if done.rows_affected() > 0 {
            self.changes.add(Change::Person(person.id));
        }
        Ok(())
    }

    /// Keeps when somebody was last seen.
    ///
    /// # Errors
    /// When the disk does not take it.
    pub async fn last_seen(&mut self, who: UserId, at: Timestamp) -> Result<(), StoreError> {
        sqlx::query("UPDATE person SET last_seen_at = ?2 WHERE id = ?1 AND last_seen_at IS NOT ?2")
            .bind(number(who))
            .bind(at.millis())
            .execute(self.db().await?)
            .await?;
        Ok(())
    }
}
