//! An XMPP library that is not ours, in an environment of its own under
//! `target`, made again when what it should hold has changed.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};

use super::count::{self, Count};
use crate::{command, place};

/// Runs the tests in `tests/xmpp`.
pub(super) fn run() -> Result<Count> {
    if !cfg!(target_os = "linux") {
        bail!("the library's packages are pinned for Linux only");
    }
    let folder = place::tests().join("xmpp");
    let python = environment(&folder)?;
    let mut tests = command::program(&folder, "env", ["PYTHONDONTWRITEBYTECODE=1"]);
    tests
        .arg(python)
        .arg("test_slixmpp.py")
        .env("KITH_TEST_PROGRAMS", place::target().join("debug"));
    let (is_good, text) = command::watched(&mut tests)?;
    Ok(count::tap(&text).ended(is_good))
}

/// The Python of an environment that holds exactly what `requirements.txt` says.
fn environment(folder: &Path) -> Result<PathBuf> {
    let target = place::target().join("xmpp-python");
    let python = target.join("bin/python");
    let list = folder.join("requirements.txt");
    let wanted = fs::read(&list).with_context(|| format!("cannot read {}", list.display()))?;
    let stamp = target.join("kith-requirements");
    if python.exists() && fs::read(&stamp).is_ok_and(|held| held == wanted) {
        return Ok(python);
    }
    let _ = fs::remove_dir_all(&target);
    let mut make = command::program(&place::root(), "python3", ["-m", "venv"]);
    command::must(make.arg(&target))?;
    let mut fill = command::program(&place::root(), "env", ["PIP_DISABLE_PIP_VERSION_CHECK=1"]);
    fill.arg(&python)
        .args(["-m", "pip", "install", "--quiet", "--no-deps"])
        .args(["--require-hashes", "--only-binary", ":all:", "-r"]);
    command::must(fill.arg(&list))?;
    fs::write(&stamp, wanted).with_context(|| format!("cannot write {}", stamp.display()))?;
    Ok(python)
}
