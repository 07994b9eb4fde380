//! What only the program around the web view can do.

use std::fmt::Debug;
use std::path::{Path, PathBuf};

use url::Url;

/// The program around the web view.
pub trait Shell: Debug + Send + Sync {
    /// Opens an address, which is http, https or mailto, outside of Kith.
    ///
    /// # Errors
    /// A sentence for the log when the system does not take it.
    fn open_link(&self, url: &Url) -> Result<(), String>;

    /// Opens a file with the program that the system has for it.
    ///
    /// # Errors
    /// A sentence for the log when the system does not take it.
    fn open_file(&self, path: &Path) -> Result<(), String>;

    /// Shows a file in its folder.
    ///
    /// # Errors
    /// A sentence for the log when the system does not take it.
    fn show_file(&self, path: &Path) -> Result<(), String>;

    /// The folder into which this person saves files, where the system has one.
    fn downloads(&self) -> Option<PathBuf>;

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

    fn open_file(&self, _path: &Path) -> Result<(), String> {
        Ok(())
    }

    fn show_file(&self, _path: &Path) -> Result<(), String> {
        Ok(())
    }

    fn downloads(&self) -> Option<PathBuf> {
        None
    }

    fn painted(&self) {}
}
