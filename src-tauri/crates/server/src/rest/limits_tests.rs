//! Limits (`protocol/README.md` §10): what is too much, too short or too long is answered
//! as documented, and what is at the limit is not.

use kith_wire::xml::Element;
use serde_json::{Value, json};

use crate::chat;
use crate::house::{House, Person};

async fn status(house: &House, who: &Person, method: &str, path: &str, body: Value) -> u16 {
    house.call(Some(who), method, path, body).await.0
}

fn logins(found: &Value) -> Vec<&str> {
    let items = found["items"].as_array().expect("items");
    let mut logins: Vec<_> = items
        .iter()
        .map(|item| {
            let user = item.get("user").unwrap_or(item);
            user["login"].as_str().expect("a login")
        })
        .collect();
    logins.sort_unstable();
    logins
}

#[tokio::test]
async fn people_are_asked_for_within_the_rules() {
    let house = House::open().await;
    let alex = house.person("alex").await;
    for n in 0..7 {
        house
            .server
            .add_person(None, &format!("person{n}"), "correct horse", "Person")
            .await
            .expect("added");
    }
    let get = |query: &str| {
        let path = format!("/users/v2.json?{query}");
        let (house, alex) = (&house, &alex);
        async move { house.call(Some(alex), "GET", &path, Value::Null).await }
    };
    for (query, limit, n) in [
        ("login[start_with]=person", 5, 5),
        ("login[start_with]=pers&limit=100", 5, 5),
        ("login[start_with]=person&limit=2", 2, 2),
        ("full_name=Person", 100, 7),
        ("full_name=Person&limit=1000", 100, 7),
        ("full_name=Person&limit=3&offset=5", 3, 2),
        ("full_name=Person&login[nin]=person0,person1", 100, 5),
        ("full_name=Person&created_at[gt]=1767323045", 100, 7),
        (
            "full_name=Person&created_at[lt]=2026-01-02T03:04:05Z",
            100,
            0,
        ),
        (
            "full_name=Person&created_at[gt]=Thu%20Jan%2001%201970%2000%3A00%3A00%20GMT%2B0000%20(Coordinated%20Universal%20Time)",
            100,
            7,
        ),
    ] {
        let (status, found) = get(query).await;
        assert_eq!(status, 200, "{query}: {found}");
        let items = found["items"].as_array().map(Vec::len);
        assert_eq!(
            (&found["limit"], items),
            (&json!(limit), Some(n)),
            "{query}"
        );
    }
    for query in [
        "login[start_with]=per",
        "login[nin]=person0",
        "created_at[gt]=1",
        "limit=10",
    ] {
        assert_eq!(get(query).await.0, 422, "{query} is not enough to ask for");
    }
    let old = "/users?per_page=1000&page=1";
    let found = house.ok(&alex, "GET", old, Value::Null).await;
    assert_eq!(found["per_page"], 100);
    let found = house.ok(&alex, "GET", "/users", Value::Null).await;
    assert_eq!(found["per_page"], 10);
}

#[tokio::test]
async fn people_are_found_by_each_of_their_tags() {
    let house = House::open().await;
    let mut people = Vec::new();
    for (login, tags) in [
        ("alex", json!(["team", "admin"])),
        ("bea", json!("teamwork, admin")),
        ("carol", json!(["other"])),
    ] {
        let person = house.person(login).await;
        let path = format!("/users/{}", person.id);
        let body = json!({"user": {"tag_list": tags}});
        house.ok(&person, "PUT", &path, body).await;
        people.push(person);
    }
    for (path, expected) in [
        ("/users/v2?user_tags=team", vec!["alex"]),
        ("/users/v2?user_tags[in][]=admin", vec!["alex", "bea"]),
        ("/users/v2?user_tags[in]=team,other", vec!["alex", "carol"]),
        ("/users/v2?user_tags[start_with]=team", vec!["alex", "bea"]),
        ("/users/v2?user_tags=adm", vec![]),
        (
            "/users/v2?login[in]=alex,bea,carol&user_tags[nin]=admin",
            vec!["carol"],
        ),
        (
            "/users/by_tags.json?tags[]=other&tags[]=team",
            vec!["alex", "carol"],
        ),
        ("/users/by_tags?tags=teamwork,none", vec!["bea"]),
        ("/users/by_tags?tags=eam", vec![]),
    ] {
        let found = house.ok(&people[0], "GET", path, Value::Null).await;
        assert_eq!(logins(&found), expected, "{path}");
    }
}

#[tokio::test]
async fn logins_and_tags_have_their_lengths() {
    let house = House::open().await;
    let alex = house.person("alex").await;
    let path = format!("/users/{}", alex.id);
    for (field, value, expected) in [
        ("login", json!("xy"), 422),
        ("login", json!("xyz"), 200),
        ("login", json!("x".repeat(70)), 200),
        ("login", json!("x".repeat(71)), 422),
        ("tag_list", json!(["a", "b", "c", "d", "e"]), 200),
        ("tag_list", json!(["a", "b", "c", "d", "e", "f"]), 422),
        ("email", json!("nobody"), 422),
    ] {
        let body = json!({"user": {field: value.clone()}});
        let (status, answer) = house.call(Some(&alex), "PUT", &path, body).await;
        assert_eq!(status, expected, "{field} {value}: {answer}");
    }
}

#[tokio::test]
async fn a_dialog_has_five_admins_and_three_fields_and_its_list_a_hundred() {
    let house = House::open().await;
    let alex = house.person("alex").await;
    let mut ids = Vec::new();
    for n in 0..6 {
        ids.push(house.person(&format!("person{n}")).await.id);
    }
    let mut turn = house.site.db.turn().await.expect("the turn");
    for name in ["a", "b", "c", "d"] {
        crate::db::fields::allow(turn.connection(), name, 0)
            .await
            .expect("allowed");
    }
    drop(turn);
    for kind in [1, 2, 4] {
        let group = |admins: &[i64]| json!({"type": kind, "name": "n", "occupants_ids": ids, "admins_ids": admins});
        let six = group(&ids);
        assert_eq!(
            status(&house, &alex, "POST", "/chat/Dialog", six).await,
            422
        );
        let made = house
            .ok(&alex, "POST", "/chat/Dialog", group(&ids[..5]))
            .await;
        assert_eq!(made["admins_ids"].as_array().map(Vec::len), Some(5));
        let id = made["_id"].as_str().expect("an id");
        let path = format!("/chat/Dialog/{id}/admins");
        let more = json!({"push_all": {"admins_ids": [ids[5]]}});
        let (status, answer) = house.call(Some(&alex), "PUT", &path, more).await;
        assert_eq!(
            (status, answer),
            (
                422,
                json!({"errors": {"base": ["A dialog can have at most 5 admins"]}})
            )
        );
        let now = house
            .ok(&alex, "GET", &format!("/chat/Dialog?_id={id}"), Value::Null)
            .await;
        assert_eq!(now["items"][0]["admins_ids"], made["admins_ids"]);
        let four = json!({"extensions": {"a": 1, "b": true, "c": "x", "d": 4}});
        let path = format!("/chat/Dialog/{id}");
        let changed = house.ok(&alex, "PUT", &path, four).await;
        assert_eq!(
            changed["extensions"],
            json!({"a": "1", "b": "true", "c": "x"}),
            "three, as text"
        );
        let reset = json!({"extensions": null, "permissions": {"allow_preview": 1, "other": 1}});
        let changed = house.ok(&alex, "PUT", &path, reset).await;
        assert_eq!(
            (&changed["extensions"], &changed["permissions"]),
            (&Value::Null, &json!({"allow_preview": true}))
        );
    }
    let list = house
        .ok(&alex, "GET", "/chat/Dialog?limit=1000", Value::Null)
        .await;
    assert_eq!(list["limit"], 100);
    let list = house.ok(&alex, "GET", "/chat/Dialog", Value::Null).await;
    assert_eq!((&list["limit"], &list["skip"]), (&json!(100), &json!(0)));
}

#[tokio::test]
async fn a_private_dialog_is_of_two_and_a_channel_of_everybody() {
    let house = House::open().await;
    let (alex, bea) = (house.person("alex").await, house.person("bea").await);
    let carol = house.person("carol").await;
    for (body, words) in [
        (json!({"type": 3}), "Occupants_ids is missing opponent ID."),
        (
            json!({"type": 3, "occupants_ids": [alex.id]}),
            "Occupants_ids is missing opponent ID.",
        ),
        (
            json!({"type": 3, "occupants_ids": [bea.id, carol.id]}),
            "Occupants_ids is missing opponent ID.",
        ),
        (
            json!({"type": 2, "name": "n"}),
            "occupants_ids field must contain an opponent user id",
        ),
    ] {
        let answer = house.call(Some(&alex), "POST", "/chat/Dialog", body).await;
        assert_eq!(answer, (422, json!({"errors": {"base": [words]}})));
    }
    let private = json!({"type": 3, "occupants_ids": [bea.id], "name": "ignored", "photo": "p"});
    let made = house.ok(&alex, "POST", "/chat/Dialog", private).await;
    assert_eq!(
        (&made["name"], &made["photo"], &made["xmpp_room_jid"]),
        (&json!("bea"), &Value::Null, &Value::Null)
    );
    let channel = json!({"type": 1, "name": "News"});
    let channel = house.dialog(&alex, channel).await;
    for id in [made["_id"].as_str().expect("an id"), &channel] {
        let path = format!("/chat/Dialog/{id}");
        let body = json!({"push_all": {"occupants_ids": [carol.id]}});
        let answer = house.call(Some(&alex), "PUT", &path, body).await;
        let words = "Updating occupants_ids is possible only for 'group' and 'public' chat dialogs";
        assert_eq!(answer, (403, json!({"errors": {"base": [words]}})));
    }
}

#[tokio::test]
async fn guessing_is_counted_by_account_and_not_by_name() {
    let house = House::open().await;
    let alex = house.person("alex").await;
    let path = format!("/users/{}", alex.id);
    let body = json!({"user": {"email": "alex@example.org"}});
    house.ok(&alex, "PUT", &path, body).await;
    let log_in = |user: Value| {
        let identity = &house.site.identity;
        let body = json!({"application_id": identity.app_id, "auth_key": identity.auth_key,
                          "user": user});
        let house = &house;
        async move { house.call(None, "POST", "/session", body).await.0 }
    };
    for _ in 0..5 {
        for name in [
            json!({"login": "ALEX"}),
            json!({"email": "alex@example.org"}),
        ] {
            let mut wrong = name;
            wrong["password"] = json!("wrong horse");
            assert_eq!(log_in(wrong).await, 401);
        }
    }
    let right = |key: &str, name: &str| json!({key: name, "password": crate::house::PASSWORD});
    assert_eq!(log_in(right("login", "alex")).await, 429);
    assert_eq!(log_in(right("email", "alex@example.org")).await, 429);
    for n in 0..11 {
        let nobody = json!({"login": "nobody", "password": "wrong horse"});
        let expected = if n < 10 { 401 } else { 429 };
        assert_eq!(
            log_in(nobody).await,
            expected,
            "who is nobody answers alike"
        );
    }
    house.clock.pass(61_000);
    assert_eq!(log_in(right("login", "alex")).await, 201);
}

#[tokio::test]
async fn who_is_new_is_made_on_login_where_that_is_switched_on() {
    for is_on in [false, true] {
        let house = House::open_with(|config| config.create_on_login = is_on).await;
        let log_in = |user: Value| {
            let identity = &house.site.identity;
            let body = json!({"application_id": identity.app_id, "auth_key": identity.auth_key,
                              "user": user});
            let house = &house;
            async move { house.call(None, "POST", "/session", body).await }
        };
        let new = json!({"login": "newcomer", "password": "a long secret"});
        let (status, first) = log_in(new.clone()).await;
        assert_eq!(status, if is_on { 201 } else { 401 }, "{first}");
        let (status, second) = log_in(new).await;
        assert_eq!(status, if is_on { 201 } else { 401 }, "{second}");
        if is_on {
            assert_eq!(first["session"]["user"]["login"], "newcomer");
            assert_eq!(first["session"]["user_id"], second["session"]["user_id"]);
        }
        let wrong = json!({"login": "newcomer", "password": "another secret"});
        assert_eq!(log_in(wrong).await.0, 401, "and only once");
        let by_mail = json!({"email": "new@example.org", "password": "a long secret"});
        let (status, made) = log_in(by_mail).await;
        assert_eq!(status, if is_on { 201 } else { 401 }, "{made}");
    }
}

#[tokio::test]
async fn a_senders_clock_is_believed_up_to_five_minutes_ahead() {
    let house = House::open().await;
    let (alex, bea) = (house.person("alex").await, house.person("bea").await);
    let dialog = house.private(&alex, &bea).await;
    let me = house.online(&alex);
    let now = house.site.now() / 1000;
    for (n, (claimed, expected)) in [
        (now - 3600, now - 3600),
        (now + 300, now + 300),
        (now + 301, now),
        ((now - 60) * 1000, now - 60),
        (-5, now),
        (0, now),
    ]
    .into_iter()
    .enumerate()
    {
        let xml = format!(
            "<message xmlns='jabber:client' type='chat' id='{n:024x}' to='{}'><body>x</body>\
             <extraParams><save_to_history>1</save_to_history><date_sent>{claimed}</date_sent>\
             </extraParams></message>",
            house.site.bare_jid(bea.id)
        );
        let stanza = Element::parse(&xml).expect("XML");
        chat::take_now(&house.site, &me.author(), stanza)
            .await
            .expect("taken");
        let path = format!("/chat/Message?chat_dialog_id={dialog}&_id={n:024x}&mark_as_read=0");
        let found = house.ok(&bea, "GET", &path, Value::Null).await;
        assert_eq!(found["items"][0]["date_sent"], expected, "{claimed}");
    }
}
