//! Somebody in front of a real engine.

use std::future::Future;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use anyhow::Result;
use kith_client::Secret;
use kith_engine::{Engine, EngineConfig, LinkState};
use kith_model::{Clock, Delivery, DialogId, DialogKind, MessageId, MessageIds, UserId};
use kith_store::{DialogEntry, Holes, Notice, Store, StoredMessage};

use crate::cast::{Actor, PASSWORD};
use crate::wait::within;

/// A person, their device's database and its running engine.
#[derive(Debug)]
pub struct TestPerson {
    /// Whose part it is.
    pub actor: Actor,
    /// The engine itself.
    pub engine: Engine,
    path: PathBuf,
    connection: kith_model::Connection,
    clock: Arc<dyn Clock>,
    ids: MessageIds,
}

impl TestPerson {
    /// Opens the database at `path` and starts an engine on it, without waiting for the network.
    ///
    /// # Errors
    /// When the database cannot be opened.
    pub async fn start(
        actor: Actor,
        connection: kith_model::Connection,
        path: PathBuf,
        clock: Arc<dyn Clock>,
    ) -> Result<Self> {
        let store = Store::open(&path, actor.id).await?;
        // Two devices of one person must not make the same ids, and a device
        // that starts again must not repeat its own.
        let random = clock.now().millis().unsigned_abs()
            ^ (actor.id.0 << 24)
            ^ path.as_os_str().len() as u64;
        let engine = Engine::start(EngineConfig {
            store,
            connection: connection.clone(),
            login: actor.login.to_owned(),
            secret: Secret::new(PASSWORD),
            clock: Arc::clone(&clock),
            random,
        })
        .await?;
        Ok(Self {
            actor,
            engine,
            path,
            connection,
            clock,
            ids: MessageIds::new(random),
        })
    }

    /// Ends the app as a killed process ends: nothing is finished and nobody
    /// is told. What it leaves is what is on disk at this moment. Cut the road
    /// first, or the server hears a goodbye that a killed process does not say.
    ///
    /// # Errors
    /// When the disk cannot be read.
    pub async fn kill(self) -> Result<Absent> {
        // No transaction is half-way while this one is open.
        let turn = self.engine.store().write().await?;
        let (folder, name) = (
            self.path.parent().unwrap_or(&self.path),
            self.path.file_name().unwrap_or_default(),
        );
        let left = folder.join(format!("{}k", name.to_string_lossy()));
        for suffix in ["", "-wal"] {
            let of = |path: &PathBuf| PathBuf::from(format!("{}{suffix}", path.display()));
            match std::fs::copy(of(&self.path), of(&left)) {
                Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                    return Err(error.into());
                }
                _ => {}
            }
        }
        drop(turn);
        self.engine.stop().await;
        self.engine.store().close().await;
        Ok(Absent {
            actor: self.actor,
            path: left,
            connection: self.connection,
            clock: self.clock,
        })
    }

    /// Closes the app, as a person does.
    pub async fn stop(self) -> Absent {
        self.engine.stop().await;
        self.engine.store().close().await;
        Absent {
            actor: self.actor,
            path: self.path,
            connection: self.connection,
            clock: self.clock,
        }
    }

    /// Who this is on the server.
    #[must_use]
    pub fn id(&self) -> UserId {
        self.actor.id
    }

    /// Where this device's database is.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Waits until the link is up and everything missed has been fetched.
    pub async fn online(&self) {
        self.link("being online", |state| matches!(state, LinkState::Online))
            .await;
    }

    /// Waits until the link is down.
    pub async fn offline(&self) {
        self.link("being offline", |state| {
            matches!(state, LinkState::Offline { .. })
        })
        .await;
    }

    /// Waits until the link is in a state that fits.
    pub async fn link(&self, what: &str, fits: impl Fn(&LinkState) -> bool) -> LinkState {
        let mut link = self.engine.link();
        let what = format!("{} to see {what}", self.actor.login);
        within(&what, async move {
            match link.wait_for(|state| fits(state)).await {
                Ok(state) => state.clone(),
                Err(_) => panic!("the engine ended"),
            }
        })
        .await
    }

    /// Waits until `look` finds something: it looks now, and again after every
    /// change that the engine publishes.
    pub async fn until<T, F>(&self, what: &str, look: impl Fn() -> F) -> T
    where
        F: Future<Output = Option<T>>,
    {
        let mut changes = self.engine.changes();
        let what = format!("{} to see {what}", self.actor.login);
        within(&what, async move {
            loop {
                if let Some(found) = look().await {
                    return found;
                }
                if changes.next().await.is_none() {
                    panic!("the engine ended while somebody waited");
                }
            }
        })
        .await
    }

    /// Begins a private dialog.
    ///
    /// # Errors
    /// When the server does not answer.
    pub async fn private(&self, with: &Self) -> Result<DialogId> {
        Ok(self
            .engine
            .create_dialog(DialogKind::Private, "", &[with.id()])
            .await?)
    }

    /// Begins a private dialog with somebody who is not here.
    ///
    /// # Errors
    /// When the server does not answer.
    pub async fn private_with(&self, id: UserId) -> Result<DialogId> {
        Ok(self
            .engine
            .create_dialog(DialogKind::Private, "", &[id])
            .await?)
    }

    /// Makes a group.
    ///
    /// # Errors
    /// When the server does not answer.
    pub async fn group(&self, name: &str, with: &[&Self]) -> Result<DialogId> {
        let people: Vec<_> = with.iter().map(|person| person.id()).collect();
        Ok(self
            .engine
            .create_dialog(DialogKind::Group, name, &people)
            .await?)
    }

    /// Writes a message; answers when it is on disk.
    ///
    /// # Errors
    /// When it cannot be kept.
    pub async fn say(&self, dialog: &DialogId, text: &str) -> Result<MessageId> {
        let id = self.ids.next(self.clock.now());
        self.engine
            .send(dialog, id.clone(), text.to_owned())
            .await?;
        Ok(id)
    }

    /// Waits until the dialog is in the list.
    pub async fn dialog(&self, dialog: &DialogId) -> DialogEntry {
        self.until("the dialog", || async { self.entry(dialog).await })
            .await
    }

    /// Waits until the message is here.
    pub async fn hears(&self, id: &MessageId) -> StoredMessage {
        self.until("a message", || async { self.message(id).await })
            .await
    }

    /// Waits until the message is in this state or a higher one.
    pub async fn sees(&self, id: &MessageId, delivery: Delivery) -> StoredMessage {
        let what = format!("a message {delivery:?}");
        self.until(&what, || async {
            self.message(id)
                .await
                .filter(|held| held.delivery >= delivery)
        })
        .await
    }

    /// Waits until the server knows of every edit, deletion and the like that
    /// this person has done.
    pub async fn deeds_are_done(&self) {
        let mut changes = self.engine.changes();
        within("the server to know of all deeds", async {
            while !self
                .engine
                .store()
                .deeds(1)
                .await
                .expect("the store reads")
                .is_empty()
            {
                // That something is known changes nothing that is shown, so
                // nobody tells of it.
                let _ = tokio::time::timeout(Duration::from_millis(20), changes.next()).await;
            }
        })
        .await;
    }

    /// Waits until exactly these texts stand in the dialog, in this order.
    ///
    /// # Panics
    /// When they do not after a while; it says what stands there instead.
    pub async fn sees_texts(&self, dialog: &DialogId, wanted: &[String]) {
        let mut changes = self.engine.changes();
        let wait = async {
            while self.texts(dialog).await != wanted {
                if changes.next().await.is_none() {
                    break;
                }
            }
        };
        let _ = tokio::time::timeout(crate::wait::PATIENCE, wait).await;
        assert_eq!(
            self.texts(dialog).await,
            wanted,
            "what {} sees",
            self.actor.login
        );
    }

    /// Waits until the dialog has so many unread messages.
    pub async fn sees_unread(&self, dialog: &DialogId, count: u32) {
        let what = format!("{count} unread");
        self.until(&what, || async {
            self.entry(dialog)
                .await
                .filter(|entry| entry.unread == count)
        })
        .await;
    }

    /// The dialog as it is held now.
    pub async fn entry(&self, dialog: &DialogId) -> Option<DialogEntry> {
        self.engine
            .store()
            .dialog(dialog)
            .await
            .expect("the store reads")
    }

    /// The message as it is held now.
    pub async fn message(&self, id: &MessageId) -> Option<StoredMessage> {
        self.engine
            .store()
            .message(id)
            .await
            .expect("the store reads")
    }

    /// Every message that is held of the dialog, oldest first. Quiet lines are
    /// left out: each device draws its own.
    pub async fn timeline(&self, dialog: &DialogId) -> Vec<StoredMessage> {
        let mut messages = self.everything(dialog).await;
        messages.retain(|held| held.notice.is_none());
        messages
    }

    /// What the quiet lines of the dialog tell, oldest first.
    pub async fn lines(&self, dialog: &DialogId) -> Vec<Notice> {
        let everything = self.everything(dialog).await;
        everything
            .into_iter()
            .filter_map(|held| held.notice)
            .collect()
    }

    async fn everything(&self, dialog: &DialogId) -> Vec<StoredMessage> {
        let page = self
            .engine
            .store()
            .page_before(dialog, None, 10_000, Holes::Cross)
            .await;
        page.expect("the store reads").messages
    }

    /// A new message id, as the screen makes them.
    #[must_use]
    pub fn new_id(&self) -> MessageId {
        self.ids.next(self.clock.now())
    }

    /// How many messages of the dialog are held.
    pub async fn timeline_length(&self, dialog: &DialogId) -> usize {
        let whole = kith_store::Stretch {
            from: i64::MIN,
            to: i64::MAX,
        };
        let counted = self.engine.store().count_between(dialog, whole).await;
        counted.expect("the store reads").map_or(0, |counted| {
            usize::try_from(counted.count).unwrap_or(usize::MAX)
        })
    }

    /// The same as text: who wrote what.
    pub async fn texts(&self, dialog: &DialogId) -> Vec<String> {
        self.timeline(dialog)
            .await
            .into_iter()
            .map(|held| held.message.body)
            .collect()
    }
}

/// A person whose app is closed.
#[derive(Debug)]
pub struct Absent {
    actor: Actor,
    /// Their database.
    pub path: PathBuf,
    connection: kith_model::Connection,
    clock: Arc<dyn Clock>,
}

impl Absent {
    /// Opens the app again, without waiting for the network.
    ///
    /// # Errors
    /// When the database cannot be opened.
    pub async fn returns(self) -> Result<TestPerson> {
        TestPerson::start(self.actor, self.connection, self.path, self.clock).await
    }
}
