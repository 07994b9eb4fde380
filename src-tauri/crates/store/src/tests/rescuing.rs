//! A database that is damaged is set aside, and what only it had is in the new one.

use std::path::{Path, PathBuf};

use kith_model::{Delivery, Timestamp};

use super::{Fixture, ME, at, dialog_id, id, message};
use crate::{Fate, OpenError, Store, StoreError, set_aside};

/// An account with a draft, something unsent and something that failed.
async fn account() -> (tempfile::TempDir, PathBuf) {
    let fixture = Fixture::new().await;
    for n in 10..200 {
        fixture.put(&message(n, i64::from(n))).await;
    }
    fixture
        .write(async |write| {
            write
                .queue(&dialog_id(1), &id(1), "unsent", at(300))
                .await
                .expect("queued");
            write
                .queue(&dialog_id(1), &id(2), "failed", at(301))
                .await
                .expect("queued");
            write
                .refused(&id(2), kith_model::FailureReason::TooLarge)
                .await
                .expect("parked");
            write
                .save_draft(&dialog_id(1), "half a sen", at(302))
                .await
                .expect("kept");
        })
        .await;
    fixture.store.close().await;
    let path = fixture.folder.path().join("account.db");
    (fixture.folder, path)
}

async fn is_rescued(path: &Path, why: &str) {
    let refused = Store::open(path, ME).await.expect_err(why);
    assert!(
        matches!(refused, OpenError::Corrupt { .. }),
        "{why}: {refused:?}"
    );
    set_aside(path, Timestamp::from_millis(42)).expect("it is moved");
    let store = Store::open(path, ME).await.expect("a new one");
    let rows = store.outbox(8, 8, at(1000)).await.expect("a read");
    let unsent: Vec<_> = rows
        .iter()
        .map(|row| (row.message.clone(), row.fate))
        .collect();
    assert_eq!(
        unsent,
        [(id(1), Fate::Unknown), (id(2), Fate::Unknown)],
        "{why}: it is looked up before it is sent"
    );
    let held = store.message(&id(1)).await.expect("a read").expect("kept");
    assert_eq!(
        (held.message.body.as_str(), held.delivery),
        ("unsent", Delivery::Queued),
        "{why}"
    );
    assert_eq!(
        store.draft(&dialog_id(1)).await.expect("a read").as_deref(),
        Some("half a sen"),
        "{why}"
    );
    assert!(
        store.message(&id(10)).await.expect("a read").is_none(),
        "{why}: the rest comes from the server"
    );
    store.close().await;
    let again = Store::open(path, ME).await.expect("and again");
    assert_eq!(
        again.waiting(10).await.expect("a read").len(),
        2,
        "{why}: rescued once"
    );
}

#[tokio::test]
async fn a_file_whose_head_is_destroyed() {
    let (_folder, path) = account().await;
    let mut bytes = std::fs::read(&path).expect("the file");
    bytes[..100].fill(0x5a);
    std::fs::write(&path, bytes).expect("written");
    is_rescued(&path, "a destroyed head").await;
}

#[tokio::test]
async fn a_file_in_which_a_read_met_damage() {
    let (_folder, path) = account().await;
    let store = Store::open(&path, ME).await.expect("it opens");
    store.note_damage();
    store.close().await;
    is_rescued(&path, "damage further in").await;
}

#[tokio::test]
async fn a_file_of_which_nothing_can_be_read_costs_only_itself() {
    let (_folder, path) = account().await;
    std::fs::write(&path, vec![7_u8; 8192]).expect("written");
    set_aside(&path, Timestamp::from_millis(42)).expect("it is moved");
    let store = Store::open(&path, ME).await.expect("a new one");
    assert!(store.waiting(10).await.expect("a read").is_empty());
}

#[tokio::test]
async fn a_full_disk_refuses_and_takes_again_when_there_is_room() {
    let fixture = Fixture::new().await;
    fixture.store.pretend_full(true).await.expect("full");
    let mut refused = None;
    for n in 0..2_000 {
        let mut write = fixture.store.write().await.expect("the writer");
        let mut long = message(n, i64::from(n));
        long.body = "long ".repeat(200);
        let put = write.put(&long).await;
        let done = match put {
            Ok(_) => write.commit().await.map(|_| ()),
            Err(error) => Err(error),
        };
        if let Err(error) = done {
            refused = Some((n, error));
            break;
        }
    }
    let (n, error) = refused.expect("the disk is full");
    assert!(matches!(error, StoreError::Disk(_)), "{error:?}");
    assert!(fixture.store.dialogs().await.is_ok(), "reading goes on");
    fixture.store.pretend_full(false).await.expect("room again");
    fixture.put(&message(n, i64::from(n))).await;
    assert!(
        fixture
            .store
            .message(&id(n))
            .await
            .expect("a read")
            .is_some()
    );
}

#[tokio::test]
async fn files_that_had_not_gone_out_are_taken_over_and_none_is_left_behind_unsaid() {
    let (folder, path) = account().await;
    let store = Store::open(&path, ME).await.expect("it opens");
    let mut write = store.write().await.expect("the writer");
    let photo = super::uploads::file("a");
    for n in [3, 4] {
        let copy = format!("copy {n}");
        let file = crate::NewUpload {
            copy,
            ..photo.clone()
        };
        let files = vec![write.stage(&dialog_id(1), &file).await.expect("staged")];
        let queued = crate::Queued {
            attachments: write
                .with_files(&dialog_id(1), &files)
                .await
                .expect("staged"),
            files,
            ..crate::Queued::text(id(n), "look")
        };
        let done = write.queue_with(&dialog_id(1), &queued, at(303)).await;
        assert!(done.expect("queued"));
    }
    write.stage(&dialog_id(1), &photo).await.expect("staged");
    write.commit().await.expect("the commit");
    // Of the second one the row is lost with a page.
    let mut write = store.write().await.expect("the writer");
    sqlx::query("DELETE FROM upload WHERE copy = 'copy 4'")
        .execute(write.db().await.expect("the writer"))
        .await
        .expect("gone");
    write.commit().await.expect("the commit");
    store.close().await;
    set_aside(&path, Timestamp::from_millis(42)).expect("it is moved");
    let store = Store::open(&path, ME).await.expect("a new one");
    let copies = store.copies().await.expect("a read");
    assert_eq!(Vec::from_iter(copies), ["copy 3", "copy-of-a"]);
    assert_eq!(store.staged(&dialog_id(1)).await.expect("a read").len(), 1);
    let uploads = store.uploads_of(&[id(3)]).await.expect("a read");
    assert_eq!(uploads[0].state, crate::UploadState::Waiting);
    let lost = store.message(&id(4)).await.expect("a read").expect("kept");
    assert_eq!(
        (lost.delivery, lost.failure),
        (Delivery::Failed, Some(kith_model::FailureReason::FileLost)),
        "it must not leave without what hung on it"
    );
    drop(folder);
}
