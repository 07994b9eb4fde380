//! What only the program around the web view can do.

use std::fmt::Debug;

use url::Url;

/// The program around the web view.
pub trait Shell: Debug + Send + Sync {
    /// Opens an address, which is http, https or mailto, outside of Kith.
    ///
    /// # Errors
    /// A sentence for the log when the system does not take it.
    fn open_link(&self, url: &Url) -> Result<(), String>;

    /// The first screen has been painted.
    fn painted(&self);
}

/// A shell that does nothing, for a browser and for tests.
#[derive(Debug, Clone, Copy, Default)]
pub struct NoShell;

impl Shell for NoShell {
    fn open_link(&self, _url: &Url) -> Result<(), String> {
        Ok(())
    }

    fn painted(&self) {}
}
