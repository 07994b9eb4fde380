//! The parts of `cargo xtask bench` that need the rooms themselves: filling a
//! cache, and measuring how long a message travels.

#![expect(clippy::print_stdout, reason = "its report is its purpose")]

mod catch_up;
mod fill;
mod inbox;
mod server;
mod server_bare;
mod server_link;
mod stanzas;
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
        /// Over how many dialogs, by turns.
        #[arg(long, default_value_t = 50)]
        dialogs: u32,
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
    /// Prints how soon a new device shows the newest, and how fast it fetches the rest.
    CatchUp {
        /// How many messages the account has.
        #[arg(long)]
        messages: usize,
    },
    /// Prints how long a message takes from the socket to the patch.
    Inbox,
    /// Prints `{"value":…,"baseline":…}`, in stanzas that the client reads a second.
    Stanzas,
    /// Prints `{"value":…,"baseline":…}` for one thing that a running server does.
    Server {
        /// What is measured.
        what: ServerPart,
        /// Its ready line.
        #[arg(long)]
        server: String,
        /// Its folder, which has its certificate.
        #[arg(long)]
        data_dir: PathBuf,
        /// Its process.
        #[arg(long)]
        pid: u32,
    },
    /// Holds TLS connections and passes on what one of them says: something to compare with.
    Bare {
        /// The folder with the certificate.
        #[arg(long)]
        data_dir: PathBuf,
    },
}

#[derive(Debug, Clone, Copy, clap::ValueEnum)]
enum ServerPart {
    /// Messages a second, stored and acknowledged.
    Messages,
    /// KiB for each idle connection.
    Idle,
    /// Milliseconds for one message to a large group.
    Fanout,
}

/// Thousands of connections are thousands of open files: as many as the system allows.
fn many_files() {
    #[cfg(unix)]
    {
        use rustix::process::{Resource, getrlimit, setrlimit};
        let mut limit = getrlimit(Resource::Nofile);
        limit.current = limit.maximum;
        // What is measured says when it was not enough.
        let _ = setrlimit(Resource::Nofile, limit);
    }
}

#[tokio::main]
async fn main() -> Result<()> {
    many_files();
    match Arguments::parse() {
        Arguments::Fill {
            data_dir,
            messages,
            dialogs,
        } => fill::run(&data_dir, messages, dialogs).await,
        // As the app's own commands: on the runtime's threads, and not beside them.
        Arguments::Talk { server, data_dir } => {
            tokio::spawn(async move { talk::run(&server, &data_dir).await }).await?
        }
        Arguments::CatchUp { messages } => catch_up::run(messages).await,
        Arguments::Inbox => tokio::spawn(inbox::run()).await?,
        Arguments::Stanzas => stanzas::run().await,
        Arguments::Server {
            what,
            server,
            data_dir,
            pid,
        } => {
            let result = match what {
                ServerPart::Messages => server::messages(&server, &data_dir).await,
                ServerPart::Idle => server::idle(&server, &data_dir, pid).await,
                ServerPart::Fanout => server::fanout(&server, &data_dir).await,
            };
            println!("{}", result?);
            Ok(())
        }
        Arguments::Bare { data_dir } => server_bare::run(&data_dir).await,
    }
}

/// Megabytes that this process holds for itself; 0 where the system does not tell.
fn own_memory() -> f64 {
    let text = std::fs::read_to_string("/proc/self/smaps_rollup").unwrap_or_default();
    let kilobytes: f64 = text
        .lines()
        .find_map(|line| {
            line.strip_prefix("Pss:")?
                .trim()
                .strip_suffix("kB")?
                .trim()
                .parse()
                .ok()
        })
        .unwrap_or(0.0);
    kilobytes / 1000.0
}
