//! Custom objects, and reports, which are nothing but two classes of them
//! (`protocol/rest.md` §9).

use std::collections::BTreeMap;

use kith_model::{MessageId, Timestamp, UserId};
use kith_wire::rest as wire;
use reqwest::Method;
use serde_json::{Map, Value, json};
use thiserror::Error;

use super::{IDS, PAGE, Query, Rest, joined, pair};
use crate::ClientError;

/// A record of a class that the application's administrator made.
#[derive(Debug, Clone, PartialEq)]
pub struct Record {
    /// Its id.
    pub id: String,
    /// Who made it, when told.
    pub by: Option<UserId>,
    /// When it was made.
    pub created_at: Option<Timestamp>,
    /// When it was last changed.
    pub updated_at: Option<Timestamp>,
    /// The class's own fields.
    pub fields: Map<String, Value>,
}

/// A page of records.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct RecordPage {
    /// The records.
    pub records: Vec<Record>,
    /// Whether there may be more after these.
    pub has_more: bool,
}

/// Why a report was not filed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum ReportError {
    /// The administrator has not made the class that reports go into.
    #[error("reporting is not enabled on this server")]
    NotEnabled,
    /// The call failed.
    #[error(transparent)]
    Client(#[from] ClientError),
}

impl From<wire::Record> for Record {
    fn from(from: wire::Record) -> Self {
        Self {
            id: from.id,
            by: (from.user_id > 0).then_some(UserId(from.user_id)),
            created_at: from.created_at.map(Timestamp::from_seconds),
            updated_at: from.updated_at.map(Timestamp::from_seconds),
            fields: from.fields,
        }
    }
}

fn page(from: wire::Records) -> RecordPage {
    let records: Vec<Record> = from.items.0.into_iter().map(Record::from).collect();
    RecordPage {
        has_more: !records.is_empty()
            && usize::try_from(from.limit).is_ok_and(|limit| limit > 0 && records.len() >= limit),
        records,
    }
}

/// Several records in one body, counted from 1 as the SDK does.
fn numbered(records: impl IntoIterator<Item = Map<String, Value>>) -> Value {
    let records: Map<String, Value> = (1..)
        .map(|n: u32| n.to_string())
        .zip(records.into_iter().map(Value::Object))
        .collect();
    json!({ "record": records })
}

impl Rest {
    /// Makes a record.
    ///
    /// # Errors
    /// [`ClientError::Gone`] when there is no such class.
    pub async fn create_record(
        &self,
        class: &str,
        fields: &Map<String, Value>,
    ) -> Result<Record, ClientError> {
        let made: wire::Record = self
            .put(Method::POST, format!("/data/{class}"), fields)
            .await?;
        Ok(made.into())
    }

    /// Makes several records.
    ///
    /// # Errors
    /// As [`Rest::create_record`].
    pub async fn create_records(
        &self,
        class: &str,
        records: Vec<Map<String, Value>>,
    ) -> Result<Vec<Record>, ClientError> {
        let path = format!("/data/{class}/multi");
        let made: wire::Records = self.put(Method::POST, path, &numbered(records)).await?;
        Ok(page(made).records)
    }

    /// A page of the records that fit. `filter` is in the platform's form:
    /// `age[gt]` and `1`, `sort_desc` and `_id`.
    ///
    /// # Errors
    /// As [`Rest::create_record`].
    pub async fn records(
        &self,
        class: &str,
        filter: &BTreeMap<String, String>,
        skip: u32,
    ) -> Result<RecordPage, ClientError> {
        let mut query: Query = filter.iter().map(|(k, v)| pair(k, v)).collect();
        if !filter.contains_key("limit") {
            query.push(pair("limit", PAGE));
        }
        query.push(pair("skip", skip));
        Ok(page(self.get(&format!("/data/{class}"), query).await?))
    }

    /// Records by their ids.
    ///
    /// # Errors
    /// As [`Rest::create_record`].
    pub async fn records_by_id(
        &self,
        class: &str,
        ids: &[String],
    ) -> Result<Vec<Record>, ClientError> {
        let mut found = Vec::new();
        for ids in ids.chunks(IDS) {
            let path = format!("/data/{class}/{}", joined(ids));
            found.extend(page(self.get(&path, Vec::new()).await?).records);
        }
        Ok(found)
    }

    /// Changes a record. Besides fields, `change` may hold the platform's
    /// operators `inc`, `push`, `pull` and `pop`.
    ///
    /// # Errors
    /// [`ClientError::NotAllowed`] when this account may not.
    pub async fn update_record(
        &self,
        class: &str,
        id: &str,
        change: &Map<String, Value>,
    ) -> Result<Record, ClientError> {
        let path = format!("/data/{class}/{id}");
        let changed: wire::Record = self.put(Method::PUT, path, change).await?;
        Ok(changed.into())
    }

    /// Changes several records; each names its `id`.
    ///
    /// # Errors
    /// As [`Rest::update_record`].
    pub async fn update_records(
        &self,
        class: &str,
        changes: Vec<Map<String, Value>>,
    ) -> Result<Vec<Record>, ClientError> {
        let path = format!("/data/{class}/multi");
        let changed: wire::Records = self.put(Method::PUT, path, &numbered(changes)).await?;
        Ok(page(changed).records)
    }

    /// Changes all records that fit.
    ///
    /// # Errors
    /// As [`Rest::update_record`].
    pub async fn update_records_where(
        &self,
        class: &str,
        criteria: &Value,
        change: &Map<String, Value>,
    ) -> Result<Vec<Record>, ClientError> {
        let mut body = change.clone();
        body.insert("search_criteria".to_owned(), criteria.clone());
        let path = format!("/data/{class}/by_criteria");
        let changed: wire::Records = self.put(Method::PUT, path, &body).await?;
        Ok(page(changed).records)
    }

    /// Deletes records, and tells which are gone. Those that are not there, or
    /// that this account may not delete, are left out.
    ///
    /// # Errors
    /// As every call.
    pub async fn delete_records(
        &self,
        class: &str,
        ids: &[String],
    ) -> Result<Vec<String>, ClientError> {
        let mut gone = Vec::new();
        for ids in ids.chunks(IDS) {
            let path = format!("/data/{class}/{}", joined(ids));
            match self.delete(path, Vec::new()).await {
                Ok(answer) if answer.is_empty() => gone.extend_from_slice(ids),
                Ok(answer) => {
                    let body: wire::Deleted = answer.json()?;
                    gone.extend(body.successfully_deleted.ids);
                }
                Err(ClientError::Gone | ClientError::NotAllowed) => {}
                Err(error) => return Err(error),
            }
        }
        Ok(gone)
    }

    /// Deletes all records that fit, and tells how many. `filter` is as in
    /// [`Rest::records`].
    ///
    /// # Errors
    /// As every call.
    pub async fn delete_records_where(
        &self,
        class: &str,
        filter: &BTreeMap<String, String>,
    ) -> Result<u64, ClientError> {
        let query = filter.iter().map(|(k, v)| pair(k, v)).collect();
        let path = format!("/data/{class}/by_criteria");
        let body: Value = self.delete(path, query).await?.json()?;
        let count = body.get("total_deleted").and_then(wire::number);
        Ok(count
            .and_then(|n| u64::try_from(n).ok())
            .unwrap_or_default())
    }

    /// Reports a person to the application's moderators.
    ///
    /// # Errors
    /// [`ReportError::NotEnabled`] when the server takes no reports.
    pub async fn report_person(&self, who: UserId, reason: &str) -> Result<(), ReportError> {
        self.report(wire::USER_REPORTS, wire::user_report(who.0, reason))
            .await
    }

    /// Reports a message to the application's moderators.
    ///
    /// # Errors
    /// [`ReportError::NotEnabled`] when the server takes no reports.
    pub async fn report_message(&self, id: &MessageId, reason: &str) -> Result<(), ReportError> {
        let fields = wire::message_report(id.as_str(), reason);
        self.report(wire::MESSAGE_REPORTS, fields).await
    }

    async fn report(&self, class: &str, fields: Map<String, Value>) -> Result<(), ReportError> {
        match self.create_record(class, &fields).await {
            Ok(_) => Ok(()),
            // How the platform says that there is no such class.
            Err(ClientError::Gone | ClientError::Rejected(_)) => Err(ReportError::NotEnabled),
            Err(error) => Err(error.into()),
        }
    }
}
