//! `cargo xtask bindings`: writes `ui/src/backend/bindings.ts` anew from the
//! Rust types. That the file is current is itself one of the Rust tests.

use anyhow::Result;

use crate::{command, place};

/// Does it; answers whether it worked.
pub(crate) fn run() -> Result<bool> {
    let mut write = command::cargo([
        "run",
        "--quiet",
        "--package",
        "kith-api",
        "--example",
        "bindings",
        "--",
    ]);
    write.arg(place::ui().join("src/backend/bindings.ts"));
    command::succeeds(&mut write)
}
