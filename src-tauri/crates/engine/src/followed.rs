//! Which dialogs are followed without a break.
//!
//! A dialog is followed from the moment its newest page has been fetched on
//! the present link: from then on all up to now is held, and a live message
//! extends that. While the link is down this is suspended, because only its
//! return tells which of two things happened: a resumed link lost nothing, so
//! what arrived at its beginning extends what is held after all; a fresh link
//! may have lost something, so nothing is followed until it was caught up.
//! (What arrives at the beginning of a link comes before the news which of the
//! two it is.)

use std::collections::{BTreeMap, BTreeSet};

use kith_model::DialogId;

/// The dialogs that are followed, or were until the link went down. Only
/// changed while a write transaction is open, which orders it with what is on
/// disk.
#[derive(Debug, Default)]
pub(crate) struct Followed {
    live: BTreeSet<DialogId>,
    suspended: BTreeSet<DialogId>,
    /// What arrived in suspended dialogs: the latest second.
    unsure: BTreeMap<DialogId, i64>,
}

impl Followed {
    /// The dialog's newest page is in.
    pub(crate) fn follow(&mut self, dialog: &DialogId) {
        self.live.insert(dialog.clone());
    }

    /// A message of this second arrived; says whether it extends what is held.
    pub(crate) fn arrived(&mut self, dialog: &DialogId, second: i64) -> bool {
        if self.live.contains(dialog) {
            return true;
        }
        if self.suspended.contains(dialog) {
            let latest = self.unsure.entry(dialog.clone()).or_insert(second);
            *latest = second.max(*latest);
        }
        false
    }

    /// The link is down.
    pub(crate) fn suspend(&mut self) {
        self.suspended.append(&mut self.live);
    }

    /// The link is back and lost nothing; answers how far that extends what is
    /// held.
    pub(crate) fn resume(&mut self) -> BTreeMap<DialogId, i64> {
        self.live.append(&mut self.suspended);
        std::mem::take(&mut self.unsure)
    }

    /// The link is a new one.
    pub(crate) fn forget(&mut self) {
        *self = Self::default();
    }
}
