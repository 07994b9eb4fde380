//! Web addresses in messages, so that those shared in a dialog can be listed
//! without reading its messages.

use kith_model::{DialogId, Message, MessageId, Timestamp, UserId};

use crate::open::stored;
use crate::person::user;
use crate::{Store, StoreError, Write};

/// So many of one message are kept.
const OF_ONE_MESSAGE: usize = 20;
/// Longer ones are no addresses.
const LONGEST: usize = 2048;

/// A web address that somebody shared.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Link {
    /// The address.
    pub url: String,
    /// In which message.
    pub message: MessageId,
    /// By whom.
    pub sender: UserId,
    /// When.
    pub at: Timestamp,
}

/// The statement behind [`Store::links`], for the test that pins its plan.
pub(crate) const LINKS: &str = "SELECT l.url, l.message_id, m.sender_id, l.sent_at
     FROM link l
     JOIN message m ON m.id = l.message_id
     WHERE l.dialog_id = ?
     ORDER BY l.sent_at DESC, l.message_id DESC, l.position DESC
     LIMIT ?";

impl Store {
    /// The newest links shared in a dialog, newest first.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn links(&self, dialog: &DialogId, limit: u32) -> Result<Vec<Link>, StoreError> {
        let rows: Vec<(String, String, i64, i64)> = sqlx::query_as(LINKS)
            .bind(dialog.as_str())
            .bind(limit)
            .fetch_all(&mut *self.reader().await?)
            .await?;
        rows.into_iter()
            .map(|(url, message, sender, at)| {
                Ok(Link {
                    url,
                    message: stored(&message)?,
                    sender: user(sender)?,
                    at: Timestamp::from_seconds(at),
                })
            })
            .collect()
    }
}

impl Write {
    /// Keeps the links of a message that came in.
    pub(crate) fn keep_links(&mut self, message: &Message) {
        for (position, url) in urls(&message.body).into_iter().enumerate() {
            self.later(
                "INSERT INTO link (dialog_id, sent_at, message_id, position, url)
                 VALUES (?, ?, ?, ?, ?)
                 ON CONFLICT DO NOTHING",
            )
            .bind(message.dialog_id.as_str())
            .bind(message.sent_at.seconds())
            .bind(message.id.as_str())
            .bind(i64::try_from(position).unwrap_or_default())
            .bind(url);
        }
    }

    /// The same for a message with another text.
    pub(crate) fn renew_links(&mut self, message: &Message) {
        self.later("DELETE FROM link WHERE message_id = ?")
            .bind(message.id.as_str());
        self.keep_links(message);
    }
}

/// The web addresses in a text, in their order, each once.
fn urls(text: &str) -> Vec<&str> {
    let mut found: Vec<&str> = Vec::new();
    let mut rest = text;
    while let Some(at) = rest.find("http") {
        let from = &rest[at..];
        let scheme = ["https://", "http://"]
            .into_iter()
            .find(|scheme| from.starts_with(scheme));
        let Some(scheme) = scheme else {
            rest = &from[4..];
            continue;
        };
        let end = from
            .find(|c: char| c.is_whitespace() || matches!(c, '<' | '>' | '"' | '`'))
            .unwrap_or(from.len());
        let url = trimmed(&from[..end]);
        if url.len() > scheme.len() && url.len() <= LONGEST && !found.contains(&url) {
            found.push(url);
            if found.len() == OF_ONE_MESSAGE {
                break;
            }
        }
        rest = &from[end..];
    }
    found
}

/// Without the punctuation of the sentence that an address stands in. A
/// closing bracket belongs to it only if it was opened in it.
fn trimmed(mut url: &str) -> &str {
    loop {
        let shorter = url.trim_end_matches(['.', ',', ';', ':', '!', '?', '\'', '*', '_', '~']);
        let shorter = match shorter.strip_suffix(')') {
            Some(without) if without.matches('(').count() < shorter.matches(')').count() => without,
            _ => shorter,
        };
        if shorter.len() == url.len() {
            return url;
        }
        url = shorter;
    }
}

#[cfg(test)]
mod tests {
    use super::urls;

    #[test]
    fn addresses_are_found_in_sentences() {
        let check = |text: &str, expected: &[&str]| assert_eq!(urls(text), expected, "{text}");
        check("no address here, http is a word", &[]);
        check("http:// https://", &[]);
        check("see https://example.org/a.", &["https://example.org/a"]);
        check(
            "(https://example.org/a_(b)) and http://x.test/?q=1!",
            &["https://example.org/a_(b)", "http://x.test/?q=1"],
        );
        check("*https://a.test* https://a.test", &["https://a.test"]);
        check(
            "ümlaut https://a.test/ü 😀https://b.test",
            &["https://a.test/ü", "https://b.test"],
        );
    }
}
