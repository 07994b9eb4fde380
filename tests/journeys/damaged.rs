//! Databases that cannot be opened, or of which a part cannot be read: nothing
//! on disk is lost, and there is a way on.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Result, bail, ensure};
use kith_model::{Delivery, DialogId, Mentions, MessageId, SystemClock, Timestamp};
use kith_store::{OpenError, Store, StoreError, set_aside};
use kith_testkit::{ALEX, BEA, PASSWORD, Road, TestDesk, TestPerson, Town, within};
use serde_json::json;
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

/// So many long lines that most of them have a page of the file to themselves.
const LINES: usize = 120;

fn line(number: usize) -> String {
    format!("line {number} {}", "and on and on ".repeat(80))
}

/// Overwrites every page of a database in which this text stands, until it
/// cannot be read: somebody else may just be writing there.
async fn damage(path: &Path, text: &str) -> Result<()> {
    const PAGE: usize = 4096;
    const TRIES: usize = 50;
    let options = SqliteConnectOptions::new()
        .filename(path)
        .journal_mode(SqliteJournalMode::Wal)
        .busy_timeout(Duration::from_secs(20));
    for _ in 0..TRIES {
        let mut other = SqliteConnection::connect_with(&options).await?;
        // What is still in the log has to be in the file, or it would be read there.
        let (is_busy, _, _): (i64, i64, i64) = sqlx::query_as("PRAGMA wal_checkpoint(TRUNCATE)")
            .fetch_one(&mut other)
            .await?;
        other.close().await?;
        if is_busy != 0 {
            continue;
        }
        let mut bytes = std::fs::read(path)?;
        for page in bytes.chunks_mut(PAGE).skip(1) {
            if page.windows(text.len()).any(|at| at == text.as_bytes()) {
                page.fill(0xa5);
            }
        }
        std::fs::write(path, bytes)?;
        // Whoever has read these pages remembers them until something is written.
        let mut other = SqliteConnection::connect_with(&options).await?;
        sqlx::query("UPDATE sqlite_sequence SET seq = seq")
            .execute(&mut other)
            .await?;
        let read = sqlx::query("SELECT id FROM message WHERE body LIKE ? || '%'")
            .bind(text)
            .fetch_all(&mut other)
            .await;
        other.close().await?;
        match read {
            Ok(rows) => ensure!(!rows.is_empty(), "the text stands somewhere"),
            Err(error) => {
                let error = StoreError::from(error);
                ensure!(error.is_damaged_file(), error);
                return Ok(());
            }
        }
    }
    bail!("the text can still be read");
}

/// Bea has written many lines to Alex.
async fn many_lines(town: &Town) -> Result<(TestPerson, DialogId, Vec<MessageId>)> {
    let bea = town.person(BEA).await?;
    let dialog = bea.private_with(ALEX.id).await?;
    let mut ids = Vec::new();
    for number in 0..LINES {
        ids.push(bea.say(&dialog, &line(number)).await?);
    }
    bea.sees(ids.last().expect("many"), Delivery::Sent).await;
    Ok((bea, dialog, ids))
}

#[tokio::test(flavor = "multi_thread")]
async fn damage_that_is_met_while_kith_runs_is_told_and_costs_nothing() -> Result<()> {
    let town = Town::open_plain().await?;
    let (bea, dialog, ids) = many_lines(&town).await?;
    let road = Road::to(town.connection()).await?;
    let data = town.folder().join("alex");
    let mut desk = TestDesk::open(&data, "default").await?;
    desk.sign_in(&road.lead(town.connection()), ALEX.login, PASSWORD)
        .await?;
    let home = desk.call("home", json!({})).await?;
    assert_eq!(home["dialogs"][0]["unread"], json!(LINES), "all are here");

    road.close().await;
    let unsent = bea.new_id();
    desk.call(
        "send",
        json!({"dialog": dialog, "id": unsent, "text": "written before it showed"}),
    )
    .await?;
    desk.call(
        "save_draft",
        json!({"dialog": dialog, "text": "half a sen"}),
    )
    .await?;

    let file = std::fs::read_dir(data.join("profiles/default"))?
        .filter_map(|entry| Some(entry.ok()?.path()))
        .find(|path| {
            path.extension().is_some_and(|end| end == "db") && !path.ends_with("profile.db")
        })
        .expect("the account's file");
    damage(&file, "line 40 and on").await?;
    let refused = desk
        .call("open_timeline", json!({"dialog": dialog, "at": ids[40]}))
        .await
        .expect_err("its page cannot be read");
    assert_eq!(json!(refused.code), "database_corrupt");
    let problem = desk
        .until("that the file is not used any more", |event| {
            (event["app"]["phase"] == "locked").then(|| event["app"]["problem"].clone())
        })
        .await;
    assert_eq!(problem["code"], "database_corrupt");
    assert_eq!(problem["can_set_aside"], true);
    desk.close().await;

    let desk = TestDesk::open(&data, "default").await?;
    let app = desk.call("app", json!({})).await?;
    assert_eq!(app["phase"], "locked", "the next start says so, too");
    road.clear();
    let app = desk.call("set_aside", json!({})).await?;
    assert_eq!(app["phase"], "home");
    let heard = bea.hears(&unsent).await;
    assert_eq!(heard.message.body, "written before it showed");
    let opened = desk
        .call("open_timeline", json!({"dialog": dialog, "at": ids[40]}))
        .await?;
    assert_eq!(opened["draft"], "half a sen");
    assert!(
        opened["messages"]
            .as_array()
            .expect("messages")
            .iter()
            .any(|message| message["id"] == json!(ids[40]) && message["body"] == json!(line(40))),
        "what could not be read is here again"
    );
    desk.close().await;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn damage_that_the_engine_meets_by_itself_is_noted_for_the_next_start() -> Result<()> {
    let town = Town::open_plain().await?;
    let (bea, dialog, ids) = many_lines(&town).await?;
    let alex = town.person(ALEX).await?;
    alex.sees_unread(&dialog, u32::try_from(LINES)?).await;
    let absent = alex.stop().await;
    let path = absent.path.clone();
    damage(&path, "line 40 and on").await?;

    let alex = absent.returns().await?;
    let mut damaged = alex.engine.damaged();
    bea.engine
        .edit_message(&ids[40], "mended".into(), &Mentions::default())
        .await?;
    within("the damage to be met", damaged.wait_for(|met| *met)).await?;
    alex.stop().await;
    let refused = Store::open(&path, ALEX.id).await;
    assert!(
        matches!(refused, Err(OpenError::Corrupt { .. })),
        "{refused:?}"
    );
    set_aside(&path, Timestamp::from_seconds(1_700_000_000))?;
    let alex = town.person(ALEX).await?;
    alex.until("the edited line", || async {
        let held = alex.message(&ids[40]).await?;
        (held.message.body == "mended").then_some(())
    })
    .await;
    Ok(())
}
