//! Finding dialogs: filters, sorting, pages (`protocol/rest.md` §5.3), and the
//! directory of public ones.

use std::collections::BTreeMap;

use kith_model::{DialogId, DialogKind, Message, Timestamp, UserId};
use kith_wire::rest as wire;

use super::{DialogState, PAGE, Query, Rest, joined, pair};
use crate::{ClientError, convert};

/// By what dialogs are sorted.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub enum DialogSort {
    /// By their newest message.
    #[default]
    LastMessage,
    /// By when they were made.
    Created,
    /// By when they were last changed.
    Updated,
}

/// Which dialogs. Everything that is set must fit.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct DialogFilter {
    /// One of these; none for any.
    pub ids: Vec<DialogId>,
    /// Of one of these kinds; none for any.
    pub kinds: Vec<DialogKind>,
    /// With this in the name; empty for any.
    pub name_contains: String,
    /// With all of these people in it.
    pub with: Vec<UserId>,
    /// Changed in this second or later.
    pub updated_after: Option<Timestamp>,
    /// With a newest message of this second or later.
    pub last_message_after: Option<Timestamp>,
    /// With these values in the administrator's fields.
    pub extensions: BTreeMap<String, String>,
    /// By what they are sorted.
    pub sort: DialogSort,
    /// From the oldest to the newest instead of the other way round.
    pub oldest_first: bool,
    /// Public ones that this account is not in, where the server has a
    /// directory of them. `kith-server` has; a server that does not know of it
    /// answers with those that the account is in.
    pub directory: bool,
    /// At most so many; 0 for the platform's page of 100.
    pub limit: u32,
    /// So many are left out at the beginning.
    pub skip: u32,
}

/// A page of dialogs.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct DialogPage {
    /// The dialogs, in the order that was asked for.
    pub dialogs: Vec<DialogState>,
    /// How many fit in all, when told.
    pub total: Option<u32>,
    /// How many records the page had, those included that are no dialogs to us:
    /// the next page's `skip` is so much larger.
    pub n_records: u32,
    /// Whether there are more after these.
    pub has_more: bool,
}

impl DialogFilter {
    fn limit(&self) -> usize {
        match usize::try_from(self.limit) {
            Ok(limit @ 1..=PAGE) => limit,
            _ => PAGE,
        }
    }

    fn query(&self) -> Query {
        let mut query = Vec::new();
        if !self.ids.is_empty() {
            query.push(pair("_id[in]", joined(&self.ids)));
        }
        if !self.kinds.is_empty() {
            let kinds: Vec<i64> = self.kinds.iter().map(|kind| kind.number()).collect();
            query.push(pair("type[in]", joined(&kinds)));
        }
        if !self.name_contains.is_empty() {
            query.push(pair("name[ctn]", &self.name_contains));
        }
        if !self.with.is_empty() {
            query.push(pair("occupants_ids[all]", joined(&self.with)));
        }
        if let Some(after) = self.updated_after {
            query.push(pair("updated_at[gte]", after.seconds()));
        }
        if let Some(after) = self.last_message_after {
            query.push(pair("last_message_date_sent[gte]", after.seconds()));
        }
        for (key, value) in &self.extensions {
            query.push(pair(format!("extensions[{key}]"), value));
        }
        if self.directory {
            query.push(pair("directory", 1));
        }
        let order = if self.oldest_first {
            "sort_asc"
        } else {
            "sort_desc"
        };
        let field = match self.sort {
            DialogSort::LastMessage => "last_message_date_sent",
            DialogSort::Created => "created_at",
            DialogSort::Updated => "updated_at",
        };
        query.push(pair(order, field));
        query.push(pair("limit", self.limit()));
        query.push(pair("skip", self.skip));
        query
    }
}

impl Rest {
    /// One page of the dialogs that fit.
    ///
    /// # Errors
    /// As every call.
    pub async fn find_dialogs(&self, filter: &DialogFilter) -> Result<DialogPage, ClientError> {
        let page: wire::Page<wire::Dialog> = self.get("/chat/Dialog", filter.query()).await?;
        let n_records = page.items.0.len();
        let total = page.total_entries.and_then(|n| u32::try_from(n).ok());
        let n_records_32 = u32::try_from(n_records).unwrap_or(u32::MAX);
        let seen = filter.skip.saturating_add(n_records_32);
        Ok(DialogPage {
            dialogs: page
                .items
                .0
                .into_iter()
                .filter_map(convert::dialog)
                .collect(),
            total,
            n_records: n_records_32,
            has_more: n_records > 0
                && total.map_or(n_records >= filter.limit(), |total| seen < total),
        })
    }

    /// A page of public dialogs, those included that this account is not in,
    /// by name.
    ///
    /// # Errors
    /// As every call.
    pub async fn directory(&self, name: &str, skip: u32) -> Result<DialogPage, ClientError> {
        self.find_dialogs(&DialogFilter {
            kinds: vec![DialogKind::Public],
            name_contains: name.trim().to_owned(),
            directory: true,
            skip,
            ..DialogFilter::default()
        })
        .await
    }

    /// A public dialog, also one that this account is not in, where the server
    /// has a directory.
    ///
    /// # Errors
    /// As every call.
    pub async fn public_dialog(&self, id: &DialogId) -> Result<Option<DialogState>, ClientError> {
        let page = self
            .find_dialogs(&DialogFilter {
                ids: vec![id.clone()],
                kinds: vec![DialogKind::Public],
                directory: true,
                limit: 1,
                ..DialogFilter::default()
            })
            .await?;
        let mut found = page.dialogs.into_iter();
        Ok(found.find(|state| state.dialog.id == *id))
    }

    /// The last messages, twenty at most, of a dialog that this account is not
    /// in and that allows it (`protocol/rest.md` §6.2), from the newest to the
    /// oldest. It marks nothing as read.
    ///
    /// # Errors
    /// [`ClientError::NotAllowed`] when the dialog does not allow it.
    pub async fn preview(&self, id: &DialogId) -> Result<Vec<Message>, ClientError> {
        let query = vec![
            pair("chat_dialog_id", id),
            pair("preview", 1),
            pair("mark_as_read", 0),
        ];
        let page: wire::Page<wire::Message> = self.get("/chat/Message", query).await?;
        let found = page.items.0.into_iter();
        let mut found: Vec<Message> = found
            .filter_map(|item| convert::message(item, id))
            .collect();
        // The order is not the caller's to choose there.
        found.sort_by_cached_key(|message| std::cmp::Reverse(message.place()));
        Ok(found)
    }
}
