//! What can be done to a message that is there. Deeds are done here at once
//! and told to the server when it can be; reports and details ask it.

use std::time::Duration;

use kith_model::{Delivery, DialogId, MessageId, UserId};
use tokio::time::timeout;

use super::compose::named;
use crate::error::{Answer, Code, UiError};
use crate::refusals::Wish;
use crate::session::Session;
use crate::ui::Ui;
use crate::view::{
    DeletedMessages, JournalView, MessageDetails, MessageView, PersonView, PropertyView,
    ReactionDetail, ReceiptView,
};

/// What only the server knows is left out of the details when it takes longer.
const DETAILS_PATIENCE: Duration = Duration::from_secs(3);
/// A reason is no longer than this.
const LONGEST_REASON: usize = 2_000;

pub(super) async fn edit_message(
    ui: &Ui,
    message: MessageId,
    text: String,
    mentions: Vec<UserId>,
) -> Answer<()> {
    ui.app
        .session()?
        .engine
        .edit_message(&message, text, &named(&mentions))
        .await
        .map_err(Wish::Edit.refused())
}

pub(super) async fn delete_messages(
    ui: &Ui,
    messages: Vec<MessageId>,
    for_all: bool,
) -> Answer<DeletedMessages> {
    let engine = &ui.app.session()?.engine;
    let done = engine
        .delete_messages(&messages, for_all)
        .await
        .map_err(Wish::Delete.refused())?;
    Ok(DeletedMessages {
        deleted: done.deleted,
        refused: done.refused,
    })
}

pub(super) async fn react(ui: &Ui, message: MessageId, emoji: String, on: bool) -> Answer<()> {
    ui.app
        .session()?
        .engine
        .react(&message, &emoji, on)
        .await
        .map_err(Wish::React.refused())
}

pub(super) async fn pin_message(ui: &Ui, message: MessageId, on: bool) -> Answer<()> {
    ui.app
        .session()?
        .engine
        .pin_message(&message, on)
        .await
        .map_err(Wish::Pin.refused())
}

pub(super) async fn pinned(ui: &Ui, dialog: DialogId) -> Answer<Vec<MessageView>> {
    let session = ui.app.session()?;
    let rows = session.engine.pinned(&dialog).await?;
    Ok(session.bubbles(&rows).await?.messages)
}

pub(super) async fn forward(
    ui: &Ui,
    messages: Vec<MessageId>,
    to: Vec<DialogId>,
    ids: Vec<MessageId>,
) -> Answer<()> {
    if messages.is_empty() || to.is_empty() {
        return Err(UiError::invalid(
            "Choose what to pass on, and to whom, and try again.",
        ));
    }
    if messages.len().checked_mul(to.len()) != Some(ids.len()) {
        return Err(UiError::internal(
            "there must be one id for each new message",
        ));
    }
    ui.app
        .session()?
        .engine
        .forward(&messages, &to, &ids)
        .await
        .map_err(Wish::Forward.refused())
}

pub(super) async fn message_details(ui: &Ui, message: MessageId) -> Answer<MessageDetails> {
    let session = ui.app.session()?;
    let row = session.store.message(&message).await?.ok_or_else(|| {
        UiError::new(
            Code::Gone,
            "This message does not exist any more, so there is nothing to tell about it.",
        )
    })?;
    let mut asked = None;
    if session.is_online() {
        let reacted = session.engine.reacted(&message);
        asked = timeout(DETAILS_PATIENCE, reacted).await.ok().transpose()?;
    }
    let reacted = match asked {
        Some(reacted) => reacted,
        None => session.store.reacted(&message).await?.into_iter().collect(),
    };
    let mut reactions = Vec::new();
    for (emoji, people) in reacted {
        let people = session.faces(people.into_iter().collect()).await?;
        reactions.push(ReactionDetail { emoji, people });
    }
    let is_own = row.message.sender == session.store.me();
    let (receipts, journal) = if is_own {
        let journal = session.engine.journal(&message).await?;
        let receipts = receipts(&session, &row.message.dialog_id, &message).await?;
        (receipts, journal.iter().map(JournalView::from).collect())
    } else {
        (Vec::new(), Vec::new())
    };
    let properties = row
        .message
        .properties
        .0
        .iter()
        .map(|(key, value)| PropertyView {
            key: key.clone(),
            value: value.clone(),
        })
        .collect();
    let mut bubbles = session.bubbles(&[row]).await?.messages;
    Ok(MessageDetails {
        message: bubbles
            .pop()
            .ok_or_else(|| UiError::internal("a message without a view"))?,
        properties,
        receipts,
        reactions,
        journal,
    })
}

/// Who has an own message: those who told, and then the others who are in the
/// dialog.
async fn receipts(
    session: &Session,
    dialog: &DialogId,
    message: &MessageId,
) -> Answer<Vec<ReceiptView>> {
    let told = session.store.receipts(message).await?;
    let me = session.store.me();
    let mut ids: Vec<UserId> = told.iter().map(|(id, _)| *id).collect();
    if let Some(entry) = session.store.dialog(dialog).await? {
        let silent = entry.dialog.occupants.iter();
        ids.extend(silent.filter(|id| **id != me && told.iter().all(|(one, _)| one != *id)));
    }
    let people = session.faces(ids.iter().copied().collect()).await?;
    let face = |id: UserId| people.iter().find(|person| person.id == id).cloned();
    Ok(ids
        .into_iter()
        .filter_map(|id| {
            let state = told
                .iter()
                .find(|(one, _)| *one == id)
                .map(|(_, state)| *state);
            let person: PersonView = face(id)?;
            Some(ReceiptView {
                person,
                delivered: state.is_some_and(|state| state >= Delivery::Delivered),
                read: state.is_some_and(|state| state >= Delivery::Read),
            })
        })
        .collect())
}

pub(super) async fn report_message(ui: &Ui, message: MessageId, reason: String) -> Answer<()> {
    let engine = &ui.app.session()?.engine;
    engine
        .report_message(&message, reason_of(&reason)?)
        .await
        .map_err(Wish::Report.refused())
}

pub(super) async fn report_person(ui: &Ui, person: UserId, reason: String) -> Answer<()> {
    let engine = &ui.app.session()?.engine;
    engine
        .report_person(person, reason_of(&reason)?)
        .await
        .map_err(Wish::Report.refused())
}

fn reason_of(reason: &str) -> Answer<&str> {
    let reason = reason.trim();
    if reason.is_empty() || reason.len() > LONGEST_REASON {
        return Err(UiError::invalid(
            "A report needs a reason of a few words, up to about a page. Write one and try again.",
        ));
    }
    Ok(reason)
}
