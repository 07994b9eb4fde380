//! Carries changes from the engine to the feeds. The first change after a
//! pause goes out at once; what follows within a frame of the last delivery
//! waits for the frame's end and goes out together.

use std::sync::Arc;
use std::time::Duration;

use kith_engine::Changes;
use tokio::time::{Instant, timeout_at};
use tokio_util::sync::CancellationToken;

use super::batch::Batch;
use super::deliver;
use crate::app::App;
use crate::session::Session;

/// One picture of a screen with 60 of them a second.
const FRAME: Duration = Duration::from_millis(16);

/// An account that is not on screen only tells how much waits in it.
const BEHIND: Duration = Duration::from_millis(500);

/// Runs until the session ends.
pub(crate) async fn pump(
    session: Arc<Session>,
    mut changes: Changes,
    app: App,
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
        let is_counted = batch.is_lost || !batch.dialogs.is_empty();
        let is_other = is_counted
            && session.recount().await.unwrap_or_else(|error| {
                tracing::warn!(%error, "the unread messages cannot be counted");
                false
            });
        let mut feeds = app.feeds().lock().await;
        if stop.is_cancelled() {
            return;
        }
        let is_shown = feeds.shows(&session);
        if is_shown && batch.is_lost {
            tracing::info!("news were lost on the way: everything is read again");
            feeds.reset();
        } else if is_shown && let Err(error) = deliver::deliver(&session, &mut feeds, &batch).await
        {
            tracing::warn!(%error, "changes could not be read");
            feeds.reset();
        }
        drop(feeds);
        if is_other && app.has_several() {
            app.tell_accounts().await;
        }
        earliest = Instant::now() + if is_shown { FRAME } else { BEHIND };
    }
}
