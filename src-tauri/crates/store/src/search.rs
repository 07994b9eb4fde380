//! Finding messages by words.
//!
//! What leaves the index does so in the transaction that changes the message, by
//! triggers (`0007_search.sql`); what is to come into it waits for a quiet moment
//! or a search (`0010_search_waiting.sql`, `search_work.rs`). Its row numbers are
//! places in time, so the newest come first without being sorted, and a page goes
//! on below a place.

use std::ops::Range;

use kith_model::{DialogId, MessageId, UserId};
use sqlx::{FromRow, Row as _};

use crate::message::{self, message_columns};
use crate::person::number;
use crate::words::Wanted;
use crate::write::list;
use crate::{Store, StoreError, StoredMessage};

/// Counting stops here; more is shown as "1000+".
pub const FOUND_COUNTED: u32 = 1000;

/// Around what was found, in the answers of SQLite.
const MARKS: [char; 2] = ['\u{2}', '\u{3}'];

/// What to look for.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Search {
    /// What was typed: words, found by their beginnings without regard to case
    /// and diacritics, all of them; in quotes, what is found as it stands.
    pub text: String,
    /// In this dialog only.
    pub dialog: Option<DialogId>,
    /// By this person only.
    pub sender: Option<UserId>,
    /// Below this place only: that of the last one found.
    pub below: Option<i64>,
    /// At most so many.
    pub limit: u32,
}

/// A message that was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// The message.
    pub message: StoredMessage,
    /// Where it stands among all messages: larger is newer.
    pub place: i64,
    /// Its text, or the names of what hangs on it, a line each, when it was
    /// found by those.
    pub text: String,
    /// Which parts of that text were meant, in bytes.
    pub matches: Vec<Range<usize>>,
}

/// What was found.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct FoundPage {
    /// The messages, newest first.
    pub found: Vec<Found>,
    /// Whether there are more below the last one.
    pub has_more: bool,
    /// How many there are, where counting stops after [`FOUND_COUNTED`]; told
    /// with the first page alone.
    pub total: u32,
}

/// What is asked of each message that was found; the messages of dialogs that
/// are not in the list are not shown.
macro_rules! wanted {
    ($dialog:literal, $sender:literal) => {
        concat!(
            "CROSS JOIN message m ON m.seq = p.seq
             CROSS JOIN dialog d ON d.id = m.dialog_id
             WHERE (",
            $dialog,
            " IS NULL OR m.dialog_id = ",
            $dialog,
            ")
               AND (",
            $sender,
            " IS NULL OR m.sender_id = ",
            $sender,
            ")
               AND d.is_known = 1 AND d.is_listed = 1"
        )
    };
}

/// The statement behind [`Store::search`], for the test that pins its plan. The
/// index leads, the rest are look-ups.
pub(crate) const INDEXED: &str = concat!(
    "SELECT p.place, ",
    message_columns!(),
    ", highlight(search, 0, char(2), char(3)) AS marked,
       highlight(search, 1, char(2), char(3)) AS marked_files,
       CASE WHEN ?2 IS NULL THEN (
           SELECT count(*)
           FROM (SELECT 1
                 FROM search
                 CROSS JOIN search_place p ON p.place = search.rowid ",
    wanted!("?3", "?4"),
    " AND search MATCH ?1
                 LIMIT ?6)) ELSE 0 END AS total
     FROM search
     CROSS JOIN search_place p ON p.place = search.rowid ",
    wanted!("?3", "?4"),
    " AND search MATCH ?1
      AND search.rowid < coalesce(?2, 9223372036854775807)
     ORDER BY search.rowid DESC
     LIMIT ?5"
);

/// The same for pieces of text: what is held is looked through, from the newest.
pub(crate) const LOOKED_THROUGH: &str = concat!(
    "SELECT p.place, ",
    message_columns!(),
    ", m.body AS marked, p.files AS marked_files,
       CASE WHEN ?2 IS NULL THEN (
           SELECT count(*)
           FROM (SELECT 1 FROM search_place p ",
    wanted!("?3", "?4"),
    " AND NOT EXISTS (SELECT 1 FROM json_each(?1) w
                      WHERE instr(lower(m.body || char(10) || p.files), w.value) = 0)
                 LIMIT ?6)) ELSE 0 END AS total
     FROM search_place p ",
    wanted!("?3", "?4"),
    " AND p.place < coalesce(?2, 9223372036854775807)
      AND NOT EXISTS (SELECT 1 FROM json_each(?1) w
                      WHERE instr(lower(m.body || char(10) || p.files), w.value) = 0)
     ORDER BY p.place DESC
     LIMIT ?5"
);

/// Which of some messages are found.
const AMONG: &str = "SELECT m.id
     FROM message m
     JOIN search_place p ON p.seq = m.seq
     WHERE m.id IN (SELECT value FROM json_each(?2))
       AND p.place IN (SELECT rowid FROM search WHERE search MATCH ?1)";

impl Store {
    /// Messages in which the words are, newest first: one statement, and nothing
    /// that is typed makes it fail. Words that wait for the index are not found
    /// ([`Write::take_into_index`](crate::Write::take_into_index)).
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn search(&self, search: &Search) -> Result<FoundPage, StoreError> {
        let (statement, expression, pieces) = match Wanted::read(&search.text) {
            Wanted::Nothing => return Ok(FoundPage::default()),
            Wanted::Indexed(expression) => (INDEXED, expression, Vec::new()),
            Wanted::Pieces(pieces) => (LOOKED_THROUGH, list(&pieces), pieces),
        };
        let rows = sqlx::query(statement)
            .bind(expression)
            .bind(search.below)
            .bind(search.dialog.as_ref().map(DialogId::as_str))
            .bind(search.sender.map(number))
            .bind(i64::from(search.limit) + 1)
            .bind(i64::from(FOUND_COUNTED) + 1)
            .fetch_all(&mut *self.reader().await?)
            .await?;
        let total: i64 = rows.first().map_or(Ok(0), |row| row.try_get("total"))?;
        let mut found = rows
            .iter()
            .map(|row| {
                let body: String = row.try_get("marked")?;
                let files: String = row.try_get("marked_files")?;
                let (text, matches) = [body, files]
                    .iter()
                    .map(|text| meant(text, &pieces))
                    .reduce(
                        |body, files| match body.1.is_empty() && !files.1.is_empty() {
                            true => files,
                            false => body,
                        },
                    )
                    .unwrap_or_default();
                Ok(Found {
                    message: message::Row::from_row(row)?.try_into()?,
                    place: row.try_get("place")?,
                    text,
                    matches,
                })
            })
            .collect::<Result<Vec<_>, StoreError>>()?;
        let has_more = found.len() > search.limit as usize;
        found.truncate(search.limit as usize);
        Ok(FoundPage {
            found,
            has_more,
            total: u32::try_from(total).unwrap_or(FOUND_COUNTED + 1),
        })
    }

    /// Those of these messages that [`Store::search`] finds by what was typed.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn found_among(
        &self,
        text: &str,
        ids: &[MessageId],
    ) -> Result<Vec<MessageId>, StoreError> {
        let expression = match Wanted::read(text) {
            Wanted::Indexed(expression) => expression,
            Wanted::Pieces(_) | Wanted::Nothing => return Ok(Vec::new()),
        };
        let rows: Vec<String> = sqlx::query_scalar(AMONG)
            .bind(expression)
            .bind(list(ids))
            .fetch_all(&mut *self.reader().await?)
            .await?;
        Ok(rows.iter().filter_map(|id| id.parse().ok()).collect())
    }

    /// How many dialogs of the list have messages that are not held here, or may
    /// have: a search does not see those.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn incomplete_dialogs(&self, dialog: Option<&DialogId>) -> Result<u32, StoreError> {
        Ok(sqlx::query_scalar(
            "SELECT count(*)
             FROM dialog d
             WHERE d.is_known = 1 AND d.is_listed = 1 AND d.is_joined = 1
               AND (?1 IS NULL OR d.id = ?1)
               AND (SELECT c.from_second
                    FROM coverage c
                    WHERE c.dialog_id = d.id
                    ORDER BY c.from_second DESC
                    LIMIT 1) IS NOT ?2",
        )
        .bind(dialog.map(DialogId::as_str))
        .bind(crate::Stretch::BEGINNING)
        .fetch_one(&mut *self.reader().await?)
        .await?)
    }
}

/// A text without marks, and what they were around; or, where pieces were
/// looked for, where those are.
fn meant(marked: &str, pieces: &[String]) -> (String, Vec<Range<usize>>) {
    if !pieces.is_empty() {
        let mut matches: Vec<Range<usize>> = pieces
            .iter()
            .flat_map(|piece| marked.match_indices(piece.as_str()))
            .map(|(at, piece)| at..at + piece.len())
            .collect();
        matches.sort_by_key(|range| range.start);
        matches.dedup_by(|next, held| next.start < held.end);
        return (marked.to_owned(), matches);
    }
    let mut text = String::with_capacity(marked.len());
    let mut matches = Vec::new();
    let mut from = None;
    for character in marked.chars() {
        if character == MARKS[0] {
            from = Some(text.len());
        } else if character == MARKS[1] {
            matches.extend(from.take().map(|from| from..text.len()));
        } else {
            text.push(character);
        }
    }
    (text, matches)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_become_places() {
        let none: &[String] = &[];
        let (text, matches) = meant("an \u{2}öld\u{3} \u{2}boat\u{3}", none);
        assert_eq!(
            (text.as_str(), matches.as_slice()),
            ("an öld boat", &[3..7, 8..12][..])
        );
        let (text, matches) = meant("odd \u{3} text \u{2}", none);
        assert_eq!((text.as_str(), matches.len()), ("odd  text ", 0));
        let (_, matches) = meant("今天天气", &["天气".into(), "天".into()]);
        assert_eq!(matches, [3..6, 6..12]);
    }
}
