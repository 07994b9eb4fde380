//! Reactions.
//!
//! The server tells two things: with a message, how many people reacted with
//! each emoji and whether this person is among them; live, who did or undid
//! it. The numbers that are shown stand with the message. Who is behind them
//! is kept as far as it was told, which also makes a thing that is told twice
//! count once. Where more people are counted than are known, a live change
//! cannot be placed for certain, and whoever asks is told to fetch the list.

use std::collections::BTreeMap;

use kith_model::{Message, MessageId, ReactionCount, Timestamp, UserId};

use crate::message::to_json;
use crate::open::stored;
use crate::person::{number, user};
use crate::waiting::HeardReactions;
use crate::{Store, StoreError, StoredMessage, Write};

impl Store {
    /// Who reacted to a message, as far as it is known, by emoji.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn reacted(
        &self,
        message: &MessageId,
    ) -> Result<BTreeMap<String, Vec<UserId>>, StoreError> {
        let rows: Vec<(String, i64)> = sqlx::query_as(
            "SELECT emoji, person_id
             FROM reaction
             WHERE message_id = ?
             ORDER BY emoji, person_id",
        )
        .bind(message.as_str())
        .fetch_all(&mut *self.reader().await?)
        .await?;
        let mut found: BTreeMap<String, Vec<UserId>> = BTreeMap::new();
        for (emoji, person) in rows {
            found.entry(emoji).or_default().push(user(person)?);
        }
        Ok(found)
    }

    /// Messages of which the server has to be asked who reacted.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn unsure(&self, limit: u32) -> Result<Vec<MessageId>, StoreError> {
        let ids: Vec<String> = sqlx::query_scalar(
            "SELECT id FROM message WHERE reactions_unsure = 1 ORDER BY id LIMIT ?",
        )
        .bind(limit)
        .fetch_all(&mut *self.reader().await?)
        .await?;
        ids.iter().map(|id| Ok(stored(id)?)).collect()
    }
}

impl Write {
    /// Takes in what somebody's reactions changed. Where the numbers do not
    /// tell who reacted, that is to be asked ([`Store::unsure`]).
    ///
    /// # Errors
    /// When the disk does not take it.
    pub async fn hear_reactions(&mut self, heard: &HeardReactions) -> Result<(), StoreError> {
        let Some(old) = self.find(&heard.message).await? else {
            return self.let_reactions_wait(heard).await;
        };
        let mut is_unsure = false;
        let mut shown = old.message.reactions.clone().unwrap_or_default();
        let changes = heard
            .added
            .iter()
            .map(|emoji| (emoji, true))
            .chain(heard.removed.iter().map(|emoji| (emoji, false)));
        for (emoji, on) in changes {
            if heard.by == self.me && self.reaction_is_pending(&heard.message, emoji).await? {
                // This person has done something else since.
                continue;
            }
            let counted = count_of(&shown, emoji);
            let known = self.known(&heard.message, emoji).await?;
            if !self
                .note_reaction(&heard.message, emoji, heard.by, on)
                .await?
            {
                // Told before; unless somebody was counted and not named.
                is_unsure |= !on && counted > known;
                continue;
            }
            if on && counted > known {
                is_unsure = true;
                continue;
            }
            step(&mut shown, emoji, on, heard.by == self.me);
        }
        self.show_reactions(&old, &shown).await?;
        if is_unsure {
            self.set_unsure(&heard.message, true).await?;
        }
        Ok(())
    }

    /// Takes in who reacted, as the server listed it when it was asked at
    /// `asked_at`, by our clock. When more was heard since, it has to be asked
    /// once more.
    ///
    /// # Errors
    /// When the disk does not take it.
    pub async fn put_reactions(
        &mut self,
        message: &MessageId,
        list: &BTreeMap<String, Vec<UserId>>,
        asked_at: Timestamp,
    ) -> Result<(), StoreError> {
        let Some(old) = self.find(message).await? else {
            return Ok(());
        };
        if self.is_before_reactions(&old, asked_at) {
            return self.set_unsure(message, true).await;
        }
        if old.is_unsure {
            self.set_unsure(message, false).await?;
        }
        sqlx::query("DELETE FROM reaction WHERE message_id = ?")
            .bind(message.as_str())
            .execute(self.db().await?)
            .await?;
        for (emoji, people) in list {
            for person in people {
                self.note_reaction(message, emoji, *person, true).await?;
            }
        }
        let told: Vec<ReactionCount> = list
            .iter()
            .filter(|(_, people)| !people.is_empty())
            .map(|(emoji, people)| ReactionCount {
                emoji: emoji.clone(),
                count: u32::try_from(people.len()).unwrap_or(u32::MAX),
                is_own: people.contains(&self.me),
            })
            .collect();
        let shown = self.with_pending_reactions(message, told).await?;
        self.show_reactions(&old, &shown).await
    }

    fn is_before_reactions(&self, old: &StoredMessage, asked_at: Timestamp) -> bool {
        // A moment to come is one of a clock that was wrong.
        asked_at < old.reacted_as_of && old.reacted_as_of <= self.now()
    }

    /// Says that who reacted to a message has to be asked, or not any more.
    ///
    /// # Errors
    /// When the disk does not take it.
    pub async fn set_unsure(
        &mut self,
        message: &MessageId,
        is_unsure: bool,
    ) -> Result<(), StoreError> {
        self.is_unsure |= is_unsure;
        sqlx::query("UPDATE message SET reactions_unsure = ? WHERE id = ?")
            .bind(is_unsure)
            .bind(message.as_str())
            .execute(self.db().await?)
            .await?;
        Ok(())
    }

    /// The numbers of a message that came in again, and whether who is behind
    /// them has to be asked: an answer to a question of before something was
    /// heard may know of something else, and not of that.
    pub(crate) async fn merge_reactions(
        &mut self,
        old: &StoredMessage,
        news: &Message,
    ) -> Result<(Vec<ReactionCount>, bool), StoreError> {
        let held = old.message.reactions.clone().unwrap_or_default();
        let Some(told) = &news.reactions else {
            return Ok((held, old.is_unsure));
        };
        if let Some(asked_at) = self.asked_at
            && self.is_before_reactions(old, asked_at)
        {
            let is_unsure = old.is_unsure || *told != held;
            self.is_unsure |= is_unsure;
            return Ok((held, is_unsure));
        }
        let settled = self.settle_numbers(old, told).await?;
        Ok((settled, old.is_unsure && self.asked_at.is_none()))
    }

    /// The numbers that the server tells with a message, made fit: what this
    /// person did meanwhile is added, and names that cannot be right any more
    /// are forgotten.
    async fn settle_numbers(
        &mut self,
        old: &StoredMessage,
        told: &[ReactionCount],
    ) -> Result<Vec<ReactionCount>, StoreError> {
        let held = old.message.reactions.as_deref().unwrap_or_default();
        if told.is_empty() && held.is_empty() {
            return Ok(Vec::new());
        }
        let message = &old.message.id;
        if told != held {
            for gone in held {
                if count_of(told, &gone.emoji) < self.known(message, &gone.emoji).await? {
                    sqlx::query("DELETE FROM reaction WHERE message_id = ? AND emoji = ?")
                        .bind(message.as_str())
                        .bind(&gone.emoji)
                        .execute(self.db().await?)
                        .await?;
                }
            }
            self.keep_own_reactions(message, Some(told)).await?;
        }
        self.with_pending_reactions(message, told.to_vec()).await
    }

    /// Notes which of the numbers include this person.
    pub(crate) async fn keep_own_reactions(
        &mut self,
        message: &MessageId,
        told: Option<&[ReactionCount]>,
    ) -> Result<(), StoreError> {
        let me = self.me;
        for reaction in told.unwrap_or_default() {
            if reaction.is_own || reaction.count > 0 {
                self.note_reaction(message, &reaction.emoji, me, reaction.is_own)
                    .await?;
            }
        }
        Ok(())
    }

    /// Notes that somebody reacts so, or not any more; says whether that is news.
    pub(crate) async fn note_reaction(
        &mut self,
        message: &MessageId,
        emoji: &str,
        who: UserId,
        on: bool,
    ) -> Result<bool, StoreError> {
        let statement = if on {
            "INSERT INTO reaction (message_id, emoji, person_id)
             VALUES (?, ?, ?)
             ON CONFLICT DO NOTHING"
        } else {
            "DELETE FROM reaction WHERE message_id = ? AND emoji = ? AND person_id = ?"
        };
        let done = sqlx::query(statement)
            .bind(message.as_str())
            .bind(emoji)
            .bind(number(who))
            .execute(self.db().await?)
            .await?;
        Ok(done.rows_affected() > 0)
    }

    pub(crate) async fn show_reactions(
        &mut self,
        old: &StoredMessage,
        shown: &[ReactionCount],
    ) -> Result<(), StoreError> {
        if old.message.reactions.as_deref() == Some(shown) {
            return Ok(());
        }
        let now = self.now();
        sqlx::query("UPDATE message SET reactions = ?, reacted_as_of = ? WHERE id = ?")
            .bind(to_json(&shown))
            .bind(now.millis())
            .bind(old.message.id.as_str())
            .execute(self.db().await?)
            .await?;
        self.message_changed(&old.message.dialog_id, &old.message.id);
        Ok(())
    }

    async fn known(&mut self, message: &MessageId, emoji: &str) -> Result<u32, StoreError> {
        let known: i64 =
            sqlx::query_scalar("SELECT count(*) FROM reaction WHERE message_id = ? AND emoji = ?")
                .bind(message.as_str())
                .bind(emoji)
                .fetch_one(self.db().await?)
                .await?;
        Ok(u32::try_from(known).unwrap_or(u32::MAX))
    }
}

fn count_of(shown: &[ReactionCount], emoji: &str) -> u32 {
    shown
        .iter()
        .find(|reaction| reaction.emoji == emoji)
        .map_or(0, |reaction| reaction.count)
}

/// One more with this emoji, or one fewer.
pub(crate) fn step(shown: &mut Vec<ReactionCount>, emoji: &str, on: bool, is_own: bool) {
    match shown.iter_mut().find(|reaction| reaction.emoji == emoji) {
        Some(reaction) => {
            reaction.count = if on {
                reaction.count.saturating_add(1)
            } else {
                reaction.count.saturating_sub(1)
            };
            if is_own {
                reaction.is_own = on;
            }
        }
        None if on => shown.push(ReactionCount {
            emoji: emoji.to_owned(),
            count: 1,
            is_own,
        }),
        None => {}
    }
    shown.retain(|reaction| reaction.count > 0);
    // As the server lists them, so that who comes first does not depend on
    // the way it was told.
    shown.sort_by(|a, b| a.emoji.cmp(&b.emoji));
}
