//! A database of every earlier version opens, and holds what it held.

use std::borrow::Cow;

use kith_model::Delivery;
use sqlx::migrate::Migrator;
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode};
use sqlx::{ConnectOptions, Connection};

use super::{ME, dialog_id, id};
use crate::{Fate, MIGRATIONS, Store, Stretch};

/// What somebody had, in the words of the first version.
const CONTENT: &str = "
    INSERT INTO dialog (id, kind, name, owner_id, created_at, updated_at, is_known)
    VALUES ('d00000000000000000000001', 2, 'Walks', 11, 100000, 100000, 1);
    INSERT INTO occupant (dialog_id, person_id, position) VALUES ('d00000000000000000000001', 11, 0);
    INSERT INTO occupant (dialog_id, person_id, position) VALUES ('d00000000000000000000001', 22, 1);
    INSERT INTO person (id, full_name) VALUES (22, 'Bea Berg');
    INSERT INTO message (id, dialog_id, sender_id, body, sent_at, state)
    VALUES ('000000000000000000000001', 'd00000000000000000000001', 22, 'text 1', 10, 4);
    INSERT INTO message (id, dialog_id, sender_id, body, sent_at, state)
    VALUES ('000000000000000000000002', 'd00000000000000000000001', 22, 'text 2', 20, 4);
    INSERT INTO message (id, dialog_id, sender_id, is_own, body, sent_at, state, pending)
    VALUES ('000000000000000000000003', 'd00000000000000000000001', 11, 1, 'unsent', 30, 1, 1);
    INSERT INTO outbox (message_id, dialog_id, fate) VALUES ('000000000000000000000003', 'd00000000000000000000001', 2);
    INSERT INTO coverage (dialog_id, from_second, to_second) VALUES ('d00000000000000000000001', 5, 20);
    INSERT INTO read_pointer (dialog_id, sent_at, message_id) VALUES ('d00000000000000000000001', 10, '000000000000000000000001');
    INSERT INTO draft (dialog_id, body, saved_at) VALUES ('d00000000000000000000001', 'half a sen', 40000);
    INSERT INTO setting (key, value) VALUES ('theme', 'dark');
    INSERT INTO sync (id, caught_up_at) VALUES (1, 50000);";

#[tokio::test]
async fn a_database_of_every_earlier_version_holds_what_it_held() {
    let all: Vec<_> = MIGRATIONS.iter().cloned().collect();
    for version in 1..all.len() {
        let folder = tempfile::TempDir::new().expect("a folder");
        let path = folder.path().join("account.db");
        let mut old = SqliteConnectOptions::new()
            .filename(&path)
            .create_if_missing(true)
            .journal_mode(SqliteJournalMode::Wal)
            .connect()
            .await
            .expect("an old database");
        let then = Migrator {
            migrations: Cow::Owned(all[..version].to_vec()),
            ..Migrator::DEFAULT
        };
        then.run_direct(None, &mut old, false)
            .await
            .expect("the old migrations");
        sqlx::raw_sql(CONTENT)
            .execute(&mut old)
            .await
            .expect("what somebody had");
        old.close().await.expect("closed");

        let store = Store::open(&path, ME).await.expect("it opens today");
        let why = format!("from version {version}");
        let entry = store
            .dialog(&dialog_id(1))
            .await
            .expect("a read")
            .expect("listed");
        assert_eq!(
            (
                entry.dialog.name.as_str(),
                entry.unread,
                entry.draft.as_deref()
            ),
            ("Walks", 1, Some("half a sen")),
            "{why}"
        );
        let unsent = store.message(&id(3)).await.expect("a read").expect("kept");
        assert_eq!(unsent.delivery, Delivery::Queued, "{why}");
        let rows = store.outbox(8, 8, super::at(1000)).await.expect("a read");
        assert_eq!(rows[0].fate, Fate::Unknown, "{why}");
        assert_eq!(
            store.coverage(&dialog_id(1)).await.expect("a read"),
            [Stretch { from: 5, to: 20 }],
            "{why}"
        );
        assert_eq!(
            store
                .settings()
                .await
                .expect("a read")
                .get("theme")
                .map(String::as_str),
            Some("dark"),
            "{why}"
        );
        let mut write = store.write().await.expect("the writer");
        write
            .put(&super::message(4, 50))
            .await
            .expect("it takes new ones");
        assert!(
            write
                .handing_over(&id(3), super::at(60))
                .await
                .expect("a write")
                .is_some()
        );
        write.commit().await.expect("the commit");
        store.close().await;
    }
}

/// Every table that the first version had is still there, with its columns:
/// files are only ever added to.
#[tokio::test]
async fn migrations_only_go_forwards() {
    let versions: Vec<i64> = MIGRATIONS
        .iter()
        .map(|migration| migration.version)
        .collect();
    let mut sorted = versions.clone();
    sorted.sort_unstable();
    sorted.dedup();
    assert_eq!(versions, sorted);
    assert!(
        MIGRATIONS
            .iter()
            .all(|migration| !migration.migration_type.is_down_migration()),
        "there is no way back, so there is none to get wrong"
    );
}
