//! Opening refuses what it must not touch, and does not touch it.

use std::path::Path;

use kith_model::{AppId, ChatAddress, ChatSecurity, Connection, Timestamp, UserId};
use sqlx::{ConnectOptions, Connection as _};

use super::{Fixture, ME, dialog_id, message};
use crate::{NewAccount, OpenError, Profile, SecretPlace, Store, set_aside};

fn bytes(path: &Path) -> Vec<u8> {
    std::fs::read(path).expect("the file")
}

#[tokio::test]
async fn what_was_written_is_there_after_opening_again() {
    let fixture = Fixture::new().await;
    fixture.put(&message(1, 10)).await;
    fixture.store.close().await;
    let again = Store::open(&fixture.folder.path().join("account.db"), ME)
        .await
        .expect("it opens again");
    assert!(
        again
            .message(&super::id(1))
            .await
            .expect("a read")
            .is_some()
    );
    assert_eq!(again.dialogs().await.expect("a read").len(), 1);
}

#[tokio::test]
async fn a_newer_database_is_refused_untouched() {
    let fixture = Fixture::new().await;
    fixture.store.close().await;
    let path = fixture.folder.path().join("account.db");
    let mut newer = sqlx::sqlite::SqliteConnectOptions::new()
        .filename(&path)
        .connect()
        .await
        .expect("the file");
    sqlx::query(
        "INSERT INTO _sqlx_migrations (version, description, installed_on, success, checksum, execution_time)
         VALUES (9001, 'from the future', CURRENT_TIMESTAMP, 1, x'00', 1)",
    )
    .execute(&mut newer)
    .await
    .expect("a migration of the future");
    newer.close().await.expect("closed");
    let before = bytes(&path);

    let refused = Store::open(&path, ME)
        .await
        .expect_err("an older Kith must not write to it");
    assert!(
        matches!(refused, OpenError::Newer { migration: 9001 }),
        "{refused:?}"
    );
    assert!(bytes(&path) == before, "it must be untouched");
}

#[tokio::test]
async fn a_damaged_file_is_refused_untouched_and_can_be_set_aside() {
    let folder = tempfile::TempDir::new().expect("a folder");
    let path = folder.path().join("account.db");
    let check = async |content: &[u8], why: &str| {
        std::fs::write(&path, content).expect("the file");
        let refused = Store::open(&path, ME).await.expect_err(why);
        assert!(
            matches!(refused, OpenError::Corrupt { .. }),
            "{why}: {refused:?}"
        );
        assert!(bytes(&path) == content, "{why}: it must be untouched");
    };
    check(&[7; 8192], "it is no database at all").await;
    let mut cut = b"SQLite format 3\0".to_vec();
    cut.resize(4096, 0xff);
    check(&cut, "the head is right and the rest is not").await;

    std::fs::write(folder.path().join("account.db-wal"), b"a log").expect("a log");
    let aside = set_aside(&path, Timestamp::from_millis(42)).expect("it is moved");
    assert!(
        aside.to_string_lossy().ends_with("account.db.aside-42"),
        "{aside:?}"
    );
    assert!(bytes(&aside) == cut, "nothing is lost");
    assert!(
        aside.with_extension("db.aside-42-wal").exists() || !path.with_extension("db-wal").exists()
    );
    let store = Store::open(&path, ME).await.expect("a new beginning");
    assert!(store.dialogs().await.expect("a read").is_empty());
}

#[tokio::test]
async fn a_database_of_another_program_is_refused() {
    let folder = tempfile::TempDir::new().expect("a folder");
    let path = folder.path().join("account.db");
    let mut other = sqlx::sqlite::SqliteConnectOptions::new()
        .filename(&path)
        .create_if_missing(true)
        .connect()
        .await
        .expect("a file");
    sqlx::query("CREATE TABLE recipe (name TEXT)")
        .execute(&mut other)
        .await
        .expect("a table");
    other.close().await.expect("closed");
    let refused = Store::open(&path, ME).await.expect_err("not ours");
    assert!(matches!(refused, OpenError::Corrupt { .. }), "{refused:?}");
}

#[tokio::test]
async fn one_process_at_a_time() {
    let fixture = Fixture::new().await;
    let path = fixture.folder.path().join("account.db");
    let refused = Store::open(&path, ME).await.expect_err("somebody has it");
    assert!(matches!(refused, OpenError::Busy), "{refused:?}");
    assert!(
        set_aside(&path, Timestamp::default()).is_err(),
        "not while somebody has it"
    );
    fixture.store.close().await;
    Store::open(&path, ME)
        .await
        .expect("free again")
        .close()
        .await;
}

#[tokio::test]
async fn readers_cannot_write() {
    let fixture = Fixture::new().await;
    let refused = sqlx::query("DELETE FROM dialog")
        .execute(&mut *fixture.store.reader().await.expect("a reader"))
        .await;
    assert!(refused.is_err(), "there is one writer");
}

#[tokio::test]
async fn a_dropped_write_leaves_no_trace() {
    let fixture = Fixture::new().await;
    let mut write = fixture.store.write().await.expect("the writer");
    write.put(&message(1, 10)).await.expect("a message");
    drop(write);
    fixture.put(&message(2, 11)).await;
    assert_eq!(fixture.shown().await, ["11 22 Sent text 2"]);
}

#[tokio::test]
async fn the_registry_keeps_accounts_and_settings() {
    let folder = tempfile::TempDir::new().expect("a folder");
    let path = folder.path().join("profile.db");
    let profile = Profile::open(&path).await.expect("a new registry");
    let details = NewAccount {
        connection: Connection {
            name: "Here".into(),
            api_url: "https://127.0.0.1:1".into(),
            chat: ChatAddress {
                host: "127.0.0.1".into(),
                port: 2,
                security: ChatSecurity::Direct,
            },
            chat_domain: "chat.kith.local".into(),
            muc_domain: "muc.chat.kith.local".into(),
            app_id: AppId(1),
            auth_key: "k".into(),
            ca_cert: None,
        },
        user_id: UserId(7),
        login: "ada".into(),
        is_local: true,
        database: "account-1.db".into(),
        secret_place: SecretPlace::File,
    };
    let mut account = profile.add_account(details.clone()).await.expect("kept");
    assert_eq!(profile.accounts().await.expect("a read"), [account.clone()]);
    account.is_signed_in = false;
    account.secret_place = SecretPlace::Keychain;
    profile.update_account(&account).await.expect("kept");
    profile.set_setting("theme", "dark").await.expect("kept");
    profile.close().await;

    let profile = Profile::open(&path).await.expect("it opens again");
    assert_eq!(profile.accounts().await.expect("a read"), [account.clone()]);
    assert_eq!(
        profile
            .settings()
            .await
            .expect("a read")
            .get("theme")
            .map(String::as_str),
        Some("dark")
    );
    profile.remove_account(account.id).await.expect("forgotten");
    let next = profile.add_account(details).await.expect("kept");
    assert!(next.id > account.id, "a number is never given twice");
}

#[tokio::test]
async fn drafts_and_settings_survive() {
    let fixture = Fixture::new().await;
    fixture
        .write(async |write| {
            write
                .save_draft(&dialog_id(1), "half a thought", super::at(5))
                .await
                .expect("kept");
        })
        .await;
    fixture
        .store
        .set_setting("theme", "dark")
        .await
        .expect("kept");
    assert_eq!(
        fixture
            .store
            .draft(&dialog_id(1))
            .await
            .expect("a read")
            .as_deref(),
        Some("half a thought")
    );
    assert_eq!(
        fixture.store.settings().await.expect("a read")["theme"],
        "dark"
    );
    fixture
        .write(async |write| {
            write
                .save_draft(&dialog_id(1), "  ", super::at(6))
                .await
                .expect("cleared")
        })
        .await;
    assert_eq!(
        fixture.store.draft(&dialog_id(1)).await.expect("a read"),
        None,
        "nothing is no draft"
    );
    let mut write = fixture.store.write().await.expect("the writer");
    assert!(
        write
            .save_draft(&dialog_id(9), "x", super::at(6))
            .await
            .is_err(),
        "there is no such dialog"
    );
}

#[tokio::test]
async fn what_was_committed_survives_a_crash() {
    let fixture = Fixture::new().await;
    fixture.put(&message(1, 10)).await;
    // As a crash leaves it: the file and its log, nothing closed.
    let folder = tempfile::TempDir::new().expect("a folder");
    for name in ["account.db", "account.db-wal"] {
        std::fs::copy(fixture.folder.path().join(name), folder.path().join(name)).expect("copied");
    }
    let store = Store::open(&folder.path().join("account.db"), ME)
        .await
        .expect("it opens");
    assert!(
        store
            .message(&super::id(1))
            .await
            .expect("a read")
            .is_some()
    );
}

#[tokio::test]
async fn damage_found_later_is_told_as_damage() {
    let fixture = Fixture::new().await;
    fixture
        .write(async |write| {
            for n in 1..=5000 {
                write.put(&message(n, 10)).await.expect("kept");
            }
        })
        .await;
    fixture.store.close().await;
    let path = fixture.folder.path().join("account.db");
    let mut content = bytes(&path);
    // The schema's pages stay; the rows' pages do not.
    let from = content.len() / 2;
    content[from..].fill(0xa5);
    std::fs::write(&path, content).expect("written");
    let store = Store::open(&path, ME)
        .await
        .expect("the head is whole, and no more is read");
    let found = store
        .page_before(&dialog_id(1), None, 2_000, crate::Holes::Cross)
        .await;
    assert!(
        matches!(found, Err(crate::StoreError::Corrupt(_))),
        "{found:?}"
    );
}

#[cfg(unix)]
#[tokio::test]
async fn nobody_else_can_read_the_files() {
    use std::os::unix::fs::PermissionsExt;
    let fixture = Fixture::new().await;
    fixture.put(&message(1, 10)).await;
    for name in ["account.db", "account.db-wal"] {
        let data = std::fs::metadata(fixture.folder.path().join(name)).expect("the file");
        assert_eq!(data.permissions().mode() & 0o077, 0, "{name}");
    }
}
