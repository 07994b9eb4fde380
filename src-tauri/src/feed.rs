//! The feed, into a channel of Tauri's.

use kith_api::{FeedEvent, FeedReceiver};
use tauri::ipc::Channel;
use tauri::{State, Webview};

use crate::views::Views;

/// Starts the feed of the page that asks.
#[tauri::command]
pub(crate) async fn feed(
    views: State<'_, Views>,
    webview: Webview,
    channel: Channel<FeedEvent>,
) -> Result<(), ()> {
    let carry = async move |mut receiver: FeedReceiver| {
        while let Some(event) = receiver.next().await {
            if let Err(error) = channel.send(event) {
                tracing::debug!(%error, "the page is gone");
                return;
            }
        }
    };
    views.attach(webview.label(), carry).await;
    Ok(())
}
