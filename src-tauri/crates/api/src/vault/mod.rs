//! Where passwords are kept. The operating system's keychain is behind a
//! trait, because it needs the desktop; the two other places are here: memory,
//! until Kith closes, and a private file, for a machine without a keychain
//! whose owner said so. Nothing falls back from one to another by itself.

mod file;
mod memory;

use std::fmt::Debug;

use async_trait::async_trait;
use thiserror::Error;

pub use file::FileVault;
pub use memory::MemoryVault;

/// Why a secret could not be read or kept.
#[derive(Debug, Error)]
pub enum VaultError {
    /// There is no such place on this machine, or it is locked.
    #[error("the keychain is not available: {0}")]
    Unavailable(String),
    /// The disk refuses.
    #[error("the private file cannot be used: {0}")]
    Disk(#[from] std::io::Error),
}

/// A place for secrets. Names are made here and say nothing about a person.
#[async_trait]
pub trait Vault: Debug + Send + Sync {
    /// Whether it really keeps secrets, found out by trying.
    async fn is_available(&self) -> bool;
    /// The secret of this name, if there is one.
    async fn get(&self, name: &str) -> Result<Option<String>, VaultError>;
    /// Keeps a secret, replacing an older one of the same name.
    async fn set(&self, name: &str, secret: &str) -> Result<(), VaultError>;
    /// Forgets a secret; it is fine when there is none.
    async fn delete(&self, name: &str) -> Result<(), VaultError>;
}
