//! Searching everything on the server (`protocol/rest.md` §7).

use kith_model::{DialogId, Message, Person, Timestamp};
use kith_wire::rest as wire;
use thiserror::Error;

use super::{DialogState, Rest};
use crate::{ClientError, convert};

/// So few characters are not looked for. The documents say "longer than 4",
/// and leave open whether four pass; this errs on asking.
const SHORTEST: usize = 4;
/// In so many dialogs at once.
const MOST_DIALOGS: usize = 10;
/// Between the two bounds at most: three of the longest months.
const LONGEST_MILLIS: i64 = 92 * 24 * 3_600_000;
/// So many of each kind.
const MOST: u32 = 100;

/// What to look for. The platform looks for any of the words, and for the whole
/// of what stands in quotes; case counts.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SearchQuery {
    /// The words.
    pub text: String,
    /// In these dialogs only, ten at most; none means in all.
    pub dialogs: Vec<DialogId>,
    /// Not before this; the two bounds come together.
    pub from: Option<Timestamp>,
    /// Not after this, and at most three months later.
    pub to: Option<Timestamp>,
    /// At most so many of each kind; 100 at most, 0 for what the server likes.
    pub limit: u32,
}

/// A rule of the platform that a query breaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Error)]
pub enum SearchRule {
    /// Fewer than four characters.
    #[error("the text is too short to be looked for")]
    TooShort,
    /// More than ten dialogs.
    #[error("at most ten dialogs are searched at once")]
    TooManyDialogs,
    /// One bound without the other.
    #[error("a period has a beginning and an end")]
    HalfAPeriod,
    /// The end before the beginning, or more than three months.
    #[error("a period is three months at most")]
    PeriodTooLong,
}

/// Why nothing was searched.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum SearchError {
    /// The query breaks a rule; the server was not asked.
    #[error(transparent)]
    Rule(#[from] SearchRule),
    /// The call failed.
    #[error(transparent)]
    Client(#[from] ClientError),
}

/// What was found.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SearchResult {
    /// Dialogs whose name fits.
    pub dialogs: Vec<DialogState>,
    /// Messages whose text fits.
    pub messages: Vec<Message>,
    /// People who belong to what was found.
    pub people: Vec<Person>,
}

impl SearchQuery {
    /// Whether the platform takes it.
    ///
    /// # Errors
    /// The rule that it breaks.
    pub fn check(&self) -> Result<(), SearchRule> {
        if self.text.trim().chars().count() < SHORTEST {
            return Err(SearchRule::TooShort);
        }
        if self.dialogs.len() > MOST_DIALOGS {
            return Err(SearchRule::TooManyDialogs);
        }
        match (self.from, self.to) {
            (None, None) => Ok(()),
            (Some(from), Some(to)) => {
                let long = to.millis().saturating_sub(from.millis());
                if (0..=LONGEST_MILLIS).contains(&long) {
                    Ok(())
                } else {
                    Err(SearchRule::PeriodTooLong)
                }
            }
            (Some(_), None) | (None, Some(_)) => Err(SearchRule::HalfAPeriod),
        }
    }
}

impl Rest {
    /// Looks for words in the names of this account's dialogs and in its
    /// messages.
    ///
    /// # Errors
    /// [`SearchError::Rule`] when the platform would not take the query.
    pub async fn search(&self, query: &SearchQuery) -> Result<SearchResult, SearchError> {
        query.check()?;
        let date = |at: Timestamp| wire::Date(at.millis());
        let asked = wire::SearchQuery {
            search_text: query.text.trim().to_owned(),
            chat_dialog_ids: query.dialogs.iter().map(ToString::to_string).collect(),
            // The platform calls the newer bound the start.
            start_date: query.to.map(date),
            end_date: query.from.map(date),
            limit: (query.limit > 0).then(|| query.limit.min(MOST)),
        };
        let body: wire::SearchBody = self.get("/chat/search", asked.pairs()).await?;
        let found = body.results;
        let messages = found.messages.0.into_iter();
        Ok(SearchResult {
            dialogs: found
                .dialogs
                .0
                .into_iter()
                .filter_map(convert::dialog)
                .collect(),
            messages: messages.filter_map(convert::found_message).collect(),
            people: found
                .users
                .0
                .into_iter()
                .filter_map(convert::person)
                .collect(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_query_that_breaks_a_rule_is_not_asked() {
        let day = |n: i64| Some(Timestamp::from_seconds(n * 86_400));
        let query = |text: &str| SearchQuery {
            text: text.into(),
            ..SearchQuery::default()
        };
        assert_eq!(query("boat").check(), Ok(()));
        assert_eq!(query(" bo ").check(), Err(SearchRule::TooShort));
        let within = |from, to| {
            SearchQuery {
                from,
                to,
                ..query("boat")
            }
            .check()
        };
        assert_eq!(within(day(0), day(90)), Ok(()));
        assert_eq!(within(day(0), day(93)), Err(SearchRule::PeriodTooLong));
        assert_eq!(within(day(1), day(0)), Err(SearchRule::PeriodTooLong));
        assert_eq!(within(day(1), None), Err(SearchRule::HalfAPeriod));
        let dialog: DialogId = format!("{:024x}", 1).parse().unwrap();
        let many = SearchQuery {
            dialogs: vec![dialog; 11],
            ..query("boat")
        };
        assert_eq!(many.check(), Err(SearchRule::TooManyDialogs));
    }
}
