//! Carries changes from the engine to the feeds. The first change after a
//! pause goes out at once; what follows within a frame of the last delivery
//! waits for the frame's end and goes out together.

use std::sync::Arc;
use std::time::Duration;

use kith_engine::Changes;
use tokio::sync::Mutex;
use tokio::time::{Instant, timeout_at};
use tokio_util::sync::CancellationToken;

use super::batch::Batch;
use super::{Feeds, deliver};
use crate::session::Session;

/// One picture of a screen with 60 of them a second.
const FRAME: Duration = Duration::from_millis(16);

/// Runs until the session ends.
pub(crate) async fn pump(
    session: Arc<Session>,
    mut changes: Changes,
    feeds: Arc<Mutex<Feeds>>,
    stop: CancellationToken,
) {
    let mut earliest = Instant::now();
    loop {
        let first = tokio::select! {
            () = stop.cancelled() => return,
            news = changes.next() => news,
        };
        let Some(first) = first else { return };
        let mut batch = Batch::default();
        batch.add(first);
        while let Ok(news) = timeout_at(earliest, changes.next()).await {
            match news {
                Some(news) => batch.add(news),
                None => break,
            }
        }
        let mut feeds = feeds.lock().await;
        if stop.is_cancelled() {
            return;
        }
        if batch.is_lost {
            tracing::info!("news were lost on the way: everything is read again");
            feeds.reset();
        } else if let Err(error) = deliver::deliver(&session, &mut feeds, &batch).await {
            tracing::warn!(%error, "changes could not be read");
            feeds.reset();
        }
        earliest = Instant::now() + FRAME;
    }
}
