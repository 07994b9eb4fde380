//! A display that nobody sees, for windows in tests and measurements.

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};

use anyhow::{Context, Result, bail};

/// A running Xvfb. It ends with this value.
#[derive(Debug)]
pub(crate) struct Display {
    server: Child,
    name: String,
}

impl Display {
    /// Starts one on a free number.
    pub(crate) fn start() -> Result<Self> {
        let mut server = Command::new("Xvfb")
            .args([
                "-displayfd",
                "1",
                "-screen",
                "0",
                "1600x1100x24",
                "-nolisten",
                "tcp",
                "-noreset",
            ])
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .context("cannot start Xvfb, the display for tests")?;
        let mut line = String::new();
        if let Some(stdout) = server.stdout.take() {
            BufReader::new(stdout).read_line(&mut line)?;
        }
        let number = line.trim();
        if number.is_empty() {
            let _ = server.wait();
            bail!("Xvfb ended without making a display");
        }
        Ok(Self {
            name: format!(":{number}"),
            server,
        })
    }

    /// Makes `command` a command on this display, with a message bus of its own
    /// that starts no services, so that nothing of the person's desktop is in reach.
    pub(crate) fn shows(&self, command: &Command) -> Command {
        let mut inside = Command::new("dbus-run-session");
        inside
            .arg("--config-file")
            .arg(crate::place::tests().join("support/session-bus.conf"))
            .arg("--")
            .arg(command.get_program())
            .args(command.get_args());
        if let Some(folder) = command.get_current_dir() {
            inside.current_dir(folder);
        }
        for (name, value) in command.get_envs() {
            match value {
                Some(value) => inside.env(name, value),
                None => inside.env_remove(name),
            };
        }
        inside
            .env("DISPLAY", &self.name)
            .env("GDK_BACKEND", "x11")
            .env("NO_AT_BRIDGE", "1")
            .env_remove("WAYLAND_DISPLAY")
            .env_remove("DBUS_SESSION_BUS_ADDRESS");
        inside
    }
}

impl Drop for Display {
    fn drop(&mut self) {
        let _ = self.server.kill();
        let _ = self.server.wait();
    }
}
