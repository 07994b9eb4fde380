//! What all parts of one running server share.

use std::sync::Arc;

use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::chat::privacy::Blocks;
use crate::clock::Clock;
use crate::db::Database;
use crate::faults::Switches;
use crate::folder::Identity;
use crate::gate::Gate;
use crate::hub::Hub;
use crate::limits::LoginLimits;
use crate::random::ObjectIds;
use crate::storage::Storage;
use crate::xmpp::watch::Watchers;

/// One running server.
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
    /// Ends everything.
    pub(crate) stop: CancellationToken,
    /// The tasks that must have ended before the server has.
    pub(crate) tasks: TaskTracker,
}

impl Site {
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
}
