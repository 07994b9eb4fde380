//! The one writer of a database: a task that owns the connection.
//!
//! What is to be written comes to it in a queue. A *part* ([`Database::write`])
//! that finds others behind it in the queue shares one transaction with them,
//! up to [`MOST_PARTS`]; nobody waits for a timer, so a part that comes alone is
//! committed alone. After the commit the parts' consequences (relaying, for
//! example) happen in the order of the parts, and only then is whoever asked
//! told: nothing is seen, and nothing is acknowledged, that could still be lost.
//!
//! A [`Turn`] lends the connection out to whoever wants a transaction of their
//! own. It waits in the same queue.

use std::sync::Arc;

use futures::future::BoxFuture;
use sqlx::{Connection, Sqlite, SqliteConnection, Transaction};
use tokio::sync::{Mutex, OwnedMutexGuard, mpsc, oneshot};

use super::Database;

/// So many parts share one transaction at most: a crowd must not keep the first one waiting.
const MOST_PARTS: usize = 128;

/// An error that can be a failed database.
pub(crate) trait Failure: From<sqlx::Error> + Send + 'static {
    /// Whether the database failed, and not only somebody's wish.
    fn is_of_the_database(&self) -> bool;
}

/// What a part comes to: what it found, and what is to happen after the commit.
pub(crate) type Done<T> = (T, After);

/// What happens after the commit, before whoever asked is told.
pub(crate) type After = Box<dyn FnOnce() + Send>;

/// Nothing happens after the commit.
pub(crate) fn nothing() -> After {
    Box::new(|| {})
}

/// The end of a part, once it is known whether its transaction was committed.
pub(super) type Landing = Box<dyn FnOnce(bool) + Send>;

/// A part, and whether the database failed under it.
pub(super) type Part =
    Box<dyn for<'c> FnOnce(&'c mut SqliteConnection) -> BoxFuture<'c, Ran> + Send>;

/// How a part went.
pub(super) enum Ran {
    /// It goes with the transaction.
    Along(Landing),
    /// It was refused, and its asker knows.
    Not,
    /// The database failed: the whole transaction is void.
    Failed(Landing),
}

/// What waits in the queue.
pub(super) enum Job {
    Part(Part),
    Turn(oneshot::Sender<Turn>),
    Close(oneshot::Sender<()>),
}

impl std::fmt::Debug for Job {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Part(_) => "Part",
            Self::Turn(_) => "Turn",
            Self::Close(_) => "Close",
        })
    }
}

/// The answer to a part, which is on its way whether somebody waits for it or not.
#[derive(Debug)]
pub(crate) struct Written<T, E>(oneshot::Receiver<Result<T, E>>);

impl<T, E: Failure> Written<T, E> {
    /// Waits for the commit.
    pub(crate) async fn done(self) -> Result<T, E> {
        self.0
            .await
            .unwrap_or_else(|_| Err(sqlx::Error::PoolClosed.into()))
    }
}

impl Database {
    /// Has something written together with what others write.
    ///
    /// `part` decides first and writes afterwards: when it refuses, what it has written
    /// stays. What it returns besides its result happens right after the commit, in the
    /// order of the parts.
    pub(crate) fn write<T, E, F>(&self, part: F) -> Written<T, E>
    where
        T: Send + 'static,
        E: Failure,
        F: for<'c> FnOnce(&'c mut SqliteConnection) -> BoxFuture<'c, Result<Done<T>, E>>
            + Send
            + 'static,
    {
        let (tell, told) = oneshot::channel();
        let part: Part = Box::new(move |connection| {
            Box::pin(async move {
                match part(connection).await {
                    Ok((found, after)) => Ran::Along(Box::new(move |is_committed| {
                        let answer = if is_committed {
                            after();
                            Ok(found)
                        } else {
                            Err(sqlx::Error::WorkerCrashed.into())
                        };
                        // Whoever does not wait any more needs no answer.
                        let _ = tell.send(answer);
                    })),
                    Err(error) if error.is_of_the_database() => Ran::Failed(Box::new(move |_| {
                        let _ = tell.send(Err(error));
                    })),
                    Err(refusal) => {
                        let _ = tell.send(Err(refusal));
                        Ran::Not
                    }
                }
            })
        });
        // When the writer has ended, the sender in `part` goes with it, and that is the answer.
        let _ = self.jobs.send(Job::Part(part));
        Written(told)
    }

    /// Waits for the turn to write. Others wait until the turn is dropped.
    pub(crate) async fn turn(&self) -> Result<Turn, sqlx::Error> {
        let (lend, lent) = oneshot::channel();
        let _ = self.jobs.send(Job::Turn(lend));
        lent.await.map_err(|_| sqlx::Error::PoolClosed)
    }
}

/// The turn to write: the connection, until this is dropped.
#[derive(Debug)]
pub(crate) struct Turn(OwnedMutexGuard<SqliteConnection>);

impl Turn {
    /// Begins a transaction; dropped without a commit it never happened.
    pub(crate) async fn begin(&mut self) -> Result<Transaction<'_, Sqlite>, sqlx::Error> {
        self.0.begin_with("BEGIN IMMEDIATE").await
    }

    /// The connection, for a single statement.
    pub(crate) fn connection(&mut self) -> &mut SqliteConnection {
        &mut self.0
    }
}

/// Works the queue off until the database is closed.
pub(super) async fn run(connection: SqliteConnection, mut jobs: mpsc::UnboundedReceiver<Job>) {
    let connection = Arc::new(Mutex::new(connection));
    let mut next = None;
    loop {
        let job = match next.take() {
            Some(job) => job,
            None => match jobs.recv().await {
                Some(job) => job,
                None => break,
            },
        };
        match job {
            Job::Part(first) => {
                let mut connection = connection.lock().await;
                next = together(&mut connection, first, &mut jobs).await;
            }
            Job::Turn(lend) => {
                // Whoever comes next waits for this lock until the turn is dropped. Somebody
                // who does not want it any more gives it back with the failed sending.
                let turn = Turn(Arc::clone(&connection).lock_owned().await);
                let _ = lend.send(turn);
            }
            Job::Close(closed) => {
                drop(connection.lock().await);
                if let Some(connection) = Arc::into_inner(connection)
                    && let Err(error) = connection.into_inner().close().await
                {
                    tracing::warn!(%error, "the database did not close well");
                }
                let _ = closed.send(());
                return;
            }
        }
    }
}

/// One transaction for a part and those that wait behind it. Gives back what was taken out
/// of the queue and is no part.
async fn together(
    connection: &mut SqliteConnection,
    first: Part,
    jobs: &mut mpsc::UnboundedReceiver<Job>,
) -> Option<Job> {
    let begun = sqlx::query("BEGIN IMMEDIATE")
        .execute(&mut *connection)
        .await;
    let is_begun = match begun {
        Ok(_) => true,
        Err(error) => {
            tracing::error!(%error, "the database takes no writing");
            false
        }
    };
    let mut landings = Vec::new();
    let mut is_good = is_begun;
    let mut other = None;
    let mut part = Some(first);
    let mut count = 0;
    while let Some(work) = part.take() {
        // Without a transaction the part is not run: dropping it is its answer.
        if !is_begun {
            break;
        }
        match work(&mut *connection).await {
            Ran::Along(landing) => landings.push(landing),
            Ran::Not => {}
            Ran::Failed(landing) => {
                landings.push(landing);
                is_good = false;
                break;
            }
        }
        count += 1;
        if count < MOST_PARTS {
            match jobs.try_recv() {
                Ok(Job::Part(next)) => part = Some(next),
                Ok(job) => other = Some(job),
                Err(_) => {}
            }
        }
    }
    if is_good && let Err(error) = sqlx::query("COMMIT").execute(&mut *connection).await {
        tracing::error!(%error, "what was written could not be committed");
        is_good = false;
    }
    if !is_good && is_begun {
        // SQLite may have ended the transaction itself; then there is nothing to take back.
        let _ = sqlx::query("ROLLBACK").execute(&mut *connection).await;
    }
    for landing in landings {
        landing(is_good);
    }
    other
}
