//! The engine: one account's working life.
//!
//! It owns the live stream, the REST session and every piece of background
//! work of one account, and is the only one that writes to its store. What
//! comes in goes through `inbox.rs`, what goes out through `outbox.rs`;
//! `sync.rs` catches up after a fresh link, `fill.rs` does the rest quietly,
//! `history.rs` fetches what is scrolled to, `world.rs` notices sleep and
//! changes of network, `reading.rs` moves the read pointer and tells others, `notify`
//! says what is announced on the desktop, `presence.rs` knows who is writing.
//!
//! Everything that a person does is on disk when the call answers, and no call
//! waits for the network unless it says so. Whoever shows something reads the
//! [`kith_store::Store`] and listens to [`Engine::changes`].

mod activity;
mod announce;
mod changes;
mod compare;
mod compose;
mod damage;
mod deeds;
mod directory;
mod elsewhere;
mod error;
mod files;
mod fill;
mod followed;
mod history;
mod inbox;
mod jump;
mod leaving;
mod leftovers;
mod link;
mod list;
mod metadata;
mod newest;
mod notify;
mod occupants;
mod outbox;
mod people;
mod pictures;
mod presence;
mod reactions;
mod readers;
mod reading;
mod rooms;
mod search;
mod self_destruct;
mod shared;
mod staging;
mod strangers;
mod sync;
mod task;
mod uploads;
mod waiting;
mod world;

#[cfg(test)]
mod tests;

use std::sync::Arc;

use kith_client::{Chat, Rest};
use kith_model::{Clock, Connection, DialogId, MessageId, Person, UserId};
use kith_store::{Page, Spot, Store};
use tokio::sync::{Mutex, mpsc, watch};

pub use activity::Presence;
pub use changes::{Change, Changes, News};
pub use compose::SendOptions;
pub use damage::MayBeDamage;
pub use deeds::Deleted;
pub use directory::{Directory, Members, Preview};
pub use error::EngineError;
pub use files::{SaveProblem, Transfer};
pub use fill::{Completeness, Hole};
pub use history::Older;
pub use kith_client::{LinkLost, PeopleBy, Secret};
pub use leaving::DeletedDialogs;
pub use link::LinkState;
pub use notify::Notification;
pub use people::sign_in;
pub use pictures::Picture;
pub use rooms::{DialogUpdate, NewDialog};
pub use staging::{LARGEST_FILE, MOST_FILES, StageError};

use changes::Hub;
use link::LinkBoard;
use shared::Shared;
use task::Tasks;

/// A message longer than this is refused here, before any server does.
pub const LONGEST_BODY: usize = 64 * 1024;

/// So many events wait for the inbox; then the stream is read more slowly.
const EVENTS: usize = 256;

/// What an engine needs.
#[derive(Debug)]
pub struct EngineConfig {
    /// The account's database, open.
    pub store: Store,
    /// Where its server is.
    pub connection: Connection,
    /// Its login.
    pub login: String,
    /// Its password, for both halves of the platform.
    pub secret: Secret,
    /// Where the time comes from.
    pub clock: Arc<dyn Clock>,
    /// A number that is different in every process, for the random parts of
    /// waits.
    pub random: u64,
}

/// A running engine. Cheap to clone; all clones are the same engine.
#[derive(Debug, Clone)]
pub struct Engine {
    shared: Arc<Shared>,
}

impl Engine {
    /// Starts the work of an account. Only the disk is waited for; without a
    /// network the engine runs from what is held. Needs a tokio runtime.
    ///
    /// # Errors
    /// [`EngineError::BadConnection`] when the connection makes no sense, or
    /// [`EngineError::Store`].
    pub async fn start(config: EngineConfig) -> Result<Self, EngineError> {
        let (engine, arriving) = Self::prepare(config).await?;
        engine.begin_work(arriving);
        Ok(engine)
    }

    /// Everything but the work.
    async fn prepare(
        config: EngineConfig,
    ) -> Result<(Self, mpsc::Receiver<kith_client::ServerEvent>), EngineError> {
        let rest = Rest::new(config.connection.clone(), Arc::clone(&config.clock))?;
        config.store.go_by(Arc::clone(&config.clock));
        let mut write = config.store.write().await?;
        write.requeue_sending().await?;
        write.doubt_markers().await?;
        write.commit().await?;

        let me = config.store.me();
        let (events, arriving) = mpsc::channel(EVENTS);
        let way_out = world::way_out(&config.connection);
        let chat = Chat::start(
            config.connection.clone(),
            me,
            config.secret.clone(),
            Arc::clone(&config.clock),
            events,
        );
        let staging = staging::Staging::beside(config.store.path());
        let shared = Arc::new(Shared {
            me,
            staging,
            uploads: uploads::Uploads::default(),
            uploads_wake: tokio::sync::Notify::new(),
            store: config.store,
            login: config.login,
            secret: config.secret,
            clock: config.clock,
            seed: config.random,
            way_out,
            hub: Hub::new(),
            damaged: watch::Sender::new(false),
            needs_room: watch::Sender::new(false),
            link: LinkBoard::new(),
            tasks: Tasks::default(),
            outbox_wake: tokio::sync::Notify::new(),
            handing: Arc::default(),
            markers_wake: tokio::sync::Notify::new(),
            deeds_wake: tokio::sync::Notify::new(),
            reactions_wake: tokio::sync::Notify::new(),
            index_wake: tokio::sync::Notify::new(),
            announced: std::sync::Mutex::default(),
            board: std::sync::Mutex::default(),
            notifications: watch::Sender::default(),
            notify_wake: tokio::sync::Notify::new(),
            typing_wake: tokio::sync::Notify::new(),
            typing: std::sync::Mutex::default(),
            followed: std::sync::Mutex::default(),
            sync: std::sync::Mutex::default(),
            being_fetched: std::sync::Mutex::default(),
            changed_by: std::sync::Mutex::default(),
            watched: std::sync::Mutex::default(),
            pictures: pictures::Pictures::default(),
            transfers: std::sync::Mutex::default(),
            occupants: Mutex::default(),
            people_refreshed: std::sync::Mutex::default(),
            strangers: std::sync::Mutex::default(),
            rest,
            read_elsewhere: readers::Burst::default(),
            read_by_others: readers::Burst::default(),
            has_traces: std::sync::atomic::AtomicBool::default(),
            is_signed_in: Mutex::new(false),
            chat,
        });
        Ok((Self { shared }, arriving))
    }

    fn begin_work(&self, arriving: mpsc::Receiver<kith_client::ServerEvent>) {
        let arriving = Arc::new(Mutex::new(arriving));
        let tasks = &self.shared.tasks;
        let shared = Arc::clone(&self.shared);
        tasks.keep("inbox", move || {
            Arc::clone(&shared).read_events(Arc::clone(&arriving))
        });
        let shared = Arc::clone(&self.shared);
        tasks.keep("outbox", move || Arc::clone(&shared).work_outbox());
        let shared = Arc::clone(&self.shared);
        tasks.keep("uploads", move || Arc::clone(&shared).work_uploads());
        let shared = Arc::clone(&self.shared);
        tasks.keep("copies", move || Arc::clone(&shared).let_go_of_copies());
        let shared = Arc::clone(&self.shared);
        tasks.keep("sync", move || Arc::clone(&shared).work_sync());
        let shared = Arc::clone(&self.shared);
        tasks.keep("quiet work", move || Arc::clone(&shared).work_quietly());
        let shared = Arc::clone(&self.shared);
        tasks.keep("world", move || Arc::clone(&shared).watch_the_world());
        let shared = Arc::clone(&self.shared);
        tasks.keep("markers", move || Arc::clone(&shared).work_markers());
        let shared = Arc::clone(&self.shared);
        tasks.keep("deeds", move || Arc::clone(&shared).work_deeds());
        let shared = Arc::clone(&self.shared);
        tasks.keep("index of words", move || {
            Arc::clone(&shared).work_on_index()
        });
        let shared = Arc::clone(&self.shared);
        tasks.keep("reactions", move || Arc::clone(&shared).work_reactions());
        let shared = Arc::clone(&self.shared);
        tasks.keep("timers", move || Arc::clone(&shared).watch_timers());
        let shared = Arc::clone(&self.shared);
        tasks.keep("notifications", move || {
            Arc::clone(&shared).work_notifications()
        });
        let shared = Arc::clone(&self.shared);
        tasks.once("sign in", async move {
            // Whoever needs it first would otherwise wait for it.
            if let Err(error) = shared.rest().await {
                tracing::debug!(%error, "no REST session yet");
            }
        });
        let shared = Arc::clone(&self.shared);
        tasks.keep("typing", move || {
            let shared = Arc::clone(&shared);
            async move { shared.watch_typing().await }
        });
    }

    /// Whose account this is.
    #[must_use]
    pub fn me(&self) -> UserId {
        self.shared.me
    }

    /// The account's database, to read from.
    #[must_use]
    pub fn store(&self) -> &Store {
        &self.shared.store
    }

    /// The state of the link, now and from now on.
    #[must_use]
    pub fn link(&self) -> watch::Receiver<LinkState> {
        self.shared.link.state.subscribe()
    }

    /// Whether the disk is full, so that what arrives is not kept and waits.
    /// That it changed is told as a change of the link.
    #[must_use]
    pub fn needs_room(&self) -> bool {
        *self.shared.needs_room.borrow()
    }

    /// What changes from now on. Listen first, then read, so that nothing falls
    /// between.
    #[must_use]
    pub fn changes(&self) -> Changes {
        self.shared.hub.listen()
    }

    /// Writes a message. When this answers it is on disk and the draft is
    /// gone; it leaves when it can. Doing it again with the same id does
    /// nothing.
    ///
    /// # Errors
    /// [`EngineError::InvalidInput`] for an empty text,
    /// [`EngineError::TooLarge`], [`EngineError::NotFound`] for a dialog that
    /// is not here.
    pub async fn send(
        &self,
        dialog: &DialogId,
        id: MessageId,
        text: String,
    ) -> Result<(), EngineError> {
        self.send_with(dialog, id, text, SendOptions::default())
            .await
    }

    /// Sends a failed message after all.
    ///
    /// # Errors
    /// [`EngineError::NotFound`] when it is none that failed.
    pub async fn retry(&self, id: &MessageId) -> Result<(), EngineError> {
        let mut write = self.shared.store.write().await?;
        if !write.retry(id).await? {
            return Err(EngineError::NotFound);
        }
        self.shared.commit(write).await?;
        self.shared.outbox_wake.notify_one();
        Ok(())
    }

    /// Takes back a message that has not gone out; answers its text.
    ///
    /// # Errors
    /// [`EngineError::NotFound`] when it has left, or may have.
    pub async fn discard(&self, id: &MessageId) -> Result<String, EngineError> {
        self.take_back(id, false).await
    }

    /// As [`Engine::discard`]; with `is_written_on`, it is in the draft of its
    /// dialog again, with all that belongs to it.
    ///
    /// # Errors
    /// [`EngineError::NotFound`] when it has left, or may have.
    pub async fn take_back(
        &self,
        id: &MessageId,
        is_written_on: bool,
    ) -> Result<String, EngineError> {
        let shared = &self.shared;
        let files = shared.store.uploads_of(std::slice::from_ref(id)).await?;
        let mut write = shared.store.write().await?;
        let text = write.take_back(id, is_written_on).await?;
        let text = text.ok_or(EngineError::NotFound)?;
        shared.commit(write).await?;
        // What had reached the server for it is nobody's.
        let blobs: Vec<u64> = files.iter().filter_map(|file| file.blob).collect();
        if !blobs.is_empty() {
            let shared = Arc::clone(shared);
            let work = async move { shared.delete_from_server(blobs).await };
            self.shared.tasks.once("files taken back", work);
        }
        Ok(text)
    }

    /// Keeps what was typed and not sent; an empty text is none.
    ///
    /// # Errors
    /// [`EngineError::NotFound`] for a dialog that is not here.
    pub async fn save_draft(&self, dialog: &DialogId, text: &str) -> Result<(), EngineError> {
        let mut write = self.shared.store.write().await?;
        write
            .save_draft(dialog, text, self.shared.clock.now())
            .await?;
        self.shared.commit(write).await?;
        Ok(())
    }

    /// This person writes, or has stopped. Call it as often as keys are
    /// pressed; it is told as often as needed, and only while there is a link.
    pub async fn set_typing(&self, dialog: &DialogId, is_typing: bool) {
        self.shared.tell_typing(dialog, is_typing).await;
    }

    /// Everything up to this message was on screen, in a focused window, for a
    /// moment. Nothing else marks messages as read. What came late and stands
    /// above it was not on screen by that.
    ///
    /// # Errors
    /// When the disk does not take it.
    pub async fn seen(&self, dialog: &DialogId, message: &MessageId) -> Result<(), EngineError> {
        self.shared.seen(dialog, message, &[]).await
    }

    /// As [`Engine::seen`], with the other messages that were on screen beside
    /// it: those of them that came late, with a place that had been read
    /// already, are read by that too.
    ///
    /// # Errors
    /// As [`Engine::seen`].
    pub async fn seen_on_screen(
        &self,
        dialog: &DialogId,
        message: &MessageId,
        others: &[MessageId],
    ) -> Result<(), EngineError> {
        self.shared.seen(dialog, message, others).await
    }

    /// The last `limit` messages before a spot, or the newest. Where what is
    /// held ends, the server is asked; when that fails, the answer is what is
    /// held, and says that it is incomplete.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn older(
        &self,
        dialog: &DialogId,
        before: Option<&Spot>,
        limit: u32,
    ) -> Result<Older, EngineError> {
        self.shared.older(dialog, before, limit).await
    }

    /// The first `limit` messages after a spot; asks the server where what is
    /// held has a hole.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn newer(
        &self,
        dialog: &DialogId,
        after: &Spot,
        limit: u32,
    ) -> Result<Page, EngineError> {
        self.shared.newer(dialog, after, limit).await
    }

    /// About `limit` messages around one that is held. Asks nobody.
    ///
    /// # Errors
    /// [`EngineError::NotFound`] when the message is not here.
    pub async fn around(
        &self,
        dialog: &DialogId,
        at: &MessageId,
        limit: u32,
    ) -> Result<Page, EngineError> {
        self.shared.around(dialog, at, limit).await
    }

    /// Who is writing, in all dialogs where somebody is.
    #[must_use]
    pub fn typing(&self) -> Vec<(DialogId, Vec<UserId>)> {
        self.shared.typing_now()
    }

    /// People by the beginning of a name or login: the server's directory, or
    /// without a link those who are known here. Waits for the network.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn find_people(&self, text: &str) -> Result<Vec<Person>, EngineError> {
        self.shared.find_people(text).await
    }

    /// People by one thing that the server's directory knows of them; without
    /// a link, those known here by name or login.
    ///
    /// # Errors
    /// [`EngineError::Offline`] and its relatives.
    pub async fn find_people_by(
        &self,
        by: PeopleBy,
        text: &str,
    ) -> Result<Vec<Person>, EngineError> {
        self.shared.find_people_by(by, text).await
    }

    /// Tries to connect now instead of waiting for the next attempt.
    pub fn reconnect_now(&self) {
        self.shared.chat.reconnect_now();
    }

    /// Makes the connection break and come back, as after sleep.
    pub fn cut(&self) {
        self.shared.chat.cut();
    }

    /// Ends the work of this account. What is unfinished is on disk. The store
    /// stays open; closing it is its owner's.
    pub async fn stop(&self) {
        self.shared.chat.stop().await;
        self.shared.tasks.stop().await;
    }

    /// Ends the session on the server, as far as it can be reached, and the
    /// work of this account.
    pub async fn sign_out(&self) {
        self.shared.chat.stop().await;
        self.shared.rest.sign_out().await;
        self.shared.tasks.stop().await;
    }
}

/// A text as it can travel: not empty, not too long, and without characters
/// that no stanza may carry (XML 1.0 §2.2).
fn sendable(text: String) -> Result<String, EngineError> {
    let is_char = |c: char| matches!(c, '\t' | '\n' | ' '..='\u{d7ff}' | '\u{e000}'..='\u{fffd}' | '\u{10000}'..);
    let text: String = text
        .replace("\r\n", "\n")
        .chars()
        .filter(|c| is_char(*c))
        .collect();
    if text.trim().is_empty() {
        return Err(EngineError::InvalidInput);
    }
    if text.len() > LONGEST_BODY {
        return Err(EngineError::TooLarge);
    }
    Ok(text)
}
