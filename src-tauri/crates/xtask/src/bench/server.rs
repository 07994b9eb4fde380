//! What one `kith-server` takes, beside the least that it could cost on this
//! machine: rows of SQLite, and a bare program that holds TLS connections.

use std::process::{Command, Stdio};

use anyhow::{Context, Result};
use serde_json::Value;

use super::talk::Server;
use super::{Plan, result};
use crate::{command, place};

/// Measures and prints, each with a server of its own.
pub(super) fn run(plan: Plan) -> Result<()> {
    for (what, name, unit) in [
        ("messages", "server.messages", "messages/s"),
        ("idle", "server.idle_connection", "KiB"),
        ("fanout", "server.fanout_500", "ms"),
    ] {
        let folder = place::reports("bench")?.join(format!("server-{what}"));
        let _ = std::fs::remove_dir_all(&folder);
        let server = Server::start(plan, &folder)?;
        let (value, baseline) = measured(
            Command::new(plan.example("bench"))
                .args(["server", what, "--server", &server.line])
                .arg("--data-dir")
                .arg(&folder)
                .args(["--pid", &server.pid().to_string()]),
        )?;
        result(name, value, unit, Some(baseline))?;
    }
    Ok(())
}

/// Runs a program that prints `{"value":…,"baseline":…}`.
fn measured(command: &mut Command) -> Result<(f64, f64)> {
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
    Ok((number("value")?, number("baseline")?))
}
