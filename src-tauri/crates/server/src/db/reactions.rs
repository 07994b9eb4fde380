//! Reactions: each person holds each emoji at most once on a message.

use std::collections::HashMap;

use sqlx::{FromRow, QueryBuilder, Sqlite, SqliteConnection, SqliteExecutor};

/// One person's reaction.
#[derive(Debug, Clone, FromRow)]
pub(crate) struct Reaction {
    pub(crate) seq: i64,
    pub(crate) user_id: i64,
    pub(crate) emoji: String,
}

/// Adds a reaction; tells whether it is new.
pub(crate) async fn add(
    db: &mut SqliteConnection,
    seq: i64,
    user_id: i64,
    emoji: &str,
    now: i64,
) -> Result<bool, sqlx::Error> {
    let added = sqlx::query(
        "INSERT OR IGNORE INTO reactions (seq, user_id, emoji, added_at) VALUES (?, ?, ?, ?)",
    )
    .bind(seq)
    .bind(user_id)
    .bind(emoji)
    .bind(now)
    .execute(db)
    .await?;
    Ok(added.rows_affected() > 0)
}

/// Takes a reaction back; tells whether it was there.
pub(crate) async fn remove(
    db: &mut SqliteConnection,
    seq: i64,
    user_id: i64,
    emoji: &str,
) -> Result<bool, sqlx::Error> {
    let removed = sqlx::query("DELETE FROM reactions WHERE seq = ? AND user_id = ? AND emoji = ?")
        .bind(seq)
        .bind(user_id)
        .bind(emoji)
        .execute(db)
        .await?;
    Ok(removed.rows_affected() > 0)
}

/// The reactions on some messages, by message, the oldest first.
pub(crate) async fn of(
    db: impl SqliteExecutor<'_>,
    seqs: &[i64],
) -> Result<HashMap<i64, Vec<Reaction>>, sqlx::Error> {
    let mut found: HashMap<i64, Vec<Reaction>> = HashMap::new();
    if seqs.is_empty() {
        return Ok(found);
    }
    let mut query =
        QueryBuilder::<Sqlite>::new("SELECT seq, user_id, emoji FROM reactions WHERE seq IN (");
    let mut list = query.separated(", ");
    for seq in seqs {
        list.push_bind(*seq);
    }
    query.push(") ORDER BY seq, added_at, user_id");
    for reaction in query.build_query_as::<Reaction>().fetch_all(db).await? {
        found.entry(reaction.seq).or_default().push(reaction);
    }
    Ok(found)
}
