//! Files from their creation to their end, and who may do what with them.

use axum::body::Body;
use axum::extract::Request;
use axum::http::{HeaderMap, StatusCode};
use kith_wire::rest::upload_form;
use serde_json::{Value, json};

use crate::house::{House, Person};

const BOUNDARY: &str = "----kith";

/// A form as the SDK makes it: the fields in order, then the file without a name.
fn form(fields: &[(String, String)], file: Option<&[u8]>) -> Vec<u8> {
    let mut body = Vec::new();
    for (name, value) in fields {
        body.extend_from_slice(
            format!(
                "--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n"
            )
            .as_bytes(),
        );
    }
    if let Some(file) = file {
        body.extend_from_slice(
            format!(
                "--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"file\"\r\n\
                 Content-Type: application/octet-stream\r\n\r\n"
            )
            .as_bytes(),
        );
        body.extend_from_slice(file);
        body.extend_from_slice(b"\r\n");
    }
    body.extend_from_slice(format!("--{BOUNDARY}--\r\n").as_bytes());
    body
}

fn post_form(address: &str, body: Vec<u8>) -> Request {
    let path = address
        .split_once("://")
        .and_then(|(_, rest)| rest.split_once('/'));
    let path = format!("/{}", path.map_or("", |(_, path)| path));
    Request::post(path)
        .header(
            "content-type",
            format!("multipart/form-data;boundary={BOUNDARY}"),
        )
        .body(Body::from(body))
        .expect("a request")
}

async fn begin(house: &House, who: &Person, is_public: bool) -> Value {
    let body =
        json!({"blob": {"name": "a b.txt", "content_type": "text/plain", "public": is_public}});
    house.ok(who, "POST", "/blobs.json", body).await["blob"].clone()
}

async fn upload(house: &House, blob: &Value, bytes: &[u8]) -> StatusCode {
    let params = blob["blob_object_access"]["params"]
        .as_str()
        .expect("an address");
    let (address, fields) = upload_form(params);
    house
        .raw(post_form(&address, form(&fields, Some(bytes))))
        .await
        .0
}

async fn kept(house: &House, who: &Person, is_public: bool, bytes: &[u8]) -> (i64, String) {
    let blob = begin(house, who, is_public).await;
    assert_eq!(upload(house, &blob, bytes).await, StatusCode::CREATED);
    let id = blob["id"].as_i64().expect("an id");
    let size = json!({"size": bytes.len()});
    house
        .ok(who, "PUT", &format!("/blobs/{id}/complete.json"), size)
        .await;
    (id, blob["uid"].as_str().expect("a uid").to_owned())
}

async fn get(house: &House, path: &str, headers: &[(&str, &str)]) -> (u16, HeaderMap, Vec<u8>) {
    let mut request = Request::get(path);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let (status, headers, body) = house
        .raw(request.body(Body::empty()).expect("a request"))
        .await;
    (status.as_u16(), headers, body)
}

#[tokio::test]
async fn a_file_is_created_uploaded_completed_and_read() {
    let house = House::open().await;
    let alex = house.person("alex").await;
    let blob = begin(&house, &alex, false).await;
    let params = blob["blob_object_access"]["params"]
        .as_str()
        .expect("an address");
    assert!(
        params.starts_with("http://h:1/storage/upload/1?"),
        "{params}"
    );
    assert!(
        params.contains("%20") && !params.contains('+'),
        "a blank is %20: {params}"
    );
    assert_eq!(blob["size"], Value::Null);
    let uid = blob["uid"].as_str().expect("a uid");
    let private = format!("/blobs/{uid}?token={}", alex.token);

    assert_eq!(
        get(&house, &private, &[]).await.0,
        404,
        "nothing has been uploaded"
    );
    let complete = format!("/blobs/{}/complete", blob["id"]);
    let early = house
        .call(Some(&alex), "PUT", &complete, json!({"size": 5}))
        .await;
    assert_eq!(early.0, 422, "{}", early.1);
    assert_eq!(upload(&house, &blob, b"hello").await, StatusCode::CREATED);
    assert_eq!(
        get(&house, &private, &[]).await.0,
        404,
        "it is not complete"
    );
    let wrong = house
        .call(Some(&alex), "PUT", &complete, json!({"size": 6}))
        .await;
    assert_eq!(wrong.0, 422, "that is not what was uploaded");
    house
        .ok(&alex, "POST", &complete, json!({"blob": {"size": "5"}}))
        .await;

    let (status, headers, body) = get(&house, &private, &[]).await;
    assert_eq!((status, body.as_slice()), (200, b"hello".as_slice()));
    assert_eq!(headers["content-type"], "text/plain");
    assert_eq!(headers["x-content-type-options"], "nosniff");
    let disposition = headers["content-disposition"].to_str().expect("text");
    assert!(
        disposition.starts_with("attachment; filename=\"a b.txt\""),
        "{disposition}"
    );
    let etag = headers["etag"].to_str().expect("text").to_owned();
    let token = ("cb-token", alex.token.as_str());
    assert_eq!(
        get(&house, &format!("/blobs/{uid}/download"), &[token])
            .await
            .2,
        b"hello"
    );
    assert_eq!(
        get(&house, &private, &[("if-none-match", &etag)]).await.0,
        304
    );

    for path in [
        format!("/blobs/{}.json", blob["id"]),
        format!("/blobs/{uid}.json"),
        format!("/blobs/{}.json?blob[name]=x", blob["id"]),
    ] {
        let info = house.ok(&alex, "GET", &path, Value::Null).await;
        assert_eq!(info["blob"]["size"], 5, "{path}");
        assert_eq!(
            info["blob"]["name"], "a b.txt",
            "the SDK's broken update changes nothing"
        );
    }
    let name = json!({"blob": {"name": "c.txt"}});
    let renamed = house
        .ok(&alex, "PUT", &format!("/blobs/{}", blob["id"]), name)
        .await;
    assert_eq!(renamed["blob"]["name"], "c.txt");

    let page = house
        .ok(&alex, "GET", "/blobs.json?page=1&per_page=10", Value::Null)
        .await;
    assert_eq!(
        (&page["total_entries"], &page["items"][0]["blob"]["uid"]),
        (&json!(1), &json!(uid))
    );

    house
        .ok(
            &alex,
            "DELETE",
            &format!("/blobs/{}.json", blob["id"]),
            Value::Null,
        )
        .await;
    assert_eq!(get(&house, &private, &[]).await.0, 404);
    assert_eq!(
        house.site.storage.file(uid).map(|file| file.exists()),
        Some(false)
    );
}

#[tokio::test]
async fn parts_of_a_file_can_be_read() {
    let house = House::open().await;
    let alex = house.person("alex").await;
    let bytes: Vec<u8> = (0..200_000u32)
        .map(|n| u8::try_from(n % 251).unwrap_or(0))
        .collect();
    let (_, uid) = kept(&house, &alex, true, &bytes).await;
    let path = format!("/blobs/{uid}");
    for (range, status, part) in [
        ("bytes=0-9", 206, &bytes[0..10]),
        ("bytes=100000-100099", 206, &bytes[100_000..100_100]),
        ("bytes=199990-", 206, &bytes[199_990..]),
        ("bytes=-7", 206, &bytes[199_993..]),
    ] {
        let (got, headers, body) = get(&house, &path, &[("range", range)]).await;
        assert_eq!((got, body.as_slice()), (status, part), "{range}");
        assert!(headers.contains_key("content-range"), "{range}");
    }
    assert_eq!(
        get(&house, &path, &[("range", "bytes=200000-")]).await.0,
        416
    );
    assert_eq!(get(&house, &path, &[]).await.2.len(), bytes.len());
}

#[tokio::test]
async fn who_may_read_write_and_remove_a_file() {
    let house = House::open().await;
    let (alex, bea) = (house.person("alex").await, house.person("bea").await);
    let application = Person {
        id: 0,
        token: house.session(None).await,
    };
    let (private_id, private) = kept(&house, &alex, false, b"secret").await;
    let (public_id, public) = kept(&house, &alex, true, b"open").await;

    let file = |uid: &str, token: &str| format!("/blobs/{uid}?token={token}");
    for (path, status, why) in [
        (format!("/blobs/{public}"), 200, "public, without a token"),
        (format!("/blobs/{private}"), 401, "private, without a token"),
        (
            file(&private, "nonsense"),
            401,
            "private, with a wrong token",
        ),
        (
            file(&private, &application.token),
            403,
            "private, with the application's token",
        ),
        (
            file(&private, &bea.token),
            200,
            "private, with somebody's token",
        ),
        (
            file(&private.replace('0', "1"), &bea.token),
            if private.contains('0') { 404 } else { 200 },
            "another uid",
        ),
    ] {
        assert_eq!(get(&house, &path, &[]).await.0, status, "{why}: {path}");
    }
    let expected = json!({"errors": {"base": ["Required session does not exist"]}});
    let body = get(&house, &format!("/blobs/{private}"), &[]).await.2;
    assert_eq!(
        serde_json::from_slice::<Value>(&body).expect("JSON"),
        expected
    );

    for (method, path, body) in [
        ("DELETE", format!("/blobs/{private_id}"), Value::Null),
        ("DELETE", format!("/blobs/{public}"), Value::Null),
        (
            "PUT",
            format!("/blobs/{public_id}"),
            json!({"blob": {"name": "mine"}}),
        ),
        (
            "PUT",
            format!("/blobs/{private_id}/complete"),
            json!({"size": 6}),
        ),
    ] {
        let (status, answer) = house.call(Some(&bea), method, &path, body.clone()).await;
        assert_eq!(status, 403, "{method} {path} by somebody else: {answer}");
        assert_eq!(
            house.call(None, method, &path, body.clone()).await.0,
            401,
            "{method} {path}"
        );
        let application = house.call(Some(&application), method, &path, body).await;
        assert_eq!(
            application.0, 403,
            "{method} {path} by the application: {}",
            application.1
        );
    }
    let theirs = house.ok(&bea, "GET", "/blobs", Value::Null).await;
    assert_eq!(
        theirs["total_entries"], 0,
        "a list has one's own files only"
    );

    let unfinished = begin(&house, &alex, true).await;
    let path = format!("/blobs/{}", unfinished["id"]);
    assert_eq!(
        house.call(Some(&bea), "GET", &path, Value::Null).await.0,
        404
    );
}

#[tokio::test]
async fn an_address_from_object_works_for_a_week_without_a_session() {
    let house = House::open().await;
    let alex = house.person("alex").await;
    let (id, uid) = kept(&house, &alex, false, b"hello").await;
    let path = format!("/blobs/{uid}/object.json?download_url=1");
    let object = house.ok(&alex, "GET", &path, Value::Null).await;
    let url = object["blob"]["blob_object_access"]["download_url"]
        .as_str()
        .expect("a URL");
    let path = url
        .strip_prefix("http://h:1")
        .expect("this server")
        .to_owned();
    assert_eq!(get(&house, &path, &[]).await.2, b"hello");
    let other = path.replace("ticket=", "ticket=0");
    assert_eq!(
        get(&house, &other, &[]).await.0,
        401,
        "only with its ticket"
    );
    let (_, second) = kept(&house, &alex, false, b"other").await;
    assert_eq!(
        get(&house, &path.replace(&uid, &second), &[]).await.0,
        401,
        "only for its file"
    );
    house.clock.pass(7 * 24 * 60 * 60 * 1000);
    assert_eq!(get(&house, &path, &[]).await.0, 401, "a week later");
    let _ = id;
}

#[tokio::test]
async fn an_upload_needs_its_right_and_its_time() {
    let house = House::open().await;
    let alex = house.person("alex").await;
    let blob = begin(&house, &alex, false).await;
    let params = blob["blob_object_access"]["params"]
        .as_str()
        .expect("an address");
    let (address, fields) = upload_form(params);
    let without = |name: &str| -> Vec<(String, String)> {
        fields
            .iter()
            .filter(|(key, _)| key != name)
            .cloned()
            .collect()
    };
    for name in ["key", "ticket"] {
        let (status, ..) = house
            .raw(post_form(&address, form(&without(name), Some(b"hello"))))
            .await;
        assert_eq!(status, 403, "without {name}");
    }
    let mut wrong = fields.clone();
    for (key, value) in &mut wrong {
        if key == "key" {
            *value = "../../../server.json".to_owned();
        }
    }
    assert_eq!(
        house
            .raw(post_form(&address, form(&wrong, Some(b"x"))))
            .await
            .0,
        403
    );
    assert_eq!(
        house.raw(post_form(&address, form(&fields, None))).await.0,
        400,
        "no file"
    );
    let mut cut = form(&fields, Some(&vec![7; 100_000]));
    cut.truncate(50_000);
    assert_eq!(
        house.raw(post_form(&address, cut)).await.0,
        400,
        "a form that broke off"
    );
    assert_eq!(
        house.raw(post_form(&address, b"nonsense".to_vec())).await.0,
        400
    );
    let incoming = house.dir.path().join("files/incoming");
    let left = std::fs::read_dir(incoming).expect("the folder").count();
    assert_eq!(left, 0, "nothing is left of uploads that failed");

    assert_eq!(upload(&house, &blob, b"first").await, StatusCode::CREATED);
    assert_eq!(
        upload(&house, &blob, b"second").await,
        StatusCode::CREATED,
        "until it is complete"
    );
    house.clock.pass(60 * 60 * 1000);
    assert_eq!(
        upload(&house, &blob, b"third").await,
        StatusCode::FORBIDDEN,
        "an hour later"
    );

    let other = begin(&house, &alex, false).await;
    assert_eq!(upload(&house, &other, b"hello").await, StatusCode::CREATED);
    let complete = format!("/blobs/{}/complete", other["id"]);
    house.ok(&alex, "PUT", &complete, json!({"size": 5})).await;
    assert_eq!(
        upload(&house, &other, b"worse").await,
        StatusCode::FORBIDDEN,
        "it is complete"
    );
}

#[tokio::test]
async fn a_hundred_megabytes_are_enough() {
    let house = House::open().await;
    let alex = house.person("alex").await;
    let blob = begin(&house, &alex, false).await;
    let params = blob["blob_object_access"]["params"]
        .as_str()
        .expect("an address");
    let (address, fields) = upload_form(params);
    let head = form(&fields, Some(b""));
    let end = head.len() - format!("\r\n--{BOUNDARY}--\r\n").len();
    let (head, tail) = (head[..end].to_vec(), head[end..].to_vec());
    let chunk = vec![0u8; 1024 * 1024];
    // One chunk more than a file may have, without ever holding more than one.
    let chunks = std::iter::once(head)
        .chain(std::iter::repeat_n(chunk, 101))
        .chain(std::iter::once(tail))
        .map(Ok::<_, std::io::Error>);
    let mut request = post_form(&address, Vec::new());
    *request.body_mut() = Body::from_stream(futures::stream::iter(chunks));
    assert_eq!(house.raw(request).await.0, StatusCode::PAYLOAD_TOO_LARGE);
    let left = std::fs::read_dir(house.dir.path().join("files/incoming")).expect("the folder");
    assert_eq!(left.count(), 0);
}

#[tokio::test]
async fn names_and_kinds_are_checked() {
    let house = House::open().await;
    let alex = house.person("alex").await;
    for (name, status) in [
        (json!(""), 422),
        (json!("x".repeat(101)), 422),
        (json!("é".repeat(100)), 201),
        (json!("a\nb"), 422),
        (json!(null), 422),
        (json!("../../etc/passwd"), 201),
        (json!([1]), 422),
    ] {
        let body = json!({"blob": {"name": name, "content_type": "text/plain"}});
        assert_eq!(
            house.call(Some(&alex), "POST", "/blobs", body).await.0,
            status,
            "{name}"
        );
    }
    for kind in ["text/html\r\nSet-Cookie: a=b", "nonsense", ""] {
        let body = json!({"blob": {"name": "a", "content_type": kind}});
        let made = house.ok(&alex, "POST", "/blobs", body).await;
        assert_eq!(
            made["blob"]["content_type"], "application/octet-stream",
            "{kind}"
        );
        assert_eq!(
            made["blob"]["public"], false,
            "private when it says nothing"
        );
    }
}

#[tokio::test]
async fn one_person_has_so_much_room() {
    let house = House::open_with(|config| config.account_bytes = 1_000).await;
    let (alex, bea) = (house.person("alex").await, house.person("bea").await);
    kept(&house, &alex, false, &[b'a'; 900]).await;
    let blob = begin(&house, &alex, false).await;
    assert_eq!(
        upload(&house, &blob, &[b'b'; 200]).await,
        StatusCode::PAYLOAD_TOO_LARGE
    );
    assert_eq!(
        upload(&house, &blob, &[b'b'; 100]).await,
        StatusCode::CREATED,
        "what fits is taken"
    );
    assert_eq!(
        upload(&house, &blob, &[b'c'; 100]).await,
        StatusCode::CREATED,
        "also a second time, in its own place"
    );
    let body = json!({"blob": {"name": "x", "content_type": "text/plain"}});
    let (status, answer) = house.call(Some(&alex), "POST", "/blobs", body).await;
    assert_eq!(status, 413, "{answer}");
    kept(&house, &bea, false, &[b'a'; 900]).await;
}
