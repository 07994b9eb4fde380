//! A server's folder: one server at a time, and everything is found again.

use std::net::IpAddr;

use kith_server::{Config, Server, StartError};

use crate::town::{ANN, BOB, Over, Town, config, id};

#[tokio::test]
async fn a_restarted_server_is_where_it_was_with_everything_it_had() {
    let town = Town::open().await;
    let token = town.token("ann").await;
    let mut ann = town.live(ANN, Over::Tcp).await;
    ann.say(&ann.user(BOB), "chat", &id(1), "before").await;
    ann.settle().await;
    let Town {
        server, dir, rest, ..
    } = town;
    let before = server.ready().clone();
    assert!(dir.path().join("ready.json").exists());
    server.stop().await;
    assert!(
        !dir.path().join("ready.json").exists(),
        "a stopped server is not ready"
    );
    let server = Server::start(config(&dir)).await.expect("it starts again");
    assert_eq!(
        server.ready(),
        &before,
        "the same ports, keys and certificate"
    );
    let (status, page) = rest
        .get(&format!("/chat/Message?_id={}", id(1)), &token)
        .await;
    assert_eq!(
        (status, page["items"][0]["message"].as_str()),
        (200, Some("before"))
    );
    server.stop().await;
}

#[tokio::test]
async fn a_folder_in_use_and_plain_text_outside_are_refused() {
    let town = Town::open().await;
    assert!(matches!(
        Server::start(config(&town.dir)).await,
        Err(StartError::InUse(_))
    ));
    let dir = tempfile::tempdir().expect("a temporary folder");
    let outside = Config {
        plain: true,
        listen: IpAddr::from([0, 0, 0, 0]),
        ..config(&dir)
    };
    assert!(matches!(
        Server::start(outside).await,
        Err(StartError::PlainOutside(_))
    ));
    let plain = Server::start(Config {
        plain: true,
        ..config(&dir)
    })
    .await
    .expect("on loopback");
    assert!(plain.ready().api_url.starts_with("http://") && plain.ready().ca_cert.is_none());
    assert!(plain.ready().join_link.contains("security=plain"));
    plain.stop().await;
}

#[tokio::test]
async fn a_damaged_database_is_named_and_left_alone() {
    let dir = tempfile::tempdir().expect("a temporary folder");
    let file = dir.path().join("server.db");
    let rubbish = b"this is no database, but it is somebody's".repeat(200);
    std::fs::write(&file, &rubbish).expect("written");
    let error = Server::start(config(&dir)).await.expect_err("refused");
    assert!(
        matches!(error, StartError::Database(_) | StartError::Migration(_)),
        "{error}"
    );
    assert_eq!(std::fs::read(&file).expect("still there"), rubbish);
}
