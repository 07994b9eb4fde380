//! Where the bytes of files are: `files/<two digits>/<uid>` in the server's
//! folder. A file on disk is called by its uid and nothing else, so the name
//! it was given can say what it likes. An upload under way is in
//! `files/incoming`; one that did not end is removed at the next start.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use crate::config::StartError;
use crate::db::{blobs, offline, users};
use crate::site::Site;

/// A file may have so many bytes (`protocol/README.md` §10).
pub(crate) const MOST_FILE: u64 = 100 * 1024 * 1024;

/// How often what was forgotten is cleared away.
const HOUR: Duration = Duration::from_secs(3600);

/// Whether a text is a uid and no number: 34 or 36 hexadecimal digits.
pub(crate) fn is_uid(text: &str) -> bool {
    matches!(text.len(), 34 | 36) && text.bytes().all(|byte| byte.is_ascii_hexdigit())
}

/// The folder of files.
#[derive(Debug)]
pub(crate) struct Storage {
    folder: PathBuf,
    is_plain: bool,
}

impl Storage {
    /// Makes the folder if need be, and clears away what uploads left that did not end.
    pub(crate) fn open(data: &Path, is_plain: bool) -> Result<Self, StartError> {
        let folder = data.join("files");
        let incoming = folder.join("incoming");
        let prepare = || -> io::Result<()> {
            match std::fs::remove_dir_all(&incoming) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
                Ok(()) | Err(_) => {}
            }
            std::fs::create_dir_all(&incoming)?;
            #[cfg(unix)]
            {
                use std::os::unix::fs::PermissionsExt;
                std::fs::set_permissions(&folder, std::fs::Permissions::from_mode(0o700))?;
            }
            Ok(())
        };
        prepare().map_err(|cause| StartError::Folder {
            folder: folder.clone(),
            cause,
        })?;
        Ok(Self { folder, is_plain })
    }

    /// Whether the server works without TLS.
    pub(crate) fn is_plain(&self) -> bool {
        self.is_plain
    }

    /// Where the file with this uid is. Anything that is no uid is nowhere.
    pub(crate) fn file(&self, uid: &str) -> Option<PathBuf> {
        is_uid(uid).then(|| self.folder.join(&uid[..2]).join(uid))
    }

    /// A place for an upload under way.
    pub(crate) fn incoming(&self) -> PathBuf {
        self.folder
            .join("incoming")
            .join(crate::random::hex_token(16))
    }

    /// Puts an upload that ended where it belongs.
    pub(crate) async fn keep(&self, incoming: &Path, uid: &str) -> io::Result<()> {
        let file = self.file(uid).ok_or(io::ErrorKind::InvalidInput)?;
        if let Some(parent) = file.parent() {
            tokio::fs::create_dir_all(parent).await?;
        }
        tokio::fs::rename(incoming, &file).await
    }

    /// Removes a file; one that is not there is removed already.
    pub(crate) async fn remove(&self, uid: &str) {
        let Some(file) = self.file(uid) else { return };
        match tokio::fs::remove_file(&file).await {
            Err(error) if error.kind() != io::ErrorKind::NotFound => {
                tracing::warn!(%error, "a file could not be removed");
            }
            Ok(()) | Err(_) => {}
        }
    }
}

/// An upload under way: removed unless it was kept.
#[derive(Debug)]
pub(crate) struct Incoming {
    path: PathBuf,
    is_kept: bool,
}

impl Incoming {
    /// A place that is not taken yet.
    pub(crate) fn new(storage: &Storage) -> Self {
        Self {
            path: storage.incoming(),
            is_kept: false,
        }
    }

    /// Where it is.
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// Puts it where it belongs.
    pub(crate) async fn keep(mut self, storage: &Storage, uid: &str) -> io::Result<()> {
        storage.keep(&self.path, uid).await?;
        self.is_kept = true;
        Ok(())
    }
}

impl Drop for Incoming {
    fn drop(&mut self) {
        // One unlink, also when the request was dropped in the middle.
        if !self.is_kept {
            let _gone = std::fs::remove_file(&self.path);
        }
    }
}

/// Forgets what is to be forgotten after a day: uploads that were begun and never completed,
/// and guests. And what waited for people who never came.
pub(crate) async fn sweep(site: &Site) -> Result<(), sqlx::Error> {
    let now = site.now();
    let before = now - 24 * 60 * 60 * 1000;
    let mut turn = site.db.turn().await?;
    let mut tx = turn.begin().await?;
    let forgotten = blobs::sweep(&mut tx, before, now).await?;
    let guests = users::sweep_guests(&mut tx, before).await?;
    offline::sweep(&mut tx, now).await?;
    tx.commit().await?;
    drop(turn);
    for uid in forgotten {
        site.storage.remove(&uid).await;
    }
    for guest in guests {
        site.hub.expel(guest);
    }
    Ok(())
}

/// Keeps an application tidy: now, and every hour until the server stops.
pub(crate) fn keep_tidy(site: &Arc<Site>) {
    let tidying = Arc::clone(site);
    site.tasks.spawn(async move {
        let mut hourly = tokio::time::interval(HOUR);
        loop {
            tokio::select! {
                () = tidying.stop.cancelled() => break,
                _ = hourly.tick() => {
                    if let Err(error) = sweep(&tidying).await {
                        tracing::warn!(%error, "what is old could not be cleared away");
                    }
                }
            }
        }
    });
}
