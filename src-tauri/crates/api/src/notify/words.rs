//! What a notification says: plain text, as much of it as the person wants on a
//! desktop that others may see.

use std::collections::BTreeSet;
use std::path::PathBuf;

use kith_engine::Notification as Standing;
use kith_model::{AttachmentKind, Message};
use kith_store::StoreError;

use super::plain::plain;
use crate::session::{Session, teaser};
use crate::view::DialogKind;

/// How much is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Shows {
    /// Who wrote, and what.
    Text,
    /// Where something new is.
    Name,
    /// That there is something.
    Nothing,
}

/// The words of one.
#[derive(PartialEq, Eq)]
pub(super) struct Words {
    pub(super) title: String,
    pub(super) body: String,
    pub(super) picture: Option<PathBuf>,
    pub(super) can_reply: bool,
}

/// The words of a notification; none when it is about nothing any more.
pub(super) async fn of(
    session: &Session,
    standing: &Standing,
    shows: Shows,
) -> Result<Option<Words>, StoreError> {
    let count = standing.messages.len();
    if shows == Shows::Nothing {
        return Ok(Some(Words {
            title: "Kith".to_owned(),
            body: counted(count),
            picture: None,
            can_reply: false,
        }));
    }
    let Some(entry) = session.store.dialog(&standing.dialog).await? else {
        return Ok(None);
    };
    let dialog = session.dialog_view(&entry).await?;
    let picture = dialog
        .photo
        .as_deref()
        .and_then(|photo| photo.strip_prefix("uid:"))
        .and_then(|uid| session.engine.kept_picture(uid));
    let named = Words {
        title: teaser(&dialog.name),
        body: counted(count),
        picture,
        can_reply: dialog.rights.write,
    };
    if shows == Shows::Name {
        return Ok(Some(named));
    }
    let Some(latest) = session.store.message(&standing.latest).await? else {
        return Ok(None);
    };
    let text = said(&latest.message);
    let line = if dialog.kind == DialogKind::Private {
        text
    } else {
        let by = session
            .faces(BTreeSet::from([latest.message.sender]))
            .await?;
        let by = by.first().map(|person| teaser(&person.name));
        format!("{}: {text}", by.unwrap_or_default())
    };
    let body = match count {
        1 => line,
        count => format!("{}\n{line}", counted(count)),
    };
    Ok(Some(Words { body, ..named }))
}

fn counted(count: usize) -> String {
    match count {
        1 => "New message".to_owned(),
        // The engine counts no further.
        100.. => "More than 99 new messages".to_owned(),
        count => format!("{count} new messages"),
    }
}

/// What a message says, on one line. Desktops keep what they showed, so what is
/// to go away by itself is not shown there.
fn said(message: &Message) -> String {
    if message.destroy_after.is_some() {
        return "A message that goes away by itself".to_owned();
    }
    let text = teaser(&plain(&message.body));
    if !text.is_empty() {
        return text;
    }
    let Some(first) = message.attachments.first() else {
        return "New message".to_owned();
    };
    match first.kind {
        AttachmentKind::Photo => "Photo",
        AttachmentKind::Video => "Video",
        AttachmentKind::Audio => "Voice message",
        AttachmentKind::Contact => "Contact",
        AttachmentKind::Place => "Place",
        AttachmentKind::File => "File",
    }
    .to_owned()
}
