//! The door for files (`protocol/rest.md` §8): created over REST
//! ([`super::blobs`]), uploaded as a form ([`super::upload`]), declared
//! complete, downloaded by uid ([`super::download`]). Bytes stream through and
//! are never held.
//!
//! Who may read: a public file everybody; a private one every person of the
//! application who knows its number or uid. Both are random, so knowing one
//! means that somebody passed it on. Who may change or delete: its owner.

use axum::extract::Request;
use axum::http::{Method, StatusCode};
use axum::response::Response;

use crate::estate::Estate;
use crate::rest::answer::Fault;
use crate::rest::{download, upload};
use crate::site::Site;
use crate::storage::is_uid;

/// How long a file may be uploaded to.
pub(crate) const WRITE_MILLIS: i64 = 60 * 60 * 1000;
/// How long an address from `object` works.
pub(crate) const READ_MILLIS: i64 = 7 * 24 * 60 * 60 * 1000;
/// The path that forms are posted to, before the number of the application.
const UPLOAD_PATH: &str = "/storage/upload";

/// Takes the requests whose bodies are files, and gives every other one back.
///
/// `/blobs/<uid>` is the file and `/blobs/<uid>.json` its description, so this looks at the
/// path as it came, before its suffix is forgotten.
pub(crate) async fn pass(estate: &Estate, request: Request) -> Result<Response, Box<Request>> {
    let path = request.uri().path().trim_end_matches('/');
    if let Some(app_id) = upload_to(path)
        && request.method() == Method::POST
    {
        let site = estate.site(app_id).await;
        return Ok(upload::take(site.as_ref().unwrap_or(estate.first()), request).await);
    }
    if matches!(*request.method(), Method::GET | Method::HEAD)
        && let Some(uid) = file_uid(path)
    {
        let site = estate.by_file(&uid).await;
        return Ok(download::answer(&site, &uid, request).await);
    }
    Err(Box::new(request))
}

/// The application in the path of an upload.
fn upload_to(path: &str) -> Option<u64> {
    let (start, app_id) = path.rsplit_once('/')?;
    start.eq_ignore_ascii_case(UPLOAD_PATH).then_some(())?;
    app_id.parse().ok()
}

/// The uid in the path of a download: `/blobs/<uid>` or `/blobs/<uid>/download`.
fn file_uid(path: &str) -> Option<String> {
    let mut segments = path.trim_start_matches('/').split('/');
    if !segments.next()?.eq_ignore_ascii_case("blobs") {
        return None;
    }
    let uid = segments.next().filter(|uid| is_uid(uid))?;
    match segments.next() {
        None => {}
        Some(last)
            if last.eq_ignore_ascii_case("download")
                || last.eq_ignore_ascii_case("download.json") => {}
        Some(_) => return None,
    }
    segments.next().is_none().then(|| uid.to_ascii_lowercase())
}

/// Somebody's files are as many bytes as one person may have here.
pub(crate) fn full() -> Fault {
    Fault::base(
        StatusCode::PAYLOAD_TOO_LARGE,
        "Your files take all the room you have here. Delete some first.",
    )
}

/// The address under which this request reached the server, to build others with.
pub(crate) fn base_url(site: &Site, host: Option<&str>) -> String {
    let scheme = if site.storage.is_plain() {
        "http"
    } else {
        "https"
    };
    let is_host = |host: &&str| {
        !host.is_empty()
            && host
                .bytes()
                .all(|b| b.is_ascii_alphanumeric() || b".-:[]_".contains(&b))
    };
    match host.filter(is_host) {
        Some(host) => format!("{scheme}://{host}"),
        None => format!("{scheme}://127.0.0.1:{}", site.identity.ports.api),
    }
}

/// The address to upload to, which is data: the client makes a form field of every pair,
/// reading `%20` as a blank and `+` as a plus.
pub(crate) fn upload_url(
    site: &Site,
    base: &str,
    blob: &crate::db::blobs::Blob,
    ticket: &str,
    expires_at: i64,
) -> String {
    let expires = chrono::DateTime::from_timestamp_millis(expires_at)
        .unwrap_or_default()
        .format("%a, %d %b %Y %H:%M:%S GMT")
        .to_string();
    let acl = if blob.is_public {
        "public-read"
    } else {
        "authenticated-read"
    };
    let pairs = [
        ("Content-Type", blob.content_type.as_str()),
        ("Expires", &expires),
        ("acl", acl),
        ("key", &blob.uid),
        ("success_action_status", "201"),
        ("ticket", ticket),
    ];
    let query: Vec<String> = pairs
        .iter()
        .map(|(key, value)| {
            let value =
                percent_encoding::utf8_percent_encode(value, percent_encoding::NON_ALPHANUMERIC);
            format!("{key}={value}")
        })
        .collect();
    let app_id = site.identity.app_id;
    format!("{base}{UPLOAD_PATH}/{app_id}?{}", query.join("&"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_a_file_only_when_it_names_a_uid_without_a_suffix() {
        let uid = "00112233445566778899aabbccddeeff00";
        for path in [
            format!("/blobs/{uid}"),
            format!("//Blobs/{}", uid.to_uppercase()),
            format!("/blobs/{uid}/download"),
        ] {
            assert_eq!(file_uid(&path).as_deref(), Some(uid), "{path}");
        }
        for path in [
            format!("/blobs/{uid}.json"),
            format!("/blobs/{uid}/object"),
            format!("/blobs/{uid}/download/x"),
            "/blobs/777".to_owned(),
            "/blobs/../server.json".to_owned(),
            format!("/data/{uid}"),
            "/blobs".to_owned(),
        ] {
            assert_eq!(file_uid(&path), None, "{path}");
        }
    }
}
