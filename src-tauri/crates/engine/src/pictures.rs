//! Pictures of people and dialogs, and photos that hang on messages.
//!
//! They lie on the server as files with a uid, and a uid never means another
//! file, so a picture that was fetched once is kept on disk. The folder is
//! bounded in bytes: what has not been looked at for longest goes first. One
//! that hangs on a message which goes away by itself is not kept. A large one is
//! only fetched when the person wants it. What comes from the
//! server is looked at before it is believed to be a picture; drawings that can
//! carry scripts are none.

use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::{Duration, SystemTime};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use kith_client::{ClientError, NewFile, Progress, TransferError};
use kith_model::Timestamp;

use crate::metadata::media_type;
use crate::shared::Shared;
use crate::{Engine, EngineError};

/// A larger file is no picture of a person, and no photo that comes unasked.
const LARGEST: usize = 5 << 20;
/// A larger photo is not shown at all; it can be saved.
const LARGEST_WANTED: usize = 32 << 20;
/// The folder holds so much.
const KEPT: u64 = 64 << 20;
/// One that could not be had is not asked for again sooner, in milliseconds.
const ASKED_AGAIN: i64 = 60_000;
/// So long a fetch may take, and so long one of what is large and wanted.
const WITHIN: Duration = Duration::from_secs(20);
const WANTED_WITHIN: Duration = Duration::from_secs(300);

/// A picture.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Picture {
    /// What kind of picture, as a media type.
    pub mime: &'static str,
    /// The file.
    pub bytes: Vec<u8>,
}

impl Picture {
    /// The picture as an address that carries it.
    #[must_use]
    pub fn data_address(&self) -> String {
        format!("data:{};base64,{}", self.mime, BASE64.encode(&self.bytes))
    }
}

/// Where pictures are kept, and which are on their way.
#[derive(Debug, Default)]
pub(crate) struct Pictures {
    folder: OnceLock<PathBuf>,
    asked: Mutex<Asked>,
    changed: tokio::sync::Notify,
}

#[derive(Debug, Default)]
struct Asked {
    now: BTreeSet<String>,
    in_vain: BTreeMap<String, Timestamp>,
}

impl Pictures {
    fn lock(&self) -> MutexGuard<'_, Asked> {
        self.asked.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn file(&self, uid: &str) -> Option<PathBuf> {
        self.folder.get().map(|folder| folder.join(uid))
    }
}

/// Takes a picture's name off the list of those on their way, however that ended.
struct OnItsWay<'a> {
    pictures: &'a Pictures,
    uid: &'a str,
}

impl Drop for OnItsWay<'_> {
    fn drop(&mut self) {
        self.pictures.lock().now.remove(self.uid);
        self.pictures.changed.notify_waiters();
    }
}

impl Engine {
    /// Keeps pictures in this folder from now on. Only the first one counts;
    /// without any, each is fetched every time.
    pub fn keep_pictures_in(&self, folder: PathBuf) {
        let _ = self.shared.pictures.folder.set(folder);
    }

    /// A picture by its uid: from disk, or fetched once. `None` when it cannot
    /// be had now, or is too large to be fetched unasked.
    pub async fn picture(&self, uid: &str) -> Option<Picture> {
        self.some_picture(uid, false).await
    }

    /// A picture that the person asked for by hand: it may be large, and that
    /// it could not be had a moment ago does not count.
    pub async fn wanted_picture(&self, uid: &str) -> Option<Picture> {
        self.some_picture(uid, true).await
    }

    /// The file of a picture that is on this computer. Nobody is asked for it.
    #[must_use]
    pub fn kept_picture(&self, uid: &str) -> Option<PathBuf> {
        let is_name = uid.bytes().all(|b| b.is_ascii_alphanumeric());
        let file = self.shared.pictures.file(uid).filter(|_| is_name)?;
        file.is_file().then_some(file)
    }

    async fn some_picture(&self, uid: &str, is_wanted: bool) -> Option<Picture> {
        let is_name =
            (1..=64).contains(&uid.len()) && uid.bytes().all(|b| b.is_ascii_alphanumeric());
        if !is_name {
            return None;
        }
        let pictures = &self.shared.pictures;
        loop {
            if let Some(file) = pictures.file(uid)
                && let Some(picture) = read(file).await
            {
                return Some(picture);
            }
            let changed = pictures.changed.notified();
            tokio::pin!(changed);
            changed.as_mut().enable();
            {
                let now = self.shared.clock.now();
                let mut asked = pictures.lock();
                let is_in_vain = asked
                    .in_vain
                    .get(uid)
                    .is_some_and(|at| (0..ASKED_AGAIN).contains(&(now.millis() - at.millis())));
                if is_in_vain && !is_wanted {
                    return None;
                }
                if asked.now.insert(uid.to_owned()) {
                    break;
                }
            }
            changed.await;
            if pictures.folder.get().is_none() {
                break;
            }
        }
        let _on_its_way = OnItsWay { pictures, uid };
        let (most, within) = match is_wanted {
            true => (LARGEST_WANTED, WANTED_WITHIN),
            false => (LARGEST, WITHIN),
        };
        let fetched = tokio::time::timeout(within, self.shared.fetch_picture(uid, most)).await;
        let fetched = fetched.ok().flatten();
        if fetched.is_none() {
            let now = self.shared.clock.now();
            pictures.lock().in_vain.insert(uid.to_owned(), now);
        }
        fetched
    }
}

impl Shared {
    async fn fetch_picture(&self, uid: &str, most: usize) -> Option<Picture> {
        let mut bytes = Bounded {
            bytes: Vec::new(),
            most,
        };
        // Of what goes away by itself nothing may lie in a folder. Asked before it
        // is fetched, for it may be gone afterwards.
        let is_passing = self.store.is_passing_file(uid).await.unwrap_or(true);
        let rest = self.rest().await.ok()?;
        if let Err(error) = rest.download(uid, &mut bytes, &Progress::default()).await {
            tracing::debug!(%error, "a picture cannot be had");
            return None;
        }
        let picture = picture(bytes.bytes)?;
        if !is_passing && let Some(file) = self.pictures.file(uid) {
            let kept = picture.clone();
            let done = tokio::task::spawn_blocking(move || keep(&file, &kept.bytes)).await;
            if !matches!(done, Ok(Ok(()))) {
                tracing::debug!("a picture is not kept");
            }
        }
        Some(picture)
    }

    /// Stores a picture that comes as a `data:` address, and answers its uid.
    /// A uid stays what it is, and nothing stays nothing.
    pub(crate) async fn store_picture(&self, address: &str) -> Result<String, EngineError> {
        let Some(data) = address.strip_prefix("data:") else {
            return Ok(address.trim().to_owned());
        };
        let bytes = data
            .split_once(";base64,")
            .and_then(|(_, text)| BASE64.decode(text.trim()).ok())
            .ok_or(EngineError::InvalidInput)?;
        if bytes.len() > LARGEST {
            return Err(EngineError::TooLarge);
        }
        let picture = picture(bytes).ok_or(EngineError::InvalidInput)?;
        let ending = picture.mime.rsplit('/').next().unwrap_or_default();
        let new = NewFile {
            name: format!("picture.{ending}"),
            content_type: picture.mime.to_owned(),
            size: u64::try_from(picture.bytes.len()).unwrap_or_default(),
            is_public: false,
        };
        let body = io::Cursor::new(picture.bytes.clone());
        let stored = self
            .rest()
            .await?
            .upload(&new, body, &Progress::default())
            .await;
        let stored = match stored {
            Ok(stored) => stored,
            Err(TransferError::Client(error)) => return Err(error.into()),
            Err(error) => {
                tracing::warn!(%error, "a picture was not stored");
                return Err(ClientError::Unreachable.into());
            }
        };
        // Whoever sent it need not fetch it.
        if let Some(file) = self.pictures.file(&stored.uid) {
            let bytes = picture.bytes;
            let _ = tokio::task::spawn_blocking(move || keep(&file, &bytes)).await;
        }
        Ok(stored.uid)
    }
}

impl Shared {
    /// Keeps a picture of this computer under the name that it has on the
    /// server, so that whoever sent it need not fetch it.
    pub(crate) async fn keep_picture(&self, uid: &str, from: PathBuf) {
        let Some(file) = self.pictures.file(uid) else {
            return;
        };
        let keeping = tokio::task::spawn_blocking(move || {
            let bytes = std::fs::read(&from)?;
            if bytes.len() > LARGEST_WANTED {
                return Ok(());
            }
            keep(&file, &bytes)
        });
        if !matches!(keeping.await, Ok(Ok(()))) {
            tracing::debug!("a picture is not kept");
        }
    }
}

/// A place for bytes that takes no more than a picture has.
struct Bounded {
    bytes: Vec<u8>,
    most: usize,
}

impl tokio::io::AsyncWrite for Bounded {
    fn poll_write(
        mut self: std::pin::Pin<&mut Self>,
        _: &mut std::task::Context<'_>,
        bytes: &[u8],
    ) -> std::task::Poll<io::Result<usize>> {
        if self.bytes.len() + bytes.len() > self.most {
            return std::task::Poll::Ready(Err(io::ErrorKind::FileTooLarge.into()));
        }
        self.bytes.extend_from_slice(bytes);
        std::task::Poll::Ready(Ok(bytes.len()))
    }

    fn poll_flush(
        self: std::pin::Pin<&mut Self>,
        _: &mut std::task::Context<'_>,
    ) -> std::task::Poll<io::Result<()>> {
        std::task::Poll::Ready(Ok(()))
    }

    fn poll_shutdown(
        self: std::pin::Pin<&mut Self>,
        _: &mut std::task::Context<'_>,
    ) -> std::task::Poll<io::Result<()>> {
        std::task::Poll::Ready(Ok(()))
    }
}

/// What the first bytes of a file say that it is.
fn picture(bytes: Vec<u8>) -> Option<Picture> {
    let mime = media_type(&bytes)?;
    Some(Picture { mime, bytes })
}

async fn read(file: PathBuf) -> Option<Picture> {
    tokio::task::spawn_blocking(move || {
        let bytes = std::fs::read(&file).ok()?;
        // So that it is known what was looked at last.
        if let Ok(open) = std::fs::File::options().append(true).open(&file) {
            let _ = open.set_modified(SystemTime::now());
        }
        picture(bytes)
    })
    .await
    .ok()
    .flatten()
}

/// Keeps a file, and lets go of others when there are too many.
fn keep(file: &Path, bytes: &[u8]) -> io::Result<()> {
    let folder = file.parent().ok_or(io::ErrorKind::NotFound)?;
    std::fs::create_dir_all(folder)?;
    // Never half a picture under its name.
    let part = file.with_extension("part");
    std::fs::write(&part, bytes)?;
    std::fs::rename(&part, file)?;
    let mut held: Vec<(SystemTime, u64, PathBuf)> = Vec::new();
    for entry in std::fs::read_dir(folder)? {
        let entry = entry?;
        let data = entry.metadata()?;
        if data.is_file() {
            held.push((data.modified()?, data.len(), entry.path()));
        }
    }
    held.sort();
    let mut size: u64 = held.iter().map(|(_, len, _)| len).sum();
    for (_, len, path) in held {
        if size <= KEPT {
            break;
        }
        if path != file {
            std::fs::remove_file(path)?;
            size -= len;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_pictures_are_pictures() {
        let check = |bytes: &[u8], expected: Option<&str>| {
            assert_eq!(picture(bytes.to_vec()).map(|p| p.mime), expected);
        };
        check(b"\x89PNG\r\n\x1a\n", Some("image/png"));
        check(&[0xff, 0xd8, 0xff, 0xe0], Some("image/jpeg"));
        check(b"GIF89a", Some("image/gif"));
        check(b"RIFF1234WEBPVP8 ", Some("image/webp"));
        check(b"<svg xmlns='http://www.w3.org/2000/svg'/>", None);
        check(b"<html>", None);
        check(b"", None);
    }

    #[test]
    fn the_folder_is_bounded_and_what_was_looked_at_last_stays() {
        let folder = tempfile::tempdir().expect("a folder");
        let big = vec![0; usize::try_from(KEPT / 4).expect("a size")];
        for name in ["a", "b", "c", "d"] {
            keep(&folder.path().join(name), &big).expect("kept");
            let long_ago =
                SystemTime::UNIX_EPOCH + Duration::from_secs(u64::from(name.as_bytes()[0]));
            let file = std::fs::File::options()
                .append(true)
                .open(folder.path().join(name))
                .expect("a file");
            file.set_modified(long_ago).expect("set");
        }
        keep(&folder.path().join("e"), &big).expect("kept");
        let mut left: Vec<_> = std::fs::read_dir(folder.path())
            .expect("a folder")
            .map(|entry| {
                entry
                    .expect("an entry")
                    .file_name()
                    .into_string()
                    .expect("a name")
            })
            .collect();
        left.sort();
        assert_eq!(left, ["b", "c", "d", "e"], "the oldest made room");
    }
}
