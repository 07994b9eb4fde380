//! Catching up on a hundred thousand messages, and the way of one message from
//! the socket to the patch; each with the memory that it takes, beside a bare
//! loop that parses and inserts. And how fast the client reads stanzas, beside
//! the XML library alone.

use std::process::{Command, Stdio};

use anyhow::{Context, Result};
use serde_json::Value;

use super::{Plan, result};
use crate::command;

/// So many messages an account has that signs in on a new device.
const MESSAGES: u32 = 100_000;

/// Measures and prints catching up.
pub(super) fn catch_up(plan: Plan) -> Result<()> {
    let line = measured(Command::new(plan.example("bench")).args([
        "catch-up",
        "--messages",
        &MESSAGES.to_string(),
    ]))?;
    let number = |name: &str| number(&line, name);
    result("catch_up.first", number("first_ms")?, "ms", None)?;
    result(
        "catch_up.rate",
        number("rate")?,
        "messages/s",
        Some(number("baseline")?),
    )?;
    result("catch_up.memory", number("memory_mb")?, "MB", None)
}

/// Measures and prints the way from the socket to the patch.
pub(super) fn inbox(plan: Plan) -> Result<()> {
    let line = measured(Command::new(plan.example("bench")).arg("inbox"))?;
    let number = |name: &str| number(&line, name);
    result(
        "inbox.median",
        number("median")?,
        "ms",
        Some(number("baseline_median")?),
    )?;
    result(
        "inbox.p99",
        number("p99")?,
        "ms",
        Some(number("baseline_p99")?),
    )?;
    result("inbox.memory", number("memory_mb")?, "MB", None)
}

/// Measures and prints how many stanzas the client reads a second.
pub(super) fn stanzas(plan: Plan) -> Result<()> {
    let line = measured(Command::new(plan.example("bench")).arg("stanzas"))?;
    result(
        "client.stanzas",
        number(&line, "value")?,
        "stanzas/s",
        Some(number(&line, "baseline")?),
    )
}

fn number(line: &Value, name: &str) -> Result<f64> {
    line.get(name)
        .and_then(Value::as_f64)
        .with_context(|| format!("no {name} came"))
}

/// Runs a program that prints one line of numbers.
fn measured(command: &mut Command) -> Result<Value> {
    let output = command
        .stderr(Stdio::inherit())
        .output()
        .with_context(|| command::shown(command))?;
    let text = String::from_utf8_lossy(&output.stdout);
    let line = text
        .lines()
        .rfind(|line| line.starts_with('{'))
        .context("no measurement came")?;
    Ok(serde_json::from_str(line)?)
}
