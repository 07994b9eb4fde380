//! Writing: nothing here waits for the network.

use std::collections::BTreeSet;

use kith_engine::SendOptions;
use kith_model::{DialogId, Mentions, MessageId, Timestamp, UploadId, UserId};
use kith_store::Draft;

use crate::error::{Answer, UiError};
use crate::refusals::Wish;
use crate::session::EVERYBODY;
use crate::ui::Ui;
use crate::view::{JournalView, MessageView, WaitingView};

#[expect(
    clippy::too_many_arguments,
    reason = "one for each in the table of commands"
)]
pub(super) async fn send(
    ui: &Ui,
    dialog: DialogId,
    id: MessageId,
    text: String,
    reply_to: Option<MessageId>,
    mentions: Vec<UserId>,
    destroy_after: Option<u32>,
    is_silent: bool,
    files: Vec<UploadId>,
    keeps_draft: bool,
) -> Answer<()> {
    if text.trim().is_empty() && files.is_empty() {
        return Err(UiError::invalid(
            "There is nothing to send yet. Write something first.",
        ));
    }
    let options = SendOptions {
        reply_to,
        mentions: named(&mentions),
        destroy_after,
        is_silent,
        files,
        keeps_draft,
    };
    ui.app
        .session()?
        .engine
        .send_with(&dialog, id, text, options)
        .await
        .map_err(Wish::Send.refused())
}

/// Whom a message names, as the screen says it.
pub(super) fn named(mentions: &[UserId]) -> Mentions {
    let (everybody, people) = mentions.iter().partition(|id| **id == EVERYBODY);
    let everybody: Vec<UserId> = everybody;
    Mentions {
        people,
        everybody: !everybody.is_empty(),
    }
}

pub(super) async fn save_draft(
    ui: &Ui,
    dialog: DialogId,
    text: String,
    reply_to: Option<MessageId>,
    editing: Option<MessageId>,
    destroy_after: Option<u32>,
    is_silent: bool,
) -> Answer<()> {
    let draft = Draft {
        text,
        reply_to,
        editing,
        destroy_after,
        is_silent,
    };
    Ok(ui
        .app
        .session()?
        .engine
        .save_draft_state(&dialog, &draft)
        .await?)
}

pub(super) async fn keep_place(
    ui: &Ui,
    dialog: DialogId,
    top: i32,
    message: Option<MessageId>,
) -> Answer<()> {
    let place = message.as_ref().map(|message| (message, top));
    let engine = &ui.app.session()?.engine;
    Ok(engine.keep_reading_place(&dialog, place).await?)
}

pub(super) async fn draft_history(ui: &Ui, dialog: DialogId) -> Answer<Vec<String>> {
    Ok(ui.app.session()?.store.draft_history(&dialog).await?)
}

pub(super) async fn set_typing(ui: &Ui, dialog: DialogId, is_typing: bool) -> Answer<()> {
    ui.app
        .session()?
        .engine
        .set_typing(&dialog, is_typing)
        .await;
    Ok(())
}

pub(super) async fn seen(
    ui: &Ui,
    dialog: DialogId,
    message: MessageId,
    on_screen: Vec<MessageId>,
) -> Answer<()> {
    let engine = &ui.app.session()?.engine;
    Ok(engine.seen_on_screen(&dialog, &message, &on_screen).await?)
}

pub(super) async fn attend(ui: &Ui, dialog: Option<DialogId>) -> Answer<()> {
    // Where nobody is signed in, nothing is looked at.
    let account = ui.app.session().ok().map(|session| session.account.id);
    let now = account.zip(dialog);
    ui.app.inner.attention.send_if_modified(|attention| {
        let before = match now.clone() {
            Some(now) => attention.insert(ui.feed, now),
            None => attention.remove(&ui.feed),
        };
        before != now
    });
    Ok(())
}

pub(super) async fn retry(ui: &Ui, message: MessageId) -> Answer<()> {
    ui.app
        .session()?
        .engine
        .retry(&message)
        .await
        .map_err(Wish::Retry.refused())
}

pub(super) async fn retry_all(ui: &Ui) -> Answer<()> {
    Ok(ui.app.session()?.engine.retry_all().await?)
}

pub(super) async fn discard(ui: &Ui, message: MessageId, keeps_files: bool) -> Answer<String> {
    ui.app
        .session()?
        .engine
        .take_back(&message, keeps_files)
        .await
        .map_err(Wish::Retry.refused())
}

pub(super) async fn waiting(ui: &Ui) -> Answer<Vec<WaitingView>> {
    let session = ui.app.session()?;
    let waiting = session.engine.waiting().await?;
    let rows: Vec<_> = waiting.iter().map(|one| one.message.clone()).collect();
    let bubbles = session.bubbles(&rows).await?;
    let ids: Vec<DialogId> = rows
        .iter()
        .map(|row| row.message.dialog_id.clone())
        .collect();
    let mut entries = session.store.dialogs_by_id(&ids).await?;
    let here: BTreeSet<DialogId> = entries.iter().map(|one| one.dialog.id.clone()).collect();
    entries.extend(session.store.unlisted_by_id(&ids).await?);
    let (dialogs, _) = session.dialog_views(&entries).await?;
    Ok(waiting
        .into_iter()
        .zip(bubbles.messages)
        .map(|(one, message)| WaitingView {
            dialog_name: dialogs
                .iter()
                .find(|dialog| dialog.id == message.dialog_id)
                .map(|dialog| dialog.name.clone())
                .unwrap_or_default(),
            is_here: here.contains(&message.dialog_id),
            state: message.delivery,
            reason: message.failure,
            attempts: one.attempts,
            next_attempt_at: one
                .next_attempt_at
                .map(Timestamp::millis)
                .or(next_upload(&message)),
            message,
            journal: one.journal.iter().map(JournalView::from).collect(),
        })
        .collect())
}

/// When the first of the files of a message that broke off goes again.
fn next_upload(message: &MessageView) -> Option<i64> {
    let uploads = message.attachments.iter();
    uploads
        .filter_map(|attachment| attachment.upload.as_ref()?.next_attempt_at)
        .min()
}
