//! Which screen the application shows, and how it gets from one to the other.
//! The accounts themselves run whether they are on screen or not; see
//! [`crate::running`].

use std::path::PathBuf;
use std::sync::Arc;

use kith_store::{Account, OpenError, Profile};

use crate::accounts;
use crate::app::{App, registry};
use crate::error::{Answer, Code, UiError};
use crate::failures;
use crate::session::Session;
use crate::view::ProblemView;

/// Where the application stands.
#[derive(Debug, Clone)]
pub(crate) enum Stage {
    /// Nobody is signed in, or one more account is to be.
    Welcome,
    /// The account is known, its password is not.
    SignInAgain(Box<Account>),
    /// Data cannot be opened.
    Locked {
        problem: ProblemView,
        damage: Damage,
    },
    /// Somebody is signed in, and on screen.
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

    /// The account that is concerned, if it is one.
    pub(crate) fn account(&self) -> Option<&Account> {
        match self {
            Self::Welcome
            | Self::Locked {
                damage: Damage::Profile,
                ..
            } => None,
            Self::SignInAgain(account)
            | Self::Locked {
                damage: Damage::Account(account),
                ..
            } => Some(account),
            Self::Home(session) => Some(&session.account),
        }
    }
}

impl App {
    /// Shows the account that was on screen last, and then lets the others
    /// begin, which nobody waits for.
    pub(crate) async fn resume(&self) {
        {
            let _turn = self.inner.turn.lock().await;
            self.resume_in_turn().await;
            self.show_what_was_clicked().await;
            self.try_again_soon();
        }
        let app = self.clone();
        tokio::spawn(async move { app.open_the_others().await });
    }

    /// Shows the account that was on screen last, if it is signed in, or
    /// another one that is, or the welcome.
    pub(crate) async fn resume_in_turn(&self) {
        let Some(profile) = self.profile() else {
            return;
        };
        let stage = match accounts::active(&profile).await {
            Ok(Some(account)) => self.stage_of(account).await,
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

    /// Shows another account.
    pub(crate) async fn switch_to(&self, id: i64) -> Answer<()> {
        let _turn = self.inner.turn.lock().await;
        let profile = self
            .profile()
            .ok_or_else(|| UiError::from(Code::DatabaseCorrupt))?;
        let account = profile
            .accounts()
            .await?
            .into_iter()
            .find(|account| account.id == id && account.is_signed_in)
            .ok_or_else(|| {
                UiError::new(Code::Gone, "This account is not signed in here any more.")
            })?;
        accounts::set_active(&profile, &account).await?;
        let stage = self.stage_of(account).await;
        self.forget_what_was_clicked();
        self.set_stage(stage).await;
        Ok(())
    }

    /// Shows the welcome, to sign in to one more account.
    pub(crate) async fn welcome(&self) {
        let _turn = self.inner.turn.lock().await;
        self.set_stage(Stage::Welcome).await;
    }

    /// Moves the database that cannot be opened out of the way, and goes on.
    pub(crate) async fn set_aside(&self) -> Answer<()> {
        let _turn = self.inner.turn.lock().await;
        let stage = self.state().stage.clone();
        match stage {
            Stage::Locked {
                damage: Damage::Profile,
                ..
            } => self.set_profile_aside().await?,
            Stage::Locked {
                damage: Damage::Account(account),
                ..
            } => self.set_account_aside(&account).await?,
            Stage::Home(session) => self.set_account_aside(&session.account).await?,
            Stage::Welcome | Stage::SignInAgain(_) => return Ok(()),
        }
        self.resume_in_turn().await;
        Ok(())
    }

    async fn set_profile_aside(&self) -> Answer<()> {
        self.end_all().await;
        let profile = self.state_mut().profile.take();
        if let Some(profile) = profile {
            profile.close().await;
        }
        let path = registry(&self.inner.folder);
        self.move_away(&path)?;
        let profile = Profile::open(&path).await?;
        self.state_mut().profile = Some(profile);
        Ok(())
    }

    async fn set_account_aside(&self, account: &Account) -> Answer<()> {
        let _opening = self.inner.opening.lock().await;
        self.end(account.id).await;
        self.move_away(&self.database(account))
    }

    fn move_away(&self, path: &std::path::Path) -> Answer<()> {
        kith_store::set_aside(path, self.inner.clock.now())
            .map_err(|error| UiError::from(Code::Disk).with_detail(error))?;
        Ok(())
    }

    /// Shows a stage, and tells everybody. Only who holds the turn does this.
    pub(crate) async fn set_stage(&self, stage: Stage) {
        let before = std::mem::replace(&mut self.state_mut().stage, stage);
        if let Stage::Home(session) = before
            && self
                .session()
                .map_or(true, |now| !Arc::ptr_eq(&now, &session))
        {
            // It goes on, but nobody looks at it.
            session.engine.look_at(None);
            session.engine.watch_presence(&[]).await;
        }
        let view = self.view_now().await;
        self.feeds().lock().await.announce(&view);
        self.try_again_soon();
    }

    pub(crate) fn database(&self, account: &Account) -> PathBuf {
        self.inner.folder.join(&account.database)
    }
}
