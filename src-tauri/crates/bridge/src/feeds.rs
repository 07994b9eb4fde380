//! Which page holds which feed.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use kith_api::{App, FeedReceiver, Ui};

/// The open feeds, by the ids that the pages know them by.
#[derive(Debug, Clone)]
pub(crate) struct Feeds {
    app: App,
    open: Arc<Mutex<BTreeMap<String, Ui>>>,
}

impl Feeds {
    pub(crate) fn new(app: App) -> Self {
        Self {
            app,
            open: Arc::default(),
        }
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<String, Ui>> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A feed for a new page.
    pub(crate) async fn open(&self) -> (OpenFeed, FeedReceiver) {
        let (ui, receiver) = self.app.attach().await;
        let id = hex::encode(rand::random::<[u8; 8]>());
        self.lock().insert(id.clone(), ui);
        let feed = OpenFeed {
            id,
            feeds: self.clone(),
        };
        (feed, receiver)
    }

    /// What a page asks with. One without a feed can ask, but nothing that it
    /// opens goes on.
    pub(crate) async fn find(&self, id: &str) -> Ui {
        let found = self.lock().get(id).cloned();
        match found {
            Some(ui) => ui,
            None => self.app.attach().await.0,
        }
    }
}

/// A page's feed; dropping it forgets the feed.
#[derive(Debug)]
pub(crate) struct OpenFeed {
    pub(crate) id: String,
    feeds: Feeds,
}

impl Drop for OpenFeed {
    fn drop(&mut self) {
        self.feeds.lock().remove(&self.id);
    }
}
