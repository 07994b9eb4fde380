//! What a window holds: the proportional share of memory (PSS) of its process
//! and all that it started, the web view's included.

use std::collections::BTreeMap;
use std::fs;
use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use serde_json::Value;

use super::{Plan, result, start};
use crate::display::Display;

/// Measures and prints.
pub(super) fn run(plan: Plan) -> Result<()> {
    let display = Display::start()?;
    let base = held(&display, Command::new(plan.example("bare")))?;
    result("memory.bare", base, "MB", None)?;
    for size in start::SIZES {
        let folder = start::cache(plan, size)?;
        result(
            &format!("memory.{size}"),
            held(&display, start::kith(plan, &folder))?,
            "MB",
            Some(base),
        )?;
    }
    Ok(())
}

fn held(display: &Display, command: Command) -> Result<f64> {
    let window = Window::open(display, command)?;
    // The moment after painting still frees what starting took.
    std::thread::sleep(Duration::from_secs(3));
    let size = pss(window.child.id())?;
    window.close()?;
    Ok(size)
}

/// A program with a window that has said that it has painted.
pub(super) struct Window {
    child: Child,
}

impl Window {
    /// Starts it, and waits for its line.
    pub(super) fn open(display: &Display, mut command: Command) -> Result<Self> {
        command.env("KITH_BENCH", "1");
        let mut child = display
            .shows(&command)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .context("the window did not start")?;
        let (say, hear) = mpsc::channel();
        if let Some(stdout) = child.stdout.take() {
            std::thread::spawn(move || {
                for line in BufReader::new(stdout).lines().map_while(Result::ok) {
                    if serde_json::from_str::<Value>(&line)
                        .is_ok_and(|line| line.get("painted").is_some())
                    {
                        let _ = say.send(());
                    }
                }
            });
        }
        let window = Self { child };
        if hear.recv_timeout(Duration::from_secs(60)).is_err() {
            window.close()?;
            bail!("the window did not say that it had painted");
        }
        Ok(window)
    }

    /// Ends it and everything it started.
    pub(super) fn close(mut self) -> Result<()> {
        for process in family(self.child.id())?.into_iter().rev() {
            let _ = Command::new("kill")
                .arg("-KILL")
                .arg(process.to_string())
                .stderr(Stdio::null())
                .status();
        }
        self.child.wait()?;
        Ok(())
    }
}

/// Megabytes of the process and its descendants.
fn pss(process: u32) -> Result<f64> {
    let mut kilobytes = 0_u64;
    for process in family(process)? {
        let command = fs::read_to_string(format!("/proc/{process}/comm")).unwrap_or_default();
        if command.starts_with("dbus") {
            continue;
        }
        let text = fs::read_to_string(format!("/proc/{process}/smaps_rollup")).unwrap_or_default();
        kilobytes += text
            .lines()
            .find_map(|line| {
                line.strip_prefix("Pss:")?
                    .trim()
                    .strip_suffix("kB")?
                    .trim()
                    .parse::<u64>()
                    .ok()
            })
            .unwrap_or(0);
    }
    if kilobytes == 0 {
        bail!("the system does not tell how much memory the window holds");
    }
    #[expect(
        clippy::cast_precision_loss,
        reason = "a number of kilobytes is far below 2^52"
    )]
    Ok(kilobytes as f64 / 1000.0)
}

/// A process and all its descendants, parents first.
fn family(first: u32) -> Result<Vec<u32>> {
    let mut children: BTreeMap<u32, Vec<u32>> = BTreeMap::new();
    for entry in fs::read_dir("/proc").context("this system does not list its processes")? {
        let Some(process) = entry?
            .file_name()
            .to_str()
            .and_then(|name| name.parse::<u32>().ok())
        else {
            continue;
        };
        let stat = fs::read_to_string(format!("/proc/{process}/stat")).unwrap_or_default();
        // The name in brackets may hold anything; after it come the state and the parent.
        let parent = stat
            .rsplit_once(')')
            .and_then(|(_, rest)| rest.split_whitespace().nth(1)?.parse::<u32>().ok());
        if let Some(parent) = parent {
            children.entry(parent).or_default().push(process);
        }
    }
    let mut all = vec![first];
    let mut next = 0;
    while let Some(process) = all.get(next).copied() {
        all.extend(children.remove(&process).unwrap_or_default());
        next += 1;
    }
    Ok(all)
}
