//! Two of the sample people answer. Each is a session inside the server, so
//! that what they do goes the same way as what everybody does: a marker when a
//! message arrives, another when they read it, typing, and then an answer.
//!
//! They stay silent while somebody is logged in as them, never answer each
//! other, and have at most one answer under way in a conversation.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use kith_wire::xml::Element;
use kith_wire::xmpp::ns;
use rand::Rng;
use tokio_util::sync::CancellationToken;

use crate::chat::address::{Target, user_id};
use crate::chat::{self, Author, extra};
use crate::config::Answers;
use crate::demo::people::{CAST, SamplePerson};
use crate::demo::replies;
use crate::hub::{Outgoing, Session};
use crate::site::Site;

/// In a group one of them answers about every other message, unless it is a question.
const GROUP_CHANCE: f64 = 0.5;

/// Wakes those who answer.
pub(crate) fn start(site: &Arc<Site>, people: &[SamplePerson], answers: Answers) {
    if answers == Answers::Off {
        return;
    }
    let answering: Vec<(&'static str, i64)> = CAST
        .iter()
        .filter(|actor| actor.answers)
        .filter_map(|actor| {
            let person = people.iter().find(|person| person.login == actor.login)?;
            Some((actor.login, i64::try_from(person.user_id).ok()?))
        })
        .collect();
    let ids: Vec<i64> = answering.iter().map(|(_, id)| *id).collect();
    for (login, id) in answering {
        let session = site.hub.bind(id, &site.bare_jid(id), None, true);
        let others = ids.iter().copied().filter(|other| *other != id).collect();
        let person = Person {
            login,
            id,
            others,
            session,
            answers,
        };
        let site = Arc::clone(site);
        site.clone()
            .tasks
            .spawn(async move { person.live(site).await });
    }
}

/// One of them.
#[derive(Debug)]
struct Person {
    login: &'static str,
    id: i64,
    /// The others inside the server, who are not answered.
    others: Vec<i64>,
    session: Arc<Session>,
    answers: Answers,
}

/// A message that somebody wrote.
#[derive(Debug, Clone)]
struct Heard {
    id: String,
    dialog_id: String,
    from: i64,
    /// Where an answer goes.
    to: String,
    in_group: bool,
    text: String,
}

impl Person {
    async fn live(self, site: Arc<Site>) {
        let mut link = self.session.attach();
        // The answer under way in each conversation, and how many there were.
        let mut under_way: HashMap<String, (CancellationToken, usize)> = HashMap::new();
        let person = Arc::new(self);
        loop {
            let outgoing = tokio::select! {
                () = site.stop.cancelled() => return,
                outgoing = link.next() => outgoing,
            };
            let Some(Outgoing::Stanza(text)) = outgoing else {
                // A test cut the link; people inside the server have no cable to cut.
                if outgoing.is_none() {
                    link = person.session.attach();
                }
                continue;
            };
            let Some(heard) = Element::parse(text.lenient())
                .ok()
                .and_then(|stanza| person.hear(&stanza))
            else {
                continue;
            };
            if person.others.contains(&heard.from) || site.hub.has_visitors(person.id) {
                continue;
            }
            let entry = under_way.entry(heard.dialog_id.clone()).or_default();
            // Somebody who writes again before the answer came gets one answer, to the last.
            entry.0.cancel();
            entry.0 = site.stop.child_token();
            entry.1 += 1;
            let (cancelled, turn) = entry.clone();
            let (site, person) = (Arc::clone(&site), Arc::clone(&person));
            site.clone().tasks.spawn(async move {
                person.react(&site, &heard, turn, &cancelled).await;
            });
        }
    }

    /// A message that could be answered: somebody else's, with text, no copy and no echo.
    fn hear(&self, stanza: &Element) -> Option<Heard> {
        if stanza.local() != "message" || stanza.child("sent", ns::CARBONS).is_some() {
            return None;
        }
        let is_about_another = stanza.child("replace", ns::CORRECT).is_some()
            || stanza.child("remove", ns::DELETE).is_some();
        let text = stanza
            .child_text("body")
            .filter(|body| !body.is_empty() && !is_about_another)?;
        let from = stanza.attr("from")?;
        let in_group = stanza.attr("type") == Some("groupchat");
        let (author, to) = if in_group {
            let (room, nick) = from.split_once('/')?;
            (user_id(nick)?, room.to_owned())
        } else {
            let Target::User(author) = Target::read(Some(from)) else {
                return None;
            };
            (author, from.split('/').next()?.to_owned())
        };
        if author == self.id || matches!(stanza.attr("type"), Some("error" | "headline")) {
            return None;
        }
        Some(Heard {
            id: extra::get(stanza, "message_id")
                .or_else(|| stanza.attr("id").map(str::to_owned))?,
            dialog_id: extra::get(stanza, "dialog_id")?,
            from: author,
            to,
            in_group,
            text,
        })
    }

    async fn react(
        &self,
        site: &Arc<Site>,
        heard: &Heard,
        turn: usize,
        cancelled: &CancellationToken,
    ) {
        let kind = replies::kind(&heard.text);
        // Reading goes on when a newer message comes; only the answer waits for the last.
        tokio::time::sleep(self.pause(200, 600)).await;
        self.mark(site, heard, "received").await;
        tokio::time::sleep(self.pause(700, 1800)).await;
        self.mark(site, heard, "displayed").await;
        let is_named = heard.text.to_lowercase().contains(self.login);
        let wants = !heard.in_group
            || is_named
            || self.answers != Answers::Believable
            || rand::rng().random_bool(GROUP_CHANCE);
        if !wants || cancelled.is_cancelled() {
            return;
        }
        let answer = replies::reply(self.login, kind, turn);
        let typing = u64::try_from(answer.chars().count()).unwrap_or(0) * 45;
        let rest = async {
            tokio::time::sleep(self.pause(300, 1200)).await;
            self.state(site, heard, "composing").await;
            tokio::time::sleep(self.pause(900 + typing, 1500 + typing)).await;
        };
        tokio::select! {
            () = cancelled.cancelled() => return,
            () = rest => {}
        }
        let stanza = self
            .stanza(site, heard)
            .with_child(Element::new("body", ns::CLIENT).with_text(answer))
            .with_child(Element::new("markable", ns::MARKERS));
        let mut stanza = stanza;
        extra::set(
            &mut stanza,
            &[("save_to_history", "1"), ("dialog_id", &heard.dialog_id)],
        );
        self.send(site, stanza).await;
    }

    fn pause(&self, least: u64, most: u64) -> Duration {
        match self.answers {
            Answers::Every(pause) => pause,
            Answers::Believable => Duration::from_millis(rand::rng().random_range(least..=most)),
            Answers::Off => Duration::ZERO,
        }
    }

    /// Markers go to the author, in groups too.
    async fn mark(&self, site: &Arc<Site>, heard: &Heard, marker: &str) {
        let mut stanza = Element::new("message", ns::CLIENT)
            .with("type", "chat")
            .with("id", site.ids.next(site.now() / 1000))
            .with("to", site.bare_jid(heard.from))
            .with_child(Element::new(marker, ns::MARKERS).with("id", heard.id.clone()));
        extra::set(&mut stanza, &[("dialog_id", &heard.dialog_id)]);
        self.send(site, stanza).await;
    }

    async fn state(&self, site: &Arc<Site>, heard: &Heard, state: &str) {
        let stanza = self
            .stanza(site, heard)
            .with_child(Element::new(state, ns::CHAT_STATES));
        self.send(site, stanza).await;
    }

    fn stanza(&self, site: &Site, heard: &Heard) -> Element {
        Element::new("message", ns::CLIENT)
            .with("type", if heard.in_group { "groupchat" } else { "chat" })
            .with("id", site.ids.next(site.now() / 1000))
            .with("to", heard.to.clone())
    }

    async fn send(&self, site: &Arc<Site>, stanza: Element) {
        let author = Author {
            user_id: self.id,
            jid: self.session.jid.clone(),
            resource: Some(self.session.resource.clone()),
        };
        if let Err(refusal) = chat::take_now(site, &author, stanza).await {
            tracing::debug!(%refusal, "a sample person could not answer");
        }
    }
}
