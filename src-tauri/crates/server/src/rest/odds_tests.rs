//! Notifications and address books: well-formed answers, and one's own things only.

use serde_json::{Value, json};

use crate::house::House;

#[tokio::test]
async fn devices_are_remembered_and_are_their_owners() {
    let house = House::open().await;
    let (alex, bea) = (house.person("alex").await, house.person("bea").await);
    let body = json!({
        "notification_channel": "gcm", "device": {"platform": "android", "udid": "u"},
        "push_token": {"environment": "development", "client_identification_sequence": "t"},
    });
    let made = house.ok(&alex, "POST", "/subscriptions.json", body).await;
    let subscription = &made[0]["subscription"];
    assert_eq!(subscription["notification_channel"]["name"], "gcm");
    assert_eq!(
        subscription["device"],
        json!({"udid": "u", "platform": {"name": "android"}})
    );
    assert_eq!(
        house.ok(&alex, "GET", "/subscriptions", Value::Null).await,
        made
    );
    assert_eq!(
        house.ok(&bea, "GET", "/subscriptions", Value::Null).await,
        json!([])
    );
    let path = format!("/subscriptions/{}.json", subscription["id"]);
    assert_eq!(
        house.call(Some(&bea), "DELETE", &path, Value::Null).await.0,
        404
    );
    house.ok(&alex, "DELETE", &path, Value::Null).await;
    assert_eq!(
        house.ok(&alex, "GET", "/subscriptions", Value::Null).await,
        json!([])
    );
}

#[tokio::test]
async fn an_event_is_answered_in_form() {
    let house = House::open().await;
    let alex = house.person("alex").await;
    let event = |message: &str| {
        json!({"event": {"notification_type": "push", "environment": "development",
               "user": {"ids": [1, 2]}, "message": message}})
    };
    let made = house.ok(&alex, "POST", "/events.json", event("bXNn")).await;
    assert_eq!(made[0]["event"]["user_id"], alex.id);
    assert_eq!(
        house
            .call(Some(&alex), "POST", "/events", event("*"))
            .await
            .0,
        422
    );
    assert_eq!(
        house.call(None, "POST", "/events", event("bXNn")).await.0,
        401
    );
}

#[tokio::test]
async fn an_address_book_knows_who_is_here() {
    let house = House::open().await;
    let (alex, bea) = (house.person("alex").await, house.person("bea").await);
    let phone = json!({"user": {"phone": "+49 30 1234"}});
    house
        .ok(&bea, "PUT", &format!("/users/{}", bea.id), phone)
        .await;
    let contacts = json!({"contacts": [
        {"name": "Bea B.", "phone": "+49-30-1234"}, {"name": "Carl", "phone": "555"},
        {"name": "", "phone": "556"}, {"name": "No", "phone": "x"},
    ]});
    let made = house
        .ok(&alex, "POST", "/address_book.json", contacts)
        .await;
    assert_eq!((&made["created"], &made["updated"]), (&json!(2), &json!(0)));
    assert_eq!(
        made["rejected"].as_object().map(serde_json::Map::len),
        Some(2)
    );
    let book = house
        .ok(&alex, "GET", "/address_book.json", Value::Null)
        .await;
    assert_eq!(book[0], json!({"name": "Bea B.", "phone": "49301234"}));
    let path = "/address_book/registered_users.json?compact=1";
    let here = house.ok(&alex, "GET", path, Value::Null).await;
    let expected = json!({"id": bea.id, "phone": "49301234", "address_book_name": "Bea B."});
    assert_eq!(here["items"], json!([{ "user": expected }]));
    let theirs = house.ok(&bea, "GET", "/address_book", Value::Null).await;
    assert_eq!(theirs, json!([]), "an address book is one's own");
    let change = json!({"contacts": [{"name": "Karl", "phone": "555"}, {"name": "x", "phone": "49301234", "destroy": 1}]});
    let made = house.ok(&alex, "POST", "/address_book", change).await;
    assert_eq!((&made["updated"], &made["deleted"]), (&json!(1), &json!(1)));
}

#[tokio::test]
async fn a_forgotten_password_is_answered_the_same_for_everybody() {
    let house = House::open().await;
    let body = json!({"email": "nobody@example.org"});
    let (status, _) = house
        .call(None, "POST", "/users/password/reset.json", body)
        .await;
    let (other, _) = house
        .call(
            None,
            "GET",
            "/users/password/reset?email=a@example.org",
            Value::Null,
        )
        .await;
    assert_eq!(
        status, other,
        "both forms mean the same, and tell nothing about who is here"
    );
}
