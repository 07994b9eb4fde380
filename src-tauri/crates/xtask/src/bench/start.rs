//! From the start of the process to the painted dialog list, with a small and
//! a large cache, beside a bare window of the same Tauri.

use std::path::PathBuf;
use std::process::Command;
use std::time::Instant;

use anyhow::{Context, Result};

use super::{Plan, median, result};
use crate::display::Display;
use crate::{command, place};

/// How many messages are in the cache.
pub(super) const SIZES: [u32; 2] = [100, 100_000];

/// Measures and prints.
pub(super) fn run(plan: Plan) -> Result<()> {
    let display = Display::start()?;
    let mut bare = Vec::new();
    let mut full = SIZES.map(|size| (size, Vec::new()));
    let folders = SIZES.map(|size| cache(plan, size));
    // The kinds take turns, so that a busy moment of the machine hits them all.
    // The first turn warms the file cache up and does not count.
    for round in 0..=plan.rounds {
        let time = painted(&display, Command::new(plan.example("bare")))?;
        if round > 0 {
            bare.push(time);
        }
        for ((_, times), folder) in full.iter_mut().zip(&folders) {
            let time = painted(
                &display,
                kith(
                    plan,
                    folder
                        .as_ref()
                        .map_err(|error| anyhow::anyhow!("{error:#}"))?,
                ),
            )?;
            if round > 0 {
                times.push(time);
            }
        }
    }
    let base = median(&mut bare);
    result("start.bare", base, "ms", None)?;
    for (size, mut times) in full {
        result(
            &format!("start.{size}"),
            median(&mut times),
            "ms",
            Some(base),
        )?;
    }
    Ok(())
}

/// Kith on a data folder of its own.
pub(super) fn kith(plan: Plan, folder: &PathBuf) -> Command {
    let mut command = Command::new(plan.program("kith"));
    command.arg("--data-dir").arg(folder);
    command
}

/// A data folder whose account holds `size` messages, made once per build.
pub(super) fn cache(plan: Plan, size: u32) -> Result<PathBuf> {
    let folder = place::reports("bench")?.join(format!("cache-{size}"));
    let _ = std::fs::remove_dir_all(&folder);
    let mut fill = Command::new(plan.example("bench"));
    fill.arg("fill")
        .arg("--data-dir")
        .arg(&folder)
        .args(["--messages", &size.to_string()]);
    command::must(&mut fill)?;
    Ok(folder)
}

/// Milliseconds until the program says that it has painted; ends it then.
fn painted(display: &Display, command: Command) -> Result<f64> {
    let start = Instant::now();
    let window = super::memory::Window::open(display, command)?;
    let time = start.elapsed().as_secs_f64() * 1000.0;
    window.close().context("the window could not be closed")?;
    Ok(time)
}
