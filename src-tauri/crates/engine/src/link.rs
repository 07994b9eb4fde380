//! The state of the link, as people are told about it, and what the workers
//! need to know of it.

use kith_client::{Link, LinkLost};
use kith_model::Timestamp;
use tokio::sync::watch;

/// What is going on with the link.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LinkState {
    /// Trying to connect.
    Connecting,
    /// The link is up; what happened meanwhile is being fetched.
    CatchingUp,
    /// The link is up, and what is shown is what the server has.
    Online,
    /// There is no link.
    Offline {
        /// Why.
        reason: LinkLost,
        /// When Kith tries again; `None` when it will not by itself.
        retry_at: Option<Timestamp>,
    },
    /// The server does not take the sign-in: the person is needed.
    Refused,
}

/// What the workers go by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Wire {
    /// Whether something can be sent now.
    pub(crate) is_up: bool,
    /// Counts fresh links. What was begun on one is not finished on another.
    pub(crate) generation: u64,
    /// Whether catching up on this generation has come to its end.
    pub(crate) is_caught_up: bool,
    /// Since when it is up without a break.
    pub(crate) up_since: Timestamp,
}

/// Both, kept in step.
#[derive(Debug)]
pub(crate) struct LinkBoard {
    pub(crate) state: watch::Sender<LinkState>,
    pub(crate) wire: watch::Sender<Wire>,
}

impl LinkBoard {
    pub(crate) fn new() -> Self {
        Self {
            state: watch::Sender::new(LinkState::Connecting),
            wire: watch::Sender::new(Wire {
                is_up: false,
                generation: 0,
                is_caught_up: false,
                up_since: Timestamp::default(),
            }),
        }
    }

    pub(crate) fn wire(&self) -> Wire {
        *self.wire.borrow()
    }

    /// Takes in a change of the link; answers the new state.
    pub(crate) fn hear(&self, link: &Link, now: Timestamp) -> LinkState {
        self.wire.send_modify(|wire| match link {
            Link::Fresh => {
                wire.is_up = true;
                wire.generation += 1;
                wire.is_caught_up = false;
                wire.up_since = now;
            }
            Link::Resumed => {
                wire.is_up = true;
                wire.up_since = now;
            }
            Link::Connecting | Link::Down { .. } => wire.is_up = false,
        });
        let state = match link {
            Link::Connecting => LinkState::Connecting,
            Link::Fresh => LinkState::CatchingUp,
            Link::Resumed if self.wire().is_caught_up => LinkState::Online,
            Link::Resumed => LinkState::CatchingUp,
            Link::Down {
                reason: LinkLost::SignInRefused,
                ..
            } => LinkState::Refused,
            Link::Down { reason, retry_at } => LinkState::Offline {
                reason: *reason,
                retry_at: *retry_at,
            },
        };
        self.state.send_replace(state.clone());
        state
    }

    /// Catching up on `generation` is done; answers the new state if that
    /// makes a difference.
    pub(crate) fn caught_up(&self, generation: u64) -> Option<LinkState> {
        let mut is_current = false;
        self.wire.send_modify(|wire| {
            is_current = wire.generation == generation;
            wire.is_caught_up |= is_current;
        });
        (is_current
            && self.state.send_if_modified(|state| {
                let was_catching_up = *state == LinkState::CatchingUp;
                if was_catching_up {
                    *state = LinkState::Online;
                }
                was_catching_up
            }))
        .then_some(LinkState::Online)
    }
}
