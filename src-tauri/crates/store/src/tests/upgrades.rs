//! A database of every version opens, and holds what it held: every row of
//! every table that the version had, with every column.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::path::Path;

use kith_model::Delivery;
use sqlx::migrate::Migrator;
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode};
use sqlx::{AssertSqlSafe, ConnectOptions, Connection, SqliteConnection};

use super::{ME, dialog_id, id};
use crate::{DeedKind, Fate, MIGRATIONS, Profile, Search, Store, Stretch, profile};

/// The files that have gone out, by the beginnings of their checksums. One that
/// is edited afterwards locks everybody out who has it, so it is never edited.
/// A new file gets its line here at the latest when the next one comes.
const RELEASED: [&str; 11] = [
    "8d8f05db1628cd51",
    "0c48100c28f02bb2",
    "ceb3a76707b52c6e",
    "3b8645907706311f",
    "dba1a2009b2622e7",
    "f795a17462366cae",
    "0f49b19c23ac4523",
    "76ca6f7a68057235",
    "7c5a50bac5768671",
    "88d23db5c2334363",
    "42ac743fef5918f1",
];
/// The same of the registry.
const RELEASED_OF_THE_REGISTRY: [&str; 1] = ["b3f2e1ece19457a0"];

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

/// What somebody had besides, by the version that could first hold it.
const CONTENT_SINCE: [(i64, &str); 7] = [
    (
        2,
        "INSERT INTO outbox_journal (message_id, at, state, reason)
         VALUES ('000000000000000000000003', 30000, 1, 'written');
         INSERT INTO dialog_sync (dialog_id, changes_known_to, compared_at)
         VALUES ('d00000000000000000000001', 60000, 70000);",
    ),
    (
        3,
        "INSERT INTO deed (kind, dialog_id, message_id, text, undo, done_at)
         VALUES (4, 'd00000000000000000000001', '000000000000000000000001', '👍', '', 80000);
         INSERT INTO reaction (message_id, emoji, person_id) VALUES ('000000000000000000000002', '🎉', 22);
         INSERT INTO pin (dialog_id, message_id, position)
         VALUES ('d00000000000000000000001', '000000000000000000000002', 0);
         INSERT INTO draft_history (dialog_id, body, saved_at)
         VALUES ('d00000000000000000000001', 'given up', 20000);
         INSERT INTO waiting_change (message_id, person_id, kind, text)
         VALUES ('000000000000000000000009', 22, 1, 'edited');
         INSERT INTO gone_message (message_id, gone_at) VALUES ('000000000000000000000008', 90000);
         INSERT INTO list_state (dialog_id, muted_until, is_pinned) VALUES ('d00000000000000000000001', 99000, 1);
         INSERT INTO link (dialog_id, sent_at, message_id, url)
         VALUES ('d00000000000000000000001', 20, '000000000000000000000002', 'https://example.org/');
         UPDATE message
         SET properties = '{\"mark\":\"kept\"}', destroy_after = 60, expires_at = 99000, is_silent = 1, views = 4
         WHERE id = '000000000000000000000002';",
    ),
    (
        4,
        "INSERT INTO saved_file (file_key, path, saved_at)
         VALUES ('uid:00', '/home/ada/Downloads/boat.jpg', 91000);",
    ),
    (
        5,
        "INSERT INTO late_message (message_id, dialog_id)
         VALUES ('000000000000000000000001', 'd00000000000000000000001');",
    ),
    (
        8,
        "INSERT INTO upload (dialog_id, kind, name, content_type, size, copy)
         VALUES ('d00000000000000000000001', 'photo', 'boat.jpg', 'image/jpeg', 4, 'c1');",
    ),
    (
        9,
        "INSERT INTO notified (dialog_id, sent_at, message_id)
         VALUES ('d00000000000000000000001', 10, '000000000000000000000001');",
    ),
    (
        12,
        "INSERT INTO reading_place (dialog_id, message_id, top)
         VALUES ('d00000000000000000000001', '000000000000000000000001', -12);",
    ),
];

/// Makes a database as a version made it, with what somebody had in it then.
async fn as_of(version: i64, migrations: &Migrator, path: &Path, content: &[&'static str]) {
    let then = migrations.iter().filter(|file| file.version <= version);
    let then: Vec<_> = then.cloned().collect();
    let mut old = writable(path).await;
    let then = Migrator {
        migrations: Cow::Owned(then),
        ..Migrator::DEFAULT
    };
    then.run_direct(None, &mut old, false)
        .await
        .expect("the old migrations");
    for content in content {
        sqlx::raw_sql(*content)
            .execute(&mut old)
            .await
            .expect("what somebody had");
    }
    old.close().await.expect("closed");
}

async fn writable(path: &Path) -> SqliteConnection {
    SqliteConnectOptions::new()
        .filename(path)
        .create_if_missing(true)
        .journal_mode(SqliteJournalMode::Wal)
        .connect()
        .await
        .expect("a database")
}

/// Columns that a later version has no use for, and does not have.
const GIVEN_UP: [(&str, &str); 1] = [("search_work", "waits_to")];

/// The index of words is made from the messages; what it finds is asked below.
const INDEX: [&str; 2] = ["search", "search_place"];

/// Every row of every table with its columns, as text.
type Everything = BTreeMap<(String, Vec<String>), Vec<String>>;

/// What a file holds, in the tables and columns that another one had, or in all
/// that there are.
async fn everything(path: &Path, like: Option<&Everything>) -> Everything {
    let mut file = writable(path).await;
    let tables: Vec<(String, Vec<String>)> = match like {
        Some(like) => like.keys().cloned().collect(),
        None => {
            let names: Vec<String> = sqlx::query_scalar(
                "SELECT name
                 FROM sqlite_schema
                 WHERE type = 'table' AND name NOT LIKE 'sqlite_%' AND name NOT LIKE '_sqlx%'
                   AND name NOT IN (SELECT name FROM pragma_table_list WHERE type = 'shadow')",
            )
            .fetch_all(&mut file)
            .await
            .expect("the tables");
            let mut tables = Vec::new();
            for name in names {
                if INDEX.contains(&name.as_str()) {
                    continue;
                }
                let mut columns: Vec<String> =
                    sqlx::query_scalar("SELECT name FROM pragma_table_info(?)")
                        .bind(&name)
                        .fetch_all(&mut file)
                        .await
                        .expect("the columns");
                columns.retain(|column| !GIVEN_UP.contains(&(name.as_str(), column.as_str())));
                tables.push((name, columns));
            }
            tables
        }
    };
    let mut all = Everything::new();
    for (table, columns) in tables {
        let of = columns.join(", ");
        let text = format!("SELECT json_array({of}) AS line FROM {table} ORDER BY line");
        let lines = sqlx::query_scalar(AssertSqlSafe(text))
            .fetch_all(&mut file)
            .await
            .expect("every column that was there is there");
        all.insert((table, columns), lines);
    }
    file.close().await.expect("closed");
    all
}

/// Tables of which this test holds nothing, because they have not changed since
/// the first version.
const EMPTY: [&str; 3] = ["waiting_marker", "marker_out", "message_receipt"];

#[tokio::test]
async fn a_database_of_every_version_holds_what_it_held() {
    // The newest, too: what was written before this start.
    for version in MIGRATIONS.iter().map(|file| file.version) {
        let why = format!("from version {version}");
        let folder = tempfile::TempDir::new().expect("a folder");
        let path = folder.path().join("account.db");
        let since = CONTENT_SINCE.iter().filter(|(since, _)| *since <= version);
        let content: Vec<&str> = std::iter::once(CONTENT)
            .chain(since.map(|(_, content)| *content))
            .collect();
        as_of(version, &MIGRATIONS, &path, &content).await;
        let held = everything(&path, None).await;
        for ((table, _), lines) in &held {
            let is_proof = !lines.is_empty() || EMPTY.contains(&table.as_str());
            assert!(
                is_proof,
                "{why}: nothing is in {table}, which proves nothing"
            );
        }

        let store = Store::open(&path, ME).await.expect("it opens today");
        assert_eq!(everything(&path, Some(&held)).await, held, "{why}");
        let entry = store
            .dialog(&dialog_id(1))
            .await
            .expect("a read")
            .expect("listed");
        let unread = if version < 5 { 1 } else { 2 };
        assert_eq!(
            (
                entry.dialog.name.as_str(),
                entry.unread,
                entry.draft.as_deref()
            ),
            ("Walks", unread, Some("half a sen")),
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
        let settings = store.settings().await.expect("a read");
        assert_eq!(settings["theme"], "dark", "{why}");
        if version >= 3 {
            let deeds = store.deeds(9).await.expect("a read");
            assert_eq!(deeds[0].kind, DeedKind::React, "{why}");
            let rich = store.message(&id(2)).await.expect("a read").expect("kept");
            assert_eq!(rich.message.properties.get("mark"), Some("kept"), "{why}");
            assert_eq!(rich.message.destroy_after, Some(60), "{why}");
        }
        let mut write = store.write().await.expect("the writer");
        while write.take_into_index().await.expect("a portion") {}
        write.commit().await.expect("the commit");
        for text in ["text", "unsent"] {
            let search = Search {
                text: text.into(),
                limit: 9,
                ..Search::default()
            };
            let found = store.search(&search).await.expect("a search").total;
            // One of them goes away by itself, where versions know that.
            let wanted = if text == "text" && version < 3 { 2 } else { 1 };
            assert_eq!(found, wanted, "{why}: {text}");
        }
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

/// What somebody had in the registry, in the words of its first version.
const ACCOUNT: &str = r#"
    INSERT INTO account (connection, user_id, login, is_local, database, secret_place, is_signed_in)
    VALUES ('{"name":"Here","api_url":"https://127.0.0.1:1","chat":{"host":"127.0.0.1","port":2,"security":"direct"},
              "chat_domain":"c","muc_domain":"m","app_id":1,"auth_key":"k","ca_cert":null}',
            7, 'ada', 1, '1-7.db', 'file', 1);
    INSERT INTO setting (key, value) VALUES ('theme', 'dark');"#;

#[tokio::test]
async fn a_registry_of_every_version_holds_what_it_held() {
    for version in profile::MIGRATIONS.iter().map(|file| file.version) {
        let folder = tempfile::TempDir::new().expect("a folder");
        let path = folder.path().join("profile.db");
        as_of(version, &profile::MIGRATIONS, &path, &[ACCOUNT]).await;
        let held = everything(&path, None).await;
        let registry = Profile::open(&path).await.expect("it opens today");
        assert_eq!(everything(&path, Some(&held)).await, held);
        let accounts = registry.accounts().await.expect("a read");
        assert_eq!(
            (accounts[0].login.as_str(), accounts[0].connection.chat.port),
            ("ada", 2)
        );
        registry.close().await;
    }
}

#[test]
fn a_file_that_has_gone_out_is_never_edited() {
    for (migrations, released) in [
        (&MIGRATIONS, RELEASED.as_slice()),
        (&profile::MIGRATIONS, RELEASED_OF_THE_REGISTRY.as_slice()),
    ] {
        let sums: Vec<String> = migrations
            .iter()
            .map(|migration| {
                let bytes = migration.checksum.iter().take(8);
                bytes.map(|byte| format!("{byte:02x}")).collect()
            })
            .collect();
        assert_eq!(&sums[..released.len()], released);
        assert!(
            sums.len() <= released.len() + 1,
            "all but the newest are noted: {sums:?}"
        );
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
