//! Coming in and going out: signing in with a password, as a sample person of
//! the server on this machine, and signing out.

use std::sync::Arc;
use std::time::Duration;

use kith_engine::Secret;
use kith_model::{Connection, UserId};
use kith_store::NewAccount;
use tokio::time::timeout;

use crate::accounts;
use crate::app::App;
use crate::error::{Answer, Code, UiError};
use crate::stage::Stage;
use crate::vault::VaultError;
use crate::view::Remember;

/// A keychain may ask the person for its password first.
pub(crate) const KEYCHAIN_PATIENCE: Duration = Duration::from_secs(60);

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

    pub(crate) fn secret(&self) -> Secret {
        Secret::new(self.0.clone())
    }
}

impl std::fmt::Debug for Password {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Password")
    }
}

impl App {
    /// Signs in: asks the server who this is, keeps the account and its
    /// password, opens its data and shows it. Other accounts go on working.
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

        let (stage, result) = self.begin(account, &entry.secret, Some(&person)).await;
        self.forget_what_was_clicked();
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

    /// Signs the account on screen out and forgets its password. The data
    /// stays on disk, for it may hold what has not been sent yet. Another
    /// account that is signed in comes on screen.
    pub(crate) async fn sign_out(&self) -> Answer<()> {
        let _turn = self.inner.turn.lock().await;
        let stage = self.state().stage.clone();
        let mut account = stage
            .account()
            .cloned()
            .ok_or_else(|| UiError::from(Code::NotSignedIn))?;
        if let Stage::Home(session) = stage {
            session.engine.sign_out().await;
        }
        {
            let _opening = self.inner.opening.lock().await;
            self.end(account.id).await;
            account.is_signed_in = false;
            if let Some(profile) = self.profile() {
                profile.update_account(&account).await?;
            }
        }
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
        self.resume_in_turn().await;
        Ok(())
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
    pub(crate) fn secret_name(&self, connection: &Connection, user: UserId) -> String {
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
}
