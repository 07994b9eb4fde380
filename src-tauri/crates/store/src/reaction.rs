//! Reactions.
//!
//! The server tells two things: with a message, how many people reacted with
//! each emoji and whether this person is among them; live, who did or undid
//! it. The numbers that are shown stand with the message. Who is behind them
//! is kept as far as it was told, which also makes a thing that is told twice
//! count once. Where more people are counted than are known, a live change
//! cannot be placed for certain, and whoever asks is told to fetch the list.

use std::collections::BTreeMap;

use kith_model::{MessageId, ReactionCount, UserId};

use crate::message::to_json;
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
}

impl Write {
    /// Takes in what somebody's reactions changed. Says whether the server has
    /// to be asked who reacted, because the numbers do not tell.
    ///
    /// # Errors
    /// When the disk does not take it.
    pub async fn hear_reactions(&mut self, heard: &HeardReactions) -> Result<bool, StoreError> {
        let Some(old) = self.find(&heard.message).await? else {
            self.let_reactions_wait(heard).await?;
            return Ok(false);
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
        Ok(is_unsure)
    }

    /// Takes in who reacted, as the server lists it.
    ///
    /// # Errors
    /// When the disk does not take it.
    pub async fn put_reactions(
        &mut self,
        message: &MessageId,
        list: &BTreeMap<String, Vec<UserId>>,
    ) -> Result<(), StoreError> {
        let Some(old) = self.find(message).await? else {
            return Ok(());
        };
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

    /// The numbers that the server tells with a message, made fit: what this
    /// person did meanwhile is added, and names that cannot be right any more
    /// are forgotten.
    pub(crate) async fn settle_numbers(
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
        sqlx::query("UPDATE message SET reactions = ? WHERE id = ?")
            .bind(to_json(&shown))
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
