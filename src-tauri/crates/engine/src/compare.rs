//! Looking for what is gone. The platform lists no deletions: a message that
//! was removed while this device was away is only missing. So what is held of
//! a stretch is compared with what the server has of it. First the numbers are
//! compared; only where they differ, halves of the stretch are, until the
//! difference fits into a page and shows which message it is. A message is let
//! go only after the server, asked for it by its id, has not shown it again.

use std::collections::BTreeSet;

use kith_client::{ClientError, HistoryQuery};
use kith_model::{DialogId, Message, MessageId};
use kith_store::Stretch;

use crate::error::WorkError;
use crate::history::PAGE;
use crate::shared::Shared;

/// So many messages a question; for more, numbers are compared.
const FEW: u64 = PAGE as u64;

impl Shared {
    /// Compares what is held of a dialog with what the server has.
    pub(crate) async fn compare(&self, dialog: &DialogId) -> Result<(), WorkError> {
        let mut parts = self.store.coverage(dialog).await?;
        // What came before the dialog was followed may stand above the newest
        // stretch. When it is gone there, no list of dialogs tells of it.
        if let Some(newest) = parts.last_mut() {
            newest.to = i64::MAX;
        }
        while let Some(part) = parts.pop() {
            // What comes in right now is no part of the comparison.
            let arrived = self.store.last_arrival().await?;
            let Some(held) = self.store.count_between(dialog, part).await? else {
                continue;
            };
            let part = Stretch {
                from: held.first,
                to: held.last,
            };
            let query = HistoryQuery {
                sent_after: Some(part.from),
                sent_before: Some(part.to),
                ..HistoryQuery::newest(dialog.clone(), PAGE)
            };
            if held.count > FEW {
                match self.rest().await?.count(&query).await? {
                    Some(count) if count == held.count => continue,
                    Some(_) if held.middle > part.from => {
                        parts.push(Stretch {
                            from: part.from,
                            to: held.middle - 1,
                        });
                        parts.push(Stretch {
                            from: held.middle,
                            to: part.to,
                        });
                        continue;
                    }
                    // Everything lies within one second.
                    Some(_) => {}
                    // It does not count; its newest page shows what it can.
                    None => {
                        let page = self.rest().await?.history(&query).await?;
                        if let Some(oldest) = page.iter().map(|m| m.sent_at.seconds()).min() {
                            self.drop_what_is_gone(dialog, arrived, &page, oldest + 1, part.to)
                                .await?;
                        }
                        continue;
                    }
                }
            }
            let asked_at = self.clock.now();
            let there = self.everything_of(query).await?;
            let mut write = self.store.write().await?;
            write.put_answer(dialog, &there, asked_at).await?;
            self.commit(write).await?;
            self.drop_what_is_gone(dialog, arrived, &there, part.from, part.to)
                .await?;
        }
        let mut write = self.store.write().await?;
        write.compared(dialog).await?;
        self.commit(write).await?;
        Ok(())
    }

    async fn everything_of(&self, mut query: HistoryQuery) -> Result<Vec<Message>, WorkError> {
        let mut there = Vec::new();
        loop {
            let page = self.rest().await?.history(&query).await?;
            let is_end = page.len() < PAGE as usize;
            there.extend(page);
            if is_end {
                return Ok(there);
            }
            query.skip += PAGE;
        }
    }

    /// Of what is held between two seconds and had `arrived` before the server
    /// was asked, lets go of what is not in its answer `there`, which is whole
    /// between those seconds.
    pub(crate) async fn drop_what_is_gone(
        &self,
        dialog: &DialogId,
        arrived: i64,
        there: &[Message],
        from: i64,
        to: i64,
    ) -> Result<(), WorkError> {
        let known: BTreeSet<&MessageId> = there.iter().map(|message| &message.id).collect();
        let held = self
            .store
            .held_between(dialog, Stretch { from, to }, arrived)
            .await?;
        let missing: Vec<MessageId> = held.into_iter().filter(|id| !known.contains(id)).collect();
        for missing in missing.chunks(PAGE as usize) {
            let asked_at = self.clock.now();
            let found = match self.rest().await?.messages_by_id(dialog, missing).await {
                Ok(found) => found,
                // The whole dialog is not shown; what is held of it stays.
                Err(ClientError::Gone | ClientError::NotAllowed) => return Ok(()),
                Err(error) => return Err(error.into()),
            };
            let gone: Vec<MessageId> = missing
                .iter()
                .filter(|id| !found.iter().any(|message| message.id == **id))
                .cloned()
                .collect();
            let mut write = self.store.write().await?;
            write.put_answer(dialog, &found, asked_at).await?;
            write.gone(dialog, &gone).await?;
            self.commit(write).await?;
        }
        Ok(())
    }
}
