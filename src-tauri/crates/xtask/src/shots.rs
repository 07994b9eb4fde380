//! `cargo xtask shots`: pictures of every screen and state, to be looked at.

use std::process::Command;

use anyhow::Result;

use crate::display::Display;
use crate::{command, npm, place, system};

/// What `cargo xtask shots` takes.
#[derive(Debug, clap::Args)]
pub(crate) struct Options {
    /// Only pictures whose names contain this.
    filter: Option<String>,
    /// Install missing system packages without asking.
    #[arg(short, long)]
    yes: bool,
}

/// Takes them; answers whether all could be taken.
pub(crate) fn run(options: &Options) -> Result<bool> {
    system::ready_to_test(options.yes)?;
    npm::built()?;
    npm::ready(&place::tests())?;
    command::must(&mut command::cargo([
        "build",
        "--workspace",
        "--bins",
        "--tests",
        "--examples",
    ]))?;
    let folder = place::reports("shots")?;
    let mut is_good = true;
    for script in ["shots/chromium.js", "shots/fake.js"] {
        is_good &= command::succeeds(&mut taker(script, options))?;
    }
    if cfg!(target_os = "linux") {
        let display = Display::start()?;
        for script in ["shots/window.js", "shots/files.js"] {
            is_good &= command::succeeds(&mut display.shows(&taker(script, options)))?;
        }
    }
    eprintln!("The pictures are in {}.", folder.display());
    Ok(is_good)
}

fn taker(script: &str, options: &Options) -> Command {
    let mut command = command::program(&place::tests(), "node", [script]);
    command.args(options.filter.as_deref());
    command
        .env("KITH_TEST_PROGRAMS", place::target().join("debug"))
        .env("KITH_TEST_TARGET", place::target());
    if let Some(browser) = system::browser() {
        command.env("KITH_TEST_BROWSER", browser);
    }
    command
}
