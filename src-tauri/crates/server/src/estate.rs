//! All applications of one server. The first one lives in the server's folder
//! itself, every other one in `apps/<number>` beneath it, with a database and
//! files of its own, so that nothing can pass from one to the other.
//!
//! A request belongs to the application it names: by number where it logs in,
//! by the end of its token afterwards, by its key where it signs up. An
//! application that the administrator makes while the server runs is found when
//! somebody first asks for it.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError, RwLock};

use serde::{Deserialize, Serialize};

use crate::config::StartError;
use crate::db::blobs;
use crate::folder::Identity;
use crate::random;
use crate::site::{Common, Site, app_of_token};

/// Where the other applications are.
const APPS: &str = "apps";
/// What one of them remembers about itself.
pub(crate) const PAPER: &str = "app.json";

/// An application's number and keys, as they are kept.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct App {
    pub(crate) app_id: u64,
    pub(crate) auth_key: String,
    pub(crate) auth_secret: String,
    pub(crate) admin_key: String,
}

impl App {
    /// New keys for an application of this number.
    pub(crate) fn new(app_id: u64) -> Self {
        Self {
            app_id,
            auth_key: random::hex_token(16),
            auth_secret: random::hex_token(20),
            admin_key: random::hex_token(20),
        }
    }

    /// The identity of a server, for this application.
    pub(crate) fn identity(self, of_the_server: &Identity) -> Identity {
        Identity {
            app_id: self.app_id,
            auth_key: self.auth_key,
            auth_secret: self.auth_secret,
            admin_key: self.admin_key,
            ..of_the_server.clone()
        }
    }
}

/// The folder of an application of the server in `data`.
pub(crate) fn folder_of(data: &Path, app_id: u64) -> PathBuf {
    data.join(APPS).join(app_id.to_string())
}

/// The applications in `apps`, by number. What cannot be read is named in the error.
pub(crate) fn others(data: &Path) -> Result<Vec<App>, StartError> {
    let entries = match std::fs::read_dir(data.join(APPS)) {
        Ok(entries) => entries,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(cause) => {
            return Err(StartError::Folder {
                folder: data.join(APPS),
                cause,
            });
        }
    };
    let mut apps = Vec::new();
    for entry in entries.flatten() {
        let number: Option<u64> = entry
            .file_name()
            .to_str()
            .and_then(|name| name.parse().ok());
        let Some(number) = number else { continue };
        let file = entry.path().join(PAPER);
        let text = std::fs::read_to_string(&file).map_err(|cause| StartError::Folder {
            folder: file.clone(),
            cause,
        })?;
        let damaged = |cause: String| StartError::Damaged {
            file: file.clone(),
            cause,
        };
        let app: App = serde_json::from_str(&text).map_err(|error| damaged(error.to_string()))?;
        if app.app_id != number {
            return Err(damaged(format!("it is of the application {}", app.app_id)));
        }
        apps.push(app);
    }
    apps.sort_by_key(|app| app.app_id);
    Ok(apps)
}

/// Makes the folder of another application. It gets its name when it is whole.
pub(crate) fn found(data: &Path) -> Result<App, StartError> {
    let last = others(data)?.last().map_or(1, |app| app.app_id);
    let app = App::new(last + 1);
    let target = folder_of(data, app.app_id);
    let half = target.with_extension("new");
    let make = || -> std::io::Result<()> {
        std::fs::create_dir_all(&half)?;
        let file = half.join(PAPER);
        std::fs::write(&file, serde_json::to_string_pretty(&app)?)?;
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            std::fs::set_permissions(&half, std::fs::Permissions::from_mode(0o700))?;
            std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o600))?;
        }
        std::fs::rename(&half, &target)
    };
    make().map_err(|cause| StartError::Folder {
        folder: target.clone(),
        cause,
    })?;
    Ok(app)
}

/// All applications of one running server.
#[derive(Debug)]
pub(crate) struct Estate {
    first: Arc<Site>,
    common: Common,
    sites: RwLock<BTreeMap<u64, Arc<Site>>>,
    /// Held while applications are looked for that have come since.
    looking: tokio::sync::Mutex<()>,
}

impl Estate {
    /// Opens every application there is.
    pub(crate) async fn open(first: Arc<Site>, common: Common) -> Result<Arc<Self>, StartError> {
        let sites = BTreeMap::from([(first.identity.app_id, Arc::clone(&first))]);
        let estate = Arc::new(Self {
            first,
            common,
            sites: RwLock::new(sites),
            looking: tokio::sync::Mutex::default(),
        });
        estate.look().await?;
        Ok(estate)
    }

    /// The application of the ready line.
    pub(crate) fn first(&self) -> &Arc<Site> {
        &self.first
    }

    /// All of them.
    pub(crate) fn all(&self) -> Vec<Arc<Site>> {
        let sites = self.sites.read().unwrap_or_else(PoisonError::into_inner);
        sites.values().cloned().collect()
    }

    fn known(&self, app_id: u64) -> Option<Arc<Site>> {
        let sites = self.sites.read().unwrap_or_else(PoisonError::into_inner);
        sites.get(&app_id).cloned()
    }

    /// Opens the applications that have come since the last look.
    async fn look(&self) -> Result<(), StartError> {
        let _looking = self.looking.lock().await;
        let data = &self.common.config.data;
        for app in others(data)? {
            if self.known(app.app_id).is_some() {
                continue;
            }
            let app_id = app.app_id;
            let identity = app.identity(&self.first.identity);
            let site = Site::open(&folder_of(data, app_id), identity, &self.common).await?;
            tracing::info!(app = app_id, "an application is open");
            self.sites
                .write()
                .unwrap_or_else(PoisonError::into_inner)
                .insert(app_id, site);
        }
        Ok(())
    }

    async fn look_again(&self) {
        if let Err(error) = self.look().await {
            tracing::error!(%error, "an application cannot be opened");
        }
    }

    /// The application with this number.
    pub(crate) async fn site(&self, app_id: u64) -> Option<Arc<Site>> {
        if let Some(site) = self.known(app_id) {
            return Some(site);
        }
        self.look_again().await;
        self.known(app_id)
    }

    /// The application with this key.
    pub(crate) async fn by_key(&self, auth_key: &str) -> Option<Arc<Site>> {
        let known = || {
            let mut all = self.all().into_iter();
            all.find(|site| site.identity.auth_key == auth_key)
        };
        if let Some(site) = known() {
            return Some(site);
        }
        self.look_again().await;
        known()
    }

    /// The application that a token belongs to; a token of a form we do not make would be
    /// one of the first application's.
    pub(crate) fn by_token(&self, token: &str) -> Arc<Site> {
        app_of_token(token)
            .and_then(|app_id| self.known(app_id))
            .unwrap_or_else(|| Arc::clone(&self.first))
    }

    /// The application that has a file. Uids are random, so at most one has it.
    pub(crate) async fn by_file(&self, uid: &str) -> Arc<Site> {
        let all = self.all();
        if all.len() > 1 {
            for site in all {
                if let Ok(Some(_)) = blobs::by_uid(site.db.read(), uid).await {
                    return site;
                }
            }
        }
        Arc::clone(&self.first)
    }
}
