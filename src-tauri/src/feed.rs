//! The feed, into a channel of Tauri's.

use kith_api::FeedEvent;
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
    let mut receiver = views.attach(webview.label()).await;
    tauri::async_runtime::spawn(async move {
        while let Some(event) = receiver.next().await {
            if let Err(error) = channel.send(event) {
                tracing::debug!(%error, "the page is gone");
                return;
            }
        }
    });
    Ok(())
}
