//! Starting and stopping.

use std::net::{IpAddr, SocketAddr, UdpSocket};
use std::sync::Arc;
use std::time::Duration;

use crate::config::{Config, Seed, StartError};
use crate::db::users::{self, FieldValue};
use crate::demo::people::SamplePerson;
use crate::estate::Estate;
use crate::faults::Faults;
use crate::folder::{Folder, Identity, Ports};
use crate::listen::{self, Listeners};
use crate::ready::{JoinLink, Ready};
use crate::site::{Common, Site};
use crate::{demo, password, tls};
use thiserror::Error;

/// The ready line, for the owner's other processes.
const READY: &str = "ready.json";

/// How long a stop waits for those who are still talking.
const GOODBYE: Duration = Duration::from_secs(3);

/// A running server. Dropping it ends it too, without waiting; [`Server::stop`] waits
/// until the folder is free again.
#[derive(Debug)]
pub struct Server {
    /// The first application, which is that of the ready line.
    site: Arc<Site>,
    estate: Arc<Estate>,
    ready: Ready,
    people: Vec<SamplePerson>,
    folder: Option<Folder>,
}

impl Server {
    /// Starts a server in its folder. Several can run in one process, each in a folder of
    /// its own.
    ///
    /// # Errors
    /// When the folder, the ports, the certificates or the database cannot be used.
    pub async fn start(config: Config) -> Result<Self, StartError> {
        if config.plain && !config.listen.is_loopback() {
            return Err(StartError::PlainOutside(config.listen));
        }
        let folder = Folder::open(&config.data)?;
        // What a killed server left behind is not true any more.
        folder.remove(READY);
        let mut identity = Identity::load(&folder)?;
        let reached_at = reached_at(config.listen);
        let tls = if config.plain {
            None
        } else {
            let names = tls::names(
                config.listen,
                reached_at,
                &identity.chat_domain,
                &identity.muc_domain,
            );
            Some(tls::prepare(&folder, names, config.clock.now_seconds())?)
        };
        let listeners = Listeners::open(&config, identity.ports)?;
        let ports = listeners.ports();
        if ports != identity.ports {
            identity.ports = ports;
            identity.save(&folder)?;
        }
        let common = Common::new(config.clone());
        let site = Site::open(&config.data, identity, &common).await?;
        let estate = Estate::open(Arc::clone(&site), common).await?;
        let people = match config.seed {
            Some(Seed::Demo) => demo::seed(&site, &folder).await?,
            None => demo::people::read(&folder)?,
        };
        demo::answering::start(&site, &people, config.answers);
        let ready = ready(
            &config,
            &site.identity,
            ports,
            reached_at,
            &folder,
            tls.as_ref(),
        );
        listen::serve(&estate, listeners, tls.as_ref())?;
        // Another process that finds the folder locked reads here how to connect.
        let line = serde_json::to_string(&ready).map_err(|error| StartError::Damaged {
            file: folder.file(READY),
            cause: error.to_string(),
        })?;
        folder.write_private(READY, &line)?;
        tracing::info!(api = %ready.api_url, chat = %ready.chat_addr, "listening");
        Ok(Self {
            site,
            estate,
            ready,
            people,
            folder: Some(folder),
        })
    }

    /// What a client needs to know.
    #[must_use]
    pub fn ready(&self) -> &Ready {
        &self.ready
    }

    /// The people the folder was seeded with, with their passwords; none in a folder
    /// that was not. The first one is who a newcomer becomes.
    #[must_use]
    pub fn sample_people(&self) -> &[SamplePerson] {
        &self.people
    }

    /// Adds a person, with a number of one's own choice or the next one; tells the number.
    ///
    /// # Errors
    /// When the login or the number is taken, or the database cannot be written.
    pub async fn add_person(
        &self,
        id: Option<u64>,
        login: &str,
        password: &str,
        full_name: &str,
    ) -> Result<u64, AddPersonError> {
        let number = id
            .map(|id| i64::try_from(id).map_err(|_| AddPersonError::Number(id)))
            .transpose()?;
        let hash = password::hash(password.to_owned())
            .await
            .map_err(AddPersonError::Password)?;
        let mut fields = vec![
            ("login", FieldValue::Text(Some(login.to_owned()))),
            ("full_name", FieldValue::Text(Some(full_name.to_owned()))),
        ];
        if number.is_some() {
            fields.push(("id", FieldValue::Number(number)));
        }
        let mut turn = self.site.db.turn().await?;
        let id = users::insert(turn.connection(), &fields, &hash, false, self.site.now()).await?;
        Ok(id.unsigned_abs())
    }

    /// All applications.
    #[cfg(test)]
    pub(crate) fn estate(&self) -> Arc<Estate> {
        Arc::clone(&self.estate)
    }

    /// What can go wrong on purpose, for tests, in the first application.
    #[must_use]
    pub fn faults(&self) -> Faults {
        Faults {
            site: Arc::clone(&self.site),
        }
    }

    /// Ends the server: says goodbye to everybody, finishes what is being written, closes
    /// the database and gives the folder back.
    pub async fn stop(mut self) {
        self.site.stop.cancel();
        self.site.tasks.close();
        if tokio::time::timeout(GOODBYE, self.site.tasks.wait())
            .await
            .is_err()
        {
            tracing::warn!("some connections did not end in time");
        }
        for site in self.estate.all() {
            site.db.close().await;
        }
        if let Some(folder) = self.folder.take() {
            folder.remove(READY);
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.site.stop.cancel();
        self.site.tasks.close();
    }
}

/// Why a person was not added.
#[derive(Debug, Error)]
pub enum AddPersonError {
    /// Numbers of people are positive and below 2^63.
    #[error("{0} cannot be a person's number")]
    Number(u64),
    /// The password could not be hashed.
    #[error("the password cannot be kept: {0}")]
    Password(String),
    /// The login or the number is taken, or the disk does not take it.
    #[error("the person cannot be stored: {0}")]
    Database(#[from] sqlx::Error),
}

/// The address under which others reach a server that listens on this one.
fn reached_at(listen: IpAddr) -> IpAddr {
    if !listen.is_unspecified() {
        return listen;
    }
    // Connecting a datagram socket sends nothing; it only asks the system which of its
    // addresses it would use for the way out. The address is one reserved for documents.
    let guess = || -> std::io::Result<IpAddr> {
        let socket = UdpSocket::bind(SocketAddr::new(listen, 0))?;
        let outside: &str = if listen.is_ipv4() {
            "192.0.2.1:9"
        } else {
            "[2001:db8::1]:9"
        };
        socket.connect(outside)?;
        Ok(socket.local_addr()?.ip())
    };
    guess().unwrap_or(IpAddr::V4(std::net::Ipv4Addr::LOCALHOST))
}

fn ready(
    config: &Config,
    identity: &Identity,
    ports: Ports,
    reached_at: IpAddr,
    folder: &Folder,
    tls: Option<&tls::Tls>,
) -> Ready {
    let s = if config.plain { "" } else { "s" };
    let address = |port| SocketAddr::new(reached_at, port).to_string();
    let api_url = format!("http{s}://{}", address(ports.api));
    let chat_addr = address(ports.chat);
    let join_link = JoinLink {
        name: &config.name,
        api_url: &api_url,
        chat_addr: &chat_addr,
        plain: config.plain,
        chat_domain: &identity.chat_domain,
        muc_domain: &identity.muc_domain,
        app_id: identity.app_id,
        auth_key: &identity.auth_key,
        ca_pem: tls.map(|tls| tls.ca_pem.as_str()),
    }
    .text();
    Ready {
        ready: true,
        name: config.name.clone(),
        chat_url: format!("ws{s}://{}/", address(ports.ws)),
        api_url,
        chat_addr,
        chat_domain: identity.chat_domain.clone(),
        muc_domain: identity.muc_domain.clone(),
        ca_cert: tls.map(|_| folder.file("ca.pem").display().to_string()),
        app_id: identity.app_id,
        auth_key: identity.auth_key.clone(),
        auth_secret: identity.auth_secret.clone(),
        admin_key: identity.admin_key.clone(),
        join_link,
    }
}
