//! The packages and the bundle of the user interface, made only when something
//! they are made from has changed.

use std::fs;
use std::path::Path;
use std::time::SystemTime;

use anyhow::{Context, Result};

use crate::{command, place};

/// Installs the packages of `folder` as its lock file says, unless exactly
/// those are there.
pub(crate) fn ready(folder: &Path) -> Result<()> {
    let lock = fs::read(folder.join("package-lock.json"))
        .with_context(|| format!("cannot read the lock file in {}", folder.display()))?;
    let stamp = folder.join("node_modules/.kith-lock");
    if fs::read(&stamp).is_ok_and(|held| held == lock) {
        return Ok(());
    }
    command::must(&mut command::npm(folder, ["ci", "--no-audit", "--no-fund"]))?;
    fs::write(&stamp, lock).with_context(|| format!("cannot write {}", stamp.display()))
}

/// Builds `ui/dist`, unless it is newer than everything it is made from.
pub(crate) fn built() -> Result<()> {
    let ui = place::ui();
    ready(&ui)?;
    let made = fs::metadata(ui.join("dist/index.html")).and_then(|data| data.modified());
    if let Ok(made) = made
        && newest(&ui)? <= made
    {
        return Ok(());
    }
    command::must(&mut command::npm(&ui, ["run", "build"]))
}

/// When the newest file under `folder` was changed, made things left out.
fn newest(folder: &Path) -> Result<SystemTime> {
    let mut latest = SystemTime::UNIX_EPOCH;
    for entry in
        fs::read_dir(folder).with_context(|| format!("cannot list {}", folder.display()))?
    {
        let entry = entry?;
        let name = entry.file_name();
        if name == "node_modules"
            || name.to_string_lossy().starts_with("dist")
            || name.to_string_lossy().starts_with('.')
        {
            continue;
        }
        let time = if entry.file_type()?.is_dir() {
            newest(&entry.path())?
        } else {
            entry.metadata()?.modified()?
        };
        latest = latest.max(time);
    }
    Ok(latest)
}
