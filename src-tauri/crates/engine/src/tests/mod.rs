//! The engine's tests: events in, rows and changes out. No server takes part;
//! the journeys with a real one are in the `tests` folder at the top.

mod cost;
mod deeds;
mod inbox;
mod notify;
mod staging;
mod timers;
mod typing;
mod writing;

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use kith_client::{LinkLost, Secret, ServerEvent};
use kith_model::{
    AppId, ChatAddress, ChatSecurity, Clock, Connection, Dialog, DialogId, DialogKind, Message,
    MessageId, Timestamp, UserId,
};
use kith_store::{Holes, Store};
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{ConnectOptions, SqliteConnection};
use tempfile::TempDir;

use crate::{Change, Changes, Engine, EngineConfig, News};

pub(crate) const ME: UserId = UserId(11);
pub(crate) const BEA: UserId = UserId(22);

/// A clock that stands still until it is told.
#[derive(Debug, Default)]
pub(crate) struct Still(AtomicI64);

impl Still {
    pub(crate) fn set(&self, now: Timestamp) {
        self.0.store(now.millis(), Ordering::SeqCst);
    }
}

impl Clock for Still {
    fn now(&self) -> Timestamp {
        Timestamp::from_millis(self.0.load(Ordering::SeqCst))
    }
}

/// An engine whose background work was not begun, so that a test decides what
/// arrives and when.
pub(crate) struct Bench {
    pub(crate) engine: Engine,
    pub(crate) clock: Arc<Still>,
    changes: Changes,
    pub(crate) folder: TempDir,
}

impl Bench {
    pub(crate) async fn new() -> Self {
        let folder = TempDir::new().expect("a folder");
        let store = Store::open(&folder.path().join("account.db"), ME)
            .await
            .expect("a store");
        let clock = Arc::new(Still::default());
        clock.set(at(1000));
        let (engine, _nothing_arrives) = Engine::prepare(EngineConfig {
            store,
            connection: Connection {
                name: "Nowhere".into(),
                api_url: "http://127.0.0.1:1".into(),
                chat: ChatAddress {
                    host: "127.0.0.1".into(),
                    port: 1,
                    security: ChatSecurity::Plain,
                },
                chat_domain: "chat.kith.local".into(),
                muc_domain: "muc.chat.kith.local".into(),
                app_id: AppId(1),
                auth_key: "key".into(),
                ca_cert: None,
            },
            login: "me".into(),
            secret: Secret::new("secret"),
            clock: Arc::clone(&clock) as Arc<dyn Clock>,
            random: 1,
        })
        .await
        .expect("an engine");
        let mut write = engine.store().write().await.expect("the writer");
        write
            .put_dialog(&dialog(1, DialogKind::Group))
            .await
            .expect("kept");
        write
            .put_dialog(&dialog(2, DialogKind::Private))
            .await
            .expect("kept");
        write.commit().await.expect("the commit");
        let changes = engine.changes();
        Self {
            engine,
            clock,
            changes,
            folder,
        }
    }

    /// Events come in; answers the changes that are told.
    pub(crate) async fn arrive(&mut self, events: Vec<ServerEvent>) -> Vec<Change> {
        self.engine.shared.apply_all(events).await.expect("kept");
        self.told()
    }

    /// What has been told since the last time.
    pub(crate) fn told(&mut self) -> Vec<Change> {
        let mut all = Vec::new();
        while let Some(news) = self.changes.try_next() {
            match news {
                News::Batch { changes, .. } => all.extend(changes),
                News::Lost => panic!("nothing may be lost here"),
            }
        }
        all
    }

    /// Somebody else who has the file open, and sees it as it is now until closed.
    pub(crate) async fn reading(&self) -> SqliteConnection {
        let file = self.folder.path().join("account.db");
        let options = SqliteConnectOptions::new().filename(file).read_only(true);
        let mut reading = options.connect().await.expect("a connection");
        for statement in ["BEGIN", "SELECT count(*) FROM message"] {
            let done = sqlx::query(statement).execute(&mut reading).await;
            done.expect("a read");
        }
        reading
    }

    /// Whether this text is in the file that SQLite writes to first.
    pub(crate) fn log_has(&self, text: &str) -> bool {
        let log = std::fs::read(self.folder.path().join("account.db-wal"));
        let log = log.expect("a log");
        log.windows(text.len()).any(|part| part == text.as_bytes())
    }

    /// A line a message: second, sender, state, text.
    pub(crate) async fn shown(&self, d: u32) -> Vec<String> {
        let page = self
            .engine
            .store()
            .page_before(&dialog_id(d), None, 100, Holes::Cross)
            .await;
        page.expect("a page")
            .messages
            .iter()
            .map(|m| {
                format!(
                    "{} {} {:?} {}",
                    m.message.sent_at.seconds(),
                    m.message.sender,
                    m.delivery,
                    m.message.body
                )
            })
            .collect()
    }
}

pub(crate) fn dialog_id(n: u32) -> DialogId {
    format!("d0{n:022x}").parse().expect("an id")
}

pub(crate) fn id(n: u32) -> MessageId {
    format!("{n:024x}").parse().expect("an id")
}

pub(crate) fn at(second: i64) -> Timestamp {
    Timestamp::from_seconds(second)
}

pub(crate) fn dialog(n: u32, kind: DialogKind) -> Dialog {
    Dialog {
        name: format!("Dialog {n}"),
        owner: Some(ME),
        occupants: vec![ME, BEA],
        ..Dialog::new(dialog_id(n), kind, at(1))
    }
}

/// Bea writes in the first dialog.
pub(crate) fn message(n: u32, second: i64) -> Message {
    Message {
        body: format!("text {n}"),
        ..Message::new(id(n), dialog_id(1), BEA, at(second))
    }
}

pub(crate) fn own(n: u32, second: i64) -> Message {
    Message {
        sender: ME,
        ..message(n, second)
    }
}

pub(crate) fn down() -> ServerEvent {
    ServerEvent::Link(kith_client::Link::Down {
        reason: LinkLost::Broken,
        retry_at: None,
    })
}
