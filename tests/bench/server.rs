//! How much one `kith-server` takes: messages stored and acknowledged, the
//! memory of an idle connection, and one message to a large group. Each beside
//! the least that it could cost on this machine.

use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use futures::StreamExt;
use serde_json::{Value, json};
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqliteSynchronous};
use sqlx::{ConnectOptions, Connection};
use tokio::sync::mpsc;
use tokio_rustls::TlsConnector;

use crate::server_bare;
use crate::server_link::{Guest, Link, Target, connect, text, tls};

/// People who write to each other in pairs.
const PEOPLE: usize = 16;
/// So many messages go out together, and so many may be unacknowledged.
const BUNDLE: u32 = 16;
const WINDOW: u32 = 64;
const WARMING: Duration = Duration::from_secs(2);
const MEASURED: Duration = Duration::from_secs(10);

/// Messages a second, stored and acknowledged, beside transactions of one row each.
pub(crate) async fn messages(line: &str, data: &Path) -> Result<Value> {
    let target = Target::new(line)?;
    let guests = target.guests(PEOPLE).await?;
    let (tell, mut told) = mpsc::channel(PEOPLE);
    let start = Instant::now();
    for (n, guest) in guests.iter().enumerate() {
        let link = target.link(guest, true).await?;
        let to = target.user(&guests[n ^ 1]);
        let tell = tell.clone();
        let number = u32::try_from(n)?;
        tokio::spawn(async move { tell.send(pour(link, number, &to).await).await });
    }
    drop(tell);
    let (mut measured, mut all) = (0.0, 0);
    while let Some(result) = told.recv().await {
        let (rate, acknowledged) = result?;
        measured += rate;
        all += acknowledged;
    }
    eprintln!("{all} messages in {:.1} s", start.elapsed().as_secs_f64());
    let mut stored = 0;
    for guest in guests.iter().step_by(2) {
        let path = "/chat/Message?count=1&mark_as_read=0";
        let answer = target
            .call("GET", path, Some(&guest.token), Value::Null)
            .await?;
        stored += answer["items"]["count"].as_u64().context("no count")?;
    }
    if stored < u64::from(all) {
        bail!("{all} messages were acknowledged, and {stored} are stored");
    }
    let baseline = rows(data, all.min(50_000)).await?;
    Ok(json!({ "value": measured, "baseline": baseline }))
}

/// Writes as fast as it is acknowledged; tells the rate in the time that counts, and how
/// many were acknowledged altogether.
async fn pour(mut link: Link, person: u32, to: &str) -> Result<(f64, u32)> {
    // The presence before this was the first stanza.
    let (mut sent, mut acknowledged, mut received) = (0u32, 0u32, 0u32);
    let begin = Instant::now();
    let (from, until) = (begin + WARMING, begin + WARMING + MEASURED);
    let (mut at_from, mut at_until) = (None, None);
    loop {
        let now = Instant::now();
        if now >= from {
            at_from.get_or_insert((acknowledged, now));
        }
        if now >= until {
            at_until.get_or_insert((acknowledged, now));
            if sent == acknowledged {
                break;
            }
        }
        if now < until && sent - acknowledged + BUNDLE <= WINDOW {
            let mut bundle = String::new();
            for n in sent..sent + BUNDLE {
                bundle.push_str(&format!(
                    "<message to='{to}' type='chat' id='6b02a1ae{person:08x}{n:08x}'>\
                     <body>Message {n}: and then we talked about the weather, the boat and who \
                     brings the bread.</body><extraParams><save_to_history>1</save_to_history>\
                     <date_sent>1790000000</date_sent></extraParams>\
                     <markable xmlns='urn:xmpp:chat-markers:0'/></message>"
                ));
            }
            bundle.push_str("<r xmlns='urn:xmpp:sm:3'/>");
            sent += BUNDLE;
            link.send(&bundle).await?;
            continue;
        }
        let came = link.more().await?;
        received += u32::try_from(came.matches("</message>").count())?;
        for answer in came.split("<a ").skip(1) {
            let h = answer
                .split("h=\"")
                .nth(1)
                .and_then(|h| h.split('"').next());
            let h: u32 = h.context("no count")?.parse()?;
            acknowledged = h - 1;
        }
        if came.contains("<r ") || came.contains("<r/>") {
            let h = received + 1;
            link.send(&format!("<a xmlns='urn:xmpp:sm:3' h='{h}'/>"))
                .await?;
        }
    }
    let ((first, from), (last, until)) = (
        at_from.context("it was too short")?,
        at_until.context("it was too short")?,
    );
    let rate = f64::from(last - first) / (until - from).as_secs_f64();
    Ok((rate, acknowledged))
}

/// Rows a second, each in a transaction of its own, in a database like the server's.
async fn rows(data: &Path, count: u32) -> Result<f64> {
    let file = data.join("rows.db");
    let _ = std::fs::remove_file(&file);
    let mut db = SqliteConnectOptions::new()
        .filename(&file)
        .create_if_missing(true)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Normal)
        .connect()
        .await?;
    sqlx::query(
        "CREATE TABLE messages (seq INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE,
                                dialog_id TEXT NOT NULL, sender_id INTEGER NOT NULL,
                                body TEXT NOT NULL, date_sent INTEGER NOT NULL) STRICT",
    )
    .execute(&mut db)
    .await?;
    let start = Instant::now();
    for n in 0..count {
        sqlx::query(
            "INSERT INTO messages (id, dialog_id, sender_id, body, date_sent) VALUES (?, ?, ?, ?, ?)",
        )
        .bind(format!("{n:024x}"))
        .bind("65a000000000000000000001")
        .bind(1)
        .bind("and then we talked about the weather, the boat and who brings the bread.")
        .bind(1_790_000_000 + i64::from(n))
        .execute(&mut db)
        .await?;
    }
    let rate = f64::from(count) / start.elapsed().as_secs_f64();
    db.close().await?;
    Ok(rate)
}

/// So many connections that say nothing.
const IDLE: usize = 2_000;
/// Several connections each, as of people with several devices.
const IDLE_PEOPLE: usize = 100;
/// So many are opened before, so that what is made once is not counted.
const FIRST: usize = 50;
const AT_ONCE: usize = 16;

/// KiB of the server for each idle connection, beside one of a bare TLS server.
pub(crate) async fn idle(line: &str, data: &Path, pid: u32) -> Result<Value> {
    let target = &Target::new(line)?;
    let guests = target.guests(IDLE_PEOPLE).await?;
    let open = async |from: usize, to: usize| -> Result<Vec<Link>> {
        futures::stream::iter((from..to).map(|n| target.link(&guests[n % IDLE_PEOPLE], true)))
            .buffer_unordered(AT_ONCE)
            .collect::<Vec<_>>()
            .await
            .into_iter()
            .collect()
    };
    let first = open(0, FIRST).await?;
    let before = resident(pid)?;
    let links = open(FIRST, FIRST + IDLE).await?;
    let ours = (resident(pid)? - before) / IDLE as f64;
    drop((first, links));

    let ready: Value = serde_json::from_str(line)?;
    let connector = connector(&ready)?;
    let (child, address) = server_bare::start(data).await?;
    let pid = child.id().context("it ended")?;
    let open = async |count: usize| -> Result<Vec<_>> {
        futures::stream::iter((0..count).map(|_| connect(&connector, &address)))
            .buffer_unordered(AT_ONCE)
            .collect::<Vec<_>>()
            .await
            .into_iter()
            .collect::<Result<Vec<_>>>()
    };
    let first = open(FIRST).await?;
    let before = resident(pid)?;
    let links = open(IDLE).await?;
    let bare = (resident(pid)? - before) / IDLE as f64;
    drop((first, links));
    Ok(json!({ "value": ours, "baseline": bare }))
}

fn connector(ready: &Value) -> Result<TlsConnector> {
    Ok(TlsConnector::from(std::sync::Arc::new(tls(Path::new(
        text(ready, "ca_cert")?,
    ))?)))
}

/// The memory of a process in KiB.
fn resident(pid: u32) -> Result<f64> {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status"))
        .context("the memory of a process is read from /proc, which only Linux has")?;
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix("VmRSS:"))
        .context("no VmRSS")?;
    let number = line.split_whitespace().next().context("no number")?;
    Ok(number.parse()?)
}

/// A group of so many.
const MEMBERS: usize = 500;
const ROUNDS: usize = 50;
const FIRST_ROUNDS: usize = 5;

/// Milliseconds from sending one message until all members have it, beside a bare server that
/// passes the same bytes on.
pub(crate) async fn fanout(line: &str, data: &Path) -> Result<Value> {
    let target = &Target::new(line)?;
    let guests = target.guests(MEMBERS).await?;
    let ids: Vec<u64> = guests.iter().map(|guest| guest.id).collect();
    let owner = &guests[0];
    let body = json!({ "type": 2, "name": "Everybody", "occupants_ids": ids });
    let made = target
        .call("POST", "/chat/Dialog", Some(&owner.token), body)
        .await?;
    let room = target.room(text(&made, "_id")?);
    let links = all_links(target, &guests).await?;
    let ours = rounds(links, |round| {
        format!(
            "<message to='{room}' type='groupchat' id='6b02a1aeffffffff{round:08x}'><body>One for \
             all</body><extraParams><save_to_history>1</save_to_history></extraParams></message>"
        )
    })
    .await?;

    let ready: Value = serde_json::from_str(line)?;
    let connector = &connector(&ready)?;
    let (_child, address) = &server_bare::start(data).await?;
    let streams = futures::stream::iter((0..MEMBERS).map(|_| connect(connector, address)))
        .buffer_unordered(AT_ONCE)
        .collect::<Vec<_>>()
        .await
        .into_iter()
        .collect::<Result<Vec<_>>>()?;
    // As long as what the server passes on.
    let filling = "x".repeat(380);
    let bare = rounds(streams.into_iter().map(Link::from).collect(), |round| {
        format!("<message id='6b02a1aeffffffff{round:08x}'>{filling}</message>")
    })
    .await?;
    Ok(json!({ "value": ours, "baseline": bare }))
}

async fn all_links(target: &Target, guests: &[Guest]) -> Result<Vec<Link>> {
    futures::stream::iter(guests.iter().map(|guest| target.link(guest, false)))
        .buffered(AT_ONCE)
        .collect::<Vec<_>>()
        .await
        .into_iter()
        .collect()
}

/// The first link speaks, all of them wait for it; the median of the rounds.
async fn rounds(links: Vec<Link>, stanza: impl Fn(usize) -> String) -> Result<f64> {
    let count = links.len();
    let (heard, mut hearing) = mpsc::unbounded_channel();
    let mut speaker = None;
    for (n, link) in links.into_iter().enumerate() {
        let (mut read, write) = tokio::io::split(link.stream);
        if n == 0 {
            speaker = Some(write);
        } else {
            // Dropping half of a stream would end it.
            let heard = heard.clone();
            tokio::spawn(hear(read, write, heard));
            continue;
        }
        let heard = heard.clone();
        tokio::spawn(async move { listen(&mut read, &heard).await });
    }
    let mut speaker = speaker.context("nobody is there")?;
    let mut times = Vec::new();
    for round in 0..FIRST_ROUNDS + ROUNDS {
        let start = Instant::now();
        use tokio::io::AsyncWriteExt as _;
        speaker.write_all(stanza(round).as_bytes()).await?;
        speaker.flush().await?;
        for _ in 0..count {
            tokio::time::timeout(Duration::from_secs(30), hearing.recv())
                .await
                .context("somebody did not get it")?
                .context("everybody has gone")?;
        }
        if round >= FIRST_ROUNDS {
            times.push(start.elapsed().as_secs_f64() * 1000.0);
        }
    }
    times.sort_by(f64::total_cmp);
    times.get(times.len() / 2).copied().context("no rounds")
}

async fn hear<R, W>(mut read: R, write: W, heard: mpsc::UnboundedSender<()>)
where
    R: tokio::io::AsyncRead + Unpin,
{
    listen(&mut read, &heard).await;
    drop(write);
}

async fn listen<R: tokio::io::AsyncRead + Unpin>(read: &mut R, heard: &mpsc::UnboundedSender<()>) {
    use tokio::io::AsyncReadExt as _;
    let mut buffer = [0u8; 4096];
    let mut unread = Vec::new();
    while let Ok(count @ 1..) = read.read(&mut buffer).await {
        unread.extend_from_slice(&buffer[..count]);
        let end = b"</message>";
        while let Some(at) = unread.windows(end.len()).position(|part| part == end) {
            unread.drain(..at + end.len());
            if heard.send(()).is_err() {
                return;
            }
        }
    }
}
