//! Files that hang on messages, saved on this computer when the person wants
//! one.
//!
//! A file is written into its folder as it comes, under a hidden name made from
//! its place, so that a second try goes on where the first one ended and nothing
//! half-done bears the file's name. What somebody else called it is a wish: no
//! name leads out of the folder, hides, or replaces what is there.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, MutexGuard, PoisonError};
use std::time::Duration;

use kith_client::{ClientError, Progress, TransferError};
use kith_model::{Attachment, MessageId};

use crate::changes::Change;
use crate::leftovers::{hidden, part_of};
use crate::shared::Shared;
use crate::{Engine, EngineError};

/// How far it has come is told this often.
pub(crate) const TELL: Duration = Duration::from_millis(120);
/// A name has at most so many bytes; file systems take 255.
const LONGEST_NAME: usize = 180;
/// An ending that is longer than this is no ending.
const LONGEST_ENDING: usize = 12;

/// Which attachment of which message.
type Place = (MessageId, u32);

/// Why a file could not be saved, in the kinds that lead to another sentence.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SaveProblem {
    /// The server has it no more.
    Gone,
    /// The server does not give it to this person.
    NotAllowed,
    /// It is larger than Kith takes.
    TooLarge,
    /// The connection is gone, or the server does not answer.
    Connection,
    /// The disk does not take it.
    Disk,
    /// The server failed.
    Server,
}

/// A file on its way here or to the server, or one that did not get here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Transfer {
    /// On which message it hangs.
    pub message: MessageId,
    /// Which of what hangs there, counted from nought.
    pub index: u32,
    /// Bytes that are here.
    pub done: u64,
    /// Bytes in all, when known.
    pub total: Option<u64>,
    /// Why it goes no further.
    pub problem: Option<SaveProblem>,
    /// Whether it is on its way to the server, and not here.
    pub is_upload: bool,
}

/// What is on its way, and what did not get here.
#[derive(Debug, Default)]
pub(crate) struct Transfers {
    all: BTreeMap<Place, Going>,
}

#[derive(Debug)]
struct Going {
    progress: Progress,
    /// As the message tells it.
    size: Option<u64>,
    problem: Option<SaveProblem>,
    /// Where it lies until it is whole.
    hidden: PathBuf,
}

impl Engine {
    /// Begins to save what hangs on a message into a folder. How far it has
    /// come is told as [`Change::Transfers`]; when it lies there the message is
    /// told as changed. One that is on its way goes on.
    ///
    /// # Errors
    /// [`EngineError::NotFound`] when there is no such message or attachment,
    /// [`EngineError::InvalidInput`] when it has no file.
    pub async fn save_attachment(
        &self,
        message: &MessageId,
        index: u32,
        folder: PathBuf,
    ) -> Result<(), EngineError> {
        let (attachment, is_kept) = self.attachment(message, index).await?;
        if attachment.file_key().is_none() {
            return Err(EngineError::InvalidInput);
        }
        let place = (message.clone(), index);
        let progress = Progress::new();
        {
            let mut transfers = self.shared.lock_transfers();
            let is_going = transfers
                .all
                .get(&place)
                .is_some_and(|going| going.problem.is_none());
            if is_going {
                return Ok(());
            }
            let going = Going {
                progress: progress.clone(),
                size: attachment.size,
                problem: None,
                hidden: hidden(&folder, message, index),
            };
            transfers.all.insert(place.clone(), going);
        }
        self.shared.hub.tell(vec![Change::Transfers]);
        let shared = Arc::clone(&self.shared);
        self.shared.tasks.once("a file", async move {
            let saved = shared.save(&place, &attachment, &folder, &progress).await;
            shared.saved(place, &attachment, saved, is_kept).await;
        });
        Ok(())
    }

    /// Ends a saving, and forgets one that failed. What had come is let go.
    pub fn cancel_transfer(&self, message: &MessageId, index: u32) {
        self.shared.give_up_saving(message, Some(index));
    }

    /// What is on its way, here or to the server, and what did not get here.
    #[must_use]
    pub fn transfers(&self) -> Vec<Transfer> {
        let transfers = self.shared.lock_transfers();
        let all = transfers.all.iter();
        all.map(|((message, index), going)| {
            let (done, total) = going.progress.bytes();
            Transfer {
                message: message.clone(),
                index: *index,
                done,
                total: total.or(going.size),
                problem: going.problem,
                is_upload: false,
            }
        })
        .chain(self.shared.uploads.transfers())
        .collect()
    }

    /// Where an attachment was saved.
    ///
    /// # Errors
    /// [`EngineError::NotFound`] when it was not, or there is no such thing;
    /// [`EngineError::Gone`] when the file lies there no more. From then on it
    /// can be saved again.
    pub async fn saved_file(
        &self,
        message: &MessageId,
        index: u32,
    ) -> Result<PathBuf, EngineError> {
        let (attachment, _) = self.attachment(message, index).await?;
        let key = attachment.file_key().ok_or(EngineError::NotFound)?;
        let saved = self
            .store()
            .saved_files(std::slice::from_ref(&key))
            .await?
            .remove(&key)
            .map(PathBuf::from)
            .ok_or(EngineError::NotFound)?;
        if tokio::fs::try_exists(&saved).await.unwrap_or(false) {
            return Ok(saved);
        }
        let mut write = self.shared.store.write().await?;
        write.file_gone(&key, message).await?;
        self.shared.commit(write).await?;
        Err(EngineError::Gone)
    }

    /// What hangs on a message, and whether it may be remembered.
    async fn attachment(
        &self,
        message: &MessageId,
        index: u32,
    ) -> Result<(Attachment, bool), EngineError> {
        let held = self.store().message(message).await?;
        let held = held.ok_or(EngineError::NotFound)?.message;
        let at = usize::try_from(index).unwrap_or(usize::MAX);
        let found = held.attachments.get(at).cloned();
        Ok((
            found.ok_or(EngineError::NotFound)?,
            held.destroy_after.is_none(),
        ))
    }
}

impl Shared {
    fn lock_transfers(&self) -> MutexGuard<'_, Transfers> {
        self.transfers
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }

    /// Ends the saving of what hangs on a message, of one thing or of all, and
    /// lets go of what had come.
    pub(crate) fn give_up_saving(&self, message: &MessageId, index: Option<u32>) {
        let mut was_there = false;
        self.lock_transfers().all.retain(|place, going| {
            if place.0 != *message || index.is_some_and(|index| index != place.1) {
                return true;
            }
            was_there = true;
            going.progress.cancel();
            if going.problem.is_some() {
                // Nobody is at work on it any more who would do that.
                let _ = std::fs::remove_file(part_of(&going.hidden));
            }
            going.problem.is_none()
        });
        if was_there {
            self.hub.tell(vec![Change::Transfers]);
        }
    }

    /// Fetches a file and gives it its name; tells how far it has come.
    async fn save(
        &self,
        place: &Place,
        attachment: &Attachment,
        folder: &Path,
        progress: &Progress,
    ) -> Result<PathBuf, TransferError> {
        let fetched = self.fetch_file(place, attachment, folder, progress);
        tokio::pin!(fetched);
        let mut told = progress.bytes();
        loop {
            tokio::select! {
                done = &mut fetched => return done,
                () = tokio::time::sleep(TELL) => {
                    if told != progress.bytes() {
                        told = progress.bytes();
                        self.hub.tell(vec![Change::Transfers]);
                    }
                }
            }
        }
    }

    async fn fetch_file(
        &self,
        place: &Place,
        attachment: &Attachment,
        folder: &Path,
        progress: &Progress,
    ) -> Result<PathBuf, TransferError> {
        let rest = self.rest().await?;
        let mut name = attachment.name.clone();
        let mut content_type = attachment.content_type.clone();
        let uid = match (&attachment.uid, attachment.blob) {
            (Some(uid), _) if !name.is_empty() => uid.clone(),
            (uid, number) => {
                let told = match (uid, number) {
                    (Some(uid), _) => rest.file_info(uid).await,
                    (None, Some(number)) => rest.file_info_by_id(number).await,
                    (None, None) => Err(ClientError::Gone),
                };
                match (told, uid) {
                    (Ok(told), _) => {
                        name = if name.is_empty() { told.name } else { name };
                        content_type = content_type.or(told.content_type);
                        told.uid
                    }
                    // It is fetched without a name; perhaps only that is missing.
                    (Err(_), Some(uid)) => uid.clone(),
                    (Err(error), None) => return Err(error.into()),
                }
            }
        };
        tokio::fs::create_dir_all(folder).await?;
        let hidden = hidden(folder, &place.0, place.1);
        let fetched = rest.download_file(&uid, &hidden, progress).await;
        // Only what can be gone on with is kept; a full disk needs the room.
        if fetched.is_err_and(|error| !goes_on(error)) {
            let _ = tokio::fs::remove_file(part_of(&hidden)).await;
        }
        fetched?;
        let name = with_ending(file_name(&name), content_type.as_deref());
        let folder = folder.to_owned();
        tokio::task::spawn_blocking(move || settle(&hidden, &folder, &name))
            .await
            .map_err(|_| TransferError::Cancelled)?
            .map_err(TransferError::from)
    }

    /// A saving has ended, in one way or another.
    async fn saved(
        &self,
        place: Place,
        attachment: &Attachment,
        saved: Result<PathBuf, TransferError>,
        is_kept: bool,
    ) {
        match saved {
            Ok(path) => {
                let key = attachment.file_key().unwrap_or_default();
                if is_kept && let Err(error) = self.remember(&key, &path, &place.0).await {
                    tracing::warn!(%error, "where a file was saved is not remembered");
                }
                self.lock_transfers().all.remove(&place);
            }
            Err(TransferError::Cancelled) => {
                self.lock_transfers().all.remove(&place);
            }
            Err(error) => {
                tracing::info!(%error, "a file was not saved");
                if let Some(going) = self.lock_transfers().all.get_mut(&place) {
                    going.problem = Some(problem(error));
                }
            }
        }
        self.hub.tell(vec![Change::Transfers]);
    }

    async fn remember(
        &self,
        key: &str,
        path: &Path,
        message: &MessageId,
    ) -> Result<(), EngineError> {
        let mut write = self.store.write().await?;
        write
            .file_saved(key, &path.to_string_lossy(), message)
            .await?;
        self.commit(write).await?;
        Ok(())
    }
}

/// Whether another try goes on with what has come.
const fn goes_on(error: TransferError) -> bool {
    match error {
        TransferError::Cancelled | TransferError::Changed | TransferError::Disk(_) => false,
        TransferError::Client(_) => matches!(
            problem(error),
            SaveProblem::Connection | SaveProblem::Server
        ),
    }
}

const fn problem(error: TransferError) -> SaveProblem {
    match error {
        TransferError::Disk(_) => SaveProblem::Disk,
        TransferError::Cancelled | TransferError::Changed => SaveProblem::Server,
        TransferError::Client(error) => match error {
            ClientError::Gone => SaveProblem::Gone,
            ClientError::NotAllowed | ClientError::SignInRefused | ClientError::Expired => {
                SaveProblem::NotAllowed
            }
            ClientError::TooLarge => SaveProblem::TooLarge,
            ClientError::UnknownHost
            | ClientError::Unreachable
            | ClientError::Certificate
            | ClientError::BadConnection
            | ClientError::TimedOut => SaveProblem::Connection,
            ClientError::NotAServer
            | ClientError::Rejected(_)
            | ClientError::Busy
            | ClientError::Server(_) => SaveProblem::Server,
        },
    }
}

/// Gives a file that has come its name, or the next one that is free.
fn settle(hidden: &Path, folder: &Path, name: &str) -> std::io::Result<PathBuf> {
    let (stem, ending) = split(name);
    for n in 1..10_000 {
        let path = folder.join(match n {
            1 => name.to_owned(),
            n => format!("{stem} ({n}){ending}"),
        });
        // The name is taken first, so that nobody else's file is replaced.
        let taken = std::fs::File::options()
            .write(true)
            .create_new(true)
            .open(&path);
        match taken {
            Ok(_) => {
                std::fs::rename(hidden, &path)?;
                return Ok(path);
            }
            Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => {}
            Err(error) => return Err(error),
        }
    }
    Err(std::io::ErrorKind::AlreadyExists.into())
}

/// A name and its ending, with the dot.
fn split(name: &str) -> (&str, &str) {
    match name.rfind('.') {
        Some(at) if at > 0 && name.len() - at <= LONGEST_ENDING => name.split_at(at),
        _ => (name, ""),
    }
}

/// What somebody called a file, as the name of a file in a folder: no path, no
/// hidden file, nothing that turns the text around to show another ending, and
/// no name that a system keeps for itself.
fn file_name(wish: &str) -> String {
    let last = wish.rsplit(['/', '\\']).next().unwrap_or_default();
    let plain: String = last
        .chars()
        .filter(|c| !c.is_control() && !is_invisible(*c))
        .map(|c| if r#"<>:"|?*"#.contains(c) { '_' } else { c })
        .collect();
    let plain = plain
        .trim()
        .trim_start_matches('.')
        .trim_end_matches(['.', ' ']);
    if plain.is_empty() {
        return "file".to_owned();
    }
    let (stem, ending) = split(plain);
    let mut short = stem;
    while short.len() + ending.len() > LONGEST_NAME {
        short = &short[..short.char_indices().next_back().map_or(0, |(at, _)| at)];
    }
    let is_device = |stem: &str| {
        let stem = stem.to_ascii_lowercase();
        let numbered = |name: &str| {
            stem.strip_prefix(name)
                .is_some_and(|rest| rest.len() == 1 && rest.bytes().all(|b| b.is_ascii_digit()))
        };
        matches!(stem.as_str(), "con" | "prn" | "aux" | "nul") || numbered("com") || numbered("lpt")
    };
    let mark = if is_device(short) { "_" } else { "" };
    format!("{short}{mark}{ending}")
}

/// Marks of direction and the like, which have no place in a name.
const fn is_invisible(c: char) -> bool {
    matches!(
        c,
        '\u{ad}' | '\u{61c}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}' | '\u{feff}'
    )
}

/// A name without an ending gets that of its media type, where that is common.
fn with_ending(name: String, content_type: Option<&str>) -> String {
    if !split(&name).1.is_empty() {
        return name;
    }
    let kind = content_type.unwrap_or_default();
    let ending = match kind.split(';').next().unwrap_or_default().trim() {
        "image/jpeg" => ".jpg",
        "image/png" => ".png",
        "image/gif" => ".gif",
        "image/webp" => ".webp",
        "image/heic" => ".heic",
        "video/mp4" => ".mp4",
        "video/quicktime" => ".mov",
        "video/webm" => ".webm",
        "audio/mpeg" => ".mp3",
        "audio/mp4" | "audio/aac" | "audio/x-m4a" => ".m4a",
        "audio/ogg" => ".ogg",
        "audio/wav" | "audio/x-wav" => ".wav",
        "audio/webm" => ".weba",
        "application/pdf" => ".pdf",
        "application/zip" => ".zip",
        "text/plain" => ".txt",
        "text/csv" => ".csv",
        _ => "",
    };
    format!("{name}{ending}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whatever_a_file_is_called_it_stays_in_its_folder() {
        let check = |wish: &str, expected: &str| assert_eq!(file_name(wish), expected, "{wish:?}");
        check("report.pdf", "report.pdf");
        check("../../.bashrc", "bashrc");
        check("C:\\Windows\\evil.exe", "evil.exe");
        check("/etc/passwd", "passwd");
        check("..", "file");
        check("", "file");
        check("   . ", "file");
        check("a\u{202e}fdp.exe", "afdp.exe");
        check("a\nb\0c.txt", "abc.txt");
        check("con.txt", "con_.txt");
        check("LPT1", "LPT1_");
        check("what?*.txt", "what__.txt");
        check("ends with dots...", "ends with dots");
        let long = file_name(&format!("{}.jpeg", "ä".repeat(400)));
        assert!(
            long.len() <= LONGEST_NAME && long.ends_with("ä.jpeg"),
            "{long}"
        );
    }

    #[test]
    fn what_has_no_ending_gets_that_of_its_media_type() {
        let check = |name: &str, kind: Option<&str>, expected: &str| {
            assert_eq!(with_ending(name.to_owned(), kind), expected);
        };
        check("voice", Some("audio/ogg; codecs=opus"), "voice.ogg");
        check("a.txt", Some("image/png"), "a.txt");
        check("file", None, "file");
        check("file", Some("application/x-unheard-of"), "file");
    }

    #[test]
    fn nothing_that_is_there_is_replaced() {
        let folder = tempfile::tempdir().expect("a folder");
        let at = |name: &str| folder.path().join(name);
        for (n, expected) in [(1, "a.txt"), (2, "a (2).txt"), (3, "a (3).txt")] {
            std::fs::write(at(".hidden"), format!("number {n}")).expect("written");
            let path = settle(&at(".hidden"), folder.path(), "a.txt").expect("settled");
            assert_eq!(path, at(expected));
            let text = std::fs::read_to_string(path).expect("read");
            assert_eq!(text, format!("number {n}"));
        }
        assert!(!at(".hidden").exists());
    }
}
