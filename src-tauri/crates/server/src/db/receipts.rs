//! Who got and who read which message. A row is made for every addressee with
//! the message itself; states only rise.

use std::collections::HashMap;

use sqlx::{FromRow, QueryBuilder, Sqlite, SqliteConnection, SqliteExecutor};

/// How far a message got with one person.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Mark {
    /// It reached a device.
    Delivered,
    /// It was read, so it was delivered too.
    Read,
}

/// One person's receipt of one message.
#[derive(Debug, Clone, Copy, FromRow)]
pub(crate) struct Receipt {
    pub(crate) seq: i64,
    pub(crate) user_id: i64,
    pub(crate) delivered: bool,
    pub(crate) read: bool,
}

/// Notes for whom a new message is.
pub(crate) async fn expect(
    db: &mut SqliteConnection,
    seq: i64,
    dialog_id: &str,
    addressees: &[i64],
) -> Result<(), sqlx::Error> {
    // SQLite takes 32,766 parameters; three a row keep a part well below.
    for part in addressees.chunks(1000) {
        let mut query =
            QueryBuilder::<Sqlite>::new("INSERT INTO receipts (seq, user_id, dialog_id) ");
        query.push_values(part, |mut row, user_id| {
            row.push_bind(seq)
                .push_bind(*user_id)
                .push_bind(dialog_id.to_owned());
        });
        query.build().execute(&mut *db).await?;
    }
    Ok(())
}

/// Raises one person's receipt of one message; tells whether anything changed.
pub(crate) async fn raise(
    db: &mut SqliteConnection,
    seq: i64,
    dialog_id: &str,
    user_id: i64,
    mark: Mark,
    now: i64,
) -> Result<bool, sqlx::Error> {
    let read = mark == Mark::Read;
    let changed = sqlx::query(
        "INSERT INTO receipts (seq, user_id, dialog_id, delivered, read) VALUES (?, ?, ?, 1, ?)
         ON CONFLICT (seq, user_id)
         DO UPDATE SET delivered = 1, read = MAX(read, excluded.read)
         WHERE delivered = 0 OR read < excluded.read",
    )
    .bind(seq)
    .bind(user_id)
    .bind(dialog_id)
    .bind(read)
    .execute(&mut *db)
    .await?
    .rows_affected()
        > 0;
    if changed {
        // In public conversations and channels readers are counted (`protocol/README.md` §10).
        sqlx::query(
            "UPDATE messages
             SET updated_at = ?1,
                 views = views + (?2 AND (SELECT type FROM dialogs WHERE id = ?3) IN (1, 4))
             WHERE seq = ?4",
        )
        .bind(now)
        .bind(read)
        .bind(dialog_id)
        .bind(seq)
        .execute(&mut *db)
        .await?;
        if read {
            super::dialogs::touch_member(db, dialog_id, user_id, now).await?;
        }
    }
    Ok(changed)
}

/// Raises all of a person's receipts in a dialog; tells how many changed.
pub(crate) async fn raise_all(
    db: &mut SqliteConnection,
    dialog_id: &str,
    user_id: i64,
    mark: Mark,
    now: i64,
) -> Result<u64, sqlx::Error> {
    let read = mark == Mark::Read;
    sqlx::query(
        "UPDATE messages
         SET updated_at = ?1,
             views = views + (?4 AND (SELECT type FROM dialogs WHERE id = ?3) IN (1, 4))
         WHERE seq IN (SELECT seq FROM receipts
                       WHERE user_id = ?2 AND dialog_id = ?3 AND read = 0 AND (delivered = 0 OR ?4))",
    )
    .bind(now)
    .bind(user_id)
    .bind(dialog_id)
    .bind(read)
    .execute(&mut *db)
    .await?;
    let changed = sqlx::query(
        "UPDATE receipts SET delivered = 1, read = MAX(read, ?1)
         WHERE user_id = ?2 AND dialog_id = ?3 AND read = 0 AND (delivered = 0 OR ?1)",
    )
    .bind(read)
    .bind(user_id)
    .bind(dialog_id)
    .execute(&mut *db)
    .await?
    .rows_affected();
    if changed > 0 {
        super::dialogs::touch_member(db, dialog_id, user_id, now).await?;
    }
    Ok(changed)
}

/// The receipts of some messages, by message.
pub(crate) async fn of(
    db: impl SqliteExecutor<'_>,
    seqs: &[i64],
) -> Result<HashMap<i64, Vec<Receipt>>, sqlx::Error> {
    let mut found: HashMap<i64, Vec<Receipt>> = HashMap::new();
    if seqs.is_empty() {
        return Ok(found);
    }
    let mut query = QueryBuilder::<Sqlite>::new(
        "SELECT seq, user_id, delivered, read FROM receipts WHERE seq IN (",
    );
    let mut list = query.separated(", ");
    for seq in seqs {
        list.push_bind(*seq);
    }
    query.push(") ORDER BY seq, user_id");
    for receipt in query.build_query_as::<Receipt>().fetch_all(db).await? {
        found.entry(receipt.seq).or_default().push(receipt);
    }
    Ok(found)
}

/// How many messages a person has not read, by dialog; only groups and private
/// dialogs count (`protocol/rest.md` §6.7).
pub(crate) async fn unread(
    db: impl SqliteExecutor<'_>,
    user_id: i64,
) -> Result<HashMap<String, i64>, sqlx::Error> {
    let rows: Vec<(String, i64)> = sqlx::query_as(
        "SELECT r.dialog_id, COUNT(*)
         FROM receipts r JOIN dialogs d ON d.id = r.dialog_id
         WHERE r.user_id = ? AND r.read = 0 AND d.type IN (2, 3)
         GROUP BY r.dialog_id",
    )
    .bind(user_id)
    .fetch_all(db)
    .await?;
    Ok(rows.into_iter().collect())
}
