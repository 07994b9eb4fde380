//! How far a transfer has come, how it is called off, and why it failed.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use thiserror::Error;
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use crate::ClientError;

/// A transfer that does not move for so long is given up.
const STALLED_AFTER: Duration = Duration::from_secs(60);

/// Why a file did not get there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Error)]
pub enum TransferError {
    /// It was called off.
    #[error("the transfer was called off")]
    Cancelled,
    /// The file on this computer cannot be read or written.
    #[error("the file cannot be read or written here: {0}")]
    Disk(io::ErrorKind),
    /// The file is longer or shorter than it was said to be.
    #[error("the file changed meanwhile")]
    Changed,
    /// The call failed.
    #[error(transparent)]
    Client(#[from] ClientError),
}

impl TransferError {
    /// Whether the same may succeed later without anybody changing anything.
    #[must_use]
    pub fn is_passing(self) -> bool {
        match self {
            Self::Client(error) => error.is_passing(),
            Self::Cancelled | Self::Disk(_) | Self::Changed => false,
        }
    }
}

/// One transfer, seen from outside. Clones are of the same transfer.
#[derive(Debug, Clone)]
pub struct Progress {
    bytes: Arc<watch::Sender<(u64, Option<u64>)>>,
    cancelled: CancellationToken,
}

impl Default for Progress {
    fn default() -> Self {
        Self {
            bytes: Arc::new(watch::Sender::new((0, None))),
            cancelled: CancellationToken::new(),
        }
    }
}

impl Progress {
    /// A transfer that has not begun.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Bytes that have gone over, and how many there are in all, when known.
    #[must_use]
    pub fn bytes(&self) -> (u64, Option<u64>) {
        *self.bytes.borrow()
    }

    /// Tells of every change, with values left out when they come too fast.
    #[must_use]
    pub fn watch(&self) -> watch::Receiver<(u64, Option<u64>)> {
        self.bytes.subscribe()
    }

    /// Calls the transfer off.
    pub fn cancel(&self) {
        self.cancelled.cancel();
    }

    pub(super) fn begin(&self, done: u64, total: Option<u64>) {
        self.bytes.send_replace((done, total));
    }

    pub(super) fn add(&self, n: usize) {
        let n = u64::try_from(n).unwrap_or(u64::MAX);
        self.bytes
            .send_modify(|(done, _)| *done = done.saturating_add(n));
    }

    /// Does `work` unless it is called off or stands still for too long.
    pub(super) async fn guard<T>(
        &self,
        work: impl Future<Output = Result<T, TransferError>>,
    ) -> Result<T, TransferError> {
        tokio::select! {
            biased;
            () = self.cancelled.cancelled() => Err(TransferError::Cancelled),
            result = work => result,
            () = self.stands_still() => Err(ClientError::TimedOut.into()),
        }
    }

    async fn stands_still(&self) {
        loop {
            let (seen, _) = self.bytes();
            tokio::time::sleep(STALLED_AFTER).await;
            if self.bytes().0 == seen {
                return;
            }
        }
    }
}

impl From<io::Error> for TransferError {
    fn from(error: io::Error) -> Self {
        Self::Disk(error.kind())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn what_stands_still_is_given_up_and_what_moves_is_not() {
        let progress = Progress::new();
        let stuck = progress.guard(std::future::pending::<Result<(), _>>());
        assert_eq!(stuck.await, Err(ClientError::TimedOut.into()));
        let moving = progress.clone();
        let slow = progress.guard(async move {
            for _ in 0..10 {
                tokio::time::sleep(STALLED_AFTER / 2).await;
                moving.add(1);
            }
            Ok(())
        });
        assert_eq!(slow.await, Ok(()));
        assert_eq!(progress.bytes(), (10, None));
        progress.cancel();
        let late = progress.guard(async { Ok(()) });
        assert_eq!(late.await, Err(TransferError::Cancelled));
    }
}
