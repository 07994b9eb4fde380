//! The store: one SQLite file per account, and one small registry of accounts
//! per profile.
//!
//! Reading goes straight through [`Store`]. Writing goes through a
//! [`Write`], which is one transaction: it is opened with [`Store::write`],
//! gathers what it changed, and says so on [`Write::commit`]. Dropped without
//! a commit it leaves no trace. Nothing may wait for the network while a
//! `Write` is open, because there is only one at a time.
//!
//! Facts are kept once. The last message and the unread count of a dialog are
//! not columns but questions answered by an index (`message_by_place`), so
//! they cannot disagree with the messages, and cost the same with a million of
//! them. The read pointer moves in `pointer.rs` alone, and what came when it had
//! passed already is in `late.rs`; a message's state rises in `message.rs` alone.
//!
//! What is on disk, table by table, is told by `schema.sql`, which a test
//! compares with what the migrations make.

mod arrive;
mod change;
mod connections;
mod coverage;
mod deed;
mod dialog;
mod dialog_put;
mod draft;
mod edit;
mod error;
mod journal;
mod late;
mod link;
mod list;
mod list_state;
mod marker;
mod message;
mod notice;
mod notified;
mod open;
mod outbox;
mod page;
mod person;
mod pin;
mod pointer;
mod profile;
mod queue;
mod reaction;
mod reading_place;
mod rescue;
mod saved;
mod search;
mod search_work;
mod setting;
mod spot;
mod take_back;
mod timer;
mod traces;
mod upload;
mod waiting;
mod words;
mod write;

#[cfg(test)]
mod tests;

use std::path::Path;
use std::sync::atomic::Ordering;
use std::sync::{Arc, OnceLock};

use kith_model::{Clock, SystemClock, UserId};
use sqlx::migrate::Migrator;

use crate::connections::{Reader, Writer};

pub use arrive::{Put, Taken};
pub use change::Change;
pub use coverage::{Counted, Stretch};
pub use deed::{Deed, DeedKind};
pub use dialog::{Addressee, DialogEntry};
pub use draft::Draft;
pub use error::{OpenError, StoreError};
pub use journal::{JournalEntry, Step};
pub use link::Link;
pub use marker::MarkerOut;
pub use message::StoredMessage;
pub use notice::{Notice, NoticeKind};
pub use notified::Announceable;
pub use open::set_aside;
pub use outbox::{Acknowledged, Fate, OutboxRow, Waiting};
pub use page::{Holes, Page};
pub use profile::{Account, NewAccount, Profile, SecretPlace};
pub use queue::{Queued, WayOut};
pub use reading_place::ReadingPlace;
pub use search::{FOUND_COUNTED, Found, FoundPage, Search};
pub use search_work::IndexWork;
pub use spot::Spot;
pub use upload::{NewUpload, Upload, UploadState};
pub use waiting::{HeardEdit, HeardReactions};
pub use write::Write;

static MIGRATIONS: Migrator = sqlx::migrate!("migrations/account");

/// "Kith" in ASCII, as the first migration writes it.
const APPLICATION_ID: i64 = 0x4b69_7468;

/// One account's database. Cheap to clone; all clones are the same database.
#[derive(Debug, Clone)]
pub struct Store {
    me: UserId,
    path: Arc<Path>,
    database: Arc<open::Database>,
    clock: Arc<OnceLock<Arc<dyn Clock>>>,
}

impl Store {
    /// Opens the account of `me` in the file at `path`, and makes the file
    /// when there is none. The work does not grow with the file.
    ///
    /// # Errors
    /// [`OpenError`] says why not; the file is then untouched.
    pub async fn open(path: &Path, me: UserId) -> Result<Self, OpenError> {
        let database = open::Database::open(path, &MIGRATIONS, APPLICATION_ID).await?;
        let store = Self {
            me,
            path: path.into(),
            database: Arc::new(database),
            clock: Arc::default(),
        };
        if let Some(aside) = rescue::predecessor(path) {
            store.rescue(&aside).await;
        }
        Ok(store)
    }

    /// Whose account this is.
    #[must_use]
    pub fn me(&self) -> UserId {
        self.me
    }

    /// Where the database lies.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Takes in what only this device had, out of the database that was set
    /// aside. A failure leaves the note, and the next opening tries again.
    async fn rescue(&self, aside: &Path) {
        let rescued = rescue::look_through(aside).await;
        let kept = async {
            let mut write = self.write().await?;
            write.take_in(&rescued).await?;
            write.commit().await
        };
        let done = match kept.await {
            Ok(_) => rescue::take_note_away(&self.path).map_err(|error| error.to_string()),
            Err(error) => Err(error.to_string()),
        };
        if let Err(error) = done {
            tracing::warn!(%error, "what was rescued could not be kept yet");
        }
    }

    /// Whether what only this device had is still to be taken in, because that
    /// failed at the opening. Nothing that it may name is to be let go.
    #[must_use]
    pub fn has_to_rescue(&self) -> bool {
        rescue::predecessor(&self.path).is_some()
    }

    /// Damage was met on the way: the next opening refuses the file, so that
    /// the person is asked instead of seeing a part of what there is.
    pub fn note_damage(&self) {
        open::note_damage(&self.path);
    }

    /// Looks for damage in the whole file, which takes a while with a large one.
    /// For whoever met something that may be damage of this file or of another.
    pub async fn is_damaged(&self) -> bool {
        let found = async {
            sqlx::query_scalar::<_, String>("PRAGMA quick_check(1)")
                .fetch_one(&mut *self.reader().await?)
                .await
        };
        match found.await {
            Ok(found) => found != "ok",
            Err(error) => StoreError::from(error).is_damaged_file(),
        }
    }

    /// Lets the disk seem full, or not any more. For tests of what happens then.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn pretend_full(&self, is_full: bool) -> Result<(), StoreError> {
        let mut writer = self.database.writer.turn().await?;
        Ok(open::limit(&mut writer, is_full).await?)
    }

    /// Takes the time from this clock from now on. Only the first one counts;
    /// without any it is the system's.
    pub fn go_by(&self, clock: Arc<dyn Clock>) {
        let _ = self.clock.set(clock);
    }

    /// Begins the one write transaction there can be, waiting for its turn.
    ///
    /// # Errors
    /// When the disk does not take it.
    pub async fn write(&self) -> Result<Write, StoreError> {
        let clock: &dyn Clock = match self.clock.get() {
            Some(clock) => clock.as_ref(),
            None => &SystemClock,
        };
        Write::begin(
            &self.database.writer,
            Arc::clone(&self.database.ways),
            Arc::clone(&self.database.traces),
            self.me,
            clock,
        )
        .await
    }

    /// Finishes what is being read or written and lets go of the file. Every
    /// clone of this store is closed with it.
    pub async fn close(&self) {
        self.database.close().await;
    }

    /// How many statements have been read with so far. What a screen costs is
    /// counted with it.
    #[must_use]
    pub fn statements(&self) -> usize {
        self.database.statements.load(Ordering::Relaxed)
    }

    /// How many ways there were to SQLite's thread to write, each with a
    /// statement or several. What a message costs is counted with it.
    #[must_use]
    pub fn ways(&self) -> usize {
        self.database.ways.load(Ordering::Relaxed)
    }

    /// Where to read from. One statement is run for each call of this, which
    /// the tests count.
    pub(crate) async fn reader(&self) -> Result<Reader<'_>, sqlx::Error> {
        self.database.statements.fetch_add(1, Ordering::Relaxed);
        self.database.readers.reader().await
    }

    pub(crate) fn writer(&self) -> &Writer {
        &self.database.writer
    }

    /// Whoever looks for traces holds this meanwhile.
    pub(crate) fn wiping(&self) -> &tokio::sync::Mutex<()> {
        &self.database.wiping
    }
}
