//! A file that only this user can read: a choice that the person makes on a
//! machine without a keychain, never a silent fallback.

use std::collections::BTreeMap;
use std::io::ErrorKind;
use std::path::PathBuf;

use async_trait::async_trait;
use tokio::sync::Mutex;

use super::{Vault, VaultError};
use crate::disk;

/// Secrets in one private file, as JSON.
#[derive(Debug)]
pub struct FileVault {
    path: PathBuf,
    turn: Mutex<()>,
}

impl FileVault {
    /// Over this file, which need not exist yet.
    #[must_use]
    pub fn new(path: PathBuf) -> Self {
        Self {
            path,
            turn: Mutex::new(()),
        }
    }

    fn read(&self) -> Result<BTreeMap<String, String>, VaultError> {
        match std::fs::read(&self.path) {
            Ok(bytes) => Ok(serde_json::from_slice(&bytes).unwrap_or_default()),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(BTreeMap::new()),
            Err(error) => Err(error.into()),
        }
    }

    fn write(&self, secrets: &BTreeMap<String, String>) -> Result<(), VaultError> {
        let bytes = serde_json::to_vec(secrets).map_err(std::io::Error::other)?;
        Ok(disk::write_private(&self.path, &bytes)?)
    }
}

#[async_trait]
impl Vault for FileVault {
    async fn is_available(&self) -> bool {
        true
    }

    async fn get(&self, name: &str) -> Result<Option<String>, VaultError> {
        let _turn = self.turn.lock().await;
        Ok(self.read()?.remove(name))
    }

    async fn set(&self, name: &str, secret: &str) -> Result<(), VaultError> {
        let _turn = self.turn.lock().await;
        let mut secrets = self.read()?;
        secrets.insert(name.to_owned(), secret.to_owned());
        self.write(&secrets)
    }

    async fn delete(&self, name: &str) -> Result<(), VaultError> {
        let _turn = self.turn.lock().await;
        let mut secrets = self.read()?;
        if secrets.remove(name).is_some() {
            self.write(&secrets)?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn the_file_is_private_and_remembers() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("secrets.json");
        let vault = FileVault::new(path.clone());
        assert_eq!(vault.get("a").await.unwrap(), None);
        vault.set("a", "one").await.unwrap();
        vault.set("b", "two").await.unwrap();
        vault.delete("b").await.unwrap();
        assert_eq!(
            FileVault::new(path.clone())
                .get("a")
                .await
                .unwrap()
                .as_deref(),
            Some("one")
        );
        assert_eq!(vault.get("b").await.unwrap(), None);
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            let mode = std::fs::metadata(&path).unwrap().permissions().mode();
            assert_eq!(mode & 0o777, 0o600);
        }
    }
}
