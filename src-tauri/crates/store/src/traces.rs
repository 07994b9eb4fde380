//! Nothing is left in the files of what has gone away by itself.
//!
//! SQLite overwrites what is deleted (`secure_delete`), and its log is emptied
//! here. That is not quite all: when rows of a page move to another one, their
//! old picture stays where nothing else is written, and is not known to be one
//! of the row that is deleted later. It happens once in some hundred messages.
//! So the file is looked through for what may not be in it, and in the rare
//! case that it is, it is written anew, which leaves nothing that is no row.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;
use std::time::Duration;

use memchr::memmem::Finder;
use sqlx::AssertSqlSafe;

use crate::connections::Turn;
use crate::open::PATIENCE;
use crate::{Store, StoreError};

/// So long a wipe waits for those who read, while nobody can write.
const WIPING: Duration = Duration::from_millis(100);
/// Shorter texts are in every file, and tell nothing.
const SHORTEST: usize = 8;
/// A longer text may lie in several places, a piece in each.
const LONGEST: usize = 64;
/// So much of a file is looked at at once, in bytes.
const WINDOW: usize = 1 << 20;

/// Pieces of text that are not to be found in a file any more.
#[derive(Default, Clone)]
pub struct Traces(Vec<Vec<u8>>);

/// What they are is for nobody's log.
impl std::fmt::Debug for Traces {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Traces({})", self.0.len())
    }
}

impl Traces {
    /// Nothing of this text may be left. One that is very short is not looked for.
    pub fn add(&mut self, text: &str) {
        let pieces = text.as_bytes().chunks(LONGEST);
        let pieces = pieces.filter(|piece| piece.len() >= SHORTEST);
        self.0.extend(pieces.map(<[u8]>::to_vec));
    }

    /// Those of another one as well.
    pub fn append(&mut self, mut other: Self) {
        self.0.append(&mut other.0);
    }

    /// Those of them that are in a file.
    fn within(self, path: &Path) -> io::Result<Self> {
        let mut file = File::open(path)?;
        let (mut found, mut missing) = (Vec::new(), self.0);
        let mut window = Vec::with_capacity(WINDOW + LONGEST);
        while !missing.is_empty() {
            let read = file.by_ref().take(WINDOW as u64).read_to_end(&mut window)?;
            if read == 0 {
                break;
            }
            missing.retain(|piece| {
                let is_here = Finder::new(piece).find(&window).is_some();
                if is_here {
                    found.push(piece.clone());
                }
                !is_here
            });
            // What lies across two windows is found in the next one.
            let rest = window.len().saturating_sub(LONGEST);
            window.drain(..rest);
        }
        Ok(Self(found))
    }
}

impl Store {
    /// Sees to it that what was deleted is in no file any more, and nothing of
    /// these texts but where they belong to something that is still there. Says
    /// whether that is so: somebody who reads may be in the way, for whom nobody
    /// who writes is kept waiting long.
    ///
    /// # Errors
    /// When the disk does not take it.
    pub async fn leave_no_trace(&self, of: &Traces) -> Result<bool, StoreError> {
        if !self.empty_log().await? {
            return Ok(false);
        }
        if of.0.is_empty() {
            return Ok(true);
        }
        let (path, of) = (self.path().to_owned(), of.clone());
        let looked = tokio::task::spawn_blocking(move || of.within(&path)).await;
        let left = looked.map_err(io::Error::other).flatten();
        let left = left.map_err(sqlx::Error::Io)?;
        for piece in left.0 {
            if !self.is_said_elsewhere(&piece).await? {
                tracing::info!("the database is written anew, because something was left in it");
                self.write_anew().await?;
                return self.empty_log().await;
            }
        }
        Ok(true)
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

    /// Whether a message that is here, or a draft, has this in it.
    async fn is_said_elsewhere(&self, piece: &[u8]) -> Result<bool, StoreError> {
        Ok(sqlx::query_scalar(
            "SELECT EXISTS (SELECT 1
                            FROM message
                            WHERE instr(CAST(body AS BLOB), ?1)
                               OR instr(CAST(attachments AS BLOB), ?1))
                 OR EXISTS (SELECT 1 FROM draft WHERE instr(CAST(body AS BLOB), ?1))",
        )
        .bind(piece)
        .fetch_one(&mut *self.reader().await?)
        .await?)
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

    #[test]
    fn what_lies_across_two_windows_is_found() {
        let folder = tempfile::TempDir::new().expect("a folder");
        let path = folder.path().join("file");
        let mut bytes = vec![b'.'; 3 * WINDOW];
        bytes[WINDOW - 9..WINDOW + 9].copy_from_slice(b"under the old oak.");
        bytes[3 * WINDOW - 10..].copy_from_slice(b"at the end");
        std::fs::write(&path, &bytes).expect("a file");
        let mut traces = Traces::default();
        for text in ["under the old oak", "at the end", "not in it", "short"] {
            traces.add(text);
        }
        let mut found = traces.within(&path).expect("a look").0;
        found.sort();
        assert_eq!(found, [&b"at the end"[..], b"under the old oak"]);
    }

    #[test]
    fn a_long_text_is_found_by_each_of_its_pieces() {
        let mut traces = Traces::default();
        traces.add(&"0123456789".repeat(20));
        let lengths: Vec<usize> = traces.0.iter().map(Vec::len).collect();
        assert_eq!(lengths, [64, 64, 64, 8]);
        assert_eq!(format!("{traces:?}"), "Traces(4)");
    }
}
