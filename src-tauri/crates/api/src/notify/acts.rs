//! What a person does with a notification.

use super::NotificationKey;
use crate::app::App;
use crate::error::{Answer, Code};

/// What a person does with a notification.
#[derive(Clone, PartialEq, Eq)]
pub enum NotificationAct {
    /// They want to see its conversation.
    Open,
    /// They have read it there.
    MarkRead,
    /// They answer it there, with this text.
    Reply(String),
    /// They take it away.
    Dismiss,
}

/// Without the answer, which belongs in no log.
impl std::fmt::Debug for NotificationAct {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Open => "Open",
            Self::MarkRead => "MarkRead",
            Self::Reply(_) => "Reply",
            Self::Dismiss => "Dismiss",
        })
    }
}

impl App {
    /// Does what a person wants with a notification. To open one, its account
    /// comes on screen; a page that is not there yet shows the conversation
    /// when it is.
    ///
    /// # Errors
    /// When the account is not signed in any more, or the disk takes nothing.
    pub async fn act_on_notification(
        &self,
        key: &NotificationKey,
        act: NotificationAct,
    ) -> Answer<()> {
        self.opened().await;
        let session = self.running(key.account).ok_or(Code::Gone)?;
        let engine = &session.engine;
        let dialog = &key.dialog;
        match act {
            NotificationAct::Open => {
                let first = engine
                    .notified()
                    .borrow()
                    .iter()
                    .find(|one| one.dialog == *dialog)
                    .and_then(|one| one.messages.first().cloned());
                let is_shown = self
                    .session()
                    .is_ok_and(|shown| shown.account.id == key.account);
                if !is_shown {
                    self.switch_to(key.account).await?;
                }
                self.feeds().lock().await.show(key, first);
                // Seen to by that, though it may take a moment until it is read.
                engine.dismiss_notification(dialog);
            }
            NotificationAct::MarkRead => engine.read_notified(dialog).await?,
            NotificationAct::Reply(text) => {
                let id = self.inner.ids.next(self.inner.clock.now());
                engine.send(dialog, id, text).await?;
                engine.read_notified(dialog).await?;
            }
            NotificationAct::Dismiss => engine.dismiss_notification(dialog),
        }
        Ok(())
    }
}
