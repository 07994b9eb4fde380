//! Running other programs, saying what is run and how long it took.

use std::ffi::OsStr;
use std::io::{BufRead, BufReader, IsTerminal, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};

/// A program to run in `folder`.
pub(crate) fn program<S: AsRef<OsStr>>(
    folder: &Path,
    name: &str,
    arguments: impl IntoIterator<Item = S>,
) -> Command {
    let mut command = Command::new(name);
    command.current_dir(folder).args(arguments);
    command
}

/// The cargo that runs this program.
pub(crate) fn cargo<S: AsRef<OsStr>>(arguments: impl IntoIterator<Item = S>) -> Command {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut command = Command::new(cargo);
    command.current_dir(crate::place::root()).args(arguments);
    // What cargo told this program about this program is not for the next one.
    for name in [
        "CARGO_MANIFEST_DIR",
        "CARGO_PKG_NAME",
        "CARGO_PKG_VERSION",
        "CARGO_MANIFEST_PATH",
    ] {
        command.env_remove(name);
    }
    command
}

/// npm, which is a script on Windows.
pub(crate) fn npm<S: AsRef<OsStr>>(
    folder: &Path,
    arguments: impl IntoIterator<Item = S>,
) -> Command {
    program(
        folder,
        if cfg!(windows) { "npm.cmd" } else { "npm" },
        arguments,
    )
}

/// What a command looks like when typed.
pub(crate) fn shown(command: &Command) -> String {
    let name = Path::new(command.get_program())
        .file_name()
        .unwrap_or_default();
    std::iter::once(name)
        .chain(command.get_args())
        .map(OsStr::to_string_lossy)
        .collect::<Vec<_>>()
        .join(" ")
}

/// Runs it with the terminal's input and output; answers whether it succeeded.
pub(crate) fn succeeds(command: &mut Command) -> Result<bool> {
    eprintln!("$ {}", shown(command));
    let status = command
        .status()
        .with_context(|| format!("cannot run `{}`", shown(command)))?;
    Ok(status.success())
}

/// Runs it, says how long it took, and fails when it fails.
pub(crate) fn must(command: &mut Command) -> Result<()> {
    let start = Instant::now();
    if !succeeds(command)? {
        bail!("`{}` failed; what it said stands above", shown(command));
    }
    eprintln!("  done in {}", spent(start.elapsed()));
    Ok(())
}

/// Runs it silently; whether it could be run and succeeded.
pub(crate) fn quietly(command: &mut Command) -> bool {
    command
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .is_ok_and(|status| status.success())
}

/// What it printed, when it could be run and succeeded.
pub(crate) fn answer(command: &mut Command) -> Option<String> {
    let output = command
        .stdin(Stdio::null())
        .stderr(Stdio::null())
        .output()
        .ok()?;
    output
        .status
        .success()
        .then(|| String::from_utf8_lossy(&output.stdout).trim().to_owned())
}

/// Runs it, shows its output as it comes, and gives it back as well.
pub(crate) fn watched(command: &mut Command) -> Result<(bool, String)> {
    eprintln!("$ {}", shown(command));
    let mut child = command
        .stdout(Stdio::piped())
        .spawn()
        .with_context(|| format!("cannot run `{}`", shown(command)))?;
    let mut text = String::new();
    if let Some(stdout) = child.stdout.take() {
        for line in BufReader::new(stdout).split(b'\n') {
            let line = String::from_utf8_lossy(&line?).into_owned();
            writeln!(std::io::stdout(), "{line}")?;
            text.push_str(&line);
            text.push('\n');
        }
    }
    Ok((child.wait()?.success(), text))
}

/// Whether a program of this name can be started.
pub(crate) fn exists(name: &str) -> bool {
    find(name).is_some()
}

/// Where a program of this name is.
pub(crate) fn find(name: &str) -> Option<PathBuf> {
    let file = format!("{name}{}", std::env::consts::EXE_SUFFIX);
    let path = std::env::var_os("PATH")?;
    std::env::split_paths(&path)
        .map(|folder| folder.join(&file))
        .find(|path| path.is_file())
}

/// Whether a person sits at the terminal who can be asked.
pub(crate) fn is_interactive() -> bool {
    !is_ci() && std::io::stdin().is_terminal() && std::io::stderr().is_terminal()
}

/// Whether a machine runs this for itself, as `CI=true` says.
pub(crate) fn is_ci() -> bool {
    std::env::var("CI").is_ok_and(|value| !value.is_empty() && value != "false" && value != "0")
}

/// Asks a yes-or-no question; no answer means yes.
pub(crate) fn agrees(question: &str) -> Result<bool> {
    eprint!("{question} [Y/n] ");
    std::io::stderr().flush()?;
    let mut line = String::new();
    std::io::stdin().lock().read_line(&mut line)?;
    Ok(matches!(
        line.trim().to_lowercase().as_str(),
        "" | "y" | "yes"
    ))
}

/// A duration as a person says it.
pub(crate) fn spent(time: Duration) -> String {
    let seconds = time.as_secs();
    if seconds >= 60 {
        format!("{} min {:02} s", seconds / 60, seconds % 60)
    } else {
        format!("{:.1} s", time.as_secs_f64())
    }
}
