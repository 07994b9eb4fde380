//! The rest of a long list. The home screen opens with the top of it, which is
//! all that can be seen; the rest follows in patches, a part at a time, so that
//! neither this side nor the web view is kept from anything else meanwhile.

use std::sync::Arc;

use kith_model::DialogId;

use super::HomeOpening;
use super::deliver::deliver_part;
use crate::app::App;
use crate::session::Session;

/// So many lines go in one patch.
const PART: usize = 400;

/// Sends the lines that the snapshot left out, in the order of the list. What
/// happens to them meanwhile comes as it always does; each is read when it is
/// sent.
pub(crate) async fn send_parts(
    app: App,
    session: Arc<Session>,
    opening: HomeOpening,
    rest: Vec<DialogId>,
) {
    for part in rest.chunks(PART) {
        let mut feeds = app.feeds().lock().await;
        if session.stop.is_cancelled() {
            return;
        }
        match deliver_part(&session, &mut feeds, opening, part).await {
            Ok(true) => {}
            Ok(false) => return,
            Err(error) => {
                tracing::warn!(%error, "the rest of the list could not be read");
                feeds.reset();
                return;
            }
        }
        drop(feeds);
        tokio::task::yield_now().await;
    }
}
