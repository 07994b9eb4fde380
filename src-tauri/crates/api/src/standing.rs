//! What the UI is told about the application as a whole.

use std::sync::Arc;

use kith_model::Person;
use kith_store::Account;

use crate::app::App;
use crate::session::Session;
use crate::stage::Stage;
use crate::view::{AccountView, AppView, ConnectionView, KnownView, PersonView, Phase};

/// So many servers are offered again on the first screen.
const MOST_KNOWN: usize = 3;

impl App {
    /// What the UI is told about the application.
    pub async fn view(&self) -> AppView {
        self.opened().await;
        self.view_now().await
    }

    /// The same, as far as things stand.
    pub(crate) async fn view_now(&self) -> AppView {
        let (stage, join, notice) = {
            let state = self.state();
            (
                state.stage.clone(),
                state.join.clone(),
                state.notice.clone(),
            )
        };
        let accounts = self.account_views().await;
        let mut view = AppView {
            phase: Phase::Welcome,
            version: env!("CARGO_PKG_VERSION").to_owned(),
            profile: self.profile_name().to_owned(),
            account: None,
            accounts,
            connection: join.as_ref().map(ConnectionView::from),
            login: None,
            known: Vec::new(),
            problem: notice,
            has_keychain: false,
            can_try_here: self.inner.local.is_some(),
        };
        let account = match stage {
            Stage::Welcome => {
                view.known = self.known_servers().await;
                None
            }
            Stage::SignInAgain(account) => {
                view.phase = Phase::SignInAgain;
                Some(*account)
            }
            Stage::Locked { problem, .. } => {
                view.phase = Phase::Locked;
                view.problem = Some(problem);
                None
            }
            Stage::Home(session) => {
                view.phase = Phase::Home;
                view.problem = None;
                Some(session.account.clone())
            }
        };
        if let Some(account) = account {
            view.connection = Some(ConnectionView::from(&account.connection));
            view.account = Some(self.account_view(&account).await);
            view.login = Some(account.login);
        }
        if matches!(view.phase, Phase::Welcome | Phase::SignInAgain) {
            view.has_keychain = self.inner.vaults.has_keychain().await;
        }
        view
    }

    /// Every account that is signed in.
    pub(crate) async fn account_views(&self) -> Vec<AccountView> {
        let Some(profile) = self.profile() else {
            return Vec::new();
        };
        let accounts = profile.accounts().await.unwrap_or_else(|error| {
            tracing::warn!(%error, "the accounts cannot be read");
            Vec::new()
        });
        let mut views = Vec::new();
        for account in accounts.into_iter().filter(|account| account.is_signed_in) {
            views.push(self.account_view(&account).await);
        }
        views
    }

    /// The servers that accounts here are at, signed in or out, each once.
    async fn known_servers(&self) -> Vec<KnownView> {
        let Some(profile) = self.profile() else {
            return Vec::new();
        };
        let accounts = profile.accounts().await.unwrap_or_else(|error| {
            tracing::warn!(%error, "the accounts cannot be read");
            Vec::new()
        });
        let mut known: Vec<KnownView> = Vec::new();
        for account in accounts.into_iter().rev().filter(|one| !one.is_local) {
            let connection = ConnectionView::from(&account.connection);
            let is_same = |one: &KnownView| {
                one.connection.api_url == connection.api_url
                    && one.connection.app_id == connection.app_id
            };
            if known.len() < MOST_KNOWN && !known.iter().any(is_same) {
                known.push(KnownView {
                    connection,
                    login: (!account.is_signed_in).then_some(account.login),
                });
            }
        }
        known
    }

    async fn account_view(&self, account: &Account) -> AccountView {
        let (session, is_current, needs_sign_in) = {
            let state = self.state();
            let shown = state.stage.account().map(|shown| shown.id);
            (
                state.sessions.get(&account.id).map(Arc::clone),
                shown == Some(account.id),
                state.shut.contains(&account.id),
            )
        };
        let (person, unread) = match session {
            Some(session) => (face(&session).await, session.unread().await),
            None => (stranger(account), 0),
        };
        AccountView {
            id: u64::try_from(account.id).unwrap_or_default(),
            person,
            connection_name: account.connection.name.clone(),
            is_local: account.is_local,
            unread,
            is_current,
            needs_sign_in,
        }
    }
}

async fn face(session: &Session) -> PersonView {
    session
        .me()
        .await
        .unwrap_or_else(|_| stranger(&session.account))
}

/// An account about whose person nothing is known yet but the login.
fn stranger(account: &Account) -> PersonView {
    PersonView::from(&Person {
        login: Some(account.login.clone()),
        ..Person::new(account.user_id)
    })
}
