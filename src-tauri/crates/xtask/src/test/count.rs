//! Reading the numbers out of the reports that the test tools write.

use anyhow::{Context, Result};
use serde_json::Value;

/// What ran and how it went. A check without tests of its own, such as a
/// linter, counts as one.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub(super) struct Count {
    pub(super) passed: u64,
    pub(super) failed: u64,
    pub(super) note: String,
}

impl Count {
    /// One check.
    pub(super) fn check(is_good: bool) -> Self {
        Self {
            passed: u64::from(is_good),
            failed: u64::from(!is_good),
            note: String::new(),
        }
    }

    /// Both together.
    pub(super) fn and(mut self, other: Self) -> Self {
        self.passed += other.passed;
        self.failed += other.failed;
        if self.note.is_empty() {
            self.note = other.note;
        }
        self
    }

    /// The tool that wrote these numbers ended badly or well. Ending badly
    /// without a failed test, or well without any test, is a failure too.
    pub(super) fn ended(mut self, is_good: bool) -> Self {
        if self.failed == 0 && (!is_good || self.passed == 0) {
            self.failed = 1;
            self.note = if is_good {
                "no test ran"
            } else {
                "ended badly; see above"
            }
            .to_owned();
        }
        self
    }
}

/// Reads nextest's JUnit report. The journeys are told apart in the note.
pub(super) fn junit(text: &str) -> Result<Count> {
    let head = tags(text, "testsuites")
        .next()
        .context("the JUnit report has no head")?;
    let mut count = suite(head)?;
    if let Some(journeys) =
        tags(text, "testsuite").find(|tag| attribute(tag, "name") == Some("kith-tests::journeys"))
    {
        let journeys = suite(journeys)?;
        count.note = format!(
            "journeys: {} passed, {} failed",
            journeys.passed, journeys.failed
        );
    }
    Ok(count)
}

fn suite(tag: &str) -> Result<Count> {
    let number = |name: &str| attribute(tag, name).map_or(Ok(0), str::parse::<u64>);
    let tests = number("tests").context("the JUnit report counts no tests")?;
    let failed = number("failures")? + number("errors")?;
    let skipped = number("disabled").unwrap_or(0) + number("skipped").unwrap_or(0);
    Ok(Count {
        passed: tests.saturating_sub(failed + skipped),
        failed,
        note: String::new(),
    })
}

/// The opening tags of this name, without their brackets.
fn tags<'a>(text: &'a str, name: &'a str) -> impl Iterator<Item = &'a str> {
    text.split('<')
        .filter_map(move |part| part.strip_prefix(name)?.strip_prefix([' ', '\n', '\t']))
        .filter_map(|rest| rest.split('>').next())
}

fn attribute<'a>(tag: &'a str, name: &str) -> Option<&'a str> {
    let mut rest = tag;
    while let Some((before, after)) = rest.split_once("=\"") {
        let (value, next) = after.split_once('"')?;
        if before.trim() == name {
            return Some(value);
        }
        rest = next;
    }
    None
}

/// Reads what `cargo test` prints, for machines without nextest.
pub(super) fn libtest(text: &str) -> Count {
    let mut count = Count::default();
    for line in text
        .lines()
        .filter_map(|line| line.strip_prefix("test result: "))
    {
        for part in line.split(['.', ';']) {
            let mut words = part.split_whitespace();
            match (
                words.next().and_then(|word| word.parse::<u64>().ok()),
                words.next(),
            ) {
                (Some(n), Some("passed")) => count.passed += n,
                (Some(n), Some("failed")) => count.failed += n,
                _ => {}
            }
        }
    }
    count
}

/// Reads vitest's JSON report.
pub(super) fn vitest(text: &str) -> Result<Count> {
    let report: Value = serde_json::from_str(text).context("vitest's report is not JSON")?;
    let number = |name: &str| report.get(name).and_then(Value::as_u64);
    Ok(Count {
        passed: number("numPassedTests").context("vitest's report counts no tests")?,
        failed: number("numFailedTests").unwrap_or(0),
        note: String::new(),
    })
}

/// Reads the summary at the end of the TAP that Node's test runner writes.
pub(super) fn tap(text: &str) -> Count {
    let number = |name: &str| {
        text.lines()
            .filter_map(|line| {
                line.strip_prefix("# ")?
                    .strip_prefix(name)?
                    .trim()
                    .parse::<u64>()
                    .ok()
            })
            .next_back()
            .unwrap_or(0)
    };
    Count {
        passed: number("pass "),
        failed: number("fail ") + number("cancelled "),
        note: String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn counts(passed: u64, failed: u64) -> Count {
        Count {
            passed,
            failed,
            note: String::new(),
        }
    }

    #[test]
    fn nextest_is_read_from_its_junit_report() {
        let report = r#"<?xml version="1.0" encoding="UTF-8"?>
<testsuites name="nextest-run" tests="7" failures="1" errors="1" uuid="x" time="0.1">
    <testsuite name="kith-model" tests="4" disabled="0" errors="0" failures="0">
        <testcase name="a tests=&quot;9&quot;" classname="kith-model"/>
    </testsuite>
    <testsuite name="kith-tests::journeys" tests="3" disabled="0" errors="1" failures="1"/>
</testsuites>"#;
        let count = junit(report).unwrap();
        assert_eq!((count.passed, count.failed), (5, 2));
        assert_eq!(count.note, "journeys: 1 passed, 2 failed");
        assert!(junit("<html/>").is_err());
    }

    #[test]
    fn cargo_test_is_added_up_over_its_programs() {
        let text = "test result: ok. 3 passed; 0 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.00s\n\
                    test result: FAILED. 2 passed; 1 failed; 0 ignored; 0 measured; 0 filtered out\n";
        assert_eq!(libtest(text), counts(5, 1));
    }

    #[test]
    fn vitest_and_node_are_read_from_their_reports() {
        assert_eq!(
            vitest(r#"{"numPassedTests":4,"numFailedTests":2,"numTotalTests":6}"#).unwrap(),
            counts(4, 2)
        );
        assert!(vitest("{}").is_err());
        assert_eq!(
            tap(
                "ok 1 - x\n# tests 6\n# suites 0\n# pass 3\n# fail 2\n# cancelled 1\n# skipped 0\n"
            ),
            counts(3, 3)
        );
    }

    #[test]
    fn a_tool_that_ends_badly_or_runs_nothing_has_failed() {
        assert_eq!(counts(3, 0).ended(true), counts(3, 0));
        assert_eq!(counts(3, 0).ended(false).failed, 1);
        assert_eq!(counts(0, 0).ended(true).failed, 1);
        assert_eq!(counts(3, 2).ended(false), counts(3, 2));
    }
}
