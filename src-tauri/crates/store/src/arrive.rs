//! How messages come in.
//!
//! A message has one id, so that whatever arrives again (as an echo, as a
//! page of history, after a resend) meets its own row and is merged into it:
//! the state is the higher of the two, the time is the server's, the text is
//! that of the later edit.

use std::collections::BTreeSet;

use kith_model::{Delivery, Message, Properties, Timestamp, UserId};

use crate::message::to_json;
use crate::person::number;
use crate::waiting::Awaits;
use crate::write::list;
use crate::{Fate, Step, StoreError, StoredMessage, Write};

/// What became of a message that came in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Put {
    /// It was not here before.
    New,
    /// It was here, and something about it is different now.
    Merged,
    /// It was here, and nothing is new.
    Known,
    /// Its id belongs to another message, so it is not believed.
    Foreign,
}

/// A message that came in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Taken {
    /// What became of it.
    pub put: Put,
    /// Whether its dialog is known and in the list.
    pub is_listed: bool,
}

impl Write {
    /// Takes in a message as the server tells it, over either half of the
    /// platform, for the first time or again. One that was taken away does not
    /// come back.
    ///
    /// # Errors
    /// When the disk does not take it.
    pub async fn put(&mut self, news: &Message) -> Result<Put, StoreError> {
        Ok(self.take(news).await?.put)
    }

    /// As [`Write::put`], and says where the message came to.
    ///
    /// # Errors
    /// When the disk does not take it.
    pub async fn take(&mut self, news: &Message) -> Result<Taken, StoreError> {
        let (held, awaits) = self.met(news).await?;
        if !awaits.has_dialog {
            // It came before its dialog.
            self.later("INSERT INTO dialog (id) VALUES (?)")
                .bind(news.dialog_id.as_str());
        }
        Ok(Taken {
            put: self.merge_or_insert(held, awaits, news).await?,
            is_listed: awaits.is_listed,
        })
    }

    async fn merge_or_insert(
        &mut self,
        held: Option<StoredMessage>,
        awaits: Awaits,
        news: &Message,
    ) -> Result<Put, StoreError> {
        let put = match held {
            None => {
                if awaits.is_gone {
                    return Ok(Put::Known);
                }
                self.insert(news).await?;
                // What an answer brings is judged as a whole (`put_answer`).
                if awaits.is_passed && news.sender != self.me && self.asked_at.is_none() {
                    self.are_late(&news.dialog_id, &list(&[&news.id])).await?;
                }
                self.apply_what_waited(news, awaits).await?;
                if awaits.changes && self.is_gone(&news.id).await? {
                    // Its removal came before it.
                    return Ok(Put::Known);
                }
                if awaits.leaves_plain(news) && self.asked_at.is_none() {
                    let names_me = self.is_named(news.sender, &news.properties);
                    let row = StoredMessage::plain(news.clone(), self.told(news), names_me);
                    self.changes.know(row);
                }
                Put::New
            }
            Some(old)
                if old.message.sender != news.sender || old.message.dialog_id != news.dialog_id =>
            {
                tracing::warn!(message = %news.id, "two messages with one id; the first one stays");
                return Ok(Put::Foreign);
            }
            Some(old) => self.merge(&old, news).await?,
        };
        if news.sender != self.me && news.read_by.contains(&self.me) {
            self.advance_pointer(&news.dialog_id, &news.place()).await?;
        }
        Ok(put)
    }

    async fn insert(&mut self, news: &Message) -> Result<(), StoreError> {
        let state = self.told(news);
        let is_own = news.sender == self.me;
        let names_me = self.is_named(news.sender, &news.properties);
        let as_of = self.asked_at.map_or(0, Timestamp::millis);
        self.later(
            "INSERT INTO message (id, dialog_id, sender_id, is_own, body, sent_at, edited_at, state,
                                  attachments, properties, reactions, stored_at, updated_at,
                                  destroy_after, is_silent, in_history, mentions_me, views, as_of)
             VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        )
        .bind(news.id.as_str())
        .bind(news.dialog_id.as_str())
        .bind(number(news.sender))
        .bind(is_own)
        .bind(&news.body)
        .bind(news.sent_at.seconds())
        .bind(news.edited_at.map(Timestamp::millis))
        .bind(state.rank())
        .bind(to_json(&news.attachments))
        .bind(to_json(&news.properties))
        .bind(to_json(&news.reactions.as_deref().unwrap_or_default()))
        .bind(news.stored_at.map(Timestamp::millis))
        .bind(news.updated_at.map(Timestamp::millis))
        .bind(news.destroy_after)
        .bind(news.is_silent)
        .bind(news.is_in_history && news.destroy_after.is_none())
        .bind(names_me)
        .bind(news.views)
        .bind(as_of);
        self.receive_receipts(news).await?;
        self.keep_own_reactions(&news.id, news.reactions.as_deref())
            .await?;
        self.keep_links(news);
        self.message_changed(&news.dialog_id, &news.id);
        Ok(())
    }

    /// Whether a message of `sender` names this person.
    pub(crate) fn is_named(&self, sender: UserId, properties: &Properties) -> bool {
        sender != self.me && properties.mentions().includes(self.me)
    }

    async fn merge(&mut self, old: &StoredMessage, news: &Message) -> Result<Put, StoreError> {
        let held = &old.message;
        // An own edit that is under way is later than what the server says.
        let is_later = !old.is_editing && is_later(old, news, self.asked_at, self.now());
        let content = if is_later { news } else { held };
        let edited_at = content.edited_at;
        let (reactions, is_unsure) = self.merge_reactions(old, news).await?;
        let state = old.delivery.hear(self.told(news));
        if state != old.delivery {
            let step = match state {
                Delivery::Read => Step::Read,
                Delivery::Delivered => Step::Received,
                _ if self.fate(&news.id).await? == Some(Fate::Unknown) => Step::Found,
                _ => Step::Echo,
            };
            self.note(&news.id, state, step);
        }
        let stored_at = news.stored_at.or(held.stored_at);
        let updated_at = news.updated_at.max(held.updated_at);
        let views = news.views.or(held.views);
        let as_of = match self.asked_at {
            Some(asked_at) if is_later => asked_at,
            _ => old.as_of,
        };
        let shows = content.body != held.body
            || content.properties != held.properties
            || content.attachments != held.attachments
            || edited_at != held.edited_at
            || news.sent_at != held.sent_at
            || state != old.delivery
            || old.failure.is_some()
            || Some(&reactions) != held.reactions.as_ref()
            || stored_at != held.stored_at
            || views != held.views;
        if shows || updated_at != held.updated_at || is_unsure != old.is_unsure {
            sqlx::query(
                "UPDATE message SET
                     body = ?2, sent_at = ?3, edited_at = ?4, state = ?5, pending = (?5 < 4), failure = NULL,
                     attachments = ?6, properties = ?7, reactions = ?8, stored_at = ?9, updated_at = ?10,
                     mentions_me = ?11, views = ?12, as_of = ?13, reactions_unsure = ?14
                 WHERE id = ?1",
            )
            .bind(news.id.as_str())
            .bind(&content.body)
            .bind(news.sent_at.seconds())
            .bind(edited_at.map(Timestamp::millis))
            .bind(state.rank())
            .bind(to_json(&content.attachments))
            .bind(to_json(&content.properties))
            .bind(to_json(&reactions))
            .bind(stored_at.map(Timestamp::millis))
            .bind(updated_at.map(Timestamp::millis))
            .bind(self.is_named(news.sender, &content.properties))
            .bind(views)
            .bind(as_of.millis())
            .bind(is_unsure)
            .execute(self.db().await?)
            .await?;
            self.has_another_time(held, news).await?;
        }
        if is_later && content.body != held.body {
            self.renew_links(news);
        }
        let mut is_new = shows;
        if !old.delivery.is_on_server() {
            self.leave_outbox(&news.id);
        }
        is_new |= self.receive_receipts(news).await?;
        if !is_new {
            return Ok(Put::Known);
        }
        self.message_changed(&news.dialog_id, &news.id);
        Ok(Put::Merged)
    }

    /// The state that a message from the server shows by itself.
    fn told(&self, news: &Message) -> Delivery {
        let me = self.me;
        let others = |who: &[UserId]| who.iter().any(|id| *id != me);
        if news.sender != me {
            Delivery::Sent
        } else if others(&news.read_by) {
            Delivery::Read
        } else if others(&news.delivered_to) {
            Delivery::Delivered
        } else {
            Delivery::Sent
        }
    }

    /// Keeps who has received and read an own message.
    async fn receive_receipts(&mut self, news: &Message) -> Result<bool, StoreError> {
        if news.sender != self.me {
            return Ok(false);
        }
        let mut is_new = false;
        let read: BTreeSet<_> = news.read_by.iter().copied().collect();
        let delivered: BTreeSet<_> = news.delivered_to.iter().copied().collect();
        for person in &read | &delivered {
            if person != self.me {
                let state = if read.contains(&person) {
                    Delivery::Read
                } else {
                    Delivery::Delivered
                };
                is_new |= self.keep_receipt(&news.id, person, state).await?;
            }
        }
        Ok(is_new)
    }
}

/// Whether what the server says of a message is later than what is held. Where
/// both know the server's own count of changes, it decides: two clocks may
/// disagree, one does not disagree with itself. It counts seconds, though, and
/// an edit that was heard live has no place in it (its row forgets it). There
/// an answer is later if it was asked for after what is held became so, both by
/// our clock; a moment to come is one of a clock that was wrong.
fn is_later(
    old: &StoredMessage,
    news: &Message,
    asked_at: Option<Timestamp>,
    now: Timestamp,
) -> bool {
    let held = &old.message;
    match (held.updated_at, news.updated_at, asked_at) {
        (Some(held_at), Some(news_at), _) if news_at != held_at => news_at > held_at,
        (_, Some(_), Some(asked_at)) => asked_at >= old.as_of || old.as_of > now,
        (Some(_), Some(_), None) => news.edited_at > held.edited_at,
        _ => news.edited_at >= held.edited_at,
    }
}
