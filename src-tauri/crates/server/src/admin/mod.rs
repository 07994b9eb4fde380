//! `kith-server admin`: what the platform does in its dashboard.
//!
//! Every command works on a folder, whether a server is running in it or not:
//! SQLite lets two processes take turns. Answers are lines of JSON on standard
//! output, one a thing; what went wrong is one sentence on standard error.
//!
//! A folder holds one application or several. A command is about the first one
//! unless `--app` names another. A running server opens a new application when
//! somebody first asks for it.

mod backup;
mod office;
mod people;
mod rooms;

use std::ffi::OsString;
use std::io::Write;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, Subcommand};
use serde_json::Value;
use thiserror::Error;

use crate::StartError;
use office::Office;

/// Manage a server's application: people, fields, classes, channels, reports, backups.
#[derive(Debug, Parser)]
#[command(name = "kith-server admin", bin_name = "kith-server admin")]
struct Arguments {
    /// The server's folder.
    #[arg(long)]
    data: PathBuf,
    /// The application's number; the first one's when left out.
    #[arg(long)]
    app: Option<u64>,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// The applications of this folder.
    #[command(subcommand)]
    App(App),
    /// People.
    #[command(subcommand)]
    User(User),
    /// The keys that a conversation's extensions may have.
    #[command(subcommand)]
    Fields(Fields),
    /// Classes of custom objects, reports among them.
    #[command(subcommand)]
    Class(Class),
    /// Channels that everybody reads and few write in.
    #[command(subcommand)]
    Broadcast(Broadcast),
    /// What people reported.
    #[command(subcommand)]
    Reports(Reports),
    /// Copy the whole folder with all applications, also while the server runs. Start a server with the copy
    /// as its folder to go back to it.
    Backup {
        /// The folder to make.
        to: PathBuf,
    },
}

#[derive(Debug, Subcommand)]
enum App {
    /// Show their numbers and keys.
    List,
    /// Make another application, or the folder with its first one.
    Create,
}

#[derive(Debug, Subcommand)]
enum User {
    /// Everybody.
    List,
    /// Add somebody. The password is read from standard input, or made and shown.
    Create {
        /// What to log in with.
        login: String,
        /// An e-mail address.
        #[arg(long)]
        email: Option<String>,
        /// What others call them.
        #[arg(long)]
        full_name: Option<String>,
        /// Read the password from standard input.
        #[arg(long)]
        password_stdin: bool,
    },
    /// Give somebody another password, and end their sessions.
    Password {
        /// Who.
        login: String,
        /// Read the password from standard input.
        #[arg(long)]
        password_stdin: bool,
    },
    /// Let somebody read and deal with reports, or no more.
    Moderator {
        /// Who.
        login: String,
        /// Take it back.
        #[arg(long)]
        remove: bool,
    },
}

#[derive(Debug, Subcommand)]
enum Fields {
    /// What is allowed.
    List,
    /// Allow a key.
    Allow {
        /// The key.
        name: String,
    },
    /// Allow a key no more, and take it out of all conversations.
    Remove {
        /// The key.
        name: String,
    },
}

#[derive(Debug, Subcommand)]
enum Class {
    /// What there is.
    List,
    /// Make a class.
    Create {
        /// Its name, such as UserReports.
        name: String,
        /// Its records are reports: read by their authors and by moderators only.
        #[arg(long)]
        reports: bool,
    },
}

#[derive(Debug, Subcommand)]
enum Broadcast {
    /// What there is.
    List,
    /// Make a channel.
    Create {
        /// What it is called.
        name: String,
        /// Who owns it and may write in it.
        #[arg(long)]
        owner: String,
        /// Who else may write in it, at most five.
        #[arg(long)]
        admin: Vec<String>,
    },
}

#[derive(Debug, Subcommand)]
enum Reports {
    /// Those nobody has dealt with.
    List {
        /// Those that were dealt with as well.
        #[arg(long)]
        all: bool,
    },
    /// Note that a report was dealt with.
    Resolve {
        /// Which.
        id: String,
        /// What was done.
        #[arg(long, default_value = "")]
        note: String,
    },
}

/// Why something was not done.
#[derive(Debug, Error)]
pub(crate) enum AdminError {
    /// The folder cannot be used.
    #[error(transparent)]
    Folder(#[from] StartError),
    /// The database failed.
    #[error("the database could not be read or written: {0}")]
    Database(#[from] sqlx::Error),
    /// A file could not be read or written.
    #[error("{what}: {cause}")]
    File {
        /// What was tried.
        what: String,
        /// What the system said.
        cause: std::io::Error,
    },
    /// It makes no sense, in words for whoever asked.
    #[error("{0}")]
    Words(String),
}

fn words(text: impl Into<String>) -> AdminError {
    AdminError::Words(text.into())
}

/// Does what the command line says when its first word is `admin`.
#[must_use]
pub fn asked(arguments: impl IntoIterator<Item = OsString>) -> Option<ExitCode> {
    let mut arguments = arguments.into_iter().skip(1).peekable();
    if arguments.peek().is_none_or(|first| first != "admin") {
        return None;
    }
    let arguments = Arguments::parse_from(arguments);
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build();
    let done = match runtime {
        Ok(runtime) => runtime.block_on(run(arguments)),
        Err(error) => Err(words(error.to_string())),
    };
    let mut errors = std::io::stderr();
    let mut out = std::io::stdout();
    let written = match done {
        Ok(lines) => lines.iter().try_for_each(|line| writeln!(out, "{line}")),
        Err(error) => {
            let _told = writeln!(errors, "kith-server admin: {error}");
            return Some(ExitCode::FAILURE);
        }
    };
    Some(if written.is_ok() {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

async fn run(arguments: Arguments) -> Result<Vec<Value>, AdminError> {
    match arguments.command {
        Command::App(App::Create) => return office::create(&arguments.data).await,
        Command::App(App::List) => return office::list(&arguments.data).await,
        _ => {}
    }
    let office = Office::open(&arguments.data, arguments.app).await?;
    let done = match arguments.command {
        Command::App(App::List | App::Create) => Ok(Vec::new()),
        Command::User(command) => people::run(&office, command).await,
        Command::Fields(command) => rooms::fields(&office, command).await,
        Command::Class(command) => rooms::classes(&office, command).await,
        Command::Broadcast(command) => rooms::broadcasts(&office, command).await,
        Command::Reports(command) => rooms::reports(&office, command).await,
        Command::Backup { to } => backup::run(&office, &to).await,
    };
    office.close().await;
    done
}

#[cfg(test)]
mod tests;
