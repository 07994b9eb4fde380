//! Rules and limits (`protocol/README.md` §10) that no table of rights shows.

use serde_json::{Value, json};

use crate::house::House;

#[tokio::test]
async fn only_messages_of_a_dialog_are_pinned_in_it() {
    let house = House::open().await;
    let (alex, bea) = (house.person("alex").await, house.person("bea").await);
    let group = |name: &'static str| json!({"type": 2, "name": name, "occupants_ids": [bea.id]});
    let (here, there) = (
        house.dialog(&alex, group("here")).await,
        house.dialog(&alex, group("there")).await,
    );
    let mut ids = Vec::new();
    for dialog in [&here, &there] {
        let body = json!({"chat_dialog_id": dialog, "message": "x"});
        let sent = house.ok(&alex, "POST", "/chat/Message", body).await;
        ids.push(sent["_id"].as_str().expect("an id").to_owned());
    }
    let path = format!("/chat/Dialog/{here}");
    let pin = |id: &str| json!({"push_all": {"pinned_messages_ids": [id]}});
    for foreign in [ids[1].as_str(), "65b000000000000000000001", "nonsense"] {
        let (status, answer) = house.call(Some(&alex), "PUT", &path, pin(foreign)).await;
        assert_eq!(status, 422, "{answer}");
    }
    let upper = ids[0].to_uppercase();
    let pinned = house.ok(&alex, "PUT", &path, pin(&upper)).await;
    assert_eq!(pinned["pinned_messages_ids"], json!([ids[0]]));
}

#[tokio::test]
async fn readers_are_counted_where_everybody_may_read() {
    let house = House::open().await;
    let (alex, bea) = (house.person("alex").await, house.person("bea").await);
    for (kind, views) in [(1, 1), (2, 0), (4, 1)] {
        let body = json!({"type": kind, "name": "n", "occupants_ids": [bea.id]});
        let dialog = house.dialog(&alex, body).await;
        let body = json!({"chat_dialog_id": dialog, "message": "x"});
        house.ok(&alex, "POST", "/chat/Message", body).await;
        let path = format!("/chat/Message?chat_dialog_id={dialog}");
        for _ in 0..2 {
            house.ok(&bea, "GET", &path, Value::Null).await;
        }
        let page = house
            .ok(&alex, "GET", &format!("{path}&mark_as_read=0"), Value::Null)
            .await;
        assert_eq!(page["items"][0]["views_count"], views, "type {kind}");
    }
}

#[tokio::test]
async fn dialogs_are_found_by_who_is_in_them() {
    let house = House::open().await;
    let mut all = Vec::new();
    for login in ["alex", "bea", "carol"] {
        all.push(house.person(login).await);
    }
    let [alex, bea, carol] = all.as_slice() else {
        panic!("three people");
    };
    house.private(alex, bea).await;
    house.private(alex, carol).await;
    let (b, c) = (bea.id, carol.id);
    for (filter, count) in [
        (format!("occupants_ids={b}"), 1),
        (format!("occupants_ids[in]={b},{c}"), 2),
        (format!("occupants_ids[all]={b},{c}"), 0),
        (format!("occupants_ids[nin]={c}"), 1),
    ] {
        let path = format!("/chat/Dialog?{filter}");
        let found = house.ok(alex, "GET", &path, Value::Null).await;
        assert_eq!(found["total_entries"], count, "{filter}");
    }
}

#[tokio::test]
async fn guests_stay_a_day() {
    let house = House::open().await;
    let identity = &house.site.identity;
    let body = json!({"application_id": identity.app_id, "auth_key": identity.auth_key,
                      "user": {"guest": "1", "full_name": "G"}});
    let (status, session) = house.call(None, "POST", "/session", body).await;
    assert_eq!(status, 201, "{session}");
    let id = session["session"]["user_id"].as_i64().expect("an id");
    let alex = house.person("alex").await;
    let path = format!("/users/{id}");
    let sweep = async || crate::storage::sweep(&house.site).await.expect("swept");
    house.clock.pass(23 * 3_600_000);
    sweep().await;
    let token = house.session(Some("alex")).await;
    let alex = crate::house::Person { token, ..alex };
    house.ok(&alex, "GET", &path, Value::Null).await;
    house.clock.pass(3_700_000);
    sweep().await;
    assert_eq!(
        house.call(Some(&alex), "GET", &path, Value::Null).await.0,
        404
    );
    let path = format!("/users/{}", alex.id);
    house.ok(&alex, "GET", &path, Value::Null).await;
}

#[tokio::test]
async fn who_deletes_the_account_is_gone_at_once() {
    let house = House::open().await;
    let alex = house.person("alex").await;
    let online = house.online(&alex);
    let path = format!("/users/{}", alex.id);
    house.ok(&alex, "DELETE", &path, Value::Null).await;
    assert!(online.is_cut(), "the chat ends, too");
}

#[tokio::test]
async fn names_of_other_systems_keep_their_case() {
    let house = House::open().await;
    let alex = house.person("alex").await;
    let path = format!("/users/{}", alex.id);
    let body = json!({"user": {"external_id": "Sys-ABC"}});
    house.ok(&alex, "PUT", &path, body).await;
    let found = house
        .ok(&alex, "GET", "/users/external/Sys-ABC.json", Value::Null)
        .await;
    assert_eq!(found["user"]["id"], alex.id);
    let body = json!({"user": {"user_tags": "a,b,c,d,e,f"}});
    assert_eq!(house.call(Some(&alex), "PUT", &path, body).await.0, 422);
}

#[tokio::test]
async fn whoever_runs_the_server_sees_who_asks_for_a_password() {
    let house = House::open().await;
    let alex = house.person("alex").await;
    let path = format!("/users/{}", alex.id);
    let body = json!({"user": {"email": "alex@example.org"}});
    house.ok(&alex, "PUT", &path, body).await;
    for email in ["alex@example.org", "nobody@example.org"] {
        let body = json!({"email": email});
        let (status, answer) = house
            .call(None, "POST", "/users/password/reset", body)
            .await;
        assert_eq!((status, answer), (200, Value::Null), "the same for {email}");
    }
    let waiting = crate::db::users::waiting_for_password(house.site.db.read()).await;
    let waiting = waiting.expect("read");
    assert_eq!(waiting, [(alex.id, house.site.now())]);
}

#[tokio::test]
async fn public_dialogs_can_be_found_before_they_are_joined() {
    let house = House::open().await;
    let (alex, bea) = (house.person("alex").await, house.person("bea").await);
    let body = json!({"type": 4, "name": "Open house", "description": "d"});
    let open = house.dialog(&alex, body).await;
    let body = json!({"type": 2, "name": "Open secret", "occupants_ids": [bea.id]});
    house.dialog(&alex, body).await;
    let body = json!({"chat_dialog_id": open, "message": "inside"});
    let sent = house.ok(&alex, "POST", "/chat/Message", body).await;
    let pin = json!({"push_all": {"pinned_messages_ids": [sent["_id"]]}});
    let path = format!("/chat/Dialog/{open}");
    house.ok(&alex, "PUT", &path, pin).await;
    let carol = house.person("carol").await;
    let found = house.ok(&carol, "GET", "/chat/Dialog", Value::Null).await;
    assert_eq!(found["total_entries"], 0, "nothing is listed unasked");
    for filter in [
        "type=4&name[ctn]=open",
        "type[in]=4",
        &format!("_id={open}"),
    ] {
        let path = format!("/chat/Dialog?directory=1&{filter}");
        let found = house.ok(&carol, "GET", &path, Value::Null).await;
        let item = &found["items"][0];
        assert_eq!(
            (found["total_entries"].as_i64(), &item["_id"]),
            (Some(1), &json!(open)),
            "{filter}"
        );
        assert_eq!(
            (&item["occupants_count"], &item["description"]),
            (&json!(1), &json!("d"))
        );
        assert_eq!(
            item["last_message"],
            Value::Null,
            "what is inside stays inside"
        );
        assert_eq!(
            (&item["pinned_messages_ids"], &item["admins_ids"]),
            (&json!([]), &json!([]))
        );
    }
}
