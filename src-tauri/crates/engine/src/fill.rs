//! The quiet work, once a link is caught up: holes in the history are filled
//! backwards, dialogs whose list entry told of no change are asked for changes
//! all the same, and what was deleted meanwhile is looked for. The dialog on
//! screen comes first, then those that were written to last. Three requests at
//! a time, and nobody waits for them.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use kith_client::ClientError;
use kith_model::DialogId;
use kith_store::{StoreError, Stretch};
use tokio::task::JoinSet;

use crate::EngineError;
use crate::error::WorkError;
use crate::newest::certain;
use crate::shared::Shared;
use crate::task::Backoff;

/// So many dialogs are worked on at a time.
const AT_A_TIME: usize = 3;
/// So many pages of one dialog are filled before it is another's turn.
const PAGES_IN_A_ROW: usize = 4;
/// A dialog in which nothing changes is compared again after so long.
const COMPARED_AGAIN: i64 = 24 * 3600 * 1000;
/// So many pages are fetched when somebody asks for a hole to be filled.
const PAGES_BY_HAND: usize = 50;
/// The longest wait after failures.
const LONGEST_WAIT: Duration = Duration::from_secs(120);

/// What of a dialog's history is held.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Completeness {
    /// The second from which on nothing is missing; `None` when nothing is
    /// held, or everything.
    pub since: Option<i64>,
    /// Whether nothing is missing at all.
    pub is_complete: bool,
    /// Where something may be missing, newest first.
    pub holes: Vec<Hole>,
}

/// A stretch of which nothing is held.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Hole {
    /// Its first second; `None` when it reaches the dialog's beginning.
    pub from: Option<i64>,
    /// Its last second.
    pub to: i64,
}

/// How a dialog stands after one turn.
#[derive(Debug, PartialEq, Eq)]
enum Turn {
    Done,
    More,
}

impl Shared {
    /// Does the quiet work of every link, for as long as the engine runs.
    pub(crate) async fn work_quietly(self: Arc<Self>) {
        let mut backoff = Backoff::new(LONGEST_WAIT, self.seed ^ 0x6669);
        let mut wire = self.link.wire.subscribe();
        let mut done = None;
        loop {
            let Ok(now) = wire
                .wait_for(|wire| wire.is_up && wire.is_caught_up && Some(wire.generation) != done)
                .await
                .map(|wire| *wire)
            else {
                return;
            };
            match self.fill_all(now.generation).await {
                Ok(()) => {
                    backoff.reset();
                    done = Some(now.generation);
                }
                Err(error) => {
                    self.met(&error);
                    tracing::debug!(%error, "the quiet work pauses");
                    tokio::time::sleep(backoff.next()).await;
                }
            }
        }
    }

    /// One pass over all dialogs, until nothing is left to do.
    async fn fill_all(self: &Arc<Self>, generation: u64) -> Result<(), WorkError> {
        let mut queue: VecDeque<DialogId> = self
            .store
            .dialogs()
            .await?
            .into_iter()
            .map(|entry| entry.dialog.id)
            .collect();
        let mut working: JoinSet<(DialogId, Result<Turn, WorkError>)> = JoinSet::new();
        let mut busy: Vec<DialogId> = Vec::new();
        loop {
            while working.len() < AT_A_TIME {
                let Some(dialog) = self.next_to_fill(&mut queue, &busy) else {
                    break;
                };
                busy.push(dialog.clone());
                let shared = Arc::clone(self);
                working.spawn(async move {
                    let turn = shared.fill_turn(&dialog, generation).await;
                    (dialog, turn)
                });
            }
            let Some(done) = working.join_next().await else {
                return Ok(());
            };
            let Ok((dialog, turn)) = done else {
                continue;
            };
            busy.retain(|other| *other != dialog);
            match turn {
                Ok(Turn::Done) => {}
                Ok(Turn::More) => queue.push_back(dialog),
                // One dialog that cannot be read does not keep the others.
                Err(WorkError::Client(ClientError::Gone | ClientError::NotAllowed)) => {}
                Err(error) => return Err(error),
            }
        }
    }

    /// The dialog on screen if it is still to be done, else the next in order.
    fn next_to_fill(&self, queue: &mut VecDeque<DialogId>, busy: &[DialogId]) -> Option<DialogId> {
        let first = self
            .on_screen()
            .filter(|id| !busy.contains(id))
            .and_then(|id| queue.iter().position(|other| *other == id));
        match first {
            Some(position) => queue.remove(position),
            None => queue.pop_front(),
        }
    }

    /// A dialog's turn.
    async fn fill_turn(
        self: &Arc<Self>,
        dialog: &DialogId,
        generation: u64,
    ) -> Result<Turn, WorkError> {
        let known_to = self.store.changes_known_to(dialog).await?;
        if let (Some(known_to), Some(latest)) = (known_to, self.latest_change())
            && known_to < certain(latest)
        {
            self.fetch_changed(dialog, known_to).await?;
            let mut write = self.store.write().await?;
            write.know_changes_to(dialog, certain(latest)).await?;
            self.commit(write).await?;
        }
        if self.is_to_be_compared(dialog).await? {
            self.compare(dialog).await?;
        }
        for _ in 0..PAGES_IN_A_ROW {
            self.same_link(generation)?;
            if !self.fill_newest_hole(dialog, None).await? {
                return Ok(Turn::Done);
            }
        }
        Ok(Turn::More)
    }

    /// Whether something may have been deleted since the dialog was compared.
    async fn is_to_be_compared(&self, dialog: &DialogId) -> Result<bool, StoreError> {
        let Some(entry) = self.store.dialog(dialog).await? else {
            return Ok(false);
        };
        let now = self.clock.now().millis();
        Ok(match self.store.compared_at(dialog).await? {
            None => true,
            Some(at) => {
                // The two clocks may disagree; a comparison too many is cheap.
                entry.dialog.updated_at.millis() + 600_000 > at.millis()
                    || now - at.millis() > COMPARED_AGAIN
                    || at.millis() > now
            }
        })
    }

    /// Fetches one page into the newest hole, or the newest one that reaches
    /// below the second `above`. Says whether there was one.
    async fn fill_newest_hole(
        &self,
        dialog: &DialogId,
        above: Option<i64>,
    ) -> Result<bool, WorkError> {
        let coverage = self.store.coverage(dialog).await?;
        let Some(stretch) = coverage
            .iter()
            .rev()
            .find(|stretch| above.is_none_or(|above| stretch.from <= above))
        else {
            // Nothing is held: the catch-up of the next link begins it.
            return Ok(false);
        };
        if stretch.reaches_beginning() {
            return Ok(false);
        }
        let fetched = self.fetch_back(dialog, Some(stretch.from - 1)).await?;
        let filled = Stretch {
            from: fetched.whole_from(),
            // That second is held already; covering it again joins the two.
            to: stretch.from,
        };
        self.keep_page(dialog, &fetched, filled).await?;
        Ok(true)
    }

    /// Fills a hole because somebody wants it filled now.
    pub(crate) async fn fill_hole(
        &self,
        dialog: &DialogId,
        from: Option<i64>,
        to: i64,
    ) -> Result<(), EngineError> {
        if !self.link.wire().is_up {
            return Err(EngineError::Offline);
        }
        let wanted = from.unwrap_or(Stretch::BEGINNING);
        for _ in 0..PAGES_BY_HAND {
            let completeness = self.completeness(dialog).await?;
            let hole = completeness
                .holes
                .into_iter()
                .find(|hole| hole.to >= wanted && hole.from.unwrap_or(Stretch::BEGINNING) <= to);
            let Some(hole) = hole else { break };
            let above = hole.to.saturating_add(1);
            if !self.fill_newest_hole(dialog, Some(above)).await? {
                break;
            }
        }
        Ok(())
    }

    /// What of a dialog's history is held.
    pub(crate) async fn completeness(&self, dialog: &DialogId) -> Result<Completeness, StoreError> {
        Ok(completeness(&self.store.coverage(dialog).await?))
    }
}

/// What stretches, oldest first, say about completeness.
fn completeness(coverage: &[Stretch]) -> Completeness {
    let Some(top) = coverage.last() else {
        return Completeness::default();
    };
    if top.reaches_beginning() {
        return Completeness {
            is_complete: true,
            ..Completeness::default()
        };
    }
    let mut holes: Vec<Hole> = coverage
        .windows(2)
        .rev()
        .map(|pair| Hole {
            from: Some(pair[0].to + 1),
            to: pair[1].from - 1,
        })
        .filter(|hole| hole.from.is_none_or(|from| from <= hole.to))
        .collect();
    if let Some(oldest) = coverage
        .first()
        .filter(|oldest| !oldest.reaches_beginning())
    {
        holes.push(Hole {
            from: None,
            to: oldest.from - 1,
        });
    }
    Completeness {
        since: Some(top.from),
        is_complete: holes.is_empty(),
        holes,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stretch(from: i64, to: i64) -> Stretch {
        Stretch { from, to }
    }

    #[test]
    fn holes_lie_between_the_stretches_and_below_the_oldest() {
        assert_eq!(completeness(&[]), Completeness::default());
        assert!(completeness(&[stretch(Stretch::BEGINNING, 90)]).is_complete);
        assert_eq!(
            completeness(&[stretch(10, 20), stretch(50, 90)]),
            Completeness {
                since: Some(50),
                is_complete: false,
                holes: vec![
                    Hole {
                        from: Some(21),
                        to: 49
                    },
                    Hole { from: None, to: 9 }
                ],
            }
        );
        assert_eq!(
            completeness(&[stretch(Stretch::BEGINNING, 20), stretch(50, 90)]).holes,
            [Hole {
                from: Some(21),
                to: 49
            }]
        );
    }
}
