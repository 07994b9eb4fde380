//! Who is signed in.

use kith_model::Connection;

use crate::error::{Answer, UiError};
use crate::ui::Ui;
use crate::view::{AccountView, AppView, ConnectionView, Remember};
use crate::{join, sign_in as entrance};

pub(super) async fn app(ui: &Ui) -> Answer<AppView> {
    Ok(ui.app.view().await)
}

pub(super) async fn try_here(ui: &Ui, login: Option<String>) -> Answer<AppView> {
    ui.app.try_here(login.as_deref()).await?;
    Ok(ui.app.view().await)
}

pub(super) async fn read_join(_: &Ui, text: String) -> Answer<ConnectionView> {
    join::read_join(&text).map(|connection| ConnectionView::from(&connection))
}

pub(super) async fn sign_in(
    ui: &Ui,
    connection: ConnectionView,
    login: String,
    password: String,
    remember: Remember,
) -> Answer<AppView> {
    let mut connection = Connection::from(connection);
    connection.api_url = connection.api_url.trim().trim_end_matches('/').to_owned();
    join::check(&connection)?;
    let login = login.trim();
    if login.is_empty() {
        return Err(UiError::invalid("The login is missing."));
    }
    if password.is_empty() {
        return Err(UiError::invalid("The password is missing."));
    }
    let entry = entrance::Entry {
        connection,
        login: login.to_owned(),
        secret: entrance::Password::new(password),
        remember,
        is_local: false,
    };
    ui.app.sign_in(entry).await?;
    Ok(ui.app.view().await)
}

pub(super) async fn sign_out(ui: &Ui) -> Answer<AppView> {
    ui.app.sign_out().await?;
    Ok(ui.app.view().await)
}

pub(super) async fn accounts(ui: &Ui) -> Answer<Vec<AccountView>> {
    Ok(ui.app.account_views().await)
}

pub(super) async fn switch_account(ui: &Ui, account: u64) -> Answer<AppView> {
    let id = i64::try_from(account)
        .map_err(|_| UiError::invalid("There is no account of this number."))?;
    ui.app.switch_to(id).await?;
    Ok(ui.app.view().await)
}

pub(super) async fn add_account(ui: &Ui) -> Answer<AppView> {
    ui.app.welcome().await;
    Ok(ui.app.view().await)
}

pub(super) async fn set_aside(ui: &Ui) -> Answer<AppView> {
    ui.app.set_aside().await?;
    Ok(ui.app.view().await)
}

pub(super) async fn open_again(ui: &Ui) -> Answer<AppView> {
    ui.app.open_again().await;
    Ok(ui.app.view().await)
}

pub(super) async fn reconnect(ui: &Ui) -> Answer<()> {
    ui.app.session()?.engine.reconnect_now();
    Ok(())
}
