//! `cargo xtask bindings`: writes `ui/src/backend/bindings.ts` anew from the
//! Rust types. That the file is current is itself one of the Rust tests.

use anyhow::Result;

use crate::command;

/// Does it; answers whether it worked.
pub(crate) fn run() -> Result<bool> {
    let mut write = command::cargo(["test", "--package", "kith-api", "--quiet", "bindings"]);
    write.env("KITH_WRITE_BINDINGS", "1");
    command::succeeds(&mut write)
}
