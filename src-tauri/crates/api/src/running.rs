//! The accounts that run: each has its engine, its database and its pump, all
//! the time that it is signed in, whether it is on screen or not. Showing
//! another one is therefore a matter of a moment.
//!
//! Who opens or ends an account holds `opening`; who changes the screen holds
//! `turn`, and takes `turn` first where they need both.

use std::sync::Arc;

use kith_engine::{Engine, EngineConfig, LinkState};
use kith_model::{Connection, Person};
use kith_store::{Account, OpenError, Store};
use tokio::time::timeout;

use crate::accounts;
use crate::app::App;
use crate::error::{Answer, Code};
use crate::feed;
use crate::notify::keep_notified;
use crate::session::{People, Session};
use crate::sign_in::{KEYCHAIN_PATIENCE, Password};
use crate::stage::{Damage, Stage};
use crate::view::ProblemView;

impl App {
    /// The account of this number, if it runs.
    pub(crate) fn running(&self, id: i64) -> Option<Arc<Session>> {
        self.state().sessions.get(&id).cloned()
    }

    /// Whether more than one account runs.
    pub(crate) fn has_several(&self) -> bool {
        self.state().sessions.len() > 1
    }

    /// The stage that shows an account, which is opened if it does not run.
    pub(crate) async fn stage_of(&self, account: Account) -> Stage {
        if let Some(session) = self.running(account.id) {
            return Stage::Home(session);
        }
        let Some(password) = self.password_of(&account).await else {
            self.state_mut().shut.insert(account.id);
            return Stage::SignInAgain(Box::new(account));
        };
        let _opening = self.inner.opening.lock().await;
        // Somebody may have been quicker, or the application was closed.
        if let Some(session) = self.running(account.id) {
            return Stage::Home(session);
        }
        if self.profile().is_none() {
            return Stage::Welcome;
        }
        let is_local = account.is_local;
        let (stage, _) = self.open_data(account.clone(), &password, None).await;
        if is_local && matches!(stage, Stage::Home(_)) {
            self.wake_local_server(account, password);
        }
        stage
    }

    /// Opens an account anew, with what somebody has just signed in with.
    pub(crate) async fn begin(
        &self,
        account: Account,
        password: &Password,
        person: Option<&Person>,
    ) -> (Stage, Answer<()>) {
        let _opening = self.inner.opening.lock().await;
        self.end(account.id).await;
        self.open_data(account, password, person).await
    }

    /// Opens the accounts that are signed in and do not run yet.
    pub(crate) async fn open_the_others(&self) {
        let Some(profile) = self.profile() else {
            return;
        };
        let accounts = match profile.accounts().await {
            Ok(accounts) => accounts,
            Err(error) => {
                tracing::warn!(%error, "the other accounts could not be read");
                return;
            }
        };
        for account in accounts.into_iter().filter(|account| account.is_signed_in) {
            if self.running(account.id).is_none() {
                self.stage_of(account).await;
                self.tell_accounts().await;
            }
        }
    }

    /// Ends an account's work, so that its file is free.
    pub(crate) async fn end(&self, id: i64) {
        let session = {
            let mut state = self.state_mut();
            state.shut.remove(&id);
            state.sessions.remove(&id)
        };
        if let Some(session) = session {
            session.end().await;
        }
    }

    /// Ends the work of all accounts.
    pub(crate) async fn end_all(&self) {
        let _opening = self.inner.opening.lock().await;
        let sessions = std::mem::take(&mut self.state_mut().sessions);
        for session in sessions.into_values() {
            session.end().await;
        }
    }

    /// Tells the screens about the accounts, without ending any window.
    pub(crate) async fn tell_accounts(&self) {
        let accounts = self.account_views().await;
        self.feeds().lock().await.tell_accounts(&accounts);
    }

    async fn password_of(&self, account: &Account) -> Option<Password> {
        let vault = self
            .inner
            .vaults
            .of(accounts::remember(account.secret_place));
        let name = self.secret_name(&account.connection, account.user_id);
        match timeout(KEYCHAIN_PATIENCE, vault.get(&name)).await {
            Ok(Ok(password)) => password.map(Password::new),
            Ok(Err(error)) => {
                tracing::warn!(%error, "the password cannot be read");
                None
            }
            Err(_) => {
                tracing::warn!("the keychain does not answer");
                None
            }
        }
    }

    /// Opens the data of an account and starts its work. Who calls this holds
    /// `opening`.
    async fn open_data(
        &self,
        account: Account,
        password: &Password,
        person: Option<&Person>,
    ) -> (Stage, Answer<()>) {
        let opened = match self.open_store(&account).await {
            Ok(store) => self.start(account.clone(), store, password, person).await,
            Err(error) => {
                self.state_mut().shut.insert(account.id);
                let stage = Stage::locked(&error, Damage::Account(Box::new(account)));
                return (stage, Ok(()));
            }
        };
        match opened {
            Ok(session) => {
                let mut state = self.state_mut();
                state.shut.remove(&account.id);
                state.sessions.insert(account.id, Arc::clone(&session));
                (Stage::Home(session), Ok(()))
            }
            Err(error) => {
                self.state_mut().shut.insert(account.id);
                let stage = Stage::Locked {
                    problem: ProblemView {
                        code: error.code,
                        message: error.message.clone(),
                        can_set_aside: error.code == Code::DatabaseCorrupt,
                    },
                    damage: Damage::Account(Box::new(account)),
                };
                (stage, Err(error))
            }
        }
    }

    async fn open_store(&self, account: &Account) -> Result<Store, OpenError> {
        Store::open(&self.database(account), account.user_id).await
    }

    async fn start(
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
        engine.keep_pictures_in(self.database(&account).with_extension("pictures"));
        let (sweeper, downloads) = (engine.clone(), self.downloads());
        tokio::spawn(async move { sweeper.sweep(downloads).await });
        let changes = engine.changes();
        let session = Arc::new(Session::new(account, engine, store, people));
        self.watch_refusal(&session);
        self.watch_damage(&session);
        let pump = tokio::spawn(feed::pump(
            Arc::clone(&session),
            changes,
            self.clone(),
            session.stop.clone(),
        ));
        tokio::spawn(keep_notified(self.clone(), Arc::clone(&session)));
        let feeds = Arc::clone(self.feeds());
        tokio::spawn(async move {
            if pump.await.is_err_and(|error| error.is_panic()) {
                tracing::error!("the feed's task failed; its screens have to be opened again");
                feeds.lock().await.reset();
            }
        });
        Ok(session)
    }

    /// When the server does not take the sign-in any more, the person is
    /// asked: at once if the account is on screen, else when they come to it.
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
            if account.is_local && app.sign_in_here_again(&account).await.is_ok() {
                return;
            }
            let _turn = app.inner.turn.lock().await;
            if stop.is_cancelled() {
                return;
            }
            let _opening = app.inner.opening.lock().await;
            let is_shown = app.shows(&account);
            app.end(account.id).await;
            app.state_mut().shut.insert(account.id);
            if is_shown {
                app.set_stage(Stage::SignInAgain(Box::new(account))).await;
            } else {
                app.tell_accounts().await;
            }
        });
    }

    /// When damage is met in an account's database, its work ends before more
    /// of it is lost, and the person is told: at once if the account is on
    /// screen, else when they come to it.
    fn watch_damage(&self, session: &Arc<Session>) {
        let app = self.clone();
        let mut damaged = session.engine.damaged();
        let stop = session.stop.clone();
        let account = session.account.clone();
        tokio::spawn(async move {
            tokio::select! {
                () = stop.cancelled() => return,
                met = damaged.wait_for(|is_damaged| *is_damaged) => if met.is_err() { return },
            }
            let _turn = app.inner.turn.lock().await;
            if stop.is_cancelled() {
                return;
            }
            let _opening = app.inner.opening.lock().await;
            let is_shown = app.shows(&account);
            app.end(account.id).await;
            app.state_mut().shut.insert(account.id);
            if is_shown {
                let error = OpenError::Corrupt {
                    detail: "a part of it could not be read".into(),
                };
                app.set_stage(Stage::locked(&error, Damage::Account(Box::new(account))))
                    .await;
            } else {
                app.tell_accounts().await;
            }
        });
    }

    /// Whether this account is the one on screen.
    fn shows(&self, account: &Account) -> bool {
        let id = Some(account.id);
        self.state().stage.account().map(|shown| shown.id) == id
    }

    /// Signs a sample person in anew: the server on this machine may have
    /// been made anew.
    async fn sign_in_here_again(&self, account: &Account) -> Answer<()> {
        if self.shows(account) {
            return self.try_here(Some(&account.login)).await;
        }
        // Behind the screen nothing is asked; it is tried when it is shown.
        Err(Code::LocalServer.into())
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
                    if let Some(session) = app.running(account.id) {
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
        if self.running(account.id).is_none() {
            return Ok(());
        }
        account.connection = connection;
        if let Some(profile) = self.profile() {
            profile.update_account(&account).await?;
        }
        let is_shown = self.shows(&account);
        let (stage, result) = self.begin(account, password, None).await;
        if is_shown {
            self.set_stage(stage).await;
        }
        result
    }
}
