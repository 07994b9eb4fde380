//! The server's folder: who may use it, and what the server remembers about
//! itself from start to start.
//!
//! ```text
//! lock          held by the running server
//! server.json   identity: keys, domains, the ports of the last start (0600)
//! ca.pem        the certificate authority clients trust; ca.key its key (0600)
//! server.pem    the certificate in use; server.key its key (0600)
//! ready.json    the ready line, while a server runs (0600)
//! people.json   the sample people's logins and passwords (0600), when seeded
//! server.db     everything else, in SQLite (0600)
//! files/        what people uploaded, each file called by its uid (0700)
//! apps/<n>/     another application: app.json (0600), server.db, files/ of its own (0700)
//! ```

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use fs4::fs_std::FileExt;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::config::StartError;
use crate::random;

/// The folder, locked for as long as this lives.
#[derive(Debug)]
pub(crate) struct Folder {
    path: PathBuf,
    lock: File,
}

impl Folder {
    /// Makes the folder if need be and locks it.
    pub(crate) fn open(path: &Path) -> Result<Self, StartError> {
        let unusable = |cause| StartError::Folder {
            folder: path.to_owned(),
            cause,
        };
        fs::create_dir_all(path).map_err(unusable)?;
        let lock = OpenOptions::new()
            .create(true)
            .truncate(false)
            .write(true)
            .open(path.join("lock"))
            .map_err(unusable)?;
        // A lock of the system's goes with the process, so a killed server leaves nothing behind.
        if !FileExt::try_lock_exclusive(&lock).map_err(unusable)? {
            return Err(StartError::InUse(path.to_owned()));
        }
        Ok(Self {
            path: path.to_owned(),
            lock,
        })
    }

    /// A file in the folder.
    pub(crate) fn file(&self, name: &str) -> PathBuf {
        self.path.join(name)
    }

    /// Reads a file, if it is there.
    pub(crate) fn read(&self, name: &str) -> Result<Option<String>, StartError> {
        match fs::read_to_string(self.file(name)) {
            Ok(text) => Ok(Some(text)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(cause) => Err(StartError::Folder {
                folder: self.file(name),
                cause,
            }),
        }
    }

    /// Reads a JSON file, if it is there.
    pub(crate) fn read_json<T: DeserializeOwned>(
        &self,
        name: &str,
    ) -> Result<Option<T>, StartError> {
        let Some(text) = self.read(name)? else {
            return Ok(None);
        };
        serde_json::from_str(&text)
            .map(Some)
            .map_err(|error| StartError::Damaged {
                file: self.file(name),
                cause: error.to_string(),
            })
    }

    /// Writes a file for the owner's eyes only, so that it is either the old or the new one, whole.
    pub(crate) fn write_private(&self, name: &str, text: &str) -> Result<(), StartError> {
        self.write_mode(name, text, 0o600)
    }

    /// Takes a file away, if it is there.
    pub(crate) fn remove(&self, name: &str) {
        if let Err(error) = fs::remove_file(self.file(name))
            && error.kind() != io::ErrorKind::NotFound
        {
            tracing::warn!(%error, "a file could not be taken away");
        }
    }

    /// Writes a file that others may read.
    pub(crate) fn write_public(&self, name: &str, text: &str) -> Result<(), StartError> {
        self.write_mode(name, text, 0o644)
    }

    fn write_mode(&self, name: &str, text: &str, mode: u32) -> Result<(), StartError> {
        let target = self.file(name);
        let half = self.file(&format!("{name}.new"));
        let write = || -> io::Result<()> {
            let mut options = OpenOptions::new();
            options.create(true).truncate(true).write(true);
            #[cfg(unix)]
            {
                use std::os::unix::fs::OpenOptionsExt;
                options.mode(mode);
            }
            #[cfg(not(unix))]
            let _ = mode;
            let mut file = options.open(&half)?;
            file.write_all(text.as_bytes())?;
            file.sync_all()?;
            fs::rename(&half, &target)
        };
        write().map_err(|cause| StartError::Folder {
            folder: target.clone(),
            cause,
        })
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        if let Err(error) = FileExt::unlock(&self.lock) {
            tracing::warn!(%error, "the folder's lock could not be given back");
        }
    }
}

/// What the server remembers about itself.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Identity {
    /// The application's id.
    pub(crate) app_id: u64,
    /// The application's key.
    pub(crate) auth_key: String,
    /// The key of request signatures.
    pub(crate) auth_secret: String,
    /// The administrator's key.
    pub(crate) admin_key: String,
    /// The domain in users' addresses; never contains `muc` (`protocol/xmpp.md` §3).
    pub(crate) chat_domain: String,
    /// The domain in rooms' addresses; always contains `muc`.
    pub(crate) muc_domain: String,
    /// The ports of the last start: a restarted server is where its clients expect it.
    #[serde(default)]
    pub(crate) ports: Ports,
}

/// The ports of the three listeners.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Ports {
    pub(crate) api: u16,
    pub(crate) chat: u16,
    pub(crate) ws: u16,
}

const IDENTITY: &str = "server.json";

impl Identity {
    /// Reads the identity, or makes one on the first start.
    pub(crate) fn load(folder: &Folder) -> Result<Self, StartError> {
        if let Some(identity) = folder.read_json(IDENTITY)? {
            return Ok(identity);
        }
        let identity = Self {
            app_id: 1,
            auth_key: random::hex_token(16),
            auth_secret: random::hex_token(20),
            admin_key: random::hex_token(20),
            chat_domain: "chat.kith.local".to_owned(),
            muc_domain: "muc.chat.kith.local".to_owned(),
            ports: Ports::default(),
        };
        identity.save(folder)?;
        Ok(identity)
    }

    /// Writes the identity back.
    pub(crate) fn save(&self, folder: &Folder) -> Result<(), StartError> {
        let text = serde_json::to_string_pretty(self).map_err(|error| StartError::Damaged {
            file: folder.file(IDENTITY),
            cause: error.to_string(),
        })?;
        folder.write_private(IDENTITY, &text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_serves_one_server_at_a_time() {
        let dir = tempfile::tempdir().expect("a temporary folder");
        let first = Folder::open(dir.path()).expect("the first server gets the folder");
        assert!(matches!(
            Folder::open(dir.path()),
            Err(StartError::InUse(_))
        ));
        drop(first);
        Folder::open(dir.path()).expect("a folder that was given back can be used again");
    }

    #[test]
    fn an_identity_is_made_once() {
        let dir = tempfile::tempdir().expect("a temporary folder");
        let folder = Folder::open(dir.path()).expect("a folder");
        let made = Identity::load(&folder).expect("made");
        let read = Identity::load(&folder).expect("read");
        assert_eq!(made.auth_key, read.auth_key);
        assert!(!made.chat_domain.contains("muc") && made.muc_domain.contains("muc"));
    }

    #[test]
    fn a_damaged_identity_is_named_and_kept() {
        let dir = tempfile::tempdir().expect("a temporary folder");
        let folder = Folder::open(dir.path()).expect("a folder");
        fs::write(folder.file(IDENTITY), "{").expect("written");
        let error = Identity::load(&folder).expect_err("damaged");
        assert!(error.to_string().contains("server.json"), "{error}");
        assert_eq!(
            folder.read(IDENTITY).expect("still there").as_deref(),
            Some("{")
        );
    }
}
