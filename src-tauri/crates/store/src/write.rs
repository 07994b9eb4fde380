//! One write transaction.
//!
//! SQLite works in a thread of its own, and the way there and back costs more
//! than most statements. So a statement whose answer nobody waits for is held
//! back ([`Write::later`]) and goes along with the next one that has an answer,
//! or with the commit. Everything happens in the order in which it was said,
//! and a message is taken in with two ways: one that looks, and one that writes.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use futures::FutureExt;
use kith_model::{Clock, MessageId, Timestamp, UserId};
use sqlx::error::BoxDynError;
use sqlx::sqlite::{SqliteArguments, SqliteRow};
use sqlx::{Arguments, AssertSqlSafe, Encode, Sqlite, SqliteConnection, Type};

use crate::change::ChangeSet;
use crate::connections::{Turn, Writer};
use crate::traces::Traces;
use crate::{Change, StoreError, StoredMessage};

/// A write transaction: everything in it happens, or nothing does. The
/// functions that write are beside the tables they write to.
#[derive(Debug)]
#[must_use = "without a commit nothing of this happens"]
pub struct Write {
    connection: Turn,
    /// Whether SQLite was told to begin.
    is_begun: bool,
    held_back: HeldBack,
    /// How often SQLite's thread was gone to; tests count it.
    ways: Arc<AtomicUsize>,
    /// What this lets go of and is to be looked for.
    pub(crate) traces: Traces,
    all_traces: Arc<Mutex<Traces>>,
    pub(crate) me: UserId,
    now: Timestamp,
    /// When the server was asked for what is put, by our clock.
    pub(crate) asked_at: Option<Timestamp>,
    /// Whether who reacted to a message has to be asked.
    pub(crate) is_unsure: bool,
    /// What another device of this person was heard to have read.
    pub(crate) read_now: BTreeSet<MessageId>,
    pub(crate) changes: ChangeSet,
}

/// Statements that go with the next way to SQLite, and the values of their
/// question marks. These have no numbers, so that they count on from one
/// statement to the next.
#[derive(Debug, Default)]
pub(crate) struct HeldBack {
    statements: String,
    values: SqliteArguments,
    refused: Option<BoxDynError>,
}

impl HeldBack {
    /// The value of the next question mark.
    pub(crate) fn bind<'t>(&mut self, value: impl Encode<'t, Sqlite> + Type<Sqlite>) -> &mut Self {
        if let Err(error) = self.values.add(value) {
            self.refused = Some(error);
        }
        self
    }
}

impl Write {
    pub(crate) async fn begin(
        writer: &Writer,
        ways: Arc<AtomicUsize>,
        all_traces: Arc<Mutex<Traces>>,
        me: UserId,
        clock: &dyn Clock,
    ) -> Result<Self, StoreError> {
        let connection = writer.turn().await?;
        Ok(Self {
            connection,
            is_begun: false,
            held_back: HeldBack::default(),
            ways,
            traces: Traces::default(),
            all_traces,
            me,
            now: clock.now(),
            asked_at: None,
            is_unsure: false,
            read_now: BTreeSet::new(),
            changes: ChangeSet::default(),
        })
    }

    /// Holds a statement back that has no answer. Its question marks, which
    /// carry no numbers, get their values with [`HeldBack::bind`]. What it
    /// fails with is told by whatever goes with it, and this transaction is
    /// good for nothing but being dropped then.
    pub(crate) fn later(&mut self, statement: &'static str) -> &mut HeldBack {
        debug_assert!(!statement.contains("?1"), "no numbers: {statement}");
        if !self.held_back.statements.is_empty() {
            self.held_back.statements.push_str(";\n");
        }
        self.held_back.statements.push_str(statement);
        &mut self.held_back
    }

    /// Has everything that was held back happen. The answer is the first row
    /// of the last statement, which alone has rows.
    pub(crate) async fn answer(&mut self) -> Result<Option<SqliteRow>, StoreError> {
        let held_back = std::mem::take(&mut self.held_back);
        if let Some(error) = held_back.refused {
            return Err(sqlx::Error::Encode(error).into());
        }
        let mut statements = held_back.statements;
        // One who only reads and one who writes begin the same way, so that
        // nobody has to give up half-way because somebody else wrote.
        if !self.is_begun {
            self.is_begun = true;
            statements.insert_str(0, "BEGIN IMMEDIATE;\n");
        }
        self.ways.fetch_add(1, Ordering::Relaxed);
        // Nothing but constants of this crate is in it.
        let query = sqlx::query_with(AssertSqlSafe(statements), held_back.values);
        Ok(query.fetch_optional(&mut *self.connection).await?)
    }

    /// The connection, for one statement that has an answer. What was held
    /// back has happened by then.
    pub(crate) async fn db(&mut self) -> Result<&mut SqliteConnection, StoreError> {
        if !self.is_begun || !self.held_back.statements.is_empty() {
            self.answer().await?;
        }
        self.ways.fetch_add(1, Ordering::Relaxed);
        Ok(&mut self.connection)
    }

    /// When this transaction began.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        self.now
    }

    /// Whether there is something in it that only the server's list of who
    /// reacted tells ([`crate::Store::unsure`]).
    #[must_use]
    pub fn is_unsure(&self) -> bool {
        self.is_unsure
    }

    /// What is put from now on is what the server answered to a question of
    /// this time (by our clock): it knows of everything that was heard before,
    /// and may not know of what was heard since.
    pub(crate) fn put_as_of(&mut self, asked_at: Timestamp) {
        self.asked_at = Some(asked_at);
    }

    /// Makes it so, and answers what is different now.
    ///
    /// # Errors
    /// When the disk does not take it; then nothing happened.
    pub async fn commit(self) -> Result<Vec<Change>, StoreError> {
        self.commit_and(|changes, _| changes).await
    }

    /// The same, and tells it before anybody else can write, so that what
    /// happens first is told first. With the changes go the rows of new messages
    /// where these are known without being read: of what was just written here
    /// or came over the stream, and met nothing that was told of it before. What
    /// goes away by itself is never among them.
    ///
    /// # Errors
    /// When the disk does not take it; then nothing happened.
    pub async fn commit_and<T>(
        mut self,
        tell: impl FnOnce(Vec<Change>, Vec<StoredMessage>) -> T,
    ) -> Result<T, StoreError> {
        if self.is_begun || !self.held_back.statements.is_empty() {
            self.later("COMMIT");
            self.answer().await?;
            self.is_begun = false;
        }
        let gone = std::mem::take(&mut self.traces);
        let all = self.all_traces.lock();
        all.unwrap_or_else(PoisonError::into_inner).append(gone);
        let (changes, rows) = std::mem::take(&mut self.changes).into_parts();
        Ok(tell(changes, rows))
    }
}

impl Drop for Write {
    /// What was begun and not committed is taken back before anybody else has
    /// the connection: the order goes to SQLite's thread without waiting for
    /// the answer, which may be that SQLite has done so itself.
    fn drop(&mut self) {
        if self.is_begun {
            let taking_back = sqlx::query("ROLLBACK").execute(&mut *self.connection);
            let _ = taking_back.now_or_never();
        }
    }
}

/// Ids as a JSON array, for `json_each`, so that a list of any length is one
/// parameter of one fixed statement.
pub(crate) fn list<T: serde::Serialize>(ids: &[T]) -> String {
    serde_json::to_string(ids).unwrap_or_else(|_| "[]".into())
}
