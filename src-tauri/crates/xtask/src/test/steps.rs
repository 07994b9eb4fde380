//! The steps, in order. The user interface comes before the Rust lints because
//! the app's program carries it inside.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};

use super::count::{self, Count};
use crate::display::Display;
use crate::{command, npm, place, system};

/// One step.
pub(super) struct Step {
    pub(super) name: &'static str,
    pub(super) story: &'static str,
    /// Runs it, on the Rust tests of these names when given.
    pub(super) run: fn(Option<&str>) -> Result<Count>,
}

const fn step(
    name: &'static str,
    story: &'static str,
    run: fn(Option<&str>) -> Result<Count>,
) -> Step {
    Step { name, story, run }
}

/// All of them.
pub(super) const ALL: &[Step] = &[
    step("format", "every Rust file is laid out by rustfmt", |_| {
        format()
    }),
    step(
        "ui",
        "the interface's layout, lints, types, tests and bundle",
        |_| ui(),
    ),
    step("lint", "clippy finds nothing to say", |_| lint()),
    step("build", "every program and test, once", |_| build()),
    step("rust", "unit tests, bindings and journeys", rust),
    step(
        "faults",
        "two hundred seeded plans of everything that can break",
        |_| faults(),
    ),
    step(
        "sdk",
        "the official JavaScript SDK as the other person",
        |_| sdk(),
    ),
    step(
        "xmpp",
        "another program's XMPP library, over TCP, as strict as they come",
        |_| xmpp(),
    ),
    step(
        "chromium",
        "the interface in Chromium, over the bridge",
        |_| chromium(),
    ),
    step(
        "window",
        "the real window, under a display of its own",
        |_| window(),
    ),
];

/// So many fault plans are part of the tests.
const PLANS: u32 = 200;

/// What is built, once, for all steps: the same targets and features that the
/// test runner asks for, and the programs besides.
const EVERYTHING: [&str; 4] = ["--workspace", "--bins", "--tests", "--examples"];

fn check(mut command: std::process::Command) -> Result<Count> {
    Ok(Count::check(command::succeeds(&mut command)?))
}

fn format() -> Result<Count> {
    check(command::cargo(["fmt", "--all", "--", "--check"]))
}

fn lint() -> Result<Count> {
    npm::built()?;
    check(command::cargo([
        "clippy",
        "--workspace",
        "--all-targets",
        "--",
        "-D",
        "warnings",
    ]))
}

fn build() -> Result<Count> {
    npm::built()?;
    check(command::cargo(std::iter::once("build").chain(EVERYTHING)))
}

fn ui() -> Result<Count> {
    let ui = place::ui();
    npm::ready(&ui)?;
    let mut all = Count::default();
    for script in ["lint", "check"] {
        all = all.and(check(command::npm(&ui, ["run", script]))?);
    }
    // The Node tests are laid out by the same tool.
    all = all.and(check(command::npm(
        &ui,
        ["exec", "--", "prettier", "--check", "../tests/*/*.js"],
    ))?);
    let report = report("vitest.json")?;
    let mut vitest = command::npm(
        &ui,
        [
            "exec",
            "--",
            "vitest",
            "run",
            "--reporter=default",
            "--reporter=json",
        ],
    );
    vitest.arg(format!("--outputFile.json={}", report.display()));
    let is_good = command::succeeds(&mut vitest)?;
    let counted = fs::read_to_string(&report)
        .map_or_else(|_| Ok(Count::default()), |text| count::vitest(&text))?;
    all = all.and(counted.ended(is_good));
    Ok(all.and(check(command::npm(&ui, ["run", "build"]))?))
}

fn rust(names: Option<&str>) -> Result<Count> {
    npm::built()?;
    if !command::quietly(&mut command::cargo(["nextest", "--version"])) {
        eprintln!("cargo-nextest is not installed; `cargo test` does the same, more slowly.");
        let mut test = command::cargo(["test", "--workspace", "--no-fail-fast"]);
        match names {
            Some("journeys") => test.args(["--test", "journeys"]),
            names => test.args(names),
        };
        let (is_good, text) = command::watched(&mut test)?;
        return Ok(count::libtest(&text).ended(is_good));
    }
    let report = place::target().join("nextest/ci/junit.xml");
    let _ = fs::remove_file(&report);
    let mut test = command::cargo(["nextest", "run", "--workspace", "--profile", "ci"]);
    match names {
        Some("journeys") => test.args(["-E", "package(kith-tests)"]),
        names => test.args(names),
    };
    let is_good = command::succeeds(&mut test)?;
    let counted = fs::read_to_string(&report)
        .map_or_else(|_| Ok(Count::default()), |text| count::junit(&text))?;
    Ok(counted.ended(is_good))
}

fn faults() -> Result<Count> {
    let (is_good, passed, failed) = crate::faults::in_tests(PLANS)?;
    let count = Count {
        passed,
        failed,
        note: "kept in target/faults when they fail; run one with `cargo xtask faults --only SEED`"
            .to_owned(),
    };
    Ok(count.ended(is_good))
}

fn sdk() -> Result<Count> {
    programs(&["kith-server", "kith-bridge"])?;
    node("sdk", |command| command)
}

fn xmpp() -> Result<Count> {
    programs(&["kith-server"])?;
    super::xmpp::run()
}

fn chromium() -> Result<Count> {
    programs(&["kith-server", "kith-bridge"])?;
    npm::built()?;
    let Some(browser) = system::browser() else {
        bail!("there is no Chromium here; install the package `chromium`");
    };
    node("chromium", |mut command| {
        command.env("KITH_TEST_BROWSER", browser);
        command
    })
}

fn window() -> Result<Count> {
    if !cfg!(target_os = "linux") {
        bail!("the window is driven through WebKitWebDriver, which is only there on Linux");
    }
    programs(&["kith", "kith-server"])?;
    let display = Display::start()?;
    node("window", |command| display.shows(&command))
}

/// Runs the test files of one folder under `tests` with Node's own runner.
fn node(
    folder: &str,
    dress: impl FnOnce(std::process::Command) -> std::process::Command,
) -> Result<Count> {
    let tests = place::tests();
    npm::ready(&tests)?;
    let tap = report(&format!("{folder}.tap"))?;
    let mut command = command::program(
        &tests,
        "node",
        // For a whole file; what is waited for within has its own, shorter limit.
        ["--test", "--test-concurrency=1", "--test-timeout=480000"],
    );
    command.args(["--test-reporter=spec", "--test-reporter-destination=stdout"]);
    command
        .arg("--test-reporter=tap")
        .arg(format!("--test-reporter-destination={}", tap.display()));
    command.args(test_files(&tests.join(folder))?);
    command
        .env("KITH_TEST_PROGRAMS", place::target().join("debug"))
        .env("KITH_TEST_TARGET", place::target());
    let is_good = command::succeeds(&mut dress(command))?;
    let text = fs::read_to_string(&tap).unwrap_or_default();
    Ok(count::tap(&text).ended(is_good))
}

fn test_files(folder: &Path) -> Result<Vec<PathBuf>> {
    let entries =
        fs::read_dir(folder).with_context(|| format!("cannot list {}", folder.display()))?;
    let mut files = Vec::new();
    for entry in entries {
        let path = entry?.path();
        if path.to_string_lossy().ends_with(".test.js") {
            files.push(path);
        }
    }
    files.sort();
    Ok(files)
}

/// Makes sure that the programs are there and as new as their sources.
fn programs(names: &[&str]) -> Result<()> {
    npm::built()?;
    command::must(&mut command::cargo(
        std::iter::once("build").chain(EVERYTHING),
    ))?;
    for name in names {
        let path = place::program("debug", name);
        if !path.exists() {
            bail!("{} was not built", path.display());
        }
    }
    Ok(())
}

/// A file for a report, without what an earlier run left there.
fn report(name: &str) -> Result<PathBuf> {
    let path = place::reports("reports")?.join(name);
    let _ = fs::remove_file(&path);
    Ok(path)
}
