//! The program itself, ended as hard as a program can be.

use std::process::Stdio;
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
