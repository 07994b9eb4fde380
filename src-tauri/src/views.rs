//! Which web view holds which handle on the application. A page gets its feed
//! when its text is asked for, before it runs: what it is brought (`first.rs`)
//! belongs to that feed, whose events wait until the page listens. What a page
//! asks waits for its feed, because what it opens belongs to it.

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
    /// Until the page listens.
    waiting: Option<FeedReceiver>,
    /// From then on.
    feed: Option<JoinHandle<()>>,
}

impl Drop for Page {
    fn drop(&mut self) {
        if let Some(feed) = &self.feed {
            feed.abort();
        }
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

    /// A web view loads a page: it gets a feed of its own, and the one of the
    /// page before ends.
    pub(crate) async fn begin(&self, label: &str) -> Ui {
        let (ui, receiver) = self.app.attach().await;
        let page = Page {
            ui: ui.clone(),
            waiting: Some(receiver),
            feed: None,
        };
        self.open.send_modify(|open| {
            open.insert(label.to_owned(), page);
        });
        ui
    }

    /// The page listens: `carry` takes it the events that waited, and all others.
    pub(crate) async fn attach<F>(&self, label: &str, carry: impl FnOnce(FeedReceiver) -> F)
    where
        F: Future<Output = ()> + Send + 'static,
    {
        let is_waiting = |page: &Page| page.waiting.is_some();
        if !self.open.borrow().get(label).is_some_and(is_waiting) {
            // A page that listens again starts anew.
            self.begin(label).await;
        }
        self.open.send_modify(|open| {
            if let Some(page) = open.get_mut(label)
                && let Some(receiver) = page.waiting.take()
            {
                page.feed = Some(tokio::spawn(carry(receiver)));
            }
        });
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
