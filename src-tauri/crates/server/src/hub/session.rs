//! One bound resource, and the connection it has at the moment.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio_util::sync::CancellationToken;

use crate::faults::HELD_ACKS;
use crate::text::Text;

/// A session that is behind by so many stanzas is dropped: memory is everybody's.
const MOST_WAITING: usize = 20_000;

/// What a connection is told to write.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Outgoing {
    /// A stanza, which counts for stream management.
    Stanza(Text),
    /// Anything else: answers of stream management, features.
    Nonza(Text),
}

/// One bound resource.
#[derive(Debug)]
pub(crate) struct Session {
    pub(crate) user_id: i64,
    pub(crate) resource: String,
    /// The full address.
    pub(crate) jid: String,
    /// The sample people's own sessions do not make them "looked after by a person".
    pub(crate) is_internal: bool,
    /// Held while one thing that the client sent is done and counted. Whoever
    /// resumes takes it too, so that the number which the client is told is
    /// final: what the old connection has still in its buffer comes again over
    /// the new one and must not count twice (XEP-0198 §5).
    pub(crate) turn: tokio::sync::Mutex<()>,
    pub(super) state: Mutex<State>,
}

#[derive(Debug, Default)]
pub(super) struct State {
    /// The connection in use.
    pub(super) link: Option<Link>,
    /// Whether stream management is on.
    managed: bool,
    /// The id to resume with; none when that was not asked for or was forgotten.
    pub(super) resume_id: Option<String>,
    /// Stanzas handed to the client since stream management was switched on.
    sent: u32,
    /// Those the client has acknowledged.
    acknowledged: u32,
    /// What is not acknowledged yet, the oldest first.
    pub(super) waiting: VecDeque<Text>,
    /// Stanzas taken from the client since stream management was switched on.
    pub(super) received: u32,
    /// Acknowledgements that a fault holds back, the oldest first.
    held_acks: Vec<Text>,
    /// Counts the connections, so that an old one's end does not touch a new one.
    pub(super) generation: u64,
    /// The end has come; nothing is taken any more.
    pub(super) over: bool,
}

/// A session's connection.
#[derive(Debug)]
pub(super) struct Link {
    out: UnboundedSender<Outgoing>,
    backlog: Arc<AtomicUsize>,
    kill: CancellationToken,
}

/// The connection's end of a link.
#[derive(Debug)]
pub(crate) struct Attached {
    out: UnboundedReceiver<Outgoing>,
    backlog: Arc<AtomicUsize>,
    /// Fires when the connection must be dropped without a goodbye.
    pub(crate) kill: CancellationToken,
    pub(super) generation: u64,
}

impl Attached {
    /// The next thing to write; none when the session let go of this connection.
    pub(crate) async fn next(&mut self) -> Option<Outgoing> {
        let next = self.out.recv().await;
        if next.is_some() {
            self.backlog.fetch_sub(1, Ordering::Relaxed);
        }
        next
    }

    /// The next thing to write, if there is one already.
    pub(crate) fn next_now(&mut self) -> Option<Outgoing> {
        let next = self.out.try_recv().ok()?;
        self.backlog.fetch_sub(1, Ordering::Relaxed);
        Some(next)
    }
}

impl Session {
    pub(super) fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Hands a stanza to the client, now or when it resumes.
    pub(crate) fn deliver(&self, stanza: &Text) {
        let mut state = self.state();
        if state.over {
            return;
        }
        if state.managed {
            state.sent = state.sent.wrapping_add(1);
            state.waiting.push_back(stanza.clone());
        }
        let behind = state
            .link
            .as_ref()
            .map_or(0, |link| link.backlog.load(Ordering::Relaxed));
        if state.waiting.len().max(behind) > MOST_WAITING {
            tracing::warn!(
                user = self.user_id,
                "a session fell too far behind and is dropped"
            );
            state.resume_id = None;
            state.waiting.clear();
            if let Some(link) = &state.link {
                link.kill.cancel();
            }
        }
        state.push(Outgoing::Stanza(stanza.clone()));
    }

    /// Sends something that is no stanza to the connection, if there is one.
    pub(crate) fn tell(&self, nonza: impl Into<Text>) {
        self.state().push(Outgoing::Nonza(nonza.into()));
    }

    /// Holds an acknowledgement back; when there are enough, all of them go.
    pub(crate) fn hold_ack(&self, ack: Text) {
        let mut state = self.state();
        state.held_acks.push(ack);
        if state.held_acks.len() >= HELD_ACKS {
            state.let_acks_go();
        }
    }

    /// Lets go of the acknowledgements that are held back, the newest first.
    pub(crate) fn let_acks_go(&self) {
        self.state().let_acks_go();
    }

    /// Switches stream management on. With `resume_id` the session can be resumed.
    pub(crate) fn manage(&self, resume_id: Option<String>) {
        let mut state = self.state();
        state.managed = true;
        state.resume_id = resume_id;
        (state.sent, state.acknowledged, state.received) = (0, 0, 0);
        state.waiting.clear();
        state.held_acks.clear();
    }

    /// Whether stream management is on.
    pub(crate) fn is_managed(&self) -> bool {
        self.state().managed
    }

    /// Counts a stanza from the client.
    pub(crate) fn count_received(&self) {
        let mut state = self.state();
        if state.managed {
            state.received = state.received.wrapping_add(1);
        }
    }

    /// How many stanzas were taken from the client.
    pub(crate) fn received(&self) -> u32 {
        self.state().received
    }

    /// The client acknowledged everything up to `h`.
    pub(crate) fn acknowledge(&self, h: u32) {
        let mut state = self.state();
        let newly = h.wrapping_sub(state.acknowledged) as usize;
        // A client that acknowledges what was never sent is wrong; it gets no harm from it.
        if newly <= state.waiting.len() {
            state.waiting.drain(..newly);
            state.acknowledged = h;
        }
    }

    /// Whether the client has something to acknowledge.
    pub(crate) fn is_waiting(&self) -> bool {
        !self.state().waiting.is_empty()
    }

    /// Whether there is a connection at the moment.
    pub(crate) fn is_connected(&self) -> bool {
        self.state().link.is_some()
    }

    /// Gives the session a connection, taking it from an older one.
    pub(crate) fn attach(&self) -> Attached {
        self.state().attach()
    }

    /// Gives a resumed session its new connection: first `answer`, then everything after
    /// `h` once more.
    pub(crate) fn resume(&self, h: u32, answer: impl FnOnce(u32) -> String) -> Attached {
        self.acknowledge(h);
        let mut state = self.state();
        let attached = state.attach();
        let answer = answer(state.received);
        state.push(Outgoing::Nonza(answer.into()));
        let again: Vec<_> = state.waiting.iter().cloned().collect();
        for stanza in again {
            state.push(Outgoing::Stanza(stanza));
        }
        attached
    }

    /// What the client never acknowledged, of a session that is over.
    pub(crate) fn left_over(&self) -> Vec<Text> {
        std::mem::take(&mut self.state().waiting).into()
    }

    /// Drops the connection without a goodbye.
    pub(super) fn cut(&self) {
        if let Some(link) = &self.state().link {
            link.kill.cancel();
        }
    }
}

impl State {
    fn push(&self, outgoing: Outgoing) {
        if let Some(link) = &self.link
            && link.out.send(outgoing).is_ok()
        {
            link.backlog.fetch_add(1, Ordering::Relaxed);
        }
    }

    fn let_acks_go(&mut self) {
        for ack in std::mem::take(&mut self.held_acks).into_iter().rev() {
            self.push(Outgoing::Nonza(ack));
        }
    }

    fn attach(&mut self) -> Attached {
        if let Some(old) = self.link.take() {
            old.kill.cancel();
        }
        self.generation += 1;
        let (sender, receiver) = unbounded_channel();
        let backlog = Arc::new(AtomicUsize::new(0));
        let kill = CancellationToken::new();
        self.link = Some(Link {
            out: sender,
            backlog: Arc::clone(&backlog),
            kill: kill.clone(),
        });
        Attached {
            out: receiver,
            backlog,
            kill,
            generation: self.generation,
        }
    }
}
