//! Files (`protocol/rest.md` §8): up in three steps, down by their uid, never
//! whole in memory.
//!
//! Two things are not to be believed. Where to upload to is told by the server
//! as an address that may be anybody's, so it gets the form's fields and no
//! token. And a uid comes out of other people's messages, so it is looked at
//! before it becomes part of an address.

use std::io;
use std::path::Path;
use std::sync::{Arc, OnceLock};

use bytes::{Bytes, BytesMut};
use futures::Stream;
use kith_model::Timestamp;
use kith_wire::rest as wire;
use reqwest::multipart::{Form, Part};
use reqwest::{Body, Method, StatusCode};
use serde_json::json;
use tokio::fs::File;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};

use super::http::Down;
use super::{PAGE, Progress, Rest, TransferError, pair};
use crate::ClientError;

/// A name has at most so many characters.
const LONGEST_NAME: usize = 100;
/// No file of this platform comes near this.
const LARGEST: u64 = 1 << 30;
/// Read and written in pieces of this size.
const PIECE: usize = 64 * 1024;

/// A file that is to be stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewFile {
    /// What it is called. A longer name than the platform allows is cut in the
    /// middle, so that its ending stays.
    pub name: String,
    /// Its media type.
    pub content_type: String,
    /// Bytes.
    pub size: u64,
    /// Whether it can be read without a session, by whoever knows its uid.
    pub is_public: bool,
}

/// A file that is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredFile {
    /// Its number, by which it is deleted.
    pub id: u64,
    /// By which it is downloaded, and which belongs into an attachment.
    pub uid: String,
    /// What it is called.
    pub name: String,
    /// Its media type, when told.
    pub content_type: Option<String>,
    /// Bytes, when told.
    pub size: Option<u64>,
    /// Whether it can be read without a session.
    pub is_public: bool,
    /// When it was made.
    pub created_at: Option<Timestamp>,
}

fn stored(from: wire::Blob) -> Option<StoredFile> {
    Some(StoredFile {
        id: Some(from.id).filter(|id| *id > 0)?,
        uid: Some(from.uid).filter(|uid| is_uid(uid))?,
        name: from.name.unwrap_or_default(),
        content_type: from.content_type,
        size: from.size.and_then(|size| u64::try_from(size).ok()),
        is_public: from.public,
        created_at: from.created_at.map(|date| Timestamp::from_millis(date.0)),
    })
}

/// Whether a text can be a uid: 34 or 36 hexadecimal digits on the platform.
/// Nothing that means something in an address passes.
fn is_uid(text: &str) -> bool {
    (1..=64).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_alphanumeric())
}

fn checked(uid: &str) -> Result<&str, ClientError> {
    if is_uid(uid) {
        Ok(uid)
    } else {
        Err(ClientError::Gone)
    }
}

/// A name that the platform takes.
fn short_name(name: &str) -> String {
    let n_chars = name.chars().count();
    if n_chars <= LONGEST_NAME {
        return if n_chars == 0 {
            "file".to_owned()
        } else {
            name.to_owned()
        };
    }
    let end = 20;
    let begin: String = name.chars().take(LONGEST_NAME - end - 1).collect();
    let end: String = name.chars().skip(n_chars - end).collect();
    format!("{begin}…{end}")
}

/// A file that was begun and is not complete: it is taken back when nobody
/// finishes it, however that came.
struct Begun {
    rest: Option<Rest>,
    id: u64,
}

impl Begun {
    fn finished(mut self) {
        self.rest = None;
    }
}

impl Drop for Begun {
    fn drop(&mut self) {
        let (Some(rest), Ok(runtime)) = (self.rest.take(), tokio::runtime::Handle::try_current())
        else {
            return;
        };
        let id = self.id;
        runtime.spawn(async move {
            if let Err(error) = rest.delete_file(id).await {
                tracing::debug!(%error, "a file that was not finished stays behind on the server");
            }
        });
    }
}

impl Rest {
    /// Stores what `body` has. It is read as it goes out. Who drops the future
    /// calls it off, as [`Progress::cancel`] does; what was begun on the server
    /// is then taken back.
    ///
    /// # Errors
    /// [`TransferError::Changed`] when `body` is not as long as `new` says.
    pub async fn upload(
        &self,
        new: &NewFile,
        body: impl AsyncRead + Send + 'static,
        progress: &Progress,
    ) -> Result<StoredFile, TransferError> {
        progress.begin(0, Some(new.size));
        progress
            .guard(self.upload_unguarded(new, body, progress))
            .await
    }

    async fn upload_unguarded(
        &self,
        new: &NewFile,
        body: impl AsyncRead + Send + 'static,
        progress: &Progress,
    ) -> Result<StoredFile, TransferError> {
        let asked = wire::NewBlob {
            name: short_name(&new.name),
            content_type: new.content_type.clone(),
            public: new.is_public,
        };
        let made: wire::BlobBody = self
            .put(Method::POST, "/blobs".into(), &json!({ "blob": asked }))
            .await?;
        let access = made.blob.blob_object_access.clone();
        let begun = Begun {
            rest: Some(self.clone()),
            id: made.blob.id,
        };
        let file = stored(made.blob).ok_or(ClientError::NotAServer)?;
        let params = access
            .and_then(|access| access.params)
            .ok_or(ClientError::NotAServer)?;
        let (address, fields) = wire::upload_form(&params);

        let fate = Fate::default();
        let pieces = pieces(body, new.size, progress.clone(), fate.clone());
        let part = Part::stream_with_length(Body::wrap_stream(pieces), new.size)
            .file_name(asked.name)
            .mime_str(&new.content_type)
            .map_err(|_| ClientError::Rejected(StatusCode::UNSUPPORTED_MEDIA_TYPE.as_u16()))?;
        let mut form = Form::new();
        for (name, value) in fields {
            form = form.text(name, value);
        }
        let sent = self.http.upload(&address, form.part("file", part)).await;
        if let Some(error) = fate.told() {
            return Err(error);
        }
        sent?;
        let complete = wire::BlobComplete {
            size: Some(new.size),
        };
        let path = format!("/blobs/{}/complete", file.id);
        self.send(Method::PUT, path, &complete.to_value()).await?;
        begun.finished();
        Ok(StoredFile {
            size: Some(new.size),
            ..file
        })
    }

    /// Stores a file of this computer under the name that it has.
    ///
    /// # Errors
    /// [`TransferError::Disk`] when it cannot be read.
    pub async fn upload_file(
        &self,
        path: &Path,
        content_type: &str,
        is_public: bool,
        progress: &Progress,
    ) -> Result<StoredFile, TransferError> {
        let file = File::open(path).await?;
        let name = path.file_name().unwrap_or_default();
        let new = NewFile {
            name: name.to_string_lossy().into_owned(),
            content_type: content_type.to_owned(),
            size: file.metadata().await?.len(),
            is_public,
        };
        self.upload(&new, file, progress).await
    }

    /// Writes a file into `to` as it comes, and tells how many bytes it has.
    /// Who drops the future calls it off.
    ///
    /// # Errors
    /// [`ClientError::Gone`] when there is no such file.
    pub async fn download(
        &self,
        uid: &str,
        to: &mut (impl AsyncWrite + Unpin + Send),
        progress: &Progress,
    ) -> Result<u64, TransferError> {
        progress.begin(0, None);
        progress
            .guard(async {
                let down = self.open_file(uid, 0).await?;
                pour(down, 0, to, progress).await
            })
            .await
    }

    /// Writes a file to `path`, and tells how many bytes it has. Until it is
    /// whole it lies beside, with `.part` behind its name; what an earlier try
    /// left there is gone on with.
    ///
    /// # Errors
    /// [`ClientError::Gone`] when there is no such file, [`TransferError::Disk`]
    /// when it cannot be written.
    pub async fn download_file(
        &self,
        uid: &str,
        path: &Path,
        progress: &Progress,
    ) -> Result<u64, TransferError> {
        let mut part = path.as_os_str().to_owned();
        part.push(".part");
        let mut file = File::options()
            .append(true)
            .create(true)
            .open(&part)
            .await?;
        let held = file.metadata().await?.len();
        progress.begin(held, None);
        let size = progress
            .guard(async {
                let down = match self.open_file(uid, held).await {
                    // What lies there is not the beginning of this file.
                    Err(ClientError::Rejected(416)) => self.open_file(uid, 0).await?,
                    other => other?,
                };
                let held = down.from;
                if held == 0 {
                    file.set_len(0).await?;
                    progress.begin(0, None);
                }
                pour(down, held, &mut file, progress).await
            })
            .await?;
        file.sync_all().await?;
        drop(file);
        tokio::fs::rename(&part, path).await?;
        Ok(size)
    }

    async fn open_file(&self, uid: &str, from: u64) -> Result<Down, ClientError> {
        let path = format!("/blobs/{}", checked(uid)?);
        let (token, generation) = self.session.token(&self.http, None).await?;
        match self.http.download(&path, &token, from).await {
            Err(ClientError::Expired) => {
                let (token, _) = self.session.token(&self.http, Some(generation)).await?;
                self.http.download(&path, &token, from).await
            }
            other => other,
        }
    }

    /// What the server tells of a file.
    ///
    /// # Errors
    /// [`ClientError::Gone`] when there is no such file.
    pub async fn file_info(&self, uid: &str) -> Result<StoredFile, ClientError> {
        // Without the ending this would be the file itself.
        let path = format!("/blobs/{}.json", checked(uid)?);
        let body: wire::BlobBody = self.get(&path, Vec::new()).await?;
        stored(body.blob).ok_or(ClientError::NotAServer)
    }

    /// The same, by the file's number.
    ///
    /// # Errors
    /// As [`Rest::file_info`].
    pub async fn file_info_by_id(&self, id: u64) -> Result<StoredFile, ClientError> {
        let body: wire::BlobBody = self.get(&format!("/blobs/{id}"), Vec::new()).await?;
        stored(body.blob).ok_or(ClientError::NotAServer)
    }

    /// A page of the files that this account stored, counted from 1.
    ///
    /// # Errors
    /// As every call.
    pub async fn own_files(&self, page: u32) -> Result<Vec<StoredFile>, ClientError> {
        let query = vec![pair("page", page.max(1)), pair("per_page", PAGE)];
        let page: wire::Page<wire::Blob> = self.get("/blobs", query).await?;
        Ok(page.items.0.into_iter().filter_map(stored).collect())
    }

    /// Calls a file something else.
    ///
    /// # Errors
    /// [`ClientError::NotAllowed`] when it is somebody else's.
    pub async fn rename_file(&self, id: u64, name: &str) -> Result<(), ClientError> {
        let body = json!({ "blob": { "name": short_name(name) } });
        self.send(Method::PUT, format!("/blobs/{id}"), &body)
            .await
            .map(drop)
    }

    /// Deletes a file that this account stored.
    ///
    /// # Errors
    /// [`ClientError::NotAllowed`] when it is somebody else's.
    pub async fn delete_file(&self, id: u64) -> Result<(), ClientError> {
        self.delete(format!("/blobs/{id}"), Vec::new())
            .await
            .map(drop)
    }

    /// An address by which anybody can read a public file.
    ///
    /// # Errors
    /// [`ClientError::Gone`] when `uid` cannot be one.
    pub fn public_address(&self, uid: &str) -> Result<String, ClientError> {
        Ok(format!("{}/blobs/{}", self.http.base(), checked(uid)?))
    }

    /// An address by which a private file can be read as long as the session
    /// lives. It holds the session's token: it is for this computer alone, and
    /// never to be kept or sent.
    ///
    /// # Errors
    /// [`ClientError::Gone`] when `uid` cannot be one.
    pub async fn private_address(&self, uid: &str) -> Result<String, ClientError> {
        let address = self.public_address(uid)?;
        let (token, _) = self.session.token(&self.http, None).await?;
        Ok(format!("{address}?token={token}"))
    }

    /// An address by which a file can be read without a session for a while.
    ///
    /// # Errors
    /// [`ClientError::Gone`] when there is no such file.
    pub async fn lent_address(&self, uid: &str) -> Result<String, ClientError> {
        let path = format!("/blobs/{}/object", checked(uid)?);
        let query = vec![pair("download_url", 1)];
        let body: wire::BlobBody = self.get(&path, query).await?;
        let access = body.blob.blob_object_access;
        access
            .and_then(|access| access.download_url)
            .ok_or(ClientError::NotAServer)
    }
}

/// What went wrong on this side while a body was read: the request alone would
/// say that the connection broke.
#[derive(Debug, Clone, Default)]
struct Fate(Arc<OnceLock<TransferError>>);

impl Fate {
    fn tell(&self, error: TransferError) -> io::Error {
        // The first is the reason for all others.
        let _ = self.0.set(error);
        io::Error::other(error)
    }

    fn told(&self) -> Option<TransferError> {
        self.0.get().copied()
    }
}

/// What `body` has, piece by piece, as long as it keeps to `size`.
fn pieces(
    body: impl AsyncRead + Send + 'static,
    size: u64,
    progress: Progress,
    fate: Fate,
) -> impl Stream<Item = io::Result<Bytes>> + Send + 'static {
    let start = (Box::pin(body), 0_u64);
    futures::stream::try_unfold(start, move |(mut body, at)| {
        let (progress, fate) = (progress.clone(), fate.clone());
        async move {
            let mut piece = BytesMut::with_capacity(PIECE);
            let n = body
                .read_buf(&mut piece)
                .await
                .map_err(|error| fate.tell(TransferError::Disk(error.kind())))?;
            let at = at + n as u64;
            let is_end = n == 0;
            if at > size || (is_end && at < size) {
                return Err(fate.tell(TransferError::Changed));
            }
            progress.add(n);
            Ok((!is_end).then(|| (piece.freeze(), (body, at))))
        }
    })
}

/// Reads an answer to its end.
async fn pour(
    mut down: Down,
    held: u64,
    to: &mut (impl AsyncWrite + Unpin + Send),
    progress: &Progress,
) -> Result<u64, TransferError> {
    progress.begin(held, down.left.map(|left| held + left));
    let mut size = held;
    while let Some(piece) = down.piece().await? {
        size += piece.len() as u64;
        if size > LARGEST {
            return Err(ClientError::TooLarge.into());
        }
        to.write_all(&piece).await?;
        progress.add(piece.len());
    }
    to.flush().await?;
    Ok(size)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_uid_from_somebody_elses_message_is_no_path() {
        assert!(is_uid("0011223344556677889900aabbccddee00"));
        for bad in ["", "..", "a/b", "a?token=x", "a%2e", "a#b", "é"] {
            assert!(!is_uid(bad), "{bad}");
        }
        assert!(!is_uid(&"a".repeat(65)));
    }

    #[test]
    fn a_long_name_keeps_its_ending() {
        let long = format!("{}.jpeg", "ä".repeat(200));
        let short = short_name(&long);
        assert_eq!(short.chars().count(), LONGEST_NAME);
        assert!(short.ends_with(".jpeg"), "{short}");
        assert_eq!(short_name("a.txt"), "a.txt");
        assert_eq!(short_name(""), "file");
    }
}
