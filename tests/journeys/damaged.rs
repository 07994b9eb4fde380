//! Databases that cannot be opened: nothing on disk is lost, and there is a way on.

use std::path::Path;
use std::sync::Arc;

use anyhow::Result;
use kith_model::{Delivery, SystemClock, Timestamp};
use kith_store::{OpenError, Store, set_aside};
use kith_testkit::{ALEX, BEA, TestPerson, Town};
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode};
use sqlx::{Connection, SqliteConnection};

/// Refuses the file, sets it aside, and gets everything back from the server.
async fn recovers(town: &Town, path: &Path, fits: fn(&OpenError) -> bool) -> Result<()> {
    let before = std::fs::read(path)?;
    match Store::open(path, ALEX.id).await {
        Ok(_) => panic!("this file cannot be opened"),
        Err(error) => assert!(fits(&error), "{error:?}"),
    }
    assert_eq!(
        std::fs::read(path)?,
        before,
        "a file that is refused is not touched"
    );
    let kept = set_aside(path, Timestamp::from_seconds(1_700_000_000))?;
    assert_eq!(
        std::fs::read(kept)?,
        before,
        "setting aside keeps every byte"
    );

    let alex = TestPerson::start(
        ALEX,
        town.connection().clone(),
        path.to_owned(),
        Arc::new(SystemClock),
    )
    .await?;
    alex.online().await;
    let dialogs = alex.until("the dialogs again", || async {
        let dialogs = alex
            .engine
            .store()
            .dialogs()
            .await
            .expect("the store reads");
        (!dialogs.is_empty()).then_some(dialogs)
    });
    let dialog = dialogs.await.remove(0).dialog.id;
    alex.engine.older(&dialog, None, 50).await?;
    alex.sees_texts(&dialog, &["kept by the server".to_owned()])
        .await;
    Ok(())
}

/// A town where Alex wrote one message and closed the app; also the path of Alex's database.
async fn left_behind() -> Result<(Town, std::path::PathBuf)> {
    let town = Town::open().await?;
    let alex = town.person(ALEX).await?;
    let bea = town.person(BEA).await?;
    let dialog = alex.private(&bea).await?;
    let id = alex.say(&dialog, "kept by the server").await?;
    alex.sees(&id, Delivery::Sent).await;
    bea.hears(&id).await;
    let absent = alex.stop().await;
    Ok((town, absent.path))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_database_that_is_damaged() -> Result<()> {
    let (town, path) = left_behind().await?;
    let mut bytes = std::fs::read(&path)?;
    bytes[..100].fill(0x5a);
    std::fs::write(&path, bytes)?;
    recovers(&town, &path, |error| {
        matches!(error, OpenError::Corrupt { .. })
    })
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_is_no_database() -> Result<()> {
    let (town, path) = left_behind().await?;
    std::fs::write(
        &path,
        "Dear diary, today I saved over a database. ".repeat(100),
    )?;
    recovers(&town, &path, |error| {
        matches!(error, OpenError::Corrupt { .. })
    })
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_database_that_a_newer_version_has_written() -> Result<()> {
    let (town, path) = left_behind().await?;
    let options = SqliteConnectOptions::new()
        .filename(&path)
        .journal_mode(SqliteJournalMode::Wal);
    let mut future = SqliteConnection::connect_with(&options).await?;
    sqlx::query(
        "INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time)
         VALUES (29991231235959, 'what nobody knows yet', 1, x'00', 1)",
    )
    .execute(&mut future)
    .await?;
    future.close().await?;
    recovers(&town, &path, |error| {
        matches!(error, OpenError::Newer { .. })
    })
    .await
}
