//! A whole application without a window: the same commands and feed that the
//! user interface has, as JSON.

use std::path::Path;
use std::sync::Arc;

use anyhow::{Context, Result};
use kith_api::{
    App, AppConfig, FeedReceiver, MemoryVault, PaperShell, Shell, SystemClock, Ui, UiError,
};
use kith_model::{ChatSecurity, Connection};
use serde_json::{Value, json};

use crate::wait::within;

/// An application and one attached screen.
#[derive(Debug)]
pub struct TestDesk {
    /// The application.
    pub app: App,
    /// What would be on the desktop.
    pub paper: Arc<PaperShell>,
    ui: Ui,
    feed: FeedReceiver,
}

impl TestDesk {
    /// Opens the profile of this name in a data folder.
    ///
    /// # Errors
    /// When it cannot be opened at all.
    pub async fn open(data: &Path, profile: &str) -> Result<Self> {
        let paper = Arc::new(PaperShell::default());
        let app = App::open(AppConfig {
            data_dir: data.to_owned(),
            profile: profile.to_owned(),
            clock: Arc::new(SystemClock),
            vault: Arc::new(MemoryVault::default()),
            local: None,
            shell: Arc::clone(&paper) as Arc<dyn Shell>,
            join_link: None,
            random: u64::from(std::process::id()) << 32 | data.as_os_str().len() as u64,
        })
        .await?;
        let (ui, feed) = app.attach().await;
        Ok(Self {
            app,
            paper,
            ui,
            feed,
        })
    }

    /// Runs a command.
    ///
    /// # Errors
    /// What the user interface would be told.
    pub async fn call(&self, name: &str, args: Value) -> Result<Value, UiError> {
        self.ui.call(name, args).await
    }

    /// Signs in, keeping the password in a file, and waits for the home screen's link.
    ///
    /// # Errors
    /// When it does not work.
    pub async fn sign_in(
        &mut self,
        connection: &Connection,
        login: &str,
        password: &str,
    ) -> Result<Value> {
        self.try_sign_in(connection, login, password)
            .await
            .context("cannot sign in")?;
        let home = self.call("home", json!({})).await?;
        if home["link"]["state"] != "online" {
            self.until("the link", |event| {
                (event["patch"]["link"]["state"] == "online").then_some(())
            })
            .await;
        }
        Ok(self.call("home", json!({})).await?)
    }

    /// Signs in and tells how that went.
    ///
    /// # Errors
    /// What the user interface would be told.
    pub async fn try_sign_in(
        &self,
        connection: &Connection,
        login: &str,
        password: &str,
    ) -> Result<Value, UiError> {
        let args = json!({
            "connection": connection_view(connection), "login": login, "password": password, "remember": "file",
        });
        within("the sign-in", self.call("sign_in", args)).await
    }

    /// Waits for an event of the feed, from now on, in which `look` finds something.
    pub async fn until<T>(&mut self, what: &str, look: impl Fn(&Value) -> Option<T>) -> T {
        let feed = &mut self.feed;
        within(what, async move {
            loop {
                let Some(event) = feed.next().await else {
                    panic!("the feed ended")
                };
                let event = serde_json::to_value(&event).expect("an event is JSON");
                if let Some(found) = look(&event) {
                    return found;
                }
            }
        })
        .await
    }

    /// The page goes away and another one comes, with a feed of its own.
    pub async fn look_anew(&mut self) {
        (self.ui, self.feed) = self.app.attach().await;
    }

    /// Closes the application.
    pub async fn close(self) {
        self.app.close().await;
    }
}

/// A connection as the user interface writes it.
#[must_use]
pub fn connection_view(connection: &Connection) -> Value {
    json!({
        "name": connection.name,
        "api_url": connection.api_url,
        "chat_host": connection.chat.host,
        "chat_port": connection.chat.port,
        "chat_security": match connection.chat.security {
            ChatSecurity::Direct => "direct",
            ChatSecurity::StartTls => "start_tls",
            ChatSecurity::Plain => "plain",
        },
        "chat_domain": connection.chat_domain,
        "muc_domain": connection.muc_domain,
        "app_id": connection.app_id,
        "auth_key": connection.auth_key,
        "ca_cert": connection.ca_cert,
    })
}
