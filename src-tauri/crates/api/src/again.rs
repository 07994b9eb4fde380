//! Data that could not be opened for a reason that passes: the disk is full, or
//! another program holds it. It is tried again until it opens, and at once when
//! the person says so.

use std::future::Future;
use std::pin::Pin;
use std::sync::atomic::Ordering;
use std::time::Duration;

use kith_store::Profile;
use tokio::time::sleep;

use crate::app::{App, registry};
use crate::stage::{Damage, Stage};

/// How often.
const AGAIN: Duration = Duration::from_secs(3);

impl App {
    /// Tries again to open what is shut for now.
    pub(crate) async fn open_again(&self) {
        {
            let _turn = self.inner.turn.lock().await;
            if !self.is_shut_for_now() {
                return;
            }
            if self.profile().is_none() {
                match Profile::open(&registry(&self.inner.folder)).await {
                    Ok(profile) => self.state_mut().profile = Some(profile),
                    Err(error) => {
                        self.set_stage(Stage::locked(&error, Damage::Profile)).await;
                        return;
                    }
                }
            }
            self.resume_in_turn().await;
        }
        if !self.is_shut_for_now() {
            self.open_the_others().await;
        }
    }

    /// Tries again by itself, as long as something is shut for now.
    pub(crate) fn try_again_soon(&self) {
        if self.is_shut_for_now() && !self.inner.is_trying_again.swap(true, Ordering::SeqCst) {
            tokio::spawn(trying(self.clone()));
        }
    }

    /// Whether data cannot be opened, and setting it aside would not help.
    fn is_shut_for_now(&self) -> bool {
        matches!(&self.state().stage, Stage::Locked { problem, .. } if !problem.can_set_aside)
    }
}

fn trying(app: App) -> Pin<Box<dyn Future<Output = ()> + Send>> {
    Box::pin(async move {
        while app.is_shut_for_now() {
            sleep(AGAIN).await;
            app.open_again().await;
        }
        app.inner.is_trying_again.store(false, Ordering::SeqCst);
    })
}
