//! One web view's handle on the application.

use serde_json::Value;

use crate::app::App;
use crate::commands;
use crate::error::{Answer, Code};
use crate::feed::FeedId;

/// What one web view asks with. The windows that it opens belong to it and end
/// with its [`crate::FeedReceiver`]. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Ui {
    pub(crate) app: App,
    pub(crate) feed: FeedId,
}

impl Ui {
    /// Runs a command of the table in `commands/mod.rs`.
    ///
    /// # Errors
    /// What the UI is to be told.
    pub async fn call(&self, name: &str, args: Value) -> Answer<Value> {
        self.app.opened().await;
        let session = self.app.session().ok();
        let mut answer = commands::dispatch(self, name, args).await;
        if let Err(error) = &mut answer {
            // The work of an account whose file turns out damaged is ended, and
            // whatever is under way fails for that.
            let is_damaged = session.is_some_and(|session| *session.engine.damaged().borrow());
            if error.code == Code::Internal && is_damaged {
                *error = Code::DatabaseCorrupt.into();
            }
            tracing::info!(command = name, code = ?error.code, "a command failed");
            if error.code == Code::DatabaseCorrupt
                && let Ok(session) = self.app.session()
            {
                // It may be the registry of accounts that is damaged.
                tokio::spawn(async move { session.engine.look_for_damage().await });
            }
        }
        answer
    }

    /// The application behind it.
    #[must_use]
    pub fn app(&self) -> &App {
        &self.app
    }
}
