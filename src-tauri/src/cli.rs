//! The command line.

use std::path::PathBuf;

use anyhow::Context;
use clap::Parser;

/// A desktop messenger. The environment variable KITH_LOG says how much Kith
/// tells on standard error: error, warn, info, debug or trace.
#[derive(Debug, Parser)]
#[command(name = "kith", version)]
pub(crate) struct Arguments {
    /// Which profile. Two profiles are two people on one desktop.
    #[arg(long, default_value = "default", value_name = "NAME")]
    pub(crate) profile: String,
    /// The folder that holds everything. The default is the system's place for data.
    #[arg(long, value_name = "DIR")]
    data_dir: Option<PathBuf>,
    /// A join link: kith://join?…
    #[arg(value_name = "LINK")]
    pub(crate) link: Option<String>,
}

impl Arguments {
    /// The folder that holds everything.
    pub(crate) fn data_dir(&self) -> anyhow::Result<PathBuf> {
        match &self.data_dir {
            // The server keeps its folder's place, so it must not depend on where Kith was started.
            Some(folder) => std::path::absolute(folder).context("the data folder"),
            None => Ok(dirs::data_dir()
                .context("this system names no place for data; say one with --data-dir")?
                .join("Kith")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_line_is_that_of_the_design() {
        let arguments = Arguments::parse_from([
            "kith",
            "--profile",
            "bea",
            "--data-dir",
            "/d",
            "kith://join?app=1&key=k",
        ]);
        assert_eq!(arguments.profile, "bea");
        assert_eq!(arguments.data_dir().unwrap(), PathBuf::from("/d"));
        assert_eq!(arguments.link.as_deref(), Some("kith://join?app=1&key=k"));
        assert_eq!(Arguments::parse_from(["kith"]).profile, "default");
        assert!(Arguments::try_parse_from(["kith", "--nonsense"]).is_err());
    }
}
