//! Nothing is left in the files of messages that go away by themselves, however
//! they went, and of what stood in them before an edit.
//!
//! SQLite overwrites what is deleted (`secure_delete`), and its log is emptied
//! here. That is not quite all: when rows of a page move to another one, their
//! old picture stays where nothing else is written, and is not known to be one
//! of the row that is deleted later. It happens once in some hundred messages,
//! and what is left may be a part of the text, with its beginning or its end
//! written over. So the file is looked through for every piece of what may not
//! be in it, and in the rare case that there is one, it is written anew, which
//! leaves nothing that is no row.
//!
//! Which texts these are is known to this process alone. How many they are is
//! counted in the file, by the transaction that lets them go (the table
//! `wiping`). Where more are counted than are known, because the app was killed
//! in between, or because whoever let them go did not read them, nobody can look
//! for them, and the file is written anew.

use std::collections::BTreeSet;
use std::fs::File;
use std::io::{self, Read};
use std::path::Path;
use std::sync::{MutexGuard, PoisonError};
use std::time::Duration;

use aho_corasick::AhoCorasick;
use kith_model::Message;
use sqlx::AssertSqlSafe;

use crate::connections::Turn;
use crate::open::PATIENCE;
use crate::{Store, StoreError, Write};

/// So long a wipe waits for those who read, while nobody can write.
const WIPING: Duration = Duration::from_millis(100);
/// Shorter texts are in every file, and tell nothing.
const SHORTEST: usize = 8;
/// So many bytes of a text are looked for together.
const PIECE: usize = 12;
/// A piece begins at every so many bytes: what is left of a text has one in it
/// if it is no shorter than a piece and a step.
const STEP: usize = 6;
/// Where more pieces than these are found, nobody asks what has them.
const ASKED: usize = 32;
/// So much of a file is looked at at once, in bytes.
const WINDOW: usize = 1 << 20;

/// What is not to be found in a file any more.
#[derive(Default, Clone)]
pub(crate) struct Traces {
    /// How many texts there are: as many as are counted in the file for them.
    n_texts: i64,
    pieces: BTreeSet<Vec<u8>>,
    /// Whether some of it has not been looked for yet.
    is_due: bool,
}

/// What they are is for nobody's log.
impl std::fmt::Debug for Traces {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Traces({} of {})", self.pieces.len(), self.n_texts)
    }
}

impl Traces {
    /// Nothing of this text, and of what belongs to it, may be left. What is very
    /// short is not looked for.
    fn add<'a>(&mut self, texts: impl IntoIterator<Item = &'a str>) {
        self.n_texts += 1;
        self.is_due = true;
        for text in texts {
            let bytes = text.as_bytes();
            let last = bytes.len().saturating_sub(PIECE);
            let starts = (0..last).step_by(STEP).chain([last]);
            let pieces = starts.filter_map(|at| bytes.get(at..bytes.len().min(at + PIECE)));
            let pieces = pieces.filter(|piece| piece.len() >= SHORTEST);
            self.pieces.extend(pieces.map(<[u8]>::to_vec));
        }
    }

    /// Those of another one as well.
    pub(crate) fn append(&mut self, mut other: Self) {
        self.n_texts += other.n_texts;
        self.is_due |= other.is_due;
        self.pieces.append(&mut other.pieces);
    }

    /// Those of these pieces that are in a file.
    fn within(pieces: &BTreeSet<Vec<u8>>, path: &Path) -> io::Result<BTreeSet<Vec<u8>>> {
        let pieces: Vec<&Vec<u8>> = pieces.iter().collect();
        let search = AhoCorasick::new(&pieces).map_err(io::Error::other)?;
        let mut file = File::open(path)?;
        let mut found = BTreeSet::new();
        let mut window = Vec::with_capacity(WINDOW + PIECE);
        loop {
            let read = file.by_ref().take(WINDOW as u64).read_to_end(&mut window)?;
            if read == 0 {
                break;
            }
            let here = search.find_overlapping_iter(&window);
            found.extend(here.map(|one| one.pattern().as_usize()));
            // What lies across two windows is found in the next one.
            let rest = window.len().saturating_sub(PIECE);
            window.drain(..rest);
        }
        let found = found.into_iter().filter_map(|number| pieces.get(number));
        Ok(found.map(|piece| (*piece).clone()).collect())
    }
}

/// Where a piece of text is still said.
enum Said {
    Nowhere,
    /// In nothing but what goes away by itself, or is done soon.
    ForATime,
    ForGood,
}

impl Write {
    /// This text of a message is not there any more once this is committed: if
    /// nothing of it may be left, it will be looked for.
    pub(crate) fn goes(&mut self, message: &Message) {
        if message.destroy_after.is_none() {
            return;
        }
        let files = message.attachments.iter();
        let files = files.flat_map(|file| file.uid.iter().chain([&file.name]));
        let texts = files.chain([&message.body]).map(String::as_str);
        self.traces.add(texts);
    }
}

impl Store {
    /// Whether something has gone of which nothing may be left, and has not been
    /// looked for.
    #[must_use]
    pub fn may_have_traces(&self) -> bool {
        self.traces().is_due
    }

    /// Sees to it that what was deleted is in no file any more, and nothing of
    /// what goes away by itself but where it belongs to something that is still
    /// there. Says whether that is so: somebody who reads may be in the way, for
    /// whom nobody who writes is kept waiting long.
    ///
    /// # Errors
    /// When the disk does not take it.
    pub async fn leave_no_trace(&self) -> Result<bool, StoreError> {
        let _one_at_a_time = self.wiping().lock().await;
        let (known, counted) = {
            // Nobody can count another one between these two.
            let mut turn = self.writer().turn().await?;
            let counted: i64 = sqlx::query_scalar("SELECT texts FROM wiping")
                .fetch_one(&mut *turn)
                .await?;
            (std::mem::take(&mut *self.traces()), counted)
        };
        let kept = self.wipe(&known, counted).await;
        if !matches!(kept, Ok(Some(_))) {
            self.traces().append(known);
        }
        let Some(kept) = kept? else {
            return Ok(false);
        };
        let left = kept.n_texts;
        self.traces().append(kept);
        if counted != left {
            let mut turn = self.writer().turn().await?;
            sqlx::query("UPDATE wiping SET texts = texts - ?")
                .bind(counted - left)
                .execute(&mut *turn)
                .await?;
        }
        Ok(true)
    }

    /// Looks for them, and writes the file anew where that is needed. Answers what
    /// is to be looked for again, when what has it now is gone, too; and nothing
    /// if somebody was in the way.
    async fn wipe(&self, of: &Traces, counted: i64) -> Result<Option<Traces>, StoreError> {
        if !self.empty_log().await? {
            return Ok(None);
        }
        let mut kept = Traces::default();
        let mut is_left = of.n_texts < counted;
        if !is_left && !of.pieces.is_empty() {
            let (path, pieces) = (self.path().to_owned(), of.pieces.clone());
            let looked = tokio::task::spawn_blocking(move || Traces::within(&pieces, &path)).await;
            let found = looked.map_err(io::Error::other).flatten();
            let found = found.map_err(sqlx::Error::Io)?;
            is_left = found.len() > ASKED;
            for piece in found {
                if is_left {
                    break;
                }
                match self.is_said(&piece).await? {
                    Said::Nowhere => is_left = true,
                    Said::ForATime => kept.pieces.extend([piece]),
                    Said::ForGood => {}
                }
            }
        }
        kept.n_texts = i64::from(!kept.pieces.is_empty());
        if is_left {
            tracing::info!("the database is written anew, because something was left in it");
            self.write_anew().await?;
            return Ok(self.empty_log().await?.then(Traces::default));
        }
        Ok(Some(kept))
    }

    fn traces(&self) -> MutexGuard<'_, Traces> {
        let traces = self.database.traces.lock();
        traces.unwrap_or_else(PoisonError::into_inner)
    }

    /// Empties the file that SQLite writes to first.
    async fn empty_log(&self) -> Result<bool, StoreError> {
        let mut turn = self.writer().turn().await?;
        patience(&mut turn, WIPING).await?;
        let is_busy = sqlx::query_scalar::<_, i64>("PRAGMA wal_checkpoint(TRUNCATE)")
            .fetch_one(&mut *turn)
            .await;
        patience(&mut turn, PATIENCE).await?;
        Ok(is_busy? == 0)
    }

    /// What of all that is here has this in it.
    async fn is_said(&self, piece: &[u8]) -> Result<Said, StoreError> {
        let (for_good, for_a_time): (bool, bool) = sqlx::query_as(
            "SELECT coalesce(max(destroy_after IS NULL), 0)
                        OR EXISTS (SELECT 1 FROM draft WHERE instr(CAST(body AS BLOB), ?1)),
                    coalesce(max(destroy_after IS NOT NULL), 0)
                        OR EXISTS (SELECT 1
                                   FROM deed
                                   WHERE instr(CAST(text AS BLOB), ?1) OR instr(CAST(undo AS BLOB), ?1))
             FROM message
             WHERE instr(CAST(body AS BLOB), ?1)
                OR instr(CAST(attachments AS BLOB), ?1)
                OR instr(CAST(properties AS BLOB), ?1)",
        )
        .bind(piece)
        .fetch_one(&mut *self.reader().await?)
        .await?;
        Ok(match (for_good, for_a_time) {
            (true, _) => Said::ForGood,
            (false, true) => Said::ForATime,
            (false, false) => Said::Nowhere,
        })
    }

    /// Copies all rows, and nothing else, into pages that are made anew. What is
    /// copied lies in memory meanwhile, and not in a folder of the system's.
    async fn write_anew(&self) -> Result<(), StoreError> {
        let mut turn = self.writer().turn().await?;
        sqlx::query("PRAGMA temp_store = 2")
            .execute(&mut *turn)
            .await?;
        let done = sqlx::query("VACUUM").execute(&mut *turn).await;
        sqlx::query("PRAGMA temp_store = 0")
            .execute(&mut *turn)
            .await?;
        done?;
        Ok(())
    }
}

async fn patience(turn: &mut Turn, patience: Duration) -> Result<(), sqlx::Error> {
    let pragma = format!("PRAGMA busy_timeout = {}", patience.as_millis());
    sqlx::query(AssertSqlSafe(pragma))
        .execute(&mut **turn)
        .await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(texts: &[&'static str], bytes: &[u8]) -> Vec<String> {
        let folder = tempfile::TempDir::new().expect("a folder");
        let path = folder.path().join("file");
        std::fs::write(&path, bytes).expect("a file");
        let mut traces = Traces::default();
        traces.add(texts.iter().copied());
        let found = Traces::within(&traces.pieces, &path).expect("a look");
        let text = |piece: Vec<u8>| String::from_utf8(piece).expect("text");
        found.into_iter().map(text).collect()
    }

    #[test]
    fn what_lies_across_two_windows_is_found() {
        let mut bytes = vec![b'.'; 3 * WINDOW];
        bytes[WINDOW - 6..WINDOW + 6].copy_from_slice(b"the old oak.");
        bytes[3 * WINDOW - 10..].copy_from_slice(b"at the end");
        let texts = ["the old oak", "at the end", "not in it", "short"];
        assert_eq!(found(&texts, &bytes), ["at the end", "the old oak"]);
    }

    #[test]
    fn a_part_of_a_text_is_found_whose_ends_are_written_over() {
        const TEXT: &str = "the treasure lies under the old oak";
        for start in 0..TEXT.len() - (PIECE + STEP) {
            let mut bytes = vec![0; 100];
            bytes[40..40 + PIECE + STEP]
                .copy_from_slice(&TEXT.as_bytes()[start..start + PIECE + STEP]);
            assert_ne!(found(&[TEXT], &bytes), [""; 0], "from {start}");
        }
        assert_eq!(found(&[TEXT], b"the treaty and the old oven"), [""; 0]);
    }

    #[test]
    fn what_is_looked_for_is_for_nobodys_log() {
        let mut traces = Traces::default();
        traces.add(["0123456789abcdef0123", "files.bin"]);
        assert_eq!(format!("{traces:?}"), "Traces(4 of 1)");
    }
}
