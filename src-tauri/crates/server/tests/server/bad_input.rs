//! What comes by mistake or by malice: an error for that one stanza or call, and
//! nobody else notices.

use std::time::Duration;

use serde_json::json;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::town::{ANN, BOB, CEM, Live, Over, PASSWORD, Town, id};

/// Two people who are talking, and go on talking.
async fn still_talking(town: &Town, ann: &mut Live, bob: &mut Live, n: u32) {
    ann.say(&ann.user(BOB), "chat", &id(n), "still here").await;
    bob.message(&id(n)).await;
    assert!(town.server.faults().sessions_of(BOB) > 0);
}

#[tokio::test]
async fn nesting_and_entities_cost_one_stanza() {
    let town = Town::open().await;
    let mut ann = town.live(ANN, Over::Tcp).await;
    let mut bob = town.live(BOB, Over::WebSocket).await;
    for (n, over) in [(1, Over::Tcp), (2, Over::WebSocket)] {
        let mut cem = town.live(CEM, over).await;
        let to = cem.user(BOB);
        for (depth, answer) in [(20, None), (100, Some("406")), (10_000, Some("406"))] {
            let stanza = format!(
                "<message xmlns='jabber:client' type='chat' to='{to}' id='deep{depth}'><body>x</body>\
                 <extraParams>{}{}</extraParams></message>",
                "<a>".repeat(depth),
                "</a>".repeat(depth)
            );
            cem.send(&stanza).await;
            match answer {
                None => {
                    bob.message(&format!("deep{depth}")).await;
                }
                Some(code) => {
                    let error = cem.message(&format!("deep{depth}")).await;
                    let inside = error.child_named("error").expect("an error");
                    assert_eq!(inside.attr("code"), Some(code), "{depth} over {over:?}");
                }
            }
        }
        // There are no entities but XML's own five: whatever else looks like one is text.
        let laugh = "&lol1;&lol2;&#38;lol3;".repeat(100);
        cem.say(&to, "chat", &id(100 + n), &laugh).await;
        let heard = bob.message(&id(100 + n)).await;
        let body = heard.child_text("body").expect("a body");
        assert!(body.starts_with("&lol1;&lol2;&lol3;"), "{body}");
        assert!(body.len() <= laugh.len(), "nothing grows");
        cem.settle().await;
        still_talking(&town, &mut ann, &mut bob, n).await;
    }
    // A declaration is the one thing that no stream survives: its own.
    let mut cem = town.live(CEM, Over::Tcp).await;
    cem.send("<!DOCTYPE lolz [<!ENTITY a 'aaaa'><!ENTITY b '&a;&a;'>]><message/>")
        .await;
    while cem.next().await.is_some() {}
    let mut cem = town.live(CEM, Over::WebSocket).await;
    cem.send("<!DOCTYPE lolz [<!ENTITY a 'aaaa'>]><message id='e'>&a;</message>")
        .await;
    let error = cem
        .until("an error", |e| e.attr("type") == Some("error"))
        .await;
    let inside = error.child_named("error").expect("an error");
    assert_eq!(
        inside.attr("code"),
        Some("400"),
        "a frame is its own stream"
    );
    cem.settle().await;
    still_talking(&town, &mut ann, &mut bob, 3).await;
}

#[tokio::test]
async fn slow_senders_and_half_open_connections_hold_nobody_up() {
    let town = Town::open().await;
    let ready = town.server.ready().clone();
    let mut held = Vec::new();
    for beginning in [
        &b""[..],
        b"\x16\x03\x01",
        b"<?xml version='1.0'?><stream:str",
        b"GET / HTTP/1.1\r\nHost: x\r\n",
    ] {
        for address in [
            ready.chat_addr.as_str(),
            ready.api_url.trim_start_matches("https://"),
            ready
                .chat_url
                .trim_start_matches("wss://")
                .trim_end_matches('/'),
        ] {
            for _ in 0..10 {
                let mut socket = TcpStream::connect(address).await.expect("a connection");
                let _ = socket.write_all(beginning).await;
                held.push(socket);
            }
        }
    }
    // Two who stop in the middle: of logging in, and of a stanza.
    let mut undecided = Live::connect(&ready, Over::Tcp).await;
    undecided.greet().await;
    let mut cem = town.live(CEM, Over::Tcp).await;
    cem.send("<message xmlns='jabber:client' to='").await;

    let mut ann = town.live(ANN, Over::Tcp).await;
    let mut bob = town.live(BOB, Over::WebSocket).await;
    let stanza = format!(
        "<message xmlns='jabber:client' type='chat' to='{}' id='{}'><body>as slow as can be</body></message>",
        ann.user(BOB),
        id(1)
    );
    for byte in stanza.chars() {
        ann.send(&byte.to_string()).await;
    }
    bob.message(&id(1)).await;
    still_talking(&town, &mut ann, &mut bob, 2).await;
    town.token("ann").await;
    cem.send(&format!(
        "{}' type='chat' id='{}'><body>after a pause</body></message>",
        cem.user(BOB),
        id(3)
    ))
    .await;
    bob.message(&id(3)).await;
}

#[tokio::test]
async fn what_ends_while_a_file_is_on_its_way_is_told_where_it_matters() {
    let town = Town::open().await;
    let token = town.token("ann").await;
    let blob = json!({ "blob": { "name": "../../../etc/passwd", "content_type": "text/plain" } });
    let (status, made) = town.rest.call("POST", "/blobs", &token, blob).await;
    assert_eq!(status, 201, "a name is only a name: {made}");
    let access = made["blob"]["blob_object_access"]["params"]
        .as_str()
        .expect("where to")
        .to_owned();
    let address = url::Url::parse(&access).expect("an address");
    let mut form = reqwest::multipart::Form::new();
    for (key, value) in address.query_pairs() {
        form = form.text(key.into_owned(), value.into_owned());
    }
    let (sender, chunks) = tokio::sync::mpsc::channel::<Result<Vec<u8>, std::io::Error>>(1);
    let body = futures::stream::unfold(chunks, |mut chunks| async move {
        Some((chunks.recv().await?, chunks))
    });
    let part = reqwest::multipart::Part::stream(reqwest::Body::wrap_stream(body))
        .file_name("..\\..\\passwd");
    let upload = tokio::spawn({
        let request = town
            .rest
            .request("POST", address.path(), "")
            .multipart(form.part("file", part));
        async move { request.send().await.expect("an answer").status() }
    });
    sender.send(Ok(vec![b'a'; 100_000])).await.expect("taken");
    sender.send(Ok(vec![b'b'; 100_000])).await.expect("taken");
    let incoming = town.dir.path().join("files/incoming");
    let has_begun = || {
        std::fs::read_dir(&incoming)
            .expect("the folder")
            .any(|entry| entry.is_ok_and(|e| e.metadata().is_ok_and(|data| data.len() > 0)))
    };
    let beginning = async {
        while !has_begun() {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(Duration::from_secs(20), beginning)
        .await
        .expect("bytes reach the disk");
    // Now every session ends, and the time to begin an upload, too.
    town.server.faults().expire_tokens().await.expect("ended");
    town.clock.pass(2 * 60 * 60 * 1000);
    sender.send(Ok(vec![b'c'; 100_000])).await.expect("taken");
    drop(sender);
    let status = tokio::time::timeout(Duration::from_secs(20), upload)
        .await
        .expect("in time")
        .expect("ended");
    assert_eq!(status, 201, "who began in time may finish");

    let complete = format!("/blobs/{}/complete", made["blob"]["id"]);
    let size = json!({ "size": 300_000 });
    let (status, told) = town.rest.call("PUT", &complete, &token, size.clone()).await;
    assert_eq!(
        (status, &told["errors"]["base"][0]),
        (401, &json!("Required session does not exist"))
    );
    let token = town.token("ann").await;
    let (status, told) = town.rest.call("PUT", &complete, &token, size).await;
    assert_eq!(status, 200, "{told}");
    let uid = made["blob"]["uid"].as_str().expect("a uid");
    let got = town
        .rest
        .request("GET", &format!("/blobs/{uid}?token={token}"), "")
        .send()
        .await
        .expect("an answer");
    let disposition = got.headers()["content-disposition"]
        .to_str()
        .expect("text")
        .to_owned();
    assert!(!disposition.contains('/'), "{disposition}");
    assert_eq!(got.bytes().await.expect("bytes").len(), 300_000);
    let below = town.dir.path().join("files").join(&uid[..2]).join(uid);
    assert!(below.is_file(), "called by its uid and nothing else");
}

#[tokio::test]
async fn no_path_leads_out_of_the_folder() {
    let town = Town::open().await;
    let token = town.token("ann").await;
    let address = town.server.ready().api_url.clone();
    let address = address.trim_start_matches("https://");
    for path in [
        "/blobs/../server.json",
        "/blobs/..%2fserver.json",
        "/blobs/%2e%2e/%2e%2e/server.key",
        "/../server.json",
        "/files/incoming",
        "/blobs/..%5c..%5cserver.db/download",
        "//server.json",
        "/blobs/%00",
        "/storage/upload/../../server.json",
    ] {
        // Written by hand: a client library would tidy the path up.
        let tcp = TcpStream::connect(address).await.expect("a connection");
        let name = rustls_pki_types::ServerName::try_from("127.0.0.1").expect("a name");
        let config = std::sync::Arc::new(crate::town::tls(town.server.ready()));
        let mut stream = tokio_rustls::TlsConnector::from(config)
            .connect(name, tcp)
            .await
            .expect("TLS");
        let request = format!(
            "GET {path} HTTP/1.1\r\nHost: x\r\nCB-Token: {token}\r\nConnection: close\r\n\r\n"
        );
        stream.write_all(request.as_bytes()).await.expect("written");
        let mut answer = Vec::new();
        let _ = stream.read_to_end(&mut answer).await;
        let answer = String::from_utf8_lossy(&answer);
        assert!(
            answer.starts_with("HTTP/1.1 404") || answer.starts_with("HTTP/1.1 400"),
            "{path}: {answer}"
        );
        assert!(!answer.contains("auth_key") && !answer.contains("PRIVATE KEY"));
    }
    assert_eq!(town.rest.session("ann", PASSWORD).await.0, 201);
}
