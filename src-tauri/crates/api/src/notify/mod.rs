//! Notifications on the desktop. What stands there the engine decides, for each
//! account (`engine/notify`); here it gets its words, as far as the person wants
//! them shown, and goes to the shell. What the person does with one comes back
//! as a [`NotificationAct`].

mod acts;
mod plain;
mod words;

use std::collections::BTreeMap;
use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;

use kith_engine::{Change, Changes, News, Notification as Standing};
use kith_model::{DialogId, MessageId};
use kith_store::StoreError;
use serde::{Deserialize, Serialize};
use tokio::sync::watch;

use crate::app::App;
use crate::feed::FeedId;
use crate::session::Session;

pub use acts::NotificationAct;
use words::Shows;

/// The settings that all of this goes by begin so.
pub(crate) const SETTINGS: &str = "notifications";
/// `off` shows nothing.
const IS_ON: &str = "notifications";
/// `text`, `name` or `nothing`: how much is shown.
const SHOWS: &str = "notifications_show";
/// `off` makes no sound.
const SOUND: &str = "notifications_sound";

/// Which web view attends to which dialog of which account.
pub(crate) type Attention = BTreeMap<FeedId, (i64, DialogId)>;

/// One notification: there is one for a dialog of an account.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct NotificationKey {
    /// The account's number in this profile.
    pub account: i64,
    /// Which dialog.
    pub dialog: DialogId,
}

/// What is to be shown on the desktop. Another one with the same key takes its place.
#[derive(Clone, PartialEq, Eq, Serialize)]
pub struct Notification {
    /// Which one.
    pub key: NotificationKey,
    /// Where its messages begin.
    pub message: MessageId,
    /// Plain text, on one line.
    pub title: String,
    /// Plain text, on one line or two.
    pub body: String,
    /// A picture of who wrote, where one is on this computer.
    pub picture: Option<PathBuf>,
    /// Whether it comes up, or only says something else from now on.
    pub is_call: bool,
    /// Whether it makes a sound with that.
    pub has_sound: bool,
    /// Whether this person may write there.
    pub can_reply: bool,
}

/// Without the words, which belong in no log.
impl fmt::Debug for Notification {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Notification")
            .field("key", &self.key)
            .field("message", &self.message)
            .field("is_call", &self.is_call)
            .finish_non_exhaustive()
    }
}

/// What the person has set.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Wishes {
    is_on: bool,
    shows: Shows,
    has_sound: bool,
}

impl Wishes {
    fn read(settings: &BTreeMap<String, String>) -> Self {
        let is = |key: &str, value: &str| settings.get(key).is_some_and(|set| set == value);
        Self {
            is_on: !is(IS_ON, "off"),
            shows: match settings.get(SHOWS).map(String::as_str) {
                Some("nothing") => Shows::Nothing,
                Some("name") => Shows::Name,
                _ => Shows::Text,
            },
            has_sound: !is(SOUND, "off"),
        }
    }
}

/// What was last said of a dialog.
#[derive(Debug)]
struct Said {
    call: u64,
    latest: MessageId,
    /// None while notifications are switched off.
    shown: Option<Notification>,
}

/// One account's notifications.
struct Notifier {
    app: App,
    session: Arc<Session>,
    said: BTreeMap<DialogId, Said>,
    /// The last call that was heard.
    heard: u64,
}

/// Shows an account's notifications for as long as it runs, and takes them away
/// when it ends.
pub(crate) async fn keep_notified(app: App, session: Arc<Session>) {
    let mut standing = session.engine.notified();
    let mut changes = session.engine.changes();
    let mut attention = app.inner.attention.subscribe();
    let mut wishes = app.inner.wishes.subscribe();
    let stop = session.stop.clone();
    let mut notifier = Notifier {
        app,
        session,
        said: BTreeMap::new(),
        heard: 0,
    };
    loop {
        notifier.attend(&mut attention);
        let now = standing.borrow_and_update().clone();
        if let Err(error) = notifier.show(&now).await {
            notifier.session.engine.met(&error);
            tracing::warn!(%error, "a notification could not be made");
        }
        tokio::select! {
            () = stop.cancelled() => break,
            changed = standing.changed() => if changed.is_err() { break },
            _ = attention.changed() => {}
            _ = wishes.changed() => {}
            () = an_edit(&mut changes, &notifier.said) => {}
        }
    }
    notifier.withdraw_all();
}

/// Waits until a message that a notification shows may say something else.
async fn an_edit(changes: &mut Changes, said: &BTreeMap<DialogId, Said>) {
    loop {
        match changes.next().await {
            // The engine has ended; the session's own end is waited for.
            None => std::future::pending().await,
            Some(News::Lost) => return,
            Some(News::Batch { changes: batch, .. }) => {
                let shows = |change: &Change| match change {
                    Change::Message { dialog, id } => {
                        said.get(dialog).is_some_and(|said| said.latest == *id)
                    }
                    _ => false,
                };
                if batch.iter().any(shows) {
                    return;
                }
            }
        }
    }
}

impl Notifier {
    /// Tells the engine what somebody looks at, if it is of this account.
    fn attend(&self, attention: &mut watch::Receiver<Attention>) {
        let account = self.session.account.id;
        let attended = attention
            .borrow_and_update()
            .values()
            .find(|(of, _)| *of == account)
            .map(|(_, dialog)| dialog.clone());
        self.session.engine.attend(attended);
    }

    async fn show(&mut self, now: &[Standing]) -> Result<(), StoreError> {
        let gone: Vec<DialogId> = self
            .said
            .keys()
            .filter(|dialog| now.iter().all(|one| one.dialog != **dialog))
            .cloned()
            .collect();
        for dialog in gone {
            self.withdraw(&dialog);
            self.said.remove(&dialog);
        }
        if now.is_empty() {
            return Ok(());
        }
        let settings = self.app.settings().await.unwrap_or_default();
        let wishes = Wishes::read(&settings);
        for standing in now {
            self.show_one(standing, wishes).await?;
        }
        Ok(())
    }

    async fn show_one(&mut self, standing: &Standing, wishes: Wishes) -> Result<(), StoreError> {
        let Some(first) = standing.messages.first() else {
            return Ok(());
        };
        let said = self.said.get(&standing.dialog);
        // What comes while none is shown is a call, however soon after the last.
        let is_call = said.is_none_or(|said| {
            said.call < standing.call || (said.shown.is_none() && said.latest != standing.latest)
        });
        let was_shown = said.is_some_and(|said| said.shown.is_some());
        // What came while they were switched off does not come up afterwards.
        let shown = if wishes.is_on && (is_call || was_shown) {
            let words = words::of(&self.session, standing, wishes.shows).await?;
            words.map(|words| Notification {
                key: self.key(&standing.dialog),
                message: first.clone(),
                title: self.with_account(words.title, wishes.shows),
                body: words.body,
                picture: words.picture,
                is_call,
                has_sound: is_call && wishes.has_sound && self.heard < standing.call,
                can_reply: words.can_reply,
            })
        } else {
            None
        };
        let said = Said {
            call: standing.call,
            latest: standing.latest.clone(),
            shown,
        };
        let before = self.said.insert(standing.dialog.clone(), said);
        let before = before.and_then(|said| said.shown);
        let after = self
            .said
            .get(&standing.dialog)
            .and_then(|said| said.shown.as_ref());
        match after {
            Some(after) if is_call || before.as_ref().is_none_or(|it| differs(it, after)) => {
                if after.is_call {
                    self.heard = self.heard.max(standing.call);
                }
                self.app.shell().notify(after);
            }
            Some(_) => {}
            None if before.is_some() => self.withdraw_from_desktop(&standing.dialog),
            None => {}
        }
        Ok(())
    }

    /// Where several accounts run, whose it is.
    fn with_account(&self, title: String, shows: Shows) -> String {
        if shows == Shows::Nothing || !self.app.has_several() {
            return title;
        }
        format!("{title} · {}", self.session.account.login)
    }

    fn key(&self, dialog: &DialogId) -> NotificationKey {
        NotificationKey {
            account: self.session.account.id,
            dialog: dialog.clone(),
        }
    }

    fn withdraw(&self, dialog: &DialogId) {
        if self
            .said
            .get(dialog)
            .is_some_and(|said| said.shown.is_some())
        {
            self.withdraw_from_desktop(dialog);
        }
    }

    fn withdraw_from_desktop(&self, dialog: &DialogId) {
        self.app.shell().withdraw(&self.key(dialog));
    }

    fn withdraw_all(&self) {
        for dialog in self.said.keys() {
            self.withdraw(dialog);
        }
    }
}

/// Whether one says something else than the other.
fn differs(before: &Notification, after: &Notification) -> bool {
    (&before.title, &before.body, &before.message) != (&after.title, &after.body, &after.message)
}
