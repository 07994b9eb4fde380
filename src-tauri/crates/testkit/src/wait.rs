//! Waiting with a limit. The limit is long: it is only reached when something
//! is broken, and a test's time is never part of what it asserts.

use std::future::Future;
use std::time::Duration;

/// How long anything may take before a test gives up on it.
pub const PATIENCE: Duration = Duration::from_secs(30);

/// Waits for it, and fails the test when it does not come.
///
/// # Panics
/// After [`PATIENCE`], saying what was waited for.
pub async fn within<T>(what: &str, it: impl Future<Output = T>) -> T {
    match tokio::time::timeout(PATIENCE, it).await {
        Ok(value) => value,
        Err(_) => panic!("waited {} s for {what}", PATIENCE.as_secs()),
    }
}
