//! `cargo xtask test`: everything that the checks run, in an order in which
//! the cheap answers come first and nothing is built twice.
//!
//! A step that fails does not hide those after it. The numbers come from the
//! tools' own reports, are added up, and end in one plain line.

mod count;
mod steps;
mod xmpp;

use std::io::Write;
use std::time::{Duration, Instant};

use anyhow::Result;

use crate::{command, system};
use count::Count;

/// What `cargo xtask test` takes.
#[derive(Debug, clap::Args)]
pub(crate) struct Options {
    /// One step (format, ui, lint, build, rust, sdk, xmpp, chromium, window), `journeys`, or part of the names of Rust tests.
    filter: Option<String>,
    /// Install missing system packages without asking.
    #[arg(short, long)]
    yes: bool,
}

/// How one step went.
struct Outcome {
    name: &'static str,
    count: Count,
    is_good: bool,
    time: Duration,
    note: String,
}

/// Runs the steps; answers whether everything passed.
pub(crate) fn run(options: &Options) -> Result<bool> {
    let start = Instant::now();
    let mut outcomes = Vec::new();
    let mut holds = true;
    if let Err(error) = system::ready_to_test(options.yes) {
        // Whatever can run without the missing part still runs.
        eprintln!("kith: {error:#}");
        outcomes.push(Outcome {
            name: "system",
            count: Count::check(false),
            is_good: false,
            time: start.elapsed(),
            note: "something the tests need is missing".to_owned(),
        });
    }
    let filter = options.filter.as_deref();
    let one = filter.filter(|word| steps::ALL.iter().any(|step| step.name == *word));
    let names = filter.filter(|_| one.is_none());
    for step in steps::ALL {
        let is_wanted = match (one, names) {
            (Some(one), _) => step.name == one,
            (None, Some(_)) => step.name == "rust",
            (None, None) => true,
        };
        if !is_wanted {
            continue;
        }
        eprintln!("\n== {}: {}", step.name, step.story);
        let begun = Instant::now();
        let outcome = match (step.run)(names) {
            Ok(count) => Outcome {
                name: step.name,
                is_good: count.failed == 0,
                note: count.note.clone(),
                count,
                time: begun.elapsed(),
            },
            Err(error) => Outcome {
                name: step.name,
                count: Count::check(false),
                is_good: false,
                time: begun.elapsed(),
                note: format!("{error:#}"),
            },
        };
        eprintln!(
            "== {}: {} in {}",
            step.name,
            word(&outcome),
            command::spent(outcome.time)
        );
        holds &= outcome.is_good;
        outcomes.push(outcome);
    }
    holds &= outcomes.iter().all(|outcome| outcome.is_good);
    report(&outcomes, start.elapsed())?;
    Ok(holds)
}

fn word(outcome: &Outcome) -> &'static str {
    if outcome.is_good { "good" } else { "FAILED" }
}

fn report(outcomes: &[Outcome], time: Duration) -> Result<()> {
    let mut out = std::io::stdout().lock();
    writeln!(
        out,
        "\n{:<10} {:>7} {:>7} {:>7}  {:<7} {:>12}",
        "step", "ran", "passed", "failed", "", "time"
    )?;
    let mut total = Count::default();
    for outcome in outcomes {
        let count = &outcome.count;
        writeln!(
            out,
            "{:<10} {:>7} {:>7} {:>7}  {:<7} {:>12}  {}",
            outcome.name,
            count.passed + count.failed,
            count.passed,
            count.failed,
            word(outcome),
            command::spent(outcome.time),
            outcome.note
        )?;
        total.passed += count.passed;
        total.failed += count.failed;
    }
    writeln!(
        out,
        "{:<10} {:>7} {:>7} {:>7}  {:<7} {:>12}",
        "all",
        total.passed + total.failed,
        total.passed,
        total.failed,
        "",
        command::spent(time)
    )?;
    writeln!(out, "\n{} passed, {} failed", total.passed, total.failed)?;
    Ok(())
}
