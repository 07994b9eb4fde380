//! REST as the SDKs speak it.

use serde_json::{Value, json};

use crate::town::{ANN, BOB, Over, PASSWORD, Town, id};

#[tokio::test]
async fn a_session_begins_is_told_and_ends() {
    let town = Town::open().await;
    let (status, answer) = town.rest.session("ann", PASSWORD).await;
    assert_eq!(status, 201);
    let session = &answer["session"];
    assert_eq!(
        (&session["user_id"], &session["user"]["login"]),
        (&json!(ANN), &json!("ann"))
    );
    let token = session["token"].as_str().expect("a token");
    let request = town
        .rest
        .request("GET", "/session.json?", token)
        .send()
        .await
        .expect("answered");
    assert!(request.headers().contains_key("cb-token-expirationdate"));
    assert_eq!(
        request.headers()["access-control-expose-headers"],
        "CB-Token-ExpirationDate, Date"
    );
    let (status, body) = town
        .rest
        .send(town.rest.request("DELETE", "/session.json", token))
        .await;
    assert_eq!((status, body), (200, Value::Null));
    assert_eq!(town.rest.get("/session", token).await.0, 401);
}

#[tokio::test]
async fn a_wrong_password_is_told_and_guessing_gets_slow() {
    let town = Town::open().await;
    let (status, body) = town.rest.session("ann", "wrong horse").await;
    assert_eq!((status, body), (401, json!({ "errors": ["Unauthorized"] })));
    for _ in 0..9 {
        town.rest.session("ann", "wrong horse").await;
    }
    assert_eq!(town.rest.session("ann", PASSWORD).await.0, 429);
    assert_eq!(
        town.rest.session("bob", PASSWORD).await.0,
        201,
        "others are not punished"
    );
    town.clock.pass(61_000);
    assert_eq!(town.rest.session("ann", PASSWORD).await.0, 201);
}

#[tokio::test]
async fn an_expired_token_is_told_letter_by_letter() {
    let town = Town::open().await;
    let token = town.token("ann").await;
    town.clock.pass(119 * 60 * 1000);
    assert_eq!(
        town.rest.get("/chat/Dialog", &token).await.0,
        200,
        "two hours are not over"
    );
    town.clock.pass(119 * 60 * 1000);
    assert_eq!(
        town.rest.get("/chat/Dialog", &token).await.0,
        200,
        "every request begins them anew"
    );
    town.clock.pass(121 * 60 * 1000);
    let expected = json!({ "errors": { "base": ["Required session does not exist"] } });
    assert_eq!(
        town.rest.get("/chat/Dialog", &token).await,
        (401, expected.clone())
    );
    assert_eq!(town.rest.get("/chat/Dialog", "").await, (401, expected));
}

#[tokio::test]
async fn browsers_may_ask_first() {
    let town = Town::open().await;
    let answer = town
        .rest
        .request("OPTIONS", "/chat/Dialog.json", "")
        .send()
        .await
        .expect("answered");
    assert!(answer.status().is_success());
    let allowed = answer.headers()["access-control-allow-headers"]
        .to_str()
        .expect("text");
    for header in ["Content-Type", "CB-SDK", "CB-Token", "CB-AuthKey"] {
        assert!(allowed.contains(header), "{header}");
    }
}

#[tokio::test]
async fn sign_up_needs_the_key_and_says_what_is_wrong() {
    let town = Town::open().await;
    let key = town.server.ready().auth_key.clone();
    let sign_up = |key: String, user: Value| {
        let request = town
            .rest
            .request("POST", "/users.json", "")
            .header("CB-AuthKey", key);
        town.rest.send(request.json(&json!({ "user": user })))
    };
    let dan = json!({ "login": "dan", "password": "long enough", "full_name": "<b>Dan</b>" });
    assert_eq!(sign_up("wrong".into(), dan.clone()).await.0, 401);
    let (status, answer) = sign_up(key.clone(), dan.clone()).await;
    assert_eq!(
        (status, &answer["user"]["full_name"]),
        (201, &json!("<b>Dan</b>"))
    );
    assert!(answer["user"].get("password").is_none());
    let (status, answer) = sign_up(key.clone(), dan).await;
    assert_eq!(
        (status, answer),
        (
            422,
            json!({ "errors": { "login": ["has already been taken"] } })
        )
    );
    let short = json!({ "login": "eve", "password": "short" });
    assert_eq!(sign_up(key, short).await.0, 422);
    let token = town.token("ann").await;
    let (_, found) = town
        .rest
        .get("/users/v2.json?login[in][]=dan&login[in][]=bob", &token)
        .await;
    let logins: Vec<_> = found["items"]
        .as_array()
        .expect("items")
        .iter()
        .map(|u| &u["login"])
        .collect();
    assert_eq!(logins, ["bob", "dan"]);
    assert_eq!(
        town.rest.get("/users/v2", &token).await.0,
        422,
        "something must be asked for"
    );
    let (_, one) = town
        .rest
        .get("/users/by_login.json?login=bob", &token)
        .await;
    assert_eq!(one["user"]["id"], BOB, "the old calls are wrapped");
}

#[tokio::test]
async fn a_foreign_dialog_does_not_exist() {
    let town = Town::open().await;
    let (ann, cem) = (town.token("ann").await, town.token("cem").await);
    let dialog = town.private(&ann, BOB).await;
    let mut live = town.live(ANN, Over::Tcp).await;
    live.say(&live.user(BOB), "chat", &id(1), "between us")
        .await;
    live.settle().await;
    let n = id(1);
    for (method, path) in [
        ("GET", format!("/chat/Message?chat_dialog_id={dialog}")),
        ("PUT", format!("/chat/Message/{n}")),
        ("PUT", "/chat/Message".to_owned()),
        ("PUT", format!("/chat/Dialog/{dialog}")),
        ("GET", format!("/chat/Message/{n}/reactions")),
        ("PUT", format!("/chat/Message/{n}/reactions")),
        ("GET", format!("/chat/Dialog/{dialog}/occupants")),
        ("GET", format!("/chat/Dialog/{dialog}/notifications")),
        ("DELETE", format!("/chat/Dialog/{dialog}")),
        ("DELETE", format!("/chat/Dialog/clearHistory/{dialog}")),
    ] {
        let body = json!({ "chat_dialog_id": dialog, "read": 1, "add": "👍", "force": 1 });
        let request = town.rest.request(method, &path, &cem);
        let request = if method == "GET" {
            request
        } else {
            request.json(&body)
        };
        let (status, answer) = town.rest.send(request).await;
        assert_eq!(status, 404, "{method} {path}: {answer}");
    }
    assert!(
        town.stored(&cem, &n).await.is_null(),
        "not by its id either"
    );
    let (_, deleted) = town
        .rest
        .call(
            "DELETE",
            &format!("/chat/Message/{n}"),
            &cem,
            json!({ "force": 1 }),
        )
        .await;
    assert_eq!(deleted["SuccessfullyDeleted"]["ids"], json!([]));
    let (_, found) = town
        .rest
        .get("/chat/search?search_text=between", &cem)
        .await;
    assert_eq!(found["results"]["messages"], json!([]));
    let (_, found) = town
        .rest
        .get("/chat/search?search_text=between", &ann)
        .await;
    assert_eq!(found["results"]["messages"][0]["_id"], json!(n));
    let body = json!({ "chat_dialog_id": dialog, "message": "x" });
    assert_eq!(
        town.rest.call("POST", "/chat/Message", &cem, body).await.0,
        403
    );
}

#[tokio::test]
async fn history_pages_filters_and_reads_only_when_asked() {
    let town = Town::open().await;
    let (ann, bob) = (town.token("ann").await, town.token("bob").await);
    let dialog = town.private(&ann, BOB).await;
    for n in 1..=5 {
        let body = json!({
            "chat_dialog_id": dialog, "message": format!("m{n}"), "_id": id(n),
            "date_sent": 1_790_000_000 + n / 2, "country": "USA",
            "attachments": { "0": { "type": "image", "uid": "ABC" } },
        });
        let (status, made) = town
            .rest
            .call("POST", "/chat/Message.json", &ann, body)
            .await;
        assert_eq!((status, &made["country"]), (201, &json!("USA")), "{made}");
        assert_eq!(made["attachments"][0]["uid"], "ABC");
    }
    let ids = |page: &Value| -> Vec<String> {
        let items = page["items"].as_array().expect("items");
        items
            .iter()
            .map(|item| item["_id"].as_str().expect("an id").to_owned())
            .collect()
    };
    let base = format!("/chat/Message.json?chat_dialog_id={dialog}&mark_as_read=0");
    let (_, page) = town
        .rest
        .get(&format!("{base}&sort_desc=date_sent&limit=2&skip=1"), &bob)
        .await;
    assert_eq!(
        ids(&page),
        [id(4), id(3)],
        "within a second the order of arrival decides"
    );
    let (_, page) = town
        .rest
        .get(&format!("{base}&date_sent[gt]=1790000001"), &bob)
        .await;
    assert_eq!(ids(&page), [id(4), id(5)]);
    let (_, page) = town
        .rest
        .get(&format!("{base}&_id[in]={},{}", id(1), id(9)), &bob)
        .await;
    assert_eq!(ids(&page), [id(1)]);
    let unread = |page: Value| page["total"].as_i64();
    let ask = || {
        town.rest
            .get("/chat/Message/unread.json?chat_dialog_ids=a%2C%20b", &bob)
    };
    assert_eq!(unread(ask().await.1), Some(5), "nothing was read so far");
    town.rest
        .get(
            &format!("/chat/Message?chat_dialog_id={dialog}&limit=2"),
            &bob,
        )
        .await;
    assert_eq!(unread(ask().await.1), Some(3), "what was returned is read");
    let body = json!({ "chat_dialog_id": dialog, "read": 1 });
    assert_eq!(
        town.rest
            .call("PUT", "/chat/Message.json", &bob, body)
            .await
            .0,
        200
    );
    assert_eq!(unread(ask().await.1), Some(0));
    let (_, page) = town
        .rest
        .get(&format!("{base}&updated_at[gt]=1&count=1"), &ann)
        .await;
    assert_eq!(page["items"]["count"], 5);
}

#[tokio::test]
async fn a_message_over_rest_is_told_live_when_asked() {
    let town = Town::open().await;
    let token = town.token("ann").await;
    let mut bob = town.live(BOB, Over::Tcp).await;
    let body = json!({ "recipient_id": BOB, "message": "quiet", "_id": id(1) });
    town.rest.call("POST", "/chat/Message", &token, body).await;
    let body = json!({ "recipient_id": BOB, "message": "loud", "_id": id(2), "send_to_chat": 1 });
    town.rest.call("POST", "/chat/Message", &token, body).await;
    let first = bob.until("a message", |e| e.local() == "message").await;
    assert_eq!(first.attr("id"), Some(id(2).as_str()));
}

#[tokio::test]
async fn dialogs_are_made_changed_left_and_deleted() {
    let town = Town::open().await;
    let (ann, bob) = (town.token("ann").await, town.token("bob").await);
    let private = town.private(&ann, BOB).await;
    assert_eq!(
        town.private(&bob, ANN).await,
        private,
        "one dialog per pair"
    );
    let (_, list) = town
        .rest
        .get("/chat/Dialog.json?type[in]=2%2C3", &bob)
        .await;
    assert_eq!(
        list["items"][0]["name"], "ann",
        "a private dialog is called what the other is called"
    );
    let group = town.group(&ann).await;
    let path = format!("/chat/Dialog/{group}.json");
    let (_, changed) = town
        .rest
        .call("PUT", &path, &bob, json!({ "name": "N<b>" }))
        .await;
    assert_eq!(changed["name"], "N<b>", "members may rename a group");
    let pull = json!({ "pull_all": { "occupants_ids": [33] } });
    assert_eq!(
        town.rest.call("PUT", &path, &bob, pull.clone()).await.0,
        403,
        "but not remove others"
    );
    let (_, changed) = town.rest.call("PUT", &path, &ann, pull).await;
    assert_eq!(changed["occupants_ids"], json!([11, 22]));
    let push = json!({ "push_all": { "admins_ids": ["22"] } });
    let (_, changed) = town
        .rest
        .call(
            "PUT",
            &format!("/chat/Dialog/{group}/admins.json"),
            &ann,
            push,
        )
        .await;
    assert_eq!(changed["admins_ids"], json!([22]));
    let push = json!({ "push_all": { "occupants_ids": ["33"] } });
    let refused = town
        .rest
        .call("PUT", &format!("/chat/Dialog/{private}"), &ann, push)
        .await;
    assert_eq!(refused.0, 403);
    let forced = town.rest.request("DELETE", &path, &bob).body("force=1");
    assert_eq!(
        town.rest.send(forced).await.0,
        403,
        "only the owner deletes it for everybody"
    );
    let forced = town.rest.request("DELETE", &path, &ann).body("force=1");
    assert_eq!(town.rest.send(forced).await, (200, Value::Null));
    assert_eq!(
        town.rest.get("/chat/Dialog?count=1", &bob).await.1["items"]["count"],
        1
    );
}

#[tokio::test]
async fn nonsense_is_answered_in_json() {
    let town = Town::open().await;
    let token = town.token("ann").await;
    let broken = town.rest.request("POST", "/chat/Dialog", &token);
    let broken = broken
        .header("Content-Type", "application/json")
        .body("{\"type\":");
    let (status, body) = town.rest.send(broken).await;
    assert_eq!((status, body["errors"]["base"].is_array()), (400, true));
    let (status, body) = town.rest.get("/no/such/thing", &token).await;
    assert_eq!(
        (status, body),
        (404, json!({ "errors": ["The resource wasn't found"] }))
    );
}
