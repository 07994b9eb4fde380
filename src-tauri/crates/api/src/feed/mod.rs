//! What the UI is told unasked, and how nothing gets lost on the way.
//!
//! A web view holds one feed. Opening its home screen or a timeline gives a
//! snapshot and, in the same step, starts that screen's patches: the store is
//! read and the window is registered under one lock ([`Feeds`]), and the pump
//! reads and delivers under the same lock. A change that was committed before
//! the reading is in the snapshot; one that was committed later is announced
//! later and becomes a patch. A change that falls in between comes twice,
//! which is harmless, because patches say "this is now so".
//!
//! Every patch carries the number of the state it leads to. Where a feed's
//! queue overflows, or the engine says that news were lost, the queue is
//! emptied into one [`FeedEvent::Reset`]: open everything again. There is no
//! other way of recovering.

mod batch;
mod deliver;
mod home;
mod parts;
mod pump;
mod queue;
mod window;

use std::collections::BTreeMap;
use std::sync::Arc;

use kith_model::{DialogId, MessageId};
use serde::{Deserialize, Serialize};
use tokio::sync::watch;
use ts_rs::TS;

use crate::notify::{Attention, NotificationKey};
use crate::session::Session;
use crate::view::{
    AccountView, AppView, HomePatch, Phase, PresenceView, RefusalView, TimelinePatch, TransferView,
    TypingView,
};

use home::Home;
pub(crate) use parts::send_parts;
pub(crate) use pump::pump;
pub use queue::FeedReceiver;
use queue::Queue;
pub(crate) use window::Window;

/// Everything that the backend says unasked. A jump in a `rev` means: open
/// that window (or home) again. `reset`: something was lost on the way, open
/// everything again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum FeedEvent {
    /// Who is signed in has changed. Open windows have ended.
    App {
        /// Everything about it.
        app: Box<AppView>,
    },
    /// The home screen has changed.
    Home {
        /// How.
        patch: HomePatch,
    },
    /// An open timeline has changed.
    Timeline {
        /// How.
        patch: TimelinePatch,
    },
    /// Who writes in a dialog.
    Typing {
        /// Who, where.
        typing: TypingView,
    },
    /// Who is there has changed.
    Presence {
        /// These are now so.
        presence: Vec<PresenceView>,
    },
    /// Somebody wants to see a conversation, and has said so outside of the window.
    Show {
        /// Which.
        #[ts(type = "DialogId")]
        dialog: DialogId,
        /// Where in it, if that is known.
        #[ts(type = "MessageId | null")]
        message: Option<MessageId>,
    },
    /// The server did not take what this person had done to a message.
    Refused {
        /// What, and why not.
        refusal: RefusalView,
    },
    /// Files that are being saved, or how far they have come: all of them, now.
    Transfers {
        /// All that are on their way, or did not get here.
        transfers: Vec<TransferView>,
    },
    /// The accounts of this profile, or what waits in them, have changed. Open windows stay.
    Accounts {
        /// All of them.
        accounts: Vec<AccountView>,
    },
    /// Something was lost on the way: open everything again.
    Reset,
}

/// Which feed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FeedId(u64);

/// One opening of one feed's home screen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct HomeOpening {
    feed: FeedId,
    number: u64,
}

/// One web view's open screens.
#[derive(Debug)]
pub(crate) struct Feed {
    queue: Arc<Queue>,
    /// The home screen, while it is open.
    home: Option<Home>,
    windows: BTreeMap<u32, Window>,
}

impl Feed {
    /// Hands an event over; on overflow everything has to be opened again.
    pub(crate) fn push(&mut self, event: FeedEvent) {
        if !self.queue.push(event) {
            self.reset();
        }
    }

    fn reset(&mut self) {
        self.home = None;
        self.windows.clear();
        self.queue.reset();
    }

    /// Hands over what is different on the home screen, if that is open and
    /// anything is.
    fn push_home(&mut self, patch: HomePatch) {
        if let Some(patch) = self.home.as_mut().and_then(|home| home.news(patch)) {
            self.push(FeedEvent::Home { patch });
        }
    }

    /// Hands over a part of the list that was left out of the snapshot.
    fn push_part(&mut self, patch: HomePatch) {
        if let Some(patch) = self.home.as_mut().map(|home| home.part(patch)) {
            self.push(FeedEvent::Home { patch });
        }
    }

    pub(crate) fn window(&mut self, number: u32) -> Option<&mut Window> {
        self.windows.get_mut(&number)
    }

    pub(crate) fn close(&mut self, number: u32) {
        self.windows.remove(&number);
    }

    /// The dialog of the window that was opened last.
    pub(crate) fn looks_at(&self) -> Option<DialogId> {
        let (_, window) = self.windows.last_key_value()?;
        Some(window.dialog.clone())
    }
}

/// All feeds. The lock around it is the one that opening and delivering share.
#[derive(Debug, Default)]
pub(crate) struct Feeds {
    next_feed: u64,
    next_window: u32,
    next_opening: u64,
    /// The account on screen.
    shown: Option<u64>,
    feeds: BTreeMap<FeedId, Feed>,
    attention: Arc<watch::Sender<Attention>>,
    /// A conversation that is to be shown when there is a home screen of its account.
    to_show: Option<(u64, FeedEvent)>,
}

impl Feeds {
    /// A new feed, without open screens.
    pub(crate) fn attach(&mut self) -> (FeedId, FeedReceiver) {
        self.prune();
        self.next_feed += 1;
        let id = FeedId(self.next_feed);
        let queue = Arc::new(Queue::default());
        let feed = Feed {
            queue: Arc::clone(&queue),
            home: None,
            windows: BTreeMap::new(),
        };
        self.feeds.insert(id, feed);
        (id, FeedReceiver::new(queue, id, self.attention()))
    }

    /// A feed, unless its receiver is gone.
    pub(crate) fn get(&mut self, id: FeedId) -> Option<&mut Feed> {
        self.feeds
            .get_mut(&id)
            .filter(|feed| !feed.queue.is_closed())
    }

    /// Starts the home screen's patches, whose first state has the number 1.
    pub(crate) fn open_home(&mut self, id: FeedId) -> HomeOpening {
        self.next_opening += 1;
        let number = self.next_opening;
        if let Some(feed) = self.get(id) {
            feed.home = Some(Home::open(number));
        }
        self.show_what_waits();
        HomeOpening { feed: id, number }
    }

    /// Where web views say what somebody looks at.
    pub(crate) fn attention(&self) -> Arc<watch::Sender<Attention>> {
        Arc::clone(&self.attention)
    }

    /// Shows a conversation of an account in whatever home screen is open, or
    /// when the next one is.
    pub(crate) fn show(&mut self, key: &NotificationKey, message: Option<MessageId>) {
        let Ok(account) = u64::try_from(key.account) else {
            return;
        };
        let event = FeedEvent::Show {
            dialog: key.dialog.clone(),
            message,
        };
        self.to_show = Some((account, event));
        self.prune();
        self.show_what_waits();
    }

    fn show_what_waits(&mut self) {
        let Some((_, event)) = self.to_show.take_if(|(account, _)| {
            self.shown == Some(*account) && self.feeds.values().any(|feed| feed.home.is_some())
        }) else {
            return;
        };
        for feed in self.feeds.values_mut().filter(|feed| feed.home.is_some()) {
            feed.push(event.clone());
        }
    }

    /// The feed whose home screen was opened so, and is still.
    fn home_of(&mut self, opening: HomeOpening) -> Option<&mut Feed> {
        self.get(opening.feed).filter(|feed| {
            let home = feed.home.as_ref();
            home.is_some_and(|home| home.opening == opening.number)
        })
    }

    /// Starts a window's patches; answers its number, which is never used again.
    pub(crate) fn open(&mut self, id: FeedId, window: Window) -> u32 {
        self.next_window += 1;
        let number = self.next_window;
        if let Some(feed) = self.get(id) {
            feed.windows.insert(number, window);
        }
        number
    }

    /// Tells everybody that who is signed in has changed; all screens end.
    pub(crate) fn announce(&mut self, app: &AppView) {
        self.prune();
        self.shown = match app.phase {
            Phase::Home => app.account.as_ref().map(|account| account.id),
            Phase::Welcome | Phase::Locked | Phase::SignInAgain => None,
        };
        for feed in self.feeds.values_mut() {
            feed.home = None;
            feed.windows.clear();
            let event = FeedEvent::App {
                app: Box::new(app.clone()),
            };
            if !feed.queue.push(event.clone()) {
                feed.queue.reset();
                feed.queue.push(event);
            }
        }
    }

    /// Tells everybody what waits in the accounts. No screen ends.
    pub(crate) fn tell_accounts(&mut self, accounts: &[AccountView]) {
        self.prune();
        for feed in self.feeds.values_mut() {
            feed.push(FeedEvent::Accounts {
                accounts: accounts.to_vec(),
            });
        }
    }

    /// Whether this account is the one on screen. What happens in another one
    /// concerns no window.
    fn shows(&self, session: &Session) -> bool {
        self.shown.is_some() && self.shown == u64::try_from(session.account.id).ok()
    }

    /// Makes everybody open everything again.
    pub(crate) fn reset(&mut self) {
        self.prune();
        for feed in self.feeds.values_mut() {
            feed.reset();
        }
    }

    /// Ends all feeds.
    pub(crate) fn close(&mut self) {
        for feed in self.feeds.values() {
            feed.queue.close();
        }
        self.feeds.clear();
    }

    /// Forgets the feeds whose web view is gone.
    fn prune(&mut self) {
        self.feeds.retain(|_, feed| !feed.queue.is_closed());
    }

    fn iter_mut(&mut self) -> impl Iterator<Item = &mut Feed> {
        self.feeds.values_mut()
    }
}
