//! The rules of searching (`protocol/rest.md` §7) and of looking in before joining.

use serde_json::{Value, json};

use crate::house::{House, Person};

async fn write(house: &House, who: &Person, dialog: &str, text: &str) {
    let body = json!({"chat_dialog_id": dialog, "message": text});
    house.ok(who, "POST", "/chat/Message", body).await;
}

fn texts(found: &Value) -> Vec<&str> {
    let messages = found["results"]["messages"].as_array().expect("messages");
    messages
        .iter()
        .filter_map(|message| message["message"].as_str())
        .collect()
}

#[tokio::test]
async fn words_phrases_bounds_and_limits() {
    let house = House::open().await;
    let (alex, bea, carol) = (
        house.person("alex").await,
        house.person("bea").await,
        house.person("carol").await,
    );
    let dialog = house.private(&alex, &bea).await;
    for text in ["lorem ipsum", "ipsum dolor", "Lorem alone", "nothing"] {
        write(&house, &alex, &dialog, text).await;
        house.clock.pass(60_000);
    }
    let other = house.private(&bea, &carol).await;
    write(&house, &carol, &other, "lorem ipsum of others").await;
    for (query, expected) in [
        ("search_text=lorem", vec!["lorem ipsum"]),
        ("search_text=Lorem", vec!["Lorem alone"]),
        (
            "search_text=lorem%20dolor",
            vec!["ipsum dolor", "lorem ipsum"],
        ),
        ("search_text=%22lorem%20ipsum%22", vec!["lorem ipsum"]),
        ("search_text=ipsum&limit=1", vec!["ipsum dolor"]),
        ("search_text=noth", vec!["nothing"]),
        ("search_text=orem", vec!["Lorem alone", "lorem ipsum"]),
    ] {
        let found = house
            .ok(
                &alex,
                "GET",
                &format!("/chat/search.json?{query}"),
                Value::Null,
            )
            .await;
        assert_eq!(texts(&found), expected, "{query}");
        assert_eq!(
            found["messages"], found["results"]["messages"],
            "some SDKs read the top"
        );
    }
    // The names of the bounds are the wrong way round: start is the newer one.
    let at = |seconds: i64| crate::rest::answer::iso(1_795_305_600_000 + seconds * 1000);
    let bounds = format!(
        "search_text=ipsum&start_date={}&end_date={}",
        at(30),
        at(-30)
    );
    let found = house
        .ok(&alex, "GET", &format!("/chat/search?{bounds}"), Value::Null)
        .await;
    assert_eq!(texts(&found), ["lorem ipsum"]);
    let many = vec!["0".repeat(24); 11].join("%2C");
    for bad in [
        "search_text=abc".to_owned(),
        "search_text=".to_owned(),
        format!("search_text=lorem&chat_dialog_ids={many}"),
        format!("search_text=lorem&start_date={}", at(0)),
        format!(
            "search_text=lorem&start_date={}&end_date={}",
            at(0),
            at(-100 * 24 * 3600)
        ),
    ] {
        let (status, answer) = house
            .call(
                Some(&alex),
                "GET",
                &format!("/chat/search?{bad}"),
                Value::Null,
            )
            .await;
        assert_eq!(status, 422, "{bad}: {answer}");
    }
}

#[tokio::test]
async fn a_preview_is_the_last_twenty_where_it_is_allowed() {
    let house = House::open().await;
    let (alex, bea) = (house.person("alex").await, house.person("bea").await);
    let open = json!({"type": 4, "name": "Open", "permissions": {"allow_preview": true}});
    let open = house.dialog(&alex, open).await;
    let closed = house
        .dialog(&alex, json!({"type": 4, "name": "Closed"}))
        .await;
    for n in 0..25 {
        write(&house, &alex, &open, &format!("message {n}")).await;
    }
    let path = |dialog: &str, more: &str| format!("/chat/Message?chat_dialog_id={dialog}{more}");
    let seen = house
        .ok(
            &bea,
            "GET",
            &path(&open, "&preview=1&limit=3&skip=5"),
            Value::Null,
        )
        .await;
    let items = seen["items"].as_array().expect("items");
    assert_eq!(items.len(), 20, "paging is ignored");
    assert_eq!(items[19]["message"], "message 24");
    assert_eq!(
        items[19]["read_ids"],
        json!([alex.id]),
        "looking in is not reading"
    );
    let call = |path: String| {
        let (house, bea) = (&house, &bea);
        async move { house.call(Some(bea), "GET", &path, Value::Null).await.0 }
    };
    assert_eq!(call(path(&open, "")).await, 404, "only as a preview");
    assert_eq!(call(path(&closed, "&preview=1")).await, 403);
    let private = house.private(&alex, &house.person("carol").await).await;
    assert_eq!(call(path(&private, "&preview=1")).await, 403);
}
