//! Which web view holds which handle on the application. A page asks before or
//! after it has its feed, in no certain order; what it asks waits for the feed,
//! because what it opens belongs to it.

use std::collections::BTreeMap;
use std::time::Duration;

use kith_api::{App, FeedReceiver, Ui};
use tokio::sync::watch;
use tokio::task::JoinHandle;
use tokio::time::timeout;

/// A page that has no feed by then will not have one.
const PATIENCE: Duration = Duration::from_secs(10);

/// What a page holds; its feed ends with it.
#[derive(Debug)]
struct Page {
    ui: Ui,
    feed: JoinHandle<()>,
}

impl Drop for Page {
    fn drop(&mut self) {
        self.feed.abort();
    }
}

/// The handles, by the labels of the web views.
#[derive(Debug)]
pub(crate) struct Views {
    app: App,
    open: watch::Sender<BTreeMap<String, Page>>,
}

impl Views {
    pub(crate) fn new(app: App) -> Self {
        Self {
            app,
            open: watch::Sender::new(BTreeMap::new()),
        }
    }

    /// A feed for the page that this web view shows now, carried to it by `carry`.
    pub(crate) async fn attach<F>(&self, label: &str, carry: impl FnOnce(FeedReceiver) -> F)
    where
        F: Future<Output = ()> + Send + 'static,
    {
        let (ui, receiver) = self.app.attach().await;
        let feed = tokio::spawn(carry(receiver));
        self.open.send_modify(|open| {
            open.insert(label.to_owned(), Page { ui, feed });
        });
    }

    /// The web view loads another page.
    pub(crate) fn forget(&self, label: &str) {
        self.open
            .send_if_modified(|open| open.remove(label).is_some());
    }

    /// What the page in this web view asks with.
    pub(crate) async fn find(&self, label: &str) -> Ui {
        let mut open = self.open.subscribe();
        let attached = async {
            let open = open.wait_for(|open| open.contains_key(label)).await.ok()?;
            open.get(label).map(|page| page.ui.clone())
        };
        let found = timeout(PATIENCE, attached).await.ok().flatten();
        match found {
            Some(ui) => ui,
            None => self.app.attach().await.0,
        }
    }
}
