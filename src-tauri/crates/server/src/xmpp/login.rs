//! From the first byte to a bound or resumed session (`protocol/xmpp.md` §2).

use std::sync::Arc;
use std::time::Duration;

use kith_wire::xml::Element;
use kith_wire::xmpp::ns;
use tokio::time::Instant;

use crate::chat::fanout::text;
use crate::estate::Estate;
use crate::hub::{Attached, Session};
use crate::random;
use crate::site::Site;
use crate::xmpp::transport::{Input, Transport};
use crate::xmpp::{errors, sasl};

/// Somebody who has not logged in after this long is sent away. The SDK keeps a stream
/// open after a wrong password until its app thinks of something, so it is not short.
const PATIENCE: Duration = Duration::from_secs(300);
/// So many wrong passwords on one connection.
const MOST_ATTEMPTS: u32 = 8;

/// A session with its connection.
#[derive(Debug)]
pub(crate) struct LoggedIn {
    pub(crate) site: Arc<Site>,
    pub(crate) session: Arc<Session>,
    pub(crate) link: Attached,
}

/// Brings a stream to a session. None when it ended before.
pub(crate) async fn log_in<T: Transport>(estate: &Arc<Estate>, wire: &mut T) -> Option<LoggedIn> {
    let server = estate.first();
    let until = Instant::now() + PATIENCE;
    let mut known: Option<(Arc<Site>, i64)> = None;
    let mut attempts = 0;
    loop {
        let input = tokio::select! {
            () = server.stop.cancelled() => {
                leave(wire, Some(("system-shutdown", "The server is ending."))).await;
                return None;
            }
            () = tokio::time::sleep_until(until) => {
                leave(wire, Some(("connection-timeout", "Nobody logged in."))).await;
                return None;
            }
            input = wire.next() => input,
        };
        let element = match input {
            Input::Open => {
                wire.open(&server.identity.chat_domain, &random::hex_token(8))
                    .await
                    .ok()?;
                wire.send(&[text(&features(known.is_some()))]).await.ok()?;
                continue;
            }
            Input::Element(element) => element,
            Input::Garbled(_) => continue,
            Input::Oversized(_) => {
                leave(wire, Some(("policy-violation", "Log in first."))).await;
                return None;
            }
            Input::Close => {
                wire.close().await;
                return None;
            }
            Input::Gone(condition) => {
                leave(
                    wire,
                    condition.map(|condition| (condition, "This cannot be read.")),
                )
                .await;
                return None;
            }
        };
        if element.is("auth", ns::SASL) && known.is_none() {
            match sasl::check(estate, &element).await {
                Ok(who) => {
                    known = Some(who);
                    let success = Element::new("success", ns::SASL);
                    wire.send(&[text(&success)]).await.ok()?;
                }
                Err(denied) => {
                    // The stream stays open: a closed one makes the SDK try the same
                    // password for ever.
                    wire.send(&[text(&denied.answer())]).await.ok()?;
                    attempts += 1;
                    if attempts >= MOST_ATTEMPTS {
                        leave(wire, Some(("policy-violation", "Too many attempts."))).await;
                        return None;
                    }
                }
            }
            continue;
        }
        if let Some((site, id)) = &known {
            if let Some(logged_in) = bind(site, wire, *id, &element).await {
                return Some(logged_in);
            }
            if let Some(logged_in) = resume(site, wire, *id, &element).await {
                return Some(logged_in);
            }
            if element.is("resume", ns::SM) || is_bind(&element) {
                continue;
            }
        }
        if matches!(element.local(), "message" | "presence" | "iq") {
            let words = "You must authenticate session first, before you can send any message or \
                         presence packet.";
            let error = errors::answer(&element, None, 401, "auth", "not-authorized", words);
            wire.send(&[text(&error)]).await.ok()?;
        }
    }
}

/// Ends a stream, with a reason if there is one.
pub(crate) async fn leave<T: Transport>(wire: &mut T, reason: Option<(&str, &str)>) {
    if let Some((condition, words)) = reason {
        let _ = wire.send(&[text(&errors::stream(condition, words))]).await;
        wire.close().await;
    }
}

/// What the stream offers next. Never ANONYMOUS, SCRAM or SASL2: the SDK would take them.
fn features(is_authenticated: bool) -> Element {
    let features = Element::new("stream:features", ns::STREAM).with("xmlns:stream", ns::STREAM);
    if !is_authenticated {
        let plain = Element::new("mechanism", ns::SASL).with_text("PLAIN");
        return features.with_child(Element::new("mechanisms", ns::SASL).with_child(plain));
    }
    let session =
        Element::new("session", ns::SESSION).with_child(Element::new("optional", ns::SESSION));
    features
        .with_child(Element::new("bind", ns::BIND))
        .with_child(session)
        .with_child(Element::new("sm", ns::SM))
}

fn is_bind(element: &Element) -> bool {
    element.local() == "iq" && element.child("bind", ns::BIND).is_some()
}

async fn bind<T: Transport>(
    site: &Arc<Site>,
    wire: &mut T,
    user_id: i64,
    element: &Element,
) -> Option<LoggedIn> {
    if !is_bind(element) || element.attr("type") != Some("set") {
        return None;
    }
    let wish = element
        .child("bind", ns::BIND)
        .and_then(|bind| bind.child_text("resource"));
    let session = site.hub.bind(
        user_id,
        &site.bare_jid(user_id),
        wish.as_deref().map(str::trim),
        false,
    );
    let link = session.attach();
    let bound = Element::new("bind", ns::BIND)
        .with_child(Element::new("jid", ns::BIND).with_text(session.jid.clone()));
    let answer = Element::new("iq", ns::CLIENT)
        .with("type", "result")
        .with_some("id", element.attr("id"))
        .with("to", session.jid.clone())
        .with_child(bound);
    // What other people send from here on waits in the link, behind this answer.
    if wire.send(&[text(&answer)]).await.is_err() {
        site.hub.detach(&session, &link, true);
        return None;
    }
    let site = Arc::clone(site);
    Some(LoggedIn {
        site,
        session,
        link,
    })
}

async fn resume<T: Transport>(
    site: &Arc<Site>,
    wire: &mut T,
    user_id: i64,
    element: &Element,
) -> Option<LoggedIn> {
    if !element.is("resume", ns::SM) {
        return None;
    }
    let id = element.attr("previd").unwrap_or_default();
    let h = element.attr("h").and_then(|h| h.parse().ok()).unwrap_or(0);
    match site.hub.resumable(id, user_id) {
        Ok(session) => {
            let turn = session.turn.lock().await;
            let link = session.resume(h, |received| {
                Element::new("resumed", ns::SM)
                    .with("previd", id)
                    .with("h", received.to_string())
                    .to_xml()
            });
            drop(turn);
            let site = Arc::clone(site);
            Some(LoggedIn {
                site,
                session,
                link,
            })
        }
        Err(h) => {
            // Some clients cannot read an answer without `h`, and then loop.
            let failed = Element::new("failed", ns::SM)
                .with("h", h.to_string())
                .with_child(Element::new("item-not-found", ns::STANZA_ERRORS));
            let _ = wire.send(&[text(&failed)]).await;
            None
        }
    }
}
