//! Files, the part that is JSON (`protocol/rest.md` §8). The bytes go through
//! [`crate::storage`].

use axum::http::StatusCode;
use kith_wire::rest::{Blob as Shape, BlobAccess, BlobBody, BlobComplete, Date};
use rand::RngCore;
use serde_json::{Map, Value, json};

use crate::db::blobs::{self, Blob};
use crate::random::hex_token;
use crate::rest::answer::{Answer, Fault};
use crate::rest::files::{self, READ_MILLIS, WRITE_MILLIS};
use crate::rest::params;
use crate::rest::request::Call;
use crate::site::Site;
use crate::storage::is_uid;

/// A name has at most so many characters.
const MOST_NAME: usize = 100;
/// A person may have so many uploads begun and not completed.
const MOST_BEGUN: i64 = 1_000;

/// `POST /blobs`.
pub(crate) async fn create(site: &Site, call: &Call) -> Result<Answer, Fault> {
    let user_id = call.user()?;
    let given = given(call);
    let name = name(&given)?.ok_or_else(|| Fault::field("name", "can't be blank"))?;
    let now = site.now();
    let blob = Blob {
        // Below 2^53, so that JavaScript holds it, and never one of 34 digits.
        id: i64::try_from(rand::rng().next_u64() >> 11)
            .unwrap_or(1)
            .max(1),
        uid: hex_token(17),
        user_id,
        name,
        content_type: content_type(&given),
        is_public: given.get("public").and_then(params::flag) == Some(true),
        size: None,
        etag: None,
        created_at: now,
        updated_at: now,
        completed_at: None,
    };
    let ticket = hex_token(24);
    let expires_at = now + WRITE_MILLIS;
    let mut turn = site.db.turn().await?;
    let mut tx = turn.begin().await?;
    let begun: i64 =
        sqlx::query_scalar("SELECT COUNT(*) FROM blobs WHERE user_id = ? AND completed_at IS NULL")
            .bind(user_id)
            .fetch_one(&mut *tx)
            .await?;
    if begun >= MOST_BEGUN {
        return Err(Fault::base(
            StatusCode::TOO_MANY_REQUESTS,
            "Too many uploads were begun and not completed.",
        ));
    }
    if blobs::bytes_of(&mut *tx, user_id).await? >= site.account_bytes {
        return Err(files::full());
    }
    blobs::insert(&mut tx, &blob).await?;
    blobs::grant(&mut tx, &ticket, blob.id, true, expires_at).await?;
    tx.commit().await?;
    drop(turn);
    let base = files::base_url(site, call.host.as_deref());
    let mut shape = shape(&blob);
    shape.blob_object_access = Some(BlobAccess {
        id: shape.id,
        blob_id: shape.id,
        expires: Some(Date(expires_at)),
        object_access_type: "Write".to_owned(),
        params: Some(files::upload_url(site, &base, &blob, &ticket, expires_at)),
        download_url: None,
    });
    Ok(Answer::Created(body(shape)))
}

/// `PUT /blobs/<id>/complete`, or POST.
pub(crate) async fn complete(site: &Site, call: &Call, which: &str) -> Result<Answer, Fault> {
    let blob = own(site, call, which).await?;
    let claimed = BlobComplete::from_value(&Value::Object(call.params.clone())).size;
    let mut turn = site.db.turn().await?;
    // Read again in turn: the bytes may have come a moment ago.
    let blob = blobs::by_id(&mut *turn.connection(), blob.id)
        .await?
        .ok_or_else(Fault::not_found)?;
    let Some(size) = blob.size else {
        return Err(Fault::field("size", "the file has not been uploaded"));
    };
    if claimed.is_some_and(|claimed| i64::try_from(claimed) != Ok(size)) {
        return Err(Fault::field(
            "size",
            &format!("the file that was uploaded has {size} bytes"),
        ));
    }
    if blob.completed_at.is_none() {
        blobs::complete(turn.connection(), blob.id, site.now()).await?;
    }
    Ok(Answer::Empty)
}

/// `GET /blobs/<id>` and `GET /blobs/<uid>.json`. The SDK's broken `storage.update` ends
/// here as well, and is answered the same.
pub(crate) async fn info(site: &Site, call: &Call, which: &str) -> Result<Answer, Fault> {
    let blob = readable(site, call, which).await?;
    Ok(Answer::Json(body(shape(&blob))))
}

/// `GET /blobs/<uid>/object`: an address that works without a session for a while.
pub(crate) async fn object(site: &Site, call: &Call, which: &str) -> Result<Answer, Fault> {
    let blob = readable(site, call, which).await?;
    if blob.completed_at.is_none() {
        return Err(Fault::not_found());
    }
    let ticket = hex_token(24);
    let expires_at = site.now() + READ_MILLIS;
    blobs::grant(
        site.db.turn().await?.connection(),
        &ticket,
        blob.id,
        false,
        expires_at,
    )
    .await?;
    let base = files::base_url(site, call.host.as_deref());
    let mut shape = shape(&blob);
    shape.blob_object_access = Some(BlobAccess {
        id: shape.id,
        blob_id: shape.id,
        expires: Some(Date(expires_at)),
        object_access_type: "Read".to_owned(),
        params: None,
        download_url: Some(format!(
            "{base}/blobs/{}/download?ticket={ticket}",
            blob.uid
        )),
    });
    Ok(Answer::Json(body(shape)))
}

/// `PUT /blobs/<id>`: another name.
pub(crate) async fn update(site: &Site, call: &Call, which: &str) -> Result<Answer, Fault> {
    let mut blob = own(site, call, which).await?;
    if let Some(name) = name(&given(call))? {
        blob.updated_at = site.now();
        blob.name = name;
        blobs::rename(
            site.db.turn().await?.connection(),
            blob.id,
            &blob.name,
            blob.updated_at,
        )
        .await?;
    }
    Ok(Answer::Json(body(shape(&blob))))
}

/// `DELETE /blobs/<id>`.
pub(crate) async fn delete(site: &Site, call: &Call, which: &str) -> Result<Answer, Fault> {
    let blob = own(site, call, which).await?;
    let mut turn = site.db.turn().await?;
    blobs::delete(turn.connection(), blob.id).await?;
    site.storage.remove(&blob.uid).await;
    Ok(Answer::Empty)
}

/// `GET /blobs`: the caller's own files.
pub(crate) async fn list(site: &Site, call: &Call) -> Result<Answer, Fault> {
    let user_id = call.user()?;
    let per_page = call
        .number("per_page")
        .filter(|n| *n > 0)
        .unwrap_or(10)
        .min(100);
    let page = call
        .number("page")
        .or_else(|| call.number("current_page"))
        .filter(|n| *n > 0)
        .unwrap_or(1);
    let skip = (page - 1).saturating_mul(per_page);
    let found = blobs::page_of(site.db.read(), user_id, skip, per_page).await?;
    let items: Vec<Value> = found.iter().map(|blob| body(shape(blob))).collect();
    Ok(Answer::Json(json!({
        "current_page": page,
        "per_page": per_page,
        "total_entries": blobs::count_of(site.db.read(), user_id).await?,
        "items": items,
    })))
}

/// The file somebody means, by number or by uid.
async fn find(site: &Site, which: &str) -> Result<Option<Blob>, Fault> {
    if is_uid(which) {
        return Ok(blobs::by_uid(site.db.read(), which).await?);
    }
    match which.parse() {
        Ok(id) => Ok(blobs::by_id(site.db.read(), id).await?),
        Err(_) => Ok(None),
    }
}

/// A file whose description the caller may read: a public one, or any if the caller is a
/// person of the application.
async fn readable(site: &Site, call: &Call, which: &str) -> Result<Blob, Fault> {
    call.session()?;
    let blob = find(site, which).await?;
    if !blob.as_ref().is_some_and(|blob| blob.is_public) {
        call.user()?;
    }
    let mut blob = blob.ok_or_else(Fault::not_found)?;
    // An upload under way is its owner's alone, and has no size before it is complete.
    if blob.completed_at.is_none() {
        if blob.user_id != call.user()? {
            return Err(Fault::not_found());
        }
        blob.size = None;
    }
    Ok(blob)
}

/// A file of the caller's own.
async fn own(site: &Site, call: &Call, which: &str) -> Result<Blob, Fault> {
    let user_id = call.user()?;
    let blob = find(site, which).await?.ok_or_else(Fault::not_found)?;
    if blob.user_id != user_id {
        return Err(Fault::forbidden("This file is not yours."));
    }
    Ok(blob)
}

/// The parameters of a file: wrapped in `blob`, or bare.
fn given(call: &Call) -> Map<String, Value> {
    match call.params.get("blob") {
        Some(Value::Object(blob)) => blob.clone(),
        _ => call.params.clone(),
    }
}

fn name(given: &Map<String, Value>) -> Result<Option<String>, Fault> {
    let Some(name) = given.get("name").and_then(params::text) else {
        return Ok(None);
    };
    let name = name.trim();
    if name.is_empty() {
        return Err(Fault::field("name", "can't be blank"));
    }
    if name.chars().count() > MOST_NAME {
        return Err(Fault::field(
            "name",
            "is too long (maximum is 100 characters)",
        ));
    }
    if name.chars().any(char::is_control) {
        return Err(Fault::field("name", "is invalid"));
    }
    Ok(Some(name.to_owned()))
}

fn content_type(given: &Map<String, Value>) -> String {
    let said = given
        .get("content_type")
        .and_then(params::text)
        .unwrap_or_default();
    let said = said.trim();
    let is_good = said.len() <= 127
        && said
            .split_once('/')
            .is_some_and(|(kind, rest)| !kind.is_empty() && !rest.is_empty())
        && said.bytes().all(|byte| (0x20..0x7f).contains(&byte));
    if is_good {
        said.to_owned()
    } else {
        "application/octet-stream".to_owned()
    }
}

fn shape(blob: &Blob) -> Shape {
    Shape {
        id: u64::try_from(blob.id).unwrap_or_default(),
        uid: blob.uid.clone(),
        content_type: Some(blob.content_type.clone()),
        name: Some(blob.name.clone()),
        size: blob.size.filter(|_| blob.completed_at.is_some()),
        created_at: Some(Date(blob.created_at)),
        updated_at: Some(Date(blob.updated_at)),
        public: blob.is_public,
        blob_status: Some(
            if blob.completed_at.is_some() {
                "complete"
            } else {
                "new"
            }
            .to_owned(),
        ),
        set_completed_at: blob.completed_at.map(Date),
        blob_object_access: None,
    }
}

fn body(blob: Shape) -> Value {
    serde_json::to_value(BlobBody { blob }).unwrap_or_default()
}
