//! Files that a person puts beside a draft.
//!
//! Each is copied into the account's folder as it comes, a piece at a time, and
//! is beside the draft when the copy is whole and on the disk: what happens to
//! the file afterwards costs nothing. A photo is kept without what it tells
//! besides the picture (`metadata.rs`). The copy bears a name that says nothing.
//!
//! A copy that no row names is let go: when its message has gone out or is
//! gone, and at every start, because an app may end while it copies.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Read, Write as _};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use kith_model::{AttachmentKind, DialogId, UploadId};
use kith_store::{NewUpload, StoreError, Upload};
use thiserror::Error;

use crate::changes::Change;
use crate::metadata::{bare, media_type};
use crate::shared::Shared;
use crate::{Engine, Picture};

/// The platform takes no larger file (`protocol/rest.md` §8.1).
pub const LARGEST_FILE: u64 = 100 * 1024 * 1024;
/// So many files go with one message.
pub const MOST_FILES: usize = 20;
/// Read and written in pieces of this size.
const PIECE: usize = 64 * 1024;
/// So many files come in portions at the same time; an older one was given up.
const MOST_COMING: usize = 8;
/// A larger staged picture is not shown.
const LARGEST_SHOWN: u64 = 20 << 20;
/// What a name has at most, in characters; the platform cuts it further.
const LONGEST_NAME: usize = 200;

/// Why a file was not put beside the draft.
#[derive(Debug, Error)]
pub enum StageError {
    /// It is a folder, or something else that is no file.
    #[error("it is no file")]
    NotAFile,
    /// Nothing is in it.
    #[error("the file is empty")]
    Empty,
    /// It is larger than the platform takes.
    #[error("the file is too large")]
    TooLarge,
    /// As many as go with one message are there already.
    #[error("there are too many files")]
    TooMany,
    /// It is not there any more.
    #[error("the file is not there any more")]
    Vanished,
    /// It cannot be read.
    #[error("the file cannot be read: {0}")]
    Unreadable(io::ErrorKind),
    /// There is no room for its copy.
    #[error("there is no room for a copy")]
    NoRoom,
    /// The copy cannot be written for another reason.
    #[error("the copy cannot be written: {0}")]
    NotKept(io::ErrorKind),
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl StageError {
    fn reading(error: &io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::NotFound => Self::Vanished,
            io::ErrorKind::IsADirectory => Self::NotAFile,
            kind => Self::Unreadable(kind),
        }
    }

    fn writing(error: &io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => Self::NoRoom,
            kind => Self::NotKept(kind),
        }
    }
}

/// Where copies are, and which are being made.
#[derive(Debug)]
pub(crate) struct Staging {
    folder: PathBuf,
    /// Copies that no row names yet.
    being_made: Mutex<BTreeSet<String>>,
    /// Files that come in portions, by the numbers that were told.
    coming: Mutex<BTreeMap<u64, Arc<Mutex<Coming>>>>,
    next: AtomicU64,
    /// Whether something may be in the folder.
    has_copies: AtomicBool,
    pub(crate) wake: tokio::sync::Notify,
    /// Photos are taken apart one at a time, because that needs memory.
    at_work: tokio::sync::Mutex<()>,
}

impl Staging {
    pub(crate) fn beside(database: &Path) -> Self {
        Self {
            folder: database.with_extension("uploads"),
            being_made: Mutex::default(),
            coming: Mutex::default(),
            next: AtomicU64::new(1),
            has_copies: AtomicBool::new(true),
            wake: tokio::sync::Notify::new(),
            at_work: tokio::sync::Mutex::default(),
        }
    }

    /// Where a copy lies.
    pub(crate) fn path(&self, copy: &str) -> PathBuf {
        self.folder.join(copy)
    }

    fn lock_coming(&self) -> MutexGuard<'_, BTreeMap<u64, Arc<Mutex<Coming>>>> {
        lock(&self.coming)
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A copy that is being made. Dropped before it is whole, it goes.
#[derive(Debug)]
struct Copy {
    shared: Arc<Shared>,
    name: String,
    file: Option<std::fs::File>,
    size: u64,
    is_kept: bool,
}

/// A file that comes in portions.
#[derive(Debug)]
struct Coming {
    dialog: DialogId,
    wish: String,
    copy: Copy,
}

impl Copy {
    fn begin(shared: &Arc<Shared>) -> Result<Self, StageError> {
        let staging = &shared.staging;
        let mut folder = std::fs::DirBuilder::new();
        folder.recursive(true);
        #[cfg(unix)]
        std::os::unix::fs::DirBuilderExt::mode(&mut folder, 0o700);
        folder
            .create(&staging.folder)
            .map_err(|error| StageError::writing(&error))?;
        let name = format!("{:032x}", rand::random::<u128>());
        lock(&staging.being_made).insert(name.clone());
        staging.has_copies.store(true, Ordering::SeqCst);
        let mut copy = Self {
            shared: Arc::clone(shared),
            name,
            file: None,
            size: 0,
            is_kept: false,
        };
        copy.file = Some(copy.create()?);
        Ok(copy)
    }

    fn path(&self) -> PathBuf {
        self.shared.staging.path(&self.name)
    }

    fn create(&self) -> Result<std::fs::File, StageError> {
        let mut options = std::fs::File::options();
        options.write(true).create(true).truncate(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        options
            .open(self.path())
            .map_err(|error| StageError::writing(&error))
    }

    fn add(&mut self, bytes: &[u8]) -> Result<(), StageError> {
        self.size += bytes.len() as u64;
        if self.size > LARGEST_FILE {
            return Err(StageError::TooLarge);
        }
        let file = self.file.as_mut().ok_or(StageError::Vanished)?;
        file.write_all(bytes)
            .map_err(|error| StageError::writing(&error))
    }

    /// The copy is whole: what it is, without what a photo tells besides.
    fn finish(&mut self, wish: &str) -> Result<NewUpload, StageError> {
        if self.size == 0 {
            return Err(StageError::Empty);
        }
        let writing = |error: io::Error| StageError::writing(&error);
        let mut begin = [0; 16];
        let mut copy = std::fs::File::open(self.path()).map_err(writing)?;
        let n = copy.read(&mut begin).map_err(writing)?;
        drop(copy);
        let name = plain_name(wish);
        let mut new = NewUpload {
            kind: AttachmentKind::File,
            content_type: by_ending(&name).to_owned(),
            name,
            size: self.size,
            width: None,
            height: None,
            duration: None,
            copy: self.name.clone(),
        };
        new.kind = kind_of(&new.content_type);
        if let Some(told) = media_type(&begin[..n]) {
            new.content_type = told.to_owned();
            let whole = std::fs::read(self.path()).map_err(writing)?;
            if let Some(photo) = bare(whole.into()) {
                new.kind = AttachmentKind::Photo;
                new.width = Some(photo.width);
                new.height = Some(photo.height);
                new.size = photo.bytes.len() as u64;
                let mut file = self.create()?;
                file.write_all(&photo.bytes).map_err(writing)?;
                self.file = Some(file);
            }
        }
        let file = self.file.take().ok_or(StageError::Vanished)?;
        file.sync_all().map_err(writing)?;
        Ok(new)
    }
}

impl Drop for Copy {
    fn drop(&mut self) {
        let staging = &self.shared.staging;
        if !self.is_kept {
            let _ = std::fs::remove_file(self.path());
        }
        // Only now: whoever sweeps leaves alone what is being made.
        lock(&staging.being_made).remove(&self.name);
    }
}

impl Engine {
    /// Puts a file of this computer beside the draft of a dialog. When this
    /// answers, its copy is on the disk.
    ///
    /// # Errors
    /// [`StageError`] says why not.
    pub async fn stage_file(
        &self,
        dialog: &DialogId,
        path: PathBuf,
    ) -> Result<UploadId, StageError> {
        let shared = Arc::clone(&self.shared);
        shared.has_room_for_one_more(dialog).await?;
        let copying = tokio::task::spawn_blocking(move || copy_of(&shared, &path));
        let (copy, wish) = copying.await.map_err(|_| StageError::Vanished)??;
        self.shared.stage(dialog, copy, wish).await
    }

    /// Begins to take in a file that comes in portions; answers its number.
    ///
    /// # Errors
    /// [`StageError`] says why not.
    pub async fn begin_staging(
        &self,
        dialog: &DialogId,
        name: &str,
        size: u64,
    ) -> Result<u64, StageError> {
        let shared = &self.shared;
        shared.has_room_for_one_more(dialog).await?;
        match size {
            0 => return Err(StageError::Empty),
            size if size > LARGEST_FILE => return Err(StageError::TooLarge),
            _ => {}
        }
        let coming = Coming {
            dialog: dialog.clone(),
            wish: name.to_owned(),
            copy: Copy::begin(shared)?,
        };
        let number = shared.staging.next.fetch_add(1, Ordering::Relaxed);
        let mut all = shared.staging.lock_coming();
        all.insert(number, Arc::new(Mutex::new(coming)));
        while all.len() > MOST_COMING {
            all.pop_first();
        }
        Ok(number)
    }

    /// The next portion of a file that comes so.
    ///
    /// # Errors
    /// [`StageError::Vanished`] when it was given up.
    pub async fn stage_portion(&self, number: u64, bytes: Vec<u8>) -> Result<(), StageError> {
        let found = self.shared.staging.lock_coming().get(&number).cloned();
        let coming = found.ok_or(StageError::Vanished)?;
        let adding = tokio::task::spawn_blocking(move || lock(&coming).copy.add(&bytes));
        let added = adding.await.unwrap_or(Err(StageError::Vanished));
        if added.is_err() {
            self.give_up_staging(number);
        }
        added
    }

    /// All portions of a file are here: it is beside the draft from now on.
    ///
    /// # Errors
    /// [`StageError::Vanished`] when it was given up.
    pub async fn end_staging(&self, number: u64) -> Result<UploadId, StageError> {
        let found = self.shared.staging.lock_coming().remove(&number);
        let coming = found
            .and_then(Arc::into_inner)
            .ok_or(StageError::Vanished)?
            .into_inner()
            .unwrap_or_else(PoisonError::into_inner);
        self.shared
            .stage(&coming.dialog, coming.copy, coming.wish)
            .await
    }

    /// A file that comes in portions is not wanted any more.
    pub fn give_up_staging(&self, number: u64) {
        self.shared.staging.lock_coming().remove(&number);
    }

    /// Takes a file away from the draft.
    ///
    /// # Errors
    /// When the disk does not take it.
    pub async fn unstage(&self, id: UploadId) -> Result<(), StageError> {
        let mut write = self.shared.store.write().await?;
        write.unstage(id).await?;
        self.shared.commit(write).await?;
        self.shared.staging.wake.notify_one();
        Ok(())
    }

    /// The picture of a photo that is on its way out; `None` when it is none,
    /// or too large to be shown.
    pub async fn picture_of_upload(&self, id: UploadId) -> Option<Picture> {
        let upload = self.shared.store.upload(id).await.ok().flatten()?;
        if upload.file.kind != AttachmentKind::Photo || upload.file.size > LARGEST_SHOWN {
            return None;
        }
        let bytes = tokio::fs::read(self.shared.staging.path(&upload.file.copy));
        let bytes = bytes.await.ok()?;
        let mime = media_type(&bytes)?;
        Some(Picture { mime, bytes })
    }
}

impl Shared {
    async fn has_room_for_one_more(&self, dialog: &DialogId) -> Result<(), StageError> {
        if self.store.staged(dialog).await?.len() >= MOST_FILES {
            return Err(StageError::TooMany);
        }
        Ok(())
    }

    /// Puts a whole copy beside a draft.
    async fn stage(
        self: &Arc<Self>,
        dialog: &DialogId,
        mut copy: Copy,
        wish: String,
    ) -> Result<UploadId, StageError> {
        let turn = self.staging.at_work.lock().await;
        let finishing = tokio::task::spawn_blocking(move || {
            let new = copy.finish(&wish);
            (copy, new)
        });
        let (mut copy, new) = finishing.await.map_err(|_| StageError::Vanished)?;
        drop(turn);
        let new = new?;
        let mut write = self.store.write().await?;
        let id = write.stage(dialog, &new).await?;
        // Before it is known: who asked may go away meanwhile, and a copy too
        // many is swept, while one too few is a file lost.
        copy.is_kept = true;
        let kept = self.commit(write).await;
        copy.is_kept = kept.is_ok();
        kept?;
        Ok(id)
    }

    /// Lets go of copies that nobody needs, for as long as the engine runs.
    pub(crate) async fn let_go_of_copies(self: Arc<Self>) {
        loop {
            if self.staging.has_copies.load(Ordering::SeqCst)
                && let Err(error) = self.sweep_copies().await
            {
                self.met(&error);
                tracing::debug!(%error, "copies of files stay a while");
            }
            self.staging.wake.notified().await;
        }
    }

    /// Messages may have gone out or away, and with them what lies here for them.
    pub(crate) fn copies_may_go(&self, changes: &[Change]) {
        let may = |change: &Change| {
            matches!(
                change,
                Change::Message { .. } | Change::MessageRemoved { .. } | Change::DialogRemoved(_)
            )
        };
        if self.staging.has_copies.load(Ordering::SeqCst) && changes.iter().any(may) {
            self.staging.wake.notify_one();
        }
    }

    pub(crate) async fn sweep_copies(&self) -> Result<(), StoreError> {
        if self.store.has_to_rescue() {
            return Ok(());
        }
        let folder = self.staging.folder.clone();
        // In this order: what is listed was being made then, or is named by a
        // row when the rows are asked.
        self.staging.has_copies.store(false, Ordering::SeqCst);
        let listed = tokio::task::spawn_blocking(move || names(&folder)).await;
        let listed = listed.unwrap_or_default();
        if listed.is_empty() {
            return Ok(());
        }
        self.staging.has_copies.store(true, Ordering::SeqCst);
        let being_made = lock(&self.staging.being_made).clone();
        let needed = self.store.copies().await?;
        for name in listed {
            if !being_made.contains(&name) && !needed.contains(&name) {
                let gone = tokio::fs::remove_file(self.staging.path(&name)).await;
                if let Err(error) = gone {
                    tracing::debug!(%error, "the copy of a file stays");
                }
            }
        }
        Ok(())
    }

    /// The copy of a photo that is on the server now is its picture here, so
    /// that nobody fetches it.
    pub(crate) async fn keep_as_picture(&self, upload: &Upload, uid: &str) {
        if upload.file.kind == AttachmentKind::Photo {
            let copy = self.staging.path(&upload.file.copy);
            self.keep_picture(uid, copy).await;
        }
    }
}

/// What lies in the folder of copies.
fn names(folder: &Path) -> Vec<String> {
    let Ok(entries) = std::fs::read_dir(folder) else {
        return Vec::new();
    };
    entries
        .filter_map(|entry| entry.ok()?.file_name().into_string().ok())
        .collect()
}

/// Copies a file, and answers what it is called.
fn copy_of(shared: &Arc<Shared>, path: &Path) -> Result<(Copy, String), StageError> {
    let reading = |error: io::Error| StageError::reading(&error);
    let told = std::fs::metadata(path).map_err(reading)?;
    // Nothing that never ends, either.
    if !told.is_file() {
        return Err(StageError::NotAFile);
    }
    match told.len() {
        0 => return Err(StageError::Empty),
        size if size > LARGEST_FILE => return Err(StageError::TooLarge),
        _ => {}
    }
    let mut file = std::fs::File::open(path).map_err(reading)?;
    let mut copy = Copy::begin(shared)?;
    let mut piece = vec![0; PIECE];
    loop {
        match file.read(&mut piece).map_err(reading)? {
            0 => break,
            n => copy.add(&piece[..n])?,
        }
    }
    let name = path.file_name().unwrap_or_default();
    Ok((copy, name.to_string_lossy().into_owned()))
}

/// A name without the way to it and without what cannot be seen.
fn plain_name(wish: &str) -> String {
    let last = wish.rsplit(['/', '\\']).next().unwrap_or_default();
    let name: String = last.chars().filter(|c| !c.is_control()).collect();
    let name = name.trim();
    if name.is_empty() {
        return "file".to_owned();
    }
    let n_chars = name.chars().count();
    name.chars()
        .skip(n_chars.saturating_sub(LONGEST_NAME))
        .collect()
}

/// What a file is, by its media type. A picture is one only when it can be
/// taken apart.
fn kind_of(content_type: &str) -> AttachmentKind {
    match content_type.split('/').next().unwrap_or_default() {
        "video" => AttachmentKind::Video,
        "audio" => AttachmentKind::Audio,
        _ => AttachmentKind::File,
    }
}

/// The media type that goes with a name's ending.
fn by_ending(name: &str) -> &'static str {
    let ending = name.rsplit_once('.').map_or("", |(_, ending)| ending);
    match ending.to_ascii_lowercase().as_str() {
        "pdf" => "application/pdf",
        "txt" | "log" | "md" => "text/plain",
        "csv" => "text/csv",
        "zip" => "application/zip",
        "gz" | "tgz" => "application/gzip",
        "7z" => "application/x-7z-compressed",
        "json" => "application/json",
        "doc" => "application/msword",
        "docx" => "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        "xls" => "application/vnd.ms-excel",
        "xlsx" => "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        "ppt" => "application/vnd.ms-powerpoint",
        "pptx" => "application/vnd.openxmlformats-officedocument.presentationml.presentation",
        "odt" => "application/vnd.oasis.opendocument.text",
        "ods" => "application/vnd.oasis.opendocument.spreadsheet",
        "odp" => "application/vnd.oasis.opendocument.presentation",
        "epub" => "application/epub+zip",
        "ics" => "text/calendar",
        "vcf" => "text/vcard",
        "svg" => "image/svg+xml",
        "heic" => "image/heic",
        "avif" => "image/avif",
        "bmp" => "image/bmp",
        "tif" | "tiff" => "image/tiff",
        "mp4" | "m4v" => "video/mp4",
        "mov" => "video/quicktime",
        "webm" => "video/webm",
        "mkv" => "video/x-matroska",
        "avi" => "video/x-msvideo",
        "mp3" => "audio/mpeg",
        "m4a" => "audio/mp4",
        "aac" => "audio/aac",
        "ogg" | "oga" => "audio/ogg",
        "opus" => "audio/opus",
        "wav" => "audio/wav",
        "flac" => "audio/flac",
        _ => "application/octet-stream",
    }
}
