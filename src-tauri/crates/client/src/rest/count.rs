//! Numbers of messages, without the messages (`protocol/rest.md` §6.2).

use serde::Deserialize;
use serde_json::Value;

use super::history::page_of;
use super::{HistoryQuery, Rest, pair};
use crate::ClientError;

#[derive(Debug, Default, Deserialize)]
struct Counted {
    #[serde(default)]
    items: Value,
}

impl Rest {
    /// How many messages a question about history would bring in all; `None`
    /// when the server does not count.
    ///
    /// # Errors
    /// As [`Rest::history`].
    pub async fn count(&self, query: &HistoryQuery) -> Result<Option<u64>, ClientError> {
        let mut pairs = page_of(query, 1, 0);
        pairs.push(pair("count", 1));
        let counted: Counted = self.get("/chat/Message", pairs).await?;
        Ok(counted.items.get("count").and_then(Value::as_u64))
    }
}
