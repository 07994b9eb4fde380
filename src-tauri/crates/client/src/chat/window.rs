//! What was handed to the stream and is not acknowledged yet (XEP-0198 §4).

use std::collections::VecDeque;

use futures::FutureExt;
use kith_model::MessageId;
use tokio_xmpp::stanzastream::{StanzaStage, StanzaState, StanzaToken};

use crate::ServerEvent;

/// So much may be under way; the stream's own queue is larger, so that handing
/// something to it never waits.
pub(super) const WINDOW: usize = 64;

/// What became of a stanza.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Fate {
    /// The server has it.
    Acknowledged(MessageId),
    /// Nobody can tell.
    Unknown(MessageId),
    /// The server has this edit.
    EditTaken(i64),
}

/// A stanza whose fate somebody wants to know.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Followed {
    Message(MessageId),
    Edit(i64),
}

impl Followed {
    /// What there is to tell when it is acknowledged, or lost.
    pub(super) fn fate(self, is_acked: bool) -> Option<Fate> {
        match self {
            Self::Message(id) if is_acked => Some(Fate::Acknowledged(id)),
            Self::Message(id) => Some(Fate::Unknown(id)),
            Self::Edit(number) => is_acked.then_some(Fate::EditTaken(number)),
        }
    }
}

impl From<Fate> for ServerEvent {
    fn from(fate: Fate) -> Self {
        match fate {
            Fate::Acknowledged(id) => Self::Acknowledged(id),
            Fate::Unknown(id) => Self::Unknown(id),
            Fate::EditTaken(number) => Self::EditTaken(number),
        }
    }
}

/// Tokens in the order of sending, which is the order of acknowledgement.
/// Stanzas that nobody follows are counted, and forgotten when they are done.
#[derive(Debug, Default)]
pub(super) struct Window {
    sent: VecDeque<Sent>,
}

struct Sent {
    followed: Option<Followed>,
    token: StanzaToken,
}

impl std::fmt::Debug for Sent {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Sent")
            .field("followed", &self.followed)
            .finish_non_exhaustive()
    }
}

impl Sent {
    fn fate(&self, is_acked: bool) -> Option<Fate> {
        self.followed.clone()?.fate(is_acked)
    }
}

fn is_acked(state: &StanzaState) -> bool {
    matches!(state, StanzaState::Acked { .. })
}

impl Window {
    pub(super) fn is_full(&self) -> bool {
        self.sent.len() >= WINDOW
    }

    pub(super) fn push(&mut self, followed: Option<Followed>, token: StanzaToken) {
        self.sent.push_back(Sent { followed, token });
    }

    /// Waits until the oldest is acknowledged or lost, and tells what it means
    /// if somebody follows it. Never answers while nothing is under way. Nothing is lost
    /// when the caller stops waiting.
    pub(super) async fn next(&mut self) -> Option<Fate> {
        let Some(oldest) = self.sent.front_mut() else {
            return std::future::pending().await;
        };
        let state = oldest.token.wait_for(StanzaStage::Acked).await;
        let oldest = self.sent.pop_front()?;
        oldest.fate(state.as_ref().is_some_and(is_acked))
    }

    /// What became of those that cannot get any further: acknowledged, failed,
    /// or dropped by the stream. The others stay.
    pub(super) fn settle(&mut self) -> Vec<Fate> {
        let mut fates = Vec::new();
        self.sent.retain_mut(
            |sent| match sent.token.wait_for(StanzaStage::Acked).now_or_never() {
                Some(state) => {
                    fates.extend(sent.fate(state.as_ref().is_some_and(is_acked)));
                    false
                }
                None => true,
            },
        );
        fates
    }

    /// What became of all, now that the stream is thrown away.
    pub(super) fn close(&mut self) -> Vec<Fate> {
        self.sent
            .drain(..)
            .filter_map(|sent| sent.fate(is_acked(&sent.token.state())))
            .collect()
    }
}
