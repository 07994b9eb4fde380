//! Seeded fault plans: three people, one of them on two devices, write, answer,
//! edit, delete, react, pin and read, in a group of all of them and in a private
//! dialog of two, and some of what they write destroys itself; while links break
//! at any byte, roads are slow, narrow or silent, sessions are forgotten,
//! acknowledgements swallowed or put into the wrong order, relays held back,
//! disks full, apps killed and the server restarted. In the end everything is
//! whole again, and every device must show the same: what was written, once, in
//! one order, as it was last edited, without what was deleted, with the same
//! states and unread counts, and nothing read that nobody looked at; nobody has
//! anything of a conversation that they are not in; and when the time of what
//! destroys itself is over, no file of any device has a letter of it.
//!
//! One JSON object a plan and a summary; the exit status is 0 only when
//! nothing was lost, doubled, misordered or read by mistake. A plan that failed
//! is kept, with its steps and what was found, and runs again by its seed.

#![expect(clippy::print_stdout, reason = "its report is its purpose")]

mod cast;
mod judge;
mod plan;
mod tally;
mod timed;
mod truth;

use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use anyhow::Result;
use clap::Parser;
use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};
use serde_json::json;
use tokio::sync::Mutex;
use tracing_subscriber::EnvFilter;

use cast::Cast;
use tally::Tally;
use truth::Talk;

/// So many plans are played by the same people on the same server, one after
/// another, before new ones take over.
const PLANS_A_CAST: u32 = 12;

#[derive(Debug, Parser)]
struct Arguments {
    /// How many plans to run.
    #[arg(long, default_value_t = 20)]
    plans: u32,
    /// The number they are drawn from.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Runs this one plan again, by its own seed.
    #[arg(long)]
    only: Option<u64>,
    /// How many plans run side by side.
    #[arg(long, default_value_t = 4)]
    jobs: u32,
    /// Where plans that failed are kept.
    #[arg(long)]
    keep: Option<PathBuf>,
}

/// What the players of all casts share.
#[derive(Debug)]
struct Run {
    /// The plans' own seeds, so that each can be run alone again.
    seeds: Vec<u64>,
    next: AtomicU32,
    total: Mutex<Tally>,
    keep: Option<PathBuf>,
}

#[tokio::main]
async fn main() -> Result<ExitCode> {
    let arguments = Arguments::parse();
    tracing_subscriber::fmt()
        .with_env_filter(EnvFilter::try_from_env("KITH_LOG").unwrap_or_else(|_| "off".into()))
        .with_writer(std::io::stderr)
        .with_ansi(false)
        .init();
    let mut seeds = StdRng::seed_from_u64(arguments.seed);
    let seeds: Vec<u64> = match arguments.only {
        Some(seed) => vec![seed],
        None => (0..arguments.plans).map(|_| seeds.random()).collect(),
    };
    let jobs = arguments
        .jobs
        .clamp(1, u32::try_from(seeds.len()).unwrap_or(1).max(1));
    let n_plans = seeds.len();
    let run = Arc::new(Run {
        seeds,
        next: AtomicU32::new(0),
        total: Mutex::default(),
        keep: arguments.keep,
    });
    let players: Vec<_> = (0..jobs)
        .map(|job| tokio::spawn(Arc::clone(&run).play(job)))
        .collect();
    for player in players {
        player.await??;
    }
    let total = run.total.lock().await;
    let mut summary = total.json();
    summary["plans"] = json!(n_plans);
    summary["seed"] = json!(arguments.seed);
    println!("{summary}");
    Ok(if total.is_clean() {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

impl Run {
    /// Plays plans until there are no more.
    async fn play(self: Arc<Self>, job: u32) -> Result<()> {
        let mut cast: Option<(Cast, Talk, u32)> = None;
        loop {
            let number = self.next.fetch_add(1, Ordering::SeqCst);
            let Some(seed) = self.seeds.get(number as usize).copied() else {
                break;
            };
            let (mut players, private, played) = match cast.take() {
                Some((players, private, played)) if played < PLANS_A_CAST => {
                    (players, private, played)
                }
                old => {
                    if let Some((players, ..)) = old {
                        players.leave().await;
                    }
                    // One cast in four has TLS.
                    let players = Cast::gather(job.is_multiple_of(4)).await?;
                    let private = players.private().await?;
                    (players, private, 0)
                }
            };
            let (done, private) = plan::run(seed, &mut players, private).await?;
            let report = json!({
                "plan": number, "seed": seed, "steps": done.story, "result": done.tally.json(),
                "found": done.tally.found,
            });
            println!("{report}");
            if done.tally.is_clean() {
                cast = Some((players, private, played + 1));
            } else {
                // Whatever is wrong with them is no part of the next plan.
                players.leave().await;
                if let Some(folder) = &self.keep {
                    std::fs::create_dir_all(folder)?;
                    std::fs::write(
                        folder.join(format!("{seed}.json")),
                        serde_json::to_vec_pretty(&report)?,
                    )?;
                }
            }
            self.total.lock().await.add(&done.tally);
        }
        if let Some((players, ..)) = cast {
            players.leave().await;
        }
        Ok(())
    }
}
