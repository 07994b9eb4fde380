//! The server on this machine, for the first minute: "Try it here". It is
//! behind a trait, because this room knows no server.

use std::fmt::{self, Debug};
use std::path::Path;

use async_trait::async_trait;
use kith_model::Connection;
use serde::Deserialize;
use thiserror::Error;

use crate::join;

/// A sample person of the local server.
#[derive(Clone, PartialEq, Eq, Deserialize)]
pub struct SamplePerson {
    /// What to sign in with.
    pub login: String,
    /// What to sign in with.
    pub password: String,
}

impl Debug for SamplePerson {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SamplePerson").finish_non_exhaustive()
    }
}

/// A running local server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Local {
    /// How to reach it.
    pub connection: Connection,
    /// Who lives there; the first one is who a newcomer becomes.
    pub people: Vec<SamplePerson>,
}

impl Local {
    /// Reads what a server that runs in this folder has written about itself:
    /// its ready line in `ready.json`, the sample people in `people.json`.
    ///
    /// # Errors
    /// When there is none, or it is damaged.
    pub fn read(folder: &Path) -> Result<Self, LocalError> {
        let read = |name: &str| {
            std::fs::read_to_string(folder.join(name)).map_err(|error| {
                LocalError(format!(
                    "{name} of the server on this machine cannot be read: {error}"
                ))
            })
        };
        let connection =
            join::read_join(&read("ready.json")?).map_err(|error| LocalError(error.message))?;
        let people = serde_json::from_str(&read("people.json")?)
            .map_err(|error| LocalError(format!("people.json is damaged: {error}")))?;
        Ok(Self { connection, people })
    }

    /// Whom to become: the one who was asked for, else the one with the
    /// profile's name, else the first.
    pub(crate) fn choose(&self, login: Option<&str>, profile: &str) -> Option<&SamplePerson> {
        let find = |wanted: &str| self.people.iter().find(|person| person.login == wanted);
        match login {
            Some(login) => find(login),
            None => find(profile).or_else(|| self.people.first()),
        }
    }
}

/// Why there is no local server.
#[derive(Debug, Error)]
#[error("{0}")]
pub struct LocalError(pub String);

/// Starts the server on this machine, or finds the one that runs.
#[async_trait]
pub trait LocalServer: Debug + Send + Sync {
    /// Answers when the server takes connections. Asking again is cheap.
    async fn start(&self) -> Result<Local, LocalError>;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_running_server_is_found_by_its_files() {
        let dir = tempfile::tempdir().unwrap();
        assert!(Local::read(dir.path()).is_err());
        let ready = r#"{"ready":true,"join_link":"kith://join?name=Here&api=https://127.0.0.1:1&chat=127.0.0.1:2&domain=d&app=1&key=k"}"#;
        std::fs::write(dir.path().join("ready.json"), ready).unwrap();
        let people = r#"[{"login":"mara","password":"p","full_name":"Mara","user_id":1},{"login":"bea","password":"q","full_name":"Bea","user_id":2}]"#;
        std::fs::write(dir.path().join("people.json"), people).unwrap();
        let local = Local::read(dir.path()).unwrap();
        assert_eq!(local.connection.name, "Here");
        let login = |asked, profile| {
            local
                .choose(asked, profile)
                .map(|person| person.login.as_str())
        };
        assert_eq!(
            login(None, "default"),
            Some("mara"),
            "a newcomer becomes the first"
        );
        assert_eq!(login(None, "bea"), Some("bea"), "the profile's own");
        assert_eq!(login(Some("bea"), "mara"), Some("bea"), "who was asked for");
        assert_eq!(login(Some("zoe"), "mara"), None);
        assert!(
            !format!("{local:?}").contains("\"p\""),
            "no password in a log"
        );
    }
}
