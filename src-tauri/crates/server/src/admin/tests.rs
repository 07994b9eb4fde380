//! The administrator's commands, beside a running server and without one.

use std::path::Path;

use clap::Parser;
use serde_json::{Value, json};

use super::{Arguments, run};
use crate::house::{House, PASSWORD};
use crate::{Config, Server};

async fn admin(data: &Path, words: &[&str]) -> Result<Vec<Value>, String> {
    let data = data.to_str().expect("a path");
    let all = ["admin", "--data", data]
        .into_iter()
        .chain(words.iter().copied());
    let arguments = Arguments::try_parse_from(all).map_err(|error| error.to_string())?;
    run(arguments).await.map_err(|error| error.to_string())
}

#[tokio::test]
async fn a_folder_holds_several_applications() {
    let dir = tempfile::tempdir().expect("a temporary folder");
    let data = dir.path().join("server");
    let error = admin(&data, &["app", "list"])
        .await
        .expect_err("nothing there");
    assert!(error.contains("app create"), "{error}");
    let made = admin(&data, &["app", "create"]).await.expect("made");
    assert!(
        made[0]["auth_key"]
            .as_str()
            .is_some_and(|key| key.len() >= 16)
    );
    assert_eq!(admin(&data, &["app", "list"]).await.expect("listed"), made);
    let other = admin(&data, &["app", "create"]).await.expect("another");
    assert_eq!(
        (&made[0]["app_id"], &other[0]["app_id"]),
        (&json!(1), &json!(2))
    );
    let all = admin(&data, &["app", "list"]).await.expect("listed");
    assert_eq!(all, [made[0].clone(), other[0].clone()]);
    let added = admin(&data, &["--app", "2", "user", "create", "zoe"]).await;
    assert_eq!(added.expect("added")[0]["id"], 1, "its own people");
    let here = admin(&data, &["user", "list"]).await.expect("listed");
    assert!(here.is_empty(), "and nobody else's: {here:?}");
    let error = admin(&data, &["--app", "3", "user", "list"]).await;
    assert!(error.is_err_and(|error| error.contains("no application 3")));

    let copy = dir.path().join("copy");
    let to = copy.to_str().expect("a path");
    admin(&data, &["backup", to]).await.expect("copied");
    assert_eq!(
        admin(&copy, &["app", "list"]).await.expect("listed")[1]["people"],
        1
    );
    let mut config = Config::local(&data);
    config.plain = true;
    let server = Server::start(config).await.expect("a server");
    assert_eq!(made[0]["auth_key"], server.ready().auth_key);
    server.stop().await;
}

#[tokio::test]
async fn people_are_added_and_get_passwords_beside_a_running_server() {
    let house = House::open().await;
    let data = house.dir.path();
    let made = admin(data, &["user", "create", "alex", "--full-name", "Alex"]).await;
    let made = made.expect("made");
    let secret = made[0]["password"].as_str().expect("a password").to_owned();
    let log_in = |secret: String| {
        json!({"application_id": house.site.identity.app_id,
               "auth_key": house.site.identity.auth_key,
               "user": {"login": "alex", "password": secret}})
    };
    let (status, session) = house
        .call(None, "POST", "/session", log_in(secret.clone()))
        .await;
    assert_eq!(status, 201, "{session}");
    assert!(
        admin(data, &["user", "create", "alex"]).await.is_err(),
        "taken"
    );
    assert!(
        admin(data, &["user", "create", "al"]).await.is_err(),
        "too short"
    );

    let other = admin(data, &["user", "password", "alex"])
        .await
        .expect("another");
    let other = other[0]["password"]
        .as_str()
        .expect("a password")
        .to_owned();
    assert_eq!(
        house.call(None, "POST", "/session", log_in(secret)).await.0,
        401
    );
    assert_eq!(
        house.call(None, "POST", "/session", log_in(other)).await.0,
        201
    );
    let token = session["session"]["token"]
        .as_str()
        .expect("a token")
        .to_owned();
    let before = crate::house::Person { id: 1, token };
    assert_eq!(
        house
            .call(Some(&before), "GET", "/session", Value::Null)
            .await
            .0,
        401,
        "it ended"
    );

    admin(data, &["user", "moderator", "alex"])
        .await
        .expect("a moderator");
    let listed = admin(data, &["user", "list"]).await.expect("listed");
    assert_eq!(
        (&listed[0]["login"], &listed[0]["roles"]),
        (&json!("alex"), &json!(["moderator"]))
    );
    admin(data, &["user", "moderator", "alex", "--remove"])
        .await
        .expect("no more");
    assert!(admin(data, &["user", "moderator", "nobody"]).await.is_err());
}

#[tokio::test]
async fn only_allowed_fields_are_kept_in_dialogs() {
    let house = House::open().await;
    let (alex, bea) = (house.person("alex").await, house.person("bea").await);
    let data = house.dir.path();
    let body = |extensions: Value| json!({"type": 2, "name": "G", "occupants_ids": [bea.id], "extensions": extensions});
    let made = house
        .ok(
            &alex,
            "POST",
            "/chat/Dialog",
            body(json!({"location": "x"})),
        )
        .await;
    assert_eq!(made["extensions"], Value::Null, "nothing is allowed yet");
    for name in ["location", "count"] {
        admin(data, &["fields", "allow", name])
            .await
            .expect("allowed");
    }
    assert!(admin(data, &["fields", "allow", "a b"]).await.is_err());
    let given = json!({"location": "Sun bar", "count": 5, "other": "z"});
    let made = house.ok(&alex, "POST", "/chat/Dialog", body(given)).await;
    assert_eq!(
        made["extensions"],
        json!({"location": "Sun bar", "count": "5"})
    );
    let path = "/chat/Dialog?extensions[location]=Sun%20bar";
    let found = house.ok(&alex, "GET", path, Value::Null).await;
    assert_eq!(found["items"].as_array().map(Vec::len), Some(1));
    admin(data, &["fields", "remove", "location"])
        .await
        .expect("removed");
    let listed = admin(data, &["fields", "list"]).await.expect("listed");
    assert_eq!(listed, [json!({"field": "count"})]);
    let id = made["_id"].as_str().expect("an id");
    let found = house
        .ok(&alex, "GET", &format!("/chat/Dialog?_id={id}"), Value::Null)
        .await;
    assert_eq!(
        found["items"][0]["extensions"],
        json!({"count": "5"}),
        "removed everywhere"
    );
}

#[tokio::test]
async fn reports_come_in_and_are_dealt_with() {
    let house = House::open().await;
    let alex = house.person("alex").await;
    let data = house.dir.path();
    admin(data, &["class", "create", "UserReports", "--reports"])
        .await
        .expect("made");
    assert!(
        admin(data, &["class", "create", "userreports"])
            .await
            .is_err(),
        "there is one"
    );
    let listed = admin(data, &["class", "list"]).await.expect("listed");
    assert_eq!(listed, [json!({"class": "UserReports", "reports": true})]);
    let body = json!({"reportedUserId": 45, "reason": "spam"});
    house
        .ok(&alex, "POST", "/data/UserReports", body.clone())
        .await;
    let open = admin(data, &["reports", "list"]).await.expect("listed");
    assert_eq!(
        (&open[0]["by"], &open[0]["fields"]),
        (&json!(alex.id), &body)
    );
    let id = open[0]["_id"].as_str().expect("an id");
    admin(data, &["reports", "resolve", id, "--note", "warned"])
        .await
        .expect("resolved");
    assert!(
        admin(data, &["reports", "list"])
            .await
            .expect("listed")
            .is_empty()
    );
    let all = admin(data, &["reports", "list", "--all"])
        .await
        .expect("listed");
    assert_eq!(all[0]["note"], "warned");
}

#[tokio::test]
async fn a_channel_is_everybodys_to_read() {
    let house = House::open().await;
    let (alex, bea) = (house.person("alex").await, house.person("bea").await);
    let data = house.dir.path();
    let made = admin(data, &["broadcast", "create", "News", "--owner", "alex"]).await;
    let id = made.expect("made")[0]["_id"]
        .as_str()
        .expect("an id")
        .to_owned();
    let found = house
        .ok(&bea, "GET", "/chat/Dialog?type=1", Value::Null)
        .await;
    assert_eq!(found["items"][0]["name"], "News");
    let body = json!({"chat_dialog_id": id, "message": "Hello"});
    assert_eq!(
        house
            .call(Some(&bea), "POST", "/chat/Message", body.clone())
            .await
            .0,
        403
    );
    house.ok(&alex, "POST", "/chat/Message", body).await;
    assert_eq!(
        admin(data, &["broadcast", "list"])
            .await
            .expect("listed")
            .len(),
        1
    );
}

#[tokio::test]
async fn a_backup_is_a_server() {
    let house = House::open().await;
    let (alex, bea) = (house.person("alex").await, house.person("bea").await);
    let dialog = house.private(&alex, &bea).await;
    let body = json!({"chat_dialog_id": dialog, "message": "kept"});
    house.ok(&alex, "POST", "/chat/Message", body).await;
    let other = tempfile::tempdir().expect("a temporary folder");
    let to = other.path().join("copy");
    let target = to.to_str().expect("a path");
    admin(house.dir.path(), &["backup", target])
        .await
        .expect("a backup of a running server");
    assert!(
        admin(house.dir.path(), &["backup", target]).await.is_err(),
        "never over another"
    );

    let mut config = Config::local(&to);
    config.plain = true;
    let server = Server::start(config).await.expect("a server from the copy");
    let site = server.faults().site;
    let restored = crate::db::dialogs::by_id(site.db.read(), &dialog)
        .await
        .expect("read");
    assert!(restored.is_some());
    let hash = crate::db::users::password(site.db.read(), alex.id)
        .await
        .expect("read");
    assert!(crate::password::fits(PASSWORD.to_owned(), hash.expect("alex")).await);
    server.stop().await;
}
