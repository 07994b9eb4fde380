//! Questions to the server over the stream, and their answers
//! (`protocol/xmpp.md` §13, §14).
//!
//! The library keeps no account of them, so the task does: an answer is
//! believed only if it has the question's id and comes from whom was asked,
//! because ids can be guessed and anybody can send the form of an answer.

use std::collections::HashMap;
use std::time::Duration;

use kith_model::{DialogId, UserId};
use kith_wire::xml::Element;
use kith_wire::xmpp::{
    ClientState, Iq, IqKind, LastActivity, Online, Subscription, bare, domain, ping,
};
use thiserror::Error;
use tokio::sync::oneshot;
use tokio::time::{Instant, timeout};

use super::Chat;
use super::task::{Order, Parcel, Task};
use crate::Activity;

/// An answer comes in this time, or not.
const ANSWER_WITHIN: Duration = Duration::from_secs(15);

/// Why a question over the stream has no answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum AskError {
    /// There is no link, or it broke meanwhile.
    #[error("there is no link")]
    NotConnected,
    /// The answer did not come in time.
    #[error("the answer did not come in time")]
    TimedOut,
    /// The server says no, with this legacy code (`protocol/xmpp.md` §16).
    #[error("the server refuses with code {0}")]
    Refused(u16),
    /// What was answered is no answer to the question.
    #[error("the answer cannot be read")]
    NotAnAnswer,
}

pub(super) type Answer = Result<Option<Element>, AskError>;

/// What to ask.
#[derive(Debug)]
pub(super) struct Question {
    pub(super) kind: IqKind,
    /// A bare address; nobody means the server.
    pub(super) to: Option<String>,
    pub(super) payload: Element,
}

/// A question that waits for its answer.
#[derive(Debug)]
struct Open {
    to: Option<String>,
    done: oneshot::Sender<Answer>,
}

/// Questions that wait, by id.
#[derive(Debug, Default)]
pub(super) struct Questions(HashMap<String, Open>);

impl Questions {
    pub(super) fn open(&mut self, id: String, to: Option<String>, done: oneshot::Sender<Answer>) {
        // Whoever does not wait any more is forgotten.
        self.0.retain(|_, open| !open.done.is_closed());
        self.0.insert(id, Open { to, done });
    }

    /// Takes an answer; whether it was one.
    pub(super) fn close(&mut self, iq: &Iq, me: &str) -> bool {
        let Some(open) = self.0.get(&iq.id) else {
            return false;
        };
        if !is_from(iq.from.as_deref(), open.to.as_deref(), me) {
            tracing::warn!("an answer from somebody who was not asked is not believed");
            return true;
        }
        if let Some(open) = self.0.remove(&iq.id) {
            let answer = match &iq.error {
                Some(error) => Err(AskError::Refused(error.code)),
                None if iq.kind == IqKind::Error => Err(AskError::Refused(0)),
                None => Ok(iq.payload.clone()),
            };
            let _ = open.done.send(answer);
        }
        true
    }

    /// The session is gone, and nobody will answer.
    pub(super) fn give_up(&mut self) {
        for (_, open) in self.0.drain() {
            let _ = open.done.send(Err(AskError::NotConnected));
        }
    }
}

/// Whether an answer comes from whom was asked. The server answers for itself
/// in its own name, in that of the account, or in none.
fn is_from(from: Option<&str>, to: Option<&str>, me: &str) -> bool {
    match (from, to) {
        (Some(from), Some(to)) => bare(from) == to,
        (Some(from), None) => bare(from) == me || from == domain(me),
        (None, to) => to.is_none_or(|to| to == me || to == domain(me)),
    }
}

impl Task {
    /// Hands a question to the stream.
    pub(super) async fn ask(&mut self, question: Question, done: oneshot::Sender<Answer>) {
        if !self.is_up() {
            let _ = done.send(Err(AskError::NotConnected));
            return;
        }
        let id = self.new_id();
        let iq = Iq {
            to: question.to.clone(),
            ..Iq::new(question.kind, &id, Some(question.payload))
        };
        self.questions.open(id, question.to, done);
        if self.hand_over(&iq.write(), None).await.is_err() {
            self.questions.give_up();
        }
    }

    /// Tells the server whether anybody looks. Nobody waits for the answer.
    pub(super) async fn tell_activity(&mut self) {
        if !self.is_up() {
            return;
        }
        let state = ClientState {
            is_active: self.is_active,
        };
        let iq = Iq::new(IqKind::Set, self.new_id(), Some(state.write()));
        let _ = self.hand_over(&iq.write(), None).await;
    }
}

impl Chat {
    /// Asks and waits.
    pub(super) async fn question(&self, question: Question) -> Answer {
        let (done, answer) = oneshot::channel();
        let asking = async {
            self.parcels
                .send(Parcel::Question(question, done))
                .await
                .map_err(|_| AskError::NotConnected)?;
            answer.await.unwrap_or(Err(AskError::NotConnected))
        };
        timeout(ANSWER_WITHIN, asking)
            .await
            .unwrap_or(Err(AskError::TimedOut))
    }

    /// When somebody was last here (XEP-0012).
    ///
    /// # Errors
    /// [`AskError::Refused`] when the server does not tell, as of somebody who
    /// blocks this account.
    pub async fn last_activity(&self, who: UserId) -> Result<Activity, AskError> {
        let to = self.account.connection.bare_jid(who);
        let answer = self
            .question(Question {
                kind: IqKind::Get,
                to: Some(to),
                payload: LastActivity::default().write(),
            })
            .await?;
        let seconds = answer
            .as_ref()
            .and_then(LastActivity::read)
            .and_then(|last| last.seconds)
            .ok_or(AskError::NotAnAnswer)?;
        Ok(crate::convert::activity(seconds, self.clock.now()))
    }

    /// Who of a dialog is here now (XEP-0030 §4, `protocol/xmpp.md` §12).
    ///
    /// # Errors
    /// [`AskError::Refused`] when there is no such dialog, or this account is
    /// not in it.
    pub async fn online_in(&self, dialog: &DialogId) -> Result<Vec<UserId>, AskError> {
        let answer = self
            .question(Question {
                kind: IqKind::Get,
                to: Some(self.account.room(dialog)),
                payload: Online::question(),
            })
            .await?;
        let online = answer
            .as_ref()
            .and_then(Online::read)
            .ok_or(AskError::NotAnAnswer)?;
        Ok(online.users.into_iter().map(UserId).collect())
    }

    /// Begins or stops to tell when somebody comes and goes
    /// ([`crate::ServerEvent::Activity`]). It ends with the session: after a
    /// fresh link it has to be asked for again.
    ///
    /// # Errors
    /// When the server does not do it.
    pub async fn watch(&self, who: UserId, on: bool) -> Result<(), AskError> {
        let subscription = Subscription {
            user_jid: self.account.connection.bare_jid(who),
            enable: on,
        };
        self.set(subscription.write()).await
    }

    /// Says whether anybody looks at Kith. A session that nobody looks at is
    /// told of messages by push, where there is push. It holds for the sessions
    /// to come as well.
    pub fn set_active(&self, is_active: bool) {
        let _ = self.orders.send(Order::Active(is_active));
    }

    /// Asks the server whether it is there, and tells how long that took.
    ///
    /// # Errors
    /// When nothing comes back.
    pub async fn ping(&self) -> Result<Duration, AskError> {
        let since = Instant::now();
        let question = Question {
            kind: IqKind::Get,
            to: Some(self.account.connection.chat_domain.clone()),
            payload: ping(),
        };
        match self.question(question).await {
            // Whoever refuses is there.
            Ok(_) | Err(AskError::Refused(_)) => Ok(since.elapsed()),
            Err(error) => Err(error),
        }
    }

    /// An order to the server whose answer says nothing.
    pub(super) async fn set(&self, payload: Element) -> Result<(), AskError> {
        let question = Question {
            kind: IqKind::Set,
            to: None,
            payload,
        };
        self.question(question).await.map(drop)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_who_was_asked_answers() {
        let me = "11-100@c";
        for (from, to, is_believed) in [
            (None, None, true),
            (Some("c"), None, true),
            (Some("11-100@c/r"), None, true),
            (Some("22-100@c/r"), None, false),
            (Some("22-100@c"), Some("22-100@c"), true),
            (Some("22-100@c/r"), Some("22-100@c"), true),
            (Some("33-100@c"), Some("22-100@c"), false),
            (None, Some("22-100@c"), false),
            (None, Some("c"), true),
            (Some("c"), Some("c"), true),
        ] {
            assert_eq!(is_from(from, to, me), is_believed, "{from:?} for {to:?}");
        }
    }
}
