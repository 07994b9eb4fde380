//! Pages of history, from the server into the store.
//!
//! Every page is kept together with the stretch it covers, in one transaction.
//! The server's pages are bounded by seconds, and a page that is full may have
//! been cut within one, so the second at its open end is not counted as
//! covered; the next page begins with that second again. Where a whole page
//! lies within one second, the pages behind it are fetched with it, so that
//! each question makes progress.

use std::sync::Arc;

use kith_client::HistoryQuery;
use kith_model::{DialogId, Message, MessageId, Timestamp};
use kith_store::{Holes, Page, Spot, StoreError, Stretch};

use crate::EngineError;
use crate::error::WorkError;
use crate::shared::Shared;

/// Messages in one page; the platform allows no more.
pub(crate) const PAGE: u32 = 100;
/// So many pages are fetched for one step of scrolling, at most.
const PAGES_FOR_SCROLLING: usize = 4;

/// Part of a timeline, going back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Older {
    /// What is there.
    pub page: Page,
    /// Whether something may be missing in it, because the server could not
    /// be asked.
    pub is_incomplete: bool,
}

/// The second from which history is fetched back.
#[derive(Debug, Clone, Copy)]
enum Edge {
    /// Of this second not everything may be held.
    Open(i64),
    /// Of this second everything is held.
    Whole(i64),
}

/// What one question brought.
#[derive(Debug)]
pub(crate) struct Fetched {
    pub(crate) messages: Vec<Message>,
    /// When it was asked, by our clock.
    pub(crate) asked_at: Timestamp,
    /// Whether nothing is left in this direction.
    pub(crate) is_end: bool,
}

impl Fetched {
    fn seconds(&self) -> impl Iterator<Item = i64> + '_ {
        self.messages
            .iter()
            .map(|message| message.sent_at.seconds())
    }

    pub(crate) fn newest(&self) -> Option<i64> {
        self.seconds().max()
    }

    /// The first second that is certainly whole, going back.
    pub(crate) fn whole_from(&self) -> i64 {
        match (self.is_end, self.seconds().min()) {
            (true, _) | (false, None) => Stretch::BEGINNING,
            (false, Some(oldest)) => oldest + 1,
        }
    }
}

impl Shared {
    /// The messages of a dialog going back from `up_to`, that second included;
    /// at least one whole second of them.
    pub(crate) async fn fetch_back(
        &self,
        dialog: &DialogId,
        up_to: Option<i64>,
    ) -> Result<Fetched, WorkError> {
        let mut query = HistoryQuery {
            sent_before: up_to,
            ..HistoryQuery::newest(dialog.clone(), PAGE)
        };
        let mut fetched = Fetched {
            messages: Vec::new(),
            asked_at: self.clock.now(),
            is_end: false,
        };
        loop {
            let page = self.rest().await?.history(&query).await?;
            fetched.is_end = page.len() < PAGE as usize;
            fetched.messages.extend(page);
            let newest = up_to.or(fetched.newest());
            if fetched.is_end || newest.is_none_or(|newest| fetched.whole_from() <= newest) {
                return Ok(fetched);
            }
            query.skip += PAGE;
        }
    }

    /// The messages going forward from `from`, that second included.
    pub(crate) async fn fetch_forward(
        &self,
        dialog: &DialogId,
        from: i64,
    ) -> Result<Fetched, WorkError> {
        let mut query = HistoryQuery {
            sent_after: Some(from),
            newest_first: false,
            ..HistoryQuery::newest(dialog.clone(), PAGE)
        };
        let mut fetched = Fetched {
            messages: Vec::new(),
            asked_at: self.clock.now(),
            is_end: false,
        };
        loop {
            let page = self.rest().await?.history(&query).await?;
            fetched.is_end = page.len() < PAGE as usize;
            fetched.messages.extend(page);
            if fetched.is_end || fetched.newest().is_none_or(|newest| newest - 1 > from) {
                return Ok(fetched);
            }
            query.skip += PAGE;
        }
    }

    /// Keeps messages and what they cover.
    pub(crate) async fn keep_page(
        &self,
        dialog: &DialogId,
        fetched: &Fetched,
        stretch: Stretch,
    ) -> Result<(), StoreError> {
        let mut write = self.store.write().await?;
        write
            .put_answer(dialog, &fetched.messages, fetched.asked_at)
            .await?;
        write.cover(dialog, stretch).await?;
        self.commit(write).await
    }

    /// The last `limit` messages before a spot (or the newest), asking the
    /// server where what is held ends.
    pub(crate) async fn older(
        self: &Arc<Self>,
        dialog: &DialogId,
        before: Option<&Spot>,
        limit: u32,
    ) -> Result<Older, EngineError> {
        for _ in 0..PAGES_FOR_SCROLLING {
            let page = self
                .store
                .page_before(dialog, before, limit, Holes::Stop)
                .await?;
            let is_full = page.messages.len() >= limit as usize;
            if is_full || !page.has_older {
                return Ok(Older {
                    page,
                    is_incomplete: false,
                });
            }
            // Where what is held ends: below the oldest of the page, or where
            // the question was asked from.
            let edge = page
                .messages
                .iter()
                .map(|message| message.spot())
                .find(|spot| !spot.pending)
                .or_else(|| before.filter(|spot| !spot.pending).cloned())
                .map(|spot| spot.place.sent_at);
            let edge = match edge {
                Some(second) => Some(self.end_of_held(dialog, second).await?),
                None => None,
            };
            if let Err(error) = self.fetch_and_keep_back(dialog, edge).await {
                self.met(&error);
                tracing::debug!(%error, "older messages could not be fetched");
                let page = self
                    .store
                    .page_before(dialog, before, limit, Holes::Cross)
                    .await?;
                return Ok(Older {
                    is_incomplete: page.has_older,
                    page,
                });
            }
        }
        let page = self
            .store
            .page_before(dialog, before, limit, Holes::Stop)
            .await?;
        Ok(Older {
            page,
            is_incomplete: false,
        })
    }

    /// Where to go on, going back from `second`.
    async fn end_of_held(&self, dialog: &DialogId, second: i64) -> Result<Edge, StoreError> {
        let coverage = self.store.coverage(dialog).await?;
        Ok(coverage
            .iter()
            .find(|stretch| stretch.holds(second) && !stretch.reaches_beginning())
            .map_or(Edge::Open(second), |stretch| Edge::Whole(stretch.from)))
    }

    async fn fetch_and_keep_back(
        &self,
        dialog: &DialogId,
        edge: Option<Edge>,
    ) -> Result<(), WorkError> {
        if !self.link.wire().is_up {
            return Err(WorkError::LinkChanged);
        }
        let (up_to, to) = match edge {
            None => (None, None),
            Some(Edge::Open(second)) => (Some(second), Some(second)),
            // That second is held already; covering it again joins the two.
            Some(Edge::Whole(second)) => (Some(second - 1), Some(second)),
        };
        let fetched = self.fetch_back(dialog, up_to).await?;
        let stretch = Stretch {
            from: fetched.whole_from(),
            to: to.or(fetched.newest()).unwrap_or(0),
        };
        self.keep_page(dialog, &fetched, stretch).await?;
        Ok(())
    }

    /// The first `limit` messages after a spot, asking the server where what
    /// is held ends.
    pub(crate) async fn newer(
        self: &Arc<Self>,
        dialog: &DialogId,
        after: &Spot,
        limit: u32,
    ) -> Result<Page, EngineError> {
        for _ in 0..PAGES_FOR_SCROLLING {
            let page = self
                .store
                .page_after(dialog, after, limit, Holes::Stop)
                .await?;
            if page.messages.len() >= limit as usize || !page.met_hole {
                return Ok(page);
            }
            let edge = page
                .messages
                .last()
                .map_or_else(|| after.clone(), |message| message.spot());
            if let Err(error) = self
                .fetch_and_keep_forward(dialog, edge.place.sent_at)
                .await
            {
                self.met(&error);
                tracing::debug!(%error, "newer messages could not be fetched");
                return Ok(self
                    .store
                    .page_after(dialog, after, limit, Holes::Cross)
                    .await?);
            }
        }
        Ok(self
            .store
            .page_after(dialog, after, limit, Holes::Stop)
            .await?)
    }

    async fn fetch_and_keep_forward(
        &self,
        dialog: &DialogId,
        second: i64,
    ) -> Result<(), WorkError> {
        if !self.link.wire().is_up {
            return Err(WorkError::LinkChanged);
        }
        let coverage = self.store.coverage(dialog).await?;
        let from = coverage
            .iter()
            .find(|s| s.holds(second))
            .map_or(second, |s| s.to);
        let fetched = self.fetch_forward(dialog, from).await?;
        let newest = fetched.newest().unwrap_or(from);
        let to = if fetched.is_end { newest } else { newest - 1 };
        // Up to the next stretch nothing was found, so there is nothing.
        let to = match coverage.iter().find(|s| s.from > from) {
            Some(next) if fetched.is_end => to.max(next.from),
            _ => to,
        };
        self.keep_page(dialog, &fetched, Stretch { from, to })
            .await?;
        Ok(())
    }

    /// About `limit` messages around one that is held.
    pub(crate) async fn around(
        self: &Arc<Self>,
        dialog: &DialogId,
        at: &MessageId,
        limit: u32,
    ) -> Result<Page, EngineError> {
        let holes = if self.link.wire().is_up {
            Holes::Stop
        } else {
            Holes::Cross
        };
        self.store
            .page_around(dialog, at, limit, holes)
            .await?
            .ok_or(EngineError::NotFound)
    }
}
