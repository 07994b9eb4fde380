//! How the application gets from one screen to the other: opening what is
//! remembered, signing in and out, and setting damaged data aside.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use kith_engine::{Engine, EngineConfig, LinkState, Secret};
use kith_model::{Connection, Person, UserId};
use kith_store::{Account, NewAccount, OpenError, Profile, Store};
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;

use crate::accounts;
use crate::app::{App, registry};
use crate::error::{Answer, Code, UiError};
use crate::failures;
use crate::feed;
use crate::session::{People, Session};
use crate::vault::VaultError;
use crate::view::{ProblemView, Remember};

/// A keychain may ask the person for its password first.
const KEYCHAIN_PATIENCE: Duration = Duration::from_secs(60);

/// Where the application stands.
#[derive(Debug, Clone)]
pub(crate) enum Stage {
    /// Nobody is signed in.
    Welcome,
    /// The account is known, its password is not.
    SignInAgain(Box<Account>),
    /// Data cannot be opened.
    Locked {
        problem: ProblemView,
        damage: Damage,
    },
    /// Somebody is signed in.
    Home(Arc<Session>),
}

/// Which database cannot be opened.
#[derive(Debug, Clone)]
pub(crate) enum Damage {
    /// The registry of accounts.
    Profile,
    /// One account's.
    Account(Box<Account>),
}

impl Stage {
    pub(crate) fn locked(error: &OpenError, damage: Damage) -> Self {
        tracing::warn!(%error, "the data of this profile cannot be opened");
        Self::Locked {
            problem: failures::problem(error),
            damage,
        }
    }
}

/// What somebody signs in with.
#[derive(Debug)]
pub(crate) struct Entry {
    pub(crate) connection: Connection,
    pub(crate) login: String,
    pub(crate) secret: Password,
    pub(crate) remember: Remember,
    pub(crate) is_local: bool,
}

/// A password on its way from the web view to the keychain and the engine.
#[derive(Clone)]
pub(crate) struct Password(String);

impl Password {
    pub(crate) fn new(text: String) -> Self {
        Self(text)
    }

    fn secret(&self) -> Secret {
        Secret::new(self.0.clone())
    }
}

impl std::fmt::Debug for Password {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Password")
    }
}

impl App {
    /// Opens the account that is remembered as signed in, if there is one.
    pub(crate) async fn resume(&self) {
        let _turn = self.inner.turn.lock().await;
        self.resume_in_turn().await;
    }

    async fn resume_in_turn(&self) {
        let Some(profile) = self.profile() else {
            return;
        };
        let stage = match accounts::active(&profile).await {
            Ok(Some(account)) => self.remembered(account).await,
            Ok(None) => Stage::Welcome,
            Err(error) => Stage::Locked {
                problem: ProblemView {
                    code: Code::DatabaseCorrupt,
                    message: UiError::from(error).message,
                    can_set_aside: true,
                },
                damage: Damage::Profile,
            },
        };
        self.set_stage(stage).await;
    }

    async fn remembered(&self, account: Account) -> Stage {
        let vault = self
            .inner
            .vaults
            .of(accounts::remember(account.secret_place));
        let name = self.secret_name(&account.connection, account.user_id);
        let (password, store) = tokio::join!(
            timeout(KEYCHAIN_PATIENCE, vault.get(&name)),
            self.open_store(&account)
        );
        let store = match store {
            Ok(store) => store,
            Err(error) => return Stage::locked(&error, Damage::Account(Box::new(account))),
        };
        let password = match password {
            Ok(Ok(Some(password))) => Password::new(password),
            Ok(Ok(None)) => {
                store.close().await;
                return Stage::SignInAgain(Box::new(account));
            }
            Ok(Err(error)) => {
                tracing::warn!(%error, "the password cannot be read");
                store.close().await;
                return Stage::SignInAgain(Box::new(account));
            }
            Err(_) => {
                tracing::warn!("the keychain does not answer");
                store.close().await;
                return Stage::SignInAgain(Box::new(account));
            }
        };
        let is_local = account.is_local;
        match self.enter(account.clone(), store, &password, None).await {
            Ok(session) => {
                if is_local {
                    self.wake_local_server(account, password);
                }
                Stage::Home(session)
            }
            Err(error) => Stage::Locked {
                problem: ProblemView {
                    code: error.code,
                    message: error.message,
                    can_set_aside: error.code == Code::DatabaseCorrupt,
                },
                damage: Damage::Account(Box::new(account)),
            },
        }
    }

    /// Signs in: asks the server who this is, keeps the account and its
    /// password, and opens its data.
    pub(crate) async fn sign_in(&self, entry: Entry) -> Answer<()> {
        let _turn = self.inner.turn.lock().await;
        let profile = self
            .profile()
            .ok_or_else(|| UiError::from(Code::DatabaseCorrupt))?;
        let clock = Arc::clone(&self.inner.clock);
        let person = kith_engine::sign_in(
            &entry.connection,
            &entry.login,
            &entry.secret.secret(),
            clock,
        )
        .await?;

        let details = NewAccount {
            database: format!("{}-{}.db", entry.connection.app_id, person.id),
            connection: entry.connection,
            user_id: person.id,
            login: entry.login,
            is_local: entry.is_local,
            secret_place: accounts::place(entry.remember),
        };
        self.keep_password(&details, entry.remember, &entry.secret)
            .await?;
        let account = accounts::known(&profile, details).await?;
        profile.update_account(&account).await?;
        accounts::set_active(&profile, &account).await?;

        self.leave().await;
        self.go_in(account, &entry.secret, Some(&person)).await
    }

    /// Opens an account's data and makes it the one on screen.
    async fn go_in(
        &self,
        account: Account,
        password: &Password,
        person: Option<&Person>,
    ) -> Answer<()> {
        let (stage, result) = match self.open_store(&account).await {
            Ok(store) => match self.enter(account.clone(), store, password, person).await {
                Ok(session) => (Stage::Home(session), Ok(())),
                Err(error) => (Stage::SignInAgain(Box::new(account)), Err(error)),
            },
            Err(error) => (
                Stage::locked(&error, Damage::Account(Box::new(account))),
                Ok(()),
            ),
        };
        self.set_stage(stage).await;
        result
    }

    /// Starts the server on this machine and signs in there.
    pub(crate) async fn try_here(&self, login: Option<&str>) -> Answer<()> {
        let server = self
            .inner
            .local
            .as_ref()
            .ok_or_else(|| UiError::from(Code::LocalServer))?;
        let local = server.start().await?;
        let person = local.choose(login, self.profile_name()).ok_or_else(|| {
            UiError::new(
                Code::LocalServer,
                "The server on this machine knows nobody of this name.",
            )
        })?;
        let entry = Entry {
            login: person.login.clone(),
            secret: Password::new(person.password.clone()),
            connection: local.connection,
            // A sample person's password protects nothing.
            remember: Remember::File,
            is_local: true,
        };
        self.sign_in(entry).await
    }

    /// Signs out and forgets the password. The data stays on disk, for it may
    /// hold what has not been sent yet.
    pub(crate) async fn sign_out(&self) -> Answer<()> {
        let _turn = self.inner.turn.lock().await;
        let stage = self.state().stage.clone();
        let mut account = match stage {
            Stage::Home(session) => {
                session.engine.sign_out().await;
                session.account.clone()
            }
            Stage::SignInAgain(account) => *account,
            Stage::Locked {
                damage: Damage::Account(account),
                ..
            } => *account,
            Stage::Welcome | Stage::Locked { .. } => return Err(Code::NotSignedIn.into()),
        };
        self.leave().await;
        let vault = self
            .inner
            .vaults
            .of(accounts::remember(account.secret_place));
        if let Err(error) = vault
            .delete(&self.secret_name(&account.connection, account.user_id))
            .await
        {
            tracing::warn!(%error, "the password could not be forgotten");
        }
        account.is_signed_in = false;
        if let Some(profile) = self.profile() {
            profile.update_account(&account).await?;
            accounts::set_active(&profile, &account).await?;
        }
        self.resume_in_turn().await;
        Ok(())
    }

    /// Moves the database that cannot be opened out of the way, and goes on.
    pub(crate) async fn set_aside(&self) -> Answer<()> {
        let _turn = self.inner.turn.lock().await;
        let stage = self.state().stage.clone();
        let path = match &stage {
            Stage::Locked {
                damage: Damage::Profile,
                ..
            } => registry(&self.inner.folder),
            Stage::Locked {
                damage: Damage::Account(account),
                ..
            } => self.database(account),
            Stage::Home(session) => self.database(&session.account),
            Stage::Welcome | Stage::SignInAgain(_) => return Ok(()),
        };
        self.leave().await;
        if let Some(profile) = self
            .profile()
            .filter(|_| path == registry(&self.inner.folder))
        {
            self.state_mut().profile = None;
            profile.close().await;
        }
        kith_store::set_aside(&path, self.inner.clock.now())
            .map_err(|error| UiError::from(Code::Disk).with_detail(error))?;
        if self.profile().is_none() {
            let profile = Profile::open(&registry(&self.inner.folder)).await?;
            self.state_mut().profile = Some(profile);
        }
        self.resume_in_turn().await;
        Ok(())
    }

    async fn enter(
        &self,
        account: Account,
        store: Store,
        password: &Password,
        person: Option<&Person>,
    ) -> Answer<Arc<Session>> {
        let engine = Engine::start(EngineConfig {
            store: store.clone(),
            connection: account.connection.clone(),
            login: account.login.clone(),
            secret: password.secret(),
            clock: Arc::clone(&self.inner.clock),
            random: self.inner.random,
        })
        .await?;
        let people = People::default();
        if let Some(person) = person {
            people.put(person);
        }
        let changes = engine.changes();
        let session = Arc::new(Session {
            account,
            engine,
            store,
            people,
            stop: CancellationToken::new(),
        });
        self.watch_refusal(&session);
        let stop = session.stop.clone();
        let pump = tokio::spawn(feed::pump(
            Arc::clone(&session),
            changes,
            Arc::clone(self.feeds()),
            stop,
        ));
        let feeds = Arc::clone(self.feeds());
        tokio::spawn(async move {
            if pump.await.is_err_and(|error| error.is_panic()) {
                tracing::error!("the feed's task failed; its screens have to be opened again");
                feeds.lock().await.reset();
            }
        });
        Ok(session)
    }

    /// When the server does not take the sign-in any more, the person is asked.
    fn watch_refusal(&self, session: &Arc<Session>) {
        let app = self.clone();
        let mut link = session.engine.link();
        let stop = session.stop.clone();
        let account = session.account.clone();
        tokio::spawn(async move {
            tokio::select! {
                () = stop.cancelled() => return,
                refused = link.wait_for(|link| *link == LinkState::Refused) => if refused.is_err() { return },
            }
            // A sample person's password is known wherever the server runs.
            if account.is_local && app.try_here(Some(&account.login)).await.is_ok() {
                return;
            }
            let _turn = app.inner.turn.lock().await;
            if !stop.is_cancelled() {
                app.leave().await;
                app.set_stage(Stage::SignInAgain(Box::new(account))).await;
            }
        });
    }

    /// Starts the local server for an account that lives there, without
    /// keeping anybody waiting; the engine connects when it is up. Should the
    /// server be somewhere else now, the account moves after it.
    fn wake_local_server(&self, account: Account, password: Password) {
        let Some(server) = self.inner.local.clone() else {
            return;
        };
        let app = self.clone();
        tokio::spawn(async move {
            match server.start().await {
                Ok(local) if local.connection == account.connection => {
                    if let Ok(session) = app.session() {
                        session.engine.reconnect_now();
                    }
                }
                Ok(local) => {
                    if let Err(error) = app.move_account(account, local.connection, &password).await
                    {
                        tracing::warn!(%error, "the account could not follow its server");
                    }
                }
                Err(error) => tracing::warn!(%error, "the server on this machine did not start"),
            }
        });
    }

    async fn move_account(
        &self,
        mut account: Account,
        connection: Connection,
        password: &Password,
    ) -> Answer<()> {
        let _turn = self.inner.turn.lock().await;
        if !self
            .session()
            .is_ok_and(|session| session.account.id == account.id)
        {
            return Ok(());
        }
        account.connection = connection;
        if let Some(profile) = self.profile() {
            profile.update_account(&account).await?;
        }
        self.leave().await;
        self.go_in(account, password, None).await
    }

    /// Ends the session, if there is one, so that its file is free.
    async fn leave(&self) {
        let stage = std::mem::replace(&mut self.state_mut().stage, Stage::Welcome);
        if let Stage::Home(session) = stage {
            session.end().await;
        }
    }

    async fn set_stage(&self, stage: Stage) {
        self.state_mut().stage = stage;
        let view = self.view_now().await;
        self.feeds().lock().await.announce(&view);
    }

    async fn keep_password(
        &self,
        details: &NewAccount,
        remember: Remember,
        password: &Password,
    ) -> Answer<()> {
        let vault = self.inner.vaults.of(remember);
        let name = self.secret_name(&details.connection, details.user_id);
        match timeout(KEYCHAIN_PATIENCE, vault.set(&name, &password.0)).await {
            Ok(kept) => Ok(kept?),
            Err(_) => Err(VaultError::Unavailable("it does not answer".to_owned()).into()),
        }
    }

    /// The name of an account's secret: the keychain is shared by everything
    /// that this user runs.
    fn secret_name(&self, connection: &Connection, user: UserId) -> String {
        let Connection {
            app_id,
            chat_domain,
            ..
        } = connection;
        format!(
            "{}: {user} in application {app_id} at {chat_domain}",
            self.profile_name()
        )
    }

    fn database(&self, account: &Account) -> PathBuf {
        self.inner.folder.join(&account.database)
    }

    async fn open_store(&self, account: &Account) -> Result<Store, OpenError> {
        Store::open(&self.database(account), account.user_id).await
    }
}
