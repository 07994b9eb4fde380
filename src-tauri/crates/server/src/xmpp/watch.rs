//! Status streaming (`protocol/xmpp.md` §13): somebody asks to be told when
//! another person comes and goes. It is told as a `result` nobody asked for,
//! which is the form the SDK takes without complaint.

use std::collections::{BTreeSet, HashMap};
use std::sync::{Mutex, MutexGuard, PoisonError};

use kith_wire::xml::Element;
use kith_wire::xmpp::ns;

use crate::chat::address::Target;
use crate::chat::fanout::text;
use crate::hub::Session;
use crate::site::Site;
use crate::xmpp::iq::Reply;

/// One session may watch so many people.
const MOST_WATCHED: usize = 1_000;

/// Who watches whom.
#[derive(Debug, Default)]
pub(crate) struct Watchers {
    /// By the watched person: the watching persons' sessions.
    sessions: Mutex<HashMap<i64, BTreeSet<(i64, String)>>>,
}

impl Watchers {
    fn sessions(&self) -> MutexGuard<'_, HashMap<i64, BTreeSet<(i64, String)>>> {
        self.sessions.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Takes `<subscribe user_jid enable/>`.
pub(super) fn subscribe(site: &Site, session: &Session, request: &Element) -> Reply {
    let Target::User(watched) = Target::read(request.attr("user_jid")) else {
        return Reply::Error(400, "modify", "bad-request", "Nobody is named.");
    };
    let me = (session.user_id, session.resource.clone());
    let mut sessions = site.watchers.sessions();
    if matches!(request.attr("enable"), Some("true" | "1")) {
        if sessions.values().filter(|set| set.contains(&me)).count() >= MOST_WATCHED {
            return Reply::Error(
                406,
                "modify",
                "not-acceptable",
                "You watch too many people.",
            );
        }
        sessions.entry(watched).or_default().insert(me);
    } else if let Some(set) = sessions.get_mut(&watched) {
        set.remove(&me);
        if set.is_empty() {
            sessions.remove(&watched);
        }
    }
    Reply::Empty
}

/// Tells those who watch that a person came; `None` for the seconds means: is here.
pub(crate) fn tell(site: &Site, person: i64) {
    let watching: Vec<(i64, String)> = {
        let mut sessions = site.watchers.sessions();
        let Some(set) = sessions.get_mut(&person) else {
            return;
        };
        // Sessions that are over watch nobody.
        set.retain(|(user_id, resource)| {
            site.hub
                .of(*user_id)
                .iter()
                .any(|session| session.resource == *resource)
        });
        let watching = set.iter().cloned().collect();
        if set.is_empty() {
            sessions.remove(&person);
        }
        watching
    };
    for (user_id, resource) in watching {
        if site.hides(person, user_id) {
            continue;
        }
        for session in site.hub.of(user_id) {
            if session.resource == resource {
                // 0 seconds whether somebody comes or has just gone would say the same; so
                // one who has gone was last here a second ago.
                let seconds = if site.hub.is_online(person) { "0" } else { "1" };
                let push = Element::new("iq", ns::CLIENT)
                    .with("type", "result")
                    .with("id", site.ids.next(site.now() / 1000))
                    .with("from", site.bare_jid(person))
                    .with("to", session.jid.clone())
                    .with_child(Element::new("query", ns::LAST).with("seconds", seconds));
                session.deliver(&text(&push));
            }
        }
    }
}

/// Forgets what a session watched, when it is over.
pub(crate) fn forget(site: &Site, session: &Session) {
    let me = (session.user_id, session.resource.clone());
    site.watchers.sessions().retain(|_, set| {
        set.remove(&me);
        !set.is_empty()
    });
}
