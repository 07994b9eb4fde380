//! Reading messages (`protocol/rest.md` §6.2). Nothing here marks anything as
//! read.

use kith_model::{AttachmentKind, DialogId, Message, MessageId, Timestamp, UserId};
use kith_wire::rest as wire;

use super::{IDS, PAGE, Query, Rest, joined, pair};
use crate::{ClientError, convert};

/// Which page of a dialog's history (`protocol/rest.md` §6.2).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HistoryQuery {
    /// Of which dialog.
    pub dialog: DialogId,
    /// Sent in this second or before it.
    pub sent_before: Option<i64>,
    /// Sent in this second or after it.
    pub sent_after: Option<i64>,
    /// Changed after this instant: edits and states made while away.
    pub updated_after: Option<Timestamp>,
    /// From the newest to the oldest, or the other way round.
    pub newest_first: bool,
    /// At most so many; the platform allows 100.
    pub limit: u32,
    /// So many are left out at the beginning, for seconds with more messages
    /// than a page has.
    pub skip: u32,
}

impl HistoryQuery {
    /// The newest `limit` messages of a dialog.
    #[must_use]
    pub fn newest(dialog: DialogId, limit: u32) -> Self {
        Self {
            dialog,
            sent_before: None,
            sent_after: None,
            updated_after: None,
            newest_first: true,
            limit,
            skip: 0,
        }
    }
}

/// Which messages of a history. Everything that is set must fit.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct MessageFilter {
    /// With this in the text; empty for any.
    pub contains: String,
    /// By this person.
    pub sender: Option<UserId>,
    /// To this person.
    pub recipient: Option<UserId>,
    /// With an attachment of this kind.
    pub attachment: Option<AttachmentKind>,
}

impl MessageFilter {
    fn query(&self) -> Query {
        let mut query = Vec::new();
        if !self.contains.is_empty() {
            query.push(pair("message[ctn]", &self.contains));
        }
        query.extend(self.sender.map(|id| pair("sender_id", id)));
        query.extend(self.recipient.map(|id| pair("recipient_id", id)));
        query.extend(self.attachment.map(|kind| {
            // Both names of a kind are in use (`protocol/xmpp.md` §5).
            let names = match kind {
                AttachmentKind::Photo => "photo,image",
                AttachmentKind::Video => "video",
                AttachmentKind::Audio => "audio",
                AttachmentKind::Contact => "contact",
                AttachmentKind::Place => "place,location",
                AttachmentKind::File => "file",
            };
            pair("attachments.type[in]", names)
        }));
        query
    }
}

impl Rest {
    /// A page of history. It never marks anything as read. Fewer than
    /// `query.limit` messages mean that there are no more.
    ///
    /// # Errors
    /// [`ClientError::Gone`] or [`ClientError::NotAllowed`] when the dialog is
    /// not this account's; the platform answers either.
    pub async fn history(&self, query: &HistoryQuery) -> Result<Vec<Message>, ClientError> {
        self.find_messages(query, &MessageFilter::default()).await
    }

    /// The same, of those messages only that fit.
    ///
    /// # Errors
    /// As [`Rest::history`].
    pub async fn find_messages(
        &self,
        query: &HistoryQuery,
        filter: &MessageFilter,
    ) -> Result<Vec<Message>, ClientError> {
        let wanted = usize::try_from(query.limit).unwrap_or(PAGE);
        let mut found = Vec::new();
        let mut skip = usize::try_from(query.skip).unwrap_or_default();
        // More than once only for more than a page, or where the server holds
        // records that are no messages to us.
        while found.len() < wanted {
            let limit = (wanted - found.len()).min(PAGE);
            let mut pairs = page_of(query, limit, skip);
            pairs.extend(filter.query());
            let items = self
                .get::<wire::Page<wire::Message>>("/chat/Message", pairs)
                .await?
                .items
                .0;
            let n_items = items.len();
            found.extend(
                items
                    .into_iter()
                    .filter_map(|item| convert::message(item, &query.dialog)),
            );
            if n_items < limit {
                break;
            }
            skip += n_items;
        }
        Ok(found)
    }

    /// Those of the messages that the server has, in no particular order. It
    /// never marks anything as read.
    ///
    /// # Errors
    /// As [`Rest::history`].
    pub async fn messages_by_id(
        &self,
        dialog: &DialogId,
        ids: &[MessageId],
    ) -> Result<Vec<Message>, ClientError> {
        let mut found = Vec::new();
        for ids in ids.chunks(IDS) {
            let query = vec![
                pair("chat_dialog_id", dialog),
                pair("_id[in]", joined(ids)),
                pair("limit", PAGE),
                pair("mark_as_read", 0),
            ];
            let page: wire::Page<wire::Message> = self.get("/chat/Message", query).await?;
            let messages = page
                .items
                .0
                .into_iter()
                .filter_map(|item| convert::message(item, dialog));
            found.extend(messages.filter(|message| ids.contains(&message.id)));
        }
        Ok(found)
    }
}

pub(super) fn page_of(query: &HistoryQuery, limit: usize, skip: usize) -> Query {
    let mut pairs = vec![
        pair("chat_dialog_id", &query.dialog),
        pair(
            if query.newest_first {
                "sort_desc"
            } else {
                "sort_asc"
            },
            "date_sent",
        ),
        pair("limit", limit),
        pair("skip", skip),
        // Reading history must never count as reading.
        pair("mark_as_read", 0),
    ];
    let bounds = [
        ("date_sent[lte]", query.sent_before),
        ("date_sent[gte]", query.sent_after),
        (
            "updated_at[gte]",
            query.updated_after.map(Timestamp::seconds),
        ),
    ];
    pairs.extend(
        bounds
            .into_iter()
            .filter_map(|(key, bound)| Some(pair(key, bound?))),
    );
    pairs
}
