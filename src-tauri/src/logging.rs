//! What Kith tells on standard error. No body, token or name is ever in it.

use tracing_subscriber::EnvFilter;

/// Starts the log; `KITH_LOG` sets how much it tells.
pub(crate) fn start() {
    let filter = EnvFilter::try_from_env("KITH_LOG").unwrap_or_else(|_| EnvFilter::new("warn"));
    tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .init();
}
