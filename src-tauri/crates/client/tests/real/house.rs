//! A server of ours with two people, and ways to wait for what it says.

use std::ffi::OsString;
use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, Result, bail, ensure};
use kith_client::{
    Activity, Chat, Link, Outgoing, OutgoingMessage, Recipient, Rest, Secret, ServerEvent,
    SystemMessage,
};
use kith_model::{
    AppId, ChatAddress, ChatSecurity, Connection, DialogId, DialogKind, MessageId, MessageIds,
    SystemClock, Timestamp, UserId,
};
use kith_server::{Config, Server};
use rustls_pki_types::CertificateDer;
use rustls_pki_types::pem::PemObject;
use tokio::sync::mpsc;

pub(crate) const PASSWORD: &str = "correct horse";

pub(crate) struct House {
    pub(crate) folder: tempfile::TempDir,
    pub(crate) server: Server,
    pub(crate) connection: Connection,
    pub(crate) ada: UserId,
    pub(crate) bob: UserId,
}

pub(crate) async fn start(folder: &Path) -> Result<(Server, Connection)> {
    let server = Server::start(Config::local(folder)).await?;
    let ready = server.ready();
    let (host, port) = ready.chat_addr.rsplit_once(':').context("a chat address")?;
    let connection = Connection {
        name: ready.name.clone(),
        api_url: ready.api_url.clone(),
        chat: ChatAddress {
            host: host.to_owned(),
            port: port.parse()?,
            security: ChatSecurity::Direct,
        },
        chat_domain: ready.chat_domain.clone(),
        muc_domain: ready.muc_domain.clone(),
        app_id: AppId(ready.app_id),
        auth_key: ready.auth_key.clone(),
        ca_cert: ready
            .ca_cert
            .as_ref()
            .map(std::fs::read_to_string)
            .transpose()?,
    };
    Ok((server, connection))
}

impl House {
    pub(crate) async fn open() -> Result<Self> {
        let folder = tempfile::tempdir()?;
        let (server, connection) = start(folder.path()).await?;
        let ada = UserId(
            server
                .add_person(Some(1001), "ada", PASSWORD, "Ada Lovelace")
                .await?,
        );
        let bob = UserId(
            server
                .add_person(Some(2001), "bob", PASSWORD, "Bob Ross")
                .await?,
        );
        Ok(Self {
            folder,
            server,
            connection,
            ada,
            bob,
        })
    }

    /// One more person, with everybody's password.
    pub(crate) async fn add(&self, id: u64, login: &str) -> Result<UserId> {
        let added = self
            .server
            .add_person(Some(id), login, PASSWORD, login)
            .await?;
        Ok(UserId(added))
    }

    /// What the platform does in its dashboard.
    pub(crate) async fn admin(&self, words: &[&str]) -> Result<()> {
        let mut arguments: Vec<OsString> = ["kith-server", "admin", "--data"]
            .into_iter()
            .map(OsString::from)
            .collect();
        arguments.push(self.folder.path().into());
        arguments.extend(words.iter().map(OsString::from));
        let code = tokio::task::spawn_blocking(|| kith_server::admin::asked(arguments)).await?;
        ensure!(code == Some(ExitCode::SUCCESS), "admin {words:?}: {code:?}");
        Ok(())
    }

    /// REST without anybody signed in.
    pub(crate) fn nobody(&self) -> Result<Rest> {
        Ok(Rest::new(self.connection.clone(), Arc::new(SystemClock))?)
    }

    /// A browser that trusts the server and knows nobody.
    pub(crate) fn web(&self) -> Result<reqwest::Client> {
        let ca = self
            .connection
            .ca_cert
            .as_deref()
            .context("a certificate")?;
        let mut roots = rustls::RootCertStore::empty();
        roots.add(CertificateDer::from_pem_slice(ca.as_bytes())?)?;
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let tls = rustls::ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()?
            .with_root_certificates(roots)
            .with_no_client_auth();
        Ok(reqwest::Client::builder()
            .tls_backend_preconfigured(tls)
            .no_proxy()
            .build()?)
    }

    pub(crate) fn chat(&self, me: UserId) -> Talk {
        let (events, listener) = mpsc::channel(16);
        let clock = Arc::new(SystemClock);
        let chat = Chat::start(
            self.connection.clone(),
            me,
            Secret::new(PASSWORD),
            clock,
            events,
        );
        Talk { chat, listener }
    }

    pub(crate) async fn rest(&self, login: &str) -> Result<Rest> {
        let rest = Rest::new(self.connection.clone(), Arc::new(SystemClock))?;
        rest.sign_in(login, &Secret::new(PASSWORD)).await?;
        Ok(rest)
    }
}

pub(crate) struct Talk {
    pub(crate) chat: Chat,
    pub(crate) listener: mpsc::Receiver<ServerEvent>,
}

impl Talk {
    /// Waits for an event that fits and tells what `fit` makes of it.
    pub(crate) async fn wait<T>(
        &mut self,
        what: &str,
        mut fit: impl FnMut(ServerEvent) -> Option<T>,
    ) -> Result<T> {
        let waiting = async {
            while let Some(event) = self.listener.recv().await {
                if let Some(found) = fit(event) {
                    return Ok(found);
                }
            }
            bail!("the stream ended")
        };
        tokio::time::timeout(Duration::from_secs(20), waiting)
            .await
            .with_context(|| format!("no {what}"))?
    }

    pub(crate) async fn link(&mut self, wanted: Link) -> Result<()> {
        let what = format!("{wanted:?}");
        self.wait(&what, |event| {
            (event == ServerEvent::Link(wanted.clone())).then_some(())
        })
        .await
    }

    pub(crate) async fn say(&self, to: &Recipient, id: &MessageId, body: &str) -> Result<()> {
        let sent_at = Timestamp::from_seconds(now_seconds());
        Ok(self
            .chat
            .send(Outgoing::Message(OutgoingMessage::new(
                id.clone(),
                to.clone(),
                body.to_owned(),
                sent_at,
            )))
            .await?)
    }

    pub(crate) async fn acknowledged(&mut self, id: &MessageId) -> Result<()> {
        self.wait("acknowledgement", |event| {
            (event == ServerEvent::Acknowledged(id.clone())).then_some(())
        })
        .await
    }

    /// What the server answers to a message that it does not take.
    pub(crate) async fn refusal(&mut self, id: &MessageId) -> Result<u16> {
        self.wait("refusal", |event| match event {
            ServerEvent::Refused { id: refused, code } if refused == *id => Some(code),
            _ => None,
        })
        .await
    }

    pub(crate) async fn system(&mut self) -> Result<(UserId, SystemMessage)> {
        self.wait("system message", |event| match event {
            ServerEvent::System { by, message } => Some((by, message)),
            _ => None,
        })
        .await
    }

    pub(crate) async fn activity(&mut self) -> Result<(UserId, Activity)> {
        self.wait("activity", |event| match event {
            ServerEvent::Activity { who, activity } => Some((who, activity)),
            _ => None,
        })
        .await
    }

    pub(crate) async fn message(&mut self) -> Result<kith_model::Message> {
        self.wait("message", |event| match event {
            ServerEvent::Message(message) => Some(message),
            _ => None,
        })
        .await
    }
}

pub(crate) fn now_seconds() -> i64 {
    kith_model::Clock::now(&SystemClock).seconds()
}

pub(crate) fn ids() -> MessageIds {
    MessageIds::new(rand::random())
}

pub(crate) fn next(ids: &MessageIds) -> MessageId {
    ids.next(Timestamp::from_seconds(now_seconds()))
}

pub(crate) async fn private_dialog(rest: &Rest, with: UserId) -> Result<(DialogId, Recipient)> {
    let dialog = rest
        .create_dialog(DialogKind::Private, "", &[with])
        .await?
        .dialog
        .id;
    Ok((dialog.clone(), Recipient::Private { user: with, dialog }))
}

/// Asks again and again until it holds; each asking is a call to the server.
pub(crate) async fn wait_until<F: Future<Output = Result<bool>>>(
    what: &str,
    mut holds: impl FnMut() -> F,
) -> Result<()> {
    let waiting = async {
        while !holds().await? {
            tokio::task::yield_now().await;
        }
        Ok(())
    };
    tokio::time::timeout(Duration::from_secs(20), waiting)
        .await
        .with_context(|| format!("not so: {what}"))?
}
