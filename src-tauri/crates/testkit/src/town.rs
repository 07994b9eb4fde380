//! A real server, in this process, with the cast signed up.

use std::path::Path;
use std::sync::Arc;

use anyhow::{Context, Result};
use kith_model::{AppId, ChatAddress, ChatSecurity, Clock, Connection, SystemClock};
use kith_server::{Answers, Config, Faults, Server};
use tempfile::TempDir;

use crate::cast::{ALEX, Actor, BEA, CAROL, PASSWORD};
use crate::person::TestPerson;
use crate::road::Road;

/// A server and a place for everybody's data. All of it goes away with this value.
#[derive(Debug)]
pub struct Town {
    server: Option<Server>,
    is_plain: bool,
    account_bytes: Option<u64>,
    folder: TempDir,
    connection: Connection,
}

impl Town {
    /// Starts a server, with TLS and its own authority, and signs the cast up.
    ///
    /// # Errors
    /// When the server does not start.
    pub async fn open() -> Result<Self> {
        Self::open_with(false, None).await
    }

    /// The same without TLS, which costs less where it is not what is tried.
    ///
    /// # Errors
    /// When the server does not start.
    pub async fn open_plain() -> Result<Self> {
        Self::open_with(true, None).await
    }

    /// The same, where each account has room for so many bytes of files.
    ///
    /// # Errors
    /// When the server does not start.
    pub async fn open_narrow(account_bytes: u64) -> Result<Self> {
        Self::open_with(true, Some(account_bytes)).await
    }

    async fn open_with(is_plain: bool, account_bytes: Option<u64>) -> Result<Self> {
        let folder = tempfile::tempdir()?;
        let server = start(folder.path(), is_plain, account_bytes).await?;
        for actor in [ALEX, BEA, CAROL] {
            server
                .add_person(Some(actor.id.0), actor.login, PASSWORD, actor.full_name)
                .await
                .with_context(|| format!("cannot sign {} up", actor.login))?;
        }
        let connection = connection(&server)?;
        Ok(Self {
            server: Some(server),
            is_plain,
            account_bytes,
            folder,
            connection,
        })
    }

    /// Signs up somebody who is not of the cast.
    ///
    /// # Errors
    /// When the server does not take them.
    ///
    /// # Panics
    /// While the server is stopped.
    pub async fn newcomer(&self, actor: Actor) -> Result<()> {
        self.server
            .as_ref()
            .expect("the server is stopped")
            .add_person(Some(actor.id.0), actor.login, PASSWORD, actor.full_name)
            .await
            .with_context(|| format!("cannot sign {} up", actor.login))?;
        Ok(())
    }

    /// How to reach the server.
    #[must_use]
    pub fn connection(&self) -> &Connection {
        &self.connection
    }

    /// What can go wrong on purpose.
    ///
    /// # Panics
    /// While the server is stopped.
    #[must_use]
    pub fn faults(&self) -> Faults {
        self.server
            .as_ref()
            .expect("the server is stopped")
            .faults()
    }

    /// Ends the server.
    pub async fn stop(&mut self) {
        if let Some(server) = self.server.take() {
            server.stop().await;
        }
    }

    /// Starts the server again, on its old ports and data.
    ///
    /// # Errors
    /// When it does not start.
    pub async fn start(&mut self) -> Result<()> {
        let server = start(self.folder.path(), self.is_plain, self.account_bytes).await?;
        let connection = connection(&server)?;
        anyhow::ensure!(
            connection == self.connection,
            "a restarted server listens where it did before"
        );
        self.server = Some(server);
        Ok(())
    }

    /// Signs somebody in on a device of their own and waits until they are online.
    ///
    /// # Errors
    /// When they cannot sign in.
    pub async fn person(&self, actor: Actor) -> Result<TestPerson> {
        self.device(actor, "desk").await
    }

    /// The same on the device of this name, so that one person can have several.
    ///
    /// # Errors
    /// When they cannot sign in.
    pub async fn device(&self, actor: Actor, name: &str) -> Result<TestPerson> {
        let path = self
            .folder
            .path()
            .join(format!("{}-{name}.db", actor.login));
        let person =
            TestPerson::start(actor, self.connection.clone(), path, Arc::new(SystemClock)).await?;
        person.online().await;
        Ok(person)
    }

    /// The same, over a road of their own and by a clock of their own, without
    /// waiting for the network.
    ///
    /// # Errors
    /// When the database cannot be opened.
    pub async fn device_over(
        &self,
        actor: Actor,
        name: &str,
        road: &Road,
        clock: Arc<dyn Clock>,
    ) -> Result<TestPerson> {
        let path = self
            .folder
            .path()
            .join(format!("{}-{name}.db", actor.login));
        TestPerson::start(actor, road.lead(&self.connection), path, clock).await
    }

    /// The folder that holds everything.
    #[must_use]
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }
}

async fn start(folder: &Path, is_plain: bool, account_bytes: Option<u64>) -> Result<Server> {
    let mut config = Config::local(folder.join("server"));
    config.answers = Answers::Off;
    config.plain = is_plain;
    if let Some(account_bytes) = account_bytes {
        config.account_bytes = account_bytes;
    }
    Ok(Server::start(config).await?)
}

fn connection(server: &Server) -> Result<Connection> {
    let ready = server.ready();
    let (host, port) = ready
        .chat_addr
        .rsplit_once(':')
        .context("the chat's address has no port")?;
    let ca_cert = ready
        .ca_cert
        .as_ref()
        .map(std::fs::read_to_string)
        .transpose()?;
    Ok(Connection {
        name: "Test server".to_owned(),
        api_url: ready.api_url.clone(),
        chat: ChatAddress {
            host: host.to_owned(),
            port: port.parse()?,
            security: if ca_cert.is_some() {
                ChatSecurity::Direct
            } else {
                ChatSecurity::Plain
            },
        },
        chat_domain: ready.chat_domain.clone(),
        muc_domain: ready.muc_domain.clone(),
        app_id: AppId(ready.app_id),
        auth_key: ready.auth_key.clone(),
        ca_cert,
    })
}
