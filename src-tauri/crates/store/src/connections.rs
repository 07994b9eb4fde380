//! The connections of an open database: one that writes, whose lock is the
//! queue of those who want to, and a few that read.
//!
//! They are kept here and not in a pool of the library's, because that one
//! asks a connection whether it still lives each time it is given back. SQLite
//! works in threads of its own, and a way there and back costs more than most
//! statements.

use std::ops::{Deref, DerefMut};
use std::sync::Arc;

use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{ConnectOptions, Connection, SqliteConnection};
use tokio::sync::{Mutex, OwnedMappedMutexGuard, OwnedMutexGuard, Semaphore, SemaphorePermit};

/// How many connections read side by side.
const READERS: usize = 4;

/// A connection, none before it is made and after it was ended.
type Slot = Arc<Mutex<Option<SqliteConnection>>>;

/// A connection, for as long as this is held.
pub(crate) type Turn = OwnedMappedMutexGuard<Option<SqliteConnection>, SqliteConnection>;

/// The connection that writes, lent to one after the other.
#[derive(Debug)]
pub(crate) struct Writer(Slot);

impl Writer {
    pub(crate) fn new(connection: SqliteConnection) -> Self {
        Self(Arc::new(Mutex::new(Some(connection))))
    }

    /// Waits until nobody else writes.
    pub(crate) async fn turn(&self) -> Result<Turn, sqlx::Error> {
        held(Arc::clone(&self.0).lock_owned().await)
    }

    /// Waits for whoever writes, and ends the connection.
    pub(crate) async fn close(&self) {
        end(&self.0).await;
    }
}

/// Connections that read, each made when it is needed for the first time.
#[derive(Debug)]
pub(crate) struct Readers {
    options: SqliteConnectOptions,
    slots: [Slot; READERS],
    /// As many permits as slots: who holds one finds a free slot.
    room: Semaphore,
}

impl Readers {
    pub(crate) fn new(options: SqliteConnectOptions) -> Self {
        Self {
            options,
            slots: std::array::from_fn(|_| Slot::default()),
            room: Semaphore::new(READERS),
        }
    }

    /// A connection. A statement that somebody has given up half-way is
    /// finished by SQLite's thread before the next one begins.
    pub(crate) async fn reader(&self) -> Result<Reader<'_>, sqlx::Error> {
        let room = self.room.acquire().await;
        let room = room.map_err(|_| sqlx::Error::PoolClosed)?;
        let mut slots = self.slots.iter();
        let free = slots.find_map(|slot| Arc::clone(slot).try_lock_owned().ok());
        let mut slot = free.ok_or(sqlx::Error::PoolClosed)?;
        if slot.is_none() {
            *slot = Some(self.options.connect().await?);
        }
        Ok(Reader {
            connection: held(slot)?,
            _room: room,
        })
    }

    /// Waits for those that read, and ends all connections.
    pub(crate) async fn close(&self) {
        self.room.close();
        for slot in &self.slots {
            end(slot).await;
        }
    }
}

/// A connection that reads; given back when it is dropped.
#[derive(Debug)]
pub(crate) struct Reader<'a> {
    // The slot is free before there is room for somebody who looks for one.
    connection: Turn,
    _room: SemaphorePermit<'a>,
}

impl Deref for Reader<'_> {
    type Target = SqliteConnection;

    fn deref(&self) -> &SqliteConnection {
        &self.connection
    }
}

impl DerefMut for Reader<'_> {
    fn deref_mut(&mut self) -> &mut SqliteConnection {
        &mut self.connection
    }
}

fn held(slot: OwnedMutexGuard<Option<SqliteConnection>>) -> Result<Turn, sqlx::Error> {
    OwnedMutexGuard::try_map(slot, Option::as_mut).map_err(|_| sqlx::Error::PoolClosed)
}

async fn end(slot: &Slot) {
    let Some(connection) = slot.lock().await.take() else {
        return;
    };
    if let Err(error) = connection.close().await {
        tracing::warn!(%error, "a connection to the database did not end well");
    }
}
