//! The routes.

use std::path::Path as FilePath;
use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::ws::{Message, WebSocket, WebSocketUpgrade};
use axum::extract::{DefaultBodyLimit, Path, Query, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use kith_api::{App, Code, FeedReceiver, NotificationAct, NotificationKey, PaperShell, UiError};
use serde::Deserialize;
use serde_json::{Value, json};
use tower_http::services::ServeDir;
use tower_http::set_header::SetResponseHeaderLayer;

use crate::feeds::{Feeds, OpenFeed};

/// The app's policy, except that a page of the bridge talks to the bridge.
const POLICY: &str = "default-src 'self'; img-src 'self' data: blob:; style-src 'self' 'unsafe-inline'; \
                      connect-src 'self' ws:; object-src 'none'; base-uri 'none'; frame-ancestors 'none'";

/// A command's arguments are no larger.
const LARGEST: usize = 8 * 1024 * 1024;

#[derive(Debug, Clone)]
struct Bridge {
    app: App,
    desktop: Arc<PaperShell>,
    feeds: Feeds,
    token: Arc<str>,
}

pub(crate) fn router(app: App, desktop: Arc<PaperShell>, token: String, ui: &FilePath) -> Router {
    let policy = SetResponseHeaderLayer::overriding(
        header::CONTENT_SECURITY_POLICY,
        HeaderValue::from_static(POLICY),
    );
    let fresh = SetResponseHeaderLayer::overriding(
        header::CACHE_CONTROL,
        HeaderValue::from_static("no-store"),
    );
    let sniff = SetResponseHeaderLayer::overriding(
        HeaderName::from_static("x-content-type-options"),
        HeaderValue::from_static("nosniff"),
    );
    Router::new()
        .route("/api/call/{name}", post(call))
        .route("/api/feed", get(feed))
        .route("/api/desktop", get(on_desktop).post(act))
        .layer(DefaultBodyLimit::max(LARGEST))
        .with_state(Bridge {
            app: app.clone(),
            desktop,
            feeds: Feeds::new(app),
            token: token.into(),
        })
        .fallback_service(ServeDir::new(ui))
        .layer(policy)
        .layer(fresh)
        .layer(sniff)
}

async fn call(
    State(bridge): State<Bridge>,
    Path(name): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let text_of = |name: &str| {
        headers
            .get(name)
            .and_then(|value| value.to_str().ok())
            .unwrap_or_default()
    };
    if !is_same(text_of("x-kith-token"), &bridge.token) {
        return refuse(StatusCode::FORBIDDEN, "the token is not this bridge's");
    }
    let args = if body.is_empty() {
        Value::Null
    } else {
        match serde_json::from_slice(&body) {
            Ok(args) => args,
            Err(error) => {
                return refuse(
                    StatusCode::BAD_REQUEST,
                    &format!("the body is not JSON: {error}"),
                );
            }
        }
    };
    let ui = bridge.feeds.find(text_of("x-kith-feed")).await;
    // In a task of its own: a page that goes away must not cut a command in two.
    let done = tokio::spawn(async move { ui.call(&name, args).await }).await;
    match done {
        Ok(Ok(answer)) => Json(answer).into_response(),
        Ok(Err(error)) => (StatusCode::BAD_REQUEST, Json(error)).into_response(),
        Err(_) => refuse(StatusCode::INTERNAL_SERVER_ERROR, "the command ended early"),
    }
}

fn refuse(status: StatusCode, detail: &str) -> Response {
    let error = UiError::from(Code::Internal).with_detail(detail);
    (status, Json(error)).into_response()
}

#[derive(Debug, Deserialize)]
struct Since {
    after: Option<u64>,
}

/// What notifications would be on the desktop, and how often one came up,
/// once there was a change after that turn.
async fn on_desktop(
    State(bridge): State<Bridge>,
    Query(since): Query<Since>,
    headers: HeaderMap,
) -> Response {
    if !bridge.knows(&headers) {
        return refuse(StatusCode::FORBIDDEN, "the token is not this bridge's");
    }
    let turn = match since.after {
        Some(turn) => bridge.desktop.after(turn).await,
        None => 0,
    };
    let (calls, sounds) = bridge.desktop.calls();
    let standing = bridge.desktop.notifications();
    Json(json!({ "standing": standing, "calls": calls, "sounds": sounds, "turn": turn }))
        .into_response()
}

#[derive(Debug, Deserialize)]
struct Deed {
    key: NotificationKey,
    act: String,
    #[serde(default)]
    text: String,
}

async fn act(State(bridge): State<Bridge>, headers: HeaderMap, Json(deed): Json<Deed>) -> Response {
    if !bridge.knows(&headers) {
        return refuse(StatusCode::FORBIDDEN, "the token is not this bridge's");
    }
    let act = match deed.act.as_str() {
        "open" => NotificationAct::Open,
        "mark_read" => NotificationAct::MarkRead,
        "reply" => NotificationAct::Reply(deed.text),
        "dismiss" => NotificationAct::Dismiss,
        _ => return refuse(StatusCode::BAD_REQUEST, "there is no such act"),
    };
    match bridge.app.act_on_notification(&deed.key, act).await {
        Ok(()) => Json(Value::Null).into_response(),
        Err(error) => (StatusCode::BAD_REQUEST, Json(error)).into_response(),
    }
}

impl Bridge {
    /// Whether a request carries this bridge's token.
    fn knows(&self, headers: &HeaderMap) -> bool {
        let token = headers.get("x-kith-token");
        let token = token.and_then(|value| value.to_str().ok());
        is_same(token.unwrap_or_default(), &self.token)
    }
}

/// Compares in a time that says nothing about where the difference is.
fn is_same(given: &str, token: &str) -> bool {
    let difference = given
        .bytes()
        .zip(token.bytes())
        .fold(0, |sum, (a, b)| sum | (a ^ b));
    given.len() == token.len() && difference == 0
}

#[derive(Debug, Deserialize)]
struct Entry {
    #[serde(default)]
    token: String,
}

async fn feed(
    State(bridge): State<Bridge>,
    Query(entry): Query<Entry>,
    upgrade: WebSocketUpgrade,
) -> Response {
    if !is_same(&entry.token, &bridge.token) {
        return refuse(StatusCode::FORBIDDEN, "the token is not this bridge's");
    }
    upgrade.on_upgrade(async move |socket| {
        let (open, receiver) = bridge.feeds.open().await;
        talk(socket, &open, receiver).await;
    })
}

async fn talk(mut socket: WebSocket, open: &OpenFeed, mut receiver: FeedReceiver) {
    let hello = json!({ "kind": "hello", "feed": open.id }).to_string();
    if socket.send(Message::text(hello)).await.is_err() {
        return;
    }
    loop {
        tokio::select! {
            event = receiver.next() => {
                let Some(event) = event else { return };
                let text = match serde_json::to_string(&event) {
                    Ok(text) => text,
                    Err(error) => {
                        tracing::error!(%error, "an event cannot be written");
                        return;
                    }
                };
                if socket.send(Message::text(text)).await.is_err() {
                    return;
                }
            }
            // Nothing is expected but pings, which are answered below here, and the end.
            frame = socket.recv() => if !matches!(frame, Some(Ok(_))) { return },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::is_same;

    #[test]
    fn only_the_whole_token_is_the_token() {
        assert!(is_same("abc", "abc"));
        for wrong in ["", "ab", "abd", "abcd"] {
            assert!(!is_same(wrong, "abc"), "{wrong}");
        }
    }
}
