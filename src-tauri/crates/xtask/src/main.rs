//! The commands a person types in this repository: `cargo xtask run`, `test`,
//! `bench`, `faults`, `shots`, `bindings` and `package`.
//!
//! One module a command. This crate depends on none of the others, so that it
//! compiles in seconds and still works when they do not.

mod bench;
mod bindings;
mod command;
mod display;
mod faults;
mod npm;
mod package;
mod place;
mod run;
mod shots;
mod system;
mod test;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// Builds, runs and tests Kith.
#[derive(Debug, Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask")]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Installs what is missing, builds Kith and opens it.
    Run(run::Options),
    /// Runs everything that the checks run: lints, unit tests, journeys, browser and window.
    Test(test::Options),
    /// Measures start, memory and the way of a message; prints one JSON object a line.
    Bench(bench::Options),
    /// Runs seeded fault plans; prints one JSON object a plan and a summary.
    Faults(faults::Options),
    /// Takes pictures of every screen and state into `target/shots`.
    Shots(shots::Options),
    /// Writes the TypeScript bindings anew from the Rust types.
    Bindings,
    /// Makes this system's installers.
    Package(package::Options),
}

fn main() -> ExitCode {
    let done = match Arguments::parse().command {
        Command::Run(options) => run::run(&options),
        Command::Test(options) => test::run(&options),
        Command::Bench(options) => bench::run(&options),
        Command::Faults(options) => faults::run(&options),
        Command::Shots(options) => shots::run(&options),
        Command::Bindings => bindings::run(),
        Command::Package(options) => package::run(&options),
    };
    match done {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("kith: {error:#}");
            ExitCode::FAILURE
        }
    }
}
