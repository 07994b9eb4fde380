//! A server's folder, opened by its administrator.

use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use super::{AdminError, words};
use crate::clock::{Clock, SystemClock};
use crate::config::StartError;
use crate::db::Database;
use crate::db::users::{self, User};
use crate::estate;
use crate::folder::{Folder, Identity};

/// The file that says that there is a server.
const IDENTITY: &str = "server.json";

/// One application of a server's folder, opened.
#[derive(Debug)]
pub(super) struct Office {
    /// The server's folder.
    pub(super) data: PathBuf,
    /// The server, with this application's number and keys.
    pub(super) identity: Identity,
    /// Whether its database is in the server's folder itself.
    pub(super) is_first: bool,
    pub(super) db: Database,
    /// Held while no server runs, so that none starts in the middle.
    _lock: Option<Folder>,
}

impl Office {
    /// Opens an application of the folder, whether a server runs in it or not.
    pub(super) async fn open(data: &Path, app: Option<u64>) -> Result<Self, AdminError> {
        let lock = lock(data)?;
        let server = identity(data)?;
        let other = app.filter(|app| *app != server.app_id);
        let (folder, identity) = match other {
            None => (data.to_owned(), server),
            Some(app_id) => {
                let app = estate::others(data)?
                    .into_iter()
                    .find(|app| app.app_id == app_id)
                    .ok_or_else(|| words(format!("There is no application {app_id} here.")))?;
                (estate::folder_of(data, app_id), app.identity(&server))
            }
        };
        let db = Database::open(&folder.join("server.db")).await?;
        Ok(Self {
            data: data.to_owned(),
            identity,
            is_first: other.is_none(),
            db,
            _lock: lock,
        })
    }

    /// The application.
    async fn app(&self) -> Result<Value, AdminError> {
        let people: i64 = sqlx::query_scalar("SELECT COUNT(*) FROM users")
            .fetch_one(self.db.read())
            .await?;
        let identity = &self.identity;
        Ok(json!({
            "app_id": identity.app_id,
            "auth_key": identity.auth_key,
            "auth_secret": identity.auth_secret,
            "admin_key": identity.admin_key,
            "chat_domain": identity.chat_domain,
            "muc_domain": identity.muc_domain,
            "people": people,
        }))
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

fn lock(data: &Path) -> Result<Option<Folder>, AdminError> {
    if !data.join(IDENTITY).is_file() {
        return Err(words(format!(
            "There is no server in {}. Start one there, or make one with: app create",
            data.display()
        )));
    }
    match Folder::open(data) {
        Ok(folder) => Ok(Some(folder)),
        Err(StartError::InUse(_)) => Ok(None),
        Err(error) => Err(error.into()),
    }
}

fn identity(data: &Path) -> Result<Identity, AdminError> {
    let text = std::fs::read_to_string(data.join(IDENTITY)).map_err(|cause| AdminError::File {
        what: IDENTITY.to_owned(),
        cause,
    })?;
    serde_json::from_str(&text).map_err(|error| {
        AdminError::Folder(StartError::Damaged {
            file: data.join(IDENTITY),
            cause: error.to_string(),
        })
    })
}

/// The numbers of all applications of a folder.
pub(super) fn all(data: &Path) -> Result<Vec<u64>, AdminError> {
    let first = identity(data)?.app_id;
    let others = estate::others(data)?;
    Ok(std::iter::once(first)
        .chain(others.iter().map(|app| app.app_id))
        .collect())
}

/// Makes another application, or the folder with its first one.
pub(super) async fn create(data: &Path) -> Result<Vec<Value>, AdminError> {
    let app_id = if data.join(IDENTITY).exists() {
        estate::found(data)?.app_id
    } else {
        let folder = Folder::open(data)?;
        Identity::load(&folder)?.app_id
    };
    Ok(vec![one(data, app_id).await?])
}

/// Shows all applications.
pub(super) async fn list(data: &Path) -> Result<Vec<Value>, AdminError> {
    drop(lock(data)?);
    let mut lines = Vec::new();
    for app_id in all(data)? {
        lines.push(one(data, app_id).await?);
    }
    Ok(lines)
}

async fn one(data: &Path, app_id: u64) -> Result<Value, AdminError> {
    let office = Office::open(data, Some(app_id)).await?;
    let shown = office.app().await;
    office.close().await;
    shown
}
