//! A notification server that shows nothing and tells what it was asked, for
//! tests. It does with a notification what a person would.

use std::collections::HashMap;

use serde::Serialize;
use tokio::sync::mpsc;
use zbus::Connection;
use zbus::object_server::{InterfaceRef, SignalEmitter};
use zbus::zvariant::OwnedValue;

const PLACE: &str = "/org/freedesktop/Notifications";
const NAME: &str = "org.freedesktop.Notifications";

/// What it was asked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub(crate) enum Told {
    /// To show one.
    Shown {
        id: u32,
        replaces: u32,
        summary: String,
        body: String,
        /// The names of what can be done, without their words.
        actions: Vec<String>,
        has_sound: bool,
        has_picture: bool,
    },
    /// To take one away.
    Closed { id: u32 },
}

/// What it answers on the bus.
struct Answers {
    told: mpsc::UnboundedSender<Told>,
    capabilities: Vec<String>,
    shown: u32,
}

#[zbus::interface(name = "org.freedesktop.Notifications")]
impl Answers {
    fn get_capabilities(&self) -> Vec<String> {
        self.capabilities.clone()
    }

    #[expect(clippy::too_many_arguments, reason = "the specification has so many")]
    fn notify(
        &mut self,
        _app_name: String,
        replaces_id: u32,
        _app_icon: String,
        summary: String,
        body: String,
        actions: Vec<String>,
        hints: HashMap<String, OwnedValue>,
        _expire_timeout: i32,
    ) -> u32 {
        let id = match replaces_id {
            0 => {
                self.shown += 1;
                self.shown
            }
            id => id,
        };
        let _ = self.told.send(Told::Shown {
            id,
            replaces: replaces_id,
            summary,
            body,
            actions: actions.into_iter().step_by(2).collect(),
            has_sound: hints.contains_key("sound-name") && !hints.contains_key("suppress-sound"),
            has_picture: hints.contains_key("image-path"),
        });
        id
    }

    async fn close_notification(
        &mut self,
        id: u32,
        #[zbus(signal_emitter)] emitter: SignalEmitter<'_>,
    ) {
        let _ = self.told.send(Told::Closed { id });
        let _ = Self::notification_closed(&emitter, id, 3).await;
    }

    #[zbus(signal)]
    async fn action_invoked(
        emitter: &SignalEmitter<'_>,
        id: u32,
        action_key: &str,
    ) -> zbus::Result<()>;

    #[zbus(signal)]
    async fn notification_closed(
        emitter: &SignalEmitter<'_>,
        id: u32,
        reason: u32,
    ) -> zbus::Result<()>;

    #[zbus(signal)]
    async fn notification_replied(
        emitter: &SignalEmitter<'_>,
        id: u32,
        text: &str,
    ) -> zbus::Result<()>;
}

/// The server. It goes from the bus with this value.
pub(crate) struct Pretend {
    answers: InterfaceRef<Answers>,
    _connection: Connection,
}

impl Pretend {
    /// Takes its place on this bus; what it is asked comes out of the second.
    pub(crate) async fn on(
        address: &str,
        capabilities: &[&str],
    ) -> zbus::Result<(Self, mpsc::UnboundedReceiver<Told>)> {
        let (told, heard) = mpsc::unbounded_channel();
        let answers = Answers {
            told,
            capabilities: capabilities.iter().map(|&one| one.to_owned()).collect(),
            shown: 0,
        };
        let connection = zbus::connection::Builder::address(address)?
            .serve_at(PLACE, answers)?
            .name(NAME)?
            .build()
            .await?;
        let answers = connection.object_server().interface(PLACE).await?;
        let server = Self {
            answers,
            _connection: connection,
        };
        Ok((server, heard))
    }

    /// A click on the notification, or on one of its buttons.
    pub(crate) async fn invoke(&self, id: u32, action: &str) -> zbus::Result<()> {
        Answers::action_invoked(self.answers.signal_emitter(), id, action).await
    }

    /// An answer that was written in it.
    pub(crate) async fn reply(&self, id: u32, text: &str) -> zbus::Result<()> {
        Answers::notification_replied(self.answers.signal_emitter(), id, text).await
    }

    /// It goes: by itself (1), or because the person takes it away (2).
    pub(crate) async fn close(&self, id: u32, reason: u32) -> zbus::Result<()> {
        Answers::notification_closed(self.answers.signal_emitter(), id, reason).await
    }
}
