//! The application of one profile: what an adapter holds.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicBool;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use kith_model::{Clock, Connection, MessageIds};
use kith_store::{OpenError, Profile};
use thiserror::Error;
use tokio::sync::{Mutex, OnceCell, watch};
use tokio::time::timeout;

use crate::error::{Answer, Code, UiError};
use crate::feed::{FeedReceiver, Feeds};
use crate::join;
use crate::local::LocalServer;
use crate::notify::{self, Attention};
use crate::session::Session;
use crate::shell::Shell;
use crate::stage::{Damage, Stage};
use crate::ui::Ui;
use crate::vault::{FileVault, MemoryVault, Vault};
use crate::view::{ProblemView, Remember};

/// A keychain that does not answer in this time is taken for none. A locked
/// one may be asking the person for its password meanwhile.
const KEYCHAIN_PATIENCE: Duration = Duration::from_secs(60);

/// Where the system has no folder for downloads.
const DOWNLOADS: &str = "downloads";

/// What an application is made from.
#[derive(Debug)]
pub struct AppConfig {
    /// The folder that holds all profiles.
    pub data_dir: PathBuf,
    /// Which profile.
    pub profile: String,
    /// Where the time comes from.
    pub clock: Arc<dyn Clock>,
    /// The operating system's keychain.
    pub vault: Arc<dyn Vault>,
    /// The server on this machine, where one can be started.
    pub local: Option<Arc<dyn LocalServer>>,
    /// The program around the web view.
    pub shell: Arc<dyn Shell>,
    /// The join link that Kith was opened with.
    pub join_link: Option<String>,
    /// Chance, for ids.
    pub random: u64,
}

/// Why an application did not open. What concerns the data is no such reason:
/// then it opens locked, and says so.
#[derive(Debug, Error)]
pub enum StartError {
    /// A profile's name is a folder's name.
    #[error(
        "\"{0}\" cannot be a profile's name. Use letters, digits, dots, dashes and underscores, at most 64."
    )]
    ProfileName(String),
    /// One process a profile.
    #[error(
        "Kith is already open with the profile \"{0}\". Use its window, or choose another profile."
    )]
    ProfileInUse(String),
    /// The folder cannot be made.
    #[error("the folder {folder} cannot be used: {cause}")]
    Folder {
        /// Which.
        folder: PathBuf,
        /// What the system said.
        cause: std::io::Error,
    },
}

/// The three places for passwords.
#[derive(Debug)]
pub(crate) struct Vaults {
    pub(crate) keychain: Arc<dyn Vault>,
    pub(crate) memory: MemoryVault,
    pub(crate) file: FileVault,
    has_keychain: OnceCell<bool>,
}

impl Vaults {
    pub(crate) fn of(&self, remember: Remember) -> &dyn Vault {
        match remember {
            Remember::Keychain => self.keychain.as_ref(),
            Remember::Session => &self.memory,
            Remember::File => &self.file,
        }
    }

    /// Whether the keychain works. Tried once, when somebody has to choose.
    pub(crate) async fn has_keychain(&self) -> bool {
        let probe = || async {
            timeout(KEYCHAIN_PATIENCE, self.keychain.is_available())
                .await
                .unwrap_or(false)
        };
        *self.has_keychain.get_or_init(probe).await
    }
}

#[derive(Debug)]
pub(crate) struct State {
    /// None when it cannot be opened.
    pub(crate) profile: Option<Profile>,
    pub(crate) stage: Stage,
    /// The accounts that run, by their numbers.
    pub(crate) sessions: BTreeMap<i64, Arc<Session>>,
    /// The accounts that are signed in and cannot run without the person.
    pub(crate) shut: BTreeSet<i64>,
    pub(crate) join: Option<Connection>,
    /// Something to say on the welcome screen.
    pub(crate) notice: Option<ProblemView>,
}

#[derive(Debug)]
pub(crate) struct Inner {
    profile_name: String,
    pub(crate) folder: PathBuf,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) random: u64,
    pub(crate) vaults: Vaults,
    pub(crate) local: Option<Arc<dyn LocalServer>>,
    shell: Arc<dyn Shell>,
    pub(crate) state: RwLock<State>,
    /// Whether what is remembered has been opened.
    opened: watch::Sender<bool>,
    /// Held by whoever changes the stage, so that one does at a time.
    pub(crate) turn: Mutex<()>,
    /// Held by whoever opens or ends an account.
    pub(crate) opening: Mutex<()>,
    /// Whether what is shut for now is being tried again.
    pub(crate) is_trying_again: AtomicBool,
    feeds: Arc<Mutex<Feeds>>,
    /// What somebody looks at, by the web views that say so.
    pub(crate) attention: Arc<watch::Sender<Attention>>,
    /// Bears news when a setting of notifications has changed.
    pub(crate) wishes: watch::Sender<()>,
    /// For what is written outside of a web view.
    pub(crate) ids: MessageIds,
    /// What was dropped on the window last: the only files that the page may name.
    dropped: std::sync::Mutex<BTreeSet<PathBuf>>,
}

/// The application of one profile. Cheap to clone.
#[derive(Debug, Clone)]
pub struct App {
    pub(crate) inner: Arc<Inner>,
}

impl App {
    /// Opens a profile. The account that is signed in there opens meanwhile,
    /// from the disk and the keychain, which may ask the person something;
    /// whatever is asked of the application waits for it, but never for the
    /// network.
    ///
    /// # Errors
    /// [`StartError`] says why not. Data that cannot be opened is no error:
    /// the application is then locked and says why.
    pub async fn open(config: AppConfig) -> Result<Self, StartError> {
        if !is_profile_name(&config.profile) {
            return Err(StartError::ProfileName(config.profile));
        }
        let folder = config.data_dir.join("profiles").join(&config.profile);
        crate::disk::private_folder(&folder).map_err(|cause| StartError::Folder {
            folder: folder.clone(),
            cause,
        })?;
        let (profile, stage) = match Profile::open(&registry(&folder)).await {
            Ok(profile) => (Some(profile), Stage::Welcome),
            Err(OpenError::Busy) => return Err(StartError::ProfileInUse(config.profile)),
            Err(error) => (None, Stage::locked(&error, Damage::Profile)),
        };
        let (join, notice) = match config.join_link.as_deref().map(join::read_join).transpose() {
            Ok(join) => (join, None),
            Err(error) => (None, Some(notice(&error))),
        };
        let feeds = Feeds::default();
        let app = Self {
            inner: Arc::new(Inner {
                profile_name: config.profile,
                clock: config.clock,
                random: config.random,
                vaults: Vaults {
                    keychain: config.vault,
                    memory: MemoryVault::default(),
                    file: FileVault::new(folder.join("secrets.json")),
                    has_keychain: OnceCell::new(),
                },
                folder,
                local: config.local,
                shell: config.shell,
                state: RwLock::new(State {
                    profile,
                    stage,
                    sessions: BTreeMap::new(),
                    shut: BTreeSet::new(),
                    join,
                    notice,
                }),
                opened: watch::Sender::new(false),
                turn: Mutex::new(()),
                opening: Mutex::new(()),
                is_trying_again: AtomicBool::new(false),
                attention: feeds.attention(),
                feeds: Arc::new(Mutex::new(feeds)),
                wishes: watch::Sender::new(()),
                // Not those that the engines make.
                ids: MessageIds::new(config.random.rotate_left(20) ^ 0x6e6f_7469),
                dropped: std::sync::Mutex::default(),
            }),
        };
        let (resuming, opening) = (app.clone(), app.clone());
        let resumed = tokio::spawn(async move { resuming.resume().await });
        tokio::spawn(async move {
            if resumed.await.is_err() {
                tracing::error!("what is remembered could not be opened");
            }
            opening.inner.opened.send_replace(true);
        });
        Ok(app)
    }

    /// Waits until what is remembered has been opened.
    pub(crate) async fn opened(&self) {
        let mut opened = self.inner.opened.subscribe();
        // It cannot end before: this application holds the sender.
        let _ = opened.wait_for(|opened| *opened).await;
    }

    /// A new web view: what it asks with, and what it is told with.
    pub async fn attach(&self) -> (Ui, FeedReceiver) {
        self.opened().await;
        let (feed, receiver) = self.feeds().lock().await.attach();
        let ui = Ui {
            app: self.clone(),
            feed,
        };
        (ui, receiver)
    }

    /// Ends everything: what is on its way is on disk and goes on next time.
    pub async fn close(&self) {
        let _turn = self.inner.turn.lock().await;
        let profile = {
            let mut state = self.state_mut();
            state.stage = Stage::Welcome;
            state.profile.take()
        };
        self.end_all().await;
        if let Some(profile) = profile {
            profile.close().await;
        }
        self.feeds().lock().await.close();
    }

    /// The settings of this profile.
    ///
    /// # Errors
    /// When they cannot be read.
    pub async fn settings(&self) -> Answer<BTreeMap<String, String>> {
        match self.profile() {
            Some(profile) => {
                let mut settings = profile.settings().await?;
                settings.retain(|key, _| !key.starts_with('_'));
                Ok(settings)
            }
            None => Ok(BTreeMap::new()),
        }
    }

    /// Keeps one setting.
    ///
    /// # Errors
    /// When the disk does not take it.
    pub async fn set_setting(&self, key: &str, value: &str) -> Answer<()> {
        let profile = self
            .profile()
            .ok_or_else(|| UiError::from(Code::DatabaseCorrupt))?;
        profile.set_setting(key, value).await?;
        if key.starts_with(notify::SETTINGS) {
            self.inner.wishes.send_replace(());
        }
        Ok(())
    }

    /// Who is on screen.
    pub(crate) fn session(&self) -> Answer<Arc<Session>> {
        match &self.state().stage {
            Stage::Home(session) => Ok(Arc::clone(session)),
            Stage::Locked { problem, .. } => Err(problem.code.into()),
            Stage::Welcome | Stage::SignInAgain(_) => Err(Code::NotSignedIn.into()),
        }
    }

    pub(crate) fn feeds(&self) -> &Arc<Mutex<Feeds>> {
        &self.inner.feeds
    }

    pub(crate) fn shell(&self) -> &dyn Shell {
        self.inner.shell.as_ref()
    }

    /// Where files are saved.
    pub(crate) fn downloads(&self) -> PathBuf {
        self.shell()
            .downloads()
            .unwrap_or_else(|| self.inner.folder.join(DOWNLOADS))
    }

    /// The person has just dropped these files on the window. What was dropped
    /// before can be named no more.
    pub fn offer(&self, files: impl IntoIterator<Item = PathBuf>) {
        *self.lock_dropped() = files.into_iter().collect();
    }

    /// Whether this file was dropped on the window; it can be named once.
    pub(crate) fn take_dropped(&self, file: &Path) -> bool {
        self.lock_dropped().remove(file)
    }

    fn lock_dropped(&self) -> std::sync::MutexGuard<'_, BTreeSet<PathBuf>> {
        self.inner
            .dropped
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn profile_name(&self) -> &str {
        &self.inner.profile_name
    }

    pub(crate) fn profile(&self) -> Option<Profile> {
        self.state().profile.clone()
    }

    pub(crate) fn state(&self) -> std::sync::RwLockReadGuard<'_, State> {
        self.inner
            .state
            .read()
            .unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn state_mut(&self) -> std::sync::RwLockWriteGuard<'_, State> {
        self.inner
            .state
            .write()
            .unwrap_or_else(PoisonError::into_inner)
    }
}

/// The registry of a profile's accounts.
pub(crate) fn registry(folder: &Path) -> PathBuf {
    folder.join("profile.db")
}

fn is_profile_name(name: &str) -> bool {
    let is_plain = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-' | b'_');
    (1..=64).contains(&name.len()) && !name.starts_with('.') && name.bytes().all(is_plain)
}

pub(crate) fn notice(error: &UiError) -> ProblemView {
    ProblemView {
        code: error.code,
        message: error.message.clone(),
        can_set_aside: false,
    }
}
