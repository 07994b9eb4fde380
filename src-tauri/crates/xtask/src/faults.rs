//! `cargo xtask faults`: seeded plans of what can go wrong, run against real
//! engines and the real server by `tests/faults`.

use anyhow::Result;

use crate::{command, npm, system};

/// What `cargo xtask faults` takes.
#[derive(Debug, clap::Args)]
pub(crate) struct Options {
    /// How many plans to run.
    #[arg(long, default_value_t = 20)]
    plans: u32,
    /// The number they are drawn from; the same number gives the same plans.
    #[arg(long, default_value_t = 1)]
    seed: u64,
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
    let mut plans = std::process::Command::new(crate::place::program("debug/examples", "faults"));
    plans.args([
        "--plans",
        &options.plans.to_string(),
        "--seed",
        &options.seed.to_string(),
    ]);
    command::succeeds(&mut plans)
}
