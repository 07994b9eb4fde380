//! Giving a file out, whole or in ranges (`protocol/rest.md` §8.2).

use axum::body::Body;
use axum::extract::Request;
use axum::http::header::{
    CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_SECURITY_POLICY, CONTENT_TYPE, ETAG, HeaderName,
    HeaderValue, IF_NONE_MATCH, X_CONTENT_TYPE_OPTIONS,
};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::Map;
use tower::ServiceExt;
use tower_http::services::ServeFile;

use crate::db::blobs::{self, Blob};
use crate::db::sessions;
use crate::rest::answer::{Fault, allow_browsers, respond};
use crate::rest::params;
use crate::site::Site;

/// Answers with the file, or with why not.
pub(crate) async fn answer(site: &Site, uid: &str, request: Request) -> Response {
    let query = request.uri().query().unwrap_or_default().to_owned();
    let header = request.headers().get("cb-token").cloned();
    match find(site, uid, &query, header.as_ref()).await {
        Ok(blob) => match serve(site, &blob, request).await {
            Ok(response) => response,
            Err(fault) => respond(Err(fault), None),
        },
        Err(fault) => respond(Err(fault), None),
    }
}

/// The file, if this request may read it. Nobody without a right learns whether there is
/// such a file.
async fn find(
    site: &Site,
    uid: &str,
    pairs: &str,
    header: Option<&HeaderValue>,
) -> Result<Blob, Fault> {
    let blob = blobs::by_uid(site.db.read(), uid).await?;
    let is_complete = blob
        .as_ref()
        .is_some_and(|blob| blob.completed_at.is_some());
    if let Some(blob) = &blob
        && blob.is_public
        && is_complete
    {
        return Ok(blob.clone());
    }
    let now = site.now();
    let mut query = Map::new();
    params::read_pairs(pairs.as_bytes(), &mut query);
    if let (Some(blob), Some(ticket)) = (&blob, query.get("ticket").and_then(params::text))
        && is_complete
        && blobs::is_granted(site.db.read(), &ticket, blob.id, false, now).await?
    {
        return Ok(blob.clone());
    }
    let header = header.and_then(|value| value.to_str().ok());
    let token = query.get("token").and_then(params::text);
    let token = token
        .as_deref()
        .or(header)
        .map(str::trim)
        .filter(|token| !token.is_empty());
    let session = match token {
        Some(token) => sessions::by_token(site.db.read(), token, now).await?,
        None => None,
    };
    session
        .ok_or_else(Fault::no_session)?
        .user_id
        .ok_or_else(Fault::no_user)?;
    blob.filter(|_| is_complete).ok_or_else(Fault::not_found)
}

async fn serve(site: &Site, blob: &Blob, request: Request) -> Result<Response, Fault> {
    let path = site.storage.file(&blob.uid).ok_or_else(Fault::not_found)?;
    let etag = blob
        .etag
        .as_ref()
        .and_then(|etag| HeaderValue::from_str(&format!("\"{etag}\"")).ok());
    if let Some(etag) = &etag
        && request.headers().get(IF_NONE_MATCH) == Some(etag)
    {
        let mut response = StatusCode::NOT_MODIFIED.into_response();
        describe(blob, Some(etag), response.headers_mut());
        return Ok(response);
    }
    let served = ServeFile::new(path).oneshot(request).await;
    let mut response = match served {
        Ok(response) => response.map(Body::new),
        Err(never) => match never {},
    };
    if response.status() == StatusCode::NOT_FOUND {
        return Err(Fault::not_found());
    }
    describe(blob, etag.as_ref(), response.headers_mut());
    Ok(response)
}

/// What a browser may take a file for. The server shares its address with nothing that has
/// rights there, and still: nothing that was uploaded runs, and only what is looked at or
/// listened to opens by itself.
fn describe(blob: &Blob, etag: Option<&HeaderValue>, headers: &mut HeaderMap) {
    let kind = HeaderValue::from_str(&blob.content_type)
        .unwrap_or(HeaderValue::from_static("application/octet-stream"));
    headers.insert(CONTENT_TYPE, kind);
    if let Some(etag) = etag {
        headers.insert(ETAG, etag.clone());
    }
    let how = if opens_by_itself(&blob.content_type) {
        "inline"
    } else {
        "attachment"
    };
    if let Ok(value) = HeaderValue::from_str(&disposition(how, &blob.name)) {
        headers.insert(CONTENT_DISPOSITION, value);
    }
    let cache = if blob.is_public {
        "public, max-age=86400"
    } else {
        "private, max-age=86400"
    };
    headers.insert(CACHE_CONTROL, HeaderValue::from_static(cache));
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(
        CONTENT_SECURITY_POLICY,
        HeaderValue::from_static("default-src 'none'; style-src 'unsafe-inline'; sandbox"),
    );
    allow_browsers(headers);
    headers.insert(
        HeaderName::from_static("access-control-allow-headers"),
        HeaderValue::from_static("Content-Type, Range, CB-SDK, CB-Token, CB-AuthKey"),
    );
}

fn opens_by_itself(content_type: &str) -> bool {
    let kind = content_type
        .split(';')
        .next()
        .unwrap_or_default()
        .trim()
        .to_ascii_lowercase();
    (kind.starts_with("image/") && kind != "image/svg+xml")
        || kind.starts_with("video/")
        || kind.starts_with("audio/")
}

/// RFC 8187: letters, digits and a few signs stand for themselves.
const PLAIN: &AsciiSet = &NON_ALPHANUMERIC.remove(b'.').remove(b'-').remove(b'_');

/// `Content-Disposition` with the name in both ways of writing it (RFC 6266). The last
/// step of a path is the name; the rest of a path is nobody's business.
fn disposition(how: &str, name: &str) -> String {
    let name = name.rsplit(['/', '\\']).next().unwrap_or_default();
    let name = if matches!(name, "" | "." | "..") {
        "file"
    } else {
        name
    };
    let plain: String = name
        .chars()
        .map(|c| {
            if c.is_ascii_alphanumeric() || " .-_()".contains(c) {
                c
            } else {
                '_'
            }
        })
        .collect();
    let full = utf8_percent_encode(name, PLAIN);
    format!("{how}; filename=\"{plain}\"; filename*=UTF-8''{full}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_cannot_leave_its_header_or_its_folder() {
        for (name, said) in [
            (
                "a b.txt",
                "attachment; filename=\"a b.txt\"; filename*=UTF-8''a%20b.txt",
            ),
            (
                "../../etc/passwd",
                "attachment; filename=\"passwd\"; filename*=UTF-8''passwd",
            ),
            (
                "C:\\boot.ini",
                "attachment; filename=\"boot.ini\"; filename*=UTF-8''boot.ini",
            ),
            ("..", "attachment; filename=\"file\"; filename*=UTF-8''file"),
            (
                "x\"\r\nSet: 1",
                "attachment; filename=\"x___Set_ 1\"; filename*=UTF-8''x%22%0D%0ASet%3A%201",
            ),
            (
                "Grüße.pdf",
                "attachment; filename=\"Gr__e.pdf\"; filename*=UTF-8''Gr%C3%BC%C3%9Fe.pdf",
            ),
        ] {
            assert_eq!(disposition("attachment", name), said);
        }
    }

    #[test]
    fn only_what_is_looked_at_or_listened_to_opens_by_itself() {
        for (kind, opens) in [
            ("image/png", true),
            ("video/mp4; codecs=x", true),
            ("image/svg+xml", false),
            ("text/html", false),
            ("application/pdf", false),
            ("", false),
        ] {
            assert_eq!(opens_by_itself(kind), opens, "{kind}");
        }
    }
}
