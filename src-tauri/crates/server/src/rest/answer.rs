//! Answers and errors in the shapes the SDKs read (`protocol/rest.md` §1.4 and §2).

use axum::body::Body;
use axum::http::header::{CONTENT_TYPE, HeaderName, HeaderValue};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use chrono::DateTime;
use serde_json::{Value, json};

use crate::chat::Refusal;

/// What a call is answered with.
#[derive(Debug)]
pub(crate) enum Answer {
    /// 200 and JSON.
    Json(Value),
    /// 201 and JSON.
    Created(Value),
    /// 202 and JSON: only logging in answers so.
    Accepted(Value),
    /// 200 and nothing, for calls the SDK reads as text.
    Empty,
}

/// What went wrong.
#[derive(Debug)]
pub(crate) struct Fault {
    status: StatusCode,
    body: Value,
}

impl Fault {
    /// The shape with `base`.
    pub(crate) fn base(status: StatusCode, text: &str) -> Self {
        Self {
            status,
            body: json!({ "errors": { "base": [text] } }),
        }
    }

    /// The shape that is a list.
    pub(crate) fn list(status: StatusCode, text: &str) -> Self {
        Self {
            status,
            body: json!({ "errors": [text] }),
        }
    }

    /// The shape that names a field.
    pub(crate) fn field(field: &str, text: &str) -> Self {
        Self {
            status: StatusCode::UNPROCESSABLE_ENTITY,
            body: json!({ "errors": { field: [text] } }),
        }
    }

    /// The token is missing, wrong or expired. The SDK compares the text letter by letter
    /// before it renews the session (`protocol/rest.md` §2).
    pub(crate) fn no_session() -> Self {
        Self::base(StatusCode::UNAUTHORIZED, "Required session does not exist")
    }

    /// The token belongs to the application and to nobody in it.
    pub(crate) fn no_user() -> Self {
        Self::base(StatusCode::FORBIDDEN, "Forbidden. Need user.")
    }

    /// There is no such thing.
    pub(crate) fn not_found() -> Self {
        Self::list(StatusCode::NOT_FOUND, "The resource wasn't found")
    }

    /// Not by this person.
    pub(crate) fn forbidden(text: &str) -> Self {
        Self::base(StatusCode::FORBIDDEN, text)
    }

    /// The parameters make no sense.
    pub(crate) fn invalid(text: &str) -> Self {
        Self::base(StatusCode::UNPROCESSABLE_ENTITY, text)
    }

    /// Too many wrong passwords.
    pub(crate) fn too_often() -> Self {
        Self::base(
            StatusCode::TOO_MANY_REQUESTS,
            "Too many wrong passwords. Try again in a minute.",
        )
    }

    /// Something inside failed; the reason is for the log.
    pub(crate) fn inside(error: &dyn std::fmt::Display) -> Self {
        tracing::error!(%error, "a call failed");
        Self::base(
            StatusCode::INTERNAL_SERVER_ERROR,
            "The server could not do this.",
        )
    }
}

impl From<sqlx::Error> for Fault {
    fn from(error: sqlx::Error) -> Self {
        Self::inside(&error)
    }
}

impl From<Refusal> for Fault {
    fn from(refusal: Refusal) -> Self {
        let status = match &refusal {
            Refusal::Bad(_) | Refusal::TooLarge(_) | Refusal::Conflict(_) => {
                StatusCode::UNPROCESSABLE_ENTITY
            }
            Refusal::Forbidden(_) | Refusal::Blocked => StatusCode::FORBIDDEN,
            Refusal::NotFound(_) => return Self::not_found(),
            Refusal::NotImplemented(_) => StatusCode::NOT_IMPLEMENTED,
            Refusal::Failed(_) => StatusCode::INTERNAL_SERVER_ERROR,
        };
        Self::base(status, &refusal.text())
    }
}

/// A time as the platform writes it in JSON: ISO 8601 in UTC with whole seconds.
pub(crate) fn iso(millis: i64) -> String {
    DateTime::from_timestamp_millis(millis)
        .unwrap_or_default()
        .format("%Y-%m-%dT%H:%M:%SZ")
        .to_string()
}

const EXPIRES: HeaderName = HeaderName::from_static("cb-token-expirationdate");

/// The response, with the headers that every answer has; `until` is the end of the session.
pub(crate) fn respond(answer: Result<Answer, Fault>, until: Option<i64>) -> Response {
    let (status, body) = match answer {
        Ok(Answer::Json(value)) => (StatusCode::OK, Some(value)),
        Ok(Answer::Created(value)) => (StatusCode::CREATED, Some(value)),
        Ok(Answer::Accepted(value)) => (StatusCode::ACCEPTED, Some(value)),
        Ok(Answer::Empty) => (StatusCode::OK, None),
        Err(fault) => (fault.status, Some(fault.body)),
    };
    let mut response = match body {
        Some(value) => {
            let mut response = Response::new(Body::from(value.to_string()));
            let json = HeaderValue::from_static("application/json; charset=utf-8");
            response.headers_mut().insert(CONTENT_TYPE, json);
            response
        }
        None => Response::new(Body::empty()),
    };
    *response.status_mut() = status;
    allow_browsers(response.headers_mut());
    let end = until
        .and_then(DateTime::from_timestamp_millis)
        .map(|end| end.format("%Y-%m-%d %H:%M:%S UTC").to_string());
    if let Some(end) = end.and_then(|end| HeaderValue::from_str(&end).ok()) {
        response.headers_mut().insert(EXPIRES, end);
    }
    response
}

/// The answer to a browser that asks first, which it does before every single call
/// (`protocol/rest.md` §1.2).
pub(crate) fn preflight() -> Response {
    let mut response = StatusCode::NO_CONTENT.into_response();
    allow_browsers(response.headers_mut());
    response
}

pub(crate) fn allow_browsers(headers: &mut HeaderMap) {
    for (name, value) in [
        ("access-control-allow-origin", "*"),
        (
            "access-control-allow-methods",
            "GET, POST, PUT, DELETE, OPTIONS",
        ),
        (
            "access-control-allow-headers",
            "Content-Type, Range, CB-SDK, CB-Token, CB-AuthKey, CB-Administration-API-Key, \
             ConnectyCube-REST-API-Version",
        ),
        (
            "access-control-expose-headers",
            "CB-Token-ExpirationDate, Date",
        ),
        ("access-control-max-age", "86400"),
    ] {
        headers.insert(
            HeaderName::from_static(name),
            HeaderValue::from_static(value),
        );
    }
}
