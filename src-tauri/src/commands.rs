//! The one command: every other one is a name in the application's own table.

use kith_api::UiError;
use serde_json::Value;
use tauri::{State, Webview};

use crate::views::Views;

/// Runs a command of the application.
#[tauri::command]
pub(crate) async fn call(
    views: State<'_, Views>,
    webview: Webview,
    name: String,
    args: Option<Value>,
) -> Result<Value, UiError> {
    let ui = views.find(webview.label()).await;
    ui.call(&name, args.unwrap_or_default()).await
}
