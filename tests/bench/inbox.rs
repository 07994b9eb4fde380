//! From the moment when a message's bytes reach the device's socket to the
//! moment when the patch with it leaves for the user interface, beside a bare
//! loop that parses as much and commits one row.

use std::time::{Duration, Instant};

use anyhow::Result;
use kith_testkit::{ALEX, BEA, PASSWORD, Road, TestDesk, Town};
use serde_json::{Value, json};
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqliteSynchronous};
use sqlx::{ConnectOptions, Connection};

use crate::own_memory;

const ROUNDS: usize = 300;
const WARMING: usize = 20;
/// Between two messages, as between two people's.
const PAUSE: Duration = Duration::from_millis(20);

/// Measures and prints `{"median":…,"p99":…,"baseline_median":…,"baseline_p99":…,"memory_mb":…}`.
pub(crate) async fn run() -> Result<()> {
    let town = Town::open_plain().await?;
    let alex = town.person(ALEX).await?;
    let road = Road::to(town.connection()).await?;
    let mut desk = TestDesk::open(&town.folder().join("desk"), "default").await?;
    desk.sign_in(&road.lead(town.connection()), BEA.login, PASSWORD)
        .await?;
    let dialog = alex.private_with(BEA.id).await?;
    let first = alex.say(&dialog, "first").await?;
    desk.until("the dialog", |event| {
        event["patch"]["dialogs"]
            .as_array()?
            .iter()
            .any(|entry| entry["id"] == json!(dialog) && entry["last"]["id"] == json!(first))
            .then_some(())
    })
    .await;
    desk.call("open_timeline", json!({"dialog": dialog, "at": null}))
        .await?;

    let before = own_memory();
    let mut times = Vec::new();
    for round in 0..WARMING + ROUNDS {
        tokio::time::sleep(PAUSE).await;
        let mut heard = road.listen();
        let id = alex.say(&dialog, &format!("message {round}")).await?;
        desk.until("the message", |event| {
            event["patch"]["upserts"]
                .as_array()?
                .iter()
                .any(|message| message["id"] == json!(id))
                .then_some(())
        })
        .await;
        let left = Instant::now();
        while let Ok((at, bytes)) = heard.try_recv() {
            if String::from_utf8_lossy(&bytes).contains(id.as_str()) {
                if round >= WARMING {
                    times.push(left.duration_since(at).as_secs_f64() * 1000.0);
                }
                break;
            }
        }
    }
    let memory = own_memory() - before;
    let (median, p99) = spread(times);
    let (baseline_median, baseline_p99) = spread(bare(&town.folder().join("bare.db")).await?);
    println!(
        "{}",
        json!({
            "median": median, "p99": p99, "baseline_median": baseline_median,
            "baseline_p99": baseline_p99, "memory_mb": memory,
        })
    );
    desk.close().await;
    alex.stop().await;
    Ok(())
}

fn spread(mut times: Vec<f64>) -> (Option<f64>, Option<f64>) {
    times.sort_by(f64::total_cmp);
    let at = |share: f64| times.get((times.len() as f64 * share) as usize).copied();
    (at(0.5), at(0.99))
}

/// Milliseconds to parse a message and commit it as one row.
async fn bare(path: &std::path::Path) -> Result<Vec<f64>> {
    let mut file = SqliteConnectOptions::new()
        .filename(path)
        .create_if_missing(true)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Normal)
        .disable_statement_logging()
        .connect()
        .await?;
    sqlx::query("CREATE TABLE message (id INTEGER PRIMARY KEY, body TEXT NOT NULL) STRICT")
        .execute(&mut file)
        .await?;
    let mut times = Vec::new();
    for round in 0..ROUNDS {
        tokio::time::sleep(PAUSE).await;
        let text = json!({"message": format!("message {round}"), "sender_id": 1, "date_sent": 2})
            .to_string();
        let began = Instant::now();
        let message: Value = serde_json::from_str(&text)?;
        let mut tx = file.begin().await?;
        sqlx::query("INSERT INTO message (body) VALUES (?)")
            .bind(message["message"].as_str())
            .execute(&mut *tx)
            .await?;
        tx.commit().await?;
        times.push(began.elapsed().as_secs_f64() * 1000.0);
    }
    file.close().await?;
    Ok(times)
}
