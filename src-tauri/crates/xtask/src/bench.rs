//! `cargo xtask bench`: how long Kith takes to start, how much memory it holds,
//! how long a message travels, how fast stanzas are read, how much a server
//! takes and how a long conversation feels, each beside something to compare with.
//! Numbers are printed, one JSON object a line, and never asserted.

mod memory;
mod server;
mod start;
mod sync;
mod talk;
mod timeline;

use std::io::Write;
use std::path::PathBuf;

use anyhow::{Result, bail};
use serde_json::json;

use crate::{command, npm, place, system};

/// What `cargo xtask bench` takes.
#[derive(Debug, clap::Args)]
pub(crate) struct Options {
    /// One of start, memory, talk, server, timeline, catch_up, inbox, stanzas; all of them when left out.
    name: Option<String>,
    /// Install missing system packages without asking.
    #[arg(short, long)]
    yes: bool,
    /// How often each start is measured; the middle one counts.
    #[arg(long, default_value_t = 7)]
    rounds: usize,
    /// Measure the debug build: quickly shows whether measuring works, with numbers that mean nothing.
    #[arg(long)]
    debug: bool,
}

/// What is measured, and how.
#[derive(Debug, Clone, Copy)]
struct Plan {
    rounds: usize,
    profile: &'static str,
}

impl Plan {
    /// A built program.
    fn program(self, name: &str) -> PathBuf {
        place::program(self.profile, name)
    }

    /// A built example.
    fn example(self, name: &str) -> PathBuf {
        place::program(&format!("{}/examples", self.profile), name)
    }
}

/// Measures one thing.
type Measure = fn(Plan) -> Result<()>;

/// Measures; answers whether everything could be measured.
pub(crate) fn run(options: &Options) -> Result<bool> {
    let all: [(&str, Measure); 8] = [
        ("start", start::run),
        ("memory", memory::run),
        ("talk", talk::run),
        ("server", server::run),
        ("timeline", timeline::run),
        ("catch_up", sync::catch_up),
        ("inbox", sync::inbox),
        ("stanzas", sync::stanzas),
    ];
    let chosen: Vec<_> = all
        .iter()
        .filter(|(name, _)| options.name.as_deref().is_none_or(|wanted| wanted == *name))
        .collect();
    if chosen.is_empty() {
        bail!(
            "There is no such measurement. There are: start, memory, talk, server, timeline, catch_up, inbox, stanzas."
        );
    }
    system::ready_to_test(options.yes)?;
    npm::built()?;
    let mut build = command::cargo(["build", "--workspace", "--bins", "--examples"]);
    // In the debug build the tests come along, because that is what is built already.
    build.arg(if options.debug {
        "--tests"
    } else {
        "--release"
    });
    command::must(&mut build)?;
    let plan = Plan {
        rounds: options.rounds,
        profile: if options.debug { "debug" } else { "release" },
    };
    let mut is_good = true;
    for (name, measure) in chosen {
        if let Err(error) = measure(plan) {
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
