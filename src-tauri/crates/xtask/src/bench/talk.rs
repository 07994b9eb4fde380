//! From a key press in one engine to the patch in another over the server,
//! beside the JavaScript SDK talking to itself over the same server.

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};

use anyhow::{Context, Result, bail};
use serde_json::Value;

use super::{Plan, result};
use crate::{command, npm, place};

/// Measures and prints.
pub(super) fn run(plan: Plan) -> Result<()> {
    let folder = place::reports("bench")?.join("talk");
    let _ = std::fs::remove_dir_all(&folder);
    let server = Server::start(plan, &folder.join("server"))?;
    // The script signs all four people up, so it comes first.
    npm::ready(&place::tests())?;
    let theirs = spread(
        command::program(&place::tests(), "node", ["bench/talk.js"])
            .env("KITH_BENCH_SERVER", &server.line),
    )?;
    let ours = spread(
        Command::new(plan.example("bench"))
            .args(["talk", "--server", &server.line])
            .arg("--data-dir")
            .arg(&folder),
    )?;
    result("talk.median", ours.0, "ms", Some(theirs.0))?;
    result("talk.p99", ours.1, "ms", Some(theirs.1))
}

/// Runs a program that prints `{"median":…,"p99":…}` in milliseconds.
fn spread(command: &mut Command) -> Result<(f64, f64)> {
    let output = command
        .stderr(Stdio::inherit())
        .output()
        .with_context(|| command::shown(command))?;
    let text = String::from_utf8_lossy(&output.stdout);
    let line = text
        .lines()
        .rfind(|line| line.starts_with('{'))
        .context("no measurement came")?;
    let line: Value = serde_json::from_str(line)?;
    let number = |name: &str| {
        line.get(name)
            .and_then(Value::as_f64)
            .with_context(|| format!("no {name} came"))
    };
    Ok((number("median")?, number("p99")?))
}

/// A server of the release build, with an empty data folder. It ends with this value.
pub(super) struct Server {
    child: Child,
    /// Its ready line.
    pub(super) line: String,
}

impl Server {
    /// Its process.
    pub(super) fn pid(&self) -> u32 {
        self.child.id()
    }

    /// Starts it and waits until it is ready.
    pub(super) fn start(plan: Plan, folder: &std::path::Path) -> Result<Self> {
        let mut child = Command::new(plan.program("kith-server"))
            .arg("--data")
            .arg(folder)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .context("the server did not start")?;
        let mut line = String::new();
        if let Some(stdout) = child.stdout.take() {
            BufReader::new(stdout).read_line(&mut line)?;
        }
        let server = Self {
            child,
            line: line.trim().to_owned(),
        };
        if server.line.is_empty() {
            bail!("the server ended before it was ready");
        }
        Ok(server)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
