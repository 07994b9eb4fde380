//! REST against servers that are not as they should be.

use std::sync::atomic::{AtomicUsize, Ordering};

use axum::Router;
use axum::extract::Request as AxumRequest;
use axum::http::{HeaderMap, StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use axum::routing::{any, get, post};
use kith_model::{AppId, ChatAddress, ChatSecurity, DialogId, SystemClock};
use tokio::net::TcpListener;

use super::*;
use crate::Secret;

fn connection(api_url: &str) -> Connection {
    Connection {
        name: "test".into(),
        api_url: api_url.into(),
        chat: ChatAddress {
            host: "127.0.0.1".into(),
            port: 1,
            security: ChatSecurity::Plain,
        },
        chat_domain: "c".into(),
        muc_domain: "muc.c".into(),
        app_id: AppId(100),
        auth_key: "k".into(),
        ca_cert: None,
    }
}

fn rest(api_url: &str) -> Rest {
    Rest::new(connection(api_url), Arc::new(SystemClock)).unwrap()
}

async fn serve(router: Router) -> Rest {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move { axum::serve(listener, router).await });
    rest(&format!("http://{address}"))
}

/// A server whose `/session` always works and whose other paths answer `answer`.
async fn serving(answer: impl Fn(Uri) -> Response + Clone + Send + Sync + 'static) -> Rest {
    let other = move |request: AxumRequest| {
        let answer = answer.clone();
        async move { answer(request.uri().clone()) }
    };
    let rest = serve(
        Router::new()
            .route("/session", post(session))
            .fallback(any(other)),
    )
    .await;
    rest.sign_in("ada", &Secret::new("pw")).await.unwrap();
    rest
}

async fn session() -> Response {
    (
        StatusCode::CREATED,
        r#"{"session":{"user_id":11,"token":"t1","user":{"id":11,"full_name":"Ada"}}}"#,
    )
        .into_response()
}

#[tokio::test]
async fn one_sign_in_renews_the_session_for_all() {
    static SESSIONS: AtomicUsize = AtomicUsize::new(0);
    let open = || async {
        let n = SESSIONS.fetch_add(1, Ordering::SeqCst) + 1;
        let body = format!(r#"{{"session":{{"user_id":11,"token":"t{n}","user":{{"id":11}}}}}}"#);
        (StatusCode::CREATED, body)
    };
    // Only the second token is good.
    let dialogs = |headers: HeaderMap| async move {
        if headers.get("CB-Token").is_some_and(|token| token == "t2") {
            (StatusCode::OK, r#"{"items":[]}"#)
        } else {
            (
                StatusCode::UNAUTHORIZED,
                r#"{"errors":{"base":["Required session does not exist"]}}"#,
            )
        }
    };
    let rest = serve(
        Router::new()
            .route("/session", post(open))
            .route("/chat/Dialog", get(dialogs)),
    )
    .await;
    rest.sign_in("ada", &Secret::new("pw")).await.unwrap();
    let answers = futures::future::join_all((0..20).map(|_| rest.dialogs(None))).await;
    assert!(answers.iter().all(Result::is_ok), "{answers:?}");
    assert_eq!(
        SESSIONS.load(Ordering::SeqCst),
        2,
        "one for the sign-in, one for all who waited"
    );
}

#[tokio::test]
async fn a_refused_renewal_is_not_tried_again_and_again() {
    static SESSIONS: AtomicUsize = AtomicUsize::new(0);
    let open = || async {
        if SESSIONS.fetch_add(1, Ordering::SeqCst) == 0 {
            return session().await;
        }
        (StatusCode::UNAUTHORIZED, r#"{"errors":["Unauthorized"]}"#).into_response()
    };
    let refuse = || async {
        (
            StatusCode::UNAUTHORIZED,
            r#"{"errors":["Token is required"]}"#,
        )
    };
    let rest = serve(
        Router::new()
            .route("/session", post(open))
            .fallback(any(refuse)),
    )
    .await;
    rest.sign_in("ada", &Secret::new("pw")).await.unwrap();
    for _ in 0..5 {
        assert_eq!(rest.dialogs(None).await, Err(ClientError::SignInRefused));
    }
    assert_eq!(SESSIONS.load(Ordering::SeqCst), 2);
}

#[tokio::test]
async fn statuses_become_kinds() {
    const ERRORS: &str = r#"{"errors":["x"]}"#;
    const PAGE: &str = "\n<html><body>Welcome to nginx</body></html>";
    for (status, body, kind) in [
        (403, ERRORS, ClientError::NotAllowed),
        (404, ERRORS, ClientError::Gone),
        (404, PAGE, ClientError::NotAServer),
        (401, PAGE, ClientError::NotAServer),
        (403, PAGE, ClientError::NotAServer),
        (511, PAGE, ClientError::NotAServer),
        (413, PAGE, ClientError::TooLarge),
        (422, ERRORS, ClientError::Rejected(422)),
        (429, ERRORS, ClientError::Busy),
        (500, ERRORS, ClientError::Server(500)),
        (502, PAGE, ClientError::Server(502)),
        (200, PAGE, ClientError::NotAServer),
        (200, "", ClientError::NotAServer),
        (302, "", ClientError::NotAServer),
    ] {
        let status = StatusCode::from_u16(status).unwrap();
        let rest =
            serving(move |_| (status, [("location", "/elsewhere")], body).into_response()).await;
        assert_eq!(rest.dialogs(None).await, Err(kind), "{status} {body}");
    }
}

#[tokio::test]
async fn a_body_without_end_is_not_read_to_the_end() {
    let rest = serving(|_| vec![b' '; 17 << 20].into_response()).await;
    assert_eq!(rest.dialogs(None).await, Err(ClientError::TooLarge));
}

#[tokio::test]
async fn why_nothing_answers_is_told() {
    let closed = {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        listener.local_addr().unwrap()
    };
    let secret = Secret::new("pw");
    let error = |rest: Rest| {
        let secret = secret.clone();
        async move { rest.sign_in("ada", &secret).await.unwrap_err() }
    };
    assert_eq!(
        error(rest(&format!("http://{closed}"))).await,
        ClientError::Unreachable
    );
    assert_eq!(
        error(rest("https://no-such-host.invalid")).await,
        ClientError::UnknownHost
    );
    for bad in ["http://192.0.2.1", "ftp://127.0.0.1", "127.0.0.1", ""] {
        let refused = Rest::new(connection(bad), Arc::new(SystemClock)).err();
        assert_eq!(refused, Some(ClientError::BadConnection), "{bad}");
    }
    let bad_ca = Connection {
        ca_cert: Some("no certificate".into()),
        ..connection("https://127.0.0.1:1")
    };
    assert_eq!(
        Rest::new(bad_ca, Arc::new(SystemClock)).err(),
        Some(ClientError::BadConnection)
    );
}

#[tokio::test]
async fn a_certificate_that_nobody_vouches_for_is_told_from_no_tls() {
    let (_, acceptor) = crate::chat::script::certificate();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        let _ = acceptor.accept(listener.accept().await.unwrap().0).await;
        // The second visitor gets an answer that is no TLS.
        let mut web = listener.accept().await.unwrap().0;
        tokio::io::AsyncReadExt::read(&mut web, &mut [0; 600])
            .await
            .unwrap();
        tokio::io::AsyncWriteExt::write_all(&mut web, b"HTTP/1.1 400 Bad Request\r\n\r\n")
            .await
            .unwrap();
        std::future::pending::<()>().await;
    });
    let rest = rest(&format!("https://{address}"));
    let secret = Secret::new("pw");
    assert_eq!(
        rest.sign_in("ada", &secret).await,
        Err(ClientError::Certificate)
    );
    assert_eq!(
        rest.sign_in("ada", &secret).await,
        Err(ClientError::NotAServer)
    );
}

#[tokio::test]
async fn something_that_speaks_no_http_is_no_server() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        let mut visitor = listener.accept().await.unwrap().0;
        tokio::io::AsyncReadExt::read(&mut visitor, &mut [0; 600])
            .await
            .unwrap();
        tokio::io::AsyncWriteExt::write_all(&mut visitor, b"220 mail ready\r\n")
            .await
            .unwrap();
        std::future::pending::<()>().await;
    });
    let refused = rest(&format!("http://{address}"))
        .sign_in("ada", &Secret::new("pw"))
        .await;
    assert_eq!(refused, Err(ClientError::NotAServer));
}

#[tokio::test]
async fn every_call_for_messages_says_that_it_does_not_read() {
    static CALLS: AtomicUsize = AtomicUsize::new(0);
    let rest = serving(|uri| {
        let query = uri.query().unwrap_or_default();
        assert!(query.contains("mark_as_read=0"), "{query}");
        // Three records, of which the middle one has an id that is none.
        let n = CALLS.fetch_add(1, Ordering::SeqCst);
        let body = if n == 0 {
            r#"{"items":[{"_id":"65b000000000000000000001","sender_id":1},{"_id":"odd","sender_id":1},{"_id":"65b000000000000000000002","sender_id":1}]}"#
        } else {
            r#"{"items":[{"_id":"65b000000000000000000003","sender_id":1}]}"#
        };
        body.into_response()
    })
    .await;
    let dialog: DialogId = "65a000000000000000000001".parse().unwrap();
    let page = rest
        .history(&HistoryQuery::newest(dialog.clone(), 3))
        .await
        .unwrap();
    assert_eq!(
        page.len(),
        3,
        "a record that is no message does not make the page look like the last"
    );
    rest.messages_by_id(&dialog, &["65b000000000000000000003".parse().unwrap()])
        .await
        .unwrap();
    assert_eq!(CALLS.load(Ordering::SeqCst), 3);
}

#[tokio::test]
async fn an_answer_that_does_not_come_is_not_waited_for() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let rest = rest(&format!("http://{}", listener.local_addr().unwrap()));
    let waiting = tokio::spawn(async move { rest.sign_in("ada", &Secret::new("pw")).await });
    let visitor = listener.accept().await.unwrap();
    // From here on nothing happens but the passing of time.
    tokio::time::pause();
    assert_eq!(waiting.await.unwrap(), Err(ClientError::TimedOut));
    drop(visitor);
}

#[tokio::test]
async fn a_portal_in_between_ends_no_session() {
    static IS_PORTAL: AtomicUsize = AtomicUsize::new(0);
    let open = || async {
        axum::Json(serde_json::json!({"session": {"token": "t", "user_id": 7, "user": {"id": 7}}}))
    };
    let list = || async {
        if IS_PORTAL.load(Ordering::SeqCst) == 1 {
            return (
                StatusCode::UNAUTHORIZED,
                "<html>Sign in to the hotel</html>",
            )
                .into_response();
        }
        axum::Json(serde_json::json!({"items": []})).into_response()
    };
    let rest = serve(
        Router::new()
            .route("/session", post(open))
            .fallback(any(list)),
    )
    .await;
    rest.sign_in("ada", &Secret::new("pw")).await.unwrap();
    IS_PORTAL.store(1, Ordering::SeqCst);
    assert_eq!(rest.dialogs(None).await, Err(ClientError::NotAServer));
    IS_PORTAL.store(0, Ordering::SeqCst);
    assert_eq!(rest.dialogs(None).await, Ok(Vec::new()), "and it goes on");
}

#[tokio::test]
async fn the_servers_clock_is_heard() {
    let rest = serving(|_| {
        let body = serde_json::json!({"items": []}).to_string();
        ([("date", "Sun, 06 Nov 1994 08:49:37 GMT")], body).into_response()
    })
    .await;
    assert_eq!(rest.clock_offset(), 0, "nothing heard yet");
    rest.dialogs(None).await.unwrap();
    let now = rest.clock().now().millis();
    let apart = 784_111_777_000 - now - rest.clock_offset();
    assert!(apart.abs() < 60_000, "{apart}");
}
