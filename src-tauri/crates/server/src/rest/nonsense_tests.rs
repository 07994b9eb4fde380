//! Wrong types in every field of every call: an answer that says so, never a
//! failure inside, and the server as it was.

use axum::body::Body;
use axum::extract::Request;
use serde_json::{Value, json};

use crate::db::records;
use crate::house::House;

/// Every call with the parameters it knows.
const CALLS: [(&str, &str, &[&str]); 57] = [
    (
        "POST",
        "/session",
        &["application_id", "auth_key", "user", "provider"],
    ),
    ("GET", "/session", &[]),
    ("DELETE", "/session/{x}", &[]),
    ("POST", "/login", &["login", "email", "password"]),
    ("POST", "/users", &["user", "login", "password", "tag_list"]),
    ("GET", "/users", &["filter", "order", "page", "per_page"]),
    (
        "PUT",
        "/users",
        &["user", "full_name", "password", "old_password", "blob_id"],
    ),
    (
        "GET",
        "/users/v2",
        &[
            "id",
            "login",
            "full_name",
            "limit",
            "offset",
            "sort_asc",
            "created_at",
        ],
    ),
    ("GET", "/users/online", &["limit", "offset", "count"]),
    ("GET", "/users/{x}", &[]),
    ("GET", "/users/external/{x}", &[]),
    ("GET", "/users/by_login", &["login"]),
    ("GET", "/users/by_tags", &["tags"]),
    (
        "GET",
        "/users/by_full_name",
        &["full_name", "page", "per_page"],
    ),
    ("POST", "/users/password/reset", &["email"]),
    (
        "POST",
        "/chat/Dialog",
        &[
            "type",
            "name",
            "occupants_ids",
            "admins_ids",
            "extensions",
            "permissions",
            "photo",
        ],
    ),
    (
        "GET",
        "/chat/Dialog",
        &[
            "_id",
            "type",
            "name",
            "limit",
            "skip",
            "sort_desc",
            "extensions",
            "occupants_ids",
            "updated_at",
            "count",
        ],
    ),
    (
        "PUT",
        "/chat/Dialog/{d}",
        &["name", "push_all", "pull_all", "extensions", "permissions"],
    ),
    ("PUT", "/chat/Dialog/{d}/admins", &["push_all", "pull_all"]),
    ("DELETE", "/chat/Dialog/{x}", &["force"]),
    ("POST", "/chat/Dialog/{x}/subscribe", &[]),
    ("DELETE", "/chat/Dialog/{x}/subscribe", &[]),
    ("GET", "/chat/Dialog/{d}/occupants", &["limit", "skip"]),
    ("PUT", "/chat/Dialog/{d}/notifications", &["enabled"]),
    ("DELETE", "/chat/Dialog/clearHistory/{x}", &["force"]),
    (
        "GET",
        "/chat/Message",
        &[
            "chat_dialog_id",
            "_id",
            "date_sent",
            "limit",
            "skip",
            "sort_desc",
            "mark_as_read",
            "attachments",
            "preview",
            "count",
        ],
    ),
    (
        "POST",
        "/chat/Message",
        &[
            "chat_dialog_id",
            "recipient_id",
            "message",
            "attachments",
            "send_to_chat",
            "_id",
            "date_sent",
            "own",
        ],
    ),
    (
        "PUT",
        "/chat/Message",
        &["chat_dialog_id", "read", "delivered"],
    ),
    (
        "PUT",
        "/chat/Message/{m}",
        &["chat_dialog_id", "read", "delivered", "message"],
    ),
    ("DELETE", "/chat/Message/{x}", &["force"]),
    ("GET", "/chat/Message/unread", &["chat_dialog_ids"]),
    ("POST", "/chat/Message/system", &["recipientId", "own"]),
    ("PUT", "/chat/Message/{m}/reactions", &["add", "remove"]),
    ("GET", "/chat/Message/{x}/reactions", &[]),
    (
        "GET",
        "/chat/search",
        &[
            "search_text",
            "chat_dialog_ids",
            "start_date",
            "end_date",
            "limit",
        ],
    ),
    (
        "POST",
        "/blobs",
        &["blob", "name", "content_type", "public"],
    ),
    ("GET", "/blobs", &["page", "per_page"]),
    ("GET", "/blobs/{x}", &[]),
    ("GET", "/blobs/{x}/object", &["download_url"]),
    ("PUT", "/blobs/{x}", &["blob", "name"]),
    ("PUT", "/blobs/{x}/complete", &["size", "blob"]),
    ("DELETE", "/blobs/{x}", &[]),
    ("POST", "/data/Thing", &["a", "_parent_id", "permissions"]),
    ("POST", "/data/Thing/multi", &["record"]),
    (
        "GET",
        "/data/Thing",
        &[
            "a",
            "_id",
            "user_id",
            "created_at",
            "limit",
            "skip",
            "sort_asc",
            "output",
            "count",
        ],
    ),
    ("GET", "/data/Thing/{x}", &["permissions"]),
    (
        "PUT",
        "/data/Thing/{r}",
        &[
            "a",
            "inc",
            "push",
            "pull",
            "pull_filter",
            "pop",
            "add_to_set",
            "permissions",
        ],
    ),
    ("PUT", "/data/Thing/by_criteria", &["search_criteria", "a"]),
    ("PUT", "/data/Thing/multi", &["record"]),
    ("DELETE", "/data/Thing/{x}", &[]),
    ("DELETE", "/data/Thing/by_criteria", &["a", "user_id"]),
    (
        "POST",
        "/subscriptions",
        &["notification_channel", "device", "push_token"],
    ),
    ("DELETE", "/subscriptions/{x}", &[]),
    ("POST", "/events", &["event"]),
    ("POST", "/address_book", &["contacts", "force", "udid"]),
    ("GET", "/address_book", &["udid"]),
    (
        "GET",
        "/address_book/registered_users",
        &["compact", "udid"],
    ),
];

fn odd_values() -> Vec<Value> {
    vec![
        json!(null),
        json!(true),
        json!(-1),
        json!(9_223_372_036_854_775_807i64),
        json!(18_446_744_073_709_551_615u64),
        json!(1e300),
        json!(0.5),
        json!(""),
        json!("0"),
        json!("\u{0}"),
        json!("' OR 1=1 --"),
        json!("$.\"[{"),
        json!("../../server.json"),
        json!("x".repeat(20_000)),
        json!([]),
        json!([null, [1], {"a": []}]),
        json!({}),
        json!({"gt": {"gt": 1}, "in": {}, "or": [[]], "ctn": null, "\"": 1, "\\": "\\"}),
        json!({"access": 1, "read": {"access": []}, "occupants_ids": [1e300, "x"], "a": {"b": {"c": []}}}),
        json!({"1": 1, "x": {"id": []}, "name": {"a": 1}, "login": [], "password": {}, "udid": 1}),
    ]
}

#[tokio::test]
async fn nonsense_is_answered_and_breaks_nothing() {
    let house = House::open().await;
    let (alex, bea) = (house.person("alex").await, house.person("bea").await);
    let mut turn = house.site.db.turn().await.expect("the turn");
    records::add_class(turn.connection(), "Thing", false, 0)
        .await
        .expect("a class");
    drop(turn);
    let body = json!({"type": 2, "name": "Room", "occupants_ids": [bea.id]});
    let dialog = house.dialog(&alex, body).await;
    let body = json!({"chat_dialog_id": dialog, "message": "m"});
    let message = house.ok(&alex, "POST", "/chat/Message", body).await;
    let record = house
        .ok(&alex, "POST", "/data/Thing", json!({"a": 1}))
        .await;
    let mut broken = Vec::new();
    let mut kinds = std::collections::BTreeSet::new();
    for (method, path, names) in CALLS {
        let path = path
            .replace("{d}", &dialog)
            .replace("{m}", message["_id"].as_str().expect("an id"))
            .replace("{r}", record["_id"].as_str().expect("an id"));
        let mut paths = vec![path.clone()];
        if path.contains("{x}") {
            let odd = [
                "0",
                "-1",
                "99999999999999999999",
                "%00",
                "%27",
                "..%2F..",
                "a,b,,",
                "%F0%28",
            ];
            paths = odd.iter().map(|odd| path.replace("{x}", odd)).collect();
        }
        for path in paths {
            for value in odd_values() {
                let fields: serde_json::Map<String, Value> = names
                    .iter()
                    .map(|name| ((*name).to_owned(), value.clone()))
                    .collect();
                let all = Value::Object(fields.clone());
                let mut bodies = vec![all];
                bodies.extend(
                    fields
                        .into_iter()
                        .map(|(name, value)| json!({ name: value })),
                );
                for body in bodies {
                    let (status, answer) =
                        house.call(Some(&alex), method, &path, body.clone()).await;
                    // A wrong old password is answered like a wrong login.
                    if !matches!(path.as_str(), "/session" | "/login" | "/users") {
                        kinds.insert(status);
                    }
                    if status >= 500 && status != 501 {
                        let shown: String = body.to_string().chars().take(200).collect();
                        broken.push(format!("{method} {path} {shown}: {status} {answer}"));
                    }
                }
            }
        }
    }
    for body in [
        "[", "{\"a\":", "nonsense", "\"text\"", "[1]", "null", "\u{0}",
    ] {
        let request = Request::post("/chat/Message")
            .header("cb-token", &alex.token)
            .header("content-type", "application/json")
            .body(Body::from(body))
            .expect("a request");
        let (status, ..) = house.raw(request).await;
        assert!(status.is_client_error(), "{body}: {status}");
    }
    let deep = "[".repeat(100_000);
    let request = Request::post("/chat/Message")
        .body(Body::from(deep))
        .expect("a request");
    assert!(house.raw(request).await.0.is_client_error());
    assert!(
        broken.is_empty(),
        "{} failures:\n{}",
        broken.len(),
        broken.join("\n")
    );
    assert!(
        kinds.contains(&200) && kinds.contains(&404) && kinds.contains(&422),
        "{kinds:?}"
    );
    assert!(
        !kinds.contains(&401),
        "the session lived to the end: {kinds:?}"
    );
    house.ok(&bea, "GET", "/chat/Dialog", Value::Null).await;
}
