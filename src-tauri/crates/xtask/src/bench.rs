//! `cargo xtask bench`: how long Kith takes to start, how much memory it holds
//! and how long a message travels, each beside something to compare with.
//! Numbers are printed, one JSON object a line, and never asserted.

mod memory;
mod start;
mod talk;

use std::io::Write;

use anyhow::{Result, bail};
use serde_json::json;

use crate::{command, npm, place, system};

/// What `cargo xtask bench` takes.
#[derive(Debug, clap::Args)]
pub(crate) struct Options {
    /// One of start, memory, talk; all of them when left out.
    name: Option<String>,
    /// Install missing system packages without asking.
    #[arg(short, long)]
    yes: bool,
    /// How often each start is measured; the middle one counts.
    #[arg(long, default_value_t = 7)]
    rounds: usize,
}

/// Measures one thing, in so many rounds where rounds make sense.
type Measure = fn(usize) -> Result<()>;

/// Measures; answers whether everything could be measured.
pub(crate) fn run(options: &Options) -> Result<bool> {
    let all: [(&str, Measure); 3] = [
        ("start", start::run),
        ("memory", memory::run),
        ("talk", talk::run),
    ];
    let chosen: Vec<_> = all
        .iter()
        .filter(|(name, _)| options.name.as_deref().is_none_or(|wanted| wanted == *name))
        .collect();
    if chosen.is_empty() {
        bail!("There is no such measurement. There are: start, memory, talk.");
    }
    system::ready_to_test(options.yes)?;
    npm::built()?;
    command::must(&mut command::cargo([
        "build",
        "--release",
        "--workspace",
        "--bins",
        "--examples",
    ]))?;
    let mut is_good = true;
    for (name, measure) in chosen {
        if let Err(error) = measure(options.rounds) {
            eprintln!("kith: {name} could not be measured: {error:#}");
            is_good = false;
        }
    }
    Ok(is_good)
}

/// Prints one result.
fn result(name: &str, value: f64, unit: &str, baseline: Option<f64>) -> Result<()> {
    let rounded = |number: f64| (number * 100.0).round() / 100.0;
    let line = json!({
        "name": name,
        "value": rounded(value),
        "unit": unit,
        "baseline": baseline.map(rounded),
        "ratio": baseline.filter(|base| *base > 0.0).map(|base| rounded(value / base)),
    });
    writeln!(std::io::stdout(), "{line}")?;
    Ok(())
}

/// The middle one.
fn median(values: &mut [f64]) -> f64 {
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or(f64::NAN)
}

/// A program of the release build.
fn built(name: &str) -> std::path::PathBuf {
    place::program("release", name)
}

/// An example of the release build.
fn example(name: &str) -> std::path::PathBuf {
    place::program("release/examples", name)
}
