//! Parts of files that did not get here.
//!
//! What is saved lies under a hidden name until it is whole (`files.rs`), so
//! that another try goes on where the first one ended. When there will be no
//! other try, the part goes: when the person gives the saving up, when its
//! message is gone, and when nobody has gone on with it for a day, which is
//! looked at whenever an account begins to work.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use kith_model::MessageId;

use crate::Engine;
use crate::changes::Change;
use crate::shared::Shared;

/// A part that nobody goes on with for so long is let go.
const KEPT: Duration = Duration::from_secs(24 * 3600);
/// Hidden names begin so.
const MARK: &str = ".kith-";
/// What is not whole ends so.
pub(crate) const PART: &str = ".part";

/// Under which name a file lies until it has its own.
pub(crate) fn hidden(folder: &Path, message: &MessageId, index: u32) -> PathBuf {
    folder.join(format!("{MARK}{message}-{index}"))
}

/// The part of it that is here.
pub(crate) fn part_of(hidden: &Path) -> PathBuf {
    let mut part = hidden.as_os_str().to_owned();
    part.push(PART);
    part.into()
}

impl Engine {
    /// Lets go of the parts in this folder that nobody went on with. Whose they
    /// were does not matter: another account, or another Kith, would have gone
    /// on with its own.
    pub async fn sweep(&self, folder: PathBuf) {
        let swept = tokio::task::spawn_blocking(move || sweep(&folder, SystemTime::now())).await;
        match swept {
            Ok(Ok(0)) => {}
            Ok(Ok(n)) => tracing::info!(n, "parts of files that nobody went on with were let go"),
            Ok(Err(error)) if error.kind() == std::io::ErrorKind::NotFound => {}
            Ok(Err(error)) => tracing::debug!(%error, "parts of files stay"),
            Err(error) => tracing::debug!(%error, "parts of files stay"),
        }
    }
}

impl Shared {
    /// Messages are gone, and with them what was being saved of them, or was on
    /// its way to the server for them.
    pub(crate) fn let_go_of_files(&self, changes: &[Change]) {
        let gone = changes.iter().filter_map(|change| match change {
            Change::MessageRemoved { id, .. } => Some(id),
            _ => None,
        });
        for message in gone {
            self.give_up_saving(message, None);
            self.give_up_uploads(message);
        }
    }
}

/// Lets go of old parts; answers of how many.
fn sweep(folder: &Path, now: SystemTime) -> std::io::Result<usize> {
    let mut n = 0;
    for entry in std::fs::read_dir(folder)? {
        let entry = entry?;
        if !is_ours(&entry.file_name()) || !entry.file_type()?.is_file() {
            continue;
        }
        let age = now.duration_since(entry.metadata()?.modified()?);
        if age.is_ok_and(|age| age >= KEPT) {
            std::fs::remove_file(entry.path())?;
            n += 1;
        }
    }
    Ok(n)
}

/// Whether a name is one that a part of a file has: nothing else in somebody's
/// folder is touched.
fn is_ours(name: &OsStr) -> bool {
    let Some(name) = name.to_str().and_then(|name| name.strip_prefix(MARK)) else {
        return false;
    };
    let name = name.strip_suffix(PART).unwrap_or(name);
    name.rsplit_once('-').is_some_and(|(message, index)| {
        message.parse::<MessageId>().is_ok()
            && !index.is_empty()
            && index.bytes().all(|byte| byte.is_ascii_digit())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_nobody_went_on_with_goes_and_nothing_else() {
        let folder = tempfile::tempdir().expect("a folder");
        let id = "65a000000000000000000001";
        let old = [
            format!(".kith-{id}-0.part"),
            format!(".kith-{id}-12.part"),
            format!(".kith-{id}-0"),
        ];
        let others = [
            format!("kith-{id}-0.part"),
            format!(".kith-{id}-.part"),
            format!(".kith-{id}-0.part.bak"),
            format!(".kith-{id}"),
            ".kith-notes.part".to_owned(),
            "report.part".to_owned(),
        ];
        for name in old.iter().chain(&others) {
            std::fs::write(folder.path().join(name), "half").expect("a file");
        }
        std::fs::create_dir(folder.path().join(format!(".kith-{id}-7.part"))).expect("a folder");
        let in_a = |time| SystemTime::now() + time;
        assert_eq!(
            sweep(folder.path(), in_a(KEPT / 2)).expect("read"),
            0,
            "somebody may still go on"
        );
        assert_eq!(sweep(folder.path(), in_a(KEPT * 2)).expect("read"), 3);
        for name in &old {
            assert!(!folder.path().join(name).exists(), "{name}");
        }
        for name in &others {
            assert!(folder.path().join(name).exists(), "{name}");
        }
        assert!(sweep(&folder.path().join("none"), SystemTime::now()).is_err());
    }
}
