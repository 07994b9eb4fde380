//! Who reacted. What comes live and what the server answers do not always
//! fit together: numbers without names, an answer that was on its way while
//! something was heard. Such a message is marked on disk, and the server is
//! asked for its list, after every restart too, until it has answered.

use std::sync::Arc;
use std::time::Duration;

use kith_client::ClientError;
use kith_model::{MessageId, UserId};

use crate::error::WorkError;
use crate::shared::Shared;
use crate::task::Backoff;
use crate::{Engine, EngineError};

/// So many are asked about in one round.
const AT_ONCE: u32 = 50;
/// The longest wait after failures.
const LONGEST_WAIT: Duration = Duration::from_secs(60);

impl Engine {
    /// Who reacted to a message, by emoji. Asks the server, and without a link
    /// answers what is known here.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn reacted(&self, id: &MessageId) -> Result<Vec<(String, Vec<UserId>)>, EngineError> {
        if let Err(error) = self.shared.fetch_reactions(id).await {
            tracing::debug!(%error, "who reacted could not be asked");
        }
        Ok(self.store().reacted(id).await?.into_iter().collect())
    }
}

impl Shared {
    /// Asks who reacted, where that is not known, for as long as the engine runs.
    pub(crate) async fn work_reactions(self: Arc<Self>) {
        let mut backoff = Backoff::new(LONGEST_WAIT, self.seed ^ 0x7265);
        let mut wire = self.link.wire.subscribe();
        loop {
            if wire.wait_for(|wire| wire.is_up).await.is_err() {
                return;
            }
            match self.ask_who_reacted().await {
                Ok(()) => {
                    backoff.reset();
                    self.reactions_wake.notified().await;
                }
                Err(error) => {
                    self.met(&error);
                    tracing::debug!(%error, "who reacted is not known yet");
                    tokio::time::sleep(backoff.next()).await;
                }
            }
        }
    }

    async fn ask_who_reacted(&self) -> Result<(), WorkError> {
        loop {
            let unsure = self.store.unsure(AT_ONCE).await?;
            if unsure.is_empty() {
                return Ok(());
            }
            for id in unsure {
                self.fetch_reactions(&id).await?;
            }
        }
    }

    /// Fetches who reacted to a message.
    async fn fetch_reactions(&self, id: &MessageId) -> Result<(), WorkError> {
        let asked_at = self.clock.now();
        let answer = self.rest().await?.reactions(id).await;
        let mut write = self.store.write().await?;
        match answer {
            Ok(list) => write.put_reactions(id, &list, asked_at).await?,
            // It is not shown, or is there no more: nothing else is to be known.
            Err(ClientError::Gone | ClientError::NotAllowed) => {
                write.set_unsure(id, false).await?;
            }
            Err(error) => return Err(error.into()),
        }
        self.commit(write).await?;
        Ok(())
    }
}
