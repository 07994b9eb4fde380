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
        let mut feeds = app.feeds().lock().await;
        if stop.is_cancelled() {
            return;
        }
        let is_shown = feeds.shows(&session);
        let delivered = if batch.is_lost {
            session.forget().await;
            if is_shown {
                tracing::info!("news were lost on the way: everything is read again");
                feeds.reset();
            }
            Ok(true)
        } else if is_shown {
            deliver::deliver(&session, &mut feeds, &batch).await
        } else {
            deliver::stay_behind(&session, &batch).await
        };
        drop(feeds);
        match delivered {
            Ok(true) if app.has_several() => app.tell_accounts().await,
            Ok(_) => {}
            Err(error) => {
                session.engine.met(&error);
                tracing::warn!(%error, "changes could not be read");
                session.forget().await;
                if is_shown {
                    app.feeds().lock().await.reset();
                }
            }
        }
        earliest = Instant::now() + if is_shown { FRAME } else { BEHIND };
    }
}
