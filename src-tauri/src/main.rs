//! Kith, the desktop app. Everything that Kith does is in `crates/api`; here
//! are the window, the command line and the adapters between them:
//!
//! ```text
//! cli, renderer, logging   how the process starts
//! run                      the order of starting and ending
//! bell                     a second start, which gets the window that is there
//! window, shell, spelling  the window, and what only it can do
//! drops                    files that are dragged over it
//! commands, feed, views    one line to and from the application
//! first                    what the page asks first, answered before it asks
//! notify                   notifications on the desktop
//! keychain, local          the system's keychain; the server on this machine
//! ```
#![cfg_attr(all(windows, not(debug_assertions)), windows_subsystem = "windows")]

mod bell;
mod cli;
mod clipboard;
mod commands;
mod drops;
mod feed;
mod first;
mod keychain;
mod local;
mod logging;
mod notify;
mod renderer;
mod run;
mod shell;
mod spelling;
mod views;
mod window;

use std::process::ExitCode;
use std::time::Instant;

use clap::Parser;

fn main() -> ExitCode {
    let started = Instant::now();
    let arguments = cli::Arguments::parse();
    renderer::choose();
    logging::start();
    match run::run(arguments, started) {
        Ok(0) => ExitCode::SUCCESS,
        Ok(_) => ExitCode::FAILURE,
        Err(error) => {
            tracing::debug!("{error:?}");
            eprintln!("kith: {error:#}");
            ExitCode::FAILURE
        }
    }
}
