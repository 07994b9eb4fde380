//! The store's tests, on real files. Each says in its assertions why a thing
//! should hold.

mod deeds;
mod fresh;
mod index;
mod late;
mod lists;
mod notices;
mod notified;
mod opening;
mod outbox;
mod pages;
mod places;
mod plans;
mod reactions;
mod receiving;
mod rescuing;
mod schema;
mod search;
mod taken_back;
mod timers;
mod unread;
mod upgrades;
mod uploads;
mod views;

use kith_model::{Dialog, DialogId, DialogKind, Message, MessageId, Timestamp, UserId};
use tempfile::TempDir;

use crate::{Change, Store, Write};

/// Whose store it is.
pub(crate) const ME: UserId = UserId(11);
/// The other one.
pub(crate) const BEA: UserId = UserId(22);
/// A third.
pub(crate) const CARL: UserId = UserId(33);

/// A store in a folder that goes away with it.
pub(crate) struct Fixture {
    pub(crate) store: Store,
    pub(crate) folder: TempDir,
}

impl Fixture {
    pub(crate) async fn new() -> Self {
        let folder = TempDir::new().expect("a folder");
        let store = Store::open(&folder.path().join("account.db"), ME)
            .await
            .expect("a new store");
        let fixture = Self { store, folder };
        fixture
            .write(async |write| {
                write
                    .put_dialog(&dialog(1, DialogKind::Group))
                    .await
                    .expect("a dialog");
            })
            .await;
        fixture
    }

    /// One transaction; answers its changes.
    pub(crate) async fn write(&self, what: impl AsyncFnOnce(&mut Write)) -> Vec<Change> {
        let mut write = self.store.write().await.expect("the writer");
        what(&mut write).await;
        write.commit().await.expect("the commit")
    }

    pub(crate) async fn put(&self, message: &Message) -> Vec<Change> {
        self.write(async |write| {
            write.put(message).await.expect("the message is kept");
        })
        .await
    }

    /// A line a message: second, sender, state, text.
    pub(crate) async fn shown(&self) -> Vec<String> {
        let page = self
            .store
            .page_before(&dialog_id(1), None, 100, crate::Holes::Cross)
            .await
            .expect("a page");
        page.messages
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
        occupants: vec![ME, BEA, CARL],
        admins: vec![ME],
        ..Dialog::new(dialog_id(n), kind, at(100))
    }
}

/// A message of Bea's in the first dialog.
pub(crate) fn message(n: u32, second: i64) -> Message {
    Message {
        body: format!("text {n}"),
        ..Message::new(id(n), dialog_id(1), BEA, at(second))
    }
}

/// A message of one's own in the first dialog.
pub(crate) fn own(n: u32, second: i64) -> Message {
    Message {
        sender: ME,
        ..message(n, second)
    }
}
