//! `cargo xtask bindings`: writes `ui/src/backend/bindings.ts` anew from the
//! Rust types. It is written by the very test that says whether it is current.

use anyhow::Result;

use crate::command;

/// Does it; answers whether it worked.
pub(crate) fn run() -> Result<bool> {
    let mut write = command::cargo([
        "test",
        "--quiet",
        "--package",
        "kith-api",
        "--lib",
        "the_committed_file_is_fresh",
    ]);
    write.env("KITH_WRITE_BINDINGS", "1");
    command::succeeds(&mut write)
}
