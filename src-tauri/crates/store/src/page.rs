//! Stretches of a timeline, by place and never by number, so that a page costs
//! the same wherever it lies.
//!
//! A page does not step over a hole in the history without being told to:
//! messages that stand next to each other in it are next to each other on the
//! server. Where it stops for a hole, it says that there is more.

use kith_model::{DialogId, MessageId};

use crate::coverage::Stretch;
use crate::message::{Row, message_columns};
use crate::{Spot, Store, StoreError, StoredMessage};

/// What a page does at a hole.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Holes {
    /// Ends there, so that the server can be asked for what is missing.
    Stop,
    /// Goes on with what is held beyond it, because nobody can be asked.
    Cross,
}

/// Part of a timeline, in its order.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Page {
    /// The messages, oldest first.
    pub messages: Vec<StoredMessage>,
    /// Whether there are older ones: held, or perhaps only on the server.
    pub has_older: bool,
    /// Whether there are newer ones.
    pub has_newer: bool,
    /// Whether a hole lies within, or ended it.
    pub met_hole: bool,
}

/// The newest messages of a dialog.
pub(crate) const NEWEST: &str = concat!(
    "SELECT ",
    message_columns!(),
    "
     FROM message m
     WHERE m.dialog_id = ?1
     ORDER BY m.pending DESC, m.sent_at DESC, m.id DESC
     LIMIT ?2"
);

/// Those before a spot.
pub(crate) const BEFORE: &str = concat!(
    "SELECT ",
    message_columns!(),
    "
     FROM message m
     WHERE m.dialog_id = ?1 AND (m.pending, m.sent_at, m.id) < (?2, ?3, ?4)
     ORDER BY m.pending DESC, m.sent_at DESC, m.id DESC
     LIMIT ?5"
);

/// Those after a spot.
pub(crate) const AFTER: &str = concat!(
    "SELECT ",
    message_columns!(),
    "
     FROM message m
     WHERE m.dialog_id = ?1 AND (m.pending, m.sent_at, m.id) > (?2, ?3, ?4)
     ORDER BY m.pending, m.sent_at, m.id
     LIMIT ?5"
);

impl Store {
    /// The last `limit` messages before a spot, or the newest ones.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn page_before(
        &self,
        dialog: &DialogId,
        before: Option<&Spot>,
        limit: u32,
        holes: Holes,
    ) -> Result<Page, StoreError> {
        let one_more = i64::from(limit) + 1;
        let rows: Vec<Row> = match before {
            None => sqlx::query_as(NEWEST).bind(dialog.as_str()).bind(one_more),
            Some(spot) => {
                bind_spot(sqlx::query_as(BEFORE).bind(dialog.as_str()), spot).bind(one_more)
            }
        }
        .fetch_all(&mut *self.reader().await?)
        .await?;
        let coverage = self.coverage(dialog).await?;
        let mut page = cut(rows, before, limit, &coverage, holes)?;
        let reaches_beginning = match page
            .messages
            .last()
            .map(StoredMessage::spot)
            .or_else(|| before.cloned())
        {
            Some(oldest) if !oldest.pending => {
                stretch_of(&coverage, oldest.place.sent_at).is_some_and(|s| s.reaches_beginning())
            }
            _ => coverage.last().is_some_and(Stretch::reaches_beginning),
        };
        page.messages.reverse();
        page.has_newer = before.is_some();
        page.has_older |= !reaches_beginning;
        Ok(page)
    }

    /// The first `limit` messages after a spot.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn page_after(
        &self,
        dialog: &DialogId,
        after: &Spot,
        limit: u32,
        holes: Holes,
    ) -> Result<Page, StoreError> {
        let rows: Vec<Row> = bind_spot(sqlx::query_as(AFTER).bind(dialog.as_str()), after)
            .bind(i64::from(limit) + 1)
            .fetch_all(&mut *self.reader().await?)
            .await?;
        let coverage = self.coverage(dialog).await?;
        let page = cut(rows, Some(after), limit, &coverage, holes)?;
        Ok(Page {
            has_older: true,
            has_newer: page.has_older,
            ..page
        })
    }

    /// About `limit` messages with this one in the middle. `None` when it is
    /// not here.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn page_around(
        &self,
        dialog: &DialogId,
        at: &MessageId,
        limit: u32,
        holes: Holes,
    ) -> Result<Option<Page>, StoreError> {
        let Some(middle) = self.message(at).await? else {
            return Ok(None);
        };
        if middle.message.dialog_id != *dialog {
            return Ok(None);
        }
        let spot = middle.spot();
        let older = self
            .page_before(dialog, Some(&spot), limit / 2, holes)
            .await?;
        let newer = self
            .page_after(dialog, &spot, limit.div_ceil(2), holes)
            .await?;
        let mut messages = older.messages;
        messages.push(middle);
        messages.extend(newer.messages);
        Ok(Some(Page {
            messages,
            has_older: older.has_older,
            has_newer: newer.has_newer,
            met_hole: older.met_hole || newer.met_hole,
        }))
    }
}

type PageQuery<'q> =
    sqlx::query::QueryAs<'q, sqlx::Sqlite, Row, <sqlx::Sqlite as sqlx::Database>::Arguments>;

fn bind_spot<'q>(query: PageQuery<'q>, spot: &'q Spot) -> PageQuery<'q> {
    query
        .bind(spot.pending)
        .bind(spot.place.sent_at)
        .bind(spot.place.id.as_str())
}

/// Takes rows that lead away from `start` up to `limit`, or up to the first
/// hole. `has_older` here means: more in this direction.
fn cut(
    rows: Vec<Row>,
    start: Option<&Spot>,
    limit: u32,
    coverage: &[Stretch],
    holes: Holes,
) -> Result<Page, StoreError> {
    let mut page = Page::default();
    let mut last = start.cloned();
    for row in rows {
        let message = StoredMessage::try_from(row)?;
        let spot = message.spot();
        if !last
            .as_ref()
            .is_none_or(|last| adjoin(last, &spot, coverage))
        {
            page.met_hole = true;
            if holes == Holes::Stop {
                page.has_older = true;
                break;
            }
        }
        if page.messages.len() >= limit as usize {
            page.has_older = true;
            break;
        }
        last = Some(spot);
        page.messages.push(message);
    }
    Ok(page)
}

/// Whether no message can be missing between two. What is pending is here
/// alone, so nothing can be missing next to it.
fn adjoin(a: &Spot, b: &Spot, coverage: &[Stretch]) -> bool {
    a.pending
        || b.pending
        || a.place.sent_at == b.place.sent_at
        || stretch_of(coverage, a.place.sent_at).is_some_and(|s| s.holds(b.place.sent_at))
}

fn stretch_of(coverage: &[Stretch], second: i64) -> Option<Stretch> {
    coverage.iter().copied().find(|s| s.holds(second))
}
