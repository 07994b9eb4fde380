//! Every request that the SDK was recorded with (`tests/data/rest`): nothing of it is lost
//! when it is made plain, whatever form it came in, and there is a call for each.

use std::path::PathBuf;

use axum::body::Body;
use axum::extract::Request;
use serde_json::Value;
use url::form_urlencoded;

use super::request::Call;
use crate::house::{House, Person};

fn recorded() -> Vec<Value> {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR"))
        .join("../../../tests/data/rest/requests-sdk-6.1.2.json");
    let text = std::fs::read_to_string(path).expect("the recording");
    serde_json::from_str(&text).expect("JSON")
}

fn request(row: &Value, token: &str) -> Request {
    let text = |key: &str| row[key].as_str().unwrap_or_default();
    let kind = match text("method") {
        "POST" | "PUT" => "application/json;charset=utf-8",
        _ => "application/x-www-form-urlencoded; charset=UTF-8",
    };
    Request::builder()
        .method(text("method"))
        .uri(text("path"))
        .header("host", "h:1")
        .header("content-type", kind)
        .header("cb-sdk", "JS 6.1.2 - Client")
        .header("cb-token", token)
        .body(Body::from(text("body").to_owned()))
        .expect("a request")
}

/// Every value with the names that lead to it. The items of a list have the list's name.
fn leaves(name: &str, value: &Value, found: &mut Vec<(String, String)>) {
    match value {
        Value::Object(map) => {
            for (key, value) in map {
                leaves(&format!("{name}/{key}"), value, found);
            }
        }
        Value::Array(list) => {
            for item in list {
                leaves(name, item, found);
            }
        }
        Value::String(text) => found.push((name.to_owned(), text.clone())),
        other => found.push((name.to_owned(), other.to_string())),
    }
}

/// The same of what was sent, as it stood there.
fn sent(row: &Value) -> Vec<(String, String)> {
    let mut found = Vec::new();
    let path = row["path"].as_str().expect("a path");
    let body = row["body"].as_str().unwrap_or_default();
    let query = path.split_once('?').map_or("", |(_, query)| query);
    let mut pairs = vec![query];
    match serde_json::from_str::<Value>(body) {
        Ok(json) => leaves("", &json, &mut found),
        Err(_) => pairs.push(body),
    }
    for pairs in pairs {
        for (key, value) in form_urlencoded::parse(pairs.as_bytes()) {
            let names = key.replace("[]", "").replace('[', "/").replace(']', "");
            found.push((format!("/{names}"), value.into_owned()));
        }
    }
    found
}

#[tokio::test]
async fn nothing_of_a_recorded_request_is_lost() {
    let house = House::open().await;
    let alex = house.person("alex").await;
    let mut n_read = 0;
    for row in recorded() {
        let body = row["body"].as_str().unwrap_or_default();
        // Forms with files are read where they are received.
        if body.contains("form-data") {
            continue;
        }
        let read = Call::read(&house.server.estate(), request(&row, &alex.token)).await;
        let Ok((_, call)) = read else {
            panic!("{row} cannot be read");
        };
        let mut kept = Vec::new();
        leaves("", &Value::Object(call.params.clone()), &mut kept);
        let mut expected = sent(&row);
        kept.sort();
        expected.sort();
        assert_eq!(kept, expected, "{row}");
        n_read += 1;
    }
    assert!(n_read > 110, "only {n_read}");
}

#[tokio::test]
async fn there_is_a_call_for_every_recorded_request() {
    let house = House::open().await;
    let mut login = "alex".to_owned();
    let mut who = house.person(&login).await;
    for (n, row) in recorded().into_iter().enumerate() {
        let (method, path) = (
            row["method"].as_str().expect("a method"),
            row["path"].as_str().expect("a path"),
        );
        if path.contains("bucket") {
            continue;
        }
        let (status, _, body) = house.raw(request(&row, &who.token)).await;
        assert!(!status.is_server_error(), "{row}: {status}");
        assert!(
            body.is_empty() || serde_json::from_slice::<Value>(&body).is_ok(),
            "{row}: {status}, and no JSON"
        );
        // What has no invented id in it must be known.
        let plain = path.split('?').next().unwrap_or_default();
        let all = row.to_string();
        let is_about_something = all.contains("65a00000")
            || all.contains("65b00000")
            || plain.split('/').any(|part| {
                part.contains(|c: char| c.is_ascii_digit()) && part != "v2.json"
                    || matches!(part, "X" | "X.json")
                    || part.starts_with("by_")
                    || part.starts_with("ABCDEF")
                    || part.ends_with("Reports.json")
            });
        assert!(
            is_about_something || status != 404,
            "there is no {method} {path}"
        );
        // What ends the session is followed by others, which need one.
        if method == "DELETE" && !path.starts_with("/chat") && who_is_gone(&house, &who).await {
            assert!(status.is_success(), "{method} {path}: {status}");
            if plain.starts_with("/users") {
                login = format!("alex{n}");
                who = house.person(&login).await;
            }
            who.token = house.session(Some(&login)).await;
        }
    }
}

async fn who_is_gone(house: &House, who: &Person) -> bool {
    let asked = house
        .call(Some(who), "GET", "/chat/Dialog", Value::Null)
        .await;
    asked.0 != 200
}
