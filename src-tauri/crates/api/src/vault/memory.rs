//! Until Kith closes.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Mutex, PoisonError};

use async_trait::async_trait;

use super::{Vault, VaultError};

/// Secrets in memory.
#[derive(Default)]
pub struct MemoryVault {
    secrets: Mutex<BTreeMap<String, String>>,
}

impl fmt::Debug for MemoryVault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("MemoryVault")
    }
}

#[async_trait]
impl Vault for MemoryVault {
    async fn is_available(&self) -> bool {
        true
    }

    async fn get(&self, name: &str) -> Result<Option<String>, VaultError> {
        let secrets = self.secrets.lock().unwrap_or_else(PoisonError::into_inner);
        Ok(secrets.get(name).cloned())
    }

    async fn set(&self, name: &str, secret: &str) -> Result<(), VaultError> {
        let mut secrets = self.secrets.lock().unwrap_or_else(PoisonError::into_inner);
        secrets.insert(name.to_owned(), secret.to_owned());
        Ok(())
    }

    async fn delete(&self, name: &str) -> Result<(), VaultError> {
        let mut secrets = self.secrets.lock().unwrap_or_else(PoisonError::into_inner);
        secrets.remove(name);
        Ok(())
    }
}
