//! Seeded fault plans: three people write in a group while links are cut,
//! sessions forgotten, acknowledgements swallowed, relays held back, and the
//! server and their own apps restarted. In the end everything is whole again,
//! and everybody must hold every message, once, in the same order, and none of
//! them read, because nobody read any.
//!
//! One JSON object a plan and a summary; the exit status is 0 only when
//! nothing was lost, doubled, misordered or read by mistake.

#![expect(clippy::print_stdout, reason = "its report is its purpose")]

mod plan;

use std::process::ExitCode;

use anyhow::Result;
use clap::Parser;
use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};
use serde_json::json;

use plan::Tally;

#[derive(Debug, Parser)]
struct Arguments {
    /// How many plans to run.
    #[arg(long, default_value_t = 20)]
    plans: u32,
    /// The number they are drawn from.
    #[arg(long, default_value_t = 1)]
    seed: u64,
}

#[tokio::main]
async fn main() -> Result<ExitCode> {
    let Arguments { plans, seed } = Arguments::parse();
    let mut seeds = StdRng::seed_from_u64(seed);
    let mut total = Tally::default();
    for number in 0..plans {
        // A plan depends on its own number only, so that it can be run alone again.
        let own = seeds.random();
        let (story, tally) = plan::run(own).await?;
        println!(
            "{}",
            json!({"plan": number, "seed": own, "steps": story, "result": tally.json()})
        );
        total.add(&tally);
    }
    let mut summary = total.json();
    summary["plans"] = json!(plans);
    summary["seed"] = json!(seed);
    println!("{summary}");
    Ok(if total.is_clean() {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}
