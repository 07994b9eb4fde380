//! A server's folder, opened by its administrator.

use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use super::{AdminError, words};
use crate::clock::{Clock, SystemClock};
use crate::config::StartError;
use crate::db::Database;
use crate::db::users::{self, User};
use crate::folder::{Folder, Identity};

/// The file that says that there is a server.
const IDENTITY: &str = "server.json";

/// A server's folder, opened.
#[derive(Debug)]
pub(super) struct Office {
    pub(super) data: PathBuf,
    pub(super) identity: Identity,
    pub(super) db: Database,
    /// Held while no server runs, so that none starts in the middle.
    _lock: Option<Folder>,
}

impl Office {
    /// Opens the folder, whether a server runs in it or not.
    pub(super) async fn open(data: &Path) -> Result<Self, AdminError> {
        if !data.join(IDENTITY).is_file() {
            return Err(words(format!(
                "There is no server in {}. Start one there, or make one with: app create",
                data.display()
            )));
        }
        let lock = match Folder::open(data) {
            Ok(folder) => Some(folder),
            Err(StartError::InUse(_)) => None,
            Err(error) => return Err(error.into()),
        };
        let text =
            std::fs::read_to_string(data.join(IDENTITY)).map_err(|cause| AdminError::File {
                what: IDENTITY.to_owned(),
                cause,
            })?;
        let identity = serde_json::from_str(&text).map_err(|error| {
            AdminError::Folder(StartError::Damaged {
                file: data.join(IDENTITY),
                cause: error.to_string(),
            })
        })?;
        let db = Database::open(&data.join("server.db")).await?;
        Ok(Self {
            data: data.to_owned(),
            identity,
            db,
            _lock: lock,
        })
    }

    /// Makes a folder with an application.
    pub(super) async fn found(data: &Path) -> Result<Vec<Value>, AdminError> {
        if data.join(IDENTITY).exists() {
            return Err(words(format!(
                "{} holds an application already. One folder holds one application: choose \
                 another folder.",
                data.display()
            )));
        }
        let folder = Folder::open(data)?;
        Identity::load(&folder)?;
        drop(folder);
        let office = Self::open(data).await?;
        let shown = office.app().await;
        office.close().await;
        shown
    }

    /// The application.
    pub(super) async fn app(&self) -> Result<Vec<Value>, AdminError> {
        let people: i64 = sqlx::query_scalar("SELECT COUNT(*) FROM users")
            .fetch_one(self.db.read())
            .await?;
        let identity = &self.identity;
        Ok(vec![json!({
            "app_id": identity.app_id,
            "auth_key": identity.auth_key,
            "auth_secret": identity.auth_secret,
            "admin_key": identity.admin_key,
            "chat_domain": identity.chat_domain,
            "muc_domain": identity.muc_domain,
            "people": people,
        })])
    }

    /// Now, in milliseconds.
    pub(super) fn now(&self) -> i64 {
        SystemClock.now_millis()
    }

    /// The person with this login, e-mail address or number.
    pub(super) async fn person(&self, who: &str) -> Result<User, AdminError> {
        for column in ["login", "email"] {
            if let Some(user) = users::by_text(self.db.read(), column, who).await? {
                return Ok(user);
            }
        }
        let by_number = match who.parse() {
            Ok(id) => users::by_id(self.db.read(), id).await?,
            Err(_) => None,
        };
        by_number.ok_or_else(|| words(format!("There is nobody called {who}.")))
    }

    /// Closes the database.
    pub(super) async fn close(self) {
        self.db.close().await;
    }
}
