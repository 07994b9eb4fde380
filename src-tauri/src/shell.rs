//! What only the program around the web view can do.

use std::io::Write;
use std::time::Instant;

use kith_api::Shell;
use url::Url;

/// The program around the web view.
#[derive(Debug)]
pub(crate) struct WindowShell {
    started: Instant,
    /// Whether somebody measures (`KITH_BENCH=1`).
    is_measured: bool,
}

impl WindowShell {
    pub(crate) fn new(started: Instant) -> Self {
        Self {
            started,
            is_measured: std::env::var_os("KITH_BENCH").is_some_and(|value| value == "1"),
        }
    }
}

impl Shell for WindowShell {
    fn open_link(&self, url: &Url) -> Result<(), String> {
        tauri_plugin_opener::open_url(url.as_str(), None::<&str>).map_err(|error| error.to_string())
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
    }
}
