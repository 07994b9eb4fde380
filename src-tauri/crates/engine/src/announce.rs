//! Edits that were announced on a stream that may have died with them.
//!
//! An edit is told to the server over REST, which keeps it, and to the others
//! over the stream, which nothing acknowledges one by one (`protocol/rest.md`
//! §6.4: the platform does not announce edits by itself). What was handed to a
//! stream shortly before it broke is therefore announced once more on the next
//! fresh one, with the text as it is then; hearing an edit twice changes nothing.

use std::collections::VecDeque;
use std::sync::{Arc, PoisonError};

use kith_client::Outgoing;
use kith_model::{MessageId, Timestamp};

use crate::error::WorkError;
use crate::shared::Shared;

/// A stream that is dead is noticed within this, in milliseconds.
const MAY_BE_LOST_FOR: i64 = 5 * 60 * 1_000;
/// So many announcements are remembered.
const REMEMBERED: usize = 200;

/// The edits that were announced lately, and when.
#[derive(Debug, Default)]
pub(crate) struct Announced {
    lately: VecDeque<(MessageId, Timestamp)>,
}

impl Announced {
    /// Notes an announcement. One that is repeated keeps its first time, so
    /// that links that break again and again do not repeat it for ever.
    pub(crate) fn note(&mut self, message: &MessageId, now: Timestamp, is_new: bool) {
        if is_new {
            self.lately.retain(|(known, _)| known != message);
            self.lately.push_back((message.clone(), now));
        }
        if self.lately.len() > REMEMBERED {
            self.lately.pop_front();
        }
    }

    /// What may have been lost with the last stream.
    pub(crate) fn doubtful(&mut self, now: Timestamp) -> Vec<MessageId> {
        self.lately
            .retain(|(_, at)| (now.millis() - at.millis()).abs() < MAY_BE_LOST_FOR);
        self.lately.iter().map(|(id, _)| id.clone()).collect()
    }
}

impl Shared {
    /// Announces again what may have been lost with the last stream.
    pub(crate) fn announce_again(self: &Arc<Self>) {
        let doubtful = self
            .announced
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .doubtful(self.clock.now());
        if doubtful.is_empty() {
            return;
        }
        let shared = Arc::clone(self);
        self.tasks.once("announce edits again", async move {
            for message in doubtful {
                if let Err(error) = shared.announce_edit(&message, false).await {
                    // The next fresh link does it.
                    tracing::debug!(%error, "an edit is announced again later");
                    return;
                }
            }
        });
    }

    /// Tells the others the text of an own message as it is now.
    pub(crate) async fn announce_edit(
        &self,
        message: &MessageId,
        is_new: bool,
    ) -> Result<(), WorkError> {
        let Some(held) = self.store.message(message).await? else {
            return Ok(());
        };
        let dialog = &held.message.dialog_id;
        let Some(to) = self.recipient(dialog).await? else {
            return Ok(());
        };
        let mut write = self.store.write().await?;
        let newest = write.newest_place(dialog).await?;
        write.commit().await?;
        let edit = Outgoing::Edit {
            message: message.clone(),
            to,
            body: held.message.body,
            properties: held.message.properties,
            is_last: newest.is_some_and(|place| place.id == *message),
        };
        // A link that is not there is an error; its return wakes whoever asked.
        self.chat
            .send(edit)
            .await
            .map_err(|_| WorkError::LinkChanged)?;
        self.announced
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .note(message, self.clock.now(), is_new);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id(n: u8) -> MessageId {
        format!("{n:024x}").parse().expect("an id")
    }

    #[test]
    fn what_was_announced_lately_is_doubtful_once_more() {
        let at = Timestamp::from_seconds;
        let mut announced = Announced::default();
        announced.note(&id(1), at(0), true);
        announced.note(&id(2), at(200), true);
        assert_eq!(announced.doubtful(at(250)), [id(1), id(2)]);
        announced.note(&id(1), at(250), false);
        assert_eq!(
            announced.doubtful(at(301)),
            [id(2)],
            "a repetition keeps its first time"
        );
        announced.note(&id(2), at(301), true);
        assert_eq!(announced.doubtful(at(520)), [id(2)], "edited once more");
    }
}
