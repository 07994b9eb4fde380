//! The operating system's keychain. Its calls block and must not run inside
//! the runtime, so they have a thread of their own, which takes one wish after
//! the other.

use std::fmt;
use std::sync::mpsc;
use std::thread;

use async_trait::async_trait;
use keyring::{Entry, Error};
use kith_api::{Vault, VaultError};
use tokio::sync::oneshot;

/// Under which name Kith's secrets stand in the keychain.
const SERVICE: &str = "chat.kith.desktop";
/// Written and read to find out whether the keychain works at all: a locked
/// or missing collection shows only then.
const PROBE: &str = "probe";

type Wish = Box<dyn FnOnce() + Send>;

/// The operating system's keychain.
pub(crate) struct Keychain {
    wishes: mpsc::Sender<Wish>,
}

impl fmt::Debug for Keychain {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Keychain")
    }
}

impl Keychain {
    /// Starts the keychain's thread; the keychain itself is asked later.
    pub(crate) fn start() -> Self {
        let (wishes, waiting) = mpsc::channel::<Wish>();
        let started = thread::Builder::new()
            .name("keychain".to_owned())
            .spawn(move || {
                for wish in waiting {
                    wish();
                }
            });
        if let Err(error) = started {
            tracing::warn!(%error, "the keychain's thread did not start");
        }
        Self { wishes }
    }

    async fn ask<T: Send + 'static>(
        &self,
        wish: impl FnOnce() -> Result<T, Error> + Send + 'static,
    ) -> Result<T, VaultError> {
        let (tell, told) = oneshot::channel();
        let wish: Wish = Box::new(move || {
            let _ = tell.send(wish());
        });
        let gone = || VaultError::Unavailable("its thread has ended".to_owned());
        self.wishes.send(wish).map_err(|_| gone())?;
        told.await
            .map_err(|_| gone())?
            .map_err(|error| VaultError::Unavailable(error.to_string()))
    }
}

#[async_trait]
impl Vault for Keychain {
    async fn is_available(&self) -> bool {
        let tried = self.ask(|| {
            let entry = Entry::new(SERVICE, PROBE)?;
            entry.set_password("probe")?;
            let is_kept = entry.get_password()? == "probe";
            entry.delete_credential()?;
            Ok(is_kept)
        });
        match tried.await {
            Ok(is_kept) => is_kept,
            Err(error) => {
                tracing::info!(%error, "no keychain");
                false
            }
        }
    }

    async fn get(&self, name: &str) -> Result<Option<String>, VaultError> {
        let name = name.to_owned();
        let read = move || match Entry::new(SERVICE, &name)?.get_password() {
            Ok(secret) => Ok(Some(secret)),
            Err(Error::NoEntry) => Ok(None),
            Err(error) => Err(error),
        };
        self.ask(read).await
    }

    async fn set(&self, name: &str, secret: &str) -> Result<(), VaultError> {
        let (name, secret) = (name.to_owned(), secret.to_owned());
        self.ask(move || Entry::new(SERVICE, &name)?.set_password(&secret))
            .await
    }

    async fn delete(&self, name: &str) -> Result<(), VaultError> {
        let name = name.to_owned();
        let forget = move || match Entry::new(SERVICE, &name)?.delete_credential() {
            Ok(()) | Err(Error::NoEntry) => Ok(()),
            Err(error) => Err(error),
        };
        self.ask(forget).await
    }
}
