//! `cargo xtask faults`: seeded plans of what can go wrong, run against real
//! engines and the real server by `tests/faults`. Plans that fail are kept in
//! `target/faults`, one file each, and run again with `--only`.

use anyhow::Result;

use crate::{command, npm, place, system};

/// What `cargo xtask faults` takes.
#[derive(Debug, clap::Args)]
pub(crate) struct Options {
    /// How many plans to run.
    #[arg(long, default_value_t = 20)]
    plans: u32,
    /// The number they are drawn from; the same number gives the same plans.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Runs this one plan again, by its own seed.
    #[arg(long)]
    only: Option<u64>,
    /// How many plans run side by side.
    #[arg(long, default_value_t = 4)]
    jobs: u32,
}

/// Runs them; answers whether nothing was lost, doubled, misordered or read by mistake.
pub(crate) fn run(options: &Options) -> Result<bool> {
    system::ready_to_build(false)?;
    npm::built()?;
    command::must(&mut command::cargo([
        "build",
        "--workspace",
        "--bins",
        "--tests",
        "--examples",
    ]))?;
    command::succeeds(&mut plans(options)?)
}

/// The program that runs the plans.
fn plans(options: &Options) -> Result<std::process::Command> {
    let mut plans = std::process::Command::new(place::program("debug/examples", "faults"));
    plans
        .args(["--plans", &options.plans.to_string()])
        .args(["--seed", &options.seed.to_string()])
        .args(["--jobs", &options.jobs.to_string()])
        .arg("--keep")
        .arg(place::reports("faults")?);
    if let Some(only) = options.only {
        plans.args(["--only", &only.to_string()]);
    }
    Ok(plans)
}

/// Runs so many plans as a part of the tests; answers how many were clean and
/// how many were not.
pub(crate) fn in_tests(n_plans: u32) -> Result<(bool, u64, u64)> {
    let options = Options {
        plans: n_plans,
        seed: 1,
        only: None,
        jobs: 4,
    };
    let (is_good, text) = command::watched(&mut plans(&options)?)?;
    let (mut clean, mut unclean) = (0, 0);
    for line in text.lines() {
        let Ok(line) = serde_json::from_str::<serde_json::Value>(line) else {
            continue;
        };
        let Some(result) = line["result"].as_object() else {
            continue;
        };
        if result.values().all(|count| count.as_u64() == Some(0)) {
            clean += 1;
        } else {
            unclean += 1;
        }
    }
    Ok((is_good, clean, unclean))
}
