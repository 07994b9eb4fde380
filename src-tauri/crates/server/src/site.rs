//! What all parts of one running application share.

use std::path::Path;
use std::sync::Arc;

use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::chat::privacy::Blocks;
use crate::clock::Clock;
use crate::config::{Config, StartError};
use crate::db::{self, Database};
use crate::faults::Switches;
use crate::folder::Identity;
use crate::gate::Gate;
use crate::hub::Hub;
use crate::limits::LoginLimits;
use crate::random::{self, ObjectIds};
use crate::storage::{self, Storage};
use crate::xmpp::watch::Watchers;

/// One running application: its own people, conversations and files, and nobody else's.
#[derive(Debug)]
pub(crate) struct Site {
    pub(crate) identity: Identity,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) db: Database,
    pub(crate) hub: Hub,
    pub(crate) ids: ObjectIds,
    pub(crate) logins: LoginLimits,
    pub(crate) gate: Gate,
    pub(crate) switches: Switches,
    /// Whom people block.
    pub(crate) blocks: Blocks,
    /// Who wants to know who comes and goes.
    pub(crate) watchers: Watchers,
    /// Where files are.
    pub(crate) storage: Storage,
    /// Whether logging in with an unknown name makes a person of that name.
    pub(crate) create_on_login: bool,
    /// One person's files may have so many bytes together.
    pub(crate) account_bytes: u64,
    /// Ends everything.
    pub(crate) stop: CancellationToken,
    /// The tasks that must have ended before the server has.
    pub(crate) tasks: TaskTracker,
}

/// What the applications of one server have in common.
#[derive(Debug, Clone)]
pub(crate) struct Common {
    pub(crate) config: Config,
    pub(crate) gate: Gate,
    pub(crate) stop: CancellationToken,
    pub(crate) tasks: TaskTracker,
}

impl Common {
    /// For a server that starts.
    pub(crate) fn new(config: Config) -> Self {
        Self {
            config,
            gate: Gate::default(),
            stop: CancellationToken::new(),
            tasks: TaskTracker::new(),
        }
    }
}

impl Site {
    /// Opens an application whose database and files are in `folder`.
    pub(crate) async fn open(
        folder: &Path,
        identity: Identity,
        common: &Common,
    ) -> Result<Arc<Self>, StartError> {
        let config = &common.config;
        let db = Database::open(&folder.join("server.db")).await?;
        db::sessions::sweep(db.turn().await?.connection(), config.clock.now_millis()).await?;
        let blocks = Blocks::load(&db).await?;
        let site = Arc::new(Self {
            identity,
            clock: Arc::clone(&config.clock),
            db,
            hub: Hub::default(),
            ids: ObjectIds::new(),
            logins: LoginLimits::default(),
            gate: common.gate.clone(),
            switches: Switches::default(),
            blocks,
            watchers: Watchers::default(),
            storage: Storage::open(folder, config.plain)?,
            create_on_login: config.create_on_login,
            account_bytes: config.account_bytes,
            stop: common.stop.clone(),
            tasks: common.tasks.clone(),
        });
        storage::keep_tidy(&site);
        Ok(site)
    }

    /// Now, in milliseconds.
    pub(crate) fn now(&self) -> i64 {
        self.clock.now_millis()
    }

    /// A person's bare address (`protocol/xmpp.md` §3).
    pub(crate) fn bare_jid(&self, user_id: i64) -> String {
        format!(
            "{user_id}-{}@{}",
            self.identity.app_id, self.identity.chat_domain
        )
    }

    /// A dialog's room address.
    pub(crate) fn room_jid(&self, dialog_id: &str) -> String {
        format!(
            "{}_{dialog_id}@{}",
            self.identity.app_id, self.identity.muc_domain
        )
    }

    /// A new session token: 128 bits of chance, and the application at the end, so that a
    /// call finds its application by its token.
    pub(crate) fn new_token(&self) -> String {
        format!("{}{:08x}", random::hex_token(16), self.identity.app_id)
    }
}

/// The application that a token says it belongs to.
pub(crate) fn app_of_token(token: &str) -> Option<u64> {
    let digits = token.get(token.len().checked_sub(8)?..)?;
    u64::from_str_radix(digits, 16).ok()
}
