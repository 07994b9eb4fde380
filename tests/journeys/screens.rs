//! What the user interface is told when things do not work, and that there is
//! always a way on.

use anyhow::Result;
use kith_model::{Connection, DialogKind};
use kith_testkit::{ALEX, BEA, Imposter, PASSWORD, Road, TestDesk, Town};
use serde_json::{Value, json};

#[tokio::test(flavor = "multi_thread")]
async fn every_refused_sign_in_has_its_code_and_a_sentence() -> Result<()> {
    let town = Town::open().await?;
    let desk = TestDesk::open(town.folder(), "default").await?;
    let good = town.connection();
    let hotel = Imposter::page(
        "text/html",
        "<!doctype html><title>Welcome to the hotel</title>",
    )
    .await?;
    let with_url = |url: &str| Connection {
        api_url: url.to_owned(),
        ..good.clone()
    };
    let cases = [
        (good.clone(), "wrong", "wrong_password"),
        (with_url("https://nobody.invalid"), PASSWORD, "unknown_host"),
        (with_url("https://127.0.0.1:1"), PASSWORD, "unreachable"),
        (
            Connection {
                ca_cert: None,
                ..good.clone()
            },
            PASSWORD,
            "certificate",
        ),
        (with_url(&hotel.url()), PASSWORD, "not_a_server"),
    ];
    for (connection, password, code) in cases {
        let error = desk
            .try_sign_in(&connection, ALEX.login, password)
            .await
            .expect_err(code);
        assert_eq!(serde_json::to_value(error.code)?, code);
        assert!(
            error.message.ends_with('.'),
            "a sentence: {}",
            error.message
        );
        let app = desk.call("app", json!({})).await?;
        assert_eq!(
            app["phase"], "welcome",
            "after {code} the person can try again"
        );
    }
    let app = desk.try_sign_in(good, ALEX.login, PASSWORD).await?;
    assert_eq!(app["phase"], "home");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sign_in_is_remembered_and_a_sign_out_forgets_it() -> Result<()> {
    let town = Town::open().await?;
    let mut desk = TestDesk::open(town.folder(), "default").await?;
    desk.sign_in(town.connection(), ALEX.login, PASSWORD)
        .await?;
    desk.close().await;

    let desk = TestDesk::open(town.folder(), "default").await?;
    assert_eq!(desk.call("app", json!({})).await?["phase"], "home");
    assert_eq!(desk.call("sign_out", json!({})).await?["phase"], "welcome");
    desk.close().await;

    let desk = TestDesk::open(town.folder(), "default").await?;
    assert_eq!(desk.call("app", json!({})).await?["phase"], "welcome");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_database_that_cannot_be_opened_is_set_aside_when_the_person_says_so() -> Result<()> {
    let town = Town::open().await?;
    let mut desk = TestDesk::open(town.folder(), "default").await?;
    desk.sign_in(town.connection(), ALEX.login, PASSWORD)
        .await?;
    desk.close().await;
    let folder = town.folder().join("profiles/default");
    let database = std::fs::read_dir(&folder)?
        .filter_map(|entry| Some(entry.ok()?.path()))
        .find(|path| {
            path.extension().is_some_and(|end| end == "db") && !path.ends_with("profile.db")
        })
        .expect("the account has a database");
    std::fs::write(&database, "not a database any more, but something to keep")?;

    let desk = TestDesk::open(town.folder(), "default").await?;
    let app = desk.call("app", json!({})).await?;
    assert_eq!(
        (&app["phase"], &app["problem"]["code"]),
        (&json!("locked"), &json!("database_corrupt"))
    );
    assert_eq!(app["problem"]["can_set_aside"], true);
    assert_eq!(desk.call("set_aside", json!({})).await?["phase"], "home");
    let is_kept = std::fs::read_dir(&folder)?
        .filter_map(|entry| std::fs::read(entry.ok()?.path()).ok())
        .any(|bytes| bytes == b"not a database any more, but something to keep");
    assert!(is_kept, "what was there is still on disk");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn what_waits_in_a_group_one_was_removed_from_is_still_to_be_found() -> Result<()> {
    let town = Town::open_plain().await?;
    let road = Road::to(town.connection()).await?;
    let bea = town.person(BEA).await?;
    let mut alex = TestDesk::open(town.folder(), "alex").await?;
    alex.sign_in(&road.lead(town.connection()), ALEX.login, PASSWORD)
        .await?;
    let group = bea
        .engine
        .create_dialog(DialogKind::Group, "Walks", &[ALEX.id])
        .await?;
    let listed = |event: &Value| {
        let lines = event["patch"]["dialogs"].as_array()?;
        lines
            .iter()
            .find(|line| line["name"] == "Walks")
            .map(|_| ())
    };
    alex.until("the group", listed).await;

    road.close().await;
    alex.until("a cut link", |event| {
        (event["patch"]["link"]["state"] != "online" && !event["patch"]["link"].is_null())
            .then_some(())
    })
    .await;
    bea.engine.remove_people(&group, &[ALEX.id]).await?;
    let id = "650000000000000000000001";
    let args = json!({ "dialog": group, "id": id, "text": "I bring tea" });
    alex.call("send", args).await?;
    road.clear();
    let home = alex
        .until("the group gone", |event| {
            let patch = &event["patch"];
            let is_gone = patch["removed"].as_array()?.contains(&json!(group));
            is_gone.then(|| patch.clone())
        })
        .await;
    assert_eq!(home["waiting_elsewhere"], 1);
    assert_eq!(alex.call("home", json!({})).await?["waiting_elsewhere"], 1);
    let waiting = alex.call("waiting", json!({})).await?;
    assert_eq!(waiting[0]["dialog_name"], "Walks");
    assert_eq!(waiting[0]["is_here"], false);
    assert_eq!(waiting[0]["message"]["body"], "I bring tea");

    let discarded = alex.call("discard", json!({ "message": id, "keeps_files": false }));
    assert_eq!(discarded.await?, "I bring tea");
    alex.until("nothing left of it", |event| {
        (event["patch"]["waiting_elsewhere"] == 0).then_some(())
    })
    .await;
    Ok(())
}
