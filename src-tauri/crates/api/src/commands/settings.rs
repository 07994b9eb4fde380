//! What this profile has set, and what only the shell can do.

use std::collections::BTreeMap;

use url::Url;

use crate::error::{Answer, UiError};
use crate::ui::Ui;

pub(super) async fn settings(ui: &Ui) -> Answer<BTreeMap<String, String>> {
    ui.app.settings().await
}

pub(super) async fn set_setting(ui: &Ui, key: String, value: String) -> Answer<()> {
    let is_plain = !key.is_empty()
        && key.len() <= 64
        && key
            .bytes()
            .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_' || b == b'.')
        && !key.starts_with('_');
    if !is_plain || value.len() > 4096 {
        return Err(UiError::invalid("This setting cannot be kept."));
    }
    ui.app.set_setting(&key, &value).await
}

pub(super) async fn can_notify(ui: &Ui) -> Answer<bool> {
    Ok(ui.app.shell().can_notify().await)
}

pub(super) async fn open_link(ui: &Ui, url: String) -> Answer<()> {
    let refuse = || UiError::invalid("Kith opens only web and mail addresses.");
    let url = Url::parse(&url).map_err(|_| refuse())?;
    if !matches!(url.scheme(), "http" | "https" | "mailto") {
        return Err(refuse());
    }
    ui.app.shell().open_link(&url).map_err(|error| {
        tracing::warn!(%error, "a link was not opened");
        UiError::internal("the system has no program for this kind of address")
    })
}

pub(super) async fn may_close(ui: &Ui) -> Answer<()> {
    ui.app.shell().may_close();
    Ok(())
}

pub(super) async fn painted(ui: &Ui) -> Answer<()> {
    ui.app.shell().painted();
    Ok(())
}
