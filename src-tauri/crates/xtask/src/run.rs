//! `cargo xtask run`: from a fresh checkout to an open window.

use std::time::Instant;

use anyhow::{Result, bail};

use crate::{command, npm, place, system};

/// What `cargo xtask run` takes.
#[derive(Debug, clap::Args)]
pub(crate) struct Options {
    /// Install missing system packages without asking.
    #[arg(short, long)]
    yes: bool,
    /// Build the fast program that people get, which takes longer to make.
    #[arg(long)]
    release: bool,
    /// Build, but do not open the window.
    #[arg(long)]
    no_open: bool,
    /// For Kith itself, after `--`: for example `-- --profile bea`.
    #[arg(last = true)]
    arguments: Vec<String>,
}

/// Does it; answers whether Kith ended as asked.
pub(crate) fn run(options: &Options) -> Result<bool> {
    let start = Instant::now();
    if !options.no_open && cfg!(target_os = "linux") && !has_display() {
        bail!(
            "There is no display here to open a window on. Run this on a desktop, or, to try it without one, \
             `apt-get install xvfb` and then `xvfb-run cargo xtask run`."
        );
    }
    system::ready_to_build(options.yes)?;
    npm::built()?;
    let mut build = command::cargo(["build", "--package", "kith"]);
    if options.release {
        build.arg("--release");
    }
    if !place::program(profile(options), "kith").exists() {
        eprintln!("Building Kith. The first time takes some minutes; after that, seconds.");
    }
    command::must(&mut build)?;
    eprintln!("Kith is ready after {}.", command::spent(start.elapsed()));
    if options.no_open {
        return Ok(true);
    }
    let kith = place::program(profile(options), "kith");
    let mut open = std::process::Command::new(&kith);
    open.args(&options.arguments);
    command::succeeds(&mut open)
}

fn profile(options: &Options) -> &'static str {
    if options.release { "release" } else { "debug" }
}

fn has_display() -> bool {
    ["DISPLAY", "WAYLAND_DISPLAY"]
        .iter()
        .any(|name| std::env::var_os(name).is_some_and(|value| !value.is_empty()))
}
