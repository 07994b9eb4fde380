//! The program itself, ended as hard as a program can be.

use std::process::Stdio;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use kith_server::Ready;
use serde_json::json;
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::{Child, Command};

use crate::town::{Live, Over, Rest, id};

async fn start(folder: &std::path::Path) -> (Child, Ready) {
    let mut child = Command::new(env!("CARGO_BIN_EXE_kith-server"))
        .arg("--data")
        .arg(folder)
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .kill_on_drop(true)
        .spawn()
        .expect("it starts");
    let mut lines = BufReader::new(child.stdout.take().expect("output")).lines();
    let line = tokio::time::timeout(Duration::from_secs(30), lines.next_line())
        .await
        .expect("in time")
        .expect("readable")
        .expect("a line");
    (child, serde_json::from_str(&line).expect("the ready line"))
}

#[tokio::test]
async fn what_was_acknowledged_survives_a_kill() {
    let dir = tempfile::tempdir().expect("a temporary folder");
    let (mut child, ready) = start(dir.path()).await;
    let rest = Rest::new(&ready);
    let mut ids = Vec::new();
    for login in ["ann", "bob"] {
        let request = rest
            .request("POST", "/users", "")
            .header("CB-AuthKey", &ready.auth_key);
        let user = json!({ "user": { "login": login, "password": "long enough" } });
        let (status, answer) = rest.send(request.json(&user)).await;
        assert_eq!(status, 201, "{answer}");
        ids.push(answer["user"]["id"].as_u64().expect("an id"));
    }
    let mut ann = Live::connect(&ready, Over::Tcp).await;
    ann.log_in(ids[0], "long enough").await;
    ann.bind().await;
    ann.manage().await;
    let to = ann.user(ids[1]);
    for n in 1..=50 {
        ann.say(&to, "chat", &id(n), &format!("m{n}")).await;
    }
    assert_eq!(ann.acked().await, 50);
    child
        .kill()
        .await
        .expect("killed, without a chance to tidy up");

    let (mut child, again) = start(dir.path()).await;
    assert_eq!(again, ready, "the same server in the same place");
    let token = rest.log_in("bob", "long enough").await;
    let (_, page) = rest
        .get("/chat/Message?limit=100&mark_as_read=0", &token)
        .await;
    let found: Vec<_> = page["items"]
        .as_array()
        .expect("items")
        .iter()
        .map(|item| item["message"].clone())
        .collect();
    let expected: Vec<_> = (1..=50).map(|n| json!(format!("m{n}"))).collect();
    assert_eq!(found, expected, "every acknowledged message, in order");
    child.kill().await.expect("killed");
}

/// Sends bundles until the server is gone; tells how many messages were acknowledged.
async fn pour(ready: Ready, from: u64, to: u64, acked: Arc<AtomicU32>) -> u32 {
    let mut live = Live::connect(&ready, Over::Tcp).await;
    live.log_in(from, "long enough").await;
    live.bind().await;
    live.manage().await;
    let to = live.user(to);
    let mut sure = 0;
    loop {
        let mut bundle = String::new();
        for n in sure + 1..=sure + 20 {
            let id = id(u32::try_from(from).expect("small") * 1_000_000 + n);
            bundle.push_str(&format!(
                "<message xmlns='jabber:client' to='{to}' type='chat' id='{id}'><body>{n}</body>\
                 <extraParams><save_to_history>1</save_to_history></extraParams></message>"
            ));
        }
        if !live
            .try_send(&format!("{bundle}<r xmlns='urn:xmpp:sm:3'/>"))
            .await
        {
            return sure;
        }
        loop {
            match live.next().await {
                Some(a) if a.local() == "a" => {
                    let h = a.attr("h").and_then(|h| h.parse().ok()).expect("a count");
                    acked.fetch_add(h - sure, Ordering::SeqCst);
                    sure = h;
                    break;
                }
                Some(_) => {}
                None => return sure,
            }
        }
    }
}

#[tokio::test]
async fn a_kill_in_the_middle_of_many_takes_nothing_back() {
    let dir = tempfile::tempdir().expect("a temporary folder");
    let (mut child, ready) = start(dir.path()).await;
    let rest = Rest::new(&ready);
    let mut ids = Vec::new();
    for login in ["ann", "bob", "cem", "dan"] {
        let request = rest
            .request("POST", "/users", "")
            .header("CB-AuthKey", &ready.auth_key);
        let user = json!({ "user": { "login": login, "password": "long enough" } });
        let (status, answer) = rest.send(request.json(&user)).await;
        assert_eq!(status, 201, "{answer}");
        ids.push(answer["user"]["id"].as_u64().expect("an id"));
    }
    let acked = Arc::new(AtomicU32::new(0));
    let to = ids[0];
    let pouring: Vec<_> = ids[1..]
        .iter()
        .map(|from| tokio::spawn(pour(ready.clone(), *from, to, Arc::clone(&acked))))
        .collect();
    let enough = async {
        while acked.load(Ordering::SeqCst) < 400 {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(Duration::from_secs(30), enough)
        .await
        .expect("in time");
    child.kill().await.expect("killed");
    let mut sure = Vec::new();
    for pouring in pouring {
        sure.push(pouring.await.expect("ended"));
    }

    let (mut child, _) = start(dir.path()).await;
    let token = rest.log_in("ann", "long enough").await;
    for (from, sure) in ids[1..].iter().zip(sure) {
        let path = format!("/chat/Message?sender_id={from}&limit=1000&mark_as_read=0");
        let (_, page) = rest.get(&path, &token).await;
        let found: Vec<u32> = page["items"]
            .as_array()
            .expect("items")
            .iter()
            .map(|item| {
                let text = item["message"].as_str().expect("text");
                text.parse().expect("a number")
            })
            .collect();
        let sure = sure.min(1000);
        let expected: Vec<u32> = (1..=u32::try_from(found.len()).expect("few")).collect();
        assert_eq!(found, expected, "in order, each once, without a gap");
        assert!(
            found.len() >= sure as usize,
            "{sure} were acknowledged, {} are there",
            found.len()
        );
    }
    child.kill().await.expect("killed");
}

#[cfg(unix)]
#[tokio::test]
async fn sigterm_ends_it_cleanly() {
    let dir = tempfile::tempdir().expect("a temporary folder");
    let (mut child, ready) = start(dir.path()).await;
    let mut idle = Live::connect(&ready, Over::WebSocket).await;
    idle.greet().await;
    let pid = child.id().expect("running").to_string();
    let told = Command::new("kill")
        .arg("-TERM")
        .arg(pid)
        .status()
        .await
        .expect("kill");
    assert!(told.success());
    let status = tokio::time::timeout(Duration::from_secs(20), child.wait())
        .await
        .expect("in time")
        .expect("ended");
    assert!(status.success(), "{status}");
    while idle.next().await.is_some() {}
}
