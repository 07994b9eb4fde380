//! From screen to screen: what is remembered, what is locked, what is asked.

use super::*;
use crate::Code;
use crate::view::{AppView, Phase};

async fn view(ui: &Ui) -> AppView {
    serde_json::from_value(ui.call("app", json!({})).await.unwrap()).unwrap()
}

#[tokio::test]
async fn a_new_profile_welcomes() {
    let dir = tempfile::tempdir().unwrap();
    let join_link = Some("kith://join?name=Club&app=7&key=k".to_owned());
    let app = App::open(AppConfig {
        join_link,
        ..config(dir.path())
    })
    .await
    .unwrap();
    let (ui, _feed) = app.attach().await;
    let view = view(&ui).await;
    assert_eq!(view.phase, Phase::Welcome);
    assert_eq!(
        view.connection.unwrap().name,
        "Club",
        "opened with a join link"
    );
    assert!(view.has_keychain);
    assert!(!view.can_try_here);
    for command in ["home", "reconnect"] {
        assert_eq!(
            ui.call(command, json!({})).await.unwrap_err().code,
            Code::NotSignedIn
        );
    }
    assert_eq!(
        ui.call("try_here", json!({ "login": null }))
            .await
            .unwrap_err()
            .code,
        Code::LocalServer
    );
    app.close().await;
}

#[tokio::test]
async fn a_bad_join_link_is_told_and_does_no_harm() {
    let dir = tempfile::tempdir().unwrap();
    let app = App::open(AppConfig {
        join_link: Some("kith://join?app=x".to_owned()),
        ..config(dir.path())
    })
    .await
    .unwrap();
    let view = app.view().await;
    assert_eq!(view.phase, Phase::Welcome);
    assert_eq!(view.problem.unwrap().code, Code::JoinLink);
    app.close().await;
}

#[tokio::test]
async fn a_link_that_is_clicked_leads_to_the_way_in_and_back() {
    let link = "kith://join?name=Club&app=7&key=k";
    let dir = profile(1).await;
    // Before Kith runs, and while it does.
    for is_running in [false, true] {
        let app = App::open(AppConfig {
            join_link: (!is_running).then(|| link.to_owned()),
            ..config(dir.path())
        })
        .await
        .unwrap();
        let (ui, mut feed) = app.attach().await;
        if is_running {
            assert_eq!(view(&ui).await.phase, Phase::Home);
            app.open_link(link).await;
            let told = next(&mut feed).await;
            assert!(
                matches!(&told, FeedEvent::App { app } if app.phase == Phase::Welcome),
                "{told:?}"
            );
        }
        let shown = view(&ui).await;
        assert_eq!(shown.phase, Phase::Welcome);
        assert_eq!(shown.connection.unwrap().name, "Club");
        let account = shown.accounts[0].id;
        ui.call("switch_account", json!({ "account": account }))
            .await
            .unwrap();
        assert_eq!(view(&ui).await.phase, Phase::Home);
        ui.call("add_account", json!({})).await.unwrap();
        assert!(view(&ui).await.connection.is_none(), "it had its effect");

        app.open_link("kith://join?app=x").await;
        let shown = view(&ui).await;
        assert_eq!(shown.problem.unwrap().code, Code::JoinLink);
        app.close().await;
    }
}

#[tokio::test]
async fn one_process_a_profile() {
    let dir = profile(1).await;
    let app = open(&dir).await;
    let second = App::open(config(dir.path())).await;
    assert!(matches!(second, Err(StartError::ProfileInUse(_))));
    app.close().await;
    open(&dir).await.close().await;
    let odd = App::open(AppConfig {
        profile: "../other".to_owned(),
        ..config(dir.path())
    });
    assert!(matches!(odd.await, Err(StartError::ProfileName(_))));
}

#[tokio::test]
async fn data_that_is_shut_for_now_opens_when_it_can() {
    for (is_registry, by_hand) in [(false, true), (false, false), (true, true)] {
        let dir = profile(1).await;
        let folder = dir.path().join("profiles/test");
        let name = if is_registry { "profile.db" } else { "1-11.db" };
        // Where the lock should lie is something else, as on a disk that takes nothing.
        let lock = folder.join(format!("{name}.lock"));
        std::fs::remove_file(&lock).unwrap();
        std::fs::create_dir(&lock).unwrap();
        let app = open(&dir).await;
        let (ui, mut feed) = app.attach().await;
        let shut = view(&ui).await;
        assert_eq!(shut.phase, Phase::Locked);
        let problem = shut.problem.unwrap();
        assert_eq!((problem.code, problem.can_set_aside), (Code::Disk, false));
        let refused = ui.call("home", json!({})).await.unwrap_err();
        assert_eq!(refused.code, Code::Disk, "whatever is asked, that is why");
        let still: AppView =
            serde_json::from_value(ui.call("open_again", json!({})).await.unwrap()).unwrap();
        assert_eq!(still.phase, Phase::Locked, "it is still so");
        std::fs::remove_dir(&lock).unwrap();
        if by_hand {
            ui.call("open_again", json!({})).await.unwrap();
        } else {
            loop {
                let told = next(&mut feed).await;
                if matches!(&told, FeedEvent::App { app } if app.phase == Phase::Home) {
                    break;
                }
            }
        }
        assert_eq!(view(&ui).await.phase, Phase::Home);
        app.close().await;
    }
}

#[tokio::test]
async fn without_its_password_an_account_is_asked_for_it() {
    let dir = profile(1).await;
    std::fs::remove_file(dir.path().join("profiles/test/secrets.json")).unwrap();
    let app = open(&dir).await;
    let view = app.view().await;
    assert_eq!(view.phase, Phase::SignInAgain);
    assert_eq!(view.login.as_deref(), Some("me"));
    assert_eq!(view.connection.unwrap().name, "Nowhere");
    app.close().await;
}

#[tokio::test]
async fn signing_out_keeps_the_data_and_forgets_the_password() {
    let dir = profile(1).await;
    let app = open(&dir).await;
    let (ui, mut feed) = app.attach().await;
    assert_eq!(view(&ui).await.phase, Phase::Home);
    ui.call("sign_out", json!({})).await.unwrap();
    let welcome = view(&ui).await;
    assert_eq!(welcome.phase, Phase::Welcome);
    let [known] = welcome.known.as_slice() else {
        panic!("its server is known: {:?}", welcome.known)
    };
    assert_eq!(known.connection.name, "Nowhere");
    assert_eq!(known.login.as_deref(), Some("me"));
    assert!(matches!(next(&mut feed).await, FeedEvent::App { app } if app.phase == Phase::Welcome));
    let folder = dir.path().join("profiles/test");
    assert!(folder.join("1-11.db").exists());
    assert!(
        !std::fs::read_to_string(folder.join("secrets.json"))
            .unwrap()
            .contains("secret")
    );
    app.close().await;
}

#[tokio::test]
async fn a_damaged_database_is_set_aside_and_kept() {
    let dir = profile(3).await;
    let database = dir.path().join("profiles/test/1-11.db");
    std::fs::write(
        &database,
        "this is no database at all, but it is long enough to be looked at".repeat(40),
    )
    .unwrap();
    let app = open(&dir).await;
    let (ui, _feed) = app.attach().await;
    let locked = view(&ui).await;
    assert_eq!(locked.phase, Phase::Locked);
    let problem = locked.problem.unwrap();
    assert_eq!(problem.code, Code::DatabaseCorrupt);
    assert!(problem.can_set_aside);
    ui.call("set_aside", json!({})).await.unwrap();
    assert_eq!(view(&ui).await.phase, Phase::Home);
    assert!(home(&ui).await.dialogs.is_empty(), "a new database");
    let kept = std::fs::read_dir(database.parent().unwrap())
        .unwrap()
        .filter_map(|entry| std::fs::read_to_string(entry.unwrap().path()).ok())
        .any(|text| text.contains("no database at all"));
    assert!(kept, "what was there is still there");
    app.close().await;
}

#[tokio::test]
async fn settings_are_remembered() {
    let dir = profile(1).await;
    let app = open(&dir).await;
    let (ui, _feed) = app.attach().await;
    ui.call("set_setting", json!({ "key": "theme", "value": "dark" }))
        .await
        .unwrap();
    for key in ["", "_hidden", "Two Words"] {
        let error = ui
            .call("set_setting", json!({ "key": key, "value": "x" }))
            .await
            .unwrap_err();
        assert_eq!(error.code, Code::InvalidInput);
    }
    app.close().await;
    let app = open(&dir).await;
    assert_eq!(app.settings().await.unwrap()["theme"], "dark");
    app.close().await;
}

#[tokio::test]
async fn what_makes_no_sense_is_refused() {
    let dir = profile(1).await;
    let app = open(&dir).await;
    let (ui, _feed) = app.attach().await;
    let code = async |name: &str, args: Value| ui.call(name, args).await.unwrap_err().code;
    assert_eq!(code("nonsense", json!({})).await, Code::Internal);
    assert_eq!(
        code("send", json!({ "dialog": "x", "id": "y", "text": "z" })).await,
        Code::Internal
    );
    let empty = json!({ "dialog": dialog_id(1), "id": message_id(9), "text": "  \n" });
    assert_eq!(code("send", empty).await, Code::InvalidInput);
    let large = json!({ "dialog": dialog_id(1), "id": message_id(9), "text": "x".repeat(200_000) });
    assert_eq!(code("send", large).await, Code::TooLarge);
    for url in [
        "file:///etc/passwd",
        "javascript:alert(1)",
        "kith://join",
        "no address",
    ] {
        assert_eq!(
            code("open_link", json!({ "url": url })).await,
            Code::InvalidInput,
            "{url}"
        );
    }
    ui.call("open_link", json!({ "url": "https://example.com/" }))
        .await
        .unwrap();
    let gone = json!({ "dialog": dialog_id(99), "at": null });
    assert_eq!(code("open_timeline", gone).await, Code::Gone);
    app.close().await;
}

#[tokio::test]
async fn an_unreachable_server_has_its_own_sentence() {
    let dir = tempfile::tempdir().unwrap();
    let app = App::open(config(dir.path())).await.unwrap();
    let (ui, _feed) = app.attach().await;
    let connection = crate::view::ConnectionView::from(&nowhere());
    let mut args =
        json!({ "connection": connection, "login": "me", "password": "p", "remember": "session" });
    let error = ui.call("sign_in", args.clone()).await.unwrap_err();
    assert_eq!(error.code, Code::Unreachable, "{error:?}");
    args["login"] = json!("");
    assert_eq!(
        ui.call("sign_in", args.clone()).await.unwrap_err().code,
        Code::InvalidInput
    );
    args["connection"]["api_url"] = json!("http://example.com");
    assert_eq!(
        ui.call("sign_in", args).await.unwrap_err().code,
        Code::InvalidInput
    );
    assert_eq!(app.view().await.phase, Phase::Welcome);
    app.close().await;
}
