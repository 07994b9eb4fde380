//! The parts of `cargo xtask bench` that need the rooms themselves: filling a
//! cache, and measuring how long a message travels.

#![expect(clippy::print_stdout, reason = "its report is its purpose")]

mod fill;
mod talk;

use std::path::PathBuf;

use anyhow::Result;
use clap::Parser;

#[derive(Debug, Parser)]
enum Arguments {
    /// Makes a data folder with a signed-in account that holds so many messages.
    Fill {
        /// The folder.
        #[arg(long)]
        data_dir: PathBuf,
        /// How many messages.
        #[arg(long)]
        messages: u32,
    },
    /// Prints `{"median":…,"p99":…}`, in milliseconds from key press to patch.
    Talk {
        /// The ready line of a running server.
        #[arg(long)]
        server: String,
        /// A folder for the two people's data.
        #[arg(long)]
        data_dir: PathBuf,
    },
}

#[tokio::main]
async fn main() -> Result<()> {
    match Arguments::parse() {
        Arguments::Fill { data_dir, messages } => fill::run(&data_dir, messages).await,
        Arguments::Talk { server, data_dir } => talk::run(&server, &data_dir).await,
    }
}
