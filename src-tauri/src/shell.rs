//! What only the program around the web view can do.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;
use std::thread;
use std::time::Instant;

use async_trait::async_trait;
use kith_api::{Notification, NotificationKey, Pasted, Shell};
use tauri::AppHandle;
use tokio::sync::Notify;
use url::Url;

use crate::notify::Desktop;
use crate::{clipboard, spelling};

/// The program around the web view.
#[derive(Debug)]
pub(crate) struct WindowShell {
    started: Instant,
    /// The window system, once it runs.
    handle: OnceLock<AppHandle>,
    desktop: Desktop,
    /// The page has said that its window may close.
    may_close: Notify,
    /// Whether somebody measures (`KITH_BENCH=1`).
    is_measured: bool,
}

impl WindowShell {
    pub(crate) fn new(started: Instant, desktop: Desktop) -> Self {
        Self {
            started,
            handle: OnceLock::new(),
            desktop,
            may_close: Notify::new(),
            is_measured: std::env::var_os("KITH_BENCH").is_some_and(|value| value == "1"),
        }
    }

    /// Waits until the page says that its window may close.
    pub(crate) async fn closes(&self) {
        self.may_close.notified().await;
    }

    /// The window system runs.
    pub(crate) fn hold(&self, handle: AppHandle) {
        let _ = self.handle.set(handle);
    }
}

#[async_trait]
impl Shell for WindowShell {
    fn open_link(&self, url: &Url) -> Result<(), String> {
        tauri_plugin_opener::open_url(url.as_str(), None::<&str>).map_err(|error| error.to_string())
    }

    fn open_file(&self, path: &Path) -> Result<(), String> {
        tauri_plugin_opener::open_path(path, None::<&str>).map_err(|error| error.to_string())
    }

    fn show_file(&self, path: &Path) -> Result<(), String> {
        // On Linux this asks over D-Bus and waits, which no task of the runtime may.
        let path = path.to_owned();
        thread::spawn(move || tauri_plugin_opener::reveal_item_in_dir(path))
            .join()
            .map_err(|_| "the thread has ended".to_owned())?
            .map_err(|error| error.to_string())
    }

    fn downloads(&self) -> Option<PathBuf> {
        dirs::download_dir()
    }

    fn painted(&self) {
        let ms = self.started.elapsed().as_millis();
        tracing::info!(ms, "painted");
        if self.is_measured {
            let mut out = std::io::stdout();
            let line =
                serde_json::json!({ "painted": true, "ms": u64::try_from(ms).unwrap_or(u64::MAX) });
            if writeln!(out, "{line}").and_then(|()| out.flush()).is_err() {
                tracing::debug!("nobody listens to standard output");
            }
        }
        // Only now, so that no dictionary is read before there is a picture.
        if let Some(handle) = self.handle.get() {
            spelling::check(handle);
        }
    }

    fn may_close(&self) {
        self.may_close.notify_one();
    }

    fn notify(&self, notification: &Notification) {
        self.desktop.show(notification);
    }

    fn withdraw(&self, key: &NotificationKey) {
        self.desktop.withdraw(key);
    }

    async fn can_notify(&self) -> bool {
        self.desktop.is_there().await
    }

    async fn pasted(&self) -> Option<Pasted> {
        clipboard::pasted(self.handle.get()?).await
    }
}
