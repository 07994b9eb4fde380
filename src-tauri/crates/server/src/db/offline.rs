//! What waits for people who were not there.

use kith_wire::xml::Element;
use kith_wire::xmpp::ns;
use sqlx::{FromRow, QueryBuilder, Sqlite, SqliteConnection};

use crate::text::Text;

/// A person finds so many stanzas at most, the newest; history has the rest.
const MOST_OF_ONE: i64 = 1_000;
/// After so long nobody comes for them live any more.
const LONGEST_MILLIS: i64 = 30 * 24 * 60 * 60 * 1000;

/// A stanza that waited.
#[derive(Debug, Clone, FromRow)]
pub(crate) struct Waiting {
    pub(crate) xml: String,
    pub(crate) created_at: i64,
}

/// Keeps a stanza for some people.
pub(crate) async fn keep(
    db: &mut SqliteConnection,
    people: &[i64],
    message_id: &str,
    xml: &str,
    now: i64,
) -> Result<(), sqlx::Error> {
    let n: i64 = sqlx::query_scalar(
        "INSERT INTO offline_stanzas (message_id, xml, created_at) VALUES (?, ?, ?) RETURNING n",
    )
    .bind(message_id)
    .bind(xml)
    .bind(now)
    .fetch_one(&mut *db)
    .await?;
    for part in people.chunks(1000) {
        let mut query = QueryBuilder::<Sqlite>::new("INSERT INTO offline (user_id, n) ");
        query.push_values(part, |mut row, user_id| {
            row.push_bind(*user_id).push_bind(n);
        });
        query.build().execute(&mut *db).await?;
    }
    Ok(())
}

/// Keeps what was sent to a person's last session and never acknowledged: messages, that is,
/// and not what destroys itself, which is for those who are there.
pub(crate) async fn keep_again(
    db: &mut SqliteConnection,
    user_id: i64,
    stanzas: &[Text],
    now: i64,
) -> Result<(), sqlx::Error> {
    for text in stanzas {
        if Element::parse(text.strict()).is_ok_and(|stanza| waits(&stanza)) {
            keep(db, &[user_id], "", text.lenient(), now).await?;
        }
    }
    Ok(())
}

/// Whether this is what somebody who was not there wants to find.
fn waits(stanza: &Element) -> bool {
    let is_message = stanza.is("message", ns::CLIENT)
        && matches!(stanza.attr("type"), Some("chat" | "groupchat"));
    is_message && !destroys_itself(stanza)
}

/// Whether this is, or carries, something that destroys itself (`protocol/xmpp.md` §10).
fn destroys_itself(element: &Element) -> bool {
    element.is("destroy", ns::DESTROY) || element.elements().any(destroys_itself)
}

/// Takes out what waits for a person, in the order in which it was kept.
pub(crate) async fn take(
    db: &mut SqliteConnection,
    user_id: i64,
) -> Result<Vec<Waiting>, sqlx::Error> {
    let mut found: Vec<Waiting> = sqlx::query_as(
        "SELECT s.xml, s.created_at
         FROM offline o JOIN offline_stanzas s ON s.n = o.n
         WHERE o.user_id = ? ORDER BY o.n DESC LIMIT ?",
    )
    .bind(user_id)
    .bind(MOST_OF_ONE)
    .fetch_all(&mut *db)
    .await?;
    if !found.is_empty() {
        sqlx::query("DELETE FROM offline WHERE user_id = ?")
            .bind(user_id)
            .execute(db)
            .await?;
    }
    found.reverse();
    Ok(found)
}

/// Forgets a message that was removed for everybody.
pub(crate) async fn forget(db: &mut SqliteConnection, message_id: &str) -> Result<(), sqlx::Error> {
    sqlx::query("DELETE FROM offline_stanzas WHERE message_id = ?")
        .bind(message_id)
        .execute(db)
        .await?;
    Ok(())
}

/// Forgets what nobody came for, what everybody has taken, and what is too much for one.
pub(crate) async fn sweep(db: &mut SqliteConnection, now: i64) -> Result<(), sqlx::Error> {
    let many: Vec<i64> =
        sqlx::query_scalar("SELECT user_id FROM offline GROUP BY user_id HAVING COUNT(*) > ?")
            .bind(MOST_OF_ONE)
            .fetch_all(&mut *db)
            .await?;
    for user_id in many {
        sqlx::query(
            "DELETE FROM offline
             WHERE user_id = ?1 AND n <= (SELECT n FROM offline WHERE user_id = ?1
                                          ORDER BY n DESC LIMIT 1 OFFSET ?2)",
        )
        .bind(user_id)
        .bind(MOST_OF_ONE)
        .execute(&mut *db)
        .await?;
    }
    sqlx::query(
        "DELETE FROM offline_stanzas
         WHERE created_at < ? OR NOT EXISTS (SELECT 1 FROM offline o WHERE o.n = offline_stanzas.n)",
    )
    .bind(now - LONGEST_MILLIS)
    .execute(db)
    .await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::house::House;

    #[tokio::test]
    async fn what_destroys_itself_does_not_wait() {
        let house = House::open().await;
        let alex = house.person("alex").await.id;
        let mut turn = house.site.db.turn().await.expect("the turn");
        let mut tx = turn.begin().await.expect("begun");
        let stanza = |kind: &str, body: &str| {
            Element::new("message", ns::CLIENT)
                .with("type", kind)
                .with_child(Element::new("body", ns::CLIENT).with_text(body))
        };
        let destroy = Element::new("destroy", ns::DESTROY).with("after", "5");
        let about_it = format!("<destroy xmlns='{}'/>", ns::DESTROY);
        let left: Vec<Text> = [
            stanza("chat", "stays"),
            stanza("chat", "burns").with_child(destroy.clone()),
            stanza("groupchat", &about_it),
            stanza("chat", "carried").with_child(
                Element::new("forwarded", ns::FORWARD)
                    .with_child(stanza("chat", "burns too").with_child(destroy)),
            ),
        ]
        .iter()
        .map(Text::of)
        .collect();
        keep_again(&mut tx, alex, &left, 0).await.expect("kept");
        let found = take(&mut tx, alex).await.expect("taken");
        let found: Vec<_> = found.iter().map(|one| one.xml.as_str()).collect();
        assert_eq!(found, [left[0].lenient(), left[2].lenient()]);
    }

    #[tokio::test]
    async fn the_newest_thousand_wait_for_thirty_days() {
        let house = House::open().await;
        let alex = house.person("alex").await.id;
        let mut turn = house.site.db.turn().await.expect("the turn");
        let mut tx = turn.begin().await.expect("begun");
        let many = 0..MOST_OF_ONE + 3;
        for n in many.clone() {
            keep(&mut tx, &[alex], "", &n.to_string(), 0)
                .await
                .expect("kept");
        }
        let found = take(&mut tx, alex).await.expect("taken");
        let found: Vec<_> = found.into_iter().map(|one| one.xml).collect();
        let newest: Vec<_> = many.clone().skip(3).map(|n| n.to_string()).collect();
        assert_eq!(found, newest);
        assert!(take(&mut tx, alex).await.expect("taken").is_empty());

        for n in many {
            keep(&mut tx, &[alex], "", &n.to_string(), 0)
                .await
                .expect("kept");
        }
        let mut left = async |now: i64| -> i64 {
            sweep(&mut tx, now).await.expect("swept");
            sqlx::query_scalar("SELECT COUNT(*) FROM offline WHERE user_id = ?")
                .bind(alex)
                .fetch_one(&mut *tx)
                .await
                .expect("counted")
        };
        assert_eq!(left(LONGEST_MILLIS).await, MOST_OF_ONE);
        assert_eq!(left(LONGEST_MILLIS + 1).await, 0);
    }
}
