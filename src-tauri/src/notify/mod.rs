//! Notifications on this system's desktop. What they say and when they go
//! `kith_api` decides; here they are handed to the system one after the other,
//! by a task of their own, for nobody else is to wait for a desktop. What the
//! person does with one comes back as an act.
//!
//! Where the system shows none, nothing breaks: it is said once in the log, and
//! in the settings when somebody looks there.

#[cfg(all(test, target_os = "linux"))]
mod pretend;
#[cfg(target_os = "linux")]
#[path = "freedesktop.rs"]
mod system;
#[cfg(not(target_os = "linux"))]
#[path = "elsewhere.rs"]
mod system;
#[cfg(test)]
mod tests;

use std::time::Duration;

use kith_api::{Notification, NotificationAct, NotificationKey};
use tokio::sync::{mpsc, oneshot};
use tokio::time::timeout;

/// Nobody waits longer for a desktop to answer.
const PATIENCE: Duration = Duration::from_secs(3);

/// What is wanted of the desktop.
#[derive(Debug)]
enum Wish {
    Show(Notification),
    Withdraw(NotificationKey),
    /// Whether it shows any at all.
    Probe(oneshot::Sender<bool>),
    /// Everything goes, for Kith ends.
    Clear(oneshot::Sender<()>),
}

/// What the person did, with which one.
pub(crate) type Acts = mpsc::UnboundedReceiver<(NotificationKey, NotificationAct)>;

/// The way to the desktop.
#[derive(Debug, Clone)]
pub(crate) struct Desktop {
    wishes: mpsc::UnboundedSender<Wish>,
}

impl Desktop {
    /// Starts the task that has the way to the desktop. The system is first
    /// asked when there is something to show. Needs a tokio runtime.
    pub(crate) fn start() -> (Self, Acts) {
        Self::on(system::System::default())
    }

    fn on(system: system::System) -> (Self, Acts) {
        let (wishes, waiting) = mpsc::unbounded_channel();
        let (told, acts) = mpsc::unbounded_channel();
        tokio::spawn(system.serve(waiting, told));
        (Self { wishes }, acts)
    }

    /// Shows one, or has it say something else.
    pub(crate) fn show(&self, notification: &Notification) {
        let _ = self.wishes.send(Wish::Show(notification.clone()));
    }

    /// Takes one away.
    pub(crate) fn withdraw(&self, key: &NotificationKey) {
        let _ = self.wishes.send(Wish::Withdraw(key.clone()));
    }

    /// Whether this system shows notifications.
    pub(crate) async fn is_there(&self) -> bool {
        self.ask(Wish::Probe).await.unwrap_or(false)
    }

    /// Takes all away.
    pub(crate) async fn clear(&self) {
        self.ask(Wish::Clear).await;
    }

    async fn ask<T>(&self, wish: impl FnOnce(oneshot::Sender<T>) -> Wish) -> Option<T> {
        let (tell, told) = oneshot::channel();
        self.wishes.send(wish(tell)).ok()?;
        timeout(PATIENCE, told).await.ok()?.ok()
    }
}
