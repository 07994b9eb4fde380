//! Numbers of messages, without the messages (`protocol/rest.md` §6.2).

use kith_wire::rest as wire;
use serde_json::Value;

use super::history::page_of;
use super::{HistoryQuery, Rest, pair};
use crate::ClientError;

impl Rest {
    /// How many messages a question about history would bring in all; `None`
    /// when the server does not count.
    ///
    /// # Errors
    /// As [`Rest::history`].
    pub async fn count(&self, query: &HistoryQuery) -> Result<Option<u64>, ClientError> {
        let mut pairs = page_of(query, 1, 0);
        pairs.push(pair("count", 1));
        let counted: Value = self.get("/chat/Message", pairs).await?;
        Ok(wire::count(&counted).and_then(|count| u64::try_from(count).ok()))
    }
}
