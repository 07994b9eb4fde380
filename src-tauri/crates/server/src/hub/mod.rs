//! Who is online, and how a stanza gets to them.
//!
//! A *session* is one bound resource. It outlives its connection: for
//! [`RESUME`] after a link broke, stanzas keep collecting in it, and a client
//! that resumes (XEP-0198 §5) gets what it had not acknowledged. Sessions
//! inside the server (sample people) are the same thing without a connection.

mod session;

use std::collections::{BTreeMap, HashMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

pub(crate) use session::{Attached, Outgoing, Session};

/// How long a broken session waits to be resumed, as on the platform (`protocol/xmpp.md` §8).
pub(crate) const RESUME: Duration = Duration::from_secs(60);
/// So many ended sessions are remembered for the `h` of `<failed/>`.
const MOST_ENDED: usize = 1_000;

/// What became of a session whose connection ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Ending {
    /// A newer connection has taken it over, or it is over already.
    NotMine,
    /// It waits to be resumed.
    Waits,
    /// It is over, and the person has other sessions.
    Over,
    /// It is over, and it was the person's last one.
    LastOver,
}

/// Everybody who is online.
#[derive(Debug, Default)]
pub(crate) struct Hub {
    inner: Mutex<Inner>,
}

#[derive(Debug, Default)]
struct Inner {
    /// By person and resource, in order, so that fan-out has an order too.
    people: HashMap<i64, BTreeMap<String, Arc<Session>>>,
    resumable: HashMap<String, Arc<Session>>,
    /// How far ended sessions had got, by resume id.
    ended: VecDeque<(String, u32)>,
}

impl Hub {
    fn inner(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Binds a resource. A wish is granted when it is free and good (see [`is_good_resource`]).
    pub(crate) fn bind(
        &self,
        user_id: i64,
        bare_jid: &str,
        wish: Option<&str>,
        is_internal: bool,
    ) -> Arc<Session> {
        let mut inner = self.inner();
        let sessions = inner.people.entry(user_id).or_default();
        let resource = wish
            .filter(|wish| is_good_resource(wish) && !sessions.contains_key(*wish))
            .map_or_else(|| crate::random::hex_token(12), str::to_owned);
        let session = Arc::new(Session {
            user_id,
            jid: format!("{bare_jid}/{resource}"),
            resource: resource.clone(),
            is_internal,
            turn: tokio::sync::Mutex::default(),
            state: Mutex::default(),
        });
        sessions.insert(resource, Arc::clone(&session));
        session
    }

    /// Switches stream management on and makes the session resumable if asked.
    pub(crate) fn manage(&self, session: &Arc<Session>, resume: bool) -> Option<String> {
        let id = resume.then(|| crate::random::hex_token(16));
        session.manage(id.clone());
        if let Some(id) = &id {
            self.inner()
                .resumable
                .insert(id.clone(), Arc::clone(session));
        }
        id
    }

    /// The session to resume. Otherwise, how far it had got, as far as that is remembered.
    pub(crate) fn resumable(&self, id: &str, user_id: i64) -> Result<Arc<Session>, u32> {
        let inner = self.inner();
        match inner.resumable.get(id) {
            Some(session)
                if session.user_id == user_id
                    && session.state().resume_id.as_deref() == Some(id) =>
            {
                Ok(Arc::clone(session))
            }
            _ => Err(inner
                .ended
                .iter()
                .find(|(known, _)| known == id)
                .map_or(0, |(_, h)| *h)),
        }
    }

    /// A connection ended; `for_good` when the client said goodbye.
    pub(crate) fn detach(&self, session: &Arc<Session>, link: &Attached, for_good: bool) -> Ending {
        let generation = {
            let mut state = session.state();
            if state.generation != link.generation || state.over {
                return Ending::NotMine;
            }
            state.link = None;
            if !for_good && state.resume_id.is_some() {
                return Ending::Waits;
            }
            state.waiting.clear();
            state.generation
        };
        self.end_if(session, generation)
    }

    /// The time to resume is over, unless somebody resumed. What the client had not
    /// acknowledged stays in the session ([`Session::left_over`]).
    pub(crate) fn give_up(&self, session: &Arc<Session>, link: &Attached) -> Ending {
        if session.is_connected() {
            return Ending::NotMine;
        }
        self.end_if(session, link.generation)
    }

    fn end_if(&self, session: &Arc<Session>, generation: u64) -> Ending {
        let mut inner = self.inner();
        let mut state = session.state();
        if state.generation != generation || state.over {
            return Ending::NotMine;
        }
        state.over = true;
        if let Some(id) = state.resume_id.take() {
            inner.resumable.remove(&id);
            if inner.ended.len() >= MOST_ENDED {
                inner.ended.pop_front();
            }
            inner.ended.push_back((id, state.received));
        }
        let Some(sessions) = inner.people.get_mut(&session.user_id) else {
            return Ending::Over;
        };
        sessions.remove(&session.resource);
        if sessions.is_empty() {
            inner.people.remove(&session.user_id);
            return Ending::LastOver;
        }
        Ending::Over
    }

    /// All sessions of a person.
    pub(crate) fn of(&self, user_id: i64) -> Vec<Arc<Session>> {
        self.inner()
            .people
            .get(&user_id)
            .map(|sessions| sessions.values().cloned().collect())
            .unwrap_or_default()
    }

    /// How many sessions a person has.
    pub(crate) fn sessions_of(&self, user_id: i64) -> usize {
        self.inner().people.get(&user_id).map_or(0, BTreeMap::len)
    }

    /// Whether a person is online.
    pub(crate) fn is_online(&self, user_id: i64) -> bool {
        self.sessions_of(user_id) > 0
    }

    /// Whether somebody outside the server is logged in as this person.
    pub(crate) fn has_visitors(&self, user_id: i64) -> bool {
        self.of(user_id).iter().any(|session| !session.is_internal)
    }

    /// Everybody who is online, in the order of their ids.
    pub(crate) fn online(&self) -> Vec<i64> {
        let mut ids: Vec<i64> = self.inner().people.keys().copied().collect();
        ids.sort_unstable();
        ids
    }

    /// Drops connections without a goodbye.
    pub(crate) fn cut(&self, user_id: Option<i64>) {
        for session in self.sessions(user_id) {
            session.cut();
        }
    }

    /// Lets go of the acknowledgements that a fault holds back.
    pub(crate) fn let_acks_go(&self) {
        for session in self.sessions(None) {
            session.let_acks_go();
        }
    }

    /// One person's sessions, or with `None` everybody's.
    fn sessions(&self, user_id: Option<i64>) -> Vec<Arc<Session>> {
        let inner = self.inner();
        inner
            .people
            .iter()
            .filter(|(id, _)| user_id.is_none_or(|wanted| wanted == **id))
            .flat_map(|(_, sessions)| sessions.values().cloned())
            .collect()
    }

    /// Forgets everything that could be resumed.
    pub(crate) fn forget_resumable(&self) {
        let sessions: Vec<_> = {
            let mut inner = self.inner();
            inner.ended.clear();
            inner
                .resumable
                .drain()
                .map(|(_, session)| session)
                .collect()
        };
        for session in sessions {
            self.forget(&session);
        }
    }

    /// Ends all sessions of a person, whose account is gone or has another password.
    pub(crate) fn expel(&self, user_id: i64) {
        for session in self.of(user_id) {
            self.forget(&session);
            session.cut();
        }
    }

    /// A session that cannot be resumed any more; it is over at once when it has no connection.
    fn forget(&self, session: &Arc<Session>) {
        let (is_connected, generation) = {
            let mut state = session.state();
            let id = state.resume_id.take();
            if state.link.is_none() {
                state.waiting.clear();
            }
            let known = (state.link.is_some(), state.generation);
            drop(state);
            if let Some(id) = id {
                self.inner().resumable.remove(&id);
            }
            known
        };
        if !is_connected {
            self.end_if(session, generation);
        }
    }
}

/// The JavaScript SDK drops every message whose sender's address contains its own resource
/// (`protocol/xmpp.md` §3), so a resource must be long and say nothing that addresses say.
pub(crate) fn is_good_resource(wish: &str) -> bool {
    (8..=128).contains(&wish.len())
        && !wish.contains(['/', '@', '<', '>', '&', '"', '\''])
        && !wish.chars().any(|c| c.is_control() || c.is_whitespace())
        && wish.chars().any(|c| c.is_ascii_digit())
        && wish.chars().any(|c| c.is_ascii_alphabetic())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(outgoing: Option<Outgoing>) -> String {
        match outgoing {
            Some(Outgoing::Stanza(text) | Outgoing::Nonza(text)) => text.lenient().to_owned(),
            None => String::new(),
        }
    }

    #[test]
    fn a_resumed_session_gets_what_was_not_acknowledged() {
        let hub = Hub::default();
        let session = hub.bind(7, "7-1@chat", None, false);
        let first = session.attach();
        let id = hub.manage(&session, true).expect("resumable");
        for n in ["one", "two", "three"] {
            session.deliver(&n.into());
        }
        session.acknowledge(1);
        session.count_received();
        assert_eq!(hub.detach(&session, &first, false), Ending::Waits);
        session.deliver(&"four".into());

        let found = hub.resumable(&id, 7).expect("still there");
        let mut second = found.resume(2, |h| format!("resumed {h}"));
        assert_eq!(text(second.next_now()), "resumed 1");
        assert_eq!(text(second.next_now()), "three");
        assert_eq!(text(second.next_now()), "four");
        assert_eq!(second.next_now(), None);
        assert_eq!(
            hub.give_up(&session, &first),
            Ending::NotMine,
            "somebody resumed in time"
        );
        assert_eq!(
            hub.resumable(&id, 8).err(),
            Some(0),
            "nobody else's session can be resumed"
        );
    }

    #[test]
    fn a_session_that_is_over_is_remembered_by_its_count() {
        let hub = Hub::default();
        let session = hub.bind(7, "7-1@chat", None, false);
        let link = session.attach();
        let id = hub.manage(&session, true).expect("resumable");
        session.count_received();
        hub.detach(&session, &link, false);
        assert_eq!(hub.give_up(&session, &link), Ending::LastOver);
        assert_eq!(hub.resumable(&id, 7).err(), Some(1));
        assert!(!hub.is_online(7));
    }

    #[test]
    fn a_resource_is_granted_when_it_is_free_and_tells_nobody_apart_by_accident() {
        let hub = Hub::default();
        let wish = "kith-5f2a9c11";
        assert_eq!(hub.bind(1, "1-1@chat", Some(wish), false).resource, wish);
        assert_ne!(
            hub.bind(1, "1-1@chat", Some(wish), false).resource,
            wish,
            "taken"
        );
        for bad in ["", "1", "chat", "chat.kith.local/1", "12345678"] {
            let given = hub.bind(2, "2-1@chat", Some(bad), false).resource.clone();
            assert!(given.len() >= 16, "{bad} is no good resource, got {given}");
        }
    }
}
