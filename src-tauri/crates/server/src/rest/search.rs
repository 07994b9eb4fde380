//! Search over everything somebody may see (`protocol/rest.md` §7).

use serde_json::json;
use sqlx::{QueryBuilder, Sqlite};

use crate::db::messages::{COLUMNS, Message};
use crate::db::users;
use crate::rest::answer::{Answer, Fault};
use crate::rest::messages::{SEEN, SEEN_WHERE};
use crate::rest::params;
use crate::rest::request::Call;
use crate::rest::{dialog_list, filter, shape};
use crate::site::Site;

const SHORTEST: usize = 4;
const MOST_DIALOGS: usize = 10;
const MOST: i64 = 100;
const LONGEST_MILLIS: i64 = 93 * 24 * 60 * 60 * 1000;

/// `GET /chat/search`. Words are alternatives, quotes make a phrase; upper and lower case
/// differ. `start_date` is the newer bound: the names are the wrong way round.
pub(crate) async fn search(site: &Site, call: &Call) -> Result<Answer, Fault> {
    let me = call.user()?;
    let text = call.text("search_text").unwrap_or_default();
    let text = text.trim();
    if text.chars().count() < SHORTEST {
        return Err(Fault::field(
            "search_text",
            "should have at least 4 characters",
        ));
    }
    let dialogs = call
        .param("chat_dialog_ids")
        .map(params::texts)
        .unwrap_or_default();
    if dialogs.len() > MOST_DIALOGS {
        return Err(Fault::field(
            "chat_dialog_ids",
            "should have at most 10 ids",
        ));
    }
    let date = |name: &str| call.text(name).and_then(|text| filter::millis(&text));
    let (newest, oldest) = (date("start_date"), date("end_date"));
    match (newest, oldest) {
        (Some(_), None) => return Err(Fault::field("end_date", "is required with start_date")),
        (Some(newest), Some(oldest)) if newest - oldest > LONGEST_MILLIS => {
            return Err(Fault::field(
                "end_date",
                "should be at most 3 months before start_date",
            ));
        }
        _ => {}
    }
    let words = words(text);
    let mut query = QueryBuilder::<Sqlite>::new("SELECT ");
    query
        .push(COLUMNS)
        .push(SEEN)
        .push_bind(me)
        .push(SEEN_WHERE)
        .push_bind(me)
        .push(")");
    query.push(" AND (");
    for (n, word) in words.iter().enumerate() {
        query.push(if n == 0 {
            "INSTR(g.body, "
        } else {
            " OR INSTR(g.body, "
        });
        query.push_bind(word.clone()).push(") > 0");
    }
    query.push(")");
    if !dialogs.is_empty() {
        query.push(" AND g.dialog_id IN (");
        let mut list = query.separated(", ");
        for id in &dialogs {
            list.push_bind(id.to_lowercase());
        }
        query.push(")");
    }
    for (bound, comparison) in [(newest, " <= "), (oldest, " >= ")] {
        if let Some(bound) = bound {
            query
                .push(" AND g.date_sent")
                .push(comparison)
                .push_bind(bound / 1000);
        }
    }
    query
        .push(" ORDER BY g.date_sent DESC, g.seq DESC LIMIT ")
        .push_bind(call.limit(MOST));
    let found: Vec<Message> = query.build_query_as().fetch_all(site.db.read()).await?;

    let mut authors: Vec<i64> = found.iter().map(|message| message.sender_id).collect();
    authors.sort_unstable();
    authors.dedup();
    let users = users::by_ids(site.db.read(), &authors).await?;
    let messages = shape::messages(site.db.read(), me, &found).await?;
    let named = dialog_list::named(site, me, text).await?;
    let users: Vec<_> = users.iter().map(shape::user).collect();
    // Some SDKs read the three at the top, some under `results`.
    Ok(Answer::Json(json!({
        "results": { "dialogs": named, "messages": messages, "users": users },
        "dialogs": named,
        "messages": messages,
        "users": users,
    })))
}

/// The words of a query; what stands in quotes is one.
fn words(text: &str) -> Vec<String> {
    let mut words = Vec::new();
    for (n, part) in text.split('"').enumerate() {
        if n % 2 == 1 {
            words.push(part.to_owned());
        } else {
            words.extend(part.split_whitespace().map(str::to_owned));
        }
    }
    words.retain(|word| !word.is_empty());
    if words.is_empty() {
        words.push(text.to_owned());
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_alternatives_and_quotes_make_a_phrase() {
        assert_eq!(words("lorem  ipsum"), ["lorem", "ipsum"]);
        assert_eq!(words("\"lorem ipsum\" dolor"), ["lorem ipsum", "dolor"]);
        assert_eq!(words("\"\""), ["\"\""]);
    }
}
