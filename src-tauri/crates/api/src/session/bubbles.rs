//! From the rows of messages to bubbles, with what they quote.

use std::collections::{BTreeMap, BTreeSet};

use kith_model::{Attachment, MessageId, Timestamp, UserId};
use kith_store::{Notice, NoticeKind, StoreError, StoredMessage, Upload};

use super::{Session, teaser};
use crate::view::{
    AttachedView, AttachmentView, DeedView, ForwardView, MessageView, PersonView, ReactionView,
    ReplyView, SystemKind, SystemView,
};

/// Two clocks that differ by less are taken for right.
const CLOCKS_AGREE: i64 = 60_000;

/// So many things that hang on one message are shown.
const MOST_ATTACHMENTS: usize = 30;

/// Stands for everybody among those whom a message names.
pub(crate) const EVERYBODY: UserId = UserId(0);

/// Messages as the screen shows them, and everybody whom they name.
#[derive(Debug, Clone, Default)]
pub(crate) struct Bubbles {
    pub(crate) messages: Vec<MessageView>,
    pub(crate) people: Vec<PersonView>,
}

impl Session {
    /// Views of messages, and of everybody who is named in them. What they
    /// answer is looked up for all of them at once.
    pub(crate) async fn bubbles(&self, rows: &[StoredMessage]) -> Result<Bubbles, StoreError> {
        let named: BTreeSet<UserId> = rows.iter().flat_map(named).collect();
        let people = self.faces(named).await?;
        let originals = self.originals(rows).await?;
        let saved = self.saved(rows).await?;
        let uploads = self.uploads(rows).await?;
        let me = self.store.me();
        let look = Look {
            me,
            people: &people,
            originals: &originals,
            saved: &saved,
            uploads: &uploads,
        };
        Ok(Bubbles {
            messages: rows.iter().map(|row| look.bubble(row)).collect(),
            people,
        })
    }

    /// Where what hangs on these lies on this computer. Asked only where
    /// something hangs.
    async fn saved(&self, rows: &[StoredMessage]) -> Result<Saved, StoreError> {
        let attachments = rows.iter().flat_map(|row| &row.message.attachments);
        let keys: BTreeSet<String> = attachments
            .filter_map(kith_model::Attachment::file_key)
            .collect();
        if keys.is_empty() {
            return Ok(Saved::new());
        }
        self.store.saved_files(&Vec::from_iter(keys)).await
    }

    /// How far what hangs on these has come to the server. Asked only where
    /// something hangs on one that has not gone out.
    async fn uploads(&self, rows: &[StoredMessage]) -> Result<Vec<Upload>, StoreError> {
        let ids: Vec<MessageId> = rows
            .iter()
            .filter(|row| !row.delivery.is_on_server() && !row.message.attachments.is_empty())
            .map(|row| row.message.id.clone())
            .collect();
        if ids.is_empty() {
            return Ok(Vec::new());
        }
        self.store.uploads_of(&ids).await
    }

    /// The messages that these answer, as far as they are here.
    async fn originals(&self, rows: &[StoredMessage]) -> Result<Originals, StoreError> {
        let wanted: BTreeSet<MessageId> = rows
            .iter()
            .filter_map(|row| row.message.properties.reply())
            .map(|reply| reply.message)
            .collect();
        if wanted.is_empty() {
            return Ok(Originals::new());
        }
        let found = self.store.messages(&Vec::from_iter(wanted)).await?;
        Ok(found
            .into_iter()
            .map(|row| (row.message.id.clone(), row))
            .collect())
    }
}

/// Where files lie on this computer, by their keys.
type Saved = BTreeMap<String, String>;

type Originals = BTreeMap<MessageId, StoredMessage>;

/// Everybody whose name a bubble shows.
pub(crate) fn named(row: &StoredMessage) -> Vec<UserId> {
    let message = &row.message;
    let mut named = vec![message.sender];
    named.extend(message.properties.mentions().people);
    named.extend(message.properties.reply().and_then(|reply| reply.sender));
    named.extend(
        message
            .properties
            .forward()
            .and_then(|forward| forward.sender),
    );
    if let Some(notice) = &row.notice {
        named.extend(notice.by);
        named.extend(&notice.people);
    }
    named
}

struct Look<'a> {
    me: UserId,
    people: &'a [PersonView],
    originals: &'a Originals,
    saved: &'a Saved,
    uploads: &'a [Upload],
}

impl Look<'_> {
    fn name(&self, id: UserId) -> String {
        self.people
            .iter()
            .find(|person| person.id == id)
            .map(|person| person.name.clone())
            .unwrap_or_default()
    }

    fn bubble(&self, row: &StoredMessage) -> MessageView {
        let message = &row.message;
        let sent_at = message.sent_at.millis();
        let stored_at = message.stored_at.map(Timestamp::millis);
        let mentions = message.properties.mentions();
        let mut reactions: Vec<ReactionView> = message
            .reactions
            .iter()
            .flatten()
            .map(|reaction| ReactionView {
                emoji: reaction.emoji.clone(),
                count: reaction.count,
                is_own: reaction.is_own,
            })
            .collect();
        reactions.sort_by(|a, b| b.count.cmp(&a.count).then_with(|| a.emoji.cmp(&b.emoji)));
        MessageView {
            id: message.id.clone(),
            dialog_id: message.dialog_id.clone(),
            sender: message.sender,
            is_own: message.sender == self.me,
            body: message.body.clone(),
            sent_at,
            edited_at: message.edited_at.map(Timestamp::millis),
            key: row.spot().key(),
            delivery: row.delivery.into(),
            failure: row.failure.map(Into::into),
            attachments: message
                .attachments
                .iter()
                .take(MOST_ATTACHMENTS)
                .enumerate()
                .map(|(at, attachment)| self.attachment(&message.id, at, attachment))
                .collect(),
            reply: self.reply(message),
            forward: message.properties.forward().map(|forward| ForwardView {
                name: match (forward.sender, forward.name.is_empty()) {
                    (Some(sender), true) => self.name(sender),
                    (_, _) => forward.name,
                },
                sender: forward.sender,
                sent_at: forward.sent_at.map(Timestamp::millis),
            }),
            reactions,
            mentions: mentions
                .everybody
                .then_some(EVERYBODY)
                .into_iter()
                .chain(mentions.people)
                .collect(),
            mentions_me: row.mentions_me,
            is_pinned: row.is_pinned,
            is_silent: message.is_silent,
            destroy_after: message.destroy_after,
            expires_at: row.expires_at.map(Timestamp::millis),
            claimed_at: stored_at
                .filter(|stored| (stored - sent_at).abs() > CLOCKS_AGREE)
                .map(|_| sent_at),
            stored_at,
            system: row.notice.as_ref().map(system_view),
            deed: row.is_editing.then_some(DeedView::Editing),
        }
    }

    fn attachment(
        &self,
        message: &MessageId,
        at: usize,
        attachment: &Attachment,
    ) -> AttachmentView {
        let view = AttachmentView::of(attachment, self.saved);
        let is_it = |upload: &&Upload| {
            upload.message.as_ref() == Some(message) && usize::try_from(upload.position) == Ok(at)
        };
        match self.uploads.iter().find(is_it) {
            Some(upload) => AttachmentView {
                // It is here already.
                can_save: false,
                upload: Some(upload.into()),
                ..view
            },
            None => view,
        }
    }

    fn reply(&self, message: &kith_model::Message) -> Option<ReplyView> {
        let reply = message.properties.reply()?;
        let original = self
            .originals
            .get(&reply.message)
            .filter(|original| original.message.dialog_id == message.dialog_id);
        let sender = original
            .map(|original| original.message.sender)
            .or(reply.sender)?;
        let text = match original {
            // The quote is what was answered, even if it was edited since.
            Some(original) if reply.text.is_empty() => teaser(&original.message.body),
            _ => teaser(&reply.text),
        };
        Some(ReplyView {
            message: reply.message,
            sender,
            sender_name: self.name(sender),
            text,
            attachment: original
                .and_then(|original| AttachedView::of(&original.message.attachments)),
        })
    }
}

/// What a quiet line tells.
pub(crate) fn system_view(notice: &Notice) -> SystemView {
    SystemView {
        kind: match notice.kind {
            NoticeKind::Created => SystemKind::Created,
            NoticeKind::Added => SystemKind::Added,
            NoticeKind::Removed => SystemKind::Removed,
            NoticeKind::Joined => SystemKind::Joined,
            NoticeKind::Left => SystemKind::Left,
            NoticeKind::Renamed => SystemKind::Renamed,
            NoticeKind::Photo => SystemKind::Photo,
            NoticeKind::Description => SystemKind::Description,
            NoticeKind::Pinned => SystemKind::Pinned,
            NoticeKind::Unpinned => SystemKind::Unpinned,
            NoticeKind::Admins => SystemKind::Admins,
            NoticeKind::Changed => SystemKind::Changed,
        },
        by: notice.by,
        people: notice.people.clone(),
        text: notice.text.clone(),
        message: notice.message.clone(),
    }
}
