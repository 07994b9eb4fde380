//! Several applications in one folder have nothing to do with each other.

use kith_server::Ready;
use kith_wire::xmpp::ns;
use serde_json::{Value, json};
use tokio::process::Command;

use crate::town::{ANN, BOB, Live, Over, PASSWORD, Rest, Town, id};

/// What an administrator does beside the running server.
async fn admin(town: &Town, words: &[&str]) -> Value {
    let output = Command::new(env!("CARGO_BIN_EXE_kith-server"))
        .arg("admin")
        .arg("--data")
        .arg(town.dir.path())
        .args(words)
        .output()
        .await
        .expect("it runs");
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    let text = String::from_utf8(output.stdout).expect("text");
    serde_json::from_str(text.lines().next().unwrap_or("null")).expect("JSON")
}

/// The second application, as its clients know it.
async fn second(town: &Town) -> Ready {
    let made = admin(town, &["app", "create"]).await;
    let mut ready = town.server.ready().clone();
    ready.app_id = made["app_id"].as_u64().expect("a number");
    ready.auth_key = made["auth_key"].as_str().expect("a key").to_owned();
    assert_ne!(ready.app_id, town.server.ready().app_id);
    ready
}

async fn sign_up(rest: &Rest, ready: &Ready, login: &str) -> u64 {
    let request = rest
        .request("POST", "/users", "")
        .header("CB-AuthKey", &ready.auth_key);
    let user = json!({ "user": { "login": login, "password": PASSWORD } });
    let (status, answer) = rest.send(request.json(&user)).await;
    assert_eq!(status, 201, "{answer}");
    answer["user"]["id"].as_u64().expect("an id")
}

#[tokio::test]
async fn an_application_made_beside_a_running_server_is_a_world_of_its_own() {
    let town = Town::open().await;
    let ready = second(&town).await;
    let there = Rest::new(&ready);
    let ann = sign_up(&there, &ready, "ann").await;
    let dan = sign_up(&there, &ready, "dan").await;
    assert_eq!(
        (ann, dan),
        (1, 2),
        "its own people, with numbers of their own"
    );

    let here = town.token("ann").await;
    let token = there.log_in("dan", PASSWORD).await;
    let (_, found) = there.get("/users/v2?login=bob", &token).await;
    assert_eq!(found["total_entries"], 0, "nobody of the first application");
    let (_, found) = town.rest.get("/users/v2?login=dan", &here).await;
    assert_eq!(found["total_entries"], 0, "nor the other way round");
    let (status, _) = town.rest.get("/session", &token).await;
    assert_eq!(status, 200, "a call finds its application by its token");
    let body = json!({ "type": 3, "occupants_ids": [BOB] });
    let (status, _) = there.call("POST", "/chat/Dialog", &token, body).await;
    assert_eq!(status, 422, "nobody to talk to has this number there");

    let group = town.group(&here).await;
    let path = format!("/chat/Message?chat_dialog_id={group}");
    assert_eq!(there.get(&path, &token).await.0, 404, "nor can it be read");

    let mut stranger = Live::connect(&ready, Over::Tcp).await;
    stranger.greet().await;
    let answer = stranger.try_log_in(ANN, PASSWORD).await;
    assert!(
        answer.child("not-authorized", ns::SASL).is_some(),
        "{answer:?}"
    );
}

#[tokio::test]
async fn stanzas_and_files_stay_in_their_application() {
    let town = Town::open().await;
    let ready = second(&town).await;
    let there = Rest::new(&ready);
    let (ann, dan) = (
        sign_up(&there, &ready, "ann").await,
        sign_up(&there, &ready, "dan").await,
    );
    let mut bob = town.live(BOB, Over::Tcp).await;
    let mut a = Live::connect(&ready, Over::WebSocket).await;
    a.log_in(ann, PASSWORD).await;
    a.bind().await;
    let mut d = Live::connect(&ready, Over::Tcp).await;
    d.log_in(dan, PASSWORD).await;
    d.bind().await;
    a.say(&a.user(dan), "chat", &id(1), "among us").await;
    d.message(&id(1)).await;
    // An address of the first application leads to nobody.
    a.say(&bob.user(BOB), "chat", &id(2), "hello over there")
        .await;
    assert_eq!(a.message(&id(2)).await.attr("type"), Some("error"));
    assert!(bob.settle().await.is_empty());

    let token = there.log_in("ann", PASSWORD).await;
    let blob = json!({ "blob": { "name": "a.txt", "content_type": "text/plain" } });
    let (_, made) = there.call("POST", "/blobs", &token, blob).await;
    let access = made["blob"]["blob_object_access"]["params"]
        .as_str()
        .expect("where to")
        .to_owned();
    let address = url::Url::parse(&access).expect("an address");
    let mut form = reqwest::multipart::Form::new();
    for (key, value) in address.query_pairs() {
        form = form.text(key.into_owned(), value.into_owned());
    }
    let form = form.part("file", reqwest::multipart::Part::bytes(&b"hello"[..]));
    let (status, _) = there
        .send(there.request("POST", address.path(), "").multipart(form))
        .await;
    assert_eq!(status, 201);
    let number = &made["blob"]["id"];
    let path = format!("/blobs/{number}/complete");
    let size = json!({ "size": 5 });
    assert_eq!(there.call("PUT", &path, &token, size).await.0, 200);
    let uid = made["blob"]["uid"].as_str().expect("a uid");
    let file = |token: &str| format!("/blobs/{uid}?token={token}");
    let own = there.request("GET", &file(&token), "").send().await;
    assert_eq!(own.expect("an answer").text().await.expect("text"), "hello");
    let (status, _) = town.rest.get(&file(&town.token("ann").await), "").await;
    assert_eq!(status, 401, "a token of another application opens nothing");
}
