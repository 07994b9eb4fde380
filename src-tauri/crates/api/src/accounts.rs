//! Which accounts a profile knows, and which one is on screen.

use kith_store::{Account, NewAccount, Profile, SecretPlace, StoreError};

use crate::error::Answer;
use crate::view::Remember;

/// The setting that names the account on screen; the UI does not see it.
const ACTIVE: &str = "_account";

/// Which account comes on screen: the one that was last, while it is signed
/// in, else the first one that is.
pub(crate) async fn active(profile: &Profile) -> Result<Option<Account>, StoreError> {
    let settings = profile.settings().await?;
    let last = settings.get(ACTIVE).and_then(|id| id.parse::<i64>().ok());
    let mut accounts = profile.accounts().await?;
    accounts.retain(|account| account.is_signed_in);
    let position = accounts
        .iter()
        .position(|account| Some(account.id) == last)
        .unwrap_or_default();
    Ok(accounts.into_iter().nth(position))
}

/// Keeps which account is on screen.
pub(crate) async fn set_active(profile: &Profile, account: &Account) -> Result<(), StoreError> {
    profile.set_setting(ACTIVE, &account.id.to_string()).await
}

/// The account that this profile has for these details, or a new one.
pub(crate) async fn known(profile: &Profile, mut details: NewAccount) -> Answer<Account> {
    let accounts = profile.accounts().await?;
    let same = |account: &&Account| {
        account.user_id == details.user_id
            && account.connection.app_id == details.connection.app_id
            && account.connection.chat_domain == details.connection.chat_domain
            // The server on this machine may be on another port than last time.
            && (account.connection.api_url == details.connection.api_url || (account.is_local && details.is_local))
    };
    if let Some(account) = accounts.iter().find(same) {
        return Ok(Account {
            connection: details.connection,
            login: details.login,
            is_local: details.is_local,
            secret_place: details.secret_place,
            is_signed_in: true,
            ..account.clone()
        });
    }
    // Two servers may use the same numbers.
    let stem = details.database.trim_end_matches(".db").to_owned();
    let mut count = 1;
    while accounts
        .iter()
        .any(|account| account.database == details.database)
    {
        count += 1;
        details.database = format!("{stem}-{count}.db");
    }
    Ok(profile.add_account(details).await?)
}

/// Where a password goes that is remembered so.
pub(crate) fn place(remember: Remember) -> SecretPlace {
    match remember {
        Remember::Keychain => SecretPlace::Keychain,
        Remember::Session => SecretPlace::Session,
        Remember::File => SecretPlace::File,
    }
}

/// How a password is remembered that is kept there.
pub(crate) fn remember(place: SecretPlace) -> Remember {
    match place {
        SecretPlace::Keychain => Remember::Keychain,
        SecretPlace::Session => Remember::Session,
        SecretPlace::File => Remember::File,
    }
}
