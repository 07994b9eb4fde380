//! Where things are in this repository.

use std::path::{Path, PathBuf};

/// The top of the repository.
pub(crate) fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .ancestors()
        .nth(3)
        .map_or_else(PathBuf::new, Path::to_owned)
}

/// The folder of the user interface.
pub(crate) fn ui() -> PathBuf {
    root().join("ui")
}

/// The folder of the tests that are not Rust.
pub(crate) fn tests() -> PathBuf {
    root().join("tests")
}

/// Cargo's target folder.
pub(crate) fn target() -> PathBuf {
    match std::env::var_os("CARGO_TARGET_DIR") {
        Some(folder) => root().join(folder),
        None => root().join("target"),
    }
}

/// A built program of the profile whose folder is `profile`.
pub(crate) fn program(profile: &str, name: &str) -> PathBuf {
    target()
        .join(profile)
        .join(format!("{name}{}", std::env::consts::EXE_SUFFIX))
}

/// A folder under `target` for results and reports, made when missing.
pub(crate) fn reports(name: &str) -> std::io::Result<PathBuf> {
    let folder = target().join(name);
    std::fs::create_dir_all(&folder)?;
    Ok(folder)
}
