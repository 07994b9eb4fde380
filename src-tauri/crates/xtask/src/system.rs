//! What the system has to bring: a C compiler and WebKitGTK to build with, and
//! a virtual display with its friends to test in. On Debian and its relatives
//! the missing packages are installed; elsewhere one line says what is needed.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Result, bail};

use crate::command;

/// How to see whether something is there.
enum Sign {
    /// A library that pkg-config knows.
    Library(&'static str),
    /// One of these programs on the path.
    Program(&'static [&'static str]),
    /// A file.
    File(&'static str),
    /// A module that `python3` can import.
    Python(&'static str),
}

/// One thing that is needed, and the package that brings it on each system.
struct Need {
    sign: Sign,
    debian: &'static str,
    fedora: &'static str,
    arch: &'static str,
}

const fn need(sign: Sign, debian: &'static str, fedora: &'static str, arch: &'static str) -> Need {
    Need {
        sign,
        debian,
        fedora,
        arch,
    }
}

/// What building the app takes.
const BUILD: &[Need] = &[
    need(
        Sign::Program(&["cc"]),
        "build-essential",
        "gcc",
        "base-devel",
    ),
    need(
        Sign::Program(&["pkg-config"]),
        "pkg-config",
        "pkgconf-pkg-config",
        "pkgconf",
    ),
    need(
        Sign::Library("webkit2gtk-4.1"),
        "libwebkit2gtk-4.1-dev",
        "webkit2gtk4.1-devel",
        "webkit2gtk-4.1",
    ),
    need(
        Sign::Library("gtk+-3.0"),
        "libgtk-3-dev",
        "gtk3-devel",
        "gtk3",
    ),
    need(
        Sign::Library("dbus-1"),
        "libdbus-1-dev",
        "dbus-devel",
        "dbus",
    ),
];

/// What the tests take besides.
const TESTS: &[Need] = &[
    need(
        Sign::Program(&["Xvfb"]),
        "xvfb",
        "xorg-x11-server-Xvfb",
        "xorg-server-xvfb",
    ),
    need(
        Sign::Program(&["dbus-run-session"]),
        "dbus",
        "dbus-daemon",
        "dbus",
    ),
    need(
        Sign::Program(&["WebKitWebDriver"]),
        "webkit2gtk-driver",
        "webkit2gtk-driver",
        "webkitgtk-6.0",
    ),
    need(Sign::Program(BROWSERS), "chromium", "chromium", "chromium"),
    // Debian keeps what makes an environment apart from Python itself.
    need(
        Sign::Python("ensurepip"),
        "python3-venv",
        "python3",
        "python",
    ),
    need(
        Sign::File("/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf"),
        "fonts-dejavu-core",
        "dejavu-sans-fonts",
        "ttf-dejavu",
    ),
    need(
        Sign::File("/usr/share/fonts/truetype/noto/NotoColorEmoji.ttf"),
        "fonts-noto-color-emoji",
        "google-noto-color-emoji-fonts",
        "noto-fonts-emoji",
    ),
];

/// The names that a Chromium goes by.
const BROWSERS: &[&str] = &[
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
];

/// The Chromium of this system.
pub(crate) fn browser() -> Option<PathBuf> {
    BROWSERS.iter().copied().find_map(command::find)
}

/// Sees to everything that building takes.
pub(crate) fn ready_to_build(yes: bool) -> Result<()> {
    check_node()?;
    provide("to build Kith", BUILD, yes)
}

/// Sees to everything that testing takes.
pub(crate) fn ready_to_test(yes: bool) -> Result<()> {
    check_node()?;
    provide("to build Kith", BUILD, yes)?;
    provide("to test Kith", TESTS, yes)
}

/// Node has to be there already, as Rust has.
fn check_node() -> Result<()> {
    let Some(version) = command::answer(Command::new("node").arg("--version")) else {
        bail!("Node is not installed. Install Node 20.19 or newer, then run this again.");
    };
    let mut parts = version
        .trim_start_matches('v')
        .split('.')
        .map(|part| part.parse::<u32>().unwrap_or(0));
    let found = (parts.next().unwrap_or(0), parts.next().unwrap_or(0));
    if found < (20, 19) {
        bail!("Node {version} is too old. Install Node 20.19 or newer, then run this again.");
    }
    Ok(())
}

fn is_there(need: &Need) -> bool {
    match need.sign {
        Sign::Library(name) => {
            command::quietly(Command::new("pkg-config").args(["--exists", name]))
        }
        Sign::Python(module) => {
            let import = format!("import {module}");
            command::quietly(Command::new("python3").args(["-c", &import]))
        }
        Sign::Program(names) => names.iter().any(|name| command::exists(name)),
        // Other systems keep their fonts elsewhere, and no test depends on them.
        Sign::File(path) => Path::new(path).exists() || !command::exists("apt-get"),
    }
}

fn provide(purpose: &str, needs: &[Need], yes: bool) -> Result<()> {
    if !cfg!(target_os = "linux") {
        // macOS and Windows bring their web view along; the compiler came with Rust.
        return Ok(());
    }
    let missing: Vec<&Need> = needs.iter().filter(|need| !is_there(need)).collect();
    if missing.is_empty() {
        return Ok(());
    }
    let list = |name: fn(&Need) -> &'static str| {
        let mut names: Vec<_> = missing.iter().map(|need| name(need)).collect();
        names.dedup();
        names
    };
    if command::exists("apt-get") {
        return install(purpose, &list(|need| need.debian), yes);
    }
    let how = if command::exists("dnf") {
        format!("sudo dnf install {}", list(|need| need.fedora).join(" "))
    } else if command::exists("pacman") {
        format!("sudo pacman -S {}", list(|need| need.arch).join(" "))
    } else {
        format!(
            "your system's packages for what Debian calls {}",
            list(|need| need.debian).join(", ")
        )
    };
    bail!(
        "Some of what it takes {purpose} is missing here. Install it, then run this again: {how}"
    );
}

fn install(purpose: &str, packages: &[&str], yes: bool) -> Result<()> {
    let names = packages.join(" ");
    let is_root = command::answer(Command::new("id").arg("-u")).as_deref() == Some("0");
    if !is_root && !command::exists("sudo") {
        bail!(
            "Missing {purpose}: {names}. Run this as root, then try again: apt-get install {names}"
        );
    }
    if !is_root && !yes && !command::is_ci() {
        if !command::is_interactive() {
            bail!(
                "Missing {purpose}: {names}. Run this, then try again: sudo apt-get install {names}"
            );
        }
        if !command::agrees(&format!(
            "Missing {purpose}: {names}. Install with sudo apt-get?"
        ))? {
            bail!("Nothing was installed. When you are ready: sudo apt-get install {names}");
        }
    }
    eprintln!("Installing what is missing {purpose}: {names}");
    let apt = |arguments: &[&str]| {
        let mut command = if is_root {
            Command::new("apt-get")
        } else {
            Command::new("sudo")
        };
        if !is_root {
            command.args(["--preserve-env=DEBIAN_FRONTEND", "apt-get"]);
        }
        command
            .env("DEBIAN_FRONTEND", "noninteractive")
            .args(arguments);
        command
    };
    // A stale or partly unreachable list is no reason to stop: the install says what it lacks.
    if !command::succeeds(&mut apt(&["update", "-q"]))? {
        eprintln!("The lists of packages could not be renewed; trying with those at hand.");
    }
    let mut arguments = vec!["install", "-y", "-q", "--no-install-recommends"];
    arguments.extend(packages);
    command::must(&mut apt(&arguments))
}
