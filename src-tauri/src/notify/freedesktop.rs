//! Linux: the desktop's notification server, over D-Bus (Desktop Notifications
//! Specification 1.2, and `inline-reply` as KDE and others have it).
//!
//! notify-rust has no answers there, opens a connection for each notification
//! and panics where there is no bus, so the server is spoken to directly: four
//! calls and three signals on one connection.

use std::collections::{BTreeMap, HashMap};

use futures::StreamExt;
use kith_api::{Notification, NotificationAct, NotificationKey};
use tokio::sync::mpsc;
use tokio::time::timeout;
use zbus::Connection;
use zbus::zvariant::Value;

use super::{PATIENCE, Wish};

/// Clicking the notification itself.
const OPEN: &str = "default";
const MARK_READ: &str = "mark-read";
/// The server asks for a text and signals it.
const REPLY: &str = "inline-reply";
/// The person took it away (§ NotificationClosed).
const DISMISSED: u32 = 2;

#[zbus::proxy(
    interface = "org.freedesktop.Notifications",
    default_service = "org.freedesktop.Notifications",
    default_path = "/org/freedesktop/Notifications"
)]
trait Notifications {
    fn get_capabilities(&self) -> zbus::Result<Vec<String>>;

    #[expect(clippy::too_many_arguments, reason = "the specification has so many")]
    fn notify(
        &self,
        app_name: &str,
        replaces_id: u32,
        app_icon: &str,
        summary: &str,
        body: &str,
        actions: &[&str],
        hints: HashMap<&str, Value<'_>>,
        expire_timeout: i32,
    ) -> zbus::Result<u32>;

    fn close_notification(&self, id: u32) -> zbus::Result<()>;

    #[zbus(signal)]
    fn action_invoked(&self, id: u32, action_key: String) -> zbus::Result<()>;

    #[zbus(signal)]
    fn notification_closed(&self, id: u32, reason: u32) -> zbus::Result<()>;

    #[zbus(signal)]
    fn notification_replied(&self, id: u32, text: String) -> zbus::Result<()>;
}

/// The server, and how it says what the person does.
#[derive(Debug)]
struct Server {
    proxy: NotificationsProxy<'static>,
    invoked: ActionInvokedStream,
    closed: NotificationClosedStream,
    replied: NotificationRepliedStream,
}

/// The desktop.
#[derive(Debug, Default)]
pub(super) struct System {
    /// Where the bus is; the session's own without.
    address: Option<String>,
    server: Option<Server>,
    /// What is there, by the server's numbers.
    standing: BTreeMap<u32, NotificationKey>,
    has_complained: bool,
}

impl System {
    /// The desktop of another bus.
    #[cfg(test)]
    pub(super) fn at(address: &str) -> Self {
        Self {
            address: Some(address.to_owned()),
            ..Self::default()
        }
    }

    /// Does what is wished and tells what the person does, until nobody wishes
    /// any more.
    pub(super) async fn serve(
        mut self,
        mut wishes: mpsc::UnboundedReceiver<Wish>,
        acts: mpsc::UnboundedSender<(NotificationKey, NotificationAct)>,
    ) {
        loop {
            let act = tokio::select! {
                // What the person did counts before it is replaced.
                biased;
                act = next_act(&mut self.server, &self.standing) => act,
                wish = wishes.recv() => match wish {
                    Some(wish) => {
                        self.fulfil(wish).await;
                        continue;
                    }
                    None => return,
                },
            };
            match act {
                Ok((id, act)) => {
                    // Whatever was done, servers close it by that.
                    if let Some(key) = self.standing.remove(&id)
                        && let Some(act) = act
                    {
                        self.close(id).await;
                        let _ = acts.send((key, act));
                    }
                }
                Err(Lost) => self.server = None,
            }
        }
    }

    async fn fulfil(&mut self, wish: Wish) {
        match wish {
            Wish::Show(notification) => self.show(&notification).await,
            Wish::Withdraw(key) => {
                if let Some(id) = self.number(&key) {
                    self.standing.remove(&id);
                    self.close(id).await;
                }
            }
            Wish::Probe(tell) => {
                let capabilities = self.capabilities().await;
                let _ = tell.send(capabilities.is_some());
            }
            Wish::Clear(tell) => {
                for id in std::mem::take(&mut self.standing).into_keys() {
                    self.close(id).await;
                }
                let _ = tell.send(());
            }
        }
    }

    fn number(&self, key: &NotificationKey) -> Option<u32> {
        let mut all = self.standing.iter();
        all.find(|(_, of)| *of == key).map(|(id, _)| *id)
    }

    async fn show(&mut self, notification: &Notification) {
        let before = self.number(&notification.key);
        // What only says something else does not come up again for that.
        if before.is_none() && !notification.is_call {
            return;
        }
        let Some(capabilities) = self.capabilities().await else {
            return;
        };
        let Some(server) = &self.server else { return };
        let shown = timeout(
            PATIENCE,
            server.show(notification, before.unwrap_or_default(), &capabilities),
        );
        match shown.await {
            Ok(Ok(id)) => {
                if let Some(before) = before {
                    self.standing.remove(&before);
                }
                self.standing.insert(id, notification.key.clone());
            }
            Ok(Err(error)) => self.complain(&error),
            Err(_) => self.complain(&"it does not answer"),
        }
    }

    /// What the server can do; none when there is no server. It may be started
    /// by being asked, or be another one than before.
    async fn capabilities(&mut self) -> Option<Vec<String>> {
        if self.server.is_none() {
            match timeout(PATIENCE, Server::find(self.address.as_deref())).await {
                Ok(Ok(server)) => self.server = Some(server),
                Ok(Err(error)) => self.complain(&error),
                Err(_) => self.complain(&"it does not answer"),
            }
        }
        let asked = self.server.as_ref()?.proxy.get_capabilities();
        match timeout(PATIENCE, asked).await {
            Ok(Ok(capabilities)) => {
                self.has_complained = false;
                Some(capabilities)
            }
            Ok(Err(error)) => {
                self.complain(&error);
                None
            }
            Err(_) => {
                self.complain(&"it does not answer");
                None
            }
        }
    }

    async fn close(&self, id: u32) {
        let Some(server) = &self.server else { return };
        // One that is gone already is an error to some servers.
        let _ = timeout(PATIENCE, server.proxy.close_notification(id)).await;
    }

    /// Said once, until it works again.
    fn complain(&mut self, why: &dyn std::fmt::Display) {
        if !std::mem::replace(&mut self.has_complained, true) {
            tracing::info!(%why, "this desktop shows no notifications");
        }
    }
}

/// The connection has ended.
struct Lost;

/// The next thing that is done with a notification of ours; none for one that
/// only went away. Never, without a server.
async fn next_act(
    server: &mut Option<Server>,
    standing: &BTreeMap<u32, NotificationKey>,
) -> Result<(u32, Option<NotificationAct>), Lost> {
    let Some(server) = server else {
        return std::future::pending().await;
    };
    loop {
        let (id, act) = tokio::select! {
            signal = server.invoked.next() => {
                let signal = signal.ok_or(Lost)?;
                let Ok(args) = signal.args() else { continue };
                let act = match args.action_key.as_str() {
                    OPEN => NotificationAct::Open,
                    MARK_READ => NotificationAct::MarkRead,
                    // The text follows.
                    _ => continue,
                };
                (args.id, Some(act))
            }
            signal = server.replied.next() => {
                let signal = signal.ok_or(Lost)?;
                let Ok(args) = signal.args() else { continue };
                if args.text.trim().is_empty() {
                    continue;
                }
                (args.id, Some(NotificationAct::Reply(args.text.clone())))
            }
            signal = server.closed.next() => {
                let signal = signal.ok_or(Lost)?;
                let Ok(args) = signal.args() else { continue };
                let is_dismissed = args.reason == DISMISSED;
                (args.id, is_dismissed.then_some(NotificationAct::Dismiss))
            }
        };
        if standing.contains_key(&id) {
            return Ok((id, act));
        }
    }
}

impl Server {
    async fn find(address: Option<&str>) -> zbus::Result<Self> {
        let connection = match address {
            Some(address) => zbus::connection::Builder::address(address)?.build().await?,
            None => Connection::session().await?,
        };
        let proxy = NotificationsProxy::new(&connection).await?;
        Ok(Self {
            invoked: proxy.receive_action_invoked().await?,
            closed: proxy.receive_notification_closed().await?,
            replied: proxy.receive_notification_replied().await?,
            proxy,
        })
    }

    async fn show(
        &self,
        notification: &Notification,
        replaces: u32,
        capabilities: &[String],
    ) -> zbus::Result<u32> {
        let can = |what: &str| capabilities.iter().any(|capability| capability == what);
        let mut actions = Vec::new();
        if can("actions") {
            actions.extend([OPEN, "Open", MARK_READ, "Mark as read"]);
            if can(REPLY) && notification.can_reply {
                actions.extend([REPLY, "Reply"]);
            }
        }
        let mut hints: HashMap<&str, Value<'_>> = HashMap::from([
            ("desktop-entry", Value::from("kith")),
            ("category", Value::from("im.received")),
            ("urgency", Value::from(1_u8)),
        ]);
        if notification.has_sound {
            hints.insert("sound-name", Value::from("message-new-instant"));
        } else {
            hints.insert("suppress-sound", Value::from(true));
        }
        let picture = notification.picture.as_ref().and_then(|path| path.to_str());
        if let Some(picture) = picture {
            hints.insert("image-path", Value::from(picture));
        }
        let body = if can("body-markup") {
            escaped(&notification.body)
        } else {
            notification.body.clone()
        };
        let summary = &notification.title;
        self.proxy
            .notify(
                "Kith", replaces, "kith", summary, &body, &actions, hints, -1,
            )
            .await
    }
}

/// Text as text, for a server that reads markup.
fn escaped(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
}
