//! `cargo xtask package`: this system's installers, made by Tauri's own tool.

use anyhow::Result;

use crate::{command, npm, place, system};

/// What `cargo xtask package` takes.
#[derive(Debug, clap::Args)]
pub(crate) struct Options {
    /// Install missing system packages without asking.
    #[arg(short, long)]
    yes: bool,
}

/// The tool, with an exact version: without one, the newest would come.
const TOOL: &str = "@tauri-apps/cli@2.12.5";

/// Makes them; answers whether all that can be made here were.
pub(crate) fn run(options: &Options) -> Result<bool> {
    let (kinds, not_here) = if cfg!(target_os = "linux") {
        (
            "deb,rpm",
            "An AppImage is not made here: its tool loads parts from the open network. The installers of macOS and Windows are made on those systems.",
        )
    } else if cfg!(target_os = "macos") {
        (
            "app,dmg",
            "They are not signed. The installers of Linux and Windows are made on those systems.",
        )
    } else {
        (
            "nsis",
            "It is not signed. The installers of Linux and macOS are made on those systems.",
        )
    };
    system::ready_to_build(options.yes)?;
    npm::built()?;
    let source = place::root().join("src-tauri");
    let mut tool = command::npm(
        &source,
        [
            "exec",
            "--yes",
            &format!("--package={TOOL}"),
            "--",
            "tauri",
            "build",
        ],
    );
    tool.args(["--bundles", kinds]);
    command::must(&mut tool)?;
    eprintln!(
        "The installers are in {}.",
        place::target().join("release/bundle").display()
    );
    eprintln!("{not_here}");
    Ok(true)
}
