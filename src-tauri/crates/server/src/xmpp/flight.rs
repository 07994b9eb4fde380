//! What one connection has sent and is not done yet. Messages that arrived
//! together wait for one commit together; they are counted and answered in the
//! order in which they came.

use std::collections::VecDeque;
use std::sync::Arc;

use futures::future::BoxFuture;
use kith_wire::xml::Element;
use kith_wire::xmpp::ns;

use crate::chat::fanout::text;
use crate::chat::{self, Author, Refusal, Taking};
use crate::hub::Session;
use crate::site::Site;
use crate::xmpp::errors;

/// Something in flight.
enum Leg {
    /// A message, and what an error would need of it.
    Message(BoxFuture<'static, Result<(), Refusal>>, Element),
    /// The client wants to know how far the server is (XEP-0198 §4).
    Request,
}

/// What one connection has sent and is not done yet.
pub(super) struct Flight<'a> {
    site: &'a Arc<Site>,
    session: &'a Arc<Session>,
    legs: VecDeque<Leg>,
}

impl<'a> Flight<'a> {
    /// Nothing so far.
    pub(super) fn new(site: &'a Arc<Site>, session: &'a Arc<Session>) -> Self {
        Self {
            site,
            session,
            legs: VecDeque::new(),
        }
    }

    /// How much is in flight.
    pub(super) fn len(&self) -> usize {
        self.legs.len()
    }

    /// Takes a message on board.
    pub(super) async fn message(&mut self, stanza: Element) {
        let author = Author {
            user_id: self.session.user_id,
            jid: self.session.jid.clone(),
            resource: Some(self.session.resource.clone()),
        };
        let head = head(&stanza);
        match chat::take(self.site, &author, stanza) {
            Taking::Queued(doing) => self.legs.push_back(Leg::Message(doing, head)),
            Taking::Over(result) => {
                self.land().await;
                self.done(result, &head);
            }
            Taking::InPlace(doing) => {
                self.land().await;
                let result = doing.await;
                self.done(result, &head);
            }
        }
    }

    /// Answers `<r/>` behind everything before it.
    pub(super) fn request(&mut self) {
        if self.legs.is_empty() {
            self.acknowledge();
        } else {
            self.legs.push_back(Leg::Request);
        }
    }

    /// Waits until everything is done.
    pub(super) async fn land(&mut self) {
        while let Some(leg) = self.legs.pop_front() {
            match leg {
                Leg::Message(doing, head) => {
                    let result = doing.await;
                    self.done(result, &head);
                }
                Leg::Request => self.acknowledge(),
            }
        }
    }

    fn done(&self, result: Result<(), Refusal>, head: &Element) {
        if let Err(refusal) = result {
            let error = errors::refusal(head, &self.session.jid, &refusal);
            self.session.deliver(&text(&error));
        }
        // Counted after it is done: what is acknowledged is stored.
        self.session.count_received();
    }

    fn acknowledge(&self) {
        let switches = &self.site.switches;
        if switches.swallows_acks() {
            return;
        }
        let a = Element::new("a", ns::SM).with("h", self.session.received().to_string());
        if switches.reorders_acks() {
            self.session.hold_ack(text(&a));
            if !switches.reorders_acks() {
                // Taken back meanwhile: nothing must be left behind.
                self.session.let_acks_go();
            }
        } else {
            self.session.tell(text(&a));
        }
    }
}

/// What an error needs of the stanza it answers.
fn head(stanza: &Element) -> Element {
    let mut head = Element::new(stanza.name.clone(), stanza.ns.clone());
    head.attributes.clone_from(&stanza.attributes);
    if let Some(body) = stanza.child_named("body") {
        head.push(body.clone());
    }
    head
}
