//! A request made plain: a path without suffix, one map of parameters, and the
//! session it is made in.

use std::sync::Arc;

use axum::body::to_bytes;
use axum::extract::Request;
use axum::http::header::CONTENT_TYPE;
use axum::http::{Method, StatusCode};
use percent_encoding::percent_decode_str;
use serde_json::{Map, Value};

use crate::db::sessions::{self, Session};
use crate::estate::Estate;
use crate::rest::MOST_BODY;
use crate::rest::answer::Fault;
use crate::rest::params;
use crate::site::Site;

/// A token's end is moved at most so often: not every request needs a write.
const PROLONG_EVERY_MILLIS: i64 = 60_000;

/// A request made plain.
#[derive(Debug)]
pub(crate) struct Call {
    pub(crate) method: Method,
    /// The path's segments in lower case, without `.json`.
    pub(crate) route: Vec<String>,
    /// The last segment as it was written.
    last: String,
    /// All parameters, wherever they stood.
    pub(crate) params: Map<String, Value>,
    /// The session token as it was given.
    pub(crate) token: Option<String>,
    /// The session, if the token has one.
    pub(crate) session: Option<Session>,
    /// The application's key.
    pub(crate) auth_key: Option<String>,
    /// How the server is called by whoever calls it.
    pub(crate) host: Option<String>,
}

impl Call {
    /// Reads a request, and looks its application and its session up.
    pub(crate) async fn read(
        estate: &Estate,
        request: Request,
    ) -> Result<(Arc<Site>, Self), Fault> {
        let (parts, body) = request.into_parts();
        let header = |name: &str| {
            parts
                .headers
                .get(name)
                .and_then(|value| value.to_str().ok())
                .map(str::trim)
                .filter(|value| !value.is_empty())
                .map(str::to_owned)
        };
        let mut params = Map::new();
        params::read_pairs(
            parts.uri.query().unwrap_or_default().as_bytes(),
            &mut params,
        );
        let body = to_bytes(body, MOST_BODY)
            .await
            .map_err(|_| Fault::base(StatusCode::PAYLOAD_TOO_LARGE, "The request is too large."))?;
        let is_json = parts
            .headers
            .get(CONTENT_TYPE)
            .and_then(|value| value.to_str().ok())
            .is_some_and(|kind| kind.contains("json"));
        read_body(&body, is_json, &mut params)?;

        let token = header("cb-token");
        let auth_key = header("cb-authkey");
        let route = route(parts.uri.path());
        let begins = parts.method == Method::POST && route == ["session"];
        let named = params.get("application_id").and_then(params::number);
        let site = match (&token, &auth_key) {
            // Whoever logs in says where, and whoever is logged in has a token that does.
            _ if begins => match named.and_then(|id| u64::try_from(id).ok()) {
                Some(app_id) => estate.site(app_id).await,
                None => None,
            },
            (Some(token), _) => Some(estate.by_token(token)),
            (None, Some(key)) => estate.by_key(key).await,
            (None, None) => None,
        };
        let site = site.unwrap_or_else(|| Arc::clone(estate.first()));
        let now = site.now();
        let mut session = match &token {
            Some(token) => sessions::by_token(site.db.read(), token, now).await?,
            None => None,
        };
        if let Some(session) = &mut session
            && session.expires_at - now < sessions::LIFE_MILLIS - PROLONG_EVERY_MILLIS
        {
            sessions::prolong(site.db.turn().await?.connection(), session.id, now).await?;
            session.expires_at = now + sessions::LIFE_MILLIS;
        }
        let host = parts
            .uri
            .authority()
            .map(ToString::to_string)
            .or_else(|| header("host"));
        let call = Self {
            method: parts.method.clone(),
            route,
            last: segments(parts.uri.path()).pop().unwrap_or_default(),
            params,
            token,
            session,
            auth_key,
            host,
        };
        Ok((site, call))
    }

    /// The last segment of the path as it was written, for names whose case counts.
    pub(crate) fn last_segment(&self) -> &str {
        &self.last
    }

    /// The session, which most calls need.
    pub(crate) fn session(&self) -> Result<&Session, Fault> {
        self.session.as_ref().ok_or_else(Fault::no_session)
    }

    /// Who is calling.
    pub(crate) fn user(&self) -> Result<i64, Fault> {
        self.session()?.user_id.ok_or_else(Fault::no_user)
    }

    /// A parameter.
    pub(crate) fn param(&self, name: &str) -> Option<&Value> {
        self.params.get(name).filter(|value| !value.is_null())
    }

    /// A parameter as text.
    pub(crate) fn text(&self, name: &str) -> Option<String> {
        self.param(name).and_then(params::text)
    }

    /// A parameter as a whole number.
    pub(crate) fn number(&self, name: &str) -> Option<i64> {
        self.param(name).and_then(params::number)
    }

    /// A parameter that says yes.
    pub(crate) fn says_yes(&self, name: &str) -> bool {
        self.param(name).and_then(params::flag) == Some(true)
    }

    /// `limit`, at most `most`, which is also what it is when missing.
    pub(crate) fn limit(&self, most: i64) -> i64 {
        self.number("limit")
            .filter(|limit| *limit >= 0)
            .map_or(most, |limit| limit.min(most))
    }

    /// `skip` or `offset`.
    pub(crate) fn skip(&self) -> i64 {
        self.number("skip")
            .or_else(|| self.number("offset"))
            .unwrap_or(0)
            .max(0)
    }
}

fn read_body(body: &[u8], is_json: bool, params: &mut Map<String, Value>) -> Result<(), Fault> {
    let looks_like_json = matches!(body.trim_ascii_start().first(), Some(b'{' | b'['));
    if body.trim_ascii().is_empty() {
        return Ok(());
    }
    if !is_json && !looks_like_json {
        params::read_pairs(body, params);
        return Ok(());
    }
    match serde_json::from_slice(body) {
        Ok(Value::Object(map)) => params.extend(map),
        Ok(_) => {}
        Err(_) => {
            return Err(Fault::base(
                StatusCode::BAD_REQUEST,
                "The request's body is not JSON.",
            ));
        }
    }
    Ok(())
}

/// `/chat/Dialog/65A0.json` becomes `chat`, `dialog`, `65a0`.
fn route(path: &str) -> Vec<String> {
    segments(path)
        .iter()
        .map(|segment| segment.to_lowercase())
        .collect()
}

/// The segments of a path, decoded, without a suffix.
fn segments(path: &str) -> Vec<String> {
    let path = path.trim_matches('/');
    let path = path.strip_suffix(".json").unwrap_or(path);
    path.split('/')
        .filter(|segment| !segment.is_empty())
        .map(|segment| percent_decode_str(segment).decode_utf8_lossy().into_owned())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn suffix_and_case_of_a_path_mean_nothing() {
        for path in [
            "/chat/Dialog/65A0/admins.json",
            "/chat/dialog/65a0/admins",
            "//chat/Dialog/65a0/admins/",
        ] {
            assert_eq!(route(path), ["chat", "dialog", "65a0", "admins"], "{path}");
        }
        assert_eq!(route("/users/a%2Cb.json"), ["users", "a,b"]);
    }

    #[test]
    fn every_kind_of_body_ends_in_the_same_map() {
        for (body, is_json) in [
            ("force=1&k=v", false),
            (r#"{"force":"1","k":"v"}"#, true),
            (r#"{"force":"1","k":"v"}"#, false),
        ] {
            let mut map = Map::new();
            assert!(read_body(body.as_bytes(), is_json, &mut map).is_ok());
            assert_eq!(Value::Object(map).to_string(), r#"{"force":"1","k":"v"}"#);
        }
        assert!(
            read_body(b"<html>", true, &mut Map::new()).is_err(),
            "that is not JSON"
        );
    }
}
