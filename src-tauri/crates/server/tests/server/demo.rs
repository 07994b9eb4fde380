//! The sample people.

use std::time::Duration;

use kith_server::{Answers, Config, Seed, Server, people};
use kith_wire::xmpp::ns;
use serde_json::{Value, json};

use crate::town::{Live, Over, Rest, config, id};

async fn start(dir: &tempfile::TempDir) -> Server {
    let answers = Answers::Every(Duration::from_millis(1));
    let config = Config {
        seed: Some(Seed::Demo),
        answers,
        ..config(dir)
    };
    Server::start(config).await.expect("it starts")
}

async fn counts(rest: &Rest, token: &str) -> (i64, Vec<(Value, Value)>) {
    let (_, list) = rest.get("/chat/Dialog", token).await;
    let items = list["items"].as_array().expect("items").clone();
    let (_, all) = rest.get("/chat/Message?count=1", token).await;
    let unread = items
        .iter()
        .filter(|item| item["unread_messages_count"] != 0)
        .map(|item| (item["name"].clone(), item["unread_messages_count"].clone()))
        .collect();
    assert_eq!(items.len(), 8);
    (all["items"]["count"].as_i64().expect("a count"), unread)
}

#[tokio::test]
async fn a_newcomer_finds_people_conversations_and_something_unread() {
    let dir = tempfile::tempdir().expect("a temporary folder");
    let server = start(&dir).await;
    let cast = server.sample_people().to_vec();
    let logins: Vec<_> = cast.iter().map(|person| person.login.as_str()).collect();
    assert_eq!(logins, ["alex", "bea", "chidi", "dalia", "emi", "mateo"]);
    assert_eq!(people(dir.path()).expect("the file"), cast);
    let rest = Rest::new(server.ready());
    let token = rest.log_in("alex", &cast[0].password).await;
    let (messages, unread) = counts(&rest, &token).await;
    assert!((1_000..=1_600).contains(&messages), "{messages}");
    assert_eq!(
        unread,
        [
            (json!("Sunday football ⚽"), json!(1)),
            (json!("Bea Lindqvist"), json!(2)),
            (json!("Garden behind the station"), json!(5)),
        ]
    );
    let (_, faces) = rest.get("/users/v2?login=dalia", &token).await;
    let avatar = faces["items"][0]["avatar"].as_str().expect("a face");
    assert!(avatar.starts_with("data:image/svg+xml;base64,") && avatar.len() < 4096);
    server.stop().await;

    let server = start(&dir).await;
    assert_eq!(
        server.sample_people(),
        cast,
        "the second start changes nobody"
    );
    let token = rest.log_in("alex", &cast[0].password).await;
    assert_eq!(counts(&rest, &token).await.0, messages, "and adds nothing");
    server.stop().await;
}

#[tokio::test]
async fn two_of_them_answer_and_the_others_do_not() {
    let dir = tempfile::tempdir().expect("a temporary folder");
    let server = start(&dir).await;
    let person = |login: &str| {
        let cast = server.sample_people().iter();
        cast.clone()
            .find(|person| person.login == login)
            .expect("in the cast")
            .clone()
    };
    let (alex, emi, bea) = (person("alex"), person("emi"), person("bea"));
    let mut live = Live::connect(server.ready(), Over::Tcp).await;
    live.log_in(alex.user_id, &alex.password).await;
    live.bind().await;
    live.say(&live.user(bea.user_id), "chat", &id(1), "Hi Bea")
        .await;
    live.say(&live.user(emi.user_id), "chat", &id(2), "Hi Emi")
        .await;
    for marker in ["received", "displayed"] {
        let heard = live
            .until(marker, |e| e.child(marker, ns::MARKERS).is_some())
            .await;
        let about = heard
            .child(marker, ns::MARKERS)
            .and_then(|marker| marker.attr("id"));
        assert_eq!(about, Some(id(2).as_str()), "{marker}");
    }
    live.until("typing", |e| {
        e.child("composing", ns::CHAT_STATES).is_some()
    })
    .await;
    let answer = live
        .until("an answer", |e| e.child_named("body").is_some())
        .await;
    let from = answer.attr("from").expect("from").to_owned();
    assert!(from.starts_with(&live.user(emi.user_id)), "{from}");
    server.stop().await;
}

#[tokio::test]
async fn somebody_who_is_logged_in_answers_for_themselves() {
    let dir = tempfile::tempdir().expect("a temporary folder");
    let server = start(&dir).await;
    let cast = server.sample_people();
    let (alex, emi) = (cast[0].clone(), cast[4].clone());
    let mut visitor = Live::connect(server.ready(), Over::WebSocket).await;
    visitor.log_in(emi.user_id, &emi.password).await;
    visitor.bind().await;
    let mut live = Live::connect(server.ready(), Over::Tcp).await;
    live.log_in(alex.user_id, &alex.password).await;
    live.bind().await;
    live.say(&live.user(emi.user_id), "chat", &id(1), "Hi Emi")
        .await;
    visitor.message(&id(1)).await;
    visitor
        .say(
            &visitor.user(alex.user_id),
            "chat",
            &id(2),
            "It is really me",
        )
        .await;
    let first = live.until("a message", |e| e.local() == "message").await;
    assert_eq!(
        first.attr("id"),
        Some(id(2).as_str()),
        "nobody spoke in her name"
    );
    server.stop().await;
}
