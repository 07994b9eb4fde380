//! A server in a temporary folder with some people, for tests: requests go to
//! the router without a network, stanzas straight to the rules.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use axum::body::{Body, to_bytes};
use axum::extract::Request;
use axum::http::{HeaderMap, StatusCode};
use kith_wire::xml::Element;
use serde_json::{Value, json};
use tower::ServiceExt;

use crate::chat::Author;
use crate::clock::Clock;
use crate::hub::{Attached, Outgoing, Session};
use crate::site::Site;
use crate::{Answers, Config, Server};

/// The password of everybody in a test.
pub(crate) const PASSWORD: &str = "correct horse";

/// A clock that a test sets.
#[derive(Debug)]
pub(crate) struct Hand(AtomicI64);

impl Hand {
    /// Lets time pass.
    pub(crate) fn pass(&self, millis: i64) {
        self.0.fetch_add(millis, Ordering::SeqCst);
    }
}

impl Clock for Hand {
    fn now_millis(&self) -> i64 {
        self.0.load(Ordering::SeqCst)
    }
}

/// A person with a session.
#[derive(Debug, Clone)]
pub(crate) struct Person {
    pub(crate) id: i64,
    pub(crate) token: String,
}

/// A server with its folder.
#[derive(Debug)]
pub(crate) struct House {
    pub(crate) server: Server,
    pub(crate) site: Arc<Site>,
    pub(crate) clock: Arc<Hand>,
    pub(crate) dir: tempfile::TempDir,
}

impl House {
    /// An empty server.
    pub(crate) async fn open() -> Self {
        Self::open_with(|_| {}).await
    }

    /// An empty server, configured in another way.
    pub(crate) async fn open_with(change: impl FnOnce(&mut Config)) -> Self {
        let dir = tempfile::tempdir().expect("a temporary folder");
        // 2026-11-22, so that ids and dates look like those of real servers.
        let clock = Arc::new(Hand(AtomicI64::new(1_795_305_600_000)));
        let mut config = Config::local(dir.path());
        config.plain = true;
        config.answers = Answers::Off;
        config.clock = Arc::clone(&clock) as Arc<dyn Clock>;
        change(&mut config);
        let server = Server::start(config).await.expect("a server");
        let site = server.faults().site;
        Self {
            server,
            site,
            clock,
            dir,
        }
    }

    /// Signs somebody up and in.
    pub(crate) async fn person(&self, login: &str) -> Person {
        let key = self.site.identity.auth_key.clone();
        let request = Request::post("/users")
            .header("cb-authkey", key)
            .header("content-type", "application/json")
            .body(Body::from(
                json!({"user": {"login": login, "password": PASSWORD, "full_name": login}})
                    .to_string(),
            ))
            .expect("a request");
        let (status, user) = self.json(request).await;
        assert_eq!(status, StatusCode::CREATED, "{user}");
        Person {
            id: user["user"]["id"].as_i64().expect("an id"),
            token: self.session(Some(login)).await,
        }
    }

    /// A session: somebody's, or the application's own.
    pub(crate) async fn session(&self, login: Option<&str>) -> String {
        let mut body = json!({
            "application_id": self.site.identity.app_id, "auth_key": self.site.identity.auth_key,
        });
        if let Some(login) = login {
            body["user"] = json!({"login": login, "password": PASSWORD});
        }
        let (status, session) = self.call(None, "POST", "/session", body).await;
        assert_eq!(status, 201, "{session}");
        session["session"]["token"]
            .as_str()
            .expect("a token")
            .to_owned()
    }

    /// A call with a JSON body, or with none for `null`.
    pub(crate) async fn call(
        &self,
        who: Option<&Person>,
        method: &str,
        path: &str,
        body: Value,
    ) -> (u16, Value) {
        let mut request = Request::builder()
            .method(method)
            .uri(path)
            .header("host", "h:1");
        if let Some(who) = who {
            request = request.header("cb-token", &who.token);
        }
        let body = if body.is_null() {
            Body::empty()
        } else {
            request = request.header("content-type", "application/json");
            Body::from(body.to_string())
        };
        let (status, value) = self.json(request.body(body).expect("a request")).await;
        (status.as_u16(), value)
    }

    /// A call that must succeed.
    pub(crate) async fn ok(&self, who: &Person, method: &str, path: &str, body: Value) -> Value {
        let (status, value) = self.call(Some(who), method, path, body).await;
        assert!(
            (200..300).contains(&status),
            "{method} {path} was answered {status}: {value}"
        );
        value
    }

    /// A request, and its answer as it is.
    pub(crate) async fn raw(&self, request: Request) -> (StatusCode, HeaderMap, Vec<u8>) {
        let router = crate::rest::router(self.server.estate());
        let response = router.oneshot(request).await.expect("an answer");
        let (status, headers) = (response.status(), response.headers().clone());
        let body = to_bytes(response.into_body(), 200 << 20)
            .await
            .expect("a body");
        (status, headers, body.to_vec())
    }

    async fn json(&self, request: Request) -> (StatusCode, Value) {
        let (status, _, body) = self.raw(request).await;
        (status, serde_json::from_slice(&body).unwrap_or_default())
    }

    /// Somebody's chat session.
    pub(crate) fn online(&self, who: &Person) -> Online {
        let session = self
            .site
            .hub
            .bind(who.id, &self.site.bare_jid(who.id), None, false);
        let link = session.attach();
        Online { session, link }
    }

    /// A private dialog.
    pub(crate) async fn private(&self, one: &Person, two: &Person) -> String {
        self.dialog(one, json!({"type": 3, "occupants_ids": [two.id]}))
            .await
    }

    /// A dialog.
    pub(crate) async fn dialog(&self, owner: &Person, body: Value) -> String {
        let made = self.ok(owner, "POST", "/chat/Dialog", body).await;
        made["_id"].as_str().expect("an id").to_owned()
    }
}

/// Somebody in the chat.
#[derive(Debug)]
pub(crate) struct Online {
    pub(crate) session: Arc<Session>,
    link: Attached,
}

impl Online {
    /// Who writes.
    pub(crate) fn author(&self) -> Author {
        Author {
            user_id: self.session.user_id,
            jid: self.session.jid.clone(),
            resource: Some(self.session.resource.clone()),
        }
    }

    /// Whether the server ended the connection.
    pub(crate) fn is_cut(&self) -> bool {
        self.link.kill.is_cancelled()
    }

    /// Everything that has come so far.
    pub(crate) fn heard(&mut self) -> Vec<Element> {
        let mut all = Vec::new();
        while let Some(next) = self.link.next_now() {
            let (Outgoing::Stanza(text) | Outgoing::Nonza(text)) = next;
            all.push(Element::parse(text.lenient()).expect("the server writes XML"));
        }
        all
    }

    /// The texts of the messages that have come so far.
    pub(crate) fn bodies(&mut self) -> Vec<String> {
        self.heard()
            .iter()
            .filter_map(|stanza| stanza.child_text("body"))
            .collect()
    }
}
