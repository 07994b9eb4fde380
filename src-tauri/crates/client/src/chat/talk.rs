//! What the task does with stanzas, of others and of its own.

use std::panic::AssertUnwindSafe;

use futures::FutureExt;
use kith_wire::xml::Element;
use kith_wire::xmpp::{Iq, IqKind, StanzaError, ns};
use tokio_xmpp::Stanza;

use super::NotConnected;
use super::stanza;
use super::task::{State, Task};
use super::window::{Fate, Followed};
use crate::{Link, Outgoing, ServerEvent};

impl Task {
    /// A stanza arrived.
    pub(super) async fn take(&mut self, stanza: &Stanza) {
        let Some(element) = stanza::to_element(stanza) else {
            tracing::warn!("a stanza cannot be read and is left out");
            return;
        };
        match stanza {
            Stanza::Message(_) => self
                .outbox
                .extend(self.account.event(&element, self.clock.now())),
            Stanza::Iq(_) => {
                let Some(iq) = Iq::read(&element) else { return };
                match iq.kind {
                    IqKind::Get | IqKind::Set => {
                        let is_ping = iq
                            .payload
                            .as_ref()
                            .is_some_and(|payload| payload.is("ping", ns::PING));
                        let answer = if is_ping {
                            iq.result(None)
                        } else {
                            iq.failure(StanzaError::new(503, "Kith does not do this."))
                        };
                        let _ = self.hand_over(&answer.write(), None).await;
                    }
                    IqKind::Result | IqKind::Error => self.answered(&iq).await,
                }
            }
            Stanza::Presence(_) => {}
        }
    }

    /// An answer, or what looks like one: the platform tells of people who come
    /// and go in answers to nothing (`protocol/xmpp.md` §13).
    async fn answered(&mut self, iq: &Iq) {
        if matches!(&self.state, State::Greeting { id, .. } if *id == iq.id) {
            self.up(Link::Fresh).await;
            return;
        }
        let me = self.account.connection.bare_jid(self.account.me);
        if self.questions.close(iq, &me) || iq.kind == IqKind::Error {
            return;
        }
        if let Some((who, activity)) = self.account.activity(iq, self.clock.now()) {
            self.outbox
                .push_back(ServerEvent::Activity { who, activity });
        }
    }

    pub(super) async fn send(&mut self, outgoing: &Outgoing) -> Result<(), NotConnected> {
        if !self.is_up() {
            return Err(NotConnected);
        }
        let id = self.new_id();
        let element = self.account.stanza(outgoing, &id);
        let followed = match outgoing {
            Outgoing::Message(message) => Some(Followed::Message(message.id.clone())),
            Outgoing::Edit { number, .. } => Some(Followed::Edit(*number)),
            Outgoing::Remove { .. }
            | Outgoing::Marker { .. }
            | Outgoing::Typing { .. }
            | Outgoing::System { .. } => None,
        };
        self.hand_over(&element, followed).await
    }

    /// Puts a stanza into the stream's queue, which has room for it.
    pub(super) async fn hand_over(
        &mut self,
        element: &Element,
        followed: Option<Followed>,
    ) -> Result<(), NotConnected> {
        let Some(stanza) = stanza::from_element(element) else {
            tracing::error!("a stanza of ours cannot be written");
            return Err(NotConnected);
        };
        // The library panics when its worker has died.
        let sending = AssertUnwindSafe(self.stream.stream.send(Box::new(stanza)));
        match sending.catch_unwind().await {
            Ok(token) if self.is_managed => {
                self.window.push(followed, token);
                Ok(())
            }
            Ok(_) => {
                // Of a message it is looked up; an edit is taken to be there.
                let is_edit = matches!(followed, Some(Followed::Edit(_)));
                self.tell_fates(followed.and_then(|followed| followed.fate(is_edit)));
                Ok(())
            }
            Err(_) => Err(NotConnected),
        }
    }

    pub(super) fn tell_fates(&mut self, fates: impl IntoIterator<Item = Fate>) {
        self.outbox.extend(fates.into_iter().map(ServerEvent::from));
    }

    /// An id that is never a message's.
    pub(super) fn new_id(&mut self) -> String {
        self.n_ids += 1;
        format!("kith-{}", self.n_ids)
    }
}
