//! Writing: with everything that can go along with a text, from one dialog to
//! another, and what was not finished. All of it is on disk when the call
//! answers and needs no network.

use kith_model::{DialogId, Forward, Mentions, MessageId, Properties, Reply, UploadId};
use kith_store::{Draft, Queued, StoreError, StoredMessage};

use crate::{Engine, EngineError, LONGEST_BODY, sendable};

/// How a message is sent.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SendOptions {
    /// The message that it answers.
    pub reply_to: Option<MessageId>,
    /// Whom it names.
    pub mentions: Mentions,
    /// Seconds after which both sides take it away.
    pub destroy_after: Option<u32>,
    /// Whether it disturbs nobody.
    pub is_silent: bool,
    /// Staged files of the dialog that hang on it, in this order.
    pub files: Vec<UploadId>,
    /// Whether the dialog's draft stays, because it was about something else.
    pub keeps_draft: bool,
}

/// What a quote says of a message: its text, or the name of its file.
fn quoted(message: kith_model::Message) -> String {
    if !message.body.trim().is_empty() {
        return message.body;
    }
    let first = message.attachments.into_iter().next();
    first.map(|file| file.name).unwrap_or_default()
}

impl Engine {
    /// Writes a message with options. When this answers it is on disk and the
    /// draft is gone; it leaves when it can. Doing it again with the same id
    /// does nothing.
    ///
    /// # Errors
    /// [`EngineError::InvalidInput`] for an empty text without files,
    /// [`EngineError::TooLarge`], [`EngineError::NotFound`] for a dialog or a
    /// staged file that is not here.
    pub async fn send_with(
        &self,
        dialog: &DialogId,
        id: MessageId,
        text: String,
        options: SendOptions,
    ) -> Result<(), EngineError> {
        let text = match text.trim().is_empty() && !options.files.is_empty() {
            true => String::new(),
            false => sendable(text)?,
        };
        let mut properties = Properties::new();
        if let Some(original) = &options.reply_to {
            properties.set_reply(&self.reply(original).await?);
        }
        properties.set_mentions(&options.mentions);
        let queued = Queued {
            properties,
            destroy_after: options.destroy_after.filter(|seconds| *seconds > 0),
            is_silent: options.is_silent,
            files: options.files,
            ..Queued::text(id, &text)
        };
        self.queue(dialog, &[queued]).await?;
        // Whoever has sent does not write any more, and others see that by
        // the message itself.
        self.shared
            .lock_typing()
            .is_worth_telling(dialog, false, self.shared.clock.now());
        Ok(())
    }

    /// What an answer says of the message that it answers. Of one that goes
    /// away by itself nothing is quoted, so that it leaves no trace.
    async fn reply(&self, original: &MessageId) -> Result<Reply, EngineError> {
        let held = self.store().message(original).await?;
        Ok(Reply {
            message: original.clone(),
            sender: held.as_ref().map(|held| held.message.sender),
            text: held
                .filter(|held| held.message.destroy_after.is_none())
                .map(|held| quoted(held.message))
                .unwrap_or_default(),
        })
    }

    async fn queue(&self, dialog: &DialogId, all: &[Queued]) -> Result<(), EngineError> {
        let shared = &self.shared;
        let now = shared.clock.now();
        // One message into a dialog where nothing waits leaves with the very
        // transaction that keeps it; the send worker sees to everything else.
        let turn = match all {
            [_] => shared.turn(),
            _ => None,
        };
        let mut write = shared.store.write().await?;
        let leaving = match all {
            [one] if !one.files.is_empty() => {
                let mut one = one.clone();
                match write.with_files(dialog, &one.files).await {
                    Ok(attachments) => one.attachments = attachments,
                    // Asked twice, the first time has taken them.
                    Err(StoreError::Missing(_)) if write.knows(&one.id).await? => return Ok(()),
                    Err(error) => return Err(error.into()),
                }
                write.queue_with(dialog, &one, now).await?;
                None
            }
            [one] => {
                shared
                    .queue_and_leave(&mut write, dialog, one, turn, now)
                    .await?
            }
            several => {
                for queued in several {
                    write.queue_with(dialog, queued, now).await?;
                }
                None
            }
        };
        shared.commit(write).await?;
        match leaving {
            Some(leaving) => shared.see_off(leaving),
            None => shared.outbox_wake.notify_one(),
        }
        Ok(())
    }

    /// Sends messages again to other dialogs, saying whom they are from. `ids`
    /// are the new ids, dialog by dialog. What goes away by itself, and what
    /// is no message, is not forwarded.
    ///
    /// # Errors
    /// [`EngineError::InvalidInput`] when there are not as many ids as needed,
    /// [`EngineError::NotFound`] for a message or dialog that is not here.
    pub async fn forward(
        &self,
        messages: &[MessageId],
        to: &[DialogId],
        ids: &[MessageId],
    ) -> Result<(), EngineError> {
        if ids.len() != messages.len() * to.len() {
            return Err(EngineError::InvalidInput);
        }
        let mut held: Vec<StoredMessage> = self.store().messages(messages).await?;
        if held.len() != messages.len() {
            return Err(EngineError::NotFound);
        }
        if held
            .iter()
            .any(|m| m.notice.is_some() || m.message.destroy_after.is_some())
        {
            return Err(EngineError::InvalidInput);
        }
        // What hangs on one that has not gone out may not be on the server.
        if held
            .iter()
            .any(|m| !m.delivery.is_on_server() && !m.message.attachments.is_empty())
        {
            return Err(EngineError::InvalidInput);
        }
        // In the order of the conversation that they come from.
        held.sort_by_key(StoredMessage::spot);
        let senders: Vec<_> = held.iter().map(|m| m.message.sender).collect();
        let people = self.store().people(&senders).await?;
        for (dialog, ids) in to.iter().zip(ids.chunks(messages.len().max(1))) {
            let mut queued = Vec::with_capacity(ids.len());
            for (original, id) in held.iter().zip(ids) {
                let message = &original.message;
                let mut properties = Properties::new();
                // One that was forwarded before keeps its first author.
                let from = message.properties.forward().unwrap_or_else(|| Forward {
                    sender: Some(message.sender),
                    name: people
                        .iter()
                        .find(|person| person.id == message.sender)
                        .map(kith_model::Person::display_name)
                        .unwrap_or_default(),
                    sent_at: Some(message.sent_at),
                });
                properties.set_forward(&from);
                queued.push(Queued {
                    attachments: message.attachments.clone(),
                    properties,
                    takes_draft: false,
                    ..Queued::text(id.clone(), &message.body)
                });
            }
            self.queue(dialog, &queued).await?;
        }
        Ok(())
    }

    /// Gives an own message another text, at once here, and on the server when
    /// it can be told. One that has not left is simply changed.
    ///
    /// # Errors
    /// [`EngineError::InvalidInput`], [`EngineError::TooLarge`],
    /// [`EngineError::NotAllowed`] for a message of somebody else,
    /// [`EngineError::NotFound`].
    pub async fn edit_message(
        &self,
        id: &MessageId,
        text: String,
        mentions: &Mentions,
    ) -> Result<(), EngineError> {
        let held = self
            .store()
            .message(id)
            .await?
            .ok_or(EngineError::NotFound)?;
        if held.message.sender != self.me() || held.notice.is_some() {
            return Err(EngineError::NotAllowed);
        }
        let text = if text.trim().is_empty() && !held.message.attachments.is_empty() {
            String::new()
        } else {
            sendable(text)?
        };
        let mut properties = held.message.properties;
        properties.set_mentions(mentions);
        let mut write = self.shared.store.write().await?;
        if write.amend_queued(id, &text).await? {
            write.set_properties(id, &properties).await?;
            self.shared.commit(write).await?;
            self.shared.outbox_wake.notify_one();
            return Ok(());
        }
        if !write.edit(id, &text, &properties).await? {
            return Err(EngineError::NotFound);
        }
        self.shared.commit(write).await?;
        self.shared.deeds_wake.notify_one();
        Ok(())
    }

    /// Keeps what was typed and not sent; an empty draft is none. What is given
    /// up by that can be brought back.
    ///
    /// # Errors
    /// [`EngineError::NotFound`] for a dialog that is not here,
    /// [`EngineError::TooLarge`].
    pub async fn save_draft_state(
        &self,
        dialog: &DialogId,
        draft: &Draft,
    ) -> Result<(), EngineError> {
        if draft.text.len() > 4 * LONGEST_BODY {
            return Err(EngineError::TooLarge);
        }
        let mut write = self.shared.store.write().await?;
        write.save_draft_state(dialog, draft).await?;
        self.shared.commit(write).await?;
        Ok(())
    }

    /// Keeps where somebody is reading in a dialog: the message at the upper
    /// edge of the view, and how many pixels below that edge it begins. `None`
    /// is the end. Another page, or another start, shows the dialog there.
    ///
    /// # Errors
    /// [`EngineError::NotFound`] for a dialog that is not here.
    pub async fn keep_reading_place(
        &self,
        dialog: &DialogId,
        place: Option<(&MessageId, i32)>,
    ) -> Result<(), EngineError> {
        let mut write = self.shared.store.write().await?;
        write.keep_reading_place(dialog, place).await?;
        self.shared.commit(write).await?;
        Ok(())
    }
}
