//! What only the program around the web view can do.

use std::collections::BTreeMap;
use std::fmt::Debug;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;
use tokio::sync::watch;
use url::Url;

use crate::notify::{Notification, NotificationKey};

/// What lies on the system's clipboard and is more than words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Pasted {
    /// Files that were copied, by where they are.
    Files(Vec<PathBuf>),
    /// A picture, as the bytes of a PNG.
    Picture(Vec<u8>),
}

/// The program around the web view.
#[async_trait]
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

    /// The page has kept what was being written, and its window may close.
    fn may_close(&self) {}

    /// Shows a notification, in the place of the one with the same key. Waits
    /// for nothing.
    fn notify(&self, notification: &Notification);

    /// Takes a notification from the desktop, if it is there.
    fn withdraw(&self, key: &NotificationKey);

    /// Whether this system shows notifications. It is asked now.
    async fn can_notify(&self) -> bool;

    /// What lies on the clipboard, where the web view does not tell the page of it
    /// by itself.
    async fn pasted(&self) -> Option<Pasted> {
        None
    }
}

/// A shell that does nothing, for a browser and for tests.
#[derive(Debug, Clone, Copy, Default)]
pub struct NoShell;

#[async_trait]
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

    fn notify(&self, _notification: &Notification) {}

    fn withdraw(&self, _key: &NotificationKey) {}

    async fn can_notify(&self) -> bool {
        false
    }
}

/// A shell that does nothing but write down what would be on the desktop, for a
/// browser and for tests.
#[derive(Debug, Default)]
pub struct PaperShell {
    desktop: watch::Sender<Desktop>,
    clipboard: Mutex<Option<Pasted>>,
}

/// What is on the paper.
#[derive(Debug, Clone, Default)]
struct Desktop {
    standing: BTreeMap<NotificationKey, Notification>,
    calls: u32,
    sounds: u32,
    turn: u64,
}

impl PaperShell {
    /// What would be on the desktop now.
    #[must_use]
    pub fn notifications(&self) -> Vec<Notification> {
        self.desktop.borrow().standing.values().cloned().collect()
    }

    /// Somebody copies something elsewhere.
    pub fn copy(&self, copied: Pasted) {
        *self.lock_clipboard() = Some(copied);
    }

    fn lock_clipboard(&self) -> MutexGuard<'_, Option<Pasted>> {
        self.clipboard
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }

    /// How often a notification came up so far, and how often with a sound.
    #[must_use]
    pub fn calls(&self) -> (u32, u32) {
        let desktop = self.desktop.borrow();
        (desktop.calls, desktop.sounds)
    }

    /// Waits until something was shown or withdrawn since this turn; answers
    /// which turn it is now. They are counted from 1.
    pub async fn after(&self, turn: u64) -> u64 {
        let mut desktop = self.desktop.subscribe();
        // It cannot end before: this shell holds the sender.
        let is_later = desktop.wait_for(|desktop| desktop.turn > turn).await;
        is_later.map_or(turn, |desktop| desktop.turn)
    }

    /// Waits until `look` finds something among what would be on the desktop.
    pub async fn until<T>(&self, look: impl Fn(&[Notification]) -> Option<T>) -> T {
        let mut desktop = self.desktop.subscribe();
        loop {
            desktop.borrow_and_update();
            if let Some(found) = look(&self.notifications()) {
                return found;
            }
            // It cannot end before: this shell holds the sender.
            let _ = desktop.changed().await;
        }
    }
}

#[async_trait]
impl Shell for PaperShell {
    fn open_link(&self, url: &Url) -> Result<(), String> {
        NoShell.open_link(url)
    }

    fn open_file(&self, path: &Path) -> Result<(), String> {
        NoShell.open_file(path)
    }

    fn show_file(&self, path: &Path) -> Result<(), String> {
        NoShell.show_file(path)
    }

    fn downloads(&self) -> Option<PathBuf> {
        None
    }

    fn painted(&self) {}

    fn notify(&self, notification: &Notification) {
        self.desktop.send_modify(|desktop| {
            desktop.turn += 1;
            desktop.calls += u32::from(notification.is_call);
            desktop.sounds += u32::from(notification.has_sound);
            desktop
                .standing
                .insert(notification.key.clone(), notification.clone());
        });
    }

    fn withdraw(&self, key: &NotificationKey) {
        self.desktop.send_if_modified(|desktop| {
            let was_there = desktop.standing.remove(key).is_some();
            desktop.turn += u64::from(was_there);
            was_there
        });
    }

    async fn can_notify(&self) -> bool {
        true
    }

    async fn pasted(&self) -> Option<Pasted> {
        self.lock_clipboard().clone()
    }
}
