//! What can go wrong on purpose, for tests: each fault is a method, takes
//! effect at once, and lasts until it is taken back.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use crate::site::Site;

/// So many acknowledgements of one session are held back before they go in the wrong order.
pub(crate) const HELD_ACKS: usize = 3;

/// The switches the rest of the server looks at.
#[derive(Debug, Default)]
pub(crate) struct Switches {
    swallow_acks: AtomicBool,
    reorder_acks: AtomicBool,
    hold_relays: AtomicBool,
}

impl Switches {
    /// Whether acknowledgements are kept back.
    pub(crate) fn swallows_acks(&self) -> bool {
        self.swallow_acks.load(Ordering::SeqCst)
    }

    /// Whether acknowledgements go out in the wrong order.
    pub(crate) fn reorders_acks(&self) -> bool {
        self.reorder_acks.load(Ordering::SeqCst)
    }

    /// Whether messages are stored and not relayed.
    pub(crate) fn holds_relays(&self) -> bool {
        self.hold_relays.load(Ordering::SeqCst)
    }
}

/// The faults of one running server.
#[derive(Debug, Clone)]
pub struct Faults {
    pub(crate) site: Arc<Site>,
}

impl Faults {
    /// Drops chat connections without a goodbye: one person's, or with `None` everybody's.
    /// Their sessions can be resumed for as long as usual.
    pub fn cut_links(&self, user_id: Option<u64>) {
        self.site
            .hub
            .cut(user_id.and_then(|id| i64::try_from(id).ok()));
    }

    /// Ends every new connection at once and lets open ones fail, REST and chat alike.
    pub fn refuse_connections(&self, refuse: bool) {
        self.site.gate.shut(refuse);
        if refuse {
            self.site.hub.cut(None);
        }
    }

    /// Forgets all sessions that could be resumed: the next attempt fails, and whatever
    /// waited for an acknowledgement in them is gone.
    pub fn forget_sessions(&self) {
        self.site.hub.forget_resumable();
    }

    /// Stores and relays what arrives, but acknowledges nothing, until taken back.
    pub fn swallow_acks(&self, swallow: bool) {
        self.site
            .switches
            .swallow_acks
            .store(swallow, Ordering::SeqCst);
    }

    /// Holds acknowledgements back and lets them go [`HELD_ACKS`] at a time, the newest
    /// first, behind whatever else was sent meanwhile. When this is taken back, those that
    /// are held go in the same wrong order.
    pub fn reorder_acks(&self, reorder: bool) {
        self.site
            .switches
            .reorder_acks
            .store(reorder, Ordering::SeqCst);
        if !reorder {
            self.site.hub.let_acks_go();
        }
    }

    /// Stores and acknowledges what arrives, but relays nothing to anybody, until taken
    /// back: the recipients find it in the history only.
    pub fn hold_relays(&self, hold: bool) {
        self.site.switches.hold_relays.store(hold, Ordering::SeqCst);
    }

    /// Ends all REST sessions: the next call of each is answered with "Required session
    /// does not exist". Chat connections stay.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn expire_tokens(&self) -> Result<(), sqlx::Error> {
        let mut turn = self.site.db.turn().await?;
        sqlx::query("DELETE FROM sessions")
            .execute(turn.connection())
            .await?;
        Ok(())
    }

    /// How many chat sessions a person has: connected ones and those that wait to be resumed.
    #[must_use]
    pub fn sessions_of(&self, user_id: u64) -> usize {
        i64::try_from(user_id).map_or(0, |id| self.site.hub.sessions_of(id))
    }
}
