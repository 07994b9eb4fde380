//! One connection of a logged-in session: what comes in is counted, done and
//! acknowledged in order; what goes out is written in batches.

use std::sync::Arc;
use std::time::Duration;

use kith_wire::xml::{Element, MAX_DEPTH};
use kith_wire::xmpp::ns;
use tokio::time::{Instant, MissedTickBehavior};

use crate::chat::fanout::text;
use crate::db::{offline, users};
use crate::estate::Estate;
use crate::hub::{Attached, Ending, Outgoing, RESUME, Session};
use crate::site::Site;
use crate::xmpp::flight::Flight;
use crate::xmpp::login::{self, LoggedIn};
use crate::xmpp::transport::{Input, Transport};
use crate::xmpp::{MOST_STANZA, errors, iq, presence, watch};

/// How often a silent connection is kept awake.
const KEEP_ALIVE: Duration = Duration::from_secs(30);
/// A client that takes nothing for this long is gone.
const WRITE: Duration = Duration::from_secs(30);
/// So many stanzas are written at once, at most.
const BATCH: usize = 64;
/// So many messages of one connection wait for their commit together, at most.
const MOST_IN_FLIGHT: usize = 64;

/// How a connection ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum End {
    /// The client said goodbye: nothing to resume.
    Goodbye,
    /// The server ends, and has said so.
    Stopping,
    /// It broke.
    Broken,
}

/// Serves a connection from the first byte to the last.
pub(crate) async fn serve<T: Transport>(estate: &Arc<Estate>, mut wire: T) {
    let Some(logged_in) = login::log_in(estate, &mut wire).await else {
        return;
    };
    let LoggedIn {
        site,
        session,
        mut link,
    } = logged_in;
    let site = &site;
    if site.hub.sessions_of(session.user_id) == 1 {
        watch::tell(site, session.user_id);
    }
    let end = carry(site, &mut wire, &session, &mut link).await;
    // Whoever said goodbye is told so when nothing of the session is left: what
    // comes for them from then on waits for their return.
    let farewell = (end == End::Goodbye).then_some(wire);
    match site.hub.detach(&session, &link, end != End::Broken) {
        Ending::NotMine => {}
        Ending::Over => forget(site, &session),
        Ending::LastOver => left(site, &session).await,
        Ending::Waits => {
            let waiting = Arc::clone(site);
            site.tasks.spawn(async move {
                tokio::select! {
                    () = waiting.stop.cancelled() => {}
                    () = tokio::time::sleep(RESUME) => {
                        match waiting.hub.give_up(&session, &link) {
                            Ending::LastOver => left(&waiting, &session).await,
                            Ending::Over => forget(&waiting, &session),
                            Ending::NotMine | Ending::Waits => {}
                        }
                    }
                }
            });
        }
    }
    if let Some(mut wire) = farewell {
        let _ = tokio::time::timeout(WRITE, wire.close()).await;
    }
}

/// What was remembered for a session that is over.
fn forget(site: &Site, session: &Session) {
    watch::forget(site, session);
    site.blocks.forget(session);
}

/// The last session of a person ended: remember when, for "last seen", and what had been
/// sent to it and never arrived.
async fn left(site: &Arc<Site>, session: &Session) {
    let user_id = session.user_id;
    forget(site, session);
    let now = site.now();
    let left_over = session.left_over();
    let noted = async {
        let mut turn = site.db.turn().await?;
        let mut tx = turn.begin().await?;
        users::seen(&mut tx, user_id, now).await?;
        offline::keep_again(&mut tx, user_id, &left_over, now).await?;
        tx.commit().await
    };
    if let Err(error) = noted.await {
        tracing::warn!(%error, "when somebody was last seen could not be noted");
    }
    watch::tell(site, user_id);
}

async fn carry<T: Transport>(
    site: &Arc<Site>,
    wire: &mut T,
    session: &Arc<Session>,
    link: &mut Attached,
) -> End {
    let mut awake = tokio::time::interval_at(Instant::now() + KEEP_ALIVE, KEEP_ALIVE);
    awake.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let kill = link.kill.clone();
    loop {
        tokio::select! {
            () = kill.cancelled() => return End::Broken,
            () = site.stop.cancelled() => {
                let reason = ("system-shutdown", "The server is ending.");
                let goodbye = login::leave(wire, Some(reason));
                let _ = tokio::time::timeout(Duration::from_secs(1), goodbye).await;
                return End::Stopping;
            }
            outgoing = link.next() => {
                let Some(first) = outgoing else { return End::Broken };
                if !write(wire, session, link, first).await {
                    return End::Broken;
                }
            }
            input = wire.next() => {
                let _turn = session.turn.lock().await;
                if kill.is_cancelled() {
                    // Another connection has the session; it gets this again.
                    return End::Broken;
                }
                let mut flight = Flight::new(site, session);
                let mut input = Some(input);
                while let Some(next) = input.take() {
                    if let Some(end) = take(&mut flight, wire, site, session, next).await {
                        return end;
                    }
                    if flight.len() < MOST_IN_FLIGHT {
                        input = wire.next_now();
                    }
                }
                flight.land().await;
            }
            _ = awake.tick() => {
                match tokio::time::timeout(WRITE, wire.keep_alive()).await {
                    Ok(Ok(())) => {}
                    Ok(Err(_)) | Err(_) => return End::Broken,
                }
            }
        }
    }
}

/// Writes what is there, and asks the client to acknowledge it so that the queue shrinks.
async fn write<T: Transport>(
    wire: &mut T,
    session: &Session,
    link: &mut Attached,
    first: Outgoing,
) -> bool {
    let mut batch = Vec::new();
    let mut has_stanza = false;
    let mut next = Some(first);
    while let Some(outgoing) = next {
        match outgoing {
            Outgoing::Stanza(text) => {
                has_stanza = true;
                batch.push(text);
            }
            Outgoing::Nonza(text) => batch.push(text),
        }
        next = if batch.len() < BATCH {
            link.next_now()
        } else {
            None
        };
    }
    if has_stanza && session.is_managed() && session.is_waiting() {
        batch.push(text(&Element::new("r", ns::SM)));
    }
    matches!(
        tokio::time::timeout(WRITE, wire.send(&batch)).await,
        Ok(Ok(()))
    )
}

/// Does what came in says, or begins to; tells whether that is the end.
async fn take<T: Transport>(
    flight: &mut Flight<'_>,
    wire: &mut T,
    site: &Arc<Site>,
    session: &Arc<Session>,
    input: Input,
) -> Option<End> {
    let element = match input {
        Input::Element(element) => element,
        other => {
            flight.land().await;
            return odd(wire, session, other).await;
        }
    };
    if element.local() == "message" && element.ns != ns::SM {
        flight.message(element).await;
        return None;
    }
    if element.is("r", ns::SM) {
        flight.request();
        return None;
    }
    // Whatever else it is has its place behind the messages before it.
    flight.land().await;
    if element.ns == ns::SM {
        manage(site, session, &element);
        return None;
    }
    match element.local() {
        "presence" => presence::take(site, session, &element).await,
        "iq" => iq::take(site, session, &element).await,
        _ => return None,
    }
    // Counted after it is done.
    session.count_received();
    None
}

/// Takes what is no element.
async fn odd<T: Transport>(wire: &mut T, session: &Session, input: Input) -> Option<End> {
    match input {
        Input::Oversized(head) => too_large(session, &head),
        Input::Garbled(text) => garbled(session, &text),
        Input::Open | Input::Element(_) => {}
        Input::Close => {
            return Some(End::Goodbye);
        }
        Input::Gone(condition) => {
            let reason = condition.map(|condition| (condition, "This cannot be read."));
            login::leave(wire, reason).await;
            return Some(End::Broken);
        }
    }
    None
}

/// Stream management (XEP-0198 §3 and §4), but for `<r/>`.
fn manage(site: &Arc<Site>, session: &Arc<Session>, element: &Element) {
    match element.local() {
        "enable" if session.is_managed() => {
            // Starting to count again would lose what waits.
            let failed = Element::new("failed", ns::SM)
                .with("h", session.received().to_string())
                .with_child(Element::new("unexpected-request", ns::STANZA_ERRORS));
            session.tell(text(&failed));
        }
        "enable" => {
            let wants_resume = matches!(element.attr("resume"), Some("true" | "1"));
            let id = site.hub.manage(session, wants_resume);
            let mut enabled = Element::new("enabled", ns::SM);
            if let Some(id) = id {
                enabled.set("id", id);
                enabled.set("resume", "true");
                enabled.set("max", RESUME.as_secs().to_string());
            }
            session.tell(text(&enabled));
        }
        "a" => {
            if let Some(h) = element.attr("h").and_then(|h| h.parse().ok()) {
                session.acknowledge(h);
            }
        }
        _ => {}
    }
}

fn too_large(session: &Session, head: &Element) {
    let words = format!(
        "A message can have at most {} KiB altogether, and {MAX_DEPTH} elements inside each other.",
        MOST_STANZA / 1024
    );
    let error = errors::answer(
        head,
        Some(&session.jid),
        406,
        "modify",
        "not-acceptable",
        &words,
    );
    session.count_received();
    session.deliver(&text(&error));
}

/// A frame that is no XML is answered as far as its first tag can be read; nobody's
/// connection ends over it.
fn garbled(session: &Session, frame: &str) {
    let head = Element::parse_head(frame)
        .ok()
        .filter(|head| matches!(head.local(), "message" | "presence" | "iq"))
        .unwrap_or_else(|| Element::new("message", ns::CLIENT));
    session.count_received();
    let words = "This is not well-formed XML.";
    let error = errors::answer(
        &head,
        Some(&session.jid),
        400,
        "modify",
        "bad-request",
        words,
    );
    session.deliver(&text(&error));
}
