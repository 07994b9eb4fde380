//! Several accounts at once: all of them run, one is on screen.

use kith_model::Place;

use super::*;
use crate::view::{AccountView, AppView, Phase};

/// Adds a second account to a profile: Zoe's, with this many messages of Bea
/// waiting in the same kind of dialog.
async fn add_zoe(dir: &TempDir, messages: u32) {
    let folder = dir.path().join("profiles").join("test");
    let profile = Profile::open(&folder.join("profile.db")).await.unwrap();
    let account = profile
        .add_account(NewAccount {
            connection: nowhere(),
            user_id: UserId(33),
            login: "zoe".to_owned(),
            is_local: false,
            database: "1-33.db".to_owned(),
            secret_place: SecretPlace::File,
        })
        .await
        .unwrap();
    assert_eq!(account.id, 2);
    profile.close().await;
    FileVault::new(folder.join("secrets.json"))
        .set("test: 33 in application 1 at chat.test", "secret")
        .await
        .unwrap();
    let store = Store::open(&folder.join("1-33.db"), UserId(33))
        .await
        .unwrap();
    fill(&store, UserId(33), "Zoe", messages).await;
    store.close().await;
    for (file, me) in [("1-11.db", ME), ("1-33.db", UserId(33))] {
        nothing_read(&folder.join(file), me).await;
    }
}

/// The server has said that nothing of the dialog was read yet.
async fn nothing_read(file: &Path, me: UserId) {
    let store = Store::open(file, me).await.unwrap();
    let mut write = store.write().await.unwrap();
    let beginning = Place {
        sent_at: 0,
        id: message_id(0),
    };
    write
        .advance_pointer(&dialog_id(1), &beginning)
        .await
        .unwrap();
    write.commit().await.unwrap();
    store.close().await;
}

async fn view(ui: &Ui) -> AppView {
    serde_json::from_value(ui.call("app", json!({})).await.unwrap()).unwrap()
}

async fn switch(ui: &Ui, account: u64) -> AppView {
    let answer = ui.call("switch_account", json!({ "account": account }));
    serde_json::from_value(answer.await.unwrap()).unwrap()
}

/// What the feed says of the accounts, once all of these run.
async fn settled(ui: &Ui, feed: &mut FeedReceiver, count: usize) -> Vec<AccountView> {
    loop {
        let accounts = view(ui).await.accounts;
        if accounts.iter().filter(|one| one.unread > 0).count() == count {
            return accounts;
        }
        next(feed).await;
    }
}

#[tokio::test]
async fn all_accounts_run_and_one_is_on_screen() {
    let dir = profile(3).await;
    add_zoe(&dir, 5).await;
    let app = open(&dir).await;
    let (ui, mut feed) = app.attach().await;
    let accounts = settled(&ui, &mut feed, 2).await;
    let told: Vec<(u64, &str, u32, bool)> = accounts
        .iter()
        .map(|one| (one.id, one.person.name.as_str(), one.unread, one.is_current))
        .collect();
    assert_eq!(told, [(1, "Me", 3, true), (2, "Zoe", 5, false)]);

    home(&ui).await;
    let shown = switch(&ui, 2).await;
    assert_eq!(shown.account.unwrap().person.name, "Zoe");
    assert!(matches!(next_app(&mut feed).await, Some(2)));
    assert_eq!(home(&ui).await.me.name, "Zoe");
    assert!(
        app.running(1).is_some(),
        "the one that left the screen goes on"
    );

    let unknown = ui.call("switch_account", json!({ "account": 9 })).await;
    assert_eq!(unknown.unwrap_err().code, crate::Code::Gone);
    app.close().await;

    let app = open(&dir).await;
    assert_eq!(
        app.view().await.account.unwrap().id,
        2,
        "it is on screen again after a restart"
    );
    app.close().await;
}

/// The account that the next word about the application names.
async fn next_app(feed: &mut FeedReceiver) -> Option<u64> {
    loop {
        if let FeedEvent::App { app } = next(feed).await {
            return app.account.map(|account| account.id);
        }
    }
}

#[tokio::test]
async fn what_happens_behind_the_screen_touches_no_window() {
    let dir = profile(3).await;
    add_zoe(&dir, 5).await;
    let app = open(&dir).await;
    let (ui, mut feed) = app.attach().await;
    settled(&ui, &mut feed, 2).await;
    home(&ui).await;
    open_timeline(&ui).await;

    let zoe = app.running(2).unwrap();
    zoe.engine
        .seen(&dialog_id(1), &message_id(4))
        .await
        .unwrap();
    loop {
        match next(&mut feed).await {
            FeedEvent::Accounts { accounts } => {
                let unread: Vec<u32> = accounts.iter().map(|one| one.unread).collect();
                // What was counted before may be told only now.
                if unread == [3, 0] {
                    break;
                }
                assert_eq!(unread, [3, 5]);
            }
            FeedEvent::Home { patch } => assert!(patch.dialogs.is_empty(), "not of this account"),
            other => panic!("{other:?}"),
        }
    }
    app.close().await;
}

#[tokio::test]
async fn one_more_account_can_be_added_and_each_left_by_itself() {
    let dir = profile(3).await;
    add_zoe(&dir, 5).await;
    let app = open(&dir).await;
    let (ui, mut feed) = app.attach().await;
    settled(&ui, &mut feed, 2).await;

    ui.call("add_account", json!({})).await.unwrap();
    let welcome = view(&ui).await;
    assert_eq!(welcome.phase, Phase::Welcome);
    assert_eq!(welcome.accounts.len(), 2, "and back again");
    assert!(welcome.accounts.iter().all(|one| !one.is_current));
    assert!(app.running(1).is_some() && app.running(2).is_some());
    assert_eq!(
        ui.call("home", json!({})).await.unwrap_err().code,
        crate::Code::NotSignedIn
    );

    switch(&ui, 1).await;
    let answer = ui.call("sign_out", json!({})).await.unwrap();
    let left: AppView = serde_json::from_value(answer).unwrap();
    assert_eq!(left.phase, Phase::Home, "the other one comes on screen");
    assert_eq!(left.account.unwrap().id, 2);
    assert_eq!(left.accounts.len(), 1);
    assert!(app.running(1).is_none());
    app.close().await;
}

#[tokio::test]
async fn an_account_without_its_password_waits_for_its_person() {
    let dir = profile(3).await;
    add_zoe(&dir, 5).await;
    let vault = FileVault::new(dir.path().join("profiles/test/secrets.json"));
    vault
        .delete("test: 33 in application 1 at chat.test")
        .await
        .unwrap();
    let app = open(&dir).await;
    let (ui, mut feed) = app.attach().await;
    while !view(&ui).await.accounts.iter().any(|one| one.needs_sign_in) {
        next(&mut feed).await;
    }
    assert_eq!(view(&ui).await.phase, Phase::Home);
    let shown = switch(&ui, 2).await;
    assert_eq!(shown.phase, Phase::SignInAgain);
    assert_eq!(shown.login.as_deref(), Some("zoe"));
    assert_eq!(switch(&ui, 1).await.phase, Phase::Home);
    app.close().await;
}
