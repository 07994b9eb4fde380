//! Taking a file: a form whose fields say which file it is and whose last part
//! is the file (`protocol/rest.md` §8.1).

use axum::body::Body;
use axum::extract::multipart::Field;
use axum::extract::{DefaultBodyLimit, FromRequest, Multipart, Request};
use axum::http::header::{CONTENT_TYPE, HeaderValue};
use axum::http::{Response as HttpResponse, StatusCode};
use axum::response::Response;
use sha2::{Digest, Sha256};
use tokio::io::AsyncWriteExt;

use crate::db::blobs::{self, Blob};
use crate::rest::answer::{Fault, allow_browsers, respond};
use crate::rest::files;
use crate::site::Site;
use crate::storage::{Incoming, MOST_FILE};

/// So many fields may stand before the file, each with so many bytes.
const MOST_FIELDS: usize = 40;
const MOST_FIELD: usize = 16 * 1024;

/// Takes a form with a file.
pub(crate) async fn take(site: &Site, request: Request) -> Response {
    match read(site, request).await {
        Ok((blob, etag)) => created(&blob, &etag),
        Err(fault) => respond(Err(fault), None),
    }
}

async fn read(site: &Site, mut request: Request) -> Result<(Blob, String), Fault> {
    // The cap is ours: axum's own is far below a hundred megabytes.
    DefaultBodyLimit::disable().apply(&mut request);
    let mut form = Multipart::from_request(request, &()).await.map_err(|_| {
        Fault::base(
            StatusCode::BAD_REQUEST,
            "The request is no form with a file.",
        )
    })?;
    let (mut key, mut ticket) = (None, None);
    for _ in 0..MOST_FIELDS {
        let Some(mut field) = form.next_field().await.map_err(broken)? else {
            return Err(Fault::base(
                StatusCode::BAD_REQUEST,
                "The form has no file.",
            ));
        };
        let name = field.name().unwrap_or_default().to_owned();
        if name == "file" {
            let blob = allowed(site, key.as_deref(), ticket.as_deref()).await?;
            let etag = store(site, &blob, &mut field).await?;
            drop(field);
            // The end of the form, so that the connection can carry the next request.
            // What stands behind the file is nobody's.
            let _end = form.next_field().await;
            return Ok((blob, etag));
        }
        let mut value = Vec::new();
        while let Some(chunk) = field.chunk().await.map_err(broken)? {
            if value.len() + chunk.len() > MOST_FIELD {
                return Err(Fault::base(
                    StatusCode::PAYLOAD_TOO_LARGE,
                    "A field of the form is too large.",
                ));
            }
            value.extend_from_slice(&chunk);
        }
        let value = String::from_utf8_lossy(&value).trim().to_owned();
        match name.as_str() {
            "key" => key = Some(value),
            "ticket" => ticket = Some(value),
            _ => {}
        }
    }
    Err(Fault::base(
        StatusCode::BAD_REQUEST,
        "The form has too many fields.",
    ))
}

fn broken(error: impl std::fmt::Display) -> Fault {
    tracing::debug!(%error, "an upload broke off");
    Fault::base(StatusCode::BAD_REQUEST, "The form broke off.")
}

/// The file that may be written, if the fields before it give the right.
async fn allowed(site: &Site, key: Option<&str>, ticket: Option<&str>) -> Result<Blob, Fault> {
    let refused = || Fault::forbidden("This upload is not allowed, or no longer.");
    let (Some(key), Some(ticket)) = (key, ticket) else {
        return Err(refused());
    };
    let blob = blobs::by_uid(site.db.read(), &key.to_ascii_lowercase())
        .await?
        .ok_or_else(refused)?;
    let is_granted = blobs::is_granted(site.db.read(), ticket, blob.id, true, site.now()).await?;
    if !is_granted || blob.completed_at.is_some() {
        return Err(refused());
    }
    Ok(blob)
}

async fn store(site: &Site, blob: &Blob, field: &mut Field<'_>) -> Result<String, Fault> {
    let incoming = Incoming::new(&site.storage);
    let inside = |error: std::io::Error| Fault::inside(&error);
    let mut file = tokio::fs::File::create_new(incoming.path())
        .await
        .map_err(inside)?;
    let held = blobs::bytes_of(site.db.read(), blob.user_id).await?;
    // Bytes that this upload replaces do not count twice.
    let held = held.saturating_sub(blob.size.unwrap_or(0).unsigned_abs());
    let (mut size, mut digest) = (0u64, Sha256::new());
    while let Some(chunk) = field.chunk().await.map_err(broken)? {
        size += chunk.len() as u64;
        if size > MOST_FILE {
            return Err(Fault::base(
                StatusCode::PAYLOAD_TOO_LARGE,
                "A file can have at most 100 MB.",
            ));
        }
        if held + size > site.account_bytes {
            return Err(files::full());
        }
        digest.update(&chunk);
        file.write_all(&chunk).await.map_err(inside)?;
    }
    file.flush().await.map_err(inside)?;
    file.sync_all().await.map_err(inside)?;
    drop(file);
    let etag = hex::encode(digest.finalize());
    // The turn keeps another upload to the same file, or its completion, from coming between.
    let mut turn = site.db.turn().await?;
    let held = blobs::bytes_of(turn.connection(), blob.user_id).await?;
    let held = held.saturating_sub(blob.size.unwrap_or(0).unsigned_abs());
    if held + size > site.account_bytes {
        return Err(files::full());
    }
    let size = i64::try_from(size).unwrap_or(i64::MAX);
    if !blobs::arrived(turn.connection(), blob.id, size, &etag, site.now()).await? {
        return Err(Fault::forbidden(
            "This upload is not allowed, or no longer.",
        ));
    }
    incoming
        .keep(&site.storage, &blob.uid)
        .await
        .map_err(inside)?;
    drop(turn);
    Ok(etag)
}

/// What an object store answers. The SDK reads it as text and looks no further.
fn created(blob: &Blob, etag: &str) -> Response {
    let key = &blob.uid;
    let xml = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<PostResponse><Location>/blobs/{key}</Location>\
         <Bucket>files</Bucket><Key>{key}</Key><ETag>\"{etag}\"</ETag></PostResponse>"
    );
    let mut response = HttpResponse::new(Body::from(xml));
    *response.status_mut() = StatusCode::CREATED;
    response
        .headers_mut()
        .insert(CONTENT_TYPE, HeaderValue::from_static("application/xml"));
    allow_browsers(response.headers_mut());
    response
}
