//! Custom objects: what is kept, what is found, and who may do what.

use serde_json::{Value, json};

use crate::db::{records, roles};
use crate::house::{House, Person};

async fn class(house: &House, name: &str, is_reports: bool) {
    let mut turn = house.site.db.turn().await.expect("the turn");
    records::add_class(turn.connection(), name, is_reports, 0)
        .await
        .expect("a class");
}

async fn add(house: &House, who: &Person, body: Value) -> String {
    let made = house.ok(who, "POST", "/data/Thing.json", body).await;
    made["_id"].as_str().expect("an id").to_owned()
}

fn names(list: &Value) -> Vec<&str> {
    let items = list["items"].as_array().expect("items");
    items
        .iter()
        .filter_map(|item| item["name"].as_str())
        .collect()
}

#[tokio::test]
async fn only_the_administrators_classes_take_records() {
    let house = House::open().await;
    let alex = house.person("alex").await;
    let missing = house
        .call(Some(&alex), "POST", "/data/Thing", json!({"a": 1}))
        .await;
    assert_eq!(
        missing,
        (404, json!({"errors": ["The resource wasn't found"]}))
    );
    class(&house, "Thing", false).await;
    let body = json!({"name": "x", "n": 5, "tags": ["a"], "user_id": 99, "created_at": 1});
    let made = house.ok(&alex, "POST", "/data/Thing.json", body).await;
    assert_eq!(
        (&made["name"], &made["n"], &made["tags"]),
        (&json!("x"), &json!(5), &json!(["a"]))
    );
    assert_eq!(made["user_id"], alex.id, "nobody writes in another's name");
    assert_eq!(made["created_at"], 1_795_305_600, "unix seconds");
    assert_eq!(made["permissions"]["update"]["access"], "owner");
    assert_eq!(made["_parent_id"], Value::Null);
    assert_eq!(
        house.call(None, "GET", "/data/Thing", Value::Null).await.0,
        401
    );
    let nested = house
        .call(Some(&alex), "POST", "/data/Thing", json!({"a.b": 1}))
        .await;
    assert_eq!(nested.0, 422);
    let large = json!({"a": "x".repeat(70_000)});
    assert_eq!(
        house
            .call(Some(&alex), "POST", "/data/Thing", large)
            .await
            .0,
        422
    );
}

#[tokio::test]
async fn lists_are_filtered_sorted_and_cut() {
    let house = House::open().await;
    let alex = house.person("alex").await;
    class(&house, "Thing", false).await;
    let records = json!({"record": {
        "1": {"name": "one", "age": 1, "tags": ["a", "b"]},
        "2": {"name": "two", "age": 2, "tags": ["b"], "ok": true},
        "3": {"name": "three", "age": 3},
        "10": {"name": "ten", "age": "10"},
    }});
    let made = house
        .ok(&alex, "POST", "/data/Thing/multi.json", records)
        .await;
    assert_eq!(names(&made), ["one", "two", "three", "ten"]);
    for (query, expected) in [
        ("age[gt]=1&age[lt]=5", vec!["two", "three"]),
        ("age=2", vec!["two"]),
        ("age=10", vec!["ten"]),
        ("age[in]=1%2C3", vec!["one", "three"]),
        ("age[nin]=1%2C3", vec!["two", "ten"]),
        ("age[ne]=1", vec!["two", "three", "ten"]),
        ("name[ctn]=e", vec!["one", "three", "ten"]),
        ("name[or]=one%2Ctwo", vec!["one", "two"]),
        ("tags=b", vec!["one", "two"]),
        ("tags[all]=a%2Cb", vec!["one"]),
        ("tags[nin]=a", vec!["two", "three", "ten"]),
        ("ok=true", vec!["two"]),
        ("sort_desc=_id&limit=2", vec!["ten", "three"]),
        ("sort_asc=name", vec!["one", "ten", "three", "two"]),
        ("limit=2&skip=1", vec!["two", "three"]),
        ("limit=-1", vec!["ten"]),
        ("user_id=1", vec!["one", "two", "three", "ten"]),
        ("user_id[gt]=1000", vec![]),
        ("nothing=1", vec![]),
    ] {
        let list = house
            .ok(
                &alex,
                "GET",
                &format!("/data/Thing.json?{query}"),
                Value::Null,
            )
            .await;
        assert_eq!(names(&list), expected, "{query}");
        assert_eq!(list["class_name"], "Thing");
    }
    let query = "/data/thing?output[include]=name%2Cage&limit=1";
    let list = house.ok(&alex, "GET", query, Value::Null).await;
    let keys: Vec<_> = list["items"][0]
        .as_object()
        .expect("a record")
        .keys()
        .cloned()
        .collect();
    assert_eq!(keys, ["_id", "name", "age"]);
    let count = house
        .ok(&alex, "GET", "/data/Thing?count=1&age[gt]=1", Value::Null)
        .await;
    assert_eq!(count["items"]["count"], 2);
    for bad in ["a'b=1", "a%22)=1", "age[$where]=1", "sort_asc=a'b"] {
        let answer = house
            .call(
                Some(&alex),
                "GET",
                &format!("/data/Thing?{bad}"),
                Value::Null,
            )
            .await;
        assert_eq!(answer.0, 422, "{bad}: {}", answer.1);
    }
}

#[tokio::test]
async fn records_are_changed_and_removed_in_every_way() {
    let house = House::open().await;
    let alex = house.person("alex").await;
    class(&house, "Thing", false).await;
    let one = add(&house, &alex, json!({"name": "one", "n": 1})).await;
    let two = add(&house, &alex, json!({"name": "two", "n": 2})).await;
    let change = json!({"_id": one, "name": "uno", "inc": {"n": 4}, "push": {"tags": ["x"]}});
    let changed = house
        .ok(&alex, "PUT", &format!("/data/Thing/{one}.json"), change)
        .await;
    assert_eq!(
        (&changed["name"], &changed["n"], &changed["tags"]),
        (&json!("uno"), &json!(5), &json!(["x"]))
    );

    let many = json!({"record": {"1": {"_id": one, "id": one, "n": 10}, "2": {"id": two, "n": 20}, "3": {"id": "0".repeat(24), "n": 1}}});
    let many = house.ok(&alex, "PUT", "/data/Thing/multi.json", many).await;
    assert_eq!(names(&many), ["uno", "two"]);
    assert_eq!(many["not_found"]["ids"], json!(["0".repeat(24)]));

    let criteria = json!({"search_criteria": {"n": {"gt": 15}}, "name": "big"});
    let changed = house
        .ok(&alex, "PUT", "/data/Thing/by_criteria.json", criteria)
        .await;
    assert_eq!(
        (names(&changed), &changed["total_found"]),
        (vec!["big"], &json!(1))
    );

    let both = house
        .ok(
            &alex,
            "GET",
            &format!("/data/Thing/{one},{two}.json"),
            Value::Null,
        )
        .await;
    assert_eq!(names(&both), ["uno", "big"]);
    let path = format!("/data/Thing/{one}.json?permissions=1");
    let permissions = house.ok(&alex, "GET", &path, Value::Null).await;
    assert_eq!(
        (
            &permissions["record_id"],
            &permissions["permissions"]["read"]["access"]
        ),
        (&json!(one), &json!("open"))
    );

    let nobody = house
        .call(Some(&alex), "DELETE", "/data/Thing/by_criteria", json!({}))
        .await;
    assert_eq!(nobody.0, 422, "criteria that say nothing remove nothing");
    let body = json!({"n": {"gt": 15}});
    let gone = house
        .ok(&alex, "DELETE", "/data/Thing/by_criteria.json", body)
        .await;
    assert_eq!(gone, json!({"total_deleted": 1}));
    let three = add(&house, &alex, json!({"name": "three"})).await;
    let several = house
        .ok(
            &alex,
            "DELETE",
            &format!("/data/Thing/{one},{two}.json"),
            Value::Null,
        )
        .await;
    assert_eq!(several["SuccessfullyDeleted"]["ids"], json!([one]));
    assert_eq!(several["NotFound"]["ids"], json!([two]));
    house
        .ok(
            &alex,
            "DELETE",
            &format!("/data/Thing/{three}.json"),
            Value::Null,
        )
        .await;
    let again = house
        .call(
            Some(&alex),
            "DELETE",
            &format!("/data/Thing/{three}"),
            Value::Null,
        )
        .await;
    assert_eq!(again.0, 404);
}

#[tokio::test]
async fn what_a_record_permits_is_what_others_can_do() {
    let house = House::open().await;
    let (alex, bea) = (house.person("alex").await, house.person("bea").await);
    class(&house, "Thing", false).await;
    // (permissions, bea reads, bea changes, bea removes)
    for (permissions, reads, changes, removes) in [
        (json!(null), 200, 403, 403),
        (json!({"read": {"access": "owner"}}), 404, 404, 404),
        (json!({"read": {"access": "not_allowed"}}), 404, 404, 404),
        (json!({"update": {"access": "open"}}), 200, 200, 403),
        (
            json!({"read": {"access": "open_for_users_ids", "ids": [bea.id]}}),
            200,
            403,
            403,
        ),
        (
            json!({"read": {"access": "open_for_users_ids", "ids": [bea.id + 100]}}),
            404,
            404,
            404,
        ),
        (
            json!({"delete": {"access": "open_for_users_ids", "ids": [bea.id.to_string()]}}),
            200,
            403,
            200,
        ),
        (
            json!({"read": {"access": "open_for_groups", "groups": ["nobodys"]}}),
            404,
            404,
            404,
        ),
    ] {
        let id = add(
            &house,
            &alex,
            json!({"name": "x", "permissions": permissions}),
        )
        .await;
        let path = format!("/data/Thing/{id}");
        let listed = house
            .ok(&bea, "GET", &format!("/data/Thing?_id={id}"), Value::Null)
            .await;
        assert_eq!(
            names(&listed).len(),
            usize::from(reads == 200),
            "{permissions}"
        );
        assert_eq!(
            house.call(Some(&bea), "GET", &path, Value::Null).await.0,
            reads,
            "{permissions}"
        );
        let change = house
            .call(Some(&bea), "PUT", &path, json!({"name": "y"}))
            .await;
        assert_eq!(change.0, changes, "{permissions}: {}", change.1);
        let criteria = json!({"search_criteria": {"_id": id}, "k": 1});
        let found = house
            .ok(&bea, "PUT", "/data/Thing/by_criteria", criteria)
            .await;
        assert_eq!(
            found["total_found"],
            usize::from(changes == 200),
            "{permissions}"
        );
        let remove = house.call(Some(&bea), "DELETE", &path, Value::Null).await;
        assert_eq!(remove.0, removes, "{permissions}: {}", remove.1);
    }
    let bad = json!({"permissions": {"read": {"access": "anyone"}}});
    assert_eq!(
        house.call(Some(&alex), "POST", "/data/Thing", bad).await.0,
        422
    );
}

#[tokio::test]
async fn a_report_is_its_authors_and_the_moderators() {
    let house = House::open().await;
    let (alex, bea, mo) = (
        house.person("alex").await,
        house.person("bea").await,
        house.person("morgan").await,
    );
    class(&house, "UserReports", true).await;
    let mut turn = house.site.db.turn().await.expect("the turn");
    roles::grant(turn.connection(), mo.id, roles::MODERATOR)
        .await
        .expect("a role");
    drop(turn);
    let body = json!({"reportedUserId": bea.id, "reason": "spam", "permissions": {"read": {"access": "open"}, "delete": {"access": "open"}}});
    let made = house
        .ok(&alex, "POST", "/data/UserReports.json", body)
        .await;
    let path = format!("/data/UserReports/{}", made["_id"].as_str().expect("an id"));
    for (who, seen, change, remove) in [
        (&bea, 0, 404, 404),
        (&alex, 1, 403, 403),
        (&mo, 1, 200, 200),
    ] {
        let list = house.ok(who, "GET", "/data/UserReports", Value::Null).await;
        assert_eq!(list["items"].as_array().map(Vec::len), Some(seen));
        let changed = house
            .call(Some(who), "PUT", &path, json!({"state": "seen"}))
            .await;
        assert_eq!(changed.0, change, "{}", changed.1);
        assert_eq!(
            house.call(Some(who), "DELETE", &path, Value::Null).await.0,
            remove
        );
    }
}
