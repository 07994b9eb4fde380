//! How a conversation with 100,000 cached messages feels in the real window,
//! beside the same with 100.

use std::path::PathBuf;
use std::process::Stdio;

use anyhow::{Context, Result};
use serde_json::Value;

use super::{Plan, result};
use crate::display::Display;
use crate::{command, npm, place};

/// How many messages each of the two dialogs holds.
const SMALL: u32 = 100;
const LARGE: u32 = 100_000;
const DIALOGS: u32 = 2;

/// What is measured, and in which unit.
const MEASURED: [(&str, &str); 4] = [
    ("open", "ms"),
    ("switch", "ms"),
    ("lost", "%"),
    ("typing", "ms"),
];

/// Measures and prints.
pub(super) fn run(plan: Plan) -> Result<()> {
    npm::ready(&place::tests())?;
    let display = Display::start()?;
    let small = feel(plan, &display, SMALL)?;
    let large = feel(plan, &display, LARGE)?;
    for (name, unit) in MEASURED {
        let number = |of: &Value| {
            of.get(name)
                .and_then(Value::as_f64)
                .with_context(|| format!("no {name} came"))
        };
        let base = number(&small)?;
        result(&format!("{name}.{SMALL}"), base, unit, None)?;
        result(
            &format!("{name}.{LARGE}"),
            number(&large)?,
            unit,
            Some(base),
        )?;
    }
    Ok(())
}

/// Has the window driven over a cache of this size.
fn feel(plan: Plan, display: &Display, size: u32) -> Result<Value> {
    let mut script = command::program(&place::tests(), "node", ["bench/timeline.js"]);
    script
        .env("KITH_BENCH_DATA", cache(plan, size)?)
        .env("KITH_BENCH_KITH", plan.program("kith"));
    let mut shown = display.shows(&script);
    let output = shown
        .stderr(Stdio::inherit())
        .output()
        .with_context(|| command::shown(&script))?;
    let text = String::from_utf8_lossy(&output.stdout);
    let line = text
        .lines()
        .rfind(|line| line.starts_with('{'))
        .context("no measurement came")?;
    Ok(serde_json::from_str(line)?)
}

/// A data folder with two dialogs of `size` messages each.
fn cache(plan: Plan, size: u32) -> Result<PathBuf> {
    let folder = place::reports("bench")?.join(format!("talks-{size}"));
    let _ = std::fs::remove_dir_all(&folder);
    let mut fill = std::process::Command::new(plan.example("bench"));
    fill.arg("fill")
        .arg("--data-dir")
        .arg(&folder)
        .args(["--messages", &(size * DIALOGS).to_string()])
        .args(["--dialogs", &DIALOGS.to_string()]);
    command::must(&mut fill)?;
    Ok(folder)
}
