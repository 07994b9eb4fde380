//! Opening a database file.
//!
//! A file that this version must not write to is refused before anything is
//! written: it is looked at through a read-only connection first, which costs
//! two page reads whatever the file's size. What that look cannot find (a
//! damaged page far inside) shows later, as [`crate::StoreError::Corrupt`] from
//! the read that meets it.
//!
//! One process at a time: a lock file beside the database is held while it is
//! open. The system lets go of it when the process ends, however it ends.
//!
//! There is exactly one connection that writes; transactions begin immediate,
//! so that none of them has to be given up half-way because another one wrote.
//! The others read, and say so with `query_only`. With write-ahead logging
//! neither waits for the other.

use std::ffi::OsString;
use std::fs::{File, OpenOptions, TryLockError};
use std::io;
use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::sync::atomic::AtomicUsize;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use kith_model::Timestamp;
use sqlx::migrate::{MigrateError, Migrator};
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous};
use sqlx::{ConnectOptions, Connection};

use crate::OpenError;
use crate::connections::{Readers, Writer};
use crate::error::{Cause, cause};
use crate::traces::Traces;

/// So long one connection waits for another one that has the file.
pub(crate) const PATIENCE: Duration = Duration::from_secs(5);

/// The note that a read has met damage, which opening alone would not find.
const DAMAGED: &str = ".damaged";

/// An open database: its writer, its readers and its lock.
#[derive(Debug)]
pub(crate) struct Database {
    pub(crate) writer: Writer,
    pub(crate) readers: Readers,
    lock: File,
    /// How often something was read.
    pub(crate) statements: AtomicUsize,
    /// How often the thread that writes was gone to.
    pub(crate) ways: Arc<AtomicUsize>,
    /// What has gone and is to be looked for.
    pub(crate) traces: Arc<Mutex<Traces>>,
    pub(crate) wiping: tokio::sync::Mutex<()>,
}

impl Database {
    /// Opens `path`, making or migrating it where needed.
    pub(crate) async fn open(
        path: &Path,
        migrations: &Migrator,
        application_id: i64,
    ) -> Result<Self, OpenError> {
        if let Some(folder) = path.parent() {
            std::fs::create_dir_all(folder).map_err(OpenError::Io)?;
        }
        let lock = lock(path)?;
        probe(path, migrations, application_id).await?;
        // Nobody else may read what this person reads. SQLite gives the files
        // that it makes beside this one the same rights.
        restrict(path).map_err(OpenError::Io)?;

        let options = SqliteConnectOptions::new()
            .filename(path)
            .create_if_missing(true)
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Normal)
            .foreign_keys(true)
            .busy_timeout(PATIENCE)
            .pragma("cache_size", "-4096")
            // What is deleted is overwritten: a message that goes away leaves
            // nothing in the file.
            .pragma("secure_delete", "1")
            .pragma("journal_size_limit", "16777216")
            .disable_statement_logging();
        // Migrations are run on a pool, whose one connection is then kept.
        let pool = SqlitePoolOptions::new()
            .max_connections(1)
            .connect_with(options.clone())
            .await?;
        if let Err(error) = migrations.run(&pool).await {
            pool.close().await;
            return Err(refusal(error));
        }
        let writer = pool.acquire().await?.detach();
        Ok(Self {
            writer: Writer::new(writer),
            readers: Readers::new(options.pragma("query_only", "1")),
            lock,
            statements: AtomicUsize::new(0),
            ways: Arc::default(),
            traces: Arc::default(),
            wiping: tokio::sync::Mutex::default(),
        })
    }

    /// Ends all connections and lets go of the lock.
    pub(crate) async fn close(&self) {
        self.readers.close().await;
        self.writer.close().await;
        if let Err(error) = self.lock.unlock() {
            tracing::warn!(%error, "the lock of the database stays until the process ends");
        }
    }
}

/// Lets a connection find the disk full, or not any more.
pub(crate) async fn limit(
    connection: &mut sqlx::SqliteConnection,
    is_full: bool,
) -> Result<(), sqlx::Error> {
    // Fewer pages than there are means: no more than there are.
    sqlx::query(if is_full {
        "PRAGMA max_page_count = 1"
    } else {
        "PRAGMA max_page_count = 1073741823"
    })
    .execute(connection)
    .await
    .map(drop)
}

/// The database's own name with something added to it.
pub(crate) fn beside(path: &Path, suffix: &str) -> PathBuf {
    let mut name = OsString::from(path.as_os_str());
    name.push(suffix);
    PathBuf::from(name)
}

fn lock(path: &Path) -> Result<File, OpenError> {
    let file = OpenOptions::new()
        .create(true)
        .truncate(false)
        .read(true)
        .write(true)
        .open(beside(path, ".lock"))
        .map_err(OpenError::Io)?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(OpenError::Busy),
        Err(TryLockError::Error(error)) => Err(OpenError::Io(error)),
    }
}

/// Notes that a read has met damage, so that the next opening says so.
pub(crate) fn note_damage(path: &Path) {
    if let Err(error) = std::fs::write(beside(path, DAMAGED), "") {
        tracing::warn!(%error, "the damage could not be noted");
    }
}

/// Looks at an existing file without writing, and refuses what is not ours,
/// damaged at its head, or newer than this version.
async fn probe(path: &Path, migrations: &Migrator, application_id: i64) -> Result<(), OpenError> {
    if beside(path, DAMAGED).exists() {
        return Err(OpenError::Corrupt {
            detail: "a part of it could not be read".into(),
        });
    }
    match std::fs::metadata(path) {
        Ok(data) if data.len() == 0 => return Ok(()),
        Ok(data) if !data.is_file() => {
            return Err(OpenError::Corrupt {
                detail: "it is not a file".into(),
            });
        }
        Ok(_) => {}
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(OpenError::Io(error)),
    }
    let mut look = SqliteConnectOptions::new()
        .filename(path)
        .read_only(true)
        .busy_timeout(PATIENCE)
        .disable_statement_logging()
        .connect()
        .await?;
    let seen = examine(&mut look, migrations, application_id).await;
    // A read-only connection leaves nothing to be written at its end.
    look.close().await?;
    seen
}

async fn examine(
    look: &mut sqlx::SqliteConnection,
    migrations: &Migrator,
    application_id: i64,
) -> Result<(), OpenError> {
    let tables: i64 = sqlx::query_scalar("SELECT count(*) FROM sqlite_schema")
        .fetch_one(&mut *look)
        .await?;
    if tables == 0 {
        return Ok(());
    }
    let whose: i64 = sqlx::query_scalar("PRAGMA application_id")
        .fetch_one(&mut *look)
        .await?;
    if whose != application_id && whose != 0 {
        return Err(OpenError::Corrupt {
            detail: "it belongs to another program".into(),
        });
    }
    let applied: Vec<i64> =
        match sqlx::query_scalar("SELECT version FROM _sqlx_migrations ORDER BY version")
            .fetch_all(&mut *look)
            .await
        {
            Ok(applied) => applied,
            Err(error) if matches!(cause(&error), Cause::Other) => {
                return Err(OpenError::Corrupt {
                    detail: "it is not a database of Kith's".into(),
                });
            }
            Err(error) => return Err(error.into()),
        };
    match applied
        .into_iter()
        .find(|version| !migrations.version_exists(*version))
    {
        Some(migration) => Err(OpenError::Newer { migration }),
        None => Ok(()),
    }
}

fn refusal(error: MigrateError) -> OpenError {
    match error {
        MigrateError::VersionMissing(migration) | MigrateError::VersionMismatch(migration) => {
            OpenError::Newer { migration }
        }
        MigrateError::Execute(error) | MigrateError::ExecuteMigration(error, _) => error.into(),
        other => OpenError::Corrupt {
            detail: other.to_string(),
        },
    }
}

/// Makes the file if there is none, for this user alone.
fn restrict(path: &Path) -> io::Result<()> {
    let mut options = OpenOptions::new();
    options.create(true).append(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let file = options.open(path)?;
    #[cfg(unix)]
    file.set_permissions(std::os::unix::fs::PermissionsExt::from_mode(0o600))?;
    drop(file);
    Ok(())
}

/// Moves a database out of the way, with everything that SQLite keeps beside
/// it, so that the next opening starts anew, with what only this device had
/// (`rescue.rs`). Nothing is deleted. Answers the new name, which carries the time. Refused while a process has it open.
///
/// # Errors
/// When a file cannot be renamed, or the database is in use.
pub fn set_aside(path: &Path, now: Timestamp) -> io::Result<PathBuf> {
    let held = lock(path).map_err(|error| match error {
        OpenError::Io(error) => error,
        other => io::Error::other(other.to_string()),
    })?;
    let mut aside = beside(path, &format!(".aside-{}", now.millis()));
    let mut count = 1;
    while aside.exists() {
        count += 1;
        aside = beside(path, &format!(".aside-{}-{count}", now.millis()));
    }
    // The log first: a database without its log only lacks what came last, a
    // log beside a new database would be poured into it.
    for suffix in ["-wal", "-shm", "-journal", ""] {
        match std::fs::rename(beside(path, suffix), beside(&aside, suffix)) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
    }
    let _ = std::fs::remove_file(beside(path, DAMAGED));
    crate::rescue::leave_note(path, &aside)?;
    drop(held);
    Ok(aside)
}

/// Parses a stored id; one that is none means a damaged row.
pub(crate) fn stored<T: FromStr>(text: &str) -> Result<T, sqlx::Error>
where
    T::Err: std::error::Error + Send + Sync + 'static,
{
    text.parse()
        .map_err(|error| sqlx::Error::Decode(Box::new(error)))
}
