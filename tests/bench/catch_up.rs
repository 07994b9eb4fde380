//! A new device of an account with a hundred thousand messages: how soon it
//! shows the newest of every conversation, and how fast it fetches the rest,
//! beside a bare loop that parses the same messages and inserts them.

use std::path::Path;
use std::time::Instant;

use anyhow::{Context, Result};
use kith_model::{DialogId, MessageIds, Timestamp};
use kith_testkit::{ALEX, BEA, Books, Said, Town};
use serde_json::{Value, json};
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqliteSynchronous};
use sqlx::{ConnectOptions, Connection, SqliteConnection};

use crate::own_memory;

/// So many conversations share the messages.
const DIALOGS: usize = 20;
/// The server's pages, and the bare loop's batches.
const PAGE: usize = 100;

/// Measures and prints `{"first_ms":…,"rate":…,"baseline":…,"memory_mb":…}`.
pub(crate) async fn run(messages: usize) -> Result<()> {
    let mut town = Town::open_plain().await?;
    let alex = town.person(ALEX).await?;
    let bea = town.person(BEA).await?;
    let mut dialogs = Vec::new();
    for number in 0..DIALOGS {
        dialogs.push(alex.group(&format!("Group {number}"), &[&bea]).await?);
    }
    for dialog in &dialogs {
        bea.dialog(dialog).await;
    }
    alex.stop().await;
    bea.stop().await;
    town.stop().await;
    fill(&town, &dialogs, messages).await?;
    town.start().await?;

    let baseline = bare(&town.folder().join("bare.db"), messages).await?;
    let before = own_memory();
    let began = Instant::now();
    let lap = town.device(BEA, "lap").await?;
    let first = began.elapsed();
    let mut changes = lap.engine.changes();
    for dialog in &dialogs {
        while !lap.engine.completeness(dialog).await?.is_complete {
            changes.next().await.context("the engine ended")?;
        }
    }
    let all = began.elapsed();
    let memory = own_memory() - before;
    let mut held = 0;
    for dialog in &dialogs {
        held += lap.timeline_length(dialog).await;
    }
    anyhow::ensure!(held >= messages, "{held} of {messages} are there");
    let rate = messages as f64 / all.as_secs_f64();
    println!(
        "{}",
        json!({
            "first_ms": first.as_secs_f64() * 1000.0, "rate": rate, "baseline": baseline,
            "memory_mb": memory,
        })
    );
    lap.stop().await;
    town.stop().await;
    Ok(())
}

fn body(number: usize) -> String {
    format!(
        "Message {number}: and then we talked about the weather, the boat and who brings the bread."
    )
}

/// Writes messages of the last months down.
async fn fill(town: &Town, dialogs: &[DialogId], messages: usize) -> Result<()> {
    let newest = 1_760_000_000_i64;
    let mut books = Books::open(town).await?;
    for number in 0..messages {
        let said = Said {
            dialog: &dialogs[number % dialogs.len()],
            by: ALEX.id,
            to: BEA.id,
            body: &body(number),
            second: newest - i64::try_from(messages - number)? * 90,
            is_read: true,
        };
        books.write(said).await?;
    }
    books.close().await
}

/// Messages a second of a loop that parses pages of the same messages and
/// inserts each page in a transaction, and does nothing else.
async fn bare(path: &Path, messages: usize) -> Result<f64> {
    let mut file: SqliteConnection = SqliteConnectOptions::new()
        .filename(path)
        .create_if_missing(true)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Normal)
        .disable_statement_logging()
        .connect()
        .await?;
    sqlx::query(
        "CREATE TABLE message (id TEXT PRIMARY KEY NOT NULL, dialog_id TEXT NOT NULL,
                               sender_id INTEGER NOT NULL, body TEXT NOT NULL, sent_at INTEGER NOT NULL) STRICT",
    )
    .execute(&mut file)
    .await?;
    sqlx::query("CREATE INDEX message_by_place ON message (dialog_id, sent_at, id)")
        .execute(&mut file)
        .await?;
    let ids = MessageIds::new(8);
    let pages: Vec<String> = (0..messages.div_ceil(PAGE))
        .map(|page| page_of(page, &ids).to_string())
        .collect();
    let began = Instant::now();
    for page in &pages {
        let page: Value = serde_json::from_str(page)?;
        let mut tx = file.begin().await?;
        for item in page["items"].as_array().context("items")? {
            sqlx::query(
                "INSERT INTO message (id, dialog_id, sender_id, body, sent_at) VALUES (?, ?, ?, ?, ?)",
            )
            .bind(item["_id"].as_str())
            .bind(item["chat_dialog_id"].as_str())
            .bind(item["sender_id"].as_i64())
            .bind(item["message"].as_str())
            .bind(item["date_sent"].as_i64())
            .execute(&mut *tx)
            .await?;
        }
        tx.commit().await?;
    }
    Ok((pages.len() * PAGE) as f64 / began.elapsed().as_secs_f64())
}

fn page_of(page: usize, ids: &MessageIds) -> Value {
    let items: Vec<Value> = (0..PAGE)
        .map(|n| {
            let number = page * PAGE + n;
            let second = 1_760_000_000 + i64::try_from(number).unwrap_or_default();
            json!({
                "_id": ids.next(Timestamp::from_seconds(second)).to_string(),
                "chat_dialog_id": format!("{:024x}", number % DIALOGS),
                "message": body(number), "date_sent": second, "sender_id": ALEX.id.0, "recipient_id": 0,
                "created_at": "2026-01-05T10:26:01Z", "updated_at": "2026-01-05T10:26:01Z",
                "read_ids": [ALEX.id.0, BEA.id.0], "delivered_ids": [ALEX.id.0, BEA.id.0],
                "attachments": [], "reactions": null, "views_count": 0, "read": 1,
            })
        })
        .collect();
    json!({"skip": 0, "limit": PAGE, "items": items})
}
